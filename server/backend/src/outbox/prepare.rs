//! What tries need to know, read for many deliveries together before any of them begins.

use super::data::AnswerContext;
use super::topic::{self, LoadedSubject, LoadedSubjects, topic_of};
use crate::Backend;
use crate::connectors::{self, all_by_server};
use crate::error::{Error, Result};
use crate::store::deliveries::{Delivery, DeliveryRecipient};
use crate::store::effects::RecordedEffect;
use crate::store::{Read, connectors as definitions, effects, form_versions, organizations, people, receipts, threads};
use domain::connectors::receipt::RecipientReceipt;
use domain::connectors::{Connector, TrialMode, trial};
use domain::forms::Form;
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId};
use domain::notices::NoticeChannel;
use domain::people::OrganizationRef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a try needs to know.
pub(super) struct AttemptContext {
    /// None when the organization and the server no longer have one with this key.
    pub connector: Option<Arc<Connector>>,
    pub organization: Arc<OrganizationRef>,
    pub topic: Arc<LoadedSubject>,
    pub effect: RecordedEffect,
    /// What began its thread there.
    pub thread: Option<String>,
    /// None where nobody is told of the answers.
    pub answered: Option<AnswerContext>,
    /// What recipients were answered before.
    pub receipts: Vec<RecipientReceipt>,
}

/// A delivery to be tried: with what it needs, or why that cannot be read.
pub(super) struct ReadyDelivery {
    pub delivery: Delivery,
    pub prepared: std::result::Result<AttemptContext, String>,
}

/// Reads what these deliveries need. What is damaged is a matter of its own delivery; a database that does not answer, of all.
pub(super) async fn prepare(backend: &Backend, deliveries: Vec<Delivery>) -> Result<Vec<ReadyDelivery>> {
    let mut organizations: BTreeMap<OrganizationId, Vec<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        organizations.entry(delivery.organization).or_default().push(delivery);
    }
    let mut ready = Vec::new();
    for (organization, deliveries) in organizations {
        // Reading it may be what ended the workers.
        let (set_aside, deliveries): (Vec<_>, Vec<_>) =
            deliveries.into_iter().partition(|one| trial(one.times.cut_off) == TrialMode::Never);
        ready.extend(set_aside.into_iter().map(|delivery| ReadyDelivery { delivery, prepared: Err("it is set aside".to_owned()) }));
        let known = DeliveryFacts::read(backend, organization, &deliveries).await?;
        for delivery in deliveries {
            let prepared = match known.prepare(&delivery).await {
                Ok(prepared) => Ok(prepared),
                Err(Error::Damaged(cause)) => Err(cause),
                Err(error) => return Err(error),
            };
            ready.push(ReadyDelivery { delivery, prepared });
        }
    }
    Ok(ready)
}

/// What is known of some deliveries of one organization.
struct DeliveryFacts {
    handle: Read,
    organization: Option<Arc<OrganizationRef>>,
    topics: LoadedSubjects,
    effects: BTreeMap<EffectId, Result<RecordedEffect>>,
    connectors: BTreeMap<String, Result<Option<Arc<Connector>>>>,
    forms: BTreeMap<String, Result<Arc<Form>>>,
    emails: BTreeMap<PersonId, String>,
    receipts: BTreeMap<DeliveryId, Vec<RecipientReceipt>>,
}

impl DeliveryFacts {
    async fn read(backend: &Backend, organization: OrganizationId, deliveries: &[Delivery]) -> Result<Self> {
        let (handle, platform) = (backend.store().read(organization), backend.store().platform());
        let topics = topic::load(&handle, deliveries.iter().map(|one| one.subject)).await?;
        let effects = effects::these(&handle, &once(deliveries.iter().map(|one| one.effect))).await?;
        let mut connectors = BTreeMap::new();
        for key in once(deliveries.iter().map(|one| one.connector.as_str())) {
            connectors.insert(key.to_owned(), damaged(connector(backend, &handle, key).await)?);
        }
        let told = deliveries.iter().filter(|one| tells_answers(&one.recipient));
        let told = told.filter_map(|one| topics.get(&one.subject)?.as_ref().ok()?.request());
        let (mut hashes, mut askers) = (BTreeSet::new(), BTreeSet::new());
        for request in told {
            hashes.insert(request.form_version.as_str());
            askers.insert(request.requester.id);
        }
        let (mut forms, mut emails) = (BTreeMap::new(), BTreeMap::new());
        if !hashes.is_empty() {
            let found = form_versions::these(&handle, &hashes).await?;
            forms = found.into_iter().map(|(hash, form)| (hash, form.map(Arc::new))).collect();
            emails = people::emails(&platform, &askers).await?;
        }
        let organization = organizations::find(&platform, organization).await?.map(Arc::new);
        let mailed = |one: &&Delivery| matches!(connectors.get(&one.connector), Some(Ok(Some(connector))) if mails(connector));
        let mailed = deliveries.iter().filter(|one| tells_answers(&one.recipient)).filter(mailed);
        let mailed: Vec<DeliveryId> = mailed.map(|one| one.id).collect();
        let receipts = receipts::of(&handle, &mailed).await?;
        Ok(Self { handle, organization, topics, effects, connectors, forms, emails, receipts })
    }

    async fn prepare(&self, delivery: &Delivery) -> Result<AttemptContext> {
        let organization = self.organization.clone().ok_or_else(|| gone("organization"))?;
        let topic = topic_of(&self.topics, delivery.subject)?;
        let effect = copy(self.effects.get(&delivery.effect), "effect")?;
        let connector = copy(self.connectors.get(&delivery.connector), "connector")?;
        let answered = match topic.request().filter(|_| tells_answers(&delivery.recipient)) {
            Some(request) => Some(AnswerContext {
                form: copy(self.forms.get(&request.form_version), "form version")?,
                email: self.emails.get(&request.requester.id).cloned().unwrap_or_default(),
            }),
            None => None,
        };
        let thread = match (&delivery.recipient, &connector) {
            (DeliveryRecipient::Fulfilment, Some(connector)) if chats(connector) => {
                // A try about the same request may have begun it a moment ago: asked for each.
                threads::first(&self.handle, delivery.subject, &delivery.connector, &delivery.recipient).await?
            }
            _ => None,
        };
        // Somebody who sends it again wants those asked again who were refused.
        let fresh = delivery.times.attempts == 0;
        let receipts = self.receipts.get(&delivery.id).into_iter().flatten().filter(|one| !(fresh && one.is_refused())).cloned().collect();
        Ok(AttemptContext { connector, organization, topic, effect, thread, answered, receipts })
    }
}

/// Whether what is sent to a recipient says what was answered.
fn tells_answers(recipient: &DeliveryRecipient) -> bool {
    matches!(recipient, DeliveryRecipient::Fulfilment | DeliveryRecipient::Subscription)
}

/// Whether a connector writes where messages stand in threads that the other side names.
fn chats(connector: &Connector) -> bool {
    connectors::find(&connector.kind).and_then(|kind| kind.carries()).is_some_and(|channel| channel != NoticeChannel::Email)
}

/// Whether a connector has recipients that are answered one by one.
fn mails(connector: &Connector) -> bool {
    connectors::find(&connector.kind).and_then(|kind| kind.carries()) == Some(NoticeChannel::Email)
}

/// The organization's connector with this key, or else the server's own.
async fn connector(backend: &Backend, handle: &Read, key: &str) -> Result<Option<Arc<Connector>>> {
    let own = definitions::by_key(handle, backend.seal(), key).await?;
    Ok(own.or_else(|| all_by_server(backend.settings()).into_iter().find(|one| one.key == key)).map(Arc::new))
}

fn gone(what: &str) -> Error {
    Error::Damaged(format!("its {what} is gone"))
}

/// What was found, or that it is gone or damaged.
fn copy<T: Clone>(found: Option<&Result<T>>, what: &str) -> Result<T> {
    match found {
        Some(Ok(found)) => Ok(found.clone()),
        Some(Err(error)) => Err(Error::Damaged(error.to_string())),
        None => Err(gone(what)),
    }
}

/// Keeps a damage for later; any other error is one now.
fn damaged<T>(found: Result<T>) -> Result<Result<T>> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(Error::Damaged(cause)) => Ok(Err(Error::Damaged(cause))),
        Err(error) => Err(error),
    }
}

/// Each once.
fn once<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<T>>().into_iter().collect()
}
