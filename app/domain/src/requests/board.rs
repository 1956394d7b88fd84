//! Moving a card over the board: what a step is called, which words it asks for, what takes it back, and why another is not possible.

use super::Status;
use super::queue::{Step, moves};
use super::wire::{Act, Allowed};

/// What a step asks for before it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asks {
    /// The label of the field.
    pub label: &'static str,
    /// Who reads it, and what for.
    pub hint: &'static str,
    /// What to say when nothing is written; empty when nothing has to be.
    pub missing: &'static str,
}

impl Step {
    /// The words of its button.
    pub fn verb(self) -> &'static str {
        match self {
            Self::AssignToMe => "Assign to me",
            Self::Start => "Start",
            Self::Block => "Block",
            Self::Unblock => "Unblock",
            Self::RequestInfo => "Ask for changes",
            Self::Escalate => "Escalate",
            Self::TakeOver => "Take over",
            Self::SendToQa => "Send to QA",
            Self::PassQa => "Pass",
            Self::ReturnFromQa => "Return",
            Self::Resolve => "Resolve",
            Self::Reopen => "Reopen",
            Self::Close => "Close",
            Self::Complete => "Complete",
        }
    }

    /// The words it needs; None when it is taken at once.
    pub fn asks(self) -> Option<Asks> {
        let asks = |label, hint, missing| Some(Asks { label, hint, missing });
        match self {
            Self::Block => {
                asks("Reason", "What the work waits for. Everybody who sees the request sees it.", "Write what the work waits for")
            }
            Self::RequestInfo => {
                asks("Question", "What the requester should say or change. The clock pauses until they answer.", "Write what should change")
            }
            Self::Escalate => asks("Reason", "What a supervisor should know.", "Write why you escalate the request"),
            Self::ReturnFromQa => asks("Reason", "What is not good yet, for whoever did the work.", "Write what is not good yet"),
            Self::Reopen => asks("Reason", "What is left to do.", "Write why you reopen the request"),
            Self::Resolve => asks("Note (optional)", "What was done, for the requester. The request is locked until it is reopened.", ""),
            Self::Complete => asks("Note (optional)", "What was done, for the requester. The request ends with it.", ""),
            Self::AssignToMe | Self::Start | Self::Unblock | Self::TakeOver | Self::SendToQa | Self::PassQa | Self::Close => None,
        }
    }

    /// What is sent, with the words that were asked for.
    pub fn act(self, words: String) -> Act {
        match self {
            Self::AssignToMe => Act::Assign { to: None },
            Self::Start => Act::Start,
            Self::Block => Act::Block { reason: words },
            Self::Unblock => Act::Unblock { note: words },
            Self::RequestInfo => Act::RequestInfo { question: words },
            Self::Escalate => Act::Escalate { reason: words },
            Self::TakeOver => Act::TakeOver,
            Self::SendToQa => Act::SendToQa { note: words },
            Self::PassQa => Act::PassQa { note: words },
            Self::ReturnFromQa => Act::ReturnFromQa { reason: words },
            Self::Resolve => Act::Resolve { note: words },
            Self::Reopen => Act::Reopen { reason: words },
            Self::Close => Act::Close { note: words },
            Self::Complete => Act::Complete { note: words },
        }
    }

    /// The step that takes this one back, and the words it is recorded with. None where the lifecycle has no way back.
    pub fn undo(self) -> Option<(Self, &'static str)> {
        match self {
            Self::Block => Some((Self::Unblock, "Blocked by mistake")),
            Self::Unblock => Some((Self::Block, "Unblocked by mistake")),
            Self::Escalate => Some((Self::TakeOver, "")),
            Self::SendToQa => Some((Self::ReturnFromQa, "Sent to QA by mistake")),
            Self::Resolve => Some((Self::Reopen, "Resolved by mistake")),
            _ => None,
        }
    }
}

/// Why a card cannot go to a lane, and where it can go instead.
pub fn barred(status: Status, to: Status, allowed: &Allowed) -> String {
    if status == to {
        return format!("It is {} already.", status.label().to_lowercase());
    }
    if let Some(locked) = allowed.locked.as_ref().filter(|_| moves(status, allowed).is_empty()) {
        return locked.clone();
    }
    let mut ways: Vec<&str> = moves(status, allowed).into_iter().map(|(to, _)| to.label()).collect();
    ways.dedup();
    let way = match ways.as_slice() {
        [] => "Nothing can be done with it by you now".to_owned(),
        [only] => format!("It can go to {only}"),
        [first @ .., last] => format!("It can go to {} or {last}", first.join(", ")),
    };
    format!("From {} it cannot go to {}. {way}.", status.label(), to.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::queue::LANES;

    #[test]
    fn every_reason_that_the_machine_requires_is_asked_for() {
        for step in [Step::Block, Step::RequestInfo, Step::Escalate, Step::ReturnFromQa, Step::Reopen] {
            assert!(!step.asks().expect("asks").missing.is_empty(), "{step:?}");
        }
        assert_eq!(Step::Complete.asks().expect("asks").missing, "");
        assert_eq!(Step::Start.asks(), None);
    }

    #[test]
    fn a_step_and_what_takes_it_back_are_ways_between_the_same_lanes() {
        let all = Allowed {
            block: true,
            unblock: true,
            escalate: true,
            take_over: true,
            send_to_qa: true,
            return_from_qa: true,
            resolve: true,
            reopen: true,
            ..Allowed::default()
        };
        let to = |from: Status, step: Step| moves(from, &all).into_iter().find(|(_, s)| *s == step).map(|(to, _)| to);
        for step in [Step::Block, Step::Escalate, Step::SendToQa, Step::Resolve] {
            let there = to(Status::InProgress, step).expect("a lane");
            let (back, _) = step.undo().expect("a way back");
            assert_eq!(to(there, back), Some(Status::InProgress), "{step:?}");
        }
    }

    #[test]
    fn a_card_says_where_it_can_go_instead() {
        let allowed = Allowed { start: true, assign_to_me: true, ..Allowed::default() };
        assert_eq!(
            barred(Status::Open, Status::Blocked, &allowed),
            "From Open it cannot go to Blocked. It can go to Assigned or In progress."
        );
        let locked = Allowed { locked: Some("This request is resolved and locked.".to_owned()), ..Allowed::default() };
        assert_eq!(barred(Status::Resolved, Status::Open, &locked), "This request is resolved and locked.");
        for lane in LANES {
            assert!(barred(lane, lane, &allowed).ends_with("already."));
        }
    }
}
