//! A Telegram bot: a message to a chat (`sendMessage`).

use super::call::{CallJudgement, RemoteCall, web_address};
use super::http::{RemoteAnswer, RemoteClient};
use super::writing::{self, READ_ALL, TextTarget};
use super::{AttemptOutcome, AttemptVerdict, ConnectorKind, ConnectorSettings, CreatedRecord, OutgoingDelivery, OutgoingMessage};
use crate::templates::{self, TemplateEscape};
use chrono::Duration;
use domain::notices::NoticeChannel;
use domain::shorten::utf16_units;
use serde_json::{Map, Value, json};

/// The connector of kind `telegram`.
pub struct TelegramConnector;

const API: &str = "https://api.telegram.org";
/// A message to Telegram, which counts UTF-16 code units of what is left when its markup was read.
const TELEGRAM: TextTarget = TextTarget {
    escape: TemplateEscape::Html,
    most: 4096,
    measure: |html| utf16_units(&read_markup(html)),
    piece: utf16_units,
    rest: |link| format!("\n<a href=\"{}\">{READ_ALL}</a>", templates::html(link)),
    plain: read_markup,
    marked_up: templates::html,
};
const MESSAGE: &str = "<b><a href=\"{{ link }}\">{{ number }}</a></b> {{ title }}, {% if title == form_name %}for{% else %}asked by{% endif %} {{ requester.name }}
{% for section in sections %}{% for answer in section.answers if answer.text %}<b>{{ answer.label }}:</b> {{ answer.text }}
{% endfor %}{% endfor %}";

#[async_trait::async_trait]
impl ConnectorKind for TelegramConnector {
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

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("text_template", TemplateEscape::Html)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
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

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        match call(given, outgoing) {
            Ok(call) => call.make(client, outgoing.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }

    fn carries(&self) -> Option<NoticeChannel> {
        Some(NoticeChannel::Telegram)
    }

    async fn tell(&self, given: &ConnectorSettings<'_>, message: &OutgoingMessage, client: &RemoteClient) -> AttemptOutcome {
        match message.chat().and_then(|text| post(given, &message.to, text, message.thread())) {
            Ok(call) => call.make(client, message.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

fn call(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<RemoteCall, String> {
    let chat = given.text_or("chat_id", given.server.telegram_chat.as_deref().unwrap_or_default());
    if chat.is_empty() {
        return Err("Not sent: the chat is missing. Enter one, or set TELEGRAM_DEFAULT_CHAT_ID on the server.".to_owned());
    }
    let text = writing::written(given, "text_template", MESSAGE, &TELEGRAM, outgoing)?;
    post(given, &chat, &text, outgoing.thread)
}

/// A text to a chat, as an answer to the first message of its thread.
fn post(given: &ConnectorSettings<'_>, chat: &str, text: &str, thread: Option<&str>) -> Result<RemoteCall, String> {
    // The server's own token goes to Telegram alone.
    let own = given.text("token");
    let (token, api) = match &given.server.telegram_token {
        _ if !own.is_empty() => (own, given.text_or("api_url", API)),
        Some(shared) => (shared.clone(), API.to_owned()),
        None => return Err("Not sent: the bot token is missing. Enter one, or set TELEGRAM_BOT_TOKEN on the server.".to_owned()),
    };
    let api = api.trim_end_matches('/').to_owned();
    let url = web_address("api_url", &format!("{api}/bot{token}/sendMessage")).map_err(|(_, message)| message)?;
    let mut body = json!({"chat_id": chat, "text": text.trim_end(), "parse_mode": "HTML", "link_preview_options": {"is_disabled": true}});
    if let Some(first) = thread.and_then(|first| first.parse::<i64>().ok()) {
        body["reply_parameters"] = json!({"message_id": first, "allow_sending_without_reply": true});
    }
    Ok(RemoteCall::post(url, &body).shown_as(format!("{api}/bot(hidden)/sendMessage")))
}

/// The text of Telegram's HTML without its tags, its entities read.
fn read_markup(html: &str) -> String {
    let mut read = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        read.push_str(before);
        let end = from.find(if from.starts_with('<') { '>' } else { ';' });
        rest = match end.map(|end| from.split_at(end + 1)) {
            Some((tag, after)) if tag.starts_with('<') => after,
            Some((entity, after)) if letter(entity).is_some() => {
                read.extend(letter(entity));
                after
            }
            _ => {
                read.push_str(&from[..1]);
                &from[1..]
            }
        };
    }
    read.push_str(rest);
    read
}

/// The character of an entity that Telegram knows: four by name, all by number.
fn letter(entity: &str) -> Option<char> {
    let name = entity.strip_prefix('&')?.strip_suffix(';')?;
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            code.and_then(char::from_u32)
        }
    }
}

/// What Telegram's answer means.
pub(super) fn judge(answer: &RemoteAnswer, after: Option<Duration>) -> CallJudgement {
    let json = answer.json();
    let detail = json["description"].as_str().unwrap_or_default();
    let after = json["parameters"]["retry_after"].as_i64().and_then(Duration::try_seconds).or(after);
    match answer.code {
        200 if json["ok"] == true => {
            let message = &json["result"];
            let created = message["message_id"].as_i64().map(|id| {
                let link = message["chat"]["username"].as_str().map(|name| format!("https://t.me/{name}/{id}"));
                CreatedRecord { number: id.to_string(), link: link.unwrap_or_default() }
            });
            CallJudgement { verdict: AttemptVerdict::Sent, created }
        }
        200 => AttemptVerdict::Retry { error: "Telegram’s answer cannot be read.".to_owned(), after }.into(),
        // An unknown token is "not found".
        401 | 404 => AttemptVerdict::Unauthorized { error: format!("Telegram refuses our token ({}).", answer.code) }.into(),
        403 => AttemptVerdict::Permanent { error: format!("Telegram answered 403: {detail}.") }.into(),
        _ => answer.judge("Telegram", after, detail).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    #[test]
    fn markup_is_read_as_telegram_reads_it() {
        for (html, text) in [
            ("<b><a href=\"https://d.example/?a=1&amp;b=2\">IT-7F3K</a></b> VPN", "IT-7F3K VPN"),
            ("it&#x27;s &lt;b&gt; &amp;amp; &#39;&quot;", "it's <b> &amp; '\""),
            ("a &nbsp; b & c; <", "a &nbsp; b & c; <"),
            ("", ""),
        ] {
            assert_eq!(read_markup(html), text);
        }
    }

    #[test]
    fn telegram_says_when_to_come_back() {
        let judged = |code, body: &str| judge(&RemoteAnswer { code, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }, None);
        let sent = judged(200, r#"{"ok": true, "result": {"message_id": 7, "chat": {"id": -1, "username": "desk"}}}"#);
        assert_eq!(sent.created.unwrap().link, "https://t.me/desk/7");
        let later =
            judged(429, r#"{"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 35}}"#);
        assert!(matches!(later.verdict, AttemptVerdict::Retry { after, .. } if after == Some(Duration::seconds(35))));
        assert!(matches!(judged(401, r#"{"ok": false}"#).verdict, AttemptVerdict::Unauthorized { .. }));
        assert!(matches!(judged(400, r#"{"ok": false, "description": "chat not found"}"#).verdict, AttemptVerdict::Permanent { .. }));
    }
}
