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
/// Who sees every request and every delivery of the demo.
const ADMINISTRATOR: (&str, &str) = ("priya.raman@northmoor.example", PERSON.1);

/// A page that is looked at.
struct CrowdedPage {
    name: &'static str,
    /// `{request}` is the number of the request on which everything happens.
    path: &'static str,
    /// Who looks at it.
    reader: (&'static str, &'static str),
    /// What the comparisons are called.
    rows: [&'static str; 2],
}

const PAGES: [CrowdedPage; 8] = [
    CrowdedPage {
        name: "catalog",
        path: "/",
        reader: PERSON,
        rows: ["catalog page, 1,000 of everything", "catalog page, 100,000 of everything"],
    },
    CrowdedPage {
        name: "form",
        path: "/request/new-starter",
        reader: PERSON,
        rows: ["form page, 1,000 of everything", "form page, 100,000 of everything"],
    },
    CrowdedPage {
        name: "inbox",
        path: "/inbox",
        reader: PERSON,
        rows: ["inbox page, 1,000 of everything", "inbox page, 100,000 of everything"],
    },
    CrowdedPage {
        name: "my requests",
        path: "/requests",
        reader: PERSON,
        rows: ["my requests, 1,000 of everything", "my requests, 100,000 of everything"],
    },
    CrowdedPage {
        name: "my tasks",
        path: "/tasks",
        reader: PERSON,
        rows: ["my tasks, 1,000 of everything", "my tasks, 100,000 of everything"],
    },
    CrowdedPage {
        name: "notifications",
        path: "/notifications",
        reader: PERSON,
        rows: ["notifications, 1,000 of everything", "notifications, 100,000 of everything"],
    },
    CrowdedPage {
        name: "one request",
        path: "/requests/{request}",
        reader: ADMINISTRATOR,
        rows: ["one request, 1,000 of everything", "one request, 100,000 of everything"],
    },
    CrowdedPage {
        name: "connectors",
        path: "/connectors",
        reader: ADMINISTRATOR,
        rows: ["connectors page, 1,000 of everything", "connectors page, 100,000 of everything"],
    },
];

/// The open request on which everything happens: one of the demo, without a promised time, whose clocks would need all that happened.
const REQUEST: &str = "(SELECT id FROM requests WHERE closed = 0 AND number NOT LIKE 'ZZ-%' AND instr(snapshot, '\"sla\":{') = 0 \
    AND organization_id = (SELECT organization_id FROM members WHERE person_id = {person}) \
    AND id <> (SELECT request_id FROM tasks LIMIT 1) ORDER BY number LIMIT 1)";

/// A table in which rows pile up for one person: copies of a row of the demo, with some columns of their own.
struct Pile {
    table: &'static str,
    /// The row that is copied.
    model: &'static str,
    /// Columns that differ; `s.i` counts the copies, `{person}` is whose they are, `{number}` a docket number nobody has, `{request}` the
    /// request on which everything happens, `{colleague}` an id for each copy that is the same in every table.
    differs: &'static [(&'static str, &'static str)],
}

/// What piles up: own requests, which somebody also works on, their tasks, and what one was told; what happens on one request; and colleagues
/// in one's organization and group.
const PILES: [Pile; 9] = [
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
    Pile {
        table: "events",
        model: "request_id = {request} ORDER BY seq DESC",
        differs: &[("seq", "s.i + 1000"), ("at", "t.at + s.i * 1000"), ("event", "json_set(t.event, '$.seq', s.i + 1000)")],
    },
    Pile {
        table: "comments",
        model: "removed_at IS NULL",
        differs: &[
            ("id", "randomblob(16)"),
            ("request_id", "{request}"),
            ("organization_id", "(SELECT organization_id FROM requests WHERE id = {request})"),
            ("at", "t.at + s.i * 1000"),
            ("comment", "json_set(t.comment, '$.id', lower(hex(randomblob(16))))"),
        ],
    },
    Pile {
        table: "deliveries",
        model: "recipient = '' AND delivered_at IS NOT NULL",
        differs: &[
            ("id", "randomblob(16)"),
            ("effect_id", "randomblob(16)"),
            ("subject_id", "{request}"),
            ("organization_id", "(SELECT organization_id FROM requests WHERE id = {request})"),
            ("created_at", "t.created_at + s.i * 1000"),
        ],
    },
    Pile {
        table: "people",
        model: "id = {person}",
        differs: &[("id", "{colleague}"), ("email", "'colleague-' || s.i || '@northmoor.example'"), ("password_hash", "NULL")],
    },
    Pile { table: "members", model: "person_id = {person}", differs: &[("person_id", "{colleague}")] },
    Pile { table: "group_members", model: "person_id = {person}", differs: &[("person_id", "{colleague}")] },
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
        let colleague = "CAST(printf('%016d', s.i) AS BLOB)";
        let insert = insert.replace("{request}", REQUEST).replace("{colleague}", colleague);
        run(insert.replace("{person}", &person).replace("{number}", &number)).await?;
    }
    connection.close().await?;
    Ok(())
}

/// The number of the request on which everything happens.
async fn request_number(folder: &ScratchFolder) -> BenchResult<String> {
    let connection = Database::connect(folder.database()).await?;
    let person = format!("(SELECT id FROM people WHERE email = '{}')", PERSON.0);
    let sql = format!("SELECT number FROM requests WHERE id = {}", REQUEST.replace("{person}", &person));
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    connection.close().await?;
    Ok(row.ok_or("the demo has no request on which everything can happen")?.try_get_by_index(0)?)
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
    let request = request_number(folder).await?;
    let mut costs: [Vec<f64>; PAGES.len()] = Default::default();
    for (place, size) in SIZES.into_iter().enumerate() {
        if place > 0 {
            pile_up(folder, SIZES[place - 1], size).await?;
        }
        let site = RunningSite::start(&arguments.docket, folder).await?;
        for (CrowdedPage { name, path, reader, .. }, costs) in PAGES.into_iter().zip(&mut costs) {
            let (path, cookie) = (path.replace("{request}", &request), site.sign_in(reader.0, reader.1).await?);
            let page = Arc::new(get(site.address, &path, &cookie));
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
    for (page, costs) in PAGES.into_iter().zip(&costs) {
        for (what, pair) in page.rows.into_iter().zip(costs.windows(2)) {
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
