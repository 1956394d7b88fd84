//! Drafts: answers not yet submitted. A discarded draft stays, so that discarding can be undone.

use super::engine::ChangeBatch;
use super::{PlatformReader, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::forms::{Answers, Form};
use domain::id::{ItemId, OrganizationId, PersonId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub person_id: Uuid,
    pub item_id: Uuid,
    pub answers: String,
    pub step: Option<String>,
    pub form: String,
    pub created_at: i64,
    pub saved_at: i64,
    pub discarded_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A saved draft.
#[derive(Clone, Debug)]
pub(crate) struct SavedDraft {
    pub id: RequestId,
    pub person: PersonId,
    pub item: ItemId,
    pub answers: Answers,
    pub step: Option<String>,
    /// The schema it was last filled with.
    pub form: Form,
    pub saved_at: DateTime<Utc>,
    pub discarded: bool,
}

fn draft(row: Model) -> Result<SavedDraft> {
    Ok(SavedDraft {
        id: RequestId(row.id),
        person: PersonId(row.person_id),
        item: ItemId(row.item_id),
        answers: from_json(&row.answers)?,
        step: row.step,
        form: from_json(&row.form)?,
        saved_at: time(row.saved_at),
        discarded: row.discarded_at.is_some(),
    })
}

/// The draft, whoever's it is.
pub(crate) async fn find(handle: &impl StoreHandle, id: RequestId) -> Result<Option<SavedDraft>> {
    let row = Entity::find_by_id(id.0).filter(Column::OrganizationId.eq(handle.organization())).one(handle.connection()).await?;
    row.map(draft).transpose()
}

fn of_item(handle: &impl StoreHandle, person: PersonId, item: ItemId) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::ItemId.eq(item.0))
}

/// The visible draft a person has of an item, the last saved one.
pub(crate) async fn visible(handle: &impl StoreHandle, person: PersonId, item: ItemId) -> Result<Option<SavedDraft>> {
    let query = of_item(handle, person, item).filter(Column::DiscardedAt.is_null());
    let row = query.order_by_desc(Column::SavedAt).order_by_desc(Column::Id).limit(1).one(handle.connection()).await?;
    row.map(draft).transpose()
}

/// Those of the ids that are drafts, discarded ones included.
pub(crate) async fn existing(handle: &impl StoreHandle, ids: &[RequestId]) -> Result<BTreeSet<RequestId>> {
    let found = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .select_only()
        .column(Column::Id);
    Ok(found.into_tuple::<Uuid>().all(handle.connection()).await?.into_iter().map(RequestId).collect())
}

/// A person's drafts, the last saved first.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId, limit: u64) -> Result<Vec<SavedDraft>> {
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::DiscardedAt.is_null())
        .order_by_desc(Column::SavedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(handle.connection())
        .await?;
    rows.into_iter().map(draft).collect()
}

/// Writes a draft: a new one, or over the person's own. False when the id is somebody else's or discarded.
pub(crate) async fn save(tx: &Tx<'_>, draft: &SavedDraft) -> Result<bool> {
    let at = micros(draft.saved_at);
    let row = Model {
        id: draft.id.0,
        organization_id: tx.organization(),
        person_id: draft.person.0,
        item_id: draft.item.0,
        answers: to_json(&draft.answers)?,
        step: draft.step.clone(),
        form: to_json(&draft.form)?,
        created_at: at,
        saved_at: at,
        discarded_at: None,
    };
    let conflict = OnConflict::column(Column::Id)
        .update_columns([Column::Answers, Column::Step, Column::Form, Column::SavedAt])
        .action_and_where(Expr::col((Entity, Column::OrganizationId)).eq(tx.organization()))
        .action_and_where(Expr::col((Entity, Column::PersonId)).eq(draft.person.0))
        .action_and_where(Expr::col((Entity, Column::ItemId)).eq(draft.item.0))
        .action_and_where(Expr::col((Entity, Column::DiscardedAt)).is_null())
        .to_owned();
    let saved = Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(saved > 0)
}

/// Hides (`Some`) or shows again (`None`) a person's own draft. False when there is no such draft.
pub(crate) async fn discard(tx: &Tx<'_>, person: PersonId, id: RequestId, at: Option<DateTime<Utc>>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::DiscardedAt, Expr::value(at.map(micros)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::PersonId.eq(person.0))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether a draft or a request of anybody else has this id, in whichever organization: ids are one for all of them. Nothing else is told.
pub(crate) async fn is_taken(platform: &PlatformReader, organization: OrganizationId, person: PersonId, id: RequestId) -> Result<bool> {
    use super::requests;
    let (own, connection) = ((organization.0, person.0), platform.connection());
    let draft: Option<(Uuid, Uuid)> =
        Entity::find_by_id(id.0).select_only().columns([Column::OrganizationId, Column::PersonId]).into_tuple().one(connection).await?;
    let request: Option<(Uuid, Uuid)> = requests::Entity::find_by_id(id.0)
        .select_only()
        .columns([requests::Column::OrganizationId, requests::Column::RequesterId])
        .into_tuple()
        .one(connection)
        .await?;
    Ok(draft.into_iter().chain(request).any(|of| of != own))
}

/// Removes the draft that has become a request of its person, if there is one.
pub(crate) fn take(batch: &mut ChangeBatch, id: RequestId) {
    let became = "EXISTS (SELECT 1 FROM \"requests\" WHERE \"requests\".\"id\" = \"drafts\".\"id\" \
        AND \"requests\".\"organization_id\" = \"drafts\".\"organization_id\" AND \"requests\".\"requester_id\" = \"drafts\".\"person_id\")";
    batch.remove::<Entity>(id.0, became);
}

/// Removes what nobody has changed since a moment, discarded or not; says how much.
pub(crate) async fn forget_before(tx: &Tx<'_>, moment: DateTime<Utc>) -> Result<u64> {
    let delete = Entity::delete_many().filter(Column::OrganizationId.eq(tx.organization())).filter(Column::SavedAt.lt(micros(moment)));
    Ok(delete.exec(tx.connection()).await?.rows_affected)
}
