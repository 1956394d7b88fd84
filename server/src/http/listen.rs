//! Listening: takes connections in, keeps their number within what the machine bears, and ends those that take too long.
//!
//! When there are as many as there may be, the one that has waited longest makes room, once it has had time to ask; those that are being
//! answered stay. When all are, a few more are taken in that hear about health, or that there is no room: so that whoever watches the
//! site still hears from it.

use super::kinds::RequestKind;
use super::pulse::{ConnectionPhase, ConnectionPulse};
use super::stream::{AnswerBody, RequestBody, WatchedStream};
use crate::config::ConnectionPace;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tower::Service;

/// Connections that are taken in beyond the most there may be.
const BEYOND: usize = 8;
/// How long one of those may take.
const BEYOND_TAKES: Duration = Duration::from_secs(3);
/// How long each connection is let wait, or its body come, before it makes room: long enough to ask. Whoever comes meanwhile waits to be
/// taken in.
const PATIENCE: Duration = Duration::from_millis(500);
/// The largest head of a request.
const HEAD_LIMIT: usize = 64 * 1024;
/// The pause before there may be room again.
const BREATH: Duration = Duration::from_millis(20);

/// The open connections of one kind.
#[derive(Default)]
struct OpenConnections {
    by_number: HashMap<u64, Arc<ConnectionPulse>>,
    /// It was said that there are as many as there may be.
    said_full: bool,
}

impl OpenConnections {
    /// Ends the connection that has waited longest, if one has for a while.
    fn make_room(&mut self) -> Room {
        let waiting = self.by_number.iter().filter_map(|(number, pulse)| {
            let (phase, since) = pulse.state();
            (phase < ConnectionPhase::Busy).then_some(((phase == ConnectionPhase::Body, since), *number))
        });
        let Some((_, oldest)) = waiting.min() else { return Room::None };
        match self.by_number.entry(oldest) {
            Entry::Occupied(entry) if entry.get().age() >= PATIENCE => {
                entry.remove().dismiss();
                Room::Made
            }
            _ => Room::Soon,
        }
    }
}

/// Whether there is room for one more connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// Now.
    Made,
    /// When one that has only begun to wait has waited for a while.
    Soon,
    /// Not before one that is being answered ends.
    None,
}

/// What listens.
struct Door {
    router: Router,
    pace: ConnectionPace,
    most: usize,
    clock: Instant,
    open: Arc<Mutex<OpenConnections>>,
    beyond: Arc<Mutex<OpenConnections>>,
    stopping: watch::Receiver<bool>,
    /// Dropped by each connection when it has ended.
    alive: mpsc::Sender<()>,
    taken: u64,
}

/// Takes connections in until the site stops, then waits until all have ended.
pub async fn listen(listener: TcpListener, router: Router, pace: ConnectionPace, most: usize, stopping: watch::Receiver<bool>) {
    let (alive, mut ended) = mpsc::channel(1);
    let mut stop = stopping.clone();
    let stopped = async move {
        let _ = stop.wait_for(|stopping| *stopping).await;
    };
    let door = Door { router, pace, most, clock: Instant::now(), open: Arc::default(), beyond: Arc::default(), stopping, alive, taken: 0 };
    tokio::select! {
        () = door.take_in(&listener) => {}
        () = stopped => {}
    }
    drop(listener);
    // Nobody sends: what is waited for is the end of the last sender.
    let _ = ended.recv().await;
}

impl Door {
    async fn take_in(mut self, listener: &TcpListener) {
        let mut said_trouble = false;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    said_trouble = false;
                    let mut room = self.room();
                    while room == Room::Soon {
                        tokio::time::sleep(BREATH).await;
                        room = self.room();
                    }
                    self.admit(stream, peer, room);
                }
                // Whoever connected went away before it was taken in.
                Err(error) if is_of_the_connection(&error) => {}
                Err(error) => {
                    if !said_trouble {
                        tracing::error!(%error, "failed to accept connections; closing those that wait until it works again");
                        said_trouble = true;
                    }
                    lock(&self.open).make_room();
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr, room: Room) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "failed to set TCP_NODELAY on a connection");
        }
        self.taken += 1;
        let (number, pulse) = (self.taken, Arc::new(ConnectionPulse::new(self.clock)));
        let full = room == Room::None;
        let connections = if full { &self.beyond } else { &self.open };
        lock(connections).by_number.insert(number, pulse.clone());
        let place = ConnectionPlace { connections: connections.clone(), number, _alive: self.alive.clone() };
        let pace = if full { ConnectionPace { head: BEYOND_TAKES, body: BEYOND_TAKES, ..self.pace.clone() } } else { self.pace.clone() };
        let visitor = Visitor { router: self.router.clone(), pulse, pace, peer, full };
        tokio::spawn(visitor.attend(stream, self.stopping.clone(), place));
    }

    /// Makes room for one more connection; when that cannot be, among those beyond the most there may be.
    fn room(&self) -> Room {
        let mut open = lock(&self.open);
        let count = open.by_number.len();
        if count < self.most {
            // So that a number that stays about there is said once.
            open.said_full &= count > self.most / 4 * 3;
            return Room::Made;
        }
        if !open.said_full {
            tracing::warn!(
                connections = count,
                "{count} connections are open, the most there may be; closing those that wait for new ones"
            );
            open.said_full = true;
        }
        let room = open.make_room();
        if room == Room::None {
            let mut beyond = lock(&self.beyond);
            // The first of them has had its moment, whatever it does.
            let first = beyond.by_number.keys().min().copied().filter(|_| beyond.by_number.len() >= BEYOND);
            if let Some(pulse) = first.and_then(|number| beyond.by_number.remove(&number)) {
                pulse.dismiss();
            }
        }
        room
    }
}

/// A connection's place among the others; free when dropped.
struct ConnectionPlace {
    connections: Arc<Mutex<OpenConnections>>,
    number: u64,
    _alive: mpsc::Sender<()>,
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        lock(&self.connections).by_number.remove(&self.number);
    }
}

/// Who is at the other end, and what they are served with.
#[derive(Clone)]
struct Visitor {
    router: Router,
    pulse: Arc<ConnectionPulse>,
    pace: ConnectionPace,
    peer: SocketAddr,
    /// Taken in beyond the most there may be.
    full: bool,
}

impl Visitor {
    /// Serves the connection to its end.
    async fn attend(self, stream: TcpStream, mut stopping: watch::Receiver<bool>, _place: ConnectionPlace) {
        let (pulse, pace, keep_alive) = (self.pulse.clone(), self.pace.clone(), !self.full);
        let io = TokioIo::new(WatchedStream { stream, pulse: pulse.clone() });
        let service = hyper::service::service_fn(move |request| self.clone().answer(request));
        // The pulse knows the time of a head: hyper's own would be that between two requests as well.
        let mut connection = pin!(
            http1::Builder::new().header_read_timeout(None).max_buf_size(HEAD_LIMIT).keep_alive(keep_alive).serve_connection(io, service)
        );
        let mut overdue = pin!(pulse.overdue(&pace));
        let mut stopped = false;
        loop {
            tokio::select! {
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    return;
                }
                () = overdue.as_mut() => {
                    tracing::debug!(phase = ?pulse.state().0, "a connection took too long");
                    return;
                }
                () = pulse.dismissed() => return,
                _ = stopping.wait_for(|stopping| *stopping), if !stopped => {
                    stopped = true;
                    if pulse.state().0 < ConnectionPhase::Body {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    async fn answer(mut self, request: Request<Incoming>) -> Result<Response<AnswerBody>, Infallible> {
        let with_body = !request.body().is_end_stream();
        let turn = self.pulse.begin(with_body);
        let response = if self.full && RequestKind::of(&request) != RequestKind::Health {
            let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::RETRY_AFTER, "5")];
            (StatusCode::SERVICE_UNAVAILABLE, headers, "Docket has more visitors than it can serve. Try again in a moment.\n")
                .into_response()
        } else {
            let (pulse, may_take) = (&self.pulse, self.pace.body);
            let mut request = request.map(|body| match with_body {
                true => Body::new(RequestBody::new(body, pulse.clone(), may_take)),
                false => Body::empty(),
            });
            request.extensions_mut().insert(ConnectInfo(self.peer));
            let response = self.router.call(request).await.unwrap_or_else(|never| match never {});
            if self.pulse.late() { too_late() } else { response }
        };
        Ok(response.map(|inner| AnswerBody { inner, _turn: turn }))
    }
}

/// The answer to a body that took too long.
fn too_late() -> Response<Body> {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CONNECTION, "close")];
    (StatusCode::REQUEST_TIMEOUT, headers, "This took too long to arrive. Nothing was changed: try again.\n").into_response()
}

/// Whether accepting failed because of the one connection, and the next can be taken in at once.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// A panic while it was held leaves the list whole: every change of it is one call.
fn lock(connections: &Mutex<OpenConnections>) -> MutexGuard<'_, OpenConnections> {
    connections.lock().unwrap_or_else(PoisonError::into_inner)
}
