//! What the page's dialog asks: a token to make, and whether one is to be revoked.

use super::state::{TokenState, TokenTask};
use crate::form::dialog::{DialogQuestion, choice, field, small_form};
use domain::access::GrantScope;
use domain::forms::Answers;
use domain::permission::PERMISSIONS;
use domain::tokens::wire::{MakeToken, TokenLine};
use domain::tokens::{LONGEST_TOKEN_NAME, TOKEN_DAYS, TokenKind};
use leptos::prelude::*;
use serde_json::{Value, json};

/// The value for a token without an end.
const NO_END: &str = "none";
/// The days that are offered first.
const USUAL_DAYS: u32 = 90;

fn scope_value(scope: GrantScope) -> String {
    match scope {
        GrantScope::Organization => "organization".to_owned(),
        GrantScope::Space(id) => format!("space:{id}"),
        GrantScope::Item(id) => format!("item:{id}"),
    }
}

/// Asks for a token.
pub fn ask_token(state: TokenState) {
    let mut fields = Vec::new();
    let mut name = field("name", "text", "Name", true);
    name.hint = "The program that will use it.".to_owned();
    name.rules.max_length = Some(LONGEST_TOKEN_NAME as u32);
    fields.push(name);
    let mut allows = field("allows", "multi_select", "It may", true);
    let mut place = field("scope", "select", "Where", true);
    let makes_service = state.page.with_untracked(|page| {
        allows.options = page.offered.each().filter_map(|one| Some(choice(key_of(one)?, one.words(), ""))).collect();
        place.options = page.places.iter().map(|(scope, words)| choice(&scope_value(*scope), words, "")).collect();
        page.makes_service
    });
    if makes_service {
        let mut whose = field("kind", "radio", "It belongs to", true);
        whose.options = vec![
            choice("personal", "You", "What it does is done by you, and it ends when you leave."),
            choice("service", "A service account", "It acts under its own name, and goes on when you leave."),
        ];
        fields.push(whose);
    }
    let mut days = field("days", "select", "It ends", true);
    let in_days =
        |days: &u32| choice(&days.to_string(), &if *days == 365 { "In a year".to_owned() } else { format!("In {days} days") }, "");
    days.options = TOKEN_DAYS.iter().map(in_days).collect();
    days.options.push(choice(NO_END, "Never", ""));
    fields.extend([allows, place, days]);
    let mut answers = Answers::default();
    answers.set("kind", json!("personal"));
    answers.set("scope", json!("organization"));
    answers.set("days", json!(USUAL_DAYS.to_string()));
    let asking = DialogQuestion {
        title: "Make a token".to_owned(),
        form: small_form(fields),
        answers,
        confirm: "Make token".to_owned(),
        working: "Making".to_owned(),
        danger: false,
    };
    state.ask(TokenTask::Make, asking);
}

fn key_of(permission: domain::permission::Permission) -> Option<&'static str> {
    PERMISSIONS.iter().find(|(known, _)| *known == permission).map(|(_, key)| *key)
}

/// The token that was described, or what is missing.
pub fn read_token(answers: &Answers) -> Result<MakeToken, String> {
    let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default();
    let chosen = |key: &str| {
        answers.get("allows").and_then(Value::as_array).is_some_and(|chosen| chosen.iter().any(|one| one.as_str() == Some(key)))
    };
    let scope = match text("scope").split_once(':') {
        Some(("space", id)) => id.parse().ok().map(GrantScope::Space),
        Some(("item", id)) => id.parse().ok().map(GrantScope::Item),
        _ => (text("scope") == "organization").then_some(GrantScope::Organization),
    };
    Ok(MakeToken {
        name: text("name").to_owned(),
        kind: if text("kind") == "service" { TokenKind::Service } else { TokenKind::Personal },
        permissions: PERMISSIONS.iter().filter(|(_, key)| chosen(key)).map(|(one, _)| *one).collect(),
        scope: scope.ok_or("Choose where the token counts.")?,
        days: match text("days") {
            NO_END => None,
            days => Some(days.parse().map_err(|_| "Choose when the token ends.".to_owned())?),
        },
    })
}

/// Asks whether a token is to be revoked.
pub fn ask_revoke(state: TokenState, line: &TokenLine) {
    let mut form = small_form(Vec::new());
    let words = if line.is_over {
        "Its time is over, so nothing uses it. It leaves the list; the audit log keeps what it was."
    } else {
        "The program that uses it is refused from now on. This cannot be undone; you can make a new token."
    };
    for section in &mut form.sections {
        words.clone_into(&mut section.description);
    }
    let verb = if line.is_over { "Remove" } else { "Revoke" };
    let asking = DialogQuestion {
        title: format!("{verb} “{}”?", line.name),
        form,
        answers: Answers::default(),
        confirm: format!("{verb} token"),
        working: "Revoking".to_owned(),
        danger: true,
    };
    state.ask(TokenTask::Revoke(line.id), asking);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::permission::Permission;

    #[test]
    fn a_token_is_read_as_it_was_described() {
        let read = |value: Value| read_token(&serde_json::from_value(value).unwrap());
        let id = uuid::Uuid::from_u128(1);
        let token = read(json!({ "name": "Sync", "allows": ["work", "fly"], "scope": format!("space:{id}"), "days": "30" })).unwrap();
        assert_eq!((token.name.as_str(), token.kind, token.days), ("Sync", TokenKind::Personal, Some(30)));
        assert_eq!((token.scope, token.permissions), (GrantScope::Space(id.into()), [Permission::Work].into_iter().collect()));
        let token = read(json!({ "name": "Sync", "kind": "service", "scope": "organization", "days": "none" })).unwrap();
        assert_eq!((token.kind, token.days, token.scope), (TokenKind::Service, None, GrantScope::Organization));
        assert!(read(json!({ "scope": "moon:1", "days": "30" })).is_err());
        assert!(read(json!({ "scope": "organization", "days": "soon" })).is_err());
    }
}
