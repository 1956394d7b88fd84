//! Work, case by case: who has it, what holds it up, tasks, automation, time.

mod office;
mod world;

use domain::approvals::{ApprovalPolicy, ApproverVerdict};
use domain::effect::Effect;
use domain::id::TaskId;
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::comments::{self, CommentAudience};
use domain::requests::lifecycle::{ActionInput, ActionKind, SystemObservation, act, allowed, lock, may_see, observe};
use domain::requests::tasks::{self, TASK_STATUSES, Task, TaskActor, TaskStatus};
use domain::requests::{AutomationEnd, AutomationPlan, EventKind, FulfilmentPlan, Request, Status, event, history};
use office::*;
use uuid::Uuid;
use world::filed;

fn text() -> String {
    "So".to_owned()
}

fn request(plan: FulfilmentPlan) -> Request {
    filed(None, plan).request
}

fn plain() -> Facts {
    Facts { roles: vec!["requester".to_owned()], memberships: vec![], ..requester() }
}

fn then(request: &Request, who: &Facts, action: &ActionInput) -> Request {
    let decision = act(request, who, action, at(1)).unwrap_or_else(|refusal| panic!("{}: {action:?}: {refusal}", who.person.name));
    Request { state: decision.state, ..request.clone() }
}

fn no(request: &Request, who: &Facts, action: &ActionInput) -> String {
    act(request, who, action, at(1)).expect_err("refused").to_string()
}

fn saw(request: &Request, seen: &SystemObservation, minute: i64) -> Request {
    Request { state: observe(request, seen, at(minute)).state, ..request.clone() }
}

fn started() -> Request {
    then(&request(FulfilmentPlan::default()), &operator(), &ActionInput::new(ActionKind::Start, ""))
}

fn assign(to: Facts) -> ActionInput {
    ActionInput::assign(to)
}

#[test]
fn work_is_given_taken_and_passed_on() {
    let open = request(FulfilmentPlan::default());
    assert_eq!(no(&open, &operator(), &assign(ruth())), "Ruth Abel does not work on requests. Choose somebody who does");
    assert_eq!(no(&open, &plain(), &assign(operator())), "Only the people who work on requests can do this.");
    let given = then(&open, &supervisor(), &assign(operator()));
    assert_eq!((given.state.status, given.state.assignee.as_ref().unwrap().name.as_str()), (Status::Assigned, "Omar Diaz"));
    assert_eq!(no(&given, &supervisor(), &assign(operator())), "Omar Diaz has this request already.");
    assert!(
        !allowed(&given, &operator(), at(1)).may(ActionKind::AssignToMe)
            && allowed(&given, &supervisor(), at(1)).may(ActionKind::AssignToMe)
    );
    let passed = then(&given, &operator(), &assign(checker()));
    assert_eq!((passed.state.status, passed.state.assignee.as_ref().unwrap().name.as_str()), (Status::Assigned, "Quentin Park"));
    let begun = then(&passed, &operator(), &ActionInput::new(ActionKind::Start, ""));
    assert_eq!(begun.state.assignee.as_ref().unwrap().name, "Quentin Park", "who has it keeps it");
    assert_eq!(started().state.assignee.unwrap().name, "Omar Diaz", "who starts what nobody has, has it");
    let gone = Facts { roles: vec!["requester".to_owned()], ..operator() };
    assert!(may_see(&given, &gone, at(1)) && !may_see(&open, &gone, at(1)), "what one has stays in sight");
}

#[test]
fn blocked_work_needs_a_reason_and_goes_on_where_it_was() {
    assert_eq!(no(&started(), &operator(), &ActionInput::new(ActionKind::Block, " ")), "Write what the work waits for");
    let blocked = then(&started(), &operator(), &ActionInput::new(ActionKind::Block, text()));
    let asked = then(&blocked, &operator(), &ActionInput::new(ActionKind::RequestInfo, text()));
    assert_eq!(asked.state.returns_to, [Status::InProgress, Status::Blocked]);
    let answered = then(&asked, &plain(), &ActionInput::new(ActionKind::ProvideInfo, text()));
    assert_eq!(answered.state.status, Status::Blocked);
    assert_eq!(then(&answered, &operator(), &ActionInput::new(ActionKind::Unblock, "")).state.status, Status::InProgress);
    let up = then(&answered, &supervisor(), &ActionInput::new(ActionKind::Escalate, text()));
    assert_eq!((up.state.status, up.state.returns_to.len()), (Status::Escalated, 0));
}

#[test]
fn supervisors_escalate_and_take_over() {
    assert_eq!(no(&started(), &operator(), &ActionInput::new(ActionKind::Escalate, text())), "Only a supervisor can do this.");
    let up = then(&started(), &supervisor(), &ActionInput::new(ActionKind::Escalate, text()));
    let taken = then(&up, &supervisor(), &ActionInput::new(ActionKind::TakeOver, ""));
    assert_eq!((taken.state.status, taken.state.assignee.unwrap().name.as_str()), (Status::InProgress, "Sofia Brandt"));
    assert_eq!(then(&up, &operator(), &ActionInput::new(ActionKind::Resolve, text())).state.status, Status::Resolved);
}

#[test]
fn the_quality_check_is_there_where_the_plan_has_it() {
    let send = ActionInput::new(ActionKind::SendToQa, "");
    assert!(no(&started(), &operator(), &send).starts_with("This item has no quality check."));
    let new =
        then(&request(FulfilmentPlan { qa: true, ..FulfilmentPlan::default() }), &operator(), &ActionInput::new(ActionKind::Start, ""));
    for way_round in [ActionInput::new(ActionKind::Complete, text()), ActionInput::new(ActionKind::Resolve, text())] {
        assert!(no(&new, &operator(), &way_round).starts_with("The work on this item is checked"));
    }
    let sent = then(&new, &operator(), &send);
    assert_eq!(no(&sent, &operator(), &ActionInput::new(ActionKind::PassQa, text())), "Only those who check quality can do this.");
    assert_eq!(then(&sent, &checker(), &ActionInput::new(ActionKind::PassQa, "")).state.status, Status::Completed);
    let back = then(&sent, &checker(), &ActionInput::new(ActionKind::ReturnFromQa, text()));
    assert_eq!(back.state.status, Status::InProgress);
}

#[test]
fn a_resolved_request_is_locked_until_it_is_reopened() {
    let resolved = then(&started(), &operator(), &ActionInput::new(ActionKind::Resolve, text()));
    let why = "This request is resolved and locked. Reopen it to change anything.";
    assert_eq!((lock(&resolved.state), allowed(&resolved, &operator(), at(1)).locked), (Some(why), Some(why.to_owned())));
    let edits = [
        ActionInput::new(ActionKind::Start, ""),
        assign(supervisor()),
        ActionInput::new(ActionKind::Block, text()),
        ActionInput::new(ActionKind::RequestInfo, text()),
    ];
    for edit in edits {
        assert_eq!(no(&resolved, &operator(), &edit), "This request is resolved and locked. Reopen it first.", "{edit:?}");
    }
    assert_eq!(comments::write(&resolved, &operator(), CommentAudience::Public, "Hello", at(1)), Err(Refusal::not_now(why)));
    assert_eq!(tasks::add(&resolved, &operator(), &task(true), 0, at(1)), Err(Refusal::not_now(why)));
    for may in [plain(), operator()] {
        let reopened = then(&resolved, &may, &ActionInput::new(ActionKind::Reopen, text()));
        assert_eq!((reopened.state.status, lock(&reopened.state)), (Status::InProgress, None));
        assert_eq!(then(&resolved, &may, &ActionInput::new(ActionKind::Close, "")).state.status, Status::Completed);
    }
    assert_eq!(act(&resolved, &stranger(), &ActionInput::new(ActionKind::Reopen, text()), at(1)), Err(Refusal::NotFound));
}

#[test]
fn who_cancelled_brings_it_back_and_so_do_those_who_work() {
    let (cancel, back) = (ActionInput::new(ActionKind::Cancel, "So"), ActionInput::new(ActionKind::Uncancel, ""));
    let own = then(&started(), &plain(), &cancel);
    assert_eq!(then(&own, &plain(), &back).state.status, Status::InProgress);
    let by_others = then(&started(), &operator(), &cancel);
    assert_eq!(no(&by_others, &plain(), &back), "Only the person who cancelled a request or the people who work on it can bring it back.");
    let returned = then(&by_others, &supervisor(), &back);
    assert_eq!((returned.state.cancelled_by, returned.state.returns_to.len()), (None, 0));
}

#[test]
fn work_can_be_put_off_where_the_plan_says_so() {
    let later = ActionInput::schedule(at(60));
    assert_eq!(no(&request(FulfilmentPlan::default()), &operator(), &later), "The work on this item cannot be put off to a time.");
    let open = request(FulfilmentPlan { schedule: true, ..FulfilmentPlan::default() });
    assert_eq!(no(&open, &operator(), &ActionInput::schedule(at(1))), "Choose a time that has not passed");
    let put_off = then(&then(&open, &operator(), &assign(operator())), &operator(), &later);
    assert_eq!((put_off.state.status, put_off.state.scheduled_for), (Status::Scheduled, Some(at(60))));
    assert_eq!(no(&put_off, &operator(), &later), "It is scheduled for this time already.");
    assert!(observe(&put_off, &SystemObservation::TimeCame, at(59)).is_nothing());
    let active = saw(&put_off, &SystemObservation::TimeCame, 60);
    assert_eq!((active.state.status, active.state.scheduled_for), (Status::Assigned, None), "it is theirs again");
    assert!(observe(&active, &SystemObservation::TimeCame, at(61)).is_nothing());
    assert_eq!(then(&put_off, &operator(), &ActionInput::new(ActionKind::Activate, "")).state.status, Status::Assigned);
}

fn automation() -> FulfilmentPlan {
    FulfilmentPlan {
        automation: Some(AutomationPlan { job_template: Some("Make".to_owned()), workflow_template: None }),
        ..FulfilmentPlan::default()
    }
}

fn ended(attempt: u32, ended: AutomationEnd) -> SystemObservation {
    SystemObservation::AutomationEnded { attempt, ended, note: "said why".to_owned() }
}

#[test]
fn an_automation_is_launched_mirrored_and_tried_again() {
    let file = filed(None, automation());
    assert_eq!((file.request.state.status, file.decision.effects), (Status::InProgress, vec![Effect::Launch { attempt: 1 }]));
    let runs = saw(&file.request, &SystemObservation::Launched { attempt: 1, job: "job 7".to_owned() }, 1);
    assert_eq!(runs.state.run.as_ref().unwrap().job.as_deref(), Some("job 7"));
    assert_eq!(
        no(&runs, &operator(), &ActionInput::new(ActionKind::Complete, text())),
        "An automation is at work. Docket records how it ends."
    );
    assert_eq!(no(&runs, &operator(), &ActionInput::new(ActionKind::Retry, "")), "The automation is at work.");
    for (end, status) in [
        (AutomationEnd::Succeeded, Status::Completed),
        (AutomationEnd::Failed, Status::Failed),
        (AutomationEnd::Cancelled, Status::Cancelled),
    ] {
        let over = saw(&runs, &ended(1, end), 2);
        assert_eq!(over.state.status, status);
        assert!(observe(&over, &ended(1, end), at(3)).is_nothing(), "told twice");
    }
    let failed = saw(&runs, &ended(1, AutomationEnd::Failed), 2);
    let decision = act(&failed, &operator(), &ActionInput::new(ActionKind::Retry, ""), at(3)).unwrap();
    assert_eq!((decision.state.status, &decision.effects[..]), (Status::InProgress, &[Effect::Launch { attempt: 2 }][..]));
    let again = Request { state: decision.state, ..failed };
    assert!(observe(&again, &ended(1, AutomationEnd::Succeeded), at(4)).is_nothing(), "the first attempt is over");
    assert_eq!(saw(&again, &ended(2, AutomationEnd::Succeeded), 4).state.status, Status::Completed);
}

#[test]
fn an_end_that_comes_at_a_bad_time_is_kept_and_can_be_dealt_with() {
    let runs = request(automation());
    let blocked = then(&runs, &operator(), &ActionInput::new(ActionKind::Block, text()));
    let ended = saw(&blocked, &ended(1, AutomationEnd::Failed), 2);
    assert_eq!(ended.state.status, Status::Blocked);
    let back = then(&ended, &operator(), &ActionInput::new(ActionKind::Unblock, ""));
    let decision = act(&back, &operator(), &ActionInput::new(ActionKind::Retry, ""), at(3)).unwrap();
    assert_eq!(decision.effects, [Effect::Launch { attempt: 2 }]);
}

fn task(required: bool) -> Task {
    Task {
        id: TaskId(Uuid::from_u128(5)),
        title: "Call the supplier".to_owned(),
        description: String::new(),
        status: TaskStatus::Open,
        required,
        assignee: Some(ruth().person),
        due: None,
        notes: String::new(),
    }
}

fn with_task(required: bool) -> Request {
    let request = started();
    let decision = tasks::add(&request, &operator(), &task(required), 0, at(1)).expect("added");
    Request { state: decision.state, ..request }
}

#[test]
fn required_tasks_hold_the_request_back() {
    let held = with_task(true);
    for end in [ActionInput::new(ActionKind::Complete, text()), ActionInput::new(ActionKind::Resolve, text())] {
        assert_eq!(no(&held, &operator(), &end), "1 required task is not done yet. Finish or cancel what is left first.");
    }
    assert!(!allowed(&held, &operator(), at(1)).may(ActionKind::Complete));
    assert_eq!(then(&with_task(false), &operator(), &ActionInput::new(ActionKind::Complete, text())).state.status, Status::Completed);
    for over in [TaskStatus::Done, TaskStatus::Cancelled] {
        let (task, decision) = tasks::change(&held, TaskActor::Person(&operator()), &task(true), over, "Called", at(2)).unwrap();
        assert_eq!((task.status, task.notes.as_str()), (over, "Called"));
        let free = Request { state: decision.state, ..held.clone() };
        assert!(allowed(&free, &operator(), at(2)).may(ActionKind::Complete));
        let (_, decision) = tasks::change(&free, TaskActor::Person(&operator()), &task, TaskStatus::Open, "", at(3)).unwrap();
        assert_eq!(decision.state.required_tasks, [task.id], "opened again, it counts again");
    }
    let delivered =
        request(FulfilmentPlan { complete_when_delivered: true, connectors: vec!["hook".to_owned()], ..FulfilmentPlan::default() });
    let planned = tasks::add_planned(&delivered, &[task(true)], at(1));
    let delivered = Request { state: planned.state, ..delivered };
    let all = SystemObservation::Delivered { connector: "hook".to_owned(), all: true };
    assert_eq!(saw(&delivered, &all, 2).state.status, Status::InProgress);
}

#[test]
fn tasks_move_along_their_own_table() {
    let table: Vec<String> = TASK_STATUSES
        .into_iter()
        .map(|from| TASK_STATUSES.into_iter().map(|to| if from.leads_to(to) { 'x' } else { '.' }).collect())
        .collect();
    assert_eq!(table, [".xxx", "x.xx", "x...", "x..."]);
    let held = with_task(true);
    let done = Task { status: TaskStatus::Done, ..task(true) };
    let change = |worker, task: &Task, to| tasks::change(&held, worker, task, to, "", at(2)).map(|(task, _)| task.status);
    let operator = operator();
    let person = TaskActor::Person(&operator);
    assert_eq!(change(person, &done, TaskStatus::Done).unwrap_err(), Refusal::conflict("This task is done already."));
    assert!(change(person, &done, TaskStatus::InProgress).unwrap_err().to_string().contains("opened again"));
    let (ruth, mei) = (ruth(), mei());
    assert_eq!(change(TaskActor::Person(&ruth), &task(true), TaskStatus::Done), Ok(TaskStatus::Done), "its assignee may");
    assert_eq!(change(TaskActor::Person(&mei), &task(true), TaskStatus::Done), Err(Refusal::NotFound));
    assert_eq!(change(TaskActor::Outsider(" Ada "), &task(true), TaskStatus::Done), Ok(TaskStatus::Done));
    for (worker, to) in [(TaskActor::Outsider(" "), TaskStatus::Done), (TaskActor::Outsider("Ada"), TaskStatus::Cancelled)] {
        assert!(change(worker, &task(true), to).is_err());
    }
    let (_, decision) = tasks::change(&held, TaskActor::Outsider("Ada"), &task(true), TaskStatus::Done, "", at(2)).unwrap();
    let event = &decision.events[0];
    assert!(event.actor.is_none() && matches!(&event.what, EventKind::TaskChanged { by_link: Some(name), .. } if name == "Ada"));
    let cancelled = Task { status: TaskStatus::Cancelled, ..task(false) };
    assert_eq!(tasks::progress(&[done, cancelled, task(true)]), (1, 2));
    let due = Task { due: Some("2026-03-12".parse().unwrap()), ..task(true) };
    assert_eq!([11, 12, 13].map(|day| due.overdue(format!("2026-03-{day}").parse().unwrap())), [false, false, true]);
}

#[test]
fn tasks_need_a_title_and_there_is_an_end_to_them() {
    for title in [" ".to_owned(), "a".repeat(201)] {
        let wrong = Task { title, ..task(true) };
        assert!(matches!(tasks::add(&started(), &operator(), &wrong, 0, at(1)), Err(Refusal::Input { path, .. }) if path == "title"));
    }
    assert!(tasks::add(&started(), &operator(), &task(true), tasks::MOST, at(1)).is_err());
    assert!(tasks::add(&started(), &plain(), &task(true), 0, at(1)).is_err());
}

#[test]
fn everything_that_notifies_has_its_event_key() {
    let keys: std::collections::BTreeSet<_> = [
        EventKind::Submitted,
        EventKind::Released,
        EventKind::Activated,
        EventKind::InfoRequested { question: text() },
        EventKind::InfoProvided { answer: text() },
        EventKind::Blocked { reason: text() },
        EventKind::Unblocked { note: text() },
        EventKind::SentToQa { note: text() },
        EventKind::Rejected { rules: vec![], reason: text(), on_behalf_of: Default::default(), seen: None },
        EventKind::Cancelled { reason: text() },
        EventKind::Uncancelled { reason: text() },
        EventKind::Completed { note: text() },
    ]
    .iter()
    .filter_map(EventKind::event_key)
    .collect();
    assert_eq!(keys.len(), 12, "each its own");
    assert_eq!(EventKind::Started.event_key(), None);
}

#[test]
fn a_stage_that_opens_is_news_for_approvers_and_approval_only_where_there_was_one() {
    let direct = filed(None, FulfilmentPlan::default());
    let before = |request: &Request| history::start(request);
    assert_eq!(event::keys(&before(&direct.request), &direct.decision), ["new_request_created"]);
    let asked = filed(Some(ApprovalPolicy::default()), FulfilmentPlan::default());
    assert_eq!(event::keys(&before(&asked.request), &asked.decision), ["new_request_created", "request_pending_approval"]);
    let approve = ActionInput::decide(ApproverVerdict::Approve, "", None);
    let decision = act(&asked.request, &admin(), &approve, at(1)).unwrap();
    assert_eq!(event::keys(&asked.request.state, &decision), ["request_approved"]);
    let ask = ActionInput::decide(ApproverVerdict::AskForChanges, text(), None);
    let waits = then(&asked.request, &admin(), &ask);
    let decision = act(&waits, &plain(), &ActionInput::new(ActionKind::ProvideInfo, text()), at(2)).unwrap();
    assert_eq!(event::keys(&waits.state, &decision), ["update_provided", "request_pending_approval"]);
}
