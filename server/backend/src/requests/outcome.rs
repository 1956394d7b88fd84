//! What came of a use case that writes: what happened, and no screen. Whoever shows one reads it then.

use domain::requests::{Request, RequestState, Status};

/// A request that something was done to: which one, and where it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOutcome {
    pub number: String,
    pub status: Status,
    /// How many events it has now: whoever read as many has seen this one.
    pub events: u32,
}

impl RequestOutcome {
    /// A request whose state did not change.
    pub(super) fn unchanged(request: &Request) -> Self {
        Self::moved(request, &request.state)
    }

    /// A request that is in another state now.
    pub(super) fn moved(request: &Request, state: &RequestState) -> Self {
        Self { number: request.number.clone(), status: state.status, events: state.events }
    }
}
