//! Nobody can decide: the one rule for all its reasons. Somebody is disabled or gone, a group is empty, a role is held by nobody, the only
//! one left asked for it themselves or has decided another rule, or everybody is away without a deputy who could.
//!
//! Such a rule falls back to the organization's administrators, who decide it *as well*: whoever was named and comes back still may.
//! Deliberately not here: who is in the organization (the caller looks), and what is said of it (`notices`).

use super::machine::{self, ApprovalCase};
use super::{FrozenRule, RuleTarget, StageRequirement};
use crate::id::{ItemId, PersonId};
use std::collections::BTreeMap;

/// Who could decide now, as far as the targets asked about: read from the organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PossibleDeciders {
    /// The people a target means who can sign in.
    meant: BTreeMap<RuleTarget, Vec<PersonId>>,
    /// Grants in effect, by who is away.
    away: BTreeMap<PersonId, Vec<ActiveDelegation>>,
}

/// A delegation in effect, as seen from who is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveDelegation {
    /// For requests of these items; of all when empty.
    pub items: Vec<ItemId>,
    /// None when the deputy can no longer sign in.
    pub deputy: Option<PersonId>,
}

impl PossibleDeciders {
    /// These people are meant by the target, and can sign in.
    pub fn means(&mut self, target: RuleTarget, people: Vec<PersonId>) {
        self.meant.insert(target, people);
    }

    /// This person is away.
    pub fn is_away(&mut self, person: PersonId, absence: ActiveDelegation) {
        self.away.entry(person).or_default().push(absence);
    }

    /// The people a target means who are not away at all; None when nothing is known of the target.
    pub fn present(&self, target: &RuleTarget) -> Option<Vec<PersonId>> {
        Some(self.meant.get(target)?.iter().copied().filter(|person| !self.away.contains_key(person)).collect())
    }

    fn absences(&self, person: PersonId, item: ItemId) -> impl Iterator<Item = &ActiveDelegation> {
        self.away.get(&person).into_iter().flatten().filter(move |away| away.items.is_empty() || away.items.contains(&item))
    }

    /// Whether the person decides it themselves, or somebody can in their place. Deputies do not cascade: one who is away counts for nobody.
    fn can(&self, person: PersonId, item: ItemId, barred: &[PersonId]) -> bool {
        if barred.contains(&person) {
            return false;
        }
        let mut absences = self.absences(person, item).peekable();
        let decides_instead = |deputy: PersonId| !barred.contains(&deputy) && self.absences(deputy, item).next().is_none();
        absences.peek().is_none() || absences.any(|away| away.deputy.is_some_and(decides_instead))
    }

    /// Whether one of those the rule names can decide it. Where that is unknown, it is not passed on.
    fn anyone(&self, case: &ApprovalCase<'_>, rule: &FrozenRule, barred: &[PersonId]) -> bool {
        machine::targets(case.approval, rule).into_iter().any(|target| match self.meant.get(target) {
            Some(people) => people.iter().any(|person| self.can(*person, case.item, barred)),
            None => true,
        })
    }
}

/// Keys of the open rules that nobody can decide now and that administrators cannot decide yet.
pub fn undecidable(case: &ApprovalCase<'_>, deciders: &PossibleDeciders) -> Vec<String> {
    let approval = case.approval;
    let Some(stage) = machine::open_stage(approval) else { return Vec::new() };
    let mut barred: Vec<PersonId> = if approval.self_approval { Vec::new() } else { vec![case.requester] };
    let open = machine::open_rules(approval);
    let without =
        |barred: &[PersonId]| -> Vec<&FrozenRule> { open.iter().copied().filter(|rule| !deciders.anyone(case, rule, barred)).collect() };
    let mut stuck = without(&barred);
    if matches!(stage.require, StageRequirement::AtLeast(_)) {
        // So many people: whoever decided a rule decides no other, which matters once there are too few others.
        barred.extend(machine::counted(approval));
        let left = stage.require.needed(stage.rules.len()).saturating_sub(machine::approvals_in(approval, stage));
        let alone = without(&barred);
        if open.len() - alone.len() < left {
            stuck = alone;
        }
    }
    let new = |rule: &&FrozenRule| !machine::targets(approval, rule).contains(&&RuleTarget::Administrators);
    stuck.into_iter().filter(new).map(|rule| rule.key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::{Approval, ApproverVerdict, RuleDecision};
    use crate::people::PersonRef;
    use chrono::DateTime;
    use uuid::Uuid;

    fn id(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn group(n: u128) -> RuleTarget {
        RuleTarget::Group { id: Uuid::from_u128(n).into() }
    }

    fn item(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    fn rule(key: &str, target: RuleTarget) -> FrozenRule {
        FrozenRule { target, key: key.to_owned(), ..machine::fallback() }
    }

    fn stuck(approval: &Approval, deciders: &PossibleDeciders) -> Vec<String> {
        let case = ApprovalCase { approval, requester: id(1), item: item(7), now: DateTime::UNIX_EPOCH };
        undecidable(&case, deciders)
    }

    fn one(target: RuleTarget) -> Approval {
        Approval::of_one_stage(StageRequirement::All, vec![rule("a", target)])
    }

    fn meaning(people: &[u128]) -> PossibleDeciders {
        let mut deciders = PossibleDeciders::default();
        deciders.means(group(100), people.iter().copied().map(id).collect());
        deciders
    }

    /// Person 2 is away; the deputy, and for which item.
    fn away(people: &[u128], deputy: Option<u128>, items: &[u128]) -> PossibleDeciders {
        let mut deciders = meaning(people);
        deciders.is_away(id(2), ActiveDelegation { items: items.iter().copied().map(item).collect(), deputy: deputy.map(id) });
        deciders
    }

    #[test]
    fn each_reason_is_noticed_and_nothing_else() {
        let approval = one(group(100));
        for (deciders, falls_back, why) in [
            (meaning(&[]), true, "nobody is in the group, or holds the role"),
            (meaning(&[1]), true, "the only one asked for it"),
            (meaning(&[1, 2]), false, "another one is there"),
            (PossibleDeciders::default(), false, "nothing is known"),
            (away(&[2], Some(3), &[]), false, "a deputy stands in"),
            (away(&[2], Some(1), &[]), true, "the deputy asked for it"),
            (away(&[2], None, &[]), true, "the deputy left"),
            (away(&[2, 4], None, &[]), false, "somebody else is not away"),
            (away(&[2], None, &[8]), false, "away for another item alone"),
            (away(&[2], None, &[7]), true, "away for this item"),
        ] {
            assert_eq!(!stuck(&approval, &deciders).is_empty(), falls_back, "{why}");
        }
        let mut both = away(&[2], Some(3), &[]);
        both.is_away(id(3), ActiveDelegation { items: Vec::new(), deputy: Some(id(4)) });
        assert_eq!(stuck(&approval, &both), ["a"], "a deputy who is away hands nothing on");
    }

    #[test]
    fn requesters_who_may_decide_their_own_are_somebody() {
        let approval = Approval { self_approval: true, ..one(group(100)) };
        assert_eq!(stuck(&approval, &meaning(&[1])), [""; 0]);
    }

    #[test]
    fn administrators_get_nothing_that_is_theirs() {
        let mut deciders = meaning(&[]);
        deciders.means(RuleTarget::Administrators, Vec::new());
        assert_eq!(stuck(&one(RuleTarget::Administrators), &deciders), [""; 0], "there is nobody left to pass it on to");
        let mut team = one(group(100));
        team.stages[0].rules[0].also = vec![RuleTarget::Administrators];
        assert_eq!(stuck(&team, &deciders), [""; 0]);
    }

    #[test]
    fn a_number_of_people_needs_as_many_who_have_not_decided() {
        let mut deciders = meaning(&[2]);
        deciders.means(group(101), vec![id(2)]);
        deciders.means(group(102), vec![id(3)]);
        let rules = vec![rule("a", group(100)), rule("b", group(101)), rule("c", group(102))];
        let mut approval = Approval::of_one_stage(StageRequirement::AtLeast(2), rules);
        assert_eq!(stuck(&approval, &deciders), [""; 0]);
        let by = PersonRef { id: id(2), name: String::new(), title: String::new() };
        let given = |rule: &str| RuleDecision {
            rule: rule.to_owned(),
            by: by.clone(),
            on_behalf_of: None,
            at: DateTime::UNIX_EPOCH,
            verdict: ApproverVerdict::Approve,
            reason: String::new(),
        };
        approval.decisions.push(given("a"));
        assert_eq!(stuck(&approval, &deciders), [""; 0], "the third rule is enough");
        deciders.means(group(102), Vec::new());
        assert_eq!(stuck(&approval, &deciders), ["b", "c"]);
    }

    #[test]
    fn what_is_decided_or_not_open_yet_is_left_alone() {
        let mut approval = one(group(100));
        approval.stages.push(crate::approvals::FrozenStage { key: "later".to_owned(), ..approval.stages[0].clone() });
        approval.stages[1].rules[0].key = "b".to_owned();
        approval.stages[1].rules[0].target = group(101);
        let mut deciders = meaning(&[2]);
        deciders.means(group(101), Vec::new());
        assert_eq!(stuck(&approval, &deciders), [""; 0]);
    }
}
