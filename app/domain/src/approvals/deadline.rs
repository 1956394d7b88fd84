//! What falls due while nobody decides: reminders, escalation, an outcome. Pure: a worker asks what is due and hands it back to the
//! request, which takes each key once; asking twice, or by two workers, changes nothing.

use super::machine::open_stage;
use super::{Approval, ApproverVerdict, FrozenStage, RuleTarget};
use crate::bounds::later;
use chrono::{DateTime, Duration, Utc};

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDeadline {
    /// Names it for ever: `money/remind/24`. The approval notes what was done under it.
    pub key: String,
    /// Since when.
    pub at: DateTime<Utc>,
    pub what: DueKind,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DueKind {
    /// Tell those who may decide.
    Remind,
    /// Somebody else may decide as well.
    Escalate { target: RuleTarget, words: String },
    /// Docket decides the stage.
    Outcome { verdict: ApproverVerdict },
}

/// Everything the open stage will ever ask for and has not had, in order of time; nothing while it stands still.
fn ahead(approval: &Approval) -> Vec<DueDeadline> {
    let (Some(stage), Some(opened), None) = (open_stage(approval), approval.opened_at, approval.paused_at) else {
        return Vec::new();
    };
    let mut ahead = plan(stage, opened);
    // A reminder makes those before it pointless.
    let reminded = ahead.iter().filter(|due| due.what == DueKind::Remind && approval.done.contains(&due.key)).map(|due| due.at).max();
    ahead.retain(|due| !approval.done.contains(&due.key) && (due.what != DueKind::Remind || Some(due.at) > reminded));
    ahead.sort_by_key(|due| due.at);
    ahead
}

fn plan(stage: &FrozenStage, opened: DateTime<Utc>) -> Vec<DueDeadline> {
    let Some(deadline) = &stage.deadline else { return Vec::new() };
    let due = |kind: &str, hours: u32, what| DueDeadline {
        key: format!("{}/{kind}/{hours}", stage.key),
        at: later(opened, Duration::hours(i64::from(hours))),
        what,
    };
    let mut plan: Vec<DueDeadline> = deadline.remind.iter().map(|hours| due("remind", *hours, DueKind::Remind)).collect();
    if let Some(to) = &deadline.escalation {
        plan.push(due("escalate", to.after, DueKind::Escalate { target: to.target.clone(), words: to.words.clone() }));
    }
    // Asking for changes is nothing that can happen by itself.
    if let Some(verdict) = deadline.then.filter(|verdict| *verdict != ApproverVerdict::AskForChanges) {
        plan.push(due("outcome", deadline.hours, DueKind::Outcome { verdict }));
    }
    plan
}

/// What is due now and was not done, oldest first. When several reminders were missed, the last one alone is sent. After an outcome
/// nothing more is due: the next stage begins its own time.
pub fn due(approval: &Approval, now: DateTime<Utc>) -> Vec<DueDeadline> {
    let mut due: Vec<DueDeadline> = ahead(approval).into_iter().filter(|due| due.at <= now).collect();
    let last_reminder = due.iter().rposition(|due| due.what == DueKind::Remind);
    let mut at = 0;
    due.retain(|due| {
        at += 1;
        due.what != DueKind::Remind || Some(at - 1) == last_reminder
    });
    if let Some(outcome) = due.iter().position(|due| matches!(due.what, DueKind::Outcome { .. })) {
        // What should have happened before is pointless once the outcome is there.
        due = due.split_off(outcome);
        due.truncate(1);
    }
    due
}

/// When to look again: the time of the first thing that will fall due.
pub fn next(approval: &Approval) -> Option<DateTime<Utc>> {
    ahead(approval).first().map(|due| due.at)
}

/// When the open stage should be decided.
pub fn due_at(approval: &Approval) -> Option<DateTime<Utc>> {
    let hours = open_stage(approval)?.deadline.as_ref()?.hours;
    Some(later(approval.opened_at?, Duration::hours(i64::from(hours))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::{ApprovalEscalation, FrozenDeadline, StageRequirement, machine};

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_306_000, 0).unwrap() + Duration::hours(hours)
    }

    fn waiting() -> Approval {
        let mut approval = Approval::of_one_stage(StageRequirement::All, vec![machine::fallback()]);
        let escalation = Some(ApprovalEscalation { after: 48, target: RuleTarget::Administrators, words: "any administrator".to_owned() });
        approval.stages[0].deadline =
            Some(FrozenDeadline { hours: 72, remind: vec![24, 36], escalation, then: Some(ApproverVerdict::Reject) });
        approval.opened_at = Some(at(0));
        approval
    }

    fn keys(approval: &Approval, hour: i64) -> Vec<String> {
        due(approval, at(hour)).into_iter().map(|due| due.key).collect()
    }

    #[test]
    fn things_fall_due_in_their_order_and_once() {
        let mut approval = waiting();
        assert_eq!((keys(&approval, 23), next(&approval), due_at(&approval)), (vec![], Some(at(24)), Some(at(72))));
        assert_eq!(keys(&approval, 24), ["approval/remind/24"]);
        approval.done.push("approval/remind/24".to_owned());
        assert_eq!((keys(&approval, 35), next(&approval)), (vec![], Some(at(36))));
        assert_eq!(keys(&approval, 50), ["approval/remind/36", "approval/escalate/48"]);
        assert_eq!(keys(&approval, 72), ["approval/outcome/72"], "nobody is reminded of what is over");
    }

    #[test]
    fn missed_reminders_are_one_reminder() {
        let mut approval = waiting();
        assert_eq!(keys(&approval, 40), ["approval/remind/36"]);
        approval.done.push("approval/remind/36".to_owned());
        assert_eq!(keys(&approval, 41), [""; 0]);
    }

    #[test]
    fn nothing_is_due_while_it_stands_still_or_is_over() {
        let paused = Approval { paused_at: Some(at(1)), ..waiting() };
        assert_eq!((keys(&paused, 500), next(&paused)), (vec![], None));
        let not_open = Approval { opened_at: None, ..waiting() };
        assert_eq!(keys(&not_open, 500), [""; 0]);
        assert_eq!(keys(&Approval::of_one_stage(StageRequirement::All, vec![]), 500), [""; 0]);
        let mut asks = waiting();
        if let Some(deadline) = &mut asks.stages[0].deadline {
            deadline.then = Some(ApproverVerdict::AskForChanges);
        }
        assert!(!keys(&asks, 500).iter().any(|key| key.contains("outcome")));
    }
}
