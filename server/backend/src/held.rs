//! Decisions, about one request or many: each is checked now, held for some seconds, and taken by a worker as if the person had decided
//! then; or sent before that, when the person says so. Taking one and deciding its request are one transaction: whatever crashes, it is decided once or not yet.

use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::requests::{decide_locked, number, record};
use crate::store::{held_decisions, requests};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::{HeldDecision, HeldOutcome, HeldView, MOST_AT_ONCE, OneOfMany, due};
use domain::approvals::wire::ApproverDecision;
use domain::id::{HeldId, OrganizationId, PersonId};
use domain::requests::actions::ActionInput;

/// For how long a person is told what became of their decisions.
const TOLD: Duration = Duration::minutes(10);
/// Decisions taken in one go.
const AT_ONCE: u64 = 100;

/// Decides one request or many, after the time to undo: what would be refused says so at once, the others are held.
///
/// # Errors
/// Too many at once; the same question about several.
pub async fn decide_many(backend: &Backend, caller: &Caller, decisions: Vec<ApproverDecision>) -> Result<Vec<OneOfMany>> {
    if decisions.len() > MOST_AT_ONCE {
        return Err(Refusal::input("decisions", format!("Decide {MOST_AT_ONCE} requests or fewer at once")).into());
    }
    if decisions.len() > 1 && decisions.iter().any(|decision| decision.verdict == ApproverVerdict::AskForChanges) {
        return Err(Refusal::input("decisions", "Ask for changes one request at a time: each question is another one").into());
    }
    let mut results = Vec::with_capacity(decisions.len());
    for decision in decisions {
        let given = decision.number.clone();
        results.push(match hold(backend, caller, decision).await {
            Ok(id) => OneOfMany { number: given, held: Some(id), refused: None },
            Err(Error::Refused(refusal)) => OneOfMany { number: given, held: None, refused: Some(words(&refusal)) },
            Err(error) => return Err(error),
        });
    }
    Ok(results)
}

async fn hold(backend: &Backend, caller: &Caller, decision: ApproverDecision) -> Result<HeldId> {
    let number = number(&decision.number)?;
    let held = HeldDecision { number: number.clone(), verdict: decision.verdict, reason: decision.reason, seen: decision.seen };
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let request = requests::lock_by_number(tx, &number).await?.ok_or(Refusal::NotFound)?;
                let now = be.now();
                if held_decisions::holds(tx, person, request.id).await? {
                    return Err(Refusal::conflict("You are deciding this already.").into());
                }
                decide_locked(tx, &be, &request, person, &input_of(&held), Some(held.seen)).await?;
                let id = HeldId(be.id());
                held_decisions::insert(tx, id, person, request.id, &held, now, due(now)).await?;
                Ok(id)
            })
        })
        .await
}

fn input_of(held: &HeldDecision) -> ActionInput {
    ActionInput::decide(held.verdict, held.reason.clone(), Some(held.seen))
}

/// Takes held decisions back; answers those that were still held.
///
/// # Errors
/// When the database fails.
pub async fn undo_held(backend: &Backend, caller: &Caller, ids: Vec<HeldId>) -> Result<Vec<HeldId>> {
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let mut undone = Vec::new();
                for id in ids.into_iter().take(MOST_AT_ONCE) {
                    if held_decisions::undo(tx, id, person, be.now()).await? {
                        undone.push(id);
                    }
                }
                Ok(undone)
            })
        })
        .await
}

/// Takes held decisions before their time is over; answers what became of each.
///
/// # Errors
/// When the database fails.
pub async fn send_held(backend: &Backend, caller: &Caller, ids: Vec<HeldId>) -> Result<Vec<HeldView>> {
    for id in ids.iter().take(MOST_AT_ONCE) {
        take(backend, caller.organization, *id, Some(caller.id())).await?;
    }
    Ok(held(backend, caller).await?.into_iter().filter(|one| ids.contains(&one.id)).collect())
}

/// Notes that the caller has read what went against these decisions: no page tells them again. Answers those that were to be read.
///
/// # Errors
/// When the database fails.
pub async fn dismiss_refused(backend: &Backend, caller: &Caller, ids: Vec<HeldId>) -> Result<Vec<HeldId>> {
    let person = caller.id();
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let mut read = Vec::new();
                for id in ids.into_iter().take(MOST_AT_ONCE) {
                    if let Some(HeldOutcome::Refused { words }) = held_decisions::outcome(tx, id, person).await? {
                        held_decisions::say(tx, id, &HeldOutcome::Dismissed { words }).await?;
                        read.push(id);
                    }
                }
                Ok(read)
            })
        })
        .await
}

/// What the caller holds, and what became of what they held lately.
///
/// # Errors
/// When the database fails.
pub async fn held(backend: &Backend, caller: &Caller) -> Result<Vec<HeldView>> {
    let told = held_decisions::of_person(&backend.store().read(caller.organization), caller.id(), backend.now(), TOLD).await?;
    Ok(told.into_iter().filter(|one| !matches!(one.outcome, Some(HeldOutcome::Dismissed { .. }))).collect())
}

/// Takes every decision whose time to undo is over; answers how many.
///
/// # Errors
/// When the database fails.
pub(crate) async fn run(backend: &Backend) -> Result<u32> {
    let mut taken = 0;
    loop {
        let due = held_decisions::due(&backend.store().platform(), backend.now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(taken);
        }
        let mut left = false;
        for (organization, id) in due {
            match take(backend, organization, id, None).await {
                Ok(mine) => taken += u32::from(mine),
                // One that cannot be taken holds up no other; it is tried again at the next look.
                Err(error) => {
                    tracing::error!(%id, %error, "held decision {id} could not be taken");
                    left = true;
                }
            }
        }
        if left {
            return Ok(taken);
        }
    }
}

/// Takes one, of this person alone when one is named; false when it was taken already, was undone, or is somebody else's.
async fn take(backend: &Backend, organization: OrganizationId, id: HeldId, person: Option<PersonId>) -> Result<bool> {
    let be = backend.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let now = be.now();
                let Some((person, request, held)) = held_decisions::take(tx, id, person, now).await? else { return Ok(false) };
                let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
                let input = input_of(&held);
                let outcome = match decide_locked(tx, &be, &request, person, &input, Some(held.seen)).await {
                    Ok((decision, _)) => {
                        record(tx, &be, &request, &decision).await?;
                        HeldOutcome::Decided
                    }
                    Err(Error::Refused(refusal)) => {
                        crate::requests::announce(tx, &request);
                        HeldOutcome::Refused { words: words(&refusal) }
                    }
                    Err(error) => return Err(error),
                };
                held_decisions::say(tx, id, &outcome).await?;
                Ok(true)
            })
        })
        .await
}

/// A refusal as a list says it.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound => "This does not exist, or is not yours to decide.".to_owned(),
        other => other.to_string(),
    }
}
