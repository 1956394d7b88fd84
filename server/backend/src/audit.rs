//! The audit log: what administrators, the command line and programs change is written down in the transaction that changes it, and read by
//! those who hold the permission.
//!
//! Deliberately not here: which kinds of changes there are, and how a change of values reads (domain `audit`).

use crate::Backend;
use crate::caller::{CallOrigin, Caller, CallerProof};
use crate::console::require;
use crate::error::Result;
use crate::store::audit::{self, AuditEntry, AuditQuestion};
use crate::store::{PageCursor, Read, Tx, count, cut_page, members};
use chrono::{Duration, Utc};
use domain::Refusal;
use domain::audit::compare::{ValueChanges, read_person};
use domain::audit::wire::{AUDIT_ROWS, AuditDetail, AuditFilter, AuditPage, AuditRow};
use domain::audit::{AuditDraft, AuditKind, AuditThing, AuditWay};
use domain::bounds::SearchText;
use domain::id::{AuditEntryId, PersonId};
use domain::people::forgetting::REMOVED_NAME;
use domain::people::{PersonRef, search_text};
use domain::permission::Permission;
use domain::tally::MOST_COUNTED;
use serde::Serialize;

/// Letters of an entry that are searched.
const SEARCHED_LETTERS: usize = 2_000;
/// Entries of one part of an export.
const EXPORTED: u64 = 500;
/// People whom a search is for, at most.
const SEARCHED_PEOPLE: u64 = 20;
/// What somebody is called whose name is not known here: they were forgotten, or belong to another organization.
const REMOVED: &str = "Somebody who was removed";
/// Longest key or id of a thing.
const LONGEST_THING_ID: usize = 200;

/// Who changes something, by which way and from where.
#[derive(Clone, Debug)]
pub(crate) struct AuditActor {
    /// None for the command line, where nobody says who they are.
    person: Option<PersonId>,
    way: AuditWay,
    address: String,
    device: String,
}

impl AuditActor {
    /// Somebody on the server's machine.
    pub(crate) fn command_line() -> Self {
        Self { person: None, way: AuditWay::CommandLine, address: String::new(), device: String::new() }
    }

    /// Somebody who came in by an account link or a provider, or sets the server up: they are not signed in yet.
    pub(crate) fn visitor(person: PersonId, origin: &CallOrigin) -> Self {
        Self { person: Some(person), way: AuditWay::Web, address: origin.address.clone(), device: origin.device.clone() }
    }
}

impl From<&Caller> for AuditActor {
    fn from(caller: &Caller) -> Self {
        let way = match caller.proof {
            CallerProof::SignIn(_) => AuditWay::Web,
            CallerProof::CommandLine => AuditWay::CommandLine,
            CallerProof::Token(_) => AuditWay::Api,
        };
        Self { person: Some(caller.id()), way, address: caller.origin.address.clone(), device: caller.origin.device.clone() }
    }
}

/// Writes down what was done, in the transaction that does it.
///
/// # Errors
/// When the database fails: nothing is changed then.
pub(crate) async fn record(tx: &Tx<'_>, backend: &Backend, actor: &AuditActor, drafts: Vec<AuditDraft>) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let at = backend.stamp(tx).await?;
    let entries = drafts.into_iter().map(|draft| {
        let search = searched(&draft);
        AuditEntry {
            id: AuditEntryId(backend.id()),
            at,
            actor: actor.person,
            way: actor.way.name().to_owned(),
            address: actor.address.clone(),
            device: actor.device.clone(),
            kind: draft.kind.name().to_owned(),
            thing: draft.kind.thing().name().to_owned(),
            thing_id: draft.id,
            thing_name: draft.name,
            about: draft.person,
            changes: draft.changes,
            reason: draft.reason,
            search,
        }
    });
    audit::insert(tx, entries.collect()).await
}

/// What of an entry is searched: its words, and of things that are no person their name and values.
fn searched(draft: &AuditDraft) -> String {
    let mut text = format!(" {} {}", AuditKind::words(draft.kind.name()), draft.reason);
    if draft.person.is_none() {
        text.push_str(&format!(" {} {}", draft.name, draft.id));
        for value in draft.changes.values.iter().flat_map(|change| [&change.before, &change.after]).flatten() {
            if text.len() > SEARCHED_LETTERS {
                break;
            }
            text.push(' ');
            text.push_str(value);
        }
    }
    search_text(domain::bounds::first_letters(&text, SEARCHED_LETTERS))
}

/// A page of the log, the newest entries first. `after` is the `next` of the page before.
///
/// # Errors
/// `NotFound` for who may not read it; input for a search that is too long and a page that is not known.
pub async fn page(backend: &Backend, caller: &Caller, filter: AuditFilter, after: Option<String>) -> Result<AuditPage> {
    require(&caller.facts, Permission::SeeAudit)?;
    let after = PageCursor::read(after.as_deref())?;
    let handle = backend.store().read(caller.organization);
    let question = question(backend, &handle, filter).await?;
    let found = audit::page(&handle, &question, after, AUDIT_ROWS + 1).await?;
    let (found, next) = cut_page(found, AUDIT_ROWS as usize, |last| PageCursor::at(last.at, last.id.0));
    let [total] = count::all(&handle, [Some(audit::count(&handle, &question, MOST_COUNTED))]).await?;
    let known = people_of(&handle, &found, []).await?;
    let mut actors = members::people(&handle, &audit::latest_actors(&handle).await?).await?;
    actors.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(AuditPage { now: backend.now(), rows: found.iter().map(|entry| row(entry, &known)).collect(), next, total, actors })
}

/// One entry whole.
///
/// # Errors
/// `NotFound` for who may not read it, and when there is none.
pub async fn entry(backend: &Backend, caller: &Caller, id: AuditEntryId) -> Result<AuditDetail> {
    require(&caller.facts, Permission::SeeAudit)?;
    let handle = backend.store().read(caller.organization);
    let found = audit::find(&handle, id).await?.ok_or(Refusal::NotFound)?;
    let mut changes = audit::personal_values(&handle, &[found.id]).await?.remove(&found.id).unwrap_or_else(|| found.changes.clone());
    let known = people_of(&handle, std::slice::from_ref(&found), [&mut changes]).await?;
    let row = row(&found, &known);
    let is_kept = |person| known.iter().any(|known| known.id == person && known.name != REMOVED_NAME);
    let forgotten = found.about.is_some_and(|person| !is_kept(person));
    Ok(AuditDetail {
        row,
        thing: AuditThing::find(&found.thing),
        thing_id: found.thing_id,
        address: found.address,
        device: found.device,
        reason: found.reason,
        changes,
        forgotten,
    })
}

/// An entry as it is exported.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedEntry {
    pub id: AuditEntryId,
    pub at: chrono::DateTime<Utc>,
    /// The person who did it; empty for the command line.
    pub actor: String,
    pub actor_id: Option<PersonId>,
    pub way: String,
    pub address: String,
    pub device: String,
    pub kind: String,
    pub what: String,
    pub thing: String,
    pub thing_id: String,
    pub thing_name: String,
    pub reason: String,
    pub changes: ValueChanges,
}

/// The next part of an export, and where it goes on.
///
/// # Errors
/// As for `page`.
pub async fn export(
    backend: &Backend,
    caller: &Caller,
    filter: AuditFilter,
    after: Option<String>,
) -> Result<(Vec<ExportedEntry>, Option<String>)> {
    require(&caller.facts, Permission::SeeAudit)?;
    let after = PageCursor::read(after.as_deref())?;
    let handle = backend.store().read(caller.organization);
    let question = question(backend, &handle, filter).await?;
    let found = audit::page(&handle, &question, after, EXPORTED + 1).await?;
    let (found, next) = cut_page(found, EXPORTED as usize, |last| PageCursor::at(last.at, last.id.0));
    let ids: Vec<AuditEntryId> = found.iter().map(|entry| entry.id).collect();
    let mut personal = audit::personal_values(&handle, &ids).await?;
    let known = people_of(&handle, &found, personal.values_mut()).await?;
    let exported = found.into_iter().map(|entry| {
        let AuditRow { actor, words, name, .. } = row(&entry, &known);
        ExportedEntry {
            id: entry.id,
            at: entry.at,
            actor: actor.map(|person| person.name).unwrap_or_default(),
            actor_id: entry.actor,
            what: words,
            thing_name: name,
            changes: personal.remove(&entry.id).unwrap_or(entry.changes),
            way: entry.way,
            address: entry.address,
            device: entry.device,
            kind: entry.kind,
            thing: entry.thing,
            thing_id: entry.thing_id,
            reason: entry.reason,
        }
    });
    Ok((exported.collect(), next))
}

async fn question(backend: &Backend, handle: &Read, filter: AuditFilter) -> Result<AuditQuestion> {
    if filter.thing_id.chars().nth(LONGEST_THING_ID).is_some() {
        return Err(Refusal::NotFound.into());
    }
    let text = SearchText::read("text", &filter.text)?;
    let people = if text.is_empty() { Vec::new() } else { members::search_all(handle, &text, SEARCHED_PEOPLE).await? };
    let folded = search_text(text.text());
    Ok(AuditQuestion {
        since: filter.period.days().map(|days| backend.now() - Duration::days(days)),
        actor: filter.actor,
        thing: filter.thing,
        thing_id: filter.thing_id,
        way: filter.way,
        words: folded.split_whitespace().take(domain::bounds::SEARCH_WORDS).map(str::to_owned).collect(),
        people,
    })
}

/// Everybody whom these entries name. The values that name somebody say the name from then on.
async fn people_of(handle: &Read, entries: &[AuditEntry], changes: impl IntoIterator<Item = &mut ValueChanges>) -> Result<Vec<PersonRef>> {
    let mut named: Vec<PersonId> = entries.iter().flat_map(|entry| [entry.actor, entry.about]).flatten().collect();
    let mut values: Vec<(PersonId, &mut String)> =
        changes.into_iter().flat_map(ValueChanges::texts).filter_map(|text| Some((read_person(text)?, text))).collect();
    named.extend(values.iter().map(|(person, _)| *person));
    named.sort_unstable();
    named.dedup();
    let known = members::people(handle, &named).await?;
    for (person, text) in &mut values {
        **text = known.iter().find(|known| known.id == *person).map_or(REMOVED, |known| &known.name).to_owned();
    }
    Ok(known)
}

fn row(entry: &AuditEntry, known: &[PersonRef]) -> AuditRow {
    let find = |person: PersonId| known.iter().find(|known| known.id == person).cloned();
    // Whoever is no longer known here has no name any longer.
    let somebody = |id| PersonRef { id, name: REMOVED.to_owned(), title: String::new() };
    AuditRow {
        id: entry.id,
        at: entry.at,
        actor: entry.actor.map(|person| find(person).unwrap_or_else(|| somebody(person))),
        words: AuditKind::words(&entry.kind).to_owned(),
        name: entry.about.map_or_else(|| entry.thing_name.clone(), |person| find(person).unwrap_or_else(|| somebody(person)).name),
        way: AuditWay::word(&entry.way).to_owned(),
    }
}
