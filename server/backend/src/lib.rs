//! Docket's use cases: one function = one transaction = load, decide (domain), save.
//!
//! Deliberately not here: HTTP, sessions' cookies, screens (server, app), and any rule (domain).

pub mod access;
mod apart;
pub mod approvals;
pub mod audit;
mod caller;
pub mod catalog;
pub mod connectors;
pub mod console;
pub mod definitions;
pub mod delegations;
pub mod doors;
mod error;
mod fallback;
pub mod held;
mod known;
pub mod live;
pub mod notices;
pub mod organization;
pub mod outbox;
pub mod people;
pub mod periodic;
pub mod private_file;
pub mod readiness;
pub mod requests;
pub mod secrets;
pub mod settings;
pub mod single_sign_on;
mod stamps;
mod store;
pub mod templates;
mod timers;
pub mod tokens;
pub mod zones;

pub use caller::{CallOrigin, Caller, CallerProof};
pub use error::{Error, Result};
pub use settings::UseCaseSettings;
pub use store::{DatabaseObstacle, StatementCounts, Store, sessions};

use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// Where time comes from; tests bring their own.
pub trait TimeSource: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
}

/// Where ids and other random bytes come from; tests bring their own.
pub trait IdSource: Send + Sync {
    /// A new id; ids made later sort later.
    fn id(&self) -> Uuid;
    /// Random bytes, for docket numbers.
    fn bytes(&self) -> [u8; 4];
    /// Random bytes that nobody guesses, for links that open something.
    fn token(&self) -> [u8; 32] {
        rand::random()
    }
}

/// The machine's clock and randomness.
pub struct MachineSources;

impl TimeSource for MachineSources {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

impl IdSource for MachineSources {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
    fn bytes(&self) -> [u8; 4] {
        rand::random()
    }
}

/// Everything a use case needs besides its caller. Cheap to clone.
#[derive(Clone)]
pub struct Backend(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn TimeSource>,
    ids: Arc<dyn IdSource>,
    settings: UseCaseSettings,
    client: connectors::http::RemoteClient,
    memory: known::RulesCache,
    lookout: readiness::LastReadiness,
    job_times: periodic::JobTimes,
    stamps: stamps::LastStamps,
    /// Whether an organization was seen: then there is one for ever.
    set_up: AtomicBool,
}

impl Backend {
    /// Over an opened and migrated store.
    ///
    /// # Errors
    /// When the HTTP client cannot be made (no TLS roots).
    pub fn new(store: Store, settings: UseCaseSettings, clock: Arc<dyn TimeSource>, ids: Arc<dyn IdSource>) -> Result<Self> {
        let client = connectors::http::RemoteClient::new(&settings)?;
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            ids,
            settings,
            client,
            memory: known::RulesCache::default(),
            lookout: readiness::LastReadiness::default(),
            job_times: periodic::JobTimes::default(),
            stamps: stamps::LastStamps::default(),
            set_up: AtomicBool::new(false),
        })))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A new id.
    pub fn id(&self) -> Uuid {
        self.0.ids.id()
    }

    /// Random bytes for a docket number.
    pub fn bytes(&self) -> [u8; 4] {
        self.0.ids.bytes()
    }

    /// Random bytes that nobody guesses.
    pub fn token(&self) -> [u8; 32] {
        self.0.ids.token()
    }

    /// The validated configuration of the use cases.
    pub fn settings(&self) -> &UseCaseSettings {
        &self.0.settings
    }

    /// How secrets of connectors are sealed.
    pub(crate) fn seal(&self) -> store::connectors::SecretSeal<'_> {
        store::connectors::SecretSeal { keys: &self.0.settings.keys, is_secret: connectors::is_secret }
    }

    /// The one HTTP client.
    pub fn client(&self) -> &connectors::http::RemoteClient {
        &self.0.client
    }

    /// When this process began each periodic job last.
    pub(crate) fn job_times(&self) -> &periodic::JobTimes {
        &self.0.job_times
    }

    /// What this process knows of organizations.
    pub(crate) fn memory(&self) -> &known::RulesCache {
        &self.0.memory
    }

    /// Whether this process knows of an organization.
    pub(crate) fn is_set_up(&self) -> bool {
        self.0.set_up.load(Ordering::Relaxed)
    }

    /// There is an organization.
    pub(crate) fn note_set_up(&self) {
        self.0.set_up.store(true, Ordering::Relaxed);
    }

    /// What was found of this process's readiness.
    pub(crate) fn lookout(&self) -> &readiness::LastReadiness {
        &self.0.lookout
    }

    /// Live changes of this process.
    pub fn live(&self) -> &live::LiveAnnouncer {
        self.0.store.live()
    }
}
