//! What was decided about a request, as rows: of one that is filed, and of one that was there. There is one way to make them, and two to
//! write them: in the transaction of a decision, or added with those of others (`filing`).

use super::announcing::announce_decision;
use super::{sla, tasks, waiting};
use crate::Backend;
use crate::error::{Error, Result};
use crate::store::requests::QueuePosition;
use crate::store::{ChangeBatch, StoreHandle, Tx, drafts, effects, events, requests, tasks as task_rows, waiting_rules};
use chrono::{DateTime, Utc};
use domain::effect::Effect;
use domain::id::EffectId;
use domain::notices::told;
use domain::requests::tasks::Task;
use domain::requests::{Request, RequestState, StateChange, Status};
use domain::subject::Subject;

/// A decision about a request, with all that is written of it.
pub(super) struct DecidedRequest<'a> {
    /// As it was before; one that is filed, as it is.
    pub request: &'a Request,
    pub decision: &'a StateChange,
    pub turn: QueuePosition,
    /// Tasks of the item's plan, whose work begins. They are written beside.
    pub begun: &'a [Task],
    /// The version of the rules that it is filed by; None when it was there.
    pub filed_by: Option<i64>,
}

impl DecidedRequest<'_> {
    /// Where it stood before: one that is filed was a draft, which nobody was told of and which waited for nobody.
    fn before(&self) -> RequestState {
        match self.filed_by {
            Some(_) => RequestState { status: Status::Draft, ..self.decision.state.clone() },
            None => self.request.state.clone(),
        }
    }

    /// Who and what outside is to learn of it.
    fn effects(&self, before: &RequestState) -> impl Iterator<Item = Effect> {
        let status = self.decision.state.status;
        let given = self.begun.iter().filter_map(|task| told::given(task, None));
        let all = self.decision.effects.iter().cloned().chain(told::told(before, self.decision)).chain(given);
        all.map(move |effect| effect.in_status(status))
    }
}

/// The rows of decisions, each table's in one statement, under the moment `at` where lists are ordered by one. A request that is filed comes
/// first: the rest names it.
pub(super) fn decided_batch(
    handle: &impl StoreHandle,
    be: &Backend,
    decided: &[DecidedRequest<'_>],
    at: DateTime<Utc>,
) -> Result<ChangeBatch> {
    let (mut batch, mut states, mut happened, mut told) = (ChangeBatch::default(), Vec::new(), Vec::new(), Vec::new());
    for one in decided {
        let (id, before, after) = (one.request.id, one.before(), &one.decision.state);
        match one.filed_by {
            Some(version) => {
                requests::insert(&mut batch, handle, one.request, one.turn, version)?;
                drafts::take(&mut batch, id);
                waiting_rules::insert(&mut batch, handle, one.request, &after.approval, &waiting(after));
            }
            None => {
                states.push((id, after.clone(), one.turn));
                let waits = waiting(after);
                if waiting(&before) != waits || before.approval.moves != after.approval.moves {
                    waiting_rules::clear(&mut batch, handle, id);
                    if !waits.is_empty() {
                        // Some of the rows may be there again.
                        batch.then();
                        waiting_rules::insert(&mut batch, handle, one.request, &after.approval, &waits);
                    }
                }
            }
        }
        happened.extend(one.decision.events.iter().map(|event| (id, event.clone())));
        told.extend(one.effects(&before).map(|effect| (Subject::Request(id), EffectId(be.id()), effect)));
    }
    requests::save(&mut batch, handle, &states, at)?;
    events::insert(&mut batch, handle, &happened)?;
    effects::insert(&mut batch, handle, &told, at)?;
    Ok(batch)
}

/// Saves a decision about a locked request and announces it. Answers with the state it is in then.
pub(crate) async fn record(tx: &Tx<'_>, backend: &Backend, request: &Request, decision: &StateChange) -> Result<RequestState> {
    let decided = [(request, decision)];
    let mut states = record_all(tx, backend, &decided).await?;
    states.pop().ok_or_else(|| Error::failed("a decision was not recorded"))
}

/// As `record`, for decisions about several locked requests, one about each.
pub(crate) async fn record_each(tx: &Tx<'_>, backend: &Backend, decided: &[(Request, StateChange)]) -> Result<()> {
    let decided: Vec<_> = decided.iter().map(|(request, decision)| (request, decision)).collect();
    record_all(tx, backend, &decided).await.map(drop)
}

/// Saves decisions with the tasks of work that begins by them, and announces each. Answers with the states they lead to.
async fn record_all(tx: &Tx<'_>, backend: &Backend, decided: &[(&Request, &StateChange)]) -> Result<Vec<RequestState>> {
    let now = backend.now();
    let mut whole = Vec::with_capacity(decided.len());
    for (request, decision) in decided {
        if decision.events.is_empty() {
            return Err(Error::failed(format!("a decision about {} has no event", request.number)));
        }
        let begun = tasks::planned(tx, backend, request, decision).await?;
        let (decision, begun) = begun.unwrap_or_else(|| ((*decision).clone(), Vec::new()));
        if !begun.is_empty() {
            task_rows::insert(tx, request.id, &begun, 0, now).await?;
        }
        let turn = sla::turn(tx, request, &decision, now).await?;
        whole.push((*request, decision, turn, begun));
    }
    let rows =
        whole.iter().map(|(request, decision, turn, begun)| DecidedRequest { request, decision, turn: *turn, begun, filed_by: None });
    let batch = decided_batch(tx, backend, &rows.collect::<Vec<_>>(), backend.stamp(tx).await?)?;
    if !tx.write(batch).await? {
        return Err(Error::failed("an event or an effect is recorded already"));
    }
    let announced = whole.into_iter().map(|(request, decision, ..)| {
        announce_decision(tx, request, &decision.state);
        decision.state
    });
    Ok(announced.collect())
}

/// Records effects that no decision had.
pub(super) async fn tell(tx: &Tx<'_>, backend: &Backend, effects: &[(Subject, EffectId, Effect)]) -> Result<()> {
    if effects.is_empty() || effects::record(tx, effects, backend.stamp(tx).await?).await? {
        Ok(())
    } else {
        Err(Error::failed("an effect is recorded already"))
    }
}
