//! Telegram's Bot API: `sendMessage`, which reads its own small HTML and counts what is left of the text after that.

use super::SimulatorState;
use super::systems::{first_line, form, told};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// UTF-16 code units of a message after its markup was read.
const LONGEST: usize = 4096;
/// The tags it knows.
const TAGS: &[&str] =
    &["a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "span", "tg-spoiler", "tg-emoji"];

/// `sendMessage`, as JSON or as a form.
pub async fn send_message(State(world): State<SimulatorState>, Path(bot): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
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
    } else if let Some(refusal) = refusal(&message, &world.memory().telegram_messages) {
        refuse(StatusCode::BAD_REQUEST, &refusal)
    } else {
        let id = world.memory().total + 1;
        if behaviour.takes() {
            world.memory().telegram_messages.push(id);
        }
        let chat = json!({"id": chat.parse::<i64>().unwrap_or(-1), "type": "group", "title": "Simulated"});
        Json(json!({"ok": true, "result": {"message_id": id, "date": chrono::Utc::now().timestamp(), "chat": chat, "text": words}}))
            .into_response()
    };
    let text = told("POST", "/bot(hidden)/sendMessage", &headers, &body);
    world.meet("telegram", behaviour, format!("{chat}: {}", first_line(&words)), text, well).await
}

/// What is wrong with a message, in Telegram's words. `sent` are the messages there are to reply to.
fn refusal(message: &Value, sent: &[u64]) -> Option<String> {
    let text = message["text"].as_str().unwrap_or_default();
    let read = match message["parse_mode"].as_str() {
        Some(mode) if mode.eq_ignore_ascii_case("HTML") => match read(text) {
            Ok(read) => read,
            Err(why) => return Some(format!("Bad Request: can't parse entities: {why}")),
        },
        _ => text.to_owned(),
    };
    if read.trim().is_empty() {
        return Some("Bad Request: message text is empty".to_owned());
    }
    if read.trim().encode_utf16().count() > LONGEST {
        return Some("Bad Request: message is too long".to_owned());
    }
    let reply = &message["reply_parameters"];
    let unknown = reply["message_id"].as_u64().is_some_and(|id| !sent.contains(&id)) && reply["allow_sending_without_reply"] != true;
    unknown.then(|| "Bad Request: message to be replied not found".to_owned())
}

/// The text that is left of Telegram's HTML, or what is wrong with it.
fn read(html: &str) -> Result<String, String> {
    let (mut made, mut open, mut at) = (String::new(), Vec::new(), 0);
    while let Some(next) = html[at..].chars().next() {
        let rest = &html[at..];
        match next {
            '<' => {
                let end = rest.find('>').ok_or_else(|| format!("Unclosed start tag at byte offset {at}"))?;
                let inner = &rest[1..end];
                if let Some(name) = inner.strip_prefix('/') {
                    let name = name.trim().to_lowercase();
                    match open.pop() {
                        Some(before) if before == name => {}
                        Some(before) => {
                            return Err(format!("Unmatched end tag at byte offset {at}, expected \"</{before}>\", found \"</{name}>\""));
                        }
                        None => return Err(format!("Unexpected end tag at byte offset {at}")),
                    }
                } else {
                    let name = inner.split_whitespace().next().unwrap_or_default().to_lowercase();
                    if !TAGS.contains(&name.as_str()) {
                        return Err(format!("Unsupported start tag \"{name}\" at byte offset {at}"));
                    }
                    open.push(name);
                }
                at += end + 1;
            }
            '&' => {
                let (letter, length) = entity(rest).unwrap_or(('&', 1));
                made.push(letter);
                at += length;
            }
            letter => {
                made.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    match open.pop() {
        Some(tag) => Err(format!("Can't find end tag corresponding to start tag \"{tag}\"")),
        None => Ok(made),
    }
}

/// The character an entity stands for, and its length; the named ones are four.
fn entity(rest: &str) -> Option<(char, usize)> {
    let end = rest.find(';').filter(|end| *end <= 10)?;
    let name = &rest[1..end];
    let letter = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        refusal(&json!({"text": text, "parse_mode": "HTML"}), &[7]).unwrap_or_default()
    }

    #[test]
    fn what_is_left_of_the_markup_counts() {
        assert_eq!(read("<b>a</b> &lt;&#x27;&#39;&amp;&nbsp;"), Ok("a <''&&nbsp;".to_owned()));
        assert_eq!(said(&"&#x27;".repeat(4096)), "");
        assert_eq!(said(&"🇳🇴".repeat(1024)), "");
        assert!(said(&"x".repeat(4097)).ends_with("message is too long"));
        assert!(said(&"🇳🇴".repeat(1025)).ends_with("message is too long"));
        assert!(said("<b> </b>").ends_with("message text is empty"));
    }

    #[test]
    fn markup_must_be_telegrams_and_whole() {
        for (text, why) in [
            ("<table>", "Unsupported start tag \"table\""),
            ("<b>a", "Can't find end tag"),
            ("a</b>", "Unexpected end tag"),
            ("<b><i>a</b></i>", "Unmatched end tag"),
            ("a < b", "Unclosed start tag"),
        ] {
            assert!(said(text).contains(why), "{text}: {}", said(text));
        }
    }

    #[test]
    fn a_reply_needs_a_message() {
        let reply = |id: u64, without: bool| {
            let reply = json!({"message_id": id, "allow_sending_without_reply": without});
            refusal(&json!({"text": "a", "reply_parameters": reply}), &[7])
        };
        assert!(reply(7, false).is_none() && reply(8, true).is_none());
        assert!(reply(8, false).is_some_and(|said| said.contains("not found")));
    }
}
