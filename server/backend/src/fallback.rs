//! Nobody can decide: requests that wait for somebody who can no longer, fall back to the administrators. Looked for in the transaction
//! of whatever takes the right to decide from somebody, and once a minute, as people also go away by the calendar and stages open late.
//!
//! Deliberately not here: what nobody can decide means, and what happens then (`domain::approvals::able`).

use crate::Backend;
use crate::error::{Error, Result};
use crate::requests::record;
use crate::store::waiting_rules::WaitingRow;
use crate::store::{StoreHandle, Tx, counted_approvers, delegations, members, organizations, requests, waiting_rules};
use chrono::{DateTime, Utc};
use domain::approvals::RuleTarget;
use domain::approvals::able::{ActiveDelegation, PossibleDeciders, undecidable};
use domain::id::{OrganizationId, PersonId, RequestId};
use domain::requests::Status;
use domain::requests::lifecycle::{self, SystemObservation};
use std::collections::{BTreeMap, BTreeSet};

/// People of a group that are looked at: among so many somebody is there.
const LOOKED_AT: u64 = 200;
/// Requests that wait for more people, of which this many are looked at.
const COUNTED: u64 = 1000;
/// Requests that fall back in one transaction; the others do within a minute.
const AT_ONCE: usize = 200;

/// What waits for nobody, if anything does.
struct Stuck {
    deciders: PossibleDeciders,
    requests: Vec<RequestId>,
}

/// Has what nobody can decide by now fall back, in the transaction of what changed it. Answers how many requests did.
///
/// # Errors
/// When the database fails.
pub(crate) async fn settle(tx: &Tx<'_>, backend: &Backend) -> Result<u32> {
    let stuck = look(tx, backend.now()).await?;
    let mut done = 0;
    for id in stuck.requests.iter().take(AT_ONCE) {
        done += u32::from(fall_back(tx, backend, &stuck.deciders, *id).await?);
    }
    Ok(done)
}

/// Looks through every organization. Answers how many requests fell back.
///
/// # Errors
/// When the database fails.
pub(crate) async fn run(backend: &Backend) -> Result<u32> {
    let mut done = 0;
    for organization in organizations::all(&backend.store().platform()).await? {
        let found = look(&backend.store().read(organization.id), backend.now()).await;
        match found {
            Ok(stuck) if stuck.requests.is_empty() => {}
            Ok(_) => done += settle_all(backend, organization.id).await?,
            Err(Error::Damaged(cause)) => {
                tracing::error!(organization = %organization.key, cause, "failed to read who can decide in organization {}", organization.key)
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

async fn settle_all(backend: &Backend, organization: OrganizationId) -> Result<u32> {
    let be = backend.clone();
    backend.store().write(organization, move |tx| Box::pin(async move { settle(tx, &be).await })).await
}

async fn fall_back(tx: &Tx<'_>, backend: &Backend, deciders: &PossibleDeciders, id: RequestId) -> Result<bool> {
    let request = match requests::lock(tx, id).await {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(false),
        Err(Error::Damaged(cause)) => {
            tracing::error!(%id, cause, "failed to read request {id}, which nobody can decide");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let seen = SystemObservation::NobodyLeft { deciders: deciders.clone() };
    let decision = lifecycle::observe(&request, &seen, backend.now());
    if decision.is_nothing() {
        return Ok(false);
    }
    record(tx, backend, &request, &decision).await?;
    tracing::info!(number = %request.number, "request {} fell back to the administrators: nobody who was asked can decide it", request.number);
    Ok(true)
}

/// Who can decide what waits, and the requests that may wait for nobody.
async fn look(handle: &impl StoreHandle, now: DateTime<Utc>) -> Result<Stuck> {
    let mut stuck = Stuck { deciders: PossibleDeciders::default(), requests: Vec::new() };
    let waiting = waiting_rules::targets(handle).await?;
    let targets: Vec<RuleTarget> = waiting.iter().filter_map(|key| RuleTarget::from_index_key(key)).collect();
    if targets.iter().all(|target| *target == RuleTarget::Administrators) {
        return Ok(stuck);
    }
    let people: Vec<PersonId> = targets
        .iter()
        .filter_map(|target| match target {
            RuleTarget::Person { id } => Some(*id),
            _ => None,
        })
        .collect();
    let mut there = BTreeSet::new();
    for some in people.chunks(500) {
        there.extend(members::present_people(handle, some).await?.into_iter().map(|person| person.id));
    }
    for target in targets {
        let meant = match &target {
            RuleTarget::Person { id } => there.get(id).copied().into_iter().collect(),
            group => members::meant(handle, group, now, LOOKED_AT).await?.into_iter().map(|person| person.id).collect(),
        };
        stuck.deciders.means(target, meant);
    }
    for away in delegations::absences(handle, now).await? {
        stuck.deciders.is_away(away.from, ActiveDelegation { items: away.items, deputy: away.to });
    }
    let wanted = doubtful(&stuck.deciders, &waiting);
    let mut found = not_yet_theirs(waiting_rules::waiting_for_targets(handle, &wanted).await?, &wanted);
    // Where a number of people is needed, whoever has decided is nobody for the rest.
    found.extend(counted_approvers::requests(handle, COUNTED).await?);
    for some in found.chunks(AT_ONCE) {
        for (id, request) in requests::these(handle, some).await? {
            let Ok(request) = request else { continue };
            let waits = request.state.status == Status::PendingApproval;
            if waits && !undecidable(&lifecycle::case(&request, now), &stuck.deciders).is_empty() {
                stuck.requests.push(id);
            }
        }
    }
    Ok(stuck)
}

/// The targets that mean nobody who is there: for every requester, or for the one who is the only one left.
fn doubtful(deciders: &PossibleDeciders, waiting: &[String]) -> Vec<(String, Option<PersonId>)> {
    let doubt = |key: &String| {
        let target = RuleTarget::from_index_key(key).filter(|target| *target != RuleTarget::Administrators)?;
        match deciders.present(&target)?.as_slice() {
            [] => Some((key.clone(), None)),
            [only] => Some((key.clone(), Some(*only))),
            _ => None,
        }
    };
    waiting.iter().filter_map(doubt).collect()
}

/// The requests with a rule that nobody may be able to decide, and that administrators cannot decide yet.
fn not_yet_theirs(rows: Vec<WaitingRow>, wanted: &[(String, Option<PersonId>)]) -> Vec<RequestId> {
    let mut rules: BTreeMap<(RequestId, String), (bool, bool)> = BTreeMap::new();
    for row in rows {
        let asked =
            |(target, requester): &(String, Option<PersonId>)| *target == row.target && requester.is_none_or(|one| one == row.requester);
        let (doubtful, theirs) = rules.entry((row.request, row.rule.clone())).or_default();
        *doubtful |= wanted.iter().any(asked);
        *theirs |= row.target == RuleTarget::Administrators.index_key();
    }
    let mut requests: Vec<RequestId> =
        rules.into_iter().filter(|(_, (doubtful, theirs))| *doubtful && !theirs).map(|((request, _), _)| request).collect();
    requests.dedup();
    requests
}
