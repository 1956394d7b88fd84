//! Whether what was typed is saved, in words at the foot of the dialog.

use super::draft::KeptDraft;
use crate::ui::{Icon, day_and_time, time, use_wall_clock};
use chrono::{DateTime, NaiveDateTime, Utc};
use leptos::prelude::*;

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

/// "Draft saved 09:41", at the foot of the dialog.
#[component]
pub fn SavedLine(draft: KeptDraft, #[prop(into)] sign_in: Signal<String>) -> impl IntoView {
    // Told the same twice, the line stays as it is: somebody may be about to press the link.
    let state = Memo::new(move |_| draft.state.get());
    let clock = use_wall_clock();
    let shown = move || {
        let (icon, words) = words(&state.get(), |at| clock.local(at))?;
        let link = (state.get() == SaveState::SignedOut).then(|| {
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

/// Times as the person's clock shows them.
fn words(state: &SaveState, local: impl Fn(DateTime<Utc>) -> NaiveDateTime) -> Option<(&'static str, String)> {
    Some(match state {
        SaveState::New => return None,
        SaveState::Saving => ("cloud-upload", "Saving".to_owned()),
        SaveState::Kept(at) => ("cloud-check", format!("Draft saved {}", day_and_time(local(*at)))),
        SaveState::Saved(at) => ("cloud-check", format!("Draft saved {}", time(local(*at)))),
        SaveState::Retrying => ("cloud-off", "Not saved, trying again".to_owned()),
        SaveState::SignedOut => ("cloud-off", "Not saved, you are signed out.".to_owned()),
        SaveState::Refused(message) => ("cloud-off", format!("Not saved. {message}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_said_in_words() {
        let at = DateTime::from_timestamp(1_776_069_660, 0).unwrap();
        let words = |state: &SaveState| words(state, |at| at.naive_utc() + chrono::TimeDelta::hours(1));
        assert_eq!(words(&SaveState::New), None);
        assert_eq!(words(&SaveState::Saved(at)), Some(("cloud-check", "Draft saved 09:41".to_owned())));
        assert_eq!(words(&SaveState::Kept(at)), Some(("cloud-check", "Draft saved Mon 13 Apr, 09:41".to_owned())));
        assert_eq!(words(&SaveState::Retrying).map(|(_, words)| words).as_deref(), Some("Not saved, trying again"));
    }
}
