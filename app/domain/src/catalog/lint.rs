//! What an item of the catalog may say, its plan included, and the order of the catalog.

use super::CatalogItem;
use crate::approvals::lint::lint_policy;
use crate::forms::{Field, Form};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath};
use crate::requests::FulfilmentPlan;
use crate::requests::number::LONGEST_PREFIX;
use crate::requests::sla::lint::lint_sla;
use crate::requests::title::lint_title;
use std::collections::BTreeSet;

/// Tags of an item, at most.
const MOST_TAGS: usize = 20;

/// Everything wrong with an item. `form` is the one it names, when there is one.
pub fn lint_item(item: &CatalogItem, form: Option<&Form>, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "item", &item.key);
    let texts = [
        ("name", "The name", &item.name, 1..=120),
        ("description", "The description", &item.description, 1..=1000),
        ("category", "The category", &item.category, 1..=60),
        ("expected", "The expected time", &item.expected, 0..=120),
        ("price", "The price", &item.price, 0..=120),
    ];
    for (name, what, text, characters) in texts {
        found.check_text(at.entry(name), what, text, characters);
    }
    if let Some(other) = known.items.iter().find(|(key, name)| **key != item.key && **name == item.name).map(|(key, _)| key) {
        found.note(at.entry("name"), format!("The item “{other}” is called “{}” too. Give one of them another name", item.name));
    }
    if !is_icon(&item.icon) {
        found.note(at.entry("icon"), format!("The icon “{}” must be the name of a lucide icon, like key-round", item.icon));
    }
    if !is_prefix(&item.prefix) {
        let message = format!(
            "The prefix “{}” must be 1 to {LONGEST_PREFIX} capital letters or digits and begin with a letter, like IT",
            item.prefix
        );
        found.note(at.entry("prefix"), message);
    }
    if item.tags.len() > MOST_TAGS {
        found.note(at.entry("tags"), format!("There are more than {MOST_TAGS} tags. Keep the {MOST_TAGS} most useful"));
    }
    for (place, tag) in item.tags.iter().enumerate() {
        found.check_text(at.entry("tags").place(place), "A tag", tag, 1..=40);
    }
    found.check_defined(at.entry("form"), "form", &item.form, known.forms.contains(item.form.as_str()));
    for message in form.into_iter().flat_map(|form| lint_title(&item.title_template, form)) {
        found.note(at.entry("title"), message);
    }
    for (place, group) in item.visible_to.groups.iter().enumerate() {
        let at = at.entry("visible_to").entry("groups").place(place);
        found.check_defined(at, "group", group, known.groups.contains(group.as_str()));
    }
    if let Some(space) = &item.space {
        found.check_defined(at.entry("space"), "space", space, known.spaces.contains(space.as_str()));
    }
    for (place, role) in item.visible_to.roles.iter().enumerate() {
        found.check_role(at.entry("visible_to").entry("roles").place(place), role, "", known);
    }
    if let Some(team) = &item.approver_team {
        found.check_defined(at.entry("approver_team"), "group", team, known.groups.contains(team.as_str()));
    }
    if let Some(policy) = &item.approval {
        found.add_within(&at.entry("approval"), lint_policy(policy, form, known));
    }
    found.add_within(&at.entry("plan"), lint_plan(&item.plan, form, known));
    if let Some(sla) = &item.sla {
        found.add_within(&at.entry("sla"), lint_sla(sla, known));
    }
    found.finish()
}

fn is_icon(icon: &str) -> bool {
    (1..=60).contains(&icon.len()) && icon.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_prefix(prefix: &str) -> bool {
    (1..=LONGEST_PREFIX).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && prefix.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Everything wrong with the plan of an item. `form` is the item's, when there is one.
pub fn lint_plan(plan: &FulfilmentPlan, form: Option<&Form>, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    for (place, connector) in plan.connectors.iter().enumerate() {
        let at = at.entry("connectors").place(place);
        found.check_defined(at, "connector", connector, known.connectors.contains_key(connector.as_str()));
    }
    if plan.automation.is_some() {
        let message = "No automation is connected to Docket, so nothing would run. Take automation: out and name a connector";
        found.note(at.entry("automation"), message);
    }
    if plan.qa && plan.complete_when_delivered {
        let message = "Work that is checked in QA is not completed by its delivery. Take out qa: or complete_when_delivered:";
        found.note(at.entry("qa"), message);
    }
    if plan.complete_when_delivered && plan.connectors.is_empty() {
        let message = "complete_when_delivered: needs a connector to deliver to. Add connectors: or take it out";
        found.note(at.entry("complete_when_delivered"), message);
    }
    if let (Some(key), Some(form)) = (&plan.schedule_field, form)
        && let Some(message) = judge_schedule_field(key, form)
    {
        found.note(at.entry("schedule_field"), message);
    }
    found.check_text(at.entry("words"), "The words of the plan", &plan.words, 0..=500);
    found.finish()
}

/// The time the work begins at comes from a field that everybody answers who is asked at all: one of the universal part of a section,
/// which no variant turns into something else.
fn judge_schedule_field(key: &str, form: &Form) -> Option<String> {
    let named = |field: &&Field| field.key == key;
    let universal = form.sections.iter().flat_map(|section| &section.fields).find(named);
    let of_variants = form.sections.iter().flat_map(|section| &section.variants).flat_map(|variant| &variant.fields).filter(named);
    let Some(field) = universal else {
        return Some(format!("The form “{}” has no field “{key}” for everybody. Name one of type date or datetime", form.key));
    };
    let other = std::iter::once(field).chain(of_variants).find(|field| !matches!(&*field.kind, "date" | "datetime"))?;
    Some(format!("The field “{key}” is of type {}. The work can begin only at a date or datetime", other.kind))
}

/// Everything wrong with the order of the catalog: keys of items, each once.
pub fn lint_order(order: &[String], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (mut found, mut seen) = (ProblemList::default(), BTreeSet::new());
    for (place, key) in order.iter().enumerate() {
        let at = ValuePath::root().place(place);
        found.check_defined(at.clone(), "item", key, known.items.contains_key(key.as_str()));
        if !seen.insert(key) {
            found.note(at, format!("The item “{key}” is listed twice. Keep one line"));
        }
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::super::ItemVisibility;
    use super::*;
    use crate::forms::tests::form;
    use crate::lint::tests::{assert_rule, known, told};
    use crate::requests::AutomationPlan;
    use crate::requests::sla::SlaTargets;

    fn item() -> CatalogItem {
        CatalogItem {
            key: "laptop".to_owned(),
            name: "Portable".to_owned(),
            description: "A laptop.".to_owned(),
            icon: "laptop".to_owned(),
            category: "Equipment".to_owned(),
            tags: Vec::new(),
            enabled: true,
            prefix: "IT".to_owned(),
            expected: String::new(),
            price: String::new(),
            form: "laptop".to_owned(),
            title_template: String::new(),
            approval: None,
            approver_team: None,
            plan: FulfilmentPlan::default(),
            sla: None,
            space: None,
            visible_to: ItemVisibility::default(),
        }
    }

    fn laptop() -> Form {
        form(
            "key: laptop
title: Laptop
sections:
  - key: need
    title: Need
    fields:
      - { key: model, label: Model, type: text }
      - { key: start, label: Start, type: date }
      - { key: end, label: End, type: date }
    variants:
      - group: platform
        fields:
          - { key: end, label: End, type: text }
          - { key: only, label: Only, type: date }
",
        )
    }

    #[track_caller]
    fn rule(change: impl FnOnce(&mut CatalogItem), told_as: &str, neighbour: impl FnOnce(&mut CatalogItem)) {
        let (mut wrong, mut right) = (item(), item());
        change(&mut wrong);
        neighbour(&mut right);
        assert_rule(|item| lint_item(item, Some(&laptop()), &known()), wrong, told_as, right);
    }

    fn letters(count: usize) -> String {
        "é".repeat(count)
    }

    #[test]
    fn keys_and_texts() {
        rule(|i| i.key = "lap top".into(), "key: The item key “lap top” must be", |i| i.key = "laptop".into());
        rule(|i| i.name = letters(121), "name: The name must have 1 to 120 characters", |i| i.name = letters(120));
        rule(|i| i.name = "\u{200b}".into(), "name: The name must have 1 to 120 characters", |i| i.name = "L".into());
        rule(|i| i.name = "Badge".into(), "name: The item “badge” is called “Badge” too", |i| i.name = "Badges".into());
        rule(|i| i.description = String::new(), "description: The description must have 1 to 1000", |i| i.description = letters(1000));
        rule(|i| i.description = letters(1001), "description: The description must have 1 to 1000", |i| i.description = "x".into());
        rule(|i| i.category = letters(61), "category: The category must have 1 to 60", |i| i.category = letters(60));
        rule(|i| i.expected = letters(121), "expected: The expected time must have at most 120", |i| i.expected = letters(120));
        rule(|i| i.price = letters(121), "price: The price must have at most 120", |i| i.price = String::new());
        rule(|i| i.icon = "<svg>".into(), "icon: The icon “<svg>” must be the name of a lucide", |i| i.icon = "key-round".into());
        rule(|i| i.icon = "i".repeat(61), "icon: The icon “iii", |i| i.icon = "i".repeat(60));
        for wrong in ["it", "1T", "ABCDEFGHI", "", "I T"] {
            rule(|i| i.prefix = wrong.into(), "prefix: The prefix “", |i| i.prefix = "ABCDEFG8".into());
        }
        rule(|i| i.title_template = "For {{ modell }}".into(), "title: ", |i| i.title_template = "For {{ model }}".into());
        let tags = |count: usize| (0..count).map(|tag| format!("tag {tag}")).collect::<Vec<_>>();
        rule(|i| i.tags = tags(21), "tags: There are more than 20 tags", |i| i.tags = tags(20));
        rule(|i| i.tags = vec!["a".into(), letters(41)], "tags[1]: A tag must have 1 to 40", |i| i.tags = vec!["a".into(), letters(40)]);
    }

    #[test]
    fn what_it_refers_to_is_there() {
        let visible = |group: &str, role: &str| ItemVisibility { groups: vec![group.into()], roles: vec![role.into()] };
        rule(|i| i.form = "laptpo".into(), "form: No form has the key “laptpo”. Add the form or", |i| i.form = "laptop".into());
        rule(
            |i| i.visible_to = visible("finanze", "admin"),
            "visible_to.groups[0]: No group has the key “finanze”",
            |i| i.visible_to = visible("finance", "admin"),
        );
        rule(
            |i| i.visible_to = visible("finance", "boss"),
            "visible_to.roles[0]: The role “boss” does not exist. Use central_admin",
            |i| i.visible_to = visible("finance", "reviewer"),
        );
        rule(
            |i| i.approver_team = Some("desk".into()),
            "approver_team: No group has the key “desk”",
            |i| i.approver_team = Some("finance".into()),
        );
        let calendar =
            |key: &str| SlaTargets { calendar: Some(key.into()), response_minutes: Some(60), resolution_minutes: None, pause_in: vec![] };
        rule(|i| i.sla = Some(calendar("offce")), "sla.calendar: No calendar has the key “offce”", |i| i.sla = Some(calendar("office")));
    }

    #[test]
    fn plans_can_be_carried_out() {
        let to = |connectors: &[&str]| connectors.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        rule(
            |i| i.plan.connectors = to(&["desk", "dekk"]),
            "plan.connectors[1]: No connector has the key “dekk”",
            |i| i.plan.connectors = to(&["desk"]),
        );
        rule(
            |i| i.plan.automation = Some(AutomationPlan { job_template: Some("x".into()), workflow_template: None }),
            "plan.automation: No automation is connected",
            |i| i.plan.automation = None,
        );
        rule(
            |i| i.plan.complete_when_delivered = true,
            "plan.complete_when_delivered: complete_when_delivered: needs a connector",
            |i| (i.plan.complete_when_delivered, i.plan.connectors) = (true, to(&["desk"])),
        );
        rule(
            |i| (i.plan.complete_when_delivered, i.plan.connectors, i.plan.qa) = (true, to(&["desk"]), true),
            "plan.qa: Work that is checked in QA",
            |i| i.plan.qa = true,
        );
        rule(|i| i.plan.words = letters(501), "plan.words: The words of the plan must have at most 500", |i| i.plan.words = letters(500));
        let start = |key: &str| Some(key.to_owned());
        for (wrong, why) in [("gone", "has no field"), ("only", "has no field"), ("model", "is of type text"), ("end", "is of type text")] {
            let mut with = item();
            with.plan.schedule_field = start(wrong);
            let found = told(lint_item(&with, Some(&laptop()), &known()));
            assert!(found.len() == 1 && found[0].starts_with("plan.schedule_field: ") && found[0].contains(why), "{wrong}: {found:?}");
        }
        rule(|i| i.plan.schedule_field = start("model"), "plan.schedule_field: ", |i| i.plan.schedule_field = start("start"));
    }

    #[test]
    fn the_order_names_items_there_are_once() {
        let order = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let rule = |wrong, told_as| assert_rule(|order: &Vec<_>| lint_order(order, &known()), wrong, told_as, order(&["badge", "laptop"]));
        rule(order(&["badge", "laptpo"]), "[1]: No item has the key “laptpo”");
        rule(order(&["badge", "laptop", "badge"]), "[2]: The item “badge” is listed twice. Keep one line");
    }
}
