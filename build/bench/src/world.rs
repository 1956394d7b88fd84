//! Worlds to measure in: scratch folders on the checkout's disk, and a database with the demo organization.

use crate::report::BenchResult;
use backend::{Backend, Caller, MachineSources, Store, UseCaseSettings, definitions, people, requests};
use domain::forms::Answers;
use domain::id::RequestId;
use domain::requests::wire::{SubmissionOutcome, SubmitDraft};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// The organization of the demo, and its folder.
const ORGANIZATION: &str = "northmoor";
const DEFINITIONS: &str = "demo/northmoor";
/// An item of it with an approval by one of two groups, and people who ask for it.
const ITEM: &str = "software-access";
const REQUESTERS: [&str; 4] = ["amara.okafor", "ruth.abel", "hana.sato", "mina.park"];

/// A scratch folder under `target`, on the checkout's own disk; goes away with what is in it.
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// A new one.
    pub fn new(name: &str) -> BenchResult<Self> {
        let path = std::path::absolute(format!("target/bench-{name}-{}", std::process::id()))?;
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Address of a SQLite database in it.
    pub fn database(&self) -> String {
        format!("sqlite:{}", self.0.join("docket.sqlite").display())
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The use cases over a migrated database.
pub async fn open(url: &str) -> BenchResult<Backend> {
    let store = Store::open(url).await?;
    store.migrate().await?;
    Ok(Backend::new(store, UseCaseSettings::default(), Arc::new(MachineSources), Arc::new(MachineSources))?)
}

/// An organization whose requests are handed on at once, to one address.
pub struct DeliveryBench {
    backend: Backend,
    caller: Caller,
    form_version: String,
}

impl DeliveryBench {
    /// Applies its definitions to a new database; what is handed on goes to this port.
    pub async fn open(url: &str, port: u16) -> BenchResult<Self> {
        let store = Store::open(url).await?;
        store.migrate().await?;
        let settings = UseCaseSettings { allow_inside_addresses: true, ..UseCaseSettings::default() };
        let backend = Backend::new(store, settings, Arc::new(MachineSources), Arc::new(MachineSources))?;
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let form = "key: note\ntitle: Note\nsections:\n  - key: note\n    title: Note\n    fields:\n      - {key: text, label: Text, type: text}\n";
        let item =
            "key: note\nname: Note\ndescription: A note.\nicon: file\ncategory: Help\nprefix: N\nform: note\nplan: {connectors: [desk]}\n";
        let connector = format!("- {{key: desk, name: Desk, kind: webhook, settings: {{url: 'http://127.0.0.1:{port}/'}}}}\n");
        let files = vec![
            file("organization.yaml", "key: bench\nname: Bench\n"),
            file("people.yaml", "- {email: ana@bench.example, name: Ana Costa, roles: [requester]}\n"),
            file("connectors.yaml", &connector),
            file("forms/note.yaml", form),
            file("items/note.yaml", item),
        ];
        definitions::apply(&backend, "bench", files).await?;
        let caller = people::caller(&backend, "bench", "ana@bench.example").await?;
        let form_version = requests::open_draft(&backend, &caller, "note").await?.form_version;
        Ok(Self { backend, caller, form_version })
    }

    /// The use cases.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// One submission; its docket number.
    pub async fn submit(&self, turn: usize) -> BenchResult<String> {
        let answers = Answers([("text".to_owned(), json!(format!("Note {turn}")))].into_iter().collect());
        let (id, form_version) = (RequestId(Uuid::now_v7()), self.form_version.clone());
        let draft = SubmitDraft { id, item_key: "note".to_owned(), form_version, answers };
        match requests::submit(&self.backend, &self.caller, draft).await? {
            SubmissionOutcome::Filed { number } => Ok(number),
            other => Err(format!("a submission was not filed: {other:?}").into()),
        }
    }

    /// So many submissions, 64 at once.
    pub async fn submit_many(self: &Arc<Self>, count: usize) -> BenchResult<()> {
        let mut filing = tokio::task::JoinSet::new();
        for turn in 0..count {
            if filing.len() >= 64 {
                filing.join_next().await.transpose()?.transpose()?;
            }
            let desk = self.clone();
            filing.spawn(async move { desk.submit(turn).await });
        }
        while let Some(filed) = filing.join_next().await {
            filed??;
        }
        Ok(())
    }
}

/// The demo organization, people who submit, and what they submit.
pub struct BenchOrganization {
    backend: Backend,
    callers: Vec<Caller>,
    form_version: String,
    answers: Answers,
}

impl BenchOrganization {
    /// Applies the demo's definitions to a new database.
    pub async fn open(url: &str) -> BenchResult<Self> {
        let backend = open(url).await?;
        definitions::apply(&backend, ORGANIZATION, definitions::folder::read(Path::new(DEFINITIONS))?).await?;
        let mut callers = Vec::new();
        for name in REQUESTERS {
            callers.push(people::caller(&backend, ORGANIZATION, &format!("{name}@{ORGANIZATION}.example")).await?);
        }
        let asking = callers.first().ok_or("nobody asks")?;
        let user = people::search_people(&backend, asking, "Hana").await?.into_iter().next().ok_or("nobody is called Hana")?;
        let answers = [
            ("system", json!("ledger")),
            ("seats", json!("2")),
            ("cost", json!("120.50")),
            ("cost_centre", json!("4410")),
            ("user", json!({ "id": user.id, "name": user.name })),
            ("reason", json!("The year's accounts have to be read by two of us.")),
        ];
        let answers = Answers(answers.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
        let form_version = requests::open_draft(&backend, asking, ITEM).await?.form_version;
        Ok(Self { backend, callers, form_version, answers })
    }

    /// One submission through the use case, as the server function calls it, by one of the people.
    pub async fn submit(&self, turn: usize) -> BenchResult<()> {
        let caller = &self.callers[turn % self.callers.len()];
        let draft = SubmitDraft {
            id: RequestId(Uuid::new_v4()),
            item_key: ITEM.to_owned(),
            form_version: self.form_version.clone(),
            answers: self.answers.clone(),
        };
        match requests::submit(&self.backend, caller, draft).await? {
            SubmissionOutcome::Filed { .. } => Ok(()),
            other => Err(format!("a submission was not filed: {other:?}").into()),
        }
    }
}
