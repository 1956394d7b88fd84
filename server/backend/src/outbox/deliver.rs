//! One try of one delivery, outside of any transaction. What came of it is recorded later, with others' (`record`).

use super::call::{ConnectorRequest, call};
use super::data;
use super::frozen::{AttemptContent, keep_message};
use super::link_message;
use super::message::{self, MessageContext};
use super::prepare::{AttemptContext, ReadyDelivery};
use crate::Backend;
use crate::connectors::{self, AttemptOutcome, OutgoingDelivery};
use crate::error::{Error, Result};
use crate::store::deliveries::{Delivery, DeliveryRecipient};
use chrono::{DateTime, Utc};
use domain::connectors::{Connector, TrialMode, trial};
use domain::effect::{Effect, NoticeEffect};

/// Why a delivery is set aside, and what to do.
const SET_ASIDE: &str = "Set aside: twice in a row the worker ended while it was making this delivery, or could not write down what came \
     of it. The others go on. Look at its template and its request, then send it again or leave it.";

/// A try that ended, and is to be recorded.
pub(super) struct FinishedAttempt {
    pub delivery: Delivery,
    /// The connector's name, or its key when it has gone.
    pub name: String,
    pub outcome: AttemptOutcome,
    /// When it began.
    pub at: DateTime<Utc>,
    pub milliseconds: u64,
    /// It was not tried, because workers ended over it.
    pub set_aside: bool,
    /// What was sent and did not arrive, to be sent alike the next time; None when it is kept already, or need not be.
    pub frozen: Option<String>,
}

/// Tries a leased delivery once.
///
/// A delivery that cannot be read has failed, and says so; a database that does not answer is asked again when the lease runs out.
pub(super) async fn deliver(backend: Backend, ready: ReadyDelivery) -> Result<FinishedAttempt> {
    let ReadyDelivery { delivery, prepared } = ready;
    let at = backend.now();
    let began = std::time::Instant::now();
    let set_aside = trial(delivery.times.cut_off) == TrialMode::Never;
    let mut frozen = None;
    let sent = match &prepared {
        _ if set_aside => {
            tracing::error!(delivery = %delivery.id, "delivery {} is set aside: workers ended while they were making it", delivery.id);
            Ok(AttemptOutcome::not_set_up(SET_ASIDE))
        }
        Ok(prepared) => send(&backend, &delivery, prepared, at, &mut frozen).await,
        Err(cause) => Err(Error::Damaged(cause.clone())),
    };
    let outcome = match sent {
        Err(Error::Damaged(cause)) => {
            tracing::error!(delivery = %delivery.id, cause, "delivery {} cannot be read", delivery.id);
            AttemptOutcome::not_set_up(format!(
                "Not sent: what is stored for it cannot be read ({cause}). Have it restored, then send again."
            ))
        }
        sent => sent?,
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let connector = prepared.ok().and_then(|prepared| prepared.connector);
    let name = connector.map_or_else(|| delivery.connector.clone(), |connector| connector.name.clone());
    Ok(FinishedAttempt { delivery, name, outcome, at, milliseconds, set_aside, frozen })
}

async fn send(
    backend: &Backend,
    delivery: &Delivery,
    prepared: &AttemptContext,
    now: DateTime<Utc>,
    frozen: &mut Option<String>,
) -> Result<AttemptOutcome> {
    let (fulfils, topic) = (delivery.fulfils().is_some(), &*prepared.topic);
    if fulfils && topic.is_cancelled() {
        return Ok(AttemptOutcome::not_set_up("Not sent: the request was cancelled."));
    }
    let Some(connector) = &prepared.connector else {
        return Ok(AttemptOutcome::not_set_up(format!("Not sent: the connector “{}” was removed.", delivery.connector)));
    };
    if !connector.enabled {
        return Ok(AttemptOutcome::not_set_up(format!("The connector “{}” is switched off.", connector.name)));
    }
    let organization = &prepared.organization;
    let notice = match &prepared.effect.effect {
        Effect::Notify(notice) => notice.clone(),
        Effect::Dispatch { .. } | Effect::Launch { .. } | Effect::Summarize | Effect::SendLink => NoticeEffect::default(),
    };
    let about = MessageContext { organization, topic, notice: &notice };
    if let (Some(request), Some(answered)) = (topic.request(), &prepared.answered) {
        let content = AttemptContent::of(delivery, connector, prepared.thread.clone(), || match fulfils {
            true => data::with(backend, organization, request, answered),
            false => data::event(backend, organization, (request, &notice), answered, prepared.effect.created_at),
        });
        let name = if fulfils { prepared.effect.effect.name() } else { notice.event.as_str() };
        let decided_at = prepared.effect.created_at;
        // Another message goes to everybody, whoever took the one before it.
        let receipts = if content.is_another() { &[][..] } else { &prepared.receipts };
        let (id, data, thread) = (content.id(), content.data(), content.thread());
        let outgoing = OutgoingDelivery { id, name, decided_at, now, data, thread, receipts };
        let outcome = call(backend, &organization.key, content.connector(), &ConnectorRequest::Outgoing(outgoing)).await;
        *frozen = content.kept(&outcome);
        return Ok(outcome);
    }
    if matches!(delivery.recipient, DeliveryRecipient::Fulfilment | DeliveryRecipient::Subscription) {
        return Err(Error::Damaged("it is about no request".to_owned()));
    }
    tell(backend, delivery, (connector, &about), now, frozen).await
}

/// Sends a message to people.
async fn tell(
    backend: &Backend,
    delivery: &Delivery,
    (connector, about): (&Connector, &MessageContext<'_>),
    now: DateTime<Utc>,
    frozen: &mut Option<String>,
) -> Result<AttemptOutcome> {
    let Some(channel) = connectors::find(&connector.kind).and_then(|kind| kind.carries()) else {
        return Ok(AttemptOutcome::not_set_up(format!("Not sent: {} no longer carries messages to people.", connector.name)));
    };
    let written = match &delivery.recipient {
        DeliveryRecipient::Person(id) => message::to_person(backend, about, delivery, channel, *id, now).await?,
        DeliveryRecipient::Summary(id) => message::summary(backend, about.organization, delivery, *id, now).await?,
        DeliveryRecipient::Link => link_message::write(backend, about, delivery, now).await?,
        // The others are told of no people.
        _ => Ok(message::to_channel(backend, about, delivery, channel, now).await?),
    };
    let message = match written {
        Ok(message) => message,
        Err(outcome) => return Ok(outcome),
    };
    let outcome = call(backend, &about.organization.key, connector, &ConnectorRequest::Message(&message)).await;
    // What holds a secret is kept nowhere: its words are always the same, and are written again for each try.
    if message.secrets.is_empty() {
        *frozen = keep_message(delivery, channel, &message.content, &outcome);
    }
    Ok(outcome)
}
