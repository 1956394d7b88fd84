//! What the list's address says: who is listed, and from where on.

use domain::address::Address;
use domain::id::PersonId;
use domain::people::wire::{PERSON_STATES, PeopleFilter};

/// `/people?text=…&role=…&space=…&group=…&state=…&after=…`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleLocation {
    pub filter: PeopleFilter,
    /// The last person of the page before.
    pub after: Option<PersonId>,
}

impl PeopleLocation {
    /// From the values of an address; what is not understood is left out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self { filter: PeopleFilter::read(&get), after: get("after").and_then(|id| id.parse().ok()) }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let filter = &self.filter;
        let id = |id: Option<String>| id.unwrap_or_default();
        let state = PERSON_STATES.iter().find(|(state, ..)| Some(*state) == filter.state).map_or("", |(_, name, _)| *name);
        Address::People.with_query(&[
            ("text", &filter.text),
            ("role", &filter.role),
            ("space", &id(filter.space.map(|space| space.to_string()))),
            ("group", &id(filter.group.map(|group| group.to_string()))),
            ("state", state),
            ("after", &id(self.after.map(|after| after.to_string()))),
        ])
    }

    /// The first page with another filter.
    pub fn with(&self, change: impl FnOnce(&mut PeopleFilter)) -> Self {
        let mut filter = self.filter.clone();
        change(&mut filter);
        Self { filter, after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people::wire::PersonState;
    use std::collections::BTreeMap;

    #[test]
    fn an_address_says_all_of_it_and_nothing_needless() {
        assert_eq!(PeopleLocation::default().address(), Address::People.root());
        let id = uuid::Uuid::from_u128(9);
        let filter = PeopleFilter {
            text: "ruth".to_owned(),
            role: "reviewer".to_owned(),
            space: Some(id.into()),
            group: Some(id.into()),
            state: Some(PersonState::Disabled),
        };
        let place = PeopleLocation { filter, after: Some(id.into()) };
        let address = place.address();
        let values: BTreeMap<&str, &str> = address.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(PeopleLocation::read(|key| values.get(key).map(|value| (*value).to_owned())), place);
        assert_eq!(place.with(|filter| filter.state = None).after, None, "another filter begins at the first page");
    }
}
