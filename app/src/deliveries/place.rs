//! What the console's address says: which deliveries, which page, and which one is open.

use domain::address::Address;
use domain::connectors::wire::{ConsoleFilter, ConsolePeriod, ShownDeliveries};
use domain::id::DeliveryId;
use domain::text::tidy_code;

/// `/connectors?show=…&to=…&period=…&number=…&after=…&delivery=…`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsoleLocation {
    pub filter: ConsoleFilter,
    /// The cursor of a later page.
    pub after: Option<String>,
    pub open: Option<DeliveryId>,
}

/// Words of the address, and on screen.
pub const SHOWS: &[(ShownDeliveries, &str, &str)] = &[
    (ShownDeliveries::All, "", "All"),
    (ShownDeliveries::Waiting, "waiting", "Waiting"),
    (ShownDeliveries::Failed, "failed", "Failed"),
    (ShownDeliveries::Delivered, "delivered", "Delivered"),
];

/// Words of the address, and on screen.
pub const PERIODS: &[(ConsolePeriod, &str, &str)] = &[
    (ConsolePeriod::Day, "day", "Last 24 hours"),
    (ConsolePeriod::Week, "", "Last 7 days"),
    (ConsolePeriod::Month, "month", "Last 30 days"),
    (ConsolePeriod::Ever, "ever", "Any time"),
];

impl ConsoleLocation {
    /// From the values of an address; what is not understood is left out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key: &str| get(key).map(|value| tidy_code(&value).into_owned()).unwrap_or_default();
        let (show, period) = (get("show"), get("period"));
        Self {
            filter: ConsoleFilter {
                show: SHOWS.iter().find(|(_, word, _)| *word == show).map(|(show, ..)| *show).unwrap_or_default(),
                connector: get("to"),
                period: PERIODS.iter().find(|(_, word, _)| *word == period).map(|(period, ..)| *period).unwrap_or_default(),
                number: get("number"),
            },
            after: Some(get("after")).filter(|after| !after.is_empty()),
            open: get("delivery").parse().ok(),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let show = SHOWS.iter().find(|(show, ..)| *show == self.filter.show).map_or("", |(_, word, _)| word);
        let period = PERIODS.iter().find(|(period, ..)| *period == self.filter.period).map_or("", |(_, word, _)| word);
        let open = self.open.map(|id| id.to_string()).unwrap_or_default();
        let parts = [
            ("show", show),
            ("to", self.filter.connector.as_str()),
            ("period", period),
            ("number", self.filter.number.as_str()),
            ("after", self.after.as_deref().unwrap_or_default()),
            ("delivery", open.as_str()),
        ];
        Address::Connectors.with_query(&parts)
    }

    /// The first page with another filter.
    pub fn with(&self, change: impl FnOnce(&mut ConsoleFilter)) -> Self {
        let mut filter = self.filter.clone();
        change(&mut filter);
        Self { filter, after: None, open: None }
    }

    /// The same list with this delivery open.
    pub fn opening(&self, open: Option<DeliveryId>) -> Self {
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
    use std::collections::BTreeMap;

    #[test]
    fn an_address_says_all_of_it_and_nothing_needless() {
        assert_eq!(ConsoleLocation::default().address(), Address::Connectors.root());
        let filter =
            ConsoleFilter { show: ShownDeliveries::Failed, connector: "desk".into(), period: ConsolePeriod::Day, number: "IT-7F3K".into() };
        let place = ConsoleLocation { filter, after: Some("12.x".into()), open: Some(DeliveryId(uuid::Uuid::nil())) };
        let address = place.address();
        let values: BTreeMap<&str, &str> = address.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(ConsoleLocation::read(|key| values.get(key).map(|value| (*value).to_owned())), place);
        assert_eq!(ConsoleLocation::read(|_| Some("nonsense".into())).filter.show, ShownDeliveries::All);
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let later = ConsoleLocation { after: Some("12.x".into()), ..ConsoleLocation::default() };
        let other = later.with(|filter| filter.show = ShownDeliveries::Failed);
        assert_eq!(other.after, None);
        assert!(!other.lists_like(&later) && later.opening(Some(DeliveryId(uuid::Uuid::nil()))).lists_like(&later));
    }
}
