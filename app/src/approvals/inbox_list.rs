//! The inbox's list as the person reads it: nothing in it moves or goes by itself.
//!
//! What arrives waits until it is asked for; what somebody else decided stays in its place, dimmed, with their name.

use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::DueGroup;
use domain::approvals::wire::{InboxRow, InboxView};
use domain::text::fold_search;
use std::collections::BTreeSet;

/// A row as it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxListRow {
    pub data: InboxRow,
    /// It arrived while the page was open.
    pub fresh: bool,
    /// Why it no longer waits: "You approved this", "Samir Haddad approved this".
    pub closed: Option<String>,
}

impl InboxListRow {
    /// Whether it waits for the person, and no decision about it is held.
    pub fn waits(&self) -> bool {
        self.closed.is_none() && self.data.held.is_none()
    }
}

/// What is shown of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// Words of the docket number, the title, the service or the requester.
    pub text: String,
    /// Name of a service; all when empty.
    pub service: String,
    pub group: Option<DueGroup>,
}

impl InboxFilter {
    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a row is shown: every word is somewhere in it.
    pub fn shows(&self, row: &InboxRow) -> bool {
        let all = fold_search(&format!("{} {} {} {}", row.number, row.title, row.item, row.requester.name));
        let words = fold_search(&self.text);
        words.split_whitespace().all(|word| all.contains(word))
            && (self.service.is_empty() || self.service == row.item)
            && self.group.is_none_or(|group| group == row.group)
    }
}

/// Where to go from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStep {
    Down,
    Up,
}

/// The list: what is shown, and what waits to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxList {
    pub rows: Vec<InboxListRow>,
    pub arrivals: Vec<InboxRow>,
}

/// What a closed row says until it is known who did what.
pub const NO_LONGER_WAITING: &str = "No longer waits for you";

impl InboxList {
    /// The list as first loaded.
    pub fn new(page: InboxView) -> Self {
        let rows = page.rows.into_iter().map(|data| InboxListRow { data, fresh: false, closed: None }).collect();
        Self { rows, arrivals: Vec::new() }
    }

    /// Takes in what waits now. Rows keep their places; answers the numbers of those that wait no more, for their words to be found out.
    pub fn merge(&mut self, page: InboxView) -> Vec<String> {
        let mut gone = Vec::new();
        // Rows that were pushed beyond what is asked for still wait.
        let cut_off = (page.count > page.rows.len() as u64).then(|| page.rows.iter().map(|row| row.submitted_at).max()).flatten();
        for row in &mut self.rows {
            match page.rows.iter().find(|r| r.number == row.data.number) {
                Some(data) => {
                    row.data = data.clone();
                    row.closed = None;
                }
                None if row.closed.is_none() && cut_off.is_none_or(|last| row.data.submitted_at < last) => {
                    row.closed = Some(NO_LONGER_WAITING.to_owned());
                    gone.push(row.data.number.clone());
                }
                None => {}
            }
        }
        self.arrivals = page.rows.into_iter().filter(|r| self.row(&r.number).is_none()).collect();
        gone
    }

    /// Takes in more of what waits, below what is there. Answers the first number that was not there.
    pub fn extend(&mut self, page: InboxView) -> Option<String> {
        let new: Vec<InboxRow> = page.rows.into_iter().filter(|row| self.row(&row.number).is_none()).collect();
        let first = new.first().map(|row| row.number.clone());
        self.arrivals.clear();
        self.rows.extend(new.into_iter().map(|data| InboxListRow { data, fresh: false, closed: None }));
        self.sort();
        first
    }

    fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.data.group, row.data.submitted_at, row.data.number.clone()));
    }

    /// The row of a number.
    pub fn row(&self, number: &str) -> Option<&InboxListRow> {
        self.rows.iter().find(|row| row.data.number == number)
    }

    /// Marks a row as decided, in its place.
    pub fn close(&mut self, number: &str, words: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.data.number == number) {
            row.closed = Some(words);
        }
    }

    /// Marks rows as being decided, or as waiting again.
    pub fn hold(&mut self, numbers: &[String], verdict: Option<ApproverVerdict>) {
        for row in self.rows.iter_mut().filter(|row| numbers.contains(&row.data.number)) {
            row.data.held = verdict;
        }
    }

    /// Of what is selected, the numbers that are shown and wait, in list order: a decision is about nothing that is out of sight.
    pub fn chosen(&self, selected: &BTreeSet<String>, filter: &InboxFilter) -> Vec<String> {
        let rows = self.visible(filter).filter(|row| row.waits() && selected.contains(&row.data.number));
        rows.map(|row| row.data.number.clone()).collect()
    }

    /// The row that Tab leads to: the current one, where it is shown; else the first.
    pub fn tab_stop(&self, current: Option<&str>, filter: &InboxFilter) -> Option<String> {
        let here = self.visible(filter).find(|row| current == Some(row.data.number.as_str()));
        here.or_else(|| self.visible(filter).next()).map(|row| row.data.number.clone())
    }

    /// Shows what waited behind the button and lets go of what is decided, except the row being read. Answers the first new number.
    pub fn show_arrivals(&mut self, open: Option<&str>) -> Option<String> {
        let first = self.arrivals.first().map(|row| row.number.clone());
        self.rows.retain(|row| row.closed.is_none() || open == Some(row.data.number.as_str()));
        for row in &mut self.rows {
            row.fresh = false;
        }
        self.rows.extend(self.arrivals.drain(..).map(|data| InboxListRow { data, fresh: true, closed: None }));
        self.sort();
        first
    }

    /// The rows a filter shows, in their order.
    pub fn visible<'a>(&'a self, filter: &'a InboxFilter) -> impl DoubleEndedIterator<Item = &'a InboxListRow> {
        self.rows.iter().filter(|row| filter.shows(&row.data))
    }

    /// The shown row beside the given one; the first when none is given. None at an end.
    pub fn beside(&self, number: Option<&str>, step: RowStep, filter: &InboxFilter) -> Option<String> {
        let shown: Vec<&str> = self.visible(filter).map(|row| row.data.number.as_str()).collect();
        let at = number.and_then(|number| shown.iter().position(|shown| *shown == number));
        let to = match (at, step) {
            (None, _) => 0,
            (Some(at), RowStep::Down) => at + 1,
            (Some(at), RowStep::Up) => at.checked_sub(1)?,
        };
        shown.get(to).map(|number| (*number).to_owned())
    }

    /// The shown row to go to after a decision: the next that waits, else the last one before it.
    pub fn next_waiting(&self, number: &str, filter: &InboxFilter) -> Option<String> {
        let at = self.rows.iter().position(|row| row.data.number == number).unwrap_or(0);
        let waits = |row: &&InboxListRow| row.waits() && row.data.number != number && filter.shows(&row.data);
        let after = self.rows.iter().skip(at).find(waits);
        after.or_else(|| self.rows.iter().take(at).rev().find(waits)).map(|row| row.data.number.clone())
    }

    /// The shown numbers from one row to another, both included, in list order; only those that wait.
    pub fn range(&self, from: &str, to: &str, filter: &InboxFilter) -> Vec<String> {
        let position = |number: &str| self.rows.iter().position(|row| row.data.number == number);
        let (Some(a), Some(b)) = (position(from), position(to)) else { return vec![to.to_owned()] };
        let waiting = self.rows[a.min(b)..=a.max(b)].iter().filter(|row| row.waits() && filter.shows(&row.data));
        waiting.map(|row| row.data.number.clone()).collect()
    }

    /// Whether the row is there and its request waits for the person, be it held or not.
    pub fn is_open(&self, number: &str) -> bool {
        self.row(number).is_some_and(|row| row.closed.is_none())
    }

    /// Whether the row is there and waits.
    pub fn waits(&self, number: &str) -> bool {
        self.row(number).is_some_and(InboxListRow::waits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::PersonId;
    use domain::people::PersonRef;
    use uuid::Uuid;

    fn person(n: u128, name: &str) -> PersonRef {
        PersonRef { id: PersonId(Uuid::from_u128(n)), name: name.to_owned(), title: String::new() }
    }

    fn row(number: &str, minute: i64) -> InboxRow {
        InboxRow {
            number: number.to_owned(),
            title: "VPN access for Hana Sato".to_owned(),
            item: "VPN access".to_owned(),
            requester: person(1, "Hana Sato"),
            submitted_at: DateTime::from_timestamp(minute * 60, 0).unwrap(),
            price: String::new(),
            given: 0,
            needed: 1,
            words: "You".to_owned(),
            on_behalf_of: None,
            events: 1,
            group: DueGroup::Later,
            due: None,
            alike: String::new(),
            again: None,
            held: None,
        }
    }

    fn page(rows: &[(&str, i64)]) -> InboxView {
        let rows: Vec<_> = rows.iter().map(|(number, minute)| row(number, *minute)).collect();
        InboxView { count: rows.len() as u64, rows, held: Vec::new() }
    }

    fn numbers(list: &InboxList) -> Vec<&str> {
        list.rows.iter().map(|row| row.data.number.as_str()).collect()
    }

    #[test]
    fn more_rows_come_below_and_what_is_cut_off_still_waits() {
        let mut list = InboxList::new(page(&[("IT-A", 1), ("IT-B", 2)]));
        assert_eq!(list.extend(page(&[("IT-A", 1), ("IT-B", 2), ("IT-C", 3)])), Some("IT-C".to_owned()));
        assert_eq!((numbers(&list), list.row("IT-C").unwrap().fresh), (vec!["IT-A", "IT-B", "IT-C"], false));
        // An older one is back: C is beyond the rows asked for, B is decided.
        let cut = InboxView { count: 3, ..page(&[("IT-0", 0), ("IT-A", 1), ("IT-2", 3)]) };
        assert_eq!(list.merge(InboxView { count: 4, ..cut }), ["IT-B"]);
        assert!(list.waits("IT-C") && !list.waits("IT-B"));
        assert_eq!(list.extend(page(&[("IT-C", 3)])), None);
    }

    #[test]
    fn what_arrives_waits_and_what_is_decided_stays() {
        let mut list = InboxList::new(page(&[("IT-2222", 2), ("IT-4444", 4)]));
        let gone = list.merge(page(&[("IT-4444", 4), ("IT-3333", 3)]));
        assert_eq!(gone, ["IT-2222"]);
        assert_eq!(numbers(&list), ["IT-2222", "IT-4444"]);
        assert_eq!(list.arrivals.len(), 1);
        assert!(!list.waits("IT-2222") && list.waits("IT-4444"));
        assert!(list.merge(page(&[("IT-4444", 4), ("IT-3333", 3)])).is_empty(), "told once");

        assert_eq!(list.show_arrivals(None).as_deref(), Some("IT-3333"));
        assert_eq!(numbers(&list), ["IT-3333", "IT-4444"], "oldest first, the decided one gone");
        assert!(list.rows[0].fresh && !list.rows[1].fresh);
        assert!(list.arrivals.is_empty());
    }

    #[test]
    fn a_filter_shows_rows_with_every_word_of_one_service_and_one_group() {
        let vpn = row("IT-2222", 1);
        let late =
            InboxRow { title: "Key to room 4".to_owned(), item: "Key loan".to_owned(), group: DueGroup::Overdue, ..row("KEY-3333", 2) };
        let shows = |text: &str, service: &str, group| {
            let filter = InboxFilter { text: text.to_owned(), service: service.to_owned(), group };
            [filter.shows(&vpn), filter.shows(&late)]
        };
        assert_eq!(shows("", "", None), [true, true]);
        assert_eq!(shows("sato vpn", "", None), [true, false]);
        assert_eq!(shows("key-33", "", None), [false, true]);
        assert_eq!(shows("", "Key loan", None), [false, true]);
        assert_eq!(shows("hana", "", Some(DueGroup::Overdue)), [false, true]);
        assert_eq!(shows("vpn", "Key loan", None), [false, false]);
    }

    #[test]
    fn what_is_held_does_not_wait_and_is_in_no_selection() {
        let mut waiting = page(&[("IT-2222", 2), ("IT-3333", 3)]);
        waiting.rows[0].held = Some(domain::approvals::ApproverVerdict::Approve);
        let list = InboxList::new(waiting);
        assert!(!list.waits("IT-2222") && list.waits("IT-3333"));
        assert_eq!(list.range("IT-2222", "IT-3333", &InboxFilter::default()), ["IT-3333"]);
        assert_eq!(list.next_waiting("IT-3333", &InboxFilter::default()), None);
    }

    #[test]
    fn the_row_being_read_stays_even_when_decided() {
        let mut list = InboxList::new(page(&[("IT-2222", 2)]));
        list.merge(page(&[("IT-3333", 3)]));
        list.show_arrivals(Some("IT-2222"));
        assert_eq!(numbers(&list), ["IT-2222", "IT-3333"]);
    }

    #[test]
    fn a_request_that_comes_back_waits_again_in_its_place() {
        let mut list = InboxList::new(page(&[("IT-2222", 2), ("IT-4444", 4)]));
        list.close("IT-2222", "You asked for changes".to_owned());
        list.merge(page(&[("IT-2222", 2), ("IT-4444", 4)]));
        assert!(list.waits("IT-2222"));
        assert!(list.arrivals.is_empty());
    }

    #[test]
    fn moving_stops_at_the_ends_and_a_decision_skips_what_is_decided() {
        let mut list = InboxList::new(page(&[("IT-2222", 2), ("IT-3333", 3), ("IT-4444", 4)]));
        assert_eq!(list.beside(None, RowStep::Down, &InboxFilter::default()).as_deref(), Some("IT-2222"));
        assert_eq!(list.beside(Some("IT-2222"), RowStep::Down, &InboxFilter::default()).as_deref(), Some("IT-3333"));
        assert_eq!(list.beside(Some("IT-2222"), RowStep::Up, &InboxFilter::default()), None);
        assert_eq!(list.beside(Some("IT-4444"), RowStep::Down, &InboxFilter::default()), None);
        list.close("IT-3333", "Samir Haddad approved this".to_owned());
        assert_eq!(list.next_waiting("IT-2222", &InboxFilter::default()).as_deref(), Some("IT-4444"));
        assert_eq!(list.next_waiting("IT-4444", &InboxFilter::default()).as_deref(), Some("IT-2222"));
        list.close("IT-2222", "You approved this".to_owned());
        assert_eq!(list.next_waiting("IT-4444", &InboxFilter::default()), None);
        assert_eq!(list.range("IT-4444", "IT-2222", &InboxFilter::default()), ["IT-4444"]);
    }

    #[test]
    fn what_is_held_or_out_of_sight_is_not_chosen() {
        let mut list = InboxList::new(page(&[("IT-2222", 2), ("IT-3333", 3), ("IT-4444", 4)]));
        let selected: BTreeSet<String> = ["IT-2222", "IT-4444", "IT-9999"].map(str::to_owned).into();
        assert_eq!(list.chosen(&selected, &InboxFilter::default()), ["IT-2222", "IT-4444"]);
        list.hold(&["IT-2222".to_owned()], Some(ApproverVerdict::Approve));
        assert_eq!(list.chosen(&selected, &InboxFilter::default()), ["IT-4444"]);
        assert_eq!(list.next_waiting("IT-3333", &InboxFilter::default()).as_deref(), Some("IT-4444"));
        let other = InboxFilter { text: "IT-3333".to_owned(), ..InboxFilter::default() };
        assert!(list.chosen(&selected, &other).is_empty());
        list.hold(&["IT-2222".to_owned()], None);
        assert!(list.waits("IT-2222"));
        let stop = |current: Option<&str>, filter: &InboxFilter| list.tab_stop(current, filter);
        assert_eq!(stop(Some("IT-4444"), &InboxFilter::default()).as_deref(), Some("IT-4444"));
        assert_eq!(stop(Some("IT-4444"), &other).as_deref(), Some("IT-3333"));
    }
}
