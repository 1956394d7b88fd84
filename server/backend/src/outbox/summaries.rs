//! Daily summaries: when one is due, and whether there is anything to sum up. What it says is written when it is sent.

use super::message::since_last;
use crate::Backend;
use crate::error::Result;
use crate::store::members::addressed;
use crate::store::{effects, notices};
use crate::zones;
use domain::effect::Effect;
use domain::id::{EffectId, OrganizationId, PersonId};
use domain::subject::Subject;

/// People looked at in one go.
const AT_ONCE: u64 = 50;

/// Records the summaries that are due by now; says how many there were.
pub(crate) async fn run(backend: &Backend) -> Result<u32> {
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
    let since = since_last(&handle, id, backend.stamp(&handle).await?).await?;
    let is_due = person.is_some() && !notices::unseen(&handle, id, since, 1).await?.is_empty();
    let next = person.as_ref().and_then(|person| {
        let summary = person.choices.summary?;
        let local = summary.next(zones::local(person.zone, now))?;
        Some(zones::moment(person.zone, local))
    });
    let (be, effect) = (backend.clone(), EffectId(backend.id()));
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                if !addressed::summarized(tx, id, now, next).await? || !is_due {
                    return Ok(false);
                }
                effects::record(tx, &[(Subject::Person(id), effect, Effect::Summarize)], be.stamp(tx).await?).await
            })
        })
        .await
}
