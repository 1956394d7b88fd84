//! Waiting rules: the index of what waits for whom. A row for every open rule of a request that can be decided now.

use super::{Handle, micros};
use crate::error::Result;
use domain::approvals::{Approval, FrozenRule, machine};
use domain::id::{PersonId, RequestId};
use domain::requests::Request;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{IntoActiveModel, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule: String,
    pub organization_id: Uuid,
    pub target: String,
    pub requester_id: Uuid,
    pub submitted_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Adds rows for these rules of a request, one for everybody who may decide them as its approval stands.
pub(crate) async fn insert(handle: &impl Handle, request: &Request, approval: &Approval, rules: &[&FrozenRule]) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let rows = rules.iter().flat_map(|rule| {
        machine::targets(approval, rule).into_iter().enumerate().map(|(nth, target)| {
            Model {
                request_id: request.id.0,
                rule: if nth == 0 { rule.key.clone() } else { format!("{}#{nth}", rule.key) },
                organization_id: handle.organization(),
                target: target.index_key(),
                requester_id: request.requester.id.0,
                submitted_at: micros(request.submitted_at),
            }
            .into_active_model()
        })
    });
    Entity::insert_many(rows).exec_without_returning(handle.connection()).await?;
    Ok(())
}

/// Removes every row of a request.
pub(crate) async fn clear(handle: &impl Handle, request: RequestId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .exec(handle.connection())
        .await?;
    Ok(())
}

/// The ids of requests that wait for one of the targets and are not this person's own.
pub(crate) fn requests_for(handle: &impl Handle, person: PersonId, targets: &[String]) -> SelectStatement {
    Query::select()
        .column(Column::RequestId)
        .from(Entity)
        .and_where(Column::OrganizationId.eq(handle.organization()))
        .and_where(Column::Target.is_in(targets))
        .and_where(Column::RequesterId.ne(person.0))
        .to_owned()
}

/// How many requests wait for one of the targets and are not this person's own.
pub(crate) async fn count(handle: &impl Handle, person: PersonId, targets: &[String]) -> Result<u64> {
    let count: Option<i64> = Entity::find()
        .select_only()
        .column_as(Expr::expr(Func::count_distinct(Expr::col(Column::RequestId))), "waiting")
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Target.is_in(targets))
        .filter(Column::RequesterId.ne(person.0))
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(count.unwrap_or_default().try_into().unwrap_or_default())
}
