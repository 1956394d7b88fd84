//! The request is the fold of its events, whatever is done to it and in whatever order the log is read.

mod office;
mod world;

use domain::approvals::{ApproverVerdict, DeputyDecisions, RuleTarget, StageRequirement};
use domain::id::TaskId;
use domain::people::Facts;
use domain::requests::actions::rows_from;
use domain::requests::lifecycle::{ACTION_TABLE, ActionGoal, ActionInput, act, apply, fold, observe};
use domain::requests::tasks::TaskStatus;
use domain::requests::{AutomationEnd, AutomationPlan, Event, EventKind, FulfilmentPlan, STATUSES, Status, history};
use office::*;
use proptest::prelude::*;
use world::{Node, filled, observations, plan};

fn worlds() -> Vec<Node> {
    let automation = Some(AutomationPlan { job_template: Some("Make a machine".to_owned()), workflow_template: None });
    let mut worlds = Vec::new();
    for plan in [
        plan(&[], false),
        plan(&["hook"], true),
        FulfilmentPlan { qa: true, schedule: true, ..plan(&[], false) },
        FulfilmentPlan { automation, ..plan(&[], false) },
    ] {
        worlds.push(Node::filed(StageRequirement::All, None, plan.clone()));
        for require in [StageRequirement::All, StageRequirement::Any, StageRequirement::AtLeast(2)] {
            for rules in [vec![], vec![by_requester()], vec![by_ruth(), by_group()], vec![by_group(), by_lead(), by_admins()]] {
                worlds.push(Node::filed(require, Some(rules), plan.clone()));
            }
        }
    }
    worlds
}

fn everyone() -> Vec<Facts> {
    let mut people = everybody();
    people.extend([supervisor(), checker(), deputy(&ruth(), 0, 10)]);
    people
}

/// As many as there are in the table, and an approver's three decisions.
fn actions() -> usize {
    3 + ACTION_TABLE.len()
}

fn action(index: usize, words: String) -> ActionInput {
    match index {
        0 => ActionInput::decide(ApproverVerdict::Approve, words, None),
        1 => ActionInput::decide(ApproverVerdict::Reject, words, Some(2)),
        2 => ActionInput::decide(ApproverVerdict::AskForChanges, words, None),
        row => filled(&ACTION_TABLE[row - 3], words),
    }
}

fn any_what() -> impl Strategy<Value = EventKind> {
    let keys = || prop::collection::vec(prop::sample::select(vec!["ruth".to_owned(), "owners".to_owned()]), 0..3);
    let text = || ".{0,12}";
    let behalf = || Just(DeputyDecisions::new());
    let verdict = || prop::sample::select(vec![ApproverVerdict::Approve, ApproverVerdict::Reject]);
    let task = || any::<u128>().prop_map(|id| TaskId(uuid::Uuid::from_u128(id % 3)));
    let status = || prop::sample::select(domain::requests::tasks::TASK_STATUSES.to_vec());
    let target = || Just(RuleTarget::Administrators);
    let decided = prop_oneof![
        (keys(), text(), behalf()).prop_map(|(rules, reason, on_behalf_of)| EventKind::Approved {
            rules,
            reason,
            on_behalf_of,
            seen: None
        }),
        (keys(), text(), behalf()).prop_map(|(rules, reason, on_behalf_of)| EventKind::Rejected {
            rules,
            reason,
            on_behalf_of,
            seen: None
        }),
        (keys(), text()).prop_map(|(rules, reason)| EventKind::Withdrawn { rules, reason }),
        (text(), target(), text()).prop_map(|(rule, target, words)| EventKind::Rerouted { rule, target, reason: words.clone(), words }),
        text().prop_map(|key| EventKind::Reminded { key }),
        keys().prop_map(|rules| EventKind::FellBack { rules }),
        (text(), keys(), target()).prop_map(|(key, rules, target)| EventKind::ApprovalEscalated { words: key.clone(), key, rules, target }),
        (text(), verdict()).prop_map(|(key, verdict)| EventKind::TimedOut { stage: "approval".to_owned(), key, verdict }),
        text().prop_map(|question| EventKind::InfoRequested { question }),
        text().prop_map(|answer| EventKind::InfoProvided { answer }),
    ];
    let seen = prop_oneof![
        Just(EventKind::Submitted),
        Just(EventKind::Released),
        Just(EventKind::Scheduled { for_time: at(60) }),
        Just(EventKind::Activated),
        text().prop_map(|connector| EventKind::Delivered { connector }),
        (1..4u32).prop_map(|attempt| EventKind::Launching { attempt }),
        text().prop_map(|job| EventKind::Launched { job }),
        text().prop_map(|note| EventKind::AutomationEnded { ended: AutomationEnd::Failed, note }),
        text().prop_map(|error| EventKind::Failed { error }),
        (task(), any::<bool>()).prop_map(|(task, required)| EventKind::TaskAdded { task, title: String::new(), required }),
        (task(), status(), any::<bool>()).prop_map(|(task, to, required)| EventKind::TaskChanged {
            task,
            title: String::new(),
            to,
            required,
            by_link: None
        }),
    ];
    let worked = prop_oneof![
        Just(EventKind::Retried),
        Just(EventKind::Started),
        Just(EventKind::TakenOver),
        Just(EventKind::Assigned { to: operator().person }),
        text().prop_map(|reason| EventKind::Blocked { reason }),
        text().prop_map(|note| EventKind::Unblocked { note }),
        text().prop_map(|reason| EventKind::Escalated { reason }),
        text().prop_map(|note| EventKind::SentToQa { note }),
        text().prop_map(|reason| EventKind::ReturnedFromQa { reason }),
        text().prop_map(|note| EventKind::PassedQa { note }),
        text().prop_map(|note| EventKind::Resolved { note }),
        text().prop_map(|reason| EventKind::Reopened { reason }),
        text().prop_map(|note| EventKind::Closed { note }),
        text().prop_map(|note| EventKind::Completed { note }),
        text().prop_map(|reason| EventKind::Cancelled { reason }),
        text().prop_map(|reason| EventKind::Uncancelled { reason }),
        text().prop_map(|reason| EventKind::Deleted { reason }),
    ];
    prop_oneof![decided, seen, worked]
}

/// A request after these steps: who, what, with which words.
fn lived(world: usize, steps: Vec<(usize, usize, String)>) -> Node {
    let people = everyone();
    let mut node = worlds().swap_remove(world);
    for (minute, (who, what, words)) in steps.into_iter().enumerate() {
        let now = at(minute as i64);
        let decision = if what < actions() {
            act(&node.request, &people[who], &action(what, words), now).ok()
        } else {
            let seen = observations().swap_remove((what - actions()) % observations().len());
            Some(observe(&node.request, &seen, now)).filter(|decision| !decision.is_nothing())
        };
        if let Some(decision) = decision {
            node = node.lax(decision);
        }
    }
    node
}

fn steps() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    let words = prop_oneof![4 => Just("A reason".to_owned()), 1 => ".{0,20}"];
    prop::collection::vec((0..10usize, 0..actions() + 7, words), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// People, deliveries and time in any order, with any words: the stored log, read back, folds to the stored state.
    #[test]
    fn the_log_read_back_folds_to_the_state(world in 0..worlds().len(), steps in steps()) {
        let node = lived(world, steps);
        let log = serde_json::to_string(&node.events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&log).unwrap();
        prop_assert_eq!(&fold(&node.start, &read), &node.request.state);
        let stored: domain::requests::RequestState = serde_json::from_str(&serde_json::to_string(&node.request.state).unwrap()).unwrap();
        prop_assert_eq!(stored, node.request.state);
    }

    /// Every past state is found again from the log and the present request, in whatever order the log is given.
    #[test]
    fn every_moment_is_found_again(world in 0..worlds().len(), steps in steps(), shuffled in any::<u64>()) {
        let node = lived(world, steps);
        let mut log = node.events.clone();
        log.sort_by_key(|event| u64::from(event.seq).wrapping_mul(shuffled | 1));
        let mut state = node.start.clone();
        prop_assert_eq!(&history::start(&node.request), &state);
        for event in &node.events {
            state = apply(&state, event);
            prop_assert_eq!(&history::at(&node.request, &log, event.seq).state, &state);
        }
        prop_assert_eq!(&history::at(&node.request, &log, u32::MAX), &node.request);
        prop_assert_eq!(history::fingerprint(&history::at(&node.request, &log, 1)), history::fingerprint(&node.request));
    }

    /// What is only noted commutes: deliveries and tasks seen in the same moment lead to the same state in any order.
    #[test]
    fn the_order_of_what_is_only_noted_does_not_matter(
        world in 0..worlds().len(),
        steps in steps(),
        whats in prop::collection::vec(any_noted(), 2..6),
    ) {
        let node = lived(world, steps);
        let read = |whats: &mut dyn Iterator<Item = &EventKind>| {
            let mut state = node.request.state.clone();
            for what in whats {
                state = apply(&state, &Event { seq: state.events + 1, at: at(99), actor: None, what: what.clone() });
            }
            state.required_tasks.sort();
            state.approval.done.sort();
            state
        };
        prop_assert_eq!(read(&mut whats.iter()), read(&mut whats.iter().rev()));
    }

    /// Two approvals of different rules, recorded in the same moment, lead to the same outcome in either order.
    #[test]
    fn the_order_of_two_approvals_does_not_matter(require in prop::sample::select(vec![StageRequirement::All, StageRequirement::Any, StageRequirement::AtLeast(2)])) {
        let node = Node::filed(require, Some(vec![by_ruth(), by_group()]), plan(&[], false));
        let both = |first: Facts, second: Facts| {
            let mut node = node.clone();
            for person in [first, second] {
                if let Ok(decision) = act(&node.request, &person, &action(0, String::new()), at(5)) {
                    node = node.after(decision);
                }
            }
            node.request.state
        };
        let (one, other) = (both(ruth(), samir()), both(samir(), ruth()));
        prop_assert_eq!((one.status, one.events), (other.status, other.events));
        if require != StageRequirement::Any {
            let names = |state: &domain::requests::RequestState| {
                let mut names: Vec<_> = state.approval.decisions.iter().map(|given| (given.rule.clone(), given.by.name.clone())).collect();
                names.sort();
                names
            };
            prop_assert_eq!(names(&one), names(&other));
        }
    }

    /// Whatever a log says, it folds, and statuses move along the table only.
    #[test]
    fn any_event_on_any_state_folds_along_the_table(
        status in prop::sample::select(STATUSES.to_vec()),
        returns_to in prop::collection::vec(prop::sample::select(STATUSES.to_vec()), 0..3),
        what in any_what(),
        seq in any::<u32>(),
    ) {
        let mut state = worlds().swap_remove(3).request.state;
        (state.status, state.returns_to) = (status, returns_to.clone());
        let next = apply(&state, &Event { seq, at: at(5), actor: Some(ruth().person), what });
        prop_assert_eq!((next.events, next.updated_at), (seq, at(5)));
        let usual = if status == Status::Blocked { Status::InProgress } else { Status::PendingApproval };
        let along = rows_from(status).any(|row| match row.to {
            ActionGoal::To(to) => next.status == to,
            ActionGoal::Back => next.status == returns_to.last().copied().unwrap_or(usual),
            ActionGoal::Gone | ActionGoal::Stay => false,
        });
        prop_assert!(next.status == status || along, "{:?} to {:?}", status, next.status);
    }
}

fn any_noted() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        ".{0,5}".prop_map(|connector| EventKind::Delivered { connector }),
        ".{0,5}".prop_map(|connector| EventKind::Replayed { connector }),
        (any::<u128>(), any::<bool>()).prop_map(|(id, required)| EventKind::TaskAdded {
            task: TaskId(uuid::Uuid::from_u128(id)),
            title: String::new(),
            required
        }),
        any::<u128>().prop_map(|id| EventKind::TaskChanged {
            task: TaskId(uuid::Uuid::from_u128(id)),
            title: String::new(),
            to: TaskStatus::Done,
            required: true,
            by_link: None
        }),
        "[a-c]".prop_map(|key| EventKind::Reminded { key }),
    ]
}
