//! What a person does: as a page or another program asks for it, and as the machine takes it.

use super::{ActionButton, ActionKind, ActionRow, buttons};
use crate::approvals::{ApproverVerdict, RuleTarget};
use crate::id::{GroupId, PersonId};
use crate::people::Facts;
use crate::text::lower_case;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// An action as it is asked for. What the action does not ask for (`ActionRow::asks`) is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ActionCallFields")]
pub struct ActionCall {
    #[serde(rename = "do")]
    pub kind: ActionKind,
    /// The reason, note, question or answer. Pages of an older Docket name it by what it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Whom it is given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<ActionReceiver>,
    /// Date and time where the person is: `2026-04-13T09:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveDateTime>,
    /// Key of the rule that is given to somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// An action as it travels, its words under any of their names.
#[derive(Deserialize)]
struct ActionCallFields {
    #[serde(rename = "do")]
    kind: ActionKind,
    words: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    question: Option<String>,
    answer: Option<String>,
    to: Option<ActionReceiver>,
    at: Option<NaiveDateTime>,
    rule: Option<String>,
}

impl From<ActionCallFields> for ActionCall {
    fn from(fields: ActionCallFields) -> Self {
        let ActionCallFields { kind, words, reason, note, question, answer, to, at, rule } = fields;
        let words = words.or(reason).or(note).or(question).or(answer).unwrap_or_default();
        Self { kind, words, to, at, rule }
    }
}

impl ActionCall {
    /// An action that asks for nothing but words.
    pub fn new(kind: ActionKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), to: None, at: None, rule: None }
    }

    /// Gives the request to somebody who works on requests.
    pub fn assign(to: PersonId) -> Self {
        Self { to: Some(ActionReceiver::Person(to)), ..Self::new(ActionKind::Assign, "") }
    }

    /// Puts the work off.
    pub fn schedule(at: NaiveDateTime) -> Self {
        Self { at: Some(at), ..Self::new(ActionKind::Schedule, "") }
    }

    /// Gives a rule that still waits to somebody else, or to a group.
    pub fn reroute(rule: impl Into<String>, to: ActionReceiver, reason: impl Into<String>) -> Self {
        Self { rule: Some(rule.into()), to: Some(to), ..Self::new(ActionKind::Reroute, reason) }
    }
}

/// Whom something is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionReceiver {
    Person(PersonId),
    Group(GroupId),
}

/// An action as the machine takes it: with the people and the time it speaks of, as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionInput {
    pub kind: ActionKind,
    pub words: String,
    pub detail: ActionDetail,
}

/// What an action is about beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionDetail {
    Nothing,
    /// Whom the request is given to: their facts, read fresh.
    Person(Box<Facts>),
    /// Which rule is given to whom; `words` say it: "Ruth Abel".
    Rule {
        rule: String,
        target: RuleTarget,
        words: String,
    },
    /// When the work begins.
    Time(DateTime<Utc>),
    /// An approver decides; `seen` is the number of events on the approver's screen.
    Decision {
        seen: Option<u32>,
    },
}

impl From<ApproverVerdict> for ActionKind {
    fn from(verdict: ApproverVerdict) -> Self {
        match verdict {
            ApproverVerdict::Approve => Self::Approve,
            ApproverVerdict::Reject => Self::Reject,
            ApproverVerdict::AskForChanges => Self::RequestInfo,
        }
    }
}

impl ActionInput {
    /// An action that asks for nothing but words.
    pub fn new(kind: ActionKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), detail: ActionDetail::Nothing }
    }

    /// An approver's decision.
    pub fn decide(verdict: ApproverVerdict, reason: impl Into<String>, seen: Option<u32>) -> Self {
        Self { detail: ActionDetail::Decision { seen }, ..Self::new(verdict.into(), reason) }
    }

    /// Gives the request to somebody.
    pub fn assign(to: Facts) -> Self {
        Self { detail: ActionDetail::Person(Box::new(to)), ..Self::new(ActionKind::Assign, "") }
    }

    /// Puts the work off.
    pub fn schedule(at: DateTime<Utc>) -> Self {
        Self { detail: ActionDetail::Time(at), ..Self::new(ActionKind::Schedule, "") }
    }

    /// Gives a rule to somebody else.
    pub fn reroute(rule: impl Into<String>, target: RuleTarget, words: impl Into<String>, reason: impl Into<String>) -> Self {
        let detail = ActionDetail::Rule { rule: rule.into(), target, words: words.into() };
        Self { detail, ..Self::new(ActionKind::Reroute, reason) }
    }

    /// The approver's verdict that it is; None when it is not a decision. Those who work ask for changes too, by another right.
    pub fn verdict(&self) -> Option<ApproverVerdict> {
        match (self.kind, &self.detail) {
            (ActionKind::Approve, _) => Some(ApproverVerdict::Approve),
            (ActionKind::Reject, _) => Some(ApproverVerdict::Reject),
            (ActionKind::RequestInfo, ActionDetail::Decision { .. }) => Some(ApproverVerdict::AskForChanges),
            _ => None,
        }
    }

    /// How many events the approver had seen, when they decide.
    pub fn seen(&self) -> Option<u32> {
        match self.detail {
            ActionDetail::Decision { seen } => seen,
            _ => None,
        }
    }
}

/// What the caller may do with a request now: exactly the actions that would not be refused, given what they ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AllowedActions {
    /// In the table's order, each once.
    pub kinds: Vec<ActionKind>,
    /// Why nothing about it can be edited now: it is resolved or has ended. None while it can.
    pub locked: Option<String>,
}

impl AllowedActions {
    /// Whether the action is among them.
    pub fn may(&self, kind: ActionKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether the caller may approve, decline or ask for changes as an approver.
    pub fn may_decide(&self) -> bool {
        self.may(ActionKind::Approve)
    }

    /// The primary button and all others, of what is allowed. Somebody who decides does that first.
    pub fn offered(&self) -> (Option<&'static ActionRow>, Vec<&'static ActionRow>) {
        let may: Vec<(&ActionRow, &ActionButton)> = buttons().into_iter().filter(|(row, _)| self.may(row.kind)).collect();
        let primary = may.iter().find(|(_, button)| button.likely && !self.may_decide()).map(|(row, _)| *row);
        let rest = may.into_iter().map(|(row, _)| row).filter(|row| primary.is_none_or(|first| first.kind != row.kind)).collect();
        (primary, rest)
    }

    /// The action of a key, when it is allowed.
    pub fn by_key(&self, key: &str) -> Option<&'static ActionRow> {
        let key = lower_case(key);
        self.kinds.iter().map(|kind| kind.row()).find(|row| row.button.as_ref().is_some_and(|button| button.key == key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ActionKind as A;

    fn allowed(kinds: &[ActionKind]) -> AllowedActions {
        AllowedActions { kinds: kinds.to_vec(), locked: None }
    }

    #[test]
    fn the_likely_next_is_primary_and_the_rest_follows() {
        let kinds = |kinds: &[ActionKind]| {
            let (primary, rest) = allowed(kinds).offered();
            (primary.map(|row| row.kind), rest.into_iter().map(|row| row.kind).collect::<Vec<_>>())
        };
        let open = kinds(&[A::Start, A::Assign, A::AssignToMe, A::Cancel]);
        assert_eq!(open, (Some(A::Start), vec![A::AssignToMe, A::Assign, A::Cancel]));
        assert_eq!(kinds(&[A::Cancel, A::Delete]), (None, vec![A::Cancel, A::Delete]));
        assert_eq!(kinds(&[A::Approve, A::Reject, A::Cancel]), (None, vec![A::Cancel]));
        assert_eq!(kinds(&[A::PassQa, A::ReturnFromQa]), (Some(A::PassQa), vec![A::ReturnFromQa]));
    }

    #[test]
    fn a_key_does_only_what_is_allowed() {
        let open = allowed(&[A::Start, A::ProvideInfo]);
        assert_eq!(open.by_key("S").map(|row| row.kind), Some(A::Start));
        assert!(open.by_key("d").is_none() && open.by_key("").is_none());
    }

    #[test]
    fn a_call_holds_only_what_its_action_asks_for_and_is_read_from_an_older_page_too() {
        let read = |json: &str| serde_json::from_str::<ActionCall>(json).unwrap();
        let block = ActionCall::new(A::Block, "No part");
        assert_eq!(serde_json::to_string(&block).unwrap(), r#"{"do":"block","words":"No part"}"#);
        assert_eq!(read(r#"{"do":"block","reason":"No part"}"#), block);
        assert_eq!(serde_json::to_string(&ActionCall::new(A::Start, "")).unwrap(), r#"{"do":"start"}"#);
        let given = ActionCall::assign(PersonId(uuid::Uuid::from_u128(1)));
        assert_eq!(read(&serde_json::to_string(&given).unwrap()), given);
        assert!(serde_json::from_str::<ActionCall>(r#"{"do":"fly"}"#).is_err());
    }
}
