//! What programs read: small answers of their own, which stay as they are whatever the screens need.

use super::TokenCaller;
use crate::Backend;
use crate::error::Result;
use crate::store::requests;
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::access::PermissionReach;
use domain::permission::PERMISSIONS;
use domain::requests::Status;
use domain::tokens::TokenKind;
use serde::Serialize;
use uuid::Uuid;

/// Who calls, and what they may do: `GET /api/v1/me`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BearerAnswer {
    pub person: PersonAnswer,
    pub organization: KeyedAnswer,
    pub permissions: Vec<PermissionAnswer>,
    pub token: TokenAnswer,
}

/// A person or a service account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonAnswer {
    pub id: Uuid,
    pub name: String,
}

/// Something with a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyedAnswer {
    pub key: String,
    pub name: String,
}

/// A permission, and over what it is held.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PermissionAnswer {
    pub name: &'static str,
    /// Over all of the organization; else over these spaces and items.
    pub everywhere: bool,
    /// Keys of spaces.
    pub spaces: Vec<String>,
    /// Keys of catalog items.
    pub items: Vec<String>,
}

/// The token that was shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TokenAnswer {
    pub name: String,
    /// It belongs to a service account.
    pub service: bool,
    pub ends_at: Option<DateTime<Utc>>,
}

/// A request: `GET /api/v1/requests/{number}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestAnswer {
    pub number: String,
    pub title: String,
    pub status: Status,
    pub item: KeyedAnswer,
    pub requester: PersonAnswer,
    pub space: Option<KeyedAnswer>,
    pub assignee: Option<PersonAnswer>,
    pub submitted_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The page of the request for people.
    pub url: String,
}

/// Who calls, and what they may do by their token.
///
/// # Errors
/// When the database does not answer.
pub async fn read_bearer(backend: &Backend, bearer: &TokenCaller) -> Result<BearerAnswer> {
    let (caller, known) = (&bearer.caller, backend.known_to(&bearer.caller).await?);
    let facts = &caller.facts;
    let permission = |(permission, name): &(_, &'static str)| {
        let reach = facts.reach(*permission);
        let (everywhere, spaces, items) = match &reach {
            PermissionReach::Everything => (true, Vec::new(), Vec::new()),
            PermissionReach::Parts { spaces, items } => {
                let items = known.items().iter().filter(|item| items.contains(&item.id)).map(|item| item.item.key.clone()).collect();
                let spaces = known.spaces().iter().filter(|space| spaces.contains(&space.id)).map(|space| space.key.clone());
                (false, spaces.collect(), items)
            }
        };
        (everywhere || !reach.is_nothing()).then_some(PermissionAnswer { name, everywhere, spaces, items })
    };
    let person = &facts.person;
    Ok(BearerAnswer {
        person: PersonAnswer { id: person.id.0, name: person.name.clone() },
        organization: KeyedAnswer { key: caller.within.key.clone(), name: caller.within.name.clone() },
        permissions: PERMISSIONS.iter().filter_map(permission).collect(),
        token: TokenAnswer { name: bearer.name.clone(), service: bearer.kind == TokenKind::Service, ends_at: bearer.ends_at },
    })
}

/// One request, by its docket number.
///
/// # Errors
/// Not found when there is none, or none for the bearer.
pub async fn read_request(backend: &Backend, bearer: &TokenCaller, text: &str) -> Result<RequestAnswer> {
    let caller = &bearer.caller;
    let handle = backend.store().read(caller.organization);
    let request = requests::by_number(&handle, &crate::requests::number(text)?).await?.ok_or(Refusal::NotFound)?;
    if !bearer.reach.may_read(&request, &caller.facts, backend.now()) {
        return Err(Refusal::NotFound.into());
    }
    let person = |person: &domain::people::PersonRef| PersonAnswer { id: person.id.0, name: person.name.clone() };
    let address = domain::address::Address::Request(&request.number);
    let url = format!("{}{address}", backend.settings().public_url);
    let known = backend.known_to(caller).await?;
    let space = request.space.as_ref().map(|space| KeyedAnswer {
        key: known.spaces().iter().find(|one| one.id == space.id).map(|one| one.key.clone()).unwrap_or_default(),
        name: space.name.clone(),
    });
    Ok(RequestAnswer {
        item: KeyedAnswer { key: request.item.key.clone(), name: request.item.name.clone() },
        requester: person(&request.requester),
        assignee: request.state.assignee.as_ref().map(person),
        status: request.state.status,
        submitted_at: request.submitted_at,
        updated_at: request.state.updated_at,
        space,
        url,
        number: request.number,
        title: request.title,
    })
}
