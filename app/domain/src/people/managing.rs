//! The rules of looking after people: whom somebody manages, and that nobody gets further by it.

use super::lint::{LONGEST_EMPLOYEE_NUMBER, LONGEST_NAME};
use super::wire::SavePerson;
use super::{Facts, is_email, normal_email};
use crate::access::HeldScope;
use crate::id::SpaceId;
use crate::permission::{AccessPlace, PERMISSIONS, Permission};
use crate::refusal::Refusal;
use crate::text::{count_characters, tidy_code, tidy_line};

/// Characters of the longest phone number and the longest title.
const LONGEST_PHONE: usize = 40;
const LONGEST_TITLE: usize = 200;

/// Where somebody stands who belongs to this space, or to none.
pub fn place_of(space: Option<SpaceId>) -> AccessPlace {
    AccessPlace { item: None, space }
}

/// Whether somebody looks after people who belong to this space, or to none.
pub fn manages(maker: &Facts, space: Option<SpaceId>) -> bool {
    maker.may(Permission::ManagePeople.over(place_of(space)))
}

/// Whether somebody may change a person: an e-mail address, a password or an end of theirs gives or takes all that they hold, so whoever
/// changes it has to hold that too. What everybody has does not count.
///
/// # Errors
/// Not found for whoever does not look after them; not now when they hold more than whoever changes them.
pub fn check_managed(maker: &Facts, of: &Facts, space: Option<SpaceId>) -> Result<(), Refusal> {
    if !manages(maker, space) {
        return Err(Refusal::NotFound);
    }
    if maker.person.id == of.person.id || holds_all(maker, of) {
        return Ok(());
    }
    Err(Refusal::not_now(format!("{} holds more than you do. Ask an administrator who holds as much.", of.person.name)))
}

/// A person as somebody typed them, without what came along with a paste.
pub fn tidy_person(person: SavePerson) -> SavePerson {
    let line = |text: &str| tidy_line(text).into_owned();
    SavePerson {
        name: line(&person.name),
        email: normal_email(&person.email),
        phone: tidy_code(&person.phone).into_owned(),
        employee_number: tidy_code(&person.employee_number).into_owned(),
        title: line(&person.title),
        ..person
    }
}

/// Whether everything said of a person can be taken, each by itself.
///
/// # Errors
/// Input, with the field that cannot.
pub fn check_person(person: &SavePerson) -> Result<(), Refusal> {
    let plain = |text: &str, most: usize| count_characters(text) <= most && !text.contains(char::is_control);
    let checks = [
        ("name", !person.name.is_empty() && plain(&person.name, LONGEST_NAME), "Enter a name of up to 200 characters"),
        ("email", is_email(&person.email), "Write the whole e-mail address, like ruth.abel@example.org"),
        ("phone", plain(&person.phone, LONGEST_PHONE), "Enter a phone number of up to 40 characters, or leave it empty"),
        (
            "employee_number",
            plain(&person.employee_number, LONGEST_EMPLOYEE_NUMBER),
            "Enter an employee number of up to 40 characters, or leave it empty",
        ),
        ("title", plain(&person.title, LONGEST_TITLE), "Enter a title of up to 200 characters, or leave it empty"),
        ("manager", person.id.is_none() || person.manager != person.id, "Nobody is their own manager. Choose somebody else"),
    ];
    match checks.into_iter().find(|(_, right, _)| !right) {
        Some((field, _, message)) => Err(Refusal::input(field, message)),
        None => Ok(()),
    }
}

/// Whether somebody holds, wherever the other one does, all that the other one holds.
fn holds_all(maker: &Facts, of: &Facts) -> bool {
    let counted = PERMISSIONS.iter().map(|(permission, _)| *permission).filter(|permission| *permission != Permission::Request);
    counted.into_iter().all(|permission| {
        let everywhere = of.may(permission);
        let parts = of.grants.iter().filter(|grant| grant.permissions.holds(permission)).all(|grant| match &grant.over {
            HeldScope::Organization => maker.may(permission),
            HeldScope::Spaces(spaces) => spaces.iter().all(|space| maker.may(permission.over(place_of(Some(*space))))),
            HeldScope::Item(item) => maker.may(permission.over(AccessPlace { item: Some(*item), space: None })),
        });
        parts && (!everywhere || maker.may(permission))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::spaces::SpaceTree;
    use crate::access::{Grant, GrantScope, GrantSubject, hold_grants};
    use crate::id::{GrantId, PersonId};
    use crate::people::PersonRef;
    use chrono::DateTime;
    use uuid::Uuid;

    fn space(n: u128) -> SpaceId {
        SpaceId(Uuid::from_u128(n))
    }

    /// 1 holds 2; 3 stands beside.
    fn facts(n: u128, roles: &[&str], grants: &[(&str, u128)]) -> Facts {
        let tree = SpaceTree::of([(space(1), None), (space(2), Some(space(1))), (space(3), None)]);
        let person = PersonRef { id: PersonId(Uuid::from_u128(n)), name: "Mei".to_owned(), title: String::new() };
        let grant = |(role, over): &(&str, u128)| Grant {
            id: GrantId(Uuid::nil()),
            subject: GrantSubject::Person(person.id),
            role: (*role).to_owned(),
            scope: GrantScope::Space(space(*over)),
            starts_at: None,
            ends_at: None,
        };
        let grants: Vec<Grant> = grants.iter().map(grant).collect();
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let held = hold_grants(&roles, &grants, &[], &tree, DateTime::UNIX_EPOCH);
        Facts {
            person,
            roles: held.everywhere,
            memberships: Vec::new(),
            grants: held.grants,
            deputy_rights: Vec::new(),
            without: crate::organization::FeatureSet::default(),
        }
    }

    #[test]
    fn people_of_a_space_are_managed_from_there_and_from_above() {
        let (wide, narrow) = (facts(1, &["admin"], &[]), facts(2, &["requester"], &[("space_admin", 1)]));
        for (of, expected) in [(None, false), (Some(1), true), (Some(2), true), (Some(3), false)] {
            assert_eq!((manages(&narrow, of.map(space)), manages(&wide, of.map(space))), (expected, true), "{of:?}");
        }
        assert!(!manages(&facts(3, &["supervisor"], &[("supervisor", 1)]), Some(space(1))));
    }

    #[test]
    fn what_is_said_of_a_person_is_taken_or_told_by_its_field() {
        let person = |change: fn(&mut SavePerson)| {
            let mut person = SavePerson { name: " Ruth Abel ".to_owned(), email: " Ruth@X.example".to_owned(), ..SavePerson::default() };
            change(&mut person);
            tidy_person(person)
        };
        assert_eq!(check_person(&person(|_| {})), Ok(()));
        assert_eq!((person(|_| {}).name.as_str(), person(|_| {}).email.as_str()), ("Ruth Abel", "ruth@x.example"));
        let wrong: [(&str, fn(&mut SavePerson)); 6] = [
            ("name", |person| person.name = "x".repeat(201)),
            ("email", |person| person.email = "ruth@".to_owned()),
            ("phone", |person| person.phone = "1".repeat(41)),
            ("employee_number", |person| person.employee_number = "1".repeat(41)),
            ("title", |person| person.title = "x".repeat(201)),
            ("manager", |person| (person.id, person.manager) = (Some(PersonId(Uuid::nil())), Some(PersonId(Uuid::nil())))),
        ];
        for (field, change) in wrong {
            assert!(matches!(check_person(&person(change)), Err(Refusal::Input { path, .. }) if path == field), "{field}");
        }
    }

    #[test]
    fn nobody_changes_who_holds_more() {
        let narrow = facts(2, &["requester"], &[("space_admin", 1)]);
        let check = |of: &Facts| check_managed(&narrow, of, Some(space(2)));
        assert_eq!(check(&facts(5, &["requester"], &[])), Ok(()));
        assert_eq!(check(&facts(5, &["requester"], &[("maintainer", 2)])), Ok(()));
        assert_eq!(check(&facts(5, &["requester"], &[("space_admin", 1)])), Ok(()));
        for more in [facts(5, &["admin"], &[]), facts(5, &["reviewer"], &[]), facts(5, &[], &[("maintainer", 3)])] {
            assert!(matches!(check(&more), Err(Refusal::NotNow { .. })), "{more:?}");
        }
        assert_eq!(check_managed(&narrow, &facts(5, &[], &[]), Some(space(3))), Err(Refusal::NotFound));
        assert_eq!(check_managed(&facts(1, &["admin"], &[]), &facts(5, &["admin"], &[("space_admin", 3)]), None), Ok(()));
    }
}
