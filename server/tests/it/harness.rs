//! One site on a port of its own, and browsers that talk to it.

use crate::databases::{Leftovers, on_each};
use backend::{Backend, MachineSources, Store, TimeSource, definitions, people};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{HeaderValue, LOCATION, ORIGIN};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use server::config::ServerConfig;
use server::http;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub const PASSWORD: &str = "a long enough password";
pub const REQUESTER: &str = "rita@north.example";
pub const APPROVER: &str = "arno@north.example";
pub const ADMINISTRATOR: &str = "adele@north.example";
pub const STRANGER: &str = "sven@south.example";
/// In both organizations.
pub const BOTH: &str = "bo@both.example";

/// A clock that a test moves.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl TimeSource for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A running site; stops when dropped.
pub struct Site {
    pub base: String,
    pub backend: Backend,
    pub clock: Arc<TestClock>,
    config: Arc<ServerConfig>,
    leftovers: Arc<Leftovers>,
    stop: Option<oneshot::Sender<()>>,
}

/// Runs a test on each kind of database, on a site with two organizations, `north` and `south`, and nobody signed in.
pub async fn on_both(test: impl AsyncFn(Site)) {
    on_both_with(&[], test).await;
}

/// Runs a test on each kind of database, on a site without any organization.
pub async fn on_empty(test: impl AsyncFn(Site)) {
    on_each_with(&[], &[], test).await;
}

/// Runs a test on each kind of database, on a site with these variables.
pub async fn on_both_with(variables: &[(&str, &str)], test: impl AsyncFn(Site)) {
    on_each_with(variables, &["north", "south"], test).await;
}

async fn on_each_with(variables: &[(&str, &str)], organizations: &[&str], test: impl AsyncFn(Site)) {
    on_each(async |url: String| {
        let files = Folder::of_a_site();
        let mut all: BTreeMap<String, String> = [
            ("DATABASE_URL", url.clone()),
            ("DOCKET_SITE_ROOT", files.0.join("site").display().to_string()),
            ("DOCKET_ALLOW_INSIDE_ADDRESSES", "on".to_owned()),
            ("DOCKET_KEY_FILE", files.0.join("docket.key").display().to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let clock = Arc::new(TestClock(AtomicI64::new(Utc::now().timestamp_micros())));
        let leftovers = Arc::new(Leftovers::default());
        let site = Site::open(Arc::new(ServerConfig::read(&all).unwrap()), clock, leftovers.clone()).await;
        for name in organizations.iter().copied() {
            let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name);
            let files = definitions::folder::read(&fixture).unwrap();
            definitions::apply(&site.backend, name, files).await.unwrap();
        }
        test(site).await;
        leftovers.check(&url).await;
    })
    .await;
}

impl Site {
    async fn open(config: Arc<ServerConfig>, clock: Arc<TestClock>, leftovers: Arc<Leftovers>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let base = format!("http://{address}");
        // Tests that say where people reach the site mean it; others reach it where it listens.
        let public_url = if config.https() { config.public_url.clone() } else { base.clone() };
        let config = Arc::new(ServerConfig { address, public_url, ..(*config).clone() });
        let store = Store::open(&config.database_url).await.unwrap();
        store.migrate().await.unwrap();
        let backend =
            Backend::new(store, config.settings(server::keys::load(&config).unwrap()), clock.clone(), Arc::new(MachineSources)).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = http::serve(listener, backend.clone(), config.clone(), async move {
            let _ = stopped.await;
        });
        tokio::spawn(served);
        Self { base, backend, clock, config, leftovers, stop: Some(stop) }
    }

    /// Says that this test leaves deliveries behind on purpose.
    pub fn leaves_work(&self) {
        self.leftovers.expected();
    }

    /// What another process needs to work on the same database: its address, and the file of its keys.
    pub fn shared(&self) -> (&str, &Path) {
        (&self.config.database_url, &self.config.key_file)
    }

    /// Another process that serves the same database, with the same clock.
    pub async fn another(&self) -> Self {
        self.another_with(|_| {}).await
    }

    /// The same, with other settings.
    pub async fn another_with(&self, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = (*self.config).clone();
        change(&mut config);
        Self::open(Arc::new(config), self.clock.clone(), self.leftovers.clone()).await
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { client, base: self.base.clone() }
    }

    /// A browser in which this person is signed in.
    pub async fn signed_in(&self, email: &str) -> Browser {
        people::set_password(&self.backend, email, PASSWORD).await.unwrap();
        let browser = self.browser();
        let answer = browser.sign_in(email, PASSWORD, "").await;
        let begins = location(&answer);
        assert!(answer.status() == StatusCode::SEE_OTHER && !begins.starts_with("/sign-in"), "{email} could not sign in: {begins}");
        browser
    }

    /// Stops the server and waits until its port refuses, or fails after a while.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The files of a built site, as far as tests look at them, beside one that is nobody's business; gone when dropped.
pub struct Folder(pub PathBuf);

/// The folder of the present build, below the site's.
pub const BUILT: &str = "pkg/0123456789abcdef";

impl Folder {
    pub fn of_a_site() -> Self {
        let folder = std::env::temp_dir().join(format!("docket-http-{}", uuid::Uuid::now_v7()));
        let build = folder.join("site").join(BUILT);
        std::fs::create_dir_all(&build).unwrap();
        std::fs::write(folder.join("site/pkg/build"), "0123456789abcdef\n").unwrap();
        std::fs::write(build.join("docket.css"), "body{color:black}").unwrap();
        std::fs::write(build.join("docket.css.br"), "as brotli").unwrap();
        std::fs::write(build.join("docket.css.gz"), "as gzip").unwrap();
        std::fs::write(build.join("__wasm_split_manifest.json"), r#"{ "sign_in": ["split_sign_in", "shared_1"] }"#).unwrap();
        std::fs::write(folder.join("site/icons.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
        std::fs::write(folder.join("docket.sqlite"), "everything").unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One browser: keeps cookies, follows no redirect, and says where its requests come from.
pub struct Browser {
    pub client: Client,
    pub base: String,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).header("accept", "text/html").send().await.unwrap()
    }

    /// The text of a page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.client.post(format!("{}{path}", self.base)).header(ORIGIN, &self.base).form(fields).send().await.unwrap()
    }

    pub async fn sign_in(&self, email: &str, password: &str, next: &str) -> Response {
        self.form("/sign-in", &[("email", email), ("password", password), ("next", next)]).await
    }

    /// Calls a server function, as the page does.
    pub async fn call(&self, path: &str, arguments: Value) -> Response {
        let request = self.client.post(format!("{}/call/{path}", self.base)).header(ORIGIN, &self.base);
        request.header("accept", "application/json").json(&arguments).send().await.unwrap()
    }

    /// Calls a server function that must succeed.
    pub async fn ask(&self, path: &str, arguments: Value) -> Value {
        let answer = self.call(path, arguments.clone()).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path} {arguments}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

pub fn location(answer: &Response) -> &str {
    answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap())
}

pub fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map(HeaderValue::to_str).map_or("", |value| value.unwrap())
}
