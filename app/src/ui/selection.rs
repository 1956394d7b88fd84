//! What is ticked in a list, one by one or from one row to another.

use leptos::prelude::*;
use std::collections::BTreeSet;

/// The ticked rows of a list, by what tells them apart.
pub struct RowSelection<T: 'static> {
    pub chosen: RwSignal<BTreeSet<T>>,
    /// The row ticked last: where a range begins.
    anchor: StoredValue<Option<T>>,
}

impl<T> Clone for RowSelection<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RowSelection<T> {}

impl<T: Ord + Clone + Send + Sync + 'static> RowSelection<T> {
    /// Nothing is ticked.
    pub fn empty() -> Self {
        Self { chosen: RwSignal::new(BTreeSet::new()), anchor: StoredValue::new(None) }
    }

    /// Ticks a row, or takes it out again.
    pub fn toggle(self, row: T) {
        self.anchor.set_value(Some(row.clone()));
        self.chosen.update(|chosen| {
            if !chosen.remove(&row) {
                chosen.insert(row);
            }
        });
    }

    /// Ticks everything from the row ticked last to this one; `between` says what that is.
    pub fn extend_to(self, row: T, between: impl FnOnce(&T, &T) -> Vec<T>) {
        let from = self.anchor.get_value().unwrap_or_else(|| row.clone());
        let range = between(&from, &row);
        self.add(range);
    }

    /// Ticks these as well.
    pub fn add(self, rows: impl IntoIterator<Item = T>) {
        self.chosen.update(|chosen| chosen.extend(rows));
    }

    /// Ticks these and nothing else.
    pub fn replace(self, rows: BTreeSet<T>) {
        self.chosen.set(rows);
    }

    /// Takes a row out; also when the page has been left meanwhile.
    pub fn remove(self, row: &T) {
        self.chosen.try_update(|chosen| chosen.remove(row));
    }

    /// Ticks nothing.
    pub fn clear(self) {
        self.chosen.try_update(BTreeSet::clear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_begins_at_the_row_that_was_ticked_last() {
        let owner = Owner::new();
        owner.set();
        let selection = RowSelection::empty();
        let between = |from: &u32, to: &u32| (*from.min(to)..=*from.max(to)).collect::<Vec<_>>();
        let chosen = move || selection.chosen.with_untracked(|chosen| chosen.iter().copied().collect::<Vec<u32>>());
        selection.extend_to(7, between);
        assert_eq!(chosen(), [7], "nothing was ticked before");
        selection.toggle(3);
        selection.extend_to(5, between);
        assert_eq!(chosen(), [3, 4, 5, 7]);
        selection.toggle(4);
        selection.remove(&7);
        assert_eq!(chosen(), [3, 5]);
        selection.clear();
        assert_eq!(chosen(), [0; 0]);
    }
}
