//! The live stream.

use crate::harness::{APPROVER, Browser, REQUESTER, STRANGER, Site, header, on_both, on_both_with};
use crate::submission::{decide, submit};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;

/// An open stream, read event by event.
pub struct Stream {
    answer: Response,
    read: String,
}

impl Stream {
    pub async fn open(browser: &Browser) -> Self {
        let answer = browser.get("/live").await;
        assert_eq!(header(&answer, "content-type"), "text/event-stream");
        Self { answer, read: String::new() }
    }

    /// Name and data of the next event; None when the stream ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        let wait = async {
            loop {
                if let Some((event, rest)) = self.read.split_once("\n\n") {
                    let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(|text| text.trim().to_owned());
                    let found = line("data:").map(|data| (line("event:").unwrap_or_default(), serde_json::from_str(&data).unwrap()));
                    self.read = rest.to_owned();
                    if found.is_some() {
                        return found;
                    }
                    continue;
                }
                let chunk = self.answer.chunk().await.ok().flatten()?;
                self.read.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("no event came")
    }

    /// Reads until this event comes; what came before it.
    async fn until(&mut self, wanted: &Value) -> Vec<Value> {
        let mut before = Vec::new();
        loop {
            let (_, data) = self.next().await.expect("the stream ended");
            if data == *wanted {
                return before;
            }
            before.push(data);
        }
    }
}

#[tokio::test]
async fn an_approver_hears_of_a_request_and_its_requester_of_the_decision() {
    on_both(async |site: Site| {
        let (requester, approver, outsider) =
            (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await, site.signed_in(STRANGER).await);
        let mut inbox = Stream::open(&approver).await;
        let mut mine = Stream::open(&requester).await;
        let mut elsewhere = Stream::open(&outsider).await;
        for stream in [&mut inbox, &mut mine, &mut elsewhere] {
            assert_eq!(stream.next().await.unwrap(), ("hello".to_owned(), json!({ "kind": "inbox", "count": 0 })));
            assert_eq!(stream.next().await.unwrap().0, "message");
        }

        let number = submit(&requester, "Travel").await;
        let changed = json!({ "kind": "request", "number": number });
        inbox.until(&json!({ "kind": "inbox", "count": 1 })).await;
        mine.until(&changed).await;

        decide(&approver, &number, "approve", "").await;
        let before = mine.until(&changed).await;
        assert!(before.iter().all(|event| event["kind"] == "request"), "a requester's inbox is nobody's news: {before:?}");
        inbox.until(&json!({ "kind": "inbox", "count": 0 })).await;

        let quiet = tokio::time::timeout(Duration::from_millis(300), elsewhere.answer.chunk()).await;
        assert!(quiet.is_err(), "another organization heard something: {quiet:?}");
    })
    .await;
}

#[tokio::test]
async fn stopping_ends_open_streams_at_once() {
    on_both(async |mut site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let mut stream = Stream::open(&browser).await;
        stream.next().await.unwrap();
        stream.next().await.unwrap();
        site.stop();
        assert_eq!(stream.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn what_another_process_serves_is_heard_too() {
    on_both(async |site: Site| {
        let (requester, approver) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let other = site.another().await;
        let mut inbox = Stream::open(&approver).await;
        inbox.next().await.unwrap();
        inbox.next().await.unwrap();
        // The session is in the database: the other process knows it.
        let there = Browser { client: requester.client.clone(), base: other.base.clone() };
        let number = submit(&there, "Travel").await;
        inbox.until(&json!({ "kind": "request", "number": number })).await;
        inbox.until(&json!({ "kind": "inbox", "count": 1 })).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_cannot_be_told_everything_connects_again() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let mut stream = Stream::open(&browser).await;
        stream.next().await.unwrap();
        stream.next().await.unwrap();
        site.backend.live().announce(backend::live::LiveChange::Everything);
        assert_eq!(stream.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn of_too_many_streams_of_one_session_the_oldest_is_told_that_it_was_replaced() {
    on_both_with(&[("DOCKET_STREAMS_PER_SESSION", "3")], async |site: Site| {
        let (browser, other) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let mut elsewhere = Stream::open(&other).await;
        let mut streams = Vec::new();
        for _ in 0..10 {
            let mut stream = Stream::open(&browser).await;
            stream.next().await.unwrap();
            stream.next().await.unwrap();
            streams.push(stream);
        }
        for mut replaced in streams.drain(..7) {
            assert_eq!(replaced.next().await, Some(("replaced".to_owned(), json!({}))));
            assert_eq!(replaced.next().await, None);
        }
        let changed = json!({ "kind": "request", "number": submit(&browser, "Travel").await });
        for stream in &mut streams {
            stream.until(&changed).await;
        }
        elsewhere.until(&json!({ "kind": "inbox", "count": 1 })).await;
    })
    .await;
}

#[tokio::test]
async fn whose_grant_is_taken_away_hears_nothing_more_without_signing_out() {
    on_both(async |site: Site| {
        let people = include_str!("fixtures/north/people.yaml").replace("title: Engineer\n", "title: Engineer\n  space: main\n");
        let people = people + "- {email: mona@north.example, name: Mona North, title: Maintainer, roles: []}\n";
        let grants = "- {person: mona@north.example, role: maintainer, space: main}\n".to_owned();
        let spaces = "- {key: main, name: Main}\n- {key: annex, name: Annex}\n".to_owned();
        let apply = async |path: &str, text: String| {
            backend::definitions::apply(&site.backend, "north", vec![(path.to_owned(), text)]).await.unwrap();
        };
        apply("spaces.yaml", spaces).await;
        apply("people.yaml", people).await;
        apply("grants.yaml", grants).await;
        let (requester, mona) = (site.signed_in(REQUESTER).await, site.signed_in("mona@north.example").await);
        let mut work = Stream::open(&mona).await;
        for _ in 0..2 {
            work.next().await.unwrap();
        }
        let number = submit(&requester, "Travel").await;
        work.until(&json!({ "kind": "request", "number": number })).await;
        assert_eq!(mona.ask("requests/queue", json!({ "filter": {}, "after": null })).await["counts"]["open"], 1);

        // Moved to the space beside, the grant covers other requests: the page connects again and asks for everything.
        apply("grants.yaml", "- {person: mona@north.example, role: maintainer, space: annex}\n".to_owned()).await;
        while work.next().await.is_some() {}
        assert_eq!(mona.ask("requests/queue", json!({ "filter": {}, "after": null })).await["counts"]["open"], 0);
        let mut beside = Stream::open(&mona).await;
        for _ in 0..2 {
            beside.next().await.unwrap();
        }
        submit(&requester, "Travel again").await;
        site.backend.live().announce(backend::live::LiveChange::Everything);
        let mut heard = Vec::new();
        while let Some((_, event)) = beside.next().await {
            heard.push(event);
        }
        assert!(heard.iter().all(|event| event["kind"] != "request"), "{heard:?}");

        // Taken away altogether, the queue is not there any more.
        apply("grants.yaml", "[]\n".to_owned()).await;
        let queue = mona.call("requests/queue", json!({ "filter": {}, "after": null })).await;
        assert_eq!(queue.status(), reqwest::StatusCode::NOT_FOUND);
    })
    .await;
}
