//! Whom the rules of a policy find, and what is said when they find nobody.

use super::*;
use crate::approvals::StageRequirement;
use crate::forms::tests::{answers, form};
use uuid::Uuid;

fn person(n: u128, name: &str) -> PersonRef {
    PersonRef { id: Uuid::from_u128(n).into(), name: name.to_owned(), title: String::new() }
}

const BOSS: &str = r#"{"id": "00000000-0000-0000-0000-000000000004", "name": "Mei Lin"}"#;

fn directory() -> PolicyDirectory {
    let group = |n, key: &str, name: &str| GroupRef { id: Uuid::from_u128(n).into(), key: key.to_owned(), name: name.to_owned() };
    PolicyDirectory {
        people: [("ruth@north.example".to_owned(), person(2, "Ruth Abel"))].into(),
        groups: [("owners".to_owned(), group(100, "owners", "Owners")), ("desk".to_owned(), group(101, "desk", "Service desk"))].into(),
        picked: [(person(4, "").id, person(4, "Mei Lin"))].into(),
        manager: Some(person(3, "Samir Haddad")),
        nobody: BTreeSet::new(),
    }
}

fn purchase() -> Form {
    form(
        "key: purchase
title: Purchase
sections:
  - key: what
    title: What
    fields:
      - {key: amount, label: Amount, type: decimal}
      - {key: kind, label: Kind, type: select, options: [{value: loan, label: Loan}, {value: gift, label: Gift}], default: gift}
      - {key: boss, label: Boss, type: user_picker, when: {field: kind, equals: loan}}
",
    )
}

/// What a policy comes to for these answers.
fn by(policy: &str, given: &str, team: Option<&str>, directory: &PolicyDirectory) -> RouteDescription {
    let policy: ApprovalPolicy = yaml_serde::from_str(policy).unwrap();
    let (form, answers) = (purchase(), answers(given));
    let requester = person(1, "Jonas Weber");
    let asked = RouteQuestion { policy: Some(&policy), approver_team: team, requester: &requester, form: &form, answers: &answers };
    describe(&asked, directory)
}

fn who(route: &RouteDescription) -> Vec<String> {
    let words = |stage: &FrozenStage| stage.rules.iter().map(|rule| rule.words.clone()).collect::<Vec<_>>().join(" + ");
    route.approval.stages.iter().map(words).collect()
}

const MONEY: &str = "rules:
  - {key: lead, label: Team lead, manager: true}
  - {key: finance, label: Finance, person: ruth@north.example, when: {field: amount, at_least: 500}}
";

#[test]
fn a_rule_is_asked_where_its_condition_holds_and_says_so() {
    let over = by(MONEY, r#"{"amount": "500.00"}"#, None, &directory());
    assert_eq!(who(&over), ["Samir Haddad + Ruth Abel"]);
    assert_eq!(over.because["finance"], "Because amount is at least 500. When amount is less than 500, finance is not needed.");
    assert!(over.skipped.is_empty() && !over.because.contains_key("lead"));
    let under = by(MONEY, r#"{"amount": "499.99"}"#, None, &directory());
    assert_eq!(who(&under), ["Samir Haddad"]);
    let expected = RouteSkipped {
        label: "Finance".to_owned(),
        words: "Finance is not needed. It would be when amount is at least 500.".to_owned(),
        fields: vec!["amount".to_owned()],
    };
    assert_eq!(under.skipped, [expected]);
}

#[test]
fn stages_and_policies_can_be_left_out_as_a_whole() {
    let policy = "stages:
  - {key: lead, rules: [{key: a, label: Lead, manager: true}]}
  - {key: money, label: Money, when: {field: amount, more_than: 100}, rules: [{key: b, label: Finance, group: owners}]}
  - {key: loans, label: Loans, rules: [{key: c, label: Lender, group: desk, role: lead, when: {field: kind, equals: loan}}]}
";
    let small = by(policy, r#"{"amount": "100"}"#, None, &directory());
    assert_eq!(who(&small), ["Samir Haddad"]);
    let labels: Vec<_> = small.skipped.iter().map(|skipped| skipped.label.as_str()).collect();
    assert_eq!(labels, ["Money", "Lender"]);
    let loan = by(policy, r#"{"amount": "101", "kind": "loan"}"#, None, &directory());
    assert_eq!(who(&loan), ["Samir Haddad", "anyone in Owners", "a lead of Service desk"]);
    assert_eq!(loan.because["b"], "Because amount is more than 100. When amount is at most 100, finance is not needed.");

    let whole = "when: {field: kind, equals: loan}\nrules: [{key: a, label: Lead, manager: true}]";
    let gift = by(whole, "{}", None, &directory());
    assert_eq!(who(&gift), [""; 0]);
    assert_eq!(gift.skipped[0].words, "Approval is not needed. It would be when kind is Loan.");
}

#[test]
fn whoever_is_missing_is_replaced_by_the_administrators() {
    let policy = "rules:
  - {key: a, label: A, person: gone@north.example}
  - {key: b, label: B, group: gone}
  - {key: c, label: C, manager: true}
  - {key: d, label: D, answer: boss}
  - {key: e, label: E, team: true}
";
    let nobody = by(policy, "{}", Some("gone"), &PolicyDirectory::default());
    let rules = &nobody.approval.stages[0].rules;
    assert!(rules.iter().all(|rule| rule.target == RuleTarget::Administrators && rule.words.starts_with("any administrator")), "{rules:?}");
    let loan = format!(r#"{{"kind": "loan", "boss": {BOSS}}}"#);
    let all = by(policy, &loan, Some("desk"), &directory());
    let words: Vec<_> = all.approval.rules().skip(2).map(|rule| rule.words.as_str()).collect();
    assert_eq!(words, ["Samir Haddad", "Mei Lin", "anyone in Service desk, or an administrator"]);
    assert_eq!(all.approval.stages[0].rules[4].also, [RuleTarget::Administrators]);
}

#[test]
fn a_group_without_anybody_is_joined_by_the_administrators() {
    let mut empty = directory();
    let target = RuleTarget::Group { id: empty.groups["owners"].id };
    empty.nobody.insert(target.clone());
    let policy = "stages:
  - {key: one, rules: [{key: a, label: A, group: owners}, {key: b, label: B, group: desk}]}
  - {key: two, rules: [{key: c, label: C, group: owners}, {key: d, label: D, administrators: true}]}
";
    let route = by(policy, "{}", None, &empty);
    let words = "anyone in Owners, or any administrator, as nobody there can decide now";
    assert_eq!(who(&route), [format!("{words} + anyone in Service desk"), format!("{words} + any administrator")]);
    let rule = &route.approval.stages[0].rules[0];
    assert_eq!(
        (&rule.target, rule.also.as_slice()),
        (&target, [RuleTarget::Administrators].as_slice()),
        "whoever joins the group decides too"
    );
    assert_eq!(route.fell_back, ["a", "c"]);
}

#[test]
fn what_fell_back_is_told_from_what_administrators_were_meant_to_decide() {
    let mut own = directory();
    own.manager = Some(person(1, "Jonas Weber"));
    let policy = "rules:
  - {key: a, label: A, person: gone@north.example}
  - {key: b, label: B, manager: true}
  - {key: c, label: C, answer: boss}
  - {key: d, label: D, administrators: true}
  - {key: e, label: E, team: true}
  - {key: f, label: F, person: ruth@north.example}
";
    assert_eq!(by(policy, "{}", Some("desk"), &own).fell_back, ["a", "b", "c"]);
    assert_eq!(by("{}", "{}", None, &own).fell_back, [""; 0]);
}

#[test]
fn an_answer_that_is_not_asked_any_more_names_nobody() {
    let hidden = format!(r#"{{"kind": "gift", "boss": {BOSS}}}"#);
    let route = by("rules: [{key: d, label: D, answer: boss}]", &hidden, None, &directory());
    assert_eq!(who(&route), ["any administrator, as the request names nobody"]);
}

#[test]
fn a_policy_that_names_nobody_falls_to_the_team_or_the_administrators() {
    assert_eq!(who(&by("{}", "{}", None, &directory())), ["any administrator"]);
    assert_eq!(by("{}", "{}", None, &directory()).approval.stages[0].rules[0], machine::fallback());
    let team = by("{}", "{}", Some("desk"), &directory());
    assert_eq!(who(&team), ["anyone in Service desk, or an administrator"]);
    let two = by("stages: [{key: a}, {key: b}]", "{}", None, &directory());
    let keys: Vec<_> = two.approval.rules().map(|rule| rule.key.as_str()).collect();
    assert_eq!(keys, ["a-administrators", "b-administrators"], "decisions name rules: their keys differ");
}

#[test]
fn the_requester_is_named_only_where_self_approval_is_allowed() {
    let mut own = directory();
    own.manager = Some(person(1, "Jonas Weber"));
    own.people.insert("me@north.example".to_owned(), person(1, "Jonas Weber"));
    let policy = "require: any
rules: [{key: c, label: C, manager: true}]
deadline: {hours: 8, escalate_to: me@north.example}
";
    let strict = by(policy, "{}", None, &own);
    let stage = &strict.approval.stages[0];
    assert_eq!(stage.rules[0].target, RuleTarget::Administrators);
    assert_eq!(stage.deadline.as_ref().unwrap().escalation.as_ref().unwrap().target, RuleTarget::Administrators);
    let open = by(&format!("self_approval: true\n{policy}"), "{}", None, &own);
    let stage = &open.approval.stages[0];
    assert_eq!((stage.rules[0].words.as_str(), stage.require), ("Jonas Weber", StageRequirement::Any));
    assert_eq!(stage.deadline.as_ref().unwrap().escalation.as_ref().unwrap().words, "Jonas Weber");
    assert!(open.approval.self_approval && !strict.approval.self_approval);
}

#[test]
fn opposites_are_said_as_people_say_them() {
    let said = |yaml: &str| opposite(&yaml_serde::from_str(yaml).unwrap()).words(&purchase());
    assert_eq!(said("{field: amount, at_most: 5}"), "amount is more than 5");
    assert_eq!(said("{not: {field: kind, equals: loan}}"), "kind is Loan");
    assert_eq!(said("{all: [{field: amount, more_than: 5}, {field: kind, equals: loan}]}"), "amount is at most 5 or kind is not Loan");
    assert_eq!(said("{any: [{field: amount, less_than: 5}, {field: kind, equals: loan}]}"), "amount is at least 5 and kind is not Loan");
}

#[test]
fn what_a_policy_speaks_of_is_looked_up() {
    let policy: ApprovalPolicy = yaml_serde::from_str(
        "rules:
  - {key: a, label: A, person: a@north.example}
  - {key: b, label: B, group: owners}
  - {key: c, label: C, answer: boss}
deadline: {hours: 1, escalate_to: b@north.example}
",
    )
    .unwrap();
    assert_eq!((policy.emails(), policy.groups()), (vec!["a@north.example", "b@north.example"], vec!["owners"]));
    assert_eq!(policy.picked(&answers(&format!(r#"{{"boss": {BOSS}}}"#))), [person(4, "").id]);
    assert_eq!((policy.picked(&answers(r#"{"boss": "Mei"}"#)), policy.asks_manager()), (vec![], false));
}
