//! What a decision tells: its notices, by event key.

use crate::approvals::{RuleTarget, machine};
use crate::effect::{Effect, NoticeEffect};
use crate::id::PersonId;
use crate::people::PersonRef;
use crate::requests::tasks::Task;
use crate::requests::{EventKind, RequestState, StateChange, Status, event};

/// The notices a decision sets off, beyond those its rules name themselves. Nobody is told of what is deleted.
pub fn told(before: &RequestState, decision: &StateChange) -> Vec<Effect> {
    if decision.state.deleted {
        return Vec::new();
    }
    event::keys(before, decision)
        .into_iter()
        .map(|key| of_key(key, before, decision))
        .chain(decision.events.iter().filter_map(|event| of_event(&event.what, event.actor.as_ref())))
        .map(Effect::Notify)
        .collect()
}

fn of_key(key: &str, before: &RequestState, decision: &StateChange) -> NoticeEffect {
    let event = decision.events.iter().find(|event| event.what.event_key() == Some(key));
    let by = event.and_then(|event| event.actor.clone());
    let text = event.map(|event| event.what.words().to_owned()).unwrap_or_default();
    let targets = match key {
        "request_pending_approval" => asked(decision),
        "update_provided" => waiting(&decision.state),
        // Those who were about to decide.
        "request_cancelled" => waiting(before),
        _ => Vec::new(),
    };
    NoticeEffect { event: key.to_owned(), targets, by, text, ..NoticeEffect::default() }
}

/// What has no event key of the replaced system.
fn of_event(what: &EventKind, by: Option<&PersonRef>) -> Option<NoticeEffect> {
    let (event, people, text) = match what {
        EventKind::Assigned { to } if by.is_none_or(|by| by.id != to.id) => ("request_assigned", vec![to.id], String::new()),
        EventKind::Escalated { reason } => ("request_escalated", Vec::new(), reason.clone()),
        EventKind::FellBack { .. } => ("approval_fell_back", Vec::new(), String::new()),
        _ => return None,
    };
    let targets = match what {
        EventKind::FellBack { .. } => vec![RuleTarget::Administrators.index_key()],
        _ => Vec::new(),
    };
    Some(NoticeEffect { event: event.to_owned(), people, targets, by: by.cloned(), text, ..NoticeEffect::default() })
}

/// The notice to whom a task was given; None when it is nobody's, or they took it themselves.
pub fn given(task: &Task, by: Option<&PersonRef>) -> Option<Effect> {
    let to = task.assignee.as_ref().filter(|to| by.is_none_or(|by| by.id != to.id))?;
    let notice = NoticeEffect {
        event: "task_shared".to_owned(),
        people: vec![to.id],
        by: by.cloned(),
        text: task.title.clone(),
        ..NoticeEffect::default()
    };
    Some(Effect::Notify(notice))
}

/// The notice of a delivery that was given up.
pub fn delivery_failed(connector: &str, error: &str) -> Effect {
    Effect::Notify(NoticeEffect { event: "delivery_failed".to_owned(), text: format!("{connector}: {error}"), ..NoticeEffect::default() })
}

/// The notice to the owner of an account whose password somebody may be guessing. `text` says what happened and what to do.
pub fn wrong_passwords(owner: PersonId, text: String) -> Effect {
    Effect::Notify(NoticeEffect { event: "wrong_passwords".to_owned(), people: vec![owner], text, ..NoticeEffect::default() })
}

/// The notice to somebody whose password was changed. `text` says how, and what to do if it was not them.
pub fn password_changed(owner: PersonId, text: String) -> Effect {
    Effect::Notify(NoticeEffect { event: "password_changed".to_owned(), people: vec![owner], text, ..NoticeEffect::default() })
}

/// Who is asked to decide: those who may, but administrators only once, when the same decision tells them why it is theirs.
fn asked(decision: &StateChange) -> Vec<String> {
    let told = decision.events.iter().any(|event| matches!(event.what, EventKind::FellBack { .. }));
    let administrators = RuleTarget::Administrators.index_key();
    waiting(&decision.state).into_iter().filter(|key| !told || *key != administrators).collect()
}

/// Who may decide now, as index keys.
fn waiting(state: &RequestState) -> Vec<String> {
    if state.status != Status::PendingApproval {
        return Vec::new();
    }
    let open = machine::open_rules(&state.approval);
    let mut targets: Vec<String> =
        open.iter().flat_map(|rule| machine::targets(&state.approval, rule)).map(|target| target.index_key()).collect();
    targets.sort();
    targets.dedup();
    targets
}
