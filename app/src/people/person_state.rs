//! What the parts of a person's page share. Every answer brings the whole page again: only the server knows what a change does elsewhere
//! on it.

use super::api::{disable_person, enable_person, end_sessions, erase_person, save_person};
use super::fields::read_person;
use super::person_dialogs::read_hand_over;
use crate::error::CallError;
use crate::form::dialog::DialogQuestion;
use crate::ui::toast::{ToastList, use_toasts};
use domain::forms::Answers;
use domain::people::wire::PersonView;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the open dialog is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonTask {
    #[default]
    Nothing,
    Change,
    Disable,
    Enable,
    Erase,
}

/// The page as it is now. Copies share the same state.
#[derive(Clone, Copy)]
pub struct PersonPageState {
    pub view: RwSignal<PersonView>,
    pub busy: RwSignal<bool>,
    pub refused: RwSignal<Option<CallError>>,
    pub asking: RwSignal<Option<DialogQuestion>>,
    pub task: RwSignal<PersonTask>,
    /// What went wrong when the dialog was sent.
    pub failed: RwSignal<Option<String>>,
    /// Their personal data was deleted a moment ago.
    pub erased: RwSignal<bool>,
    toasts: ToastList,
}

impl PersonPageState {
    /// As first found.
    pub fn new(view: PersonView) -> Self {
        Self {
            view: RwSignal::new(view),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            asking: RwSignal::new(None),
            task: RwSignal::new(PersonTask::Nothing),
            failed: RwSignal::new(None),
            erased: RwSignal::new(false),
            toasts: use_toasts(),
        }
    }

    /// Opens the dialog.
    pub fn ask(self, task: PersonTask, asking: DialogQuestion) {
        self.failed.set(None);
        self.task.set(task);
        self.asking.set(Some(asking));
    }

    /// Does what the dialog was about.
    pub fn act(self, answers: Answers) {
        let id = self.view.with_untracked(|view| view.person.id);
        // What was filled in stays, for a second look at it.
        self.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        match self.task.get_untracked() {
            PersonTask::Nothing => {}
            PersonTask::Change => {
                let person = read_person(Some(id), &answers);
                self.change(async move { Ok((save_person(person).await?, "Saved".to_owned())) });
            }
            PersonTask::Erase => self.erase(answers),
            PersonTask::Disable => {
                let hand = self.view.with_untracked(|view| read_hand_over(view, &answers));
                self.change(async move {
                    let done = disable_person(id, hand).await?;
                    let words = done.handed.words();
                    let name = &done.view.person.name;
                    let said = if words.is_empty() { format!("{name} is disabled") } else { format!("{name} is disabled. {words}") };
                    Ok((done.view, said))
                });
            }
            PersonTask::Enable => self.change(async move {
                let view = enable_person(id).await?;
                let said = format!("{} can sign in again", view.person.name);
                Ok((view, said))
            }),
        }
    }

    /// Deletes their personal data; the page is nobody's then.
    fn erase(self, answers: Answers) {
        let (id, name) = self.view.with_untracked(|view| (view.person.id, view.person.name.clone()));
        let typed = answers.get("typed").and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = erase_person(id, typed).await;
            self.busy.try_set(false);
            match answer {
                Ok(()) => {
                    self.asking.try_set(None);
                    self.toasts.show(format!("The personal data of {name} is deleted"), None);
                    self.erased.try_set(true);
                }
                Err(error) => {
                    self.failed.try_set(Some(error.message()));
                }
            }
        });
    }

    /// Ends one sign-in, or all of them when none is named.
    pub fn end_sessions(self, session: Option<String>) {
        let said = if session.is_some() { "Session ended" } else { "Signed out everywhere" };
        let id = self.view.with_untracked(|view| view.person.id);
        self.change(async move { Ok((end_sessions(id, session).await?, said.to_owned())) });
    }

    /// Sends a change, shows the page that comes back, and says what was done.
    fn change(self, call: impl Future<Output = Result<(PersonView, String), CallError>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok((view, said)) => {
                    self.refused.try_set(None);
                    self.asking.try_set(None);
                    self.view.try_set(view);
                    self.toasts.show(said, None);
                }
                Err(error) if self.asking.try_with_untracked(Option::is_some).unwrap_or_default() => {
                    self.failed.try_set(Some(error.message()));
                }
                Err(error) => {
                    self.refused.try_set(Some(error));
                }
            }
        });
    }
}
