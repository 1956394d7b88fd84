//! Service levels: when a request is due, by the targets it was submitted with and its organization's calendar.
//!
//! The targets are those of the item as it was at submission. The calendar is the present one of that key: who adds a holiday means the
//! requests that are open too. A request's place in queues follows at its next event.

use crate::error::Result;
use crate::known::OrganizationRules;
use crate::store::requests::QueuePosition;
use crate::store::{StoreHandle, calendars, events};
use crate::zones;
use chrono::{DateTime, Duration, Utc};
use domain::requests::sla::calendar::{OffsetTable, WorkCalendar, WorkingTime};
use domain::requests::sla::shown::due_view;
use domain::requests::sla::{self, SlaClock, SlaClocks, SlaTargets};
use domain::requests::wire::ClocksView;
use domain::requests::{Event, Request, RequestState, StateChange, history};

/// Where a request without a promised time stands in queues: so long after its submission.
const UNPROMISED: Duration = Duration::days(30);

/// A request's place in queues when it is filed.
pub(super) fn first_turn(known: &OrganizationRules, request: &Request, decision: &StateChange) -> QueuePosition {
    let clocks = request.item.sla.as_ref().map(|sla| {
        let calendar = sla.calendar.as_deref().and_then(|key| known.calendar(key));
        let (business, _) = hours(calendar, request.submitted_at);
        sla::clocks(&history::start(request), &decision.events, &business, sla, request.submitted_at)
    });
    place(request, &decision.state, clocks.as_ref())
}

/// A request's place in queues after a decision that is not saved yet.
pub(super) async fn turn(
    handle: &impl StoreHandle,
    request: &Request,
    decision: &StateChange,
    now: DateTime<Utc>,
) -> Result<QueuePosition> {
    let ended = decision.state.status.is_terminal() || decision.state.deleted;
    let clocks = if request.item.sla.is_some() && !ended {
        let mut all = events::after(handle, request.id, 0).await?;
        all.extend(decision.events.iter().cloned());
        clocks(handle, request, &all, now).await?
    } else {
        None
    };
    Ok(place(request, &decision.state, clocks.as_ref()))
}

/// The clocks of a request for its page; None when its item promised nothing.
pub(super) async fn view(handle: &impl StoreHandle, request: &Request, events: &[Event], now: DateTime<Utc>) -> Result<Option<ClocksView>> {
    let Some(sla) = &request.item.sla else { return Ok(None) };
    let (business, calendar) = business(handle, sla, now).await?;
    // Clocks count from the beginning.
    let clocks = if events.first().is_none_or(|event| event.seq == 1) {
        sla::clocks(&history::start(request), events, &business, sla, now)
    } else {
        let whole = events::after(handle, request.id, 0).await?;
        sla::clocks(&history::start(request), &whole, &business, sla, now)
    };
    let shown = |clock: &Option<SlaClock>| {
        let running = clock.as_ref().filter(|clock| clock.stopped_at.is_none())?;
        Some(due_view(request.submitted_at, running.due_at?, running.paused, now))
    };
    Ok(Some(ClocksView {
        response: shown(&clocks.response),
        resolution: shown(&clocks.resolution),
        late_because: clocks.late_because(),
        clocks,
        calendar,
    }))
}

async fn clocks(handle: &impl StoreHandle, request: &Request, events: &[Event], now: DateTime<Utc>) -> Result<Option<SlaClocks>> {
    let Some(sla) = &request.item.sla else { return Ok(None) };
    let (business, _) = business(handle, sla, now).await?;
    Ok(Some(sla::clocks(&history::start(request), events, &business, sla, now)))
}

async fn business(handle: &impl StoreHandle, sla: &SlaTargets, now: DateTime<Utc>) -> Result<(WorkingTime, Option<String>)> {
    let calendar = match &sla.calendar {
        Some(key) => calendars::by_key(handle, key).await?,
        None => None,
    };
    Ok(hours(calendar.as_ref(), now))
}

/// When work happens, and the calendar's name. A calendar that is gone or makes no sense is none: work at every hour.
fn hours(calendar: Option<&WorkCalendar>, now: DateTime<Utc>) -> (WorkingTime, Option<String>) {
    let business =
        calendar.and_then(|calendar| Some((WorkingTime::new(calendar, offsets(calendar, now)).ok()?, Some(calendar.name.clone()))));
    business.unwrap_or_else(|| (WorkingTime::always(), None))
}

/// The offsets of the calendar's zone: for three years back and one ahead, beyond which the last one goes on.
fn offsets(calendar: &WorkCalendar, now: DateTime<Utc>) -> OffsetTable {
    let told = zones::offsets(zones::first([calendar.zone.as_str()]), now);
    let first = told.first().map_or(0, |(_, minutes)| *minutes);
    let changes = told.iter().skip(1).filter_map(|(second, minutes)| Some((DateTime::from_timestamp(*second, 0)?, *minutes)));
    OffsetTable { first, changes: changes.collect() }
}

/// Where a state stands: at the next due time of its running clocks; at the end, when it ended.
fn place(request: &Request, state: &RequestState, clocks: Option<&SlaClocks>) -> QueuePosition {
    if state.status.is_terminal() || state.deleted {
        return QueuePosition { at: state.updated_at, runs_out: false };
    }
    let running = clocks.into_iter().flat_map(|clocks| [&clocks.response, &clocks.resolution]).flatten();
    let next =
        running.filter(|clock| clock.stopped_at.is_none()).filter_map(|clock| Some((clock.due_at?, clock))).min_by_key(|(at, _)| *at);
    match next {
        Some((at, clock)) => QueuePosition { at, runs_out: runs_out(clock) },
        None => QueuePosition { at: request.submitted_at + UNPROMISED, runs_out: false },
    }
}

/// Whether a clock will be, or is, late if nothing happens. What was late before it stood still stays late.
fn runs_out(clock: &SlaClock) -> bool {
    !clock.paused || clock.breached
}
