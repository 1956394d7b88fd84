//! A notice becomes what each person is told: a line for the bell, and deliveries to the channels that reach them; and deliveries to
//! the addresses that subscribed to its event. A summary becomes a delivery to its person.

use super::topic::{self, LoadedSubject, topic_of};
use super::who::RecipientLookup;
use crate::Backend;
use crate::connectors;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::deliveries::{self, DeliveryRecipient, NewDelivery};
use crate::store::effects::{self, UnrelayedEffect};
use crate::store::members::addressed::{self, Addressed};
use crate::store::{connectors as definitions, notices, organizations};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::connectors::Connector;
use domain::effect::{Effect, NoticeEffect};
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId};
use domain::notices::{self as rules, CHANNELS, NoticeChannel, NoticeDefaults, NoticeRule, words};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is told of effects.
#[derive(Default)]
struct Telling {
    notices: Vec<notices::StoredNotice>,
    deliveries: Vec<NewDelivery>,
}

/// Relays what people are told, of one organization together, one effect of each subject; answers how many. Those that another worker has
/// are left to it.
pub(super) async fn relay(backend: &Backend, organization: OrganizationId, effects: &[UnrelayedEffect]) -> Result<usize> {
    let mut tellings = plan(backend, organization, effects).await?;
    let ids: Vec<EffectId> = effects.iter().map(|recorded| recorded.id).collect();
    let be = backend.clone();
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            let now = be.now();
            let mine = effects::relay(tx, &ids, now).await?;
            let mut all = Telling::default();
            for telling in mine.iter().filter_map(|id| tellings.remove(id)) {
                all.notices.extend(telling.notices);
                all.deliveries.extend(telling.deliveries);
            }
            let people: BTreeSet<PersonId> = all.notices.iter().filter(|one| one.in_app).map(|one| one.person).collect();
            notices::insert(tx, all.notices).await?;
            if !all.deliveries.is_empty() {
                deliveries::insert(tx, &all.deliveries, be.stamp(tx).await?).await?;
                tx.announce(LiveChange::Deliveries { organization });
            }
            if !people.is_empty() {
                tx.announce(LiveChange::Notices { organization, people: people.into_iter().collect() });
            }
            Ok(mine.len())
        })
    });
    work.await
}

/// What the organization decided about notices, and what carries them.
struct Means {
    defaults: NoticeDefaults,
    known: Vec<Connector>,
    carriers: BTreeMap<NoticeChannel, String>,
}

/// An effect that tells people something, and whom.
struct Planned<'a> {
    recorded: &'a UnrelayedEffect,
    words: ToldContent<'a>,
    people: Vec<PersonId>,
}

/// What is told.
enum ToldContent<'a> {
    Event(&'a NoticeEffect, &'static NoticeRule, Arc<LoadedSubject>),
    Summary,
    Link,
}

/// What each effect becomes. Nobody is told of what cannot be read.
async fn plan(backend: &Backend, organization: OrganizationId, effects: &[UnrelayedEffect]) -> Result<BTreeMap<EffectId, Telling>> {
    let handle = backend.store().read(organization);
    let now = backend.now();
    let topics = topic::load(&handle, effects.iter().map(|recorded| recorded.subject)).await?;
    let defaults = super::readable(organizations::notices(&handle).await.map(Some))?.unwrap_or_default();
    let known = definitions::sealed(&handle).await?;
    let means = Means { carriers: carriers(backend, &defaults, &known), defaults, known };
    let mut who = RecipientLookup::new(&handle, now);
    let mut planned = Vec::with_capacity(effects.len());
    for recorded in effects {
        match (&recorded.effect, topic_of(&topics, recorded.subject)) {
            (Some(Effect::Notify(notice)), Ok(topic)) => {
                let told = rules::find(&notice.event)
                    .ok_or_else(|| Error::failed(format!("the table of notices has no event {}", notice.event)))?;
                let people = who.told(told, notice, &topic).await?;
                planned.push(Planned { recorded, words: ToldContent::Event(notice, told, topic), people });
            }
            (Some(Effect::Summarize), Ok(topic)) => {
                let person = if let LoadedSubject::Person(person) = &*topic { Some(person.id) } else { None };
                planned.push(Planned { recorded, words: ToldContent::Summary, people: person.into_iter().collect() });
            }
            (Some(Effect::SendLink), Ok(_)) => planned.push(Planned { recorded, words: ToldContent::Link, people: Vec::new() }),
            (_, Err(error)) => {
                tracing::error!(effect = %recorded.id, subject = %recorded.subject, %error, "effect {} of {} cannot be read; nobody is told of it", recorded.id, recorded.subject);
            }
            (Some(Effect::Dispatch { .. } | Effect::Launch { .. }) | None, Ok(_)) => {}
        }
    }
    let everybody: BTreeSet<PersonId> = planned.iter().flat_map(|one| one.people.iter().copied()).collect();
    let everybody: Vec<PersonId> = everybody.into_iter().collect();
    let addressed: BTreeMap<PersonId, Addressed> =
        addressed::of(&handle, &everybody).await?.into_iter().map(|person| (person.id, person)).collect();
    let tellings = planned.into_iter().map(|Planned { recorded, words, people }| {
        let people: Vec<&Addressed> = people.iter().filter_map(|id| addressed.get(id)).collect();
        let telling = match words {
            ToldContent::Event(notice, told, topic) => event(backend, &means, (recorded, notice, told), &topic, &people, now),
            ToldContent::Summary => summary(backend, &means, recorded, &people, now),
            ToldContent::Link => link(backend, &means, recorded, now),
        };
        (recorded.id, telling)
    });
    Ok(tellings.collect())
}

/// A delivery of what is told.
fn new(
    backend: &Backend,
    recorded: &UnrelayedEffect,
    connector: String,
    recipient: DeliveryRecipient,
    first_at: DateTime<Utc>,
) -> NewDelivery {
    NewDelivery { id: DeliveryId(backend.id()), effect: recorded.id, subject: recorded.subject, connector, recipient, first_at }
}

/// A summary goes by e-mail, where something carries that.
fn summary(backend: &Backend, means: &Means, recorded: &UnrelayedEffect, people: &[&Addressed], now: DateTime<Utc>) -> Telling {
    let Some(carrier) = means.carriers.get(&NoticeChannel::Email) else { return Telling::default() };
    let people = people.iter().filter(|person| !person.email.is_empty());
    let deliveries = people.map(|person| new(backend, recorded, carrier.clone(), DeliveryRecipient::Summary(person.id), now));
    Telling { notices: Vec::new(), deliveries: deliveries.collect() }
}

/// An account link goes by e-mail to its own address, whatever its owner chose to be told: by the server's own mail where it has one, for
/// whoever carries a link can open it.
fn link(backend: &Backend, means: &Means, recorded: &UnrelayedEffect, now: DateTime<Utc>) -> Telling {
    let own = connectors::by_server(NoticeChannel::Email, backend.settings()).map(|one| one.key);
    let carrier = own.or_else(|| means.carriers.get(&NoticeChannel::Email).cloned());
    let deliveries = carrier.map(|carrier| new(backend, recorded, carrier, DeliveryRecipient::Link, now));
    Telling { notices: Vec::new(), deliveries: deliveries.into_iter().collect() }
}

/// What one notice becomes for these people.
fn event(
    backend: &Backend,
    means: &Means,
    (recorded, notice, told): (&UnrelayedEffect, &NoticeEffect, &NoticeRule),
    topic: &LoadedSubject,
    people: &[&Addressed],
    now: DateTime<Utc>,
) -> Telling {
    let Means { defaults, known, carriers } = means;
    let mut telling = Telling::default();
    for person in people {
        let reached = |channel| person.choices.reached(defaults, told, channel);
        let first_at = |channel| {
            let local = zones::local(person.zone, now);
            person.choices.put_off(told, channel, local).map_or(now, |local| zones::moment(person.zone, local))
        };
        let mut sends = |channel: NoticeChannel, there: bool| {
            let carrier = carriers.get(&channel).filter(|_| there && reached(channel))?;
            telling.deliveries.push(new(backend, recorded, carrier.clone(), DeliveryRecipient::Person(person.id), first_at(channel)));
            Some(())
        };
        let mailed = sends(NoticeChannel::Email, !person.email.is_empty()).is_some();
        sends(NoticeChannel::Telegram, !person.telegram_chat.is_empty());
        // A channel is read by others: who has quiet hours is named there without being called.
        let mentioned = !person.slack_member_id.is_empty() && reached(NoticeChannel::Slack) && first_at(NoticeChannel::Slack) <= now;
        telling.notices.push(notices::StoredNotice {
            id: backend.id(),
            person: person.id,
            subject: recorded.subject,
            effect: recorded.id,
            event: notice.event.clone(),
            number: topic.number().to_owned(),
            title: topic.title_for(&notice.event).to_owned(),
            icon: topic.icon().to_owned(),
            sentence: words::sentence(&notice.event, notice.by.as_ref().map(|by| by.name.as_str()), topic.owner()),
            text: notice.text.clone(),
            in_app: reached(NoticeChannel::InApp),
            mailed,
            mentioned,
            at: recorded.created_at,
            // Nobody has to be told what they did themselves.
            read_at: notice.by.as_ref().filter(|by| by.id == person.id).map(|_| now),
        });
    }
    // What is about a person is for nobody else to read.
    if topic.request().is_some() {
        let channel = carriers.get(&NoticeChannel::Slack).filter(|_| !people.is_empty() && defaults.switch(told, NoticeChannel::Slack).on);
        let channel = channel.map(|key| (key.clone(), DeliveryRecipient::Channel));
        let subscribed = known
            .iter()
            .filter(|one| one.enabled && subscribes(one, told.key))
            .map(|one| (one.key.clone(), DeliveryRecipient::Subscription));
        for (connector, recipient) in channel.into_iter().chain(subscribed) {
            telling.deliveries.push(new(backend, recorded, connector, recipient, now));
        }
    }
    telling
}

/// Whether a connector was set up to hear of an event.
fn subscribes(connector: &Connector, event: &str) -> bool {
    connector.settings.get("events").and_then(Value::as_array).is_some_and(|events| events.iter().any(|one| one == event))
}

/// Which connector carries which channel: the one the organization chose, or else the server's own.
pub(crate) fn carriers(backend: &Backend, defaults: &NoticeDefaults, known: &[Connector]) -> BTreeMap<NoticeChannel, String> {
    let by = |channel: NoticeChannel| match defaults.channels.get(&channel) {
        Some(key) => {
            let own = known.iter().find(|one| one.key == *key && one.enabled);
            own.filter(|one| connectors::find(&one.kind).and_then(|kind| kind.carries()) == Some(channel)).map(|one| one.key.clone())
        }
        None => connectors::by_server(channel, backend.settings()).map(|own| own.key),
    };
    CHANNELS.into_iter().filter_map(|channel| Some((channel, by(channel)?))).collect()
}

/// The person a message goes to, as they are now; None when they left.
pub(super) async fn person(backend: &Backend, organization: OrganizationId, id: PersonId) -> Result<Option<Addressed>> {
    Ok(addressed::of(&backend.store().read(organization), &[id]).await?.into_iter().next())
}
