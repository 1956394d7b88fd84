//! What a worker has in its hands, lane by lane: each destination has its own, so that a slow one holds up no other.

use super::prepare::ReadyDelivery;
use crate::store::deliveries::DestinationKey;
use domain::connectors::{TrialMode, trial};
use domain::id::DeliveryId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// Deliveries in a worker's hands: claimed, and not recorded yet.
pub(super) const IN_HAND: usize = 512;
/// Those of one destination that wait for their call or are called.
pub(super) const OF_DESTINATION: usize = 192;
/// Calls of one destination at once.
const CALLS: usize = 32;
/// And of one that lately failed or made its deliveries wait in vain: until its breaker knows, few lose a try.
const CAREFUL: usize = 4;
/// How long a claimed delivery waits for its call. Later, what was read for it may no longer be true: its request may be cancelled, its
/// destination held.
const FRESH: Duration = Duration::from_secs(2);
/// How long no other call begins after that of a delivery that is tried alone. What ends a worker does so at once; a slow destination must
/// not keep everybody waiting.
const SOLITUDE: Duration = Duration::from_secs(1);

/// One destination's.
#[derive(Default)]
struct DestinationLane {
    waiting: VecDeque<(Instant, ReadyDelivery)>,
    calling: usize,
    /// Whether a call failed, or deliveries waited in vain, since a call last went well.
    troubled: bool,
}

/// One that is tried alone: it waits for its call, or since when it is called.
enum Alone {
    Waiting(Box<ReadyDelivery>),
    Called(DeliveryId, Instant),
}

#[derive(Default)]
pub(super) struct DestinationLanes {
    lanes: BTreeMap<DestinationKey, DestinationLane>,
    in_hand: BTreeSet<DeliveryId>,
    alone: Option<Alone>,
}

impl DestinationLanes {
    /// How many more may be claimed.
    pub fn room(&self) -> usize {
        IN_HAND.saturating_sub(self.in_hand.len())
    }

    /// Whether one that is tried alone may be claimed.
    pub fn takes_alone(&self) -> bool {
        self.alone.is_none()
    }

    /// How long no other call begins; None when they may.
    pub fn solitude(&self) -> Option<Duration> {
        match self.alone {
            Some(Alone::Called(_, since)) => SOLITUDE.checked_sub(since.elapsed()).filter(|left| !left.is_zero()),
            Some(Alone::Waiting(_)) | None => None,
        }
    }

    /// For each destination, how many more of it may be claimed, where that is less than of others: none while enough wait.
    pub fn allowed(&self) -> BTreeMap<DestinationKey, usize> {
        let left = |lane: &DestinationLane| match lane.waiting.len() {
            enough if enough >= CALLS => 0,
            _ if lane.troubled => CAREFUL.saturating_sub(lane.calling),
            waiting => OF_DESTINATION.saturating_sub(waiting + lane.calling),
        };
        self.lanes.iter().map(|(destination, lane)| (destination.clone(), left(lane))).collect()
    }

    /// Takes a claimed delivery, unless it is in hand already: then its lease was only made longer.
    pub fn take(&mut self, ready: ReadyDelivery) {
        if self.in_hand.insert(ready.delivery.id) {
            if trial(ready.delivery.times.cut_off) != TrialMode::Together && self.alone.is_none() {
                self.alone = Some(Alone::Waiting(Box::new(ready)));
                return;
            }
            let destination = (ready.delivery.organization, ready.delivery.connector.clone());
            self.lanes.entry(destination).or_default().waiting.push_back((Instant::now(), ready));
        }
    }

    /// What to call now.
    pub fn next(&mut self) -> Option<(DestinationKey, ReadyDelivery)> {
        match self.alone.take() {
            Some(Alone::Waiting(ready)) => {
                self.alone = Some(Alone::Called(ready.delivery.id, Instant::now()));
                let destination = (ready.delivery.organization, ready.delivery.connector.clone());
                self.lanes.entry(destination.clone()).or_default().calling += 1;
                return Some((destination, *ready));
            }
            called => self.alone = called,
        }
        if self.solitude().is_some() {
            return None;
        }
        let ready = |lane: &DestinationLane| lane.calling < CALLS && lane.waiting.front().is_some_and(|(since, _)| since.elapsed() < FRESH);
        let (destination, lane) = self.lanes.iter_mut().find(|(_, lane)| ready(lane))?;
        let (_, ready) = lane.waiting.pop_front()?;
        lane.calling += 1;
        Some((destination.clone(), ready))
    }

    /// A call ended, well or not; says whether more of its destination may be claimed because of that.
    pub fn called(&mut self, destination: &DestinationKey, well: bool) -> bool {
        let Some(lane) = self.lanes.get_mut(destination) else { return false };
        let was_troubled = std::mem::replace(&mut lane.troubled, !well);
        lane.calling = lane.calling.saturating_sub(1);
        self.forget_idle();
        was_troubled
    }

    /// Lets go of deliveries: they are recorded, or given back.
    pub fn let_go(&mut self, ids: &[DeliveryId]) {
        for id in ids {
            self.in_hand.remove(id);
            if matches!(self.alone, Some(Alone::Called(alone, _)) if alone == *id) {
                self.alone = None;
            }
        }
    }

    /// Takes out what waits at destinations in trouble, as is one that let a delivery wait too long, or all that waits: to be given back.
    pub fn stale(&mut self, all: bool) -> Vec<DeliveryId> {
        let mut stale = Vec::new();
        match self.alone.take() {
            Some(Alone::Waiting(ready)) if all => stale.push(ready.delivery.id),
            kept => self.alone = kept,
        }
        for lane in self.lanes.values_mut() {
            lane.troubled |= lane.waiting.front().is_some_and(|(since, _)| since.elapsed() >= FRESH);
            if all || lane.troubled {
                stale.extend(lane.waiting.drain(..).map(|(_, ready)| ready.delivery.id));
            }
        }
        self.forget_idle();
        self.let_go(&stale);
        stale
    }

    /// Nothing is known of a destination that nothing is in hand of, unless it is in trouble.
    fn forget_idle(&mut self) {
        self.lanes.retain(|_, lane| lane.calling > 0 || !lane.waiting.is_empty() || lane.troubled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::deliveries::{Delivery, DeliveryRecipient};
    use domain::connectors::DeliveryTimes;
    use domain::id::{EffectId, OrganizationId, RequestId};
    use domain::subject::Subject;
    use uuid::Uuid;

    fn ready(connector: &str) -> ReadyDelivery {
        let delivery = Delivery {
            id: DeliveryId(Uuid::new_v4()),
            organization: OrganizationId(Uuid::nil()),
            effect: EffectId(Uuid::nil()),
            subject: Subject::Request(RequestId(Uuid::nil())),
            connector: connector.to_owned(),
            times: DeliveryTimes { next_at: None, leased_until: None, delivered_at: None, failed_at: None, attempts: 0, cut_off: 0 },
            created_at: chrono::DateTime::UNIX_EPOCH,
            recipient: DeliveryRecipient::Fulfilment,
            made: None,
            frozen: None,
        };
        ReadyDelivery { delivery, prepared: Err(String::new()) }
    }

    #[test]
    fn a_destination_gets_so_many_calls_and_no_more_is_claimed_while_enough_wait() {
        let mut lanes = DestinationLanes::default();
        (0..100).for_each(|_| lanes.take(ready("slow")));
        lanes.take(ready("quick"));
        let called: Vec<String> = std::iter::from_fn(|| lanes.next()).map(|((_, connector), _)| connector).collect();
        assert_eq!(called.iter().filter(|one| *one == "slow").count(), CALLS);
        assert_eq!(called.iter().filter(|one| *one == "quick").count(), 1);
        let place = |connector: &str| (OrganizationId(Uuid::nil()), connector.to_owned());
        assert_eq!(lanes.allowed()[&place("slow")], 0, "enough wait");
        assert_eq!(lanes.allowed()[&place("quick")], OF_DESTINATION - 1);
        assert_eq!(lanes.room(), IN_HAND - 101);
    }

    #[test]
    fn after_a_failure_what_waits_is_given_back_and_few_are_claimed_until_a_call_goes_well() {
        let mut lanes = DestinationLanes::default();
        (0..40).for_each(|_| lanes.take(ready("desk")));
        while lanes.next().is_some() {}
        assert!(lanes.stale(false).is_empty(), "it has just come");
        let place = (OrganizationId(Uuid::nil()), "desk".to_owned());
        assert!(!lanes.called(&place, false));
        assert_eq!(lanes.stale(false).len(), 40 - CALLS);
        assert_eq!((lanes.allowed()[&place], lanes.room()), (0, IN_HAND - CALLS));
        (1..CALLS).for_each(|_| assert!(lanes.called(&place, false), "there is reason to look again"));
        assert_eq!(lanes.allowed()[&place], CAREFUL);
        lanes.take(ready("desk"));
        assert!(lanes.next().is_some() && lanes.called(&place, true));
        assert!(lanes.allowed().is_empty(), "as good as new");
    }

    #[test]
    fn everything_that_waits_is_given_back_at_the_end() {
        let mut lanes = DestinationLanes::default();
        (0..40).for_each(|_| lanes.take(ready("desk")));
        while lanes.next().is_some() {}
        assert_eq!(lanes.stale(true).len(), 40 - CALLS);
        assert_eq!(lanes.room(), IN_HAND - CALLS);
    }

    #[test]
    fn one_that_was_cut_off_is_called_while_no_other_call_begins() {
        let mut lanes = DestinationLanes::default();
        lanes.take(ready("desk"));
        let mut alone = ready("desk");
        alone.delivery.times.cut_off = 1;
        let id = alone.delivery.id;
        lanes.take(alone);
        assert!(!lanes.takes_alone());
        let (place, first) = lanes.next().unwrap();
        assert_eq!(first.delivery.id, id);
        assert!(lanes.next().is_none() && lanes.solitude().is_some());
        lanes.called(&place, true);
        lanes.let_go(&[id]);
        assert!(lanes.takes_alone() && lanes.solitude().is_none());
        assert!(lanes.next().is_some(), "the other one goes on");

        let mut again = ready("desk");
        again.delivery.times.cut_off = 1;
        let id = again.delivery.id;
        lanes.take(again);
        assert_eq!(lanes.stale(false), [], "it is next");
        assert_eq!(lanes.stale(true), [id]);
        assert!(lanes.takes_alone());
    }

    #[test]
    fn what_is_in_hand_is_not_taken_twice() {
        let mut lanes = DestinationLanes::default();
        let one = ready("desk");
        let again = ReadyDelivery { delivery: one.delivery.clone(), prepared: Err(String::new()) };
        lanes.take(one);
        lanes.take(again);
        assert!(lanes.next().is_some() && lanes.next().is_none());
    }
}
