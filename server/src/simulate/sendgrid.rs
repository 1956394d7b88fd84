//! SendGrid's Mail Send, with the checks and the words of its published errors.

use super::SimulatorState;
use super::systems::{text, told};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Personalizations of a mail, and recipients of all of them.
const MOST: usize = 1000;
/// Octets of a line, which a subject or header becomes.
const LONGEST_HEADER: usize = 998;
/// Bytes of `custom_args`.
const LARGEST_ARGS: usize = 10_000;
/// Headers that SendGrid writes itself.
const RESERVED: &[&str] = &[
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
];
const HELP: &str = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html";

/// One error: message, field, and where the help page tells of it.
type SendGridFault = (String, Option<String>, &'static str);

fn fault(message: impl Into<String>, field: impl Into<String>, help: &'static str) -> SendGridFault {
    (message.into(), Some(field.into()), help)
}

/// `POST /v3/mail/send`.
pub async fn send(State(world): State<SimulatorState>, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = world.next("sendgrid");
    let mail: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let well = if !text(&headers, "authorization").starts_with("Bearer ") {
        let message = "The provided authorization grant is invalid, expired, or revoked";
        (StatusCode::UNAUTHORIZED, Json(json!({"errors": [{"message": message, "field": null, "help": null}]}))).into_response()
    } else {
        answer(&faults(&mail))
    };
    let subject = mail["subject"].as_str().unwrap_or_default().to_owned();
    let text = told("POST", "/v3/mail/send", &headers, &body);
    world.meet("sendgrid", behaviour, subject, text, well).await
}

fn answer(faults: &[SendGridFault]) -> Response {
    if faults.is_empty() {
        return (StatusCode::ACCEPTED, [("x-message-id", "simulated")]).into_response();
    }
    let errors: Vec<Value> =
        faults.iter().map(|(message, field, help)| json!({"message": message, "field": field, "help": format!("{HELP}#{help}")})).collect();
    (StatusCode::BAD_REQUEST, Json(json!({"errors": errors}))).into_response()
}

fn faults(mail: &Value) -> Vec<SendGridFault> {
    let mut faults = Vec::new();
    let Some(personalizations) = mail["personalizations"].as_array().filter(|list| !list.is_empty()) else {
        let message = "The personalizations field is required and must have at least one personalization.";
        return vec![fault(message, "personalizations", "message.personalizations")];
    };
    let recipients = personalizations.iter().flat_map(|one| ["to", "cc", "bcc"].map(|key| one[key].as_array().map_or(0, Vec::len)));
    if personalizations.len() > MOST || recipients.sum::<usize>() > MOST {
        let message = "The personalizations field can hold at most 1000 personalizations and recipients.";
        faults.push(fault(message, "personalizations", "message.personalizations"));
    }
    for (place, one) in personalizations.iter().enumerate() {
        faults.extend(recipient_faults(one, place));
        if one["custom_args"].to_string().len() > LARGEST_ARGS {
            faults.push(fault(
                "The custom_args are larger than 10000 bytes.",
                format!("personalizations.{place}.custom_args"),
                "message.custom_args",
            ));
        }
    }
    if !is_address(&mail["from"]["email"]) {
        let message = "The from object must be provided for every email send. It is an object that requires the email parameter, but may also \
                       contain a name parameter.  e.g. {\"email\" : \"example@example.com\"}  or {\"email\" : \"example@example.com\", \"name\" : \
                       \"Example Recipient\"}.";
        faults.push(fault(message, "from.email", "message.from"));
    }
    faults.extend(subject_fault(mail, personalizations));
    faults.extend(content_faults(&mail["content"]));
    faults.extend(mail["headers"].as_object().into_iter().flat_map(header_faults));
    faults
}

fn is_address(value: &Value) -> bool {
    value.as_str().and_then(|text| text.rsplit_once('@')).is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// Every recipient is an address, and stands once among to, cc and bcc.
fn recipient_faults(one: &Value, place: usize) -> Vec<SendGridFault> {
    let mut faults = Vec::new();
    if one["to"].as_array().is_none_or(Vec::is_empty) {
        let message = "The to array is required for all personalization objects, and must have at least one email object with a valid email \
                       address.";
        faults.push(fault(message, format!("personalizations.{place}.to"), "message.personalizations.to"));
    }
    let mut seen = BTreeSet::new();
    for key in ["to", "cc", "bcc"] {
        for (at, recipient) in one[key].as_array().into_iter().flatten().enumerate() {
            let email = &recipient["email"];
            if !is_address(email) {
                let field = format!("personalizations.{place}.{key}.{at}.email");
                faults.push(fault("Does not contain a valid address.", field, "message.personalizations.to"));
            } else if !seen.insert(email.as_str().unwrap_or_default().to_lowercase()) {
                let message = format!(
                    "Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate \
                     instance of [{}] in the personalizations.{place}.{key} field.",
                    email.as_str().unwrap_or_default()
                );
                faults.push(fault(message, format!("personalizations.{place}"), "message.recipient-errors"));
                return faults;
            }
        }
    }
    faults
}

fn subject_fault(mail: &Value, personalizations: &[Value]) -> Option<SendGridFault> {
    let given = |value: &Value| value.as_str().is_some_and(|subject| !subject.trim().is_empty());
    if !given(&mail["subject"]) && !personalizations.iter().all(|one| given(&one["subject"])) {
        let message = "The subject is required. You can get around this requirement if you use a template with a subject defined or if every \
                       personalization has a subject defined.";
        return Some(fault(message, "subject", "message.subject"));
    }
    let subject = mail["subject"].as_str().unwrap_or_default();
    let wrong = subject.len() > LONGEST_HEADER || subject.contains(['\r', '\n']);
    wrong.then(|| fault("The subject must be one line of at most 998 characters.", "subject", "message.subject"))
}

fn content_faults(content: &Value) -> Vec<SendGridFault> {
    let Some(parts) = content.as_array().filter(|parts| !parts.is_empty()) else {
        let message = "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content \
                       block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.";
        return vec![fault(message, "content", "message.content")];
    };
    let each = parts.iter().enumerate().filter(|(_, part)| part["value"].as_str().is_none_or(|value| value.trim().is_empty()));
    let mut faults: Vec<SendGridFault> = each
        .map(|(at, _)| {
            let message = "The content value must be a string at least one character in length.";
            fault(message, format!("content.{at}.value"), "message.content.value")
        })
        .collect();
    if parts.iter().position(|part| part["type"] == "text/plain").is_some_and(|at| at > 0) {
        let message = "If present, text/plain and text/html may only be provided once. text/plain must come first, followed by text/html.";
        faults.push(fault(message, "content", "message.content.type"));
    }
    faults
}

fn header_faults(headers: &Map<String, Value>) -> Vec<SendGridFault> {
    let wrong = headers.iter().filter_map(|(name, value)| {
        if RESERVED.contains(&name.to_lowercase().as_str()) {
            return Some(fault(format!("The {name} header is reserved."), format!("headers.{name}"), "message.headers"));
        }
        let text = value.as_str().unwrap_or_default();
        let right = !text.is_empty() && text.len() <= LONGEST_HEADER && text.is_ascii() && !text.contains(['\r', '\n']);
        (!right).then(|| fault("The headers must be lines of text in ASCII.", format!("headers.{name}"), "message.headers"))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Value {
        json!({
            "personalizations": [{"to": [{"email": "ops@x.example"}]}],
            "from": {"email": "docket@x.example"}, "subject": "New", "content": [{"type": "text/plain", "value": "Text"}],
        })
    }

    #[test]
    fn what_is_complete_is_taken_and_each_fault_is_named() {
        assert_eq!(faults(&mail()), vec![]);
        let mut many = vec![json!({"email": "ops@x.example"}); 1];
        many.push(json!({"email": "Ops@x.example"}));
        for (path, value, field, words) in [
            ("/personalizations", json!([]), "personalizations", "at least one"),
            ("/personalizations", json!(vec![json!({"to": [{"email": "a@x.example"}]}); 1001]), "personalizations", "at most 1000"),
            ("/personalizations/0/to", json!(many), "personalizations.0", "first duplicate instance of [Ops@x.example]"),
            ("/personalizations/0/to", json!([{"email": "ops"}]), "personalizations.0.to.0.email", "valid address"),
            ("/from", json!({}), "from.email", "from object"),
            ("/subject", json!(""), "subject", "subject is required"),
            ("/subject", json!("x".repeat(999)), "subject", "998"),
            ("/content/0/value", json!("  "), "content.0.value", "at least one character"),
            ("/content", json!([]), "content", "content parameter is required"),
        ] {
            let mut wrong = mail();
            *wrong.pointer_mut(path).unwrap() = value;
            let found = faults(&wrong);
            assert_eq!((found.len(), found[0].1.as_deref()), (1, Some(field)), "{found:?}");
            assert!(found[0].0.contains(words), "{found:?}");
        }
        let mut wrong = mail();
        wrong["headers"] = json!({"Subject": "x", "X-Long": "y".repeat(999)});
        assert_eq!(faults(&wrong).len(), 2);
        wrong = mail();
        wrong["personalizations"][0]["cc"] = json!([{"email": "OPS@x.example"}]);
        assert!(faults(&wrong)[0].0.contains("personalizations.0.cc field"));
    }
}
