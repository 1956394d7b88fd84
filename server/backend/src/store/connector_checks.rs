//! Tests of connectors: asked for by an administrator, made by a worker.

use super::engine::is_over;
use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, micros, time};
use crate::error::Result;
use crate::store::attempts::{NewAttempt, plain};
use chrono::{DateTime, Duration, Utc};
use domain::id::{OrganizationId, PersonId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connector_tests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub connector: String,
    pub asked_by: Uuid,
    pub asked_at: i64,
    pub leased_until: Option<i64>,
    pub done_at: Option<i64>,
    pub milliseconds: i32,
    pub code: Option<i32>,
    pub error: String,
    pub request: String,
    pub response: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A test that waits to be made.
#[derive(Clone, Debug)]
pub(crate) struct WaitingCheck {
    pub id: Uuid,
    pub organization: OrganizationId,
    pub connector: String,
    /// A worker ended while it made it.
    pub cut_off: bool,
}

/// Asks for a test.
pub(crate) async fn ask(tx: &Tx<'_>, id: Uuid, connector: &str, by: PersonId, now: DateTime<Utc>) -> Result<()> {
    let row = Model {
        id,
        organization_id: tx.organization(),
        connector: connector.to_owned(),
        asked_by: by.0,
        asked_at: micros(now),
        leased_until: None,
        done_at: None,
        milliseconds: 0,
        code: None,
        error: String::new(),
        request: String::new(),
        response: String::new(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Tests of any organization that wait, each claimed for `length`.
pub(crate) async fn claim(
    reader: &PlatformReader,
    writer: &PlatformWriter,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<Vec<WaitingCheck>> {
    let free = Condition::any().add(Column::LeasedUntil.is_null()).add(is_over(Expr::col(Column::LeasedUntil), now, length));
    let found =
        Entity::find().filter(Column::DoneAt.is_null()).filter(free.clone()).order_by_asc(Column::AskedAt).all(reader.connection()).await?;
    let mut claimed = Vec::new();
    for row in found {
        let done = Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(micros(now + length)))
            .filter(Column::Id.eq(row.id))
            .filter(Column::DoneAt.is_null())
            .filter(free.clone())
            .exec(writer.connection())
            .await?;
        if done.rows_affected > 0 {
            let cut_off = row.leased_until.is_some();
            claimed.push(WaitingCheck { id: row.id, organization: OrganizationId(row.organization_id), connector: row.connector, cut_off });
        }
    }
    Ok(claimed)
}

/// Notes what came of a test.
pub(crate) async fn finish(tx: &Tx<'_>, id: Uuid, attempt: NewAttempt, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DoneAt, Expr::value(micros(now)))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Milliseconds, Expr::value(i32::try_from(attempt.milliseconds).unwrap_or(i32::MAX)))
        .col_expr(Column::Code, Expr::value(attempt.code.map(i32::from)))
        .col_expr(Column::Error, Expr::value(plain(attempt.error)))
        .col_expr(Column::Request, Expr::value(plain(attempt.request)))
        .col_expr(Column::Response, Expr::value(plain(attempt.response)))
        .filter(Column::Id.eq(id))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The last test of a connector: when it was asked for, and what came of it once it was made.
pub(crate) async fn last(handle: &impl StoreHandle, connector: &str) -> Result<Option<(DateTime<Utc>, Option<NewAttempt>)>> {
    let row = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Connector.eq(connector))
        .order_by_desc(Column::AskedAt)
        .one(handle.connection())
        .await?;
    Ok(row.map(|row| {
        let attempt = row.done_at.map(|at| NewAttempt {
            at: time(at),
            milliseconds: row.milliseconds.try_into().unwrap_or_default(),
            code: row.code.and_then(|code| code.try_into().ok()),
            error: row.error,
            request: row.request,
            response: row.response,
        });
        (time(row.asked_at), attempt)
    }))
}

/// Forgets tests that were asked for before.
pub(crate) async fn forget_before(platform: &PlatformWriter, at: DateTime<Utc>) -> Result<()> {
    Entity::delete_many().filter(Column::AskedAt.lt(micros(at))).exec(platform.connection()).await?;
    Ok(())
}
