//! Deciding at the inbox's desk. Every decision is held for some seconds first, about one request or many; `U` takes the last one back.

use super::api::{decide_many, dismiss_refused, send_held, undo_held};
use super::desk::{InboxDesk, seen};
use super::held_batch::{HeldBatch, doing};
use super::keys::takes_room;
use crate::error::CallError;
use crate::ui::focus::focus_any;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::HeldView;
use domain::approvals::wire::ApproverDecision;
use domain::id::HeldId;
use domain::requests::actions::ActionKind;
use domain::text::tidy_prose;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long after its time a held decision is still looked for, in seconds.
const LOOKED_FOR: i64 = -60;

impl InboxDesk {
    /// Whether there is a selection: it is what is decided then.
    pub fn has_chosen(self) -> bool {
        self.chosen.with_untracked(|chosen| !chosen.is_empty())
    }

    /// Approves the selection, or the current request.
    pub fn approve(self) {
        if self.has_chosen() {
            self.decide_selected(ApproverVerdict::Approve, String::new());
        } else {
            self.decide(ApproverVerdict::Approve);
        }
    }

    /// Asks for the words to decline with: the selection, or the current request.
    pub fn decline(self) {
        if self.has_chosen() {
            self.declining.set(true);
        } else {
            self.ask(ApproverVerdict::Reject);
        }
    }

    /// Asks what should change about the current request.
    pub fn ask_for_changes(self) {
        if self.has_chosen() {
            self.said.set("Ask for changes one request at a time: clear the selection first.".to_owned());
        } else {
            self.ask(ApproverVerdict::AskForChanges);
        }
    }

    /// Asks for words to approve the current request with.
    pub fn ask_for_note(self) {
        if self.has_chosen() {
            self.said.set("A note is about one request: clear the selection first.".to_owned());
        } else {
            self.ask(ApproverVerdict::Approve);
        }
    }

    /// Opens the reason for a decision about the current request.
    pub fn ask(self, verdict: ApproverVerdict) {
        if self.is_ready() {
            self.reason_error.set(None);
            self.asking.set(Some(verdict));
            focus_any(&["reason"]);
        }
    }

    /// Leaves the reason; what was written stays.
    pub fn leave_reason(self) {
        self.asking.set(None);
        self.reason_error.set(None);
        self.focus_current();
    }

    /// What the person is doing with a request, while it is held.
    pub fn holding(self, number: &str) -> Option<ApproverVerdict> {
        self.held.with(|batches| batches.iter().find(|batch| batch.held.iter().any(|(_, held)| held == number)).map(|batch| batch.verdict))
    }

    /// Whether the current request is shown, open to the person's decision and not held.
    pub fn decidable(self) -> bool {
        let number = self.read_page(|page| page.filter(|page| page.allowed.may_decide()).map(|page| page.summary.number.clone()));
        number.is_some_and(|number| self.holding(&number).is_none())
    }

    /// Whether a decision would be about what the person sees; where it would not, they are told.
    fn is_ready(self) -> bool {
        if self.sending.get_untracked().is_some() || !takes_room("inbox-view") {
            return false;
        }
        if self.try_read_page(|_| ()).is_none() {
            if let Some(number) = self.current.get_untracked().filter(|_| self.failed.with_untracked(Option::is_none)) {
                self.said.set(format!("{number} is not here yet. Decide when you see it."));
            }
            return false;
        }
        if self.newer.with_untracked(Option::is_some) {
            focus_any(&["show-newer"]);
            return false;
        }
        untrack(|| self.decidable())
    }

    /// Decides the current request, with the reason as written.
    pub fn decide(self, verdict: ApproverVerdict) {
        if !self.is_ready() {
            return;
        }
        let reason = self.reason.with_untracked(|reason| tidy_prose(reason).into_owned());
        if reason.is_empty() && verdict != ApproverVerdict::Approve {
            if self.asking.get_untracked() == Some(verdict) {
                self.reason_error.set(Some(reason_missing(verdict).to_owned()));
            }
            self.asking.set(Some(verdict));
            focus_any(&["reason"]);
            return;
        }
        let Some((number, seen)) = self.try_read_page(|page| (page.summary.number.clone(), seen(page))) else { return };
        self.reason_error.set(None);
        self.refused.set(None);
        self.sending.set(Some(verdict));
        spawn_local(async move {
            let decision = ApproverDecision { number: number.clone(), verdict, reason: reason.clone(), seen };
            let answer = decide_many(vec![decision]).await;
            self.sending.try_set(None);
            let one = answer.map(|results| results.into_iter().next());
            match one {
                Ok(Some(one)) => match (one.held, one.refused) {
                    (Some(id), _) => self.hold(number, verdict, reason, id),
                    (None, words) => self.refuse(number, verdict, refused_with(words.unwrap_or_default())),
                },
                Ok(None) => {}
                Err(error) => self.refuse(number, verdict, error),
            }
        });
    }

    fn hold(self, number: String, verdict: ApproverVerdict, reason: String, id: HeldId) {
        if self.is_current(&number) {
            self.reason.try_set(String::new());
            self.asking.try_set(None);
        }
        self.said.try_set(format!("{} {number}. U takes it back.", doing(verdict)));
        self.add_batch(HeldBatch::new(verdict, reason, vec![(id, number)], Vec::new()));
    }

    pub(super) fn is_current(self, number: &str) -> bool {
        self.current.try_get_untracked().flatten().as_deref() == Some(number)
    }

    /// Takes in what was decided at one stroke; when the current request is of it, the next one that waits becomes current.
    pub(super) fn add_batch(self, batch: HeldBatch) {
        let numbers: Vec<String> = batch.held.iter().map(|(_, number)| number.clone()).collect();
        let verdict = batch.verdict;
        numbers.iter().for_each(|number| self.selection.remove(number));
        self.push_batch(batch);
        let current = self.current.try_get_untracked().flatten();
        let next = self.filter.try_get_untracked().and_then(|filter| {
            self.list.try_update(|list| {
                list.hold(&numbers, Some(verdict));
                current.as_ref().filter(|current| numbers.contains(current)).and_then(|current| list.next_waiting(current, &filter))
            })
        });
        self.tick();
        match next.flatten() {
            Some(next) => self.go(next),
            None => self.focus_current(),
        }
    }

    fn push_batch(self, batch: HeldBatch) {
        self.held.try_update(|batches| {
            batches.retain(|before| before.key != batch.key);
            batches.push(batch);
        });
    }

    fn refuse(self, number: String, verdict: ApproverVerdict, error: CallError) {
        if matches!(error, CallError::Refused { .. }) {
            self.refresh_list();
            self.reload_shown();
        }
        if !self.is_current(&number) {
            // The person reads another one by now: it is said where they look for what became of this.
            self.push_batch(HeldBatch::new(verdict, String::new(), Vec::new(), vec![(number, error.message())]));
            return;
        }
        self.refused.try_set(Some(error));
        focus_any(&["refused"]);
    }

    /// What the server says of decisions that were held, here or in another tab.
    pub(super) fn hear_outcomes(self, views: &[HeldView]) {
        let some = self.held.try_update(|batches| {
            let known: Vec<HeldId> = batches.iter().flat_map(|batch| batch.held.iter().map(|(id, _)| *id)).collect();
            batches.iter_mut().for_each(|batch| batch.hear(views));
            batches.retain(|batch| !batch.is_over());
            let new: Vec<HeldView> = views.iter().filter(|view| view.outcome.is_none() && !known.contains(&view.id)).cloned().collect();
            batches.extend(HeldBatch::of_views(&new));
            batches.iter().any(|batch| !batch.held.is_empty())
        });
        if some == Some(true) {
            self.tick();
        }
    }

    /// Counts the seconds of what is held, and looks what became of it once they are over.
    pub fn tick(self) {
        if self.ticking.try_get_value() == Some(false)
            && self.held.try_with_untracked(|batches| batches.iter().any(HeldBatch::is_held)) == Some(true)
        {
            self.ticking.set_value(true);
            self.tick_later();
        }
    }

    fn tick_later(self) {
        let second = move || {
            let counted = self.held.try_update(|batches| {
                let held = batches.iter_mut().filter(|batch| batch.is_held() && batch.left > LOOKED_FOR);
                held.map(|batch| {
                    batch.left -= 1;
                    batch.left
                })
                .collect::<Vec<_>>()
            });
            let Some(left) = counted else { return };
            if left.iter().any(|left| *left < 0 && left % 2 != 0) {
                self.refresh_list();
            }
            if left.is_empty() {
                self.ticking.set_value(false);
            } else {
                self.tick_later();
            }
        };
        set_timeout(second, Duration::from_secs(1));
    }

    /// Takes back what was decided last.
    pub fn undo_last(self) {
        let last =
            self.held.with_untracked(|batches| batches.iter().rev().find(|one| one.is_held() && !one.undoing).map(|one| one.key.clone()));
        if let Some(key) = last {
            self.undo(key);
        }
    }

    /// Takes back what was decided at one stroke, and returns to it.
    pub fn undo(self, key: String) {
        let Some(batch) = self.change_batch(&key, |batch| batch.undoing = true) else { return };
        spawn_local(async move {
            let answer = undo_held(batch.held.iter().map(|(id, _)| *id).collect()).await;
            self.change_batch(&key, |batch| batch.undoing = false);
            match answer {
                Ok(undone) => self.undone(&batch, &undone),
                Err(error) => _ = self.refused.try_set(Some(error)),
            }
        });
    }

    fn undone(self, batch: &HeldBatch, undone: &[HeldId]) {
        let (back, late): (Vec<_>, Vec<_>) = batch.held.iter().cloned().partition(|(id, _)| undone.contains(id));
        let numbers: Vec<String> = back.into_iter().map(|(_, number)| number).collect();
        self.held.try_update(|batches| {
            batches.iter_mut().for_each(|one| one.held.retain(|(id, _)| !undone.contains(id)));
            batches.retain(|batch| !batch.is_over());
        });
        self.list.try_update(|list| list.hold(&numbers, None));
        self.said.try_set(match (numbers.as_slice(), late.is_empty()) {
            ([], _) => "It was too late to take it back.".to_owned(),
            (numbers, true) => format!("Taken back: {}.", numbers.join(", ")),
            (numbers, false) => format!("Taken back: {}. It was too late for the others.", numbers.join(", ")),
        });
        if let Some(first) = numbers.into_iter().next() {
            // The words that were written for it are there again.
            if self.is_current(&first) {
                self.reason.try_set(batch.reason.clone());
                self.focus_current();
            } else {
                self.reasons.try_update_value(|reasons| reasons.insert(first.clone(), batch.reason.clone()));
                self.go(first);
            }
        }
        self.refresh_list();
    }

    /// Sends what is held without waiting longer.
    pub fn send_now(self, key: String) {
        let Some(batch) = self.change_batch(&key, |_| ()) else { return };
        self.focus_current();
        spawn_local(async move {
            match send_held(batch.held.iter().map(|(id, _)| *id).collect()).await {
                Ok(views) => self.hear_outcomes(&views),
                Err(error) => _ = self.refused.try_set(Some(error)),
            }
            self.refresh_list();
        });
    }

    /// What went against a decision has been read: neither this page nor another tells it again.
    pub fn dismiss(self, key: &str) {
        let mut read = Vec::new();
        self.held.update(|batches| {
            for batch in batches.iter_mut().filter(|batch| batch.key == key) {
                batch.refused.clear();
                read.append(&mut batch.told);
            }
            batches.retain(|batch| !batch.is_over());
        });
        self.focus_current();
        if read.is_empty() {
            return;
        }
        spawn_local(async move {
            if let Err(error) = dismiss_refused(read).await {
                _ = self.refused.try_set(Some(error));
            }
        });
    }

    fn change_batch(self, key: &str, change: impl FnOnce(&mut HeldBatch)) -> Option<HeldBatch> {
        let changed = self.held.try_update(|batches| {
            let batch = batches.iter_mut().find(|batch| batch.key == key && batch.is_held())?;
            change(batch);
            Some(batch.clone())
        });
        changed.flatten()
    }
}

fn refused_with(words: String) -> CallError {
    CallError::Refused { refusal: Refusal::conflict(words) }
}

/// What to say when a decision comes without the reason it needs.
fn reason_missing(verdict: ApproverVerdict) -> &'static str {
    ActionKind::from(verdict).row().asks.words().map_or("", |field| field.missing)
}
