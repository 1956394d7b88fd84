//! A Telegram bot: a message to a chat (`sendMessage`).

use super::call::{Call, Judged, web_address};
use super::http::{Answer, Client};
use super::{Connector, Created, Given, Message, Outcome, Outgoing, Verdict};
use crate::templates::Escape;
use chrono::Duration;
use domain::notices::Channel;
use serde_json::{Map, Value, json};

/// The connector of kind `telegram`.
pub struct Telegram;

const API: &str = "https://api.telegram.org";
/// Characters of a message, by Telegram's rule.
const LONGEST: usize = 4096;
const MESSAGE: &str = "<b><a href=\"{{ link }}\">{{ number }}</a></b> {{ form_name }}, for {{ requester.name }}
{% for section in sections %}{% for answer in section.answers if answer.text %}<b>{{ answer.label }}:</b> {{ answer.text }}
{% endfor %}{% endfor %}";

#[async_trait::async_trait]
impl Connector for Telegram {
    fn kind(&self) -> &'static str {
        "telegram"
    }

    fn label(&self) -> &'static str {
        "Telegram bot"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/telegram.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["token"]
    }

    fn templates(&self) -> &'static [(&'static str, Escape)] {
        &[("text_template", Escape::Html)]
    }

    fn check(&self, given: &Given<'_>) -> Vec<(String, String)> {
        let mut problems: Vec<_> = web_address("api_url", &given.text_or("api_url", API)).err().into_iter().collect();
        let own = !given.text("token").is_empty() || !given.text("token_env").is_empty();
        if !given.text("api_url").is_empty() && !own {
            problems.push(("api_url".to_owned(), "Another address needs a token of its own.".to_owned()));
        }
        problems
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        settings.get("chat_id").and_then(Value::as_str).unwrap_or("The server’s chat").to_owned()
    }

    async fn deliver(&self, given: &Given<'_>, outgoing: &Outgoing<'_>, client: &Client) -> Outcome {
        match call(given, outgoing) {
            Ok(call) => call.make(client, outgoing.now, judge).await,
            Err(message) => Outcome::not_set_up(message),
        }
    }

    fn carries(&self) -> Option<Channel> {
        Some(Channel::Telegram)
    }

    async fn tell(&self, given: &Given<'_>, message: &Message, client: &Client) -> Outcome {
        match message.chat().and_then(|text| post(given, &message.to, text, message.thread.as_deref())) {
            Ok(call) => call.make(client, message.now, judge).await,
            Err(message) => Outcome::not_set_up(message),
        }
    }
}

fn call(given: &Given<'_>, outgoing: &Outgoing<'_>) -> Result<Call, String> {
    let chat = given.text_or("chat_id", given.server.telegram_chat.as_deref().unwrap_or_default());
    if chat.is_empty() {
        return Err("Not sent: there is no chat. Enter one, or set TELEGRAM_DEFAULT_CHAT_ID on the server.".to_owned());
    }
    let text = given.made("text_template", MESSAGE, Escape::Html, outgoing)?;
    post(given, &chat, &text, outgoing.thread)
}

/// A text to a chat, as an answer to the first message of its thread.
fn post(given: &Given<'_>, chat: &str, text: &str, thread: Option<&str>) -> Result<Call, String> {
    // The server's own token goes to Telegram alone.
    let own = given.text("token");
    let (token, api) = match &given.server.telegram_token {
        _ if !own.is_empty() => (own, given.text_or("api_url", API)),
        Some(shared) => (shared.clone(), API.to_owned()),
        None => return Err("Not sent: there is no bot token. Enter one, or set TELEGRAM_BOT_TOKEN on the server.".to_owned()),
    };
    let api = api.trim_end_matches('/').to_owned();
    let url = web_address("api_url", &format!("{api}/bot{token}/sendMessage")).map_err(|(_, message)| message)?;
    let text = text.trim_end();
    // A message that is cut could end inside a tag; too long a one is sent as its first line.
    let text = if text.chars().count() > LONGEST { text.lines().next().unwrap_or_default() } else { text };
    let mut body = json!({"chat_id": chat, "text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": true}});
    if let Some(first) = thread.and_then(|first| first.parse::<i64>().ok()) {
        body["reply_parameters"] = json!({"message_id": first, "allow_sending_without_reply": true});
    }
    Ok(Call::post(url, &body).shown_as(format!("{api}/bot(hidden)/sendMessage")))
}

/// What Telegram's answer means.
pub(super) fn judge(answer: &Answer, after: Option<Duration>) -> Judged {
    let json = answer.json();
    let detail = json["description"].as_str().unwrap_or_default();
    let after = json["parameters"]["retry_after"].as_i64().and_then(Duration::try_seconds).or(after);
    match answer.code {
        200 if json["ok"] == true => {
            let message = &json["result"];
            let created = message["message_id"].as_i64().map(|id| {
                let link = message["chat"]["username"].as_str().map(|name| format!("https://t.me/{name}/{id}"));
                Created { number: id.to_string(), link: link.unwrap_or_default() }
            });
            Judged { verdict: Verdict::Sent, created }
        }
        200 => Verdict::Retry { error: "Telegram’s answer cannot be read.".to_owned(), after }.into(),
        // An unknown token is "not found".
        401 | 404 => Verdict::Unauthorized { error: format!("Telegram refuses our token ({}).", answer.code) }.into(),
        403 => Verdict::Permanent { error: format!("Telegram answered 403: {detail}.") }.into(),
        _ => answer.judge("Telegram", after, detail).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    #[test]
    fn telegram_says_when_to_come_back() {
        let judged = |code, body: &str| judge(&Answer { code, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }, None);
        let sent = judged(200, r#"{"ok": true, "result": {"message_id": 7, "chat": {"id": -1, "username": "desk"}}}"#);
        assert_eq!(sent.created.unwrap().link, "https://t.me/desk/7");
        let later =
            judged(429, r#"{"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 35}}"#);
        assert!(matches!(later.verdict, Verdict::Retry { after, .. } if after == Some(Duration::seconds(35))));
        assert!(matches!(judged(401, r#"{"ok": false}"#).verdict, Verdict::Unauthorized { .. }));
        assert!(matches!(judged(400, r#"{"ok": false, "description": "chat not found"}"#).verdict, Verdict::Permanent { .. }));
    }
}
