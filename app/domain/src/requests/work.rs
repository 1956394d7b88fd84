//! What the tasks, comments and share links of a request receive and send.

use super::comments::{Comment, CommentAudience};
use super::tasks::{Task, TaskStatus};
use crate::id::{PersonId, ShareId, TaskId};
use crate::people::PersonRef;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The work on a request, as its page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkView {
    /// In the order they were added.
    pub tasks: Vec<TaskView>,
    /// Oldest first; only those the caller may read.
    pub comments: Vec<CommentView>,
    /// There are comments before those.
    #[serde(default)]
    pub has_earlier_comments: bool,
    /// The caller may add and edit tasks, and share them.
    pub may_add: bool,
    pub may_comment: bool,
    /// The caller may write for the people who work on requests alone.
    pub may_write_internally: bool,
}

/// A task with what the caller may do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    pub task: Task,
    pub overdue: bool,
    /// Where the caller may move it.
    pub to: Vec<TaskStatus>,
    /// Its links, the newest first; only for those who may share it.
    pub shares: Vec<ShareView>,
}

/// A share link, without what opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareView {
    pub id: ShareId,
    pub created_by: PersonRef,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked: bool,
    /// It opens now.
    pub opens: bool,
    pub uses: u32,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A comment with what the caller may do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentView {
    pub comment: Comment,
    /// The caller may change or remove it for now.
    pub may_change: bool,
}

/// Comments before others, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierComments {
    pub comments: Vec<CommentView>,
    /// There are comments before those.
    pub has_earlier: bool,
}

/// The texts and dates of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDraft {
    pub title: String,
    pub description: String,
    pub assignee: Option<PersonId>,
    pub due: Option<NaiveDate>,
    /// The request is not completed before. Fixed once the task is there.
    pub required: bool,
}

/// A comment to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentDraft {
    pub audience: CommentAudience,
    /// The task it is about: whoever has its link reads it, when it is public.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// Mentions are `@[Hana Sato](id)`.
    pub body: String,
}

/// A task of somebody, wherever it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyTask {
    pub task: Task,
    pub overdue: bool,
    /// Docket number of its request.
    pub number: String,
    /// What its request is about; to somebody who does not see it, the service that was asked for.
    pub request: String,
}

/// The task behind a share link: all that somebody without an account sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedTask {
    pub organization: String,
    pub number: String,
    pub title: String,
    pub description: String,
    pub status: TaskStatus,
    pub due: Option<NaiveDate>,
    pub overdue: bool,
    pub notes: String,
    /// Who sent the link.
    pub contact: PersonRef,
    pub expires_at: DateTime<Utc>,
    /// Why nothing can be changed; None while it can.
    pub locked: Option<String>,
    /// Public comments about this task.
    pub comments: Vec<SharedComment>,
}

/// What became of a task that somebody without an account moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedChange {
    pub status: TaskStatus,
    pub notes: String,
    /// Why nothing can be changed now; None while it can.
    pub locked: Option<String>,
}

/// A comment as somebody without an account reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedComment {
    pub author: String,
    /// Written by somebody who came by a link, under the name they gave.
    #[serde(default)]
    pub outside: bool,
    pub body: String,
    pub at: DateTime<Utc>,
}
