//! The live stream: server-sent events that say what to ask for again. It carries no data of requests, only numbers and the inbox's count.
//!
//! Nothing sent here must arrive. Whoever falls behind is disconnected and catches up by asking again.

use super::SiteState;
use super::sessions::{BrowserSession, SessionAccount};
use super::streams::StreamPlace;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use backend::live::LiveChange;
use backend::{Backend, Caller};
use domain::approvals::machine::{deputy_scopes, index_keys};
use domain::live::LiveEvent;
use domain::permission::{AccessPlace, Permission};
use futures::{Stream, stream};
use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, MissedTickBehavior};

/// At most one new count in this time: a burst of submissions is one event.
const QUIET: Duration = Duration::from_millis(200);
/// How often the facts about the caller are read again: someone who left a group or was signed out hears nothing more.
const REFRESH: Duration = Duration::from_secs(60);

/// How long it takes at least until a grant that ends or begins is noticed.
const LEAST_WAIT: Duration = Duration::from_millis(50);

/// `/live`.
pub fn router() -> Router<SiteState> {
    Router::new().route("/live", get(live))
}

async fn live(State(site): State<SiteState>, session: BrowserSession) -> Response {
    let (id, Some(account)) = (session.id(), session.account) else {
        return (StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response();
    };
    // Subscribed before counting, so that nothing falls between the two.
    let changes = site.backend.live().subscribe();
    let place = site.streams.enter(account.caller.id(), id);
    let listener = match Listener::new(site, account, place, changes).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "failed to begin a live stream");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let stream = Sse::new(listener.events()).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    // Proxies that buffer would hold events back.
    ([(HeaderName::from_static("x-accel-buffering"), "no")], stream).into_response()
}

/// What the caller decides, as changes name it.
struct DecidedKeys {
    /// By what they are, and in the place of others whatever the item.
    any: HashSet<String>,
    /// In the place of others for some items. A change does not say its item: the inbox is counted, and no number is told.
    some: HashSet<String>,
}

impl DecidedKeys {
    fn of(backend: &Backend, caller: &Caller) -> Self {
        let (some, any): (Vec<_>, Vec<_>) =
            deputy_scopes(&caller.facts, backend.now()).into_iter().partition(|scope| !scope.items.is_empty());
        let as_deputy = any.into_iter().flat_map(|scope| scope.keys);
        Self {
            any: index_keys(&caller.facts).into_iter().chain(as_deputy).collect(),
            some: some.into_iter().flat_map(|scope| scope.keys).collect(),
        }
    }
}

/// One open page.
struct Listener {
    backend: Backend,
    account: SessionAccount,
    caller: Caller,
    keys: DecidedKeys,
    place: StreamPlace,
    changes: broadcast::Receiver<LiveChange>,
    stopping: watch::Receiver<bool>,
    refresh: tokio::time::Interval,
    /// Events ready to be sent.
    ready: VecDeque<Event>,
    /// Nothing is sent after those.
    over: bool,
    /// When the inbox was counted last, and when it should be again.
    counted: Instant,
    count_due: Option<Instant>,
    /// The count that was sent last.
    told: u64,
}

impl Listener {
    async fn new(
        site: SiteState,
        account: SessionAccount,
        place: StreamPlace,
        changes: broadcast::Receiver<LiveChange>,
    ) -> backend::Result<Self> {
        let caller = account.caller.clone();
        let count = backend::approvals::count(&site.backend, &caller).await?;
        let mut refresh = tokio::time::interval_at(Instant::now() + REFRESH, REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let hello = LiveEvent::Inbox { count };
        Ok(Self {
            keys: DecidedKeys::of(&site.backend, &caller),
            backend: site.backend,
            account,
            caller,
            place,
            changes,
            stopping: site.stopping,
            refresh,
            ready: [named("hello", &hello), named("message", &hello)].into_iter().flatten().collect(),
            counted: Instant::now(),
            count_due: None,
            told: count,
            over: false,
        })
    }

    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            loop {
                if let Some(event) = listener.ready.pop_front() {
                    return Some((Ok(event), listener));
                }
                if listener.over || !listener.wait().await {
                    return None;
                }
            }
        })
    }

    /// Waits until there may be something to send; false when the stream is over. What asks the database is boxed: its room is taken
    /// while it asks, not as long as the page is open.
    async fn wait(&mut self) -> bool {
        let due = self.count_due;
        // Further away, the facts are read again before.
        let left = self.caller.changes_at.map(|at| (at - self.backend.now()).to_std().unwrap_or_default());
        let held_until = left.filter(|left| *left < REFRESH).map(|left| Instant::now() + left.max(LEAST_WAIT));
        tokio::select! {
            () = stopped(&mut self.stopping) => false,
            () = self.place.replaced() => {
                // The page then waits to be asked: one that came back at once would replace the next.
                self.ready.push_back(Event::default().event("replaced").data("{}"));
                self.over = true;
                true
            }
            change = self.changes.recv() => match change {
                Ok(change) => self.hear(change),
                // Behind, or the server ends: the page connects again and asks for everything.
                Err(_) => false,
            },
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => Box::pin(self.count()).await,
            // What is held changes by the time alone.
            () = tokio::time::sleep_until(held_until.unwrap_or_else(Instant::now)), if held_until.is_some() => {
                Box::pin(self.know_again()).await
            }
            _ = self.refresh.tick() => Box::pin(self.know_again()).await,
        }
    }

    /// Takes in a change, and all others that are there by now. False when there are too many to name: the page connects again and
    /// asks for everything.
    fn hear(&mut self, first: LiveChange) -> bool {
        let mut numbers: Vec<String> = Vec::new();
        let (mut deliveries, mut notices) = (false, false);
        let mut next = Some(first);
        while let Some(change) = next.take() {
            match change {
                LiveChange::Request { organization, number, requester, targets, place } if organization == self.caller.organization => {
                    let decides = targets.iter().any(|target| self.keys.any.contains(target));
                    let counts = decides || targets.iter().any(|target| self.keys.some.contains(target));
                    if counts && self.count_due.is_none() {
                        self.count_due = Some(self.counted + QUIET);
                    }
                    let sees = decides || requester == self.caller.id() || self.sees(place);
                    if sees && !numbers.contains(&number) {
                        numbers.push(number);
                    }
                }
                LiveChange::Rights { organization, people } if organization == self.caller.organization => {
                    if people.is_empty() || people.contains(&self.caller.id()) {
                        self.refresh.reset_immediately();
                    }
                }
                LiveChange::Deliveries { organization } if organization == self.caller.organization => {
                    deliveries |= self.caller.facts.may(Permission::SeeDeliveries);
                }
                LiveChange::Notices { organization, people } if organization == self.caller.organization => {
                    notices |= people.contains(&self.caller.id());
                }
                LiveChange::Request { .. } | LiveChange::Rights { .. } | LiveChange::Deliveries { .. } | LiveChange::Notices { .. } => {}
                LiveChange::Everything => return false,
            }
            next = match self.changes.try_recv() {
                Ok(change) => Some(change),
                Err(broadcast::error::TryRecvError::Empty) => None,
                Err(_) => return false,
            };
        }
        self.ready.extend(notices.then(|| named("message", &LiveEvent::Notices)).flatten());
        self.ready.extend(deliveries.then(|| named("message", &LiveEvent::Deliveries)).flatten());
        self.ready.extend(numbers.into_iter().filter_map(|number| named("message", &LiveEvent::Request { number })));
        true
    }

    /// Whether the caller sees requests of this place, whoever made them.
    fn sees(&self, place: AccessPlace) -> bool {
        self.caller.facts.may(Permission::SeeRequests.over(place)) || self.caller.facts.may(Permission::Lead.over(place))
    }

    async fn count(&mut self) -> bool {
        self.count_due = None;
        self.counted = Instant::now();
        match backend::approvals::count(&self.backend, &self.caller).await {
            Ok(count) => {
                self.told = count;
                self.ready.extend(named("message", &LiveEvent::Inbox { count }));
                true
            }
            Err(error) => {
                tracing::error!(%error, "failed to count the inbox of a live stream");
                false
            }
        }
    }

    /// Reads the facts about the caller again; false when they are no longer signed in.
    async fn know_again(&mut self) -> bool {
        let Ok(Some(caller)) = self.account.again(&self.backend).await else { return false };
        if caller.facts.permissions() != self.caller.facts.permissions() || caller.facts.grants != self.caller.facts.grants {
            // Any list may have other rows now: the page connects again and asks for everything.
            return false;
        }
        self.keys = DecidedKeys::of(&self.backend, &caller);
        self.caller = caller;
        // Other groups, or a change that another process could no longer tell, show in the count.
        let count = backend::approvals::count(&self.backend, &self.caller).await;
        if count.is_ok_and(|count| count != self.told) {
            self.count_due = Some(Instant::now());
        }
        true
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // A sender that is gone has stopped too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn named(name: &str, event: &LiveEvent) -> Option<Event> {
    Event::default().event(name).json_data(event).ok()
}
