//! Definitions as files: an organization's catalog, forms, connectors, groups and people as a folder of readable YAML.
//!
//! `plan` says what `apply` would do; `apply` does it in one transaction or not at all; `export` writes what there is, and applying it
//! again changes nothing. What is not in the folder is left as it is, and said so, but for people: whoever is taken out of
//! `people.yaml` leaves. Secrets and passwords are never written to files.

mod bytes;
mod changes;
mod check;
mod export;
mod files;
pub mod folder;
mod lines;
pub(crate) mod secrets;
mod texts;
mod written;
mod yaml;

use crate::audit::{self, AuditActor};
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::people::leaving;
use crate::store::grants::StoredGrant;
use crate::store::{StoreHandle, Tx};
use crate::store::{calendars, connectors, forms, grants, groups, items, members, organizations, people, roles, spaces};
use crate::{Backend, fallback};
use changes::DefinitionChanges;
use domain::Refusal;
use domain::access::OwnRole;
use domain::access::spaces::Space;
use domain::audit::{AuditDraft, AuditKind};
use domain::catalog::CatalogItem;
use domain::connectors::Connector;
use domain::forms::Form;
use domain::id::{ItemId, OrganizationId};
use domain::notices::NoticeDefaults;
use domain::organization::OrganizationSettings;
use domain::requests::sla::calendar::WorkCalendar;
use files::{DefinitionFolder, FileProblem};
use std::fmt;
use uuid::Uuid;

pub(crate) use changes::{GroupRoles, draft_memberships, member_values};
pub use files::DefinitionFile;

/// What applying a folder does or did, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyPlan {
    /// Key of the organization.
    pub organization: String,
    /// "create item vpn-access", "change form vpn", "unchanged items: 12", "left as it is: item old (not in the folder)", "note: …".
    pub lines: Vec<String>,
    /// How many lines create or change something.
    pub changes: usize,
}

impl fmt::Display for ApplyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        match self.changes {
            0 => writeln!(f, "Nothing to change."),
            1 => writeln!(f, "1 change."),
            changes => writeln!(f, "{changes} changes."),
        }
    }
}

/// What the database has of an organization's definitions.
#[derive(Default)]
struct Present {
    /// Name, when the organization exists.
    name: Option<String>,
    /// The organization's, empty when it has none.
    time_zone: String,
    /// What it decided about notifications.
    notices: NoticeDefaults,
    /// What it decided for itself.
    settings: OrganizationSettings,
    members: Vec<members::Member>,
    /// Accounts with an address of the folder, members or not.
    accounts: Vec<people::Account>,
    groups: Vec<groups::GroupRoster>,
    spaces: Vec<Space>,
    roles: Vec<OwnRole>,
    grants: Vec<StoredGrant>,
    connectors: Vec<Connector>,
    calendars: Vec<WorkCalendar>,
    forms: Vec<(Uuid, Form)>,
    items: Vec<(ItemId, CatalogItem)>,
}

/// What `apply` would do. Changes nothing. Without a key the organization is the one that `organization.yaml` names.
///
/// # Errors
/// `Input` with every problem found: file, line, and what would be right.
pub async fn plan(backend: &Backend, organization_key: impl Into<Option<&str>>, files: Vec<DefinitionFile>) -> Result<ApplyPlan> {
    let (folder, id) = folder_of(backend, organization_key.into(), files).await?;
    let present = load(backend, &backend.store().read(id), &folder).await?;
    Ok(compare(backend, &folder, &present)?.plan)
}

/// Creates and updates what the folder says, in one transaction. Without a key the organization is the one that `organization.yaml`
/// names.
///
/// # Errors
/// `Input` with every problem found: file, line, and what would be right. `Conflict` when somebody else set the organization up at the
/// same moment. Nothing is changed then.
pub async fn apply(backend: &Backend, organization_key: impl Into<Option<&str>>, files: Vec<DefinitionFile>) -> Result<ApplyPlan> {
    let (folder, id) = folder_of(backend, organization_key.into(), files).await?;
    let within = backend.clone();
    let work = backend
        .store()
        .write(id, move |tx| Box::pin(async move { apply_within(tx, &within, &folder, id, &AuditActor::command_line()).await }));
    work.await
}

/// Sets the organization of a transaction up as the folder says.
///
/// # Errors
/// As `apply`.
pub(crate) async fn create_within(tx: &Tx<'_>, backend: &Backend, files: Vec<DefinitionFile>, actor: &AuditActor) -> Result<()> {
    let folder = read(None, files)?;
    apply_within(tx, backend, &folder, OrganizationId(tx.organization()), actor).await.map(|_| ())
}

async fn apply_within(
    tx: &Tx<'_>,
    within: &Backend,
    folder: &DefinitionFolder,
    id: OrganizationId,
    actor: &AuditActor,
) -> Result<ApplyPlan> {
    let now = within.now();
    if organizations::by_key_within(tx, &folder.key).await?.is_some_and(|there| there.id != id) {
        let message = format!("The organization “{}” was set up by somebody else meanwhile. Apply the files again.", folder.key);
        return Err(Refusal::Conflict { message }.into());
    }
    let present = load(within, tx, folder).await?;
    let changes = compare(within, folder, &present)?;
    changes.write(tx, within.seal(), now).await?;
    audit::record(tx, within, actor, changes.audit_drafts(&present, id)?).await?;
    for person in &changes.leaving {
        leaving::leave(tx, *person, now).await?;
    }
    if !changes.leaving.is_empty() {
        let people = changes.leaving.len();
        tracing::info!(organization = %folder.key, people, "definition files disabled {people} people of {}", folder.key);
    }
    fallback::settle(tx, within).await?;
    if changes.plan.changes > 0 {
        // Who may do what, and what there is to request, may be anything now: every open page looks again.
        tx.announce(LiveChange::Rights { organization: id, people: Vec::new() });
    }
    Ok(changes.plan)
}

/// The folder of an organization: paths and texts, ready to be applied again.
///
/// # Errors
/// `Input` when there is no such organization.
pub async fn export(backend: &Backend, organization_key: &str) -> Result<Vec<DefinitionFile>> {
    let Some(organization) = organizations::by_key(&backend.store().platform(), organization_key).await? else {
        return Err(Refusal::input("organization", format!("No organization has the key “{organization_key}”. Check the key.")).into());
    };
    let handle = backend.store().read(organization.id);
    let present = load(backend, &handle, &DefinitionFolder::default()).await?;
    export::files(organization_key, &present)
}

/// Seals the secrets of every connector of every organization with the present key; says of how many.
///
/// # Errors
/// When one cannot be opened: nothing of its organization is changed then.
pub async fn seal_again(backend: &Backend) -> Result<usize> {
    let mut sealed = 0;
    for organization in organizations::all(&backend.store().platform()).await? {
        let be = backend.clone();
        let work = backend.store().write(organization.id, move |tx| {
            Box::pin(async move {
                let all = connectors::all(tx, be.seal()).await?;
                for connector in &all {
                    connectors::save(tx, be.seal(), be.id(), connector, be.now()).await?;
                }
                let draft = AuditDraft::of(AuditKind::SecretsSealed, organization.id.to_string(), organization.name);
                audit::record(tx, &be, &AuditActor::command_line(), vec![draft]).await?;
                Ok::<usize, Error>(all.len())
            })
        });
        sealed += work.await?;
    }
    Ok(sealed)
}

/// The folder, and the organization that it is of: one that is to be set up, when none has its key.
async fn folder_of(
    backend: &Backend,
    organization_key: Option<&str>,
    files: Vec<DefinitionFile>,
) -> Result<(DefinitionFolder, OrganizationId)> {
    let folder = read(organization_key, files)?;
    let there = organizations::by_key(&backend.store().platform(), &folder.key).await?;
    Ok((folder, there.map_or_else(|| OrganizationId(backend.id()), |there| there.id)))
}

/// The folder, if every file can be read as what it should be.
fn read(organization_key: Option<&str>, files: Vec<DefinitionFile>) -> Result<DefinitionFolder> {
    files::parse(organization_key, files).map_err(refuse)
}

/// What has to be done, if everything in the folder makes sense.
fn compare(backend: &Backend, folder: &DefinitionFolder, present: &Present) -> Result<DefinitionChanges> {
    let faults = check::faults(folder, present, backend.settings());
    if !faults.is_empty() {
        return Err(refuse(faults));
    }
    let mut changes = DefinitionChanges::between(folder, present, &|| backend.id())?;
    changes.plan.organization.clone_from(&folder.key);
    match changes.without_administrators(folder, present) {
        Some(fault) => Err(refuse(vec![fault])),
        None => Ok(changes),
    }
}

async fn load(backend: &Backend, handle: &impl crate::store::StoreHandle, folder: &DefinitionFolder) -> Result<Present> {
    let emails: Vec<String> = folder.people.iter().map(|person| person.email.clone()).collect();
    Ok(Present {
        name: organizations::name(handle).await?,
        time_zone: organizations::time_zone(handle).await?.unwrap_or_default(),
        notices: organizations::notices(handle).await?,
        settings: organizations::settings(handle).await?,
        members: members::all(handle).await?,
        accounts: people::by_emails(handle, &emails).await?,
        groups: groups::rosters(handle).await?,
        spaces: spaces::all(handle).await?,
        roles: roles::all(handle).await?,
        grants: grants::all(handle).await?,
        connectors: connectors::all(handle, backend.seal()).await?,
        calendars: calendars::all(handle).await?,
        forms: forms::all(handle).await?,
        items: items::all(handle).await?,
    })
}

/// Problems that are listed; more are counted.
const LISTED: usize = 50;

fn refuse(faults: Vec<FileProblem>) -> Error {
    let mut lines: Vec<String> = faults.iter().take(LISTED).map(ToString::to_string).collect();
    if faults.len() > LISTED {
        lines.push(format!("and {} more", faults.len() - LISTED));
    }
    let head = if faults.len() == 1 {
        "One problem; nothing was changed.".to_owned()
    } else {
        format!("{} problems; nothing was changed.", faults.len())
    };
    Refusal::input("definitions", format!("{head}\n{}", lines.join("\n"))).into()
}
