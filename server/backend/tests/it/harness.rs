//! Worlds to test in: a fresh database, a clock that stands still until it is moved, real ids, and two small organizations, `north`
//! and `south`, from the definition files in `fixtures/`.

use crate::databases::{Leftovers, on_each};
use backend::definitions::{self, ApplyPlan, DefinitionFile, folder};
use backend::{Backend, Caller, MachineSources, Store, TimeSource, UseCaseSettings, outbox};
use chrono::{DateTime, Duration, Utc};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A clock that stands still until it is moved.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl TimeSource for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A fresh database with the two organizations.
#[derive(Clone)]
pub struct World {
    pub backend: Backend,
    pub clock: Arc<TestClock>,
    /// Address of the database, to open it again.
    pub url: String,
    pub settings: UseCaseSettings,
    leftovers: Arc<Leftovers>,
}

impl World {
    /// This test leaves effects or deliveries behind on purpose.
    pub fn leaves_work(&self) {
        self.leftovers.expected();
    }

    /// Lets a worker do all there is to do, however many days it takes.
    pub async fn deliver_all(&self) {
        self.clock.advance(Duration::days(1));
        while outbox::run_once(&self.backend).await.unwrap() != outbox::WorkerSummary::default() {
            self.clock.advance(Duration::days(1));
        }
    }

    /// A signed-in person of an organization: `caller("north", "hana")` is hana@north.example.
    pub async fn caller(&self, organization: &str, name: &str) -> Caller {
        let email = if name.contains('@') { name.to_owned() } else { format!("{name}@{organization}.example") };
        backend::people::caller(&self.backend, organization, &email).await.unwrap_or_else(|error| panic!("{email}: {error}"))
    }

    /// Applies files to an organization: all of them, or some over what there is.
    pub async fn apply(&self, organization: &str, files: Vec<DefinitionFile>) -> backend::Result<ApplyPlan> {
        definitions::apply(&self.backend, organization, files).await
    }

    /// Applies one file over what there is.
    pub async fn apply_file(&self, organization: &str, path: &str, text: &str) -> ApplyPlan {
        self.apply(organization, vec![(path.to_owned(), text.to_owned())]).await.unwrap()
    }

    /// Another process on the same database, with the same clock.
    pub async fn another(&self) -> Self {
        self.with(self.settings.clone()).await
    }

    /// Another process on the same database, with the same clock and other settings.
    pub async fn with(&self, settings: UseCaseSettings) -> Self {
        let store = Store::open(&self.url).await.unwrap();
        let backend = Backend::new(store, settings.clone(), self.clock.clone(), Arc::new(MachineSources)).unwrap();
        Self { backend, settings, ..self.clone() }
    }
}

/// The definition files of a fixture organization.
pub fn fixture(organization: &str) -> Vec<DefinitionFile> {
    folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(organization)).unwrap()
}

/// Settings that let connectors call receivers on this machine.
pub fn settings() -> UseCaseSettings {
    UseCaseSettings { allow_inside_addresses: true, ..UseCaseSettings::default() }
}

/// Runs a test on each kind of database, with both organizations loaded.
pub async fn on_both<T: Future<Output = ()>>(test: impl Fn(World) -> T) {
    on_both_with(settings(), test).await;
}

/// Runs a test on each kind of database with these settings.
pub async fn on_both_with<T: Future<Output = ()>>(settings: UseCaseSettings, test: impl Fn(World) -> T) {
    on_empty_with(settings, async |world: World| {
        for organization in ["north", "south"] {
            world.apply(organization, fixture(organization)).await.unwrap();
        }
        test(world).await;
    })
    .await;
}

/// Runs a test on each kind of database without any organization.
pub async fn on_empty(test: impl AsyncFn(World)) {
    on_empty_with(settings(), test).await;
}

async fn on_empty_with(settings: UseCaseSettings, test: impl AsyncFn(World)) {
    on_each(async |url: String| {
        let world = world(&url, &settings).await;
        let leftovers = world.leftovers.clone();
        test(world).await;
        leftovers.check(&url).await;
    })
    .await;
}

async fn world(url: &str, settings: &UseCaseSettings) -> World {
    let store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    let begin = DateTime::parse_from_rfc3339("2026-03-12T09:00:00Z").unwrap().to_utc();
    let clock = Arc::new(TestClock(Mutex::new(begin)));
    let backend = Backend::new(store, settings.clone(), clock.clone(), Arc::new(MachineSources)).unwrap();
    World { backend, clock, url: url.to_owned(), settings: settings.clone(), leftovers: Arc::default() }
}
