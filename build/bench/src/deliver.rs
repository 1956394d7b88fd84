//! Deliveries to a receiver on this machine: as many a second as there are, how long the first try takes after the commit, and a backlog
//! drained. Against the same HTTP client in a bare loop, with as many calls at once.

use crate::BenchArguments;
use crate::postgres::BenchDatabase;
use crate::receiver::DeliveryReceiver;
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note, percentile};
use crate::world::{DeliveryBench, ScratchFolder};
use backend::outbox;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Calls of the bare client at once.
const AT_ONCE: usize = 16;
/// Deliveries in one round.
const ROUND: usize = 2_000;
/// Submissions whose first try is timed.
const TIMED: usize = 300;

/// On SQLite.
pub async fn on_sqlite(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    measure(arguments, "SQLite", &folder.database()).await
}

/// On PostgreSQL.
pub async fn on_postgres(arguments: &BenchArguments, server: &str) -> BenchResult<Vec<ReportRow>> {
    let own = BenchDatabase::create(server).await?;
    let rows = measure(arguments, "PostgreSQL", own.url()).await;
    own.remove().await?;
    rows
}

async fn measure(arguments: &BenchArguments, kind: &'static str, url: &str) -> BenchResult<Vec<ReportRow>> {
    let mut receiver = DeliveryReceiver::open().await?;
    let desk = Arc::new(DeliveryBench::open(url, receiver.port()).await?);
    let (mut filed, mut delivered, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        let begin = Instant::now();
        desk.submit_many(ROUND).await?;
        filed.push(ROUND as f64 / begin.elapsed().as_secs_f64());
        delivered.push(drain(&desk, &mut receiver, ROUND).await?);
        let body = receiver.last().to_owned();
        bare.push(posts(&receiver, body, arguments.length()).await?);
        receiver.forget();
        note(format!("round {round}: {:.0} deliveries/s, the bare client {:.0}/s", delivered[round - 1], bare[round - 1]));
    }
    // What the machine can file and deliver: each takes its share of it.
    let both = 1.0 / (1.0 / median(&filed) + 1.0 / median(&delivered));
    let (rest, busy) = latencies(&desk, &mut receiver, both).await?;
    note(format!("from commit to the first try, at rest: p50 {:.1} ms, p99 {:.1} ms", percentile(&rest, 0.5), percentile(&rest, 0.99)));
    note(format!(
        "from commit to the first try, at half load ({:.0} submissions/s): p50 {:.1} ms, p99 {:.1} ms",
        both / 2.0,
        percentile(&busy, 0.5),
        percentile(&busy, 0.99)
    ));
    desk.submit_many(arguments.backlog).await?;
    let backlog = drain(&desk, &mut receiver, arguments.backlog).await?;
    note(format!("a backlog of {} drained in {:.0} s: {backlog:.0}/s", arguments.backlog, arguments.backlog as f64 / backlog));
    let against = format!("the bare client, {AT_ONCE} at once: {:.0}/s", median(&bare));
    let what = |sqlite, postgres| if kind == "SQLite" { sqlite } else { postgres };
    Ok(vec![
        ReportRow {
            what: what("deliveries, SQLite", "deliveries, PostgreSQL"),
            measured: format!("{:.0}/s, in the slowest round {:.0}/s", median(&delivered), slowest(&delivered)),
            against: against.clone(),
            ratio: MeasuredRatio::of_rounds(&delivered, &bare),
            aim: "≥ 0.5",
        },
        ReportRow {
            what: what("a backlog drained, SQLite", "a backlog drained, PostgreSQL"),
            measured: format!("{} at {backlog:.0}/s", arguments.backlog),
            against,
            ratio: MeasuredRatio::once(backlog, median(&bare)),
            aim: "",
        },
        ReportRow {
            what: what("commit to first try under half load, SQLite", "commit to first try under half load, PostgreSQL"),
            measured: format!("p50 {:.1} ms, p99 {:.1} ms", percentile(&busy, 0.5), percentile(&busy, 0.99)),
            against: format!("at rest: p50 {:.1} ms, p99 {:.1} ms", percentile(&rest, 0.5), percentile(&rest, 0.99)),
            ratio: MeasuredRatio::once(percentile(&busy, 0.5), percentile(&rest, 0.5)),
            aim: "",
        },
    ])
}

/// The least of what was reached in the rounds.
fn slowest(rounds: &[f64]) -> f64 {
    rounds.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Works until so many arrived; how many a second.
async fn drain(desk: &DeliveryBench, receiver: &mut DeliveryReceiver, count: usize) -> BenchResult<f64> {
    let (stop, stopped) = oneshot::channel::<()>();
    let begin = Instant::now();
    let worker = tokio::spawn(outbox::run(desk.backend().clone(), async { drop(stopped.await) }));
    for _ in 0..count {
        receiver.next().await?;
    }
    let per_second = count as f64 / begin.elapsed().as_secs_f64();
    let _ = stop.send(());
    worker.await?;
    Ok(per_second)
}

/// The same body, posted as often as the client can; how often a second.
async fn posts(receiver: &DeliveryReceiver, body: String, length: Duration) -> BenchResult<f64> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let (begin, url) = (Instant::now(), format!("http://127.0.0.1:{}/", receiver.port()));
    let mut callers: JoinSet<BenchResult<u32>> = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (client, url, body) = (client.clone(), url.clone(), body.clone());
        callers.spawn(async move {
            let mut done = 0;
            while begin.elapsed() < length {
                let request = client.post(&url).header("content-type", "application/json").body(body.clone());
                request.send().await?.bytes().await?;
                done += 1;
            }
            Ok(done)
        });
    }
    let mut done = 0.0;
    while let Some(joined) = callers.join_next().await {
        done += f64::from(joined??);
    }
    Ok(done / begin.elapsed().as_secs_f64())
}

/// Milliseconds from a commit to its first try: one submission after the other, then at half of what can be filed and delivered.
async fn latencies(desk: &Arc<DeliveryBench>, receiver: &mut DeliveryReceiver, per_second: f64) -> BenchResult<(Vec<f64>, Vec<f64>)> {
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(outbox::run(desk.backend().clone(), async { drop(stopped.await) }));
    let mut rest = Vec::with_capacity(TIMED);
    for turn in 0..TIMED {
        desk.submit(turn).await?;
        let committed = Instant::now();
        let (_, at) = receiver.next().await?;
        rest.push(at.saturating_duration_since(committed).as_secs_f64() * 1e3);
    }
    let many = ((per_second / 2.0) * 5.0).max(TIMED as f64) as usize;
    let pause = Duration::from_secs_f64(2.0 / per_second);
    let (begin, mut filing) = (tokio::time::Instant::now(), JoinSet::new());
    for turn in 0..many {
        tokio::time::sleep_until(begin + pause * u32::try_from(turn)?).await;
        let desk = desk.clone();
        filing.spawn(async move { desk.submit(turn).await.map(|number| (number, Instant::now())) });
    }
    let mut committed = BTreeMap::new();
    while let Some(filed) = filing.join_next().await {
        let (number, at) = filed??;
        committed.insert(number, at);
    }
    let mut busy = Vec::with_capacity(many);
    for _ in 0..many {
        let (number, at) = receiver.next().await?;
        let committed = committed.get(&number).ok_or("something else arrived")?;
        busy.push(at.saturating_duration_since(*committed).as_secs_f64() * 1e3);
    }
    let _ = stop.send(());
    worker.await?;
    Ok((rest, busy))
}
