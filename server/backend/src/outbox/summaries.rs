//! Daily summaries: when one is due, and whether there is anything to sum up. What it says is written when it is sent.

use crate::Backend;
use crate::error::Result;
use crate::store::addressed;
use crate::store::deliveries::{self, New, Recipient};
use crate::store::{connectors, notices, organizations};
use crate::zones;
use chrono::Duration;
use domain::id::{DeliveryId, OrganizationId, PersonId};
use domain::notices::Channel;

/// People looked at in one go.
const AT_ONCE: u64 = 50;

/// Makes the summaries that are due by now; says how many there were.
pub(super) async fn run(backend: &Backend) -> Result<u32> {
    let mut made = 0;
    loop {
        let due = addressed::summaries_due(&backend.store().platform(), backend.now(), AT_ONCE).await?;
        let all = (due.len() as u64) < AT_ONCE;
        for (organization, person) in due {
            made += u32::from(make(backend, organization, person).await?);
        }
        if all {
            return Ok(made);
        }
    }
}

/// False when there is nothing to sum up, or another worker was faster.
async fn make(backend: &Backend, organization: OrganizationId, id: PersonId) -> Result<bool> {
    let handle = backend.store().read(organization);
    let now = backend.now();
    let person = super::tell::person(backend, organization, id).await?;
    let (defaults, known) = (organizations::notices(&handle).await?, connectors::sealed(&handle).await?);
    let carrier = super::tell::carriers(backend, &defaults, &known).remove(&Channel::Email);
    // The newest thing it tells of is what it hangs on: nothing new, no second summary.
    let newest = notices::unseen(&handle, id, now - Duration::days(7), 1_000).await?.pop();
    let next = person.as_ref().and_then(|person| {
        let summary = person.choices.summary?;
        let local = summary.next(zones::local(person.zone, now))?;
        Some(zones::moment(person.zone, local))
    });
    let be = backend.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                if !addressed::summarized(tx, id, now, next).await? {
                    return Ok(false);
                }
                let (Some(newest), Some(connector), Some(_)) = (newest, carrier, person) else { return Ok(false) };
                let (effect, request) = (newest.effect, newest.request);
                let new = New { id: DeliveryId(be.id()), effect, request, connector, recipient: Recipient::Summary(id), first_at: now };
                deliveries::insert(tx, &[new], now).await?;
                Ok(true)
            })
        })
        .await
}
