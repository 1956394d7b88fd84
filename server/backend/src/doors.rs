//! The doors: new passwords, invitations, registration, and setting a new server up. Whoever comes here is not signed in, or was not a
//! moment ago.
//!
//! Deliberately not here: signing in itself (`people`), cookies (server), and how links are mailed (`outbox::link_message`).

mod invitations;
mod joining;
pub(crate) mod links;
mod registration;
mod reset;
mod setup;
mod starter;

pub use invitations::{invitations, invite, resend_invitation, revoke_invitation};
pub use joining::{JoinForm, accept_link, view_link};
pub use registration::{ask_registration, registration};
pub use reset::{ask_reset, finish_reset};
pub use setup::{SetupForm, begin_setup, needs_setup, set_up, setup_page};

use crate::Backend;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::{StoreHandle, Tx, account_links, effects, sign_in_attempts};
use chrono::Duration;
use domain::Refusal;
use domain::id::{EffectId, OrganizationId, PersonId};
use domain::notices::told;
use domain::people::{LONGEST_EMAIL, is_email, normal_email};
use domain::subject::Subject;

/// What is asked for from one place, whatever it is about, within a quarter of an hour.
const ASKED_PER_PLACE: i32 = 20;
/// What is asked for from one place for one e-mail address.
const ASKED_PER_ASKER: i32 = 3;
/// What is asked for one e-mail address from everywhere.
const ASKED_PER_EMAIL: i32 = 10;
/// Links that one organization mails to whoever asks for them.
const ASKED_PER_ORGANIZATION: i32 = 300;
/// Days that links are kept after they ended.
const KEPT_DAYS: i64 = 30;

/// An address to which somebody asks for a link, in its normal form; counted before anybody looks whether there is an account.
async fn read_asked(backend: &Backend, what: &str, email: &str, remote: &str) -> Result<String> {
    let email = normal_email(email);
    if email.len() > LONGEST_EMAIL || !is_email(&email) {
        return Err(Refusal::input("email", "Enter an e-mail address, like ruth.abel@example.org").into());
    }
    let (writer, now) = (backend.store().platform_writer(), backend.now());
    for (bucket, limit) in [
        (format!("{what} asked by {remote} {email}"), ASKED_PER_ASKER),
        (format!("{what} asked from {remote}"), ASKED_PER_PLACE),
        (format!("{what} asked for {email}"), ASKED_PER_EMAIL),
    ] {
        if let Some(seconds) = sign_in_attempts::count(&writer, &bucket, limit, now).await? {
            return Err(Refusal::TooMany { seconds }.into());
        }
    }
    Ok(email)
}

/// Whether an organization may mail one more link to whoever asks for it.
async fn count_mailed(backend: &Backend, what: &str, organization: OrganizationId) -> Result<bool> {
    let bucket = format!("{what} mailed by {organization}");
    let wait = sign_in_attempts::count(&backend.store().platform_writer(), &bucket, ASKED_PER_ORGANIZATION, backend.now()).await?;
    if wait.is_some() {
        tracing::warn!(%organization, what, "the organization {organization} mails no more links ({what}) for now: too many were asked for");
    }
    Ok(wait.is_none())
}

/// Tells a person that their password was changed, in the transaction that changes it.
pub(crate) async fn tell_password_changed(tx: &Tx<'_>, backend: &Backend, person: PersonId, text: String) -> Result<()> {
    let effect = (Subject::Person(person), EffectId(backend.id()), told::password_changed(person, text));
    effects::record(tx, &[effect], backend.stamp(tx).await?).await?;
    tx.announce(LiveChange::Deliveries { organization: OrganizationId(tx.organization()) });
    Ok(())
}

/// Removes links that ended long ago.
pub(crate) async fn remove_old_links(backend: &Backend) -> Result<u32> {
    account_links::delete_ended_before(&backend.store().platform_writer(), backend.now() - Duration::days(KEPT_DAYS)).await?;
    Ok(0)
}
