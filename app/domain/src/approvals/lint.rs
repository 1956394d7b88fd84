//! What keeps a policy from being published: whatever would silently leave an approval out, or leave a requester waiting for nobody.
//!
//! Whom a rule may name (people, groups) is not judged here: that takes the organization.

use super::authoring::ONLY_STAGE;
use super::{Deadline, Policy, Rule, Verdict};
use crate::forms::lint::conditions;
use crate::forms::{Condition, Form};

/// The longest deadline and the latest of what happens before it, in hours: a year.
const LONGEST_DEADLINE: u32 = 366 * 24;

/// Something wrong, and where: the keys of a stage and a rule, empty for the policy itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblem {
    pub stage: String,
    pub rule: String,
    /// What is written wrong there: `when`, `answer`, `deadline`, `rules`.
    pub entry: &'static str,
    /// A sentence that says what would be right.
    pub message: String,
}

fn problem(stage: &str, rule: &str, entry: &'static str, message: String) -> PolicyProblem {
    PolicyProblem { stage: stage.to_owned(), rule: rule.to_owned(), entry, message }
}

/// Everything wrong with a policy over the answers of this form, as authored.
pub fn lint(policy: &Policy, form: &Form) -> Vec<PolicyProblem> {
    let mut found = Vec::new();
    let mut judge = |stage: &str, rule: &str, held: &[&Condition], place: &str| {
        found.extend(conditions(form, held, place).into_iter().map(|message| problem(stage, rule, "when", message)));
    };
    let whole: Vec<&Condition> = policy.when.iter().collect();
    judge("", "", &whole, "the approval");
    for stage in &policy.stages {
        let mut in_stage = whole.clone();
        if let Some(when) = &stage.when {
            in_stage.push(when);
            judge(&stage.key, "", &in_stage, &format!("stage “{}”", stage.key));
        }
        for rule in &stage.rules {
            if let Some(when) = &rule.when {
                let held: Vec<&Condition> = in_stage.iter().copied().chain([when]).collect();
                judge(&stage.key, &rule.key, &held, &format!("rule “{}”", rule.key));
            }
        }
    }
    for stage in &policy.stages {
        if stage.rules.is_empty() {
            let name = if stage.key == ONLY_STAGE { "The approval".to_owned() } else { format!("The stage “{}”", stage.key) };
            found.push(problem(&stage.key, "", "rules", format!("{name} has no rules. Add one, or take the stage out")));
        }
        for rule in &stage.rules {
            found.extend(one_rule(rule, form).into_iter().map(|(entry, message)| problem(&stage.key, &rule.key, entry, message)));
        }
        let wrong = stage.deadline.as_ref().map(one_deadline).unwrap_or_default();
        found.extend(wrong.into_iter().map(|message| problem(&stage.key, "", "deadline", message)));
    }
    found
}

fn one_rule(rule: &Rule, form: &Form) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if rule.names() != 1 {
        let ways = "person, group, manager, answer, team or administrators";
        found.push(("key", format!("The rule “{}” must say in exactly one way who decides: {ways}", rule.key)));
    }
    if let Some(role) = rule.role.as_ref().filter(|_| rule.group.is_none()) {
        found.push(("role", format!("The rule “{}” names the role “{role}” without a group. Add group:, or take the role out", rule.key)));
    }
    if let Some(key) = &rule.answer {
        let universal = form.sections.iter().flat_map(|section| &section.fields);
        let of_groups = form.sections.iter().flat_map(|section| section.variants.iter().flat_map(|variant| &variant.fields));
        let mut fields = universal.chain(of_groups).filter(|field| field.key == *key).peekable();
        let wrong = if fields.peek().is_none() {
            Some(format!(
                "The rule “{}” asks the person named in “{key}”, which is not a field of the form. Choose one that exists",
                rule.key
            ))
        } else if !fields.any(|field| field.kind == "user_picker") {
            Some(format!(
                "The rule “{}” asks the person named in “{key}”, which names nobody. Choose a field of type user_picker",
                rule.key
            ))
        } else {
            None
        };
        found.extend(wrong.map(|message| ("answer", message)));
    }
    found
}

fn one_deadline(deadline: &Deadline) -> Vec<String> {
    let mut found = Vec::new();
    let Deadline { hours, remind, escalate_to, escalate_after, then } = deadline;
    if *hours == 0 || *hours > LONGEST_DEADLINE {
        found.push(format!("A deadline must be 1 to {LONGEST_DEADLINE} hours away, a year at most. It is {hours}"));
    }
    // Docket decides at the deadline: whatever should happen before has to.
    let last = if then.is_some() { hours.saturating_sub(1) } else { LONGEST_DEADLINE };
    let before = if then.is_some() { format!("before Docket decides after {hours} hours") } else { "within a year".to_owned() };
    if let Some(wrong) = remind.iter().find(|after| **after == 0 || **after > last) {
        found.push(format!("A reminder after {wrong} hours makes no sense. Remind after 1 hour or more, {before}"));
    }
    if remind.iter().enumerate().any(|(place, after)| remind[..place].contains(after)) {
        found.push("Two reminders are at the same hour. Keep one".to_owned());
    }
    match (escalate_to, escalate_after.or(escalate_to.as_ref().map(|_| *hours))) {
        (None, Some(after)) => found.push(format!("escalate_after: {after} says nobody to ask. Add escalate_to:, or take it out")),
        (Some(to), Some(after)) if after == 0 || after > last => {
            found.push(format!("Asking {to} as well after {after} hours makes no sense. Set escalate_after: to 1 or more, {before}"));
        }
        _ => {}
    }
    if *then == Some(Verdict::AskForChanges) {
        found.push("then: must be approve or reject, as nobody is there to answer a question of Docket's".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::tests::form;

    fn purchase() -> Form {
        form(
            "key: purchase
title: Purchase
sections:
  - key: what
    title: What
    fields:
      - { key: amount, label: Amount, type: decimal }
      - { key: kind, label: Kind, type: select, options: [{ value: laptop, label: Laptop }, { value: desk, label: Desk }] }
    variants:
      - group: contractors
        fields:
          - { key: amount, label: Amount, type: decimal }
          - { key: sponsor, label: Sponsor, type: user_picker }
",
        )
    }

    /// Where and why the first problem is.
    fn first(policy: &str) -> (String, String, String) {
        let policy: Policy = yaml_serde::from_str(policy).unwrap();
        let found = lint(&policy, &purchase()).into_iter().next();
        found.map(|problem| (problem.stage, problem.rule, problem.message)).unwrap_or_default()
    }

    const RULES: &str = "rules: [{key: a, label: A, manager: true}]";

    #[test]
    fn a_misspelt_condition_never_leaves_an_approval_out_in_silence() {
        assert_eq!(first(&format!("{{when: {{field: amount, at_least: 500}}, {RULES}}}")), Default::default());
        let (stage, rule, message) = first(&format!("{{when: {{field: amuont, at_least: 500}}, {RULES}}}"));
        assert_eq!((stage.as_str(), rule.as_str()), ("", ""));
        assert_eq!(message, "The condition of the approval names the field “amuont”, which does not exist. Choose a field that exists");
        let (stage, _, message) = first(&format!("stages: [{{key: money, when: {{field: kind, equals: chair}}, {RULES}}}]"));
        assert_eq!(stage, "money");
        assert!(
            message.starts_with("The condition of stage “money” asks whether “kind” is \"chair\", which it does not offer"),
            "{message}"
        );
        let (_, rule, message) = first("rules: [{key: a, label: A, manager: true, when: {field: kind, at_least: 5}}]");
        assert_eq!(rule, "a");
        assert!(message.starts_with("The condition of rule “a” compares “kind”"), "{message}");
    }

    #[test]
    fn what_only_some_are_asked_may_be_spoken_of() {
        assert_eq!(first(&format!("{{when: {{field: sponsor, answered: true}}, {RULES}}}")), Default::default());
    }

    #[test]
    fn conditions_that_never_hold_together_are_told() {
        let policy =
            format!("{{when: {{field: kind, equals: desk}}, stages: [{{key: money, when: {{field: kind, equals: laptop}}, {RULES}}}]}}");
        let (stage, _, message) = first(&policy);
        assert_eq!(
            (stage.as_str(), message.as_str()),
            ("money", "Stage “money” is never needed: its condition never holds. Change the condition")
        );
    }

    #[test]
    fn a_rule_says_in_one_way_who_decides() {
        for (rule, entry) in [
            ("", "key"),
            ("person: ruth@north.example, manager: true", "key"),
            ("person: ruth@north.example, role: lead", "role"),
            ("manager: true, role: lead", "role"),
            ("answer: boss", "answer"),
            ("answer: amount", "answer"),
        ] {
            let policy: Policy = yaml_serde::from_str(&format!("rules: [{{key: a, label: A, {rule}}}]")).unwrap();
            let entries: Vec<_> = lint(&policy, &purchase()).into_iter().map(|problem| problem.entry).collect();
            assert_eq!(entries, [entry], "{rule}");
        }
        assert_eq!(first("rules: [{key: a, label: A, answer: sponsor}]"), Default::default());
        assert!(first("require: any").2.starts_with("The approval has no rules"));
        assert!(first("stages: [{key: money}]").2.starts_with("The stage “money” has no rules"));
        assert_eq!(first("{}"), Default::default());
    }

    #[test]
    fn what_a_deadline_brings_comes_before_its_outcome() {
        let told = |deadline: &str| first(&format!("{{deadline: {{{deadline}}}, {RULES}}}")).2;
        for right in [
            "hours: 72, remind: [24, 48], escalate_to: ruth@north.example, escalate_after: 60, then: reject",
            "hours: 24, remind: [24, 48], escalate_to: ruth@north.example",
        ] {
            assert_eq!(told(right), "", "{right}");
        }
        for (wrong, words) in [
            ("hours: 0", "A deadline must be"),
            ("hours: 24, remind: [0]", "A reminder after 0 hours"),
            ("hours: 24, remind: [24], then: approve", "A reminder after 24 hours"),
            ("hours: 24, remind: [4, 4]", "Two reminders"),
            ("hours: 24, escalate_after: 4", "escalate_after: 4 says nobody"),
            ("hours: 24, escalate_to: ruth@north.example, then: reject", "Asking ruth@north.example as well after 24 hours"),
            ("hours: 24, then: ask_for_changes", "then: must be approve or reject"),
        ] {
            assert!(told(wrong).starts_with(words), "{wrong}: {}", told(wrong));
        }
    }
}
