//! One call of a connector, with its secrets in place and out of sight.

use crate::connectors::{self, AttemptOutcome, AttemptVerdict, OutgoingDelivery, OutgoingMessage};
use crate::{Backend, apart};
use domain::connectors::Connector;
use std::time::Duration;

/// For a whole try, however many calls it takes: less than a lease.
const PATIENCE: Duration = Duration::from_secs(45);

/// What a connector is asked to do once.
pub(super) enum ConnectorRequest<'a> {
    /// Hand something on to the system it stands for.
    Outgoing(OutgoingDelivery<'a>),
    /// Carry a message to people.
    Message(&'a OutgoingMessage),
}

/// Tries a connector once; what is kept of it has no secret in it.
pub(super) async fn call(backend: &Backend, organization: &str, connector: &Connector, sent: &ConnectorRequest<'_>) -> AttemptOutcome {
    let Some(kind) = connectors::find(&connector.kind) else {
        return AttemptOutcome::not_set_up(format!("This server knows no connector of the kind “{}”.", connector.kind));
    };
    let given = match connectors::resolve(kind, organization, connector, backend.settings()) {
        Ok(given) => given,
        Err(message) => return AttemptOutcome::not_set_up(message),
    };
    let tried = match sent {
        // Templates of the organization are run before the first call: work that may take long.
        ConnectorRequest::Outgoing(outgoing) if kind.templates().iter().any(|(key, _)| connector.settings.contains_key(*key)) => {
            tokio::time::timeout(PATIENCE, apart::begin(kind.deliver(&given, outgoing, backend.client()))).await
        }
        ConnectorRequest::Outgoing(outgoing) => tokio::time::timeout(PATIENCE, kind.deliver(&given, outgoing, backend.client())).await,
        ConnectorRequest::Message(message) => tokio::time::timeout(PATIENCE, kind.tell(&given, message, backend.client())).await,
    };
    let mut outcome = tried.unwrap_or_else(|_| {
        let error = format!("No answer within {} seconds.", PATIENCE.as_secs());
        AttemptOutcome::without_answer(AttemptVerdict::Retry { error, after: None }, String::new())
    });
    // Chats name their messages; e-mails are named by Docket, and a ticket is not a message.
    outcome.names_message = outcome.created.is_some() && kind.carries().is_some();
    outcome.hide(&connectors::secret_values(kind.kind(), &given.settings));
    if let ConnectorRequest::Message(message) = sent
        && !message.secrets.is_empty()
    {
        // As it went out it may be encoded, so that no search for the secret finds it.
        if !outcome.request.is_empty() {
            outcome.request = format!("To {}. What was sent is not kept: it holds a link that opens something.", message.to);
        }
        outcome.hide(&message.secrets);
    }
    outcome
}
