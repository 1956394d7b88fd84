//! What the page knows: the tokens, the one that was just made, and what is being asked in its dialog.

use super::api::{make_token, revoke_token};
use crate::error::CallError;
use crate::form::dialog::DialogQuestion;
use crate::ui::focus::focus_soon;
use crate::ui::toast::{ToastList, use_toasts};
use domain::forms::Answers;
use domain::id::ApiTokenId;
use domain::tokens::wire::{MakeToken, TokenPage};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the open dialog is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TokenTask {
    #[default]
    Make,
    Revoke(ApiTokenId),
}

/// A token that was just made: its name, and what is shown this once.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownToken {
    pub name: String,
    pub secret: String,
}

/// The page as it is now. Copies share the same state.
#[derive(Clone, Copy)]
pub struct TokenState {
    pub page: RwSignal<TokenPage>,
    pub made: RwSignal<Option<ShownToken>>,
    pub asking: RwSignal<Option<DialogQuestion>>,
    task: RwSignal<TokenTask>,
    pub busy: RwSignal<bool>,
    pub failed: RwSignal<Option<String>>,
    toasts: ToastList,
}

impl TokenState {
    pub fn new(page: TokenPage) -> Self {
        Self {
            page: RwSignal::new(page),
            made: RwSignal::new(None),
            asking: RwSignal::new(None),
            task: RwSignal::new(TokenTask::Make),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            toasts: use_toasts(),
        }
    }

    /// Opens the dialog.
    pub fn ask(self, task: TokenTask, asking: DialogQuestion) {
        self.failed.set(None);
        self.task.set(task);
        self.asking.set(Some(asking));
    }

    /// Does what the dialog was about.
    pub fn act(self, answers: &Answers) {
        match self.task.get_untracked() {
            TokenTask::Make => match super::dialogs::read_token(answers) {
                Ok(token) => self.make(token),
                Err(problem) => self.failed.set(Some(problem)),
            },
            TokenTask::Revoke(id) => self.revoke(id),
        }
    }

    fn make(self, token: MakeToken) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = make_token(token).await;
            self.busy.try_set(false);
            match answer {
                Ok(made) => {
                    self.page.try_set(made.page);
                    self.made.try_set(Some(ShownToken { name: made.name, secret: made.secret }));
                    self.asking.try_set(None);
                    focus_soon("new-token".to_owned());
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn revoke(self, id: ApiTokenId) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = revoke_token(id).await;
            self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    self.page.try_set(page);
                    self.asking.try_set(None);
                    self.toasts.show("Token revoked".to_owned(), None);
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn fail(self, error: &CallError) {
        self.failed.try_set(Some(error.message()));
    }
}
