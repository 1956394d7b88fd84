//! Receivers of webhooks and ConnectWise, and what all systems that speak HTTP share.

use super::SimulatorState;
use super::script::SystemBehaviour;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Characters of a ticket's summary and of its reference to elsewhere.
const LONGEST_SUMMARY: usize = 100;
const LONGEST_REFERENCE: usize = 100;

/// One call as it came.
pub(super) fn told(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let mut text = format!("{method} {path}\n");
    for (name, value) in headers {
        let shown = if name == header::AUTHORIZATION { "(hidden)" } else { value.to_str().unwrap_or("(not text)") };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(body));
    text
}

/// A header's text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl SimulatorState {
    /// Notes a call and answers it: well, or as the script says.
    pub(super) async fn meet(
        &self,
        system: &'static str,
        behaviour: SystemBehaviour,
        what: String,
        text: String,
        well: Response,
    ) -> Response {
        let answered = match behaviour {
            SystemBehaviour::Well => well.status().as_u16().to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        self.note(system, what, text, answered);
        behaviour.answer(well).await
    }

    /// What the present call of a system meets.
    pub(super) fn next(&self, system: &str) -> SystemBehaviour {
        self.memory().script.next(system)
    }
}

/// A receiver of webhooks: takes whatever comes.
pub async fn webhook(State(world): State<SimulatorState>, Path(path): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
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

/// One of ConnectWise's errors: code, message and field.
type ConnectWiseFault = (&'static str, String, &'static str);

fn connectwise_refusal(code: StatusCode, word: &str, message: &str, faults: &[ConnectWiseFault]) -> Response {
    let errors: Vec<Value> = faults
        .iter()
        .map(|(code, message, field)| json!({"code": code, "message": message, "resource": "ticket", "field": field}))
        .collect();
    (code, Json(json!({"code": word, "message": message, "errors": errors}))).into_response()
}

fn not_signed_in() -> Response {
    connectwise_refusal(StatusCode::UNAUTHORIZED, "Unauthorized", "The credentials are not valid", &[])
}

/// What is wrong with a ticket. Its texts are counted in UTF-16 code units.
fn ticket_faults(ticket: &Value) -> Vec<ConnectWiseFault> {
    let mut faults = Vec::new();
    let named = |field: &Value, key: &str| field["id"].is_u64() || field[key].as_str().is_some_and(|text| !text.trim().is_empty());
    let required = |field: &str| format!("The {field} field is required.");
    let summary = ticket["summary"].as_str().unwrap_or_default();
    if summary.trim().is_empty() {
        faults.push(("MissingRequiredField", required("summary"), "summary"));
    }
    if !named(&ticket["company"], "identifier") {
        faults.push(("MissingRequiredField", required("company"), "company"));
    }
    if !named(&ticket["board"], "name") {
        faults.push(("MissingRequiredField", required("board"), "board"));
    }
    for (field, most) in [("summary", LONGEST_SUMMARY), ("externalXRef", LONGEST_REFERENCE)] {
        if ticket[field].as_str().is_some_and(|text| text.encode_utf16().count() > most) {
            let message = format!("The field {field} must be a string or array type with a maximum length of '{most}'.");
            faults.push(("MaxLength", message, field));
        }
    }
    faults
}

/// `GET /service/tickets?conditions=externalXRef="…"`.
pub async fn find_ticket(
    State(world): State<SimulatorState>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !signed_in(&headers) {
        return not_signed_in();
    }
    let wanted =
        query.get("conditions").and_then(|conditions| conditions.strip_prefix("externalXRef=\"")).map(|rest| rest.trim_end_matches('"'));
    let found: Vec<Value> =
        world.memory().tickets.iter().filter(|ticket| wanted.is_none_or(|wanted| ticket["externalXRef"] == wanted)).cloned().collect();
    Json(found).into_response()
}

/// `POST /service/tickets`.
pub async fn create_ticket(State(world): State<SimulatorState>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("connectwise");
    let ticket: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let summary = ticket["summary"].as_str().unwrap_or_default().to_owned();
    let faults = ticket_faults(&ticket);
    let well = if !signed_in(&headers) {
        not_signed_in()
    } else if faults.is_empty() {
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
        connectwise_refusal(StatusCode::BAD_REQUEST, "InvalidObject", "ticket object is invalid", &faults)
    };
    let text = told("POST", "/service/tickets", &headers, &body);
    world.meet("connectwise", behaviour, summary, text, well).await
}

/// The first line of a text.
pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The fields of a posted form.
pub(super) fn form(body: &[u8]) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_must_be_complete_and_fit() {
        let ticket = |summary: &str| json!({"summary": summary, "company": {"identifier": "north"}, "board": {"id": 1}});
        assert!(ticket_faults(&ticket(&"x".repeat(100))).is_empty() && ticket_faults(&ticket(&"🖥".repeat(50))).is_empty());
        assert_eq!(ticket_faults(&ticket(&"🖥".repeat(51)))[0].0, "MaxLength");
        let fields: Vec<&str> = ticket_faults(&json!({"summary": " "})).into_iter().map(|(.., field)| field).collect();
        assert_eq!(fields, ["summary", "company", "board"]);
    }
}
