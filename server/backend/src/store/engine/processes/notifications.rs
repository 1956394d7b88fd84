//! Notifications of PostgreSQL: every process listens on one channel, and tells the others what it committed, many commits in one.
//!
//! It tells after the commit, not in the writing transaction: a transaction that notifies holds a lock of the whole database through its
//! disk sync, so that commits could no longer share one (a third of the submissions a second remained).

use super::{ChangeListener, look_at_everything};
use crate::live::{LiveAnnouncer, LiveChange};
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const CHANNEL: &str = "docket_changes";
/// Bytes of a notification; PostgreSQL takes 8000.
const LARGEST: usize = 7_900;
/// Changes told one by one; for more than these at once, everything is to be looked at.
const NAMED: usize = 1_000;
/// Before connecting or telling once more.
const AGAIN: Duration = Duration::from_secs(1);
/// A connection that was silent for so long is asked whether it is still there, and has as long to answer.
const SILENCE: Duration = Duration::from_secs(20);

/// A notification: who tells, and what changed. Nothing changed when a process only asks whether it still hears itself.
#[derive(Debug, Serialize, Deserialize)]
struct ProcessNews {
    from: Uuid,
    changes: Vec<LiveChange>,
}

/// Tells other processes what this one committed.
#[derive(Clone)]
pub(in crate::store::engine) struct ChangeNotifier {
    /// This process among those that tell.
    me: Uuid,
    words: mpsc::UnboundedSender<Word>,
}

enum Word {
    Changed(Vec<LiveChange>),
    /// Answered when everything before it was told.
    Flush(oneshot::Sender<()>),
}

impl ChangeNotifier {
    /// Tells over this connection, until the last clone is dropped.
    pub(in crate::store::engine) fn new(connection: DatabaseConnection) -> Self {
        let (words, waiting) = mpsc::unbounded_channel();
        let me = Uuid::new_v4();
        tokio::spawn(tell(connection, me, waiting));
        Self { me, words }
    }

    /// Tells these changes soon.
    pub(in crate::store::engine) fn tell(&self, changes: &[LiveChange]) {
        // Only a process that ends has nobody left to tell for it.
        let _ = self.words.send(Word::Changed(changes.to_vec()));
    }

    /// Returns when everything so far was told.
    pub(in crate::store::engine) async fn flush(&self) {
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
            tracing::warn!(%error, "failed to notify other processes of changes; retrying");
            let everything = payloads(me, vec![LiveChange::Everything]);
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
fn payloads(from: Uuid, mut changes: Vec<LiveChange>) -> Vec<String> {
    let mut kept: Vec<LiveChange> = Vec::new();
    for change in changes.drain(..) {
        // The last word about a request is enough.
        kept.retain(|before| *before != change);
        kept.push(change);
    }
    let everything = || ProcessNews { from, changes: vec![LiveChange::Everything] };
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
pub(in crate::store::engine) async fn listen(url: &str, live: Arc<LiveAnnouncer>, teller: ChangeNotifier) -> ChangeListener {
    let first = connect(url).await;
    ChangeListener(tokio::spawn(hear(url.to_owned(), first, live, teller)))
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
            tracing::warn!(%error, "failed to listen for changes of other processes; retrying");
            None
        }
        Err(_) => None,
    }
}

async fn hear(url: String, mut listener: Option<PgListener>, live: Arc<LiveAnnouncer>, teller: ChangeNotifier) {
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
                tracing::warn!(%error, "the connection that listens to other processes was lost");
                listener = None;
            }
            Err(_) if asked => {
                tracing::warn!("the connection that listens to other processes does not answer");
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
fn take(live: &LiveAnnouncer, me: Uuid, payload: &str) {
    match serde_json::from_str::<ProcessNews>(payload) {
        Ok(told) if told.from == me || told.changes.is_empty() => {}
        Ok(told) => {
            told.changes.into_iter().for_each(|change| live.announce(change));
            live.wake();
        }
        Err(_) => look_at_everything(live),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::OrganizationId;
    use domain::id::PersonId;

    fn change(number: usize, target: &str) -> LiveChange {
        let number = format!("IT-{number:04}");
        LiveChange::Request {
            organization: OrganizationId(Uuid::nil()),
            number,
            requester: PersonId(Uuid::nil()),
            targets: vec![target.to_owned()],
            place: domain::permission::AccessPlace::default(),
        }
    }

    fn told(texts: &[String]) -> Vec<LiveChange> {
        assert!(texts.iter().all(|text| text.len() <= LARGEST));
        texts.iter().flat_map(|text| serde_json::from_str::<ProcessNews>(text).unwrap().changes).collect()
    }

    #[test]
    fn changes_are_told_once_in_as_many_texts_as_they_need() {
        let changes: Vec<LiveChange> = (0..NAMED).map(|number| change(number, "administrators")).collect();
        let texts = payloads(Uuid::nil(), changes.iter().chain(&changes).cloned().collect());
        assert!(texts.len() > 1);
        assert_eq!(told(&texts), changes);
        assert_eq!(told(&payloads(Uuid::nil(), Vec::new())), []);
    }

    #[test]
    fn too_much_to_name_is_everything() {
        let many = (0..=NAMED).map(|number| change(number, "x")).collect();
        assert_eq!(told(&payloads(Uuid::nil(), many)), [LiveChange::Everything]);
        let large = vec![change(1, "x"), change(2, &"x".repeat(LARGEST))];
        assert_eq!(told(&payloads(Uuid::nil(), large)), [LiveChange::Everything]);
    }

    #[test]
    fn what_one_told_oneself_is_no_news() {
        let (live, me) = (LiveAnnouncer::default(), Uuid::new_v4());
        let mut heard = live.subscribe();
        let payload = payloads(me, vec![change(1, "x")]).remove(0);
        take(&live, me, &payload);
        assert!(heard.try_recv().is_err());
        take(&live, Uuid::new_v4(), &payload);
        assert_eq!(heard.try_recv().unwrap(), change(1, "x"));
        take(&live, me, "{\"from\":\"a newer program\"}");
        assert_eq!(heard.try_recv().unwrap(), LiveChange::Everything);
    }
}
