//! The request engine, model-checked: the production functions explored in every order, and each property seen to notice its fault.

mod desk;
mod office;
mod world;

use desk::{Desk, Fault, Snap, Step};
use domain::approvals::{ApprovalPolicy, ApprovalRule, ApprovalStage, ApproverVerdict, RuleTarget, StageDeadline, StageRequirement};
use domain::id::TaskId;
use domain::people::Facts;
use domain::requests::actions::rows_from;
use domain::requests::lifecycle::{ACTION_TABLE, ActionGoal, ActionInput, ActionKind, goal};
use domain::requests::tasks::{self, Task, TaskStatus};
use domain::requests::{AutomationPlan, FulfilmentPlan, STATUSES, Status};
use office::*;
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::{BTreeMap, BTreeSet};
use world::filed;

fn reason() -> String {
    "A reason".to_owned()
}

fn decide(verdict: ApproverVerdict) -> ActionInput {
    ActionInput::decide(verdict, reason(), Some(1))
}

fn rule(key: &str) -> ApprovalRule {
    ApprovalRule { key: key.to_owned(), label: key.to_owned(), ..ApprovalRule::default() }
}

fn person(facts: &Facts, key: &str) -> ApprovalRule {
    ApprovalRule { person: Some(facts.person.id.to_string()), ..rule(key) }
}

fn owners(key: &str) -> ApprovalRule {
    ApprovalRule { group: Some(group().key), ..rule(key) }
}

fn stage(key: &str, require: StageRequirement, rules: Vec<ApprovalRule>, then: Option<ApproverVerdict>) -> ApprovalStage {
    let deadline = then.map(|then| StageDeadline {
        hours: 2,
        remind: vec![1],
        escalate_to: Some(admin().person.id.to_string()),
        escalate_after: Some(1),
        then: Some(then),
    });
    ApprovalStage { key: key.to_owned(), label: key.to_owned(), require, rules, when: None, deadline }
}

/// The requester (an administrator in the approving group), Ruth with a deputy for an hour, Samir of the group, an administrator.
fn approvers() -> Vec<Facts> {
    vec![requester(), ruth(), samir(), admin(), deputy(&ruth(), 0, 60)]
}

fn approving(stages: Vec<ApprovalStage>, plan: FulfilmentPlan, hours: u8) -> Desk {
    let file = filed(Some(ApprovalPolicy { stages, ..ApprovalPolicy::default() }), plan);
    let target = RuleTarget::Person { id: admin().person.id };
    let actions = vec![
        decide(ApproverVerdict::Approve),
        decide(ApproverVerdict::Reject),
        decide(ApproverVerdict::AskForChanges),
        ActionInput::new(ActionKind::Withdraw, ""),
        ActionInput::new(ActionKind::ProvideInfo, reason()),
        ActionInput::reroute("ruth", target, "Anna Kovac", reason()),
        ActionInput::new(ActionKind::Cancel, "So"),
        ActionInput::new(ActionKind::Uncancel, ""),
        ActionInput::new(ActionKind::Delete, "So"),
        ActionInput::new(ActionKind::Start, ""),
        ActionInput::new(ActionKind::Complete, ""),
    ];
    let (start, effects) = (file.request, file.decision.effects);
    Desk { start, effects, people: approvers(), actions, hours, unsteady: true, leaver: false, task: None, fault: None }
}

fn hooked() -> FulfilmentPlan {
    FulfilmentPlan { connectors: vec!["hook".to_owned()], complete_when_delivered: true, ..FulfilmentPlan::default() }
}

fn two_stages() -> Desk {
    let first = stage("team", StageRequirement::All, vec![person(&ruth(), "ruth"), owners("owners")], None);
    let second =
        stage("money", StageRequirement::Any, vec![ApprovalRule { administrators: true, ..rule("admins") }], Some(ApproverVerdict::Reject));
    approving(vec![first, second], hooked(), 2)
}

fn two_of_three() -> Desk {
    let rules = vec![person(&ruth(), "ruth"), owners("owners"), ApprovalRule { administrators: true, ..rule("admins") }];
    approving(vec![stage("board", StageRequirement::AtLeast(2), rules, None)], FulfilmentPlan::default(), 1)
}

fn any_in_time() -> Desk {
    let rules = vec![person(&ruth(), "ruth"), person(&requester(), "self"), owners("owners")];
    approving(vec![stage("any", StageRequirement::Any, rules, Some(ApproverVerdict::Approve))], hooked(), 2)
}

/// Samir, whom rules name and who is alone in the group beside the requester, is disabled at some moment.
fn leaving() -> Desk {
    let first = stage("team", StageRequirement::All, vec![person(&samir(), "samir"), owners("owners")], None);
    let second =
        stage("board", StageRequirement::AtLeast(2), vec![owners("more"), person(&ruth(), "ruth"), person(&samir(), "again")], None);
    let desk = approving(vec![first, second], FulfilmentPlan::default(), 0);
    let wanted = |action: &ActionInput| action.verdict().is_some() || matches!(action.kind, ActionKind::Withdraw | ActionKind::ProvideInfo);
    Desk { actions: desk.actions.iter().filter(|action| wanted(action)).cloned().collect(), unsteady: false, leaver: true, ..desk }
}

/// The people who work, and a requester who is nothing else. No approval.
fn working(plan: FulfilmentPlan, task: bool) -> Desk {
    let file = filed(None, plan);
    let mut start = file.request;
    let task = task.then(|| Task {
        id: TaskId(uuid::Uuid::from_u128(500)),
        title: "Call the supplier".to_owned(),
        description: String::new(),
        status: TaskStatus::Open,
        required: true,
        assignee: None,
        due: None,
        notes: String::new(),
    });
    if let Some(task) = &task {
        start.state = tasks::add_planned(&start, std::slice::from_ref(task), at(0)).state;
    }
    let plain = Facts { roles: vec!["requester".to_owned()], memberships: vec![], ..requester() };
    let actions = vec![
        ActionInput::new(ActionKind::RequestInfo, reason()),
        ActionInput::new(ActionKind::ProvideInfo, reason()),
        ActionInput::new(ActionKind::AssignToMe, ""),
        ActionInput::assign(operator()),
        ActionInput::assign(supervisor()),
        ActionInput::new(ActionKind::Start, ""),
        ActionInput::new(ActionKind::Block, reason()),
        ActionInput::new(ActionKind::Unblock, ""),
        ActionInput::new(ActionKind::Escalate, reason()),
        ActionInput::new(ActionKind::TakeOver, ""),
        ActionInput::new(ActionKind::SendToQa, ""),
        ActionInput::new(ActionKind::PassQa, ""),
        ActionInput::new(ActionKind::ReturnFromQa, reason()),
        ActionInput::new(ActionKind::Resolve, reason()),
        ActionInput::new(ActionKind::Reopen, reason()),
        ActionInput::new(ActionKind::Close, ""),
        ActionInput::new(ActionKind::Complete, ""),
        ActionInput::new(ActionKind::Retry, ""),
        ActionInput::schedule(at(60)),
        ActionInput::new(ActionKind::Activate, ""),
        ActionInput::new(ActionKind::Cancel, "So"),
        ActionInput::new(ActionKind::Uncancel, ""),
        ActionInput::new(ActionKind::Delete, "So"),
    ];
    let people = vec![plain, operator(), supervisor(), checker()];
    Desk { start, effects: file.decision.effects, people, actions, hours: 1, unsteady: false, leaver: false, task, fault: None }
}

fn by_hand() -> Desk {
    working(FulfilmentPlan { schedule: true, ..FulfilmentPlan::default() }, true)
}

fn checked() -> Desk {
    working(FulfilmentPlan { qa: true, ..FulfilmentPlan::default() }, false)
}

fn automated() -> Desk {
    let automation = Some(AutomationPlan { job_template: Some("Make a machine".to_owned()), workflow_template: None });
    working(FulfilmentPlan { automation, connectors: vec!["hook".to_owned()], ..FulfilmentPlan::default() }, false)
}

fn holds(desk: Desk, least: usize) {
    let began = std::time::Instant::now();
    let checked =
        desk.checker().finish_when(HasDiscoveries::AnyFailures).timeout(std::time::Duration::from_secs(60)).threads(2).spawn_bfs().join();
    println!("{} of {}", checked.unique_state_count(), checked.state_count());
    checked.assert_properties();
    let states = checked.unique_state_count();
    println!("{states} states in {:?}", began.elapsed());
    assert!(states >= least, "the exploration went somewhere: {states} states");
}

#[test]
fn two_stages_with_a_deputy_and_a_due_date_keep_the_rules() {
    holds(two_stages(), 1_000);
}

#[test]
fn two_of_three_keep_the_rules() {
    holds(two_of_three(), 1_000);
}

#[test]
fn any_with_an_automatic_outcome_keeps_the_rules() {
    holds(any_in_time(), 500);
}

#[test]
fn what_waits_for_somebody_who_leaves_keeps_the_rules() {
    holds(leaving(), 90);
}

#[test]
fn what_waits_for_nobody_is_noticed() {
    finds(leaving(), Fault::NobodyPassesOn, "what waits can be decided by somebody, or passes on");
}

#[test]
fn work_by_hand_keeps_the_rules() {
    holds(by_hand(), 500);
}

#[test]
fn work_that_is_checked_keeps_the_rules() {
    holds(checked(), 100);
}

#[test]
fn work_by_automation_keeps_the_rules() {
    holds(automated(), 200);
}

/// The fault is found, by this property and by no other.
fn finds(desk: Desk, fault: Fault, property: &'static str) {
    let found = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checked = Desk { fault: Some(fault), ..desk }.checker().finish_when(found).threads(2).spawn_bfs().join();
    let path = checked.discovery(property);
    assert!(path.is_some(), "{fault:?} went unnoticed; found instead: {:?}", checked.discoveries().keys().collect::<Vec<_>>());
}

#[test]
fn a_self_approval_is_noticed() {
    finds(two_of_three(), Fault::SelfApproval, "nobody approves their own request");
}

#[test]
fn a_deputy_without_a_delegation_is_noticed() {
    finds(any_in_time(), Fault::StaleDeputy, "who decides has the right at that moment");
}

#[test]
fn a_second_outcome_is_noticed() {
    finds(any_in_time(), Fault::SecondOutcome, "at most one outcome");
}

#[test]
fn an_incomplete_all_is_noticed() {
    finds(two_stages(), Fault::AllIsAny, "all means all, n means n");
    finds(two_of_three(), Fault::AllIsAny, "all means all, n means n");
}

#[test]
fn a_change_after_the_end_is_noticed() {
    finds(by_hand(), Fault::ChangeAfterEnd, "what is over changes by its own exits only");
}

#[test]
fn a_second_dispatch_is_noticed() {
    finds(any_in_time(), Fault::DispatchTwice, "dispatched once, after the approval");
}

#[test]
fn a_second_launch_is_noticed() {
    finds(automated(), Fault::LaunchTwice, "launched once, and once for each retry");
}

#[test]
fn a_wrong_return_is_noticed() {
    finds(checked(), Fault::WrongReturn, "interruptions go back to where they came from");
}

#[test]
fn a_second_click_that_counts_is_noticed() {
    finds(checked(), Fault::DoubleClick, "a second click does nothing");
}

#[test]
fn forgotten_tasks_are_noticed() {
    finds(by_hand(), Fault::TasksForgotten, "required tasks come first");
}

/// The states from which no end can be reached without cancelling, and without waiting for a due date.
fn stuck(desk: &Desk) -> (usize, Vec<Snap>) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut snaps: Vec<Snap> = Vec::new();
    let mut back: Vec<Vec<usize>> = Vec::new();
    let mut waiting = Vec::new();
    let mut number = |snap: Snap, snaps: &mut Vec<Snap>, back: &mut Vec<Vec<usize>>, waiting: &mut Vec<usize>| {
        *numbers.entry(format!("{snap:?}")).or_insert_with(|| {
            snaps.push(snap);
            back.push(Vec::new());
            waiting.push(snaps.len() - 1);
            snaps.len() - 1
        })
    };
    for snap in desk.init_states() {
        number(snap, &mut snaps, &mut back, &mut waiting);
    }
    while let Some(from) = waiting.pop() {
        for (step, next) in desk.next_steps(&snaps[from].clone()) {
            let to = number(next, &mut snaps, &mut back, &mut waiting);
            let cancels =
                matches!(step, Step::Acts(_, action) if matches!(desk.actions[action].kind, ActionKind::Cancel | ActionKind::Delete));
            if !cancels && !matches!(step, Step::Hour | Step::Leaves | Step::Gone | Step::Revoked) {
                back[to].push(from);
            }
        }
    }
    let over = |snap: &Snap| snap.request.state.status.is_terminal() || snap.request.state.deleted;
    let mut ends: Vec<usize> = (0..snaps.len()).filter(|index| over(&snaps[*index])).collect();
    let mut finishing: BTreeSet<usize> = ends.iter().copied().collect();
    while let Some(end) = ends.pop() {
        ends.extend(back[end].iter().copied().filter(|from| finishing.insert(*from)));
    }
    let count = snaps.len();
    (count, snaps.into_iter().enumerate().filter(|(index, _)| !finishing.contains(index)).map(|(_, snap)| snap).collect())
}

#[test]
fn everything_that_has_not_ended_has_a_way_on() {
    for desk in [two_of_three(), by_hand(), checked(), automated()] {
        let (count, stuck) = stuck(&desk);
        assert!(count > 100, "{count}");
        assert!(stuck.is_empty(), "{} of {count} have no way on, such as {:?}", stuck.len(), stuck[0]);
    }
}

#[test]
fn a_dead_end_is_noticed() {
    let (_, stuck) = stuck(&Desk { fault: Some(Fault::DeadEnd), ..checked() });
    assert!(stuck.iter().all(|snap| snap.request.state.status == Status::NeedsInfo) && !stuck.is_empty());
}

#[test]
fn every_status_is_reached_and_every_row_is_taken_somewhere() {
    let mut reached = BTreeSet::new();
    for desk in [two_of_three(), by_hand(), checked(), automated()] {
        let mut seen = BTreeSet::new();
        let mut waiting = desk.init_states();
        while let Some(snap) = waiting.pop() {
            if seen.insert(format!("{snap:?}")) {
                reached.insert(snap.request.state.status);
                waiting.extend(desk.next_states(&snap));
            }
        }
    }
    let missing: Vec<_> = STATUSES.into_iter().filter(|status| !reached.contains(status)).collect();
    assert_eq!(missing, [Status::Draft]);
}

#[test]
fn the_table_has_one_row_an_action_and_ends_are_ends() {
    let actions: BTreeSet<_> = ACTION_TABLE.iter().map(|row| row.kind).collect();
    assert_eq!(actions.len(), ACTION_TABLE.len());
    for status in STATUSES {
        assert_eq!(goal(status, ActionKind::Cancel).is_some(), status.is_open(), "{status:?}: what has not ended can be cancelled");
        let leads: Vec<_> = rows_from(status).filter(|row| row.to != ActionGoal::Gone).map(|row| row.kind).collect();
        match status {
            Status::Cancelled => assert_eq!(leads, [ActionKind::Uncancel]),
            _ => assert_eq!(leads.is_empty(), status.is_terminal(), "{status:?}"),
        }
    }
    let exits: Vec<_> = rows_from(Status::Resolved).map(|row| row.kind).collect();
    assert_eq!(exits, [ActionKind::Reopen, ActionKind::Close, ActionKind::Cancel], "a resolved request is locked");
}
