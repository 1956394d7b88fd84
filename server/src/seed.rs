//! The demo: two organizations from their definition folders, sign-ins, and requests in every state, made through the use cases by the
//! people who would make them. A second run changes nothing.
//!
//! Ages are real: a clock of our own stands where each step happened. What is delivered goes to the simulated systems at the address the
//! demo's connectors name; a request whose delivery should fail meets them out of order.

mod away;
mod step;

use crate::config::ServerConfig;
use crate::simulate::{self, SimulatorState};
use backend::{Backend, Caller, CallerProof, MachineSources, Store, TimeSource, approvals, definitions, outbox, people, requests};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use domain::forms::Answers;
use domain::id::{OrganizationId, PersonId, RequestId};
use domain::requests::actions::ActionKind;
use domain::requests::comments::CommentAudience;
use domain::requests::wire::{SaveDraft, SubmissionOutcome, SubmitDraft};
use domain::requests::work::CommentDraft;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use step::{OwnStep, SeedStep, StepKind};

/// Everybody's password in the demo.
pub const PASSWORD: &str = "docket-demo-2026";
/// Where the demo's connectors send to.
const RECEIVER: std::net::SocketAddr = std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4010);

/// What happened, as `seed/story.json` tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// E-mails whose sign-ins are printed, with a word about each.
    sign_ins: Vec<(String, String)>,
    away: Vec<away::SeedAbsence>,
    requests: Vec<SeedRequest>,
}

impl Story {
    fn read() -> Result<Self, String> {
        serde_json::from_str(include_str!("seed/story.json")).map_err(|error| format!("the demo's story: {error}"))
    }

    /// E-mails of everybody in it, each once.
    fn people(&self) -> BTreeSet<&str> {
        let steps = || self.requests.iter().flat_map(|told| &told.then);
        let acting = self.requests.iter().map(|told| told.by.as_str()).chain(steps().map(|step| step.by.as_str()));
        let named = steps().filter_map(|step| step.to.as_deref()).filter(|to| !to.starts_with('#'));
        let away = self.away.iter().flat_map(|away| [away.from.as_str(), away.to.as_str()]);
        acting.chain(named).chain(away).chain(self.sign_ins.iter().map(|(email, _)| email.as_str())).collect()
    }
}

/// E-mails of everybody who can sign in to the demo.
///
/// # Errors
/// When the story cannot be read.
pub fn people_of_the_story() -> Result<Vec<String>, String> {
    Ok(Story::read()?.people().into_iter().map(str::to_owned).collect())
}

/// One request (or draft) and what became of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedRequest {
    /// Tells it apart for ever: the id is made of it.
    name: String,
    organization: String,
    by: String,
    item: String,
    /// Hours before now when it was submitted.
    hours_ago: i64,
    /// Left as a draft at this section.
    #[serde(default)]
    draft_at: Option<String>,
    /// People, groups and spaces are written `@<name>`, `#<name>` and `&<name>`, dates `+12d` from now.
    answers: Map<String, Value>,
    #[serde(default)]
    then: Vec<SeedStep>,
}

/// A person, and the organization they are in first.
type SeedPerson = (PersonId, Option<OrganizationId>);

/// A clock that stands where the story is.
struct StoryClock(AtomicI64);

impl StoryClock {
    fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_micros(), Ordering::SeqCst);
    }
}

impl TimeSource for StoryClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Applies every definition folder, sets the demo's passwords and tells the story; the answer is for the person at the terminal.
///
/// # Errors
/// A sentence that says what stands in the way.
pub async fn run(config: &ServerConfig, folder: &Path) -> Result<String, String> {
    let real = crate::open_migrated(config).await?;
    let mut lines = Vec::new();
    for (path, files) in definition_folders(folder)? {
        let plan = definitions::apply(&real, None, files).await.map_err(|error| format!("{}: {error}", path.display()))?;
        lines.push(format!("{}: definitions are up to date", plan.organization));
    }
    let story = Story::read()?;
    let mut people = BTreeMap::new();
    for email in story.people() {
        people.insert(email.to_owned(), sign_in(&real, email).await.map_err(|error| format!("{email}: {error}"))?);
    }
    let teller = StoryTeller::new(config, real.store().clone(), people).await?;
    let mut told = 0;
    for away in &story.away {
        told += u32::from(teller.away(away).await.map_err(|problem| format!("{} is away: {problem}", away.from))?);
    }
    for request in &story.requests {
        told += u32::from(teller.tell(request).await.map_err(|problem| format!("{}: {problem}", request.name))?);
    }
    lines.push(if told == 0 { "requests: all there already".to_owned() } else { format!("requests and deputies: {told} made") });
    lines.push(format!("\nSign in at {}/sign-in with the password {PASSWORD}:", config.public_url));
    lines.extend(story.sign_ins.iter().map(|(email, words)| format!("  {email:<40}{words}")));
    Ok(lines.join("\n"))
}

/// Signs in with the demo's password, which is set when it does not fit: a second run signs nobody out.
async fn sign_in(real: &Backend, email: &str) -> backend::Result<SeedPerson> {
    let remote = format!("seed of {email}");
    let from = people::SignInPlace { remote: &remote, device: None };
    match people::sign_in(real, email, PASSWORD, from).await {
        Ok(signed_in) => Ok(signed_in),
        Err(_) => {
            people::set_password(real, email, PASSWORD).await?;
            people::sign_in(real, email, PASSWORD, from).await
        }
    }
}

/// The definition folders inside a folder, in order of their names.
fn definition_folders(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<definitions::DefinitionFile>>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("The demo's folder {} cannot be read: {error}", folder.display()))?;
    let mut found = BTreeMap::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.join("organization.yaml").is_file()) {
        let files = definitions::folder::read(&path).map_err(words)?;
        found.insert(path, files);
    }
    if found.is_empty() { Err(format!("{} has no definition folder inside.", folder.display())) } else { Ok(found) }
}

/// Tells the story through the use cases.
struct StoryTeller {
    backend: Backend,
    /// Delivers what should fail: the same, or when something else receives, one that may not call it.
    failing: Backend,
    clock: Arc<StoryClock>,
    now: DateTime<Utc>,
    people: BTreeMap<String, SeedPerson>,
    /// The systems that the demo's connectors name.
    world: SimulatorState,
}

impl StoryTeller {
    async fn new(config: &ServerConfig, store: Store, people: BTreeMap<String, SeedPerson>) -> Result<Self, String> {
        let now = Utc::now();
        let clock = Arc::new(StoryClock(AtomicI64::new(now.timestamp_micros())));
        // Our own receiver is inside the network; so is its one caller.
        let settings = backend::UseCaseSettings { allow_inside_addresses: true, ..config.settings(crate::keys::load(config)?) };
        let refusing = backend::UseCaseSettings { allow_inside_addresses: false, ..settings.clone() };
        let made = |settings| Backend::new(store.clone(), settings, clock.clone(), Arc::new(MachineSources)).map_err(words);
        let (backend, refusing) = (made(settings)?, made(refusing)?);
        let world = SimulatorState::default();
        let receives = receive(world.clone()).await;
        let failing = if receives { backend.clone() } else { refusing };
        Ok(Self { backend, failing, clock, now, people, world })
    }

    /// Makes one request and what follows, unless it is there; true when it was made.
    async fn tell(&self, told: &SeedRequest) -> Result<bool, String> {
        let began = self.now - TimeDelta::hours(told.hours_ago);
        self.clock.set(began);
        let caller = self.caller(&told.organization, &told.by).await?;
        let id = id_of(&told.name);
        if told.draft_at.is_some() && self.draft_is_there(&caller, id).await? {
            return Ok(false);
        }
        let page = requests::open_draft(&self.backend, &caller, &told.item).await.map_err(words)?;
        let answers = self.answers(&caller, &told.answers).await?;
        let draft = SubmitDraft { id, item_key: told.item.clone(), form_version: page.form_version, answers };
        if !self.save(&caller, &draft, told.draft_at.clone()).await? || told.draft_at.is_some() {
            return Ok(told.draft_at.is_some());
        }
        let number = match requests::submit(&self.backend, &caller, draft).await.map_err(words)? {
            SubmissionOutcome::Filed { number } => number,
            SubmissionOutcome::Problems { problems } => return Err(format!("{problems:?}")),
            SubmissionOutcome::Changed { .. } => return Err("the form changed while the demo was loaded; run docket seed again".to_owned()),
        };
        outbox::run_once(&self.backend).await.map_err(words)?;
        let mut at = began;
        for step in &told.then {
            at += TimeDelta::minutes(step.after_minutes);
            self.clock.set(at.min(self.now));
            self.step(&told.organization, &number, step).await?;
        }
        Ok(true)
    }

    /// Saves the draft; false when it was submitted by an earlier run.
    async fn save(&self, caller: &Caller, draft: &SubmitDraft, step: Option<String>) -> Result<bool, String> {
        let SubmitDraft { id, item_key, form_version, answers } = draft.clone();
        match requests::save_draft(&self.backend, caller, SaveDraft { id, item_key, form_version, answers, step }).await {
            Ok(_) => Ok(true),
            Err(backend::Error::Refused(Refusal::Conflict { .. })) => Ok(false),
            Err(error) => Err(words(error)),
        }
    }

    async fn step(&self, organization: &str, number: &str, step: &SeedStep) -> Result<(), String> {
        let caller = self.caller(organization, &step.by).await?;
        let backend = &self.backend;
        let failing = step.kind == StepKind::Own(OwnStep::FailDelivery);
        self.world.fail(failing);
        let decide = async |verdict| self.decide(&caller, number, verdict, &step.text).await;
        let done = match step.kind {
            StepKind::Action(ActionKind::Approve) | StepKind::Own(OwnStep::FailDelivery) => decide(ApproverVerdict::Approve).await,
            StepKind::Action(ActionKind::Reject) => decide(ApproverVerdict::Reject).await,
            StepKind::Own(OwnStep::AskForChanges) => decide(ApproverVerdict::AskForChanges).await,
            StepKind::Own(own @ (OwnStep::Comment | OwnStep::CommentInternal)) => {
                let audience = if own == OwnStep::Comment { CommentAudience::Public } else { CommentAudience::Internal };
                let draft = CommentDraft { audience, task: None, body: step.text.clone() };
                requests::comment(backend, &caller, number, draft).await.map(drop)
            }
            StepKind::Own(OwnStep::AddTask) => requests::add_task(backend, &caller, number, self.task(step)?).await.map(drop),
            StepKind::Action(kind) => {
                let call = self.call(&caller, kind, step).await?;
                requests::act(backend, &caller, number, call, None).await.map(drop)
            }
        };
        done.map_err(words)?;
        let backend = if failing { &self.failing } else { backend };
        outbox::run_once(backend).await.map_err(words)?;
        if failing {
            let mut at = backend.now();
            for pause in &backend.settings().delivery_pauses {
                at += TimeDelta::minutes(i64::from(*pause)) + TimeDelta::seconds(1);
                self.clock.set(at);
                outbox::run_once(backend).await.map_err(words)?;
            }
            self.world.fail(false);
            // The rest of the story is told at other times: its deliveries do not wait for a pause of this one.
            outbox::end_pauses(backend).await.map_err(words)?;
        }
        Ok(())
    }

    async fn draft_is_there(&self, caller: &Caller, id: RequestId) -> Result<bool, String> {
        Ok(requests::drafts(&self.backend, caller).await.map_err(words)?.iter().any(|draft| draft.id == id))
    }

    async fn decide(&self, caller: &Caller, number: &str, verdict: ApproverVerdict, reason: &str) -> backend::Result<()> {
        let seen = requests::page(&self.backend, caller, number).await?.events.len().try_into().unwrap_or(u32::MAX);
        let decision = ApproverDecision { number: number.to_owned(), verdict, reason: reason.to_owned(), seen };
        approvals::decide(&self.backend, caller, decision).await.map(drop)
    }

    /// The person of this e-mail, in this organization.
    async fn caller(&self, organization: &str, email: &str) -> Result<Caller, String> {
        let missing = || format!("{email} is not in {organization}");
        let (person, first) = *self.people.get(email).ok_or_else(missing)?;
        let load = |organization| people::load_caller(&self.backend, person, organization, CallerProof::CommandLine);
        let caller = load(first).await.map_err(words)?.ok_or_else(missing)?;
        let me = people::me(&self.backend, &caller).await.map_err(words)?;
        let wanted = me.organizations.iter().find(|known| known.key == organization).ok_or_else(missing)?;
        load(Some(wanted.id)).await.map_err(words)?.ok_or_else(missing)
    }

    /// The story's answers with people, groups and spaces in place of their names.
    async fn answers(&self, caller: &Caller, told: &Map<String, Value>) -> Result<Answers, String> {
        let mut answers = Answers::default();
        for (key, value) in told {
            let value = match value.as_str() {
                Some(text) if text.starts_with('@') => {
                    let found = people::search_people(&self.backend, caller, &text[1..]).await.map_err(words)?;
                    let person = found.first().ok_or_else(|| format!("nobody is called {text}"))?;
                    serde_json::json!({ "id": person.id, "name": person.name })
                }
                Some(text) if text.starts_with('#') => {
                    let found = people::search_groups(&self.backend, caller, &text[1..]).await.map_err(words)?;
                    let group = found.first().ok_or_else(|| format!("no group is called {text}"))?;
                    serde_json::json!({ "id": group.id, "name": group.name })
                }
                Some(text) if text.starts_with('&') => {
                    let found = people::search_spaces(&self.backend, caller, &text[1..]).await.map_err(words)?;
                    let space = found.first().ok_or_else(|| format!("no space is called {text}"))?;
                    serde_json::json!({ "id": space.id, "name": space.name })
                }
                Some(text) => Value::String(self.date(text)),
                None => value.clone(),
            };
            answers.set(key, value);
        }
        Ok(answers)
    }

    /// `+12d` is the date twelve days from now, `-4d` four days ago, `+12dT09:30` with a time; any other text is itself.
    fn date(&self, text: &str) -> String {
        let written = text.starts_with(['+', '-']).then(|| text.split_once('d')).flatten();
        match written.and_then(|(days, rest)| Some((days.parse::<i64>().ok()?, rest))) {
            Some((days, rest)) => format!("{}{rest}", (self.now + TimeDelta::days(days)).format("%Y-%m-%d")),
            None => text.to_owned(),
        }
    }
}

fn words(error: backend::Error) -> String {
    error.to_string()
}

/// The same name always gives the same id: a second run finds the first one's requests.
fn id_of(name: &str) -> RequestId {
    let hash = Sha256::digest(format!("docket demo {name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    RequestId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Stands where the demo's connectors send to, while the story is told. False when something else listens there: it hears the demo then.
async fn receive(world: SimulatorState) -> bool {
    match simulate::listen(RECEIVER).await {
        Ok((http, smtp)) => {
            tokio::spawn(simulate::run(http, smtp, world));
            true
        }
        Err(problem) => {
            tracing::warn!(problem, "failed to open the simulated systems; something else receives what the demo delivers");
            false
        }
    }
}
