//! Work tasks: added by those who work, made by the plan when the work begins, moved by whoever has them. A task and its request change
//! in one transaction, on the locked request: completing the request and finishing a task never miss each other.

use super::acting::fresh;
use super::{RequestOutcome, number, record};
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{StoreHandle, Tx, members, organizations, requests, tasks};
use crate::{Backend, zones};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::Refusal;
use domain::bounds::is_known_day;
use domain::id::{EffectId, PersonId, RequestId, TaskId};
use domain::notices::told;
use domain::people::{Facts, PersonRef};
use domain::requests::tasks::{self as rules, Task, TaskActor, TaskStatus};
use domain::requests::work::{MyTask, TaskDraft};
use domain::requests::{EventKind, Request, RequestState, StateChange, lifecycle};
use domain::subject::Subject;
use domain::text::{tidy_line, tidy_prose};
use std::collections::BTreeMap;

/// Tasks in a person's list: open ones, and those that ended lately.
const LISTED: (u64, u64) = (200, 20);

/// Adds a task to a request.
///
/// # Errors
/// Not found; not somebody who works on requests; a locked request; no title; too many.
pub async fn add_task(backend: &Backend, caller: &Caller, text: &str, draft: TaskDraft) -> Result<RequestOutcome> {
    let number = number(text)?;
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let request = requests::lock_by_number(tx, &number).await?.ok_or(Refusal::NotFound)?;
                let (facts, now) = (fresh(tx, person, be.now()).await?, be.now());
                rules::works(&request, &facts, now)?;
                let task = Task {
                    id: TaskId(be.id()),
                    title: tidy_line(&draft.title).into_owned(),
                    description: tidy_prose(&draft.description).into_owned(),
                    status: TaskStatus::Open,
                    required: draft.required,
                    assignee: assignee(tx, draft.assignee).await?,
                    due: draft.due,
                    notes: String::new(),
                };
                let have = tasks::count(tx, request.id).await?;
                let mut decision = rules::add(&request, &facts, &task, have, now)?;
                decision.effects.extend(told::given(&task, Some(&facts.person)));
                tasks::insert(tx, request.id, &[task], have, now).await?;
                let state = record(tx, &be, &request, &decision).await?;
                Ok(RequestOutcome::moved(&request, &state))
            })
        })
        .await
}

/// Changes the texts, the assignee and the date of a task.
///
/// # Errors
/// As `add_task`.
pub async fn edit_task(backend: &Backend, caller: &Caller, id: TaskId, draft: TaskDraft) -> Result<RequestOutcome> {
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let (request, facts, before) = locked(tx, &be, person, id).await?;
                rules::works(&request, &facts, be.now())?;
                let had = before.assignee.clone();
                let task = Task {
                    title: tidy_line(&draft.title).into_owned(),
                    description: tidy_prose(&draft.description).into_owned(),
                    assignee: assignee(tx, draft.assignee).await?,
                    due: draft.due,
                    ..before
                };
                rules::may_edit(&request, &facts, &task, be.now())?;
                tasks::save(tx, &task, be.now()).await?;
                if task.assignee != had {
                    let told = told::given(&task, Some(&facts.person)).map(|effect| effect.in_status(request.state.status));
                    let told = told.map(|effect| (Subject::Request(request.id), EffectId(be.id()), effect));
                    super::recording::tell(tx, &be, told.as_slice()).await?;
                }
                super::announce(tx, &request);
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await
}

/// Moves a task to a status, with notes.
///
/// # Errors
/// Not found; not theirs to change; a locked request; a status it cannot go to.
pub async fn change_task(backend: &Backend, caller: &Caller, id: TaskId, to: TaskStatus, notes: String) -> Result<RequestOutcome> {
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let (request, facts, task) = locked(tx, &be, person, id).await?;
                let (_, state) = move_task(tx, &be, &request, TaskActor::Person(&facts), &task, to, &notes).await?;
                Ok(RequestOutcome::moved(&request, &state))
            })
        })
        .await
}

/// Moves a task of a locked request, whoever does it: both as they are then.
pub(super) async fn move_task(
    tx: &Tx<'_>,
    be: &Backend,
    request: &Request,
    worker: TaskActor<'_>,
    task: &Task,
    to: TaskStatus,
    notes: &str,
) -> Result<(Task, RequestState)> {
    let (task, decision) = rules::change(request, worker, task, to, notes, be.now())?;
    tasks::save(tx, &task, be.now()).await?;
    let state = record(tx, be, request, &decision).await?;
    Ok((task, state))
}

/// The caller's own tasks: what is not over first, the next due first; then those that ended lately.
///
/// # Errors
/// When the database fails.
pub async fn my_tasks(backend: &Backend, caller: &Caller) -> Result<Vec<MyTask>> {
    let handle = backend.store().read(caller.organization);
    let mut found = tasks::of_person(&handle, caller.id(), false, LISTED.0).await?;
    found.sort_by_key(|(_, task)| (task.due.unwrap_or(NaiveDate::MAX), task.id));
    found.extend(tasks::of_person(&handle, caller.id(), true, LISTED.1).await?);
    let ids: Vec<_> = found.iter().map(|(request, _)| *request).collect();
    let known = if ids.is_empty() { BTreeMap::new() } else { requests::these(&handle, &ids).await? };
    let known = known.into_iter().map(|(id, request)| Ok((id, request?))).collect::<Result<BTreeMap<_, _>>>()?;
    let (now, today) = (backend.now(), caller.today(backend.now()));
    let of = |(id, task): (RequestId, Task)| {
        let request = known.get(&id)?;
        // Anybody can be given a task: what its request is about is for those who see the answers.
        let sees = lifecycle::may_see(request, &caller.facts, now);
        let title = if sees { &request.title } else { &request.item.name };
        Some(MyTask { overdue: task.overdue(today), task, number: request.number.clone(), request: title.clone() })
    };
    Ok(found.into_iter().filter_map(of).collect())
}

/// The locked request of a task, the person's facts, and the task: not found when there is none for the person.
async fn locked(tx: &Tx<'_>, be: &Backend, person: PersonId, id: TaskId) -> Result<(Request, Facts, Task)> {
    let (request, _) = tasks::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
    let facts = fresh(tx, person, be.now()).await?;
    // Read again under the lock: it may have moved a moment ago.
    let (_, task) = tasks::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((request, facts, task))
}

/// Gives an open task of somebody to somebody else, or to nobody, as whoever works on requests may. What cannot be is told by the refusal.
pub(crate) async fn hand_task(tx: &Tx<'_>, be: &Backend, worker: &Facts, id: TaskId, to: Option<&PersonRef>) -> Result<()> {
    let (request, _) = tasks::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
    // Read again under the lock: it may have moved a moment ago.
    let (_, before) = tasks::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let task = Task { assignee: to.cloned(), ..before };
    rules::may_edit(&request, worker, &task, be.now())?;
    tasks::save(tx, &task, be.now()).await?;
    let told = told::given(&task, Some(&worker.person)).map(|effect| effect.in_status(request.state.status));
    let told = told.map(|effect| (Subject::Request(request.id), EffectId(be.id()), effect));
    super::recording::tell(tx, be, told.as_slice()).await?;
    super::announce(tx, &request);
    Ok(())
}

async fn assignee(handle: &impl StoreHandle, id: Option<PersonId>) -> Result<Option<PersonRef>> {
    let Some(id) = id else { return Ok(None) };
    let found = members::present_people(handle, &[id]).await?.into_iter().next();
    Ok(Some(found.ok_or_else(|| Refusal::input("assignee", "Choose somebody from the list"))?))
}

/// Whether a decision lets work begin that the item's plan has tasks for.
pub(super) fn has_planned(request: &Request, decision: &StateChange) -> bool {
    !request.item.plan.tasks.is_empty() && begins(decision)
}

/// Adds the tasks of the item's plan to a decision in which the work begins; does nothing to any other. They are saved with it.
pub(super) async fn planned(
    tx: &Tx<'_>,
    be: &Backend,
    request: &Request,
    decision: &StateChange,
) -> Result<Option<(StateChange, Vec<Task>)>> {
    let templates = &request.item.plan.tasks;
    if !has_planned(request, decision) || tasks::count(tx, request.id).await? > 0 {
        return Ok(None);
    }
    let today = today(tx, be.now()).await?;
    let mut made = Vec::with_capacity(templates.len());
    for template in templates {
        let assignee = match &template.assignee {
            Some(email) => members::by_email(tx, email).await?,
            None => None,
        };
        made.push(Task {
            id: TaskId(be.id()),
            title: template.title.clone(),
            description: template.description.clone(),
            status: TaskStatus::Open,
            required: template.required,
            assignee,
            due: template.due_days.and_then(|days| today.checked_add_days(Days::new(u64::from(days)))).filter(|day| is_known_day(*day)),
            notes: String::new(),
        });
    }
    let after = Request { state: decision.state.clone(), ..request.clone() };
    let mut added = rules::add_planned(&after, &made, be.now());
    let mut events = decision.events.clone();
    events.append(&mut added.events);
    Ok(Some((StateChange { state: added.state, events, effects: decision.effects.clone() }, made)))
}

/// Whether the work begins with this decision: released for now, or its time has come.
fn begins(decision: &StateChange) -> bool {
    let has = |wanted: fn(&EventKind) -> bool| decision.events.iter().any(|event| wanted(&event.what));
    has(|what| *what == EventKind::Activated)
        || (has(|what| *what == EventKind::Released) && !has(|what| matches!(what, EventKind::Scheduled { .. })))
}

/// Today where the organization is.
async fn today(handle: &impl StoreHandle, now: DateTime<Utc>) -> Result<NaiveDate> {
    let zone = organizations::time_zone(handle).await?.unwrap_or_default();
    Ok(zones::date(zones::first([zone.as_str()]), now))
}
