//! Memory: what the server keeps in RAM while submissions and looks at pages go on for long, minute by minute, and when it is left alone.

use crate::BenchArguments;
use crate::client::{BenchConnection, get, post};
use crate::live::{self, PASSWORD};
use crate::process::{self, ProcessMemory};
use crate::report::{BenchResult, MeasuredRatio, ReportRow, note};
use crate::site::RunningSite;
use crate::world::ScratchFolder;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// People who submit at once.
const AT_ONCE: usize = 16;
/// After so many submissions, each of them looks at these pages.
const BETWEEN: usize = 25;
const LOOKED_AT: [&str; 4] = ["/", "/request/note", "/requests", "/inbox"];
/// Between two lines.
const MINUTE: Duration = Duration::from_secs(60);
/// How long the server is left alone in the end.
const REST: Duration = Duration::from_secs(15);

/// Submits as often as asked for, and prints what the server has in memory every minute.
pub async fn measure(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    let version: Arc<str> = live::prepare(folder).await?.into();
    let site = RunningSite::start(&arguments.docket, folder).await?;
    let cookie: Arc<str> = site.sign_in(&live::requester(), PASSWORD).await?.into();
    let look = |line: &str| -> BenchResult<ProcessMemory> {
        let memory = process::memory_parts(site.pid)?;
        note(format!("{line}: {:.0} MB, {:.0} MB of them its own", memory.all as f64 / 1e6, memory.own as f64 / 1e6));
        Ok(memory)
    };
    tokio::time::sleep(REST).await;
    let idle = look("at rest, before anything")?;
    let (filed, begin) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut people = JoinSet::new();
    for _ in 0..AT_ONCE {
        people.spawn(submit(site.address, cookie.clone(), version.clone(), filed.clone(), arguments.submissions));
    }
    let (mut half, mut minutes, mut printed) = (None, 0_u64, Instant::now());
    while !people.is_empty() {
        tokio::select! {
            done = people.join_next() => done.transpose()?.transpose()?.unwrap_or_default(),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        let count = filed.load(Ordering::Relaxed);
        if half.is_none() && count >= arguments.submissions / 2 {
            half = Some(look(&format!("after {count} submissions"))?);
        }
        if printed.elapsed() >= MINUTE {
            (minutes, printed) = (minutes + 1, Instant::now());
            look(&format!("minute {minutes}, {count} submissions"))?;
        }
    }
    let count = filed.load(Ordering::Relaxed);
    let end = look(&format!("after {count} submissions in {:.0} s", begin.elapsed().as_secs_f64()))?;
    tokio::time::sleep(REST).await;
    let rest = look("at rest again")?;
    let row = |what, memory: &ProcessMemory, against: &str, before: &ProcessMemory, aim| ReportRow {
        what,
        measured: format!("{:.0} MB", memory.all as f64 / 1e6),
        against: format!("{against}: {:.0} MB", before.all as f64 / 1e6),
        ratio: MeasuredRatio::once(memory.all as f64, before.all as f64),
        aim,
    };
    let half = half.unwrap_or(end);
    Ok(vec![
        row("memory after all submissions", &end, "at rest, before anything", &idle, ""),
        row("memory after all submissions, against half of them", &end, "after half", &half, "1"),
        row("memory at rest after all submissions", &rest, "at rest, before anything", &idle, ""),
    ])
}

/// Submits until there are enough of all, and looks at pages in between.
async fn submit(address: SocketAddr, cookie: Arc<str>, version: Arc<str>, filed: Arc<AtomicUsize>, enough: usize) -> BenchResult<()> {
    let mut connection = BenchConnection::open(address).await?;
    let mut turn = 0_usize;
    while filed.load(Ordering::Relaxed) < enough {
        let answers = json!({ "text": format!("The lamp over desk {turn} flickers.") });
        let draft = json!({ "draft": { "id": Uuid::new_v4(), "item_key": "note", "form_version": *version, "answers": answers } });
        let answer = connection.send(&post(address, live::SUBMIT, &cookie, "application/json", &draft.to_string())).await?;
        let filing: Value = serde_json::from_slice(&answer.body)?;
        if filing["outcome"] != "filed" {
            return Err(format!("a submission was not filed: {filing}").into());
        }
        filed.fetch_add(1, Ordering::Relaxed);
        turn += 1;
        if turn.is_multiple_of(BETWEEN) {
            for path in LOOKED_AT {
                let status = connection.send(&get(address, path, &cookie)).await?.status;
                if status != 200 {
                    return Err(format!("{path} answered {status}").into());
                }
            }
        }
    }
    Ok(())
}
