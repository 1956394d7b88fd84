//! Disabling somebody on screen, with whom that goes to which they leave behind: in one transaction, with an event on each request. What is
//! given to nobody falls back to the administrators, as for everybody who leaves (`leaving`).

use super::leaving::leave;
use super::load::{LOOKED_AT, decisions_of};
use super::person::{changeable_member, managed_member, page_again};
use crate::Backend;
use crate::access::check_group_grants;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::members::{self, Member, facts};
use crate::store::{StoreHandle, Tx, groups, items, organizations, requests, sessions, tasks};
use crate::{fallback, requests as request_cases};
use domain::Refusal;
use domain::access::granting::spare_last_administrator;
use domain::approvals::{RuleTarget, machine};
use domain::audit::compare::{ValueChanges, write_person};
use domain::audit::{AuditDraft, AuditKind};
use domain::catalog::CatalogItem;
use domain::id::{OrganizationId, PersonId, RequestId};
use domain::people::wire::{DisabledPerson, HandOver, HandedOver, LONGEST_REASON, PersonView};
use domain::people::{Facts, PersonRef};
use domain::permission::Permission;
use domain::requests::actions::ActionInput;
use domain::requests::lifecycle;
use domain::text::{count_characters, tidy_line};

/// Disables a person in the caller's organization, and hands over what they leave behind.
///
/// # Errors
/// Not found for whoever does not look after them; not now when they hold more than the caller, are the caller, or are the last
/// administrator; conflict when they are disabled already; input when somebody named is not there.
pub async fn disable_person(backend: &Backend, caller: &Caller, id: PersonId, hand: HandOver) -> Result<DisabledPerson> {
    // First: what is wrong with the rest is nothing to those who look after somebody else.
    managed_member(&backend.store().read(caller.organization), caller, id).await?;
    let reason = tidy_line(&hand.reason).into_owned();
    if count_characters(&reason) > LONGEST_REASON {
        return Err(Refusal::input("reason", format!("Write a reason of up to {LONGEST_REASON} characters")).into());
    }
    let hand = HandOver { reason, ..hand };
    let (be, maker, actor) = (backend.clone(), caller.clone(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            // One after the other: two that are disabled at once must not both rely on the other.
            organizations::lock(tx).await?;
            let member = changeable_member(tx, &be, &maker, id).await?;
            if maker.id() == id {
                return Err(Refusal::not_now("You cannot disable your own account. Ask another administrator.").into());
            }
            if !member.can_sign_in() {
                return Err(Refusal::conflict(format!("{} is disabled already.", member.account.name)).into());
            }
            let facts = request_cases::fresh(tx, maker.id(), be.now()).await?;
            let over = Handing { tx, be: &be, facts: &facts, member: &member, hand: &hand };
            let mut handed = over.requests().await?;
            let mut drafts = vec![AuditDraft { reason: hand.reason.clone(), ..AuditDraft::of_person(AuditKind::PersonDisabled, id) }];
            (handed.rules, handed.groups) = (over.rules(&mut drafts).await?, over.groups(&mut drafts).await?);
            let administrators = members::lasting_administrators(tx).await?;
            members::set_disabled(tx, id, true).await?;
            if administrators > 0 {
                spare_last_administrator(members::lasting_administrators(tx).await?)?;
            }
            leave(tx, id, be.now()).await?;
            audit::record(tx, &be, &actor, drafts).await?;
            handed.fell_back = fallback::settle(tx, &be).await?.into();
            Ok::<HandedOver, Error>(handed)
        })
    });
    let handed = work.await?;
    sessions::delete_of_person(backend.store(), id).await?;
    Ok(DisabledPerson { view: page_again(backend, caller, id).await?, handed })
}

/// Lets a person use the caller's organization again. Deputies and links that ended stay ended.
///
/// # Errors
/// Not found for whoever does not look after them; not now when they hold more than the caller, or their account is disabled everywhere;
/// conflict when they are not disabled.
pub async fn enable_person(backend: &Backend, caller: &Caller, id: PersonId) -> Result<PersonView> {
    let (be, maker, actor) = (backend.clone(), caller.clone(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let member = changeable_member(tx, &be, &maker, id).await?;
            if member.account_disabled {
                let message =
                    format!("The account of {} is disabled everywhere. Only the command line enables it again.", member.account.name);
                return Err(Refusal::not_now(message).into());
            }
            if !member.disabled {
                return Err(Refusal::conflict(format!("{} is not disabled.", member.account.name)).into());
            }
            members::set_disabled(tx, id, false).await?;
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PersonEnabled, id)]).await?;
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![id] });
            Ok::<(), Error>(())
        })
    });
    work.await?;
    page_again(backend, caller, id).await
}

/// What is handed over, by whom, in which transaction.
struct Handing<'a> {
    tx: &'a Tx<'a>,
    be: &'a Backend,
    /// Of whoever hands it over: what they may not do is not done.
    facts: &'a Facts,
    member: &'a Member,
    hand: &'a HandOver,
}

impl Handing<'_> {
    fn leaver(&self) -> PersonId {
        self.member.account.id
    }

    /// Somebody who gets something, as they are now.
    async fn receiver(&self, field: &str, id: PersonId) -> Result<Facts> {
        let found = if id == self.leaver() { None } else { facts::own(self.tx, id, self.be.now()).await? };
        Ok(found.ok_or_else(|| Refusal::input(field, "Choose somebody else from the list who can sign in"))?)
    }

    /// Decisions, requests and tasks.
    async fn requests(&self) -> Result<HandedOver> {
        let mut handed = HandedOver::default();
        if let Some(to) = self.hand.decisions {
            let to = self.receiver("decisions", to).await?.person;
            for request in decisions_of(self.tx, self.leaver()).await? {
                // What cannot be given to them falls back with the rest.
                handed.decisions += u64::from(self.reroute(request, &to).await?);
            }
        }
        let work = requests::assigned_open(self.tx, self.leaver(), LOOKED_AT as u64).await?;
        match self.hand.work {
            Some(to) => {
                let to = self.receiver("work", to).await?;
                for request in work {
                    let given = self.assign(request, &to).await?;
                    (handed.work, handed.stayed) = (handed.work + u64::from(given), handed.stayed + u64::from(!given));
                }
            }
            None => handed.stayed = work.len() as u64,
        }
        let to = match self.hand.tasks {
            Some(to) => Some(self.receiver("tasks", to).await?.person),
            None => None,
        };
        for (_, task) in tasks::of_person(self.tx, self.leaver(), false, LOOKED_AT as u64).await? {
            match request_cases::hand_task(self.tx, self.be, self.facts, task.id, to.as_ref()).await {
                Ok(()) => handed.tasks += u64::from(to.is_some()),
                Err(Error::Refused(_)) => handed.stayed += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(handed)
    }

    /// Gives every rule of a request that waits for them by name to somebody else; false when none could be.
    async fn reroute(&self, id: RequestId, to: &PersonRef) -> Result<bool> {
        let Some(mut request) = requests::lock(self.tx, id).await? else { return Ok(false) };
        let left = RuleTarget::Person { id: self.leaver() };
        let approval = &request.state.approval;
        let theirs = approval.rules().filter(|rule| machine::targets(approval, rule).contains(&&left));
        let rules: Vec<String> = theirs.map(|rule| rule.key.clone()).collect();
        let reason = match self.hand.reason.as_str() {
            "" => format!("{} left.", self.member.account.name),
            reason => reason.to_owned(),
        };
        let mut given = false;
        for rule in rules {
            let input = ActionInput::reroute(rule, RuleTarget::Person { id: to.id }, to.name.as_str(), reason.as_str());
            if let Ok(decision) = lifecycle::act(&request, self.facts, &input, self.be.now()) {
                request.state = request_cases::record(self.tx, self.be, &request, &decision).await?;
                given = true;
            }
        }
        Ok(given)
    }

    /// Gives a request that they have to somebody else; false when it could not be.
    async fn assign(&self, id: RequestId, to: &Facts) -> Result<bool> {
        let Some(request) = requests::lock(self.tx, id).await? else { return Ok(false) };
        let Ok(decision) = lifecycle::act(&request, self.facts, &ActionInput::assign(to.clone()), self.be.now()) else { return Ok(false) };
        request_cases::record(self.tx, self.be, &request, &decision).await?;
        Ok(true)
    }

    /// Names somebody else in rules of catalog items; how many.
    async fn rules(&self, drafts: &mut Vec<AuditDraft>) -> Result<u64> {
        let Some(to) = self.hand.rules else { return Ok(0) };
        if !self.facts.may(Permission::ManageDefinitions) {
            return Err(Refusal::NotFound.into());
        }
        self.receiver("rules", to).await?;
        let Some((account, _)) = members::contacts(self.tx, to).await? else { return Ok(0) };
        let mut renamed = 0;
        for (id, item) in items::all(self.tx).await? {
            let (changed, rules) = name_instead(&item, &self.member.account.email, &account.email);
            if changed == item {
                continue;
            }
            items::redefine(self.tx, id, &changed, self.be.now()).await?;
            let value = |item: &CatalogItem| serde_json::to_value(item).map_err(Error::failed);
            let changes = ValueChanges::between(Some(&value(&item)?), Some(&value(&changed)?));
            drafts.push(AuditDraft::of(AuditKind::ItemChanged, item.key.as_str(), item.name.as_str()).with(changes));
            renamed += rules;
        }
        Ok(renamed)
    }

    /// Adds people to groups that would be empty; how many groups.
    async fn groups(&self, drafts: &mut Vec<AuditDraft>) -> Result<u64> {
        let mut joined = 0;
        for (group, to) in &self.hand.groups {
            check_group_grants(self.tx, self.facts, *group).await?;
            let to = self.receiver("groups", *to).await?.person;
            let name = groups::find(self.tx, *group).await?.ok_or(Refusal::NotFound)?.name;
            let Some(roles) = groups::join_as(self.tx, *group, to.id, self.leaver()).await? else { continue };
            let words = if roles.is_empty() { "member".to_owned() } else { roles.join(", ") };
            let mut changes = ValueChanges::default();
            changes.add(&format!("groups › {name}"), None, Some(words));
            changes.add("in place of", None, Some(write_person(self.leaver())));
            drafts.push(AuditDraft::of_person(AuditKind::PersonChanged, to.id).with(changes));
            self.tx.announce(LiveChange::Rights { organization: OrganizationId(self.tx.organization()), people: vec![to.id] });
            joined += 1;
        }
        Ok(joined)
    }
}

/// The item with another person named wherever it names one by their address, and how many rules that changed.
fn name_instead(item: &CatalogItem, before: &str, after: &str) -> (CatalogItem, u64) {
    let mut changed = item.clone();
    let mut rules = 0;
    let mut rename = |named: &mut Option<String>, is_rule: bool| {
        if named.as_deref() == Some(before) {
            *named = Some(after.to_owned());
            rules += u64::from(is_rule);
        }
    };
    for stage in changed.approval.iter_mut().flat_map(|policy| &mut policy.stages) {
        stage.rules.iter_mut().for_each(|rule| rename(&mut rule.person, true));
        stage.deadline.iter_mut().for_each(|deadline| rename(&mut deadline.escalate_to, false));
    }
    changed.plan.tasks.iter_mut().for_each(|task| rename(&mut task.assignee, false));
    (changed, rules)
}

/// Whether an item names somebody by their address.
pub(super) fn names(item: &CatalogItem, email: &str) -> bool {
    name_instead(item, email, "").0 != *item
}
