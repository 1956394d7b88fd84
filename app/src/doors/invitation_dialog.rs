//! What the dialog of the invitations asks.

use crate::form::dialog::{DialogQuestion, choice, field, small_form};
use domain::doors::wire::{InvitationsView, InvitePeople};
use domain::forms::{Answers, ChoiceOption};
use serde_json::{Value, json};

/// What stands for all of the organization, and for no role beside what every member may do.
const NONE: &str = "none";

/// Whom to invite, to what.
pub fn ask_people(page: &InvitationsView) -> DialogQuestion {
    let mut emails = field("emails", "textarea", "Email addresses", true);
    emails.hint = "One or several, each on a line or with commas between them.".to_owned();
    emails.rules.max_length = Some(4_000);
    let mut role = field("role", "select", "Role", true);
    role.hint = "Beside making requests, which everybody may. You offer what you hold yourself.".to_owned();
    let none = choice(NONE, "None: makes requests", "");
    role.options = std::iter::once(none).chain(page.roles.iter().map(|(key, word)| choice(key, word, ""))).collect();
    let mut space = field("space", "select", "Belongs to", true);
    space.hint = "The role counts there and in all below it.".to_owned();
    let whole = page.everywhere.then(|| choice(NONE, "The organization", ""));
    let spaces = page.spaces.iter().map(|(id, path)| choice(&id.to_string(), path, ""));
    space.options = whole.into_iter().chain(spaces).collect::<Vec<ChoiceOption>>();
    let mut answers = Answers::default();
    answers.set("role", json!(NONE));
    answers.set("space", json!(space.options.first().map(|first| first.value.clone()).unwrap_or_default()));
    DialogQuestion {
        title: "Invite people".to_owned(),
        form: small_form(vec![emails, role, space]),
        answers,
        confirm: if page.mails { "Send invitations" } else { "Make links" }.to_owned(),
        working: "Inviting".to_owned(),
        danger: false,
    }
}

/// What was answered.
pub fn read_people(answers: &Answers) -> InvitePeople {
    let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let role = text("role");
    InvitePeople { emails: text("emails"), role: if role == NONE { String::new() } else { role }, space: text("space").parse().ok() }
}

/// Whether an invitation is to be taken back.
pub fn ask_revoke(email: &str) -> DialogQuestion {
    let mut form = small_form(Vec::new());
    for section in &mut form.sections {
        section.description = "Its link opens nothing from then on. You can invite the person again at any time.".to_owned();
    }
    DialogQuestion {
        title: format!("Revoke the invitation of {email}?"),
        form,
        answers: Answers::default(),
        confirm: "Revoke invitation".to_owned(),
        working: "Revoking".to_owned(),
        danger: true,
    }
}
