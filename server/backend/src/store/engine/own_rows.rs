//! The organization of rows that something else finds.

use super::StoreHandle;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoColumnRef};

/// That a row is of the handle's organization, where its id, its subject or the like finds it: compared in a way that no index answers.
/// Without statistics SQLite would rather go through everything of an organization.
pub(in crate::store) fn own_rows(handle: &impl StoreHandle, organization: impl IntoColumnRef + Clone) -> Expr {
    let same = Func::coalesce([Expr::col(organization.clone()), Expr::col(organization)]);
    Expr::expr(same).eq(handle.organization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, deliveries, notices};
    use domain::id::OrganizationId;
    use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};
    use uuid::Uuid;

    #[tokio::test]
    async fn rows_are_found_by_what_is_rarest() {
        let path = std::env::temp_dir().join(format!("docket-own-{}.sqlite", Uuid::new_v4().simple()));
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        store.migrate().await.unwrap();
        let handle = store.read(OrganizationId(Uuid::nil()));
        let of_subject = deliveries::Entity::find()
            .filter(own_rows(&handle, deliveries::Column::OrganizationId))
            .filter(deliveries::Column::SubjectId.eq(Uuid::nil()))
            .filter(deliveries::Column::DeliveredAt.is_null());
        let of_effect = notices::Entity::find()
            .filter(own_rows(&handle, notices::Column::OrganizationId))
            .filter(notices::Column::EffectId.eq(Uuid::nil()));
        let of_ids = deliveries::Entity::find()
            .filter(own_rows(&handle, deliveries::Column::OrganizationId))
            .filter(deliveries::Column::Id.is_in([Uuid::nil(); 128]));
        for (mut statement, key) in [
            (of_ids.build(sea_orm::DatabaseBackend::Sqlite), "(id=?)"),
            (of_subject.build(sea_orm::DatabaseBackend::Sqlite), "subject_id=?"),
            (of_effect.build(sea_orm::DatabaseBackend::Sqlite), "effect_id=?"),
        ] {
            statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let plan = handle.connection().query_one_raw(statement).await.unwrap().unwrap();
            let plan: String = plan.try_get("", "detail").unwrap();
            assert!(plan.contains(key), "{plan}");
        }
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
}
