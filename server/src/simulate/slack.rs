//! Slack: incoming webhooks, which answer with a word, and `chat.postMessage`, which answers 200 and says in the body what happened.

use super::SimulatorState;
use super::systems::{first_line, form, text, told};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Characters of a message, after escaping.
const LONGEST: usize = 40_000;
/// Blocks of a message, and characters of a section and of a header.
const MOST_BLOCKS: usize = 50;
const LONGEST_SECTION: usize = 3000;
const LONGEST_HEADER: usize = 150;
/// Attachments of a message.
const MOST_ATTACHMENTS: usize = 100;

/// Slack's word for what is wrong with a message.
fn refusal(message: &Value) -> Option<&'static str> {
    let words = message["text"].as_str().unwrap_or_default();
    let (blocks, attachments) = (message["blocks"].as_array(), message["attachments"].as_array());
    if blocks.is_some_and(|blocks| blocks.len() > MOST_BLOCKS || blocks.iter().any(|block| !is_block(block))) {
        return Some("invalid_blocks");
    }
    if attachments.is_some_and(|attachments| attachments.len() > MOST_ATTACHMENTS) {
        return Some("too_many_attachments");
    }
    if words.trim().is_empty() && blocks.is_none_or(Vec::is_empty) && attachments.is_none_or(Vec::is_empty) {
        return Some("no_text");
    }
    (words.chars().count() > LONGEST).then_some("msg_too_long")
}

fn is_block(block: &Value) -> bool {
    let length = |text: &Value| text["text"].as_str().map_or(0, |text| text.chars().count());
    let fits = |text: &Value, most: usize| (1..=most).contains(&length(text));
    match block["type"].as_str() {
        Some("section") => {
            let mut fields = block["fields"].as_array().into_iter().flatten();
            (block["text"].is_null() || fits(&block["text"], LONGEST_SECTION)) && fields.all(|field| fits(field, 2000))
        }
        Some("header") => block["text"]["type"] == "plain_text" && fits(&block["text"], LONGEST_HEADER),
        Some(_) => true,
        None => false,
    }
}

/// An incoming webhook.
pub async fn webhook(State(world): State<SimulatorState>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("slack_webhook");
    let message: Option<Value> = serde_json::from_slice(&body).ok().filter(Value::is_object);
    let words = message.as_ref().and_then(|message| message["text"].as_str()).unwrap_or_default().to_owned();
    let well = match message.as_ref().map(refusal) {
        None => (StatusCode::BAD_REQUEST, "invalid_payload").into_response(),
        Some(Some(word)) => (StatusCode::BAD_REQUEST, word).into_response(),
        Some(None) => "ok".into_response(),
    };
    let text = told("POST", "/services/(hidden)", &headers, &body);
    world.meet("slack_webhook", behaviour, first_line(&words), text, well).await
}

/// `chat.postMessage`, as JSON or as a form.
pub async fn post_message(State(world): State<SimulatorState>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("slack_bot");
    let message: Value = serde_json::from_slice(&body).unwrap_or_else(|_| form(&body));
    let (channel, words) = (message["channel"].as_str().unwrap_or_default(), message["text"].as_str().unwrap_or_default());
    let token = text(&headers, "authorization").strip_prefix("Bearer ").or(message["token"].as_str()).unwrap_or_default().to_owned();
    let refused = match token.as_str() {
        "" => Some("not_authed"),
        token if !token.starts_with("xoxb-") => Some("invalid_auth"),
        _ if channel.is_empty() => Some("channel_not_found"),
        _ => refusal(&message),
    };
    let well = match refused {
        Some(word) => Json(json!({"ok": false, "error": word})).into_response(),
        None => {
            let ts = format!("{}.{:06}", chrono::Utc::now().timestamp(), world.memory().total % 1_000_000);
            let thread = &message["thread_ts"];
            let posted = json!({"type": "message", "text": words, "ts": ts, "thread_ts": thread});
            Json(json!({"ok": true, "channel": "C0SIMULATE", "ts": ts, "message": posted})).into_response()
        }
    };
    let what = format!("{channel}: {}", first_line(words));
    let text = told("POST", "/api/chat.postMessage", &headers, &body);
    world.meet("slack_bot", behaviour, what, text, well).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_must_say_something_and_fit() {
        let long = |length: usize| "x".repeat(length);
        for (message, word) in [
            (json!({"text": "Hello"}), None),
            (json!({"text": long(40_000)}), None),
            (json!({"text": long(40_001)}), Some("msg_too_long")),
            (json!({"text": "  "}), Some("no_text")),
            (json!({}), Some("no_text")),
            (json!({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]}), None),
            (json!({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": long(3001)}}]}), Some("invalid_blocks")),
            (json!({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": long(151)}}]}), Some("invalid_blocks")),
            (json!({"blocks": vec![json!({"type": "divider"}); 51]}), Some("invalid_blocks")),
        ] {
            assert_eq!(refusal(&message), word, "{message:.100}");
        }
    }
}
