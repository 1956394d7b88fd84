//! What people do to a request once it is filed: one transaction each, decided on the locked row with fresh facts about the person.

use super::{number, waiting};
use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::store::{Handle, Tx, deliveries, effects, events, members, requests, waiting_rules};
use domain::Refusal;
use domain::approvals::machine;
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId};
use domain::people::Facts;
use domain::requests::lifecycle::{self, Action, Observation};
use domain::requests::wire::RequestPage;
use domain::requests::{Decision, Request, Status, What};

/// Cancels a request.
///
/// # Errors
/// Not found; not the caller's to cancel; over already.
pub async fn cancel(backend: &Backend, caller: &Caller, number: &str, reason: &str) -> Result<RequestPage> {
    act(backend, caller, number, Action::Cancel { reason: reason.to_owned() }, None).await
}

/// Answers an approver's question.
///
/// # Errors
/// Not found; nothing is asked; an empty answer.
pub async fn provide_info(backend: &Backend, caller: &Caller, number: &str, answer: &str) -> Result<RequestPage> {
    act(backend, caller, number, Action::ProvideInfo { answer: answer.to_owned() }, None).await
}

/// Starts the work on a request.
///
/// # Errors
/// Not found; not allowed; not open.
pub async fn start(backend: &Backend, caller: &Caller, number: &str) -> Result<RequestPage> {
    act(backend, caller, number, Action::Start, None).await
}

/// Completes a request.
///
/// # Errors
/// Not found; not allowed; not in progress.
pub async fn complete(backend: &Backend, caller: &Caller, number: &str, note: &str) -> Result<RequestPage> {
    act(backend, caller, number, Action::Complete { note: note.to_owned() }, None).await
}

/// Has a permanently failed delivery sent again, with a fresh schedule.
///
/// # Errors
/// Not found; not an administrator; the delivery has not failed.
pub async fn replay(backend: &Backend, caller: &Caller, id: DeliveryId) -> Result<RequestPage> {
    let (be, person) = (backend.clone(), caller.id());
    let number = backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let delivery = deliveries::find(tx, id).await?.ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, delivery.request).await?.ok_or(Refusal::NotFound)?;
                let facts = fresh(tx, person).await?;
                lifecycle::replay(&request, &facts, be.now())?;
                if !deliveries::replay(tx, id, be.now()).await? {
                    return Err(Refusal::not_now("This delivery has not failed. Only a failed one can be sent again.").into());
                }
                let seen = Observation::Replayed { connector: delivery.connector, by: facts.person };
                let decision = lifecycle::observe(&request, &seen, be.now());
                record(tx, &be, &request, &decision).await?;
                Ok(request.number)
            })
        })
        .await?;
    super::page(backend, caller, &number).await
}

/// One action of a person. `seen` is the number of events on the person's screen, when the action rests on what was seen.
pub(crate) async fn act(backend: &Backend, caller: &Caller, text: &str, action: Action, seen: Option<u32>) -> Result<RequestPage> {
    let number = number(text)?;
    let (be, person, wanted) = (backend.clone(), caller.id(), number.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let request = requests::lock_by_number(tx, &wanted).await?.ok_or(Refusal::NotFound)?;
                let facts = fresh(tx, person).await?;
                let now = be.now();
                let decision = lifecycle::act(&request, &facts, &action, now)?;
                if let Some(seen) = seen {
                    unseen(tx, &request, seen).await?;
                }
                record(tx, &be, &request, &decision).await?;
                if decision.state.status == Status::Cancelled {
                    deliveries::stop(tx, request.id, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    super::page(backend, caller, &number).await
}

/// The person's facts as they are in this transaction. Whoever is no member any more finds nothing.
async fn fresh(tx: &Tx<'_>, person: PersonId) -> Result<Facts> {
    Ok(members::facts(tx, person).await?.ok_or(Refusal::NotFound)?)
}

/// Refuses a decision that did not see a question or an answer. Other approvals given meanwhile change nothing about this one.
async fn unseen(tx: &Tx<'_>, request: &Request, seen: u32) -> Result<()> {
    if seen >= request.state.events {
        return Ok(());
    }
    for event in events::after(tx, request.id, seen).await? {
        let did = match event.what {
            What::InfoProvided { .. } => "answered a question",
            What::InfoRequested { .. } => "asked for changes",
            _ => continue,
        };
        let who = event.actor.map_or_else(|| "Somebody".to_owned(), |actor| actor.name);
        return Err(Refusal::conflict(format!("{who} {did} after you opened this. Read it again, then decide.")).into());
    }
    Ok(())
}

/// Saves a decision about a locked request as a whole: state, events, effects, what waits for whom; and announces it.
pub(crate) async fn record(tx: &Tx<'_>, backend: &Backend, request: &Request, decision: &Decision) -> Result<()> {
    if decision.events.is_empty() {
        return Err(Error::failed("a decision without an event"));
    }
    requests::save(tx, request.id, &decision.state).await?;
    events::insert(tx, request.id, &decision.events).await?;
    let recorded: Vec<_> = decision.effects.iter().map(|effect| (EffectId(backend.id()), effect.clone())).collect();
    effects::insert(tx, request.id, &recorded, backend.now()).await?;
    let after = waiting(&decision.state);
    if waiting(&request.state) != after || request.state.approval.moves != decision.state.approval.moves {
        waiting_rules::clear(tx, request.id).await?;
        waiting_rules::insert(tx, request, &decision.state.approval, &after).await?;
    }
    announce(tx, request);
    Ok(())
}

/// Tells open pages, once committed.
pub(crate) fn announce(tx: &Tx<'_>, request: &Request) {
    tx.announce(change(OrganizationId(tx.organization()), request));
}

/// What open pages are told of a request that changed. Every approver's inbox may look different now.
pub(crate) fn change(organization: OrganizationId, request: &Request) -> Change {
    let approval = &request.state.approval;
    let mut targets: Vec<String> =
        approval.rules().flat_map(|rule| machine::targets(approval, rule)).map(|target| target.index_key()).collect();
    targets.sort();
    targets.dedup();
    Change::Request { organization, number: request.number.clone(), requester: request.requester.id, targets }
}
