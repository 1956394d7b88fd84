//! What the page knows, and what is being asked in its dialog. Every answer brings the whole page again: only the server
//! knows what a change does elsewhere on it.

use super::api::{give_grant, preview_grant, remove_role, remove_space, save_role, save_space, take_back};
use crate::error::CallError;
use crate::form::dialog::DialogQuestion;
use crate::ui::toast::{ToastList, use_toasts};
use domain::Refusal;
use domain::access::GrantScope;
use domain::access::wire::{AccessView, GiveGrant, GrantEffect, SaveRole, SaveSpace, SpaceLine};
use domain::forms::Answers;
use domain::id::{GrantId, SpaceId};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the open dialog is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AccessTask {
    #[default]
    Nothing,
    NewSpace,
    ChangeSpace(SpaceId),
    RemoveSpace(SpaceId),
    /// The grant is being described.
    Grant,
    /// Its effect was said.
    GiveGrant(GiveGrant),
    TakeBack {
        id: GrantId,
        confirmed: bool,
    },
    /// A new role when the key is empty.
    Role {
        key: String,
        confirmed: Option<SaveRole>,
    },
    RemoveRole(String),
}

/// The page as it is now. Copies share the same state.
#[derive(Clone, Copy)]
pub struct AccessState {
    pub page: RwSignal<AccessView>,
    /// The space that is looked at; the organization when None.
    pub chosen: Memo<Option<SpaceId>>,
    pub asking: RwSignal<Option<DialogQuestion>>,
    pub task: RwSignal<AccessTask>,
    pub busy: RwSignal<bool>,
    pub failed: RwSignal<Option<String>>,
    toasts: ToastList,
}

impl AccessState {
    pub fn new(page: AccessView, chosen: Memo<Option<SpaceId>>) -> Self {
        Self {
            page: RwSignal::new(page),
            chosen,
            asking: RwSignal::new(None),
            task: RwSignal::new(AccessTask::Nothing),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            toasts: use_toasts(),
        }
    }

    /// The space with this id.
    pub fn line(self, id: SpaceId) -> Option<SpaceLine> {
        self.page.with_untracked(|page| page.spaces.iter().find(|line| line.space.id == id).cloned())
    }

    /// The space and what it is a part of, from the outside in: "Main campus › Life Sciences".
    pub fn path(self, id: SpaceId) -> String {
        self.page.with_untracked(|page| path_in(page, id))
    }

    /// What a scope is called.
    pub fn scope_words(self, scope: GrantScope) -> String {
        match scope {
            GrantScope::Organization => "all of the organization".to_owned(),
            GrantScope::Space(id) => format!("{}, all in it", self.path(id)),
            GrantScope::Item(id) => self
                .page
                .with_untracked(|page| page.items.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()).unwrap_or_default()),
        }
    }

    /// Opens the dialog.
    pub fn ask(self, task: AccessTask, asking: DialogQuestion) {
        self.failed.set(None);
        self.task.set(task);
        self.asking.set(Some(asking));
    }

    /// Does what the dialog was about.
    pub fn act(self, answers: &Answers) {
        match self.task.get_untracked() {
            AccessTask::Nothing => {}
            AccessTask::NewSpace => self.save_space(None, answers),
            AccessTask::ChangeSpace(id) => self.save_space(Some(id), answers),
            AccessTask::RemoveSpace(id) => self.change("Space removed", remove_space(id)),
            AccessTask::Grant => match super::dialogs::read_grant(answers) {
                Ok(grant) => self.preview(grant),
                Err(problem) => self.failed.set(Some(problem)),
            },
            AccessTask::GiveGrant(grant) => self.change("Role granted", give_grant(grant)),
            AccessTask::TakeBack { id, confirmed } => self.change("Role taken back", take_back(id, confirmed)),
            AccessTask::Role { key, confirmed: None } => {
                self.change("Role saved", save_role(super::dialogs::read_role(key, answers), false));
            }
            AccessTask::Role { confirmed: Some(role), .. } => self.change("Role saved", save_role(role, true)),
            AccessTask::RemoveRole(key) => self.change("Role removed", remove_role(key)),
        }
    }

    fn save_space(self, id: Option<SpaceId>, answers: &Answers) {
        let text = |key: &str| answers.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let space = SaveSpace { id, name: text("name"), parent: text("parent").parse().ok(), contact: text("contact") };
        self.change("Space saved", save_space(space));
    }

    /// Asks what a grant would change, and says it before it is given.
    fn preview(self, grant: GiveGrant) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer: Result<GrantEffect, CallError> = preview_grant(grant.clone()).await;
            self.busy.try_set(false);
            match answer {
                Ok(effect) => {
                    let asking = super::dialogs::confirm_grant(self, &grant, &effect);
                    self.ask(AccessTask::GiveGrant(grant), asking);
                }
                Err(error) => {
                    self.failed.try_set(Some(error.message()));
                }
            }
        });
    }

    /// Sends a change, and shows the page that comes back. Where somebody takes something from themselves, they are told once.
    fn change(self, said: &'static str, call: impl Future<Output = Result<AccessView, CallError>> + 'static) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    self.page.try_set(page);
                    self.asking.try_set(None);
                    self.toasts.show(said.to_owned(), None);
                }
                Err(CallError::Refused { refusal: Refusal::Conflict { message } }) if self.tell_own_loss(&message) => {}
                Err(error) => {
                    self.failed.try_set(Some(error.message()));
                }
            }
        });
    }

    /// Asks again, with what whoever does it would lose themselves. False where that was not what stood in the way.
    fn tell_own_loss(self, message: &str) -> bool {
        let task = match self.task.get_untracked() {
            AccessTask::TakeBack { id, confirmed: false } => AccessTask::TakeBack { id, confirmed: true },
            AccessTask::Role { key, confirmed: None } => {
                let Some(asked) = self.asking.get_untracked() else { return false };
                let role = super::dialogs::read_role(key.clone(), &asked.answers);
                AccessTask::Role { key, confirmed: Some(role) }
            }
            _ => return false,
        };
        self.ask(task, super::dialogs::confirm_own_loss(message));
        true
    }
}

/// The space and what it is a part of, from the outside in.
pub fn path_in(page: &AccessView, id: SpaceId) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut next = Some(id);
    while let Some(line) = next.and_then(|id| page.spaces.iter().find(|line| line.space.id == id)) {
        names.push(&line.space.name);
        next = line.space.parent.filter(|_| names.len() < domain::access::spaces::DEEPEST);
    }
    names.reverse();
    names.join(" › ")
}
