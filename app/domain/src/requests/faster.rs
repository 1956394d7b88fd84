//! Who was faster: the words for a person whose action comes too late because of what happened since they looked.

use super::{Event, EventKind};
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
fn did(what: &EventKind) -> Option<String> {
    Some(match what {
        EventKind::TimedOut { .. } => "decided it, as nobody had decided in time".to_owned(),
        EventKind::AutomationEnded { .. } => "recorded the end of the automation".to_owned(),
        EventKind::TaskAdded { title, .. } => format!("added the task “{title}”"),
        EventKind::TaskChanged { title, .. } => format!("changed the task “{title}”"),
        other => {
            let did = other.action().map(|kind| kind.row().line.faster).filter(|did| !did.is_empty())?;
            match other {
                EventKind::Rerouted { words, .. } => format!("{did} {words}"),
                EventKind::Assigned { to } => format!("{did} {}", to.name),
                _ => did.to_owned(),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::PersonRef;
    use chrono::DateTime;
    use uuid::Uuid;

    fn event(seq: u32, by: Option<u128>, what: EventKind) -> Event {
        let actor = by.map(|id| PersonRef { id: PersonId(Uuid::from_u128(id)), name: format!("Person {id}"), title: String::new() });
        Event { seq, at: DateTime::from_timestamp(0, 0).unwrap(), actor, what }
    }

    #[test]
    fn the_latest_who_changed_what_is_possible_is_named() {
        let me = PersonId(Uuid::from_u128(1));
        let started = event(1, Some(2), EventKind::Started);
        let delivered = event(2, None, EventKind::Delivered { connector: "desk".to_owned() });
        let mine = event(3, Some(1), EventKind::TakenOver);
        assert_eq!(faster(&[started.clone(), delivered.clone(), mine.clone()], me).as_deref(), Some("Person 2 started the work"));
        assert_eq!(faster(&[delivered, mine], me), None);
        let ended = event(4, None, EventKind::Cancelled { reason: String::new() });
        assert_eq!(faster(&[started, ended], me).as_deref(), Some("Docket cancelled it"));
    }
}
