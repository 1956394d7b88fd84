//! Waiting rules: the index of what waits for whom. A row for every open rule of a request that can be decided now.

use super::{Handle, micros, requests};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::approvals::machine::{self, Scope};
use domain::approvals::{Approval, FrozenRule};
use domain::id::{PersonId, RequestId};
use domain::people::Facts;
use domain::requests::Request;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{Condition, IntoActiveModel, QuerySelect};
use std::collections::BTreeSet;

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

/// What somebody can decide: by what they are, and in the place of others.
pub(crate) struct Reach {
    person: PersonId,
    own: Vec<String>,
    lent: Vec<Scope>,
}

impl Reach {
    /// What these facts give at this moment.
    pub(crate) fn of(facts: &Facts, now: DateTime<Utc>) -> Self {
        Self { person: facts.person.id, own: machine::index_keys(facts), lent: machine::deputy_scopes(facts, now) }
    }

    /// The rows within reach. All targets are named together first: that is what the index finds; the rest sorts out what it found.
    fn rows(&self, handle: &impl Handle) -> Condition {
        let targets: BTreeSet<&String> = self.own.iter().chain(self.lent.iter().flat_map(|scope| &scope.keys)).collect();
        let all = Condition::all()
            .add(Column::OrganizationId.eq(handle.organization()))
            .add(Column::Target.is_in(targets))
            .add(Column::RequesterId.ne(self.person.0));
        if self.lent.is_empty() {
            return all;
        }
        let own = Condition::all().add(Column::Target.is_in(&self.own));
        all.add(self.lent.iter().map(lent).fold(Condition::any().add(own), Condition::add))
    }
}

/// What is lent by one grant: of its items, and never a request of the absent person.
fn lent(scope: &Scope) -> Condition {
    let rows = Condition::all().add(Column::Target.is_in(&scope.keys)).add(Column::RequesterId.ne(scope.on_behalf_of.id.0));
    if scope.items.is_empty() {
        return rows;
    }
    let of_items = Query::select()
        .expr(Expr::val(1))
        .from(requests::Entity)
        .and_where(Expr::col((requests::Entity, requests::Column::Id)).equals((Entity, Column::RequestId)))
        .and_where(requests::Column::ItemId.is_in(scope.items.iter().map(|item| item.0)))
        .to_owned();
    rows.add(Expr::exists(of_items))
}

/// The ids of requests within reach.
pub(crate) fn requests_for(handle: &impl Handle, reach: &Reach) -> SelectStatement {
    Query::select().column(Column::RequestId).from(Entity).cond_where(reach.rows(handle)).to_owned()
}

/// How many requests are within reach.
pub(crate) async fn count(handle: &impl Handle, reach: &Reach) -> Result<u64> {
    let count: Option<i64> = Entity::find()
        .select_only()
        .column_as(Expr::expr(Func::count_distinct(Expr::col(Column::RequestId))), "waiting")
        .filter(reach.rows(handle))
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(count.unwrap_or_default().try_into().unwrap_or_default())
}
