//! Server functions of the delivery console and of connectors.

use crate::error::CallError;
use crate::wire::JsonPost;
use chrono::{DateTime, Utc};
use domain::connectors::wire::{ConnectorInput, ConnectorView, ConsoleFilter, ConsoleView, DeliveryDetail, KindView};
use domain::id::DeliveryId;
use leptos::prelude::*;

/// How destinations are, and a page of deliveries.
#[server(name = ConsoleCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/console")]
pub async fn console(filter: ConsoleFilter, after: Option<String>) -> Result<ConsoleView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::page(&backend, &caller, filter, after).await)
}

/// One delivery with its tries.
#[server(name = DeliveryCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/delivery")]
pub async fn delivery(id: DeliveryId) -> Result<DeliveryDetail, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::delivery(&backend, &caller, id).await)
}

/// Sends deliveries now; says how many.
#[server(name = SendNowCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/send_now")]
pub async fn send_now(ids: Vec<DeliveryId>) -> Result<u32, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::send_now(&backend, &caller, ids).await)
}

/// Sends everything to a destination that failed since a moment; says how many.
#[server(name = ReplaySinceCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/replay_since")]
pub async fn replay_since(connector: String, since: DateTime<Utc>) -> Result<u32, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::replay_since(&backend, &caller, connector, since).await)
}

/// Gives up a delivery that waits.
#[server(name = SkipCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/skip")]
pub async fn skip(id: DeliveryId) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::skip(&backend, &caller, id).await)
}

/// Holds a destination back, or lets it go on.
#[server(name = HoldCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/hold")]
pub async fn hold(connector: String, held: bool) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::hold(&backend, &caller, connector, held).await)
}

/// The kinds of connectors there are.
#[server(name = KindsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/kinds")]
pub async fn kinds() -> Result<Vec<KindView>, CallError> {
    use crate::context::{enter, reply};
    let (_, caller) = enter()?;
    reply(backend::console::kinds(&caller))
}

/// A connector to change; with `kind` and no key, an empty one.
#[server(name = ConnectorCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/connector")]
pub async fn connector(key: String, kind: String) -> Result<ConnectorView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    if key.is_empty() {
        return reply(backend::console::new_connector(&caller, &kind));
    }
    reply(backend::console::connector(&backend, &caller, &key).await)
}

/// Makes or changes a connector; answers its key.
#[server(name = SaveConnectorCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/save_connector")]
pub async fn save_connector(wanted: ConnectorInput) -> Result<String, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::save(&backend, &caller, wanted).await)
}

/// Asks for a test of a connector.
#[server(name = TestConnectorCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/test_connector")]
pub async fn test_connector(key: String) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::test(&backend, &caller, key).await)
}

/// What a template makes of a request; of sample data without a docket number.
#[server(name = PreviewTemplateCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "admin/preview_template")]
pub async fn preview_template(kind: String, field: String, source: String, number: String) -> Result<String, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::console::preview(&backend, &caller, &kind, &field, &source, &number).await)
}
