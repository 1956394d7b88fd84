//! Asking again how it is now, without ever asking twice at a time: a page that is told of many changes asks once, and once more when
//! something changed while it asked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;

/// Whether a page is asking, and whether it has to ask again.
#[derive(Clone, Copy)]
pub struct PageRefresher {
    asking: StoredValue<bool>,
    again: StoredValue<bool>,
}

impl PageRefresher {
    /// Nothing was asked yet.
    pub fn idle() -> Self {
        Self { asking: StoredValue::new(false), again: StoredValue::new(false) }
    }

    /// Asks; called while asking, it asks once more afterwards. Once the page has been left, nothing is asked.
    pub fn refresh<F: Future<Output = ()> + 'static>(self, ask: impl Fn() -> F + 'static) {
        if self.begins() {
            let ask = Box::new(move || Box::pin(ask()) as Pin<Box<dyn Future<Output = ()>>>);
            spawn_local(self.repeat(ask));
        }
    }

    /// Whether to ask now.
    fn begins(self) -> bool {
        if self.asking.try_get_value() != Some(false) {
            self.again.try_update_value(|again| *again = true);
            return false;
        }
        self.asking.set_value(true);
        true
    }

    async fn repeat(self, ask: Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>>) {
        loop {
            self.again.try_update_value(|again| *again = false);
            ask().await;
            if self.again.try_get_value() != Some(true) {
                break;
            }
        }
        self.asking.try_update_value(|asking| *asking = false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    /// Polls a future that never waits for anything but itself.
    fn drive(future: impl Future<Output = ()>) {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn what_is_asked_for_meanwhile_is_asked_once_more() {
        let owner = Owner::new();
        owner.set();
        let (refresher, asked) = (PageRefresher::idle(), Rc::new(Cell::new(0)));
        let counter = asked.clone();
        let ask = move || {
            counter.set(counter.get() + 1);
            // Three changes are heard of during the first answer.
            let begun = counter.get() == 1 && (0..3).any(|_| refresher.begins());
            assert!(!begun, "it is asking already");
            Box::pin(std::future::ready(())) as Pin<Box<dyn Future<Output = ()>>>
        };
        assert!(refresher.begins());
        drive(refresher.repeat(Box::new(ask)));
        assert_eq!(asked.get(), 2);
        assert!(refresher.begins(), "it can ask again later");
    }
}
