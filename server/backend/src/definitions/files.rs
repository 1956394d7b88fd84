//! The files of a folder: which there are, what is in them, and where in them something is written.

use super::lines::LineIndex;
use super::{bytes, texts, yaml};
use domain::access::definition::{GrantDefinition, RoleDefinition, SpaceDefinition};
use domain::catalog::CatalogItem;
use domain::connectors::Connector;
use domain::forms::Form;
use domain::lint::ValuePath;
use domain::people::definition::{GroupDefinition, OrganizationDefinition, PersonDefinition};
use domain::people::normal_email;
use domain::requests::sla::calendar::WorkCalendar;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// A file: its path inside the folder with `/` between names, and its text.
pub type DefinitionFile = (String, String);

/// Bytes of the largest file.
pub(super) const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// Bytes of a folder's files together.
const LARGEST_FOLDER: usize = 32 * 1024 * 1024;
/// Files of the largest folder.
const MOST_FILES: usize = 5000;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileProblem {
    pub file: String,
    pub line: Option<usize>,
    /// A sentence that says what would be right.
    pub message: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// A folder that could be read.
#[derive(Default)]
pub(super) struct DefinitionFolder {
    /// Of the organization that it is for.
    pub key: String,
    /// The organization itself, when the folder says it.
    pub organization: Option<OrganizationDefinition>,
    pub people: Vec<PersonDefinition>,
    /// There is a `people.yaml` beside an `organization.yaml`: whom it no longer names leaves. Without the latter, files are some of an
    /// organization's, applied over what there is.
    pub names_people: bool,
    pub groups: Vec<GroupDefinition>,
    pub spaces: Vec<SpaceDefinition>,
    pub roles: Vec<RoleDefinition>,
    /// None when the folder does not say: what files granted before stays.
    pub grants: Option<Vec<GrantDefinition>>,
    pub connectors: Vec<Connector>,
    pub calendars: Vec<WorkCalendar>,
    /// Keys of items in their order; None when the folder does not say.
    pub order: Option<Vec<String>>,
    pub items: Vec<CatalogItem>,
    pub forms: Vec<Form>,
    /// All texts by path, to find lines in.
    pub texts: BTreeMap<String, FileText>,
}

/// The text of a file, and where in it something is: looked for when something is wrong.
pub(super) struct FileText {
    text: String,
    lines: OnceLock<LineIndex>,
}

impl FileText {
    fn line(&self, path: &ValuePath) -> Option<usize> {
        self.lines.get_or_init(|| LineIndex::of(&self.text)).line(path)
    }
}

impl DefinitionFolder {
    /// A fault where a path leads to in a file; without a line when the path is of the whole file.
    pub fn fault(&self, file: &str, path: &ValuePath, message: impl Into<String>) -> FileProblem {
        let line = self.texts.get(file).filter(|_| *path != ValuePath::root()).and_then(|text| text.line(path));
        FileProblem { file: file.to_owned(), line, message: message.into() }
    }
}

/// Reads every file as what its place says it is. The organization is the one with this key, or else the one that `organization.yaml`
/// names.
pub(super) fn parse(organization_key: Option<&str>, files: Vec<DefinitionFile>) -> Result<DefinitionFolder, Vec<FileProblem>> {
    let mut faults = Vec::new();
    let mut note = |file: &str, line: Option<usize>, message: String| faults.push(FileProblem { file: file.to_owned(), line, message });
    let total: usize = files.iter().map(|(_, text)| text.len()).sum();
    if files.len() > MOST_FILES || total > LARGEST_FOLDER {
        note(".", None, format!("The folder is too large. It may have {MOST_FILES} files of 32 MiB together"));
        return Err(faults);
    }
    let mut folder = DefinitionFolder::default();
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
            ("organization.yaml", _) => yaml::read(&text).map(|organization: OrganizationDefinition| {
                let wanted = organization_key.filter(|key| *key != organization.key);
                let wrong = wanted.map(|wanted| {
                    let message = format!("The key is “{}”. For this organization it must be “{wanted}”", organization.key);
                    (line_of_key(&text), message)
                });
                folder.organization = Some(organization);
                wrong
            }),
            ("people.yaml", _) => yaml::read(&text).map(|list: Vec<PersonDefinition>| {
                folder.people = list;
                for person in &mut folder.people {
                    person.email = normal_email(&person.email);
                    person.manager = person.manager.as_deref().map(normal_email);
                }
                None
            }),
            ("groups.yaml", _) => yaml::read(&text).map(|list: Vec<GroupDefinition>| {
                folder.groups = list;
                let members = folder.groups.iter_mut().flat_map(|group| &mut group.members);
                members.for_each(|member| member.email = normal_email(&member.email));
                None
            }),
            ("spaces.yaml", _) => yaml::read(&text).map(|list| {
                folder.spaces = list;
                None
            }),
            ("roles.yaml", _) => yaml::read(&text).map(|list| {
                folder.roles = list;
                None
            }),
            ("grants.yaml", _) => yaml::read(&text).map(|mut list: Vec<GrantDefinition>| {
                for grant in &mut list {
                    grant.person = grant.person.as_deref().map(normal_email);
                }
                folder.grants = Some(list);
                None
            }),
            ("connectors.yaml", _) => yaml::read(&text).map(|list| {
                folder.connectors = list;
                None
            }),
            ("calendars.yaml", _) => yaml::read(&text).map(|list| {
                folder.calendars = list;
                None
            }),
            ("catalog.yaml", _) => yaml::read(&text).map(|list| {
                folder.order = Some(list);
                None
            }),
            (_, Some(("items", name))) if is_yaml(name) => yaml::read(&text).map(|item: CatalogItem| {
                let wrong = misnamed(name, &item.key, &text);
                folder.items.push(item);
                wrong
            }),
            (_, Some(("forms", name))) if is_yaml(name) => yaml::read(&text).map(|form: Form| {
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
        folder.texts.insert(path, FileText { text, lines: OnceLock::new() });
    }
    match organization_key.or(folder.organization.as_ref().map(|organization| organization.key.as_str())) {
        Some(key) => folder.key = key.to_owned(),
        None if folder.texts.contains_key("organization.yaml") => {}
        None => note("organization.yaml", None, "Files are of one organization. Add organization.yaml with its key and name".to_owned()),
    }
    folder.names_people = ["organization.yaml", "people.yaml"].iter().all(|path| folder.texts.contains_key(*path));
    texts::meant(&mut folder);
    if faults.is_empty() { Ok(folder) } else { Err(faults) }
}

const PLACES: &str = "This is not a definition file. A folder may hold organization.yaml, people.yaml, groups.yaml, spaces.yaml, roles.yaml, \
     grants.yaml, connectors.yaml, calendars.yaml, \
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

type FilePlace = (Option<usize>, String);

fn misnamed(name: &str, key: &str, text: &str) -> Option<FilePlace> {
    let stem = name.trim_end_matches(".yaml");
    (stem != key)
        .then(|| (line_of_key(text), format!("The key is “{key}” but the file is called {name}. Call it {key}.yaml, or write key: {stem}")))
}

fn line_of_key(text: &str) -> Option<usize> {
    LineIndex::of(text).line(&ValuePath::root().entry("key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_marks_of_files_are_told_or_understood() {
        for named in ["items/vpn.yml", "people.yml"] {
            let faults = parse(Some("north"), vec![(named.to_owned(), String::new())]).err().unwrap();
            assert!(faults[0].message.contains(".yaml"), "{faults:?}");
        }
        let marked = vec![("organization.yaml".to_owned(), "\u{feff}key: north\r\nname: North\r\n".to_owned())];
        let folder = parse(None, marked).ok().unwrap();
        assert_eq!((folder.key.as_str(), folder.organization.unwrap().name.as_str()), ("north", "North"));
    }

    #[test]
    fn a_text_is_kept_as_it_was_written_wherever_it_stands() {
        let field = |default: &str| format!("      - {{key: a, label: 1.10, type: text, default: {default}}}\n");
        let form = |default: &str| format!("key: f\ntitle: 12e5\nsections:\n  - key: s\n    title: 0x1F\n    fields:\n{}", field(default));
        for written in
            ["1.10", "12e5", "0x1F", "yes", "2026-01-01", "1_000", ".5", "on", "5", "true", "True", "007", "+442079460101", "1.0"]
        {
            let folder =
                parse(Some("north"), vec![("forms/f.yaml".to_owned(), form(written))]).unwrap_or_else(|faults| panic!("{faults:?}"));
            let read = &folder.forms[0];
            assert_eq!(read.sections[0].fields[0].default, Some(written.into()), "{written}");
            assert_eq!((read.title.as_str(), read.sections[0].title.as_str()), ("12e5", "0x1F"));
            assert_eq!(read.sections[0].fields[0].label, "1.10");
        }
        let faults = parse(Some("north"), vec![("forms/f.yaml".to_owned(), form("~"))]).err().unwrap();
        assert!(faults[0].to_string().starts_with("forms/f.yaml:7: “~” means nothing in YAML. Put it in quotes"), "{faults:?}");
        let connectors = "- {key: desk, name: 1.10, kind: webhook, settings: {url: 'https://a.example', payload_template: 2.50}}\n";
        let folder = parse(Some("north"), vec![("connectors.yaml".to_owned(), connectors.to_owned())]).ok().unwrap();
        assert_eq!(folder.connectors[0].settings["payload_template"], "2.50");
        let people = "- {email: a@b.example, name: 1.10, title: 1e3, phone: +442079460101}\n";
        let folder = parse(Some("north"), vec![("people.yaml".to_owned(), people.to_owned())]).ok().unwrap();
        let person = &folder.people[0];
        assert_eq!((person.name.as_str(), person.title.as_str(), person.phone.as_str()), ("1.10", "1e3", "+442079460101"));
    }

    #[test]
    fn files_in_wrong_places_are_refused() {
        let faults = parse(Some("north"), vec![("items/sub/a.yaml".to_owned(), String::new())]).err().unwrap();
        assert_eq!((faults.len(), faults[0].message.as_str()), (1, PLACES));
        assert!(parse(Some("north"), vec![("README.md".to_owned(), String::new())]).is_err(), "nothing to read");
    }
}
