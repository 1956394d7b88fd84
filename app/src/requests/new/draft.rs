//! Autosave: 800 ms after the last change, on leaving a field, and on changing the step. One save at a time; the latest answers win.

use super::api::save_draft;
use super::local_copy::{LocalCopy, LocalShelf};
use super::saved_line::SaveState;
use crate::error::CallError;
use crate::form::FormState;
use chrono::{DateTime, Utc};
use domain::forms::Answers;
use domain::forms::resolver::fitting;
use domain::id::RequestId;
use domain::requests::wire::{DraftPage, SaveDraft};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long typing rests before it is saved.
const RESTS: Duration = Duration::from_millis(800);

/// What there is to save, and how far it got. Outlives the dialog until the server has it.
struct DraftWork {
    /// The latest.
    draft: SaveDraft,
    /// Counts changes, and says which one the server has.
    change: u64,
    acknowledged: u64,
    /// How many of the person's edits `draft` has.
    edits: u64,
    /// When the server last saved it, by its clock.
    base: Option<DateTime<Utc>>,
    /// Answers sent, while nobody knows whether they arrived.
    sent: Option<Answers>,
    running: bool,
    /// Set while the draft is being submitted, and after.
    stopped: bool,
    /// Whether the device has the latest.
    kept: bool,
}

impl DraftWork {
    /// As the device keeps it.
    fn copy(&self) -> LocalCopy {
        LocalCopy { id: self.draft.id, base: self.base, answers: self.draft.answers.clone(), sent: self.sent.clone() }
    }
}

/// Saves the work, whether the dialog is still there or not.
#[derive(Clone)]
pub struct DraftKeeper {
    work: ArcStoredValue<DraftWork>,
    shelf: LocalShelf,
    state: RwSignal<SaveState>,
}

impl DraftKeeper {
    /// The submission failed: the draft is a draft again.
    pub fn resume(&self) {
        self.work.update_value(|work| work.stopped = false);
        self.save();
    }

    /// The draft became a request.
    pub fn filed(&self) {
        self.shelf.clear();
    }

    /// Saves now what is not saved, unless a save is under way: that one goes on with what is new.
    fn save(&self) {
        if self.work.with_value(|work| work.running) {
            return;
        }
        let Some(mut job) = self.next() else { return };
        self.work.update_value(|work| work.running = true);
        let keeper = self.clone();
        spawn_local(async move {
            let mut failures = 0;
            loop {
                let (change, draft) = job;
                // The way to sign in stays under the pointer while a save, started by leaving a field to press it, is tried again.
                if keeper.state.try_get_untracked() != Some(SaveState::SignedOut) {
                    keeper.say(SaveState::Saving);
                }
                let (id, sent) = (draft.id, draft.answers.clone());
                keeper.sending(&sent);
                match save_draft(draft).await {
                    Ok(saved) => {
                        failures = 0;
                        let last = keeper.work.try_with_value(|work| work.change == change).unwrap_or_default();
                        keeper.shelf.acknowledge(id, &sent, saved.saved_at, last);
                        keeper.work.update_value(|work| {
                            work.acknowledged = change;
                            work.sent = None;
                            work.base = work.base.max(Some(saved.saved_at));
                        });
                        keeper.say(SaveState::Saved(saved.saved_at));
                    }
                    Err(CallError::Offline | CallError::Failed { .. }) => {
                        failures += 1;
                        keeper.say(SaveState::Retrying);
                        rest(pause_after(failures)).await;
                        if keeper.is_alone() && keeper.work.try_with_value(|work| work.kept) != Some(true) {
                            break;
                        }
                    }
                    Err(CallError::SignedOut) => {
                        keeper.say(SaveState::SignedOut);
                        break;
                    }
                    Err(refused) => {
                        keeper.say(SaveState::Refused(refused.message()));
                        break;
                    }
                }
                let Some(next) = keeper.next() else { break };
                job = next;
            }
            keeper.work.update_value(|work| work.running = false);
        });
    }

    /// Notes on the device what is under way.
    fn sending(&self, answers: &Answers) {
        self.work.update_value(|work| {
            work.sent = Some(answers.clone());
            if self.shelf.holds(work.draft.id, &work.draft.answers) {
                work.kept = self.shelf.keep(&work.copy());
            }
        });
    }

    /// What has to be sent next; nothing once all of it is there, or the dialog is gone and the draft went on in another one.
    fn next(&self) -> Option<(u64, SaveDraft)> {
        let alone = self.is_alone();
        self.work.with_value(|work| {
            let taken_over = || alone && work.kept && !self.shelf.holds(work.draft.id, &work.draft.answers);
            (!work.stopped && work.change != work.acknowledged && !taken_over()).then(|| (work.change, work.draft.clone()))
        })
    }

    /// Whether the dialog is gone.
    fn is_alone(&self) -> bool {
        self.state.is_disposed()
    }

    fn say(&self, state: SaveState) {
        self.state.try_set(state);
    }
}

/// A draft being kept. Copies share the same state.
#[derive(Clone, Copy)]
pub struct KeptDraft {
    filling: FormState,
    pub(super) state: RwSignal<SaveState>,
    keeper: StoredValue<DraftKeeper>,
}

impl KeptDraft {
    /// Keeps what `filling` holds, for this person.
    pub fn new(page: &DraftPage, filling: FormState, person: &str) -> Self {
        let state = RwSignal::new(page.saved_at.map_or(SaveState::New, SaveState::Kept));
        let work = DraftWork {
            draft: SaveDraft {
                id: page.id,
                item_key: page.item.key.clone(),
                form_version: page.form_version.clone(),
                answers: page.answers.clone(),
                step: page.step.clone(),
            },
            change: 0,
            acknowledged: 0,
            edits: 0,
            base: page.saved_at,
            sent: None,
            running: false,
            stopped: false,
            kept: false,
        };
        let keeper = DraftKeeper { work: ArcStoredValue::new(work), shelf: LocalShelf::new(person, &page.item.key), state };
        let draft = Self { filling, state, keeper: StoredValue::new(keeper) };
        draft.watch(page.saved_at);
        draft
    }

    /// The draft's id, which becomes the request's.
    pub fn id(self) -> RequestId {
        self.work(|work| work.draft.id)
    }

    /// Hash of the form being filled.
    pub fn version(self) -> String {
        self.work(|work| work.draft.form_version.clone())
    }

    /// What goes on when the dialog is gone.
    pub fn keeper(self) -> DraftKeeper {
        self.keeper.get_value()
    }

    /// The form became another one; answers that fit were kept.
    pub fn move_to(self, page: &DraftPage) {
        self.work(|work| {
            work.draft.id = page.id;
            work.draft.form_version = page.form_version.clone();
            work.base = work.base.max(page.saved_at);
        });
        self.changed();
    }

    /// The person is at another step.
    pub fn at_step(self, step: &str) {
        let changes = self.work(|work| {
            work.draft.step = Some(step.to_owned());
            work.change
        });
        if changes > 0 || self.state.with_untracked(|state| matches!(state, SaveState::Kept(_))) {
            self.changed();
            self.save();
        }
    }

    /// No saves while the draft is being submitted.
    pub fn stop(self) {
        self.work(|work| work.stopped = true);
    }

    /// The submission failed: the draft is a draft again.
    pub fn resume(self) {
        self.keeper().resume();
    }

    /// The draft became a request.
    pub fn filed(self) {
        self.keeper().filed();
    }

    /// Saves now what is not saved, unless a save is under way: that one goes on with what is new.
    pub fn save(self) {
        self.note_edits();
        self.keeper().save();
    }

    fn work<T>(self, with: impl FnOnce(&mut DraftWork) -> T) -> T {
        let work = self.keeper.with_value(|keeper| keeper.work.clone());
        let mut work = work.write_value();
        with(&mut work)
    }

    /// Takes over what the person changed since the last time.
    fn note_edits(self) {
        let edits = self.filling.edits.get_untracked();
        if self.work(|work| std::mem::replace(&mut work.edits, edits)) != edits {
            self.changed();
        }
    }

    fn changed(self) {
        let answers = self.filling.answers.get_untracked();
        let shelf = self.keeper.with_value(|keeper| keeper.shelf.clone());
        self.work(|work| {
            work.change += 1;
            work.draft.answers = answers;
            work.kept = shelf.keep(&work.copy());
        });
    }

    fn watch(self, saved_at: Option<DateTime<Utc>>) {
        Effect::new(move |before: Option<()>| {
            if before.is_none() {
                self.catch_up(saved_at);
            }
        });
        Effect::new(move |before: Option<u64>| {
            let edits = self.filling.edits.get();
            if before.unwrap_or(0) != edits {
                self.note_edits();
                let keeper = self.keeper();
                let change = self.work(|work| work.change);
                let save = move || {
                    if keeper.work.with_value(|work| work.change) == change {
                        keeper.save();
                    }
                };
                set_timeout(save, RESTS);
            }
            edits
        });
        Effect::new(move |before: Option<u64>| {
            let leaves = self.filling.leaves.get();
            if before.unwrap_or(0) != leaves {
                self.save();
            }
            leaves
        });
    }

    /// Sends what an earlier visit could not. A copy of another draft, or of one that was saved since, goes.
    fn catch_up(self, saved_at: Option<DateTime<Utc>>) {
        let shelf = self.keeper.with_value(|keeper| keeper.shelf.clone());
        let Some(copy) = shelf.read() else { return };
        let saved = self.work(|work| work.draft.answers.clone());
        if copy.id != self.id() || !(copy.is_news(saved_at) || copy.goes_on_from(&saved)) {
            shelf.clear();
            return;
        }
        let answers = self.filling.form.with_untracked(|form| fitting(form, &copy.answers));
        self.filling.answers.set(answers);
        self.work(|work| work.base = work.base.max(copy.base));
        self.changed();
        self.save();
    }
}

/// Seconds grow with each failure in a row: 1, 2, 4, … 30.
fn pause_after(failures: u32) -> u32 {
    (1_000 << failures.saturating_sub(1).min(5)).min(30_000)
}

async fn rest(milliseconds: u32) {
    #[cfg(feature = "hydrate")]
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
    #[cfg(not(feature = "hydrate"))]
    let _ = milliseconds;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_half_a_minute() {
        let pauses: Vec<u32> = (1..9).map(pause_after).collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    }
}
