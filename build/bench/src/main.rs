//! Measures Docket against what the same machine does bare, in the same run. Prints ratios, asserts nothing: a slow disk makes both slow.
//!
//! One module a part; `./bench` builds, starts PostgreSQL and runs all parts or the named ones.

mod bare;
mod client;
mod crowd;
mod crowded;
mod deliver;
mod lists;
mod live;
mod pages;
mod postgres;
mod process;
mod receiver;
mod report;
mod site;
mod soak;
mod submit;
mod transitions;
mod world;

use clap::{Parser, ValueEnum};
use report::{BenchResult, ReportRow};
use std::path::PathBuf;
use std::time::Duration;
use world::ScratchFolder;

/// The server's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Docket against what the same machine does bare.
#[derive(Parser)]
#[command(name = "bench")]
pub struct BenchArguments {
    /// Parts to run; all when none is named.
    #[arg(value_enum)]
    parts: Vec<BenchPart>,
    /// The `docket` program to measure over HTTP.
    #[arg(long)]
    docket: PathBuf,
    /// A PostgreSQL server on which databases may be made.
    #[arg(long)]
    postgres: Option<String>,
    /// The `pgbench` program.
    #[arg(long, default_value = "pgbench")]
    pgbench: PathBuf,
    /// Times each measurement is repeated, in turn with what it is compared to; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Deliveries in the backlog of the part `deliveries`.
    #[arg(long, default_value_t = 20_000)]
    backlog: usize,
    /// Seconds one measurement lasts.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Submissions of the part `soak`.
    #[arg(long, default_value_t = 100_000)]
    submissions: usize,
    /// Open streams of the part `live`.
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// Lets the part `pages` look as somebody for whom requests, tasks and notices have piled up, and compares sizes of the piles.
    #[arg(long)]
    crowded: bool,
    /// Numbers of requests of the part `lists`, growing.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    sizes: Vec<u64>,
}

impl BenchArguments {
    /// How long one measurement lasts.
    fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BenchPart {
    /// Both submission parts.
    Submit,
    SubmitSqlite,
    SubmitPostgres,
    /// Actions on requests.
    Transitions,
    /// First pages of queue, board and inbox, by the number of requests.
    Lists,
    /// Pages over HTTP.
    Pages,
    /// Open inboxes.
    Live,
    /// What is handed on to other systems.
    Deliveries,
    /// What the server keeps in memory while it is used for long. Only when it is named.
    Soak,
}

#[tokio::main]
async fn main() -> BenchResult<()> {
    let arguments = BenchArguments::parse();
    let wanted = |part: BenchPart| {
        let both = matches!(part, BenchPart::SubmitSqlite | BenchPart::SubmitPostgres);
        arguments.parts.is_empty() || arguments.parts.contains(&part) || both && arguments.parts.contains(&BenchPart::Submit)
    };
    let mut rows: Vec<ReportRow> = Vec::new();
    if wanted(BenchPart::SubmitSqlite) {
        report::begin("Submissions on SQLite");
        rows.extend(submit::on_sqlite(&arguments, &ScratchFolder::new("submit")?).await?);
    }
    if wanted(BenchPart::SubmitPostgres) {
        report::begin("Submissions on PostgreSQL");
        match &arguments.postgres {
            Some(server) => rows.extend(submit::on_postgres(&arguments, server).await?),
            None => report::note("left out: no --postgres was given"),
        }
    }
    if wanted(BenchPart::Transitions) {
        report::begin("Actions on SQLite");
        rows.extend(transitions::on_sqlite(&arguments, &ScratchFolder::new("transitions")?).await?);
        report::begin("Actions on PostgreSQL");
        match &arguments.postgres {
            Some(server) => rows.extend(transitions::on_postgres(&arguments, server).await?),
            None => report::note("left out: no --postgres was given"),
        }
    }
    if wanted(BenchPart::Lists) {
        report::begin("Lists on SQLite");
        let folder = ScratchFolder::new("lists")?;
        rows.extend(lists::measure(&arguments, "SQLite", &folder.database()).await?);
        report::begin("Lists on PostgreSQL");
        match &arguments.postgres {
            Some(server) => rows.extend(lists::on_postgres(&arguments, server).await?),
            None => report::note("left out: no --postgres was given"),
        }
    }
    if wanted(BenchPart::Pages) && !arguments.crowded {
        report::begin("Pages over HTTP");
        rows.extend(pages::measure(&arguments, &ScratchFolder::new("pages")?).await?);
    }
    if wanted(BenchPart::Pages) && (arguments.crowded || arguments.parts.is_empty()) {
        report::begin("Pages of somebody who has much of everything");
        rows.extend(crowded::measure(&arguments, &ScratchFolder::new("crowded")?).await?);
    }
    if wanted(BenchPart::Live) {
        report::begin("Open inboxes");
        rows.extend(live::measure(&arguments, &ScratchFolder::new("live")?).await?);
    }
    if wanted(BenchPart::Deliveries) {
        report::begin("Deliveries on SQLite");
        rows.extend(deliver::on_sqlite(&arguments, &ScratchFolder::new("deliveries")?).await?);
        report::begin("Deliveries on PostgreSQL");
        match &arguments.postgres {
            Some(server) => rows.extend(deliver::on_postgres(&arguments, server).await?),
            None => report::note("left out: no --postgres was given"),
        }
    }
    if arguments.parts.contains(&BenchPart::Soak) {
        report::begin("Memory over many submissions");
        rows.extend(soak::measure(&arguments, &ScratchFolder::new("soak")?).await?);
    }
    report::print(&rows);
    Ok(())
}
