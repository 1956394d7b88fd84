//! The inbox's state, shared by its parts: the list, the current request, the decision being made.

use super::api::inbox;
use super::decided_words::{last_words, own_words};
use super::held_batch::HeldBatch;
use super::inbox_list::{InboxFilter, InboxList};
use crate::error::CallError;
use crate::live::{LiveState, LiveStream};
use crate::requests::api::request_page;
use crate::ui::focus::focus_any_later;
use crate::ui::{PageRefresher, RowSelection};
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::{INBOX_ROWS, InboxView, MOST_INBOX_ROWS};
use domain::people::PersonRef;
use domain::requests::wire::RequestPage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;

/// A request that is loaded before it is asked for.
struct PageAhead {
    number: String,
    /// None while it is on its way.
    page: Option<RequestPage>,
    /// It changed while it was on its way: what arrives may be from before.
    is_outdated: bool,
}

/// Everything the parts of the inbox share.
#[derive(Clone, Copy)]
pub struct InboxDesk {
    pub list: RwSignal<InboxList>,
    /// How many requests wait for the person, loaded or not.
    pub count: RwSignal<u64>,
    /// Rows asked for.
    rows: RwSignal<u32>,
    /// What is shown of the list, as the address says.
    pub filter: Memo<InboxFilter>,
    /// Docket number of the current request, as the address says. The row that is marked and takes the focus, the request that is shown and
    /// the one that keys act on are all read from here.
    pub current: Memo<Option<String>>,
    /// The request that was loaded last; only what is read by `read_page` is shown or acted on.
    loaded: RwSignal<Option<RequestPage>>,
    /// Why the current request cannot be shown.
    pub failed: RwSignal<Option<CallError>>,
    /// The same request as it is now, when it changed under the reader.
    pub newer: RwSignal<Option<RequestPage>>,
    pub reason: RwSignal<String>,
    pub reason_error: RwSignal<Option<String>>,
    /// The decision that words are being written for; None while they may be for any.
    pub asking: RwSignal<Option<ApproverVerdict>>,
    /// Why the last decision was not taken.
    pub refused: RwSignal<Option<CallError>>,
    /// The decision on its way.
    pub sending: RwSignal<Option<ApproverVerdict>>,
    /// What is ticked; what is acted on is `chosen`.
    pub selection: RowSelection<String>,
    /// The selected rows that are shown and wait.
    pub chosen: Memo<Vec<String>>,
    /// The dialog that declines the selection is open.
    pub declining: RwSignal<bool>,
    /// Decisions that are held, oldest first, and what went against some of them.
    pub held: RwSignal<Vec<HeldBatch>>,
    pub bulk: RwSignal<bool>,
    /// Makes another request the current one.
    go: Callback<String>,
    /// What happened last, for those who hear the page.
    pub said: RwSignal<String>,
    /// The person who reads.
    pub me: Signal<Option<PersonRef>>,
    live: LiveStream,
    pub(super) reasons: StoredValue<HashMap<String, String>>,
    /// The request after the current one, loaded before it is asked for.
    ahead: StoredValue<Option<PageAhead>>,
    /// More rows are on their way.
    pub loading: RwSignal<bool>,
    refresher: PageRefresher,
    pub(super) ticking: StoredValue<bool>,
}

impl InboxDesk {
    /// The desk of a loaded inbox.
    pub fn new(
        page: InboxView,
        current: Memo<Option<String>>,
        filter: Memo<InboxFilter>,
        me: Signal<Option<PersonRef>>,
        live: LiveStream,
        go: Callback<String>,
    ) -> Self {
        let selection = RowSelection::empty();
        let held = RwSignal::new(HeldBatch::of_views(&page.held));
        let count = RwSignal::new(page.count);
        let list = RwSignal::new(InboxList::new(page));
        Self {
            held,
            count,
            rows: RwSignal::new(INBOX_ROWS),
            list,
            filter,
            current,
            loaded: RwSignal::new(None),
            failed: RwSignal::new(None),
            newer: RwSignal::new(None),
            reason: RwSignal::new(String::new()),
            reason_error: RwSignal::new(None),
            asking: RwSignal::new(None),
            refused: RwSignal::new(None),
            sending: RwSignal::new(None),
            selection,
            chosen: Memo::new(move |_| {
                list.with(|list| filter.with(|filter| selection.chosen.with(|selected| list.chosen(selected, filter))))
            }),
            declining: RwSignal::new(false),
            bulk: RwSignal::new(false),
            go,
            said: RwSignal::new(String::new()),
            me,
            live,
            reasons: StoredValue::new(HashMap::new()),
            ahead: StoredValue::new(None),
            loading: RwSignal::new(false),
            refresher: PageRefresher::idle(),
            ticking: StoredValue::new(false),
        }
    }

    /// Reads the current request as it is shown; None while it is on its way, whatever was loaded before it.
    pub fn read_page<T>(self, read: impl FnOnce(Option<&RequestPage>) -> T) -> T {
        let current = self.current.get();
        self.loaded.with(|page| read(page.as_ref().filter(|page| current.as_ref() == Some(&page.summary.number))))
    }

    /// The same for what goes on after the page may have been left: None then.
    pub fn try_read_page<T>(self, read: impl FnOnce(&RequestPage) -> T) -> Option<T> {
        let current = self.current.try_get_untracked().flatten()?;
        self.loaded.try_with_untracked(|page| page.as_ref().filter(|page| page.summary.number == current).map(read)).flatten()
    }

    /// Makes another request the current one: its row takes the focus.
    pub fn go(self, number: String) {
        if self.go.try_run(number).is_some() {
            self.focus_current();
        }
    }

    /// Gives the focus to the row of the current request, once the page has settled; where the list is away, to the request.
    pub fn focus_current(self) {
        focus_any_later(move || {
            let row = self.current.try_get_untracked().flatten().map(|number| row_id(&number));
            row.into_iter().chain(["inbox-view".to_owned()]).collect()
        });
    }

    /// Loads the current request when another one becomes it. A reason begun for the one before is kept for its return.
    pub fn follow_current(self) {
        Effect::new(move |before: Option<Option<String>>| {
            let now = self.current.get();
            if let Some(before) = before.filter(|before| *before != now) {
                self.turn_to(before, now.clone());
            }
            now
        });
    }

    fn turn_to(self, before: Option<String>, now: Option<String>) {
        let begun = self.reason.get_untracked();
        let kept = self.reasons.try_update_value(|reasons| {
            if let Some(before) = before.filter(|_| !begun.is_empty()) {
                reasons.insert(before, begun);
            }
            now.as_ref().and_then(|now| reasons.remove(now))
        });
        self.reason.set(kept.flatten().unwrap_or_default());
        self.reason_error.set(None);
        self.asking.set(None);
        self.refused.set(None);
        self.newer.set(None);
        self.failed.set(None);
        let Some(number) = now else { return };
        let ahead = self.ahead.try_update_value(Option::take).flatten().filter(|ahead| ahead.number == number && !ahead.is_outdated);
        if let Some(page) = ahead.and_then(|ahead| ahead.page) {
            self.present(page);
            // The stream tells when it changes (`forget_ahead`); without one it may have changed unseen.
            if self.live.state.get_untracked() != LiveState::Live {
                self.refresh_open();
            }
            return;
        }
        spawn_local(async move {
            let answer = request_page(number.clone()).await;
            if self.current.try_get_untracked().flatten() == Some(number) {
                match answer {
                    Ok(page) => self.present(page),
                    Err(error) => _ = self.failed.try_set(Some(error)),
                }
            }
        });
    }

    /// Shows the current request; another one's page that comes late is left alone.
    pub fn present(self, page: RequestPage) {
        let number = page.summary.number.clone();
        if !self.is_current(&number) {
            return;
        }
        self.newer.try_set(None);
        self.loaded.try_set(Some(page));
        self.load_ahead(&number);
    }

    /// Loads the request below, so that going there takes no time.
    fn load_ahead(self, number: &str) {
        if cfg!(not(target_arch = "wasm32")) {
            return;
        }
        let next = self.list.try_with_untracked(|list| {
            self.filter.try_with_untracked(|filter| list.beside(Some(number), super::inbox_list::RowStep::Down, filter))
        });
        let Some(next) = next.flatten().flatten() else { return };
        self.ahead.try_update_value(|ahead| *ahead = Some(PageAhead { number: next.clone(), page: None, is_outdated: false }));
        spawn_local(async move {
            let Ok(page) = request_page(next).await else { return };
            self.ahead.try_update_value(|ahead| {
                if let Some(ahead) = ahead.as_mut().filter(|ahead| ahead.number == page.summary.number) {
                    ahead.page = Some(page);
                }
            });
        });
    }

    /// Marks what was loaded ahead as outdated if it is this request, so that it is loaded again when it is opened.
    pub fn forget_ahead(self, number: &str) {
        self.ahead.try_update_value(|ahead| {
            if let Some(ahead) = ahead.as_mut().filter(|ahead| ahead.number == number) {
                ahead.is_outdated = true;
            }
        });
    }

    /// The stream was away: nothing that was loaded ahead is known to be true.
    pub fn forget_all_ahead(self) {
        self.ahead.try_update_value(|ahead| *ahead = None);
    }

    /// Shows the request as it is now.
    pub fn show_newer(self) {
        if let Some(page) = self.newer.get_untracked() {
            self.refused.set(None);
            self.present(page);
            self.focus_current();
        }
    }

    /// Asks again what waits. Called while asking, it asks once more afterwards.
    pub fn refresh_list(self) {
        self.refresher.refresh(move || self.ask_again());
    }

    async fn ask_again(self) {
        let Some(rows) = self.rows.try_get_untracked() else { return };
        let Ok(page) = inbox(rows).await else { return };
        self.hear_outcomes(&page.held);
        let own = own_words(&page.held);
        self.live.inbox_count.try_update(|count| *count = Some(page.count));
        self.count.try_set(page.count);
        let gone = self.list.try_update(|list| list.merge(page)).unwrap_or_default();
        for number in gone {
            self.selection.remove(&number);
            match own.get(&number) {
                Some(words) => _ = self.list.try_update(|list| list.close(&number, words.clone())),
                None => self.name_the_decider(number).await,
            }
        }
    }

    /// How many wait and are not loaded.
    pub fn left(self) -> u64 {
        let loaded = self.list.with(|list| list.rows.iter().filter(|row| row.closed.is_none()).count() + list.arrivals.len());
        self.count.get().saturating_sub(loaded as u64)
    }

    /// Whether more can be loaded.
    pub fn has_more(self) -> bool {
        self.left() > 0 && self.rows.get() < MOST_INBOX_ROWS
    }

    /// Loads the next rows, below those that are there.
    pub fn show_more(self) {
        if self.loading.get_untracked() {
            return;
        }
        let rows = (self.rows.get_untracked() + INBOX_ROWS).min(MOST_INBOX_ROWS);
        self.loading.set(true);
        spawn_local(async move {
            match inbox(rows).await {
                Ok(page) => {
                    self.rows.try_set(rows);
                    self.count.try_set(page.count);
                    self.list.try_update(|list| list.extend(page));
                    self.focus_current();
                }
                Err(error) => _ = self.refused.try_set(Some(error)),
            }
            self.loading.try_set(false);
        });
    }

    async fn name_the_decider(self, number: String) {
        let Ok(page) = request_page(number.clone()).await else { return };
        let me = self.me.try_get_untracked().flatten();
        if let Some(words) = last_words(&page.events, me.as_ref()) {
            self.list.try_update(|list| {
                if !list.is_open(&number) {
                    list.close(&number, words);
                }
            });
        }
    }

    /// Asks again for the current request; a change waits behind a line of its own.
    pub fn refresh_open(self) {
        let Some(number) = self.current.try_get_untracked().flatten() else { return };
        spawn_local(async move {
            let Ok(page) = request_page(number).await else { return };
            let same =
                |shown: &RequestPage| (shown.summary.number == page.summary.number).then(|| (seen(shown), shown.allowed.may_decide()));
            let Some((last, decides)) = self.try_read_page(same).flatten() else { return };
            if last == seen(&page) {
                // Comments stand below everything else: a new one moves nothing.
                self.loaded.try_update(|shown| shown.as_mut().map(|shown| shown.work = page.work));
            } else if !decides {
                // Nothing is decided on what is read: it simply follows.
                self.loaded.try_set(Some(page));
            } else if self.sending.try_get_untracked() == Some(None) {
                self.newer.try_set(Some(page));
            }
        });
    }

    /// Shows the request as it is, without a word about the change: what was said tells it already.
    pub(super) fn reload_shown(self) {
        let Some(number) = self.current.try_get_untracked().flatten() else { return };
        spawn_local(async move {
            if let Ok(page) = request_page(number).await {
                self.present(page);
            }
        });
    }

    /// Shows what waited behind the arrivals button, and goes to the first of it.
    pub fn show_arrivals(self) {
        let current = self.current.get_untracked();
        if let Some(first) = self.list.try_update(|list| list.show_arrivals(current.as_deref())).flatten() {
            self.go(first);
        }
    }
}

/// Number of the last event on screen: what the approver saw.
pub fn seen(page: &RequestPage) -> u32 {
    page.events.last().map_or(0, |event| event.seq)
}

/// The element of a row's link.
pub fn row_id(number: &str) -> String {
    format!("row-{number}")
}
