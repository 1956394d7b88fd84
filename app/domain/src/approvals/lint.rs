//! What keeps a policy from being published: whatever would silently leave an approval out, or leave a requester waiting for nobody.
//!
//! Whom a rule may name (people, groups) is not judged here: that takes the organization.

use super::Policy;
use crate::forms::{Condition, Form, lint::conditions};

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
        let policy: Policy = serde_yaml_ng::from_str(policy).unwrap();
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
            message.starts_with("The condition of stage “money” asks whether “kind” is \"chair\", which is no answer of it"),
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
}
