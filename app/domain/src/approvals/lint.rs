//! What a policy may say: whatever would silently leave an approval out, or leave a requester waiting for nobody, is refused.

use super::authoring::ONLY_STAGE;
use super::{ApprovalPolicy, ApprovalRule, ApprovalStage, ApproverVerdict, StageDeadline, StageRequirement};
use crate::forms::lint::judge_condition;
use crate::forms::{AnswerCondition, Form};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath};
use crate::text::{count_characters, is_blank_text};
use std::collections::BTreeSet;

/// The longest deadline and the latest of what happens before it, in hours: a year.
const LONGEST_DEADLINE: u32 = 366 * 24;

/// Everything wrong with a policy, as authored. `form` is the one whose answers it speaks of, when there is one.
///
/// Paths lead through `stages`, also where a policy of one stage is written without.
pub fn lint_policy(policy: &ApprovalPolicy, form: Option<&Form>, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (root, mut found) = (ValuePath::root(), ProblemList::default());
    let mut keys = (BTreeSet::new(), BTreeSet::new());
    let whole: Vec<&AnswerCondition> = policy.when.iter().collect();
    judge_when(root.clone(), form, &whole, "the approval", &mut found);
    for (place, stage) in policy.stages.iter().enumerate() {
        let at = root.entry("stages").place(place);
        found.check_key(at.entry("key"), "stage", &stage.key);
        if !keys.0.insert(&stage.key) {
            found.note(at.entry("key"), format!("Two stages have the key “{}”. Rename one", stage.key));
        }
        let in_stage: Vec<&AnswerCondition> = whole.iter().copied().chain(&stage.when).collect();
        if stage.when.is_some() {
            judge_when(at.clone(), form, &in_stage, &format!("stage “{}”", stage.key), &mut found);
        }
        judge_number_of_rules(&at, stage, &mut found);
        for (place, rule) in stage.rules.iter().enumerate() {
            let at = at.entry("rules").place(place);
            if !keys.1.insert(&rule.key) {
                found.note(at.entry("key"), format!("Two rules have the key “{}”. Rename one", rule.key));
            }
            let held: Vec<&AnswerCondition> = in_stage.iter().copied().chain(&rule.when).collect();
            if rule.when.is_some() {
                judge_when(at.clone(), form, &held, &format!("rule “{}”", rule.key), &mut found);
            }
            found.add_within(&at, lint_rule(rule, form, known));
        }
        if let Some(deadline) = &stage.deadline {
            found.add_within(&at.entry("deadline"), lint_deadline(deadline, known));
        }
    }
    found.finish()
}

/// The last of the conditions that have to hold, which is written at `at`.
fn judge_when(at: ValuePath, form: Option<&Form>, held: &[&AnswerCondition], place: &str, found: &mut ProblemList) {
    for message in form.into_iter().flat_map(|form| judge_condition(form, held, place)) {
        found.note(at.entry("when"), message);
    }
}

fn judge_number_of_rules(at: &ValuePath, stage: &ApprovalStage, found: &mut ProblemList) {
    if stage.rules.is_empty() {
        let name = if stage.key == ONLY_STAGE { "The approval".to_owned() } else { format!("The stage “{}”", stage.key) };
        found.note(at.entry("rules"), format!("{name} has no rules. Add one, or take the stage out"));
    }
    if let StageRequirement::AtLeast(n) = stage.require
        && n as usize > stage.rules.len().max(1)
    {
        found.note(at.entry("at_least"), format!("A stage asks for {n} of {} rules. Lower at_least: or add rules", stage.rules.len()));
    }
}

/// Everything wrong with a rule, but for its condition. `form` is the one whose answers it may name, when there is one.
pub fn lint_rule(rule: &ApprovalRule, form: Option<&Form>, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "rule", &rule.key);
    if is_blank_text(&rule.label) || count_characters(&rule.label) > 120 {
        let message = format!("The label of the rule “{}” must have 1 to 120 characters and say why the rule is there", rule.key);
        found.note(at.entry("label"), message);
    }
    if rule.names() != 1 {
        let ways = "person, group, manager, answer, team or administrators";
        found.note(at.entry("key"), format!("The rule “{}” must say in exactly one way who decides: {ways}", rule.key));
    }
    if let Some(person) = &rule.person {
        found.check_person(at.entry("person"), person, known);
    }
    if let Some(group) = &rule.group {
        found.check_defined(at.entry("group"), "group", group, known.groups.contains(group.as_str()));
    }
    if let Some(role) = rule.role.as_ref().filter(|_| rule.group.is_none()) {
        let message = format!("The rule “{}” names the role “{role}” without a group. Add group:, or take the role out", rule.key);
        found.note(at.entry("role"), message);
    }
    if let (Some(key), Some(form)) = (&rule.answer, form)
        && let Some(why) = judge_answer(key, form)
    {
        found.note(at.entry("answer"), format!("The rule “{}” asks the person named in “{key}”, which {why}", rule.key));
    }
    found.finish()
}

/// Why a field does not name the person to ask.
fn judge_answer(key: &str, form: &Form) -> Option<&'static str> {
    let universal = form.sections.iter().flat_map(|section| &section.fields);
    let of_groups = form.sections.iter().flat_map(|section| section.variants.iter().flat_map(|variant| &variant.fields));
    let mut fields = universal.chain(of_groups).filter(|field| field.key == *key).peekable();
    if fields.peek().is_none() {
        return Some("is not a field of the form. Choose one that exists");
    }
    (!fields.any(|field| field.kind == "user_picker")).then_some("names nobody. Choose a field of type user_picker")
}

/// Everything wrong with a deadline.
pub fn lint_deadline(deadline: &StageDeadline, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    let StageDeadline { hours, remind, escalate_to, escalate_after, then } = deadline;
    if *hours == 0 || *hours > LONGEST_DEADLINE {
        found.note(at.entry("hours"), format!("A deadline must be 1 to {LONGEST_DEADLINE} hours away, a year at most. It is {hours}"));
    }
    // Docket decides at the deadline: whatever should happen before has to.
    let last = if then.is_some() { hours.saturating_sub(1) } else { LONGEST_DEADLINE };
    let before = if then.is_some() { format!("before Docket decides after {hours} hours") } else { "within a year".to_owned() };
    for (place, after) in remind.iter().enumerate() {
        let at = at.entry("remind").place(place);
        if *after == 0 || *after > last {
            found.note(at, format!("A reminder after {after} hours makes no sense. Remind after 1 hour or more, {before}"));
        } else if remind[..place].contains(after) {
            found.note(at, "Two reminders are at the same hour. Keep one");
        }
    }
    if let Some(email) = escalate_to {
        found.check_person(at.entry("escalate_to"), email, known);
    }
    match (escalate_to, escalate_after.or(escalate_to.as_ref().map(|_| *hours))) {
        (None, Some(after)) => {
            let message = format!("escalate_after: {after} says nobody to ask. Add escalate_to:, or take it out");
            found.note(at.entry("escalate_after"), message);
        }
        (Some(to), Some(after)) if after == 0 || after > last => {
            let message = format!("Asking {to} as well after {after} hours makes no sense. Set escalate_after: to 1 or more, {before}");
            found.note(at.entry("escalate_after"), message);
        }
        _ => {}
    }
    if *then == Some(ApproverVerdict::AskForChanges) {
        let message = "then: must be approve or reject, as nobody is there to answer a question of Docket's";
        found.note(at.entry("then"), message);
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::tests::form;
    use crate::lint::tests::{known, told};

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

    fn found(policy: &str) -> Vec<String> {
        let policy: ApprovalPolicy = yaml_serde::from_str(policy).unwrap();
        told(lint_policy(&policy, Some(&purchase()), &known()))
    }

    /// A policy that is refused for one reason, and its nearest neighbour that passes.
    #[track_caller]
    fn rule(wrong: &str, told_as: &str, right: &str) {
        let problems = found(wrong);
        assert!(matches!(problems.as_slice(), [only] if only.starts_with(told_as)), "{wrong}: expected only {told_as}\n{problems:#?}");
        assert_eq!(found(right), [""; 0], "{right}");
    }

    const RULES: &str = "rules: [{key: a, label: A, manager: true}]";

    #[test]
    fn a_misspelt_condition_never_leaves_an_approval_out_in_silence() {
        rule(
            &format!("{{when: {{field: amuont, at_least: 500}}, {RULES}}}"),
            "when: The condition of the approval names the field “amuont”, which does not exist. Choose a field that exists",
            &format!("{{when: {{field: amount, at_least: 500}}, {RULES}}}"),
        );
        rule(
            &format!(
                "stages: [{{key: team, {RULES}}}, {{key: money, when: {{field: kind, equals: chair}}, rules: [{{key: b, label: B, team: true}}]}}]"
            ),
            "stages[1].when: The condition of stage “money” asks whether “kind” is \"chair\", which it does not offer",
            &format!(
                "stages: [{{key: team, {RULES}}}, {{key: money, when: {{field: kind, equals: desk}}, rules: [{{key: b, label: B, team: true}}]}}]"
            ),
        );
        rule(
            "rules: [{key: a, label: A, manager: true, when: {field: kind, at_least: 5}}]",
            "stages[0].rules[0].when: The condition of rule “a” compares “kind”",
            "rules: [{key: a, label: A, manager: true, when: {field: amount, at_least: 5}}]",
        );
    }

    #[test]
    fn what_only_some_are_asked_may_be_spoken_of() {
        assert_eq!(found(&format!("{{when: {{field: sponsor, answered: true}}, {RULES}}}")), [""; 0]);
    }

    #[test]
    fn conditions_that_never_hold_together_are_told() {
        rule(
            &format!("{{when: {{field: kind, equals: desk}}, stages: [{{key: money, when: {{field: kind, equals: laptop}}, {RULES}}}]}}"),
            "stages[0].when: Stage “money” is never needed: its condition never holds. Change the condition",
            &format!("{{when: {{field: kind, equals: desk}}, stages: [{{key: money, when: {{field: kind, equals: desk}}, {RULES}}}]}}"),
        );
    }

    #[test]
    fn a_rule_says_in_one_way_who_decides() {
        let by = |who: &str| format!("rules: [{{key: a, label: A, {who}}}]");
        let ways = "stages[0].rules[0].key: The rule “a” must say in exactly one way who decides: person, group,";
        rule(&by(""), ways, &by("manager: true"));
        rule(&by("person: ruth@north.example, manager: true"), ways, &by("person: Ruth@North.example"));
        rule(
            &by("manager: true, role: lead"),
            "stages[0].rules[0].role: The rule “a” names the role “lead” without a group",
            &by("group: finance, role: lead"),
        );
        rule(&by("group: finanze"), "stages[0].rules[0].group: No group has the key “finanze”", &by("group: finance"));
        rule(
            &by("person: rut@north.example"),
            "stages[0].rules[0].person: rut@north.example is not a person",
            &by("person: ruth@north.example"),
        );
        rule(
            &by("answer: boss"),
            "stages[0].rules[0].answer: The rule “a” asks the person named in “boss”, which is not a field of the form",
            &by("answer: sponsor"),
        );
        rule(
            &by("answer: amount"),
            "stages[0].rules[0].answer: The rule “a” asks the person named in “amount”, which names nobody",
            &by("answer: sponsor"),
        );
    }

    #[test]
    fn stages_and_rules_have_keys_labels_and_enough_rules() {
        rule("require: any", "stages[0].rules: The approval has no rules", "{}");
        rule("stages: [{key: money}]", "stages[0].rules: The stage “money” has no rules", &format!("stages: [{{key: money, {RULES}}}]"));
        rule(
            &format!("{{at_least: 2, {RULES}}}"),
            "stages[0].at_least: A stage asks for 2 of 1 rules",
            &format!("{{at_least: 1, {RULES}}}"),
        );
        let stages = |one: &str, other: &str| {
            format!("stages: [{{key: {one}, {RULES}}}, {{key: {other}, rules: [{{key: b, label: B, team: true}}]}}]")
        };
        rule(&stages("a", "a"), "stages[1].key: Two stages have the key “a”", &stages("a", "b"));
        rule(&stages("a", "B"), "stages[1].key: The stage key “B” must be", &stages("a", "b"));
        let two =
            |key: &str, label: &str| format!("rules: [{{key: a, label: A, manager: true}}, {{key: {key}, label: '{label}', team: true}}]");
        rule(&two("a", "B"), "stages[0].rules[1].key: Two rules have the key “a”", &two("b", "B"));
        rule(&two("b b", "B"), "stages[0].rules[1].key: The rule key “b b” must be", &two("b-b", "B"));
        rule(&two("b", ""), "stages[0].rules[1].label: The label of the rule “b” must have 1 to 120", &two("b", "B"));
        rule(&two("b", &"é".repeat(121)), "stages[0].rules[1].label: The label of the rule “b”", &two("b", &"é".repeat(120)));
    }

    #[test]
    fn what_a_deadline_brings_comes_before_its_outcome() {
        let within = |deadline: &str| format!("{{deadline: {{{deadline}}}, {RULES}}}");
        let cases = [
            ("hours: 0", "hours: A deadline must be", "hours: 1"),
            ("hours: 8785", "hours: A deadline must be 1 to 8784", "hours: 8784"),
            ("hours: 24, remind: [2, 0]", "remind[1]: A reminder after 0 hours", "hours: 24, remind: [2, 1]"),
            ("hours: 24, remind: [8785]", "remind[0]: A reminder after 8785 hours", "hours: 24, remind: [8784]"),
            ("hours: 24, remind: [24], then: approve", "remind[0]: A reminder after 24 hours", "hours: 24, remind: [23], then: approve"),
            ("hours: 24, remind: [4, 4]", "remind[1]: Two reminders", "hours: 24, remind: [4, 5]"),
            ("hours: 24, escalate_after: 4", "escalate_after: escalate_after: 4 says nobody", "hours: 24"),
            (
                "hours: 24, escalate_to: rut@north.example",
                "escalate_to: rut@north.example is not a person of this organization",
                "hours: 24, escalate_to: RUTH@north.example",
            ),
            (
                "hours: 24, escalate_to: ruth@north.example, then: reject",
                "escalate_after: Asking ruth@north.example as well after 24 hours",
                "hours: 24, escalate_to: ruth@north.example, escalate_after: 23, then: reject",
            ),
            (
                "hours: 24, escalate_to: ruth@north.example, escalate_after: 0",
                "escalate_after: Asking ruth@north.example as well after 0 hours",
                "hours: 24, escalate_to: ruth@north.example",
            ),
            ("hours: 24, then: ask_for_changes", "then: then: must be approve or reject", "hours: 24, then: reject"),
        ];
        for (wrong, told_as, right) in cases {
            rule(&within(wrong), &format!("stages[0].deadline.{told_as}"), &within(right));
        }
        assert_eq!(
            found(&within("hours: 72, remind: [24, 48], escalate_to: ruth@north.example, escalate_after: 60, then: reject")),
            [""; 0]
        );
    }
}
