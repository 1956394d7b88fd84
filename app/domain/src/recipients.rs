//! Whom a mail goes to: each address once.

use crate::text::lower_case;
use std::collections::BTreeSet;

/// Addresses in their order, each once. The local part stays as it was given and the domain, which knows no case, is written small.
///
/// Two addresses that differ in case alone are one: no mail system in use tells them apart, and some refuse a mail that names both.
pub fn each_once<T: AsRef<str>>(addresses: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let written = addresses.into_iter().map(|address| written(address.as_ref().trim()));
    written.filter(|address| !address.is_empty() && seen.insert(lower_case(address))).collect()
}

fn written(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", lower_case(domain)),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_named_once_as_it_was_given_first() {
        for (given, once) in [
            (vec!["ops@x.example", "Ops@x.example"], vec!["ops@x.example"]),
            (vec!["Ops@X.example", "desk@x.example", "ops@x.EXAMPLE"], vec!["Ops@x.example", "desk@x.example"]),
            (vec!["  a@x.example ", "a@y.example", "a@x.example", ""], vec!["a@x.example", "a@y.example"]),
            (vec!["max@STRASSE.example", "max@straße.example"], vec!["max@strasse.example", "max@straße.example"]),
            (vec!["\"a@b\"@X.example"], vec!["\"a@b\"@x.example"]),
            (vec![], vec![]),
        ] {
            assert_eq!(each_once(given), once);
        }
    }
}
