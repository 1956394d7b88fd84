//! Invitations, as those see and make them who manage people: by e-mail, or handed over where the organization sends none.

use super::links;
use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::{StoreHandle, Tx, account_links, members, organizations, people, roles, sign_in_attempts, spaces};
use domain::Refusal;
use domain::access::granting::not_held;
use domain::access::reasons::role_word;
use domain::access::spaces::{Space, SpaceTree};
use domain::access::{GrantScope, OwnRole, role_permissions};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::doors::invitation::{MemberOffer, check_offer, read_addresses};
use domain::doors::wire::{InvitationLine, InvitationsView, InvitePeople};
use domain::doors::{AccountLink, LinkPurpose, LinkState};
use domain::id::{AccountLinkId, PersonId, SpaceId};
use domain::organization::OrganizationSettings;
use domain::people::Facts;
use domain::permission::{Permission, ROLES};
use serde_json::json;
use std::collections::BTreeMap;

/// Invitations that are listed.
const LISTED: u64 = 200;
/// Why nobody is invited where the organization says so.
const CLOSED: &str = "This organization lets nobody in by invitation. Add the person yourself, or change who may join in its settings.";
/// Times that one person invites within a quarter of an hour.
const INVITED_PER_PERSON: i32 = 40;

/// Invitations of the organization, as far as the caller manages people.
///
/// # Errors
/// Not found for whoever manages people nowhere.
pub async fn invitations(backend: &Backend, caller: &Caller) -> Result<InvitationsView> {
    page(backend, caller, Vec::new()).await
}

async fn page(backend: &Backend, caller: &Caller, handed: Vec<(String, String)>) -> Result<InvitationsView> {
    let facts = &caller.facts;
    if !facts.may_somewhere(Permission::ManagePeople) {
        return Err(Refusal::NotFound.into());
    }
    let handle = backend.store().read(caller.organization);
    let (all_spaces, own) = (spaces::all(&handle).await?, roles::all(&handle).await?);
    let all = account_links::listed(&handle, LinkPurpose::Invitation, LISTED + 1).await?;
    let more = all.len() as u64 > LISTED;
    let mine: Vec<AccountLink> = all.into_iter().take(LISTED as usize).filter(|link| manages(facts, &link.offer)).collect();
    let makers: Vec<PersonId> = mine.iter().filter_map(|link| link.made_by).collect();
    let names: BTreeMap<PersonId, String> =
        members::people(&handle, &makers).await?.into_iter().map(|person| (person.id, person.name)).collect();
    let paths = paths(&all_spaces);
    let line = |link: AccountLink| InvitationLine {
        role: if link.offer.gives_role() { role_word(&link.offer.role, &own) } else { String::new() },
        space: link.offer.space.and_then(|space| paths.get(&space).cloned()).unwrap_or_default(),
        by: link.made_by.and_then(|person| names.get(&person).cloned()).unwrap_or_default(),
        state: link.state(backend.now()),
        id: link.id,
        email: link.email,
        sent_at: link.expires_at - LinkPurpose::Invitation.lasts(),
        expires_at: link.expires_at,
    };
    let mut reached: Vec<(SpaceId, String)> =
        paths.iter().filter(|(space, _)| manages(facts, &of_space(**space))).map(|(space, path)| (*space, path.clone())).collect();
    reached.sort_by(|one, other| one.1.cmp(&other.1));
    let everywhere = facts.may(Permission::ManagePeople);
    Ok(InvitationsView {
        lines: mine.into_iter().map(line).collect(),
        more,
        mails: links::mails(backend, &handle).await?,
        roles: offered_roles(facts, &own, everywhere, &reached),
        spaces: reached,
        everywhere,
        handed,
    })
}

fn of_space(space: SpaceId) -> MemberOffer {
    MemberOffer { space: Some(space), ..MemberOffer::default() }
}

fn manages(facts: &Facts, offer: &MemberOffer) -> bool {
    facts.may(Permission::ManagePeople.over(offer.place()))
}

/// Each space with what it is in, from the outside in.
fn paths(all: &[Space]) -> BTreeMap<SpaceId, String> {
    let names: BTreeMap<SpaceId, &str> = all.iter().map(|space| (space.id, space.name.as_str())).collect();
    let tree = SpaceTree::of(all.iter().map(|space| (space.id, space.parent)));
    let path = |space: SpaceId| {
        let mut path: Vec<&str> = tree.path(space).into_iter().filter_map(|id| names.get(&id).copied()).collect();
        if tree.path(space).first() == Some(&space) {
            path.reverse();
        }
        path.join(" › ")
    };
    all.iter().map(|space| (space.id, path(space.id))).collect()
}

/// Roles that somebody may offer over something they manage: key and word.
fn offered_roles(facts: &Facts, own: &[OwnRole], everywhere: bool, reached: &[(SpaceId, String)]) -> Vec<(String, String)> {
    let mut scopes: Vec<GrantScope> = reached.iter().map(|(space, _)| GrantScope::Space(*space)).collect();
    scopes.extend(everywhere.then_some(GrantScope::Organization));
    let may = |role: &str| {
        scopes.iter().any(|scope| {
            let grants = facts.may(Permission::ManageGrants.over(scope.place()));
            grants && not_held(facts, role_permissions(role, own, *scope), scope.place()).is_empty()
        })
    };
    let every_member = |role: &str| !MemberOffer { role: role.to_owned(), ..MemberOffer::default() }.gives_role();
    let built = ROLES.iter().map(|(key, word, _)| ((*key).to_owned(), (*word).to_owned()));
    let all = built.chain(own.iter().map(|role| (role.key.clone(), role.name.clone())));
    all.filter(|(key, _)| !every_member(key) && may(key)).collect()
}

/// Invites people: by mail, or where the organization sends none, with links for the caller to hand over, which are shown this once.
///
/// # Errors
/// Not found for whoever does not manage people there; input for addresses that are none, or of those who are members; not now for a role
/// that the caller does not hold; too many in a short time.
pub async fn invite(backend: &Backend, caller: &Caller, wanted: InvitePeople) -> Result<InvitationsView> {
    let emails = read_addresses(&wanted.emails)?;
    let bucket = format!("invites {}", caller.id());
    let counted = sign_in_attempts::count(&backend.store().platform_writer(), &bucket, INVITED_PER_PERSON, backend.now()).await?;
    if let Some(seconds) = counted {
        return Err(Refusal::TooMany { seconds }.into());
    }
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            let settings = organizations::settings(tx).await?;
            let offer = MemberOffer { name: String::new(), role: wanted.role, space: wanted.space };
            check_offer(&maker, &roles::all(tx).await?, &offer)?;
            check_space(tx, &offer).await?;
            if !emails.iter().all(|email| settings_let_in(&settings, email)) {
                return Err(Refusal::not_now(CLOSED).into());
            }
            refuse_members(tx, &emails).await?;
            let mails = links::mails(&be, tx).await?;
            let mut waiting: BTreeMap<String, AccountLink> = BTreeMap::new();
            for link in account_links::waiting(tx, &emails).await?.into_iter().filter(|link| manages(&maker, &link.offer)) {
                waiting.insert(link.email.clone(), link);
            }
            let mut handed = Vec::new();
            for email in emails {
                let link = match waiting.remove(&email) {
                    Some(link) => {
                        let link = links::renewed(&be, AccountLink { offer: offer.clone(), made_by: Some(person), ..link })?;
                        account_links::renew(tx, &link, be.now()).await?;
                        record(tx, &be, &actor, AuditKind::InvitationResent, &link).await?;
                        link
                    }
                    None => {
                        let link = links::new_link(&be, LinkPurpose::Invitation, email, None, offer.clone(), Some(person))?;
                        account_links::insert(tx, &link).await?;
                        record(tx, &be, &actor, AuditKind::PersonInvited, &link).await?;
                        link
                    }
                };
                send(tx, &be, mails, link, &mut handed).await?;
            }
            Ok::<_, Error>(handed)
        })
    });
    let handed = work.await?;
    page(backend, caller, handed).await
}

fn settings_let_in(settings: &OrganizationSettings, email: &str) -> bool {
    settings.may_register(email, true)
}

/// Mails an invitation, or adds it to what is handed over.
async fn send(tx: &Tx<'_>, be: &Backend, mails: bool, link: AccountLink, handed: &mut Vec<(String, String)>) -> Result<()> {
    if mails {
        return links::mail(tx, be, link.id).await;
    }
    if let Some(secret) = links::secret_of(be, &link)? {
        handed.push((link.email, links::address_of(be, link.purpose, &secret)));
    }
    Ok(())
}

/// Sends an invitation again, for its whole time; the link that was sent before opens nothing.
///
/// # Errors
/// Not found for whoever does not manage people there; not now when it was taken up or back, or the caller does not hold what it offers.
pub async fn resend_invitation(backend: &Backend, caller: &Caller, id: AccountLinkId) -> Result<InvitationsView> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            let link = found(tx, &maker, id).await?;
            if !matches!(link.state(be.now()), LinkState::Open | LinkState::Expired) {
                return Err(Refusal::not_now("This invitation is over. Invite the person again.").into());
            }
            check_offer(&maker, &roles::all(tx).await?, &link.offer)?;
            refuse_members(tx, std::slice::from_ref(&link.email)).await?;
            let link = links::renewed(&be, AccountLink { made_by: Some(person), ..link })?;
            account_links::renew(tx, &link, be.now()).await?;
            record(tx, &be, &actor, AuditKind::InvitationResent, &link).await?;
            let mut handed = Vec::new();
            send(tx, &be, links::mails(&be, tx).await?, link, &mut handed).await?;
            Ok::<_, Error>(handed)
        })
    });
    let handed = work.await?;
    page(backend, caller, handed).await
}

/// Takes an invitation back: its link opens nothing from now on.
///
/// # Errors
/// Not found for whoever does not manage people there; not now when it was taken up or back already.
pub async fn revoke_invitation(backend: &Backend, caller: &Caller, id: AccountLinkId) -> Result<InvitationsView> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            let link = found(tx, &maker, id).await?;
            if !account_links::revoke(tx, id, be.now()).await? {
                return Err(Refusal::not_now("This invitation is over already.").into());
            }
            record(tx, &be, &actor, AuditKind::InvitationRevoked, &link).await
        })
    });
    work.await?;
    page(backend, caller, Vec::new()).await
}

async fn found(tx: &Tx<'_>, maker: &Facts, id: AccountLinkId) -> Result<AccountLink> {
    let link = account_links::lock(tx, id).await?;
    Ok(link.filter(|link| link.purpose == LinkPurpose::Invitation && manages(maker, &link.offer)).ok_or(Refusal::NotFound)?)
}

/// The space that is offered has to be there.
pub(super) async fn check_space(handle: &impl StoreHandle, offer: &MemberOffer) -> Result<()> {
    let Some(space) = offer.space else { return Ok(()) };
    if spaces::all(handle).await?.iter().any(|one| one.id == space) {
        return Ok(());
    }
    Err(Refusal::input("space", "Choose a space from the list").into())
}

/// Refuses addresses of those who are or were members.
async fn refuse_members(tx: &Tx<'_>, emails: &[String]) -> Result<()> {
    let accounts = people::by_emails(tx, emails).await?;
    let ids: Vec<PersonId> = accounts.iter().map(|account| account.id).collect();
    let members = members::people(tx, &ids).await?;
    let Some(member) = members.first() else { return Ok(()) };
    let email = accounts.iter().find(|account| account.id == member.id).map(|account| account.email.as_str()).unwrap_or_default();
    let words = if members::present_people(tx, &[member.id]).await?.is_empty() {
        format!("{email} is the address of {}, who was disabled. Enable them instead", member.name)
    } else {
        format!("{email} is the address of {}, who is a member already. Leave it out", member.name)
    };
    Err(Refusal::input("emails", words).into())
}

/// Writes down what was done to an invitation. Whose it is stays out: the log keeps it for ever, and they may never come.
async fn record(tx: &Tx<'_>, be: &Backend, actor: &AuditActor, kind: AuditKind, link: &AccountLink) -> Result<()> {
    let own = roles::all(tx).await?;
    let place = spaces::all(tx).await?.into_iter().find(|space| Some(space.id) == link.offer.space).map(|space| space.name);
    let at = link.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let role = link.offer.gives_role().then(|| role_word(&link.offer.role, &own));
    let values = json!({"role": role, "space": place, "until": link.expires_at});
    let changes = match kind {
        AuditKind::InvitationRevoked => ValueChanges::between(Some(&values), None),
        _ => ValueChanges::between(None, Some(&values)),
    };
    let draft = AuditDraft::of(kind, link.id.to_string(), format!("somebody at {at}")).with(changes);
    audit::record(tx, be, actor, vec![draft]).await
}
