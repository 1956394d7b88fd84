//! A notice becomes what each person is told: a line for the bell, and deliveries to the channels that reach them; and deliveries to
//! the addresses that subscribed to its event.

use crate::Backend;
use crate::connectors;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::store::addressed::{self, Addressed};
use crate::store::deliveries::{self, New, Recipient};
use crate::store::effects::{self, Unrelayed};
use crate::store::{Read, connectors as definitions, delegations, groups, members, notices, organizations, requests};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::approvals::Target;
use domain::connectors::Connector;
use domain::effect::Notice;
use domain::id::{DeliveryId, OrganizationId, PersonId};
use domain::notices::{self as rules, CHANNELS, Channel, Defaults, Part, Told, words};
use domain::permission::Permission;
use domain::requests::Request;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// People told of one event, at most: a notice to everybody is none.
const MOST: u64 = 500;

/// What a notice becomes.
#[derive(Default)]
struct Telling {
    notices: Vec<notices::Notice>,
    deliveries: Vec<New>,
}

/// Relays a notice. False when another worker was faster.
pub(super) async fn relay(backend: &Backend, recorded: Unrelayed, notice: Notice) -> Result<bool> {
    let telling = match super::readable(requests::by_id(&backend.store().read(recorded.organization), recorded.request).await)? {
        // Nobody is told of what cannot be read.
        None => Telling::default(),
        Some(request) => plan(backend, &recorded, &notice, &request).await?,
    };
    let be = backend.clone();
    backend
        .store()
        .write(recorded.organization, move |tx| {
            Box::pin(async move {
                let now = be.now();
                if !effects::relay(tx, recorded.id, now).await? {
                    return Ok(false);
                }
                let people: Vec<PersonId> = telling.notices.iter().filter(|one| one.in_app).map(|one| one.person).collect();
                notices::insert(tx, telling.notices).await?;
                if !telling.deliveries.is_empty() {
                    deliveries::insert(tx, recorded.id, recorded.request, &telling.deliveries, now).await?;
                    tx.announce(Change::Deliveries { organization: recorded.organization });
                }
                if !people.is_empty() {
                    tx.announce(Change::Notices { organization: recorded.organization, people });
                }
                Ok(true)
            })
        })
        .await
}

async fn plan(backend: &Backend, recorded: &Unrelayed, notice: &Notice, request: &Request) -> Result<Telling> {
    let handle = backend.store().read(recorded.organization);
    let Some(told) = rules::find(&notice.event) else {
        return Err(Error::failed(format!("there is no event {}", notice.event)));
    };
    let now = backend.now();
    let defaults = super::readable(organizations::notices(&handle).await.map(Some))?.unwrap_or_default();
    let known = definitions::sealed(&handle).await?;
    let ids = who(&handle, told, notice, request, now).await?;
    let people = addressed::of(&handle, &ids).await?;
    let carriers = carriers(backend, &defaults, &known);
    let mut telling = Telling::default();
    for person in &people {
        let reached = |channel| person.choices.reached(&defaults, told, channel);
        let first_at = |channel| {
            let local = now.with_timezone(&person.zone).naive_local();
            person.choices.put_off(told, channel, local).map_or(now, |local| zones::moment(person.zone, local))
        };
        let mut sends = |channel: Channel, there: bool| {
            let carrier = carriers.get(&channel).filter(|_| there && reached(channel))?;
            let (connector, recipient) = (carrier.clone(), Recipient::Person(person.id));
            telling.deliveries.push(New { id: DeliveryId(backend.id()), connector, recipient, first_at: first_at(channel) });
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
        telling.deliveries.push(New { id: DeliveryId(backend.id()), connector, recipient, first_at: now });
    }
    Ok(telling)
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

/// Who is told, each once.
async fn who(handle: &Read, told: &Told, notice: &Notice, request: &Request, now: DateTime<Utc>) -> Result<Vec<PersonId>> {
    let mut ids: BTreeSet<PersonId> = BTreeSet::new();
    for part in told.parts {
        match part {
            Part::Requester => ids.extend([request.requester.id]),
            Part::Assignee => ids.extend(request.state.assignee.as_ref().map(|person| person.id)),
            Part::Supervisor => ids.extend(members::who_may(handle, Permission::Supervise, MOST).await?.into_iter().map(|one| one.id)),
            Part::Administrator => ids.extend(members::administrators(handle, MOST).await?.0.into_iter().map(|one| one.id)),
            Part::Named => {
                ids.extend(&notice.people);
                let mut deciders: BTreeSet<PersonId> = BTreeSet::new();
                for target in notice.targets.iter().filter_map(|key| Target::from_index_key(key)) {
                    deciders.extend(meant(handle, &target).await?);
                }
                let absent: Vec<PersonId> = deciders.iter().copied().collect();
                let deputies = delegations::in_effect(handle, &absent, now).await?;
                deciders.extend(
                    deputies
                        .into_iter()
                        .filter(|grant| grant.items.is_empty() || grant.items.contains(&request.item_id))
                        .map(|grant| grant.to.id),
                );
                if !request.state.approval.self_approval {
                    deciders.remove(&request.requester.id);
                }
                ids.extend(deciders);
            }
        }
    }
    if let Some(by) = notice.by.as_ref().filter(|_| !told.tells_the_actor()) {
        ids.remove(&by.id);
    }
    Ok(ids.into_iter().take(MOST as usize).collect())
}

async fn meant(handle: &Read, target: &Target) -> Result<Vec<PersonId>> {
    let (people, _) = match target {
        Target::Person { id } => return Ok(vec![*id]),
        Target::Group { id } => groups::members(handle, *id, None, MOST).await?,
        Target::GroupRole { id, role } => groups::members(handle, *id, Some(role), MOST).await?,
        Target::Administrators => members::administrators(handle, MOST).await?,
    };
    Ok(people.into_iter().map(|person| person.id).collect())
}

/// The person a message goes to, as they are now; None when they left.
pub(super) async fn person(backend: &Backend, organization: OrganizationId, id: PersonId) -> Result<Option<Addressed>> {
    Ok(addressed::of(&backend.store().read(organization), &[id]).await?.into_iter().next())
}
