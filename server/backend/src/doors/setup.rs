//! Setting a new server up: its organization, a catalog to begin with, and the first administrator, in one transaction. Whoever can read the
//! server's log has the code for it. Where there is an organization, nothing of this is there any more to be used.

use super::starter;
use crate::Backend;
use crate::access::free_key;
use crate::audit::{self, AuditActor};
use crate::caller::CallOrigin;
use crate::definitions::{self, member_values};
use crate::error::{Error, Result};
use crate::people::password;
use crate::store::people::Account;
use crate::store::{members, organizations, people, setup_codes, sign_in_attempts};
use crate::zones;
use chrono::Duration;
use domain::Refusal;
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::doors::wire::SetupView;
use domain::id::{OrganizationId, PersonId};
use domain::lint::is_key;
use domain::people::definition::OrganizationDefinition;
use domain::people::lint::LONGEST_NAME;
use domain::people::{LONGEST_EMAIL, is_email, normal_email};
use domain::requests::share::hash;
use domain::text::{count_characters, tidy_line};

/// Letters and digits of codes: none that is taken for another when it is read aloud.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code.
const CODE_LETTERS: usize = 8;
/// How long a code counts.
const CODE_HOURS: i64 = 24;
/// Wrong codes from one place in a quarter of an hour, and from everywhere.
const TRIES_PER_PLACE: i32 = 10;
const TRIES_IN_ALL: i32 = 100;

/// What is filled in to set a server up.
#[derive(Clone, Default)]
pub struct SetupForm {
    /// The code from the log.
    pub code: String,
    pub organization: String,
    /// Made from the name when it is empty.
    pub key: String,
    pub time_zone: String,
    /// With the starter catalog.
    pub starter: bool,
    /// Of the first administrator.
    pub name: String,
    pub email: String,
    pub password: String,
}

/// Whether there is nothing yet but the server itself.
///
/// # Errors
/// When the database does not answer.
pub async fn needs_setup(backend: &Backend) -> Result<bool> {
    if backend.is_set_up() {
        return Ok(false);
    }
    let needed = !organizations::is_any(&backend.store().platform()).await?;
    if !needed {
        backend.note_set_up();
    }
    Ok(needed)
}

/// A new code for whoever reads the log; None where there is an organization.
///
/// # Errors
/// When the database does not take it.
pub async fn begin_setup(backend: &Backend) -> Result<Option<String>> {
    if !needs_setup(backend).await? {
        return Ok(None);
    }
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().map(char::from);
    let code: String = backend.token().into_iter().filter_map(letter).take(CODE_LETTERS).collect();
    let now = backend.now();
    setup_codes::keep(&backend.store().platform_writer(), hash(&code), now, now + Duration::hours(CODE_HOURS)).await?;
    let (first, second) = code.split_at(CODE_LETTERS / 2);
    Ok(Some(format!("{first}-{second}")))
}

/// What the page begins with.
///
/// # Errors
/// Not found where there is an organization.
pub async fn setup_page(backend: &Backend) -> Result<SetupView> {
    if !needs_setup(backend).await? {
        return Err(Refusal::NotFound.into());
    }
    let settings = backend.settings();
    Ok(SetupView {
        address: settings.public_url.split("://").last().unwrap_or_default().to_owned(),
        database: backend.store().kind().to_owned(),
        mails: settings.mail.is_some() || settings.sendgrid_from.is_some(),
        time_zones: zones::names(),
        starter: starter::OFFERED.iter().map(|name| (*name).to_owned()).collect(),
    })
}

/// Sets the server up. Answers who administers what.
///
/// # Errors
/// Not found where there is an organization; input, by the name of the field; too many wrong codes.
pub async fn set_up(backend: &Backend, form: SetupForm, remote: &str, origin: CallOrigin) -> Result<(PersonId, OrganizationId)> {
    if !needs_setup(backend).await? {
        return Err(Refusal::NotFound.into());
    }
    let code = prove_code(backend, &form.code, remote).await?;
    let organization = read_organization(&form)?;
    let account = read_account(backend, &form)?;
    let files = starter::files(&organization, form.starter).map_err(Error::Failed)?;
    let hash = password::hash(form.password).await?;
    let (be, id) = (backend.clone(), OrganizationId(backend.id()));
    let work = backend.store().write(id, move |tx| {
        Box::pin(async move {
            let (person, now) = (account.id, be.now());
            // Two who set it up at once, in two tabs or through two servers: the second finds no code, or no room.
            if !setup_codes::use_up(tx, &code, now).await? || organizations::is_any_within(tx).await? {
                return Err(Refusal::NotFound.into());
            }
            let actor = AuditActor::visitor(person, &origin);
            people::insert(tx, &[(account.clone(), Some(hash))], now).await?;
            definitions::create_within(tx, &be, files, &actor).await?;
            let member = members::Member {
                account,
                title: String::new(),
                roles: vec!["admin".to_owned()],
                manager: None,
                disabled: false,
                listed: false,
                space: None,
                employee_number: String::new(),
                account_disabled: false,
            };
            members::save(tx, std::slice::from_ref(&member)).await?;
            let changes = ValueChanges::between(None, Some(&member_values(&member)));
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PersonCreated, person).with(changes)]).await?;
            Ok::<PersonId, Error>(person)
        })
    });
    let person = work.await?;
    backend.note_set_up();
    tracing::info!(organization = %organization.key, "the server was set up: its organization is {}", organization.key);
    Ok((person, id))
}

/// The hash of the code, when it counts. Wrong ones are counted.
async fn prove_code(backend: &Backend, typed: &str, remote: &str) -> Result<String> {
    let (writer, now) = (backend.store().platform_writer(), backend.now());
    for (bucket, limit) in [(format!("setup from {remote}"), TRIES_PER_PLACE), ("setup".to_owned(), TRIES_IN_ALL)] {
        if let Some(seconds) = sign_in_attempts::count(&writer, &bucket, limit, now).await? {
            return Err(Refusal::TooMany { seconds }.into());
        }
    }
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).take(64).collect();
    let hash = hash(&code);
    if !setup_codes::counts(&backend.store().platform(), &hash, now).await? {
        return Err(Refusal::input("code", "This is not the code. Copy it from the server's log; each start writes a new one").into());
    }
    Ok(hash)
}

fn read_organization(form: &SetupForm) -> Result<OrganizationDefinition> {
    let name = tidy_line(&form.organization).into_owned();
    if name.is_empty() || count_characters(&name) > domain::organization::lint::LONGEST_NAME {
        return Err(Refusal::input("organization", "Enter the name of your organization, up to 120 characters").into());
    }
    let key = tidy_line(&form.key).into_owned();
    let key = if key.is_empty() { free_key(&name, &|_| false) } else { key };
    if !is_key(&key) {
        return Err(Refusal::input("key", "Write the short name in lower-case letters, digits and -").into());
    }
    let zone = zones::find(&form.time_zone).ok_or_else(|| Refusal::input("time_zone", "Choose a time zone from the list"))?;
    Ok(OrganizationDefinition { key, name, time_zone: Some(zone.name().to_owned()), notifications: None, settings: None })
}

fn read_account(backend: &Backend, form: &SetupForm) -> Result<Account> {
    let (email, name) = (normal_email(&form.email), tidy_line(&form.name).into_owned());
    if name.is_empty() || count_characters(&name) > LONGEST_NAME {
        return Err(Refusal::input("name", "Enter your name, up to 200 characters").into());
    }
    if email.len() > LONGEST_EMAIL || !is_email(&email) {
        return Err(Refusal::input("email", "Enter an e-mail address, like ruth.abel@example.org").into());
    }
    password::judge(&form.password)?;
    Ok(Account { id: PersonId(backend.id()), email, name, time_zone: String::new(), phone: String::new() })
}
