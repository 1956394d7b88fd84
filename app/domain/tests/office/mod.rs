//! A small office to try the rules in: a requester who is also in the approving group and an administrator, and everybody else.

#![allow(dead_code, reason = "each test file uses its part")]

use chrono::{DateTime, Duration, Utc};
use domain::approvals::delegation::{DeputyRight, OwnAuthority};
use domain::approvals::{FrozenRule, RuleTarget};
use domain::id::{GroupId, PersonId};
use domain::people::{Facts, GroupRef, Membership, PersonRef};
use uuid::Uuid;

/// 12 March 2026, 09:00, and some minutes.
pub fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_306_000, 0).expect("a time") + Duration::minutes(minutes)
}

pub fn person(n: u128, name: &str) -> PersonRef {
    PersonRef { id: PersonId(Uuid::from_u128(n)), name: name.to_owned(), title: String::new() }
}

pub fn group() -> GroupRef {
    GroupRef { id: GroupId(Uuid::from_u128(100)), key: "web-owners".to_owned(), name: "Web platform owners".to_owned() }
}

fn facts(n: u128, name: &str, roles: &[&str], in_group: Option<&[&str]>) -> Facts {
    let texts = |of: &[&str]| of.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Facts {
        person: person(n, name),
        roles: texts(roles),
        memberships: in_group.map(|inside| Membership { group: group(), roles: texts(inside) }).into_iter().collect(),
        grants: Vec::new(),
        deputy_rights: Vec::new(),
        without: domain::organization::FeatureSet::default(),
    }
}

/// The requester: in the approving group, a lead there, and an administrator, so that every path to self approval is open but one.
pub fn requester() -> Facts {
    facts(1, "Jonas Weber", &["admin"], Some(&["it-forms-admin", "lead"]))
}

pub fn ruth() -> Facts {
    facts(2, "Ruth Abel", &["requester"], None)
}

pub fn samir() -> Facts {
    facts(3, "Samir Haddad", &["requester"], Some(&["lead"]))
}

pub fn mei() -> Facts {
    facts(4, "Mei Lin", &["requester"], Some(&[]))
}

pub fn admin() -> Facts {
    facts(5, "Anna Kovac", &["admin"], None)
}

pub fn operator() -> Facts {
    facts(6, "Omar Diaz", &["operator"], None)
}

pub fn stranger() -> Facts {
    facts(7, "Lena Vogt", &["requester"], None)
}

pub fn supervisor() -> Facts {
    facts(8, "Sofia Brandt", &["supervisor"], None)
}

pub fn checker() -> Facts {
    facts(9, "Quentin Park", &["qa_agent"], None)
}

/// The deputy, who decides for this person from minute `from` to minute `until`.
pub fn deputy(absent: &Facts, from: i64, until: i64) -> Facts {
    let authority = OwnAuthority { person: absent.person.clone(), roles: absent.roles.clone(), memberships: absent.memberships.clone() };
    let right = DeputyRight { absent: authority, from: at(from), until: at(until), items: Vec::new() };
    Facts { deputy_rights: vec![right], ..facts(10, "Dora Klein", &["requester"], None) }
}

/// Everybody above but the supervisor, the checker and the deputy, in that order.
pub fn everybody() -> Vec<Facts> {
    vec![requester(), ruth(), samir(), mei(), admin(), operator(), stranger()]
}

fn rule(key: &str, target: RuleTarget) -> FrozenRule {
    FrozenRule { key: key.to_owned(), label: key.to_owned(), words: key.to_owned(), target, also: Vec::new() }
}

/// "Ruth Abel".
pub fn by_ruth() -> FrozenRule {
    rule("ruth", RuleTarget::Person { id: ruth().person.id })
}

/// "anyone in Web platform owners".
pub fn by_group() -> FrozenRule {
    rule("owners", RuleTarget::Group { id: group().id })
}

/// "a lead of Web platform owners".
pub fn by_lead() -> FrozenRule {
    rule("leads", RuleTarget::GroupRole { id: group().id, role: "lead".to_owned() })
}

/// "any administrator".
pub fn by_admins() -> FrozenRule {
    rule("admins", RuleTarget::Administrators)
}

/// The requester, named by the policy.
pub fn by_requester() -> FrozenRule {
    rule("self", RuleTarget::Person { id: requester().person.id })
}
