//! Who of the members holds what: by what files and the command line gave them, and by grants (`store/grants`).

use super::{Column, Entity, first, holds, of_organization, person, present, shown};
use crate::error::Result;
use crate::store::grants::{GrantPlaces, held_by_member};
use crate::store::{StoreHandle, from_json, people, roles};
use chrono::{DateTime, Utc};
use domain::people::PersonRef;
use domain::permission::{Permission, ROLES};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, SelectStatement, SimpleExpr};
use sea_orm::{Condition, QueryOrder, QuerySelect};

/// Members who administer the organization: at most `limit`, and how many there are.
pub(crate) async fn administrators(handle: &impl StoreHandle, now: DateTime<Utc>, limit: u64) -> Result<(Vec<PersonRef>, u64)> {
    let may = held_by_member(handle, Permission::DecideAsFallback, &GrantPlaces::Whole, now);
    first(handle, of_organization(handle).filter(may), limit).await
}

/// How many members administer the organization for good and can sign in: whoever does so for a time counts for nothing here.
pub(crate) async fn lasting_administrators(handle: &impl StoreHandle) -> Result<u64> {
    let lasting = DateTime::<Utc>::MAX_UTC;
    let may = |permission| held_by_member(handle, permission, &GrantPlaces::Whole, lasting);
    let query = present(handle).filter(may(Permission::ManagePeople)).filter(may(Permission::ManageGrants));
    Ok(query.count(handle.connection()).await?)
}

/// Members who hold more than what everybody has by files or the command line, by name: at most `limit`, each with all of those roles.
pub(crate) async fn with_listed_roles(handle: &impl StoreHandle, limit: u64) -> Result<Vec<(PersonRef, Vec<String>)>> {
    let plain = ["[]", "[\"requester\"]", "[\"general_user\"]"];
    let query = shown(present(handle).filter(Column::Roles.is_not_in(plain))).column(Column::Roles);
    let query = query.order_by_asc(people::Column::Name).order_by_asc(Column::PersonId).limit(limit);
    let rows: Vec<(Uuid, String, String, String)> = query.into_tuple().all(handle.connection()).await?;
    rows.into_iter().map(|(id, name, title, roles)| Ok((person((id, name, title)), from_json(&roles)?))).collect()
}

/// Whether files or the command line gave somebody this role.
pub(crate) async fn holds_listed_role(handle: &impl StoreHandle, role: &str) -> Result<bool> {
    Ok(of_organization(handle).filter(holds(Column::Roles, role)).limit(1).count(handle.connection()).await? > 0)
}

/// Members who may do it over one of these places, by name: at most `limit`.
pub(crate) async fn who_may(
    handle: &impl StoreHandle,
    permission: Permission,
    places: &GrantPlaces,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<PersonRef>> {
    Ok(first(handle, of_organization(handle).filter(held_by_member(handle, permission, places, now)), limit).await?.0)
}

/// Whether the files or the command line gave a member a built-in role that allows it.
pub(in crate::store) fn holds_role_allowing(permission: Permission) -> Condition {
    let roles = ROLES.iter().filter(|(_, _, allowed)| allowed.contains(&permission));
    roles.fold(Condition::any(), |any, (role, _, _)| any.add(holds(Column::Roles, role)))
}

/// Whether they gave a member one of these roles of the organization's own.
pub(in crate::store) fn holds_own_role(mut keys: SelectStatement) -> SimpleExpr {
    let quoted = Expr::val("\"").binary(BinOper::Custom("||"), Expr::col((roles::Entity, roles::Column::Key)));
    let quoted = quoted.binary(BinOper::Custom("||"), Expr::val("\""));
    let held = || Expr::col((Entity, Column::Roles));
    let without = Func::cust("REPLACE").args([held(), quoted, Expr::val("")]);
    Expr::exists(keys.and_where(Expr::expr(without).ne(held())).to_owned())
}
