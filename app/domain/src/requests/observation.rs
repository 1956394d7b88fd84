//! What Docket itself sees happen to a request.

use super::event::AutomationEnd;
use crate::approvals::able::PossibleDeciders;
use crate::people::PersonRef;

/// What Docket itself saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemObservation {
    /// The effect became deliveries.
    Dispatched { connectors: Vec<String> },
    /// A connector took it; `all` when it was the last one.
    Delivered { connector: String, all: bool },
    /// The last try failed.
    DeliveryFailed { connector: String, error: String },
    /// Somebody had a failed delivery sent again.
    Replayed { connector: String, by: PersonRef },
    /// Something is due (`deadline::due`); `key` names it. Nothing happens when it is no longer due.
    DeadlineReached { key: String },
    /// Nobody can decide what waits, as far as these people go. Nothing happens when somebody can, or administrators can already.
    NobodyLeft { deciders: PossibleDeciders },
    /// The time of a scheduled request may have come. Nothing happens when it has not.
    TimeCame,
    /// The controller took the launch of this attempt.
    Launched { attempt: u32, job: String },
    /// The run of this attempt ended. Nothing happens when that is known, or another attempt runs.
    AutomationEnded { attempt: u32, ended: AutomationEnd, note: String },
}
