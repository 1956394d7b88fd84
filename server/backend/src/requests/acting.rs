//! What people do to a request once it is filed: one transaction each, decided on the locked row with fresh facts about the person.

use super::{RequestOutcome, number, record};
use crate::Backend;
use crate::audit::AuditActor;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::members::facts;
use crate::store::{Tx, deliveries, events, groups, members, requests};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::approvals::RuleTarget;
use domain::bounds::check_day;
use domain::id::{DeliveryId, OrganizationId, PersonId, RequestId};
use domain::people::Facts;
use domain::requests::actions::{ActionAsks, ActionCall, ActionDetail, ActionInput, ActionKind, ActionReceiver};
use domain::requests::faster::faster;
use domain::requests::lifecycle;
use domain::requests::wire::ActionResult;
use domain::requests::{EventKind, Request, StateChange, Status};

/// Does what a person wants with a request. `seen` is the number of events on the person's screen, when what they do rests on what they
/// read.
///
/// # Errors
/// Not found; not theirs to do; not now; a missing or too long text; conflict when somebody was faster.
pub async fn act(backend: &Backend, caller: &Caller, number: &str, call: ActionCall, seen: Option<u32>) -> Result<ActionResult> {
    let input = resolve_call(backend, caller, call, seen).await?;
    perform(backend, caller, number, input, seen).await
}

/// The action that was asked for, with the people and times it speaks of as they are now. What is left out the machine misses.
async fn resolve_call(backend: &Backend, caller: &Caller, call: ActionCall, seen: Option<u32>) -> Result<ActionInput> {
    let handle = backend.store().read(caller.organization);
    let nobody = || Refusal::input("to", "Choose somebody from the list");
    let ActionCall { kind, words, to, at, rule } = call;
    let detail = match (&kind.row().asks, to, at, rule) {
        (ActionAsks::Person { .. }, Some(ActionReceiver::Person(id)), ..) => {
            ActionDetail::Person(Box::new(facts::own(&handle, id, backend.now()).await?.ok_or_else(nobody)?))
        }
        (ActionAsks::Time { .. }, _, Some(at), _) => {
            check_day("at", at.date())?;
            ActionDetail::Time(zones::moment(caller.zone, at))
        }
        (ActionAsks::Approver { .. }, Some(to), _, Some(rule)) => {
            let (target, words) = match to {
                ActionReceiver::Person(id) => {
                    let person = members::present_people(&handle, &[id]).await?.into_iter().next().ok_or_else(nobody)?;
                    (RuleTarget::Person { id }, person.name)
                }
                ActionReceiver::Group(id) => {
                    let group = groups::find(&handle, id).await?.ok_or_else(nobody)?;
                    (RuleTarget::Group { id }, format!("anyone in {}", group.name))
                }
            };
            ActionDetail::Rule { rule, target, words }
        }
        _ if matches!(kind, ActionKind::Approve | ActionKind::Reject) => ActionDetail::Decision { seen },
        _ => ActionDetail::Nothing,
    };
    Ok(ActionInput { kind, words, detail })
}

/// Has a permanently failed delivery sent again, with a fresh schedule.
///
/// # Errors
/// Not found; not an administrator; the delivery has not failed.
pub async fn replay(backend: &Backend, caller: &Caller, delivery: DeliveryId) -> Result<RequestOutcome> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let found = deliveries::find(tx, delivery).await?.ok_or(Refusal::NotFound)?;
                let facts = fresh(tx, person, be.now()).await?;
                let id = found.subject.request().ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, id).await?.ok_or(Refusal::NotFound)?;
                lifecycle::replay(&request, &facts, be.now())?;
                // On the page of a request only what failed is sent again; the console also hurries what waits.
                if found.times.failed_at.is_none() || !crate::console::send_one(tx, &be, (&facts, &actor), delivery).await? {
                    return Err(Refusal::not_now("This delivery has not failed. Only a failed one can be sent again.").into());
                }
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await
}

/// One action of a person, in one transaction. `seen` is the number of events on the person's screen.
pub(crate) async fn perform(backend: &Backend, caller: &Caller, text: &str, input: ActionInput, seen: Option<u32>) -> Result<ActionResult> {
    let number = number(text)?;
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let mut request = requests::lock_by_number(tx, &number).await?.ok_or(Refusal::NotFound)?;
                let (decision, facts) = decide_locked(tx, &be, &request, person, &input, seen).await?;
                request.state = record(tx, &be, &request, &decision).await?;
                if request.state.status == Status::Cancelled {
                    deliveries::stop(tx, request.id, be.now()).await?;
                }
                Ok(result_of(request, &facts, be.now()))
            })
        })
        .await
}

/// What became of a request, for the person who acted.
fn result_of(request: Request, facts: &Facts, now: DateTime<Utc>) -> ActionResult {
    ActionResult {
        status: request.state.status,
        events: request.state.events,
        allowed: lifecycle::allowed(&request, facts, now),
        visible: lifecycle::may_see(&request, facts, now),
        number: request.number,
    }
}

/// What a person's action leads to on the locked row, with facts about them as they are in this transaction; nothing is saved yet. A
/// decision has to rest on all that was asked and answered, and whoever comes too late is told who was faster: `seen` is the number of
/// events on their screen. The facts are answered with it.
///
/// # Errors
/// Every refusal of `lifecycle::act`; conflict when a question or an answer was not seen.
pub(crate) async fn decide_locked(
    tx: &Tx<'_>,
    backend: &Backend,
    request: &Request,
    person: PersonId,
    input: &ActionInput,
    seen: Option<u32>,
) -> Result<(StateChange, Facts)> {
    let now = backend.now();
    let facts = fresh(tx, person, now).await?;
    let decision = match lifecycle::act(request, &facts, input, now) {
        Ok(decision) => decision,
        Err(refusal) => return Err(too_late(tx, request, seen, person, refusal).await?.into()),
    };
    if let (Some(seen), Some(_)) = (seen, input.verdict()) {
        require_seen(tx, request, seen).await?;
    }
    Ok((decision, facts))
}

/// Does what is due on a request by itself; false when nothing was, or somebody else did it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn wake(backend: &Backend, organization: OrganizationId, id: RequestId) -> Result<bool> {
    let be = backend.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let Some(mut request) = requests::lock(tx, id).await? else { return Ok(false) };
                let now = be.now();
                let mut done = false;
                for seen in lifecycle::due(&request, now) {
                    let decision = lifecycle::observe(&request, &seen, now);
                    if !decision.is_nothing() {
                        request.state = record(tx, &be, &request, &decision).await?;
                        done = true;
                    }
                }
                if !done {
                    requests::wake_at(tx, id, lifecycle::wakes_at(&request.state).filter(|at| *at > now)).await?;
                }
                Ok(done)
            })
        })
        .await
}

/// The person's facts as they are in this transaction, with what they may decide as a deputy. Whoever is no longer a member finds nothing.
pub(crate) async fn fresh(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<Facts> {
    Ok(facts::acting(tx, person, now).await?.ok_or(Refusal::NotFound)?)
}

/// A refusal with who was faster, when the person acts on something older than what there is.
async fn too_late(tx: &Tx<'_>, request: &Request, seen: Option<u32>, person: PersonId, refusal: Refusal) -> Result<Refusal> {
    let (Refusal::NotNow { message } | Refusal::Conflict { message }, Some(seen)) = (&refusal, seen) else { return Ok(refusal) };
    if seen >= request.state.events {
        return Ok(refusal);
    }
    let events = events::after(tx, request.id, seen).await?;
    let told = |words: &str| events.iter().any(|event| words.contains(event.actor.as_ref().map_or("Docket ", |actor| actor.name.as_str())));
    Ok(match faster(&events, person) {
        Some(done) if !told(message) => Refusal::conflict(format!("{done} a moment ago. {message}")),
        _ => refusal,
    })
}

/// Refuses a decision that did not see a question or an answer. Other approvals given meanwhile change nothing about this one.
async fn require_seen(tx: &Tx<'_>, request: &Request, seen: u32) -> Result<()> {
    if seen >= request.state.events {
        return Ok(());
    }
    for event in events::after(tx, request.id, seen).await? {
        let did = match event.what {
            EventKind::InfoProvided { .. } => "answered a question",
            EventKind::InfoRequested { .. } => "asked for changes",
            _ => continue,
        };
        let who = event.actor.map_or_else(|| "Somebody".to_owned(), |actor| actor.name);
        return Err(Refusal::conflict(format!("{who} {did} after you opened this. Read it again, then decide.")).into());
    }
    Ok(())
}
