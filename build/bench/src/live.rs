//! Open inboxes: how long from a submission to the event at every approver's browser, and what an open stream costs in memory.
//!
//! Times begin when the submission is sent, so that they hold the submission itself: the commit happens somewhere before its answer.

use crate::BenchArguments;
use crate::client::{BenchConnection, get, post};
use crate::process;
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note, percentile};
use crate::site::RunningSite;
use crate::world::{self, ScratchFolder};
use backend::{definitions, people, requests};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use uuid::Uuid;

const ORGANIZATION: &str = "crowd";
pub const PASSWORD: &str = "a long enough password";
/// Where drafts are submitted.
pub const SUBMIT: &str = "/call/requests/submit_draft";
/// Approvers who have the streams open, many tabs each.
const APPROVERS: usize = 50;
/// Streams that are opened and closed first.
const FIRST: usize = 200;
/// Submissions that are followed to every stream.
const FOLLOWED: usize = 20;
/// Between two of them: longer than counts are held back.
const PAUSE: Duration = Duration::from_millis(1500);
/// After this, an event is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// An organization with one item, decided by one group.
fn definitions() -> Vec<definitions::DefinitionFile> {
    let email = |number: usize| format!("approver-{number}@{ORGANIZATION}.example");
    let people: String = (1..=APPROVERS)
        .map(|number| format!("- email: {}\n  name: Approver {number}\n  title: Approver\n  roles: [requester]\n", email(number)))
        .collect();
    let members: String = (1..=APPROVERS).map(|number| format!("    - email: {}\n", email(number))).collect();
    let requester = format!("- email: requester@{ORGANIZATION}.example\n  name: A Requester\n  title: Requester\n  roles: [requester]\n");
    let form = "key: note\ntitle: Note\nsections:\n  - key: what\n    title: What\n    fields:\n      - key: text\n        label: Text\n        type: text\n        required: true\n";
    let item = "key: note\nname: Note\ndescription: A note that somebody approves.\nicon: key\ncategory: Notes\nprefix: NO\nexpected: 1 day\nform: note\n\
                approval:\n  require: any\n  rules:\n    - key: deciders\n      label: Deciders\n      group: deciders\nplan:\n  words: Somebody reads it.\n";
    [
        ("organization.yaml", format!("key: {ORGANIZATION}\nname: Crowd\n")),
        ("people.yaml", requester + &people),
        ("groups.yaml", format!("- key: deciders\n  name: Deciders\n  members:\n{members}")),
        ("catalog.yaml", "- note\n".to_owned()),
        ("connectors.yaml", "[]\n".to_owned()),
        ("forms/note.yaml", form.to_owned()),
        ("items/note.yaml", item.to_owned()),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .to_vec()
}

/// The address of who submits.
pub fn requester() -> String {
    format!("requester@{ORGANIZATION}.example")
}

/// Something that reached a stream.
struct Heard {
    at: Instant,
    event: Value,
}

/// Makes the organization and its passwords; the version of its form.
pub async fn prepare(folder: &ScratchFolder) -> BenchResult<String> {
    let backend = world::open(&folder.database()).await?;
    definitions::apply(&backend, ORGANIZATION, definitions()).await?;
    let approvers = (1..=APPROVERS).map(|number| format!("approver-{number}"));
    for name in approvers.chain(["requester".to_owned()]) {
        people::set_password(&backend, &format!("{name}@{ORGANIZATION}.example"), PASSWORD).await?;
    }
    let requester = people::caller(&backend, ORGANIZATION, &requester()).await?;
    Ok(requests::open_draft(&backend, &requester, "note").await?.form_version)
}

/// Opens a stream and reads the first two events on it, which greet.
async fn open(site: &RunningSite, cookie: &str) -> BenchResult<BenchConnection> {
    let mut connection = BenchConnection::open(site.address).await?;
    let (status, _) = connection.begin(&get(site.address, "/live", cookie)).await?;
    if status != 200 {
        return Err(format!("/live answered {status}").into());
    }
    let mut greetings = 2;
    while greetings > 0 {
        if connection.line().await?.starts_with("data:") {
            greetings -= 1;
        }
    }
    Ok(connection)
}

/// Tells of every further event on a stream.
fn listen(mut connection: BenchConnection, heard: mpsc::UnboundedSender<Heard>) {
    tokio::spawn(async move {
        while let Ok(line) = connection.line().await {
            let Some(event) = line.strip_prefix("data:").and_then(|data| serde_json::from_str(data).ok()) else { continue };
            if heard.send(Heard { at: Instant::now(), event }).is_err() {
                return;
            }
        }
    });
}

/// Milliseconds from the sending of each submission.
#[derive(Default)]
struct LiveTimes {
    answered: Vec<f64>,
    request: Vec<f64>,
    count: Vec<f64>,
}

/// Opens the streams, then follows submissions to each of them.
pub async fn measure(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    let version = prepare(folder).await?;
    let site = RunningSite::start(&arguments.docket, folder).await?;
    let mut cookies = Vec::new();
    for number in 1..=APPROVERS {
        cookies.push(site.sign_in(&format!("approver-{number}@{ORGANIZATION}.example"), PASSWORD).await?);
    }
    let requester = site.sign_in(&requester(), PASSWORD).await?;

    let memory =
        |before: u64| -> BenchResult<f64> { Ok(process::memory(site.pid)?.saturating_sub(before) as f64 / arguments.streams as f64) };
    // What is made once is there before anything is counted: a page, and some streams that end.
    BenchConnection::open(site.address).await?.send(&get(site.address, "/inbox", &requester)).await?;
    for cookie in cookies.iter().cycle().take(FIRST) {
        open(&site, cookie).await?;
    }
    // Connections that asked once and wait: what a connection costs before it is a stream.
    let before = process::memory(site.pid)?;
    let mut idle = Vec::with_capacity(arguments.streams);
    for _ in 0..arguments.streams {
        let mut connection = BenchConnection::open(site.address).await?;
        connection.send(&get(site.address, "/health/live", "")).await?;
        idle.push(connection);
    }
    let per_idle = memory(before)?;
    let before = process::memory(site.pid)?;
    let (sender, mut heard) = mpsc::unbounded_channel();
    for (number, cookie) in (0..arguments.streams).zip(cookies.iter().cycle()) {
        listen(open(&site, cookie).await.map_err(|error| format!("stream {number}: {error}"))?, sender.clone());
    }
    let per_stream = memory(before)?;
    drop(idle);
    note(format!("{} streams open, {:.1} kB each; an idle connection {:.1} kB", arguments.streams, per_stream / 1000.0, per_idle / 1000.0));

    let mut times = LiveTimes::default();
    let mut asking = BenchConnection::open(site.address).await?;
    for followed in 1..=FOLLOWED {
        tokio::time::sleep(PAUSE).await;
        let draft = json!({ "draft": { "id": Uuid::new_v4(), "item_key": "note", "form_version": version, "answers": { "text": "Look at this" } } });
        let request = post(site.address, SUBMIT, &requester, "application/json", &draft.to_string());
        let sent = Instant::now();
        let answer = asking.send(&request).await?;
        times.answered.push(sent.elapsed().as_secs_f64() * 1000.0);
        let filed: Value = serde_json::from_slice(&answer.body)?;
        if filed["outcome"] != "filed" {
            return Err(format!("a submission was not filed: {filed}").into());
        }
        follow(&mut heard, arguments.streams, sent, &filed["number"], followed, &mut times).await?;
    }
    let (answered, streams) = (median(&times.answered), arguments.streams);
    note(format!("{FOLLOWED} submissions, each to {streams} streams; answered in {answered:.1} ms"));
    let row = |what, values: &[f64], share| {
        let value = percentile(values, share);
        ReportRow {
            what,
            measured: format!("{value:.1} ms, {streams} streams"),
            against: format!("the submission's own answer: {answered:.1} ms"),
            ratio: MeasuredRatio::once(value, answered),
            aim: "",
        }
    };
    Ok(vec![
        row("submission to event at a stream, p50", &times.request, 0.5),
        row("submission to event at a stream, p99", &times.request, 0.99),
        row("submission to new count at a stream, p50", &times.count, 0.5),
        row("submission to new count at a stream, p99", &times.count, 0.99),
        ReportRow {
            what: "memory of an open stream with its connection",
            measured: format!("{:.1} kB", per_stream / 1000.0),
            against: format!("an idle connection: {:.1} kB", per_idle / 1000.0),
            ratio: MeasuredRatio::once(per_stream, per_idle),
            aim: "",
        },
    ])
}

/// Waits until every stream heard of the request and of the new count.
async fn follow(
    heard: &mut mpsc::UnboundedReceiver<Heard>,
    streams: usize,
    sent: Instant,
    number: &Value,
    count: usize,
    times: &mut LiveTimes,
) -> BenchResult<()> {
    let (mut requests, mut counts) = (0, 0);
    while requests < streams || counts < streams {
        let next = tokio::time::timeout(PATIENCE, heard.recv()).await;
        let Ok(Some(Heard { at, event })) = next else {
            return Err(format!("of {streams} streams, {requests} heard of {number} and {counts} of the count {count}").into());
        };
        let took = at.duration_since(sent).as_secs_f64() * 1000.0;
        if event["kind"] == "request" && event["number"] == *number {
            requests += 1;
            times.request.push(took);
        } else if event["kind"] == "inbox" && event["count"] == count {
            counts += 1;
            times.count.push(took);
        }
    }
    Ok(())
}
