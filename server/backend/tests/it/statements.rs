//! How often use cases go to the database: a table of statements, compared with the one that was agreed on. Fewer are welcome, more need
//! a reason.

use crate::harness::{World, on_both};
use crate::requests::file;
use backend::{Caller, approvals, held, requests};
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::comments::CommentAudience;
use domain::requests::work::{CommentDraft, TaskDraft};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

/// The table, a line for each use case.
struct Table<'w> {
    world: &'w World,
    lines: String,
}

impl Table<'_> {
    /// Adds what a use case sends.
    async fn add<T>(&mut self, name: &str, doing: impl Future<Output = backend::Result<T>>) -> T {
        let store = self.world.backend.store();
        let before = store.statements();
        let done = doing.await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let after = store.statements();
        let [reads, writes, commits] = [after.reads - before.reads, after.writes - before.writes, after.commits - before.commits];
        writeln!(self.lines, "{name:<28} {reads:>5} {writes:>6} {commits:>7}").unwrap();
        done
    }
}

fn decision(number: &str, seen: u32) -> ApproverDecision {
    ApproverDecision { number: number.to_owned(), verdict: ApproverVerdict::Approve, reason: String::new(), seen }
}

async fn laptop(world: &World, hana: &Caller) -> String {
    file(world, hana, "laptop", json!({"model": "light"})).await
}

#[tokio::test]
async fn use_cases_go_to_the_database_as_often_as_agreed() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, mina, ruth) =
            (world.caller("north", "hana").await, world.caller("north", "mina").await, world.caller("north", "ruth").await);
        // What is read once and kept in memory.
        file(&world, &hana, "note", json!({"text": "The door squeaks"})).await;
        let kind = if world.url.starts_with("sqlite:") { "sqlite" } else { "postgresql" };
        let mut table = Table { world: &world, lines: format!("{kind:<28} reads writes commits\n") };
        let draft = requests::open_draft(be, &hana, "note").await.unwrap();
        let submission = crate::requests::submission(&draft, "note", json!({"text": "The window squeaks"}));
        let submitted = table.add("submit", requests::submit(be, &hana, submission)).await;
        let domain::requests::wire::SubmissionOutcome::Filed { number } = submitted else { panic!("{submitted:?}") };
        table.add("act: assign to me", requests::act(be, &mina, &number, ActionCall::new(ActionKind::AssignToMe, ""), Some(1))).await;
        table.add("act: start", requests::act(be, &mina, &number, ActionCall::new(ActionKind::Start, ""), None)).await;
        let words = CommentDraft { audience: CommentAudience::Public, task: None, body: "It does".to_owned() };
        table.add("comment", requests::comment(be, &mina, &number, words)).await;
        let task = TaskDraft { title: "Oil it".to_owned(), ..TaskDraft::default() };
        table.add("add task", requests::add_task(be, &mina, &number, task)).await;
        table.add("read the page", requests::page(be, &mina, &number)).await;
        let (one, two) = (laptop(&world, &hana).await, laptop(&world, &hana).await);
        table.add("decide", approvals::decide(be, &ruth, decision(&one, 1))).await;
        let held = table.add("decide in the inbox: hold", held::decide_many(be, &ruth, vec![decision(&two, 1)])).await;
        let ids = held.into_iter().filter_map(|one| one.held).collect();
        table.add("decide in the inbox: send", held::send_held(be, &ruth, ids)).await;
        table.add("read the inbox", approvals::inbox(be, &ruth, 50)).await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(format!("statements-{kind}.txt"));
        let agreed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(table.lines == agreed, "{} says otherwise:\n{}", path.display(), table.lines);
    })
    .await;
}
