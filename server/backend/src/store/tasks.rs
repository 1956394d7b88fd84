//! Work tasks: pieces of work under a request. The task itself is a document; what lists are made of stands beside it.

use super::engine::{CountQuery, own_rows};
use super::{StoreHandle, Tx, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::{PersonId, RequestId, TaskId};
use domain::requests::tasks::{Task, TaskStatus};
use domain::tally::MOST_COUNTED;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub request_id: Uuid,
    pub position: i32,
    pub status: String,
    pub assignee_id: Option<Uuid>,
    pub task: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn key(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "open",
        TaskStatus::InProgress => "in_progress",
        TaskStatus::Done => "done",
        TaskStatus::Cancelled => "cancelled",
    }
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Adds tasks to a request, after the `have` it has.
pub(crate) async fn insert(tx: &Tx<'_>, request: RequestId, tasks: &[Task], have: usize, now: DateTime<Utc>) -> Result<()> {
    let mut rows = Vec::with_capacity(tasks.len());
    for (nth, task) in tasks.iter().enumerate() {
        let row = Model {
            id: task.id.0,
            organization_id: tx.organization(),
            request_id: request.0,
            position: i32::try_from(have + nth).unwrap_or(i32::MAX),
            status: key(task.status).to_owned(),
            assignee_id: task.assignee.as_ref().map(|person| person.id.0),
            task: to_json(task)?,
            created_at: micros(now),
            updated_at: micros(now),
        };
        rows.push(row.into_active_model());
    }
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Saves a changed task. The caller holds its request's lock.
pub(crate) async fn save(tx: &Tx<'_>, task: &Task, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(key(task.status)))
        .col_expr(Column::AssigneeId, Expr::value(task.assignee.as_ref().map(|person| person.id.0)))
        .col_expr(Column::Task, Expr::value(to_json(task)?))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(task.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// A task, and the request it is of.
pub(crate) async fn find(handle: &impl StoreHandle, id: TaskId) -> Result<Option<(RequestId, Task)>> {
    let row = of_organization(handle).filter(Column::Id.eq(id.0)).one(handle.connection()).await?;
    row.map(|row| Ok((RequestId(row.request_id), from_json(&row.task)?))).transpose()
}

/// The tasks of a request, in the order they were added.
pub(crate) async fn of_request(handle: &impl StoreHandle, request: RequestId) -> Result<Vec<Task>> {
    let query = of_organization(handle).filter(Column::RequestId.eq(request.0)).order_by_asc(Column::Position).order_by_asc(Column::Id);
    query.all(handle.connection()).await?.iter().map(|row| from_json(&row.task)).collect()
}

/// How many tasks a request has.
pub(crate) async fn count(handle: &impl StoreHandle, request: RequestId) -> Result<usize> {
    let count = Entity::find()
        .filter(own_rows(handle, Column::OrganizationId))
        .filter(Column::RequestId.eq(request.0))
        .count(handle.connection())
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// How many tasks of a person are not over, counted no further than `MOST_COUNTED`.
pub(crate) fn open_count(handle: &impl StoreHandle, person: PersonId) -> CountQuery {
    let open = [TaskStatus::Open, TaskStatus::InProgress].map(key);
    let query = of_organization(handle).filter(Column::AssigneeId.eq(person.0)).filter(Column::Status.is_in(open));
    CountQuery::of(query.select_only().column(Column::Id).limit(MOST_COUNTED).into_query())
}

/// A person's tasks with their requests, the last changed first: those that are over, or those that are not.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId, over: bool, limit: u64) -> Result<Vec<(RequestId, Task)>> {
    let statuses = if over { [TaskStatus::Done, TaskStatus::Cancelled] } else { [TaskStatus::Open, TaskStatus::InProgress] };
    let rows = of_organization(handle)
        .filter(Column::AssigneeId.eq(person.0))
        .filter(Column::Status.is_in(statuses.map(key)))
        .order_by_desc(Column::UpdatedAt)
        .limit(limit)
        .all(handle.connection())
        .await?;
    rows.iter().map(|row| Ok((RequestId(row.request_id), from_json(&row.task)?))).collect()
}
