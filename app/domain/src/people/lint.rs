//! What people, groups and the organization itself may say.
//!
//! Not judged here: whether a `password_hash` is one, which takes the library that made it.

use super::definition::{GroupDefinition, OrganizationDefinition, PersonDefinition, is_email};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath, is_key, lint_list};
use crate::notices::lint::lint_notifications;
use crate::organization::lint::lint_settings;
use std::collections::BTreeSet;

/// Characters of the longest name of a person.
pub const LONGEST_NAME: usize = 200;
/// Characters of the longest number that an organization gives a person.
pub const LONGEST_EMPLOYEE_NUMBER: usize = 40;

/// Everything wrong with an organization.
pub fn lint_organization(organization: &OrganizationDefinition, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "organization", &organization.key);
    found.check_text(at.entry("name"), "The organization's name", &organization.name, 1..=crate::organization::lint::LONGEST_NAME);
    if let Some(zone) = &organization.time_zone {
        found.check_zone(at.entry("time_zone"), zone, "", known);
    }
    if let Some(notifications) = &organization.notifications {
        found.add_within(&at.entry("notifications"), lint_notifications(notifications, known));
    }
    if let Some(settings) = &organization.settings {
        found.add_within(&at.entry("settings"), lint_settings(settings));
    }
    found.finish()
}

/// Everything wrong with a list of people.
pub fn lint_people(people: &[PersonDefinition], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let called = |person: &PersonDefinition| person.email.clone();
    let mut found = lint_list(people, |person| &person.email, ("email", called), |person| lint_person(person, known));
    let mut numbers = BTreeSet::new();
    for (place, person) in people.iter().enumerate() {
        let number = person.employee_number.as_deref().filter(|number| !number.is_empty());
        if let Some(number) = number.filter(|number| !numbers.insert(*number)) {
            let path = ValuePath::root().place(place).entry("employee_number");
            found.push(AuthoringProblem { path, message: format!("The employee number {number} is listed twice. Keep one entry") });
        }
    }
    found
}

/// Everything wrong with one person.
pub fn lint_person(person: &PersonDefinition, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    let email = person.email.as_str();
    if !is_email(email) {
        found.note(at.entry("email"), format!("“{email}” is not an e-mail address. Write one like ruth.abel@example.org"));
    }
    for (place, role) in person.roles.iter().enumerate() {
        found.check_role(at.entry("roles").place(place), role, &format!(" of {email}"), known);
    }
    match person.manager.as_deref() {
        Some(manager) if manager == email => {
            let message = format!("{email} cannot be their own manager. Name somebody else, or leave manager: out");
            found.note(at.entry("manager"), message);
        }
        Some(manager) if !known.people.contains(manager) => {
            let message = format!("{manager}, the manager of {email}, is not a person of this organization. Correct the address");
            found.note(at.entry("manager"), message);
        }
        _ => {}
    }
    if let Some(space) = person.space.as_deref().filter(|space| !space.is_empty()) {
        found.check_defined(at.entry("space"), "space", space, known.spaces.contains(space));
    }
    if let Some(zone) = &person.time_zone {
        found.check_zone(at.entry("time_zone"), zone, &format!(" of {email}"), known);
    }
    found.check_text(at.entry("name"), &format!("The name of {email}"), &person.name, 1..=LONGEST_NAME);
    found.check_text(at.entry("title"), &format!("The title of {email}"), &person.title, 0..=200);
    found.check_text(at.entry("phone"), &format!("The phone number of {email}"), &person.phone, 0..=40);
    let number = person.employee_number.as_deref().unwrap_or_default();
    let words = format!("The employee number of {email}");
    found.check_text(at.entry("employee_number"), &words, number, 0..=LONGEST_EMPLOYEE_NUMBER);
    found.finish()
}

/// Everything wrong with a list of groups.
pub fn lint_groups(groups: &[GroupDefinition], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let called = |group: &GroupDefinition| format!("The group “{}”", group.key);
    lint_list(groups, |group| &group.key, ("key", called), |group| lint_group(group, known))
}

/// Everything wrong with one group.
pub fn lint_group(group: &GroupDefinition, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "group", &group.key);
    found.check_text(at.entry("name"), &format!("The name of the group “{}”", group.key), &group.name, 1..=120);
    let mut members = BTreeSet::new();
    for (place, member) in group.members.iter().enumerate() {
        let at = at.entry("members").place(place);
        found.check_person(at.entry("email"), &member.email, known);
        if !members.insert(&member.email) {
            found.note(at.entry("email"), format!("{} is in the group “{}” twice. Keep one entry", member.email, group.key));
        }
        for (place, role) in member.roles.iter().enumerate().filter(|(_, role)| !is_key(role)) {
            found.check_key(at.entry("roles").place(place), "role", role);
        }
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::super::definition::MemberDefinition;
    use super::*;
    use crate::lint::tests::{assert_rule, known, told};
    use crate::notices::NoticeDefaults;

    fn person() -> PersonDefinition {
        PersonDefinition {
            email: "ruth@north.example".to_owned(),
            name: "Ruth Abel".to_owned(),
            title: String::new(),
            roles: vec!["requester".to_owned()],
            phone: String::new(),
            employee_number: None,
            manager: None,
            time_zone: None,
            active: None,
            space: None,
            password_hash: None,
        }
    }

    fn group(members: &[(&str, &[&str])]) -> GroupDefinition {
        let member = |(email, roles): &(&str, &[&str])| MemberDefinition {
            email: (*email).to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        };
        GroupDefinition { key: "finance".to_owned(), name: "Finance".to_owned(), members: members.iter().map(member).collect() }
    }

    #[test]
    fn people_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong: PersonDefinition, told_as: &str, right: PersonDefinition| {
            assert_rule(|person| lint_person(person, &known()), wrong, told_as, right);
        };
        let text = |text: &str| text.to_owned();
        let (some, long) = (|text: &str| Some(text.to_owned()), |letters: usize| "é".repeat(letters));
        rule(
            PersonDefinition { email: text("ruth"), ..person() },
            "email: “ruth” is not an e-mail address",
            PersonDefinition { email: text("ruth@x.example"), ..person() },
        );
        rule(
            PersonDefinition { roles: vec![text("boss")], ..person() },
            "roles[0]: The role “boss” of ruth@north.example does not exist. Use central_admin, admin,",
            PersonDefinition { roles: vec![text("admin")], ..person() },
        );
        rule(
            PersonDefinition { manager: some("ruth@north.example"), ..person() },
            "manager: ruth@north.example cannot be their own manager",
            PersonDefinition { manager: some("hana@north.example"), ..person() },
        );
        rule(
            PersonDefinition { manager: some("rut@north.example"), ..person() },
            "manager: rut@north.example, the manager of ruth@north.example, is not a person",
            PersonDefinition { manager: None, ..person() },
        );
        rule(
            PersonDefinition { time_zone: some("Europe/Londn"), ..person() },
            "time_zone: The time zone “Europe/Londn” of ruth@north.example does not exist",
            PersonDefinition { time_zone: some("Europe/London"), ..person() },
        );
        rule(
            PersonDefinition { space: some("moon"), ..person() },
            "space: No space has the key “moon”",
            PersonDefinition { space: some("lab"), ..person() },
        );
        rule(
            PersonDefinition { name: text(" "), ..person() },
            "name: The name of ruth@north.example must have 1 to 200 characters",
            PersonDefinition { name: text("R"), ..person() },
        );
        rule(
            PersonDefinition { name: long(201), ..person() },
            "name: The name of ruth@north.example must have 1 to 200 characters",
            PersonDefinition { name: long(200), ..person() },
        );
        rule(
            PersonDefinition { title: long(201), ..person() },
            "title: The title of ruth@north.example must have at most 200 characters",
            PersonDefinition { title: long(200), ..person() },
        );
        rule(
            PersonDefinition { phone: long(41), ..person() },
            "phone: The phone number of ruth@north.example must have at most 40 characters",
            PersonDefinition { phone: long(40), ..person() },
        );
    }

    #[test]
    fn nobody_is_listed_twice() {
        let other = PersonDefinition { email: "hana@north.example".to_owned(), ..person() };
        let rule = |wrong, told_as, right| assert_rule(|people: &Vec<_>| lint_people(people, &known()), wrong, told_as, right);
        rule(
            vec![person(), other.clone(), person()],
            "[2].email: ruth@north.example is listed twice. Keep one entry",
            vec![person(), other.clone()],
        );
        let numbered = |person: PersonDefinition, number: &str| PersonDefinition { employee_number: Some(number.to_owned()), ..person };
        rule(
            vec![numbered(person(), "E-7"), numbered(other.clone(), "E-7")],
            "[1].employee_number: The employee number E-7 is listed twice. Keep one entry",
            vec![numbered(person(), "E-7"), numbered(other, "")],
        );
    }

    #[test]
    fn groups_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong: GroupDefinition, told_as: &str, right: GroupDefinition| {
            assert_rule(|group| lint_group(group, &known()), wrong, told_as, right);
        };
        rule(
            GroupDefinition { key: "Finance".to_owned(), ..group(&[]) },
            "key: The group key “Finance” must be 1 to 60 lower-case letters, digits, - or _, and begin",
            GroupDefinition { key: "finance-2".to_owned(), ..group(&[]) },
        );
        rule(
            GroupDefinition { name: "n".repeat(121), ..group(&[]) },
            "name: The name of the group “finance” must have 1 to 120 characters",
            GroupDefinition { name: "n".repeat(120), ..group(&[]) },
        );
        let (ruth, hana) = ("ruth@north.example", "hana@north.example");
        rule(group(&[("rut@north.example", &[])]), "members[0].email: rut@north.example is not a person of this", group(&[(ruth, &[])]));
        rule(group(&[(ruth, &[]), (ruth, &[])]), "members[1].email: ruth@north.example is in the group “finance” twice", {
            group(&[(ruth, &[]), (hana, &[])])
        });
        rule(
            group(&[(ruth, &["lead", "Lead"])]),
            "members[0].roles[1]: The role key “Lead” must be 1 to 60 lower-case letters",
            group(&[(ruth, &["lead"])]),
        );
        let twice = lint_groups(&[group(&[]), group(&[])], &known());
        assert_eq!(told(twice), ["[1].key: The group “finance” is listed twice. Keep one entry"]);
    }

    #[test]
    fn an_organization_in_order_passes_and_its_nearest_neighbours_do_not() {
        let organization = |key: &str, name: &str, zone: Option<&str>| OrganizationDefinition {
            key: key.to_owned(),
            name: name.to_owned(),
            time_zone: zone.map(str::to_owned),
            notifications: Some(NoticeDefaults::default()),
            settings: None,
        };
        let rule = |wrong: OrganizationDefinition, told_as: &str| {
            let right = organization("north", "North", Some("UTC"));
            assert_rule(|organization| lint_organization(organization, &known()), wrong, told_as, right);
        };
        rule(organization("-north", "North", None), "key: The organization key “-north” must be");
        rule(organization("north", "", None), "name: The organization's name must have 1 to 120 characters");
        rule(organization("north", "North", Some("utc")), "time_zone: The time zone “utc” does not exist");
    }
}
