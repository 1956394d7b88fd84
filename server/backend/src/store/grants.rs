//! Grants: who holds which role over what part of an organization, and for how long.
//!
//! Roles that `people.yaml` and the command line give are grants over all of the organization as well; they stand in `members.roles`. Every
//! question here asks both.

use super::{StoreHandle, Tx, groups, members, micros, roles, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::access::{Grant, GrantScope, GrantSubject};
use domain::id::{GrantId, GroupId, ItemId, PersonId, SpaceId};
use domain::permission::{PERMISSIONS, Permission, ROLES};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{Condition, IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub person_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub role: String,
    pub space_id: Option<Uuid>,
    pub item_id: Option<Uuid>,
    pub starts_at: Option<i64>,
    pub ends_at: Option<i64>,
    pub granted_by: Option<Uuid>,
    /// `files` or `screen`.
    pub origin: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Origin of what definition files say.
pub(crate) const FROM_FILES: &str = "files";

/// Origin of what somebody did on a page.
pub(crate) const FROM_SCREEN: &str = "screen";

/// A grant with where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredGrant {
    pub grant: Grant,
    /// `files` or `screen`.
    pub origin: String,
    pub granted_by: Option<PersonId>,
    pub created_at: DateTime<Utc>,
}

fn stored(row: Model) -> Option<StoredGrant> {
    let subject = match (row.person_id, row.group_id) {
        (Some(person), _) => GrantSubject::Person(PersonId(person)),
        (None, Some(group)) => GrantSubject::Group(GroupId(group)),
        // The database takes no such row.
        (None, None) => return None,
    };
    let scope = match (row.space_id, row.item_id) {
        (Some(space), _) => GrantScope::Space(SpaceId(space)),
        (None, Some(item)) => GrantScope::Item(ItemId(item)),
        (None, None) => GrantScope::Organization,
    };
    let (starts_at, ends_at) = (row.starts_at.map(time), row.ends_at.map(time));
    Some(StoredGrant {
        grant: Grant { id: GrantId(row.id), subject, role: row.role, scope, starts_at, ends_at },
        origin: row.origin,
        granted_by: row.granted_by.map(PersonId),
        created_at: time(row.created_at),
    })
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Every grant, the oldest first.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<StoredGrant>> {
    let rows = of_organization(handle).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(handle.connection()).await?;
    Ok(rows.into_iter().filter_map(stored).collect())
}

/// The grants of one person: to themselves, and to groups they are in. Also those that do not count now.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId) -> Result<Vec<StoredGrant>> {
    let rows = of_organization(handle).filter(to_person(handle, person)).order_by_asc(Column::Id).all(handle.connection()).await?;
    Ok(rows.into_iter().filter_map(stored).collect())
}

fn to_person(handle: &impl StoreHandle, person: PersonId) -> Condition {
    use groups::membership;
    let inside = Query::select()
        .column(membership::Column::GroupId)
        .from(membership::Entity)
        .and_where(membership::Column::OrganizationId.eq(handle.organization()))
        .and_where(membership::Column::PersonId.eq(person.0))
        .to_owned();
    Condition::any().add(Column::PersonId.eq(person.0)).add(Column::GroupId.in_subquery(inside))
}

/// Whether anything was granted to a person or one of their groups, ever: a query to ask within another one.
pub(in crate::store) fn exists_for(handle: &impl StoreHandle, person: PersonId) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OrganizationId)).eq(handle.organization()))
        .cond_where(to_person(handle, person))
        .to_owned()
}

/// Over what a grant has to be to count for a question.
#[derive(Clone, Debug)]
pub(crate) enum GrantPlaces {
    /// All of the organization.
    Whole,
    /// One of these, or all of the organization. Spaces with those above them.
    Any { spaces: Vec<SpaceId>, items: Vec<ItemId> },
    /// Anything.
    Anywhere,
}

/// Whether a member holds the permission over one of these places at this moment. For queries over members.
pub(in crate::store) fn held_by_member(
    handle: &impl StoreHandle,
    permission: Permission,
    places: &GrantPlaces,
    now: DateTime<Utc>,
) -> Condition {
    let over = match places {
        GrantPlaces::Whole => Condition::all().add(Column::SpaceId.is_null()).add(Column::ItemId.is_null()),
        GrantPlaces::Any { spaces, items } => Condition::any()
            .add(Condition::all().add(Column::SpaceId.is_null()).add(Column::ItemId.is_null()))
            .add(Column::SpaceId.is_in(spaces.iter().map(|space| space.0)))
            .add(Column::ItemId.is_in(items.iter().map(|item| item.0))),
        GrantPlaces::Anywhere => Condition::all(),
    };
    let mut granted = in_effect(handle, now);
    granted.cond_where(allowing(handle, permission)).cond_where(to_member(handle)).cond_where(over);
    members::holds_role_allowing(permission).add(members::holds_own_role(own_roles_allowing(handle, permission))).add(Expr::exists(granted))
}

/// Whether a member holds the role at this moment, anything when None: by themselves or as a member of a group. For queries over members.
pub(in crate::store) fn role_of_member(handle: &impl StoreHandle, role: Option<&str>, now: DateTime<Utc>) -> SimpleExpr {
    let mut granted = in_effect(handle, now);
    granted.cond_where(to_member(handle));
    if let Some(role) = role {
        granted.and_where(Expr::col((Entity, Column::Role)).eq(role));
    }
    Expr::exists(granted)
}

/// The roles granted to these people themselves that count at this moment.
pub(crate) async fn roles_of(handle: &impl StoreHandle, people: &[PersonId], now: DateTime<Utc>) -> Result<Vec<(PersonId, String)>> {
    let rows = of_organization(handle)
        .filter(Column::PersonId.is_in(people.iter().map(|person| person.0)))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(handle.connection())
        .await?;
    let counting = rows.into_iter().filter_map(stored).filter(|one| one.grant.in_effect(now));
    let role = |one: StoredGrant| match one.grant.subject {
        GrantSubject::Person(person) => Some((person, one.grant.role)),
        GrantSubject::Group(_) => None,
    };
    Ok(counting.filter_map(role).collect())
}

/// Whether a grant is to the member of the query around it, or to a group of theirs.
fn to_member(handle: &impl StoreHandle) -> Condition {
    use groups::membership;
    let of_member = || Expr::col((members::Entity, members::Column::PersonId));
    let inside = Query::select()
        .column(membership::Column::GroupId)
        .from(membership::Entity)
        .and_where(membership::Column::OrganizationId.eq(handle.organization()))
        .and_where(Expr::col((membership::Entity, membership::Column::PersonId)).eq(of_member()))
        .to_owned();
    Condition::any()
        .add(Expr::col((Entity, Column::PersonId)).eq(of_member()))
        .add(Expr::col((Entity, Column::GroupId)).in_subquery(inside))
}

/// Grants that count at this moment, to be narrowed down.
fn in_effect(handle: &impl StoreHandle, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OrganizationId)).eq(handle.organization()))
        .cond_where(Condition::any().add(Column::StartsAt.is_null()).add(Column::StartsAt.lte(micros(now))))
        .cond_where(Condition::any().add(Column::EndsAt.is_null()).add(Column::EndsAt.gt(micros(now))))
        .to_owned()
}

/// Grants of a role that allows this: a built-in one, also where it does so over a space alone, or one of the organization's own.
fn allowing(handle: &impl StoreHandle, permission: Permission) -> Condition {
    let over_spaces = domain::permission::SPACE_ROLES.iter().filter(|(_, more)| more.contains(&permission)).map(|(role, _)| *role);
    let built_in: Vec<&str> = ROLES.iter().filter(|(_, _, allowed)| allowed.contains(&permission)).map(|(role, _, _)| *role).collect();
    Condition::any()
        .add(Column::Role.is_in(built_in))
        .add(Condition::all().add(Column::Role.is_in(over_spaces)).add(Column::SpaceId.is_not_null()))
        .add(Column::Role.in_subquery(own_roles_allowing(handle, permission)))
}

/// Keys of roles of the organization's own that allow this.
fn own_roles_allowing(handle: &impl StoreHandle, permission: Permission) -> SelectStatement {
    let name = PERMISSIONS.iter().find(|(known, _)| *known == permission).map_or("", |(_, name)| *name);
    Query::select()
        .column((roles::Entity, roles::Column::Key))
        .from(roles::Entity)
        .and_where(Expr::col((roles::Entity, roles::Column::OrganizationId)).eq(handle.organization()))
        .and_where(Expr::col((roles::Entity, roles::Column::Permissions)).like(format!("%\"{name}\"%")))
        .to_owned()
}

/// Adds a grant.
pub(crate) async fn insert(tx: &Tx<'_>, grant: &Grant, origin: &str, by: Option<PersonId>, now: DateTime<Utc>) -> Result<()> {
    let (person_id, group_id) = match grant.subject {
        GrantSubject::Person(person) => (Some(person.0), None),
        GrantSubject::Group(group) => (None, Some(group.0)),
    };
    let (space_id, item_id) = match grant.scope {
        GrantScope::Organization => (None, None),
        GrantScope::Space(space) => (Some(space.0), None),
        GrantScope::Item(item) => (None, Some(item.0)),
    };
    let row = Model {
        id: grant.id.0,
        organization_id: tx.organization(),
        person_id,
        group_id,
        role: grant.role.clone(),
        space_id,
        item_id,
        starts_at: grant.starts_at.map(micros),
        ends_at: grant.ends_at.map(micros),
        granted_by: by.map(|by| by.0),
        origin: origin.to_owned(),
        created_at: micros(now),
        updated_at: micros(now),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Takes a grant away. False when it is not there.
pub(crate) async fn remove(tx: &Tx<'_>, id: GrantId) -> Result<bool> {
    let gone = Entity::delete_many().filter(Column::OrganizationId.eq(tx.organization())).filter(Column::Id.eq(id.0));
    Ok(gone.exec(tx.connection()).await?.rows_affected > 0)
}
