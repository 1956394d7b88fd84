//! The content of a file as what its place says it is, or why not: the line, and a sentence for people who write no programs.

use super::lines::LineIndex;
use super::written;
use domain::lint::ValuePath;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// A file's content, or the line and the reason why not.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, (Option<usize>, String)> {
    let kept = written::kept(text).map_err(|(line, message)| (Some(line), message))?;
    serde_path_to_error::deserialize(yaml_serde::Deserializer::from_str(&kept)).map_err(|error| {
        let path = value_path(error.path());
        let error = error.into_inner();
        let whole = error.to_string();
        // Of two entries with one name the second is too many.
        let second = whole.split_once("duplicate field `").and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| path.entry(name));
        // Either line is that of the fault or of something around it, which begins before.
        let line = error.location().map(|place| place.line()).max(LineIndex::of(text).line(second.as_ref().unwrap_or(&path)));
        let told = without_path(without_place(&whole), &path);
        let unclear = hint(text, line, told);
        if let Some((_, words)) = WORDS.iter().find(|(theirs, _)| whole.contains(theirs)) {
            return (line, format!("{words}{unclear}"));
        }
        // An entry that is unknown is named by the reason, and it is what is around it that could have others.
        let around = if told.starts_with("unknown field") { path.parent().unwrap_or_default() } else { path };
        let place = if around == ValuePath::root() { String::new() } else { format!("{around}: ") };
        (line, format!("{place}{}{unclear}", plain_words(told)))
    })
}

/// The reason without the path before it, which may end further out than ours.
fn without_path<'t>(told: &'t str, path: &ValuePath) -> &'t str {
    let told = told.strip_prefix('.').unwrap_or(told);
    let mut paths = std::iter::successors(Some(path.clone()), ValuePath::parent);
    paths.find_map(|path| told.strip_prefix(&format!("{path}: "))).unwrap_or(told)
}

fn value_path(path: &serde_path_to_error::Path) -> ValuePath {
    path.iter().fold(ValuePath::root(), |path, segment| match segment {
        Segment::Seq { index } => path.place(*index),
        Segment::Map { key } => path.entry(key),
        Segment::Enum { .. } | Segment::Unknown => path,
    })
}

/// The reason without the line and column at its end.
fn without_place(told: &str) -> &str {
    told.find(" at line ").map_or(told, |end| &told[..end])
}

/// Words of the readers of YAML, and what they mean.
const WORDS: &[(&str, &str)] = &[
    ("mapping values are not allowed", "There is a second “: ” in this line, or it is indented too far. Put a text with “: ” in quotes"),
    ("cannot start any token", "A text cannot begin with this sign. Put it in quotes"),
    ("while scanning a quoted scalar", "A quotation mark is opened and never closed"),
    ("unexpected end of stream", "The file ends in the middle of something: a bracket or a quotation mark is not closed"),
    ("expected ',' or '", "A bracket is not closed, or a comma is missing in it"),
    ("expected node content", "A bracket is not closed, or a value is missing in it"),
    ("did not find expected", "The line does not fit what stands above it. Look at how far it is indented, and for a missing “:” or “-”"),
    ("could not find expected", "The line does not fit what stands above it. Look at how far it is indented, and for a missing “:” or “-”"),
    ("more than one document", "A line of --- begins another document. Keep one in the file"),
    ("unknown anchor", "The “*” refers to an “&” that is not there. Put a text that begins with * in quotes"),
    ("recursion limit exceeded", "A part of the file contains itself. Write it out"),
    ("repetition limit exceeded", "The file refers to its own parts (“&” and “*”) too often. Write them out"),
];

/// Kinds of values as the readers call them, and as people do.
const KINDS: &[(&str, &str)] = &[
    ("a string", "a text"),
    ("a boolean", "true or false"),
    ("a sequence", "a list"),
    ("a map", "entries like “name: value”"),
    ("u32", "a whole number from 0"),
    ("u64", "a whole number from 0"),
    ("i64", "a whole number"),
];

fn plain_words(told: &str) -> String {
    let told = told
        .replace("unknown field", "unknown entry")
        .replace("unknown variant", "unknown word")
        .replace("missing field", "missing entry")
        .replace("duplicate field", "there are two entries");
    let Some((found, expected)) = told.strip_prefix("invalid type: ").or(told.strip_prefix("invalid value: ")).and_then(parts) else {
        return told;
    };
    format!("{} is written where {} should be", found_words(found), expected_words(expected))
}

fn parts(told: &str) -> Option<(&str, &str)> {
    told.rsplit_once(", expected ")
}

fn found_words(found: &str) -> String {
    let inner = found.split_once(['"', '`']).and_then(|(_, rest)| rest.rsplit_once(['"', '`'])).map(|(inner, _)| inner);
    match (found, inner) {
        ("sequence", _) => "a list".to_owned(),
        ("map", _) => "a value with entries".to_owned(),
        ("unit value", _) => "nothing".to_owned(),
        (text, Some(inner)) if text.starts_with("string") => format!("the text “{inner}”"),
        (number, Some(inner)) if number.starts_with("integer") || number.starts_with("floating") => format!("the number {inner}"),
        (_, Some(inner)) => inner.to_owned(),
        (other, None) => other.to_owned(),
    }
}

fn expected_words(expected: &str) -> &str {
    if expected.starts_with("struct ") {
        return "entries like “name: value”";
    }
    KINDS.iter().find(|(theirs, _)| *theirs == expected).map_or(expected, |(_, words)| words)
}

/// What to do about a fault that people do not see in what they wrote.
fn hint(text: &str, line: Option<usize>, told: &str) -> &'static str {
    let written = line.and_then(|line| text.lines().nth(line.saturating_sub(1))).unwrap_or_default();
    let indent = &written[..written.len() - written.trim_start().len()];
    let takes = |kind: &str| told.contains(&format!("invalid type: {kind}"));
    if told.contains("expected a string") && ["integer", "floating point", "boolean", "unit value"].into_iter().any(takes) {
        ". If it is a text, put it in quotes"
    } else if indent.contains('\t') || told.contains("cannot start any token") && written.contains('\t') {
        ". There is a tab: indent with blanks"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalog::CatalogItem;
    use domain::forms::Form;
    use domain::people::definition::{OrganizationDefinition, PersonDefinition};
    use domain::requests::sla::calendar::WorkCalendar;
    use std::time::{Duration, Instant};

    /// What is told of each text that begins otherwise than it should.
    fn misses<T: DeserializeOwned>(cases: &[(&str, &str)]) -> Vec<String> {
        let all = cases.iter().map(|(text, says)| (told::<T>(text), says));
        all.filter(|(told, says)| !told.starts_with(**says)).map(|(told, says)| format!("{told}\n  and not {says}")).collect()
    }

    #[track_caller]
    fn told<T: DeserializeOwned>(text: &str) -> String {
        let (line, message) = read::<T>(text).err().unwrap();
        format!("{}: {message}", line.map_or("-".to_owned(), |line| line.to_string()))
    }

    #[test]
    fn faults_of_writing_are_told_in_plain_words() {
        let misses = misses::<OrganizationDefinition>(&[
            ("key: north\nname: a: b\n", "2: There is a second “: ” in this line"),
            ("key: north\n name: a\n", "2: There is a second “: ” in this line, or it is indented too far"),
            ("key: @x\nname: y\n", "1: A text cannot begin with this sign. Put it in quotes"),
            ("key: north\nname: 'a\n", "3: A quotation mark is opened and never closed"),
            ("key: north\nname: x\nnotifications: {switches: {\n", "4: A bracket is not closed, or a value is missing in it"),
            ("key: north\nname: x\n---\nkey: a\n", "1: A line of --- begins another document"),
            ("key: *x\nname: y\n", "1: The “*” refers to an “&” that is not there"),
            ("key: north\nname: x\n- y\n", "3: The line does not fit what stands above it"),
            ("key north\nname: a\n", "1: the text “key north name” is written where entries like “name: value” should be"),
            ("- a\n", "1: a list is written where entries like “name: value” should be"),
            ("key: north\n", "1: missing entry `name`"),
            ("key: north\nkey: south\nname: a\n", "2: there are two entries `key`"),
            ("key: north\nname: {a: b}\n", "2: name: a value with entries is written where a text should be"),
            ("key: north\nname: [a]\n", "2: name: a list is written where a text should be"),
            ("key: north\nnmae: North\n", "2: unknown entry `nmae`, expected one of `key`, `name`, `time_zone`, `notifications`"),
        ]);
        assert!(misses.is_empty(), "{misses:#?}");
    }

    #[test]
    fn values_of_another_kind_are_told_with_their_path() {
        let misses = misses::<CatalogItem>(&[
            ("key: a\ntags: a\n", "2: tags: the text “a” is written where a list should be"),
            ("key: a\nenabled: ja\n", "2: enabled: the text “ja” is written where true or false should be"),
            ("key: a\nsla: {response_minutes: ten}\n", "2: sla.response_minutes: the text “ten” is written where a whole number from 0"),
            ("key: a\nsla:\n  response_minutes: -5\n", "3: sla.response_minutes: the number -5 is written where a whole number from 0"),
            ("key: a\napproval:\n  require: some\n", "3: approval.require: unknown word `some`, expected `all` or `any`"),
            // What is wrong with a part as a whole is told where the part is.
            ("key: a\nname: b\napproval:\n  require: any\n  at_least: 2\n", "3: approval: write either require: or at_least:, not both"),
            (
                "key: a\napproval:\n  stages:\n    - key: one\n    - key: two\n      at_least: 0\n",
                "2: approval: at_least: must be 1 or more",
            ),
            (
                "key: a\napproval:\n  rules:\n    - key: a\n      when: {field: x, equls: y}\n",
                "5: approval.rules[0].when: unknown entry `equls`, expected one of",
            ),
        ]);
        assert!(misses.is_empty(), "{misses:#?}");
        let told = told::<Vec<WorkCalendar>>("- key: a\n  name: a\n  hours:\n    - days: [mon]\n      from: a\n");
        assert!(told.starts_with("4: [0].hours[0].days[0]: unknown word `mon`, expected one of `monday`"), "{told}");
    }

    #[test]
    fn what_people_cannot_see_is_said_with_what_to_do() {
        assert_eq!(read::<Vec<PersonDefinition>>("- email: a@b.example\n  phone: ~\n").unwrap_err().0, Some(2));
        let tab = told::<Vec<PersonDefinition>>("- email: a@b.example\n\tname: A\n");
        assert!(tab.starts_with("2: ") && tab.ends_with("There is a tab: indent with blanks"), "{tab}");
        let number = told::<Vec<PersonDefinition>>("- email: a@b.example\n  name: [1]\n  roles: [true]\n");
        assert!(number.starts_with("2: [0].name: a list is written"), "{number}");
    }

    #[test]
    fn hostile_files_are_refused_before_they_cost_anything() {
        let started = Instant::now();
        let deep = |open: &str| format!("key: a\ntitle: a\nsections:\n  - {{key: s, title: S, fields: {}", open.repeat(1_000_000));
        for open in ["[", "{a: ", "[{a: "] {
            let told = told::<Form>(&deep(open));
            assert!(told.starts_with("4: Lists and entries are inside each other more than 100 deep here"), "{told}");
        }
        let lines: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(told::<Form>(&lines).contains("more than 100 deep"));
        let laughs: String = (1..30).map(|n| format!("x{n}: &x{n} [{}],", vec![format!("*x{}", n - 1); 9].join(","))).collect();
        let bomb = format!(
            "key: a\ntitle: a\nsections:\n  - {{key: s, title: S, fields: [{{key: f, default: {{x: &x0 [lol], {laughs} z: 1}}}}]}}\n"
        );
        let bombed = told::<Form>(&bomb);
        assert!(bombed.contains("refers to its own parts"), "{bombed}");
        let own = told::<Form>("key: a\ntitle: a\nsections:\n  - {key: s, title: S, fields: [{key: f, default: &x [*x]}]}\n");
        assert!(own.contains("contains itself"), "{own}");
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
}
