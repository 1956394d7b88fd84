//! How a simulator is told to behave: well, or one of the ways in which other systems fail.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemBehaviour {
    Well,
    /// 500.
    Broken,
    /// 429 with `Retry-After: 2`.
    TooMany,
    /// 401.
    Unauthorized,
    /// Three seconds late, then well.
    Slow,
    /// No answer at all.
    Timeout,
    /// Takes it, and breaks the connection in the middle of the answer.
    Reset,
    /// Takes it, and answers something that is no JSON.
    Garbage,
    /// 302 to somewhere else.
    Redirect,
    /// 500 with 64 MB of body.
    Huge,
}

/// Word, and what it does in words.
pub const BEHAVIOURS: &[(SystemBehaviour, &str, &str)] = &[
    (SystemBehaviour::Well, "well", "Answers well"),
    (SystemBehaviour::Broken, "500", "Answers 500"),
    (SystemBehaviour::TooMany, "429", "Answers 429, come back in 2 seconds"),
    (SystemBehaviour::Unauthorized, "401", "Refuses the key"),
    (SystemBehaviour::Slow, "slow", "Answers 3 seconds late"),
    (SystemBehaviour::Timeout, "timeout", "Never answers"),
    (SystemBehaviour::Reset, "reset", "Breaks off in the middle"),
    (SystemBehaviour::Garbage, "garbage", "Answers garbage"),
    (SystemBehaviour::Redirect, "redirect", "Answers a redirect"),
    (SystemBehaviour::Huge, "huge", "Answers 500 with 64 MB"),
];

/// The behaviour of this word.
pub fn named(word: &str) -> Option<SystemBehaviour> {
    BEHAVIOURS.iter().find(|(_, known, _)| *known == word).map(|(behaviour, ..)| *behaviour)
}

/// What each system does with its next calls.
#[derive(Default)]
pub struct BehaviourScript(BTreeMap<String, (SystemBehaviour, u32)>);

impl BehaviourScript {
    /// The next `times` calls of a system meet this; 0 is until told otherwise.
    pub fn tell(&mut self, system: &str, behaviour: SystemBehaviour, times: u32) {
        self.0.insert(system.to_owned(), (behaviour, times));
    }

    /// What the present call meets.
    pub fn next(&mut self, system: &str) -> SystemBehaviour {
        let Some((behaviour, times)) = self.0.get_mut(system) else { return SystemBehaviour::Well };
        let present = *behaviour;
        if *times == 1 {
            (*behaviour, *times) = (SystemBehaviour::Well, 0);
        } else {
            *times = times.saturating_sub(1);
        }
        present
    }

    /// The word for what a system does.
    pub fn word(&self, system: &str) -> &'static str {
        let present = self.0.get(system).map_or(SystemBehaviour::Well, |(behaviour, _)| *behaviour);
        BEHAVIOURS.iter().find(|(behaviour, ..)| *behaviour == present).map_or("well", |(_, word, _)| word)
    }
}

impl SystemBehaviour {
    /// Whether the system takes the call, however badly it answers.
    pub fn takes(self) -> bool {
        matches!(self, Self::Well | Self::Slow | Self::Reset | Self::Garbage)
    }

    /// The answer: `well`, unless it behaves otherwise.
    pub async fn answer(self, well: Response) -> Response {
        match self {
            Self::Well => well,
            Self::Broken => refuse(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Out of order"),
            Self::TooMany => {
                let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "ratelimited", "Too Many Requests: retry after 2");
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
                response
            }
            Self::Unauthorized => refuse(StatusCode::UNAUTHORIZED, "invalid_auth", "Unauthorized"),
            Self::Slow => {
                tokio::time::sleep(Duration::from_secs(3)).await;
                well
            }
            Self::Timeout => std::future::pending().await,
            Self::Reset => {
                let parts = [Ok(Bytes::from_static(b"{\"ok")), Err(std::io::Error::other("reset"))];
                let mut response = Response::new(Body::from_stream(futures::stream::iter(parts)));
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("100"));
                response
            }
            Self::Garbage => "<html><h1>It works!".into_response(),
            Self::Redirect => (StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:9/elsewhere")]).into_response(),
            Self::Huge => {
                let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
                let body = Body::from_stream(futures::stream::iter((0..64).map(move |_| Ok::<_, std::io::Error>(chunk.clone()))));
                (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
            }
        }
    }
}

/// A refusal as each of the systems words it, all in one: they read different members of it.
fn refuse(code: StatusCode, word: &str, words: &str) -> Response {
    let body = json!({
        // Slack.
        "ok": false, "error": word,
        // Telegram.
        "error_code": code.as_u16(), "description": words, "parameters": {"retry_after": 2},
        // ConnectWise and SendGrid.
        "code": word, "message": words, "errors": [{"message": words, "field": null, "help": null}],
    });
    (code, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_behaves_badly_as_often_as_it_was_told() {
        let mut script = BehaviourScript::default();
        assert_eq!(script.next("slack_bot"), SystemBehaviour::Well);
        script.tell("slack_bot", SystemBehaviour::Broken, 2);
        let met: Vec<_> = (0..3).map(|_| script.next("slack_bot")).collect();
        assert_eq!(met, [SystemBehaviour::Broken, SystemBehaviour::Broken, SystemBehaviour::Well]);
        script.tell("slack_bot", SystemBehaviour::Timeout, 0);
        assert!((0..5).all(|_| script.next("slack_bot") == SystemBehaviour::Timeout));
        assert_eq!(script.word("slack_bot"), "timeout");
    }

    #[test]
    fn every_word_means_one_behaviour() {
        for (behaviour, word, _) in BEHAVIOURS {
            assert_eq!(named(word), Some(*behaviour));
        }
        assert_eq!(named("sings"), None);
    }
}
