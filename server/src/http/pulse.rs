//! What one connection is doing, since when, and when that has taken too long.
//!
//! The stream, the request's body and the response's body tell it; nobody asks a lock. Times are milliseconds of one clock for all
//! connections, so that the oldest of them can be found.

use crate::config::ConnectionPace;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// After a body's time is over, how long the refusal of it may take.
const REFUSAL: Duration = Duration::from_secs(5);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionPhase {
    /// Nothing, between two requests.
    Waiting,
    /// A head is being received, or was never begun.
    Head,
    /// A body is being received.
    Body,
    /// Something is being answered.
    Busy,
}

/// What one connection is doing, and since when.
pub struct ConnectionPulse {
    clock: Instant,
    /// Milliseconds since when, and in the last two bits the phase.
    state: AtomicU64,
    /// Milliseconds since when the other end takes nothing, and one; 0 when it does.
    unread: AtomicU64,
    /// The body of this request took too long.
    late: AtomicBool,
    /// Told when the connection should end for the sake of others.
    unwanted: Notify,
}

impl ConnectionPulse {
    /// Of a connection that was opened now.
    pub fn new(clock: Instant) -> Self {
        let pulse =
            Self { clock, state: AtomicU64::new(0), unread: AtomicU64::new(0), late: AtomicBool::new(false), unwanted: Notify::new() };
        pulse.enter(ConnectionPhase::Head);
        pulse
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
    }

    fn enter(&self, phase: ConnectionPhase) {
        self.state.store(self.now() << 2 | phase as u64, Ordering::Relaxed);
    }

    /// What it is doing, and since which millisecond.
    pub fn state(&self) -> (ConnectionPhase, u64) {
        let state = self.state.load(Ordering::Relaxed);
        let phase = match state & 3 {
            0 => ConnectionPhase::Waiting,
            1 => ConnectionPhase::Head,
            2 => ConnectionPhase::Body,
            _ => ConnectionPhase::Busy,
        };
        (phase, state >> 2)
    }

    /// For how long it has been doing that.
    pub fn age(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.state().1))
    }

    /// Bytes came in.
    pub fn heard(&self) {
        if self.state().0 == ConnectionPhase::Waiting {
            self.enter(ConnectionPhase::Head);
        }
    }

    /// Bytes went out, or did not.
    pub fn wrote(&self, taken: bool) {
        let unread = self.unread.load(Ordering::Relaxed);
        if taken && unread != 0 {
            self.unread.store(0, Ordering::Relaxed);
        } else if !taken && unread == 0 {
            self.unread.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// A request begins; it is over when what is returned is dropped.
    pub fn begin(self: &Arc<Self>, with_body: bool) -> RequestTurn {
        self.late.store(false, Ordering::Relaxed);
        self.enter(if with_body { ConnectionPhase::Body } else { ConnectionPhase::Busy });
        RequestTurn(self.clone())
    }

    /// The whole body came in, or nobody wants the rest.
    pub fn body_ended(&self) {
        if self.state().0 == ConnectionPhase::Body {
            self.enter(ConnectionPhase::Busy);
        }
    }

    /// The body took too long.
    pub fn body_is_late(&self) {
        self.late.store(true, Ordering::Relaxed);
    }

    /// Whether the body of the present request took too long.
    pub fn late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// Asks the connection to end.
    pub fn dismiss(&self) {
        self.unwanted.notify_one();
    }

    /// Returns when the connection was asked to end.
    pub async fn dismissed(&self) {
        self.unwanted.notified().await;
    }

    /// The moment at which what it does has taken too long; None while it answers.
    fn deadline(&self, pace: &ConnectionPace) -> Option<Instant> {
        let (phase, since) = self.state();
        let limit = match phase {
            ConnectionPhase::Waiting => Some(pace.idle),
            ConnectionPhase::Head => Some(pace.head),
            ConnectionPhase::Body => Some(pace.body + REFUSAL),
            ConnectionPhase::Busy => None,
        };
        let phase_ends = limit.map(|limit| self.clock + Duration::from_millis(since) + limit);
        let unread = self.unread.load(Ordering::Relaxed).checked_sub(1);
        let taken_until = unread.map(|since| self.clock + Duration::from_millis(since) + pace.unread);
        [phase_ends, taken_until].into_iter().flatten().min()
    }

    /// Returns when what it does has taken too long.
    pub async fn overdue(&self, pace: &ConnectionPace) {
        // Whatever begins meanwhile is not over before the shortest limit.
        let look_again = pace.shortest() / 2;
        loop {
            let now = Instant::now();
            let next = now + look_again;
            let until = match self.deadline(pace) {
                Some(deadline) if deadline <= now => return,
                Some(deadline) => deadline.min(next),
                None => next,
            };
            tokio::time::sleep_until(until).await;
        }
    }
}

/// A request under way, from its head to the end of its answer.
pub struct RequestTurn(Arc<ConnectionPulse>);

impl Drop for RequestTurn {
    fn drop(&mut self) {
        self.0.enter(ConnectionPhase::Waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServerConfig;

    fn pace() -> ConnectionPace {
        let variables = [("HEAD", "10"), ("BODY", "20"), ("IDLE", "40"), ("UNREAD", "30")];
        let variables = variables.map(|(name, value)| (format!("DOCKET_{name}_SECONDS"), value.to_owned()));
        ServerConfig::read(&variables.into()).unwrap().pace
    }

    /// Seconds that what it is doing now may take.
    fn lasts(pulse: &ConnectionPulse) -> Option<u64> {
        let since = pulse.clock + Duration::from_millis(pulse.state().1);
        pulse.deadline(&pace()).map(|deadline| (deadline - since).as_secs())
    }

    #[tokio::test]
    async fn each_phase_has_its_time() {
        let pulse = Arc::new(ConnectionPulse::new(Instant::now()));
        assert_eq!(lasts(&pulse), Some(10), "a head that never comes");
        let turn = pulse.begin(true);
        assert_eq!(lasts(&pulse), Some(25), "a body that never ends, and its refusal");
        pulse.body_ended();
        assert_eq!(lasts(&pulse), None, "an answer takes what it takes");
        pulse.wrote(false);
        assert!(lasts(&pulse).is_some_and(|seconds| seconds >= 30), "unless nobody reads it");
        pulse.wrote(true);
        assert_eq!(lasts(&pulse), None);
        drop(turn);
        assert_eq!(lasts(&pulse), Some(40), "between two requests");
        pulse.heard();
        assert_eq!(lasts(&pulse), Some(10), "the next head");
    }

    #[tokio::test]
    async fn bytes_that_trickle_prolong_nothing() {
        let pulse = ConnectionPulse::new(Instant::now());
        let opened = pulse.state();
        tokio::time::sleep(Duration::from_millis(5)).await;
        pulse.heard();
        pulse.wrote(true);
        assert_eq!(pulse.state(), opened);
    }
}
