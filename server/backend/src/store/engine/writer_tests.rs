//! The writer: what is saved together, and what one that fails leaves to the others.

use super::*;
use crate::store::{Store, databases, organizations, sessions};
use chrono::{DateTime, Utc};
use domain::Refusal;
use sea_orm::ConnectionTrait;
use std::path::PathBuf;
use uuid::Uuid;

/// An empty SQLite database that goes away.
struct Scratch(PathBuf, Store);

impl Scratch {
    async fn new() -> Self {
        let path = std::env::temp_dir().join(format!("docket-writer-{}.sqlite", Uuid::new_v4().simple()));
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        store.migrate().await.unwrap();
        Self(path, store)
    }

    /// Adds an organization, then ends as told.
    async fn add(&self, key: &str, end: Result<()>) -> Result<()> {
        let key = key.to_owned();
        self.1
            .write(OrganizationId(Uuid::new_v4()), move |tx| {
                Box::pin(async move {
                    organizations::insert(tx, &key, &key, "", 0).await?;
                    end
                })
            })
            .await
    }

    /// From now on SQLite undoes every transaction at its COMMIT, as when the disk is full, until told otherwise.
    async fn refuse_commits(&self) -> Arc<AtomicBool> {
        let refusing = Arc::new(AtomicBool::new(true));
        let pool = self.1.writer.connection().get_sqlite_connection_pool();
        let mut connection = pool.acquire().await.unwrap();
        let asked = refusing.clone();
        connection.lock_handle().await.unwrap().set_commit_hook(move || !asked.load(Ordering::SeqCst));
        refusing
    }

    /// What is in the file, as another process sees it.
    async fn keys(&self) -> Vec<String> {
        organizations::all(&self.1.platform()).await.unwrap().into_iter().map(|one| one.key).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

#[tokio::test]
async fn a_refused_use_case_is_undone_alone() {
    let scratch = Scratch::new().await;
    let (one, two, three, four) = tokio::join!(
        scratch.add("one", Ok(())),
        scratch.add("two", Err(Refusal::NotFound.into())),
        scratch.add("three", Ok(())),
        // The database refuses this one: the key is taken.
        scratch.add("one", Ok(())),
    );
    assert!(one.is_ok() && three.is_ok());
    assert!(matches!(two, Err(Error::Refused(Refusal::NotFound))));
    assert!(matches!(four, Err(Error::Failed(_))));
    assert_eq!(scratch.keys().await, ["one", "three"]);
}

#[tokio::test]
async fn a_use_case_that_panics_is_undone_alone() {
    let scratch = Scratch::new().await;
    let panicking = scratch.1.write(OrganizationId(Uuid::new_v4()), |tx| {
        Box::pin(async move {
            organizations::insert(tx, "lost", "lost", "", 0).await?;
            if tx.changes.lock().is_ok() {
                panic!("on purpose");
            }
            Ok(())
        })
    });
    let (kept, lost) = tokio::join!(scratch.add("kept", Ok(())), panicking);
    assert!(kept.is_ok() && lost.is_err());
    assert_eq!(scratch.keys().await, ["kept"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_cancels_nothing() {
    let scratch = Scratch::new().await;
    {
        let gone = scratch.add("gone", Ok(()));
        let mut gone = std::pin::pin!(gone);
        assert!(futures::poll!(&mut gone).is_pending());
    }
    // Use cases run in the order they came: when this one is answered, the one before it is done.
    scratch.add("next", Ok(())).await.unwrap();
    assert_eq!(scratch.keys().await, ["gone", "next"]);
}

fn session(data: &str, expires: DateTime<Utc>) -> sessions::NewSession<'_> {
    sessions::NewSession { id: "session", person: None, data, started: DateTime::default(), expires, address: "", user_agent: "" }
}

#[tokio::test]
async fn a_failed_commit_is_an_error_and_what_comes_after_it_is_kept() {
    let scratch = Scratch::new().await;
    scratch.add("before", Ok(())).await.unwrap();
    // Two of them: where the second one leaves a savepoint, SQLite keeps the transaction open.
    for _ in 0..2 {
        let refusing = scratch.refuse_commits().await;
        assert!(matches!(scratch.add("lost", Ok(())).await, Err(Error::Failed(cause)) if cause.starts_with("commit: ")));
        refusing.store(false, Ordering::SeqCst);
    }

    scratch.add("after", Ok(())).await.unwrap();
    let now = DateTime::<Utc>::default();
    sessions::create(&scratch.1, session("kept", now + chrono::TimeDelta::days(1))).await.unwrap();
    assert_eq!(scratch.keys().await, ["after", "before"]);
    assert_eq!(sessions::load(&scratch.1, "session", now).await.unwrap().map(|session| session.data).as_deref(), Some("kept"));
}

#[tokio::test]
async fn a_session_after_a_failed_commit_is_kept() {
    let scratch = Scratch::new().await;
    for _ in 0..2 {
        let refusing = scratch.refuse_commits().await;
        assert!(scratch.add("lost", Ok(())).await.is_err());
        refusing.store(false, Ordering::SeqCst);
    }
    let now = DateTime::<Utc>::default();
    sessions::create(&scratch.1, session("kept", now + chrono::TimeDelta::days(1))).await.unwrap();
    assert_eq!(sessions::load(&scratch.1, "session", now).await.unwrap().map(|session| session.data).as_deref(), Some("kept"));
}

#[tokio::test]
async fn a_transaction_that_somebody_left_open_swallows_nothing() {
    let scratch = Scratch::new().await;
    // Nobody does: a BEGIN that sqlx does not count.
    scratch.1.writer.connection().execute_unprepared("BEGIN").await.unwrap();
    let first = scratch.add("first", Ok(())).await;
    scratch.add("second", Ok(())).await.unwrap();
    let expected: &[&str] = if first.is_ok() { &["first", "second"] } else { &["second"] };
    assert_eq!(scratch.keys().await, expected);
}

#[tokio::test]
async fn a_file_that_is_gone_or_another_one_takes_no_changes_until_it_is_back() {
    let scratch = Scratch::new().await;
    let away = scratch.0.with_extension("away");
    for replaced in [false, true] {
        let number = i32::from(replaced);
        scratch.add(&format!("{number}-before"), Ok(())).await.unwrap();
        std::fs::rename(&scratch.0, &away).unwrap();
        if replaced {
            std::fs::copy(&away, &scratch.0).unwrap();
        }
        let word = if replaced { "replaced" } else { "gone" };
        for _ in 0..2 {
            let refused = scratch.add(&format!("{number}-lost"), Ok(())).await;
            assert!(matches!(&refused, Err(Error::Failed(cause)) if cause.contains(word)), "{refused:?}");
            assert!(sessions::create(&scratch.1, session("lost", DateTime::default())).await.is_err());
        }
        assert_eq!(scratch.0.exists(), replaced, "no empty database is made in its place");
        std::fs::rename(&away, &scratch.0).unwrap();
        scratch.add(&format!("{number}-after"), Ok(())).await.unwrap();
    }
    // What was answered as an error may be there once the file is back.
    let there = scratch.keys().await;
    assert!(["0-before", "0-after", "1-before", "1-after"].iter().all(|kept| there.contains(&(*kept).to_owned())), "{there:?}");
}

#[tokio::test]
async fn a_log_that_is_gone_takes_no_changes() {
    let scratch = Scratch::new().await;
    scratch.add("before", Ok(())).await.unwrap();
    let mut log = scratch.0.clone().into_os_string();
    log.push("-wal");
    std::fs::remove_file(log).unwrap();
    let refused = scratch.add("lost", Ok(())).await;
    assert!(matches!(&refused, Err(Error::Failed(cause)) if cause.contains("log beside")), "{refused:?}");
}

/// Panics when nobody waits for it.
struct Unwanted;

impl Drop for Unwanted {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

/// Panics before there is anything to wait for.
fn panics<'t>(_: &'t Tx<'t>) -> BoxFuture<'t, Result<()>> {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_in_the_writer_itself_does_not_end_it() {
    let scratch = Scratch::new().await;
    let organization = OrganizationId(Uuid::new_v4());
    assert!(scratch.1.write(organization, panics).await.is_err());
    {
        let gone = scratch.1.write(organization, |_| Box::pin(async { Ok(Unwanted) }));
        let mut gone = std::pin::pin!(gone);
        assert!(futures::poll!(&mut gone).is_pending());
    }
    // It may share the group of the one that panics, and is an error then.
    let _ = scratch.add("beside", Ok(())).await;
    scratch.add("after", Ok(())).await.unwrap();
    assert!(scratch.keys().await.contains(&"after".to_owned()));
}

#[tokio::test]
async fn a_use_case_that_goes_on_after_a_failed_statement_is_not_answered_as_kept_unless_it_is() {
    databases::on_each(async |url: String| {
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let written = store.write(OrganizationId(Uuid::new_v4()), |tx| {
            Box::pin(async move {
                organizations::insert(tx, "kept", "kept", "", 0).await?;
                // SQLite undoes this statement, PostgreSQL all of the transaction, and says nothing about it at the COMMIT.
                let refused = tx.transaction.execute_unprepared("INSERT INTO missing VALUES (1)").await;
                assert!(refused.is_err());
                Ok(())
            })
        });
        let written = written.await;
        let there = !organizations::all(&store.platform()).await.unwrap().is_empty();
        assert_eq!(written.is_ok(), there, "{written:?}");
    })
    .await;
}
