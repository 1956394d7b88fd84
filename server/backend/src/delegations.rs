//! Deputies: who decides in somebody's place while they are away.
//!
//! Who acts: whoever goes away, and administrators, who see everybody's and can end them. What a deputy may decide is the domain's; it
//! is read afresh for each use case (`store/members/facts.rs`).

use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::delegations::{self, DelegationEnd};
use crate::store::members::facts;
use crate::store::{StoreHandle, Tx, items};
use crate::{Backend, fallback, zones};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use domain::approvals::away::{self, AwayRow, AwayView, DelegationPhase};
use domain::approvals::delegation::Delegation;
use domain::audit::compare::{ValueChanges, write_person};
use domain::audit::{AuditDraft, AuditKind};
use domain::forms::Answers;
use domain::forms::check::check;
use domain::id::{DelegationId, ItemId, OrganizationId};
use domain::organization::{ProductFeature, require_feature};
use domain::people::Facts;
use domain::permission::Permission;
use domain::{Problem, Refusal};
use std::collections::BTreeMap;

/// Grants of one person that are looked at.
const LISTED: u64 = 100;
/// Grants between others that an administrator sees.
const OF_OTHERS: u64 = 200;
/// Past delegations that are shown.
const PAST: usize = 20;
/// Grants of one person that are not over.
const MOST: usize = 20;
/// How long an ended delegation can be taken up again.
const UNDO: Duration = Duration::minutes(1);

/// The "Away" page of the caller.
///
/// # Errors
/// When the database fails.
pub async fn page(backend: &Backend, caller: &Caller) -> Result<AwayView> {
    let (handle, now) = (backend.store().read(caller.organization), backend.now());
    let administers = caller.facts.may(Permission::ManagePeople);
    let known = items::all(&handle).await?;
    let names: BTreeMap<ItemId, String> = known.iter().map(|(id, item)| (*id, item.name.clone())).collect();
    let row = |delegation: &Delegation| row(delegation, &names, caller, now);
    let given = delegations::of_person(&handle, caller.id(), DelegationEnd::From, LISTED).await?;
    let held = delegations::of_person(&handle, caller.id(), DelegationEnd::To, LISTED).await?;
    let others = if administers { delegations::not_over(&handle, now, OF_OTHERS).await? } else { Vec::new() };
    let mine = |delegation: &&Delegation| delegation.from.id != caller.id() && delegation.to.id != caller.id();
    Ok(AwayView {
        given: in_order(given.iter().map(row).collect()),
        held: in_order(held.iter().map(row).collect()),
        others: others.iter().filter(mine).map(row).collect(),
        administers,
        form: away::form(&services(&known, caller)),
        today: caller.today(now),
    })
}

/// Makes somebody the caller's deputy.
///
/// # Errors
/// `Problems` with a sentence for each answer that cannot be taken.
pub async fn begin(backend: &Backend, caller: &Caller, answers: Answers) -> Result<()> {
    let (be, who) = (backend.clone(), caller.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                require_feature(&who.facts, ProductFeature::Deputies)?;
                let delegation = wanted(tx, &be, &who, &answers).await?;
                delegations::insert(tx, &delegation, be.now()).await?;
                announce(tx, &delegation);
                fallback::settle(tx, &be).await?;
                Ok(())
            })
        })
        .await
}

/// Ends a delegation now; nothing happens when it is over.
///
/// # Errors
/// Not found, also when it is not the caller's to end.
pub async fn end(backend: &Backend, caller: &Caller, id: DelegationId) -> Result<()> {
    let (be, who) = (backend.clone(), caller.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let delegation = theirs(tx, &who, id, be.now()).await?;
                if be.now() < delegation.over_at() {
                    delegations::set_revoked(tx, id, Some(be.now())).await?;
                    record_for_other(tx, &be, &who, &delegation, AuditKind::DeputyEnded).await?;
                    announce(tx, &delegation);
                    fallback::settle(tx, &be).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Takes an ending back, within a minute.
///
/// # Errors
/// Not found; not now when that was too long ago.
pub async fn resume(backend: &Backend, caller: &Caller, id: DelegationId) -> Result<()> {
    let (be, who) = (backend.clone(), caller.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                require_feature(&who.facts, ProductFeature::Deputies)?;
                let delegation = theirs(tx, &who, id, be.now()).await?;
                match delegation.revoked_at {
                    Some(at) if be.now() - at <= UNDO && be.now() < delegation.ends_at => {
                        delegations::set_revoked(tx, id, None).await?;
                        record_for_other(tx, &be, &who, &delegation, AuditKind::DeputyResumed).await?;
                        announce(tx, &delegation);
                        fallback::settle(tx, &be).await?;
                        Ok(())
                    }
                    Some(_) => Err(Refusal::not_now("This ended more than a minute ago. Set it up again.").into()),
                    None => Ok(()),
                }
            })
        })
        .await
}

/// The delegation these answers ask for, if it makes sense beside those there are.
async fn wanted(tx: &Tx<'_>, be: &Backend, caller: &Caller, answers: &Answers) -> Result<Delegation> {
    let now = be.now();
    let me = facts::acting(tx, caller.id(), now).await?.ok_or(Refusal::NotFound)?;
    let known = items::all(tx).await?;
    let problems = check(&away::form(&services(&known, caller)), answers, caller.today(now));
    if !problems.is_empty() {
        return Err(Refusal::Problems { problems }.into());
    }
    let wanted = away::read(answers).ok_or_else(|| Refusal::input("to", "Fill the form again: it could not be read"))?;
    let deputy = facts::own(tx, wanted.to, now).await?.ok_or_else(|| problem("to", "Choose a deputy from the list"))?;
    let delegation = Delegation {
        id: DelegationId(be.id()),
        from: me.person,
        to: deputy.person,
        starts_at: beginning(caller, wanted.since).max(now),
        ends_at: wanted.until.succ_opt().map_or(now, |day| beginning(caller, day)),
        items: wanted.items,
        revoked_at: None,
    };
    delegation.check(now).map_err(by_field)?;
    let given = delegations::of_person(tx, caller.id(), DelegationEnd::From, LISTED).await?;
    let ahead: Vec<&Delegation> = given.iter().filter(|one| now < one.over_at()).collect();
    if ahead.len() >= MOST {
        return Err(problem("to", "You have 20 deputies already. End one first").into());
    }
    let same = |one: &&&Delegation| {
        let covers = one.items.is_empty() || (!delegation.items.is_empty() && delegation.items.iter().all(|item| one.items.contains(item)));
        one.to.id == delegation.to.id && covers && one.starts_at < delegation.ends_at && delegation.starts_at < one.ends_at
    };
    if ahead.iter().any(|one| same(&one)) {
        let message = format!("{} decides for you in these days already. End that first, or choose other days", delegation.to.name);
        return Err(problem("to", &message).into());
    }
    Ok(delegation)
}

/// The delegation, when the caller may end it.
async fn theirs(tx: &Tx<'_>, caller: &Caller, id: DelegationId, now: DateTime<Utc>) -> Result<Delegation> {
    let delegation = delegations::lock(tx, id).await?.ok_or(Refusal::NotFound)?;
    let facts = facts::acting(tx, caller.id(), now).await?.ok_or(Refusal::NotFound)?;
    if may_end(&delegation, &facts) { Ok(delegation) } else { Err(Refusal::NotFound.into()) }
}

/// Writes down what somebody changes about a delegation that is not theirs.
async fn record_for_other(tx: &Tx<'_>, be: &Backend, caller: &Caller, delegation: &Delegation, kind: AuditKind) -> Result<()> {
    if delegation.from.id == caller.id() {
        return Ok(());
    }
    let mut changes = ValueChanges::default();
    let deputy = Some(write_person(delegation.to.id));
    let (before, after) = if kind == AuditKind::DeputyEnded { (deputy, None) } else { (None, deputy) };
    changes.add("deputy", before, after);
    audit::record(tx, be, &AuditActor::from(caller), vec![AuditDraft::of_person(kind, delegation.from.id).with(changes)]).await
}

fn may_end(delegation: &Delegation, facts: &Facts) -> bool {
    delegation.from.id == facts.person.id || facts.may(Permission::ManagePeople)
}

/// Open pages of the deputy show other requests now.
fn announce(tx: &Tx<'_>, delegation: &Delegation) {
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![delegation.to.id] });
}

/// What the caller can limit a delegation to.
fn services(known: &[(ItemId, domain::catalog::CatalogItem)], caller: &Caller) -> Vec<(ItemId, String)> {
    known.iter().filter(|(_, item)| away::concerns(item, &caller.facts, &caller.email)).map(|(id, item)| (*id, item.name.clone())).collect()
}

/// The first moment of a day where the caller is.
fn beginning(caller: &Caller, day: NaiveDate) -> DateTime<Utc> {
    zones::moment(caller.zone, day.and_time(NaiveTime::MIN))
}

fn row(delegation: &Delegation, names: &BTreeMap<ItemId, String>, caller: &Caller, now: DateTime<Utc>) -> AwayRow {
    let phase = match () {
        () if now >= delegation.over_at() => DelegationPhase::Over,
        () if now < delegation.starts_at => DelegationPhase::Planned,
        () => DelegationPhase::Now,
    };
    // Its end is the first moment after it.
    let last = delegation.over_at().max(delegation.starts_at + Duration::microseconds(1)) - Duration::microseconds(1);
    AwayRow {
        id: delegation.id,
        from: delegation.from.clone(),
        to: delegation.to.clone(),
        first: zones::date(caller.zone, delegation.starts_at),
        last: zones::date(caller.zone, last),
        services: delegation.items.iter().filter_map(|id| names.get(id).cloned()).collect(),
        phase,
        ended_early: delegation.revoked_at.is_some_and(|at| at < delegation.ends_at),
        may_end: phase != DelegationPhase::Over && may_end(delegation, &caller.facts),
    }
}

/// Those that are not over, the next first; then the past ones, the latest first.
fn in_order(rows: Vec<AwayRow>) -> Vec<AwayRow> {
    let (mut past, mut ahead): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.phase == DelegationPhase::Over);
    ahead.sort_by_key(|row| (row.first, row.last));
    past.sort_by_key(|row| std::cmp::Reverse(row.last));
    past.truncate(PAST);
    ahead.extend(past);
    ahead
}

fn problem(field: &str, message: &str) -> Refusal {
    Refusal::Problems {
        problems: vec![Problem { section: away::SECTION.to_owned(), field: field.to_owned(), message: message.to_owned() }],
    }
}

/// What the domain refuses, at the field it is about.
fn by_field(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Input { path, message } => problem(&path, &message),
        other => other,
    }
}
