//! What the machine keeps, counted anew by other code.

use domain::approvals::{ApproverVerdict, StageRequirement};
use domain::requests::RequestState;

/// Whether every stage is met, counted anew.
pub fn met(state: &RequestState) -> bool {
    let approval = &state.approval;
    approval.stages.iter().all(|stage| {
        let approving: Vec<_> = approval
            .decisions
            .iter()
            .filter(|given| given.verdict == ApproverVerdict::Approve && stage.rules.iter().any(|rule| rule.key == given.rule))
            .collect();
        let people: std::collections::BTreeSet<_> = approving.iter().map(|given| given.by.id).collect();
        let by_docket = approval.settled.iter().any(|settled| settled.stage == stage.key && settled.verdict == ApproverVerdict::Approve);
        by_docket
            || match stage.require {
                StageRequirement::All => stage.rules.iter().all(|rule| approving.iter().any(|given| given.rule == rule.key)),
                StageRequirement::Any => !approving.is_empty(),
                StageRequirement::AtLeast(n) => people.len() >= n as usize,
            }
    })
}

/// What an end protects: everything but the log's counter and what was delivered.
pub fn core(state: &RequestState) -> String {
    let run = state.run.as_ref().map(|run| run.attempt);
    format!("{:?} {:?} {:?} {:?} {:?} {}", state.status, state.returns_to, state.approval, state.assignee, run, state.deleted)
}
