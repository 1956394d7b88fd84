//! The server is killed under load, and callers hang up in the middle of a word.

use super::process::{Ledger, Load, People, Place, rounds};
use crate::databases::on_each;
use rand::Rng;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

/// Kills, and callers that hang up, in a round.
fn times(url: &str) -> (usize, usize) {
    if url.starts_with("sqlite:") { (20, 500) } else { (5, 100) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_under_load_loses_nothing_that_was_acknowledged() {
    on_each(async |url: String| {
        let place = Place::prepare(&url).await;
        let ledger = Arc::<Ledger>::default();
        let mut served = place.serve(&[]).await;
        let people = People::sign_in(&place, &ledger).await;
        let load = Load::begin(&people, 3);
        for kill in 1..=times(&url).0 * rounds() {
            let (taken, later) = (rand::rng().random_range(1..15), rand::rng().random_range(0..60));
            let enough = ledger.filed() + taken;
            // Killed once it has taken some, wherever it is then.
            while ledger.filed() < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(later)).await;
            served.kill();
            if kill % 5 == 0 {
                ledger.compare(&url).await;
            }
            // Who was signed in still is.
            served = place.serve(&[]).await;
        }
        load.end().await;
        served.kill();
        ledger.compare(&url).await;
    })
    .await;
}

/// A submission as it goes over the wire.
fn spelled(place: &Place, cookie: &str, body: &str) -> String {
    let base = place.base();
    let host = base.trim_start_matches("http://");
    format!(
        "POST /call/requests/submit_draft HTTP/1.1\r\nhost: {host}\r\norigin: {base}\r\ncookie: {cookie}\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn cookie(headers: &HeaderMap) -> String {
    let all = headers.get_all(SET_COOKIE).iter().filter_map(|set| set.to_str().ok()?.split(';').next().map(str::to_owned));
    all.collect::<Vec<_>>().join("; ")
}

/// Sends some of a submission, hears some of the answer, and hangs up. The docket number, when the whole answer was heard.
async fn hang_up(place: &Place, sent: &str, bytes: usize, heard: usize) -> Option<String> {
    let mut stream = TcpStream::connect(place.base().trim_start_matches("http://")).await.ok()?;
    stream.write_all(&sent.as_bytes()[..bytes]).await.ok()?;
    let mut answer = Vec::new();
    if bytes == sent.len() {
        // A part of it, or all: until the body that the head announces is there.
        let mut part = [0; 512];
        while answer.len() < heard && !whole(&answer) {
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&part[..read]),
            }
        }
    }
    // Closed with a reset instead of a goodbye.
    stream.set_zero_linger().ok()?;
    drop(stream);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").filter(|_| whole(&answer))?;
    let body: Value = serde_json::from_str(body).ok()?;
    head.starts_with("HTTP/1.1 200").then(|| body["number"].as_str().map(str::to_owned))?
}

/// Whether an answer has come to its end.
fn whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_hang_up_anywhere_spoil_nothing() {
    on_each(async |url: String| {
        let place = Place::prepare(&url).await;
        let ledger = Arc::<Ledger>::default();
        let mut served = place.serve(&[]).await;
        let people = People::sign_in(&place, &ledger).await;
        let answer = place.browser().sign_in(crate::harness::REQUESTER, crate::harness::PASSWORD, "").await;
        let cookie = cookie(answer.headers());
        let mut acknowledged = 0;
        let resets = times(&url).1 * rounds();
        for _ in 0..resets {
            let id = Uuid::new_v4();
            let sent = spelled(&place, &cookie, &people.draft(id).to_string());
            let (bytes, heard) = {
                let mut random = rand::rng();
                // Half of them say all they have to say.
                let bytes = if random.random() { sent.len() } else { random.random_range(0..sent.len()) };
                (bytes, random.random_range(0..3_000))
            };
            if let Some(number) = hang_up(&place, &sent, bytes, heard).await {
                ledger.note(&number, id);
                acknowledged += 1;
            }
        }
        assert!(acknowledged > resets / 10, "{acknowledged} of {resets} were acknowledged");
        // It still serves those who stay.
        assert!(people.go_through().await, "{}", place.logged());
        served.kill();
        ledger.compare(&url).await;
    })
    .await;
}
