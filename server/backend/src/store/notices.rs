//! Notices: what a person was told, on whichever channel. The bell lists them; a summary and a late message ask them what was seen.

use super::engine::{CountQuery, own_rows};
use super::{PageCursor, PlatformWriter, StoreHandle, Tx, micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::{EffectId, PersonId};
use domain::subject::Subject;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub person_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub effect_id: Uuid,
    pub event: String,
    pub number: String,
    pub title: String,
    pub icon: String,
    pub sentence: String,
    pub body: String,
    /// Whether the bell shows it.
    pub in_app: bool,
    /// Whether it was sent by e-mail at once.
    pub mailed: bool,
    /// Whether the message in a channel names them so that they notice.
    pub mentioned: bool,
    pub created_at: i64,
    pub read_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What one person was told.
#[derive(Clone, Debug)]
pub(crate) struct StoredNotice {
    pub id: Uuid,
    pub person: PersonId,
    pub subject: Subject,
    pub effect: EffectId,
    pub event: String,
    pub number: String,
    pub title: String,
    pub icon: String,
    pub sentence: String,
    /// What somebody wrote; may be empty.
    pub text: String,
    pub in_app: bool,
    pub mailed: bool,
    pub mentioned: bool,
    pub at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

fn notice(row: Model) -> StoredNotice {
    StoredNotice {
        id: row.id,
        person: PersonId(row.person_id),
        subject: Subject::from_parts(&row.subject_kind, row.subject_id),
        effect: EffectId(row.effect_id),
        event: row.event,
        number: row.number,
        title: row.title,
        icon: row.icon,
        sentence: row.sentence,
        text: row.body,
        in_app: row.in_app,
        mailed: row.mailed,
        mentioned: row.mentioned,
        at: time(row.created_at),
        read_at: row.read_at.map(time),
    }
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Writes what people were told; nobody is told of one effect twice.
pub(crate) async fn insert(tx: &Tx<'_>, notices: Vec<StoredNotice>) -> Result<()> {
    let mut rows = notices.into_iter().map(|one| {
        Model {
            id: one.id,
            organization_id: tx.organization(),
            person_id: one.person.0,
            subject_kind: one.subject.kind().to_owned(),
            subject_id: one.subject.id(),
            effect_id: one.effect.0,
            event: one.event,
            number: one.number,
            title: one.title,
            icon: one.icon,
            sentence: one.sentence,
            body: one.text,
            in_app: one.in_app,
            mailed: one.mailed,
            mentioned: one.mentioned,
            created_at: micros(one.at),
            read_at: one.read_at.map(micros),
        }
        .into_active_model()
    });
    loop {
        let some: Vec<_> = rows.by_ref().take(super::people::ROWS).collect();
        if some.is_empty() {
            return Ok(());
        }
        let once = OnConflict::new().do_nothing().to_owned();
        Entity::insert_many(some).on_conflict(once).exec_without_returning(tx.connection()).await?;
    }
}

/// What everybody was told of one effect.
pub(crate) async fn of_effect(handle: &impl StoreHandle, effect: EffectId) -> Result<Vec<StoredNotice>> {
    let query = Entity::find().filter(own_rows(handle, Column::OrganizationId)).filter(Column::EffectId.eq(effect.0));
    let rows = query.order_by_asc(Column::Id).all(handle.connection()).await?;
    Ok(rows.into_iter().map(notice).collect())
}

/// What one person was told of one effect.
pub(crate) async fn find(handle: &impl StoreHandle, effect: EffectId, person: PersonId) -> Result<Option<StoredNotice>> {
    let query = of_organization(handle).filter(Column::EffectId.eq(effect.0)).filter(Column::PersonId.eq(person.0));
    Ok(query.one(handle.connection()).await?.map(notice))
}

/// The bell's list, newest first, after the row that was the last of the page before.
pub(crate) async fn page(handle: &impl StoreHandle, person: PersonId, after: Option<PageCursor>, limit: u64) -> Result<Vec<StoredNotice>> {
    let mut query = of_organization(handle).filter(Column::PersonId.eq(person.0)).filter(Column::InApp.eq(true));
    if let Some(cursor) = after {
        query = query.filter(cursor.rows_before(Column::CreatedAt, Column::EffectId));
    }
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::EffectId).limit(limit).all(handle.connection()).await?;
    Ok(rows.into_iter().map(notice).collect())
}

fn unread_of(handle: &impl StoreHandle, person: PersonId) -> Condition {
    Condition::all().add(Column::OrganizationId.eq(handle.organization())).add(Column::PersonId.eq(person.0)).add(Column::ReadAt.is_null())
}

/// How many a person has not read, counted no further than 100.
pub(crate) fn unread(handle: &impl StoreHandle, person: PersonId) -> CountQuery {
    let mut found = Query::select();
    found.column(Column::Id).from(Entity).cond_where(unread_of(handle, person)).and_where(Expr::col(Column::InApp).eq(true));
    found.limit(100);
    CountQuery::of(found)
}

/// What a person was told since a moment, has not read, and was not sent by e-mail; oldest first.
pub(crate) async fn unseen(handle: &impl StoreHandle, person: PersonId, since: DateTime<Utc>, limit: u64) -> Result<Vec<StoredNotice>> {
    let rows = Entity::find()
        .filter(unread_of(handle, person))
        .filter(Column::CreatedAt.gte(micros(since)))
        .filter(Column::Mailed.eq(false))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::EffectId)
        .limit(limit)
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(notice).collect())
}

/// Which of a person's notices are meant.
#[derive(Clone, Debug)]
pub(crate) enum NoticeSelection {
    All,
    These(Vec<Uuid>),
    About(Subject),
}

/// Marks notices as read, or as not read. Says how many changed.
pub(crate) async fn mark(tx: &Tx<'_>, person: PersonId, which: &NoticeSelection, read_at: Option<DateTime<Utc>>) -> Result<u64> {
    let mut change = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(read_at.map(micros)))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::PersonId.eq(person.0))
        .filter(if read_at.is_some() { Column::ReadAt.is_null() } else { Column::ReadAt.is_not_null() });
    change = match which {
        NoticeSelection::All => change,
        NoticeSelection::These(ids) => change.filter(Column::Id.is_in(ids.iter().copied())),
        NoticeSelection::About(subject) => change.filter(Column::SubjectId.eq(subject.id())),
    };
    Ok(change.exec(tx.connection()).await?.rows_affected)
}

/// Whether a person has unread notices about a subject.
pub(crate) async fn has_unread(handle: &impl StoreHandle, person: PersonId, subject: Subject) -> Result<bool> {
    let query = Entity::find().filter(unread_of(handle, person)).filter(Column::SubjectId.eq(subject.id()));
    let id: Option<Uuid> = query.select_only().column(Column::Id).limit(1).into_tuple().one(handle.connection()).await?;
    Ok(id.is_some())
}

/// Forgets what was told before a moment.
pub(crate) async fn forget_before(platform: &PlatformWriter, moment: DateTime<Utc>) -> Result<()> {
    Entity::delete_many().filter(Column::CreatedAt.lt(micros(moment))).exec(platform.connection()).await?;
    Ok(())
}

/// Forgets what people of the transaction's organization were told before a moment; says how much.
pub(crate) async fn forget_within(tx: &Tx<'_>, moment: DateTime<Utc>) -> Result<u64> {
    let delete = Entity::delete_many().filter(Column::OrganizationId.eq(tx.organization())).filter(Column::CreatedAt.lt(micros(moment)));
    Ok(delete.exec(tx.connection()).await?.rows_affected)
}
