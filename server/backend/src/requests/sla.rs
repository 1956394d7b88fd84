//! Service levels: when a request is due, by its item's targets and its organization's calendar.

use crate::error::Result;
use crate::store::Tx;
use chrono::{DateTime, Duration, Utc};
use domain::requests::{Decision, Request};

/// Where a request without a promised time stands in queues: so long after its submission.
const UNPROMISED: Duration = Duration::days(30);

/// A request's place in queues after a decision: when its work is due.
pub(super) async fn queue_at(_tx: &Tx<'_>, request: &Request, _decision: &Decision) -> Result<DateTime<Utc>> {
    Ok(unpromised(request))
}

/// The place of a request whose item promises no time.
pub(super) fn unpromised(request: &Request) -> DateTime<Utc> {
    request.submitted_at + UNPROMISED
}
