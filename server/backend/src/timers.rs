//! Timers: what happens to requests because time passed. Reminders, escalations and outcomes of approvals; scheduled requests that begin.
//!
//! Docket's workers look for it, woken and every two seconds. Each request says when it has to be looked at; what is due is decided by
//! the domain on the locked row, so that any number of workers do it once.
//!
//! Deliberately not here: what is due (domain), what must happen outside (the outbox).

use crate::Backend;
use crate::error::{Error, Result};
use crate::requests::wake;
use crate::store::requests;

/// Requests looked at in one go.
const AT_ONCE: u64 = 100;

/// Does everything that is due by now; answers how many requests changed.
///
/// # Errors
/// When the database fails.
pub(crate) async fn run(backend: &Backend) -> Result<u32> {
    let mut changed = 0;
    loop {
        let due = requests::due(&backend.store().platform(), backend.now(), AT_ONCE).await?;
        let all = (due.len() as u64) < AT_ONCE;
        let mut stuck = 0;
        for (organization, id) in due {
            match wake(backend, organization, id).await {
                Ok(done) => changed += u32::from(done),
                Err(Error::Damaged(cause)) => {
                    tracing::error!(%id, cause, "failed to read request {id}, which is due");
                    stuck += 1;
                }
                Err(error) => return Err(error),
            }
        }
        if all || stuck as u64 == AT_ONCE {
            return Ok(changed);
        }
    }
}
