//! People: signing in, who is signed in, and finding people and groups.
//!
//! Deliberately not here: cookies and sessions' data (server), and what roles allow (domain).

mod editing;
mod erasure;
mod guessing;
mod handover;
mod import;
pub(crate) mod leaving;
mod load;
pub(crate) mod password;
mod person;
mod profile;
mod roster;
pub(crate) mod sessions;
pub(crate) mod sign_in;

use crate::audit::{self, AuditActor};
use crate::caller::{CallOrigin, Caller, CallerProof};
use crate::definitions::member_values;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::StoreHandle;
use crate::store::grants::GrantPlaces;
use crate::store::members::facts;
use crate::store::{self, count, members, organizations, people, sign_in_attempts};
use crate::{Backend, approvals, console, requests, zones};
use domain::Refusal;
use domain::access::PermissionReach;
use domain::access::spaces::{Space, SpaceRef, SpaceTree};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::bounds::SearchText;
use domain::id::{OrganizationId, PersonId, SpaceId};
use domain::lint::is_key;
use domain::people::lint::LONGEST_NAME;
use domain::people::{GroupRef, Me, OrganizationRef, PersonRef, is_email, normal_email};
use domain::permission::{self, AccessPlace, Permission};
use domain::sections::{self, LandingPage};
use domain::text::{count_characters, tidy_line};
use std::collections::BTreeSet;

pub use editing::save_person;
pub use erasure::{erase_person, export_person};
pub use handover::{disable_person, enable_person};
pub use import::{import_people, preview_import};
pub use leaving::{disable, enable};
pub use password::SHORTEST as SHORTEST_PASSWORD;
pub use person::{end_sessions_of, person_page};
pub use profile::{change_password, profile, save_profile};
pub use roster::people_page;
pub use sessions::{PersonSession, end_session, sessions_of, sign_in_moment, sign_out_everywhere};
pub use sign_in::{SignInPlace, device_mark, sign_in};

/// People or groups that one search answers with.
const FOUND: u64 = 20;

/// The person as of this moment, in the organization asked for or else the first. None when the proof does not count: the account is
/// disabled, the person is not a member, or their sign-in has ended since.
///
/// # Errors
/// When the database does not answer.
pub async fn load_caller(
    backend: &Backend,
    person: PersonId,
    organization: Option<OrganizationId>,
    proof: CallerProof,
) -> Result<Option<Caller>> {
    let organization = match organization {
        Some(organization) => organization,
        None => match organizations::of_person(&backend.store().platform(), person).await?.into_iter().next() {
            Some(first) => first.id,
            None => return Ok(None),
        },
    };
    let found = facts::find(&backend.store().read(organization), person, backend.now()).await?;
    let found = found.filter(|found| match proof {
        CallerProof::SignIn(started) => people::still_signed_in(found.disabled, found.sessions_after, found.sessions_kept, started),
        CallerProof::CommandLine | CallerProof::Token(_) => !found.disabled,
    });
    Ok(found.map(|found| as_caller(found, organization, proof)))
}

/// What was found of a person, as whoever calls.
pub(crate) fn as_caller(found: facts::CallerRecord, organization: OrganizationId, proof: CallerProof) -> Caller {
    Caller {
        organization,
        zone: zones::first(found.time_zones.iter().map(String::as_str)),
        facts: found.facts,
        email: found.email,
        proof,
        origin: CallOrigin::default(),
        version: found.version,
        within: found.organization,
        accent: found.accent,
        elsewhere: found.elsewhere,
        space: found.space,
        changes_at: found.changes_at,
    }
}

/// A member as a caller without signing in. For the command line and for seeding the demo: nothing that serves requests calls this.
///
/// # Errors
/// `NotFound` when there is no such organization, or the address is no member's who may sign in.
pub async fn caller(backend: &Backend, organization_key: &str, email: &str) -> Result<Caller> {
    let organization = organizations::by_key(&backend.store().platform(), organization_key).await?.ok_or(Refusal::NotFound)?;
    let person = members::by_email(&backend.store().read(organization.id), email).await?.ok_or(Refusal::NotFound)?;
    Ok(load_caller(backend, person.id, Some(organization.id), CallerProof::CommandLine).await?.ok_or(Refusal::NotFound)?)
}

/// The signed-in person, as every page needs it.
///
/// # Errors
/// When the database does not answer.
pub async fn me(backend: &Backend, caller: &Caller) -> Result<Me> {
    let organization = caller.within.clone();
    let organizations = if caller.elsewhere {
        organizations::of_person(&backend.store().platform(), caller.id()).await?
    } else {
        vec![organization.clone()]
    };
    let handle = backend.store().read(caller.organization);
    let counts = [
        Some(store::requests::open_count(&handle, caller.id())),
        approvals::counted(&handle, backend, caller).await?,
        requests::work_count(&handle, caller),
        Some(store::tasks::open_count(&handle, caller.id())),
        console::trouble(&handle, caller),
        Some(store::notices::unread(&handle, caller.id())),
    ];
    let [open_count, inbox_count, work_count, task_count, delivery_trouble, unread_count] = count::all(&handle, counts).await?;
    Ok(Me {
        person: caller.facts.person.clone(),
        email: caller.email.clone(),
        organization,
        organizations,
        role_label: permission::label(&caller.facts.role_keys()).to_owned(),
        permissions: caller.facts.permissions(),
        without: caller.facts.without.clone(),
        accent: caller.accent,
        home: sections::landing(&caller.facts, inbox_count).to_string(),
        work_count,
        task_count,
        delivery_trouble,
        unread_count,
        inbox_count,
        open_count,
        time_zone: caller.zone.name().to_owned(),
        utc_offset_minutes: zones::offset_minutes(caller.zone, backend.now()),
        utc_offsets: zones::offsets(caller.zone, backend.now()),
    })
}

/// The page the caller begins with after signing in.
///
/// # Errors
/// When the database does not answer.
pub async fn landing(backend: &Backend, caller: &Caller) -> Result<LandingPage> {
    Ok(sections::landing(&caller.facts, approvals::count(backend, caller).await?))
}

/// People of the caller's organization: each word typed begins a word of the name, or the e-mail address. At most 20, by name.
///
/// # Errors
/// Input when the text is too long.
pub async fn search_people(backend: &Backend, caller: &Caller, text: &str) -> Result<Vec<PersonRef>> {
    let text = SearchText::read("text", text)?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    members::search(&backend.store().read(caller.organization), &text, FOUND).await
}

/// People a request can be given to: those who work on requests, whose name fits; the first 20 by name for no text.
///
/// # Errors
/// Not found for whoever does not work on requests; input when the text is too long.
pub async fn search_workers(backend: &Backend, caller: &Caller, text: &str) -> Result<Vec<PersonRef>> {
    if !caller.facts.may_somewhere(Permission::Work) {
        return Err(Refusal::NotFound.into());
    }
    let text = SearchText::read("text", text)?;
    let handle = backend.store().read(caller.organization);
    let places = colleagues(backend, caller).await?;
    members::search_workers(&handle, &text, &places, backend.now(), FOUND).await
}

/// Over what a colleague has to work on requests to be of use to the caller: where the caller does.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn colleagues(backend: &Backend, caller: &Caller) -> Result<GrantPlaces> {
    Ok(match caller.facts.reach(Permission::Work) {
        PermissionReach::Everything => GrantPlaces::Anywhere,
        PermissionReach::Parts { spaces, items } => {
            let known = backend.known_to(caller).await?;
            let tree = SpaceTree::of(known.spaces().iter().map(|space| (space.id, space.parent)));
            let above: BTreeSet<SpaceId> = spaces.iter().flat_map(|space| tree.path(*space)).collect();
            GrantPlaces::Any { spaces: above.into_iter().collect(), items: items.into_iter().collect() }
        }
    })
}

/// Spaces that the caller may name in a request, whose name fits: where they may make requests, and their own. At most 20, by name.
///
/// # Errors
/// Input when the text is too long.
pub async fn search_spaces(backend: &Backend, caller: &Caller, text: &str) -> Result<Vec<SpaceRef>> {
    let wanted = domain::people::search_text(SearchText::read("text", text)?.text());
    let known = backend.known_to(caller).await?;
    let fits = |space: &&Space| {
        let name = domain::people::search_name(&space.name, &space.key);
        offered_space(caller, space.id) && wanted.split_whitespace().all(|word| name.contains(&format!(" {word}")))
    };
    Ok(known.spaces().iter().filter(fits).take(FOUND as usize).map(Space::shown).collect())
}

/// Whether the caller may name the space in a request.
pub(crate) fn offered_space(caller: &Caller, space: SpaceId) -> bool {
    let place = AccessPlace { item: None, space: Some(space) };
    caller.space == Some(space) || caller.facts.may(Permission::Request.over(place))
}

/// Groups of the caller's organization: each word typed begins a word of the name. At most 20, by name; the first ones for no text.
///
/// # Errors
/// Input when the text is too long.
pub async fn search_groups(backend: &Backend, caller: &Caller, text: &str) -> Result<Vec<GroupRef>> {
    let wanted = domain::people::search_text(SearchText::read("text", text)?.text());
    let groups = crate::store::groups::all(&backend.store().read(caller.organization)).await?;
    let fits = |group: &GroupRef| {
        let name = domain::people::search_name(&group.name, &group.key);
        wanted.split_whitespace().all(|word| name.contains(&format!(" {word}")))
    };
    Ok(groups.into_iter().filter(fits).take(FOUND as usize).collect())
}

/// Every organization, by name. For the command line: no caller asks this.
///
/// # Errors
/// When the database does not answer.
pub async fn organizations(backend: &Backend) -> Result<Vec<OrganizationRef>> {
    organizations::all(&backend.store().platform()).await
}

/// Sets the password of an account, which may have had none, and ends its sign-ins. For the command line.
///
/// # Errors
/// `Input` when the password is too short or nobody has this address.
pub async fn set_password(backend: &Backend, email: &str, password: &str) -> Result<()> {
    password::judge(password)?;
    let hash = password::hash(password.to_owned()).await?;
    let email = normal_email(email);
    let platform = backend.store().platform();
    let nobody = || Refusal::input("email", format!("Nobody has the e-mail address {email}."));
    let person = people::credentials(&platform, &email).await?.ok_or_else(nobody)?.id;
    let all = organizations::with_person(&platform, person).await?;
    if all.is_empty() {
        return Err(Refusal::input("email", format!("{email} belongs to no organization, so that nobody can sign in with it.")).into());
    }
    for organization in all {
        set_password_in(backend, organization.id, person, hash.clone()).await?;
    }
    store::sessions::delete_of_person(backend.store(), person).await?;
    Ok(())
}

/// Open pages of the person look again whether they are signed in.
async fn announce_rights(backend: &Backend, organization: OrganizationId, person: PersonId) -> Result<()> {
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            tx.announce(LiveChange::Rights { organization, people: vec![person] });
            Ok::<(), Error>(())
        })
    });
    work.await
}

/// Sets the password, as one of the person's organizations sees it: it is in its audit log, and open pages of the person look again
/// whether they are signed in.
async fn set_password_in(backend: &Backend, organization: OrganizationId, person: PersonId, hash: String) -> Result<()> {
    let be = backend.clone();
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            people::set_password(tx, person, &hash, be.now()).await?;
            leaving::record_account(tx, &be, person, AuditKind::PasswordSet).await?;
            tx.announce(LiveChange::Rights { organization, people: vec![person] });
            Ok::<(), Error>(())
        })
    });
    work.await
}

/// Makes an account in an organization. For the command line: on an empty database it sets the organization up too.
///
/// # Errors
/// `Input` when the address is taken or no address, the name is empty, the password too short, or the organization unknown.
pub async fn create_account(
    backend: &Backend,
    email: &str,
    name: &str,
    password: &str,
    admin: bool,
    organization_key: &str,
) -> Result<PersonId> {
    let (email, name, now) = (normal_email(email), tidy_line(name).into_owned(), backend.now());
    if !is_email(&email) {
        return Err(Refusal::input("email", "Enter an e-mail address, like ruth.abel@example.org.").into());
    }
    if name.is_empty() || count_characters(&name) > LONGEST_NAME {
        return Err(Refusal::input("name", "Enter a name of up to 200 characters.").into());
    }
    password::judge(password)?;
    let platform = backend.store().platform();
    let organization = organizations::by_key(&platform, organization_key).await?.map(|organization| organization.id);
    let set_up = match organization {
        Some(_) => false,
        None => {
            let known: Vec<String> = organizations::all(&platform).await?.into_iter().map(|one| one.key).collect();
            if !known.is_empty() {
                let message = format!("No organization has the key “{organization_key}”. The keys in use are {}.", known.join(", "));
                return Err(Refusal::input("organization", message).into());
            }
            true
        }
    };
    if set_up && !is_key(organization_key) {
        return Err(Refusal::input("organization", "Write the organization's key in lower-case letters, digits and -.").into());
    }
    let hash = password::hash(password.to_owned()).await?;
    let be = backend.clone();
    let (id, key) = (PersonId(backend.id()), organization_key.to_owned());
    let organization = organization.unwrap_or_else(|| OrganizationId(backend.id()));
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                if !people::by_emails(tx, std::slice::from_ref(&email)).await?.is_empty() {
                    return Err(Refusal::input("email", format!("{email} has an account already.")).into());
                }
                if set_up {
                    organizations::insert(tx, &key, &key, "", crate::store::micros(now)).await?;
                }
                let account = people::Account { id, email, name, time_zone: String::new(), phone: String::new() };
                people::insert(tx, &[(account.clone(), Some(hash))], now).await?;
                let roles = vec![if admin { "admin" } else { "requester" }.to_owned()];
                let member = members::Member {
                    account,
                    title: String::new(),
                    employee_number: String::new(),
                    roles,
                    manager: None,
                    disabled: false,
                    listed: false,
                    space: None,
                    account_disabled: false,
                };
                members::save(tx, std::slice::from_ref(&member)).await?;
                audit::record(tx, &be, &AuditActor::command_line(), drafts_of_account(set_up.then_some(&key), tx, &member)).await?;
                Ok::<PersonId, Error>(id)
            })
        })
        .await
}

/// What the audit log keeps of an account that was made, and of the organization that was set up for it.
fn drafts_of_account(organization_key: Option<&String>, tx: &store::Tx<'_>, member: &members::Member) -> Vec<AuditDraft> {
    let organization = organization_key.map(|key| AuditDraft::of(AuditKind::OrganizationCreated, tx.organization().to_string(), key));
    let changes = ValueChanges::between(None, Some(&member_values(member)));
    organization.into_iter().chain([AuditDraft::of_person(AuditKind::PersonCreated, member.account.id).with(changes)]).collect()
}

/// Removes counts of tries to sign in that no longer matter.
pub(crate) async fn remove_old_tries(backend: &Backend) -> Result<u32> {
    sign_in_attempts::delete_old(&backend.store().platform_writer(), backend.now()).await?;
    Ok(0)
}
