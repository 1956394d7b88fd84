//! What the table says of an action.

use super::ActionKind;
use crate::approvals::machine::text;
use crate::permission::Permission;
use crate::refusal::Refusal;
use crate::requests::Status;
use crate::text::upper_case;

/// Where an action leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionGoal {
    To(Status),
    /// Back to where it was (`State::returns_to`).
    Back,
    /// The status stays; something else about the request changes.
    Stay,
    /// Out of the list; the event log stays.
    Gone,
}

/// One row of the table: the action leads from each of these statuses to the goal, and is impossible from every other.
#[derive(Debug)]
pub struct ActionRow {
    pub kind: ActionKind,
    pub from: &'static [Status],
    pub to: ActionGoal,
    pub who: ActionWho,
    /// What else has to be so, in the order in which it is looked at.
    pub needs: &'static [ActionNeed],
    pub asks: ActionAsks,
    /// Where the page offers it as a button; None where it has a place of its own, or nobody is offered it.
    pub button: Option<ActionButton>,
    /// How it reads once it was done.
    pub line: EventLine,
    /// The action that takes it back, and the words that one is recorded with. None where there is no way back.
    pub undo: Option<(ActionKind, &'static str)>,
    /// The words of doing it with many requests at once; None where each is another one.
    pub bulk: Option<BulkWords>,
    /// The action that this one is, with what that asks for filled in.
    pub same_as: Option<ActionKind>,
}

impl ActionRow {
    /// A row that Docket itself takes, from no status yet.
    pub(super) const fn new(kind: ActionKind) -> Self {
        Self {
            kind,
            from: &[],
            to: ActionGoal::Stay,
            who: DOCKET,
            needs: &[],
            asks: ActionAsks::Nothing,
            button: None,
            line: EventLine { icon: "circle-dot", mark: "go", text: "", faster: "" },
            undo: None,
            bulk: None,
            same_as: None,
        }
    }
}

/// Who may do it: whoever has one of these rights.
#[derive(Debug)]
pub struct ActionWho {
    /// Nobody's when there are none: Docket itself does it.
    pub rights: &'static [ActorRight],
    /// What everybody else is told; `{requester}` stands for the requester's name.
    pub refusal: &'static str,
}

/// What makes somebody the right person for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorRight {
    /// It is their request.
    Requester,
    /// It is their request, and they cancelled it themselves.
    Canceller,
    /// A rule of its approval names them; which of their rules is open, the approval says.
    Approver,
    Holds(Permission),
}

/// What an action needs of the request beside its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionNeed {
    /// Somebody else than the requester does it.
    NotOwn,
    /// Finished work is checked.
    QualityCheck,
    /// Finished work is not checked.
    NoQualityCheck,
    /// No automation is at work.
    NothingRuns,
    /// No required task is left.
    TasksDone,
    /// The plan lets the work be put off.
    MayBeScheduled,
    /// Its automation has not been launched.
    NotLaunched,
    /// Its automation has ended, and not well.
    RunFailed,
}

/// What an action asks for before it is done.
#[derive(Clone, Copy, Debug)]
pub enum ActionAsks {
    Nothing,
    /// Words: a reason, a note, a question.
    Words(WordsField),
    /// Somebody who works on requests.
    Person {
        missing: &'static str,
    },
    /// When the work begins.
    Time {
        missing: &'static str,
    },
    /// Who decides a rule instead, and why.
    Approver {
        missing: &'static str,
        words: WordsField,
    },
}

impl ActionAsks {
    /// The words among what is asked for.
    pub fn words(&self) -> Option<&WordsField> {
        match self {
            Self::Words(words) | Self::Approver { words, .. } => Some(words),
            Self::Nothing | Self::Person { .. } | Self::Time { .. } => None,
        }
    }

    /// The refusal when what is asked for beside words is left out; `path` names it.
    pub fn missing(&self, path: &str) -> Refusal {
        match self {
            Self::Person { missing } | Self::Time { missing } | Self::Approver { missing, .. } => Refusal::input(path, *missing),
            Self::Nothing => Refusal::NotFound,
            Self::Words(words) => Refusal::input(path, words.missing),
        }
    }

    /// What somebody wrote, tidied. Where no words are asked for, none are kept.
    ///
    /// # Errors
    /// Input (`path` names it): too long, or nothing where something has to be.
    pub fn read_words(&self, path: &str, written: &str) -> Result<String, Refusal> {
        let Some(field) = self.words() else { return Ok(String::new()) };
        let written = text(written, path, field.label)?;
        if written.is_empty() && field.is_required() { Err(Refusal::input(path, field.missing)) } else { Ok(written) }
    }
}

/// The field for words, and the dialog around it.
#[derive(Clone, Copy, Debug)]
pub struct WordsField {
    /// The beginning of the dialog's title; the docket number follows.
    pub title: &'static str,
    pub label: &'static str,
    /// Who reads it, and what for.
    pub hint: &'static str,
    /// The button that leaves everything as it is.
    pub keep: &'static str,
    /// What to say when nothing is written; empty when nothing has to be.
    pub missing: &'static str,
    /// The action takes something away.
    pub danger: bool,
}

impl WordsField {
    /// Whether something has to be written.
    pub fn is_required(&self) -> bool {
        !self.missing.is_empty()
    }

    /// The label over the field: "Note (optional)".
    pub fn shown_label(&self) -> String {
        if self.is_required() { self.label.to_owned() } else { format!("{} (optional)", self.label) }
    }
}

/// The button of an action.
#[derive(Debug)]
pub struct ActionButton {
    /// Where it stands among all: of those that are likely next the first one is the primary button, the menu keeps this order.
    pub place: u8,
    /// Whether it can be the one that is likely next.
    pub likely: bool,
    pub label: &'static str,
    pub icon: &'static str,
    /// As `KeyboardEvent::key` says it, in small letters.
    pub key: &'static str,
    /// The button while it is being done.
    pub working: &'static str,
    /// The message when it was done.
    pub done: &'static str,
}

impl ActionButton {
    /// Its key as it is printed on it.
    pub fn key_word(&self) -> String {
        match self.key {
            "delete" => "Del".to_owned(),
            key => upper_case(key),
        }
    }
}

/// How an event of the action reads, after the name of who did it.
#[derive(Debug)]
pub struct EventLine {
    pub icon: &'static str,
    /// Class of its mark: `done`, `bad`, `wait`, `go`, or none.
    pub mark: &'static str,
    /// In the timeline: "paused the work".
    pub text: &'static str,
    /// To somebody who comes too late because of it: "blocked it". Empty when nobody does.
    pub faster: &'static str,
}

/// The words of an action done with many requests.
#[derive(Debug)]
pub struct BulkWords {
    /// Before and after their number on the button: "Assign 3 to me".
    pub button: (&'static str, &'static str),
    /// What became of each: "assigned to you".
    pub done: &'static str,
}

/// Those who work on requests.
pub(super) const WORKERS: ActionWho =
    ActionWho { rights: &[ActorRight::Holds(Permission::Work)], refusal: "Only the people who work on requests can do this." };
/// Those who take what is stuck.
pub(super) const SUPERVISORS: ActionWho =
    ActionWho { rights: &[ActorRight::Holds(Permission::Supervise)], refusal: "Only a supervisor can do this." };
/// Those who say whether work is good.
pub(super) const CHECKERS: ActionWho =
    ActionWho { rights: &[ActorRight::Holds(Permission::CheckQuality)], refusal: "Only those who check quality can do this." };
/// The requester, and those who work on requests.
pub(super) const BOTH_SIDES: ActionWho = ActionWho {
    rights: &[ActorRight::Requester, ActorRight::Holds(Permission::Work)],
    refusal: "Only {requester} or the people who work on requests can do this.",
};
/// Those whom the approval's rules name. What others are told says the approval.
pub(super) const APPROVERS: ActionWho = ActionWho { rights: &[ActorRight::Approver], refusal: "" };
/// Docket itself.
pub(super) const DOCKET: ActionWho = ActionWho { rights: &[], refusal: "Docket does this by itself." };

/// A dialog for words that leave things to go on.
pub(super) const fn words(
    title: &'static str,
    label: &'static str,
    hint: &'static str,
    keep: &'static str,
    missing: &'static str,
) -> ActionAsks {
    ActionAsks::Words(WordsField { title, label, hint, keep, missing, danger: false })
}

/// A dialog for the reason of something that takes the request away.
pub(super) const fn ending(title: &'static str, hint: &'static str, missing: &'static str) -> ActionAsks {
    ActionAsks::Words(WordsField { title, label: "Reason", hint, keep: "Keep it", missing, danger: true })
}

/// Who reads a reason.
pub(super) const EVERYBODY: &str = "Everybody who sees the request sees it.";
/// Who reads a note.
pub(super) const DONE_FOR: &str = "What was done, for the requester.";
