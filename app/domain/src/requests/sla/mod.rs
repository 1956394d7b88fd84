//! Service levels: how soon people react and are done, in working time, as a pure function of the event log. Time in which the
//! organization waits for somebody else does not count against those who work; where it went is told by party.

pub mod calendar;
pub mod lint;
pub mod shown;

use super::lifecycle::apply;
use super::{Event, RequestState, Status};
use calendar::WorkingTime;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// An item's targets, in working minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlaTargets {
    /// Key of the calendar; work at every hour when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Until somebody takes it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_minutes: Option<u32>,
    /// Until it is resolved, completed, declined or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_minutes: Option<u32>,
    /// Statuses in which the clocks stand still.
    #[serde(default = "pauses", skip_serializing_if = "are_usual")]
    pub pause_in: Vec<Status>,
}

fn pauses() -> Vec<Status> {
    vec![Status::PendingApproval, Status::NeedsInfo, Status::Scheduled, Status::Blocked]
}

fn are_usual(given: &[Status]) -> bool {
    given == pauses()
}

/// One clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaClock {
    /// Working minutes allowed.
    pub target: u32,
    /// Working seconds used.
    pub elapsed_seconds: i64,
    /// When the target is or was used up: in the past when breached; while paused, as if it went on now. None when years away, and
    /// when the clock stopped in time.
    pub due_at: Option<DateTime<Utc>>,
    /// It stands still.
    pub paused: bool,
    /// When it stopped for good, or until the request is reopened.
    pub stopped_at: Option<DateTime<Utc>>,
    /// More was used than allowed.
    pub breached: bool,
}

/// Who the time was spent waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingParty {
    Approvers,
    Requester,
    /// The people who work on requests.
    Team,
    Automation,
    QualityCheck,
    /// What blocks the work.
    Others,
}

/// A share of the working time between submission and the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeShare {
    pub party: WaitingParty,
    pub seconds: i64,
    /// Of 100; shares add up to 100.
    pub percent: u32,
}

/// The clocks of a request, and where its time went: the largest share first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaClocks {
    pub response: Option<SlaClock>,
    pub resolution: Option<SlaClock>,
    pub shares: Vec<TimeShare>,
}

impl SlaClocks {
    /// "Late because: 62 % waiting for approvers, 30 % for the requester"; None while no clock is breached.
    pub fn late_because(&self) -> Option<String> {
        let late = [&self.response, &self.resolution].into_iter().flatten().any(|clock| clock.breached);
        let parts: Vec<String> =
            self.shares.iter().filter(|share| share.percent > 0).take(3).map(|s| format!("{} % {}", s.percent, s.party.words())).collect();
        (late && !parts.is_empty()).then(|| format!("Late because: {}", parts.join(", ")))
    }
}

impl WaitingParty {
    /// The words after a share.
    pub fn words(self) -> &'static str {
        match self {
            Self::Approvers => "waiting for approvers",
            Self::Requester => "waiting for the requester",
            Self::Team => "with the people who work on it",
            Self::Automation => "in automation",
            Self::QualityCheck => "in the quality check",
            Self::Others => "blocked by others",
        }
    }

    /// Who has it in this state; nobody while it is put off or over.
    fn of(state: &RequestState) -> Option<Self> {
        Some(match state.status {
            Status::PendingApproval => Self::Approvers,
            Status::NeedsInfo => Self::Requester,
            Status::InProgress if state.runs() => Self::Automation,
            Status::Open | Status::Assigned | Status::InProgress | Status::Escalated | Status::Failed => Self::Team,
            Status::InQa => Self::QualityCheck,
            Status::Blocked => Self::Others,
            Status::Draft | Status::Scheduled | Status::Resolved | Status::Completed | Status::Rejected | Status::Cancelled => return None,
        })
    }
}

/// A stretch of the request's life in one state.
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    state: RequestState,
}

fn stretches(start: &RequestState, events: &[Event], now: DateTime<Utc>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut state = start.clone();
    for event in events {
        let at = event.at.min(now);
        if let Some(last) = stretches.last_mut() {
            last.to = at.max(last.from);
        }
        state = apply(&state, event);
        stretches.push(Stretch { from: at, to: now.max(at), state: state.clone() });
    }
    stretches
}

fn over(status: Status) -> bool {
    status.is_terminal() || status == Status::Resolved
}

/// Whether somebody has taken it up: it left the state of waiting to be begun.
fn taken_up(before: &RequestState, state: &RequestState) -> bool {
    match state.status {
        Status::Assigned | Status::InProgress | Status::Blocked | Status::Escalated | Status::InQa | Status::Failed => true,
        Status::NeedsInfo => before.status == Status::Open,
        status => over(status),
    }
}

/// The clocks at `now`. `events` in their order; `start` is the state before the first (`history::start`).
pub fn clocks(start: &RequestState, events: &[Event], business: &WorkingTime, sla: &SlaTargets, now: DateTime<Utc>) -> SlaClocks {
    let stretches = stretches(start, events, now);
    let mut answered = false;
    let mut before = start;
    let mut response_runs = Vec::new();
    for stretch in &stretches {
        answered |= taken_up(before, &stretch.state);
        response_runs.push(!answered);
        before = &stretch.state;
    }
    let clock = |target: Option<u32>, runs: &dyn Fn(usize, &Stretch) -> bool| {
        let steps: Vec<(&Stretch, bool)> = stretches.iter().enumerate().map(|(i, stretch)| (stretch, runs(i, stretch))).collect();
        target.map(|target| run(&steps, business, &sla.pause_in, target, now))
    };
    SlaClocks {
        response: clock(sla.response_minutes, &|index, _| response_runs[index]),
        resolution: clock(sla.resolution_minutes, &|_, stretch| !over(stretch.state.status)),
        shares: shares(&stretches, business),
    }
}

fn run(steps: &[(&Stretch, bool)], business: &WorkingTime, pause_in: &[Status], target: u32, now: DateTime<Utc>) -> SlaClock {
    let allowed = Duration::minutes(i64::from(target));
    let mut elapsed = Duration::zero();
    let mut used_up = None;
    let mut stopped_at = None;
    for (stretch, runs) in steps {
        if !runs {
            stopped_at = stopped_at.or(Some(stretch.from));
            continue;
        }
        stopped_at = None;
        if pause_in.contains(&stretch.state.status) {
            continue;
        }
        let work = business.between(stretch.from, stretch.to);
        if used_up.is_none() && elapsed + work >= allowed {
            used_up = business.after(stretch.from, allowed - elapsed);
        }
        elapsed += work;
    }
    let running = steps.last().is_some_and(|(_, runs)| *runs);
    let paused = running && steps.last().is_some_and(|(stretch, _)| pause_in.contains(&stretch.state.status));
    // The last minute of a working day may be the last one allowed: whoever has it at night still is late, as queues say.
    let breached = elapsed > allowed || (running && !paused && used_up.is_some_and(|at| now > at));
    let due_at = match used_up {
        Some(at) if breached => Some(at),
        _ if running => business.after(now, allowed - elapsed),
        _ => None,
    };
    SlaClock { target, elapsed_seconds: elapsed.num_seconds(), due_at, paused, stopped_at, breached }
}

fn shares(stretches: &[Stretch], business: &WorkingTime) -> Vec<TimeShare> {
    let mut shares: Vec<TimeShare> = Vec::new();
    for stretch in stretches {
        let Some(party) = WaitingParty::of(&stretch.state) else { continue };
        let seconds = business.between(stretch.from, stretch.to).num_seconds();
        match shares.iter_mut().find(|share| share.party == party) {
            Some(share) => share.seconds += seconds,
            None => shares.push(TimeShare { party, seconds, percent: 0 }),
        }
    }
    shares.retain(|share| share.seconds > 0);
    shares.sort_by_key(|share| (-share.seconds, share.party));
    let total: i64 = shares.iter().map(|share| share.seconds).sum();
    // Rounded down; what is missing to 100 goes to the largest remainders.
    let mut left = 100_i64;
    for share in &mut shares {
        let percent = share.seconds * 100 / total;
        share.percent = u32::try_from(percent).unwrap_or_default();
        left -= percent;
    }
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|index| -(shares[*index].seconds * 100 % total));
    for index in by_remainder.into_iter().take(usize::try_from(left).unwrap_or_default()) {
        shares[index].percent += 1;
    }
    shares
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
