//! Pages of somebody for whom things have piled up: the cost of a page should not grow with what the page does not show.

use crate::BenchArguments;
use crate::client::{BenchConnection, get};
use crate::pages::{PERSON, ask};
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note};
use crate::site::{self, RunningSite};
use crate::world::ScratchFolder;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use std::sync::Arc;

/// How much of everything there is, in turn; each is compared with the one before.
const SIZES: [u64; 3] = [0, 1_000, 100_000];
/// What is looked at, and what the comparisons are called.
const PAGES: [(&str, &str, [&str; 2]); 6] = [
    ("catalog", "/", ["catalog page, 1,000 of everything", "catalog page, 100,000 of everything"]),
    ("form", "/request/new-starter", ["form page, 1,000 of everything", "form page, 100,000 of everything"]),
    ("inbox", "/inbox", ["inbox page, 1,000 of everything", "inbox page, 100,000 of everything"]),
    ("my requests", "/requests", ["my requests, 1,000 of everything", "my requests, 100,000 of everything"]),
    ("my tasks", "/tasks", ["my tasks, 1,000 of everything", "my tasks, 100,000 of everything"]),
    ("notifications", "/notifications", ["notifications, 1,000 of everything", "notifications, 100,000 of everything"]),
];

/// A table in which rows pile up for one person: copies of a row of the demo, with some columns of their own.
struct Pile {
    table: &'static str,
    /// The row that is copied.
    model: &'static str,
    /// Columns that differ; `s.i` counts the copies, `{person}` is whose they are, `{number}` a docket number nobody has.
    differs: &'static [(&'static str, &'static str)],
}

/// What piles up: own requests, which somebody also works on, their tasks, and what one was told.
const PILES: [Pile; 3] = [
    Pile {
        table: "requests",
        model: "closed = 0",
        differs: &[
            ("id", "randomblob(16)"),
            ("number", "{number}"),
            ("requester_id", "{person}"),
            ("assignee_id", "{person}"),
            ("submitted_at", "t.submitted_at - s.i * 1000000"),
            // Spread by a prime, so that the last changed are not those submitted last.
            ("updated_at", "t.updated_at - (s.i * 7919 % 5000000) * 1000000"),
            ("queue_at", "t.queue_at - s.i * 1000"),
            ("wakes_at", "NULL"),
        ],
    },
    Pile {
        table: "tasks",
        model: "1",
        differs: &[("id", "randomblob(16)"), ("assignee_id", "{person}"), ("position", "t.position + s.i + 10"), ("status", "'open'")],
    },
    Pile {
        table: "notices",
        model: "person_id = {person} AND in_app",
        differs: &[
            ("id", "randomblob(16)"),
            ("effect_id", "randomblob(16)"),
            ("created_at", "t.created_at - s.i * 1000000"),
            ("read_at", "NULL"),
        ],
    },
];

/// Adds rows to every pile, numbered from one number up to another.
async fn pile_up(folder: &ScratchFolder, from: u64, to: u64) -> BenchResult<()> {
    let mut options = ConnectOptions::new(folder.database());
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    let run = async |sql: String| connection.execute_unprepared(&sql).await.map_err(|error| format!("{error}: {sql}"));
    run("PRAGMA synchronous = OFF".to_owned()).await?;
    // The copies of a notice have no effect that they follow from.
    run("PRAGMA foreign_keys = OFF".to_owned()).await?;
    let symbol = |place: u32| format!("substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (s.i / {}) % 32 + 1, 1)", 32_u64.pow(place));
    let number = format!("'ZZ-' || {}", (0..4).rev().map(symbol).collect::<Vec<_>>().join(" || "));
    let person = format!("(SELECT id FROM people WHERE email = '{}')", PERSON.0);
    for pile in PILES {
        let columns = columns(&connection, pile.table).await?;
        let values = columns.iter().map(|column| {
            let own = pile.differs.iter().find(|(name, _)| name == column).map(|(_, value)| (*value).to_owned());
            own.unwrap_or_else(|| format!("t.{column}"))
        });
        let insert = format!(
            "WITH RECURSIVE s(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM s WHERE i + 1 < {to}) \
             INSERT INTO {table} ({names}) SELECT {values} FROM s JOIN (SELECT * FROM {table} WHERE {model} LIMIT 1) t",
            table = pile.table,
            names = columns.join(", "),
            values = values.collect::<Vec<_>>().join(", "),
            model = pile.model,
        );
        run(insert.replace("{person}", &person).replace("{number}", &number)).await?;
    }
    connection.close().await?;
    Ok(())
}

async fn columns(connection: &DatabaseConnection, table: &str) -> BenchResult<Vec<String>> {
    let asked = Statement::from_string(connection.get_database_backend(), format!("SELECT name FROM pragma_table_info('{table}')"));
    let mut names = Vec::new();
    for row in connection.query_all_raw(asked).await? {
        names.push(row.try_get_by_index(0)?);
    }
    Ok(names)
}

/// Every page at every size: its processor time against that at the size before.
pub async fn measure(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    site::seed(&arguments.docket, folder).await?;
    let mut costs: [Vec<f64>; PAGES.len()] = Default::default();
    for (place, size) in SIZES.into_iter().enumerate() {
        if place > 0 {
            pile_up(folder, SIZES[place - 1], size).await?;
        }
        let site = RunningSite::start(&arguments.docket, folder).await?;
        let cookie = site.sign_in(PERSON.0, PERSON.1).await?;
        for ((name, path, _), costs) in PAGES.into_iter().zip(&mut costs) {
            let page = Arc::new(get(site.address, path, &cookie));
            let shown = BenchConnection::open(site.address).await?.send(&page).await?;
            if shown.status != 200 {
                return Err(format!("{path} answered {}", shown.status).into());
            }
            let mut rounds = Vec::new();
            for _ in 0..arguments.rounds {
                rounds.push(ask(&site, &page, shown.body.len(), arguments.length()).await?.cpu);
            }
            let cost = median(&rounds);
            note(format!("{name} with {size} of everything: {cost:.0} µs of processor, {:.0} kB", shown.body.len() as f64 / 1000.0));
            costs.push(cost);
        }
    }
    let mut rows = Vec::new();
    for ((_, _, names), costs) in PAGES.into_iter().zip(&costs) {
        for (what, pair) in names.into_iter().zip(costs.windows(2)) {
            rows.push(ReportRow {
                what,
                measured: format!("{:.0} µs CPU", pair[1]),
                against: format!("at the size before: {:.0} µs CPU", pair[0]),
                ratio: MeasuredRatio::once(pair[1], pair[0]),
                aim: "≤ 1.5",
            });
        }
    }
    Ok(rows)
}
