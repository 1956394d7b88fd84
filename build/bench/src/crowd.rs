//! A database with as many requests as wanted: some are made by the use cases, in every state, and copied by the database itself.

use crate::report::BenchResult;
use crate::world;
use backend::{Backend, Caller, definitions, people, requests};
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use domain::forms::Answers;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::{SubmissionOutcome, SubmitDraft};
use sea_orm::{ConnectionTrait, Database, DatabaseBackend, DatabaseConnection};
use serde_json::json;

const ORGANIZATION: &str = "crowd";
/// People who ask.
const REQUESTERS: usize = 25;
/// Services; every second one needs an approval.
const ITEMS: usize = 6;
/// Spaces over which requests are spread.
const SPACES: usize = 1000;
/// The space that somebody works in who works in no other.
const OWN_SPACE: usize = 7;
/// Days over which open requests are spread, and those that have ended.
const SPREAD: (u64, u64) = (60, 730);

/// An organization with people who ask, decide and work, and services with promised times.
fn folder() -> Vec<definitions::DefinitionFile> {
    let person =
        |key: &str, role: &str| format!("- email: {key}@{ORGANIZATION}.example\n  name: {key}\n  title: {role}\n  roles: [{role}]\n");
    let mut people = person("operator", "operator")
        + &person("colleague", "operator")
        + &person("approver", "requester")
        + &person("local", "requester");
    people.extend((0..REQUESTERS).map(|number| person(&format!("requester-{number}"), "requester")));
    let form = "key: note\ntitle: Note\nsections:\n  - key: what\n    title: What\n    fields:\n      - key: text\n        label: Text\n        type: text\n        required: true\n";
    let mut files = vec![
        ("organization.yaml".to_owned(), format!("key: {ORGANIZATION}\nname: Crowd\ntime_zone: Europe/London\n")),
        ("people.yaml".to_owned(), people),
        ("groups.yaml".to_owned(), format!("- key: deciders\n  name: Deciders\n  members:\n    - email: approver@{ORGANIZATION}.example\n      roles: [it-forms-admin]\n")),
        (
            "calendars.yaml".to_owned(),
            "- key: office\n  name: Office hours\n  zone: Europe/London\n  hours:\n    - days: [monday, tuesday, wednesday, thursday, friday]\n      from: \"08:00\"\n      to: \"18:00\"\n".to_owned(),
        ),
        ("forms/note.yaml".to_owned(), form.to_owned()),
        ("spaces.yaml".to_owned(), (0..SPACES).map(|number| format!("- {{key: space-{number:04}, name: Space {number}}}\n")).collect()),
        (
            "grants.yaml".to_owned(),
            format!("- {{person: local@{ORGANIZATION}.example, role: maintainer, space: space-{OWN_SPACE:04}}}\n"),
        ),
    ];
    for number in 0..ITEMS {
        let mut item = format!(
            "key: {}\nname: Note {number}\ndescription: A note that somebody looks at.\nicon: key\ncategory: Notes\nprefix: N{number}\nform: note\n",
            item_key(number)
        );
        if number % 2 == 0 {
            item.push_str("approval:\n  rules:\n    - key: deciders\n      label: Deciders\n      group: deciders\n");
        }
        if number % 3 != 2 {
            item.push_str("sla:\n  calendar: office\n  response_minutes: 600\n  resolution_minutes: 3000\n");
        }
        files.push((format!("items/{}.yaml", item_key(number)), item));
    }
    files
}

fn item_key(number: usize) -> String {
    format!("note-{number}")
}

/// The organization, and somebody who works on requests, decides them, and asks.
pub struct BenchCrowd {
    pub backend: Backend,
    pub operator: Caller,
    pub approver: Caller,
    /// Somebody who works on requests of one of a thousand spaces.
    pub local: Caller,
    requesters: Vec<Caller>,
    form_version: String,
}

impl BenchCrowd {
    /// Applies the organization's definitions to a new database.
    pub async fn open(url: &str) -> BenchResult<Self> {
        let backend = world::open(url).await?;
        definitions::apply(&backend, ORGANIZATION, folder()).await?;
        let person = async |key: &str| people::caller(&backend, ORGANIZATION, &format!("{key}@{ORGANIZATION}.example")).await;
        let mut requesters = Vec::new();
        for number in 0..REQUESTERS {
            requesters.push(person(&format!("requester-{number}")).await?);
        }
        let (operator, approver, local) = (person("operator").await?, person("approver").await?, person("local").await?);
        let asking = requesters.first().ok_or("nobody asks")?;
        let form_version = requests::open_draft(&backend, asking, &item_key(0)).await?.form_version;
        Ok(Self { backend, operator, approver, local, requesters, form_version })
    }

    /// Files a request for a service; its docket number.
    pub async fn file(&self, turn: usize, item: usize) -> BenchResult<String> {
        let draft = SubmitDraft {
            id: uuid::Uuid::new_v4().into(),
            item_key: item_key(item),
            form_version: self.form_version.clone(),
            answers: Answers([("text".to_owned(), json!("The lamp over the third desk by the window flickers."))].into()),
        };
        match requests::submit(&self.backend, &self.requesters[turn % self.requesters.len()], draft).await? {
            SubmissionOutcome::Filed { number } => Ok(number),
            other => Err(format!("a request was not filed: {other:?}").into()),
        }
    }

    /// Something the operator does.
    pub async fn act(&self, number: &str, act: ActionCall) -> BenchResult<()> {
        requests::act(&self.backend, &self.operator, number, act, None).await?;
        Ok(())
    }

    async fn decide(&self, number: &str, verdict: ApproverVerdict) -> BenchResult<()> {
        let seen = requests::page(&self.backend, &self.approver, number).await?.events.last().map_or(0, |event| event.seq);
        let decision = ApproverDecision { number: number.to_owned(), verdict, reason: "It is so".to_owned(), seen };
        backend::approvals::decide(&self.backend, &self.approver, decision).await?;
        Ok(())
    }

    /// Four of five requests are open, in one state or another, so that a thousand fill every page.
    async fn template(&self, turn: usize) -> BenchResult<()> {
        let item = turn % ITEMS;
        let number = self.file(turn, item).await?;
        let note = || "It is so".to_owned();
        let open = !turn.is_multiple_of(5);
        if item.is_multiple_of(2) {
            match (open, (turn / 5) % 4) {
                (true, 0 | 1) => return Ok(()),
                (false, 0) => return self.decide(&number, ApproverVerdict::Reject).await,
                _ => self.decide(&number, ApproverVerdict::Approve).await?,
            }
        }
        let kind = (turn / 5) % 6;
        if open && kind == 0 {
            return Ok(());
        }
        if open && kind == 1 {
            return self.act(&number, ActionCall::new(ActionKind::RequestInfo, note())).await;
        }
        self.act(&number, ActionCall::new(ActionKind::AssignToMe, "")).await?;
        if open && kind == 2 {
            return Ok(());
        }
        self.act(&number, ActionCall::new(ActionKind::Start, "")).await?;
        match (open, kind) {
            (true, 3) => self.act(&number, ActionCall::new(ActionKind::Block, note())).await,
            (true, 4) => self.act(&number, ActionCall::new(ActionKind::Resolve, note())).await,
            (true, _) => Ok(()),
            (false, 0) => self.act(&number, ActionCall::new(ActionKind::Cancel, note())).await,
            (false, _) => self.act(&number, ActionCall::new(ActionKind::Complete, note())).await,
        }
    }
}

/// A crowd that grows by copies of its first requests.
pub struct CrowdCopies {
    connection: DatabaseConnection,
    templates: u64,
    made: u64,
}

/// What differs between the databases.
struct Dialect {
    blob: &'static str,
    id: &'static str,
    series: &'static str,
    updated_at: &'static str,
    event_at: &'static str,
    iso: &'static str,
}

const SQLITE: Dialect = Dialect {
    blob: "BLOB",
    id: "randomblob(16)",
    series: "WITH RECURSIVE series(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM series WHERE i + 1 < {to})",
    updated_at: "json_extract(state, '$.updated_at')",
    event_at: "json_extract(e.event, '$.at')",
    iso: "strftime('%Y-%m-%dT%H:%M:%SZ', ({at}) / 1000000, 'unixepoch')",
};

const POSTGRES: Dialect = Dialect {
    blob: "UUID",
    id: "gen_random_uuid()",
    series: "WITH series(i) AS (SELECT * FROM generate_series({from}::bigint, {to}::bigint - 1))",
    updated_at: "state::json->>'updated_at'",
    event_at: "e.event::json->>'at'",
    iso: "to_char(to_timestamp(({at}) / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
};

/// Requests that are made by use cases, to be copied.
const TEMPLATES: usize = 300;

impl CrowdCopies {
    /// Makes the first requests of a crowd.
    pub async fn of(crowd: &BenchCrowd, url: &str) -> BenchResult<Self> {
        for turn in 0..TEMPLATES {
            crowd.template(turn).await?;
        }
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let copies = Self { connection: Database::connect(options).await?, templates: TEMPLATES as u64, made: 0 };
        let dialect = copies.dialect();
        if copies.connection.get_database_backend() == DatabaseBackend::Sqlite {
            copies.run("PRAGMA cache_size = -400000").await?;
            copies.run("PRAGMA synchronous = OFF").await?;
        }
        let moment = dialect.updated_at;
        copies
            .run(&format!(
                "CREATE TABLE bench_templates AS SELECT row_number() OVER (ORDER BY submitted_at, id) - 1 AS place, {moment} AS moment, r.* FROM requests r"
            ))
            .await?;
        copies.run("CREATE UNIQUE INDEX bench_templates_place ON bench_templates (place)").await?;
        copies.run("CREATE TABLE bench_spaces AS SELECT row_number() OVER (ORDER BY key) - 1 AS place, id FROM spaces").await?;
        copies.run("CREATE UNIQUE INDEX bench_spaces_place ON bench_spaces (place)").await?;
        copies
            .run(&format!("CREATE TABLE bench_copies (i BIGINT PRIMARY KEY, id {} NOT NULL, back BIGINT NOT NULL)", dialect.blob))
            .await?;
        Ok(copies)
    }

    fn dialect(&self) -> Dialect {
        if self.connection.get_database_backend() == DatabaseBackend::Postgres { POSTGRES } else { SQLITE }
    }

    async fn run(&self, sql: &str) -> BenchResult<()> {
        self.connection.execute_unprepared(sql).await.map_err(|error| format!("{error}: {sql}"))?;
        Ok(())
    }

    /// Copies until there are so many requests.
    pub async fn grow(&mut self, requests: u64) -> BenchResult<()> {
        let to = requests.saturating_sub(self.templates);
        let (from, dialect, count) = (self.made, self.dialect(), self.templates);
        if to <= from {
            return Ok(());
        }
        let series = dialect.series.replace("{from}", &from.to_string()).replace("{to}", &to.to_string());
        let (open, ended) = (SPREAD.0 * 86_400, SPREAD.1 * 86_400);
        // Spread evenly by a prime, so that neighbours in time are not neighbours in the table.
        self.run(&format!(
            "INSERT INTO bench_copies (i, id, back) {series} SELECT s.i, {}, (s.i * 7919 % (CASE WHEN t.closed THEN {ended} ELSE {open} END)) * 1000000 \
             FROM series s JOIN bench_templates t ON t.place = s.i % {count}",
            dialect.id
        ))
        .await?;
        let symbol =
            |shift: u32| format!("substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', CAST((c.i / {}) % 32 AS INTEGER) + 1, 1)", 32_u32.pow(shift));
        let number = (0..4).rev().map(symbol).collect::<Vec<_>>().join(" || ");
        let updated = dialect.iso.replace("{at}", "t.updated_at - c.back");
        // The first ones fill a page of one space; the rest are spread over all.
        let space = format!("(CASE WHEN c.i < 700 AND c.i % 7 = 0 THEN {OWN_SPACE} ELSE c.i % {SPACES} END)");
        let copies = format!("FROM bench_copies c JOIN bench_templates t ON t.place = c.i % {count}");
        self.run(&format!(
            "INSERT INTO requests (id, organization_id, number, item_id, requester_id, status, form_version, snapshot, state, submitted_at, \
             updated_at, closed, assignee_id, queue_at, wakes_at, deleted, due_at, space_id) \
             SELECT c.id, t.organization_id, 'CR-' || {number}, t.item_id, t.requester_id, t.status, t.form_version, t.snapshot, \
             replace(t.state, t.moment, {updated}), t.submitted_at - c.back, t.updated_at - c.back, t.closed, t.assignee_id, \
             t.queue_at - c.back, t.wakes_at, t.deleted, t.due_at - c.back, p.id {copies} JOIN bench_spaces p ON p.place = {space} \
             WHERE c.i >= {from}"
        ))
        .await?;
        self.run(&format!(
            "INSERT INTO waiting_rules (request_id, rule, organization_id, target, requester_id, submitted_at) \
             SELECT c.id, w.rule, w.organization_id, w.target, w.requester_id, t.submitted_at - c.back {copies} \
             JOIN waiting_rules w ON w.request_id = t.id WHERE c.i >= {from}"
        ))
        .await?;
        let at = dialect.iso.replace("{at}", "e.at - c.back");
        self.run(&format!(
            "INSERT INTO events (request_id, seq, organization_id, at, event) \
             SELECT c.id, e.seq, e.organization_id, e.at - c.back, replace(e.event, {}, {at}) {copies} \
             JOIN events e ON e.request_id = t.id WHERE c.i >= {from} AND NOT t.closed",
            dialect.event_at
        ))
        .await?;
        self.made = to;
        if self.connection.get_database_backend() == DatabaseBackend::Postgres {
            self.run("VACUUM ANALYZE").await?;
        }
        Ok(())
    }
}
