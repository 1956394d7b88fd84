//! The open live streams: not more of one session, or of one person, than tabs somebody has. The oldest makes room for the newest.

use domain::id::PersonId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tower_sessions::session::Id;

/// Sessions whose streams one person can have all open.
const SESSIONS: usize = 4;

/// One open stream.
struct OpenStream {
    number: u64,
    session: Option<Id>,
    replaced: Arc<Notify>,
}

/// The open streams of this process, of each person the oldest first.
pub struct OpenStreams {
    per_session: usize,
    open: Mutex<Registry>,
}

#[derive(Default)]
struct Registry {
    made: u64,
    by_person: HashMap<PersonId, VecDeque<OpenStream>>,
}

impl OpenStreams {
    /// With so many for each session at most.
    pub fn new(per_session: u32) -> Self {
        Self { per_session: per_session as usize, open: Mutex::default() }
    }

    /// Takes a stream in; those that are too many are told that they were replaced.
    pub fn enter(self: &Arc<Self>, person: PersonId, session: Option<Id>) -> StreamPlace {
        let mut open = self.lock();
        open.made += 1;
        let (number, replaced) = (open.made, Arc::new(Notify::new()));
        let streams = open.by_person.entry(person).or_default();
        streams.push_back(OpenStream { number, session, replaced: replaced.clone() });
        let of_session = streams.iter().filter(|stream| stream.session == session).count();
        if of_session > self.per_session {
            let oldest = streams.iter().position(|stream| stream.session == session);
            oldest.and_then(|at| streams.remove(at)).inspect(OpenStream::end);
        } else if streams.len() > self.per_session * SESSIONS {
            streams.pop_front().inspect(OpenStream::end);
        }
        StreamPlace { streams: self.clone(), person, number, replaced }
    }

    /// A panic while it was held leaves the list whole: every change of it is one call.
    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenStream {
    fn end(&self) {
        self.replaced.notify_one();
    }
}

/// A stream's place among the others; free when dropped.
pub struct StreamPlace {
    streams: Arc<OpenStreams>,
    person: PersonId,
    number: u64,
    replaced: Arc<Notify>,
}

impl StreamPlace {
    /// Returns when a newer stream took this one's place.
    pub async fn replaced(&self) {
        self.replaced.notified().await;
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(streams) = open.by_person.get_mut(&self.person) {
            streams.retain(|stream| stream.number != self.number);
            if streams.is_empty() {
                open.by_person.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use uuid::Uuid;

    fn replaced(places: &[StreamPlace]) -> Vec<usize> {
        let ended = places.iter().enumerate().filter(|(_, place)| place.replaced().now_or_never().is_some());
        ended.map(|(number, _)| number).collect()
    }

    #[test]
    fn the_oldest_of_the_session_and_then_of_the_person_makes_room() {
        let streams = Arc::new(OpenStreams::new(2));
        let (hana, ruth) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let mut places: Vec<_> = [1, 2, 1, 2, 1].map(|session| streams.enter(hana, Some(Id(session)))).into();
        assert_eq!(replaced(&places), [0]);
        // Those of others do not count, and those that ended do not either.
        places.extend([1, 1].map(|session| streams.enter(ruth, Some(Id(session)))));
        drop(places.remove(1));
        places.push(streams.enter(hana, Some(Id(2))));
        assert_eq!(replaced(&places), Vec::<usize>::new());
        places.extend([3, 3, 4, 4, 5].map(|session| streams.enter(hana, Some(Id(session)))));
        assert_eq!(replaced(&places).len(), 1, "eight of one person");
        drop(places);
        assert!(streams.lock().by_person.is_empty());
    }
}
