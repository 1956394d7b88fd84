//! What is sent under an id stays the same: the receiver of a repetition may drop it unread, because it has seen the id.
//!
//! What did not arrive is kept: what is told other systems with the templates it was written by, a message to people as it stands. Every
//! further try sends it again, whatever has happened to the request, to the organization or to the templates meanwhile. Where it goes and
//! by which key is not part of it: that is what people mend, and no secret is kept. Somebody who changed a template and then sends it
//! again means another message: it is written again and has another id.
//!
//! It is kept until it arrives, or for as long as attempts are when it was given up.

use crate::connectors::{self, AttemptOutcome, AttemptVerdict, MessageBody, MessageContent};
use crate::store::deliveries::Delivery;
use domain::connectors::Connector;
use domain::id::DeliveryId;
use domain::notices::NoticeChannel;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct KeptContent {
    id: DeliveryId,
    data: Value,
    templates: Map<String, Value>,
    /// The message it stands below.
    thread: Option<String>,
}

/// What a try sends.
pub(super) struct AttemptContent<'a> {
    sent: KeptContent,
    connector: Cow<'a, Connector>,
    is_kept: bool,
    is_another: bool,
}

impl<'a> AttemptContent<'a> {
    /// What was sent before under the delivery's id, or what there is to send now.
    pub fn of(delivery: &Delivery, connector: &'a Connector, thread: Option<String>, data: impl FnOnce() -> Value) -> Self {
        let templates = templates(connector);
        // Damaged, it is made again.
        let kept: Option<KeptContent> = delivery.frozen.as_deref().and_then(|kept| serde_json::from_str(kept).ok());
        let by_person = delivery.times.attempts == 0;
        let now = |id, templates, thread| KeptContent { id, data: data(), templates, thread };
        let borrowed = Cow::Borrowed(connector);
        match kept {
            Some(sent) if by_person && sent.templates != templates => {
                let sent = now(other_id(delivery.id, &templates), templates, thread);
                Self { sent, connector: borrowed, is_kept: false, is_another: true }
            }
            Some(sent) => {
                let mut connector = borrowed;
                if sent.templates != templates {
                    let settings = &mut connector.to_mut().settings;
                    templates.keys().for_each(|key| drop(settings.remove(key)));
                    settings.extend(sent.templates.clone());
                }
                Self { sent, connector, is_kept: true, is_another: false }
            }
            None => Self { sent: now(delivery.id, templates, thread), connector: borrowed, is_kept: false, is_another: false },
        }
    }

    /// The id it is sent under.
    pub fn id(&self) -> DeliveryId {
        self.sent.id
    }

    /// Whether it is another message than the one that was sent before.
    pub fn is_another(&self) -> bool {
        self.is_another
    }

    pub fn data(&self) -> &Value {
        &self.sent.data
    }

    pub fn thread(&self) -> Option<&str> {
        self.sent.thread.as_deref()
    }

    /// The connector as it is now, with the templates it had.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// What is to be kept after a try: nothing when it arrived, or when nothing went out.
    pub fn kept(&self, outcome: &AttemptOutcome) -> Option<String> {
        (is_to_be_kept(outcome) && !self.is_kept).then(|| serde_json::to_string(&self.sent).ok()).flatten()
    }
}

/// Whether something went out that did not arrive.
fn is_to_be_kept(outcome: &AttemptOutcome) -> bool {
    match outcome.verdict {
        AttemptVerdict::Sent => false,
        AttemptVerdict::Retry { .. } | AttemptVerdict::Unauthorized { .. } => true,
        AttemptVerdict::Permanent { .. } => !outcome.request.is_empty(),
    }
}

/// What a message to people said when it was tried before. None for the first try, and where another kind of channel carries it now.
pub(super) fn kept_message(delivery: &Delivery, channel: NoticeChannel) -> Option<MessageContent> {
    let kept: MessageContent = serde_json::from_str(delivery.frozen.as_deref()?).ok()?;
    (matches!(kept.body, MessageBody::Mail { .. }) == (channel == NoticeChannel::Email)).then_some(kept)
}

/// What is to be kept of a message to people after a try, as it is of other content.
pub(super) fn keep_message(
    delivery: &Delivery,
    channel: NoticeChannel,
    content: &MessageContent,
    outcome: &AttemptOutcome,
) -> Option<String> {
    let keeps = is_to_be_kept(outcome) && kept_message(delivery, channel).is_none();
    keeps.then(|| serde_json::to_string(content).ok()).flatten()
}

/// The templates among a connector's settings.
fn templates(connector: &Connector) -> Map<String, Value> {
    let keys = connectors::find(&connector.kind).map_or(&[][..], |kind| kind.templates());
    keys.iter().filter_map(|(key, _)| Some(((*key).to_owned(), connector.settings.get(*key)?.clone()))).collect()
}

/// The id of a delivery's content by other templates: always the same by the same ones.
fn other_id(id: DeliveryId, templates: &Map<String, Value>) -> DeliveryId {
    let mut hash = Sha256::new();
    hash.update(id.0.as_bytes());
    hash.update(Value::Object(templates.clone()).to_string());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    DeliveryId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
