//! Autosave: 800 ms after the last change, on leaving a field, and on changing the step. One save at a time; the latest answers win.

use super::api::save_draft;
use super::local_copy::Shelf;
use crate::error::ApiError;
use crate::form::Filling;
use crate::ui::{Icon, day_and_time};
use chrono::{DateTime, Timelike, Utc};
use domain::id::RequestId;
use domain::requests::wire::{DraftPage, SaveDraft};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long typing rests before it is saved.
const RESTS: Duration = Duration::from_millis(800);

/// Where the draft stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SaveState {
    /// Nothing to save yet.
    New,
    Saving,
    /// By an earlier visit.
    Kept(DateTime<Utc>),
    /// Just now.
    Saved(DateTime<Utc>),
    /// The server did not answer; we go on trying.
    Retrying,
    /// Somebody has to sign in first.
    SignedOut,
    /// The server will not take it.
    Refused(String),
}

/// A draft being kept. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Draft {
    filling: Filling,
    id: StoredValue<RequestId>,
    item: StoredValue<String>,
    /// Hash of the form being filled.
    version: StoredValue<String>,
    step: StoredValue<Option<String>>,
    shelf: StoredValue<Shelf>,
    state: RwSignal<SaveState>,
    /// Counts changes, and says which one the server has.
    changes: StoredValue<u64>,
    acknowledged: StoredValue<u64>,
    running: StoredValue<bool>,
    /// Set while the draft is being submitted, and after.
    stopped: StoredValue<bool>,
}

impl Draft {
    /// Keeps what `filling` holds, for this person.
    pub fn new(page: &DraftPage, filling: Filling, person: &str) -> Self {
        let draft = Self {
            filling,
            id: StoredValue::new(page.id),
            item: StoredValue::new(page.item.key.clone()),
            version: StoredValue::new(page.form_version.clone()),
            step: StoredValue::new(page.step.clone()),
            shelf: StoredValue::new(Shelf::new(person, &page.item.key)),
            state: RwSignal::new(page.saved_at.map_or(SaveState::New, SaveState::Kept)),
            changes: StoredValue::new(0),
            acknowledged: StoredValue::new(0),
            running: StoredValue::new(false),
            stopped: StoredValue::new(false),
        };
        draft.watch(page.saved_at);
        draft
    }

    /// The draft's id, which becomes the request's.
    pub fn id(self) -> RequestId {
        self.id.get_value()
    }

    /// Hash of the form being filled.
    pub fn version(self) -> String {
        self.version.get_value()
    }

    /// The form became another one; answers that fit were kept.
    pub fn move_to(self, page: &DraftPage) {
        self.id.set_value(page.id);
        self.version.set_value(page.form_version.clone());
        self.changed();
    }

    /// The person is at another step.
    pub fn at_step(self, step: &str) {
        self.step.set_value(Some(step.to_owned()));
        if self.changes.get_value() > 0 || self.state.with_untracked(|state| matches!(state, SaveState::Kept(_))) {
            self.changed();
            self.save();
        }
    }

    /// No saves while the draft is being submitted.
    pub fn stop(self) {
        self.stopped.set_value(true);
    }

    /// The submission failed: the draft is a draft again.
    pub fn resume(self) {
        self.stopped.set_value(false);
        self.save();
    }

    /// The draft became a request.
    pub fn filed(self) {
        self.shelf.with_value(Shelf::clear);
    }

    /// Saves now what is not saved, unless a save is under way: that one goes on with what is new.
    pub fn save(self) {
        if self.stopped.get_value() || self.running.get_value() || self.changes.get_value() == self.acknowledged.get_value() {
            return;
        }
        let Some(mut job) = self.next() else { return };
        self.running.set_value(true);
        let shelf = self.shelf.get_value();
        spawn_local(async move {
            let mut failures = 0;
            loop {
                let (change, draft) = job;
                self.say(SaveState::Saving);
                let sent = draft.answers.clone();
                match save_draft(draft).await {
                    Ok(saved) => {
                        failures = 0;
                        shelf.acknowledge(&sent);
                        self.acknowledged.try_set_value(change);
                        self.say(SaveState::Saved(saved.saved_at));
                    }
                    Err(ApiError::Offline | ApiError::Failed { .. }) => {
                        failures += 1;
                        self.say(SaveState::Retrying);
                        rest(pause_after(failures)).await;
                    }
                    Err(ApiError::SignedOut) => {
                        self.say(SaveState::SignedOut);
                        break;
                    }
                    Err(refused) => {
                        self.say(SaveState::Refused(refused.message()));
                        break;
                    }
                }
                let Some(next) = self.next() else { break };
                job = next;
            }
            self.running.try_set_value(false);
        });
    }

    /// What has to be sent next; nothing once all of it is there, or the page is gone.
    fn next(self) -> Option<(u64, SaveDraft)> {
        let change = self.changes.try_get_value()?;
        if self.stopped.try_get_value()? || change == self.acknowledged.try_get_value()? {
            return None;
        }
        let draft = SaveDraft {
            id: self.id.try_get_value()?,
            item_key: self.item.try_get_value()?,
            form_version: self.version.try_get_value()?,
            answers: self.filling.answers.try_get_untracked()?,
            step: self.step.try_get_value()?,
        };
        Some((change, draft))
    }

    fn say(self, state: SaveState) {
        self.state.try_set(state);
    }

    fn changed(self) {
        self.changes.update_value(|count| *count += 1);
        self.filling.answers.with_untracked(|answers| self.shelf.with_value(|shelf| shelf.keep(self.id.get_value(), answers)));
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
                self.changed();
                let change = self.changes.get_value();
                let save = move || {
                    if self.changes.try_get_value() == Some(change) {
                        self.save();
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

    /// Sends what an earlier visit could not.
    fn catch_up(self, saved_at: Option<DateTime<Utc>>) {
        let Some(copy) = self.shelf.with_value(Shelf::read) else { return };
        if !copy.is_news(saved_at) {
            self.shelf.with_value(Shelf::clear);
            return;
        }
        let answers = self.filling.form.with_untracked(|form| domain::forms::resolver::fitting(form, &copy.answers));
        self.filling.answers.set(answers);
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

/// "Draft saved 09:41", at the foot of the dialog.
#[component]
pub fn SavedLine(draft: Draft, #[prop(into)] sign_in: Signal<String>) -> impl IntoView {
    let shown = move || {
        let (icon, words) = words(&draft.state.get())?;
        let link = (draft.state.get() == SaveState::SignedOut).then(|| {
            view! {
                " "
                <a href=sign_in rel="external">
                    "Sign in"
                </a>
            }
        });
        Some(view! {
            <Icon name=icon />
            <span>{words} {link}</span>
        })
    };
    view! {
        <p class="saved" class:saved--not=move || draft.state.with(is_trouble) role="status">
            {shown}
        </p>
    }
    .into_any()
}

fn is_trouble(state: &SaveState) -> bool {
    matches!(state, SaveState::Retrying | SaveState::SignedOut | SaveState::Refused(_))
}

fn words(state: &SaveState) -> Option<(&'static str, String)> {
    Some(match state {
        SaveState::New => return None,
        SaveState::Saving => ("cloud-upload", "Saving".to_owned()),
        SaveState::Kept(at) => ("cloud-check", format!("Draft saved {}", day_and_time(*at))),
        SaveState::Saved(at) => ("cloud-check", format!("Draft saved {:02}:{:02}", at.hour(), at.minute())),
        SaveState::Retrying => ("cloud-off", "Not saved, trying again".to_owned()),
        SaveState::SignedOut => ("cloud-off", "Not saved, you are signed out.".to_owned()),
        SaveState::Refused(message) => ("cloud-off", format!("Not saved. {message}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_half_a_minute() {
        let pauses: Vec<u32> = (1..9).map(pause_after).collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn states_are_said_in_words() {
        let at = DateTime::from_timestamp(1_776_073_260, 0).unwrap();
        assert_eq!(words(&SaveState::New), None);
        assert_eq!(words(&SaveState::Saved(at)), Some(("cloud-check", "Draft saved 09:41".to_owned())));
        assert_eq!(words(&SaveState::Retrying).map(|(_, words)| words).as_deref(), Some("Not saved, trying again"));
    }
}
