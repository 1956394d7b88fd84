//! What an organization decides for itself, as those who hold its settings read and change it; and forgetting what it no longer keeps.
//!
//! Deliberately not here: the rules (domain `organization`), and what its files say of the same (`definitions`).

mod groups;

pub use groups::{change_seat, group, groups, remove_group, save_group};

use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::console::require;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::{StoreHandle, Tx, drafts, notices, organizations, sessions};
use crate::{Backend, zones};
use chrono::{DateTime, Duration, Utc};
use domain::Refusal;
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::forms::Answers;
use domain::forms::check::check;
use domain::id::OrganizationId;
use domain::organization::form::{OrganizationDraft, answers_of, problems_of, read_answers, settings_form};
use domain::organization::wire::OrganizationView;
use domain::organization::{OrganizationSettings, RetentionDays};
use domain::permission::Permission;
use serde_json::{Value, json};

/// The organization's settings.
///
/// # Errors
/// Not found for whoever does not hold them.
pub async fn page(backend: &Backend, caller: &Caller) -> Result<OrganizationView> {
    require(&caller.facts, Permission::ManageSettings)?;
    let is = load_draft(&backend.store().read(caller.organization)).await?;
    let (form, answers) = (settings_form(&zones::names()), answers_of(&is));
    Ok(OrganizationView { name: is.name, form, answers })
}

async fn load_draft(handle: &impl StoreHandle) -> Result<OrganizationDraft> {
    Ok(OrganizationDraft {
        name: organizations::name(handle).await?.unwrap_or_default(),
        time_zone: organizations::time_zone(handle).await?.unwrap_or_default(),
        settings: organizations::settings(handle).await?,
    })
}

/// Saves the organization's settings, all of them at once.
///
/// # Errors
/// Not found for whoever does not hold them; problems, with what cannot be.
pub async fn save(backend: &Backend, caller: &Caller, answers: Answers) -> Result<()> {
    require(&caller.facts, Permission::ManageSettings)?;
    let (be, person, actor, today) = (backend.clone(), caller.id(), AuditActor::from(caller), caller.today(backend.now()));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            require(&facts, Permission::ManageSettings)?;
            organizations::lock(tx).await?;
            let was = load_draft(tx).await?;
            let wanted = read_answers(&answers, &was);
            let mut problems = check(&settings_form(&zones::names()), &answers, today);
            if problems.is_empty() {
                problems = problems_of(&wanted.settings);
            }
            if !problems.is_empty() {
                return Err(Refusal::Problems { problems }.into());
            }
            let changes = ValueChanges::between(Some(&values_of(&was)?), Some(&values_of(&wanted)?));
            if changes.is_empty() {
                return Ok(());
            }
            organizations::rename(tx, &wanted.name).await?;
            organizations::set_time_zone(tx, &wanted.time_zone).await?;
            organizations::set_settings(tx, &wanted.settings).await?;
            let draft = AuditDraft::of(AuditKind::OrganizationChanged, tx.organization().to_string(), wanted.name.as_str());
            audit::record(tx, &be, &actor, vec![draft.with(changes)]).await?;
            // What people may use, and how their pages look, may be anything now.
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: Vec::new() });
            Ok::<(), Error>(())
        })
    });
    work.await
}

/// All that the page shows, as the audit log compares it.
fn values_of(draft: &OrganizationDraft) -> Result<Value> {
    let mut values = serde_json::to_value(&draft.settings).map_err(Error::failed)?;
    if let Some(values) = values.as_object_mut() {
        values.insert("name".to_owned(), json!(draft.name));
        values.insert("time_zone".to_owned(), json!(draft.time_zone));
    }
    Ok(values)
}

/// What the organization of a caller decided for itself, as of now.
///
/// # Errors
/// When the database does not answer.
pub async fn settings_of(backend: &Backend, organization: OrganizationId) -> Result<OrganizationSettings> {
    organizations::settings(&backend.store().read(organization)).await
}

/// Forgets drafts, notices and sessions of organizations that keep them for fewer days. Nothing is to be delivered because of it.
///
/// # Errors
/// When the database fails; what was removed before stays so.
pub async fn forget_unkept(backend: &Backend) -> Result<u32> {
    for organization in organizations::all(&backend.store().platform()).await? {
        let retention = organizations::settings(&backend.store().read(organization.id)).await?.retention;
        if retention == RetentionDays::default() {
            continue;
        }
        let now = backend.now();
        let work = backend.store().write(organization.id, move |tx| Box::pin(async move { forget_within(tx, retention, now).await }));
        let [drafts, notices, sessions] = work.await?;
        if drafts + notices + sessions > 0 {
            tracing::info!(
                organization = %organization.key, drafts, notices, sessions,
                "{drafts} drafts, {notices} notices and {sessions} sessions of {} were removed: it keeps them for fewer days", organization.key
            );
        }
    }
    Ok(0)
}

async fn forget_within(tx: &Tx<'_>, retention: RetentionDays, now: DateTime<Utc>) -> Result<[u64; 3]> {
    let before = |days: Option<u32>| days.map(|days| now - Duration::days(i64::from(days)));
    let mut removed = [0; 3];
    if let Some(moment) = before(retention.drafts) {
        removed[0] = drafts::forget_before(tx, moment).await?;
    }
    if let Some(moment) = before(retention.notices) {
        removed[1] = notices::forget_within(tx, moment).await?;
    }
    if let Some(moment) = before(retention.sessions) {
        removed[2] = sessions::delete_unused(tx, moment).await?;
    }
    Ok(removed)
}
