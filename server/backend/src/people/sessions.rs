//! The sign-ins of a person that still count: which they are, and ending one of them or all.

use super::announce_rights;
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{organizations, people, sessions};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::id::PersonId;

pub use crate::store::sessions::PersonSession;

/// Sessions that are shown of one person.
pub(super) const SHOWN: u64 = 100;

/// The moment that a sign-in made now counts from: after the last one at which all of the person's were ended, although the clock may have
/// been set back since.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_in_moment(backend: &Backend, person: PersonId) -> Result<DateTime<Utc>> {
    let (after, _) = people::sign_ins_that_count(&backend.store().platform(), person).await?;
    Ok(backend.now().max(DateTime::from_timestamp_micros(after).unwrap_or_default()))
}

/// The sessions in which the caller is signed in, the one used last first; 100 at most.
///
/// # Errors
/// When the database does not answer.
pub async fn sessions_of(backend: &Backend, caller: &Caller) -> Result<Vec<PersonSession>> {
    let person = caller.id();
    let (after, kept) = people::sign_ins_that_count(&backend.store().platform(), person).await?;
    let mut found = sessions::of_person(backend.store(), person, backend.now(), SHOWN).await?;
    // Rows of sign-ins that a new password ended stay until their time is over.
    found.retain(|session| people::still_signed_in(false, after, kept, session.started));
    Ok(found)
}

/// Ends one session of the caller. Its open pages learn of it at once.
///
/// # Errors
/// Not found when the caller has none with this id.
pub async fn end_session(backend: &Backend, caller: &Caller, id: &str) -> Result<()> {
    if !sessions::delete_one_of_person(backend.store(), caller.id(), id).await? {
        return Err(Refusal::NotFound.into());
    }
    announce_ended(backend, caller.id()).await
}

/// Open pages of a person look again whether they are signed in, wherever they belong.
pub(super) async fn announce_ended(backend: &Backend, person: PersonId) -> Result<()> {
    for organization in organizations::of_person(&backend.store().platform(), person).await? {
        announce_rights(backend, organization.id, person).await?;
    }
    Ok(())
}

/// Ends every sign-in of the caller, this one included.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out_everywhere(backend: &Backend, caller: &Caller) -> Result<()> {
    people::end_sessions(&backend.store().platform_writer(), caller.id(), backend.now()).await?;
    sessions::delete_of_person(backend.store(), caller.id()).await?;
    Ok(())
}

/// Removes sessions that have ended; nothing is to be delivered because of it.
pub(crate) async fn remove_ended_sessions(backend: &Backend) -> Result<u32> {
    sessions::delete_expired(backend.store(), backend.now()).await?;
    Ok(0)
}
