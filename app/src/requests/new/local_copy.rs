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
    /// When the server last saved what this was typed over, by the server's clock; None when it had saved nothing.
    pub base: Option<DateTime<Utc>>,
    pub answers: Answers,
    /// Answers sent, while nobody knows whether they arrived.
    #[serde(default)]
    pub sent: Option<Answers>,
}

impl LocalCopy {
    /// Whether it has to be sent when the dialog opens: nothing was saved since it was typed. Only the server's times are compared, as
    /// exactly as the server stores them; this device's clock may be wrong.
    pub fn is_news(&self, saved_at: Option<DateTime<Utc>>) -> bool {
        let micros = |at: DateTime<Utc>| at.timestamp_micros();
        saved_at.is_none_or(|saved_at| self.base.is_some_and(|base| micros(base) >= micros(saved_at)))
    }

    /// Whether what the server has is what this device sent before it was typed on.
    pub fn goes_on_from(&self, saved: &Answers) -> bool {
        self.sent.as_ref() == Some(saved)
    }
}

/// Where copies are kept. On the server, and where the browser refuses storage, nowhere.
#[derive(Clone, Debug)]
pub struct LocalShelf {
    key: String,
}

impl LocalShelf {
    /// The place for one person's draft of one item.
    pub fn new(person: &str, item: &str) -> Self {
        Self { key: format!("docket.draft.{person}.{item}") }
    }

    /// The copy, if there is one.
    pub fn read(&self) -> Option<LocalCopy> {
        domain::reading::read_json(&storage::read(&self.key)?).ok()
    }

    /// Keeps these answers; says whether it could.
    pub fn keep(&self, copy: &LocalCopy) -> bool {
        serde_json::to_string(copy).is_ok_and(|text| storage::write(&self.key, &text))
    }

    /// Whether the copy is this draft with these answers.
    pub fn holds(&self, id: RequestId, answers: &Answers) -> bool {
        self.read().is_some_and(|copy| copy.id == id && copy.answers == *answers)
    }

    /// The server saved these answers: a copy that says the same goes, if they are the `last`; one that says more stays, over what is
    /// saved now.
    pub fn acknowledge(&self, id: RequestId, answers: &Answers, saved_at: DateTime<Utc>, last: bool) {
        let Some(copy) = self.read().filter(|copy| copy.id == id) else { return };
        if last && copy.answers == *answers {
            self.clear();
        } else {
            self.keep(&LocalCopy { base: copy.base.max(Some(saved_at)), sent: None, ..copy });
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

    pub fn write(key: &str, text: &str) -> bool {
        matches!(window().local_storage(), Ok(Some(storage)) if storage.set_item(key, text).is_ok())
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

    pub fn write(_: &str, _: &str) -> bool {
        false
    }

    pub fn remove(_: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_copy_is_news_unless_something_newer_was_saved_whatever_the_device_thinks_the_time_is() {
        let server = DateTime::from_timestamp(1_776_073_260, 123_456_789).unwrap();
        let stored = DateTime::from_timestamp_micros(server.timestamp_micros()).unwrap();
        let later = stored + TimeDelta::seconds(1);
        for device in [server - TimeDelta::hours(3), server + TimeDelta::hours(3)] {
            let copy = |base: Option<DateTime<Utc>>| -> LocalCopy {
                let id = RequestId(uuid::Uuid::nil());
                serde_json::from_value(serde_json::json!({ "id": id, "at": device, "base": base, "answers": {} })).unwrap()
            };
            assert!(copy(None).is_news(None));
            assert!(!copy(None).is_news(Some(stored)));
            assert!(copy(Some(server)).is_news(Some(stored)));
            assert!(copy(Some(server)).is_news(None));
            assert!(!copy(Some(server)).is_news(Some(later)));
        }
    }

    #[test]
    fn a_copy_goes_on_from_what_was_sent_and_never_acknowledged() {
        let answers = |text: &str| Answers([("why".to_owned(), serde_json::json!(text))].into());
        let copy = LocalCopy { id: RequestId(uuid::Uuid::nil()), base: None, answers: answers("new start"), sent: Some(answers("new")) };
        assert!(copy.goes_on_from(&answers("new")));
        assert!(!copy.goes_on_from(&answers("from elsewhere")));
        assert!(!LocalCopy { sent: None, ..copy }.goes_on_from(&Answers::default()));
    }
}
