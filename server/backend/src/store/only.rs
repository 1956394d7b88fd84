//! The one row that a unique key finds.
//!
//! Not sea-orm's `one`: it binds `LIMIT 1`, and SQLite prepares a statement with a bound limit again on every run.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Select, Selector, SelectorTrait};

/// Queries that find one row at most, as what they ask for is unique.
pub(super) trait Only {
    type Row;
    /// The row, if there is one.
    async fn only<C: ConnectionTrait>(self, connection: &C) -> Result<Option<Self::Row>, DbErr>;
}

impl<E: EntityTrait> Only for Select<E> {
    type Row = E::Model;
    async fn only<C: ConnectionTrait>(self, connection: &C) -> Result<Option<E::Model>, DbErr> {
        Ok(self.all(connection).await?.into_iter().next())
    }
}

impl<S: SelectorTrait + Send + Sync> Only for Selector<S>
where
    S::Item: Send,
{
    type Row = S::Item;
    async fn only<C: ConnectionTrait>(self, connection: &C) -> Result<Option<S::Item>, DbErr> {
        Ok(self.all(connection).await?.into_iter().next())
    }
}
