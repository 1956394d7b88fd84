//! Waiting rules: the index of what waits for whom. A row for every open rule of a request that can be decided now.

use super::engine::{Batch, Count, own_rows};
use super::{Handle, counted_approvers, micros, requests};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::approvals::machine::{self, Scope};
use domain::approvals::{Approval, FrozenRule};
use domain::id::{PersonId, RequestId};
use domain::people::Facts;
use domain::requests::Request;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{Condition, ConnectionTrait, QuerySelect, QueryTrait};
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

/// Targets in one query.
const TARGETS: usize = 200;

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Adds rows for these rules of a request, one for everybody who may decide them as its approval stands.
pub(crate) fn insert(batch: &mut Batch, handle: &impl Handle, request: &Request, approval: &Approval, rules: &[&FrozenRule]) {
    if rules.is_empty() {
        return;
    }
    // Where the policy lets people approve their own requests, nobody is left out for having asked.
    let asked_by = if approval.self_approval { Uuid::nil() } else { request.requester.id.0 };
    let rows = rules.iter().flat_map(|rule| {
        machine::targets(approval, rule).into_iter().enumerate().map(|(nth, target)| Model {
            request_id: request.id.0,
            rule: if nth == 0 { rule.key.clone() } else { format!("{}#{nth}", rule.key) },
            organization_id: handle.organization(),
            target: target.index_key(),
            requester_id: asked_by,
            submitted_at: micros(request.submitted_at),
        })
    });
    batch.insert::<Entity>(rows);
    counted_approvers::insert(batch, handle, request.id, &machine::counted(approval));
}

/// Removes every row of a request.
pub(crate) fn clear(batch: &mut Batch, handle: &impl Handle, request: RequestId) {
    let of_request = Entity::delete_many().filter(Column::RequestId.eq(request.0)).filter(own_rows(handle, Column::OrganizationId));
    batch.delete(of_request.into_query());
    counted_approvers::clear(batch, handle, request);
}

/// A row of the index: a request, the rule's key, and whom it waits for.
pub(crate) struct WaitingRow {
    pub request: RequestId,
    pub rule: String,
    pub target: String,
    /// Nil where requesters may decide their own.
    pub requester: PersonId,
}

/// Every target that something waits for.
pub(crate) async fn targets(handle: &impl Handle) -> Result<Vec<String>> {
    let query = Entity::find().filter(own_rows(handle, Column::OrganizationId)).select_only().column(Column::Target).distinct();
    Ok(query.into_tuple().all(handle.connection()).await?)
}

/// Every row of the requests that wait for one of these targets: of the given requester alone, where there is one.
pub(crate) async fn waiting_for_targets(handle: &impl Handle, wanted: &[(String, Option<PersonId>)]) -> Result<Vec<WaitingRow>> {
    let mut found = Vec::new();
    for some in wanted.chunks(TARGETS) {
        let any = some.iter().fold(Condition::any(), |any, (target, requester)| {
            let one = Condition::all().add(Column::Target.eq(target.as_str()));
            any.add(one.add_option(requester.map(|requester| Column::RequesterId.eq(requester.0))))
        });
        let named = Query::select()
            .column(Column::RequestId)
            .from(Entity)
            .and_where(Column::OrganizationId.eq(handle.organization()))
            .cond_where(any)
            .to_owned();
        let rows: Vec<(Uuid, String, String, Uuid)> = Entity::find()
            .filter(own_rows(handle, Column::OrganizationId))
            .filter(Column::RequestId.in_subquery(named))
            .select_only()
            .columns([Column::RequestId, Column::Rule, Column::Target, Column::RequesterId])
            .into_tuple()
            .all(handle.connection())
            .await?;
        found.extend(rows.into_iter().map(|(request, rule, target, requester)| WaitingRow {
            request: RequestId(request),
            rule: rule.split('#').next().unwrap_or_default().to_owned(),
            target,
            requester: PersonId(requester),
        }));
    }
    Ok(found)
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

    /// The rows within reach: for every target a range of the index, oldest first.
    fn ranges(&self, handle: &impl Handle) -> Vec<Condition> {
        let targets: BTreeSet<&String> = self.own.iter().chain(self.lent.iter().flat_map(|scope| &scope.keys)).collect();
        let range = |target: &String| {
            let all = Condition::all()
                .add(Column::OrganizationId.eq(handle.organization()))
                .add(Column::Target.eq(target.as_str()))
                .add(Column::RequesterId.ne(self.person.0))
                .add(counted_approvers::has(self.person, (Entity, Column::RequestId)).not());
            if self.own.contains(target) {
                return all;
            }
            let scopes = self.lent.iter().filter(|scope| scope.keys.contains(target));
            all.add(scopes.map(lent).fold(Condition::any(), Condition::add))
        };
        targets.into_iter().map(range).collect()
    }

    /// The first requests within reach, and when they were submitted. Each range is cut off before they are put together, so that it
    /// does not matter how many there are.
    fn first(&self, handle: &impl Handle, limit: u64) -> Option<SelectStatement> {
        let keys = [Column::RequestId, Column::SubmittedAt];
        let mut ranges = self.ranges(handle).into_iter().enumerate().map(|(number, range)| {
            let mut one = Query::select();
            one.distinct().columns(keys).from(Entity).cond_where(range);
            one.order_by(Column::SubmittedAt, Order::Asc).order_by(Column::RequestId, Order::Asc).limit(limit);
            Query::select().columns(keys).from_subquery(one, Alias::new(format!("range_{number}"))).to_owned()
        });
        let mut all = ranges.next()?;
        ranges.for_each(|one| {
            all.union(UnionType::Distinct, one);
        });
        all.order_by(Column::SubmittedAt, Order::Asc).order_by(Column::RequestId, Order::Asc).limit(limit);
        Some(all)
    }
}

/// What is lent by one grant: of its items, and never a request of the absent person.
fn lent(scope: &Scope) -> Condition {
    let rows = Condition::all().add(Column::RequesterId.ne(scope.on_behalf_of.id.0));
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

/// The first requests within reach, the oldest first.
pub(crate) async fn first(handle: &impl Handle, reach: &Reach, limit: u64) -> Result<Vec<RequestId>> {
    let Some(first) = reach.first(handle, limit) else { return Ok(Vec::new()) };
    let rows = handle.connection().query_all(&first).await?;
    rows.iter().map(|row| Ok(RequestId(row.try_get_by_index(0)?))).collect()
}

/// How many requests are within reach, counted no further than `most`. None where nothing can be.
pub(crate) fn count(handle: &impl Handle, reach: &Reach, most: u64) -> Option<Count> {
    reach.first(handle, most).map(Count::of)
}
