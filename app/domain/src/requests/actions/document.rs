//! The actions as a page for people: `docs/actions.md`.

use super::{ActionAsks, ActionKind, ActionNeed, ActionRow, ActorRight, buttons};
use crate::permission::Permission;
use std::fmt::Write;

/// The table of what people do on the request page: action, key, who, what it asks for.
pub fn print_page() -> String {
    let mut text = String::from(BEFORE);
    for (row, button) in buttons() {
        write_row(&mut text, button.label, &format!("`{}`", button.key_word()), row);
    }
    write_row(&mut text, "Re-route", "at the rule", ActionKind::Reroute.row());
    write_row(&mut text, "Answer", "below the question", ActionKind::ProvideInfo.row());
    text.push_str(AFTER);
    text
}

fn write_row(text: &mut String, label: &str, key: &str, row: &ActionRow) {
    let _ = writeln!(text, "| {label} | {key} | {} | {} |", who(row), asks(row));
}

/// Who may do it, and where the item has to plan for it.
fn who(row: &ActionRow) -> String {
    let rights = row.who.rights.iter().map(|right| match right {
        ActorRight::Requester => "the requester",
        ActorRight::Canceller => "the requester who cancelled it",
        ActorRight::Approver => "who approved, while the approval is open",
        ActorRight::Holds(Permission::Work) => "people who work on requests",
        ActorRight::Holds(Permission::Supervise) => "supervisors",
        ActorRight::Holds(Permission::CheckQuality) => "who checks quality",
        ActorRight::Holds(Permission::DecideAsFallback | Permission::ManageRequests) => "administrators",
        ActorRight::Holds(_) => "others",
    });
    let plans = row.needs.iter().filter_map(|need| match need {
        ActionNeed::QualityCheck => Some("; where the item has `plan.qa`"),
        ActionNeed::MayBeScheduled => Some("; where the item has `plan.schedule` or `plan.schedule_field`"),
        ActionNeed::RunFailed => Some("; where an automation failed"),
        _ => None,
    });
    rights.collect::<Vec<_>>().join(", ") + &plans.collect::<String>()
}

/// What it asks for: the label of its words, a person, a time.
fn asks(row: &ActionRow) -> String {
    let words = row.asks.words().map(|field| field.shown_label().to_lowercase()).unwrap_or_default();
    match row.asks {
        ActionAsks::Nothing => String::new(),
        ActionAsks::Words(_) => words,
        ActionAsks::Person { .. } => "a person who works on requests".to_owned(),
        ActionAsks::Time { .. } => "a date and time by the person's clock".to_owned(),
        ActionAsks::Approver { .. } => format!("a person or a group; {words}"),
    }
}

const BEFORE: &str = "\
# What people do on the request page

Generated from the table in `app/domain/src/requests/actions/`; `UPDATE_GOLDEN=1 cargo test -p domain --test golden` writes it again.
Where each action leads is in [lifecycle.md](lifecycle.md).

Only what a person may do now is shown (`AllowedActions`, decided by `app/domain/src/requests/guard.rs`). What is likely next is the
primary button, the rest a menu, in the order of this table. The help (`?`) lists the keys; single keys can be turned off on the account
page.

| action | key | who | asks for |
|---|---|---|---|
";

const AFTER: &str = "
A refused action keeps what was typed. When somebody was faster, the answer names them and what they did, and the page shows it. Undo
stands for 8 seconds where something takes an action back: an assignment goes back to who had it, and on the board a block, an
escalation, a check and a resolution too. A card of the board moves at once where Undo takes it back and no words are required.

## As it was

Every entry of the timeline leads to the page as it was right after it (`?at=<event>`): status, approval, assignee, questions, tasks,
deliveries as far as events tell. Comments are not events and are not shown there. A decision leads to what its approver saw
(`?seen=<event>`), with a check of the fingerprint that was noted with it: form version, answers, price, item, requester.
Whoever may not see the request now does not find its past either.
";
