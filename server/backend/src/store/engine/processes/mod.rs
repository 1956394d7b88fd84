//! Across processes: how this one hears of what others commit to the same database. Two stories, one for each database:
//! `notifications` (PostgreSQL) and `file_watch` (SQLite).
//!
//! Whoever dies between commit and notification leaves nothing undone: workers look by themselves, and pages count again every minute.
//! After a lost connection everybody looks at everything again.

mod file_watch;
mod notifications;

pub(super) use file_watch::watch;
pub(super) use notifications::{ChangeNotifier, listen};

use crate::live::{LiveAnnouncer, LiveChange};
use tokio::task::JoinHandle;

/// Listens until it is dropped.
pub(super) struct ChangeListener(JoinHandle<()>);

impl Drop for ChangeListener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn look_at_everything(live: &LiveAnnouncer) {
    live.announce(LiveChange::Everything);
    live.wake();
}
