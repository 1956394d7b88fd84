//! The inbox's desk for many requests at once: what is selected, and deciding it.

use super::api::decide_many;
use super::desk::InboxDesk;
use super::held_batch::{HeldBatch, doing};
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use leptos::prelude::*;
use leptos::task::spawn_local;

impl InboxDesk {
    /// Selects a row, or takes it out of the selection.
    pub fn toggle(self, number: &str) {
        if !self.list.with_untracked(|list| list.waits(number)) {
            return;
        }
        self.selection.toggle(number.to_owned());
    }

    /// Selects everything from the row last selected to this one.
    pub fn toggle_range(self, number: &str) {
        self.selection.extend_to(number.to_owned(), |from, to| {
            self.list.with_untracked(|list| self.filter.with_untracked(|filter| list.range(from, to, filter)))
        });
    }

    /// Selects nothing.
    pub fn clear_selection(self) {
        self.selection.clear();
        self.focus_current();
    }

    /// Decides every selected request, each checked for itself. They are held for some seconds first.
    pub fn decide_selected(self, verdict: ApproverVerdict, reason: String) {
        let decisions: Vec<ApproverDecision> = self.list.with_untracked(|list| {
            let rows = self.chosen.get_untracked().into_iter().filter_map(|number| list.row(&number));
            rows.map(|row| ApproverDecision { number: row.data.number.clone(), verdict, reason: reason.clone(), seen: row.data.events })
                .collect()
        });
        if decisions.is_empty() || self.bulk.get_untracked() {
            return;
        }
        self.bulk.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = decide_many(decisions).await;
            self.bulk.try_set(false);
            match answer {
                Ok(results) => {
                    let (mut held, mut refused) = (Vec::new(), Vec::new());
                    for one in results {
                        match (one.held, one.refused) {
                            (Some(id), _) => held.push((id, one.number)),
                            (None, words) => refused.push((one.number, words.unwrap_or_default())),
                        }
                    }
                    refused.iter().for_each(|(number, _)| self.selection.remove(number));
                    self.said.try_set(format!("{} {} requests. U takes them back.", doing(verdict), held.len()));
                    self.add_batch(HeldBatch::new(verdict, reason, held, refused));
                }
                Err(error) => _ = self.refused.try_set(Some(error)),
            }
            self.refresh_list();
        });
    }

    /// Selects every row that is decided alike with this one; nothing when it waits no more.
    pub fn select_alike(self, alike: &str) {
        let numbers: Vec<String> = self.list.with_untracked(|list| {
            let rows = list.rows.iter().filter(|row| row.waits() && row.data.alike == alike);
            rows.map(|row| row.data.number.clone()).collect()
        });
        self.selection.add(numbers);
    }
}
