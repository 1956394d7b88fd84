//! Definitions as files: what is planned, applied, refused and written again.

use crate::harness::{World, fixture, on_both, on_empty};
use backend::definitions::{self, DefinitionFile, folder};
use backend::{Error, people};
use domain::Refusal;
use std::path::Path;

fn file(path: &str, text: &str) -> Vec<DefinitionFile> {
    vec![(path.to_owned(), text.to_owned())]
}

/// The fixture with one text of one file replaced.
fn altered(path: &str, from: &str, to: &str) -> Vec<DefinitionFile> {
    let mut files = fixture("north");
    let text = &mut files.iter_mut().find(|(name, _)| name == path).unwrap().1;
    assert!(text.contains(from), "{path} has no “{from}”");
    *text = text.replacen(from, to, 1);
    files
}

fn message<T: std::fmt::Debug>(result: backend::Result<T>) -> String {
    match result {
        Err(Error::Refused(Refusal::Input { message, .. })) => message,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn exported(world: &World, organization: &str) -> Vec<DefinitionFile> {
    definitions::export(&world.backend, organization).await.unwrap()
}

#[tokio::test]
async fn applying_what_was_exported_changes_nothing() {
    on_both(|world| async move {
        for organization in ["north", "south"] {
            let files = exported(&world, organization).await;
            let plan = world.apply(organization, files.clone()).await.unwrap();
            assert_eq!(plan.changes, 0, "{plan}");
            assert!(plan.lines.iter().all(|line| line.starts_with("unchanged")), "{plan}");
            assert_eq!(exported(&world, organization).await, files);
        }
        let plan = world.apply("north", fixture("north")).await.unwrap();
        assert_eq!(plan.changes, 0, "{plan}");
    })
    .await;
}

#[tokio::test]
async fn what_was_exported_makes_the_same_organization_in_an_empty_database() {
    on_both(|world| async move {
        let files = exported(&world, "north").await;
        let there = files.clone();
        on_empty(async |empty: World| {
            empty.apply("north", there.clone()).await.unwrap();
            assert_eq!(exported(&empty, "north").await, there);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_plan_says_what_would_be_done_and_does_nothing() {
    on_empty(async |world: World| {
        let plan = definitions::plan(&world.backend, "north", fixture("north")).await.unwrap();
        for line in ["create organization north (Northmoor Utilities)", "create person hana@north.example", "create item laptop"] {
            assert!(plan.lines.iter().any(|planned| planned == line), "{plan}");
        }
        assert!(people::organizations(&world.backend).await.unwrap().is_empty());
        assert_eq!(world.apply("north", fixture("north")).await.unwrap(), plan);
    })
    .await;
}

#[tokio::test]
async fn an_organization_that_two_set_up_at_once_is_set_up_once() {
    on_empty(async |world: World| {
        let apply = || definitions::apply(&world.backend, None, fixture("north"));
        let (one, other) = tokio::join!(apply(), apply());
        let (done, refused): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        let plans: Vec<_> = done.into_iter().map(Result::unwrap).collect();
        // The second one may begin so late that it finds everything done.
        let set_up = plans.iter().filter(|plan| plan.changes > 0).count();
        assert_eq!((set_up, plans[0].organization.as_str()), (1, "north"), "{refused:?}");
        // On PostgreSQL both may look before either has written: the database refuses the second then.
        let told = refused.iter().all(|refused| matches!(refused, Err(Error::Refused(Refusal::Conflict { .. }))));
        assert!(told || world.backend.store().kind() == "PostgreSQL", "{refused:?}");
        assert_eq!(apply().await.unwrap().changes, 0);
    })
    .await;
}

#[tokio::test]
async fn only_what_differs_is_changed_and_what_is_not_in_the_folder_stays() {
    on_both(|world| async move {
        let plan = world.apply("north", altered("items/laptop.yaml", "name: Laptop", "name: Laptops")).await.unwrap();
        let told: Vec<&str> = plan.lines.iter().map(String::as_str).filter(|line| !line.starts_with("unchanged")).collect();
        assert_eq!((plan.changes, told), (1, vec!["change item laptop"]));
        let plan =
            world.apply("north", file("groups.yaml", "- { key: finance, name: Finance, members: [{ email: mina@north.example }] }")).await;
        let plan = plan.unwrap();
        let change = "change group finance: add mina@north.example, remove ruth@north.example";
        assert!(plan.lines.iter().any(|line| line == change), "{plan}");
        assert!(plan.lines.iter().any(|line| line == "left as it is: groups contractors, platform (not in the folder)"), "{plan}");
        let ruth = world.caller("north", "ruth").await;
        assert!(ruth.facts.memberships.is_empty());
        assert_eq!(world.caller("north", "samir").await.facts.group_keys(), ["platform"]);
    })
    .await;
}

#[tokio::test]
async fn two_items_can_swap_their_names() {
    on_both(|world| async move {
        let mut files = altered("items/laptop.yaml", "name: Laptop", "name: Badge");
        for (path, text) in &mut files {
            if path == "items/badge.yaml" {
                *text = text.replacen("name: Badge", "name: Laptop", 1);
            }
        }
        assert_eq!(world.apply("north", files).await.unwrap().changes, 2);
    })
    .await;
}

#[tokio::test]
async fn a_person_renamed_in_one_organization_is_found_by_the_new_name_in_both() {
    on_both(|world| async move {
        let text = "- { email: both@shared.example, name: Tomás Rivera, title: Auditor, roles: [requester] }";
        assert_eq!(world.apply_file("north", "people.yaml", text).await.changes, 1);
        let otto = world.caller("south", "otto").await;
        assert_eq!(people::search_people(&world.backend, &otto, "rivera").await.unwrap().len(), 1);
        assert!(people::search_people(&world.backend, &otto, "neill").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_with_file_and_line_and_nothing_is_applied() {
    let cases = [
        ("items/laptop.yaml", "form: laptop", "form: laptpo", "items/laptop.yaml:9: No form has the key “laptpo”"),
        ("items/laptop.yaml", "ruth@north", "rut@north", "items/laptop.yaml:15: rut@north.example is not a person of this organization"),
        ("items/laptop.yaml", "group: platform", "group: platfrom", "items/laptop.yaml:18: No group has the key “platfrom”"),
        ("items/laptop.yaml", "[desk]", "[dekk]", "items/laptop.yaml:20: No connector has the key “dekk”"),
        ("items/laptop.yaml", "icon: laptop", "icon: <svg>", "items/laptop.yaml:4: The icon “<svg>” must be the name of a lucide icon"),
        ("items/laptop.yaml", "prefix: IT", "prefix: it", "items/laptop.yaml:7: The prefix “it” must be 1 to 8 capital letters"),
        ("items/laptop.yaml", "name: Laptop", "name: Badge", "The item “badge” is called “Badge” too"),
        ("items/laptop.yaml", "key: laptop", "key: laptpo", "items/laptop.yaml:1: The key is “laptpo” but the file is called laptop.yaml"),
        ("items/laptop.yaml", "category:", "categry:", "items/laptop.yaml:5: unknown entry `categry`, expected one of"),
        (
            "items/laptop.yaml",
            "  require: all",
            "  when: { field: modell, equals: light }",
            "items/laptop.yaml:11: The condition of the approval names the field “modell”",
        ),
        (
            "items/laptop.yaml",
            "      group: platform",
            "      group: platform\n      when: { field: model, equals: hevay }",
            "items/laptop.yaml:19: The condition of rule “platform” asks whether “model” is \"hevay\"",
        ),
        ("items/laptop.yaml", "form: laptop", "form: laptop\napprover_team: desk", "items/laptop.yaml:10: No group has the key “desk”"),
        (
            "items/laptop.yaml",
            "      person: ruth@north.example",
            "      answer: model",
            "items/laptop.yaml:15: The rule “money” asks the person named in “model”, which names nobody",
        ),
        (
            "items/laptop.yaml",
            "      person: ruth@north.example",
            "      person: ruth@north.example\n      role: lead",
            "items/laptop.yaml:16: The rule “money” names the role “lead” without a group",
        ),
        (
            "items/laptop.yaml",
            "      person: ruth@north.example",
            "      person: ruth@north.example\n      manager: true",
            "items/laptop.yaml:13: The rule “money” must say in exactly one way who decides",
        ),
        (
            "items/laptop.yaml",
            "  require: all",
            "  require: all\n  deadline: { hours: 0 }",
            "items/laptop.yaml:12: A deadline must be 1 to",
        ),
        (
            "items/laptop.yaml",
            "  require: all",
            "  deadline: { hours: 9, escalate_to: rut@north.example }",
            "items/laptop.yaml:11: rut@north.example is not a person of this organization",
        ),
        ("items/badge.yaml", "approval: {}", "approval: { require: any }", "items/badge.yaml:8: The approval has no rules"),
        ("forms/laptop.yaml", "type: textarea", "type: textara", "forms/laptop.yaml:16: Field “reason” has the unknown type “textara”"),
        ("forms/laptop.yaml", "equals: strong", "equals: strng", "forms/laptop.yaml:20: The condition of field “reason”"),
        ("forms/laptop.yaml", "group: contractors", "group: contractor", "No group has the key “contractor”"),
        // The same word stands further up.
        (
            "forms/laptop.yaml",
            "            type: select",
            "            type: selct",
            "forms/laptop.yaml:29: Field “model” has the unknown type “selct”",
        ),
        ("items/laptop.yaml", "tags: [hardware]", "tags: [IT, '']", "items/laptop.yaml:6: A tag must have 1 to 40 characters"),
        (
            "items/laptop.yaml",
            "words: The",
            "qa: true\n  complete_when_delivered: true\n  words: The",
            "items/laptop.yaml:21: Work that is checked",
        ),
        (
            "forms/laptop.yaml",
            "required: true",
            "required: maybe",
            "forms/laptop.yaml:10: sections[0].fields[0].required: the text “maybe” is written where true or false",
        ),
        ("people.yaml", "roles: [admin]", "roles: [boss]", "people.yaml:4: The role “boss” of ada@north.example does not exist"),
        ("people.yaml", "ada@north.example", "ada", "people.yaml:1: “ada” is not an e-mail address"),
        ("people.yaml", "title: Analyst", "manager: hana@north.example", "people.yaml:19: hana@north.example cannot be their own manager"),
        ("people.yaml", "title: Analyst", "manager: rut@north.example", "people.yaml:19: rut@north.example, the manager of hana@north"),
        ("groups.yaml", "petra@", "peter@", "groups.yaml:6: peter@north.example is not a person of this organization"),
        ("connectors.yaml", "kind: webhook", "kind: webhok", "connectors.yaml:3: The connector kind “webhok” does not exist. Use webhook"),
        ("calendars.yaml", "zone: Europe/London", "zone: Europe/Londn", "calendars.yaml:3: The time zone “Europe/Londn” does not exist"),
        ("calendars.yaml", "to: \"17:00\"", "to: \"08:00\"", "calendars.yaml:7: 09:00 to 08:00 cannot be working hours"),
        ("calendars.yaml", "to: \"17:00\"", "to: 17h", "calendars.yaml:7: “17h” is not a time. Write it like 08:30, quoted"),
        ("items/old.yaml", "calendar: office", "calendar: offce", "items/old.yaml:10: No calendar has the key “offce”"),
        ("items/old.yaml", "response_minutes: 60", "response_minutes: 0", "items/old.yaml:11: response_minutes: must be 1 to 200000"),
        ("items/old.yaml", "response_minutes: 60", "response_minutes: 700", "items/old.yaml:11: The response may not take longer"),
        ("items/old.yaml", "- blocked", "- completed", "items/old.yaml:14: No clock runs in “completed”"),
        ("catalog.yaml", "- badge", "- bagde", "catalog.yaml:3: No item has the key “bagde”"),
        ("organization.yaml", "key: north", "key: nroth", "organization.yaml:1: The key is “nroth”"),
    ];
    on_both(|world| async move {
        let before = exported(&world, "north").await;
        for (path, from, to, expected) in cases {
            let mut files = altered(path, from, to);
            // A right change beside the wrong one, to see whether it is applied.
            files.iter_mut().filter(|(name, _)| name == "items/note.yaml").for_each(|(_, text)| text.push_str("price: $1\n"));
            let told = message(world.apply("north", files).await);
            assert!(told.contains(expected), "expected {expected}\n{told}");
        }
        assert_eq!(exported(&world, "north").await, before);
    })
    .await;
}

#[tokio::test]
async fn all_problems_are_told_at_once() {
    on_both(|world| async move {
        let mut files = altered("items/laptop.yaml", "prefix: IT", "prefix: it");
        files.push(("items/new.yml".to_owned(), String::new()));
        assert!(
            message(definitions::plan(&world.backend, "north", files).await)
                .contains("items/new.yml: Definition files end in .yaml. Call it items/new.yaml")
        );
        let files = altered("items/laptop.yaml", "prefix: IT\nexpected: 3 working days\nform: laptop", "prefix: it\nform: gone");
        assert!(message(definitions::plan(&world.backend, "north", files).await).starts_with("2 problems; nothing was changed.\n"));
    })
    .await;
}

#[tokio::test]
async fn a_rule_nobody_can_decide_is_noted() {
    on_both(|world| async move {
        let plan = world.apply("north", altered("items/access.yaml", "role: it-forms-admin", "role: it-forms-admni")).await.unwrap();
        let note =
            "note: nobody in the group platform holds the role it-forms-admni, so that nobody can decide the rule owner of item access";
        assert!(plan.lines.iter().any(|line| line == note), "{plan}");
    })
    .await;
}

#[tokio::test]
async fn secrets_stay_in_the_database() {
    on_both(|world| async move {
        let with = "- key: desk\n  name: Service desk\n  kind: webhook\n  settings:\n    url: http://127.0.0.1:9/hooks/desk\n    \
                    secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n    headers: { Authorization: Bearer hush, X-Site: north }\n";
        assert_eq!(world.apply_file("north", "connectors.yaml", with).await.changes, 1);
        people::set_password(&world.backend, "hana@north.example", "a long enough password").await.unwrap();
        let files = exported(&world, "north").await;
        let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
        assert!(!all.contains("whsec_") && !all.contains("hush") && !all.contains("argon2") && all.contains("X-Site"), "{all}");
        assert_eq!(world.apply("north", files).await.unwrap().changes, 0);
        // Still there: saying it again changes nothing.
        assert_eq!(world.apply_file("north", "connectors.yaml", with).await.changes, 0);
    })
    .await;
}

#[tokio::test]
async fn an_organization_cannot_be_written_by_another_ones_files() {
    on_both(|world| async move {
        let told = message(world.apply("south", fixture("north")).await);
        assert!(told.contains("organization.yaml:1: The key is “north”. For this organization it must be “south”"), "{told}");
        let unknown = message(definitions::apply(&world.backend, "west", file("catalog.yaml", "[]")).await);
        assert!(unknown.contains("The organization does not exist yet. Add organization.yaml"), "{unknown}");
    })
    .await;
}

#[tokio::test]
async fn the_demo_folders_apply_and_survive_an_export() {
    on_empty(async |world: World| {
        for organization in ["northmoor", "harbor"] {
            let files = folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(organization)).unwrap();
            let plan = world.apply(organization, files.clone()).await.unwrap_or_else(|error| panic!("{error}"));
            assert!(!plan.lines.iter().any(|line| line.starts_with("note")), "{plan}");
            assert_eq!(world.apply(organization, files).await.unwrap().changes, 0);
            let out = exported(&world, organization).await;
            assert_eq!(world.apply(organization, out).await.unwrap().changes, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn the_demo_shows_every_type_of_field_and_every_kind_of_approval() {
    use std::collections::BTreeSet;
    let files = folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/northmoor")).unwrap();
    let (mut kinds, mut policies, mut items) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (path, text) in &files {
        if path.starts_with("forms/") {
            let form: domain::forms::Form = yaml_serde::from_str(text).unwrap();
            let fields = form.sections.iter().flat_map(|s| s.fields.iter().chain(s.variants.iter().flat_map(|v| &v.fields)));
            kinds.extend(fields.map(|field| field.kind.clone()));
        } else if path.starts_with("items/") {
            let item: domain::catalog::CatalogItem = yaml_serde::from_str(text).unwrap();
            items += 1;
            let policy = item.approval.as_ref();
            policies.insert(policy.map_or("none".to_owned(), |policy| {
                let require = policy.stages.first().map(|stage| stage.require).unwrap_or_default();
                format!("{require:?} of {}", policy.rules().count().min(2))
            }));
            for rule in policy.into_iter().flat_map(|policy| policy.rules()) {
                policies.insert(
                    if rule.person.is_some() {
                        "person"
                    } else if rule.role.is_some() {
                        "role"
                    } else {
                        "group"
                    }
                    .to_owned(),
                );
            }
        }
    }
    let all: BTreeSet<String> = domain::forms::fields::FIELD_TYPES.iter().map(|kind| kind.kind.to_owned()).collect();
    assert_eq!(kinds, all);
    assert!(items >= 10, "{items}");
    for policy in ["none", "All of 0", "All of 1", "All of 2", "Any of 2", "person", "role", "group"] {
        assert!(policies.contains(policy), "no item with {policy}: {policies:?}");
    }
}
