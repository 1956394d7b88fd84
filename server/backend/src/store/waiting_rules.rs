//! Waiting rules: the index of what waits for whom. A row for every open rule of a request that can be decided now.

use super::engine::{ChangeBatch, CountQuery, own_rows};
use super::{StoreHandle, counted_approvers, micros, requests};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::approvals::machine::{self, DeputyScope};
use domain::approvals::{Approval, FrozenRule};
use domain::id::{ItemId, PersonId, RequestId};
use domain::people::Facts;
use domain::requests::Request;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{Condition, ConnectionTrait, QuerySelect, QueryTrait};
use std::collections::{BTreeMap, BTreeSet};

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
/// Ranges in one query: SQLite takes 500 parts of a union.
const RANGES: usize = 100;
/// Values in one query, if one range has no more: SQLite and PostgreSQL take 32,766.
const VALUES: usize = 10_000;

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Adds rows for these rules of a request, one for everybody who may decide them as its approval stands.
pub(crate) fn insert(batch: &mut ChangeBatch, handle: &impl StoreHandle, request: &Request, approval: &Approval, rules: &[&FrozenRule]) {
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
pub(crate) fn clear(batch: &mut ChangeBatch, handle: &impl StoreHandle, request: RequestId) {
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
pub(crate) async fn targets(handle: &impl StoreHandle) -> Result<Vec<String>> {
    let query = Entity::find().filter(own_rows(handle, Column::OrganizationId)).select_only().column(Column::Target).distinct();
    Ok(query.into_tuple().all(handle.connection()).await?)
}

/// Every row of the requests that wait for one of these targets: of the given requester alone, where there is one.
pub(crate) async fn waiting_for_targets(handle: &impl StoreHandle, wanted: &[(String, Option<PersonId>)]) -> Result<Vec<WaitingRow>> {
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
pub(crate) struct DecidingReach {
    person: PersonId,
    own: Vec<String>,
    as_deputy: Vec<DeputyScope>,
}

impl DecidingReach {
    /// What these facts give at this moment.
    pub(crate) fn of(facts: &Facts, now: DateTime<Utc>) -> Self {
        Self { person: facts.person.id, own: machine::index_keys(facts), as_deputy: machine::deputy_scopes(facts, now) }
    }

    /// The rows within reach: for every target a range of the index, oldest first.
    fn ranges(&self) -> Vec<TargetRange> {
        let mut as_deputy: BTreeMap<&str, DelegatedItems> = BTreeMap::new();
        for scope in &self.as_deputy {
            for key in &scope.keys {
                as_deputy.entry(key).or_default().add_scope(scope);
            }
        }
        self.own.iter().for_each(|key| drop(as_deputy.remove(key.as_str())));
        let own: BTreeSet<&str> = self.own.iter().map(String::as_str).collect();
        let own = own.into_iter().map(|target| TargetRange { target: target.to_owned(), as_deputy: None });
        own.chain(as_deputy.into_iter().map(|(target, as_deputy)| TargetRange { target: target.to_owned(), as_deputy: Some(as_deputy) }))
            .collect()
    }

    /// Queries for the first requests within reach, and when they were submitted: together they find them. Each range is cut off before they
    /// are put together, so that it does not matter how many there are, and each query takes so many of them: somebody may stand in for
    /// hundreds of colleagues, and databases take no more than some hundred parts of a union and some thousand values.
    fn first(&self, handle: &impl StoreHandle, limit: u64) -> Vec<SelectStatement> {
        let (mut queries, mut some, mut values) = (Vec::new(), Vec::new(), 0);
        for range in self.ranges() {
            if some.len() == RANGES || (values > 0 && values + range.values() > VALUES) {
                queries.extend(self.of_ranges(handle, std::mem::take(&mut some), limit));
                values = 0;
            }
            values += range.values();
            some.push(range);
        }
        queries.extend(self.of_ranges(handle, some, limit));
        queries
    }

    /// The first requests of these ranges.
    fn of_ranges(&self, handle: &impl StoreHandle, ranges: Vec<TargetRange>, limit: u64) -> Option<SelectStatement> {
        let keys = [Column::RequestId, Column::SubmittedAt];
        let mut ranges = ranges.into_iter().enumerate().map(|(number, range)| {
            let mut one = Query::select();
            one.distinct().columns(keys).from(Entity).cond_where(range.condition(handle, self.person));
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

/// What waits for one target, as far as it is within reach.
struct TargetRange {
    target: String,
    /// None where it is in the person's own right.
    as_deputy: Option<DelegatedItems>,
}

impl TargetRange {
    /// About how many values stand in its condition.
    fn values(&self) -> usize {
        8 + self.as_deputy.as_ref().map_or(0, |as_deputy| 3 * as_deputy.items.len())
    }

    fn condition(&self, handle: &impl StoreHandle, person: PersonId) -> Condition {
        let all = Condition::all()
            .add(Column::OrganizationId.eq(handle.organization()))
            .add(Column::Target.eq(self.target.as_str()))
            .add(Column::RequesterId.ne(person.0))
            .add(counted_approvers::has(person, (Entity, Column::RequestId)).not());
        all.add_option(self.as_deputy.as_ref().and_then(DelegatedItems::condition))
    }
}

/// What several absent people have delegated of one target. The request of one of them is not within reach by their own delegation, but it is by that of
/// another: so no more matters of who delegated an item than the only one, or that there are two.
#[derive(Default)]
struct DelegatedItems {
    /// Who delegated it for every item.
    everything: Lenders,
    /// Who delegated it for these alone.
    items: BTreeMap<ItemId, Lenders>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lenders {
    #[default]
    Nobody,
    One(PersonId),
    Several,
}

impl Lenders {
    fn and(self, person: PersonId) -> Self {
        match self {
            Self::Nobody => Self::One(person),
            Self::One(known) if known == person => self,
            Self::One(_) | Self::Several => Self::Several,
        }
    }
}

impl DelegatedItems {
    fn add_scope(&mut self, scope: &DeputyScope) {
        let by = scope.on_behalf_of.id;
        if scope.items.is_empty() {
            self.everything = self.everything.and(by);
        }
        for item in &scope.items {
            let known = self.items.entry(*item).or_default();
            *known = known.and(by);
        }
    }

    /// What holds of the rows within reach; None when all are.
    fn condition(&self) -> Option<Condition> {
        let mut any = Condition::any();
        let (mut open, mut barred) = (Vec::new(), Vec::new());
        if self.everything == Lenders::Several {
            return None;
        }
        if let Lenders::One(person) = self.everything {
            any = any.add(Column::RequesterId.ne(person.0));
        }
        for (item, lenders) in &self.items {
            match (lenders, self.everything) {
                (Lenders::Several, _) => open.push(item.0),
                (Lenders::One(person), Lenders::Nobody) => barred.push((item.0, person.0)),
                // Their own request by the delegation of the one who delegated everything, everybody else's by that one already.
                (Lenders::One(person), Lenders::One(all)) if *person != all => open.push(item.0),
                _ => {}
            }
        }
        if !open.is_empty() {
            any = any.add(Expr::exists(of_items(open)));
        }
        if !barred.is_empty() {
            let mut lender = CaseStatement::new();
            for (item, person) in &barred {
                lender = lender.case(Expr::col((requests::Entity, requests::Column::ItemId)).eq(*item), *person);
            }
            let mut others = of_items(barred.into_iter().map(|(item, _)| item).collect());
            others.and_where(Expr::col((Entity, Column::RequesterId)).ne(lender));
            any = any.add(Expr::exists(others));
        }
        Some(any)
    }
}

/// The request of a row, when it is of one of these items.
fn of_items(items: Vec<Uuid>) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(requests::Entity)
        .and_where(Expr::col((requests::Entity, requests::Column::Id)).equals((Entity, Column::RequestId)))
        .and_where(requests::Column::ItemId.is_in(items))
        .to_owned()
}

/// The first requests within reach, the oldest first.
pub(crate) async fn first(handle: &impl StoreHandle, reach: &DecidingReach, limit: u64) -> Result<Vec<RequestId>> {
    let mut found: BTreeSet<(i64, Uuid)> = BTreeSet::new();
    for query in reach.first(handle, limit) {
        for row in handle.connection().query_all(&query).await? {
            found.insert((row.try_get_by_index(1)?, row.try_get_by_index(0)?));
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(found.into_iter().take(limit).map(|(_, id)| RequestId(id)).collect())
}

/// How many requests are within reach, counted no further than `most`. None where nothing can be.
pub(crate) async fn count(handle: &impl StoreHandle, reach: &DecidingReach, most: u64) -> Result<Option<CountQuery>> {
    let mut queries = reach.first(handle, most);
    if queries.len() > 1 {
        // Several may find the same one.
        return Ok(Some(CountQuery::known(first(handle, reach, most).await?.len() as u64)));
    }
    Ok(queries.pop().map(CountQuery::of))
}
