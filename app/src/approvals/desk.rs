//! The inbox's state, shared by its parts: the list, the request being read, the decision being made.

use super::api::{decide, inbox};
use super::desk_many::{Outcome, outcome_of};
use super::inbox_list::{Filter, InboxList, last_words};
use super::keys::focus;
use crate::error::ApiError;
use crate::live::Live;
use crate::requests::api::request_page;
use domain::Refusal;
use domain::approvals::Verdict;
use domain::approvals::wire::{Decide, INBOX_ROWS, InboxPage, MOST_INBOX_ROWS};
use domain::people::PersonRef;
use domain::requests::wire::RequestPage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{BTreeSet, HashMap};

/// Everything the parts of the inbox share.
#[derive(Clone, Copy)]
pub struct Desk {
    pub list: RwSignal<InboxList>,
    /// How many requests wait for the person, loaded or not.
    pub count: RwSignal<u64>,
    /// Rows asked for.
    rows: RwSignal<u32>,
    /// What is shown of the list, as the address says.
    pub filter: Memo<Filter>,
    /// Docket number of the request being read.
    pub open: Memo<Option<String>>,
    /// The request being read, as shown.
    pub shown: RwSignal<Option<RequestPage>>,
    /// The same request as it is now, when it changed under the reader.
    pub newer: RwSignal<Option<RequestPage>>,
    pub reason: RwSignal<String>,
    pub reason_error: RwSignal<Option<String>>,
    /// Why the last decision was not taken.
    pub refused: RwSignal<Option<ApiError>>,
    /// The decision on its way.
    pub sending: RwSignal<Option<Verdict>>,
    pub selected: RwSignal<BTreeSet<String>>,
    /// Where a range selection starts.
    pub anchor: StoredValue<Option<String>>,
    pub outcomes: RwSignal<Vec<Outcome>>,
    pub bulk: RwSignal<bool>,
    /// Shows another request: its number, and whether its row takes the focus.
    pub go: Callback<(String, bool)>,
    /// What the last decision was, for those who hear the page.
    pub said: RwSignal<String>,
    /// The person who reads.
    pub me: Signal<Option<PersonRef>>,
    live: Live,
    reasons: StoredValue<HashMap<String, String>>,
    /// More rows are on their way.
    pub loading: RwSignal<bool>,
    fetching: StoredValue<bool>,
    again: StoredValue<bool>,
}

impl Desk {
    /// The desk of a loaded inbox.
    pub fn new(
        page: InboxPage,
        open: Memo<Option<String>>,
        filter: Memo<Filter>,
        me: Signal<Option<PersonRef>>,
        live: Live,
        go: Callback<(String, bool)>,
    ) -> Self {
        Self {
            outcomes: RwSignal::new(page.held.iter().filter_map(outcome_of).collect()),
            count: RwSignal::new(page.count),
            rows: RwSignal::new(INBOX_ROWS),
            list: RwSignal::new(InboxList::new(page)),
            filter,
            open,
            shown: RwSignal::new(None),
            newer: RwSignal::new(None),
            reason: RwSignal::new(String::new()),
            reason_error: RwSignal::new(None),
            refused: RwSignal::new(None),
            sending: RwSignal::new(None),
            selected: RwSignal::new(BTreeSet::new()),
            anchor: StoredValue::new(None),
            bulk: RwSignal::new(false),
            go,
            said: RwSignal::new(String::new()),
            me,
            live,
            reasons: StoredValue::new(HashMap::new()),
            loading: RwSignal::new(false),
            fetching: StoredValue::new(false),
            again: StoredValue::new(false),
        }
    }

    /// Puts a request on the desk. A reason begun for another one is kept for its return.
    pub fn present(self, page: RequestPage) {
        let before = self.shown.with_untracked(|p| p.as_ref().map(|p| p.summary.number.clone()));
        let number = page.summary.number.clone();
        if before.as_ref() != Some(&number) {
            let begun = self.reason.get_untracked();
            let mut reason = String::new();
            self.reasons.update_value(|reasons| {
                if let Some(before) = before {
                    reasons.insert(before, begun);
                }
                reason = reasons.remove(&number).unwrap_or_default();
            });
            self.reason.set(reason);
            self.reason_error.set(None);
            self.refused.set(None);
        }
        self.newer.set(None);
        self.shown.set(Some(page));
    }

    /// Shows the request as it is now.
    pub fn show_newer(self) {
        if let Some(page) = self.newer.get_untracked() {
            self.refused.set(None);
            self.present(page);
            focus(&["reason"]);
        }
    }

    /// Asks again what waits. Called while asking, it asks once more afterwards.
    pub fn refresh_list(self) {
        if self.fetching.try_get_value() != Some(false) {
            self.again.try_update_value(|again| *again = true);
            return;
        }
        self.fetching.set_value(true);
        spawn_local(async move {
            loop {
                self.again.try_update_value(|again| *again = false);
                let Some(rows) = self.rows.try_get_untracked() else { break };
                if let Ok(page) = inbox(rows).await {
                    self.hear_outcomes(&page.held);
                    self.live.inbox_count.try_update(|count| *count = Some(page.count));
                    self.count.try_set(page.count);
                    let gone = self.list.try_update(|list| list.merge(page)).unwrap_or_default();
                    for number in gone {
                        self.selected.try_update(|selected| selected.remove(&number));
                        self.name_the_decider(number).await;
                    }
                }
                if self.again.try_get_value() != Some(true) {
                    break;
                }
            }
            self.fetching.try_update_value(|fetching| *fetching = false);
        });
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
                    let first = self.list.try_update(|list| list.extend(page)).flatten();
                    if let Some(first) = first {
                        focus(&[&row_id(&first)]);
                    }
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
                if !list.waits(&number) {
                    list.close(&number, words);
                }
            });
        }
    }

    /// Asks again for the request being read; a change waits behind a line of its own.
    pub fn refresh_open(self) {
        let Some(number) = self.open.try_get_untracked().flatten() else { return };
        spawn_local(async move {
            let Ok(page) = request_page(number).await else { return };
            let events = self.shown.try_with_untracked(|shown| {
                shown.as_ref().filter(|shown| shown.summary.number == page.summary.number).map(|shown| shown.events.len())
            });
            let Some(events) = events.flatten() else { return };
            if events == page.events.len() {
                // Comments stand below everything else: a new one moves nothing.
                self.shown.try_update(|shown| shown.as_mut().map(|shown| shown.work = page.work));
            } else if self.sending.try_get_untracked() == Some(None) {
                self.newer.try_set(Some(page));
            }
        });
    }

    /// Whether the request on the desk is the one that is marked in the list, and open to a decision.
    pub fn decidable(self) -> bool {
        let open = self.open.get();
        self.shown.with(|shown| shown.as_ref().is_some_and(|page| page.allowed.decide && open.as_ref() == Some(&page.summary.number)))
    }

    /// Decides the request on the desk, with the reason as written.
    pub fn decide(self, verdict: Verdict) {
        if self.sending.get_untracked().is_some() || !untrack(|| self.decidable()) {
            return;
        }
        if self.newer.with_untracked(Option::is_some) {
            focus(&["show-newer"]);
            return;
        }
        let reason = self.reason.get_untracked().trim().to_owned();
        if reason.is_empty() && verdict != Verdict::Approve {
            self.reason_error.set(Some(reason_missing(verdict).to_owned()));
            focus(&["reason"]);
            return;
        }
        let Some((number, seen)) = self.shown.with_untracked(|shown| shown.as_ref().map(|p| (p.summary.number.clone(), seen(p)))) else {
            return;
        };
        self.reason_error.set(None);
        self.refused.set(None);
        self.sending.set(Some(verdict));
        spawn_local(async move {
            let answer = decide(Decide { number: number.clone(), verdict, reason, seen }).await;
            self.sending.try_set(None);
            match answer {
                Ok(page) => self.decided(number, verdict, page),
                Err(error) => self.refuse(error),
            }
        });
    }

    fn decided(self, number: String, verdict: Verdict, page: RequestPage) {
        self.selected.try_update(|selected| selected.remove(&number));
        let filter = self.filter.get_untracked();
        let next = self.list.try_update(|list| {
            list.close(&number, format!("You {}", did(verdict)));
            list.next_waiting(&number, &filter)
        });
        if self.shown.try_with_untracked(|s| s.as_ref().is_some_and(|s| s.summary.number == number)) == Some(true) {
            self.reason.try_set(String::new());
            self.present(page);
        }
        self.said.try_set(format!("{number} {}", said(verdict)));
        self.refresh_list();
        match next.flatten() {
            Some(next) => self.go.run((next, true)),
            None => focus(&["inbox-view"]),
        }
    }

    fn refuse(self, error: ApiError) {
        match &error {
            ApiError::Refused { refusal: Refusal::Input { message, .. } } => {
                self.reason_error.try_set(Some(message.clone()));
                focus(&["reason"]);
                return;
            }
            ApiError::Refused { .. } => {
                self.refresh_list();
                self.reload_shown();
            }
            _ => {}
        }
        self.refused.try_set(Some(error));
        focus(&["refused"]);
    }

    /// After a refusal the request is shown as it is: the refusal has said why.
    fn reload_shown(self) {
        let Some(number) = self.open.try_get_untracked().flatten() else { return };
        spawn_local(async move {
            if let Ok(page) = request_page(number).await
                && self.shown.try_with_untracked(|s| s.as_ref().is_some_and(|s| s.summary.number == page.summary.number)) == Some(true)
            {
                self.newer.try_set(None);
                self.shown.try_set(Some(page));
            }
        });
    }

    /// Shows what waited behind the arrivals button.
    pub fn show_arrivals(self) {
        let open = self.open.get_untracked();
        let first = self.list.try_update(|list| list.show_arrivals(open.as_deref())).flatten();
        if let Some(first) = first {
            focus(&[&row_id(&first)]);
        }
    }
}

/// Number of events on screen: what the approver saw.
pub fn seen(page: &RequestPage) -> u32 {
    page.events.last().map_or(0, |event| event.seq)
}

/// The element of a row's link.
pub fn row_id(number: &str) -> String {
    format!("row-{number}")
}

fn reason_missing(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::AskForChanges => "Write what should change; the requester sees it",
        _ => "Write why you decline; the requester sees it",
    }
}

fn did(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approved this",
        Verdict::Reject => "declined this",
        Verdict::AskForChanges => "asked for changes",
    }
}

pub(super) fn said(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approved",
        Verdict::Reject => "declined",
        Verdict::AskForChanges => "changes asked",
    }
}
