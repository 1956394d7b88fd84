//! `docket serve` in a process of its own, people who use it, and a ledger of what they were told is done.

use crate::harness::{APPROVER, Browser, Folder, PASSWORD, REQUESTER, location};
use backend::{Backend, MachineSources, Store, definitions, people};
use reqwest::StatusCode;
use reqwest::header::ORIGIN;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};
use server::config::ServerConfig;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

/// How often a campaign repeats itself: once in `./test`, more often when `DOCKET_CAMPAIGN` says so.
pub fn rounds() -> usize {
    std::env::var("DOCKET_CAMPAIGN").map_or(1, |times| times.parse().unwrap())
}

/// A database with an organization, and where it is served.
pub struct Place {
    pub url: String,
    folder: Folder,
    port: u16,
}

impl Place {
    /// Makes the organization. Two people can sign in.
    pub async fn prepare(url: &str) -> Self {
        let folder = Folder::of_a_site();
        // The port stays free while nothing listens there: another program's next one is a higher one.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let place = Self { url: url.to_owned(), folder, port };
        let config = ServerConfig::read(&place.variables()).unwrap();
        let store = Store::open(url).await.unwrap();
        store.migrate().await.unwrap();
        let real = Arc::new(MachineSources);
        let backend = Backend::new(store, config.settings(server::keys::load(&config).unwrap()), real.clone(), real).unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/north");
        definitions::apply(&backend, "north", definitions::folder::read(&fixture).unwrap()).await.unwrap();
        for email in [REQUESTER, APPROVER] {
            people::set_password(&backend, email, PASSWORD).await.unwrap();
        }
        place
    }

    fn variables(&self) -> BTreeMap<String, String> {
        [
            ("DATABASE_URL", self.url.clone()),
            ("DOCKET_ADDR", format!("127.0.0.1:{}", self.port)),
            ("DOCKET_SITE_ROOT", self.folder.0.join("site").display().to_string()),
            ("DOCKET_KEY_FILE", self.folder.0.join("docket.key").display().to_string()),
            ("DOCKET_LOG", "warn,backend=info".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the server's log goes.
    fn log(&self) -> PathBuf {
        self.folder.0.join("log")
    }

    /// What the server wrote to its log, in all its lives.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Starts the server, with more variables. Returns when it listens.
    pub async fn serve(&self, more: &[(&str, &str)]) -> Served {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
        command.arg("serve").env_clear().envs(self.variables()).envs(more.iter().copied()).current_dir(&self.folder.0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let said = child.stdout.take().unwrap();
        let served = Served(child);
        let heard = tokio::task::spawn_blocking(move || {
            BufReader::new(said).lines().map_while(Result::ok).find(|line| line.starts_with("Docket is at "))
        });
        assert!(heard.await.unwrap().is_some(), "docket serve ended: {}", self.logged());
        served
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Browser { client, base: self.base() }
    }

    /// A browser in which this person is signed in.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let browser = self.browser();
        let answer = browser.sign_in(email, PASSWORD, "").await;
        assert!(answer.status() == StatusCode::SEE_OTHER && !location(&answer).starts_with("/sign-in"), "{email}: {}", self.logged());
        browser
    }

    /// What `/health/ready` answers: whether it is ready, and the reason when it is not. None while nobody listens.
    pub async fn ready(&self) -> Option<(bool, String)> {
        let answer = reqwest::get(format!("{}/health/ready", self.base())).await.ok()?;
        let status = answer.status();
        let text = answer.text().await.ok()?;
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(status == StatusCode::OK, body["ready"] == json!(true), "{status} {body}");
        assert!(status == StatusCode::OK || status == StatusCode::SERVICE_UNAVAILABLE, "{status} {body}");
        Some((status == StatusCode::OK, body["reason"].as_str().unwrap_or_default().to_owned()))
    }

    /// Waits until the server says that it is ready, or that it is not; the reason it gives.
    pub async fn becomes(&self, wanted: bool, why: &str) -> String {
        let look = async {
            loop {
                match self.ready().await {
                    Some((ready, reason)) if ready == wanted => return reason,
                    _ => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        };
        let within = tokio::time::timeout(Duration::from_secs(20), look).await;
        within.unwrap_or_else(|_| panic!("{why}: ready was not {wanted} within seconds\n{}", self.logged()))
    }
}

/// A running server; killed when dropped.
pub struct Served(Child);

impl Served {
    /// Ends it where it stands (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What people were told is done.
#[derive(Default)]
pub struct Ledger {
    filed: Mutex<BTreeMap<String, Uuid>>,
    commented: Mutex<BTreeSet<(String, String)>>,
    decided: Mutex<BTreeSet<String>>,
    /// Calls that were answered with something else, or not at all.
    failures: AtomicUsize,
}

impl Ledger {
    /// How many submissions were acknowledged.
    pub fn filed(&self) -> usize {
        self.filed.lock().unwrap().len()
    }

    pub fn failures(&self) -> usize {
        self.failures.load(Ordering::SeqCst)
    }

    /// Notes a submission that was acknowledged.
    pub fn note(&self, number: &str, draft: Uuid) {
        let before = self.filed.lock().unwrap().insert(number.to_owned(), draft);
        assert!(before.is_none_or(|before| before == draft), "{number} is two requests");
    }

    /// Compares with what is in the database, which no server has open.
    pub async fn compare(&self, url: &str) {
        let connection = sea_orm::Database::connect(url).await.unwrap();
        if url.starts_with("sqlite:") {
            assert_eq!(texts(&connection, "PRAGMA integrity_check").await, [["ok"]]);
        }
        let requests: BTreeMap<String, String> =
            texts(&connection, "SELECT number, state FROM requests").await.into_iter().map(|[number, state]| (number, state)).collect();
        let sql = "SELECT number, comment FROM comments JOIN requests ON requests.id = request_id";
        let comments: Vec<[String; 2]> = texts(&connection, sql).await;
        let sql = "SELECT number FROM events JOIN requests ON requests.id = request_id WHERE event LIKE '%approved%'";
        let decided: BTreeSet<String> = texts(&connection, sql).await.into_iter().map(|[number]| number).collect();
        connection.close().await.unwrap();

        let (filed, commented) = (self.filed.lock().unwrap(), self.commented.lock().unwrap());
        let lost: Vec<_> = filed.keys().filter(|number| !requests.contains_key(*number)).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged submissions are lost: {lost:?}", lost.len(), filed.len());
        let written = |(number, body): &&(String, String)| comments.iter().any(|[of, comment]| of == number && comment.contains(body));
        let lost: Vec<_> = commented.iter().filter(|comment| !written(comment)).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged comments are lost: {lost:?}", lost.len(), commented.len());
        let acknowledged = self.decided.lock().unwrap();
        let lost: Vec<_> = acknowledged.difference(&decided).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged decisions are lost: {lost:?}", lost.len(), acknowledged.len());
        eprintln!(
            "{} submissions, {} comments and {} decisions acknowledged, {} calls failed: 0 lost",
            filed.len(),
            commented.len(),
            acknowledged.len(),
            self.failures()
        );
    }
}

async fn texts<const N: usize>(connection: &DatabaseConnection, sql: &str) -> Vec<[String; N]> {
    let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| std::array::from_fn(|at| row.try_get_by_index(at).unwrap())).collect()
}

/// Two people, signed in: one asks, one decides.
pub struct People {
    pub requester: Browser,
    pub approver: Browser,
    form_version: Value,
    ledger: Arc<Ledger>,
}

impl People {
    pub async fn sign_in(place: &Place, ledger: &Arc<Ledger>) -> Arc<Self> {
        let (requester, approver) = (place.signed_in(REQUESTER).await, place.signed_in(APPROVER).await);
        let form_version = requester.ask("requests/open_draft", json!({ "item_key": "vpn" })).await["form_version"].clone();
        Arc::new(Self { requester, approver, form_version, ledger: ledger.clone() })
    }

    /// The arguments of a submission.
    pub fn draft(&self, id: Uuid) -> Value {
        json!({ "draft": { "id": id, "item_key": "vpn", "form_version": self.form_version, "answers": { "reason": "Travelling" } } })
    }

    /// Calls a server function; None when it did not succeed.
    async fn call(&self, browser: &Browser, path: &str, arguments: &Value) -> Option<Value> {
        let request = browser.client.post(format!("{}/call/{path}", browser.base)).header(ORIGIN, &browser.base);
        let answered = async {
            let answer = request.header("accept", "application/json").json(arguments).send().await.ok()?;
            let fine = answer.status() == StatusCode::OK;
            answer.json().await.ok().filter(|_| fine)
        };
        let answered = answered.await;
        if answered.is_none() {
            self.ledger.failures.fetch_add(1, Ordering::SeqCst);
        }
        answered
    }

    /// Asks for something, comments on it and has it decided, as far as it goes. Whether all of it was acknowledged.
    pub async fn go_through(&self) -> bool {
        self.attempt().await.is_some()
    }

    async fn attempt(&self) -> Option<()> {
        let id = Uuid::new_v4();
        let filed = self.call(&self.requester, "requests/submit_draft", &self.draft(id)).await?;
        let number = filed["number"].as_str().unwrap_or_else(|| panic!("{filed}"));
        self.ledger.note(number, id);
        let body = format!("Comment {}", Uuid::new_v4().simple());
        let comment = json!({ "number": number, "draft": { "audience": "public", "body": body } });
        self.call(&self.requester, "requests/comment", &comment).await?;
        self.ledger.commented.lock().unwrap().insert((number.to_owned(), body));
        let page = self.call(&self.approver, "requests/page", &json!({ "number": number })).await?;
        let seen = page["events"].as_array().unwrap().len();
        let decision = json!({ "decision": { "number": number, "verdict": "approve", "reason": "", "seen": seen } });
        let decided = self.call(&self.approver, "approvals/decide", &decision).await?;
        // A decision that is held first is not there yet.
        if decided["status"] == "open" {
            self.ledger.decided.lock().unwrap().insert(number.to_owned());
        }
        Some(())
    }
}

/// Callers that go on until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    pub fn begin(people: &Arc<People>, callers: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let call = |_| {
            let (people, stop) = (people.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    if !people.go_through().await {
                        tokio::time::sleep(Duration::from_millis(30)).await;
                    }
                }
            })
        };
        Self { callers: (0..callers).map(call).collect(), stop }
    }

    /// Returns when the last call was answered or given up.
    pub async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        for caller in self.callers {
            caller.await.unwrap();
        }
    }
}
