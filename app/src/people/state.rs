//! What the parts of the list share: the page as it is now.

use super::api::{people_page, save_person};
use super::fields::{new_person, read_person};
use super::location::PeopleLocation;
use crate::error::CallError;
use crate::form::dialog::DialogQuestion;
use domain::forms::Answers;
use domain::id::PersonId;
use domain::people::wire::PeoplePage;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Everything the parts share.
#[derive(Clone, Copy)]
pub struct PeopleState {
    pub place: Memo<PeopleLocation>,
    pub page: RwSignal<PeoplePage>,
    pub refused: RwSignal<Option<CallError>>,
    /// Another list is on its way.
    pub loading: RwSignal<bool>,
    /// The dialog for a new person.
    pub asking: RwSignal<Option<DialogQuestion>>,
    pub busy: RwSignal<bool>,
    /// What went wrong when it was sent.
    pub failed: RwSignal<Option<String>>,
}

impl PeopleState {
    /// As first found.
    pub fn new(page: PeoplePage, place: Memo<PeopleLocation>) -> Self {
        Self {
            place,
            page: RwSignal::new(page),
            refused: RwSignal::new(None),
            loading: RwSignal::new(false),
            asking: RwSignal::new(None),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    /// Opens the dialog for a new person.
    pub fn ask_new(self) {
        self.failed.set(None);
        self.asking.set(Some(self.page.with_untracked(new_person)));
    }

    /// Adds the person who was described; `added` hears who it is.
    pub fn add(self, answers: Answers, added: Callback<PersonId>) {
        // What was filled in stays, for a second look at it.
        self.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = save_person(read_person(None, &answers)).await;
            self.busy.try_set(false);
            match answer {
                Ok(view) => {
                    self.asking.try_set(None);
                    added.try_run(view.person.id);
                }
                Err(error) => {
                    self.failed.try_set(Some(error.message()));
                }
            }
        });
    }

    /// Shows what belongs to another address.
    pub fn go(self, place: PeopleLocation) {
        self.loading.set(true);
        spawn_local(async move {
            let answer = people_page(place.filter.clone(), place.after).await;
            // Another list was asked for meanwhile: its answer counts.
            if self.place.try_get_untracked().is_none_or(|now| now != place) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(page) => {
                    self.refused.set(None);
                    self.page.set(page);
                }
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }
}
