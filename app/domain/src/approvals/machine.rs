//! The approval machine: pure and total. Who may decide comes from fresh facts about the person; what is left to decide comes from
//! the frozen rules and the decisions so far.
//!
//! A requester never decides their own request: `eligible` is the only door, and it is closed for them whatever the rule says.
//! Asking for changes is no decision: it leaves every rule open, and approvals given before stay given.

use super::{Approval, FrozenRule, Given, Require, Target, Verdict};
use crate::id::PersonId;
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use crate::refusal::Refusal;
use chrono::{DateTime, Datelike, Timelike, Utc};

/// Longest reason, question, answer or note, in characters.
pub const LONGEST_TEXT: usize = 4000;

/// What a decision led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Other rules still wait.
    Waiting,
    /// The last approval arrived.
    Approved,
    Rejected,
    /// The requester has to answer first.
    InfoAsked,
}

/// Whether this person may decide this rule of that person's request.
pub fn eligible(rule: &FrozenRule, facts: &Facts, requester: PersonId) -> bool {
    facts.person.id != requester
        && match &rule.target {
            Target::Person { id } => facts.person.id == *id,
            Target::Group { id } => facts.memberships.iter().any(|m| m.group.id == *id),
            Target::GroupRole { id, role } => facts.memberships.iter().any(|m| m.group.id == *id && m.roles.contains(role)),
            Target::Administrators => facts.may(Permission::Administer),
        }
}

/// Every `Target::index_key` this person can decide, to find what waits for them. The requester is excluded by `eligible`.
pub fn index_keys(facts: &Facts) -> Vec<String> {
    let mut keys = vec![Target::Person { id: facts.person.id }.index_key()];
    for membership in &facts.memberships {
        keys.push(Target::Group { id: membership.group.id }.index_key());
        keys.extend(membership.roles.iter().map(|role| Target::GroupRole { id: membership.group.id, role: role.clone() }.index_key()));
    }
    if facts.may(Permission::Administer) {
        keys.push(Target::Administrators.index_key());
    }
    keys
}

/// The rule of an item whose policy names nobody (S4-017).
pub fn fallback() -> FrozenRule {
    FrozenRule {
        key: "administrators".to_owned(),
        label: "Administrators".to_owned(),
        words: "any administrator".to_owned(),
        target: Target::Administrators,
    }
}

/// Rules as they apply to this requester: a rule that names the requester alone could never be met, so the administrators decide it.
pub fn rules_for(requester: PersonId, rules: Vec<FrozenRule>) -> Vec<FrozenRule> {
    rules
        .into_iter()
        .map(|rule| match rule.target {
            Target::Person { id } if id == requester => FrozenRule {
                words: "any administrator, as nobody approves their own request".to_owned(),
                target: Target::Administrators,
                ..rule
            },
            _ => rule,
        })
        .collect()
}

/// The rules that still wait for a decision: none after a rejection, or when enough was approved.
pub fn open_rules(approval: &Approval) -> Vec<&FrozenRule> {
    let over = approval.decisions.iter().any(|given| match given.verdict {
        Verdict::Reject => true,
        Verdict::Approve => approval.require == Require::Any,
        Verdict::AskForChanges => false,
    });
    if over {
        return Vec::new();
    }
    approval.rules.iter().filter(|rule| given(approval, rule).is_none()).collect()
}

/// The approval or rejection of a rule.
pub fn given<'a>(approval: &'a Approval, rule: &FrozenRule) -> Option<&'a Given> {
    approval.decisions.iter().find(|given| given.rule == rule.key && given.verdict != Verdict::AskForChanges)
}

/// Whether nothing more has to be approved (also when nothing had to).
pub fn approved(approval: &Approval) -> bool {
    open_rules(approval).is_empty() && !approval.decisions.iter().any(|given| given.verdict == Verdict::Reject)
}

/// The open rules this person may decide now, or why there is none. What is over names who decided and when.
pub fn standing<'a>(
    approval: &'a Approval,
    facts: &Facts,
    requester: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<&'a FrozenRule>, Refusal> {
    if facts.person.id == requester {
        return Err(Refusal::not_now("This is your own request. Somebody else has to decide it."));
    }
    let mine = |rule: &&FrozenRule| eligible(rule, facts, requester);
    if !approval.rules.iter().any(|rule| mine(&rule)) {
        return Err(Refusal::not_now("You are not an approver of this request. Its page shows who is."));
    }
    let open: Vec<&FrozenRule> = open_rules(approval).into_iter().filter(mine).collect();
    if open.is_empty() { Err(over(approval, facts, requester, now)) } else { Ok(open) }
}

/// Applies one person's decision to every open rule that person is eligible for.
pub fn decide(
    approval: &Approval,
    facts: &Facts,
    requester: PersonId,
    verdict: Verdict,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(Approval, Outcome), Refusal> {
    let rules: Vec<String> = standing(approval, facts, requester, now)?.into_iter().map(|rule| rule.key.clone()).collect();
    let reason = text(reason, "reason", "Reason")?;
    if reason.is_empty() {
        match verdict {
            Verdict::Approve => {}
            Verdict::Reject => return Err(Refusal::input("reason", "Enter a reason for declining")),
            Verdict::AskForChanges => return Err(Refusal::input("reason", "Enter what should change")),
        }
    }
    if verdict == Verdict::AskForChanges {
        return Ok((approval.clone(), Outcome::InfoAsked));
    }
    let next = record(approval, &rules, &facts.person, verdict, &reason, now);
    let outcome = match verdict {
        Verdict::Reject => Outcome::Rejected,
        _ if approved(&next) => Outcome::Approved,
        _ => Outcome::Waiting,
    };
    Ok((next, outcome))
}

/// The approval with one more decision, for these rules.
pub fn record(approval: &Approval, rules: &[String], by: &PersonRef, verdict: Verdict, reason: &str, at: DateTime<Utc>) -> Approval {
    let mut next = approval.clone();
    next.decisions.extend(rules.iter().map(|rule| Given { rule: rule.clone(), by: by.clone(), at, verdict, reason: reason.to_owned() }));
    next
}

/// What to tell somebody for whom nothing is left: the decision that closed it, preferably of a rule of theirs.
pub fn over(approval: &Approval, facts: &Facts, requester: PersonId, now: DateTime<Utc>) -> Refusal {
    let of_theirs = |given: &&Given| approval.rules.iter().any(|rule| rule.key == given.rule && eligible(rule, facts, requester));
    let own = approval.decisions.iter().find(|given| given.by.id == facts.person.id);
    let rejection = approval.decisions.iter().find(|given| given.verdict == Verdict::Reject);
    let last = approval.decisions.last();
    let Some(closing) = own.or(rejection).or_else(|| approval.decisions.iter().rev().find(of_theirs)).or(last) else {
        return Refusal::not_now("Nothing is left to decide here.");
    };
    let who = if closing.by.id == facts.person.id { "You" } else { &closing.by.name };
    let did = match closing.verdict {
        Verdict::Approve => "approved this",
        Verdict::Reject => "declined this",
        Verdict::AskForChanges => "asked for changes",
    };
    Refusal::conflict(format!("{who} {did} {}. Nothing is left for you to decide.", moment(closing.at, now)))
}

/// "at 09:41 UTC", with the day when it was not today.
fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let time = format!("at {:02}:{:02} UTC", at.hour(), at.minute());
    if at.date_naive() == now.date_naive() {
        time
    } else {
        format!("on {} {} {} {time}", at.day(), MONTHS[at.month0() as usize % 12], at.year())
    }
}

/// A text a person gave along: trimmed, of bounded length.
pub(crate) fn text(given: &str, path: &str, label: &str) -> Result<String, Refusal> {
    let given = given.trim();
    if given.chars().count() > LONGEST_TEXT {
        return Err(Refusal::input(path, format!("{label} must be 4,000 characters or fewer")));
    }
    Ok(given.to_owned())
}
