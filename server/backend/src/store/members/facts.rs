//! The facts rules need of one member, and what a signed-in caller depends on: read in one query.

use crate::error::Result;
use crate::store::members::{Column, Entity, of_organization};
use crate::store::{StoreHandle, delegations, from_json, groups, organizations, people};
use chrono::{DateTime, Utc};
use domain::id::{GroupId, OrganizationId, PersonId};
use domain::people::{Facts, GroupRef, Membership, OrganizationRef, PersonRef};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect, RelationDef};

/// A person with what a signed-in caller needs.
pub(crate) struct CallerRecord {
    pub facts: Facts,
    pub email: String,
    pub disabled: bool,
    pub sessions_after: i64,
    pub sessions_kept: i64,
    /// The person's time zone and the organization's, each of which may be empty.
    pub time_zones: [String; 2],
    /// The organization's, of what rules read.
    pub version: i64,
    pub organization: OrganizationRef,
    /// Whether the person is in other organizations too.
    pub elsewhere: bool,
}

/// What a member is by themselves, without what they may decide as a deputy; None when the person is not a member or is disabled. Whoever acts is
/// judged by `acting`.
pub(crate) async fn own(handle: &impl StoreHandle, id: PersonId) -> Result<Option<Facts>> {
    Ok(load(handle, id).await?.map(|(found, _)| found).filter(|found| !found.disabled).map(|found| found.facts))
}

/// What rules need to know about a member who acts, as a deputy too; None when the person is not a member or is disabled.
pub(crate) async fn acting(handle: &impl StoreHandle, id: PersonId, now: DateTime<Utc>) -> Result<Option<Facts>> {
    Ok(find(handle, id, now).await?.filter(|found| !found.disabled).map(|found| found.facts))
}

/// A member in one of their groups, or in none.
#[derive(FromQueryResult)]
struct FactRow {
    name: String,
    title: String,
    roles: String,
    email: String,
    disabled: bool,
    /// This organization.
    left: bool,
    sessions_after: i64,
    sessions_kept: i64,
    time_zone: String,
    organization_time_zone: String,
    version: i64,
    organization_key: String,
    organization_name: String,
    elsewhere: bool,
    is_deputy: bool,
    group_id: Option<Uuid>,
    group_key: Option<String>,
    group_name: Option<String>,
    group_roles: Option<String>,
}

/// From a member to their memberships in groups.
pub(in crate::store) fn in_groups() -> RelationDef {
    Entity::belongs_to(groups::membership::Entity)
        .from((Column::OrganizationId, Column::PersonId))
        .to((groups::membership::Column::OrganizationId, groups::membership::Column::PersonId))
        .into()
}

/// A member with facts and the columns of the account that a signed-in caller depends on: in one query, or two for those who were ever
/// somebody's deputy.
pub(crate) async fn find(handle: &impl StoreHandle, id: PersonId, now: DateTime<Utc>) -> Result<Option<CallerRecord>> {
    let Some((mut found, is_deputy)) = load(handle, id).await? else { return Ok(None) };
    if is_deputy {
        found.facts.deputy_rights = delegations::deputy_rights_of(handle, id, now).await?;
    }
    Ok(Some(found))
}

/// A member by themselves, and whether they were ever somebody's deputy.
async fn load(handle: &impl StoreHandle, id: PersonId) -> Result<Option<(CallerRecord, bool)>> {
    let organization = Entity::belongs_to(organizations::Entity).from(Column::OrganizationId).to(organizations::Column::Id).into();
    let elsewhere = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::PersonId)).eq(id.0))
        .and_where(Expr::col((Entity, Column::OrganizationId)).ne(handle.organization()))
        .and_where(Expr::col((Entity, Column::Disabled)).eq(false))
        .to_owned();
    let rows: Vec<FactRow> = of_organization(handle)
        .filter(Column::PersonId.eq(id.0))
        .join(JoinType::InnerJoin, organization)
        .join(JoinType::LeftJoin, in_groups())
        .join(JoinType::LeftJoin, groups::membership::to_group())
        .select_only()
        .column(people::Column::Name)
        .column(Column::Title)
        .column(Column::Roles)
        .column(people::Column::Email)
        .column(people::Column::Disabled)
        .column_as(Column::Disabled, "left")
        .columns([people::Column::SessionsAfter, people::Column::SessionsKept, people::Column::TimeZone])
        .column_as(organizations::Column::TimeZone, "organization_time_zone")
        .column(organizations::Column::Version)
        .column_as(organizations::Column::Key, "organization_key")
        .column_as(organizations::Column::Name, "organization_name")
        .column_as(Expr::exists(elsewhere), "elsewhere")
        .column_as(Expr::exists(delegations::exists_for(handle, id)), "is_deputy")
        .column_as(groups::Column::Id, "group_id")
        .column_as(groups::Column::Key, "group_key")
        .column_as(groups::Column::Name, "group_name")
        .column_as(groups::membership::Column::Roles, "group_roles")
        .order_by_asc(groups::Column::Key)
        .into_model()
        .all(handle.connection())
        .await?;
    let mut found: Option<(CallerRecord, bool)> = None;
    for row in rows {
        let (found, _) = match &mut found {
            Some(found) => found,
            None => {
                let facts = Facts {
                    person: PersonRef { id, name: row.name, title: row.title },
                    roles: from_json(&row.roles)?,
                    memberships: Vec::new(),
                    deputy_rights: Vec::new(),
                };
                let first = CallerRecord {
                    facts,
                    email: row.email,
                    disabled: row.disabled || row.left,
                    sessions_after: row.sessions_after,
                    sessions_kept: row.sessions_kept,
                    time_zones: [row.time_zone, row.organization_time_zone],
                    version: row.version,
                    organization: OrganizationRef {
                        id: OrganizationId(handle.organization()),
                        key: row.organization_key,
                        name: row.organization_name,
                    },
                    elsewhere: row.elsewhere,
                };
                found.insert((first, row.is_deputy))
            }
        };
        if let (Some(group), Some(key), Some(name), Some(roles)) = (row.group_id, row.group_key, row.group_name, row.group_roles) {
            let group = GroupRef { id: GroupId(group), key, name };
            found.facts.memberships.push(Membership { group, roles: from_json(&roles)? });
        }
    }
    Ok(found)
}
