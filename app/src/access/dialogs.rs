//! What the page's dialog asks: a space, a grant and its effect, a role, and whether something is meant.

use super::state::{AccessState, AccessTask, path_in};
use crate::form::dialog::{DialogQuestion, choice, field};
use domain::access::wire::{AccessView, GiveGrant, GrantEffect, GrantLine, RoleLine, SaveRole};
use domain::access::{GrantScope, GrantSubject};
use domain::forms::{AnswerCondition, Answers, ChoiceOption, Field};
use domain::id::SpaceId;
use domain::permission::{PERMISSIONS, Permission, PermissionSet};
use leptos::prelude::*;
use serde_json::{Value, json};

/// Where a space can be: the organization itself, and the spaces that somebody shapes.
fn parents(page: &AccessView, without: Option<SpaceId>) -> Vec<ChoiceOption> {
    let inside = |id: SpaceId| {
        let mut next = Some(id);
        let mut steps = 0;
        while let Some(line) = next.and_then(|id| page.spaces.iter().find(|line| line.space.id == id)) {
            if Some(line.space.id) == without || steps > domain::access::spaces::DEEPEST {
                return true;
            }
            steps += 1;
            next = line.space.parent;
        }
        false
    };
    let mut spaces: Vec<(String, String)> = page
        .spaces
        .iter()
        .filter(|line| line.shapes && (without.is_none() || !inside(line.space.id)))
        .map(|line| (path_in(page, line.space.id), line.space.id.to_string()))
        .collect();
    spaces.sort();
    let whole = page.shapes_everywhere.then(|| choice("organization", "The organization itself", ""));
    whole.into_iter().chain(spaces.into_iter().map(|(path, id)| choice(&id, &path, ""))).collect()
}

fn space_fields(options: Vec<ChoiceOption>) -> Vec<Field> {
    let mut name = field("name", "text", "Name", true);
    name.rules.max_length = Some(domain::access::lint::LONGEST_NAME as u32);
    let mut contact = field("contact", "text", "Contact", false);
    contact.hint = "Whom to ask about it: a name, an address or a number.".to_owned();
    contact.rules.max_length = Some(domain::access::lint::LONGEST_CONTACT as u32);
    let mut parent = field("parent", "select", "Inside of", true);
    parent.hint = "What is below it moves with it.".to_owned();
    parent.options = options;
    vec![name, parent, contact]
}

/// Asks for a new space, inside of the one that is looked at.
pub fn ask_new_space(state: AccessState) {
    let chosen = state.chosen.get_untracked().filter(|id| state.line(*id).is_some_and(|line| line.shapes));
    let options = state.page.with_untracked(|page| parents(page, None));
    let mut answers = Answers::default();
    answers.set("parent", json!(chosen.map_or_else(|| "organization".to_owned(), |id| id.to_string())));
    state.ask(AccessTask::NewSpace, DialogQuestion::of("Add a space", space_fields(options), answers, "Add space"));
}

/// Asks how a space is called and where it is.
pub fn ask_change_space(state: AccessState, id: SpaceId) {
    let Some(line) = state.line(id) else { return };
    let mut options = state.page.with_untracked(|page| parents(page, Some(id)));
    let here = line.space.parent.map_or_else(|| "organization".to_owned(), |parent| parent.to_string());
    if !options.iter().any(|option| option.value == here) {
        // Where it is stays possible, also for whoever shapes nothing around it.
        let words = line.space.parent.map_or_else(|| "The organization itself".to_owned(), |parent| state.path(parent));
        options.insert(0, choice(&here, &words, ""));
    }
    let mut answers = Answers::default();
    answers.set("name", json!(line.space.name));
    answers.set("contact", json!(line.space.contact));
    answers.set("parent", json!(here));
    state.ask(AccessTask::ChangeSpace(id), DialogQuestion::of("Change the space", space_fields(options), answers, "Save space"));
}

/// Asks whether a space is to go.
pub fn ask_remove_space(state: AccessState, id: SpaceId) {
    let Some(line) = state.line(id) else { return };
    let words = "Only a space that nothing is in can be removed. This cannot be undone; you can add it again.".to_owned();
    state.ask(AccessTask::RemoveSpace(id), DialogQuestion::sure(format!("Remove “{}”?", line.space.name), words, "Remove space", true));
}

/// Asks to whom which role is granted, over what is looked at.
pub fn ask_grant(state: AccessState) {
    let (roles, mut scopes) = state.page.with_untracked(|page| {
        let roles = page.roles.iter().map(|role| choice(&role.key, &role.name, "")).collect::<Vec<_>>();
        let mut spaces: Vec<(String, String)> = page
            .spaces
            .iter()
            .filter(|line| line.grants)
            .map(|line| (format!("{}, all in it", path_in(page, line.space.id)), format!("space:{}", line.space.id)))
            .collect();
        spaces.sort();
        let items = page.items.iter().filter(|_| page.grants_everywhere);
        let items = items.map(|(id, name)| (format!("Only the service {name}"), format!("item:{id}")));
        let whole = page.grants_everywhere.then(|| ("All of the organization".to_owned(), "organization".to_owned()));
        let all = whole.into_iter().chain(spaces).chain(items);
        (roles, all.map(|(words, value)| choice(&value, &words, "")).collect::<Vec<_>>())
    });
    let when = |kind: &str| Some(AnswerCondition::Equals { field: "to".to_owned(), value: kind.into() });
    let mut to = field("to", "radio", "To", true);
    to.options = vec![choice("person", "A person", ""), choice("group", "A group, everybody in it", "")];
    let mut role = field("role", "select", "Role", true);
    role.options = roles;
    let mut place = field("scope", "select", "Where", true);
    place.options = std::mem::take(&mut scopes);
    let mut from = field("from", "date", "First day", false);
    from.hint = "From now on when empty.".to_owned();
    let mut until = field("until", "date", "Last day", false);
    until.hint = "For good when empty.".to_owned();
    let fields = vec![
        to,
        Field { when: when("person"), ..field("person", "user_picker", "Person", true) },
        Field { when: when("group"), ..field("group", "group_picker", "Group", true) },
        role,
        place,
        from,
        until,
    ];
    let mut answers = Answers::default();
    answers.set("to", json!("person"));
    let here = state.chosen.get_untracked().map_or_else(|| "organization".to_owned(), |id| format!("space:{id}"));
    answers.set("scope", json!(here));
    let asking = DialogQuestion::of("Grant a role", fields, answers, "See what it changes");
    state.ask(AccessTask::Grant, DialogQuestion { working: "Looking".to_owned(), ..asking });
}

/// The grant that was described, or what is missing.
pub fn read_grant(answers: &Answers) -> Result<GiveGrant, String> {
    let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default();
    let picked = |key: &str| answers.get(key).and_then(|value| value.get("id")?.as_str()).unwrap_or_default();
    let subject = match text("to") {
        "group" => picked("group").parse().ok().map(GrantSubject::Group),
        _ => picked("person").parse().ok().map(GrantSubject::Person),
    };
    let scope = match text("scope").split_once(':') {
        Some(("space", id)) => id.parse().ok().map(GrantScope::Space),
        Some(("item", id)) => id.parse().ok().map(GrantScope::Item),
        _ => (text("scope") == "organization").then_some(GrantScope::Organization),
    };
    Ok(GiveGrant {
        subject: subject.ok_or("Choose a person or a group from the list.")?,
        role: text("role").to_owned(),
        scope: scope.ok_or("Choose where the role is granted.")?,
        from: text("from").parse().ok(),
        until: text("until").parse().ok(),
    })
}

/// Says what a grant changes, before it is given.
pub fn confirm_grant(state: AccessState, grant: &GiveGrant, effect: &GrantEffect) -> DialogQuestion {
    let role = state
        .page
        .with_untracked(|page| page.roles.iter().find(|role| role.key == grant.role).map(|role| role.name.clone()).unwrap_or_default());
    let mut words = format!("{} on {}: {}", role, state.scope_words(grant.scope), effect.words());
    if !effect.allows.is_empty() {
        words.push_str(&format!(" The role allows there: {}.", effect.allows.join(", ").to_lowercase()));
    }
    if !effect.unchanged.is_empty() {
        words.push_str(&format!(" Already see them, or will not: {}.", effect.unchanged.join(", ")));
    }
    DialogQuestion::sure(effect.words().trim_end_matches('.').to_owned(), words, &format!("Grant {role}"), false)
}

/// Asks whether a role is to be taken back.
pub fn ask_take_back(state: AccessState, line: &GrantLine) {
    let Some(id) = line.id else { return };
    let words = format!("{} no longer holds {} on {}. What they see and do by it ends at once.", line.name, line.role, {
        state.scope_words(line.scope)
    });
    state.ask(
        AccessTask::TakeBack { id, confirmed: false },
        DialogQuestion::sure(format!("Take {} back?", line.role), words, "Take back", true),
    );
}

/// Says what somebody takes from themselves.
pub fn confirm_own_loss(message: &str) -> DialogQuestion {
    DialogQuestion::sure("You take this from yourself".to_owned(), message.to_owned(), "Do it anyway", true)
}

/// Asks for a role of the organization's own.
pub fn ask_role(state: AccessState, role: Option<&RoleLine>) {
    let mut name = field("name", "text", "Name", true);
    name.rules.max_length = Some(domain::access::lint::LONGEST_NAME as u32);
    let mut allows = field("allows", "multi_select", "What it allows", true);
    allows.hint = "You can choose what you hold yourself.".to_owned();
    let offered = PERMISSIONS.iter().filter(|(one, _)| *one != Permission::DecideAsFallback);
    allows.options = offered.map(|(one, key)| choice(key, one.words(), "")).collect();
    let mut answers = Answers::default();
    if let Some(role) = role {
        answers.set("name", json!(role.name));
        let held = PERMISSIONS.iter().filter(|(one, _)| role.permissions.holds(*one)).map(|(_, key)| *key);
        answers.set("allows", json!(held.collect::<Vec<_>>()));
    }
    let (title, confirm) = if role.is_some() { ("Change the role", "Save role") } else { ("Add a role", "Add role") };
    let key = role.map(|role| role.key.clone()).unwrap_or_default();
    state.ask(AccessTask::Role { key, confirmed: None }, DialogQuestion::of(title, vec![name, allows], answers, confirm));
}

/// The role that was described.
pub fn read_role(key: String, answers: &Answers) -> SaveRole {
    let chosen = |name: &str| {
        answers.get("allows").and_then(Value::as_array).is_some_and(|chosen| chosen.iter().any(|one| one.as_str() == Some(name)))
    };
    let permissions: PermissionSet = PERMISSIONS.iter().filter(|(_, name)| chosen(name)).map(|(one, _)| *one).collect();
    let name = answers.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    SaveRole { key, name, permissions }
}

/// Asks whether a role is to go.
pub fn ask_remove_role(state: AccessState, role: &RoleLine) {
    let words = "Only a role that nobody holds can be removed. This cannot be undone; you can add it again.".to_owned();
    state.ask(
        AccessTask::RemoveRole(role.key.clone()),
        DialogQuestion::sure(format!("Remove “{}”?", role.name), words, "Remove role", true),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(value: Value) -> Answers {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_grant_is_read_as_it_was_described() {
        let (one, two) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let picked = |id: uuid::Uuid| json!({ "id": id, "name": "N" });
        let scope = format!("space:{two}");
        let read = read_grant(&answers(json!({ "to": "group", "group": picked(one), "role": "maintainer", "scope": scope }))).unwrap();
        assert_eq!(read.subject, GrantSubject::Group(one.into()));
        assert_eq!((read.scope, read.from), (GrantScope::Space(two.into()), None));
        let read = read_grant(&answers(json!({
            "to": "person", "person": picked(one), "role": "admin", "scope": "organization", "until": "2026-03-12"
        })));
        assert_eq!(read.unwrap().until, chrono::NaiveDate::from_ymd_opt(2026, 3, 12));
        assert!(read_grant(&answers(json!({ "to": "person", "group": picked(one), "scope": "organization" }))).is_err());
        assert!(read_grant(&answers(json!({ "to": "group", "group": picked(one), "scope": "moon:1" }))).is_err());
    }

    #[test]
    fn a_role_is_read_as_it_was_described() {
        let read = read_role(String::new(), &answers(json!({ "name": "Night desk", "allows": ["work", "fly"] })));
        assert_eq!(read.permissions, [Permission::Work].into_iter().collect());
    }
}
