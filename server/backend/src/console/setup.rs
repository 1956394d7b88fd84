//! Connectors set up on screen: the settings' form, secrets that are stored and never shown, tests, and previews of templates.

use super::{fresh, require, whole};
use crate::audit::{self, AuditActor};
use crate::connectors::{self as kinds_of, is_secret};
use crate::definitions::secrets;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::{Tx, connector_checks, connectors, destinations, forms, organizations};
use crate::templates;
use crate::{Backend, Caller, apart};
use domain::audit::{AuditDraft, AuditKind};
use domain::connectors::Connector;
use domain::connectors::wire::{ConnectorInput, ConnectorView, KindView, TestView};
use domain::forms::answers::says_something;
use domain::forms::{Answers, Field, FieldRules, Form, answer_keys};
use domain::permission::Permission;
use domain::text::{count_characters, tidy_line};
use domain::{Problem, Refusal};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What stands for a header's stored value.
const STORED: &str = "(stored)";
/// Keys of what is asked of every connector.
const GENERAL: &[&str] = &["name", "enabled"];
const LONGEST_NAME: u32 = 120;
/// Said of work that was not done in time.
const TOO_LONG: &str = "The template takes too long, or the server has much to do. Try again, or make it shorter.";

/// The kinds of connectors there are.
///
/// # Errors
/// `NotFound` for who may not set them up.
pub fn kinds(caller: &Caller) -> Result<Vec<KindView>> {
    require(&caller.facts, Permission::ManageConnectors)?;
    Ok(kinds_of::CONNECTORS.iter().map(|kind| KindView { kind: kind.kind().to_owned(), label: kind.label().to_owned() }).collect())
}

/// An empty connector of a kind.
///
/// # Errors
/// `NotFound` for who may not, and for an unknown kind.
pub fn new_connector(caller: &Caller, kind: &str) -> Result<ConnectorView> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let connector = Connector { key: String::new(), name: String::new(), kind: kind.to_owned(), enabled: true, settings: Map::new() };
    view(&connector, TestView::Never, false)
}

/// A connector to look at and change.
///
/// # Errors
/// `NotFound` for who may not, and when there is none.
pub async fn connector(backend: &Backend, caller: &Caller, key: &str) -> Result<ConnectorView> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let handle = backend.store().read(caller.organization);
    let found = connectors::sealed(&handle).await?.into_iter().find(|one| one.key == key).ok_or(Refusal::NotFound)?;
    let test = match connector_checks::last(&handle, key).await? {
        None => TestView::Never,
        Some((asked, None)) => TestView::Waiting(asked),
        Some((_, Some(attempt))) => TestView::Done(whole(1, attempt)),
    };
    let held = destinations::of(&handle, key).await?.held_at.is_some();
    view(&found, test, held)
}

fn view(connector: &Connector, test: TestView, held: bool) -> Result<ConnectorView> {
    let kind = kinds_of::find(&connector.kind).ok_or(Refusal::NotFound)?;
    let mut form = kinds_of::form(kind).map_err(crate::Error::failed)?;
    let stored: Vec<String> = connector.settings.keys().filter(|key| is_secret(&connector.kind, &[key])).cloned().collect();
    relax(&mut form, &stored);
    if let Some(section) = form.sections.first_mut() {
        section.fields.splice(0..0, general());
    }
    let mut settings = Answers(secrets::without(&connector.kind, &connector.settings).into_iter().collect());
    if let Some(Value::Object(headers)) = connector.settings.get("headers") {
        settings.set("headers", Value::String(lines(&connector.kind, headers)));
    }
    settings.set("name", Value::String(connector.name.clone()));
    settings.set("enabled", Value::Bool(connector.enabled));
    Ok(ConnectorView {
        key: connector.key.clone(),
        name: connector.name.clone(),
        kind: connector.kind.clone(),
        kind_label: kind.label().to_owned(),
        form,
        settings,
        templates: kind.templates().iter().map(|(key, _)| (*key).to_owned()).collect(),
        stored,
        held,
        test,
    })
}

/// What is asked of every connector.
fn general() -> [Field; 2] {
    let field = |key: &str, label: &str, kind: &str, required: bool, hint: &str| Field {
        key: key.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        hint: hint.to_owned(),
        required,
        default: None,
        options: Vec::new(),
        rules: FieldRules::default(),
        when: None,
    };
    let mut name = field("name", "Name", "text", true, "");
    name.rules.max_length = Some(LONGEST_NAME);
    [name, field("enabled", "In use", "boolean", false, "While it is not in use, deliveries to it fail and can be replayed")]
}

/// Secrets that are stored are not asked for again; one that is named instead may stay empty too.
fn relax(form: &mut Form, stored: &[String]) {
    let siblings: BTreeSet<String> = form
        .sections
        .iter()
        .flat_map(|section| &section.fields)
        .filter_map(|field| field.key.strip_suffix("_env").map(str::to_owned))
        .collect();
    for field in form.sections.iter_mut().flat_map(|section| &mut section.fields) {
        if siblings.contains(&field.key) {
            field.required = false;
        }
        if stored.contains(&field.key) {
            field.hint = "Stored. Leave it empty to keep it, or enter a new one".to_owned();
        }
    }
}

/// Headers as lines, those that are secret without their values.
fn lines(kind: &str, headers: &Map<String, Value>) -> String {
    let line = |(name, value): (&String, &Value)| {
        let value = if is_secret(kind, &["headers", name]) { STORED } else { value.as_str().unwrap_or_default() };
        format!("{name}: {value}")
    };
    headers.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Headers from lines; what stands for a stored value becomes it again.
fn headers(text: &str, present: Option<&Map<String, Value>>) -> std::result::Result<Map<String, Value>, String> {
    let mut headers = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!("“{line}” cannot be read as a header. Write one a line, like X-Site: north"));
        };
        let (name, value) = (name.trim().to_owned(), value.trim());
        let kept = present.and_then(|present| present.get(&name)).filter(|_| value == STORED);
        headers.insert(name, kept.cloned().unwrap_or_else(|| Value::String(value.to_owned())));
    }
    Ok(headers)
}

/// Makes or changes a connector; answers its key.
///
/// # Errors
/// `Problems` with each setting that is wrong; `NotFound` for who may not.
pub async fn save(backend: &Backend, caller: &Caller, input: ConnectorInput) -> Result<String> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let (be, person, organization, actor) = (backend.clone(), caller.id(), caller.organization, AuditActor::from(caller));
    let of = organizations::find(&backend.store().platform(), organization).await?.ok_or(Refusal::NotFound)?;
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            fresh(tx, person, Permission::ManageConnectors, be.now()).await?;
            let all = connectors::sealed(tx).await?;
            let present = if input.key.is_empty() { None } else { Some(present(tx, be.seal(), &input.key, &all).await?) };
            let wanted = wanted(&input, present.as_ref(), &all)?;
            let answers = answer_keys(forms::all(tx).await?.iter().map(|(_, form)| form));
            let kind = kinds_of::find(&wanted.kind).ok_or(Refusal::NotFound)?;
            let (server, checked) = (be.clone(), wanted.clone());
            let check = move || kinds_of::check(kind, &of.key, &checked, server.settings(), Some(&answers));
            let problems = apart::run(check).await.ok_or_else(|| Refusal::not_now(TOO_LONG))?;
            if !problems.is_empty() {
                let problems = problems.into_iter().map(|(field, message)| problem(&field, &message)).collect();
                return Err(Refusal::Problems { problems }.into());
            }
            connectors::save(tx, be.seal(), be.id(), &wanted, be.now()).await?;
            let changes = secrets::compare_connectors(present.as_ref(), &wanted);
            if !changes.is_empty() {
                let kind = if present.is_some() { AuditKind::ConnectorChanged } else { AuditKind::ConnectorCreated };
                let draft = AuditDraft::of(kind, wanted.key.as_str(), wanted.name.as_str()).with(changes);
                audit::record(tx, &be, &actor, vec![draft]).await?;
            }
            tx.announce(LiveChange::Deliveries { organization });
            Ok(wanted.key)
        })
    });
    work.await
}

/// The connector as it stands. Without its secrets when they cannot be opened, as after its key was lost: they have to be entered again.
async fn present(tx: &Tx<'_>, seal: connectors::SecretSeal<'_>, key: &str, sealed: &[Connector]) -> Result<Connector> {
    match connectors::by_key(tx, seal, key).await {
        Err(Error::Damaged(_)) => {
            let found = sealed.iter().find(|one| one.key == key).ok_or(Refusal::NotFound)?;
            Ok(Connector { settings: secrets::without(&found.kind, &found.settings), ..found.clone() })
        }
        found => Ok(found?.ok_or(Refusal::NotFound)?),
    }
}

fn problem(field: &str, message: &str) -> Problem {
    Problem { section: "settings".to_owned(), field: field.to_owned(), message: message.trim_end_matches('.').to_owned() }
}

/// The connector that the input means, with the secrets it leaves alone.
fn wanted(input: &ConnectorInput, present: Option<&Connector>, all: &[Connector]) -> Result<Connector> {
    let name = input.settings.get("name").and_then(Value::as_str).unwrap_or_default();
    let name = tidy_line(name).into_owned();
    let enabled = input.settings.get("enabled").and_then(Value::as_bool).unwrap_or(true);
    if name.is_empty() || count_characters(&name) > LONGEST_NAME as usize {
        let problems = vec![problem("name", &format!("Enter a name of at most {LONGEST_NAME} characters"))];
        return Err(Refusal::Problems { problems }.into());
    }
    let mut settings: Map<String, Value> = input
        .settings
        .0
        .iter()
        .filter(|(key, value)| !GENERAL.contains(&key.as_str()) && says_something(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(Value::String(text)) = settings.get("headers") {
        let stored = present.and_then(|present| present.settings.get("headers")).and_then(Value::as_object);
        let read = headers(text, stored).map_err(|message| Refusal::Problems { problems: vec![problem("headers", &message)] })?;
        settings.insert("headers".to_owned(), Value::Object(read));
    }
    let key = present.map_or_else(|| free_key(&name, all), |present| present.key.clone());
    let kind = present.map_or_else(|| input.kind.clone(), |present| present.kind.clone());
    let mut connector = Connector { key, name, kind, enabled, settings };
    if let Some(present) = present {
        let mut kept = present.clone();
        kept.settings.retain(|key, _| !input.forget.contains(key) && key != "headers");
        connector = secrets::keep(&connector, &kept);
    }
    Ok(connector)
}

/// A key made of a name, that no connector has.
fn free_key(name: &str, all: &[Connector]) -> String {
    let letters: String = name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect();
    let mut key = letters.split_whitespace().collect::<Vec<_>>().join("-");
    key.truncate(40);
    let key = if key.starts_with(|first: char| first.is_ascii_alphabetic()) { key } else { format!("connector-{key}") };
    let key = key.trim_end_matches('-').to_owned();
    let taken = |key: &str| all.iter().any(|one| one.key == key);
    if !taken(&key) {
        return key;
    }
    (2..).map(|number| format!("{key}-{number}")).find(|key| !taken(key)).unwrap_or(key)
}

/// Asks the worker for a test of a connector.
///
/// # Errors
/// `NotFound` for who may not, and when there is none.
pub async fn test(backend: &Backend, caller: &Caller, key: String) -> Result<()> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let (be, person, organization) = (backend.clone(), caller.id(), caller.organization);
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            fresh(tx, person, Permission::ManageConnectors, be.now()).await?;
            if !connectors::sealed(tx).await?.iter().any(|one| one.key == key) {
                return Err(Refusal::NotFound.into());
            }
            connector_checks::ask(tx, be.id(), &key, person, be.now()).await?;
            tx.announce(LiveChange::Deliveries { organization });
            Ok(())
        })
    });
    work.await
}

/// What a template of a kind makes of a request; of sample data when no docket number is given.
///
/// # Errors
/// `Problems` with what is wrong in the template or the number; `NotFound` for who may not.
pub async fn preview(backend: &Backend, caller: &Caller, kind: &str, field: &str, source: &str, number: &str) -> Result<String> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let escape = kinds_of::find(kind).and_then(|kind| kind.templates().iter().find(|(key, _)| *key == field)).ok_or(Refusal::NotFound)?.1;
    let refuse = |message: &str| Refusal::Problems { problems: vec![problem(field, message)] };
    let handle = backend.store().read(caller.organization);
    let answers = answer_keys(forms::all(&handle).await?.iter().map(|(_, form)| form));
    templates::check(source, Some(&answers)).map_err(|message| refuse(&message))?;
    let data = crate::outbox::sample(backend, caller.organization, number).await?;
    let data = data.ok_or_else(|| refuse(&format!("No request has the number {number}. Check it")))?;
    let source = source.to_owned();
    let made = apart::run(move || templates::render(&source, escape, "request.dispatched", &data)).await;
    Ok(made.unwrap_or_else(|| Err(TOO_LONG.to_owned())).map_err(|message| refuse(&message))?)
}
