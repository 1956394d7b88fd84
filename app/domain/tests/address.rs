//! Every address is read as it was written, whatever keys, numbers and tokens there are, and whatever stands in its query.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use domain::address::{Address, FIXED_PAGES};
use proptest::prelude::*;

fn page<'a>(kind: usize, part: &'a str) -> Address<'a> {
    let about = [
        Address::Item(part),
        Address::Request(part),
        Address::InboxRequest(part),
        Address::Connector(part),
        Address::NewConnector(part),
        Address::NoticeSettingsPart(part),
        Address::Share(part),
    ];
    about.into_iter().chain(FIXED_PAGES).nth(kind % (about.len() + FIXED_PAGES.len())).unwrap()
}

/// The text behind a percent-encoded one.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            plain => bytes.push(plain),
        }
    }
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn an_address_is_read_as_it_was_written(kind in any::<usize>(), part in "[A-Za-z0-9._~-]{1,24}", value in any::<String>()) {
        let page = page(kind, &part);
        let text = page.to_string();
        // What is set up anew has no key yet: one that is called “new” is still one.
        prop_assert_eq!(Address::parse(&text), Some(page));
        let asked = page.with_query(&[("q", &value), ("none", "")]);
        prop_assert_eq!(Address::parse(&asked), Some(page));
        let query = asked.strip_prefix(&text).unwrap();
        prop_assert_eq!(query.strip_prefix("?q=").map(decoded).unwrap_or_default(), value);
    }

    #[test]
    fn whatever_was_typed_stays_in_its_part_of_an_address(kind in 0_usize..7, part in any::<String>()) {
        let page = page(kind, &part);
        let text = page.to_string();
        prop_assert!(text.is_ascii() && !text.contains(['?', '#', ' ', '"', '<']), "{}", text);
        let written = text.strip_prefix(page.root()).and_then(|rest| rest.strip_prefix('/')).unwrap();
        prop_assert!(!written.contains('/'), "{}", text);
        prop_assert_eq!(decoded(written), part);
    }
}
