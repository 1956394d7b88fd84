//! What a notice says: one sentence, the same in the bell, in e-mail and in chat.

use crate::address::Address;
use crate::direction::isolate;
use crate::subject::Subject;

/// The sentence of an event. `by` is who did it, when somebody did; `requester` is whose request it is.
pub fn sentence(event: &str, by: Option<&str>, requester: &str) -> String {
    let (who, requester) = (isolate(by.unwrap_or("Docket")), isolate(requester));
    match event {
        "new_request_created" => format!("{requester} sent this request"),
        "request_pending_approval" => format!("{requester} asks for your decision"),
        "approval_fell_back" => "Nobody who was asked can decide this: you can, as an administrator".to_owned(),
        "request_approved" => "Approved, the work begins".to_owned(),
        "request_rejected" => format!("{who} declined this request"),
        "scheduled_request_activated" => "The scheduled work begins".to_owned(),
        "update_requested" => format!("{who} asks for changes"),
        "update_provided" => format!("{who} answered the question"),
        "request_blocked" => format!("{who} cannot go on for now"),
        "request_resolved" => format!("{who} says what was in the way is solved"),
        "request_sent_to_qa" => "The work is being checked".to_owned(),
        "request_assigned" => format!("{who} gave you this request"),
        "task_shared" => format!("{who} gave you a task"),
        "mentioned" => format!("{who} mentioned you"),
        "request_escalated" => format!("{who} asks a supervisor to take over"),
        "request_completed" => "Completed".to_owned(),
        "request_cancelled" => format!("{who} cancelled this request"),
        "request_uncancelled" => format!("{who} restored this request"),
        "request_approval_reminder" => "This still waits for your decision".to_owned(),
        "request_approval_escalated" => "This took too long elsewhere: you can decide it as well".to_owned(),
        "loan_overdue" => "This loan is overdue".to_owned(),
        "delivery_failed" => "A delivery was given up".to_owned(),
        "wrong_passwords" => "Somebody entered wrong passwords for your account".to_owned(),
        "password_changed" => "Your password was changed".to_owned(),
        _ => "Something happened".to_owned(),
    }
}

/// The word on the button that opens what it is about.
pub fn button(event: &str) -> &'static str {
    match event {
        "request_pending_approval" | "approval_fell_back" | "request_approval_reminder" | "request_approval_escalated" => "Read and decide",
        "update_requested" => "Answer",
        "delivery_failed" => "See the delivery",
        "wrong_passwords" | "password_changed" => "Open your profile",
        _ => "Open the request",
    }
}

/// The page that a notice leads to, on this site. `number` is the docket number of a request.
pub fn path(event: &str, subject: Subject, number: &str) -> String {
    let page = match subject {
        Subject::Request(_) if decides(event) => Address::InboxRequest(number),
        Subject::Request(_) => Address::Request(number),
        Subject::Person(_) => Address::Profile,
        Subject::Link(_) => Address::SignIn,
        Subject::Unknown(_) => Address::Notices,
    };
    page.to_string()
}

/// Whether what was written may be read by everybody in a channel, and by who subscribed: not what may be for some eyes only.
pub fn may_be_shared(event: &str) -> bool {
    !matches!(event, "mentioned" | "delivery_failed")
}

/// Whether what a request is about may be said: where everybody who is told sees its answers. A task can be given to anybody.
pub fn may_say_title(event: &str) -> bool {
    event != "task_shared"
}

/// Whether opening it is for somebody who decides.
pub fn decides(event: &str) -> bool {
    matches!(event, "request_pending_approval" | "approval_fell_back" | "request_approval_reminder" | "request_approval_escalated")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::NOTICES;

    #[test]
    fn every_event_has_words_of_its_own() {
        let said: std::collections::BTreeSet<String> =
            NOTICES.iter().map(|told| sentence(told.key, Some("Mei Lin"), "Ana Costa")).collect();
        assert_eq!(said.len(), NOTICES.len());
        assert!(!said.contains("Something happened"));
    }

    #[test]
    fn a_name_from_right_to_left_stands_apart() {
        assert_eq!(sentence("request_rejected", Some("ליאור"), "Ana"), "\u{2068}ליאור\u{2069} declined this request");
        assert_eq!(sentence("new_request_created", None, "ليلى"), "\u{2068}ليلى\u{2069} sent this request");
    }
}
