//! The simulators' page: what arrived, and what each system should do next.

use super::script::{BEHAVIOURS, named};
use super::{SimulatedArrival, SimulatorState};
use axum::Json;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::text::escape_html;
use serde::Deserialize;

/// The systems: name and words.
pub(super) const SYSTEMS: &[(&str, &str)] = &[
    ("webhook", "Webhook"),
    ("connectwise", "ConnectWise"),
    ("sendgrid", "SendGrid"),
    ("smtp", "Mail server"),
    ("slack_webhook", "Slack webhook"),
    ("slack_bot", "Slack bot"),
    ("telegram", "Telegram"),
];

/// What a system should do with its next calls.
#[derive(Deserialize)]
pub struct BehaviourWish {
    system: String,
    behaviour: String,
    /// 0 is until told otherwise.
    #[serde(default)]
    times: u32,
}

/// Tells a system how to behave.
pub async fn script(State(world): State<SimulatorState>, Form(wish): Form<BehaviourWish>) -> Response {
    let known = SYSTEMS.iter().any(|(system, _)| *system == wish.system);
    match named(&wish.behaviour).filter(|_| known) {
        Some(behaviour) => {
            world.memory().script.tell(&wish.system, behaviour, wish.times);
            Redirect::to("/").into_response()
        }
        None => (StatusCode::UNPROCESSABLE_ENTITY, "This system or behaviour is not known.").into_response(),
    }
}

/// What arrived, as JSON.
pub async fn arrivals(State(world): State<SimulatorState>) -> Json<Vec<SimulatedArrival>> {
    Json(world.arrived())
}

/// Forgets what arrived.
pub async fn forget(State(world): State<SimulatorState>) -> StatusCode {
    world.memory().arrived.clear();
    StatusCode::NO_CONTENT
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8884}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}form{display:flex;flex-wrap:wrap;gap:.5rem}select,input,button{font:inherit}";

/// The page.
pub async fn show(State(world): State<SimulatorState>) -> Html<String> {
    let memory = world.memory();
    let systems: String = SYSTEMS
        .iter()
        .map(|(system, words)| {
            let present = memory.script.word(system);
            let options: String = BEHAVIOURS
                .iter()
                .map(|(_, word, words)| {
                    let selected = if *word == present { " selected" } else { "" };
                    format!("<option value=\"{word}\"{selected}>{words}</option>")
                })
                .collect();
            format!(
                "<tr><th scope=row>{words}</th><td><form method=post action=/script><input type=hidden name=system value={system}>\
                 <select name=behaviour aria-label=\"{words} does\">{options}</select>\
                 <label>for <input type=number name=times value=0 min=0 max=1000 style=\"width:5rem\"> calls (0: until changed)</label>\
                 <button>Set</button></form></td></tr>"
            )
        })
        .collect();
    let rows: String = memory
        .arrived
        .iter()
        .map(|arrival| {
            format!(
                "<tr><td>{}</td><td>{}</td><td><details><summary>{}</summary><pre>{}</pre></details></td><td>{}</td></tr>",
                arrival.at.get(11..19).unwrap_or_default(),
                arrival.system,
                escape_html(&arrival.what),
                escape_html(&arrival.text),
                escape_html(&arrival.answered)
            )
        })
        .collect();
    let rows = if rows.is_empty() {
        "<p>Nothing has arrived yet. Approve a request that goes to the service desk, or send a test from the connectors page.</p>"
            .to_owned()
    } else {
        format!(
            "<table><thead><tr><th>At (UTC)</th><th>System</th><th>What</th><th>Answered</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>Simulated systems</title>\
         <style>{STYLE}</style><h1>Simulated systems</h1><h2>How they behave</h2><table>{systems}</table><h2>What arrived</h2>{rows}"
    ))
}
