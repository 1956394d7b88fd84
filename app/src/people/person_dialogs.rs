//! What the dialog of a person's page asks: to whom that goes which they leave behind, and whether they may come back.

use super::fields::{person_answers, person_fields};
use super::person_state::{PersonPageState, PersonTask};
use crate::form::dialog::{DialogQuestion, field, small_form};
use domain::forms::{Answers, Field};
use domain::people::forgetting::TYPED_WORD;
use domain::people::wire::{ConcernedList, HandOver, LONGEST_REASON, PersonView};
use leptos::prelude::*;
use serde_json::Value;

/// Groups of somebody that are asked about at once.
const GROUPS_ASKED: usize = 5;
/// Docket numbers that a hint names.
const NUMBERS_NAMED: usize = 6;

fn question(title: String, words: String, fields: Vec<Field>, answers: Answers, buttons: (&str, &str), danger: bool) -> DialogQuestion {
    let mut form = small_form(fields);
    form.sections.iter_mut().for_each(|section| section.description.clone_from(&words));
    DialogQuestion { title, form, answers, confirm: buttons.0.to_owned(), working: buttons.1.to_owned(), danger }
}

/// A picker for whoever gets something, and what becomes of it otherwise.
fn receiver(key: &str, kind: &str, label: String, hint: String) -> Field {
    Field { hint, ..field(key, kind, &label, false) }
}

/// "IT-7F3K, REP-4C8W and 3 more."
fn numbers(list: &ConcernedList) -> String {
    let named: Vec<&str> = list.shown.iter().take(NUMBERS_NAMED).map(|request| request.number.as_str()).collect();
    let besides = list.count() - named.len() as u64;
    match (named.is_empty(), besides) {
        (_, 0) => format!("{}.", named.join(", ")),
        (true, besides) => format!("{besides} that you do not see."),
        (false, besides) => format!("{} and {besides} more.", named.join(", ")),
    }
}

fn count(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("the {one}") } else { format!("{count} {many}") }
}

/// What is asked before somebody is disabled: one field for each kind of thing that they leave and that can be handed over.
fn leaving_fields(view: &PersonView) -> Vec<Field> {
    let (load, hands) = (&view.load, view.hands);
    let mut fields = Vec::new();
    if load.decisions.count() > 0 && hands.decisions {
        let label = format!("Who decides {} instead", count(load.decisions.count(), "request that waits", "requests that wait"));
        let hint = format!("{} Is asked at once. When empty, the administrators decide.", numbers(&load.decisions));
        fields.push(receiver("decisions", "user_picker", label, hint));
    }
    if load.work.count() > 0 && hands.work {
        let label = format!("Who gets {}", count(load.work.count(), "request that they have", "requests that they have"));
        let hint = format!("{} When empty, they stay theirs until somebody takes them over.", numbers(&load.work));
        fields.push(receiver("work", "user_picker", label, hint));
    }
    if load.tasks.count() > 0 && hands.work {
        let label = format!("Who gets {}", count(load.tasks.count(), "open task", "open tasks"));
        let hint = format!("{} When empty, nobody has them.", numbers(&load.tasks));
        fields.push(receiver("tasks", "user_picker", label, hint));
    }
    if !load.rules.is_empty() && hands.rules {
        let label = format!("Who is named by {} from now on", count(load.rules.len() as u64, "rule", "rules"));
        let named: Vec<String> = load.rules.iter().map(|rule| format!("{}: {}", rule.item, rule.label)).collect();
        let hint = format!("{}. When empty, the administrators decide where a rule names only them.", named.join("; "));
        fields.push(receiver("rules", "user_picker", label, hint));
    }
    if hands.groups {
        for (nth, group) in load.lonely_groups.iter().take(GROUPS_ASKED).enumerate() {
            let hint = "Nobody else in it could sign in. When empty, what asks the group falls back to the administrators.".to_owned();
            fields.push(receiver(&format!("group_{nth}"), "user_picker", format!("Who joins {}", group.name), hint));
        }
    }
    let mut reason = field("reason", "text", "Reason", false);
    reason.hint = "Kept in the audit log, and with each request that is handed over.".to_owned();
    reason.rules.max_length = Some(LONGEST_REASON as u32);
    fields.push(reason);
    fields
}

/// What happens, before it does. What cannot be handed over by the reader says where it goes.
fn leaving_words(view: &PersonView) -> String {
    let (load, hands) = (&view.load, view.hands);
    let mut words = format!(
        "{} is signed out everywhere at once and cannot sign in again. What they decided stays, with their name. You can enable them later, but what is handed over here stays with whoever gets it.",
        view.person.name
    );
    if load.decisions.count() > 0 && !hands.decisions {
        words.push_str(" The administrators decide what waits for them.");
    }
    if !load.deputies.is_empty() {
        words.push_str(&format!(" Ends as well: {}.", load.deputies.join("; ")));
    }
    words
}

/// Asks what is said of somebody from now on.
pub fn ask_change(state: PersonPageState) {
    let asking = state.view.with_untracked(|view| {
        let words = match (view.elsewhere, view.listed) {
            (true, _) => "They belong to another organization too: their name, address and phone number are theirs to change.",
            (false, true) => "The organization’s files name them: applying them says again what they say.",
            (false, false) => "",
        };
        let (fields, answers) = (person_fields(&view.spaces), person_answers(view));
        question(format!("Change {}", view.person.name), words.to_owned(), fields, answers, ("Save", "Saving"), false)
    });
    state.ask(PersonTask::Change, asking);
}

/// Asks to whom that goes which somebody leaves behind.
pub fn ask_disable(state: PersonPageState) {
    let asking = state.view.with_untracked(|view| {
        let nothing = view.load.is_empty();
        let confirm = if nothing { "Disable" } else { "Hand over and disable" };
        let title = format!("Disable {}?", view.person.name);
        question(title, leaving_words(view), leaving_fields(view), Answers::default(), (confirm, "Disabling"), true)
    });
    state.ask(PersonTask::Disable, asking);
}

/// Asks whether somebody may come back.
pub fn ask_enable(state: PersonPageState) {
    let asking = state.view.with_untracked(|view| {
        let words = "They can sign in again with what they had: roles, groups, and requests that are still theirs. Deputies and sessions that ended stay ended.";
        question(format!("Enable {}?", view.person.name), words.to_owned(), Vec::new(), Answers::default(), ("Enable", "Enabling"), false)
    });
    state.ask(PersonTask::Enable, asking);
}

/// Asks whether the personal data of somebody is to go, and has it typed.
pub fn ask_erase(state: PersonPageState) {
    let asking = state.view.with_untracked(|view| {
        let words = "This cannot be undone. Their name, addresses, numbers, drafts and notifications are deleted, and “Removed person” stands wherever they were named. Docket numbers, decisions and when they were made stay. If the organization’s files name them, take them out there too.";
        let mut typed = field("typed", "text", &format!("Type {TYPED_WORD} to confirm"), true);
        typed.rules.max_length = Some(20);
        let title = format!("Delete the personal data of {}?", view.person.name);
        question(title, words.to_owned(), vec![typed], Answers::default(), ("Delete for good", "Deleting"), true)
    });
    state.ask(PersonTask::Erase, asking);
}

/// What was answered.
pub fn read_hand_over(view: &PersonView, answers: &Answers) -> HandOver {
    let picked = |key: &str| answers.get(key).and_then(|value| value.get("id")?.as_str()).and_then(|id| id.parse().ok());
    let groups = view.load.lonely_groups.iter().take(GROUPS_ASKED).enumerate();
    HandOver {
        decisions: picked("decisions"),
        work: picked("work"),
        tasks: picked("tasks"),
        rules: picked("rules"),
        groups: groups.filter_map(|(nth, group)| Some((group.id, picked(&format!("group_{nth}"))?))).collect(),
        reason: answers.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people::wire::{ConcernedRequest, HandRights, NamingRule, PersonLoad, PersonState};
    use domain::people::{GroupRef, PersonRef};
    use serde_json::json;
    use uuid::Uuid;

    fn view(hands: HandRights) -> PersonView {
        let request =
            |number: &str| ConcernedRequest { number: number.to_owned(), title: String::new(), since: chrono::DateTime::UNIX_EPOCH };
        let load = PersonLoad {
            decisions: ConcernedList { shown: vec![request("IT-7F3K"), request("REP-4C8W")], besides: 1 },
            rules: vec![NamingRule { item: "Laptop".to_owned(), label: "Who pays".to_owned() }],
            lonely_groups: vec![GroupRef { id: Uuid::from_u128(4).into(), key: "finance".to_owned(), name: "Finance".to_owned() }],
            ..PersonLoad::default()
        };
        PersonView {
            person: PersonRef { id: Uuid::from_u128(1).into(), name: "Ingrid Holm".to_owned(), title: String::new() },
            email: String::new(),
            phone: String::new(),
            employee_number: String::new(),
            time_zone: String::new(),
            manager: None,
            space: None,
            state: PersonState::Active,
            disabled_everywhere: false,
            listed: false,
            has_password: false,
            signed_in: None,
            sessions: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            load,
            manages: true,
            spaces: Vec::new(),
            elsewhere: false,
            hands,
            is_reader: false,
            exports: true,
        }
    }

    #[test]
    fn only_what_is_left_and_can_be_handed_over_is_asked_about() {
        let asked = |hands| leaving_fields(&view(hands)).into_iter().map(|field| field.key).collect::<Vec<_>>();
        assert_eq!(
            asked(HandRights { decisions: true, work: true, rules: true, groups: true }),
            ["decisions", "rules", "group_0", "reason"]
        );
        assert_eq!(asked(HandRights::default()), ["reason"]);
        assert!(leaving_words(&view(HandRights::default())).contains("The administrators decide what waits"));
        let hint = &leaving_fields(&view(HandRights { decisions: true, ..HandRights::default() }))[0].hint;
        assert!(hint.starts_with("IT-7F3K, REP-4C8W and 1 more."), "{hint}");
    }

    #[test]
    fn what_was_answered_is_read_for_what_it_is() {
        let (ruth, mei) = (Uuid::from_u128(8), Uuid::from_u128(9));
        let answers = json!({ "decisions": { "id": ruth, "name": "Ruth" }, "group_0": { "id": mei, "name": "Mei" }, "reason": "Left" });
        let read = read_hand_over(&view(HandRights::default()), &serde_json::from_value(answers).unwrap());
        assert_eq!((read.decisions, read.work, read.reason.as_str()), (Some(ruth.into()), None, "Left"));
        assert_eq!(read.groups, [(Uuid::from_u128(4).into(), mei.into())]);
    }
}
