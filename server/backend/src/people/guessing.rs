//! Whoever's account somebody guesses at is told of it, once a day: by e-mail and by the bell, as they chose.
//!
//! It is told in the background: how long that takes must not reveal whether there is such an account.

use super::sign_in::Guesser;
use crate::Backend;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::{effects, organizations};
use chrono::NaiveDate;
use domain::id::{EffectId, PersonId};
use domain::notices::told;
use domain::subject::Subject;
use sha2::{Digest, Sha256};

/// Tells the owner of an account that so many wrong passwords came from there.
pub(super) fn tell_owner(backend: &Backend, owner: PersonId, tries: i32, guesser: Guesser<'_>) {
    let (backend, text) = (backend.clone(), words(tries, guesser));
    tokio::spawn(async move {
        if let Err(error) = record(&backend, owner, text).await {
            tracing::error!(person = %owner, %error, "a person could not be told of wrong passwords for their account");
        }
    });
}

/// What happened, and what to do.
fn words(tries: i32, guesser: Guesser<'_>) -> String {
    let (whence, then) = match guesser {
        Guesser::Place("") => ("one place".to_owned(), "No more are taken from there for a quarter of an hour."),
        Guesser::Place(remote) => (remote.to_owned(), "No more are taken from there for a quarter of an hour."),
        Guesser::Everywhere => ("many places".to_owned(), "No more are taken for a quarter of an hour."),
        Guesser::OwnDevice => {
            let device = "a device on which you signed in before".to_owned();
            return format!(
                "{tries} wrong passwords came from {device}. No more are taken from it for a quarter of an hour. If it was not you, somebody \
                 else uses your device: change your password on another one and sign out everywhere."
            );
        }
    };
    format!(
        "{tries} wrong passwords came from {whence}. {then} You can sign in on devices that you used before. If it was not you, and your \
         password is short or you use it elsewhere too, change it."
    )
}

/// Records what is told, in the organization that the person begins in. It has the same id all day, so that it is told once.
async fn record(backend: &Backend, owner: PersonId, text: String) -> Result<()> {
    let Some(organization) = organizations::of_person(&backend.store().platform(), owner).await?.into_iter().next() else {
        return Ok(());
    };
    let (organization, now) = (organization.id, backend.now());
    let effect = (Subject::Person(owner), effect_of_day(owner, now.date_naive()), told::wrong_passwords(owner, text));
    let be = backend.clone();
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            if effects::record(tx, &[effect], be.stamp(tx).await?).await? {
                tx.announce(LiveChange::Deliveries { organization });
            } else {
                tx.undo();
            }
            Ok(())
        })
    });
    work.await
}

fn effect_of_day(owner: PersonId, day: NaiveDate) -> EffectId {
    let mut hash = Sha256::new();
    hash.update("wrong passwords");
    hash.update(owner.0.as_bytes());
    hash.update(day.to_string());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    EffectId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
