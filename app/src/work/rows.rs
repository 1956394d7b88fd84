//! The requests as the person looks at them: nothing moves or goes by itself.
//!
//! What arrives waits until it is asked for. A request that changed says so where it is; it goes to its new lane when the person asks, or
//! at once when they moved it themselves.

use super::api::{board, queue};
use super::place::WorkLocation;
use crate::error::CallError;
use domain::people::PersonRef;
use domain::requests::Status;
use domain::requests::queue::{FilterChoice, QueueCounts, QueueRow};
use domain::requests::wire::{ActionResult, RequestPage};
use serde::{Deserialize, Serialize};

/// What both views are made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkContent {
    pub rows: Vec<QueueRow>,
    /// The lanes of the board, each with how many it has in all; none in the list.
    pub lanes: Vec<(Status, u32)>,
    pub next: Option<String>,
    pub counts: QueueCounts,
    pub items: Vec<FilterChoice>,
    pub spaces: Vec<FilterChoice>,
    pub people: Vec<PersonRef>,
}

/// Asks for what belongs to an address.
pub async fn find(place: WorkLocation) -> Result<WorkContent, CallError> {
    if place.board {
        let page = board(place.filter).await?;
        let lanes = page.lanes.iter().map(|lane| (lane.status, lane.count)).collect();
        let rows = page.lanes.into_iter().flat_map(|lane| lane.rows).collect();
        return Ok(WorkContent {
            rows,
            lanes,
            next: None,
            counts: page.counts,
            items: page.items,
            spaces: page.spaces,
            people: page.people,
        });
    }
    let page = queue(place.filter, place.after).await?;
    Ok(WorkContent {
        rows: page.rows,
        lanes: Vec::new(),
        next: page.next,
        counts: page.counts,
        items: page.items,
        spaces: page.spaces,
        people: page.people,
    })
}

/// A request where it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkRow {
    pub data: QueueRow,
    /// The lane it is shown in: that of its status, until somebody else moves it.
    pub lane: Status,
    /// It changed or arrived while the person was looking.
    pub fresh: bool,
    /// It no longer belongs here.
    pub gone: bool,
    /// What the person did with it is on its way.
    pub sending: bool,
}

impl WorkRow {
    fn new(data: QueueRow, fresh: bool) -> Self {
        Self { lane: data.summary.status, data, fresh, gone: false, sending: false }
    }

    /// It stands elsewhere than it is shown.
    pub fn moved(&self) -> bool {
        self.gone || self.lane != self.data.summary.status
    }
}

/// Where to go from a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardStep {
    Up,
    Down,
    Left,
    Right,
}

/// The rows, and what waits to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkRows {
    pub rows: Vec<WorkRow>,
    pub arrivals: Vec<QueueRow>,
    /// Lanes with how many requests are in them beyond those that are shown.
    pub lanes: Vec<(Status, u32)>,
}

impl WorkRows {
    /// As first found.
    pub fn new(found: &WorkContent) -> Self {
        let rows: Vec<WorkRow> = found.rows.iter().cloned().map(|data| WorkRow::new(data, false)).collect();
        Self { lanes: beyond(found), rows, arrivals: Vec::new() }
    }

    /// Takes in how it is now. Rows keep their places. Answers the numbers of those that were not found again.
    pub fn merge(&mut self, found: WorkContent) -> Vec<String> {
        self.lanes = beyond(&found);
        let mut missing = Vec::new();
        for row in self.rows.iter_mut().filter(|row| !row.sending) {
            match found.rows.iter().find(|data| data.summary.number == row.data.summary.number) {
                Some(data) if data.events >= row.data.events => {
                    row.fresh |= data.events > row.data.events;
                    row.data = data.clone();
                    row.gone = false;
                }
                Some(_) => {}
                None if !row.gone => missing.push(row.data.summary.number.clone()),
                None => {}
            }
        }
        self.arrivals = found.rows.into_iter().filter(|data| self.row(&data.summary.number).is_none()).collect();
        missing
    }

    /// The row of a number.
    pub fn row(&self, number: &str) -> Option<&WorkRow> {
        self.rows.iter().find(|row| row.data.summary.number == number)
    }

    /// Changes the row of a number.
    pub fn change(&mut self, number: &str, change: impl FnOnce(&mut WorkRow)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.data.summary.number == number) {
            change(row);
        }
    }

    /// Takes in a request as its page shows it; it stays in its place.
    pub fn take(&mut self, page: &RequestPage) {
        self.change(&page.summary.number, |row| {
            let events = page.events.last().map_or(0, |event| event.seq);
            if events >= row.data.events {
                row.fresh |= events > row.data.events;
                row.data.events = events;
                row.data.summary = page.summary.clone();
                row.data.allowed = page.allowed.clone();
                row.gone = page.summary.status.is_terminal();
            }
        });
    }

    /// Takes in what an action of the person came to; the request stays in its place.
    pub fn take_result(&mut self, result: &ActionResult) {
        self.change(&result.number, |row| {
            if !result.visible {
                row.gone = true;
            } else if result.events >= row.data.events {
                row.fresh |= result.events > row.data.events;
                row.data.events = result.events;
                row.data.summary.status = result.status;
                row.data.allowed = result.allowed.clone();
                row.gone = result.status.is_terminal();
            }
        });
    }

    /// How many wait to be shown or stand elsewhere by now: what "2 new" counts.
    pub fn waiting(&self, board: bool) -> usize {
        self.arrivals.len() + self.rows.iter().filter(|row| row.gone || (board && row.moved())).count()
    }

    /// Shows what waited: arrivals, changed lanes; and lets go of what does not belong here. Answers the first new number.
    pub fn settle(&mut self) -> Option<String> {
        let first = self.arrivals.first().map(|data| data.summary.number.clone());
        self.rows.retain(|row| !row.gone);
        for row in &mut self.rows {
            row.fresh = false;
            row.lane = row.data.summary.status;
        }
        self.rows.extend(self.arrivals.drain(..).map(|data| WorkRow::new(data, true)));
        // The next due first; what has no due time after the others, in the order it came.
        self.rows.sort_by_key(|row| (row.data.due_at.is_none(), row.data.due_at, row.data.summary.submitted_at));
        first
    }

    /// The numbers in a lane, in order.
    pub fn lane(&self, lane: Status) -> Vec<String> {
        self.rows.iter().filter(|row| row.lane == lane).map(|row| row.data.summary.number.clone()).collect()
    }

    /// How many are in a lane, those included that are not shown.
    pub fn count(&self, lane: Status) -> usize {
        let more = self.lanes.iter().find(|(status, _)| *status == lane).map_or(0, |(_, more)| *more as usize);
        more + self.rows.iter().filter(|row| row.lane == lane && !row.gone).count()
    }

    /// The card or row that takes the focus first.
    pub fn first(&self) -> Option<String> {
        let in_lanes = self.lanes.iter().find_map(|(lane, _)| self.lane(*lane).into_iter().next());
        in_lanes.or_else(|| self.rows.first().map(|row| row.data.summary.number.clone()))
    }

    /// The numbers that still belong here, in order.
    pub fn live(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|row| !row.gone).map(|row| row.data.summary.number.as_str())
    }

    /// The numbers from one row to another, both included; just the second when the first is not there.
    pub fn range(&self, from: &str, to: &str) -> Vec<String> {
        let position = |number: &str| self.rows.iter().position(|row| row.data.summary.number == number);
        let (Some(a), Some(b)) = (position(from), position(to)) else { return vec![to.to_owned()] };
        let between = self.rows.get(a.min(b)..=a.max(b)).unwrap_or_default();
        between.iter().filter(|row| !row.gone).map(|row| row.data.summary.number.clone()).collect()
    }

    /// The row above or below in the list.
    pub fn next(&self, number: &str, way: CardStep) -> Option<String> {
        let at = self.rows.iter().position(|row| row.data.summary.number == number)?;
        let to = if way == CardStep::Up { at.checked_sub(1)? } else { at + 1 };
        self.rows.get(to).map(|row| row.data.summary.number.clone())
    }

    /// The card beside the given one: up and down in its lane, left and right in the next lane that has any. None at an end.
    pub fn beside(&self, number: &str, way: CardStep) -> Option<String> {
        let lane = self.row(number)?.lane;
        let cards = self.lane(lane);
        let at = cards.iter().position(|card| card == number)?;
        let column = self.lanes.iter().position(|(status, _)| *status == lane)?;
        let near = |cards: Vec<String>| cards.get(at.min(cards.len().checked_sub(1)?)).cloned();
        match way {
            CardStep::Up => at.checked_sub(1).and_then(|at| cards.get(at).cloned()),
            CardStep::Down => cards.get(at + 1).cloned(),
            CardStep::Left => self.lanes[..column].iter().rev().find_map(|(lane, _)| near(self.lane(*lane))),
            CardStep::Right => self.lanes[column + 1..].iter().find_map(|(lane, _)| near(self.lane(*lane))),
        }
    }
}

fn beyond(found: &WorkContent) -> Vec<(Status, u32)> {
    let shown = |lane: Status| found.rows.iter().filter(|row| row.summary.status == lane).count();
    found.lanes.iter().map(|(lane, count)| (*lane, count.saturating_sub(u32::try_from(shown(*lane)).unwrap_or(u32::MAX)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn data(number: &str, status: Status, events: u32, due: i64) -> QueueRow {
        let json = serde_json::json!({
            "summary": {
                "number": number, "title": "VPN access for Hana", "item": "VPN access", "icon": "wifi", "category": "Access", "status": status, "note": "",
                "requester": { "id": uuid::Uuid::from_u128(1), "name": "Hana Sato" }, "submitted_at": 0, "updated_at": 0,
            },
            "assignee": null, "price": "", "due_at": at(due), "paused": false, "events": events, "allowed": {},
        });
        serde_json::from_value(json).unwrap()
    }

    fn found(rows: &[(&str, Status, u32, i64)]) -> WorkContent {
        WorkContent {
            rows: rows.iter().map(|(number, status, events, due)| data(number, *status, *events, *due)).collect(),
            lanes: [Status::Open, Status::InProgress, Status::Blocked].map(|lane| (lane, 2)).to_vec(),
            next: None,
            counts: QueueCounts::default(),
            items: Vec::new(),
            spaces: Vec::new(),
            people: Vec::new(),
        }
    }

    #[test]
    fn what_somebody_else_moves_stays_until_it_is_asked_for() {
        let mut rows = WorkRows::new(&found(&[("IT-2222", Status::Open, 1, 5), ("IT-3333", Status::Open, 1, 6)]));
        let missing = rows.merge(found(&[("IT-2222", Status::InProgress, 2, 5), ("IT-4444", Status::Open, 1, 1)]));
        assert_eq!(missing, ["IT-3333"]);
        assert_eq!(rows.lane(Status::Open), ["IT-2222", "IT-3333"]);
        assert!(rows.row("IT-2222").unwrap().moved() && rows.row("IT-2222").unwrap().fresh);
        assert_eq!((rows.waiting(true), rows.waiting(false)), (2, 1));
        rows.change("IT-3333", |row| row.gone = true);
        assert_eq!(rows.settle().as_deref(), Some("IT-4444"));
        assert_eq!((rows.lane(Status::Open), rows.lane(Status::InProgress)), (vec!["IT-4444".to_owned()], vec!["IT-2222".to_owned()]));
        assert_eq!(rows.waiting(true), 0);
    }

    #[test]
    fn an_answer_that_comes_late_and_one_for_a_row_on_its_way_change_nothing() {
        let mut rows = WorkRows::new(&found(&[("IT-2222", Status::Open, 3, 5)]));
        rows.merge(found(&[("IT-2222", Status::Blocked, 2, 5)]));
        assert!(!rows.row("IT-2222").unwrap().moved());
        rows.change("IT-2222", |row| row.sending = true);
        assert!(rows.merge(found(&[])).is_empty());
    }

    #[test]
    fn arrows_move_in_lanes_and_over_empty_ones() {
        let rows =
            WorkRows::new(&found(&[("IT-2222", Status::Open, 1, 5), ("IT-3333", Status::Open, 1, 6), ("IT-4444", Status::Blocked, 1, 6)]));
        assert_eq!(rows.beside("IT-2222", CardStep::Down).as_deref(), Some("IT-3333"));
        assert_eq!(rows.beside("IT-3333", CardStep::Down), None);
        assert_eq!(rows.beside("IT-3333", CardStep::Right).as_deref(), Some("IT-4444"));
        assert_eq!(rows.beside("IT-4444", CardStep::Left).as_deref(), Some("IT-2222"));
        assert_eq!(rows.beside("IT-2222", CardStep::Up), None);
        assert_eq!(rows.first().as_deref(), Some("IT-2222"));
        assert_eq!(rows.range("IT-4444", "IT-3333"), ["IT-3333", "IT-4444"]);
        assert_eq!(rows.range("IT-9999", "IT-3333"), ["IT-3333"]);
        assert_eq!(rows.live().count(), 3);
        assert_eq!((rows.count(Status::Open), rows.count(Status::Blocked), rows.count(Status::InProgress)), (2, 2, 2));
    }
}
