//! What anybody can send to any server function: too long, too many, too deep, at the ends of what types hold, and ids of others. The
//! answer is a refusal, soon, in little memory, by a process that lives on; of what may not be seen it says what it says of what is not.

use crate::arguments::{Things, deliver_all};
use crate::harness::{ADMINISTRATOR, BOTH, Browser, REQUESTER, STRANGER, Site, on_both};
use crate::server_fns::registered;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::http::input::{InputWeight, WEIGHTS};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// An answer to the worst call; generous, as the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the process may grow by over all calls.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

#[test]
fn every_server_function_says_what_it_takes() {
    let paths: Vec<String> = registered().iter().map(|line| line.trim_start_matches("POST ").to_owned()).collect();
    let declared: Vec<&str> = WEIGHTS.iter().map(|(path, _)| *path).collect();
    assert_eq!(declared, paths, "declare in http/input.rs what the new one takes");
    let things = Things {
        ids: [
            "number",
            "waiting",
            "delivery",
            "task",
            "comment",
            "share",
            "token",
            "held",
            "draft",
            "version",
            "delegation",
            "person",
            "requester",
            "group",
            "notice",
            "entry",
            "invitation",
            "link",
        ]
        .map(|name| (name, json!("x")))
        .into(),
    };
    let mut walked: Vec<String> = things.arguments().iter().map(|(path, _)| format!("/call/{path}")).collect();
    walked.sort();
    walked.dedup();
    assert_eq!(walked, paths, "give the new one arguments in this file");
}

/// What must become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Refused,
    /// Done or refused: where it is ignored, or fits.
    NoFailure,
}

/// The arguments with one thing wrong, each in turn, as they are sent.
fn wrong(arguments: &Value, weight: &InputWeight) -> Vec<(String, String, Outcome)> {
    let mut found = Vec::new();
    let mut leaves = Vec::new();
    collect(arguments, String::new(), &mut leaves);
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    for pointer in leaves {
        let at = arguments.pointer(&pointer).unwrap();
        let mut with = |what: &str, value: Value, outcome: Outcome| {
            let mut changed = arguments.clone();
            *changed.pointer_mut(&pointer).unwrap() = value;
            found.push((format!("{pointer} {what}"), changed.to_string(), outcome));
        };
        let entry = at.get(0).unwrap_or(at).clone();
        with("10,000 entries", Value::Array(vec![entry; 10_000]), Outcome::Refused);
        with("1 MB", json!("x".repeat(1_000_000)), Outcome::Refused);
        let words = if weight.text > 50_000 { Outcome::NoFailure } else { Outcome::Refused };
        with("10,000 words", json!("word ".repeat(10_000)), words);
        if at.is_string() {
            with("2,000 words", json!("a ".repeat(2_000)), Outcome::NoFailure);
            with("a NUL", json!("a\0b"), Outcome::NoFailure);
            let ends = ["+262142-12-31", "-262143-01-01", "9999-12-31", "0000-01-01", "1899-12-31"];
            if pointer.ends_with("due") || pointer.ends_with("since") || pointer.ends_with("until") || pointer.ends_with("/at") {
                for (day, time) in ends.iter().flat_map(|day| ["", "T23:59:59", "T00:00:00Z", "T23:59:59Z"].map(|time| (day, time))) {
                    with("date", json!(format!("{day}{time}")), Outcome::Refused);
                }
            }
            if pointer.ends_with("after") {
                for micros in [i64::MIN, i64::MAX] {
                    with("place", json!(format!("{micros}.00000000-0000-7000-8000-000000000001")), Outcome::NoFailure);
                }
                with("no place", json!("99999999999999999999999.x"), Outcome::NoFailure);
            }
        }
        if at.is_number() {
            for number in
                [json!(0), json!(u32::MAX), json!(i64::from(u32::MAX) + 1), json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(-0.5)]
            {
                with("number", number, Outcome::NoFailure);
            }
        }
        let mut changed = arguments.clone();
        *changed.pointer_mut(&pointer).unwrap() = json!("\u{1}deep\u{1}");
        let text = changed.to_string().replace("\"\\u0001deep\\u0001\"", &deep);
        found.push((format!("{pointer} depth 1,000"), text, Outcome::Refused));
    }
    found.push(("all of it deep".to_owned(), deep, Outcome::Refused));
    found.push(("half a text".to_owned(), "{\"a\":\"\\ud800".to_owned(), Outcome::NoFailure));
    found.push(("digits".to_owned(), "9".repeat(3_000), Outcome::Refused));
    found
}

/// Where the values are that are no objects.
fn collect(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| collect(value, format!("{pointer}/{key}"), found)),
        Value::Array(list) => {
            found.push(pointer.clone());
            list.iter().take(1).for_each(|value| collect(value, format!("{pointer}/0"), found));
        }
        _ => found.push(pointer),
    }
}

/// The site in a process of its own; ended when dropped.
struct Served {
    process: Child,
    base: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    async fn start(site: &Site) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (database, keys) = site.shared();
        let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
        command.arg("serve").env_clear().env("DATABASE_URL", database).env("DOCKET_KEY_FILE", keys);
        command.env("DOCKET_ADDR", free.to_string()).env("DOCKET_WORKER", "off").env("DOCKET_LOG", "error");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let served = Self { process: command.spawn().unwrap(), base: format!("http://{free}") };
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..600 {
            tick.tick().await;
            if reqwest::get(format!("{}/health/live", served.base)).await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return served;
            }
        }
        panic!("the server does not answer");
    }

    /// The largest memory it had, in bytes.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// The same person there: browsers keep cookies by host.
    fn browser(&self, signed_in: Browser) -> Browser {
        Browser { client: signed_in.client, base: self.base.clone() }
    }
}

/// Sends a body as it is to a server function; status and text.
async fn send(browser: &Browser, path: &str, body: String) -> (StatusCode, String) {
    let request = browser.client.post(format!("{}/call/{path}", browser.base)).header("origin", &browser.base);
    let answer =
        request.header("content-type", "application/json").header("accept", "application/json").body(body).timeout(PATIENCE).send().await;
    let answer = answer.unwrap_or_else(|error| panic!("{path}: no answer: {error}"));
    (answer.status(), answer.text().await.unwrap_or_else(|error| panic!("{path}: cut off: {error}")))
}

#[tokio::test]
async fn nothing_that_anybody_sends_ends_the_process_or_fills_it() {
    on_both(async |site: Site| {
        let things = Things::of(&site).await;
        let served = Served::start(&site).await;
        let adele = served.browser(site.signed_in(ADMINISTRATOR).await);
        let all = things.arguments();
        // Once as it should be, so that what is kept in memory is there before it is measured.
        for (path, arguments) in all.iter().filter(|(path, _)| !path.starts_with("requests/act") && !path.ends_with("replay_since")) {
            let (status, text) = send(&adele, path, arguments.to_string()).await;
            assert!(!status.is_server_error(), "{path} {arguments}: {status} {text}");
        }
        let before = served.peak();
        let mut sent = 0;
        for (path, arguments) in &all {
            let weight = WEIGHTS.iter().find(|(known, _)| *known == format!("/call/{path}")).unwrap().1;
            for (what, body, outcome) in wrong(arguments, &weight) {
                let (status, text) = send(&adele, path, body).await;
                let right = status.is_client_error() || (outcome == Outcome::NoFailure && status.is_success());
                assert!(right, "{path} with {what}: {status} {}", text.chars().take(300).collect::<String>());
                sent += 1;
            }
        }
        let grown = served.peak().saturating_sub(before);
        assert!(sent > 500 && grown < MOST_MEMORY, "{sent} calls, {grown} bytes more");

        // Addresses and plain forms.
        let longest = "x".repeat(7_000);
        for path in [
            "/?q=",
            "/work?q=",
            "/requests/",
            "/inbox/",
            "/request/",
            "/share/",
            "/work?after=",
            "/connectors?number=",
            "/notifications?after=",
        ] {
            let status = adele.get(&format!("{path}{longest}")).await.status();
            assert!(!status.is_server_error(), "{path}: {status}");
            assert_eq!(adele.get(&format!("{path}{}", "x".repeat(30_000))).await.status(), StatusCode::URI_TOO_LONG, "{path}");
        }
        let stranger = served.browser(site.browser());
        assert_eq!(stranger.get(&format!("/requests/{}", "%C3%BC".repeat(1_200))).await.status(), StatusCode::SEE_OTHER);
        for (email, next) in [("x".repeat(10_000), String::new()), (String::new(), "/ü".repeat(1_000))] {
            assert_eq!(stranger.sign_in(&email, "x", &next).await.status(), StatusCode::SEE_OTHER);
        }
        for path in ["/sign-in", "/organization", "/sign-out"] {
            let status = adele.form(path, &[("email", "a"), ("password", "b"), ("key", &"x".repeat(900_000))]).await.status();
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        }

        // While four search without end, it answers.
        let searching = (0..4).map(|number| {
            let (browser, page) = (served.browser(site.browser()), number % 2 == 0);
            let client = adele.client.clone();
            tokio::spawn(async move {
                let browser = Browser { client, ..browser };
                let text = "x".repeat(100);
                loop {
                    if page {
                        browser.page(&format!("/?q={text}")).await;
                    } else {
                        browser.ask("requests/search_groups", json!({ "text": text })).await;
                    }
                }
            })
        });
        let searching: Vec<_> = searching.collect();
        for _ in 0..20 {
            let live = tokio::time::timeout(PATIENCE, stranger.get("/health/live")).await.unwrap();
            assert_eq!(live.status(), StatusCode::OK);
        }
        assert!(searching.iter().all(|search| !search.is_finished()), "a search failed");
        searching.iter().for_each(tokio::task::JoinHandle::abort);
        assert_eq!(stranger.get("/health/live").await.status(), StatusCode::OK, "it lives on");
        deliver_all(&site).await;
    })
    .await;
}

#[tokio::test]
async fn what_may_not_be_seen_answers_as_what_is_not_there() {
    on_both(async |site: Site| {
        let things = Things::of(&site).await;
        // An administrator of the other organization, and a colleague who has no part in it.
        let sven = site.signed_in(STRANGER).await;
        let bo = site.signed_in(BOTH).await;
        bo.form("/organization", &[("key", "north")]).await;
        let mut compared = 0;
        for (who, browser, sees_people) in [("the other organization", &sven, false), ("a colleague", &bo, true)] {
            let nobodys = things.of_nobody(sees_people);
            for ((path, seen), (_, missing)) in things.arguments().into_iter().zip(nobodys.arguments()) {
                // A link opens for whoever has it.
                if seen == missing || path.starts_with("share/") {
                    continue;
                }
                let of_theirs = send(browser, path, seen.to_string()).await;
                assert!(!of_theirs.1.contains("secret"), "{path} to {who} tells: {}", of_theirs.1);
                if ["requests/save_draft", "requests/submit_draft"].contains(&path) {
                    // Under an id that nobody has, a draft of one's own begins.
                    assert_eq!(of_theirs.0, StatusCode::NOT_FOUND, "{path} to {who}: {}", of_theirs.1);
                    continue;
                }
                let of_nobody = send(browser, path, missing.to_string()).await;
                assert_eq!(told(&of_theirs, &things), told(&of_nobody, &nobodys), "{path} to {who}: {seen}");
                compared += 1;
            }
        }
        assert!(compared > 50, "{compared}");
        let rita = site.signed_in(REQUESTER).await;
        let page = rita.ask("requests/page", json!({ "number": things.ids["waiting"] })).await;
        assert_eq!(page["summary"]["status"], "pending_approval", "untouched");
    })
    .await;
}

/// An answer without the ids that were asked for, and without what time changes.
fn told((status, text): &(StatusCode, String), asked: &Things) -> (StatusCode, String) {
    let mut text = text.clone();
    for (name, id) in &asked.ids {
        text = text.replace(id.as_str().unwrap(), name);
    }
    if let Ok(Value::Object(mut map)) = serde_json::from_str(&text) {
        map.remove("now");
        map.remove("saved_at");
        text = Value::Object(map).to_string();
    }
    (*status, text)
}
