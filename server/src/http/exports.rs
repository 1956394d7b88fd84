//! Files that are made as they are sent: lists too long for a page. Each part is asked for when the one before has gone out, so that a long
//! one needs no memory; whoever stops reading stops the asking.

use super::SiteState;
use app::context::ServerContext;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use backend::audit::{self, ExportedEntry};
use backend::people;
use backend::{Backend, Caller, Error};
use domain::Refusal;
use domain::address::Address;
use domain::audit::wire::AuditFilter;
use domain::id::PersonId;
use domain::text::harmless_cell;
use futures::{StreamExt, stream};
use std::collections::BTreeMap;

/// The form of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExportForm {
    /// A table, as spreadsheets read it.
    Csv,
    /// One JSON object a line, with each value before and after.
    JsonLines,
}

/// `export.csv` and `export.jsonl` below the page of the log, with its query; `export.json` below the page of a person.
pub fn router() -> Router<SiteState> {
    let at = |ending: &str| format!("{}/export.{ending}", Address::AuditLog);
    let of_person = format!("{}/{{id}}/export.json", Address::People);
    Router::new().route(&at("csv"), get(csv)).route(&at("jsonl"), get(json_lines)).route(&of_person, get(person))
}

/// What is stored of a person.
async fn person(state: State<SiteState>, context: Extension<ServerContext>, id: Path<String>) -> Response {
    let Some(caller) = context.0.caller else { return StatusCode::UNAUTHORIZED.into_response() };
    let not_found = || (StatusCode::NOT_FOUND, "Not found.\n").into_response();
    let Ok(id) = id.parse::<PersonId>() else { return not_found() };
    let stored = match people::export_person(&state.backend, &caller, id).await {
        Ok(stored) => serde_json::to_vec_pretty(&stored),
        Err(Error::Refused(_)) => return not_found(),
        Err(error) => {
            tracing::error!(%error, %id, "what is stored of person {id} could not be exported");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let Ok(stored) = stored else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"person-{id}.json\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, stored).into_response()
}

async fn csv(state: State<SiteState>, context: Extension<ServerContext>, query: Query<BTreeMap<String, String>>) -> Response {
    export(&state.backend, context.0, &query, ExportForm::Csv).await
}

async fn json_lines(state: State<SiteState>, context: Extension<ServerContext>, query: Query<BTreeMap<String, String>>) -> Response {
    export(&state.backend, context.0, &query, ExportForm::JsonLines).await
}

async fn export(backend: &Backend, context: ServerContext, query: &BTreeMap<String, String>, form: ExportForm) -> Response {
    let Some(caller) = context.caller else { return StatusCode::UNAUTHORIZED.into_response() };
    let filter = AuditFilter::read(|key| query.get(key).cloned());
    // The first part is asked for before anything is answered: a refusal has its status.
    let (first, next) = match audit::export(backend, &caller, filter.clone(), None).await {
        Ok(part) => part,
        Err(Error::Refused(Refusal::NotFound)) => return (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
        Err(error @ Error::Refused(_)) => return (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")).into_response(),
        Err(error) => {
            tracing::error!(%error, "the audit log could not be exported");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let (content, name) = match form {
        ExportForm::Csv => ("text/csv; charset=utf-8", "audit-log.csv"),
        ExportForm::JsonLines => ("application/jsonl", "audit-log.jsonl"),
    };
    let headers = [
        (header::CONTENT_TYPE, content.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-accel-buffering"), "no".to_owned()),
    ];
    let head = if form == ExportForm::Csv { table_head() } else { Ok(Vec::new()) };
    let begun = (backend.clone(), caller, filter, next);
    let first = head.and_then(|head| Ok([head, written(&first, form)?].concat()));
    // Compressing asks once more after the end.
    let parts = stream::unfold((Some(first), begun), move |(ready, begun)| next_part(ready, begun, form)).fuse();
    (headers, Body::from_stream(parts)).into_response()
}

type ExportProgress = (Backend, Caller, AuditFilter, Option<String>);
type ExportPart = Result<Bytes, std::io::Error>;

/// What is ready, or what is asked for next; None at the end. After a failure the file breaks off, which the browser says.
async fn next_part(
    ready: Option<Result<Vec<u8>, std::io::Error>>,
    (backend, caller, filter, next): ExportProgress,
    form: ExportForm,
) -> Option<(ExportPart, (Option<Result<Vec<u8>, std::io::Error>>, ExportProgress))> {
    if let Some(part) = ready {
        let next = if part.is_ok() { next } else { None };
        return Some((part.map(Bytes::from), (None, (backend, caller, filter, next))));
    }
    let after = next?;
    let (part, next) = match audit::export(&backend, &caller, filter.clone(), Some(after)).await {
        Ok((entries, next)) => (written(&entries, form), next),
        Err(error) => {
            tracing::error!(%error, "an export of the audit log broke off");
            (Err(std::io::Error::other("the log could not be read")), None)
        }
    };
    Some((part.map(Bytes::from), (None, (backend, caller, filter, next))))
}

fn written(entries: &[ExportedEntry], form: ExportForm) -> Result<Vec<u8>, std::io::Error> {
    match form {
        ExportForm::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            for entry in entries {
                table.write_record(cells(entry).map(|cell| harmless_cell(&cell))).map_err(std::io::Error::other)?;
            }
            table.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
        }
        ExportForm::JsonLines => {
            let mut lines = Vec::new();
            for entry in entries {
                serde_json::to_writer(&mut lines, entry)?;
                lines.push(b'\n');
            }
            Ok(lines)
        }
    }
}

/// The head of the table.
fn table_head() -> Result<Vec<u8>, std::io::Error> {
    let mut head = csv::Writer::from_writer(Vec::new());
    head.write_record(COLUMNS).map_err(std::io::Error::other)?;
    head.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

const COLUMNS: [&str; 11] = ["id", "at", "who", "through", "address", "device", "what", "kind", "on", "reason", "changes"];

fn cells(entry: &ExportedEntry) -> [String; 11] {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let changes = entry.changes.values.iter().map(|value| format!("{}: {} → {}", value.path, side(&value.before), side(&value.after)));
    [
        entry.id.to_string(),
        entry.at.to_rfc3339(),
        entry.actor.clone(),
        entry.way.clone(),
        entry.address.clone(),
        entry.device.clone(),
        entry.what.clone(),
        entry.kind.clone(),
        entry.thing_name.clone(),
        entry.reason.clone(),
        changes.collect::<Vec<_>>().join("\n"),
    ]
}
