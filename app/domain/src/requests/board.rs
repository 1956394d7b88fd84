//! Moving a card over the board: which lanes it can go to and by which action, and why it cannot go to another.

use super::Status;
use super::actions::{ActionAsks, ActionGoal, ActionKind, ActionRow, AllowedActions};
use super::queue::LANES;
use crate::text::lower_case;

/// The lanes a card can move to, and by which action: exactly what the person may do now, in the order of the lanes. Completing leads
/// off the board, and stands last.
pub fn moves(status: Status, allowed: &AllowedActions) -> Vec<(Status, ActionKind)> {
    if !LANES.contains(&status) {
        return Vec::new();
    }
    let way = |kind: &ActionKind| Some((lane_of(kind.row())?, *kind));
    let mut ways: Vec<_> = allowed.kinds.iter().filter_map(way).filter(|(to, _)| *to != status).collect();
    ways.retain(|(_, kind)| kind.row().from.contains(&status));
    ways.sort_by_key(|(to, _)| LANES.iter().position(|lane| lane == to).unwrap_or(LANES.len()));
    ways
}

/// The lane an action leads to, when a card can be moved by it: it has a button, and asks for words at most.
fn lane_of(row: &ActionRow) -> Option<Status> {
    row.button.as_ref()?;
    let to = match (row.to, row.asks) {
        (_, ActionAsks::Person { .. } | ActionAsks::Time { .. } | ActionAsks::Approver { .. }) => return None,
        (ActionGoal::To(to), _) => to,
        // A card of a lane that is gone back from was at work.
        (ActionGoal::Back, _) => Status::InProgress,
        (ActionGoal::Stay | ActionGoal::Gone, _) => return None,
    };
    (LANES.contains(&to) || to == Status::Completed).then_some(to)
}

/// Why a card cannot go to a lane, and where it can go instead.
pub fn barred(status: Status, to: Status, allowed: &AllowedActions) -> String {
    if status == to {
        return format!("It is {} already.", lower_case(status.label()));
    }
    if let Some(locked) = allowed.locked.as_ref().filter(|_| moves(status, allowed).is_empty()) {
        return locked.clone();
    }
    let mut ways: Vec<&str> = moves(status, allowed).into_iter().map(|(to, _)| to.label()).collect();
    ways.dedup();
    let way = match ways.as_slice() {
        [] => "You cannot do anything with it now".to_owned(),
        [only] => format!("It can go to {only}"),
        [first @ .., last] => format!("It can go to {} or {last}", first.join(", ")),
    };
    format!("From {} it cannot go to {}. {way}.", status.label(), to.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::STATUSES;
    use crate::requests::actions::ACTION_TABLE;
    use ActionKind as A;
    use Status as S;

    fn everything() -> AllowedActions {
        AllowedActions { kinds: ACTION_TABLE.iter().map(|row| row.kind).collect(), locked: None }
    }

    #[test]
    fn a_card_moves_by_these_actions() {
        let ways = |from| moves(from, &everything());
        assert_eq!(ways(S::Open), [(S::Assigned, A::AssignToMe), (S::InProgress, A::Start), (S::NeedsInfo, A::RequestInfo)]);
        assert_eq!(ways(S::Assigned), [(S::InProgress, A::Start), (S::NeedsInfo, A::RequestInfo), (S::Escalated, A::Escalate)]);
        let begun = [
            (S::Blocked, A::Block),
            (S::NeedsInfo, A::RequestInfo),
            (S::Escalated, A::Escalate),
            (S::InQa, A::SendToQa),
            (S::Resolved, A::Resolve),
            (S::Completed, A::Complete),
        ];
        assert_eq!(ways(S::InProgress), begun);
        assert_eq!(ways(S::Blocked), [(S::InProgress, A::Unblock), (S::NeedsInfo, A::RequestInfo), (S::Escalated, A::Escalate)]);
        assert_eq!(ways(S::Escalated), [(S::InProgress, A::TakeOver), (S::Resolved, A::Resolve)]);
        assert_eq!(ways(S::InQa), [(S::InProgress, A::ReturnFromQa), (S::NeedsInfo, A::RequestInfo), (S::Completed, A::PassQa)]);
        assert_eq!(ways(S::Resolved), [(S::InProgress, A::Reopen), (S::Completed, A::Close)]);
        for status in STATUSES.into_iter().filter(|status| *status == S::NeedsInfo || !LANES.contains(status)) {
            assert_eq!(ways(status), [], "{status:?}");
        }
    }

    #[test]
    fn an_action_and_what_takes_it_back_are_ways_between_the_same_lanes() {
        let to = |from: Status, kind| moves(from, &everything()).into_iter().find(|(_, way)| *way == kind).map(|(to, _)| to);
        for kind in [A::Block, A::Escalate, A::SendToQa, A::Resolve] {
            let there = to(S::InProgress, kind).expect("a lane");
            let (back, _) = kind.row().undo.expect("a way back");
            assert_eq!(to(there, back), Some(S::InProgress), "{kind:?}");
        }
    }

    /// What an undo is recorded with is enough for the machine.
    #[test]
    fn what_takes_an_action_back_brings_the_words_it_needs() {
        for (back, words) in ACTION_TABLE.iter().filter_map(|row| row.undo) {
            assert!(back.row().asks.read_words("words", words).is_ok(), "{back:?}");
        }
    }

    #[test]
    fn a_card_says_where_it_can_go_instead() {
        let allowed = AllowedActions { kinds: vec![A::AssignToMe, A::Start], locked: None };
        assert_eq!(barred(S::Open, S::Blocked, &allowed), "From Open it cannot go to Blocked. It can go to Assigned or In progress.");
        let locked = AllowedActions { kinds: Vec::new(), locked: Some("This request is resolved and locked.".to_owned()) };
        assert_eq!(barred(S::Resolved, S::Open, &locked), "This request is resolved and locked.");
        for lane in LANES {
            assert!(barred(lane, lane, &allowed).ends_with("already."));
        }
    }
}
