//! Who will have to approve: an item's policy, with its rules' people and groups found in the organization.

use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::known::{KnownItem, OrganizationRules};
use crate::store::{StoreHandle, delegations, groups, members};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::approvals::delegation::{Delegation, meant};
use domain::approvals::route::{PolicyDirectory, RouteDescription, RouteQuestion, describe};
use domain::approvals::wire::{ApprovalRoute, DeputyView, RouteRule, RouteStage};
use domain::approvals::{FrozenRule, RuleTarget};
use domain::catalog::CatalogItem;
use domain::forms::{Answers, Form};
use domain::id::{ItemId, PersonId};
use domain::people::Facts;

/// People named for one rule.
const NAMED: usize = 5;

/// Who would have to approve a request with these answers, if it were sent now.
///
/// # Errors
/// Not found when the item is not for the caller.
pub async fn preview_route(backend: &Backend, caller: &Caller, item_key: &str, answers: &Answers) -> Result<ApprovalRoute> {
    let handle = backend.store().read(caller.organization);
    let known = backend.known_to(caller).await?;
    let item = known.offered(item_key, caller).ok_or(Refusal::NotFound)?;
    route(backend, &handle, (&known, item), item.form_for(&caller.facts.group_keys())?.form(), answers, &caller.facts).await
}

/// The route of an item for this requester.
pub(super) async fn route(
    backend: &Backend,
    handle: &impl StoreHandle,
    (known, KnownItem { id, item, .. }): (&OrganizationRules, &KnownItem),
    form: &Form,
    answers: &Answers,
    requester: &Facts,
) -> Result<ApprovalRoute> {
    let found = directory(handle, known, item, answers, requester.person.id, backend.now()).await?;
    let asked = RouteQuestion {
        policy: item.approval.as_ref(),
        approver_team: item.approver_team.as_deref(),
        requester: &requester.person,
        form,
        answers,
    };
    let RouteDescription { approval, because, skipped, .. } = describe(&asked, &found);
    let me = requester.person.id;
    let mut rules = Vec::new();
    let numbered: Vec<(usize, &FrozenRule)> =
        approval.stages.iter().enumerate().flat_map(|(stage, at)| at.rules.iter().map(move |rule| (stage, rule))).collect();
    for (stage, rule) in numbered {
        let limit = NAMED as u64 + 1;
        let (found, total) = match &rule.target {
            RuleTarget::Person { id } => {
                let found = known.people(handle, &[*id]).await?;
                let total = found.len() as u64;
                (found, total)
            }
            RuleTarget::Group { id } => groups::members(handle, *id, None, limit).await?,
            RuleTarget::GroupRole { id, role } => groups::members(handle, *id, Some(role), limit).await?,
            RuleTarget::Administrators => members::administrators(handle, backend.now(), limit).await?,
        };
        // The requester may be among those counted without being among those listed: ask the same rule about them alone.
        let barred = !approval.self_approval;
        let counted = barred && meant(&rule.target, me, &requester.roles, &requester.memberships);
        let mut people: Vec<_> = found.into_iter().filter(|person| !barred || person.id != me).collect();
        people.truncate(NAMED);
        let more = total.saturating_sub(people.len() as u64 + u64::from(counted));
        rules.push(RouteRule {
            label: rule.label.clone(),
            words: rule.words.clone(),
            people,
            more,
            stage: stage as u32,
            because: because.get(&rule.key).cloned().unwrap_or_default(),
            deputies: Vec::new(),
        });
    }
    let barred = (!approval.self_approval).then_some(me);
    deputies(handle, *id, barred, &mut rules, backend.now()).await?;
    let stages = approval.stages.iter().map(|stage| RouteStage {
        label: stage.label.clone(),
        require: stage.require,
        rules: stage.rules.len() as u32,
    });
    let require = approval.stages.first().map(|stage| stage.require).unwrap_or_default();
    Ok(ApprovalRoute { require, rules, stages: stages.collect(), skipped })
}

/// Names the deputies of the people shown who decide in their place now; never the person who may not decide it at all.
async fn deputies(
    handle: &impl StoreHandle,
    item: ItemId,
    barred: Option<PersonId>,
    rules: &mut [RouteRule],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut shown: Vec<PersonId> = rules.iter().flat_map(|rule| &rule.people).map(|person| person.id).collect();
    shown.sort_unstable();
    shown.dedup();
    let mut delegations = delegations::in_effect(handle, &shown, now).await?;
    delegations.retain(|delegation| (delegation.items.is_empty() || delegation.items.contains(&item)) && Some(delegation.to.id) != barred);
    for rule in rules {
        // Whoever decides the rule in their own right needs nobody's place.
        let own = |id: PersonId| rule.people.iter().any(|person| person.id == id);
        let of_rule = delegations.iter().filter(|delegation| own(delegation.from.id) && !own(delegation.to.id));
        let deputy = |delegation: &Delegation| DeputyView {
            person: delegation.to.clone(),
            on_behalf_of: delegation.from.clone(),
            until: delegation.ends_at,
        };
        rule.deputies = of_rule.map(deputy).collect();
    }
    Ok(())
}

/// The people and groups the item's policy speaks of.
pub(super) async fn directory(
    handle: &impl StoreHandle,
    known: &OrganizationRules,
    item: &CatalogItem,
    answers: &Answers,
    requester: PersonId,
    now: DateTime<Utc>,
) -> Result<PolicyDirectory> {
    let mut found = PolicyDirectory::default();
    let Some(policy) = &item.approval else { return Ok(found) };
    for email in policy.emails() {
        if let Some(person) = known.by_email(handle, email).await? {
            found.people.insert(email.to_owned(), person);
        }
    }
    let keys = policy.groups().into_iter().chain(item.approver_team.as_deref());
    found.groups = keys.filter_map(|key| Some((key.to_owned(), known.group(key)?.clone()))).collect();
    if policy.asks_manager() {
        found.manager = known.manager(handle, requester).await?;
    }
    let requester = (!policy.self_approval).then_some(requester);
    for rule in policy.rules() {
        let Some(group) = rule.group.as_deref().and_then(|key| known.group(key)) else { continue };
        let target = match &rule.role {
            Some(role) => RuleTarget::GroupRole { id: group.id, role: role.clone() },
            None => RuleTarget::Group { id: group.id },
        };
        if known.is_nobody(handle, &target, requester, now).await? {
            found.nobody.insert(target);
        }
    }
    found.picked = known.people(handle, &policy.picked(answers)).await?.into_iter().map(|person| (person.id, person)).collect();
    Ok(found)
}
