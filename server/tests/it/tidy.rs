//! The tree keeps to its invariants: who may name what, and how long a file may be.

use std::path::{Path, PathBuf};

const LONGEST: usize = 400;
/// Tables of cases, which read best as one.
const TABLES: &[&str] = &["app/domain/src/requests/lifecycle.rs", "app/domain/src/permission.rs", "app/src/routes.rs"];
/// What nobody should leave behind; in pieces, so that this file does not say it.
const LEFT_BEHIND: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Path from the root, and text, of every source file of ours under a folder.
pub fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
            collect(&path, found);
        } else if ["rs", "css", "ts", "mjs"].iter().any(|kind| path.extension().is_some_and(|extension| extension == *kind)) {
            let inside = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push((inside, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every source file of the product.
pub fn all() -> Vec<(String, String)> {
    ["app", "server", "migrations", "frontend"].iter().flat_map(|folder| sources(folder)).collect()
}

/// The lines of code that contain any of the words as a whole path segment; comments may say what they like.
fn naming<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| words.iter().any(|word| mentions(line, word))).collect()
}

fn mentions(line: &str, word: &str) -> bool {
    let letter = |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    line.match_indices(word).any(|(at, _)| !letter(line[..at].chars().next_back()) && !letter(line[at + word.len()..].chars().next()))
}

#[track_caller]
fn only(allowed: impl Fn(&str) -> bool, words: &[&str], folder: &str, why: &str) {
    let mut used = false;
    for (path, text) in sources(folder) {
        let lines = naming(&text, words);
        if allowed(&path) {
            used |= !lines.is_empty();
        } else {
            assert!(lines.is_empty(), "{path}: {why}: {lines:#?}");
        }
    }
    assert!(used, "nothing names {words:?}: this check checks nothing");
}

#[test]
fn words_are_found_whole() {
    assert!(mentions("use sea_orm::Set;", "sea_orm") && mentions("(sea_orm)", "sea_orm"));
    assert!(!mentions("sea_orm_migration", "sea_orm") && !mentions("my_sea_orm", "sea_orm"));
}

#[test]
fn the_domain_does_nothing_but_decide() {
    let manifest = std::fs::read_to_string(root().join("app/domain/Cargo.toml")).unwrap();
    let after = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names: Vec<&str> = after
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect();
    let allowed = ["chrono", "regex-lite", "serde", "serde_json", "sha2", "thiserror", "unicode-segmentation", "uuid"];
    for name in &names {
        assert!(allowed.contains(name), "app/domain depends on {name}: the domain is pure");
    }
    assert!(names.contains(&"serde"), "{names:?}");
    for (path, text) in sources("app/domain/src") {
        let rules = text.split("#[cfg(test)]").next().unwrap();
        let lines = naming(
            rules,
            &["Utc::now", "Local::now", "SystemTime", "Instant", "new_v4", "now_v7", "std::fs", "std::net", "std::env", "async"],
        );
        assert!(lines.is_empty(), "{path}: the domain reads no clock, makes no ids and does no input or output: {lines:#?}");
    }
}

#[test]
fn only_the_store_names_the_database() {
    let allowed = |path: &str| path.contains("backend/src/store/") || path.contains("/tests/");
    only(allowed, &["sea_orm", "sea_query_sqlx", "sqlx"], "server", "only store/ names sea_orm");
}

#[test]
fn only_connectors_name_the_http_client() {
    let allowed = |path: &str| path.contains("backend/src/connectors/") || path.contains("/tests/");
    only(allowed, &["reqwest"], "server", "only connectors/ names reqwest");
}

#[test]
fn screens_name_use_cases_only_in_api_and_context() {
    let allowed = |path: &str| path.ends_with("/api.rs") || path == "app/src/context.rs";
    only(allowed, &["backend"], "app/src", "app names backend only in api.rs and context.rs");
}

#[test]
fn what_travels_is_read_by_the_small_reader() {
    let mut named = 0;
    for (path, text) in sources("app") {
        for line in naming(&text, &["serde"]).into_iter().filter(|line| line.trim_start().starts_with("#[serde(")) {
            named += 1;
            let second = mentions(line, "alias") || mentions(line, "flatten");
            assert!(!second, "{path}: structs are read by the order of their fields (domain/reading): {line}");
            assert!(!mentions(line, "untagged"), "{path}: it brings a reader of its own into the browser for all below it: {line}");
        }
    }
    assert!(named > 100, "hardly anything is read: this check checks nothing");
}

#[test]
fn titles_and_text_areas_get_their_text_in_one_place() {
    let (mut titles, mut areas) = (0, 0);
    for (path, text) in sources("app/src") {
        let lines = naming(&text, &["Title", "title"]);
        let given = lines.iter().any(|line| line.contains("<Title") || line.contains("<title") || line.contains("leptos_meta"));
        assert!(!given || path == "app/src/ui/page_title.rs", "{path}: the framework writes a title as it is: use ui::PageTitle");
        titles += usize::from(given);
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for inside in code.join("\n").split("<textarea").skip(1) {
            let child = inside.split("</textarea>").next().unwrap().rsplit('>').next().unwrap().trim();
            assert!(child.is_empty() || child.starts_with("{area_text("), "{path}: text areas get their text from ui::area_text: {child}");
            areas += 1;
        }
    }
    assert!(titles == 1 && areas > 3, "no title and no text area was found: this check checks nothing");
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let readers = ["env::var", "env::vars", "env::var_os", "env::vars_os", "dotenvy"];
    for (path, text) in all() {
        if path == "server/src/config.rs" {
            assert!(!naming(&text, &readers).is_empty());
        } else if !path.contains("/tests/") && !path.contains("/benches/") && !path.contains("/examples/") {
            let lines = naming(&text, &readers);
            assert!(lines.is_empty(), "{path}: the environment is read in server/src/config.rs only: {lines:#?}");
        }
    }
}

/// Names of settings among the quoted words of a text. What cargo-leptos sets is for its own manual, and what begins or ends with an
/// underscore is part of a name.
fn settings_in(text: &str) -> Vec<&str> {
    let is_name = |word: &&str| {
        let letters = word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        letters && word.trim_matches('_').contains('_') && word.trim_matches('_') == *word && !word.starts_with("LEPTOS_")
    };
    text.split('"').skip(1).step_by(2).filter(is_name).collect()
}

#[test]
fn every_setting_is_in_the_manual() {
    let manual = std::fs::read_to_string(root().join("docs/operation.md")).unwrap();
    let mut found = 0;
    for (path, text) in all() {
        if path != "server/src/config.rs" && !path.starts_with("server/src/config/") {
            continue;
        }
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in settings_in(product) {
            found += 1;
            assert!(manual.contains(&format!("`{name}`")), "{path}: docs/operation.md does not say what {name} is for");
        }
    }
    assert!(found > 20, "{found} settings");
}

#[test]
fn files_are_short_and_finished() {
    for (path, text) in all() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST || TABLES.contains(&path.as_str()), "{path} has {lines} lines: split it");
        for word in LEFT_BEHIND {
            assert!(!text.contains(word), "{path} says {word}");
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in all() {
        let source = path.ends_with(".rs") && path.contains("/src/");
        assert!(!source || text.starts_with("//!"), "{path} must begin with //! and what it is for");
    }
}

/// The names of a file's modules that are called tests, and whether they are compiled for tests alone.
fn test_modules(text: &str) -> Vec<(&str, bool)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let named = lines.iter().enumerate().filter_map(|(at, line)| {
        let name = line.strip_prefix("pub ").or(line.strip_prefix("pub(crate) ")).unwrap_or(line).strip_prefix("mod ")?;
        let name = name.trim_end_matches(';');
        (line.ends_with(';') && name.ends_with("tests")).then_some((at, name))
    });
    let above = |at: usize| {
        lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).any(|line| line.starts_with("#[cfg(") && line.contains("test"))
    };
    named.map(|(at, name)| (name, above(at))).collect()
}

#[test]
fn what_is_called_tests_is_compiled_for_tests_alone() {
    assert_eq!(test_modules("#[cfg(test)]\nmod tests;\nmod guests;\nmod more_tests;"), [("tests", true), ("more_tests", false)]);
    let mut found = 0;
    for (path, text) in all() {
        if path.ends_with(".rs") && path.contains("/src/") {
            for (name, for_tests) in test_modules(&text) {
                assert!(for_tests, "{path}: {name} is part of the product: call it by what it does");
                found += 1;
            }
        }
    }
    assert!(found > 3, "{found} modules of tests");
}

#[test]
fn what_browsers_keep_for_ever_is_named_by_its_content() {
    use sha2::{Digest, Sha256};
    let shared = root().join("frontend/public");
    let named = |folder: &str| std::fs::read_dir(shared.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files: Vec<PathBuf> = named("fonts")
        .into_iter()
        .chain(named(""))
        .filter(|path| path.extension().is_some_and(|kind| kind == "woff2" || kind == "svg"))
        .collect();
    let text = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let (style, shell, icon) = (text("style/base.css"), text("app/src/document.rs"), text("app/src/ui/icon.rs"));
    for path in files.iter().filter(|path| !path.ends_with("favicon.svg")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let fingerprint: String = Sha256::digest(std::fs::read(path).unwrap()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        assert!(name.contains(&format!(".{fingerprint}.")), "{name} must be named {fingerprint}, by what is in it");
        let used = if name.ends_with("woff2") { style.contains(name) && shell.contains(name) } else { icon.contains(name) };
        assert!(used, "{name} is not used under this name");
    }
    assert_eq!(files.len(), 4);
}

#[test]
fn entities_stay_in_the_store() {
    for (path, text) in sources("server/backend/src") {
        if !path.contains("/store/") {
            let lines = naming(&text, &["Model", "ActiveModel", "Entity", "DatabaseConnection", "DatabaseTransaction"]);
            assert!(lines.is_empty(), "{path}: rows are the store's own; ask it for domain types: {lines:#?}");
        }
    }
}

/// Every file that is tracked, or in a tree that is no checkout, every file outside of what is built and installed.
fn tracked() -> Vec<String> {
    let listed = std::process::Command::new("git").arg("-C").arg(root()).args(["ls-files", "-z"]).output();
    if let Some(listed) = listed.ok().filter(|listed| listed.status.success()) {
        let names = String::from_utf8(listed.stdout).unwrap();
        return names.split_terminator('\0').map(str::to_owned).collect();
    }
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let kept = !["target", "node_modules", ".git"].iter().any(|name| inside.rsplit('/').next() == Some(*name));
            match path.is_dir() {
                true if kept => folders.push(path),
                true => {}
                false => found.push(inside),
            }
        }
    }
    found
}

/// Whether a file of this name holds keys, somebody's data or a configuration with secrets.
fn is_private(path: &str) -> bool {
    let path = path.to_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let kinds = [".key", ".pem", ".p12", ".pfx", ".jks", ".db", ".dump", ".bak"];
    name == ".env"
        || (name.starts_with(".env.") && !name.ends_with(".example"))
        || name.starts_with("id_rsa")
        || name.starts_with("id_ed25519")
        || name.contains(".sqlite") && !name.ends_with(".rs")
        || kinds.iter().any(|kind| name.ends_with(kind))
        || folders.split('/').any(|folder| folder == "data")
}

#[test]
fn no_key_no_database_and_no_configuration_of_somebody_is_tracked() {
    for private in
        ["server/data/docket.key", "data/docket.sqlite-wal", ".env", "a/.env.local", "tls/site.PEM", "docket.key", "x/data/a.txt"]
    {
        assert!(is_private(private), "{private}");
    }
    for public in ["server/backend/src/store/sqlite.rs", "app/src/approvals/keys.rs", ".env.example", "server/backend/src/outbox/data.rs"] {
        assert!(!is_private(public), "{public}");
    }
    let tracked = tracked();
    assert!(tracked.iter().any(|path| path == "README.md"), "{tracked:#?}");
    let private: Vec<&String> = tracked.iter().filter(|path| is_private(path)).collect();
    assert!(private.is_empty(), "take these out of the repository, and change what they hold: {private:#?}");
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    for kind in ["**/data/", "*.key", "*.pem", "*.sqlite*", ".env"] {
        assert!(ignored.lines().any(|line| line == kind), ".gitignore must say {kind}");
    }
}

/// What panics when the page that a value belongs to has been left.
const READS: &[&str] = &[".get()", ".get_untracked()", ".get_value()", ".with(", ".with_untracked(", ".with_value(", ".run("];
/// Where code runs later than the page may be there.
const LATER: &[&str] =
    &["spawn_local(", "set_timeout(", "set_interval(", "request_animation_frame(", "focus_later(", "window_event_listener("];

/// The text inside the parentheses that open at the end of `text[..at]`.
fn inside(text: &str, at: usize) -> &str {
    let mut depth = 1;
    let end = text[at..].char_indices().find(|(_, letter)| {
        depth += i32::from(*letter == '(') - i32::from(*letter == ')');
        depth == 0
    });
    &text[at..end.map_or(text.len(), |(end, _)| at + end)]
}

/// Reads of a page's values that may come after the page was left, with `try_` they would not panic.
fn late_reads(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, at) in LATER.iter().flat_map(|word| text.match_indices(word).map(move |(at, _)| (*word, at + word.len()))) {
        let code = inside(text, at);
        // Until its first wait, a task runs while the page is there.
        let late = if word == "spawn_local(" { code.find(".await").map_or("", |at| &code[at..]) } else { code };
        let lines = late.lines().filter(|line| READS.iter().any(|read| line.contains(read)));
        found.extend(lines.map(|line| line.trim().to_owned()));
    }
    found
}

#[test]
fn nothing_that_runs_later_reads_what_may_be_gone() {
    let late = "spawn_local(async move { a.get(); ask().await; b.get_untracked(); c.try_set(d.try_get_untracked()); }); e.get();";
    assert_eq!(late_reads(late).len(), 1, "{:?}", late_reads(late));
    assert!(late_reads("set_timeout(move || if f.try_get_value() == Some(1) { g.set(2) }, PAUSE)").is_empty());
    assert_eq!(late_reads("set_timeout(move || h.run(()), PAUSE)").len(), 1);
    for (path, text) in sources("app/src") {
        let reads = late_reads(&text);
        assert!(reads.is_empty(), "{path}: read with try_, the page may have been left by then: {reads:#?}");
    }
}
