//! The fields of a person, for a new one and for one who is there.

use crate::form::dialog::{DialogQuestion, choice, field, small_form};
use domain::access::spaces::SpaceRef;
use domain::doors::invitation::EVERY_MEMBER;
use domain::forms::{Answers, ChoiceOption, Field};
use domain::id::PersonId;
use domain::people::wire::{PeoplePage, PersonView, SavePerson, WITH_DUTIES};
use serde_json::{Value, json};

/// The choice for no space at all, and for all of the organization.
const NO_SPACE: &str = "none";

fn text(key: &str, label: &str, longest: u32, hint: &str) -> Field {
    let mut made = field(key, "text", label, false);
    made.rules.max_length = Some(longest);
    made.hint = hint.to_owned();
    made
}

fn space_choices(spaces: &[Option<SpaceRef>], none: &str) -> Vec<ChoiceOption> {
    let one = |space: &Option<SpaceRef>| match space {
        None => choice(NO_SPACE, none, ""),
        Some(space) => choice(&space.id.to_string(), &space.name, ""),
    };
    spaces.iter().map(one).collect()
}

/// Everything that is said of a person.
pub fn person_fields(spaces: &[Option<SpaceRef>]) -> Vec<Field> {
    let name = Field { required: true, ..text("name", "Name", 200, "") };
    let email = Field { kind: "email".to_owned(), required: true, ..text("email", "E-mail", 254, "They sign in with it.") };
    let mut space = field("space", "select", "Space", true);
    space.hint = "Where their requests are, when nothing says otherwise.".to_owned();
    space.options = space_choices(spaces, "None");
    vec![
        name,
        email,
        text("phone", "Phone", 40, ""),
        text("employee_number", "Employee number", 40, ""),
        text("title", "Title", 200, "Department and job, as others tell them apart."),
        field("manager", "user_picker", "Manager", false),
        space,
    ]
}

/// What is said of somebody now.
pub fn person_answers(view: &PersonView) -> Answers {
    let mut answers = Answers::default();
    let said = [
        ("name", &view.person.name),
        ("email", &view.email),
        ("phone", &view.phone),
        ("employee_number", &view.employee_number),
        ("title", &view.person.title),
    ];
    for (key, value) in said.into_iter().filter(|(_, value)| !value.is_empty()) {
        answers.set(key, json!(value));
    }
    if let Some(manager) = &view.manager {
        answers.set("manager", json!({ "id": manager.id, "name": manager.name }));
    }
    answers.set("space", json!(view.space.as_ref().map_or_else(|| NO_SPACE.to_owned(), |space| space.id.to_string())));
    answers
}

/// Asks for a new person.
pub fn new_person(page: &PeoplePage) -> DialogQuestion {
    let none = page.everywhere.then_some(None);
    let spaces: Vec<Option<SpaceRef>> = none.into_iter().chain(page.spaces.iter().cloned().map(Some)).collect();
    let mut fields = person_fields(&spaces);
    let mut role = field("role", "select", "Role", true);
    role.hint = "You can give what you hold yourself. Everybody can make requests.".to_owned();
    role.options = page.roles.iter().filter(|(key, _)| key != WITH_DUTIES).map(|(key, word)| choice(key, word, "")).collect();
    let mut place = field("role_space", "select", "Where the role counts", true);
    place.options = space_choices(&spaces, "All of the organization");
    fields.extend([role, place]);
    let mut answers = Answers::default();
    let first = spaces.first().map(|space| space.as_ref().map_or_else(|| NO_SPACE.to_owned(), |space| space.id.to_string()));
    for key in ["space", "role_space"] {
        answers.set(key, json!(first));
    }
    answers.set("role", json!(EVERY_MEMBER));
    let mut form = small_form(fields);
    let words = "They get no password and no message. They choose a password by “Forgot your password?” on the sign-in page.";
    form.sections.iter_mut().for_each(|section| section.description = words.to_owned());
    DialogQuestion {
        title: "Add a person".to_owned(),
        form,
        answers,
        confirm: "Add person".to_owned(),
        working: "Adding".to_owned(),
        danger: false,
    }
}

/// The person who was described.
pub fn read_person(id: Option<PersonId>, answers: &Answers) -> SavePerson {
    let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    SavePerson {
        id,
        name: text("name"),
        email: text("email"),
        phone: text("phone"),
        employee_number: text("employee_number"),
        title: text("title"),
        manager: answers.get("manager").and_then(|value| value.get("id")?.as_str()).and_then(|id| id.parse().ok()),
        space: text("space").parse().ok(),
        role: text("role"),
        role_space: text("role_space").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_as_described() {
        let (manager, space) = (uuid::Uuid::from_u128(5), uuid::Uuid::from_u128(6));
        let answers = json!({
            "name": "Ruth Abel", "email": "ruth@x.example", "manager": { "id": manager, "name": "Ada" }, "space": space.to_string(),
            "role": "operator", "role_space": NO_SPACE
        });
        let read = read_person(None, &serde_json::from_value(answers).unwrap());
        assert_eq!((read.name.as_str(), read.manager, read.space), ("Ruth Abel", Some(manager.into()), Some(space.into())));
        assert_eq!((read.role.as_str(), read.role_space, read.phone.as_str()), ("operator", None, ""));
    }
}
