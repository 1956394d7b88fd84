//! Putting the work off to a time, and beginning before it.

use super::row::WORKERS;
use super::{ActionAsks, ActionButton, ActionGoal, ActionKind as A, ActionNeed, ActionRow, EventLine};
use crate::requests::Status as S;

pub(super) const SCHEDULE: ActionRow = ActionRow {
    from: &[S::Open, S::Assigned, S::Scheduled],
    to: ActionGoal::To(S::Scheduled),
    who: WORKERS,
    needs: &[ActionNeed::MayBeScheduled, ActionNeed::NotLaunched],
    asks: ActionAsks::Time { missing: "Enter a date and a time" },
    button: Some(ActionButton {
        place: 180,
        likely: false,
        label: "Schedule…",
        icon: "calendar-clock",
        key: "h",
        working: "Scheduling",
        done: "Scheduled",
    }),
    line: EventLine { icon: "calendar-clock", mark: "wait", text: "put the work off to", faster: "scheduled it" },
    ..ActionRow::new(A::Schedule)
};

pub(super) const ACTIVATE: ActionRow = ActionRow {
    from: &[S::Scheduled],
    to: ActionGoal::To(S::Open),
    who: WORKERS,
    button: Some(ActionButton {
        place: 90,
        likely: true,
        label: "Begin now",
        icon: "rocket",
        key: "v",
        working: "Beginning",
        done: "The work begins",
    }),
    line: EventLine { icon: "rocket", mark: "go", text: "had the work begin at once", faster: "had the work begin" },
    ..ActionRow::new(A::Activate)
};
