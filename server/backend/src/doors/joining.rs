//! Becoming a member by an account link: as somebody new, or with the account that one has in another organization.

use super::invitations::check_space;
use super::links;
use crate::Backend;
use crate::access;
use crate::audit::{self, AuditActor};
use crate::caller::{CallOrigin, Caller};
use crate::definitions::member_values;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::people::sign_in::prove_password;
use crate::people::{SignInPlace, password};
use crate::store::members::facts;
use crate::store::people::{Account, Credentials};
use crate::store::{StoreHandle, Tx, account_links, grants, members, organizations, people, roles};
use domain::Refusal;
use domain::access::{Grant, GrantScope, GrantSubject};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::doors::invitation::{EVERY_MEMBER, check_offer};
use domain::doors::wire::{LinkStep, LinkView};
use domain::doors::{AccountLink, LinkPurpose};
use domain::id::{GrantId, OrganizationId, PersonId};
use domain::people::Facts;
use domain::people::lint::LONGEST_NAME;
use domain::permission::Permission;
use domain::text::{count_characters, tidy_line};

/// Links by which somebody becomes a member.
const JOINING: &[LinkPurpose] = &[LinkPurpose::Invitation, LinkPurpose::Registration];
/// All of them.
const ANY: &[LinkPurpose] = &[LinkPurpose::Reset, LinkPurpose::Invitation, LinkPurpose::Registration];

/// What somebody fills in who becomes a member.
#[derive(Clone, Default)]
pub struct JoinForm {
    pub secret: String,
    /// For a new account alone.
    pub name: String,
    /// The one that a new account gets, or that of the account they have.
    pub password: String,
}

/// What is behind a link. `visitor` is who is signed in in the browser.
///
/// # Errors
/// Not now, in words that say nothing about what exists; too many wrong ones from the address.
pub async fn view_link(backend: &Backend, secret: &str, remote: &str, visitor: Option<PersonId>) -> Result<LinkView> {
    let (organization, link) = links::opened(backend, secret, remote, ANY).await?;
    let handle = backend.store().read(organization);
    let account = people::credentials(&backend.store().platform(), &link.email).await?;
    let step = if link.purpose == LinkPurpose::Reset { LinkStep::NewPassword } else { step_of(account.as_ref(), visitor) };
    if link.purpose != LinkPurpose::Reset
        && let Some(account) = &account
    {
        refuse_member(&handle, account.id).await?;
    }
    let made_by: Vec<PersonId> = link.made_by.into_iter().collect();
    let by = members::people(&handle, &made_by).await?.into_iter().next();
    Ok(LinkView {
        organization: organizations::name(&handle).await?.unwrap_or_default(),
        email: link.email,
        name: link.offer.name,
        invited_by: by.map(|by| by.name).unwrap_or_default(),
        step,
    })
}

fn step_of(account: Option<&Credentials>, visitor: Option<PersonId>) -> LinkStep {
    match (account.map(|account| account.id), visitor) {
        (Some(account), Some(visitor)) if account == visitor => LinkStep::Confirm,
        (_, Some(_)) => LinkStep::OtherAccount,
        (Some(_), None) => LinkStep::OwnPassword,
        (None, None) => LinkStep::NewAccount,
    }
}

/// Refuses whoever is or was a member: those sign in, or are enabled by somebody who manages people.
async fn refuse_member(handle: &impl StoreHandle, person: PersonId) -> Result<()> {
    if members::people(handle, &[person]).await?.is_empty() {
        return Ok(());
    }
    if members::present_people(handle, &[person]).await?.is_empty() {
        return Err(links::too_late().into());
    }
    Err(Refusal::not_now("You are a member already. Sign in with your address and password.").into())
}

/// Takes an invitation or a registration up: makes somebody a member, with an account that is new or that they showed to be theirs.
/// Answers who they are and where.
///
/// # Errors
/// Not now when the link does not open, or whoever invited them may no longer do so; input for a name or a password that cannot be taken;
/// too many wrong passwords or links.
pub async fn accept_link(
    backend: &Backend,
    form: JoinForm,
    visitor: Option<&Caller>,
    place: SignInPlace<'_>,
    origin: CallOrigin,
) -> Result<(PersonId, OrganizationId)> {
    let (organization, link) = links::opened(backend, &form.secret, place.remote, JOINING).await?;
    let account = people::credentials(&backend.store().platform(), &link.email).await?;
    let newcomer = match step_of(account.as_ref(), visitor.map(Caller::id)) {
        LinkStep::Confirm => Newcomer::Known(visitor.map(Caller::id).ok_or_else(links::too_late)?),
        LinkStep::OwnPassword => Newcomer::Known(prove_password(backend, &link.email, &form.password, place).await?),
        LinkStep::NewAccount => Newcomer::New(new_account(backend, &link, &form).await?),
        LinkStep::OtherAccount | LinkStep::NewPassword => {
            return Err(Refusal::not_now("Somebody else is signed in in this browser. Sign out, then open the link again.").into());
        }
    };
    let be = backend.clone();
    let work = backend.store().write(organization, move |tx| Box::pin(async move { join(tx, &be, link, newcomer, &origin).await }));
    Ok((work.await?, organization))
}

/// Who becomes a member.
enum Newcomer {
    /// Somebody with an account that is theirs.
    Known(PersonId),
    /// Somebody whose account is made, with its password's hash.
    New((Account, String)),
}

async fn new_account(backend: &Backend, link: &AccountLink, form: &JoinForm) -> Result<(Account, String)> {
    let name = tidy_line(&form.name).into_owned();
    if name.is_empty() || count_characters(&name) > LONGEST_NAME {
        return Err(Refusal::input("name", "Enter your name, up to 200 characters").into());
    }
    password::judge(&form.password)?;
    let hash = password::hash(form.password.clone()).await?;
    let id = PersonId(backend.id());
    Ok((Account { id, email: link.email.clone(), name, time_zone: String::new(), phone: String::new() }, hash))
}

async fn join(tx: &Tx<'_>, be: &Backend, link: AccountLink, newcomer: Newcomer, origin: &CallOrigin) -> Result<PersonId> {
    let now = be.now();
    if !account_links::use_up(tx, &link, now).await? {
        return Err(links::too_late().into());
    }
    // It may have become stricter since the link was made.
    let invited = link.purpose == LinkPurpose::Invitation;
    if !organizations::settings(tx).await?.may_register(&link.email, invited) {
        return Err(links::too_late().into());
    }
    let maker = check_maker(tx, be, &link).await?;
    // Whoever invites into a space alone gives there what everybody has, and no more than they have themselves.
    let only_there = link.offer.space.filter(|_| maker.is_some_and(|maker| !maker.may(Permission::Request)));
    let there = people::by_emails(tx, std::slice::from_ref(&link.email)).await?.into_iter().next();
    let account = match (newcomer, there) {
        (Newcomer::New((account, hash)), None) => {
            people::insert(tx, &[(account.clone(), Some(hash))], now).await?;
            account
        }
        (Newcomer::Known(person), Some(account)) if account.id == person => account,
        // Somebody made an account with this address a moment ago, or it went.
        _ => return Err(Refusal::conflict("Something about this account has changed. Open the link again.").into()),
    };
    refuse_member(tx, account.id).await?;
    let id = account.id;
    let member = members::Member {
        account,
        title: String::new(),
        roles: if only_there.is_some() { Vec::new() } else { vec![EVERY_MEMBER.to_owned()] },
        manager: None,
        disabled: false,
        listed: false,
        space: link.offer.space,
        employee_number: String::new(),
        account_disabled: false,
    };
    members::save(tx, std::slice::from_ref(&member)).await?;
    let actor = AuditActor::visitor(id, origin);
    let changes = ValueChanges::between(None, Some(&member_values(&member)));
    audit::record(tx, be, &actor, vec![AuditDraft::of_person(AuditKind::PersonJoined, id).with(changes)]).await?;
    let offered = link.offer.gives_role().then(|| (link.offer.role.clone(), link.offer.scope()));
    let plain = only_there.map(|space| (EVERY_MEMBER.to_owned(), GrantScope::Space(space)));
    for (role, scope) in offered.into_iter().chain(plain) {
        let grant = Grant { id: GrantId(be.id()), subject: GrantSubject::Person(id), role, scope, starts_at: None, ends_at: None };
        grants::insert(tx, &grant, grants::FROM_SCREEN, link.made_by, now).await?;
        access::record_grant(tx, be, &actor, AuditKind::GrantCreated, &grant).await?;
    }
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![id] });
    Ok::<PersonId, Error>(id)
}

/// Whoever invited may still do so, to all that was offered: who they are; None for whoever registers.
async fn check_maker(tx: &Tx<'_>, be: &Backend, link: &AccountLink) -> Result<Option<Facts>> {
    if link.purpose == LinkPurpose::Registration {
        return Ok(None);
    }
    let maker = match link.made_by {
        Some(maker) => facts::acting(tx, maker, be.now()).await?,
        None => None,
    };
    let holds = match &maker {
        Some(maker) => check_offer(maker, &roles::all(tx).await?, &link.offer).is_ok() && check_space(tx, &link.offer).await.is_ok(),
        None => false,
    };
    if holds { Ok(maker) } else { Err(Refusal::not_now("This invitation no longer counts. Ask for a new one.").into()) }
}
