//! One group as its page knows it, and what is being asked in its dialog.

use super::api::{change_seat, group, remove_group, save_group};
use crate::error::CallError;
use crate::form::dialog::{DialogQuestion, choice, field};
use crate::ui::toast::{ToastList, use_toasts};
use domain::Refusal;
use domain::address::Address;
use domain::forms::Answers;
use domain::id::PersonId;
use domain::people::groups::{ChangeSeat, GroupSeatLine, GroupView, LONGEST_GROUP_NAME, SaveGroup};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::{Value, json};

/// What the open dialog is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum GroupTask {
    #[default]
    Nothing,
    Rename,
    Remove,
    Add,
    Roles(PersonId),
    /// Whoever does it takes something from themselves, and was told.
    Confirmed(ChangeSeat),
}

/// The page as it is now. Copies share the same state.
#[derive(Clone, Copy)]
pub struct GroupState {
    pub view: RwSignal<GroupView>,
    pub asking: RwSignal<Option<DialogQuestion>>,
    pub task: RwSignal<GroupTask>,
    pub busy: RwSignal<bool>,
    pub failed: RwSignal<Option<String>>,
    toasts: ToastList,
    leave: Callback<String>,
}

impl GroupState {
    pub fn new(view: GroupView) -> Self {
        let navigate = use_navigate();
        Self {
            view: RwSignal::new(view),
            asking: RwSignal::new(None),
            task: RwSignal::new(GroupTask::Nothing),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            toasts: use_toasts(),
            leave: Callback::new(move |to: String| navigate(&to, NavigateOptions::default())),
        }
    }

    fn ask(self, task: GroupTask, asking: DialogQuestion) {
        self.failed.set(None);
        self.task.set(task);
        self.asking.set(Some(asking));
    }

    /// Asks how the group is called from now on.
    pub fn ask_rename(self) {
        let mut answers = Answers::default();
        answers.set("name", json!(self.view.with_untracked(|view| view.line.group.name.clone())));
        self.ask(GroupTask::Rename, name_question("Rename the group", answers, "Save name"));
    }

    /// Asks whether the group is to go.
    pub fn ask_remove(self) {
        let (name, members) = self.view.with_untracked(|view| (view.line.group.name.clone(), view.line.members));
        let words = match members {
            0 => "Nobody is in it. This cannot be undone; you can add it again.".to_owned(),
            1 => "One person is in it, and no longer will be. This cannot be undone.".to_owned(),
            many => format!("{many} people are in it, and no longer will be. This cannot be undone."),
        };
        self.ask(GroupTask::Remove, DialogQuestion::sure(format!("Remove “{name}”?"), words, "Remove group", true));
    }

    /// Asks who is to be in the group.
    pub fn ask_add(self) {
        let person = field("person", "user_picker", "Person", true);
        let fields = std::iter::once(person).chain(self.role_fields()).collect();
        self.ask(GroupTask::Add, DialogQuestion::of("Add somebody", fields, Answers::default(), "Add to group"));
    }

    /// Asks which roles somebody holds in the group.
    pub fn ask_roles(self, seat: &GroupSeatLine) {
        let mut answers = Answers::default();
        answers.set("roles", json!(seat.roles));
        let title = format!("Roles of {} in the group", seat.person.name);
        self.ask(GroupTask::Roles(seat.person.id), DialogQuestion::of(&title, self.role_fields(), answers, "Save roles"));
    }

    fn role_fields(self) -> Vec<domain::forms::Field> {
        let offered = self.view.with_untracked(|view| view.offered_roles.clone());
        let mut roles = field("roles", "multi_select", "Roles in the group", false);
        roles.hint = "Rules of the catalog ask for a role in a group by its key.".to_owned();
        roles.options = offered.iter().map(|role| choice(role, role, "")).collect();
        let mut other = field("other", "text", "Another role", false);
        other.hint = "A key, like line-manager. Leave it empty when none is missing above.".to_owned();
        other.rules.max_length = Some(60);
        vec![roles, other]
    }

    /// Takes somebody out, and offers the way back.
    pub fn take_out(self, seat: &GroupSeatLine) {
        let (person, name, roles) = (seat.person.id, seat.person.name.clone(), seat.roles.clone());
        self.change(self.seat(person, None), format!("{name} is no longer in the group"), Some(self.seat(person, Some(roles))));
    }

    fn seat(self, person: PersonId, roles: Option<Vec<String>>) -> ChangeSeat {
        ChangeSeat { group: self.view.with_untracked(|view| view.line.group.id), person, roles, confirmed: false }
    }

    /// Does what the dialog was about.
    pub fn act(self, answers: &Answers) {
        match self.task.get_untracked() {
            GroupTask::Nothing => {}
            GroupTask::Rename => self.rename(answers),
            GroupTask::Remove => self.remove(),
            GroupTask::Add => {
                let picked = answers.get("person").and_then(|value| value.get("id")?.as_str()).and_then(|id| id.parse().ok());
                match picked {
                    Some(person) => self.change(self.seat(person, Some(read_roles(answers))), "Added to the group".to_owned(), None),
                    None => self.failed.set(Some("Choose a person from the list.".to_owned())),
                }
            }
            GroupTask::Roles(person) => self.change(self.seat(person, Some(read_roles(answers))), "Roles saved".to_owned(), None),
            GroupTask::Confirmed(change) => self.change(ChangeSeat { confirmed: true, ..change }, "Done".to_owned(), None),
        }
    }

    fn rename(self, answers: &Answers) {
        let (id, key) = self.view.with_untracked(|view| (view.line.group.id, view.line.group.key.clone()));
        let wanted = SaveGroup { id: Some(id), name: read_name(answers) };
        self.run(async move {
            save_group(wanted).await?;
            let view = group(key).await?;
            Ok(move |state: Self| {
                state.view.try_set(view);
                state.toasts.show("Renamed".to_owned(), None);
            })
        });
    }

    fn remove(self) {
        let id = self.view.with_untracked(|view| view.line.group.id);
        self.run(async move {
            remove_group(id).await?;
            Ok(move |state: Self| {
                state.toasts.show("Group removed".to_owned(), None);
                state.leave.run(Address::Groups.root().to_owned());
            })
        });
    }

    /// Changes who is in the group; `back` is offered as the way back.
    fn change(self, change: ChangeSeat, said: String, back: Option<ChangeSeat>) {
        let (again, in_dialog) = (change.clone(), self.asking.with_untracked(Option::is_some));
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = change_seat(change).await;
            self.busy.try_set(false);
            match answer {
                Ok(view) => {
                    self.view.try_set(view);
                    self.asking.try_set(None);
                    let undo = back.map(|back| Callback::new(move |()| self.change(back.clone(), "Back in the group".to_owned(), None)));
                    self.toasts.show(said, undo);
                }
                Err(CallError::Refused { refusal: Refusal::Conflict { message } }) if !again.confirmed => {
                    self.ask(
                        GroupTask::Confirmed(again),
                        DialogQuestion::sure("You take this from yourself".to_owned(), message, "Do it anyway", true),
                    );
                }
                Err(error) if in_dialog => _ = self.failed.try_set(Some(error.message())),
                Err(error) => self.toasts.show(error.message(), None),
            }
        });
    }

    /// Does something of the dialog's; what comes of it is shown, or why it was refused.
    fn run<S: FnOnce(Self) + 'static>(self, work: impl Future<Output = Result<S, CallError>> + 'static) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = work.await;
            self.busy.try_set(false);
            match answer {
                Ok(show) => {
                    self.asking.try_set(None);
                    show(self);
                }
                Err(error) => _ = self.failed.try_set(Some(error.message())),
            }
        });
    }
}

/// A dialog that asks for the name of a group.
pub fn name_question(title: &str, answers: Answers, confirm: &str) -> DialogQuestion {
    let mut name = field("name", "text", "Name", true);
    name.rules.max_length = u32::try_from(LONGEST_GROUP_NAME).ok();
    DialogQuestion::of(title, vec![name], answers, confirm)
}

/// The name that was given.
pub fn read_name(answers: &Answers) -> String {
    answers.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn read_roles(answers: &Answers) -> Vec<String> {
    let chosen = answers.get("roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let other = answers.get("other").and_then(Value::as_str).map(str::trim).filter(|other| !other.is_empty());
    chosen.chain(other).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_those_chosen_and_the_one_typed() {
        let answers: Answers = serde_json::from_value(json!({ "roles": ["lead"], "other": " owner " })).unwrap();
        assert_eq!(read_roles(&answers), ["lead", "owner"]);
        let answers: Answers = serde_json::from_value(json!({ "other": "  " })).unwrap();
        assert!(read_roles(&answers).is_empty());
    }
}
