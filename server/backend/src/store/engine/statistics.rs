//! Statistics of PostgreSQL, renewed as tables grow.
//!
//! A connection keeps the plan of a statement until the statistics of its tables are renewed. PostgreSQL does that about once a minute: so
//! long, a plan that was made for an empty table goes through all of what has come into it since. Workers look after it more often. Each
//! table is analysed when it has doubled, so that it is done a few times in its life, and every connection plans again.

use super::PlatformWriter;
use crate::error::Result;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

/// Tables that grow with every request and delivery.
const GROWING: &str =
    "('attempts'), ('counted_approvers'), ('deliveries'), ('effects'), ('events'), ('notices'), ('requests'), ('waiting_rules')";
/// Pages of 8 KiB that a table has at least: what is smaller is quick whatever the plan.
const SMALLEST: u32 = 32;

/// Analyses those tables that are more than twice as large as when it was done last, and says which. Does nothing on SQLite, which plans
/// by no statistics.
pub(crate) async fn renew(platform: &PlatformWriter) -> Result<Vec<String>> {
    let connection = platform.connection();
    if connection.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(Vec::new());
    }
    let grown = format!(
        "SELECT relname::text FROM (VALUES {GROWING}) AS growing(name) JOIN pg_class ON oid = to_regclass(name) \
         WHERE pg_relation_size(oid) / current_setting('block_size')::bigint > greatest(2 * relpages, {SMALLEST})"
    );
    let mut renewed = Vec::new();
    for row in connection.query_all_raw(Statement::from_string(DatabaseBackend::Postgres, grown)).await? {
        let table: String = row.try_get_by_index(0)?;
        connection.execute_unprepared(&format!("ANALYZE {table}")).await?;
        renewed.push(table);
    }
    Ok(renewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::databases::on_each;

    #[tokio::test]
    async fn a_table_is_analysed_when_it_has_doubled() {
        on_each(async |url: String| {
            let store = Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            let none: [&str; 0] = [];
            assert_eq!(renew(&store.platform_writer()).await.unwrap(), none);
            if url.starts_with("sqlite:") {
                return;
            }
            for (count, renewed) in [(5_000, vec!["effects"]), (1_000, vec![]), (20_000, vec!["effects"])] {
                let fill = format!(
                    "INSERT INTO effects (id, organization_id, subject_id, kind, effect, created_at) \
                     SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'told', '{{}}', i FROM generate_series(1, {count}) i"
                );
                store.platform_writer().connection().execute_unprepared(&fill).await.unwrap();
                assert_eq!(renew(&store.platform_writer()).await.unwrap(), renewed, "{count} more");
                assert_eq!(renew(&store.platform_writer()).await.unwrap(), none);
            }
        })
        .await;
    }
}
