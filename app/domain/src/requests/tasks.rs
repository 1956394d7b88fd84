//! Work tasks: pieces of work under a request. A required one holds the request back until it is over; the request knows which ones
//! are left (`State::required_tasks`), so that completing and finishing a task can never miss each other.

use super::guard::{access_place, lock, may_see};
use super::lifecycle::ChangeBuilder;
use super::{EventKind, Request, StateChange};
use crate::approvals::machine::text;
use crate::bounds::check_day;
use crate::id::TaskId;
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use crate::refusal::Refusal;
use crate::text::{count_characters, lower_case, tidy_line};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 200;
/// Tasks of one request, at most.
pub const MOST: usize = 100;

/// Where a task stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    #[default]
    Open,
    InProgress,
    Done,
    Cancelled,
}

/// Every status of a task.
pub const TASK_STATUSES: [TaskStatus; 4] = [TaskStatus::Open, TaskStatus::InProgress, TaskStatus::Done, TaskStatus::Cancelled];

impl TaskStatus {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::InProgress => "In progress",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }

    /// Whether a task may go from here to there: forward, and back to open from anywhere.
    pub fn leads_to(self, to: Self) -> bool {
        match (self, to) {
            (from, to) if from == to => false,
            (_, Self::Open) => true,
            (Self::Open | Self::InProgress, _) => true,
            (Self::Done | Self::Cancelled, _) => false,
        }
    }
}

/// A task an item's plan makes for each request when its work begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplate {
    /// Stable key, unique in the plan.
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The request is not completed before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// E-mail of the person it is given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Days after the work begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u32>,
}

/// A piece of work (S2-042 … S2-046).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub status: TaskStatus,
    pub required: bool,
    #[serde(default)]
    pub assignee: Option<PersonRef>,
    /// The last day, where the organization is.
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// What came of it.
    #[serde(default)]
    pub notes: String,
}

impl Task {
    /// Whether its last day has passed and it is not over.
    pub fn overdue(&self, today: NaiveDate) -> bool {
        !self.status.is_over() && self.due.is_some_and(|due| due < today)
    }
}

/// How many of the tasks are over: what a progress bar shows. Cancelled ones do not count at all.
pub fn progress(tasks: &[Task]) -> (usize, usize) {
    let counted = || tasks.iter().filter(|task| task.status != TaskStatus::Cancelled);
    (counted().filter(|task| task.status == TaskStatus::Done).count(), counted().count())
}

/// Who changes a task.
#[derive(Clone, Copy, Debug)]
pub enum TaskActor<'a> {
    Person(&'a Facts),
    /// Somebody without an account, through a share link that was checked, by the name they gave.
    Outsider(&'a str),
}

/// Adds a task to a request; `have` says how many there are.
///
/// # Errors
/// Not found; not somebody who works on requests; a locked request; a title that is empty or too long; too many.
pub fn add(request: &Request, actor: &Facts, task: &Task, have: usize, now: DateTime<Utc>) -> Result<StateChange, Refusal> {
    works(request, actor, now)?;
    unlocked(request)?;
    check(task)?;
    if have >= MOST {
        return Err(Refusal::not_now(format!("A request can have {MOST} tasks. Finish some of them, or put steps into one task.")));
    }
    let mut steps = ChangeBuilder::new(&request.state, now);
    steps.push(Some(&actor.person), added(task));
    Ok(steps.done())
}

/// The tasks of the plan, as Docket adds them in the transaction in which the work begins. `tasks` were made from the plan's
/// templates by the caller, who has the ids and knows the people.
pub fn add_planned(request: &Request, tasks: &[Task], now: DateTime<Utc>) -> StateChange {
    let mut steps = ChangeBuilder::new(&request.state, now);
    for task in tasks {
        steps.push(None, added(task));
    }
    steps.done()
}

fn added(task: &Task) -> EventKind {
    EventKind::TaskAdded { task: task.id, title: tidy_line(&task.title).into_owned(), required: task.required }
}

/// Moves a task, with notes when it is done: the task as it is then, and what it means for the request.
///
/// # Errors
/// Not found; not theirs to change; a locked request; a status it cannot go to.
pub fn change(
    request: &Request,
    worker: TaskActor<'_>,
    task: &Task,
    to: TaskStatus,
    notes: &str,
    now: DateTime<Utc>,
) -> Result<(Task, StateChange), Refusal> {
    let (actor, by_link) = match worker {
        TaskActor::Person(facts) => {
            if task.assignee.as_ref().is_none_or(|person| person.id != facts.person.id) {
                works(request, facts, now)?;
            }
            (Some(&facts.person), None)
        }
        TaskActor::Outsider(_) if to == TaskStatus::Cancelled => {
            return Err(Refusal::not_now("Only the people who work on the request can cancel a task."));
        }
        TaskActor::Outsider(name) => (None, Some(outsider(name)?)),
    };
    unlocked(request)?;
    if !task.status.leads_to(to) {
        let (from, to) = (lower_case(task.status.label()), lower_case(to.label()));
        return Err(if from == to {
            Refusal::conflict(format!("This task is {from} already."))
        } else {
            Refusal::not_now(format!("A task that is {from} can be opened again, but not set to {to}."))
        });
    }
    let notes = text(notes, "notes", "Notes")?;
    let notes = if notes.is_empty() { task.notes.clone() } else { notes };
    let next = Task { status: to, notes, ..task.clone() };
    let mut steps = ChangeBuilder::new(&request.state, now);
    steps.push(actor, EventKind::TaskChanged { task: task.id, title: task.title.clone(), to, required: task.required, by_link });
    Ok((next, steps.done()))
}

/// Whether the texts and dates of a task can be edited by this person: those who work on requests, while the request is not locked.
///
/// # Errors
/// Not found; not somebody who works on requests; a locked request; a title that is empty or too long.
pub fn may_edit(request: &Request, actor: &Facts, task: &Task, now: DateTime<Utc>) -> Result<(), Refusal> {
    works(request, actor, now)?;
    unlocked(request)?;
    check(task)
}

/// Whether this person may make and revoke links to the request's tasks: those who work on requests. Revoking is possible at any time.
///
/// # Errors
/// Not found; not somebody who works on requests.
pub fn may_share(request: &Request, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    works(request, actor, now)
}

/// Whether this person works on the request: asked before anything else that they sent is looked at, so that a request they may not see
/// is not found whatever they sent.
///
/// # Errors
/// Not found; not somebody who works on requests.
pub fn works(request: &Request, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !may_see(request, actor, now) {
        return Err(Refusal::NotFound);
    }
    if !actor.may(Permission::Work.over(access_place(request))) {
        return Err(Refusal::not_now("Only the people who work on requests can do this."));
    }
    Ok(())
}

pub(super) fn unlocked(request: &Request) -> Result<(), Refusal> {
    lock(&request.state).map_or(Ok(()), |why| Err(Refusal::not_now(why)))
}

fn check(task: &Task) -> Result<(), Refusal> {
    match count_characters(&tidy_line(&task.title)) {
        0 => Err(Refusal::input("title", "Enter what is to be done")),
        length if length > LONGEST_TITLE => Err(Refusal::input("title", format!("Title must be {LONGEST_TITLE} characters or fewer"))),
        _ => {
            task.due.map_or(Ok(()), |day| check_day("due", day))?;
            text(&task.description, "description", "Description").map(|_| ())
        }
    }
}

/// The name somebody without an account gave.
pub(super) fn outsider(name: &str) -> Result<String, Refusal> {
    let name = tidy_line(name);
    match count_characters(&name) {
        0 => Err(Refusal::input("name", "Enter your name")),
        length if length > 80 => Err(Refusal::input("name", "Name must be 80 characters or fewer")),
        _ => Ok(name.into_owned()),
    }
}
