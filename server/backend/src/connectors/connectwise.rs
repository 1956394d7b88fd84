//! ConnectWise PSA: creates a service ticket through its REST API (`POST /service/tickets`).
//!
//! ConnectWise knows no idempotency key: each ticket carries the delivery's id as `externalXRef`, and is looked for before it is made.

use super::call::{RemoteCall, web_address};
use super::http::{RemoteAnswer, RemoteClient};
use super::writing::{self, BODY, SUMMARY};
use super::{AttemptOutcome, AttemptVerdict, ConnectorKind, ConnectorSettings, CreatedRecord, OutgoingDelivery};
use crate::templates::TemplateEscape;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderName};
use serde_json::{Map, Value, json};
use url::Url;

/// The connector of kind `connectwise`.
pub struct ConnectWise;

const DEFAULT_SUMMARY: &str = "{{ number }} {{ title }}, {{ requester.name }}";
/// Everything that was answered.
pub(super) const ALL_ANSWERS: &str = "{{ title }} ({{ number }}){% if title != form_name %}
{{ form_name }}{% endif %}
For {{ requester.name }}{% if requester.email %}, {{ requester.email }}{% endif %}

{% for section in sections %}{{ section.title }}
{% for answer in section.answers if answer.text %}  {{ answer.label }}: {{ answer.text }}
{% endfor %}
{% endfor %}{{ link }}
";
const NAME: &str = "ConnectWise";

#[async_trait::async_trait]
impl ConnectorKind for ConnectWise {
    fn kind(&self) -> &'static str {
        "connectwise"
    }

    fn label(&self) -> &'static str {
        NAME
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/connectwise.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["private_key"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("summary_template", TemplateEscape::None), ("body_template", TemplateEscape::None)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        problems.extend(web_address("url", &given.text("url")).err());
        if given.text("board_id").is_empty() && given.text("board_name").is_empty() {
            problems.push(("board_id".to_owned(), "Enter a board number or a board name.".to_owned()));
        }
        problems
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        let board = ["board_name", "board_id"].iter().find_map(|key| match settings.get(*key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        board.map(|board| format!("Board {board}")).unwrap_or_default()
    }

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        let (base, ticket) = match base(given).and_then(|base| Ok((base, ticket(given, outgoing)?))) {
            Ok(ready) => ready,
            Err(message) => return AttemptOutcome::not_set_up(message),
        };
        let tickets = format!("{base}/service/tickets");
        let Ok(mut search) = Url::parse(&tickets) else { return AttemptOutcome::not_set_up("Not sent: the address cannot be used.") };
        let create = search.clone();
        search.query_pairs_mut().append_pair("conditions", &format!("externalXRef=\"{}\"", outgoing.id)).append_pair("pageSize", "1");
        let shown = search.to_string();
        let mut found = None;
        let looked = signed(RemoteCall::get(search).shown_as(shown), given)
            .make(client, outgoing.now, |answer, after| {
                found = answer.json().get(0).and_then(|ticket| created(ticket, &base));
                answer.judge(NAME, after, &message(answer)).into()
            })
            .await;
        // Made by a try whose answer was lost, or refused already: there is no more to do.
        if found.is_some() || looked.verdict != AttemptVerdict::Sent {
            return AttemptOutcome { created: found, ..looked };
        }
        signed(RemoteCall::post(create, &ticket), given)
            .make(client, outgoing.now, |answer, after| {
                let verdict = answer.judge(NAME, after, &message(answer));
                let created = if verdict == AttemptVerdict::Sent { created(&answer.json(), &base) } else { None };
                super::call::CallJudgement { verdict, created }
            })
            .await
    }
}

/// Where the interface is: the site's address, and the path unless it is written out.
fn base(given: &ConnectorSettings<'_>) -> Result<String, String> {
    let url = web_address("url", &given.text("url")).map_err(|(_, message)| message)?;
    let address = url.as_str().trim_end_matches('/');
    Ok(if url.path().contains("/apis/") { address.to_owned() } else { format!("{address}/v4_6_release/apis/3.0") })
}

fn ticket(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<Value, String> {
    let summary = writing::line(given, "summary_template", DEFAULT_SUMMARY, &SUMMARY, outgoing)?;
    let number = |key: &str| given.text(key).parse::<u64>().ok().map(|id| json!({"id": id}));
    let board = number("board_id").unwrap_or_else(|| json!({"name": given.text("board_name")}));
    let mut ticket = json!({
        "summary": summary,
        "initialDescription": writing::written(given, "body_template", ALL_ANSWERS, &BODY, outgoing)?,
        "board": board,
        "company": {"identifier": given.text_or("for_company", &given.text("company"))},
        "externalXRef": outgoing.id.to_string(),
    });
    for (key, setting) in [("status", "default_status_id"), ("type", "default_type_id")] {
        if let Some(value) = number(setting) {
            ticket[key] = value;
        }
    }
    Ok(ticket)
}

fn signed(call: RemoteCall, given: &ConnectorSettings<'_>) -> RemoteCall {
    let key = format!("{}+{}:{}", given.text("company"), given.text("public_key"), given.text("private_key"));
    call.header(AUTHORIZATION, &format!("Basic {}", STANDARD.encode(key)), true)
        .header(HeaderName::from_static("clientid"), &given.text("client_id"), false)
        .header(ACCEPT, "application/json", false)
}

/// The ticket as people know it, with the address that opens it.
fn created(ticket: &Value, base: &str) -> Option<CreatedRecord> {
    let id = ticket.get("id")?.as_u64()?;
    let site = base.split("/apis/").next().unwrap_or(base);
    Some(CreatedRecord {
        number: id.to_string(),
        link: format!("{site}/services/system_io/Service/fv_sr100_request.rails?service_recid={id}"),
    })
}

/// What ConnectWise says is wrong.
fn message(answer: &RemoteAnswer) -> String {
    if (200..300).contains(&answer.code) {
        return String::new();
    }
    let json = answer.json();
    let each = json["errors"].as_array().into_iter().flatten().filter_map(|error| error["message"].as_str());
    let all: Vec<&str> = json["message"].as_str().into_iter().chain(each).collect();
    all.join("; ")
}
