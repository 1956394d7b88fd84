//! The steps of the demo's story: everything people do to a request once it is filed.

use super::{StoryTeller, words};
use backend::{Caller, people};
use domain::id::PersonId;
use domain::requests::actions::{ActionAsks, ActionCall, ActionKind, ActionReceiver};
use domain::requests::work::TaskDraft;
use serde::Deserialize;

/// One step, by somebody, so many minutes after the one before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedStep {
    pub(super) by: String,
    pub(super) after_minutes: i64,
    #[serde(rename = "do")]
    pub(super) kind: StepKind,
    /// The reason, note, question or answer.
    #[serde(default)]
    pub(super) text: String,
    /// Whom it is given to, by e-mail, or `#<name>` for a group.
    #[serde(default)]
    pub(super) to: Option<String>,
    /// Key of the rule that is re-routed.
    #[serde(default)]
    pub(super) rule: String,
    /// When it is scheduled for, where the person is: `+3dT09:00` from now.
    #[serde(default)]
    pub(super) at: String,
}

/// What somebody does in a step: an action of the table by its key, or what is the story's own.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum StepKind {
    Action(ActionKind),
    Own(OwnStep),
}

/// A step that the table of actions does not have.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OwnStep {
    /// An approver asks the requester.
    AskForChanges,
    /// The last step was an approval whose delivery never arrives.
    FailDelivery,
    Comment,
    CommentInternal,
    /// `text` is its title, `to` who does it, `at` when it is due.
    AddTask,
}

impl StoryTeller {
    /// The action of a step, with its people and times found.
    pub(super) async fn call(&self, caller: &Caller, kind: ActionKind, step: &SeedStep) -> Result<ActionCall, String> {
        let to = match kind.row().asks {
            ActionAsks::Person { .. } => Some(ActionReceiver::Person(self.person(step.to.as_deref().unwrap_or_default())?)),
            ActionAsks::Approver { .. } => Some(self.approver(caller, step).await?),
            _ => None,
        };
        let at = match kind.row().asks {
            ActionAsks::Time { .. } => {
                let at = self.date(&step.at);
                Some(chrono::NaiveDateTime::parse_from_str(&at, "%Y-%m-%dT%H:%M").map_err(|_| format!("“{at}” is not a time"))?)
            }
            _ => None,
        };
        let rule = Some(step.rule.clone()).filter(|rule| !rule.is_empty());
        Ok(ActionCall { kind, words: step.text.clone(), to, at, rule })
    }

    /// The task of a step.
    pub(super) fn task(&self, step: &SeedStep) -> Result<TaskDraft, String> {
        let assignee = step.to.as_deref().map(|email| self.person(email)).transpose()?;
        let due = self.date(&step.at);
        let due = chrono::NaiveDate::parse_from_str(&due, "%Y-%m-%d").map_err(|_| format!("“{due}” is not a date"))?;
        Ok(TaskDraft { title: step.text.clone(), assignee, due: Some(due), ..TaskDraft::default() })
    }

    fn person(&self, email: &str) -> Result<PersonId, String> {
        self.people.get(email).map(|(id, _)| *id).ok_or_else(|| format!("nobody has the e-mail {email}"))
    }

    /// Who decides instead, by e-mail or as `#<name of a group>`.
    async fn approver(&self, caller: &Caller, step: &SeedStep) -> Result<ActionReceiver, String> {
        let to = step.to.as_deref().unwrap_or_default();
        match to.strip_prefix('#') {
            Some(name) => {
                let found = people::search_groups(&self.backend, caller, name).await.map_err(words)?;
                found.first().map(|group| ActionReceiver::Group(group.id)).ok_or_else(|| format!("no group is called {name}"))
            }
            None => self.person(to).map(ActionReceiver::Person),
        }
    }
}
