//! Live changes: what the browsers of this process should look at again, whichever process changed it. Nothing here must arrive; a page
//! that missed one asks again when it reconnects. How processes hear of each other is the store's (`store/engine/processes.rs`).

use domain::id::{OrganizationId, PersonId};
use domain::permission::AccessPlace;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast};

/// Something changed in an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveChange {
    /// A request was filed, decided or moved. `targets` are the index keys of rules that wait or waited on it.
    Request {
        organization: OrganizationId,
        number: String,
        requester: PersonId,
        targets: Vec<String>,
        /// What it is of. A process of before says nothing: then it is for those who see all.
        #[serde(default)]
        place: AccessPlace,
    },
    /// What these people may decide changed, or whether they are signed in; of everybody, when none is named.
    Rights { organization: OrganizationId, people: Vec<PersonId> },
    /// Deliveries, destinations or tests of connectors changed.
    Deliveries { organization: OrganizationId },
    /// These people were told something, or read it.
    Notices { organization: OrganizationId, people: Vec<PersonId> },
    /// More than is worth naming, or nobody knows what: look at everything again.
    Everything,
}

/// The process's announcements, and the worker's alarm clock.
pub struct LiveAnnouncer {
    sender: broadcast::Sender<LiveChange>,
    work: Notify,
}

impl Default for LiveAnnouncer {
    fn default() -> Self {
        Self { sender: broadcast::channel(1024).0, work: Notify::new() }
    }
}

impl LiveAnnouncer {
    /// Every change from now on. A receiver that falls behind is told so and should look at everything again.
    pub fn subscribe(&self) -> broadcast::Receiver<LiveChange> {
        self.sender.subscribe()
    }

    /// Tells every open stream.
    pub fn announce(&self, change: LiveChange) {
        // Without a receiver nothing is wrong: nobody looks.
        let _ = self.sender.send(change);
    }

    /// Wakes the worker: an effect was committed or a delivery is due.
    pub fn wake(&self) {
        self.work.notify_one();
    }

    /// Waits until somebody calls `wake`.
    pub async fn woken(&self) {
        self.work.notified().await;
    }
}
