//! Who will have to approve: an item's policy, with its rules' people and groups found in the organization.

use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{Handle, groups, items, members};
use domain::Refusal;
use domain::approvals::wire::{Route, RouteRule};
use domain::approvals::{FrozenRule, Rule, Target, machine};
use domain::catalog::{self, Item};
use domain::forms::Answers;
use domain::people::{Facts, GroupRef};
use domain::permission;

/// People named for one rule.
const NAMED: usize = 5;

/// Who would have to approve a request with these answers, if it were sent now.
///
/// # Errors
/// Not found when the item is not for the caller.
pub async fn preview_route(backend: &Backend, caller: &Caller, item_key: &str, _answers: &Answers) -> Result<Route> {
    let handle = backend.store().read(caller.organization);
    let (_, item, _) = items::by_key(&handle, item_key)
        .await?
        .filter(|(_, item, _)| catalog::may_request(item, &caller.facts))
        .ok_or(Refusal::NotFound)?;
    route(&handle, &item, &caller.facts).await
}

/// The route of an item for this requester.
pub(super) async fn route(handle: &impl Handle, item: &Item, requester: &Facts) -> Result<Route> {
    let Some(policy) = &item.approval else {
        return Ok(Route::default());
    };
    let me = requester.person.id;
    let mut rules = Vec::new();
    for rule in machine::rules_for(me, frozen(handle, item).await?) {
        let limit = NAMED as u64 + 1;
        let (found, total) = match &rule.target {
            Target::Person { id } => {
                let found = members::people(handle, &[*id]).await?;
                let total = found.len() as u64;
                (found, total)
            }
            Target::Group { id } => groups::members(handle, *id, None, limit).await?,
            Target::GroupRole { id, role } => groups::members(handle, *id, Some(role), limit).await?,
            Target::Administrators => members::administrators(handle, limit).await?,
        };
        // The requester may be among those counted without being among those listed: ask the same rule about them alone.
        let counted = might_decide(&rule, requester);
        let mut people: Vec<_> = found.into_iter().filter(|person| person.id != me).collect();
        people.truncate(NAMED);
        let more = total.saturating_sub(people.len() as u64 + u64::from(counted));
        rules.push(RouteRule { label: rule.label, words: rule.words, people, more });
    }
    Ok(Route { require: policy.require, rules })
}

/// Whether this person is among those the rule names, as if it were somebody else's request.
fn might_decide(rule: &FrozenRule, facts: &Facts) -> bool {
    let nobody = domain::id::PersonId(uuid::Uuid::nil());
    machine::eligible(rule, facts, nobody)
}

/// The policy's rules with their targets found, ready to be frozen. Empty when the item needs no approval.
pub(super) async fn frozen(handle: &impl Handle, item: &Item) -> Result<Vec<FrozenRule>> {
    let Some(policy) = &item.approval else {
        return Ok(Vec::new());
    };
    if policy.rules.is_empty() {
        return Ok(vec![machine::fallback()]);
    }
    let keys: Vec<&str> = policy.rules.iter().filter(|rule| rule.person.is_none()).filter_map(|rule| rule.group.as_deref()).collect();
    let groups = groups::by_keys(handle, &keys).await?;
    let mut rules = Vec::with_capacity(policy.rules.len());
    for rule in &policy.rules {
        rules.push(find(handle, rule, &groups).await?);
    }
    Ok(rules)
}

async fn find(handle: &impl Handle, rule: &Rule, groups: &[GroupRef]) -> Result<FrozenRule> {
    let freeze = |words: String, target| FrozenRule { key: rule.key.clone(), label: rule.label.clone(), words, target };
    if let Some(email) = &rule.person {
        if let Some(person) = members::by_email(handle, email).await? {
            return Ok(freeze(person.name, Target::Person { id: person.id }));
        }
    } else if let Some(key) = &rule.group
        && let Some(group) = groups.iter().find(|group| group.key == *key)
    {
        return Ok(match &rule.role {
            Some(role) => {
                let holder = permission::ROLES.iter().find(|(key, _, _)| key == role).map_or(role.as_str(), |(_, label, _)| label);
                freeze(format!("a {} of {}", lower_first(holder), group.name), Target::GroupRole { id: group.id, role: role.clone() })
            }
            None => freeze(format!("anyone in {}", group.name), Target::Group { id: group.id }),
        });
    }
    // Whoever the rule named is gone: somebody has to be able to decide.
    Ok(freeze("any administrator, as nobody fits this rule any more".to_owned(), Target::Administrators))
}

fn lower_first(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
