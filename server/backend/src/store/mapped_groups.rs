//! The groups that a provider's claims put somebody into, and take them out of.

use super::{StoreHandle, Tx, groups};
use crate::error::Result;
use domain::id::{GroupId, PersonId};
use groups::membership::{Column, Entity};
use sea_orm::entity::prelude::*;

/// Whether somebody is in a group.
pub(crate) async fn is_inside(handle: &impl StoreHandle, group: GroupId, person: PersonId) -> Result<bool> {
    let query = Entity::find().filter(Column::OrganizationId.eq(handle.organization())).filter(Column::GroupId.eq(group.0));
    Ok(query.filter(Column::PersonId.eq(person.0)).one(handle.connection()).await?.is_some())
}

/// Puts somebody into a group without a role in it. Files leave them there, as what was done on screen.
pub(crate) async fn enter(tx: &Tx<'_>, group: GroupId, person: PersonId) -> Result<()> {
    groups::put_member(tx, group, person, &[]).await
}

/// Takes somebody out of a group.
pub(crate) async fn leave(tx: &Tx<'_>, group: GroupId, person: PersonId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::GroupId.eq(group.0))
        .filter(Column::PersonId.eq(person.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}
