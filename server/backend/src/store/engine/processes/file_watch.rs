//! The SQLite file, watched for commits of other processes: SQLite has no channel, but `PRAGMA data_version` says cheaply whether another
//! connection committed.
//!
//! It is asked on the writer's connection, whose own commits it does not count; what is new since is found by the row numbers of the two
//! tables that only grow. When the writer got another connection in between, everything since is looked at, its own too. Whoever changes
//! an organization or ends sign-ins changes its version: then everybody looks again what they may.

use super::super::handle_connection::HandleConnection;
use super::super::{Read, ReadPool, SoleConnection};
use super::ChangeListener;
use crate::error::{Error, Result};
use crate::live::{LiveAnnouncer, LiveChange};
use crate::store::requests;
use domain::id::OrganizationId;
use domain::subject::Subject;
use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, Statement};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Requests looked up one by one after a commit of another process.
const FOUND: usize = 100;
/// Between two looks at a SQLite file.
const POLL: Duration = Duration::from_millis(500);

/// How far the SQLite file was read.
#[derive(Clone, Copy)]
struct WatchMark {
    /// Changes when another connection than the writer's commits: which connection was asked, and what it said.
    version: (u64, i64),
    events: i64,
    attempts: i64,
    /// Of all organizations together: who may do what, and who is signed in.
    rules: i64,
}

/// Announces what other processes commit to the same SQLite file. Returns when nothing from now on will be missed.
pub(in crate::store::engine) async fn watch(reader: Arc<ReadPool>, writer: SoleConnection, live: Arc<LiveAnnouncer>) -> ChangeListener {
    let mut seen = look(&reader, &writer).await.ok();
    ChangeListener(tokio::spawn(async move {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            poll.tick().await;
            match since(&reader, &writer, seen).await {
                Ok((now, changes)) => {
                    seen = Some(now);
                    if !changes.is_empty() {
                        changes.into_iter().for_each(|change| live.announce(change));
                        live.wake();
                    }
                }
                Err(error) => tracing::warn!(%error, "failed to look for changes of other processes; retrying"),
            }
        }
    }))
}

/// What is new since, as far as another process committed. The row numbers are read before the version: a commit in between is in the
/// version, and is looked for.
async fn since(reader: &Arc<ReadPool>, writer: &SoleConnection, seen: Option<WatchMark>) -> Result<(WatchMark, Vec<LiveChange>)> {
    let now = look(reader, writer).await?;
    let Some(seen) = seen.filter(|seen| seen.version != now.version) else { return Ok((now, Vec::new())) };
    if now.events < seen.events || now.attempts < seen.attempts {
        return Ok((now, vec![LiveChange::Everything]));
    }
    let sql = format!(
        "SELECT 'request', organization_id, request_id FROM events WHERE rowid > $1 \
         UNION SELECT deliveries.subject_kind, deliveries.organization_id, deliveries.subject_id FROM attempts JOIN deliveries ON deliveries.id = attempts.delivery_id WHERE attempts.rowid > $2 LIMIT {}",
        FOUND + 1
    );
    let statement = Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, [seen.events.into(), seen.attempts.into()]);
    let rows = reader.query_all_raw(statement).await?;
    if rows.len() > FOUND {
        return Ok((now, vec![LiveChange::Everything]));
    }
    let mut changes = Vec::with_capacity(rows.len());
    if now.rules != seen.rules {
        let all = Statement::from_string(DatabaseBackend::Sqlite, "SELECT id FROM organizations");
        for row in reader.query_all_raw(all).await? {
            changes.push(LiveChange::Rights { organization: OrganizationId(row.try_get_by_index(0)?), people: Vec::new() });
        }
    }
    for row in rows {
        let (kind, organization): (String, _) = (row.try_get_by_index(0)?, OrganizationId(row.try_get_by_index(1)?));
        let Some(id) = Subject::from_parts(&kind, row.try_get_by_index(2)?).request() else {
            changes.push(LiveChange::Deliveries { organization });
            continue;
        };
        let handle = Read { connection: HandleConnection::reading(reader.clone(), Arc::default()), organization };
        match requests::by_id(&handle, id).await {
            Ok(Some(request)) => changes.push(crate::requests::change(organization, &request)),
            Ok(None) | Err(Error::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((now, changes))
}

async fn look(reader: &Arc<ReadPool>, writer: &SoleConnection) -> Result<WatchMark> {
    let marks = "SELECT (SELECT coalesce(max(rowid), 0) FROM events), (SELECT coalesce(max(rowid), 0) FROM attempts), \
                 (SELECT coalesce(sum(version), 0) FROM organizations)";
    let marks = one(&**reader, marks).await?;
    let version = loop {
        let number = writer.number();
        let version = one(writer.pool(), "PRAGMA data_version").await?;
        // Asking may be what throws a connection away.
        if number == writer.number() {
            break (number, version.try_get_by_index(0)?);
        }
    };
    Ok(WatchMark { version, events: marks.try_get_by_index(0)?, attempts: marks.try_get_by_index(1)?, rules: marks.try_get_by_index(2)? })
}

async fn one(connection: &impl ConnectionTrait, sql: &str) -> Result<QueryResult> {
    let row = connection.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await?;
    row.ok_or_else(|| Error::failed("SQLite did not answer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::databases;

    #[tokio::test]
    async fn what_another_connection_of_the_writer_says_is_not_taken_for_the_same() {
        databases::on_each(async |url: String| {
            if !url.starts_with("sqlite:") {
                return;
            }
            crate::store::Store::open(&url).await.unwrap().migrate().await.unwrap();
            let (reader, writer) = crate::store::engine::sqlite::open(&url, Arc::default()).await.unwrap();
            let reader = Arc::new(reader);
            let before = look(&reader, &writer).await.unwrap();
            assert_eq!(look(&reader, &writer).await.unwrap().version, before.version);
            writer.distrust();
            assert_ne!(look(&reader, &writer).await.unwrap().version, before.version);
        })
        .await;
    }
}
