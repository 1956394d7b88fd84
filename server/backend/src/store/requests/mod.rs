//! Requests: what was submitted (the snapshot, which never changes) and where it stands (the state).

pub(crate) mod queue;
pub(crate) mod scope;
pub(crate) mod titles;

use crate::error::Result;
use crate::store::engine::{ChangeBatch, CountQuery, given, given_besides, own_rows};
use crate::store::{PageCursor, PlatformReader, StoreHandle, Tx, from_json, micros, time, to_json, waiting_rules};
use chrono::{DateTime, Utc};
use domain::access::spaces::SpaceRef;
use domain::catalog::CatalogItem;
use domain::forms::Answers;
use domain::id::{ItemId, OrganizationId, PersonId, RequestId};
use domain::people::PersonRef;
use domain::requests::title::search_title;
use domain::requests::{AnswerTimes, Request, RequestState, Status, lifecycle};
use domain::tally::MOST_COUNTED;
use scope::RequestScope;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoIden, Query, TableRef, ValueTuple};
use sea_orm::{QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub number: String,
    pub item_id: Uuid,
    pub requester_id: Uuid,
    pub status: String,
    pub form_version: String,
    pub snapshot: String,
    pub state: String,
    pub submitted_at: i64,
    pub updated_at: i64,
    /// Ended or deleted.
    pub closed: bool,
    pub assignee_id: Option<Uuid>,
    /// What queues are ordered by: when the work is due.
    pub queue_at: i64,
    /// When Docket itself looks at it again.
    pub wakes_at: Option<i64>,
    pub deleted: bool,
    /// When a running service level clock runs out.
    pub due_at: Option<i64>,
    /// What it is about. None of a request that was filed before there were titles, until `titles` makes it one.
    pub title: Option<String>,
    /// The words of a title that was made from answers, as they are searched.
    pub search_title: Option<String>,
    /// Where it belongs, as its snapshot says too.
    pub space_id: Option<Uuid>,
}

/// A request's place in queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueuePosition {
    /// What queues are ordered by: when the work is due, or as if it were; of a request that has ended, when it did.
    pub at: DateTime<Utc>,
    /// `at` is when a running clock runs out: after it, the request is late.
    pub runs_out: bool,
}

impl QueuePosition {
    fn due_at(self) -> Option<i64> {
        self.runs_out.then(|| micros(self.at))
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What never changes after filing.
#[derive(Serialize, Deserialize)]
struct Snapshot<I, P, A, T, S> {
    item: I,
    requester: P,
    answers: A,
    /// Of requests with times among their answers, filed since those are settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<T>,
    /// Of requests that belong to a space.
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<S>,
}

pub(super) fn request(row: Model) -> Result<Request> {
    let snapshot: Snapshot<CatalogItem, PersonRef, Answers, AnswerTimes, SpaceRef> = from_json(&row.snapshot)?;
    Ok(Request {
        id: RequestId(row.id),
        number: row.number,
        title: row.title.unwrap_or_else(|| snapshot.item.name.clone()),
        item_id: ItemId(row.item_id),
        item: snapshot.item,
        requester: snapshot.requester,
        form_version: row.form_version,
        answers: snapshot.answers,
        times: snapshot.times.unwrap_or_default(),
        space: snapshot.space,
        submitted_at: time(row.submitted_at),
        state: from_json(&row.state)?,
    })
}

fn all(rows: Vec<Model>) -> Result<Vec<Request>> {
    rows.into_iter().map(request).collect()
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// These requests of the organization.
pub(super) fn of_ids(handle: &impl StoreHandle, ids: impl IntoIterator<Item = Uuid>) -> Select<Entity> {
    Entity::find().filter(own_rows(handle, Column::OrganizationId)).filter(Column::Id.is_in(ids))
}

/// Saves a filed request: its id and its number are keys. It is not saved when the organization's rules are not those of `version` any
/// more, or when its id is that of a draft of somebody else.
pub(crate) fn insert(batch: &mut ChangeBatch, handle: &impl StoreHandle, filed: &Request, turn: QueuePosition, version: i64) -> Result<()> {
    let (times, space) = (Some(&filed.times).filter(|times| !times.is_empty()), filed.space.as_ref());
    let row = Model {
        id: filed.id.0,
        organization_id: handle.organization(),
        number: filed.number.clone(),
        item_id: filed.item_id.0,
        requester_id: filed.requester.id.0,
        status: filed.state.status.key().to_owned(),
        form_version: filed.form_version.clone(),
        snapshot: to_json(&Snapshot { item: &filed.item, requester: &filed.requester, answers: &filed.answers, times, space })?,
        state: to_json(&filed.state)?,
        submitted_at: micros(filed.submitted_at),
        updated_at: micros(filed.state.updated_at),
        closed: is_closed(&filed.state),
        assignee_id: filed.state.assignee.as_ref().map(|person| person.id.0),
        queue_at: micros(turn.at),
        wakes_at: lifecycle::wakes_at(&filed.state).map(micros),
        deleted: filed.state.deleted,
        due_at: turn.due_at(),
        title: Some(filed.title.clone()),
        search_title: make_search_title(&filed.item, &filed.title),
        space_id: space.map(|space| space.id.0),
    };
    let (id, organization, requester) =
        (given::<Entity>(Column::Id), given::<Entity>(Column::OrganizationId), given::<Entity>(Column::RequesterId));
    let condition = format!(
        "EXISTS (SELECT 1 FROM \"organizations\" WHERE \"organizations\".\"id\" = {organization} AND \"organizations\".\"version\" = {}) \
         AND NOT EXISTS (SELECT 1 FROM \"drafts\" WHERE \"drafts\".\"id\" = {id} \
         AND (\"drafts\".\"person_id\" <> {requester} OR \"drafts\".\"organization_id\" <> {organization}))",
        given_besides::<Entity>()
    );
    batch.first::<Entity>(&row, version.into(), &condition);
    Ok(())
}

/// A title as it is searched; none where it is the item's name, by which all requests of the item are found.
fn make_search_title(item: &CatalogItem, title: &str) -> Option<String> {
    (title != item.name).then(|| search_title(title))
}

fn is_closed(state: &RequestState) -> bool {
    state.status.is_terminal() || state.deleted
}

/// Saves where requests stand; `changed_at` is what lists of what changed last are ordered by. The caller holds their rows' locks.
pub(crate) fn save(
    batch: &mut ChangeBatch,
    handle: &impl StoreHandle,
    states: &[(RequestId, RequestState, QueuePosition)],
    changed_at: DateTime<Utc>,
) -> Result<()> {
    const ID: usize = 1;
    const CHANGED: [Column; 9] = [
        Column::Status,
        Column::State,
        Column::UpdatedAt,
        Column::Closed,
        Column::AssigneeId,
        Column::QueueAt,
        Column::DueAt,
        Column::WakesAt,
        Column::Deleted,
    ];
    if states.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(states.len());
    for (id, state, turn) in states {
        rows.push(ValueTuple::Many(vec![
            id.0.into(),
            state.status.key().into(),
            to_json(state)?.into(),
            micros(Ord::max(state.updated_at, changed_at)).into(),
            is_closed(state).into(),
            state.assignee.as_ref().map(|person| person.id.0).into(),
            micros(turn.at).into(),
            turn.due_at().into(),
            lifecycle::wakes_at(state).map(micros).into(),
            state.deleted.into(),
        ]));
    }
    // Both databases call the columns of a list of values so.
    let states = Alias::new("states");
    let given = |place: usize| Expr::col((states.clone(), Alias::new(format!("column{place}"))));
    let mut update = Query::update();
    update.table(Entity).from(TableRef::ValuesList(rows, states.clone().into_iden()));
    for (place, column) in CHANGED.into_iter().enumerate() {
        update.value(column, given(ID + 1 + place));
    }
    update.and_where(Expr::col((Entity, Column::Id)).eq(given(ID)));
    update.and_where(own_rows(handle, (Entity, Column::OrganizationId)));
    batch.update(update);
    Ok(())
}

/// Sets when Docket looks at a request again, when it looked in vain.
pub(crate) async fn wake_at(tx: &Tx<'_>, id: RequestId, at: Option<DateTime<Utc>>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::WakesAt, Expr::value(at.map(micros)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// A request by its docket number.
pub(crate) async fn by_number(handle: &impl StoreHandle, number: &str) -> Result<Option<Request>> {
    of_organization(handle).filter(Column::Number.eq(number)).one(handle.connection()).await?.map(request).transpose()
}

/// A request by its docket number, locked until the transaction ends.
pub(crate) async fn lock_by_number(tx: &Tx<'_>, number: &str) -> Result<Option<Request>> {
    of_organization(tx).filter(Column::Number.eq(number)).lock_exclusive().one(tx.connection()).await?.map(request).transpose()
}

/// A request by its id.
pub(crate) async fn by_id(handle: &impl StoreHandle, id: RequestId) -> Result<Option<Request>> {
    of_organization(handle).filter(Column::Id.eq(id.0)).one(handle.connection()).await?.map(request).transpose()
}

/// These requests, by their ids; what cannot be read is an error of its own.
pub(crate) async fn these(handle: &impl StoreHandle, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Result<Request>>> {
    each(of_ids(handle, ids.iter().map(|id| id.0)).all(handle.connection()).await?)
}

/// As `these`, locked until the transaction ends, always in the same order: two that lock the same ones wait for each other, not both.
pub(crate) async fn lock_these(tx: &Tx<'_>, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Result<Request>>> {
    each(of_ids(tx, ids.iter().map(|id| id.0)).order_by_asc(Column::Id).lock_exclusive().all(tx.connection()).await?)
}

fn each(rows: Vec<Model>) -> Result<BTreeMap<RequestId, Result<Request>>> {
    Ok(rows.into_iter().map(|row| (RequestId(row.id), request(row))).collect())
}

/// A request by its id, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx<'_>, id: RequestId) -> Result<Option<Request>> {
    of_organization(tx).filter(Column::Id.eq(id.0)).lock_exclusive().one(tx.connection()).await?.map(request).transpose()
}

/// Docket number and requester of an id that was submitted already.
pub(crate) async fn number(handle: &impl StoreHandle, id: RequestId) -> Result<Option<(String, PersonId)>> {
    let found: Option<(String, Uuid)> = of_organization(handle)
        .filter(Column::Id.eq(id.0))
        .select_only()
        .column(Column::Number)
        .column(Column::RequesterId)
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(found.map(|(number, requester)| (number, PersonId(requester))))
}

/// Those of the ids that are requests.
pub(crate) async fn existing(handle: &impl StoreHandle, ids: &[RequestId]) -> Result<BTreeSet<RequestId>> {
    let found = of_ids(handle, ids.iter().map(|id| id.0)).select_only().column(Column::Id);
    Ok(found.into_tuple::<Uuid>().all(handle.connection()).await?.into_iter().map(RequestId).collect())
}

/// A page of a person's own requests, newest first. `closed`: only ended (or only open) ones.
pub(crate) async fn of_person(
    handle: &impl StoreHandle,
    person: PersonId,
    closed: Option<bool>,
    after: Option<PageCursor>,
    limit: u64,
) -> Result<Vec<Request>> {
    let mut query = of_organization(handle).filter(Column::RequesterId.eq(person.0)).filter(Column::Deleted.eq(false));
    if let Some(closed) = closed {
        query = query.filter(Column::Closed.eq(closed));
    }
    if let Some(cursor) = after {
        query = query.filter(cursor.rows_before(Column::SubmittedAt, Column::Id));
    }
    let rows = query.order_by_desc(Column::SubmittedAt).order_by_desc(Column::Id).limit(limit).all(handle.connection()).await?;
    all(rows)
}

/// A person's own open requests, newest change first, and how many there are, counted no further than `MOST_COUNTED`.
pub(crate) async fn open_of_person(handle: &impl StoreHandle, person: PersonId, limit: u64) -> Result<(Vec<Request>, u64)> {
    let query = of_organization(handle).filter(Column::RequesterId.eq(person.0)).filter(Column::Closed.eq(false));
    let rows = query.order_by_desc(Column::UpdatedAt).order_by_desc(Column::Id).limit(limit).all(handle.connection()).await?;
    let total = if (rows.len() as u64) < limit { rows.len() as u64 } else { open_count(handle, person).ask(handle).await? };
    Ok((all(rows)?, total))
}

/// Requests that somebody has and that have not ended, the oldest first.
pub(crate) async fn assigned_open(handle: &impl StoreHandle, person: PersonId, limit: u64) -> Result<Vec<RequestId>> {
    let rows: Vec<Uuid> = of_organization(handle)
        .filter(Column::AssigneeId.eq(person.0))
        .filter(Column::Closed.eq(false))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(RequestId).collect())
}

/// How many requests of a person have not ended, counted no further than `MOST_COUNTED`.
pub(crate) fn open_count(handle: &impl StoreHandle, person: PersonId) -> CountQuery {
    let open = of_organization(handle).filter(Column::RequesterId.eq(person.0)).filter(Column::Closed.eq(false));
    CountQuery::of(open.select_only().column(Column::Id).limit(MOST_COUNTED).into_query())
}

/// Requests with a rule that somebody can decide, oldest first.
pub(crate) async fn waiting_for(handle: &impl StoreHandle, reach: &waiting_rules::DecidingReach, limit: u64) -> Result<Vec<Request>> {
    let ids = waiting_rules::first(handle, reach, limit).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = of_ids(handle, ids.into_iter().map(|id| id.0))
        .order_by_asc(Column::SubmittedAt)
        .order_by_asc(Column::Id)
        .all(handle.connection())
        .await?;
    all(rows)
}

/// Requests of a status within a scope, oldest first.
pub(crate) async fn of_status(handle: &impl StoreHandle, status: Status, scope: &RequestScope, limit: u64) -> Result<Vec<Request>> {
    let rows = of_organization(handle)
        .filter(scope.condition())
        .filter(Column::Status.eq(status.key()))
        .filter(Column::Deleted.eq(false))
        .order_by_asc(Column::SubmittedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(handle.connection())
        .await?;
    all(rows)
}

/// Requests of any organization that Docket itself should look at by now, the longest due first.
pub(crate) async fn due(platform: &PlatformReader, now: DateTime<Utc>, limit: u64) -> Result<Vec<(OrganizationId, RequestId)>> {
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::OrganizationId, Column::Id])
        .filter(Column::WakesAt.lte(micros(now)))
        .order_by_asc(Column::WakesAt)
        .limit(limit)
        .into_tuple()
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(|(organization, id)| (OrganizationId(organization), RequestId(id))).collect())
}
