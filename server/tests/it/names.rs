//! What types and components are called: each name stands for one thing, and what leaves its file says its role.

use crate::tidy::{all, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Names of one word that leave their file and are not in `TERMS`. It may only become less.
const ONE_WORD_NAMES: usize = 8;
/// What everybody who works on Docket calls by one word: the glossary of `app/domain/src/lib.rs`, what the site is built of, and what
/// Rust and its libraries call so everywhere.
const TERMS: &[&str] = &[
    // The glossary.
    "Address",
    "Answers",
    "Approval",
    "Comment",
    "Connector",
    "Delegation",
    "Delivery",
    "Effect",
    "Event",
    "Field",
    "Form",
    "Grant",
    "Me",
    "Membership",
    "Permission",
    "Problem",
    "Profile",
    "Refusal",
    "Request",
    "Section",
    "Space",
    "Status",
    "Subject",
    "Task",
    // What the site is built of.
    "App",
    "Avatar",
    "Backend",
    "Caller",
    "Icon",
    "Store",
    "Tx",
    // Conventions of Rust, sea-orm and its migrations.
    "Error",
    "Migration",
    "Migrator",
    "Model",
    "Relation",
    "Result",
];

/// A type or component at the top level of a text, without those of its tests: its name, and whether it may leave its file.
fn defined_names(text: &str) -> Vec<(&str, bool)> {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let names = product.lines().filter_map(|line| {
        let shown = ["pub(crate) ", "pub(super) ", "pub "].iter().find_map(|word| line.strip_prefix(word));
        let shown = shown.or_else(|| line.strip_prefix("pub(in ").and_then(|rest| rest.split_once(") ")).map(|(_, rest)| rest));
        let (kind, rest) = shown.unwrap_or(line).split_once(' ')?;
        let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
        let is_type = matches!(kind, "struct" | "enum" | "trait" | "type");
        (is_type || kind == "fn" && name.starts_with(char::is_uppercase)).then_some((name, shown.is_some()))
    });
    names.collect()
}

/// Each name, with the files that define it, and whether one of them shows it to others.
fn places() -> BTreeMap<String, (BTreeSet<String>, bool)> {
    let mut places: BTreeMap<String, (BTreeSet<String>, bool)> = BTreeMap::new();
    let files = all().into_iter().chain(sources("build"));
    for (path, text) in files.filter(|(path, _)| path.ends_with(".rs") && path.contains("/src/")) {
        for (name, shown) in defined_names(&text) {
            let known = places.entry(name.to_owned()).or_default();
            known.0.insert(path.clone());
            known.1 |= shown;
        }
    }
    assert!(places.len() > 500, "{} names", places.len());
    places
}

#[test]
fn no_name_stands_for_two_things() {
    let text = "pub struct A<T>;\n    type B = u8;\npub(in crate::x) fn Page() {}\nfn page() {}\nenum Own {}\n";
    assert_eq!(defined_names(text), [("A", true), ("Page", true), ("Own", false)]);
    let mut places = places();
    // The names that sea-orm gives to each table and each migration.
    places.retain(|name, (files, _)| files.len() > 1 && !["Model", "Relation", "Migration"].contains(&name.as_str()));
    assert!(places.is_empty(), "give each a name of its own: {places:#?}");
}

/// Whether a name is one word: a capital letter, and no other after it.
fn is_one_word(name: &str) -> bool {
    name.chars().filter(|letter| letter.is_uppercase()).count() == 1
}

#[test]
fn what_leaves_its_file_has_a_name_of_two_words() {
    assert!(is_one_word("Found") && !is_one_word("FoundRules"));
    let places = places();
    for term in TERMS {
        assert!(places.get(*term).is_some_and(|(_, shown)| *shown), "{term} is gone: take it out of TERMS");
    }
    let single = |name: &str, shown: bool| shown && is_one_word(name) && !TERMS.contains(&name);
    let left: Vec<_> = places.iter().filter(|(name, (_, shown))| single(name, *shown)).collect();
    assert!(left.len() <= ONE_WORD_NAMES, "say its role with a second word: {left:#?}");
    assert!(left.len() == ONE_WORD_NAMES, "{} names are left: say so in ONE_WORD_NAMES", left.len());
}
