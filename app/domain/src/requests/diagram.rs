//! The transition table as a picture: the same rows, drawn.

use super::actions::{ActionGoal, ActionKind, print_table, rows_from};
use super::{STATUSES, Status};
use std::fmt::Write;

/// A mermaid state diagram of the table. Arrows between the same two statuses are one arrow; cancelling, which is possible nearly
/// everywhere, is said in a note.
pub fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> draft\n");
    let mut cancellable = Vec::new();
    for status in STATUSES {
        let mut arrows: Vec<(String, Vec<String>)> = Vec::new();
        for row in rows_from(status) {
            let to = match row.to {
                ActionGoal::To(Status::Cancelled) if row.kind == ActionKind::Cancel => {
                    cancellable.push(status.key());
                    continue;
                }
                ActionGoal::To(to) => to.key().to_owned(),
                ActionGoal::Back => format!("back_from_{}", status.key()),
                ActionGoal::Gone => "[*]".to_owned(),
                ActionGoal::Stay => continue,
            };
            let name = row.kind.key().replace('_', " ");
            match arrows.iter_mut().find(|(known, _)| *known == to) {
                Some((_, names)) => names.push(name),
                None => arrows.push((to, vec![name])),
            }
        }
        for (to, names) in arrows {
            if let Some(from) = to.strip_prefix("back_from_") {
                let _ = writeln!(text, "    state \"where {from} came from\" as {to}");
            }
            let _ = writeln!(text, "    {} --> {to}: {}", status.key(), names.join(", "));
        }
        if status.is_terminal() {
            let _ = writeln!(text, "    {} --> [*]", status.key());
        }
    }
    let _ = writeln!(text, "    note left of cancelled: cancel leads here from {}", cancellable.join(", "));
    text
}

/// The page `docs/lifecycle.md`: diagram and table.
pub fn page() -> String {
    format!(
        "# The life of a request\n\nGenerated from the table in `app/domain/src/requests/actions/`; `UPDATE_GOLDEN=1 cargo test -p domain --test golden` \
         writes it again.\n\n```mermaid\n{}```\n\nEvery status, the actions possible in it, and where they lead:\n\n```text\n{}```\n",
        mermaid(),
        print_table()
    )
}
