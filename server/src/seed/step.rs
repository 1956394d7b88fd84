//! The steps of the demo's story: everything people do to a request once it is filed.

use super::{Teller, words};
use backend::{Caller, people};
use domain::id::PersonId;
use domain::requests::wire::{Act, Approver};
use domain::requests::work::TaskDraft;
use serde::Deserialize;

/// One step, by somebody, so many minutes after the one before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) by: String,
    pub(super) after_minutes: i64,
    #[serde(rename = "do")]
    pub(super) action: Action,
    /// The reason, note, question or answer.
    #[serde(default)]
    pub(super) text: String,
    /// Whom it is given to, by e-mail, or `#<name>` for a group. Assigning to nobody is to oneself.
    #[serde(default)]
    pub(super) to: Option<String>,
    /// Key of the rule that is re-routed.
    #[serde(default)]
    pub(super) rule: String,
    /// When it is scheduled for, where the person is: `+3dT09:00` from now.
    #[serde(default)]
    pub(super) at: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Approve,
    Decline,
    AskForChanges,
    /// The last step was an approval whose delivery never arrives.
    FailDelivery,
    Withdraw,
    Reroute,
    RequestInfo,
    ProvideInfo,
    Assign,
    Start,
    Block,
    Unblock,
    Escalate,
    TakeOver,
    SendToQa,
    PassQa,
    ReturnFromQa,
    Resolve,
    Reopen,
    Close,
    Complete,
    Retry,
    Schedule,
    Activate,
    Cancel,
    Uncancel,
    Delete,
    Comment,
    CommentInternal,
    /// `text` is its title, `to` who does it, `at` when it is due.
    AddTask,
}

impl Teller {
    /// The action of a step, with its people and times found.
    pub(super) async fn act(&self, caller: &Caller, action: Action, step: &Step) -> Result<Act, String> {
        let (reason, note) = (step.text.clone(), step.text.clone());
        Ok(match action {
            Action::Approve | Action::Decline | Action::AskForChanges | Action::FailDelivery => return Err("this is a decision".to_owned()),
            Action::Comment | Action::CommentInternal | Action::AddTask => return Err("this changes no status".to_owned()),
            Action::Withdraw => Act::Withdraw { reason },
            Action::Reroute => Act::Reroute { rule: step.rule.clone(), to: self.approver(caller, step).await?, reason },
            Action::RequestInfo => Act::RequestInfo { question: step.text.clone() },
            Action::ProvideInfo => Act::ProvideInfo { answer: step.text.clone() },
            Action::Assign => Act::Assign { to: step.to.as_deref().map(|email| self.person(email)).transpose()? },
            Action::Start => Act::Start,
            Action::Block => Act::Block { reason },
            Action::Unblock => Act::Unblock { note },
            Action::Escalate => Act::Escalate { reason },
            Action::TakeOver => Act::TakeOver,
            Action::SendToQa => Act::SendToQa { note },
            Action::PassQa => Act::PassQa { note },
            Action::ReturnFromQa => Act::ReturnFromQa { reason },
            Action::Resolve => Act::Resolve { note },
            Action::Reopen => Act::Reopen { reason },
            Action::Close => Act::Close { note },
            Action::Complete => Act::Complete { note },
            Action::Retry => Act::Retry,
            Action::Schedule => {
                let at = self.date(&step.at);
                let at = chrono::NaiveDateTime::parse_from_str(&at, "%Y-%m-%dT%H:%M").map_err(|_| format!("“{at}” is no time"))?;
                Act::Schedule { at }
            }
            Action::Activate => Act::Activate,
            Action::Cancel => Act::Cancel { reason },
            Action::Uncancel => Act::Uncancel { reason },
            Action::Delete => Act::Delete { reason },
        })
    }

    /// The task of a step.
    pub(super) fn task(&self, step: &Step) -> Result<TaskDraft, String> {
        let assignee = step.to.as_deref().map(|email| self.person(email)).transpose()?;
        let due = self.date(&step.at);
        let due = chrono::NaiveDate::parse_from_str(&due, "%Y-%m-%d").map_err(|_| format!("“{due}” is no date"))?;
        Ok(TaskDraft { title: step.text.clone(), assignee, due: Some(due), ..TaskDraft::default() })
    }

    fn person(&self, email: &str) -> Result<PersonId, String> {
        self.people.get(email).map(|(id, _)| *id).ok_or_else(|| format!("nobody has the e-mail {email}"))
    }

    /// Who decides instead, by e-mail or as `#<name of a group>`.
    async fn approver(&self, caller: &Caller, step: &Step) -> Result<Approver, String> {
        let to = step.to.as_deref().unwrap_or_default();
        match to.strip_prefix('#') {
            Some(name) => {
                let found = people::search_groups(&self.backend, caller, name).await.map_err(words)?;
                found.first().map(|group| Approver::Group(group.id)).ok_or_else(|| format!("no group is called {name}"))
            }
            None => self.person(to).map(Approver::Person),
        }
    }
}
