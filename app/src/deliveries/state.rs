//! What the parts of the console share: the page as it is now, the delivery that is open, what is chosen and what is on its way.

use super::api::{console, delivery};
use super::place::ConsoleLocation;
use crate::error::CallError;
use crate::ui::toast::{ToastList, use_toasts};
use crate::ui::{PageRefresher, RowSelection};
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{ConsoleRow, ConsoleView, DeliveryDetail, ShownDeliveries};
use domain::id::DeliveryId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Everything the parts share.
#[derive(Clone, Copy)]
pub struct ConsoleState {
    pub place: Memo<ConsoleLocation>,
    pub page: RwSignal<ConsoleView>,
    pub open: RwSignal<Option<DeliveryDetail>>,
    pub selection: RowSelection<DeliveryId>,
    /// Deliveries that are not on screen yet: nothing moves under the reader.
    pub arrivals: RwSignal<usize>,
    pub refused: RwSignal<Option<CallError>>,
    /// Something was asked for and is not answered.
    pub busy: RwSignal<bool>,
    /// Another list is on its way.
    pub loading: RwSignal<bool>,
    toasts: ToastList,
    refresher: PageRefresher,
}

impl ConsoleState {
    /// As first found.
    pub fn new(page: ConsoleView, open: Option<DeliveryDetail>, place: Memo<ConsoleLocation>) -> Self {
        Self {
            place,
            page: RwSignal::new(page),
            open: RwSignal::new(open),
            selection: RowSelection::empty(),
            arrivals: RwSignal::new(0),
            refused: RwSignal::new(None),
            busy: RwSignal::new(false),
            loading: RwSignal::new(false),
            toasts: use_toasts(),
            refresher: PageRefresher::idle(),
        }
    }

    /// Shows what belongs to another address.
    pub fn go(self, before: &ConsoleLocation, now: ConsoleLocation) {
        if !now.lists_like(before) {
            self.load(now.clone());
        }
        if now.open != before.open {
            self.look(now.open);
        }
    }

    /// Reads the list of an address anew.
    pub fn load(self, place: ConsoleLocation) {
        self.loading.set(true);
        spawn_local(async move {
            let answer = console(place.filter.clone(), place.after.clone()).await;
            // Another list was asked for meanwhile: its answer counts.
            if !self.place.try_get_untracked().is_some_and(|now| now.lists_like(&place)) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(page) => {
                    self.arrivals.set(0);
                    self.selection.clear();
                    self.refused.set(None);
                    self.page.set(page);
                }
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }

    /// Opens a delivery, or closes the one that is open.
    pub fn look(self, id: Option<DeliveryId>) {
        let Some(id) = id else {
            self.open.set(None);
            return;
        };
        spawn_local(async move {
            let answer = delivery(id).await;
            if self.place.try_get_untracked().and_then(|place| place.open) != Some(id) {
                return;
            }
            match answer {
                Ok(found) => {
                    self.change_row(&found.row);
                    self.open.set(Some(found));
                }
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }

    /// Asks again how it is now, and changes in place what is on screen. Called while asking, it asks once more afterwards.
    pub fn refresh(self) {
        self.refresher.refresh(move || self.ask_again());
    }

    async fn ask_again(self) {
        let Some(place) = self.place.try_get_untracked() else { return };
        if let Ok(found) = console(place.filter.clone(), place.after.clone()).await
            && self.place.try_get_untracked().is_some_and(|now| now.lists_like(&place))
        {
            self.merge(found).await;
        }
        if let Some(id) = place.open {
            self.look(Some(id));
        }
    }

    async fn merge(self, found: ConsoleView) {
        let Some(shown) = self.page.try_with_untracked(|page| page.rows.clone()) else { return };
        if shown.is_empty() {
            self.page.try_set(found);
            return;
        }
        let (rows, new) = merged(&shown, &found.rows);
        self.arrivals.set(new);
        let Some(next) = self.page.try_with_untracked(|page| page.next.clone()) else { return };
        // Below the last one it may just have been pushed onto the next page.
        let last = found.rows.last().map(|row| row.queued_at);
        let missing = |row: &&ConsoleRow| last.is_none_or(|last| row.queued_at >= last) && !found.rows.iter().any(|now| now.id == row.id);
        let moved: Vec<DeliveryId> = rows.iter().filter(missing).map(|row| row.id).collect();
        let show = self.place.try_with_untracked(|place| place.filter.show);
        self.page.try_set(ConsoleView { rows, next, ..found });
        for id in moved {
            // What was looked up once stands elsewhere, and says so.
            let fits = |page: &ConsoleView| page.rows.iter().any(|row| row.id == id && show.is_some_and(|show| fits(show, row.status)));
            if self.page.try_with_untracked(fits) == Some(true)
                && let Ok(now) = delivery(id).await
            {
                self.change_row(&now.row);
            }
        }
    }

    /// Changes a row in its place.
    fn change_row(self, now: &ConsoleRow) {
        self.page.try_update(|page| page.rows.iter_mut().filter(|row| row.id == now.id).for_each(|row| *row = now.clone()));
    }

    /// Does something, then looks again. `done` says what was done.
    pub fn act<T: 'static>(self, doing: impl Future<Output = Result<T, CallError>> + 'static, done: impl FnOnce(&T) -> String + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = doing.await;
            self.busy.try_set(false);
            match answer {
                Ok(value) => {
                    self.refused.try_set(None);
                    self.selection.clear();
                    self.toasts.show(done(&value), None);
                    self.refresh();
                }
                Err(error) => {
                    self.refused.try_set(Some(error));
                }
            }
        });
    }
}

/// Whether a list shows deliveries that stand so.
fn fits(show: ShownDeliveries, status: DeliveryStatus) -> bool {
    match show {
        ShownDeliveries::All => false,
        ShownDeliveries::Waiting => status != DeliveryStatus::Delivered && !status.is_given_up(),
        ShownDeliveries::Failed => status.is_given_up(),
        ShownDeliveries::Delivered => status == DeliveryStatus::Delivered,
    }
}

/// The rows on screen as they are now, and how many new ones wait. A row that no longer fits the filter stays until the next load.
fn merged(shown: &[ConsoleRow], found: &[ConsoleRow]) -> (Vec<ConsoleRow>, usize) {
    let newest = shown.first().map(|row| row.queued_at);
    let rows = shown.iter().map(|row| found.iter().find(|now| now.id == row.id).unwrap_or(row).clone()).collect();
    let unseen = |row: &&ConsoleRow| Some(row.queued_at) >= newest && !shown.iter().any(|known| known.id == row.id);
    (rows, found.iter().filter(unseen).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn row(id: u128, second: i64, status: DeliveryStatus) -> ConsoleRow {
        ConsoleRow {
            id: DeliveryId(Uuid::from_u128(id)),
            queued_at: DateTime::from_timestamp(second, 0).unwrap(),
            number: "IT-7F3K".into(),
            title: "VPN".into(),
            event: "Handed on".into(),
            connector: "Desk".into(),
            attempts: 0,
            tries: 5,
            status,
            next_at: None,
        }
    }

    #[test]
    fn rows_change_in_place_and_new_ones_wait() {
        use DeliveryStatus::{Delivered, Waiting};
        let shown = [row(2, 20, Waiting), row(1, 10, Waiting)];
        let found = [row(3, 30, Waiting), row(2, 20, Delivered), row(1, 10, Waiting), row(0, 5, Waiting)];
        let (rows, new) = merged(&shown, &found);
        assert_eq!(rows, [row(2, 20, Delivered), row(1, 10, Waiting)]);
        assert_eq!(new, 1, "what is older than the last row is another page's");
    }
}
