//! A notice becomes what each person is told: a line for the bell, and deliveries to the channels that reach them; and deliveries to
//! the addresses that subscribed to its event.

use super::who::Who;
use crate::Backend;
use crate::connectors;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::store::addressed::{self, Addressed};
use crate::store::deliveries::{self, New, Recipient};
use crate::store::effects::{self, Unrelayed};
use crate::store::{connectors as definitions, notices, organizations, requests};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::connectors::Connector;
use domain::effect::Notice;
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId, RequestId};
use domain::notices::{self as rules, CHANNELS, Channel, Defaults, Told, words};
use domain::requests::Request;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What notices become.
#[derive(Default)]
struct Telling {
    notices: Vec<notices::Notice>,
    deliveries: Vec<New>,
}

/// Relays notices of one organization together, one of each request; answers how many. Those that another worker has are left to it.
pub(super) async fn relay(backend: &Backend, organization: OrganizationId, notices: &[(Unrelayed, Notice)]) -> Result<usize> {
    let mut tellings = plan(backend, organization, notices).await?;
    let ids: Vec<EffectId> = notices.iter().map(|(recorded, _)| recorded.id).collect();
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
                deliveries::insert(tx, &all.deliveries, now).await?;
                tx.announce(Change::Deliveries { organization });
            }
            if !people.is_empty() {
                tx.announce(Change::Notices { organization, people: people.into_iter().collect() });
            }
            Ok(mine.len())
        })
    });
    work.await
}

/// What the organization decided about notices, and what carries them.
struct Means {
    defaults: Defaults,
    known: Vec<Connector>,
    carriers: BTreeMap<Channel, String>,
}

/// What each notice becomes. Nobody is told of a request that cannot be read.
async fn plan(backend: &Backend, organization: OrganizationId, notices: &[(Unrelayed, Notice)]) -> Result<BTreeMap<EffectId, Telling>> {
    let handle = backend.store().read(organization);
    let now = backend.now();
    let ids: Vec<RequestId> = notices.iter().map(|(recorded, _)| recorded.request).collect();
    let requests = requests::these(&handle, &ids).await?;
    let defaults = super::readable(organizations::notices(&handle).await.map(Some))?.unwrap_or_default();
    let known = definitions::sealed(&handle).await?;
    let means = Means { carriers: carriers(backend, &defaults, &known), defaults, known };
    let mut who = Who::new(&handle, now);
    let mut planned = Vec::with_capacity(notices.len());
    for (recorded, notice) in notices {
        let told = rules::find(&notice.event).ok_or_else(|| Error::failed(format!("there is no event {}", notice.event)))?;
        match requests.get(&recorded.request) {
            Some(Ok(request)) => planned.push((recorded, notice, told, request, who.told(told, notice, request).await?)),
            Some(Err(error)) => tracing::error!(effect = %recorded.id, %error, "nobody is told of a request that cannot be read"),
            None => {}
        }
    }
    let everybody: BTreeSet<PersonId> = planned.iter().flat_map(|(.., people)| people.iter().copied()).collect();
    let everybody: Vec<PersonId> = everybody.into_iter().collect();
    let addressed: BTreeMap<PersonId, Addressed> =
        addressed::of(&handle, &everybody).await?.into_iter().map(|person| (person.id, person)).collect();
    let tellings = planned.into_iter().map(|(recorded, notice, told, request, people)| {
        let people: Vec<&Addressed> = people.iter().filter_map(|id| addressed.get(id)).collect();
        (recorded.id, telling(backend, &means, (recorded, notice, told), request, &people, now))
    });
    Ok(tellings.collect())
}

/// What one notice becomes for these people.
fn telling(
    backend: &Backend,
    means: &Means,
    (recorded, notice, told): (&Unrelayed, &Notice, &Told),
    request: &Request,
    people: &[&Addressed],
    now: DateTime<Utc>,
) -> Telling {
    let Means { defaults, known, carriers } = means;
    let new = |connector: String, recipient: Recipient, first_at: DateTime<Utc>| New {
        id: DeliveryId(backend.id()),
        effect: recorded.id,
        request: request.id,
        connector,
        recipient,
        first_at,
    };
    let mut telling = Telling::default();
    for person in people {
        let reached = |channel| person.choices.reached(defaults, told, channel);
        let first_at = |channel| {
            let local = zones::local(person.zone, now);
            person.choices.put_off(told, channel, local).map_or(now, |local| zones::moment(person.zone, local))
        };
        let mut sends = |channel: Channel, there: bool| {
            let carrier = carriers.get(&channel).filter(|_| there && reached(channel))?;
            telling.deliveries.push(new(carrier.clone(), Recipient::Person(person.id), first_at(channel)));
            Some(())
        };
        let mailed = sends(Channel::Email, !person.email.is_empty()).is_some();
        sends(Channel::Telegram, !person.telegram_chat.is_empty());
        // A channel is read by others: who has quiet hours is named there without being called.
        let mentioned = !person.slack_member_id.is_empty() && reached(Channel::Slack) && first_at(Channel::Slack) <= now;
        telling.notices.push(notices::Notice {
            id: backend.id(),
            person: person.id,
            request: request.id,
            effect: recorded.id,
            event: notice.event.clone(),
            number: request.number.clone(),
            title: request.item.name.clone(),
            icon: request.item.icon.clone(),
            sentence: words::sentence(&notice.event, notice.by.as_ref().map(|by| by.name.as_str()), &request.requester.name),
            text: notice.text.clone(),
            in_app: reached(Channel::InApp),
            mailed,
            mentioned,
            at: recorded.created_at,
            // Nobody has to be told what they did themselves.
            read_at: notice.by.as_ref().filter(|by| by.id == person.id).map(|_| now),
        });
    }
    let channel = carriers.get(&Channel::Slack).filter(|_| !people.is_empty() && defaults.switch(told, Channel::Slack).on);
    let channel = channel.map(|key| (key.clone(), Recipient::Channel));
    let subscribed =
        known.iter().filter(|one| one.enabled && subscribes(one, told.key)).map(|one| (one.key.clone(), Recipient::Subscription));
    for (connector, recipient) in channel.into_iter().chain(subscribed) {
        telling.deliveries.push(new(connector, recipient, now));
    }
    telling
}

/// Whether a connector was set up to hear of an event.
fn subscribes(connector: &Connector, event: &str) -> bool {
    connector.settings.get("events").and_then(Value::as_array).is_some_and(|events| events.iter().any(|one| one == event))
}

/// Which connector carries which channel: the one the organization chose, or else the server's own.
pub(crate) fn carriers(backend: &Backend, defaults: &Defaults, known: &[Connector]) -> BTreeMap<Channel, String> {
    let by = |channel: Channel| match defaults.channels.get(&channel) {
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
