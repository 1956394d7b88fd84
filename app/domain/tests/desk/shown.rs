//! What is offered on screen, compared with what is possible.

use super::{Desk, Snap};
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::Decision;
use domain::requests::lifecycle::{Action, may_see};
use domain::requests::wire::Allowed;

/// What a person is shown is what a person can do, and who does not see it is told nothing.
pub fn shown_is_possible(snap: &Snap, facts: &Facts, action: &Action, may: &Allowed, result: &Result<Decision, Refusal>) {
    let (now, possible) = (Desk::now(snap), result.is_ok());
    let shown = match action {
        Action::Decide { .. } => may.decide,
        Action::Withdraw { .. } => may.withdraw,
        Action::RequestInfo { .. } => may.request_info,
        Action::ProvideInfo { .. } => may.provide_info,
        Action::Start => may.start,
        Action::Block { .. } => may.block,
        Action::Unblock { .. } => may.unblock,
        Action::Escalate { .. } => may.escalate,
        Action::TakeOver => may.take_over,
        Action::SendToQa { .. } => may.send_to_qa,
        Action::PassQa { .. } => may.pass_qa,
        Action::ReturnFromQa { .. } => may.return_from_qa,
        Action::Resolve { .. } => may.resolve,
        Action::Reopen { .. } => may.reopen,
        Action::Close { .. } => may.close,
        Action::Complete { .. } => may.complete,
        Action::Retry => may.retry,
        Action::Activate => may.activate,
        Action::Cancel { .. } => may.cancel,
        Action::Uncancel { .. } => may.uncancel,
        Action::Delete { .. } => may.delete,
        // What is chosen decides too: nobody else, no past time.
        Action::Reroute { .. } => may.reroute,
        Action::Assign { .. } => may.assign,
        Action::Schedule { .. } => may.schedule,
    };
    let chosen = matches!(action, Action::Reroute { .. } | Action::Assign { .. } | Action::Schedule { .. });
    let same = if chosen { shown || !possible } else { shown == possible };
    assert!(same, "{} {action:?} in {snap:?}: shown {shown}, possible {possible}", facts.person.name);
    let sees = may_see(&snap.request, facts, now);
    if let Err(refusal) = result {
        let ended = facts.stands_in.iter().any(|lent| lent.until <= now);
        assert!(*refusal != Refusal::NotFound || !sees, "{}: not found although seen", facts.person.name);
        assert!(*refusal == Refusal::NotFound || sees || ended, "{}: {refusal:?} tells of what is not seen", facts.person.name);
        assert!(*refusal == Refusal::NotFound || refusal.to_string().ends_with('.') || matches!(refusal, Refusal::Input { .. }));
    }
}
