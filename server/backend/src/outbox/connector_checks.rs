//! Tests of connectors: a delivery of sample data, made by the worker like any other, and kept beside the deliveries.

use crate::Backend;
use crate::connectors::{AttemptOutcome, OutgoingDelivery};
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::attempts::NewAttempt;
use crate::store::connector_checks::{self, WaitingCheck};
use crate::store::{connectors, organizations};
use crate::templates;
use domain::id::DeliveryId;
use futures::future::try_join_all;
use serde_json::json;

/// Makes every test that was asked for, all at once.
pub(crate) async fn make_all(backend: &Backend) -> Result<u32> {
    let (reader, writer) = (backend.store().platform(), backend.store().platform_writer());
    let waiting = connector_checks::claim(&reader, &writer, backend.now(), super::LEASE).await?;
    try_join_all(waiting.into_iter().map(|test| make(backend, test))).await?;
    Ok(0)
}

async fn make(backend: &Backend, test: WaitingCheck) -> Result<()> {
    let (at, began) = (backend.now(), std::time::Instant::now());
    let outcome = attempt(backend, &test).await?;
    let attempt = NewAttempt {
        at,
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        code: outcome.code,
        error: outcome.verdict.error().unwrap_or_default().to_owned(),
        request: outcome.request,
        response: outcome.response,
    };
    let now = backend.now();
    let work = backend.store().write(test.organization, move |tx| {
        Box::pin(async move {
            connector_checks::finish(tx, test.id, attempt, now).await?;
            tx.announce(LiveChange::Deliveries { organization: test.organization });
            Ok(())
        })
    });
    work.await
}

async fn attempt(backend: &Backend, test: &WaitingCheck) -> Result<AttemptOutcome> {
    if test.cut_off {
        // It may be why: nobody waits for a test, so it is not made a second time.
        return Ok(AttemptOutcome::not_set_up("The worker ended while it was making this test. Look at the template, then test again."));
    }
    let handle = backend.store().read(test.organization);
    let Some(connector) = connectors::by_key(&handle, backend.seal(), &test.connector).await? else {
        return Ok(AttemptOutcome::not_set_up(format!("Not tested: the connector “{}” was removed.", test.connector)));
    };
    let organization = organizations::find(&backend.store().platform(), test.organization).await?;
    let (key, name) = organization.map(|organization| (organization.key, organization.name)).unwrap_or_default();
    let data = templates::sample(&backend.settings().public_url, &json!({"key": key, "name": name}));
    let now = backend.now();
    let outgoing =
        OutgoingDelivery { id: DeliveryId(test.id), name: "test", decided_at: now, now, data: &data, thread: None, receipts: &[] };
    Ok(super::call::call(backend, &key, &connector, &super::call::ConnectorRequest::Outgoing(outgoing)).await)
}
