//! The "Away" page: who decides in whose place. Setting it up is a form of its own, checked like any other, in the browser and again on
//! the server.

use super::ApprovalPolicy;
use crate::catalog::{self, CatalogItem};
use crate::forms::dates::parse_date;
use crate::forms::{AnswerCondition, Answers, ChoiceOption, Field, FieldRules, Form, Section};
use crate::id::{DelegationId, ItemId, PersonId};
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AwayView {
    /// Grants the caller gave, those that are not over first.
    pub given: Vec<AwayRow>,
    /// Grants the caller holds, those that are not over first.
    pub held: Vec<AwayRow>,
    /// Grants between others that are not over; for administrators.
    pub others: Vec<AwayRow>,
    /// The page shows `others`, even when there are none.
    pub administers: bool,
    /// What is asked for a new one.
    pub form: Form,
    /// The date where the caller is.
    pub today: NaiveDate,
}

/// One delegation. Days are those of the reader's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AwayRow {
    pub id: DelegationId,
    /// Who is away.
    pub from: PersonRef,
    /// The deputy.
    pub to: PersonRef,
    pub first: NaiveDate,
    /// The last day on which it holds, or held.
    pub last: NaiveDate,
    /// Names of the services it is limited to; all of them when empty.
    pub services: Vec<String>,
    pub phase: DelegationPhase,
    /// It was ended before its last day.
    pub ended_early: bool,
    /// The reader may end it.
    pub may_end: bool,
}

/// Where a delegation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelegationPhase {
    /// It begins later.
    Planned,
    Now,
    Over,
}

/// What is wanted, as read from the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedDelegation {
    pub to: PersonId,
    pub since: NaiveDate,
    pub until: NaiveDate,
    /// For these items; for all when empty.
    pub items: Vec<ItemId>,
}

/// Keys of the form's fields.
pub const FIELDS: [&str; 5] = ["to", "since", "until", "scope", "items"];
/// The section's key.
pub const SECTION: &str = "away";
const ALL: &str = "all";
const SOME: &str = "some";

/// The form of a new delegation, with the services it can be limited to.
pub fn form(services: &[(ItemId, String)]) -> Form {
    let after_since = FieldRules { not_before: Some("field:since".to_owned()), ..FieldRules::default() };
    let from_today = FieldRules { not_before: Some("today".to_owned()), ..FieldRules::default() };
    let mut fields = vec![
        Field { hint: "Somebody who can decide what you decide.".to_owned(), ..field("to", "Deputy", "user_picker") },
        Field { rules: from_today, ..field("since", "First day", "date") },
        Field { hint: "On this day too.".to_owned(), rules: after_since, ..field("until", "Last day", "date") },
    ];
    if !services.is_empty() {
        let choice = |value: &str, label: &str| ChoiceOption { value: value.to_owned(), label: label.to_owned(), hint: String::new() };
        let scope = vec![choice(ALL, "Everything I decide"), choice(SOME, "Only some services")];
        fields.push(Field { default: Some(ALL.into()), options: scope, ..field("scope", "What the deputy decides", "radio") });
        let options = services.iter().map(|(id, name)| choice(&id.to_string(), name)).collect();
        let when = Some(AnswerCondition::Equals { field: "scope".to_owned(), value: SOME.into() });
        fields.push(Field { options, when, ..field("items", "Services", "multi_select") });
    }
    let section = Section {
        key: SECTION.to_owned(),
        title: "Who decides while you are away".to_owned(),
        question: String::new(),
        description: String::new(),
        when: None,
        fields,
        variants: Vec::new(),
    };
    Form { key: SECTION.to_owned(), title: section.title.clone(), description: String::new(), sections: vec![section] }
}

fn field(key: &str, label: &str, kind: &str) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        hint: String::new(),
        required: true,
        default: None,
        options: Vec::new(),
        rules: FieldRules::default(),
        when: None,
    }
}

/// What checked answers want; None when they are not those of this form.
pub fn read(answers: &Answers) -> Option<WantedDelegation> {
    let text = |key: &str| answers.get(key)?.as_str();
    let items = match text("scope") {
        Some(SOME) => answers.get("items")?.as_array()?.iter().map(|id| id.as_str()?.parse().ok()).collect::<Option<_>>()?,
        _ => Vec::new(),
    };
    let to = answers.get("to").and_then(Value::as_object)?.get("id")?.as_str()?.parse().ok()?;
    Some(WantedDelegation { to, since: parse_date(text("since")?)?, until: parse_date(text("until")?)?, items })
}

/// Whether a delegation of this person can be limited to the item: it needs approval, and they may request it or its policy speaks of them.
pub fn concerns(item: &CatalogItem, facts: &Facts, email: &str) -> bool {
    let Some(policy) = &item.approval else { return false };
    catalog::may_request(item, facts)
        || facts.may(Permission::DecideAsFallback)
        || speaks_of(policy, item.approver_team.as_deref(), facts, email)
}

fn speaks_of(policy: &ApprovalPolicy, team: Option<&str>, facts: &Facts, email: &str) -> bool {
    let member = |key: &str| facts.memberships.iter().any(|membership| membership.group.key == key);
    let in_team = team.is_some_and(member) && (policy.stages.is_empty() || policy.rules().any(|rule| rule.team));
    in_team
        || policy.emails().iter().any(|named| named.eq_ignore_ascii_case(email))
        || policy.rules().any(|rule| rule.group.as_deref().is_some_and(member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::check::check;
    use crate::forms::lint::lint_form;
    use crate::lint::DefinedKeys;
    use serde_json::json;
    use uuid::Uuid;

    fn services() -> Vec<(ItemId, String)> {
        vec![(ItemId(Uuid::from_u128(1)), "Laptop".to_owned()), (ItemId(Uuid::from_u128(2)), "Badge".to_owned())]
    }

    fn answers(value: Value) -> Answers {
        serde_json::from_value(value).unwrap()
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 12).unwrap()
    }

    #[test]
    fn the_form_could_be_published_and_its_answers_are_read() {
        let known = DefinedKeys::default();
        assert_eq!(lint_form(&form(&services()), &known), []);
        assert_eq!(lint_form(&form(&[]), &known), []);
        let deputy = Uuid::from_u128(7);
        let given = answers(json!({
            "to": {"id": deputy.to_string(), "name": "Samir"}, "since": "2026-03-12", "until": "2026-03-13", "scope": "some",
            "items": [Uuid::from_u128(2).to_string()],
        }));
        assert_eq!(check(&form(&services()), &given, today()), []);
        let wanted = read(&given).unwrap();
        assert_eq!((wanted.to, wanted.items), (PersonId(deputy), vec![ItemId(Uuid::from_u128(2))]));
        // What was ticked before all was chosen again does not count.
        let all = answers(
            json!({"to": {"id": deputy.to_string()}, "since": "2026-03-12", "until": "2026-03-12", "scope": "all", "items": ["x"]}),
        );
        assert!(read(&all).unwrap().items.is_empty());
        assert_eq!(read(&Answers::default()), None);
    }

    #[test]
    fn days_have_an_order_and_some_services_are_at_least_one() {
        let given = answers(json!({
            "to": {"id": Uuid::from_u128(7).to_string(), "name": "Samir"}, "since": "2026-03-11", "until": "2026-03-10", "scope": "some",
        }));
        let wrong: Vec<String> = check(&form(&services()), &given, today()).into_iter().map(|problem| problem.field).collect();
        assert_eq!(wrong, ["since", "until", "items"]);
    }
}
