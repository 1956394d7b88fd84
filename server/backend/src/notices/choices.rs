//! What reaches whom, and where: a person's own switches, quiet hours and summary; an organization's switches, locks and carriers.

use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::connectors::{self as kinds, by_server};
use crate::error::{Error, Result};
use crate::store::members::addressed::{self, Addressed};
use crate::store::{connectors, organizations};
use crate::{Backend, outbox, zones};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::connectors::Connector;
use domain::notices::wire::{ChangeMine, ChangeOurs, ChannelCarrier, MatrixColumn, MatrixRow, MatrixSwitch, MyNotices, OurNotices};
use domain::notices::{CHANNELS, NOTICES, NoticeChannel, NoticeChoices, NoticeDefaults, NoticeRule, NoticeSwitch, find};
use domain::permission::Permission;

/// Events that nothing of this version sets off are in no matrix.
fn offered() -> impl Iterator<Item = &'static NoticeRule> {
    NOTICES.iter().filter(|told| told.key != "loan_overdue")
}

fn unknown() -> Refusal {
    Refusal::input("event", "This event is not known. Load the page again.")
}

/// The caller's own choices.
///
/// # Errors
/// When the database fails.
pub async fn mine(backend: &Backend, caller: &Caller) -> Result<MyNotices> {
    let handle = backend.store().read(caller.organization);
    let defaults = organizations::notices(&handle).await?;
    let me = addressed::of(&handle, &[caller.id()]).await?.into_iter().next().ok_or(Refusal::NotFound)?;
    let carriers = outbox::carriers(backend, &defaults, &connectors::sealed(&handle).await?);
    let columns: Vec<MatrixColumn> = CHANNELS.into_iter().map(|channel| column(channel, &me, carriers.contains_key(&channel))).collect();
    let rows = offered().map(|told| {
        matrix_row(told, |channel| {
            let switch = defaults.switch(told, channel);
            let works = columns.iter().any(|column| column.channel == channel && column.works);
            MatrixSwitch { channel, on: works && me.choices.reached(&defaults, told, channel), locked: switch.locked }
        })
    });
    Ok(MyNotices {
        rows: rows.collect(),
        columns: columns.clone(),
        quiet: me.choices.quiet,
        summary: me.choices.summary,
        differs: !me.choices.own.is_empty(),
        administers: caller.facts.may(Permission::ManageSettings),
        time_zone: me.zone.name().to_owned(),
    })
}

fn matrix_row(told: &NoticeRule, cell: impl Fn(NoticeChannel) -> MatrixSwitch) -> MatrixRow {
    MatrixRow {
        event: told.key.to_owned(),
        label: told.label.to_owned(),
        group: told.group.label().to_owned(),
        cells: CHANNELS.into_iter().filter(|channel| told.goes_by(*channel)).map(cell).collect(),
    }
}

/// Where a channel reaches the person, or why it does not.
fn column(channel: NoticeChannel, me: &Addressed, carried: bool) -> MatrixColumn {
    let place = match channel {
        NoticeChannel::InApp => "The bell",
        NoticeChannel::Email => me.email.as_str(),
        NoticeChannel::Slack => me.slack_member_id.as_str(),
        NoticeChannel::Telegram => me.telegram_chat.as_str(),
    };
    let carried = carried || channel == NoticeChannel::InApp;
    let note = if !carried {
        "Not set up"
    } else if place.is_empty() {
        "Not linked"
    } else {
        place
    };
    MatrixColumn { channel, label: channel.label().to_owned(), note: note.to_owned(), works: carried && !place.is_empty() }
}

/// Changes one of the caller's own choices.
///
/// # Errors
/// An unknown event; a switch that the organization locked.
pub async fn change_mine(backend: &Backend, caller: &Caller, change: ChangeMine) -> Result<()> {
    let (be, person, zone) = (backend.clone(), caller.id(), caller.zone);
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let mut choices = addressed::lock_choices(tx, person).await?.ok_or(Refusal::NotFound)?;
                let defaults = organizations::notices(tx).await?;
                apply(&mut choices, &defaults, change)?;
                let next = choices.summary.and_then(|summary| summary.next(zones::local(zone, be.now())));
                let next: Option<DateTime<Utc>> = next.map(|local| zones::moment(zone, local));
                addressed::set_choices(tx, person, &choices, next).await
            })
        })
        .await
}

fn apply(choices: &mut NoticeChoices, defaults: &NoticeDefaults, change: ChangeMine) -> std::result::Result<(), Refusal> {
    match change {
        ChangeMine::Switch { event, channel, on } => {
            let told = find(&event).filter(|told| told.goes_by(channel)).ok_or_else(unknown)?;
            let switch = defaults.switch(told, channel);
            if switch.locked {
                return Err(Refusal::not_now("Your organization has set this for everybody."));
            }
            let own = choices.own.entry(event).or_default();
            // What is as everybody has it follows the organization again.
            if on == switch.on {
                own.remove(&channel);
            } else {
                own.insert(channel, on);
            }
            choices.own.retain(|_, channels| !channels.is_empty());
        }
        ChangeMine::AsUsual => choices.own.clear(),
        ChangeMine::Quiet(quiet) => choices.quiet = quiet,
        ChangeMine::Summary(summary) => choices.summary = summary,
    }
    Ok(())
}

/// What the organization decides.
///
/// # Errors
/// `NotFound` for who does not administer it.
pub async fn ours(backend: &Backend, caller: &Caller) -> Result<OurNotices> {
    administer(caller)?;
    let handle = backend.store().read(caller.organization);
    let defaults = organizations::notices(&handle).await?;
    let known = connectors::sealed(&handle).await?;
    let carriers = outbox::carriers(backend, &defaults, &known);
    let name = |key: &str| known.iter().find(|one| one.key == key).map(|one| one.name.clone());
    let columns = CHANNELS.into_iter().map(|channel| {
        let note = match carriers.get(&channel) {
            _ if channel == NoticeChannel::InApp => "The bell".to_owned(),
            Some(key) => name(key).unwrap_or_else(|| "This server’s own".to_owned()),
            None => "Not set up".to_owned(),
        };
        MatrixColumn {
            channel,
            label: channel.label().to_owned(),
            note,
            works: channel == NoticeChannel::InApp || carriers.contains_key(&channel),
        }
    });
    let rows = offered().map(|told| {
        matrix_row(told, |channel| {
            let NoticeSwitch { on, locked } = defaults.switch(told, channel);
            MatrixSwitch { channel, on, locked }
        })
    });
    let carrying = CHANNELS.into_iter().filter(|channel| *channel != NoticeChannel::InApp).map(|channel| {
        let used = carriers.get(&channel).cloned().unwrap_or_default();
        (channel, used, choices_of(backend, channel, &known))
    });
    Ok(OurNotices { columns: columns.collect(), rows: rows.collect(), carriers: carrying.collect() })
}

/// What could carry a channel: nothing, the server's own, and connectors of the right kind.
fn choices_of(backend: &Backend, channel: NoticeChannel, known: &[Connector]) -> Vec<ChannelCarrier> {
    let carries = |one: &&Connector| one.enabled && kinds::find(&one.kind).and_then(|kind| kind.carries()) == Some(channel);
    let own = by_server(channel, backend.settings());
    let own = own.map(|own| ChannelCarrier { key: own.key, name: "This server’s own".to_owned() });
    std::iter::once(ChannelCarrier { key: String::new(), name: "Off".to_owned() })
        .chain(own)
        .chain(known.iter().filter(carries).map(|one| ChannelCarrier { key: one.key.clone(), name: one.name.clone() }))
        .collect()
}

/// Changes one of the organization's decisions.
///
/// # Errors
/// `NotFound` for who does not administer it; an unknown event or connector.
pub async fn change_ours(backend: &Backend, caller: &Caller, change: ChangeOurs) -> Result<()> {
    administer(caller)?;
    let (be, person, actor, organization) = (backend.clone(), caller.id(), AuditActor::from(caller), caller.within.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let facts = crate::requests::fresh(tx, person, be.now()).await?;
                if !facts.may(Permission::ManageSettings) {
                    return Err(Refusal::NotFound.into());
                }
                let mut defaults = organizations::lock_notices(tx).await?;
                let before = serde_json::to_value(&defaults).map_err(Error::failed)?;
                match change {
                    ChangeOurs::Switch { event, channel, on, locked } => {
                        let told = find(&event).filter(|told| told.goes_by(channel)).ok_or_else(unknown)?;
                        defaults.set(told, channel, NoticeSwitch { on, locked });
                    }
                    ChangeOurs::Carrier { channel, key } => {
                        let known = connectors::sealed(tx).await?;
                        if !choices_of(&be, channel, &known).iter().any(|one| one.key == key) {
                            return Err(Refusal::input("carrier", "Choose one from the list").into());
                        }
                        if by_server(channel, be.settings()).is_some_and(|own| own.key == key) {
                            defaults.channels.remove(&channel);
                        } else {
                            defaults.channels.insert(channel, key);
                        }
                    }
                }
                let after = serde_json::to_value(&defaults).map_err(Error::failed)?;
                let changes = ValueChanges::between(Some(&before), Some(&after));
                if !changes.is_empty() {
                    let draft = AuditDraft::of(AuditKind::NotificationsChanged, organization.id.to_string(), organization.name);
                    audit::record(tx, &be, &actor, vec![draft.with(changes)]).await?;
                }
                organizations::set_notices(tx, &defaults).await
            })
        })
        .await
}

fn administer(caller: &Caller) -> Result<()> {
    if caller.facts.may(Permission::ManageSettings) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}
