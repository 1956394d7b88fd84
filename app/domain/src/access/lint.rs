//! What spaces, roles and grants may say.

use super::definition::{GrantDefinition, RoleDefinition, SpaceDefinition};
use super::granting::problem_of_role;
use super::spaces::{DEEPEST, MOST_SPACES};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath, lint_list};
use crate::permission::{PERMISSIONS, ROLES};
use std::collections::BTreeMap;

/// Characters of the longest name of a space or role.
pub const LONGEST_NAME: usize = 120;
/// Characters of the longest contact of a space.
pub const LONGEST_CONTACT: usize = 200;

/// Everything wrong with a list of spaces. `parents` says what every space of the organization is a part of as it will be, by keys.
pub fn lint_spaces(spaces: &[SpaceDefinition], parents: &BTreeMap<&str, Option<&str>>) -> Vec<AuthoringProblem> {
    let called = |space: &SpaceDefinition| format!("The space “{}”", space.key);
    let mut found = ProblemList::default();
    found.add_within(&ValuePath::root(), lint_list(spaces, |space| &space.key, ("key", called), |space| lint_space(space, parents)));
    if parents.len() > MOST_SPACES {
        found.note(ValuePath::root(), format!("There can be {MOST_SPACES} spaces. These would be {}", parents.len()));
    }
    found.finish()
}

fn lint_space(space: &SpaceDefinition, parents: &BTreeMap<&str, Option<&str>>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "space", &space.key);
    found.check_text(at.entry("name"), &format!("The name of the space “{}”", space.key), &space.name, 1..=LONGEST_NAME);
    found.check_text(at.entry("contact"), &format!("The contact of the space “{}”", space.key), &space.contact, 0..=LONGEST_CONTACT);
    if let Some(parent) = space.parent.as_deref() {
        let there = parents.contains_key(parent);
        found.check_defined(at.entry("parent"), "space", parent, there);
        let mut path = vec![space.key.as_str()];
        let mut next = Some(parent).filter(|_| there);
        while let Some(one) = next {
            if path.contains(&one) {
                let message = format!("The space “{}” would be inside itself. Choose another parent", space.key);
                found.note(at.entry("parent"), message);
                break;
            }
            path.push(one);
            if path.len() > DEEPEST {
                let message = format!("The space “{}” would be more than {DEEPEST} deep. Choose a parent that is less deep", space.key);
                found.note(at.entry("parent"), message);
                break;
            }
            next = parents.get(one).copied().flatten();
        }
    }
    found.finish()
}

/// Everything wrong with a list of roles.
pub fn lint_roles(roles: &[RoleDefinition]) -> Vec<AuthoringProblem> {
    let called = |role: &RoleDefinition| format!("The role “{}”", role.key);
    lint_list(roles, |role| &role.key, ("key", called), lint_role)
}

/// Everything wrong with one role.
pub fn lint_role(role: &RoleDefinition) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "role", &role.key);
    if ROLES.iter().any(|(key, _, _)| *key == role.key) {
        found.note(at.entry("key"), format!("“{}” is one of the roles that are always there. Choose another key", role.key));
    }
    found.check_text(at.entry("name"), &format!("The name of the role “{}”", role.key), &role.name, 1..=LONGEST_NAME);
    for (place, name) in role.permissions.iter().enumerate() {
        if !PERMISSIONS.iter().any(|(_, known)| known == name) {
            let names: Vec<&str> = PERMISSIONS.iter().map(|(_, known)| *known).collect();
            let message = format!("The permission “{name}” does not exist. Use {}", names.join(", "));
            found.note(at.entry("permissions").place(place), message);
        }
    }
    if let Some(message) = problem_of_role(role.allowed()) {
        found.note(at.entry("permissions"), message);
    }
    found.finish()
}

/// Everything wrong with a list of grants.
pub fn lint_grants(grants: &[GrantDefinition], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let mut found = ProblemList::default();
    for (place, grant) in grants.iter().enumerate() {
        let at = ValuePath::root().place(place);
        if grants.iter().take(place).any(|other| other == grant) {
            found.note(at.clone(), format!("{} is listed twice. Keep one entry", grant.words()));
        }
        found.add_within(&at, lint_grant(grant, known));
    }
    found.finish()
}

fn lint_grant(grant: &GrantDefinition, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    match (&grant.person, &grant.group) {
        (Some(email), None) => found.check_person(at.entry("person"), email, known),
        (None, Some(group)) => found.check_defined(at.entry("group"), "group", group, known.groups.contains(group.as_str())),
        _ => found.note(at.clone(), "A grant is to one person or one group. Write person: or group:"),
    }
    found.check_role(at.entry("role"), &grant.role, "", known);
    match (&grant.space, &grant.item) {
        (Some(space), None) => found.check_defined(at.entry("space"), "space", space, known.spaces.contains(space.as_str())),
        (None, Some(item)) => found.check_defined(at.entry("item"), "item", item, known.items.contains_key(item.as_str())),
        (None, None) => {}
        (Some(_), Some(_)) => found.note(at.entry("item"), "A grant is over one space or one item. Write space: or item:"),
    }
    if let (Some(from), Some(until)) = (grant.from, grant.until)
        && until <= from
    {
        found.note(at.entry("until"), "A grant ends after it begins. Write a later moment");
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tests::{assert_rule, known, told};
    use chrono::DateTime;

    fn space(key: &str, parent: Option<&str>) -> SpaceDefinition {
        SpaceDefinition { key: key.to_owned(), name: "Main".to_owned(), parent: parent.map(str::to_owned), contact: String::new() }
    }

    #[test]
    fn spaces_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong: Vec<SpaceDefinition>, told_as: &str, right: Vec<SpaceDefinition>| {
            let lint = |spaces: &Vec<SpaceDefinition>| {
                let parents = spaces.iter().map(|one| (one.key.as_str(), one.parent.as_deref())).collect();
                lint_spaces(spaces, &parents)
            };
            assert_rule(lint, wrong, told_as, right);
        };
        rule(vec![space("Main", None)], "[0].key: The space key “Main” must be", vec![space("main", None)]);
        rule(
            vec![space("lab", Some("main"))],
            "[0].parent: No space has the key “main”",
            vec![space("lab", Some("main")), space("main", None)],
        );
        rule(
            vec![space("main", None), space("main", None)],
            "[1].key: The space “main” is listed twice",
            vec![space("main", None), space("lab", None)],
        );
        rule(vec![space("a", Some("a"))], "[0].parent: The space “a” would be inside itself", vec![space("a", None)]);
        let nameless = SpaceDefinition { name: " ".to_owned(), ..space("a", None) };
        rule(vec![nameless], "[0].name: The name of the space “a” must have 1 to 120 characters", vec![space("a", None)]);
        let chain = |length: usize| -> Vec<SpaceDefinition> {
            let names: Vec<String> = (0..length).map(|n| format!("s{n}")).collect();
            names.iter().enumerate().map(|(n, key)| space(key, n.checked_sub(1).map(|up| names[up].as_str()))).collect()
        };
        rule(chain(DEEPEST + 1), "[8].parent: The space “s8” would be more than 8 deep", chain(DEEPEST));
    }

    #[test]
    fn two_spaces_inside_each_other_are_both_told() {
        let spaces = [space("a", Some("b")), space("b", Some("a"))];
        let parents = [("a", Some("b")), ("b", Some("a"))].into();
        assert_eq!(told(lint_spaces(&spaces, &parents)).len(), 2);
    }

    #[test]
    fn roles_in_order_pass_and_their_nearest_neighbours_do_not() {
        let role = |key: &str, permissions: &[&str]| RoleDefinition {
            key: key.to_owned(),
            name: "Night desk".to_owned(),
            permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
        };
        let rule = |wrong, told_as, right| assert_rule(lint_role, wrong, told_as, right);
        rule(role("admin", &["work"]), "key: “admin” is one of the roles", role("night-desk", &["work"]));
        rule(role("n", &["fly", "work"]), "permissions[0]: The permission “fly” does not exist. Use request,", role("n", &["request"]));
        rule(role("n", &["decide_as_fallback"]), "permissions: Deciding where nobody who was asked can", role("n", &["supervise"]));
    }

    #[test]
    fn grants_in_order_pass_and_their_nearest_neighbours_do_not() {
        let grant = || GrantDefinition {
            person: Some("ruth@north.example".to_owned()),
            group: None,
            role: "maintainer".to_owned(),
            space: Some("main".to_owned()),
            item: None,
            from: None,
            until: None,
        };
        let some = |text: &str| Some(text.to_owned());
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0);
        let rule = |wrong: GrantDefinition, told_as: &str, right: GrantDefinition| {
            assert_rule(|grant| lint_grant(grant, &known()), wrong, told_as, right);
        };
        rule(GrantDefinition { person: None, ..grant() }, ": A grant is to one person or one group", grant());
        rule(GrantDefinition { group: some("finance"), ..grant() }, ": A grant is to one person or one group", {
            GrantDefinition { person: None, group: some("finance"), ..grant() }
        });
        rule(GrantDefinition { role: "boss".to_owned(), ..grant() }, "role: The role “boss” does not exist", {
            GrantDefinition { role: "night-desk".to_owned(), ..grant() }
        });
        rule(GrantDefinition { space: some("moon"), ..grant() }, "space: No space has the key “moon”", grant());
        rule(GrantDefinition { item: some("badge"), ..grant() }, "item: A grant is over one space or one item", {
            GrantDefinition { space: None, item: some("badge"), ..grant() }
        });
        rule(GrantDefinition { from: at(9), until: at(9), ..grant() }, "until: A grant ends after it begins", {
            GrantDefinition { from: at(8), until: at(9), ..grant() }
        });
        assert_eq!(told(lint_grants(&[grant(), grant()], &known())).len(), 1);
    }
}
