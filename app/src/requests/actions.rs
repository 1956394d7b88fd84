//! Everything people can do with a request, one line each: its words, its key, what it asks for first. Which of them a person may do
//! now is the domain's to say (`Allowed`).

use domain::requests::wire::{Act, Allowed};

/// What an action asks before it is done.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    Nothing,
    /// Words: a reason, a note, a question.
    Words(Words),
    /// Whom to give it to.
    Person,
    /// When the work begins.
    Time,
}

/// The dialog that asks for words.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The beginning of its title; the docket number follows.
    pub title: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// The button that leaves everything as it is.
    pub keep: &'static str,
    /// What to say when nothing is written; empty when nothing has to be.
    pub missing: &'static str,
    /// It takes something away.
    pub danger: bool,
}

/// One thing people can do.
#[derive(Debug)]
pub struct Action {
    pub id: &'static str,
    pub label: &'static str,
    pub icon: &'static str,
    /// As `KeyboardEvent::key` says it, in small letters.
    pub key: &'static str,
    /// The button while it is being done.
    pub working: &'static str,
    /// The message when it was done.
    pub done: &'static str,
    pub asks: Asks,
    /// Can be the one that is likely next.
    pub likely: bool,
    pub allowed: fn(&Allowed) -> bool,
    /// Given the words; those that ask for a person or a time are made by their dialogs.
    pub make: fn(String) -> Act,
}

impl Action {
    /// Whether it ends the request or takes it away: it stands apart, last.
    pub fn ends(&self) -> bool {
        matches!(self.id, "cancel" | "delete")
    }
}

const fn words(title: &'static str, label: &'static str, hint: &'static str, keep: &'static str, missing: &'static str) -> Asks {
    Asks::Words(Words { title, label, hint, keep, missing, danger: false })
}

const fn ending(title: &'static str, hint: &'static str, keep: &'static str, missing: &'static str) -> Asks {
    Asks::Words(Words { title, label: "Reason", hint, keep, missing, danger: true })
}

/// A line of the table: id, icon and key; label, while it is done, when it was done; what it asks; whether it is likely next.
macro_rules! action {
    ($id:ident, $icon:literal, $key:literal, $likely:literal, [$label:literal, $working:literal, $done:literal], $asks:expr, $make:expr) => {
        Action {
            id: stringify!($id),
            label: $label,
            icon: $icon,
            key: $key,
            working: $working,
            done: $done,
            asks: $asks,
            likely: $likely,
            allowed: |allowed| allowed.$id,
            make: $make,
        }
    };
}

const EVERYBODY: &str = "Everybody who sees the request sees it.";
const DONE_FOR: &str = "What was done, for the requester.";

/// All of them. Of those that are likely next, the first one allowed is the primary button; the menu keeps this order.
pub static ACTIONS: &[Action] = &[
    action!(take_over, "user-round-check", "o", true, ["Take over", "Taking over", "Taken over"], Asks::Nothing, |_| Act::TakeOver),
    action!(
        pass_qa,
        "check-check",
        "p",
        true,
        ["Pass", "Passing", "Passed"],
        words("Pass", "Note (optional)", "What was checked. The request is completed with it.", "Not yet", ""),
        |note| Act::PassQa { note }
    ),
    action!(start, "play", "s", true, ["Start the work", "Starting", "Started"], Asks::Nothing, |_| Act::Start),
    action!(
        unblock,
        "play",
        "u",
        true,
        ["Unblock", "Unblocking", "Unblocked"],
        words("Unblock", "Note (optional)", "What has changed, so that the work can go on.", "Not yet", ""),
        |note| Act::Unblock { note }
    ),
    action!(retry, "rotate-cw", "y", true, ["Try again", "Trying again", "Started again"], Asks::Nothing, |_| Act::Retry),
    action!(
        send_to_qa,
        "scan-search",
        "k",
        true,
        ["Send to QA", "Sending", "Sent to QA"],
        words("Send to QA:", "Note (optional)", "What is ready to be checked, and where it is.", "Not yet", ""),
        |note| Act::SendToQa { note }
    ),
    action!(
        complete,
        "check-check",
        "d",
        true,
        ["Complete", "Completing", "Completed"],
        words("Complete", "Note (optional)", DONE_FOR, "Not yet", ""),
        |note| Act::Complete { note }
    ),
    action!(
        close,
        "check-check",
        "l",
        true,
        ["Close", "Closing", "Closed"],
        words("Close", "Note (optional)", "Nothing about it changes any more after that.", "Not yet", ""),
        |note| Act::Close { note }
    ),
    action!(activate, "rocket", "v", true, ["Begin now", "Beginning", "The work begins"], Asks::Nothing, |_| Act::Activate),
    action!(
        uncancel,
        "rotate-ccw",
        "z",
        true,
        ["Bring back", "Bringing back", "Brought back"],
        words("Bring back", "Reason (optional)", "It goes back to where it was.", "Leave it cancelled", ""),
        |reason| Act::Uncancel { reason }
    ),
    action!(
        resolve,
        "check",
        "r",
        false,
        ["Resolve", "Resolving", "Resolved"],
        words(
            "Resolve",
            "How it was resolved",
            "For the requester, who can reopen it. It is locked until then.",
            "Not yet",
            "Write how it was resolved"
        ),
        |note| Act::Resolve { note }
    ),
    action!(
        return_from_qa,
        "undo-2",
        "n",
        false,
        ["Return to work", "Returning", "Returned to work"],
        words("Return", "What has to be done again", "For whoever has it. The work goes on.", "Not now", "Write what has to be done again"),
        |reason| Act::ReturnFromQa { reason }
    ),
    action!(assign_to_me, "user-round-check", "i", false, ["Assign to me", "Assigning", "You have it now"], Asks::Nothing, |_| {
        Act::Assign { to: None }
    }),
    action!(assign, "user-round-plus", "a", false, ["Assign to…", "Assigning", "Assigned"], Asks::Person, |_| Act::Assign { to: None }),
    action!(
        request_info,
        "message-circle-question-mark",
        "q",
        false,
        ["Ask the requester", "Asking", "Question sent"],
        words(
            "Ask about",
            "Question",
            "The requester answers on this page. Clocks stand still until then.",
            "Not now",
            "Write your question"
        ),
        |question| Act::RequestInfo { question }
    ),
    action!(
        block,
        "hand",
        "b",
        false,
        ["Block", "Blocking", "Blocked"],
        words("Block", "What the work waits for", EVERYBODY, "Not now", "Write what the work waits for"),
        |reason| Act::Block { reason }
    ),
    action!(
        escalate,
        "triangle-alert",
        "e",
        false,
        ["Escalate", "Escalating", "Escalated"],
        words("Escalate", "Reason", EVERYBODY, "Not now", "Write why you escalate the request"),
        |reason| Act::Escalate { reason }
    ),
    action!(schedule, "calendar-clock", "h", false, ["Schedule…", "Scheduling", "Scheduled"], Asks::Time, |_| Act::Activate),
    action!(
        reopen,
        "rotate-cw",
        "j",
        false,
        ["Reopen", "Reopening", "Reopened"],
        words("Reopen", "Reason", "What is still to be done.", "Leave it resolved", "Write why you reopen the request"),
        |reason| Act::Reopen { reason }
    ),
    action!(
        withdraw,
        "undo-2",
        "w",
        false,
        ["Take back my approval", "Taking back", "Approval taken back"],
        words("Take back your approval of", "Reason (optional)", "It waits for approval again.", "Keep it", ""),
        |reason| Act::Withdraw { reason }
    ),
    action!(
        cancel,
        "circle-slash",
        "x",
        false,
        ["Cancel request", "Cancelling", "Cancelled"],
        ending(
            "Cancel",
            "Everybody who sees the request sees it. Nobody will work on it any more.",
            "Keep it",
            "Write why you cancel the request"
        ),
        |reason| Act::Cancel { reason }
    ),
    action!(
        delete,
        "trash-2",
        "delete",
        false,
        ["Delete", "Deleting", "Deleted"],
        ending("Delete", "It leaves every list. What happened stays on record.", "Keep it", "Write why you delete the request"),
        |reason| Act::Delete { reason }
    ),
];

/// The primary action and all others, of what is allowed. Somebody who decides does that first.
pub fn offered(allowed: &Allowed) -> (Option<&'static Action>, Vec<&'static Action>) {
    let may: Vec<&Action> = ACTIONS.iter().filter(|action| (action.allowed)(allowed)).collect();
    let primary = may.iter().copied().find(|action| action.likely && !allowed.decide);
    (primary, may.into_iter().filter(|action| primary.is_none_or(|first| first.id != action.id)).collect())
}

/// The action of a key, when it is allowed.
pub fn by_key(key: &str, allowed: &Allowed) -> Option<&'static Action> {
    let key = key.to_lowercase();
    ACTIONS.iter().find(|action| action.key == key && (action.allowed)(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn allowed(change: fn(&mut Allowed)) -> Allowed {
        let mut allowed = Allowed::default();
        change(&mut allowed);
        allowed
    }

    #[test]
    fn keys_and_names_are_unique_and_collide_with_no_key_of_every_page() {
        let keys: BTreeSet<&str> = ACTIONS.iter().map(|action| action.key).collect();
        let ids: BTreeSet<&str> = ACTIONS.iter().map(|action| action.id).collect();
        assert_eq!((keys.len(), ids.len()), (ACTIONS.len(), ACTIONS.len()));
        for taken in ["g", "t", "/", "?"] {
            assert!(!keys.contains(taken), "{taken}");
        }
    }

    #[test]
    fn every_permission_of_a_request_page_has_an_action() {
        let all = serde_json::to_value(Allowed::default()).unwrap();
        let elsewhere = ["decide", "provide_info", "replay", "reroute", "locked"];
        for name in all.as_object().unwrap().keys().filter(|name| !elsewhere.contains(&name.as_str())) {
            assert!(ACTIONS.iter().any(|action| action.id == name), "nothing offers {name}");
        }
    }

    #[test]
    fn the_likely_next_is_primary_and_the_rest_follows() {
        let ids = |allowed: &Allowed| {
            let (primary, rest) = offered(allowed);
            (primary.map(|action| action.id), rest.into_iter().map(|action| action.id).collect::<Vec<_>>())
        };
        let open = allowed(|a| (a.start, a.assign, a.assign_to_me, a.cancel) = (true, true, true, true));
        assert_eq!(ids(&open), (Some("start"), vec!["assign_to_me", "assign", "cancel"]));
        let own = allowed(|a| (a.cancel, a.delete) = (true, true));
        assert_eq!(ids(&own), (None, vec!["cancel", "delete"]));
        let deciding = allowed(|a| (a.decide, a.cancel) = (true, true));
        assert_eq!(ids(&deciding), (None, vec!["cancel"]));
        let checking = allowed(|a| (a.pass_qa, a.return_from_qa) = (true, true));
        assert_eq!(ids(&checking), (Some("pass_qa"), vec!["return_from_qa"]));
    }

    #[test]
    fn a_key_does_only_what_is_allowed() {
        let open = allowed(|a| a.start = true);
        assert_eq!(by_key("S", &open).map(|action| action.id), Some("start"));
        assert!(by_key("d", &open).is_none());
    }
}
