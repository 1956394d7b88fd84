//! Handles: what a query runs on, and the organization that it must name.

use super::ChangeBatch;
use super::handle_connection::HandleConnection;
use super::reader::ReadPool;
use crate::error::Result;
use crate::live::LiveChange;
use domain::id::OrganizationId;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A handle to read one organization's rows.
pub(crate) struct Read {
    pub(super) connection: HandleConnection<Arc<ReadPool>>,
    pub(super) organization: OrganizationId,
}

/// A handle inside one use case's transaction, on one organization's rows.
pub(crate) struct Tx<'t> {
    pub(super) transaction: HandleConnection<&'t DatabaseTransaction>,
    pub(super) organization: OrganizationId,
    /// What to announce once this is committed.
    pub(crate) changes: Mutex<Vec<LiveChange>>,
    /// Whether to undo what was written, whatever the use case answers.
    pub(super) undone: AtomicBool,
}

/// A handle to read what belongs to no organization.
pub(crate) struct PlatformReader {
    pub(super) connection: HandleConnection<Arc<ReadPool>>,
}

/// A handle to change what belongs to no organization, one statement each.
pub(crate) struct PlatformWriter {
    pub(super) connection: HandleConnection<Arc<ReadPool>>,
}

/// What `Read` and `Tx` have in common: rows of one organization.
pub(crate) trait StoreHandle: Sync {
    /// The connection queries run on.
    type Connection: ConnectionTrait;
    /// The connection queries run on.
    fn connection(&self) -> &Self::Connection;
    /// The organization every query must name.
    fn organization(&self) -> uuid::Uuid;
}

impl StoreHandle for Read {
    type Connection = HandleConnection<Arc<ReadPool>>;
    fn connection(&self) -> &Self::Connection {
        &self.connection
    }
    fn organization(&self) -> uuid::Uuid {
        self.organization.0
    }
}

impl<'t> StoreHandle for Tx<'t> {
    type Connection = HandleConnection<&'t DatabaseTransaction>;
    fn connection(&self) -> &Self::Connection {
        &self.transaction
    }
    fn organization(&self) -> uuid::Uuid {
        self.organization.0
    }
}

impl Tx<'_> {
    /// Announces a change to open pages, and wakes the worker, once this transaction is committed.
    pub(crate) fn announce(&self, change: LiveChange) {
        if let Ok(mut changes) = self.changes.lock() {
            changes.push(change);
        }
    }

    /// Makes the changes of a batch. False when a key of a new row is taken: the use case has to fail or be undone then.
    ///
    /// # Errors
    /// When the database does not take them.
    pub(crate) async fn write(&self, batch: ChangeBatch) -> Result<bool> {
        Ok(batch.write(&self.transaction).await?)
    }

    /// Whether PostgreSQL undoes all of it whatever is said: after a statement that failed it answers COMMIT as if it had kept something.
    pub(super) fn is_spoiled(&self) -> bool {
        self.transaction.failed() && self.transaction.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Undoes what this use case writes, although it succeeds with an answer.
    pub(crate) fn undo(&self) {
        self.undone.store(true, Ordering::Relaxed);
    }
}

impl PlatformReader {
    /// The connection queries run on.
    pub(crate) fn connection(&self) -> &HandleConnection<Arc<ReadPool>> {
        &self.connection
    }
}

impl PlatformWriter {
    /// The connection statements run on.
    pub(crate) fn connection(&self) -> &HandleConnection<Arc<ReadPool>> {
        &self.connection
    }
}
