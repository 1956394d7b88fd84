//! What the log's address says: which entries, which page, and which entry is open.

use domain::address::Address;
use domain::audit::wire::{AuditFilter, USUAL_PERIOD};
use domain::connectors::wire::PERIODS;
use domain::id::AuditEntryId;

/// `/audit?text=…&period=…&who=…&what=…&thing=…&way=…&after=…&entry=…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLocation {
    pub filter: AuditFilter,
    /// The cursor of a later page.
    pub after: Option<String>,
    pub open: Option<AuditEntryId>,
}

impl Default for AuditLocation {
    fn default() -> Self {
        Self { filter: AuditFilter { period: USUAL_PERIOD, ..AuditFilter::default() }, after: None, open: None }
    }
}

impl AuditLocation {
    /// From the values of an address; what is not understood is left out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            filter: AuditFilter::read(&get),
            after: get("after").filter(|after| !after.is_empty()),
            open: get("entry").and_then(|id| id.parse().ok()),
        }
    }

    /// Its query: what the page and the export are asked with.
    fn values(&self) -> Vec<(&'static str, String)> {
        let filter = &self.filter;
        let period = PERIODS.iter().find(|(period, ..)| *period == filter.period && *period != USUAL_PERIOD);
        vec![
            ("text", filter.text.clone()),
            ("period", period.map(|(_, word, _)| (*word).to_owned()).unwrap_or_default()),
            ("who", filter.actor.map(|actor| actor.to_string()).unwrap_or_default()),
            ("what", filter.thing.map(|thing| thing.name().to_owned()).unwrap_or_default()),
            ("thing", filter.thing_id.clone()),
            ("way", filter.way.map(|way| way.name().to_owned()).unwrap_or_default()),
            ("after", self.after.clone().unwrap_or_default()),
            ("entry", self.open.map(|id| id.to_string()).unwrap_or_default()),
        ]
    }

    /// Its address.
    pub fn address(&self) -> String {
        let values = self.values();
        let query: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Address::AuditLog.with_query(&query)
    }

    /// Where all that fits is exported, as a file that ends so.
    pub fn export(&self, ending: &str) -> String {
        let whole = Self { after: None, open: None, ..self.clone() }.address();
        let query = whole.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        format!("{}/export.{ending}{query}", Address::AuditLog)
    }

    /// The first page with another filter.
    pub fn with(&self, change: impl FnOnce(&mut AuditFilter)) -> Self {
        let mut filter = self.filter.clone();
        change(&mut filter);
        Self { filter, after: None, open: None }
    }

    /// The same list with this entry open.
    pub fn opening(&self, open: Option<AuditEntryId>) -> Self {
        Self { open, ..self.clone() }
    }

    /// Whether the list is another one, whatever is open.
    pub fn lists_like(&self, other: &Self) -> bool {
        self.filter == other.filter && self.after == other.after
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::{AuditThing, AuditWay};
    use domain::connectors::wire::ConsolePeriod;
    use domain::id::PersonId;
    use std::collections::BTreeMap;

    #[test]
    fn an_address_says_all_of_it_and_nothing_needless() {
        assert_eq!(AuditLocation::default().address(), Address::AuditLog.root());
        assert_eq!(AuditLocation::default().export("csv"), "/audit/export.csv");
        let filter = AuditFilter {
            text: "desk".into(),
            period: ConsolePeriod::Ever,
            actor: Some(PersonId(uuid::Uuid::nil())),
            thing: Some(AuditThing::Connector),
            thing_id: "desk".into(),
            way: Some(AuditWay::CommandLine),
        };
        let place = AuditLocation { filter, after: Some("12.x".into()), open: Some(AuditEntryId(uuid::Uuid::nil())) };
        let address = place.address();
        let values: BTreeMap<&str, &str> = address.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(AuditLocation::read(|key| values.get(key).map(|value| (*value).to_owned())), place);
        assert!(place.export("jsonl").starts_with("/audit/export.jsonl?text=desk&period=ever") && !place.export("csv").contains("entry="));
        assert_eq!(AuditLocation::read(|_| Some("nonsense".into())).filter.thing, None);
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let later = AuditLocation { after: Some("12.x".into()), ..AuditLocation::default() };
        let other = later.with(|filter| filter.thing = Some(AuditThing::Form));
        assert_eq!(other.after, None);
        assert!(!other.lists_like(&later) && later.opening(Some(AuditEntryId(uuid::Uuid::nil()))).lists_like(&later));
    }
}
