//! From an authored policy to who has to approve: conditions are answered, names become ids, and what is left out says which answer
//! would change that. The same function makes the preview and what is frozen at submission.

use super::wire::RouteSkipped;
use super::{
    Approval, ApprovalEscalation, ApprovalPolicy, ApprovalRule, ApprovalStage, FrozenDeadline, FrozenRule, FrozenStage, RuleTarget,
    StageDeadline, authoring, machine,
};
use crate::forms::condition::ValueComparison;
use crate::forms::words::uncapitalised;
use crate::forms::{AnswerCondition, Answers, Form, journey};
use crate::id::PersonId;
use crate::people::{GroupRef, PersonRef};
use crate::permission;
use crate::text::lower_first;
use std::collections::{BTreeMap, BTreeSet};

/// The people and groups a policy speaks of, as they are in the organization now. Who is gone is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyDirectory {
    /// By e-mail as authored, see `emails`.
    pub people: BTreeMap<String, PersonRef>,
    /// By key, see `groups`.
    pub groups: BTreeMap<String, GroupRef>,
    /// People named in answers, see `picked`.
    pub picked: BTreeMap<PersonId, PersonRef>,
    /// The requester's manager.
    pub manager: Option<PersonRef>,
    /// Of what the policy names, what means nobody who could decide a request of this requester.
    pub nobody: BTreeSet<RuleTarget>,
}

/// Whose request it is, of which item, with which answers.
#[derive(Clone, Copy, Debug)]
pub struct RouteQuestion<'a> {
    /// None when the item needs no approval.
    pub policy: Option<&'a ApprovalPolicy>,
    /// Key of the item's approver team.
    pub approver_team: Option<&'a str>,
    pub requester: &'a PersonRef,
    /// Resolved for the requester.
    pub form: &'a Form,
    /// As typed: defaults and hidden fields are seen to here.
    pub answers: &'a Answers,
}

/// Who has to approve, and who does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteDescription {
    pub approval: Approval,
    /// Why a conditional rule is asked, by rule key.
    pub because: BTreeMap<String, String>,
    pub skipped: Vec<RouteSkipped>,
    /// Keys of the rules that administrators decide because nobody whom they name can.
    pub fell_back: Vec<String>,
}

impl ApprovalPolicy {
    /// Every rule of every stage, in order.
    pub fn rules(&self) -> impl Iterator<Item = &ApprovalRule> {
        self.stages.iter().flat_map(|stage| &stage.rules)
    }

    /// The e-mails it names.
    pub fn emails(&self) -> Vec<&str> {
        let escalations = self.stages.iter().filter_map(|stage| stage.deadline.as_ref()?.escalate_to.as_deref());
        self.rules().filter_map(|rule| rule.person.as_deref()).chain(escalations).collect()
    }

    /// The keys of the groups it names; the approver team is the item's.
    pub fn groups(&self) -> Vec<&str> {
        self.rules().filter_map(|rule| rule.group.as_deref()).collect()
    }

    /// The people named by answers it reads.
    pub fn picked(&self, answers: &Answers) -> Vec<PersonId> {
        self.rules().filter_map(|rule| picked(answers, rule.answer.as_deref()?)).collect()
    }

    /// Whether it asks the requester's manager.
    pub fn asks_manager(&self) -> bool {
        self.rules().any(|rule| rule.manager)
    }
}

fn picked(answers: &Answers, field: &str) -> Option<PersonId> {
    answers.get(field)?.get("id")?.as_str()?.parse().ok()
}

/// Who has to approve, and which answers would change that. An item with a policy never goes without approvers, unless conditions
/// say so: where nobody fits a rule now, the administrators decide it.
pub fn describe(asked: &RouteQuestion<'_>, directory: &PolicyDirectory) -> RouteDescription {
    let mut route = RouteDescription::default();
    let Some(policy) = asked.policy else { return route };
    route.approval.self_approval = policy.self_approval;
    let answers = journey::effective(asked.form, asked.answers);
    let holds = |when: &Option<AnswerCondition>| when.as_ref().is_none_or(|when| when.holds(&answers));
    if !holds(&policy.when) {
        route.skipped.extend(skipped("Approval", &policy.when, asked.form));
        return route;
    }
    let finder = ApproverFinder { asked, directory, answers: &answers, self_approval: policy.self_approval };
    if policy.stages.is_empty() {
        let rules = vec![finder.nobody_named(authoring::ONLY_STAGE)];
        route.approval.stages = Approval::of_one_stage(super::StageRequirement::All, rules).stages;
    }
    for stage in &policy.stages {
        if !holds(&stage.when) {
            let label = if stage.label.is_empty() { &stage.key } else { &stage.label };
            route.skipped.extend(skipped(label, &stage.when, asked.form));
            continue;
        }
        let mut rules = Vec::new();
        for rule in &stage.rules {
            if holds(&rule.when) {
                let why = rule.when.as_ref().or(stage.when.as_ref()).map(|when| because(&rule.label, when, asked.form));
                route.because.extend(why.map(|why| (rule.key.clone(), why)));
                let (frozen, fell_back) = finder.freeze(rule);
                route.fell_back.extend(fell_back.then(|| frozen.key.clone()));
                rules.push(frozen);
            } else {
                route.skipped.extend(skipped(&rule.label, &rule.when, asked.form));
            }
        }
        if stage.rules.is_empty() {
            rules.push(finder.nobody_named(&stage.key));
        }
        if !rules.is_empty() {
            route.approval.stages.push(finder.stage(stage, rules));
        }
    }
    route
}

/// The approval to be frozen, and the rules of its first stage that administrators decide because nobody whom they name can.
pub fn freeze(asked: &RouteQuestion<'_>, directory: &PolicyDirectory) -> (Approval, Vec<String>) {
    let RouteDescription { approval, mut fell_back, .. } = describe(asked, directory);
    let first = approval.stages.first().map(|stage| stage.rules.as_slice()).unwrap_or_default();
    fell_back.retain(|key| first.iter().any(|rule| rule.key == *key));
    (approval, fell_back)
}

fn skipped(label: &str, when: &Option<AnswerCondition>, form: &Form) -> Option<RouteSkipped> {
    let when = when.as_ref()?;
    let words = format!("{label} is not needed. It would be when {}.", when.words(form));
    Some(RouteSkipped { label: label.to_owned(), words, fields: when.fields().into_iter().map(str::to_owned).collect() })
}

fn because(label: &str, when: &AnswerCondition, form: &Form) -> String {
    format!("Because {}. When {}, {} is not needed.", when.words(form), opposite(when).words(form), uncapitalised(label))
}

/// The condition under which this one fails, as somebody would say it: "less than 500", not "not at least 500".
fn opposite(when: &AnswerCondition) -> AnswerCondition {
    match when {
        AnswerCondition::Compare { field, comparison, limit } => {
            let comparison = match comparison {
                ValueComparison::AtLeast => ValueComparison::LessThan,
                ValueComparison::LessThan => ValueComparison::AtLeast,
                ValueComparison::AtMost => ValueComparison::MoreThan,
                ValueComparison::MoreThan => ValueComparison::AtMost,
            };
            AnswerCondition::Compare { field: field.clone(), comparison, limit: limit.clone() }
        }
        AnswerCondition::Not(inner) => (**inner).clone(),
        AnswerCondition::All(parts) if !parts.is_empty() => AnswerCondition::Any(parts.iter().map(opposite).collect()),
        AnswerCondition::Any(parts) if !parts.is_empty() => AnswerCondition::All(parts.iter().map(opposite).collect()),
        other => AnswerCondition::Not(Box::new(other.clone())),
    }
}

struct ApproverFinder<'a> {
    asked: &'a RouteQuestion<'a>,
    directory: &'a PolicyDirectory,
    answers: &'a Answers,
    self_approval: bool,
}

impl ApproverFinder<'_> {
    fn stage(&self, stage: &ApprovalStage, rules: Vec<FrozenRule>) -> FrozenStage {
        FrozenStage {
            key: stage.key.clone(),
            label: stage.label.clone(),
            require: stage.require,
            rules,
            deadline: stage.deadline.as_ref().map(|deadline| self.deadline(deadline)),
        }
    }

    fn deadline(&self, deadline: &StageDeadline) -> FrozenDeadline {
        let escalation = deadline.escalate_to.as_ref().map(|email| {
            let person = self.directory.people.get(email).filter(|person| self.self_approval || person.id != self.asked.requester.id);
            let after = deadline.escalate_after.unwrap_or(deadline.hours);
            match person {
                Some(person) => ApprovalEscalation { after, target: RuleTarget::Person { id: person.id }, words: person.name.clone() },
                None => ApprovalEscalation { after, target: RuleTarget::Administrators, words: "any administrator".to_owned() },
            }
        });
        FrozenDeadline { hours: deadline.hours, remind: deadline.remind.clone(), escalation, then: deadline.then }
    }

    /// The rule of a stage that names nobody: the approver team's or the administrators'.
    fn nobody_named(&self, stage: &str) -> FrozenRule {
        let key = if stage == authoring::ONLY_STAGE { "administrators".to_owned() } else { format!("{stage}-administrators") };
        let rule = ApprovalRule { key, label: "Administrators".to_owned(), team: true, ..ApprovalRule::default() };
        let (found, _) = self.freeze(&rule);
        let label = if found.also.is_empty() { found.label } else { "Approver team".to_owned() };
        FrozenRule { label, ..found }
    }

    /// The rule, and whether it is the administrators' because nobody whom it names can decide it.
    fn freeze(&self, rule: &ApprovalRule) -> (FrozenRule, bool) {
        let (words, target, also) = self.find(rule);
        let frozen = FrozenRule { key: rule.key.clone(), label: rule.label.clone(), words, target, also };
        let mut frozen = if self.self_approval { frozen } else { machine::rule_for(self.asked.requester.id, frozen) };
        if rule.administrators || rule.team {
            return (frozen, false);
        }
        let nobody = self.directory.nobody.contains(&frozen.target);
        if nobody && frozen.target != RuleTarget::Administrators {
            frozen.words.push_str(", or any administrator, as nobody there can decide now");
            frozen.also.push(RuleTarget::Administrators);
        }
        let fell_back = nobody || frozen.target == RuleTarget::Administrators;
        (frozen, fell_back)
    }

    fn find(&self, rule: &ApprovalRule) -> (String, RuleTarget, Vec<RuleTarget>) {
        let directory = self.directory;
        let named = |person: &PersonRef| (person.name.clone(), RuleTarget::Person { id: person.id }, Vec::new());
        let instead = |why: &str| (format!("any administrator{why}"), RuleTarget::Administrators, Vec::new());
        if rule.administrators {
            return instead("");
        }
        if rule.team {
            return match self.asked.approver_team.and_then(|key| directory.groups.get(key)) {
                Some(team) => {
                    let words = format!("anyone in {}, or an administrator", team.name);
                    (words, RuleTarget::Group { id: team.id }, vec![RuleTarget::Administrators])
                }
                None => instead(""),
            };
        }
        if rule.manager {
            return directory.manager.as_ref().map_or_else(|| instead(", as the requester has no manager"), named);
        }
        if let Some(field) = &rule.answer {
            let person = picked(self.answers, field).and_then(|id| directory.picked.get(&id));
            return person.map_or_else(|| instead(", as the request names nobody"), named);
        }
        let found = match (&rule.person, &rule.group) {
            (Some(email), _) => directory.people.get(email).map(named),
            (None, Some(key)) => directory.groups.get(key).map(|group| match &rule.role {
                Some(role) => {
                    let holder = permission::ROLES.iter().find(|(key, _, _)| key == role).map_or(role.as_str(), |(_, label, _)| label);
                    let target = RuleTarget::GroupRole { id: group.id, role: role.clone() };
                    (format!("a {} of {}", lower_first(holder), group.name), target, Vec::new())
                }
                None => (format!("anyone in {}", group.name), RuleTarget::Group { id: group.id }, Vec::new()),
            }),
            (None, None) => None,
        };
        // Whoever the rule named is gone: somebody has to be able to decide.
        found.unwrap_or_else(|| instead(", as nobody fits this rule now"))
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
