//! The files of a folder: which there are, what is in them, and where in them something is written.

use super::{bytes, texts, written};
use crate::people::normal;
use domain::catalog::Item;
use domain::connectors::Connector;
use domain::forms::Form;
use domain::notices::Defaults;
use domain::requests::sla::calendar::Calendar;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A file: its path inside the folder with `/` between names, and its text.
pub type File = (String, String);

/// Bytes of the largest file.
pub(super) const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// Bytes of a folder's files together.
const LARGEST_FOLDER: usize = 32 * 1024 * 1024;
/// Files of the largest folder.
const MOST_FILES: usize = 5000;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub file: String,
    pub line: Option<usize>,
    /// A sentence that says what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// `organization.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationFile {
    pub key: String,
    pub name: String,
    /// An IANA name, for people who chose none; left as it is when the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What it decides about notifications; left as it is when the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Defaults>,
}

/// One person of `people.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonFile {
    pub email: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// E-mail of their manager, who decides where a rule says `manager: true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// An IANA name; left as it is when the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `false`: they can no longer sign in to this organization. Left as it is when the file does not say; whoever is taken out of the
    /// file leaves too, and comes back with their entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// An argon2id hash, for an account that is new; never changes the password of one that exists, and is never exported.
    #[serde(default, skip_serializing)]
    pub password_hash: Option<String>,
}

/// One group of `groups.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupFile {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub members: Vec<MemberFile>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberFile {
    pub email: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// A folder that could be read.
#[derive(Default)]
pub(super) struct Folder {
    pub key: String,
    /// The name, when the folder says it.
    pub name: Option<String>,
    /// The time zone, when the folder says it.
    pub time_zone: Option<String>,
    /// What is decided about notifications, when the folder says it.
    pub notifications: Option<Defaults>,
    pub people: Vec<PersonFile>,
    /// There is a `people.yaml` beside an `organization.yaml`: whom it no longer names leaves. Without the latter, files are some of an
    /// organization's, applied over what there is.
    pub names_people: bool,
    pub groups: Vec<GroupFile>,
    pub connectors: Vec<Connector>,
    pub calendars: Vec<Calendar>,
    /// Keys of items in their order; None when the folder does not say.
    pub order: Option<Vec<String>>,
    pub items: Vec<Item>,
    pub forms: Vec<Form>,
    /// All texts by path, to find lines in.
    pub texts: BTreeMap<String, String>,
}

impl Folder {
    /// A fault at the first line of `file` that fits the last of `path`, after lines that fit those before it. Each is a `key: value`
    /// or a bare value; one that is not found is passed over.
    pub fn fault(&self, file: &str, path: &[&str], message: impl Into<String>) -> Fault {
        let line = self.texts.get(file).and_then(|text| locate(text, path));
        Fault { file: file.to_owned(), line, message: message.into() }
    }
}

fn locate(text: &str, path: &[&str]) -> Option<usize> {
    let (mut found, mut from) = (None, 0);
    for wanted in path {
        let at = text.lines().enumerate().skip(from).find(|(_, line)| says(line, wanted)).map(|(at, _)| at);
        if let Some(at) = at {
            found = Some(at + 1);
            from = at;
        }
    }
    found
}

/// Whether a line holds the words as a whole, quoted or not.
fn says(line: &str, wanted: &str) -> bool {
    let plain = line.replace(['"', '\''], "");
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    plain.match_indices(wanted).any(|(at, _)| {
        let before = plain[..at].chars().next_back();
        let after = plain[at + wanted.len()..].chars().next();
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

/// Keys of items, forms, groups, connectors and organizations: lower-case letters, digits and -.
pub fn is_key(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// The organization a folder is for: the key in its `organization.yaml`, if that can be read.
pub fn organization_key(files: &[File]) -> Option<String> {
    let (_, text) = files.iter().find(|(path, _)| path == "organization.yaml")?;
    yaml_serde::from_str::<OrganizationFile>(text.trim_start_matches('\u{feff}')).ok().map(|organization| organization.key)
}

/// Reads every file as what its place says it is.
pub(super) fn parse(organization_key: &str, files: Vec<File>) -> Result<Folder, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut note = |file: &str, line: Option<usize>, message: String| faults.push(Fault { file: file.to_owned(), line, message });
    let total: usize = files.iter().map(|(_, text)| text.len()).sum();
    if files.len() > MOST_FILES || total > LARGEST_FOLDER {
        note(".", None, format!("The folder is too large. It may have {MOST_FILES} files of 32 MiB together"));
        return Err(faults);
    }
    let mut folder = Folder { key: organization_key.to_owned(), ..Folder::default() };
    if files.iter().all(|(path, _)| ignored(path)) {
        note(".", None, "There are no definition files here. Choose a folder with an organization.yaml".to_owned());
    }
    for (path, text) in files {
        if ignored(&path) {
            continue;
        }
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        if text.len() > LARGEST_FILE {
            note(&path, None, "The file is larger than 4 MiB. Make it smaller".to_owned());
            continue;
        }
        let read = match (path.as_str(), path.split_once('/')) {
            ("organization.yaml", _) => yaml(&text).map(|file: OrganizationFile| {
                let wrong = file.key != organization_key;
                folder.name = Some(file.name);
                folder.time_zone = file.time_zone;
                folder.notifications = file.notifications;
                wrong.then(|| {
                    (locate(&text, &["key:"]), format!("The key is “{}”. For this organization it must be “{organization_key}”", file.key))
                })
            }),
            ("people.yaml", _) => yaml(&text).map(|list: Vec<PersonFile>| {
                folder.people = list;
                for person in &mut folder.people {
                    person.email = normal(&person.email);
                    person.manager = person.manager.as_deref().map(normal);
                }
                None
            }),
            ("groups.yaml", _) => yaml(&text).map(|list: Vec<GroupFile>| {
                folder.groups = list;
                let members = folder.groups.iter_mut().flat_map(|group| &mut group.members);
                members.for_each(|member| member.email = normal(&member.email));
                None
            }),
            ("connectors.yaml", _) => yaml(&text).map(|list| {
                folder.connectors = list;
                None
            }),
            ("calendars.yaml", _) => yaml(&text).map(|list| {
                folder.calendars = list;
                None
            }),
            ("catalog.yaml", _) => yaml(&text).map(|list| {
                folder.order = Some(list);
                None
            }),
            (_, Some(("items", name))) if is_yaml(name) => yaml(&text).map(|item: Item| {
                let wrong = misnamed(name, &item.key, &text);
                folder.items.push(item);
                wrong
            }),
            (_, Some(("forms", name))) if is_yaml(name) => yaml(&text).map(|form: Form| {
                let wrong = misnamed(name, &form.key, &text);
                folder.forms.push(form);
                wrong
            }),
            _ => Ok(Some((None, misplaced(&path)))),
        };
        match read {
            Ok(None) => {}
            Ok(Some((line, message))) | Err((line, message)) => note(&path, line, message),
        }
        folder.texts.insert(path, text);
    }
    folder.names_people = ["organization.yaml", "people.yaml"].iter().all(|path| folder.texts.contains_key(*path));
    texts::meant(&mut folder);
    if faults.is_empty() { Ok(folder) } else { Err(faults) }
}

const PLACES: &str = "This is no definition file. There can be organization.yaml, people.yaml, groups.yaml, connectors.yaml, calendars.yaml, \
     catalog.yaml, items/<key>.yaml and forms/<key>.yaml";

/// Whether a file has nothing to say here.
pub(super) fn ignored(path: &str) -> bool {
    path == "README.md" || path.split('/').any(bytes::is_left_behind)
}

fn misplaced(path: &str) -> String {
    match path.strip_suffix(".yml") {
        Some(stem) => format!("Definition files end in .yaml. Call it {stem}.yaml"),
        None => PLACES.to_owned(),
    }
}

fn is_yaml(name: &str) -> bool {
    name.strip_suffix(".yaml").is_some_and(|stem| !stem.is_empty() && !stem.contains('/'))
}

type Place = (Option<usize>, String);

fn misnamed(name: &str, key: &str, text: &str) -> Option<Place> {
    let stem = name.trim_end_matches(".yaml");
    (stem != key).then(|| {
        (locate(text, &["key:"]), format!("The key is “{key}” but the file is called {name}. Call it {key}.yaml, or write key: {stem}"))
    })
}

/// A file's content, or the line and the reason why not.
fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, Place> {
    let kept = written::kept(text).map_err(|(line, message)| (Some(line), message))?;
    yaml_serde::from_str(&kept).map_err(|error| {
        let message = error.to_string();
        let place = error.location().map(|place| place.line());
        let message = message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]);
        (place, format!("{message}{}", hint(text, place, message)))
    })
}

/// What to do about a fault that people do not see in what they wrote.
fn hint(text: &str, line: Option<usize>, message: &str) -> &'static str {
    let written = line.and_then(|line| text.lines().nth(line.saturating_sub(1))).unwrap_or_default();
    let indent = &written[..written.len() - written.trim_start().len()];
    let takes = |kind: &str| message.contains(&format!("invalid type: {kind}"));
    if message.contains("expected a string") && ["integer", "floating point", "boolean", "unit value"].into_iter().any(takes) {
        ". If it is a text, put it in quotes"
    } else if indent.contains('\t') || message.contains("cannot start any token") && written.contains('\t') {
        ". There is a tab: indent with blanks"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_whole_words_below_each_other() {
        let text = "- key: a\n  group: staff-2\n- key: b\n  group: \"staff\"\n";
        assert_eq!(locate(text, &["group: staff"]), Some(4));
        assert_eq!(locate(text, &["key: b", "group: staff"]), Some(4));
        assert_eq!(locate(text, &["key: b", "gone"]), Some(3));
        assert_eq!(locate(text, &["gone"]), None);
    }

    #[test]
    fn a_wrong_word_is_told_with_its_line_and_what_would_be_right() {
        let (line, message) = yaml::<OrganizationFile>("key: north\nnmae: North\n").unwrap_err();
        assert_eq!(line, Some(2));
        assert!(message.contains("nmae") && message.contains("`name`"), "{message}");
    }

    #[test]
    fn what_people_cannot_see_is_said_with_what_to_do() {
        let message = |text: &str| yaml::<Vec<PersonFile>>(text).unwrap_err();
        assert_eq!(message("- email: a@b.example\n  phone: ~\n").0, Some(2));
        let (line, tab) = message("- email: a@b.example\n\tname: A\n");
        assert!(line == Some(2) && tab.ends_with("There is a tab: indent with blanks"), "{tab}");
        for named in ["items/vpn.yml", "people.yml"] {
            let faults = parse("north", vec![(named.to_owned(), String::new())]).err().unwrap();
            assert!(faults[0].message.contains(".yaml"), "{faults:?}");
        }
        let marked = vec![("organization.yaml".to_owned(), "\u{feff}key: north\r\nname: North\r\n".to_owned())];
        assert_eq!(parse("north", marked).ok().unwrap().name.as_deref(), Some("North"));
        assert_eq!(
            organization_key(&[("organization.yaml".to_owned(), "\u{feff}key: north\nname: N\n".to_owned())]).as_deref(),
            Some("north")
        );
    }

    #[test]
    fn a_text_is_kept_as_it_was_written_wherever_it_stands() {
        let field = |default: &str| format!("      - {{key: a, label: 1.10, type: text, default: {default}}}\n");
        let form = |default: &str| format!("key: f\ntitle: 12e5\nsections:\n  - key: s\n    title: 0x1F\n    fields:\n{}", field(default));
        for written in
            ["1.10", "12e5", "0x1F", "yes", "2026-01-01", "1_000", ".5", "on", "5", "true", "True", "007", "+442079460101", "1.0"]
        {
            let folder = parse("north", vec![("forms/f.yaml".to_owned(), form(written))]).unwrap_or_else(|faults| panic!("{faults:?}"));
            let read = &folder.forms[0];
            assert_eq!(read.sections[0].fields[0].default, Some(written.into()), "{written}");
            assert_eq!((read.title.as_str(), read.sections[0].title.as_str()), ("12e5", "0x1F"));
            assert_eq!(read.sections[0].fields[0].label, "1.10");
        }
        let faults = parse("north", vec![("forms/f.yaml".to_owned(), form("~"))]).err().unwrap();
        assert!(faults[0].to_string().starts_with("forms/f.yaml:7: “~” means nothing in YAML. Put it in quotes"), "{faults:?}");
        let connectors = "- {key: desk, name: 1.10, kind: webhook, settings: {url: 'https://a.example', payload_template: 2.50}}\n";
        let folder = parse("north", vec![("connectors.yaml".to_owned(), connectors.to_owned())]).ok().unwrap();
        assert_eq!(folder.connectors[0].settings["payload_template"], "2.50");
        let people = "- {email: a@b.example, name: 1.10, title: 1e3, phone: +442079460101}\n";
        let folder = parse("north", vec![("people.yaml".to_owned(), people.to_owned())]).ok().unwrap();
        let person = &folder.people[0];
        assert_eq!((person.name.as_str(), person.title.as_str(), person.phone.as_str()), ("1.10", "1e3", "+442079460101"));
    }

    #[test]
    fn files_in_wrong_places_are_refused() {
        let faults = parse("north", vec![("items/sub/a.yaml".to_owned(), String::new())]).err().unwrap();
        assert_eq!((faults.len(), faults[0].message.as_str()), (1, PLACES));
        assert!(parse("north", vec![("README.md".to_owned(), String::new())]).is_err(), "nothing to read");
    }
}
