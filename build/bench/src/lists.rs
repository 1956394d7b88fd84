//! First pages of the queue, the board and the inbox, with a thousand, a hundred thousand and a million requests: the time must not grow.

use crate::BenchArguments;
use crate::crowd::{BenchCrowd, CrowdCopies};
use crate::postgres::BenchDatabase;
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note};
use backend::{approvals, requests};
use domain::requests::Status;
use domain::requests::queue::{AssigneeChoice, DueChoice, QueueFilter};
use std::time::Instant;

/// Times a page is asked for; the median counts.
const ASKED: usize = 31;

/// What is asked for.
const PAGES: [&str; 13] = [
    "queue",
    "queue, in progress",
    "queue, one's own",
    "queue, nobody's",
    "queue, one service",
    "queue, late",
    "queue, words",
    "queue, beginning of a number",
    "queue, one of 1,000 spaces",
    "board",
    "board, one of 1,000 spaces",
    "inbox",
    "leadership",
];

async fn ask(crowd: &BenchCrowd, page: &str) -> BenchResult<usize> {
    let queue = async |filter: QueueFilter| -> BenchResult<usize> {
        Ok(requests::queue(&crowd.backend, &crowd.operator, filter, None).await?.rows.len())
    };
    let all = QueueFilter::default;
    match page {
        "queue" => queue(all()).await,
        "queue, in progress" => queue(QueueFilter { status: Some(Status::InProgress), ..all() }).await,
        "queue, one's own" => queue(QueueFilter { holder: Some(AssigneeChoice::Me), ..all() }).await,
        "queue, nobody's" => queue(QueueFilter { holder: Some(AssigneeChoice::Nobody), ..all() }).await,
        "queue, one service" => queue(QueueFilter { item: Some("note-1".to_owned()), ..all() }).await,
        "queue, late" => queue(QueueFilter { due: Some(DueChoice::Late), ..all() }).await,
        "queue, words" => queue(QueueFilter { text: "note".to_owned(), ..all() }).await,
        "queue, beginning of a number" => queue(QueueFilter { text: "CR-00".to_owned(), ..all() }).await,
        "queue, one of 1,000 spaces" => Ok(requests::queue(&crowd.backend, &crowd.local, all(), None).await?.rows.len()),
        "board" | "board, one of 1,000 spaces" => {
            let caller = if page == "board" { &crowd.operator } else { &crowd.local };
            let board = requests::board(&crowd.backend, caller, all()).await?;
            Ok(board.lanes.iter().map(|lane| lane.rows.len()).sum())
        }
        "leadership" => Ok(approvals::leadership(&crowd.backend, &crowd.approver).await?.len()),
        _ => Ok(approvals::inbox(&crowd.backend, &crowd.approver, 0).await?.rows.len()),
    }
}

/// On a PostgreSQL database of its own.
pub async fn on_postgres(arguments: &BenchArguments, server: &str) -> BenchResult<Vec<ReportRow>> {
    let own = BenchDatabase::create(server).await?;
    let measured = measure(arguments, "PostgreSQL", own.url()).await;
    own.remove().await?;
    measured
}

/// Grows a database through the sizes; milliseconds of every page at every size.
pub async fn measure(arguments: &BenchArguments, kind: &'static str, url: &str) -> BenchResult<Vec<ReportRow>> {
    let crowd = BenchCrowd::open(url).await?;
    let mut copies = CrowdCopies::of(&crowd, url).await?;
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); PAGES.len()];
    for size in &arguments.sizes {
        let begin = Instant::now();
        copies.grow(*size).await?;
        note(format!("{kind}: {size} requests, made in {:.1} s", begin.elapsed().as_secs_f64()));
        for (page, times) in PAGES.iter().zip(&mut times) {
            let mut took = Vec::with_capacity(ASKED);
            let mut rows = 0;
            for _ in 0..ASKED {
                let begin = Instant::now();
                rows = ask(&crowd, page).await?;
                took.push(begin.elapsed().as_secs_f64() * 1000.0);
            }
            note(format!("{page}: {:.2} ms, {rows} rows", median(&took)));
            times.push(median(&took));
        }
    }
    let (Some(least), Some(most)) = (arguments.sizes.first(), arguments.sizes.last()) else { return Ok(Vec::new()) };
    let row = |(page, times): (&&'static str, Vec<f64>)| {
        let (first, last) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
        ReportRow {
            what: page,
            measured: format!("{kind}, {most} requests: {last:.2} ms"),
            against: format!("{least} requests: {first:.2} ms"),
            ratio: MeasuredRatio::once(last, first),
            aim: "≤ 2",
        }
    };
    Ok(PAGES.iter().zip(times).map(row).collect())
}
