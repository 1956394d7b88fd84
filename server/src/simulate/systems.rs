//! The simulated systems that speak HTTP: what each asks for, and what it answers.

use super::World;
use super::script::Behaviour;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One call as it came.
fn told(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let mut text = format!("{method} {path}\n");
    for (name, value) in headers {
        let shown = if name == header::AUTHORIZATION { "(hidden)" } else { value.to_str().unwrap_or("(not text)") };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(body));
    text
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl World {
    /// Notes a call and answers it: well, or as the script says.
    async fn meet(&self, system: &'static str, behaviour: Behaviour, what: String, text: String, well: Response) -> Response {
        let answered = match behaviour {
            Behaviour::Well => well.status().as_u16().to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        self.note(system, what, text, answered);
        behaviour.answer(well).await
    }

    fn next(&self, system: &str) -> Behaviour {
        self.memory().script.next(system)
    }
}

/// A receiver of webhooks: takes whatever comes.
pub async fn webhook(State(world): State<World>, Path(path): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("webhook");
    let what = format!("{path}, {}", text(&headers, "webhook-id"));
    let text = told("POST", &format!("/hooks/{path}"), &headers, &body);
    world.meet("webhook", behaviour, what, text, StatusCode::OK.into_response()).await
}

/// ConnectWise wants `Basic company+public:private` and a client id.
fn signed_in(headers: &HeaderMap) -> bool {
    let key = text(headers, "authorization").strip_prefix("Basic ").and_then(|key| STANDARD.decode(key).ok());
    let key = key.and_then(|key| String::from_utf8(key).ok()).unwrap_or_default();
    key.split_once('+')
        .is_some_and(|(_, keys)| keys.split_once(':').is_some_and(|(public, private)| !public.is_empty() && !private.is_empty()))
        && !text(headers, "clientid").is_empty()
}

fn connectwise_refusal(code: StatusCode, message: &str, errors: &[&str]) -> Response {
    let errors: Vec<Value> =
        errors.iter().map(|message| json!({"code": "InvalidObject", "message": message, "resource": "ticket"})).collect();
    (code, Json(json!({"code": "InvalidObject", "message": message, "errors": errors}))).into_response()
}

/// `GET /service/tickets?conditions=externalXRef="…"`.
pub async fn find_ticket(State(world): State<World>, Query(query): Query<BTreeMap<String, String>>, headers: HeaderMap) -> Response {
    if !signed_in(&headers) {
        return connectwise_refusal(StatusCode::UNAUTHORIZED, "The credentials are not valid", &[]);
    }
    let wanted =
        query.get("conditions").and_then(|conditions| conditions.strip_prefix("externalXRef=\"")).map(|rest| rest.trim_end_matches('"'));
    let found: Vec<Value> =
        world.memory().tickets.iter().filter(|ticket| wanted.is_none_or(|wanted| ticket["externalXRef"] == wanted)).cloned().collect();
    Json(found).into_response()
}

/// `POST /service/tickets`.
pub async fn create_ticket(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("connectwise");
    let ticket: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let summary = ticket["summary"].as_str().unwrap_or_default().to_owned();
    let mut missing = Vec::new();
    if summary.is_empty() || summary.chars().count() > 100 {
        missing.push("summary must have 1 to 100 characters");
    }
    if ticket["company"]["identifier"].as_str().is_none_or(str::is_empty) && !ticket["company"]["id"].is_u64() {
        missing.push("company is required");
    }
    if !ticket["board"]["id"].is_u64() && ticket["board"]["name"].as_str().is_none_or(str::is_empty) {
        missing.push("board is required");
    }
    let well = if !signed_in(&headers) {
        connectwise_refusal(StatusCode::UNAUTHORIZED, "The credentials are not valid", &[])
    } else if missing.is_empty() {
        let mut made = ticket.clone();
        made["_info"] = json!({"lastUpdated": chrono::Utc::now().to_rfc3339()});
        let mut memory = world.memory();
        made["id"] = json!(70_001 + memory.tickets.len());
        if behaviour.takes() {
            memory.tickets.push(made.clone());
        }
        drop(memory);
        (StatusCode::CREATED, Json(made)).into_response()
    } else {
        connectwise_refusal(StatusCode::BAD_REQUEST, "ticket object is invalid", &missing)
    };
    let text = told("POST", "/service/tickets", &headers, &body);
    world.meet("connectwise", behaviour, summary, text, well).await
}

/// `POST /v3/mail/send`.
pub async fn sendgrid(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("sendgrid");
    let mail: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let errors = |code: StatusCode, message: &str| {
        (code, Json(json!({"errors": [{"message": message, "field": null, "help": null}]}))).into_response()
    };
    let complete = mail["personalizations"][0]["to"][0]["email"].is_string()
        && mail["from"]["email"].is_string()
        && mail["subject"].as_str().is_some_and(|subject| !subject.is_empty())
        && mail["content"][0]["value"].as_str().is_some_and(|value| !value.is_empty());
    let well = if !text(&headers, "authorization").starts_with("Bearer ") {
        errors(StatusCode::UNAUTHORIZED, "The provided authorization grant is invalid, expired, or revoked")
    } else if complete {
        (StatusCode::ACCEPTED, [("x-message-id", "simulated")]).into_response()
    } else {
        errors(StatusCode::BAD_REQUEST, "personalizations, from, subject and content are required")
    };
    let subject = mail["subject"].as_str().unwrap_or_default().to_owned();
    let text = told("POST", "/v3/mail/send", &headers, &body);
    world.meet("sendgrid", behaviour, subject, text, well).await
}

/// An incoming webhook of Slack.
pub async fn slack_webhook(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("slack_webhook");
    let message: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let words = message["text"].as_str().unwrap_or_default().to_owned();
    let well = if words.is_empty() { (StatusCode::BAD_REQUEST, "no_text").into_response() } else { "ok".into_response() };
    let text = told("POST", "/services/(hidden)", &headers, &body);
    world.meet("slack_webhook", behaviour, first_line(&words), text, well).await
}

/// `chat.postMessage`, as JSON or as a form.
pub async fn slack_bot(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("slack_bot");
    let message: Value = serde_json::from_slice(&body).unwrap_or_else(|_| form(&body));
    let (channel, words) = (message["channel"].as_str().unwrap_or_default(), message["text"].as_str().unwrap_or_default());
    let refuse = |word: &str| Json(json!({"ok": false, "error": word})).into_response();
    let token = text(&headers, "authorization").strip_prefix("Bearer ").or(message["token"].as_str()).unwrap_or_default().to_owned();
    let well = if token.is_empty() {
        refuse("not_authed")
    } else if !token.starts_with("xoxb-") {
        refuse("invalid_auth")
    } else if channel.is_empty() {
        refuse("channel_not_found")
    } else if words.is_empty() {
        refuse("no_text")
    } else {
        let ts = format!("{}.{:06}", chrono::Utc::now().timestamp(), world.memory().total % 1_000_000);
        Json(json!({"ok": true, "channel": "C0SIMULATE", "ts": ts, "message": {"type": "message", "text": words, "ts": ts, "thread_ts": message["thread_ts"]}}))
            .into_response()
    };
    let what = format!("{channel}: {}", first_line(words));
    let text = told("POST", "/api/chat.postMessage", &headers, &body);
    world.meet("slack_bot", behaviour, what, text, well).await
}

/// `sendMessage` of a Telegram bot, as JSON or as a form.
pub async fn telegram(State(world): State<World>, Path(bot): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("telegram");
    let message: Value = serde_json::from_slice(&body).unwrap_or_else(|_| form(&body));
    let words = message["text"].as_str().unwrap_or_default().to_owned();
    let refuse = |code: StatusCode, description: &str| {
        (code, Json(json!({"ok": false, "error_code": code.as_u16(), "description": description}))).into_response()
    };
    let token = bot.strip_prefix("bot").unwrap_or_default();
    let chat = match &message["chat_id"] {
        Value::String(chat) => chat.clone(),
        Value::Number(chat) => chat.to_string(),
        _ => String::new(),
    };
    let well = if !token.contains(':') {
        refuse(StatusCode::NOT_FOUND, "Not Found")
    } else if chat.is_empty() {
        refuse(StatusCode::BAD_REQUEST, "Bad Request: chat_id is empty")
    } else if words.is_empty() {
        refuse(StatusCode::BAD_REQUEST, "Bad Request: message text is empty")
    } else {
        let id = world.memory().total + 1;
        let chat = json!({"id": chat.parse::<i64>().unwrap_or(-1), "type": "group", "title": "Simulated"});
        Json(json!({"ok": true, "result": {"message_id": id, "date": chrono::Utc::now().timestamp(), "chat": chat, "text": words}}))
            .into_response()
    };
    let text = told("POST", "/bot(hidden)/sendMessage", &headers, &body);
    world.meet("telegram", behaviour, format!("{chat}: {}", first_line(&words)), text, well).await
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The fields of a posted form.
fn form(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let decoded = |part: &str| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part.as_bytes();
        while let Some((first, more)) = rest.split_first() {
            let hex = more.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            match (first, hex) {
                (b'%', Some(byte)) => {
                    bytes.push(byte);
                    rest = &more[2..];
                }
                (b'+', _) => {
                    bytes.push(b' ');
                    rest = more;
                }
                (byte, _) => {
                    bytes.push(*byte);
                    rest = more;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let fields = text.split('&').filter_map(|pair| pair.split_once('='));
    Value::Object(fields.map(|(name, value)| (decoded(name), Value::String(decoded(value)))).collect())
}
