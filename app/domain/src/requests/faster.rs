//! Who was faster: the words for a person whose action comes too late because of what happened since they looked.

use super::{Event, What};
use crate::id::PersonId;

/// "Mina Park started the work": the latest event among these that somebody else did and that an action can be too late for.
pub fn faster(events: &[Event], me: PersonId) -> Option<String> {
    let others = events.iter().rev().filter(|event| event.actor.as_ref().is_none_or(|actor| actor.id != me));
    others.filter_map(|event| Some((event, did(&event.what)?))).next().map(|(event, did)| {
        let who = event.actor.as_ref().map_or("Docket", |actor| actor.name.as_str());
        format!("{who} {did}")
    })
}

/// What was done, after a name; None for what changes nothing about what is possible.
fn did(what: &What) -> Option<String> {
    let words = match what {
        What::Approved { .. } => "approved it",
        What::Rejected { .. } => "declined it",
        What::Withdrawn { .. } => "took their approval back",
        What::Rerouted { words, .. } => return Some(format!("gave the approval to {words}")),
        What::TimedOut { .. } => "decided it, as nobody had decided in time",
        What::InfoRequested { .. } => "asked the requester",
        What::InfoProvided { .. } => "answered the question",
        What::Scheduled { .. } => "scheduled it",
        What::Activated => "had the work begin",
        What::Assigned { to } => return Some(format!("gave it to {}", to.name)),
        What::Started => "started the work",
        What::Blocked { .. } => "blocked it",
        What::Unblocked { .. } => "unblocked it",
        What::Escalated { .. } => "escalated it",
        What::TakenOver => "took it over",
        What::SentToQa { .. } => "sent it to QA",
        What::ReturnedFromQa { .. } => "returned it from QA",
        What::PassedQa { .. } => "passed it in QA",
        What::Resolved { .. } => "resolved it",
        What::Reopened { .. } => "reopened it",
        What::Closed { .. } => "closed it",
        What::Completed { .. } => "completed it",
        What::Retried => "tried it again",
        What::Cancelled { .. } => "cancelled it",
        What::Uncancelled { .. } => "brought it back",
        What::Deleted { .. } => "deleted it",
        What::TaskAdded { title, .. } => return Some(format!("added the task “{title}”")),
        What::TaskChanged { title, .. } => return Some(format!("changed the task “{title}”")),
        What::Failed { .. } => "recorded that the automation failed",
        What::AutomationEnded { .. } => "recorded the end of the automation",
        What::Submitted
        | What::Reminded { .. }
        | What::ApprovalEscalated { .. }
        | What::FellBack { .. }
        | What::Released
        | What::Dispatched { .. }
        | What::Delivered { .. }
        | What::DeliveryFailed { .. }
        | What::Replayed { .. }
        | What::Launching { .. }
        | What::Launched { .. } => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::PersonRef;
    use chrono::DateTime;
    use uuid::Uuid;

    fn event(seq: u32, by: Option<u128>, what: What) -> Event {
        let actor = by.map(|id| PersonRef { id: PersonId(Uuid::from_u128(id)), name: format!("Person {id}"), title: String::new() });
        Event { seq, at: DateTime::from_timestamp(0, 0).unwrap(), actor, what }
    }

    #[test]
    fn the_latest_who_changed_what_is_possible_is_named() {
        let me = PersonId(Uuid::from_u128(1));
        let started = event(1, Some(2), What::Started);
        let delivered = event(2, None, What::Delivered { connector: "desk".to_owned() });
        let mine = event(3, Some(1), What::TakenOver);
        assert_eq!(faster(&[started.clone(), delivered.clone(), mine.clone()], me).as_deref(), Some("Person 2 started the work"));
        assert_eq!(faster(&[delivered, mine], me), None);
        let ended = event(4, None, What::Cancelled { reason: String::new() });
        assert_eq!(faster(&[started, ended], me).as_deref(), Some("Docket cancelled it"));
    }
}
