//! The action table, walked against the machine: every row, every caller, every status. What is offered is not refused, what is not
//! offered is, and what is required is asked for in the table's own words.

mod office;
mod world;

use chrono::Duration;
use domain::approvals::{ApprovalPolicy, ApprovalRule, ApprovalStage, StageRequirement};
use domain::id::TaskId;
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::actions::{ACTION_TABLE, ActionAsks, ActionDetail, ActionInput, ActionKind, ActionRow};
use domain::requests::lifecycle::{SystemObservation, act, allowed, may_see, observe};
use domain::requests::{AutomationEnd, AutomationPlan, FulfilmentPlan, Request, STATUSES, Status};
use office::*;
use std::collections::BTreeSet;
use world::{filed, filled};

/// Everybody who can be at a request: both sides, with every role, and strangers.
fn callers() -> Vec<Facts> {
    let plain = Facts { roles: vec!["requester".to_owned()], memberships: vec![], ..requester() };
    let mut callers = everybody();
    callers.extend([plain, operator(), supervisor(), checker(), deputy(&ruth(), 0, 60)]);
    callers
}

fn plans() -> Vec<FulfilmentPlan> {
    let automation = AutomationPlan { job_template: Some("rack".to_owned()), workflow_template: None };
    vec![
        FulfilmentPlan::default(),
        FulfilmentPlan { qa: true, schedule: true, ..FulfilmentPlan::default() },
        FulfilmentPlan { automation: Some(automation), ..FulfilmentPlan::default() },
        FulfilmentPlan { connectors: vec!["hook".to_owned()], ..FulfilmentPlan::default() },
    ]
}

/// Requests of every plan in every status, with and without a task left, assigned and not, cancelled by their requester and by others.
fn requests() -> Vec<Request> {
    let rule = |key: &str| ApprovalRule { key: key.to_owned(), label: key.to_owned(), ..ApprovalRule::default() };
    let rules = vec![
        ApprovalRule { person: Some(ruth().person.id.to_string()), ..rule("ruth") },
        ApprovalRule { group: Some(group().key), ..rule("owners") },
    ];
    let stage = ApprovalStage {
        key: "team".to_owned(),
        label: "Team".to_owned(),
        require: StageRequirement::All,
        rules,
        when: None,
        deadline: None,
    };
    let mut all = Vec::new();
    for plan in plans() {
        for policy in [None, Some(ApprovalPolicy { stages: vec![stage.clone()], ..ApprovalPolicy::default() })] {
            let new = filed(policy, plan.clone()).request;
            let failed =
                observe(&new, &SystemObservation::AutomationEnded { attempt: 1, ended: AutomationEnd::Failed, note: String::new() }, at(1));
            let given = act(&new, &ruth(), &ActionInput::new(ActionKind::Approve, ""), at(1)).map(|decision| decision.state);
            for state in [Some(new.state.clone()), Some(failed.state), given.ok()].into_iter().flatten() {
                for status in STATUSES {
                    let mut request = Request { state: state.clone(), ..new.clone() };
                    request.state.status = status;
                    all.push(request.clone());
                    request.state.assignee = Some(operator().person);
                    request.state.cancelled_by = Some(requester().person.id);
                    request.state.required_tasks = vec![TaskId(uuid::Uuid::from_u128(500))];
                    all.push(request.clone());
                    if plan.is_empty() {
                        request.state.deleted = true;
                        all.push(request);
                    }
                }
            }
        }
    }
    all
}

fn now() -> chrono::DateTime<chrono::Utc> {
    at(2)
}

/// The action with nothing in it that it asks for.
fn empty(row: &ActionRow) -> ActionInput {
    ActionInput::new(row.kind, " \n")
}

/// The sentence for what is left out, when something has to be there.
fn missing(asks: &ActionAsks) -> Option<&'static str> {
    match asks {
        ActionAsks::Nothing => None,
        ActionAsks::Words(words) => Some(words.missing).filter(|missing| !missing.is_empty()),
        ActionAsks::Person { missing } | ActionAsks::Time { missing } => Some(missing),
        // The reason is asked for first.
        ActionAsks::Approver { words, .. } => Some(words.missing),
    }
}

#[test]
fn what_is_offered_is_not_refused_and_what_is_not_offered_is() {
    let mut offered = BTreeSet::new();
    for request in requests() {
        for caller in callers() {
            let may = allowed(&request, &caller, now());
            for row in ACTION_TABLE {
                let result = act(&request, &caller, &filled(row, "So it is"), now());
                let what = || format!("{:?} by {} while {:?}: {result:?}", row.kind, caller.person.name, request.state.status);
                match (may.may(row.kind), &result) {
                    (true, Ok(_)) => _ = offered.insert(row.kind),
                    // What is chosen can be wrong: somebody who has it already, a rule that is decided.
                    (true, Err(Refusal::Conflict { .. } | Refusal::NotFound)) => {
                        assert!(matches!(row.asks, ActionAsks::Person { .. } | ActionAsks::Approver { .. }), "{}", what());
                    }
                    (true, Err(_)) => panic!("offered and refused: {}", what()),
                    // Giving it on is offered as giving it, and nobody is offered what they have.
                    (false, Ok(_)) => assert!(matches!(row.kind, ActionKind::Reassign | ActionKind::AssignToMe), "{}", what()),
                    (false, Err(Refusal::NotFound)) => {
                        let ended = caller.deputy_rights.iter().any(|right| right.until <= now());
                        assert!(!may_see(&request, &caller, now()) || ended || row.who.rights.is_empty(), "{}", what());
                    }
                    (false, Err(refusal)) => assert!(refusal.to_string().ends_with('.'), "{}", what()),
                }
            }
        }
    }
    let never: Vec<_> =
        ACTION_TABLE.iter().filter(|row| !row.who.rights.is_empty() && !offered.contains(&row.kind)).map(|row| row.kind).collect();
    assert_eq!(never, [ActionKind::Reassign], "giving it on is offered as giving it");
}

#[test]
fn what_is_required_is_asked_for_in_the_words_of_the_table() {
    let mut asked = BTreeSet::new();
    for request in requests() {
        for caller in callers() {
            let may = allowed(&request, &caller, now());
            for row in ACTION_TABLE.iter().filter(|row| may.may(row.kind)) {
                let result = act(&request, &caller, &empty(row), now());
                match missing(&row.asks) {
                    Some(sentence) => {
                        let Err(Refusal::Input { message, .. }) = &result else { panic!("{:?} takes nothing: {result:?}", row.kind) };
                        assert_eq!(message, sentence, "{:?}", row.kind);
                        asked.insert(row.kind);
                    }
                    None => assert!(result.is_ok(), "{:?} is refused without what it says is optional: {result:?}", row.kind),
                }
            }
        }
    }
    let required: BTreeSet<_> = ACTION_TABLE.iter().filter(|row| missing(&row.asks).is_some()).map(|row| row.kind).collect();
    assert_eq!(required.difference(&asked).collect::<Vec<_>>(), [&ActionKind::Reassign]);
}

/// An approver asks for changes by another right than those who work; it is the same action with the same question.
#[test]
fn an_approver_asks_for_changes_in_the_same_words() {
    let request =
        requests().into_iter().find(|request| request.state.status == Status::PendingApproval && !request.state.approval.stages.is_empty());
    let ask =
        |words: &str| ActionInput { detail: ActionDetail::Decision { seen: None }, ..ActionInput::new(ActionKind::RequestInfo, words) };
    let request = request.unwrap();
    let refused = act(&request, &ruth(), &ask(""), now()).unwrap_err();
    assert_eq!(refused.to_string(), missing(&ActionKind::RequestInfo.row().asks).unwrap());
    assert_eq!(act(&request, &ruth(), &ask("Which?"), now()).unwrap().state.status, Status::NeedsInfo);
}

#[test]
fn what_is_left_out_beside_the_words_is_named_too() {
    let no_time = act(
        &requests_with(FulfilmentPlan { schedule: true, ..FulfilmentPlan::default() }),
        &operator(),
        &ActionInput::new(ActionKind::Schedule, ""),
        now(),
    );
    assert_eq!(no_time.unwrap_err(), Refusal::input("at", "Enter a date and a time"));
    let past = ActionInput::schedule(now() - Duration::minutes(1));
    let past = act(&requests_with(FulfilmentPlan { schedule: true, ..FulfilmentPlan::default() }), &operator(), &past, now());
    assert_eq!(past.unwrap_err(), Refusal::input("at", "Choose a time that has not passed"));
    let nobody = act(&requests_with(FulfilmentPlan::default()), &operator(), &ActionInput::new(ActionKind::Assign, ""), now());
    assert_eq!(nobody.unwrap_err(), Refusal::input("to", "Choose a person from the list"));
}

fn requests_with(plan: FulfilmentPlan) -> Request {
    filed(None, plan).request
}
