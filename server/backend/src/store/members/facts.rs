//! The facts rules need of one member, and what a signed-in caller depends on: read in one query.

use crate::error::Result;
use crate::store::members::{Column, Entity, of_organization};
use crate::store::{StoreHandle, delegations, from_json, grants, groups, organizations, people, roles, spaces};
use chrono::{DateTime, Utc};
use domain::access::spaces::SpaceTree;
use domain::access::{GrantScope, hold_grants};
use domain::id::{GroupId, OrganizationId, PersonId, SpaceId};
use domain::organization::accent::AccentColour;
use domain::organization::{FeatureSet, OrganizationSettings};
use domain::people::{Facts, GroupRef, Membership, OrganizationRef, PersonRef};
use domain::permission::built_in;
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
    /// The organization's colour of links and buttons, where it has one of its own.
    pub accent: Option<AccentColour>,
    /// Whether the person is in other organizations too.
    pub elsewhere: bool,
    /// The space that they belong to.
    pub space: Option<SpaceId>,
    /// When the facts are others, if nobody changes anything.
    pub changes_at: Option<DateTime<Utc>>,
}

/// What a member is by themselves, without what they may decide as a deputy; None when the person is not a member or is disabled. Whoever acts is
/// judged by `acting`.
pub(crate) async fn own(handle: &impl StoreHandle, id: PersonId, now: DateTime<Utc>) -> Result<Option<Facts>> {
    Ok(load(handle, id, now).await?.map(|(found, _)| found).filter(|found| !found.disabled).map(|found| found.facts))
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
    organization_settings: String,
    without: String,
    elsewhere: bool,
    is_deputy: bool,
    granted: bool,
    space_id: Option<Uuid>,
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

/// A member with facts and the columns of the account that a signed-in caller depends on: in one query, and one more for those who were
/// ever somebody's deputy, and a few for those who hold more than built-in roles over all of the organization.
pub(crate) async fn find(handle: &impl StoreHandle, id: PersonId, now: DateTime<Utc>) -> Result<Option<CallerRecord>> {
    let Some((mut found, is_deputy)) = load(handle, id, now).await? else { return Ok(None) };
    if is_deputy {
        found.facts.deputy_rights = delegations::deputy_rights_of(handle, id, now).await?;
    }
    Ok(Some(found))
}

/// A member by themselves, and whether they were ever somebody's deputy.
async fn load(handle: &impl StoreHandle, id: PersonId, now: DateTime<Utc>) -> Result<Option<(CallerRecord, bool)>> {
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
        .column_as(organizations::Column::Settings, "organization_settings")
        .column(Column::Without)
        .column_as(Expr::exists(elsewhere), "elsewhere")
        .column_as(Expr::exists(delegations::exists_for(handle, id)), "is_deputy")
        .column_as(Expr::exists(grants::exists_for(handle, id)), "granted")
        .column(Column::SpaceId)
        .column_as(groups::Column::Id, "group_id")
        .column_as(groups::Column::Key, "group_key")
        .column_as(groups::Column::Name, "group_name")
        .column_as(groups::membership::Column::Roles, "group_roles")
        .order_by_asc(groups::Column::Key)
        .into_model()
        .all(handle.connection())
        .await?;
    let mut found: Option<(CallerRecord, bool)> = None;
    let mut granted = false;
    for row in rows {
        granted |= row.granted;
        let (found, _) = match &mut found {
            Some(found) => found,
            None => {
                let settings: OrganizationSettings = from_json(&row.organization_settings)?;
                let own: FeatureSet = from_json(&row.without)?;
                let facts = Facts {
                    person: PersonRef { id, name: row.name, title: row.title },
                    roles: from_json(&row.roles)?,
                    memberships: Vec::new(),
                    grants: Vec::new(),
                    deputy_rights: Vec::new(),
                    without: own.with(&settings.without),
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
                    accent: settings.accent,
                    elsewhere: row.elsewhere,
                    space: row.space_id.map(SpaceId),
                    changes_at: None,
                };
                found.insert((first, row.is_deputy))
            }
        };
        if let (Some(group), Some(key), Some(name), Some(roles)) = (row.group_id, row.group_key, row.group_name, row.group_roles) {
            let group = GroupRef { id: GroupId(group), key, name };
            found.facts.memberships.push(Membership { group, roles: from_json(&roles)? });
        }
    }
    if let Some((found, _)) = &mut found {
        hold(handle, found, granted, now).await?;
    }
    Ok(found)
}

/// Adds what was granted to a member and to their groups, and what roles of the organization's own allow.
async fn hold(handle: &impl StoreHandle, found: &mut CallerRecord, granted: bool, now: DateTime<Utc>) -> Result<()> {
    let facts = &mut found.facts;
    let own_role = |role: &str| built_in(role, false).is_none();
    if !granted && !facts.roles.iter().any(|role| own_role(role)) {
        return Ok(());
    }
    let stored = if granted { grants::of_person(handle, facts.person.id).await? } else { Vec::new() };
    let grants: Vec<_> = stored.into_iter().map(|stored| stored.grant).collect();
    let over_spaces = grants.iter().any(|grant| matches!(grant.scope, GrantScope::Space(_)));
    let tree = if over_spaces { spaces::tree(handle).await? } else { SpaceTree::default() };
    let has_own = facts.roles.iter().chain(grants.iter().map(|grant| &grant.role)).any(|role| own_role(role));
    let own = if has_own { roles::all(handle).await? } else { Vec::new() };
    let held = hold_grants(&facts.roles, &grants, &own, &tree, now);
    (facts.roles, facts.grants, found.changes_at) = (held.everywhere, held.grants, held.changes_at);
    Ok(())
}
