//! Across processes: how this one hears of what others commit to the same database.
//!
//! PostgreSQL: every process listens on one channel, and tells the others what it committed, many commits in one notification. It tells
//! after the commit, not in the writing transaction: a transaction that notifies holds a lock of the whole database through its disk
//! sync, so that commits could not share one any more (a third of the submissions a second remained). Whoever dies between commit and
//! notification leaves nothing undone: workers look by themselves, and pages count again every minute. After a lost connection
//! everybody looks at everything again.
//!
//! SQLite has no such channel, but `PRAGMA data_version` says cheaply whether another connection committed. It is asked on the writer's
//! connection, whose own commits it does not count; what is new since is found by the row numbers of the two tables that only grow. When the
//! writer got another connection in between, everything since is looked at, its own too. Whoever changes an organization or ends sign-ins
//! changes its version: then everybody looks again what they may.

use super::{Limited, Read, Reader, SoleConnection, requests};
use crate::error::{Error, Result};
use crate::live::{Change, Live};
use domain::id::OrganizationId;
use domain::subject::Subject;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, QueryResult, Statement};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

const CHANNEL: &str = "docket_changes";
/// Bytes of a notification; PostgreSQL takes 8000.
const LARGEST: usize = 7_900;
/// Changes told one by one; for more than these at once, everything is to be looked at.
const NAMED: usize = 1_000;
/// Requests looked up one by one after a commit of another process.
const FOUND: usize = 100;
/// Between two looks at a SQLite file.
const POLL: Duration = Duration::from_millis(500);
/// Before connecting or telling once more.
const AGAIN: Duration = Duration::from_secs(1);
/// A connection that was silent for so long is asked whether it is still there, and has as long to answer.
const SILENCE: Duration = Duration::from_secs(20);

/// Listens until it is dropped.
pub(super) struct Ear(JoinHandle<()>);

impl Drop for Ear {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A notification: who tells, and what changed. Nothing changed when a process only asks whether it still hears itself.
#[derive(Debug, Serialize, Deserialize)]
struct ProcessNews {
    from: Uuid,
    changes: Vec<Change>,
}

/// Tells other processes what this one committed.
#[derive(Clone)]
pub(super) struct Teller {
    /// This process among those that tell.
    me: Uuid,
    words: mpsc::UnboundedSender<Word>,
}

enum Word {
    Changed(Vec<Change>),
    /// Answered when everything before it was told.
    Flush(oneshot::Sender<()>),
}

impl Teller {
    /// Tells over this connection, until the last clone is dropped.
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        let (words, waiting) = mpsc::unbounded_channel();
        let me = Uuid::new_v4();
        tokio::spawn(tell(connection, me, waiting));
        Self { me, words }
    }

    /// Tells these changes soon.
    pub(super) fn tell(&self, changes: &[Change]) {
        // Only a process that ends has nobody left to tell for it.
        let _ = self.words.send(Word::Changed(changes.to_vec()));
    }

    /// Returns when everything so far was told.
    pub(super) async fn flush(&self) {
        let (done, told) = oneshot::channel();
        if self.words.send(Word::Flush(done)).is_ok() {
            let _ = told.await;
        }
    }
}

/// The telling task: what waits goes out together.
async fn tell(connection: DatabaseConnection, me: Uuid, mut words: mpsc::UnboundedReceiver<Word>) {
    let mut waiting = Vec::new();
    while words.recv_many(&mut waiting, 1024).await > 0 {
        let (mut changes, mut changed, mut asked) = (Vec::new(), false, Vec::new());
        for word in waiting.drain(..) {
            match word {
                Word::Changed(more) => {
                    changed = true;
                    changes.extend(more);
                }
                Word::Flush(done) => asked.push(done),
            }
        }
        if changed && let Err(error) = notify(&connection, &payloads(me, changes)).await {
            tracing::warn!(%error, "other processes could not be told of changes; they are told again");
            let everything = payloads(me, vec![Change::Everything]);
            while !words.is_closed() && notify(&connection, &everything).await.is_err() {
                sleep(AGAIN).await;
            }
        }
        for done in asked {
            let _ = done.send(());
        }
    }
}

/// Notifies without waiting for the disk: a notification that a crash of the database loses has no listeners left either.
async fn notify(connection: &DatabaseConnection, payloads: &[String]) -> std::result::Result<(), DbErr> {
    for payload in payloads {
        let values = [CHANNEL.into(), payload.as_str().into()];
        let sql = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";
        connection.execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)).await?;
    }
    Ok(())
}

/// The changes as texts that fit.
fn payloads(from: Uuid, mut changes: Vec<Change>) -> Vec<String> {
    let mut kept: Vec<Change> = Vec::new();
    for change in changes.drain(..) {
        // The last word about a request is enough.
        kept.retain(|before| *before != change);
        kept.push(change);
    }
    let everything = || ProcessNews { from, changes: vec![Change::Everything] };
    let text = |told: &ProcessNews| serde_json::to_string(told).unwrap_or_default();
    if kept.len() > NAMED {
        return vec![text(&everything())];
    }
    let mut texts = Vec::new();
    let mut next = ProcessNews { from, changes: Vec::new() };
    for change in kept {
        next.changes.push(change);
        if text(&next).len() <= LARGEST {
            continue;
        }
        let last = next.changes.pop();
        if !next.changes.is_empty() {
            texts.push(text(&next));
        }
        next.changes = last.into_iter().collect();
        if text(&next).len() > LARGEST {
            return vec![text(&everything())];
        }
    }
    texts.push(text(&next));
    texts
}

/// Announces what other processes tell on PostgreSQL. Returns when it listens, or could not connect yet.
pub(super) async fn listen(url: &str, live: Arc<Live>, teller: Teller) -> Ear {
    let first = connect(url).await;
    Ear(tokio::spawn(hear(url.to_owned(), first, live, teller)))
}

async fn connect(url: &str) -> Option<PgListener> {
    let opening = async {
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        Ok::<_, sea_orm::sqlx::Error>(listener)
    };
    match timeout(SILENCE, opening).await {
        Ok(Ok(listener)) => Some(listener),
        Ok(Err(error)) => {
            tracing::warn!(%error, "changes of other processes cannot be heard; trying again");
            None
        }
        Err(_) => None,
    }
}

async fn hear(url: String, mut listener: Option<PgListener>, live: Arc<Live>, teller: Teller) {
    let mut asked = false;
    loop {
        let Some(open) = &mut listener else {
            sleep(AGAIN).await;
            listener = connect(&url).await;
            asked = false;
            if listener.is_some() {
                look_at_everything(&live);
            }
            continue;
        };
        match timeout(SILENCE, open.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                asked = false;
                take(&live, teller.me, notification.payload());
            }
            // Connected again by itself; what was told in between is lost.
            Ok(Ok(None)) => look_at_everything(&live),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the connection that hears other processes was lost");
                listener = None;
            }
            Err(_) if asked => {
                tracing::warn!("the connection that hears other processes does not answer");
                listener = None;
            }
            Err(_) => {
                asked = true;
                teller.tell(&[]);
            }
        }
    }
}

/// Takes one notification in; one that cannot be read is a newer program's.
fn take(live: &Live, me: Uuid, payload: &str) {
    match serde_json::from_str::<ProcessNews>(payload) {
        Ok(told) if told.from == me || told.changes.is_empty() => {}
        Ok(told) => {
            told.changes.into_iter().for_each(|change| live.announce(change));
            live.wake();
        }
        Err(_) => look_at_everything(live),
    }
}

fn look_at_everything(live: &Live) {
    live.announce(Change::Everything);
    live.wake();
}

/// How far the SQLite file was read.
#[derive(Clone, Copy)]
struct Seen {
    /// Changes when another connection than the writer's commits: which connection was asked, and what it said.
    version: (u64, i64),
    events: i64,
    attempts: i64,
    /// Of all organizations together: who may do what, and who is signed in.
    rules: i64,
}

/// Announces what other processes commit to the same SQLite file. Returns when nothing from now on will be missed.
pub(super) async fn watch(reader: Arc<Reader>, writer: SoleConnection, live: Arc<Live>) -> Ear {
    let mut seen = look(&reader, &writer).await.ok();
    Ear(tokio::spawn(async move {
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
                Err(error) => tracing::warn!(%error, "changes of other processes cannot be seen; trying again"),
            }
        }
    }))
}

/// What is new since, as far as another process committed. The row numbers are read before the version: a commit in between is in the
/// version, and is looked for.
async fn since(reader: &Arc<Reader>, writer: &SoleConnection, seen: Option<Seen>) -> Result<(Seen, Vec<Change>)> {
    let now = look(reader, writer).await?;
    let Some(seen) = seen.filter(|seen| seen.version != now.version) else { return Ok((now, Vec::new())) };
    if now.events < seen.events || now.attempts < seen.attempts {
        return Ok((now, vec![Change::Everything]));
    }
    let sql = format!(
        "SELECT 'request', organization_id, request_id FROM events WHERE rowid > $1 \
         UNION SELECT deliveries.subject_kind, deliveries.organization_id, deliveries.subject_id FROM attempts JOIN deliveries ON deliveries.id = attempts.delivery_id WHERE attempts.rowid > $2 LIMIT {}",
        FOUND + 1
    );
    let statement = Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, [seen.events.into(), seen.attempts.into()]);
    let rows = reader.query_all_raw(statement).await?;
    if rows.len() > FOUND {
        return Ok((now, vec![Change::Everything]));
    }
    let mut changes = Vec::with_capacity(rows.len());
    if now.rules != seen.rules {
        let all = Statement::from_string(DatabaseBackend::Sqlite, "SELECT id FROM organizations");
        for row in reader.query_all_raw(all).await? {
            changes.push(Change::Rights { organization: OrganizationId(row.try_get_by_index(0)?), people: Vec::new() });
        }
    }
    for row in rows {
        let (kind, organization): (String, _) = (row.try_get_by_index(0)?, OrganizationId(row.try_get_by_index(1)?));
        let Some(id) = Subject::from_parts(&kind, row.try_get_by_index(2)?).request() else {
            changes.push(Change::Deliveries { organization });
            continue;
        };
        let handle = Read { connection: Limited::over(reader.clone()), organization };
        match requests::by_id(&handle, id).await {
            Ok(Some(request)) => changes.push(crate::requests::change(organization, &request)),
            Ok(None) | Err(Error::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((now, changes))
}

async fn look(reader: &Arc<Reader>, writer: &SoleConnection) -> Result<Seen> {
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
    Ok(Seen { version, events: marks.try_get_by_index(0)?, attempts: marks.try_get_by_index(1)?, rules: marks.try_get_by_index(2)? })
}

async fn one(connection: &impl ConnectionTrait, sql: &str) -> Result<QueryResult> {
    let row = connection.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await?;
    row.ok_or_else(|| Error::failed("SQLite did not answer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::databases;
    use domain::id::PersonId;

    fn change(number: usize, target: &str) -> Change {
        let number = format!("IT-{number:04}");
        Change::Request {
            organization: OrganizationId(Uuid::nil()),
            number,
            requester: PersonId(Uuid::nil()),
            targets: vec![target.to_owned()],
        }
    }

    fn told(texts: &[String]) -> Vec<Change> {
        assert!(texts.iter().all(|text| text.len() <= LARGEST));
        texts.iter().flat_map(|text| serde_json::from_str::<ProcessNews>(text).unwrap().changes).collect()
    }

    #[test]
    fn changes_are_told_once_in_as_many_texts_as_they_need() {
        let changes: Vec<Change> = (0..NAMED).map(|number| change(number, "administrators")).collect();
        let texts = payloads(Uuid::nil(), changes.iter().chain(&changes).cloned().collect());
        assert!(texts.len() > 1);
        assert_eq!(told(&texts), changes);
        assert_eq!(told(&payloads(Uuid::nil(), Vec::new())), []);
    }

    #[test]
    fn too_much_to_name_is_everything() {
        let many = (0..=NAMED).map(|number| change(number, "x")).collect();
        assert_eq!(told(&payloads(Uuid::nil(), many)), [Change::Everything]);
        let large = vec![change(1, "x"), change(2, &"x".repeat(LARGEST))];
        assert_eq!(told(&payloads(Uuid::nil(), large)), [Change::Everything]);
    }

    #[test]
    fn what_one_told_oneself_is_no_news() {
        let (live, me) = (Live::default(), Uuid::new_v4());
        let mut heard = live.subscribe();
        let payload = payloads(me, vec![change(1, "x")]).remove(0);
        take(&live, me, &payload);
        assert!(heard.try_recv().is_err());
        take(&live, Uuid::new_v4(), &payload);
        assert_eq!(heard.try_recv().unwrap(), change(1, "x"));
        take(&live, me, "{\"from\":\"a newer program\"}");
        assert_eq!(heard.try_recv().unwrap(), Change::Everything);
    }

    #[tokio::test]
    async fn what_another_connection_of_the_writer_says_is_not_taken_for_the_same() {
        databases::on_each(async |url: String| {
            if !url.starts_with("sqlite:") {
                return;
            }
            super::super::Store::open(&url).await.unwrap().migrate().await.unwrap();
            let (reader, writer) = super::super::sqlite::open(&url, Arc::default()).await.unwrap();
            let reader = Arc::new(reader);
            let before = look(&reader, &writer).await.unwrap();
            assert_eq!(look(&reader, &writer).await.unwrap().version, before.version);
            writer.distrust();
            assert_ne!(look(&reader, &writer).await.unwrap().version, before.version);
        })
        .await;
    }
}
