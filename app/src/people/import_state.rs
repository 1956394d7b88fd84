//! What the page of an import knows: the file, what it would do, and what it did.

use super::api::{import_people, preview_import};
use super::import_page::too_large;
use crate::error::CallError;
use crate::ui::focus::focus_soon;
use domain::people::importing::{ImportOutcome, ImportPreview};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlInputElement;

/// Copies share the same state.
#[derive(Clone, Copy)]
pub struct ImportState {
    pub name: RwSignal<String>,
    text: RwSignal<String>,
    pub preview: RwSignal<Option<ImportPreview>>,
    pub done: RwSignal<Option<ImportOutcome>>,
    pub busy: RwSignal<bool>,
    pub refused: RwSignal<Option<CallError>>,
}

impl ImportState {
    /// Before a file is chosen.
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            text: RwSignal::new(String::new()),
            preview: RwSignal::new(None),
            done: RwSignal::new(None),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
        }
    }

    /// Reads the file that was chosen, and asks what it would do.
    pub fn choose(self, input: &HtmlInputElement) {
        self.preview.set(None);
        self.done.set(None);
        self.refused.set(None);
        #[cfg(feature = "hydrate")]
        super::chosen_file::read_chosen(input, domain::people::importing::LARGEST_FILE, move |name, _, text| self.look(name, text));
        #[cfg(not(feature = "hydrate"))]
        let _ = input;
    }

    /// Asks what a file would do; None: it could not be read.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser reads files"))]
    fn look(self, name: String, text: Option<String>) {
        self.name.try_set(name);
        let Some(text) = text else {
            self.refused.try_set(Some(too_large()));
            return;
        };
        self.text.try_set(text.clone());
        self.busy.try_set(true);
        spawn_local(async move {
            let answer = preview_import(text).await;
            self.busy.try_set(false);
            match answer {
                Ok(preview) => {
                    self.preview.try_set(Some(preview));
                    focus_soon("preview".to_owned());
                }
                Err(error) => {
                    self.refused.try_set(Some(error));
                }
            }
        });
    }

    /// Does what the preview says.
    pub fn import(self) {
        let Some(mark) = self.preview.with_untracked(|preview| preview.as_ref().map(|preview| preview.mark.clone())) else { return };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let text = self.text.get_untracked();
        spawn_local(async move {
            let answer = import_people(text, mark).await;
            self.busy.try_set(false);
            match answer {
                Ok(outcome) => {
                    self.refused.try_set(None);
                    self.done.try_set(Some(outcome));
                    focus_soon("preview".to_owned());
                }
                Err(error) => {
                    self.refused.try_set(Some(error));
                    focus_soon("refused".to_owned());
                }
            }
        });
    }
}
