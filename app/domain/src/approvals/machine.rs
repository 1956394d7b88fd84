//! The approval machine: pure and total. Who may decide comes from fresh facts about the person; what is left to decide comes from
//! the frozen stages and what happened since.
//!
//! `capacity` is the only door: it says by which right a person may decide a rule. It is closed for the requester, and for whoever
//! decides for the requester, whatever the rule says, unless the policy allows self approval.
//! Asking for changes is not a decision: it leaves every rule open, and approvals given before stay given.

use super::delegation::{keys, meant};
use super::{Approval, ApproverVerdict, DeputyDecisions, FrozenRule, FrozenStage, RuleDecision, RuleMove, RuleTarget, StageRequirement};
use crate::id::{ItemId, PersonId};
use crate::people::{Facts, PersonRef};
use crate::refusal::Refusal;
use crate::text::{count_characters, tidy_prose};
use chrono::{DateTime, Datelike, Timelike, Utc};

/// Longest reason, question, answer or note, in characters.
pub const LONGEST_TEXT: usize = 4000;

/// Whose request is decided, of which item, and when.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalCase<'a> {
    pub approval: &'a Approval,
    pub requester: PersonId,
    pub item: ItemId,
    pub now: DateTime<Utc>,
}

/// By which right somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecidingCapacity {
    Own,
    /// In this person's place.
    For(PersonRef),
}

/// What one person's decision counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRight {
    /// Keys of the rules.
    pub rules: Vec<String>,
    /// In whose place, for rules that are not decided in one's own right.
    pub on_behalf_of: DeputyDecisions,
}

/// Those the rule is meant for: whom it names, or whom it was re-routed to.
pub fn holders<'a>(approval: &'a Approval, rule: &'a FrozenRule) -> Vec<&'a RuleTarget> {
    match approval.moves.iter().rfind(|moved| moved.rule == rule.key && !moved.joins) {
        Some(moved) => vec![&moved.target],
        None => std::iter::once(&rule.target).chain(&rule.also).collect(),
    }
}

/// Those it was escalated to and who do not hold it anyway.
fn joined<'a>(approval: &'a Approval, rule: &'a FrozenRule) -> Vec<&'a RuleMove> {
    let holders = holders(approval, rule);
    approval.moves.iter().filter(|moved| moved.rule == rule.key && moved.joins && !holders.contains(&&moved.target)).collect()
}

/// Everybody who may decide the rule now: its holders, and those it was escalated to.
pub fn targets<'a>(approval: &'a Approval, rule: &'a FrozenRule) -> Vec<&'a RuleTarget> {
    let mut targets = holders(approval, rule);
    targets.extend(joined(approval, rule).into_iter().map(|moved| &moved.target));
    targets
}

/// The rule in words, as it stands now: "Ruth Abel", "anyone in Web platform owners, or Mei Lin".
pub fn words(approval: &Approval, rule: &FrozenRule) -> String {
    let rerouted = approval.moves.iter().rfind(|moved| moved.rule == rule.key && !moved.joins);
    let mut words = rerouted.map_or_else(|| rule.words.clone(), |moved| moved.words.clone());
    for moved in joined(approval, rule) {
        words.push_str(", or ");
        words.push_str(&moved.words);
    }
    words
}

/// By which right this person may decide the rule now, their own before one as a deputy; None when by none.
pub fn capacity(case: &ApprovalCase<'_>, rule: &FrozenRule, facts: &Facts) -> Option<DecidingCapacity> {
    let barred = |person: PersonId| person == case.requester && !case.approval.self_approval;
    if barred(facts.person.id) {
        return None;
    }
    let targets = targets(case.approval, rule);
    if targets.iter().any(|target| meant(target, facts.person.id, &facts.roles, &facts.memberships)) {
        return Some(DecidingCapacity::Own);
    }
    let right = facts.deputy_rights.iter().find(|right| {
        let who = &right.absent;
        let means = || targets.iter().any(|target| meant(target, who.person.id, &who.roles, &who.memberships));
        right.covers(case.item, case.now) && !barred(who.person.id) && means()
    });
    right.map(|right| DecidingCapacity::For(right.absent.person.clone()))
}

/// Whether this person may decide the rule now, by any right.
pub fn eligible(case: &ApprovalCase<'_>, rule: &FrozenRule, facts: &Facts) -> bool {
    capacity(case, rule, facts).is_some()
}

/// Every `RuleTarget::index_key` this person can decide in their own right, to find what waits for them. The requester is excluded by
/// `eligible`.
pub fn index_keys(facts: &Facts) -> Vec<String> {
    keys(facts.person.id, &facts.roles, &facts.memberships)
}

/// What this person can decide in somebody's place: the keys to find it by, and what to leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeputyScope {
    pub keys: Vec<String>,
    /// Only requests of these items; of all when empty.
    pub items: Vec<ItemId>,
    /// Whose right it is: their own requests are not among them.
    pub on_behalf_of: PersonRef,
}

/// What this person can decide as a deputy now.
pub fn deputy_scopes(facts: &Facts, now: DateTime<Utc>) -> Vec<DeputyScope> {
    let in_effect = facts.deputy_rights.iter().filter(|right| right.from <= now && now < right.until);
    let scope = |right: &super::delegation::DeputyRight| {
        let who = &right.absent;
        let keys = keys(who.person.id, &who.roles, &who.memberships);
        DeputyScope { keys, items: right.items.clone(), on_behalf_of: who.person.clone() }
    };
    in_effect.map(scope).collect()
}

/// The rule of an item whose policy names nobody (S4-017).
pub fn fallback() -> FrozenRule {
    FrozenRule {
        key: "administrators".to_owned(),
        label: "Administrators".to_owned(),
        words: "any administrator".to_owned(),
        target: RuleTarget::Administrators,
        also: Vec::new(),
    }
}

/// The rule as it applies to this requester: one that names the requester alone could never be met, so the administrators decide it.
pub fn rule_for(requester: PersonId, rule: FrozenRule) -> FrozenRule {
    match rule.target {
        RuleTarget::Person { id } if id == requester => FrozenRule {
            words: "any administrator, as nobody approves their own request".to_owned(),
            target: RuleTarget::Administrators,
            ..rule
        },
        _ => rule,
    }
}

/// The approval or rejection of a rule.
pub fn given<'a>(approval: &'a Approval, rule: &FrozenRule) -> Option<&'a RuleDecision> {
    approval.decisions.iter().find(|given| given.rule == rule.key && given.verdict != ApproverVerdict::AskForChanges)
}

fn rejected(approval: &Approval) -> bool {
    let by_people = approval.decisions.iter().any(|given| given.verdict == ApproverVerdict::Reject);
    by_people || approval.settled.iter().any(|settled| settled.verdict == ApproverVerdict::Reject)
}

/// How many of the stage's rules were approved.
pub fn approvals_in(approval: &Approval, stage: &FrozenStage) -> usize {
    stage.rules.iter().filter(|rule| given(approval, rule).is_some_and(|given| given.verdict == ApproverVerdict::Approve)).count()
}

/// Whether the stage needs nothing more.
pub fn met(approval: &Approval, stage: &FrozenStage) -> bool {
    let by_docket = approval.settled.iter().any(|settled| settled.stage == stage.key && settled.verdict == ApproverVerdict::Approve);
    by_docket || approvals_in(approval, stage) >= stage.require.needed(stage.rules.len())
}

/// The stage that is open: the first that is not met. None when all are, and after a rejection.
pub fn open_stage(approval: &Approval) -> Option<&FrozenStage> {
    if rejected(approval) { None } else { approval.stages.iter().find(|stage| !met(approval, stage)) }
}

/// The rules that wait for a decision: those of the open stage that have none yet.
pub fn open_rules(approval: &Approval) -> Vec<&FrozenRule> {
    let rules = open_stage(approval).into_iter().flat_map(|stage| &stage.rules);
    rules.filter(|rule| given(approval, rule).is_none()).collect()
}

/// Those who have decided in the open stage and may not again, as it needs a number of people.
pub fn counted(approval: &Approval) -> Vec<PersonId> {
    let Some(stage) = open_stage(approval).filter(|stage| matches!(stage.require, StageRequirement::AtLeast(_))) else { return Vec::new() };
    let of_stage = |given: &&RuleDecision| stage.rules.iter().any(|rule| rule.key == given.rule);
    approval.decisions.iter().filter(of_stage).map(|given| given.by.id).collect()
}

/// Whether nothing more has to be approved (also when nothing had to).
pub fn approved(approval: &Approval) -> bool {
    !rejected(approval) && open_stage(approval).is_none()
}

/// The open rules this person may decide now and by which right, or why there is none. What is over names who decided and when.
pub fn standing<'a>(case: &ApprovalCase<'a>, facts: &Facts) -> Result<Vec<(&'a FrozenRule, DecidingCapacity)>, Refusal> {
    let approval = case.approval;
    if facts.person.id == case.requester && !approval.self_approval {
        return Err(Refusal::not_now("This is your own request. Somebody else has to decide it."));
    }
    if !approval.rules().any(|rule| eligible(case, rule, facts)) {
        return Err(not_an_approver(case, facts));
    }
    let mut open: Vec<_> = open_rules(approval).into_iter().filter_map(|rule| Some((rule, capacity(case, rule, facts)?))).collect();
    let stage = open_stage(approval);
    if stage.is_some_and(|stage| matches!(stage.require, StageRequirement::AtLeast(_))) {
        // So many *people*: nobody counts twice, and the rule that fewest others could meet is used up first.
        if counted(approval).contains(&facts.person.id) {
            return Err(over(case, facts));
        }
        open.sort_by_key(|(rule, _)| targets(approval, rule).iter().map(|target| target.breadth()).max());
        open.truncate(1);
    }
    match (open.is_empty(), stage) {
        (false, _) => Ok(open),
        (true, Some(stage)) if !approval.decisions.iter().any(|given| decides_for(case, given, facts)) => {
            let label = if stage.label.is_empty() { String::new() } else { format!(" ({})", stage.label) };
            Err(Refusal::not_now(format!("Your turn comes later: an earlier stage{label} is still open.")))
        }
        _ => Err(over(case, facts)),
    }
}

/// In whose place this person would decide now; None when they would in their own right, or may not.
pub fn on_behalf_of(case: &ApprovalCase<'_>, facts: &Facts) -> Option<PersonRef> {
    let open = standing(case, facts).ok()?;
    let right = open.into_iter().map(|(_, capacity)| match capacity {
        DecidingCapacity::Own => None,
        DecidingCapacity::For(person) => Some(person),
    });
    // Each rule decided in one's own right is one's own decision.
    right.collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// Whether the decision was this person's, or of a rule this person could have decided.
fn decides_for(case: &ApprovalCase<'_>, given: &RuleDecision, facts: &Facts) -> bool {
    let of_theirs = |rule: &FrozenRule| rule.key == given.rule && eligible(case, rule, facts);
    given.by.id == facts.person.id || case.approval.rules().any(of_theirs)
}

/// Why somebody may not decide at all: no approver, or a deputy no more.
fn not_an_approver(case: &ApprovalCase<'_>, facts: &Facts) -> Refusal {
    if let Some((absent, until)) = ended(case, facts) {
        let (_, when) = moment(until, case.now);
        return Refusal::conflict(format!("You were the deputy of {} until {when}. It is theirs to decide now.", absent.name));
    }
    Refusal::not_now("You are not an approver of this request. Its page shows who is.")
}

/// The delegation by which this person could have decided before it ended.
pub fn ended<'a>(case: &ApprovalCase<'_>, facts: &'a Facts) -> Option<(&'a PersonRef, DateTime<Utc>)> {
    let right = facts.deputy_rights.iter().filter(|right| right.until <= case.now && right.about(case.item)).find(|right| {
        let who = &right.absent;
        let means = |target: &&RuleTarget| meant(target, who.person.id, &who.roles, &who.memberships);
        who.person.id != case.requester && case.approval.rules().any(|rule| targets(case.approval, rule).iter().any(means))
    })?;
    Some((&right.absent.person, right.until))
}

/// What one person's decision counts for: every open rule that person is eligible for (one of them where a number of people is needed).
/// `seen` is the number of events on the person's screen: a stage that opened after it was not seen, so that the second of two clicks
/// never decides the next stage. What the decision leads to is the fold's to say.
///
/// # Errors
/// Not theirs to decide, decided already, or the next stage opened after they looked.
pub fn decide(case: &ApprovalCase<'_>, facts: &Facts, seen: Option<u32>) -> Result<DecisionRight, Refusal> {
    let open = standing(case, facts)?;
    if seen.is_some_and(|seen| seen < case.approval.opened_by) {
        let label = open_stage(case.approval).map(|stage| stage.label.as_str()).filter(|label| !label.is_empty());
        let stage = label.map(|label| format!(" ({label})")).unwrap_or_default();
        return Err(Refusal::conflict(format!("The next stage{stage} opened after you looked. Read it again, then decide.")));
    }
    let rules = open.iter().map(|(rule, _)| rule.key.clone()).collect();
    let right = open.into_iter().filter_map(|(rule, capacity)| match capacity {
        DecidingCapacity::Own => None,
        DecidingCapacity::For(person) => Some((rule.key.clone(), person)),
    });
    Ok(DecisionRight { rules, on_behalf_of: right.collect() })
}

/// The rules whose approval this person can take back: their own decisions in the stage that is still open.
///
/// # Errors
/// Nothing of theirs, or its stage is over.
pub fn withdrawable(case: &ApprovalCase<'_>, facts: &Facts) -> Result<Vec<String>, Refusal> {
    let mine = |rule: &&FrozenRule| given(case.approval, rule).is_some_and(|given| given.by.id == facts.person.id);
    let open = open_stage(case.approval);
    let rules: Vec<String> = open.into_iter().flat_map(|s| &s.rules).filter(mine).map(|rule| rule.key.clone()).collect();
    match rules.is_empty() {
        false => Ok(rules),
        true if case.approval.rules().any(|rule| mine(&rule)) => {
            Err(Refusal::not_now("What you decided counts already: the next step has begun. Tell the people who work on it."))
        }
        true => Err(Refusal::not_now("You have decided nothing here that could be taken back.")),
    }
}

/// The approval with one more decision, for these rules.
pub fn record(
    approval: &Approval,
    rules: &[String],
    by: &PersonRef,
    on_behalf_of: &DeputyDecisions,
    verdict: ApproverVerdict,
    reason: &str,
    at: DateTime<Utc>,
) -> Approval {
    let mut next = approval.clone();
    next.decisions.extend(rules.iter().map(|rule| RuleDecision {
        rule: rule.clone(),
        by: by.clone(),
        on_behalf_of: on_behalf_of.get(rule).cloned(),
        at,
        verdict,
        reason: reason.to_owned(),
    }));
    next
}

/// What to tell somebody for whom nothing is left: the decision that closed it, preferably of a rule of theirs.
pub fn over(case: &ApprovalCase<'_>, facts: &Facts) -> Refusal {
    let approval = case.approval;
    let own = approval.decisions.iter().find(|given| given.by.id == facts.person.id);
    let rejection = approval.decisions.iter().find(|given| given.verdict == ApproverVerdict::Reject);
    let of_theirs = || approval.decisions.iter().rev().find(|given| decides_for(case, given, facts));
    if let (None, None, Some(settled)) = (own, rejection, approval.settled.last()) {
        let did = if settled.verdict == ApproverVerdict::Reject { "declined" } else { "approved" };
        let (on, when) = moment(settled.at, case.now);
        return Refusal::conflict(format!(
            "Docket {did} this {on} {when}, as nobody had decided in time. Nothing is left for you to decide."
        ));
    }
    let Some(closing) = own.or(rejection).or_else(of_theirs).or(approval.decisions.last()) else {
        return Refusal::not_now("Nothing is left to decide here.");
    };
    let who = if closing.by.id == facts.person.id { "You" } else { &closing.by.name };
    let place = closing.on_behalf_of.as_ref().map(|person| format!(" for {}", person.name)).unwrap_or_default();
    let did = match closing.verdict {
        ApproverVerdict::Approve => "approved this",
        ApproverVerdict::Reject => "declined this",
        ApproverVerdict::AskForChanges => "asked for changes",
    };
    let (on, when) = moment(closing.at, case.now);
    Refusal::conflict(format!("{who} {did}{place} {on} {when}. Nothing is left for you to decide."))
}

/// "at" and "09:41 UTC"; with the day when it was not today.
fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> (&'static str, String) {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let time = format!("{:02}:{:02} UTC", at.hour(), at.minute());
    if at.date_naive() == now.date_naive() {
        ("at", time)
    } else {
        ("on", format!("{} {} {} at {time}", at.day(), MONTHS[at.month0() as usize % 12], at.year()))
    }
}

/// A text a person gave along: tidied, of bounded length.
pub(crate) fn text(given: &str, path: &str, label: &str) -> Result<String, Refusal> {
    let given = tidy_prose(given);
    if count_characters(&given) > LONGEST_TEXT {
        return Err(Refusal::input(path, format!("{label} must be 4,000 characters or fewer")));
    }
    Ok(given.into_owned())
}
