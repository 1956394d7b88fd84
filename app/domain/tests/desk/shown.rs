//! What is offered on screen, compared with what is possible.

use super::{Desk, Snap};
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::StateChange;
use domain::requests::actions::AllowedActions;
use domain::requests::lifecycle::{ActionInput, ActionKind, may_see};

/// What a person is shown is what a person can do, and who does not see it is told nothing.
pub fn shown_is_possible(snap: &Snap, facts: &Facts, action: &ActionInput, may: &AllowedActions, result: &Result<StateChange, Refusal>) {
    let (now, possible) = (Desk::now(snap), result.is_ok());
    // An approver asks for changes by the right to decide.
    let shown = may.may(if action.verdict().is_some() { ActionKind::Approve } else { action.kind });
    // What is chosen decides too: nobody else, no past time. And nobody is offered what they have.
    let chosen = matches!(action.kind, ActionKind::Reroute | ActionKind::Assign | ActionKind::Schedule);
    let same = match action.kind {
        ActionKind::AssignToMe => possible || !shown,
        _ if chosen => shown || !possible,
        _ => shown == possible,
    };
    assert!(same, "{} {action:?} in {snap:?}: shown {shown}, possible {possible}", facts.person.name);
    let sees = may_see(&snap.request, facts, now);
    if let Err(refusal) = result {
        let ended = facts.deputy_rights.iter().any(|right| right.until <= now);
        assert!(*refusal != Refusal::NotFound || !sees, "{}: not found although seen", facts.person.name);
        assert!(*refusal == Refusal::NotFound || sees || ended, "{}: {refusal:?} tells of what is not seen", facts.person.name);
        assert!(*refusal == Refusal::NotFound || refusal.to_string().ends_with('.') || matches!(refusal, Refusal::Input { .. }));
    }
}
