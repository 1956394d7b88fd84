//! Whether the database could be used lately, so that the log says once when that ends, and once when it begins again.

use std::sync::{Mutex, PoisonError};

/// What is known, by who found it. The same for all that have the store.
#[derive(Default)]
pub(crate) struct DatabaseState(Mutex<Failing>);

#[derive(Default)]
struct Failing {
    writer: bool,
    probe: bool,
}

impl DatabaseState {
    /// Whether it could not be used.
    pub(super) fn is_failing(&self) -> bool {
        let failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failing.writer || failing.probe
    }

    /// What the writer finds: why the last group could not be written, if so.
    pub(super) fn wrote(&self, failure: Option<String>) {
        self.note(failure, |failing, failed| failing.writer = failed);
    }

    /// What a look at the database finds, which writes too: what stands in the way, if anything.
    pub(super) fn found(&self, failure: Option<String>) {
        self.note(failure, |failing, failed| {
            failing.probe = failed;
            failing.writer &= failed;
        });
    }

    fn note(&self, failure: Option<String>, take: impl FnOnce(&mut Failing, bool)) {
        let mut failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failing.writer || failing.probe;
        take(&mut failing, failure.is_some());
        let after = failing.writer || failing.probe;
        drop(failing);
        match failure {
            Some(cause) if !before => tracing::error!(%cause, "the database cannot be used"),
            _ if before && !after => tracing::info!("the database can be used again"),
            _ => {}
        }
    }
}
