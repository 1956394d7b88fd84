//! What is stored of a person, as a file; and deleting their personal data, which cannot be undone. Docket numbers, what was decided and
//! when stay; who it was goes, wherever it stands in what the organization keeps.

use super::person::{changeable_member, managed_member, person_page};
use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::members::facts;
use crate::store::{StoreHandle, Tx, items, organizations, personal, requests, sessions};
use domain::Refusal;
use domain::audit::{AuditDraft, AuditKind};
use domain::id::{OrganizationId, PersonId};
use domain::people::forgetting::{ForgottenPerson, REMOVED_NAME, TYPED_WORD};
use domain::text::{lower_case, tidy_line};
use serde_json::{Value, json};

/// Requests that a file holds.
const MOST_REQUESTS: u64 = 5_000;

/// Everything that is stored of a person in the caller's organization. That it was taken is written down.
///
/// # Errors
/// Not found for whoever does not look after all people and requests of the organization.
pub async fn export_person(backend: &Backend, caller: &Caller, id: PersonId) -> Result<Value> {
    let view = person_page(backend, caller, id).await?;
    // It tells of requests wherever they are.
    if !view.exports {
        return Err(Refusal::NotFound.into());
    }
    let handle = backend.store().read(caller.organization);
    let mut asked = Vec::new();
    for request in requests::of_person(&handle, id, None, None, MOST_REQUESTS).await? {
        asked.push(json!({
            "number": request.number,
            "title": request.title,
            "status": request.state.status.key(),
            "submitted_at": request.submitted_at,
            "answers": request.answers,
        }));
    }
    let theirs = |texts: Vec<String>, who: &'static str| -> Vec<Value> {
        let by = |document: &Value| document.pointer(who).and_then(Value::as_str) == Some(id.to_string().as_str());
        texts.iter().filter_map(|text| serde_json::from_str(text).ok()).filter(by).collect()
    };
    let events = theirs(personal::documents_naming(&handle, "events", "event", id).await?, "/actor/id");
    let comments = theirs(personal::documents_naming(&handle, "comments", "comment", id).await?, "/author/person/id");
    let tasks = theirs(personal::documents_naming(&handle, "tasks", "task", id).await?, "/assignee/id");
    let exported = json!({
        "exported_at": backend.now(),
        "person": {
            "id": id,
            "name": view.person.name,
            "email": view.email,
            "phone": view.phone,
            "employee_number": view.employee_number,
            "title": view.person.title,
            "time_zone": view.time_zone,
            "manager": view.manager.map(|manager| manager.name),
            "space": view.space.map(|space| space.name),
            "has_password": view.has_password,
            "last_sign_in": view.signed_in,
        },
        "sessions": view.sessions.iter().map(|session| json!({
            "device": session.device, "address": session.address, "started_at": session.started, "last_used_at": session.seen,
        })).collect::<Vec<_>>(),
        "roles": view.roles.iter().map(|role| json!({"role": role.words, "since": role.since})).collect::<Vec<_>>(),
        "groups": view.groups.iter().map(|group| &group.name).collect::<Vec<_>>(),
        "deputies": view.load.deputies,
        "requests": asked,
        "events": events,
        "comments": comments,
        "tasks": tasks,
    });
    let (be, actor) = (backend.clone(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move { audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PersonExported, id)]).await })
    });
    work.await?;
    Ok(exported)
}

/// Deletes the personal data of somebody who is disabled.
///
/// # Errors
/// Not found for whoever does not look after them; input when the word was not typed; not now when they can sign in, belong to another
/// organization too, are named by rules, or hold more than the caller.
pub async fn erase_person(backend: &Backend, caller: &Caller, id: PersonId, typed: &str) -> Result<()> {
    managed_member(&backend.store().read(caller.organization), caller, id).await?;
    if lower_case(&tidy_line(typed)) != TYPED_WORD {
        return Err(Refusal::input("typed", format!("Type “{TYPED_WORD}” to confirm that it cannot be undone")).into());
    }
    let (be, maker, actor) = (backend.clone(), caller.clone(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            organizations::lock(tx).await?;
            let member = changeable_member(tx, &be, &maker, id).await?;
            let name = member.account.name.clone();
            if member.can_sign_in() {
                return Err(Refusal::not_now(format!("{name} can sign in. Disable them first, and say who gets what they leave.")).into());
            }
            if facts::find(tx, id, be.now()).await?.is_some_and(|record| record.elsewhere) {
                let message =
                    format!("{name} belongs to another organization too, which keeps their account. It has to let them go first.");
                return Err(Refusal::not_now(message).into());
            }
            check_unnamed(tx, &name, &member.account.email).await?;
            let account = member.account;
            let person = ForgottenPerson { id, name: account.name, email: account.email, phone: account.phone };
            personal::remove_own(tx, id).await?;
            let rewritten = personal::forget(tx, &person, be.now()).await?;
            personal::empty_account(tx, &person, REMOVED_NAME, be.now()).await?;
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PersonErased, id)]).await?;
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![id] });
            tracing::info!(person = %id, rewritten, "the personal data of person {id} was deleted");
            Ok::<(), Error>(())
        })
    });
    work.await?;
    sessions::delete_of_person(backend.store(), id).await?;
    Ok(())
}

/// Refuses while a catalog item names somebody: nobody would be behind the address.
async fn check_unnamed(tx: &Tx<'_>, name: &str, email: &str) -> Result<()> {
    let mut naming = Vec::new();
    for (_, item) in items::all(tx).await? {
        if super::handover::names(&item, email) {
            naming.push(item.name);
        }
    }
    if naming.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Rules of {} still name {name}. Name somebody else there first: enable and disable them to hand it over.",
        naming.join(", ")
    );
    Err(Refusal::not_now(message).into())
}
