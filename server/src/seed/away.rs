//! Who is away in the demo's story, and who decides in their place.

use super::{StoryTeller, words};
use backend::delegations;
use chrono::TimeDelta;
use domain::approvals::away::{AwayView, DelegationPhase};
use domain::forms::Answers;
use serde::Deserialize;
use serde_json::json;

/// Somebody who is away, by e-mail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedAbsence {
    organization: String,
    pub(super) from: String,
    /// The deputy.
    pub(super) to: String,
    /// Hours before now when they said so.
    hours_ago: i64,
    /// Days after that when it begins.
    #[serde(default)]
    in_days: i64,
    /// For how many days, counted from now.
    days: i64,
    /// Names of the services it is for; all when empty.
    #[serde(default)]
    services: Vec<String>,
}

impl StoryTeller {
    /// Names the deputy, unless they are one already; true when they were not.
    pub(super) async fn away(&self, away: &SeedAbsence) -> Result<bool, String> {
        let said = self.now - TimeDelta::hours(away.hours_ago);
        self.clock.set(self.now);
        let caller = self.caller(&away.organization, &away.from).await?;
        let deputy = self.caller(&away.organization, &away.to).await?;
        let page = delegations::page(&self.backend, &caller).await.map_err(words)?;
        if page.given.iter().any(|row| row.to.id == deputy.id() && row.phase != DelegationPhase::Over) {
            return Ok(false);
        }
        self.clock.set(said);
        let first = caller.today(said + TimeDelta::days(away.in_days));
        let last = caller.today(self.now + TimeDelta::days(away.in_days + away.days));
        let mut answers = Answers::default();
        answers.set("to", json!({ "id": deputy.id(), "name": deputy.facts.person.name }));
        answers.set("since", first.to_string().into());
        answers.set("until", last.to_string().into());
        if !away.services.is_empty() {
            answers.set("scope", "some".into());
            answers.set("items", chosen(&page, &away.services).into());
        }
        delegations::begin(&self.backend, &caller, answers).await.map_err(words)?;
        Ok(true)
    }
}

/// The services of these names, as the form offers them.
fn chosen(page: &AwayView, names: &[String]) -> Vec<String> {
    let fields = page.form.sections.iter().flat_map(|section| &section.fields);
    let offered = fields.filter(|field| field.key == "items").flat_map(|field| &field.options);
    offered.filter(|option| names.contains(&option.label)).map(|option| option.value.clone()).collect()
}
