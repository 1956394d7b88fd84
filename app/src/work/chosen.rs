//! What is selected in the list, and doing the same with all of it.

use super::state::{WorkState, card_id};
use crate::requests::api::act;
use crate::ui::ActionOutcome;
use crate::ui::focus::focus_any;
use domain::requests::actions::{ActionCall, ActionKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;

impl WorkState {
    /// Selects every row that is shown, or none.
    pub fn select_all(self, all: bool) {
        let numbers = self.rows.with_untracked(|rows| rows.live().map(str::to_owned).collect());
        self.selection.replace(if all { numbers } else { BTreeSet::new() });
    }

    /// Selects nothing; the focus is where it was in the list.
    pub fn clear_selection(self) {
        self.selection.clear();
        if let Some(number) = self.at.get_untracked() {
            focus_any(&[&card_id(&number)]);
        }
    }

    /// Selects everything from the row last selected to this one.
    pub fn toggle_range(self, number: &str) {
        self.selection.extend_to(number.to_owned(), |from, to| self.rows.with_untracked(|rows| rows.range(from, to)));
    }

    /// Gives every selected request to the person.
    pub fn assign_selected_to_me(self) {
        self.each(ActionCall::new(ActionKind::AssignToMe, ""));
    }

    /// Does the same with every selected request, one by one, each checked for itself; says what became of each.
    pub fn each(self, call: ActionCall) {
        let words = call.kind.row().bulk.as_ref().map_or("", |words| words.done);
        let selected = self.selection.chosen.get_untracked();
        let numbers: Vec<String> = self.rows.with_untracked(|rows| {
            rows.rows.iter().map(|row| row.data.summary.number.clone()).filter(|number| selected.contains(number)).collect()
        });
        if numbers.is_empty() || self.bulk.get_untracked() {
            return;
        }
        self.bulk.set(true);
        self.outcomes.set(Vec::new());
        spawn_local(async move {
            for number in numbers {
                let result = act(number.clone(), call.clone(), None).await;
                if let Ok(done) = &result {
                    self.rows.try_update(|rows| rows.take_result(done));
                }
                let result = result.map(|_| words.to_owned()).map_err(|error| error.message());
                self.selection.remove(&number);
                self.outcomes.try_update(|outcomes| outcomes.push(ActionOutcome { number, result }));
            }
            self.bulk.try_set(false);
            self.refresh();
            focus_any(&["outcomes"]);
        });
    }
}
