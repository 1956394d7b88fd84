//! What the address of the work pages says: list or board, which requests, which page.

use domain::address::Address;
use domain::bounds::{SEARCH_LETTERS, first_letters};
use domain::requests::Status;
use domain::requests::queue::{AssigneeChoice, DueChoice, QueueFilter};
use domain::text::tidy_line;

/// `/work?view=…&status=…&assignee=…&item=…&space=…&due=…&q=…&ended=1&after=…`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkLocation {
    pub board: bool,
    pub filter: QueueFilter,
    /// The cursor of a later page of the list.
    pub after: Option<String>,
}

impl WorkLocation {
    /// From the values of an address; what is not understood is left out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key: &str| get(key).map(|value| tidy_line(&value).into_owned()).filter(|value| !value.is_empty());
        let holder = |text: String| match text.as_str() {
            "me" => Some(AssigneeChoice::Me),
            "nobody" => Some(AssigneeChoice::Nobody),
            id => id.parse().ok().map(AssigneeChoice::Person),
        };
        let due = |text: String| match text.as_str() {
            "late" => Some(DueChoice::Late),
            "today" => Some(DueChoice::Today),
            _ => None,
        };
        Self {
            board: get("view").as_deref() == Some("board"),
            filter: QueueFilter {
                status: get("status").and_then(|key| Status::parse(&key)),
                holder: get("assignee").and_then(holder),
                item: get("item"),
                space: get("space"),
                due: get("due").and_then(due),
                text: get("q").map(|text| first_letters(&text, SEARCH_LETTERS).to_owned()).unwrap_or_default(),
                ended: get("ended").is_some(),
            },
            after: get("after"),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let filter = &self.filter;
        let holder = filter.holder.map(holder_key).unwrap_or_default();
        Address::Work.with_query(&[
            ("view", if self.board { "board" } else { "" }),
            ("status", filter.status.map_or("", |status| status.key())),
            ("assignee", &holder),
            ("item", filter.item.as_deref().unwrap_or_default()),
            ("space", filter.space.as_deref().unwrap_or_default()),
            ("due", filter.due.map_or("", due_key)),
            ("q", &filter.text),
            ("ended", if filter.ended { "1" } else { "" }),
            ("after", self.after.as_deref().filter(|_| !self.board).unwrap_or_default()),
        ])
    }

    /// The first page with another filter.
    pub fn with(&self, change: impl FnOnce(&mut QueueFilter)) -> Self {
        let mut filter = self.filter.clone();
        change(&mut filter);
        Self { board: self.board, filter, after: None }
    }

    /// The same requests, shown in the other way.
    pub fn shown(&self, board: bool) -> Self {
        Self { board, filter: self.filter.clone(), after: None }
    }

    /// Whether anything is left out.
    pub fn is_filtered(&self) -> bool {
        self.filter != QueueFilter::default()
    }
}

/// The value of a holder in the address.
pub fn holder_key(holder: AssigneeChoice) -> String {
    match holder {
        AssigneeChoice::Me => "me".to_owned(),
        AssigneeChoice::Nobody => "nobody".to_owned(),
        AssigneeChoice::Person(id) => id.to_string(),
    }
}

/// The value of a due time in the address.
pub fn due_key(due: DueChoice) -> &'static str {
    match due {
        DueChoice::Late => "late",
        DueChoice::Today => "today",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn read(query: &str) -> WorkLocation {
        let values: BTreeMap<&str, &str> = query.split('&').filter_map(|part| part.split_once('=')).collect();
        WorkLocation::read(|key| values.get(key).map(|value| (*value).replace("%20", " ")))
    }

    #[test]
    fn an_address_comes_back_as_it_was_given() {
        let person = "0198c0de-0000-7000-8000-000000000001";
        for query in [
            "view=board&status=in_qa",
            "item=laptop&space=main-campus&due=late",
            "assignee=me&due=late",
            "assignee=nobody&item=vpn-access&q=hana%20sato",
            "ended=1&after=12.a",
        ] {
            assert_eq!(read(query).address(), format!("/work?{query}"));
        }
        assert_eq!(read(&format!("assignee={person}")).address(), format!("/work?assignee={person}"));
        assert_eq!(read("").address(), "/work");
        assert_eq!(read(&format!("q={}", "x".repeat(5_000))).filter.text.len(), SEARCH_LETTERS, "an address can be longer than the input");
    }

    #[test]
    fn what_is_not_understood_is_left_out_and_another_filter_begins_at_the_first_page() {
        assert_eq!(read("status=nonsense&assignee=x&due=never&view=wall").address(), "/work");
        assert_eq!(read("after=12.a&due=late").with(|filter| filter.due = Some(DueChoice::Today)).address(), "/work?due=today");
        assert_eq!(read("after=12.a").shown(true).address(), "/work?view=board");
        assert!(read("q=x").is_filtered() && !read("view=board").is_filtered());
    }
}
