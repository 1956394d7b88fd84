//! Rules of authoring: what a definition may say, judged over plain values, on the server when files are applied and in the browser while
//! somebody types.
//!
//! Each slice keeps its rules in a `lint` of its own (`catalog`, `people`, `connectors`, `notices`, `forms`, `approvals`,
//! `requests::sla`): functions that take a value and what it may refer to, and answer everything that is wrong with it, where in the
//! value, and what would be right. Paths begin at the value that was judged; whoever put it into a list says where (`within`). Where it
//! was written, in a line of a file or an input of a page, is known to whoever asks.

use crate::notices::NoticeChannel;
use crate::permission::ROLES;
use crate::text::{count_characters, is_blank_text};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

/// Something wrong in what an author wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuthoringProblem {
    /// Where in the value that was judged.
    pub path: ValuePath,
    /// A sentence that says what would be right.
    pub message: String,
}

/// Where in a value something is, from the outside in: `approval.stages[0].rules[1].key`. Empty for the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValuePath(Vec<PathStep>);

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathStep {
    /// What stands under this name.
    Entry(String),
    /// What stands at this place of a list, counted from 0.
    Place(usize),
}

impl ValuePath {
    /// The value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// What stands under a name in it.
    #[must_use]
    pub fn entry(&self, name: &str) -> Self {
        self.step(PathStep::Entry(name.to_owned()))
    }

    /// What stands at a place in it.
    #[must_use]
    pub fn place(&self, at: usize) -> Self {
        self.step(PathStep::Place(at))
    }

    /// The path of what has this path in a value that is at `self`.
    #[must_use]
    pub fn join(&self, inner: &Self) -> Self {
        Self(self.0.iter().chain(&inner.0).cloned().collect())
    }

    /// What it is directly in; nothing for the value itself.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, outer)| Self(outer.to_vec()))
    }

    /// Its steps, from the outside in.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    fn step(&self, step: PathStep) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Entry(name) if at == 0 => write!(f, "{name}")?,
                PathStep::Entry(name) => write!(f, ".{name}")?,
                PathStep::Place(place) => write!(f, "[{place}]")?,
            }
        }
        Ok(())
    }
}

/// What definitions may refer to: all that is defined, with what is being written now.
#[derive(Clone, Debug, Default)]
pub struct DefinedKeys<'a> {
    /// Addresses of the organization's people, as they are compared (`people::normal_email`).
    pub people: BTreeSet<&'a str>,
    pub groups: BTreeSet<&'a str>,
    /// Connectors, and the channel of notifications that each can carry.
    pub connectors: BTreeMap<&'a str, Option<NoticeChannel>>,
    /// Kinds of connectors that the server has, in the order in which they are offered.
    pub connector_kinds: Vec<&'a str>,
    pub calendars: BTreeSet<&'a str>,
    pub forms: BTreeSet<&'a str>,
    /// Items and their names.
    pub items: BTreeMap<&'a str, &'a str>,
    /// IANA names.
    pub time_zones: BTreeSet<&'a str>,
    pub spaces: BTreeSet<&'a str>,
    /// Roles of the organization's own.
    pub roles: BTreeSet<&'a str>,
}

/// Problems of one value, as they are found.
#[derive(Debug, Default)]
pub struct ProblemList(Vec<AuthoringProblem>);

impl ProblemList {
    /// Notes a problem.
    pub fn note(&mut self, path: ValuePath, message: impl Into<String>) {
        self.0.push(AuthoringProblem { path, message: message.into() });
    }

    /// Takes over the problems of a value that is at this path.
    pub fn add_within(&mut self, path: &ValuePath, problems: Vec<AuthoringProblem>) {
        self.0.extend(problems.into_iter().map(|problem| AuthoringProblem { path: path.join(&problem.path), ..problem }));
    }

    /// All of them, each once, in the order in which they were found.
    pub fn finish(self) -> Vec<AuthoringProblem> {
        let mut seen = BTreeSet::new();
        self.0.into_iter().filter(|problem| seen.insert(problem.clone())).collect()
    }

    /// A key; `what` it is the key of.
    pub(crate) fn check_key(&mut self, path: ValuePath, what: &str, key: &str) {
        if !is_key(key) {
            self.note(
                path,
                format!("The {what} key “{key}” must be 1 to 60 lower-case letters, digits, - or _, and begin with a letter or a digit"),
            );
        }
    }

    /// A text of so many characters; `what` begins the sentence.
    pub(crate) fn check_text(&mut self, path: ValuePath, what: &str, text: &str, characters: RangeInclusive<usize>) {
        let (least, most) = (*characters.start(), *characters.end());
        if count_characters(text) > most || (least > 0 && is_blank_text(text)) {
            let right = if least == 0 { format!("at most {most} characters") } else { format!("{least} to {most} characters") };
            self.note(path, format!("{what} must have {right}"));
        }
    }

    /// A reference to something that has to be there.
    pub(crate) fn check_defined(&mut self, path: ValuePath, what: &str, key: &str, there: bool) {
        if !there {
            self.note(path, format!("No {what} has the key “{key}”. Add the {what} or correct the key"));
        }
    }

    /// A reference to somebody by their address.
    pub(crate) fn check_person(&mut self, path: ValuePath, email: &str, known: &DefinedKeys<'_>) {
        if !known.people.contains(crate::people::normal_email(email).as_str()) {
            self.note(path, format!("{email} is not a person of this organization. Add the person or correct the address"));
        }
    }

    /// A role in the organization; `whose` follows it in the sentence.
    pub(crate) fn check_role(&mut self, path: ValuePath, role: &str, whose: &str, known: &DefinedKeys<'_>) {
        if !ROLES.iter().any(|(built_in, _, _)| *built_in == role) && !known.roles.contains(role) {
            let built_in = ROLES.iter().map(|(built_in, _, _)| *built_in);
            let roles: Vec<&str> = built_in.chain(known.roles.iter().copied()).collect();
            self.note(path, format!("The role “{role}”{whose} does not exist. Use {}", roles.join(", ")));
        }
    }

    /// A time zone; `whose` follows it in the sentence.
    pub(crate) fn check_zone(&mut self, path: ValuePath, zone: &str, whose: &str, known: &DefinedKeys<'_>) {
        if !known.time_zones.contains(zone) {
            self.note(path, format!("The time zone “{zone}”{whose} does not exist. Write an IANA name, like Europe/London"));
        }
    }
}

/// Everything wrong with the values of a list, and those whose key was there before. `name` says what a value is called and how it
/// stands in a sentence: `("key", "The group “finance”")`.
pub(crate) fn lint_list<T>(
    values: &[T],
    key: impl Fn(&T) -> &str,
    (entry, called): (&str, impl Fn(&T) -> String),
    lint: impl Fn(&T) -> Vec<AuthoringProblem>,
) -> Vec<AuthoringProblem> {
    let (mut found, mut seen) = (ProblemList::default(), BTreeSet::new());
    for (at, value) in values.iter().enumerate() {
        let path = ValuePath::root().place(at);
        if !seen.insert(key(value)) {
            found.note(path.entry(entry), format!("{} is listed twice. Keep one entry", called(value)));
        }
        found.add_within(&path, lint(value));
    }
    found.finish()
}

/// Keys are addresses and names of files: lower-case letters, digits, `-` and `_`, and a letter or a digit first.
pub fn is_key(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What an organization of a few things has.
    pub fn known() -> DefinedKeys<'static> {
        DefinedKeys {
            people: ["ruth@north.example", "hana@north.example"].into(),
            groups: ["platform", "finance"].into(),
            connectors: [("desk", None), ("mail", Some(NoticeChannel::Email))].into(),
            connector_kinds: vec!["webhook", "smtp"],
            calendars: ["office"].into(),
            forms: ["laptop"].into(),
            items: [("laptop", "Laptop"), ("badge", "Badge")].into(),
            time_zones: ["UTC", "Europe/London"].into(),
            spaces: ["main", "lab"].into(),
            roles: ["night-desk"].into(),
        }
    }

    /// What was found, as `path: message`.
    pub fn told(problems: Vec<AuthoringProblem>) -> Vec<String> {
        problems.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    /// One row of a table of rules: a value that is refused, with where and how the sentence begins, and its nearest neighbour that
    /// passes.
    #[track_caller]
    pub fn assert_rule<T>(lint: impl Fn(&T) -> Vec<AuthoringProblem>, wrong: T, told_as: &str, right: T) {
        let found = told(lint(&wrong));
        assert!(matches!(found.as_slice(), [only] if only.starts_with(told_as)), "expected only {told_as}\n{found:#?}");
        assert_eq!(told(lint(&right)), [""; 0], "the neighbour of: {told_as}");
    }

    #[test]
    fn paths_read_like_what_they_lead_to() {
        let path = ValuePath::root().entry("approval").entry("stages").place(0).entry("key");
        assert_eq!(path.to_string(), "approval.stages[0].key");
        assert_eq!(ValuePath::root().place(3).join(&ValuePath::root().entry("a.b")).to_string(), "[3].a.b");
        assert_eq!(ValuePath::root().to_string(), "");
    }

    #[test]
    fn keys_begin_with_a_letter_or_a_digit() {
        for right in ["a", "7", "it-forms_2", &"k".repeat(60)] {
            assert!(is_key(right), "{right}");
        }
        for wrong in ["", "-a", "_a", "A", "ä", "a b", "a.b", &"k".repeat(61)] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }

    #[test]
    fn problems_are_told_once_and_where_the_value_is() {
        let mut found = ProblemList::default();
        for _ in 0..2 {
            found.note(ValuePath::root().entry("key"), "wrong");
        }
        let mut outer = ProblemList::default();
        outer.add_within(&ValuePath::root().place(1), found.finish());
        assert_eq!(told(outer.finish()), ["[1].key: wrong"]);
    }
}
