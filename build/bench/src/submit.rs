//! Submissions through the real use case: checks, frozen version, approval rows, event and effects, answered when they are on disk.

use crate::BenchArguments;
use crate::bare::BareDatabase;
use crate::postgres::{self, BenchDatabase};
use crate::process;
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note};
use crate::world::{BenchOrganization, ScratchFolder};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Callers at once.
const CALLERS: usize = 64;

/// What the use case did in one measurement.
struct Submitted {
    per_second: f64,
    /// Processor time of one submission, in microseconds, with the work of this process only.
    cpu: f64,
}

/// 64 callers, each submitting again as soon as it is answered.
async fn submissions(world: &Arc<BenchOrganization>, length: Duration) -> BenchResult<Submitted> {
    let (begin, used) = (Instant::now(), process::cpu(std::process::id())?);
    let mut callers: JoinSet<BenchResult<u32>> = JoinSet::new();
    for turn in 0..CALLERS {
        let world = world.clone();
        callers.spawn(async move {
            let mut done = 0;
            while begin.elapsed() < length {
                world.submit(turn).await?;
                done += 1;
            }
            Ok(done)
        });
    }
    let mut done = 0.0;
    while let Some(joined) = callers.join_next().await {
        done += f64::from(joined??);
    }
    let cpu = (process::cpu(std::process::id())? - used).as_secs_f64() * 1e6 / done;
    Ok(Submitted { per_second: done / begin.elapsed().as_secs_f64(), cpu })
}

/// On SQLite, against bare loops on the same disk.
pub async fn on_sqlite(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    let world = Arc::new(BenchOrganization::open(&folder.database()).await?);
    let mut bare = BareDatabase::open(folder.path()).await?;
    submissions(&world, Duration::from_secs(1)).await?;
    let (mut submitted, mut grouped, mut synced, mut cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        grouped.push(bare.grouped(arguments.length()).await?);
        let done = submissions(&world, arguments.length()).await?;
        submitted.push(done.per_second);
        cpu.push(done.cpu);
        synced.push(bare.synced(arguments.length()).await?);
        note(format!(
            "round {round}: {:.0} submissions/s, bare loop {:.0}/s, one-row commits {:.0}/s, {:.0} µs of processor a submission",
            done.per_second,
            grouped[round - 1],
            synced[round - 1],
            done.cpu
        ));
    }
    let measured = format!("{:.0}/s, {:.0} µs CPU", median(&submitted), median(&cpu));
    Ok(vec![
        ReportRow {
            what: "submissions, SQLite, 64 callers",
            measured: measured.clone(),
            against: format!("three bare inserts, 128 per commit: {:.0}/s", median(&grouped)),
            ratio: MeasuredRatio::of_rounds(&submitted, &grouped),
            aim: "≥ 0.1",
        },
        ReportRow {
            what: "submissions, SQLite, 64 callers",
            measured,
            against: format!("one-row commits, a sync each: {:.0}/s", median(&synced)),
            ratio: MeasuredRatio::of_rounds(&submitted, &synced),
            aim: "≥ 1",
        },
    ])
}

/// On PostgreSQL, against `pgbench` on the same server.
pub async fn on_postgres(arguments: &BenchArguments, server: &str) -> BenchResult<Vec<ReportRow>> {
    let (own, bare) = (BenchDatabase::create(server).await?, BenchDatabase::create(server).await?);
    let compared = compare(arguments, &own, &bare).await;
    own.remove().await?;
    bare.remove().await?;
    compared
}

async fn compare(arguments: &BenchArguments, own: &BenchDatabase, bare: &BenchDatabase) -> BenchResult<Vec<ReportRow>> {
    bare.prepare().await?;
    let world = Arc::new(BenchOrganization::open(own.url()).await?);
    submissions(&world, Duration::from_secs(1)).await?;
    let (mut submitted, mut inserted, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        inserted.push(postgres::pgbench(&arguments.pgbench, bare, arguments.seconds).await?);
        let done = submissions(&world, arguments.length()).await?;
        submitted.push(done.per_second);
        cpu.push(done.cpu);
        note(format!(
            "round {round}: {:.0} submissions/s, pgbench {:.0}/s, {:.0} µs of processor a submission outside the database",
            done.per_second,
            inserted[round - 1],
            done.cpu
        ));
    }
    Ok(vec![ReportRow {
        what: "submissions, PostgreSQL, 64 callers",
        measured: format!("{:.0}/s, {:.0} µs CPU", median(&submitted), median(&cpu)),
        against: format!("pgbench, three inserts, 32 clients: {:.0}/s", median(&inserted)),
        ratio: MeasuredRatio::of_rounds(&submitted, &inserted),
        aim: "≥ 0.5",
    }])
}
