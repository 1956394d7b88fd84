//! What became of a request that no longer waits, in a few words.

use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::{HeldOutcome, HeldView};
use domain::people::PersonRef;
use domain::requests::{Event, EventKind};
use std::collections::HashMap;

/// What the person's own decisions did to requests, by docket number: "You approved this".
pub fn own_words(held: &[HeldView]) -> HashMap<String, String> {
    let decided = held.iter().filter(|view| view.outcome == Some(HeldOutcome::Decided));
    decided.map(|view| (view.number.clone(), format!("You {}", did(view.verdict)))).collect()
}

fn did(verdict: ApproverVerdict) -> &'static str {
    match verdict {
        ApproverVerdict::Approve => "approved this",
        ApproverVerdict::Reject => "declined this",
        ApproverVerdict::AskForChanges => "asked for changes",
    }
}

/// Who did the last thing that took a request out of an inbox: "Samir Haddad approved this", "You declined this".
pub fn last_words(events: &[Event], me: Option<&PersonRef>) -> Option<String> {
    events.iter().rev().find_map(|event| {
        let did = match &event.what {
            EventKind::Approved { .. } => did(ApproverVerdict::Approve),
            EventKind::Rejected { .. } => did(ApproverVerdict::Reject),
            EventKind::InfoRequested { .. } => did(ApproverVerdict::AskForChanges),
            EventKind::Cancelled { .. } => "cancelled this",
            _ => return None,
        };
        let actor = event.actor.as_ref()?;
        let who = if me.is_some_and(|me| me.id == actor.id) { "You" } else { actor.name.as_str() };
        Some(format!("{who} {did}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::{HeldId, PersonId};
    use uuid::Uuid;

    fn person(n: u128, name: &str) -> PersonRef {
        PersonRef { id: PersonId(Uuid::from_u128(n)), name: name.to_owned(), title: String::new() }
    }

    #[test]
    fn the_last_words_name_who_decided() {
        let samir = person(2, "Samir Haddad");
        let at = DateTime::from_timestamp(0, 0).unwrap();
        let event = |seq, actor: Option<&PersonRef>, what| Event { seq, at, actor: actor.cloned(), what };
        let events = [
            event(1, Some(&person(1, "Hana Sato")), EventKind::Submitted),
            event(
                2,
                Some(&samir),
                EventKind::Approved {
                    rules: vec!["owner".to_owned()],
                    reason: String::new(),
                    on_behalf_of: Default::default(),
                    seen: None,
                },
            ),
            event(3, None, EventKind::Released),
        ];
        assert_eq!(last_words(&events, None).as_deref(), Some("Samir Haddad approved this"));
        assert_eq!(last_words(&events, Some(&samir)).as_deref(), Some("You approved this"));
        assert_eq!(last_words(&events[..1], None), None);
    }

    #[test]
    fn what_the_person_decided_needs_no_look_at_the_request() {
        let due_at = DateTime::from_timestamp(0, 0).unwrap();
        let view = |number: &str, verdict, outcome| {
            let id = HeldId(Uuid::from_u128(1));
            HeldView { id, number: number.to_owned(), verdict, due_at, left: 0, outcome }
        };
        let words = own_words(&[
            view("IT-1", ApproverVerdict::Reject, Some(HeldOutcome::Decided)),
            view("IT-2", ApproverVerdict::Approve, None),
            view("IT-3", ApproverVerdict::Approve, Some(HeldOutcome::Refused { words: "Too late".to_owned() })),
        ]);
        assert_eq!(words.get("IT-1").map(String::as_str), Some("You declined this"));
        assert_eq!(words.len(), 1, "what is held or was refused is not decided: {words:?}");
    }
}
