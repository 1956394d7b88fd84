//! What somebody would leave behind: what waits for them by name, what they have, rules that name them, groups that would be empty, deputies.

use crate::caller::Caller;
use crate::error::Result;
use crate::known::OrganizationRules;
use crate::store::delegations::{self, DelegationEnd};
use crate::store::{StoreHandle, groups, requests, tasks, waiting_rules};
use chrono::{DateTime, Utc};
use domain::approvals::RuleTarget;
use domain::catalog::CatalogItem;
use domain::id::{PersonId, RequestId};
use domain::people::wire::{ConcernedList, ConcernedRequest, NamingRule, PersonLoad};
use domain::requests::Request;
use domain::requests::lifecycle;

/// Requests of one kind that are shown of somebody.
const SHOWN: usize = 25;
/// Requests of one kind that are handed over or counted.
pub(super) const LOOKED_AT: usize = 500;
/// Delegations that are shown.
const DEPUTIES: u64 = 20;

/// Everything that somebody would leave behind, as far as the caller sees it.
pub(super) async fn load_of(
    handle: &impl StoreHandle,
    known: &OrganizationRules,
    caller: &Caller,
    (person, email): (PersonId, &str),
    now: DateTime<Utc>,
) -> Result<PersonLoad> {
    let decisions = decisions_of(handle, person).await?;
    let work = requests::assigned_open(handle, person, LOOKED_AT as u64).await?;
    let tasks: Vec<RequestId> =
        tasks::of_person(handle, person, false, LOOKED_AT as u64).await?.into_iter().map(|(request, _)| request).collect();
    Ok(PersonLoad {
        decisions: seen_of(handle, caller, &decisions, now).await?,
        work: seen_of(handle, caller, &work, now).await?,
        tasks: seen_of(handle, caller, &tasks, now).await?,
        rules: known.items().iter().flat_map(|item| rules_naming(&item.item, email)).collect(),
        lonely_groups: groups::alone_in(handle, person).await?,
        deputies: deputies_of(handle, person, now).await?,
    })
}

/// Requests with a rule that waits for this person by name, the oldest first.
pub(super) async fn decisions_of(handle: &impl StoreHandle, person: PersonId) -> Result<Vec<RequestId>> {
    let key = RuleTarget::Person { id: person }.index_key();
    let rows = waiting_rules::waiting_for_targets(handle, &[(key.clone(), None)]).await?;
    let mut found: Vec<RequestId> = rows.into_iter().filter(|row| row.target == key).map(|row| row.request).collect();
    // Ids are made in the order of time.
    found.sort_unstable();
    found.dedup();
    found.truncate(LOOKED_AT);
    Ok(found)
}

/// Those that the caller sees, some of them as lines.
async fn seen_of(handle: &impl StoreHandle, caller: &Caller, ids: &[RequestId], now: DateTime<Utc>) -> Result<ConcernedList> {
    let first: Vec<RequestId> = ids.iter().take(SHOWN).copied().collect();
    let mut found = requests::these(handle, &first).await?;
    let mut shown = Vec::new();
    for id in &first {
        // One that cannot be read is counted all the same.
        let Some(Ok(request)) = found.remove(id) else { continue };
        if lifecycle::may_see(&request, &caller.facts, now) {
            shown.push(line(&request));
        }
        // A task each: the same request may come again.
        found.insert(*id, Ok(request));
    }
    let besides = (ids.len() - shown.len()) as u64;
    Ok(ConcernedList { shown, besides })
}

fn line(request: &Request) -> ConcernedRequest {
    ConcernedRequest { number: request.number.clone(), title: request.title.clone(), since: request.submitted_at }
}

/// The rules of an item that name somebody by their address.
fn rules_naming(item: &CatalogItem, email: &str) -> Vec<NamingRule> {
    let stages = item.approval.iter().flat_map(|policy| &policy.stages);
    let rules = stages.flat_map(|stage| &stage.rules).filter(|rule| rule.person.as_deref() == Some(email));
    rules.map(|rule| NamingRule { item: item.name.clone(), label: rule.label.clone() }).collect()
}

/// Deputies of theirs and people whose deputy they are, as far as it is not over, in words.
async fn deputies_of(handle: &impl StoreHandle, person: PersonId, now: DateTime<Utc>) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for side in [DelegationEnd::From, DelegationEnd::To] {
        for one in delegations::of_person(handle, person, side, DEPUTIES).await? {
            if one.over_at() <= now {
                continue;
            }
            words.push(match side {
                DelegationEnd::From => format!("{} decides in their place", one.to.name),
                DelegationEnd::To => format!("Decides in the place of {}", one.from.name),
            });
        }
    }
    Ok(words)
}
