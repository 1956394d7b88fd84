//! Signing in, and how often somebody may be wrong.
//!
//! Who guesses is limited and not whom they guess at: tries count by the place they come from, and by place and e-mail address together.
//! Tries on one address from everywhere have a much higher limit. A device that signed in before carries a sealed mark of that, and its
//! tries count apart, so that nobody elsewhere can keep a person out of their own. Whoever's account it is learns of it when somebody has used
//! up their tries, once a day (`guessing`).

use super::{guessing, password};
use crate::Backend;
use crate::error::Result;
use crate::store::sign_in_attempts::{self, CountedTry};
use crate::store::{organizations, people};
use domain::Refusal;
use domain::id::{OrganizationId, PersonId};
use domain::people::{LONGEST_EMAIL, normal_email};
use uuid::Uuid;

/// Failures from one place, whomever they are about, within a quarter of an hour.
const TRIES_PER_PLACE: i32 = 20;
/// Failures from one place on one e-mail address.
const TRIES_PER_GUESSER: i32 = 5;
/// Failures on one e-mail address from everywhere, but for the person's own devices.
const TRIES_PER_EMAIL: i32 = 100;
/// Failures from one device of the person.
const TRIES_PER_DEVICE: i32 = 10;
/// What a device's mark is sealed for.
const DEVICE: &str = "device of a person";

/// From where somebody signs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignInPlace<'a> {
    /// The address, in one form for each place.
    pub remote: &'a str,
    /// The mark that this device carries from an earlier sign-in.
    pub device: Option<&'a str>,
}

/// Where somebody entered wrong passwords of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guesser<'a> {
    /// One place, by its address.
    Place(&'a str),
    /// Many places.
    Everywhere,
    /// A device of the person.
    OwnDevice,
}

/// What a try counts against: a bucket and its limit, and who is guessing at one account when that is used up.
type TryLimit<'a> = (String, i32, Option<Guesser<'a>>);

/// Who has this e-mail address and password, and the organization to begin in. Unknown addresses cost the same work as known ones.
///
/// # Errors
/// `Input` when the two do not belong together, `TooMany` after too many failures that count with this try.
pub async fn sign_in(backend: &Backend, email: &str, password: &str, place: SignInPlace<'_>) -> Result<(PersonId, Option<OrganizationId>)> {
    let person = prove_password(backend, email, password, place).await?;
    // Whoever left every organization is nobody here.
    let first = organizations::of_person(&backend.store().platform(), person).await?.into_iter().next().ok_or_else(wrong)?;
    people::note_sign_in(&backend.store().platform_writer(), person, backend.now()).await?;
    Ok((person, Some(first.id)))
}

fn wrong() -> Refusal {
    Refusal::input("email", "The e-mail address or the password is not right.")
}

/// Who has this e-mail address and password, member of an organization or not. Counted as signing in is.
///
/// # Errors
/// As `sign_in`.
pub(crate) async fn prove_password(backend: &Backend, email: &str, password: &str, place: SignInPlace<'_>) -> Result<PersonId> {
    let email = normal_email(email);
    let (platform, writer, now) = (backend.store().platform(), backend.store().platform_writer(), backend.now());
    if email.len() > LONGEST_EMAIL || password.len() > password::LONGEST {
        return Err(wrong().into());
    }
    let account = people::credentials(&platform, &email).await?;
    let own = match (&account, place.device) {
        (Some(account), Some(mark)) => device_of(backend, mark, account.id),
        _ => None,
    };
    let counts = counts(&email, place.remote, own);
    let mut used_up = None;
    for (bucket, limit, guesser) in &counts {
        match sign_in_attempts::count_try(&writer, bucket, *limit, now).await? {
            CountedTry::TooMany(seconds) => return Err(Refusal::TooMany { seconds }.into()),
            CountedTry::Number(number) if number == *limit => used_up = used_up.or(guesser.map(|guesser| (number, guesser))),
            CountedTry::Number(_) => {}
        }
    }
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = password::verify(password.to_owned(), hash).await?;
    let account = account.filter(|account| !account.disabled);
    if let (false, Some(account), Some((tries, guesser))) = (right, &account, used_up) {
        guessing::tell_owner(backend, account.id, tries, guesser);
    }
    let Some(account) = account.filter(|_| right) else { return Err(wrong().into()) };
    for (bucket, limit, _) in &counts {
        // What is the guesser's or the device's alone is forgotten; the others are many people's, and lose this try alone.
        if *limit <= TRIES_PER_DEVICE {
            sign_in_attempts::forget(&writer, bucket).await?;
        } else {
            sign_in_attempts::take_back(&writer, bucket).await?;
        }
    }
    Ok(account.id)
}

/// What a try counts against, the widest last: one that is refused counts against nothing wider.
fn counts<'a>(email: &str, remote: &'a str, own: Option<Uuid>) -> Vec<TryLimit<'a>> {
    match own {
        Some(device) => vec![(format!("device:{device}"), TRIES_PER_DEVICE, Some(Guesser::OwnDevice))],
        None => vec![
            (format!("guesser:{remote} {email}"), TRIES_PER_GUESSER, Some(Guesser::Place(remote))),
            (format!("address:{remote}"), TRIES_PER_PLACE, None),
            (format!("email:{email}"), TRIES_PER_EMAIL, Some(Guesser::Everywhere)),
        ],
    }
}

/// The mark for a device on which a person signed in.
///
/// # Errors
/// When the server has no key to seal it with.
pub fn device_mark(backend: &Backend, person: PersonId) -> Result<String> {
    backend.settings().keys.seal(DEVICE, &format!("{person} {}", backend.id()))
}

/// Which device of this person carries the mark; None for a mark of somebody else, of an older key, or of nobody.
fn device_of(backend: &Backend, mark: &str, person: PersonId) -> Option<Uuid> {
    let opened = backend.settings().keys.open(DEVICE, mark).ok().flatten()?;
    let (of, device) = opened.split_once(' ')?;
    (of == person.to_string()).then(|| device.parse().ok()).flatten()
}
