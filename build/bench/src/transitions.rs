//! Actions through the real use case: the locked row, fresh facts, the decision, state, event and clocks, answered when they are on disk,
//! with the page as it is then.

use crate::BenchArguments;
use crate::bare::BareDatabase;
use crate::crowd::BenchCrowd;
use crate::postgres::{self, BenchDatabase};
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note};
use crate::world::ScratchFolder;
use domain::requests::actions::{ActionCall, ActionKind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Callers at once, each with a request of their own.
const CALLERS: usize = 64;
/// Services of the crowd that need no approval: with promised times, and without.
const ITEMS: [(&str, usize); 2] = [("with clocks", 1), ("without clocks", 5)];

/// 64 callers, each blocking and unblocking a request again as soon as it is answered: how many actions a second.
async fn actions(crowd: &Arc<BenchCrowd>, item: usize, length: Duration) -> BenchResult<f64> {
    let mut numbers = Vec::with_capacity(CALLERS);
    for turn in 0..CALLERS {
        let number = crowd.file(turn, item).await?;
        crowd.act(&number, ActionCall::new(ActionKind::Start, "")).await?;
        numbers.push(number);
    }
    let begin = Instant::now();
    let mut callers: JoinSet<BenchResult<u32>> = JoinSet::new();
    for number in numbers {
        let crowd = crowd.clone();
        callers.spawn(async move {
            let mut done = 0;
            while begin.elapsed() < length {
                crowd.act(&number, ActionCall::new(ActionKind::Block, "A part is missing")).await?;
                crowd.act(&number, ActionCall::new(ActionKind::Unblock, "It came")).await?;
                done += 2;
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

/// What was measured in turn, as rows against the same other figures.
struct Measured {
    clocks: [Vec<f64>; 2],
    bare: Vec<f64>,
}

impl Measured {
    fn rows(self, kind: &'static str, what: &str) -> Vec<ReportRow> {
        let Self { clocks, bare } = self;
        let named = ITEMS.iter().zip(clocks);
        named
            .map(|((item, _), done)| ReportRow {
                what: kind,
                measured: format!("{item}: {:.0}/s", median(&done)),
                against: format!("{what}: {:.0}/s", median(&bare)),
                ratio: MeasuredRatio::of_rounds(&done, &bare),
                aim: "",
            })
            .collect()
    }
}

async fn round(arguments: &BenchArguments, crowd: &Arc<BenchCrowd>, measured: &mut Measured) -> BenchResult<()> {
    for ((_, item), done) in ITEMS.iter().zip(&mut measured.clocks) {
        done.push(actions(crowd, *item, arguments.length()).await?);
    }
    let last = |values: &Vec<f64>| values.last().copied().unwrap_or_default();
    let [with, without] = &measured.clocks;
    note(format!("{:.0} actions/s with clocks, {:.0}/s without, bare {:.0}/s", last(with), last(without), last(&measured.bare)));
    Ok(())
}

/// On SQLite, against one-row commits on the same disk.
pub async fn on_sqlite(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    let crowd = Arc::new(BenchCrowd::open(&folder.database()).await?);
    let mut bare = BareDatabase::open(folder.path()).await?;
    let mut measured = Measured { clocks: Default::default(), bare: Vec::new() };
    for _ in 0..arguments.rounds {
        measured.bare.push(bare.synced(arguments.length()).await?);
        round(arguments, &crowd, &mut measured).await?;
    }
    Ok(measured.rows("actions, SQLite, 64 callers", "one-row commits, a sync each"))
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
    let crowd = Arc::new(BenchCrowd::open(own.url()).await?);
    let mut measured = Measured { clocks: Default::default(), bare: Vec::new() };
    for _ in 0..arguments.rounds {
        measured.bare.push(postgres::pgbench(&arguments.pgbench, bare, arguments.seconds).await?);
        round(arguments, &crowd, &mut measured).await?;
    }
    Ok(measured.rows("actions, PostgreSQL, 64 callers", "pgbench, three inserts, 32 clients"))
}
