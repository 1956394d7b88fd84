//! What was decided about a request, saved as a whole: state, events, effects, what waits for whom, the tasks of work that begins.

use super::{acting, sla, tasks, waiting};
use crate::Backend;
use crate::error::{Error, Result};
use crate::store::Batch;
use crate::store::requests::Turn;
use crate::store::{Tx, effects, events, requests, tasks as task_rows, waiting_rules};
use chrono::{DateTime, Utc};
use domain::effect::Effect;
use domain::id::{EffectId, RequestId};
use domain::notices::told;
use domain::requests::{Decision, Event, Request, State};
use domain::subject::Subject;

/// What is written of as many requests as share a transaction: each table gets it in one statement.
#[derive(Default)]
struct Rows {
    /// Of the waiting rules; the rest is added in the end.
    batch: Batch,
    states: Vec<(RequestId, State, Turn)>,
    events: Vec<(RequestId, Event)>,
    effects: Vec<(Subject, EffectId, Effect)>,
}

/// Saves a decision about a locked request and announces it. Answers with the state it is in then.
pub(crate) async fn record(tx: &Tx<'_>, backend: &Backend, request: &Request, decision: &Decision) -> Result<State> {
    let mut rows = Rows::default();
    let state = save(tx, backend, request, decision, &mut rows).await?;
    write(tx, backend, rows).await?;
    Ok(state)
}

/// As `record`, for decisions about several locked requests, one about each.
pub(crate) async fn record_each(tx: &Tx<'_>, backend: &Backend, decided: &[(Request, Decision)]) -> Result<()> {
    let mut rows = Rows::default();
    for (request, decision) in decided {
        save(tx, backend, request, decision, &mut rows).await?;
    }
    write(tx, backend, rows).await
}

async fn save(tx: &Tx<'_>, backend: &Backend, request: &Request, decision: &Decision, rows: &mut Rows) -> Result<State> {
    if decision.events.is_empty() {
        return Err(Error::failed("a decision without an event"));
    }
    let begun = tasks::planned(tx, backend, request, decision).await?;
    let decision = match &begun {
        Some((with_tasks, made)) => {
            task_rows::insert(tx, request.id, made, 0, backend.now()).await?;
            with_tasks
        }
        None => decision,
    };
    let turn = sla::turn(tx, request, decision, backend.now()).await?;
    rows.states.push((request.id, decision.state.clone(), turn));
    rows.events.extend(decision.events.iter().map(|event| (request.id, event.clone())));
    let given = begun.iter().flat_map(|(_, made)| made).filter_map(|task| told::given(task, None));
    let all = decision.effects.iter().cloned().chain(told::told(&request.state, decision)).chain(given);
    let status = decision.state.status;
    rows.effects.extend(all.map(|effect| (Subject::Request(request.id), EffectId(backend.id()), effect.in_status(status))));
    let after = waiting(&decision.state);
    if waiting(&request.state) != after || request.state.approval.moves != decision.state.approval.moves {
        waiting_rules::clear(&mut rows.batch, tx, request.id);
        if !after.is_empty() {
            // Some of the rows may be there again.
            rows.batch.then();
            waiting_rules::insert(&mut rows.batch, tx, request, &decision.state.approval, &after);
        }
    }
    acting::announce_decision(tx, request, &decision.state);
    Ok(decision.state.clone())
}

async fn write(tx: &Tx<'_>, backend: &Backend, rows: Rows) -> Result<()> {
    let Rows { mut batch, states, events, effects } = rows;
    requests::save(&mut batch, tx, &states)?;
    events::insert(&mut batch, tx, &events)?;
    effects::insert(&mut batch, tx, &effects, backend.now())?;
    all(batch, tx).await
}

/// Records effects that no decision had.
pub(super) async fn tell(tx: &Tx<'_>, effects: &[(Subject, EffectId, Effect)], now: DateTime<Utc>) -> Result<()> {
    if effects::record(tx, effects, now).await? { Ok(()) } else { Err(Error::failed("an effect is recorded already")) }
}

async fn all(batch: Batch, tx: &Tx<'_>) -> Result<()> {
    if tx.write(batch).await? { Ok(()) } else { Err(Error::failed("an event or an effect is recorded already")) }
}
