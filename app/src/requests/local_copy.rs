//! What was typed and has not reached the server yet, kept on the device: by person and catalog item, until a save is acknowledged.

use chrono::{DateTime, Utc};
use domain::forms::Answers;
use domain::id::RequestId;
use serde::{Deserialize, Serialize};

/// A draft as it is on this device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalCopy {
    /// The draft it belongs to.
    pub id: RequestId,
    /// When it was written, by this device's clock.
    pub at: DateTime<Utc>,
    pub answers: Answers,
}

impl LocalCopy {
    /// Whether it has to be sent when the dialog opens: it is there because the server does not have it, and nothing newer was saved.
    pub fn is_news(&self, saved_at: Option<DateTime<Utc>>) -> bool {
        saved_at.is_none_or(|saved_at| self.at > saved_at)
    }
}

/// Where copies are kept. On the server, and where the browser refuses storage, nowhere.
#[derive(Clone, Debug)]
pub struct Shelf {
    key: String,
}

impl Shelf {
    /// The place for one person's draft of one item.
    pub fn new(person: &str, item: &str) -> Self {
        Self { key: format!("docket.draft.{person}.{item}") }
    }

    /// The copy, if there is one.
    pub fn read(&self) -> Option<LocalCopy> {
        serde_json::from_str(&storage::read(&self.key)?).ok()
    }

    /// Keeps these answers.
    pub fn keep(&self, id: RequestId, answers: &Answers) {
        let copy = LocalCopy { id, at: now(), answers: answers.clone() };
        if let Ok(text) = serde_json::to_string(&copy) {
            storage::write(&self.key, &text);
        }
    }

    /// The server has these answers: a copy that says the same goes; one that says more stays.
    pub fn acknowledge(&self, answers: &Answers) {
        if self.read().is_some_and(|copy| copy.answers == *answers) {
            self.clear();
        }
    }

    /// Forgets the copy.
    pub fn clear(&self) {
        storage::remove(&self.key);
    }
}

/// The browser's storage; failures (private windows, a full disk) mean that nothing is kept.
#[cfg(feature = "hydrate")]
mod storage {
    use leptos::prelude::window;

    pub fn read(key: &str) -> Option<String> {
        window().local_storage().ok()??.get_item(key).ok()?
    }

    pub fn write(key: &str, text: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(key, text);
        }
    }

    pub fn remove(key: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.remove_item(key);
        }
    }
}

/// The server keeps nothing on a device.
#[cfg(not(feature = "hydrate"))]
mod storage {
    pub fn read(_: &str) -> Option<String> {
        None
    }

    pub fn write(_: &str, _: &str) {}

    pub fn remove(_: &str) {}
}

/// The device's clock.
fn now() -> DateTime<Utc> {
    #[cfg(feature = "hydrate")]
    return DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    DateTime::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_news_unless_something_newer_was_saved() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let copy = LocalCopy { id: RequestId(uuid::Uuid::nil()), at: at(100), answers: Answers::default() };
        assert!(copy.is_news(None));
        assert!(copy.is_news(Some(at(99))));
        assert!(!copy.is_news(Some(at(101))));
    }
}
