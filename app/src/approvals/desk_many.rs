//! The inbox's desk for many requests at once: what is selected, deciding it, and what became of each.

use super::api::{decide_many, undo_held};
use super::desk::{Desk, said};
use super::keys::focus;
use domain::approvals::Verdict;
use domain::approvals::bulk::{HELD_SECONDS, HeldOutcome, HeldView};
use domain::approvals::wire::Decide;
use domain::id::HeldId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What became of one request of a bulk decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub number: String,
    /// The words to show; an error holds what went against it.
    pub result: Result<String, String>,
    /// It can be undone by this id.
    pub held: Option<HeldId>,
}

/// How often a page looks whether what is held was taken.
const LOOKS: u32 = 5;

impl Desk {
    /// Selects a row, or takes it out of the selection.
    pub fn toggle(self, number: &str) {
        if !self.list.with_untracked(|list| list.waits(number)) {
            return;
        }
        self.anchor.set_value(Some(number.to_owned()));
        self.selected.update(|selected| {
            if !selected.remove(number) {
                selected.insert(number.to_owned());
            }
        });
    }

    /// Selects everything from the row last selected to this one.
    pub fn toggle_range(self, number: &str) {
        let from = self.anchor.get_value().unwrap_or_else(|| number.to_owned());
        let range = self.list.with_untracked(|list| self.filter.with_untracked(|filter| list.range(&from, number, filter)));
        self.selected.update(|selected| selected.extend(range));
    }

    /// Decides every selected request, each checked for itself; says what became of each. They are held for some seconds first.
    pub fn decide_selected(self, verdict: Verdict, reason: String) {
        let decisions: Vec<Decide> = self.list.with_untracked(|list| {
            let selected = self.selected.get_untracked();
            let rows = list.rows.iter().filter(|row| selected.contains(&row.data.number));
            rows.map(|row| Decide { number: row.data.number.clone(), verdict, reason: reason.clone(), seen: row.data.events }).collect()
        });
        if decisions.is_empty() || self.bulk.get_untracked() {
            return;
        }
        self.bulk.set(true);
        spawn_local(async move {
            let numbers: Vec<String> = decisions.iter().map(|decision| decision.number.clone()).collect();
            match decide_many(decisions).await {
                Ok(results) => {
                    let outcomes = results.into_iter().map(|one| match one.refused {
                        Some(words) => Outcome { number: one.number, result: Err(words), held: None },
                        None => Outcome { number: one.number, result: Ok(soon(verdict).to_owned()), held: one.held },
                    });
                    self.outcomes.try_set(outcomes.collect());
                    self.selected.try_update(|selected| numbers.iter().for_each(|number| _ = selected.remove(number)));
                }
                Err(error) => {
                    let failed = |number: &String| Outcome { number: number.clone(), result: Err(error.message()), held: None };
                    self.outcomes.try_set(numbers.iter().map(failed).collect());
                }
            }
            self.bulk.try_set(false);
            self.refresh_list();
            self.look_later(LOOKS);
            focus(&["outcomes"]);
        });
    }

    /// Looks what became of what is held, once its time is over and a little longer.
    fn look_later(self, looks: u32) {
        let pause = if looks == LOOKS { HELD_SECONDS as u64 * 1_000 + 1_000 } else { 1_500 };
        set_timeout(
            move || {
                if looks > 0 && self.outcomes.try_with_untracked(|outcomes| outcomes.iter().any(|one| one.held.is_some())) == Some(true) {
                    self.refresh_list();
                    self.look_later(looks - 1);
                }
            },
            std::time::Duration::from_millis(pause),
        );
    }

    /// What the server says of decisions that were held: each replaces what is on screen about it.
    pub(super) fn hear_outcomes(self, held: &[HeldView]) {
        let ended: Vec<(HeldId, Outcome)> =
            held.iter().filter(|one| one.outcome.is_some()).filter_map(|one| Some((one.id, outcome_of(one)?))).collect();
        self.outcomes.try_update(|outcomes| {
            for outcome in outcomes.iter_mut() {
                if let Some((_, now)) = ended.iter().find(|(id, _)| outcome.held == Some(*id)) {
                    *outcome = now.clone();
                }
            }
        });
    }

    /// Takes back everything that is still held.
    pub fn undo_held(self) {
        let ids: Vec<HeldId> = self.outcomes.with_untracked(|outcomes| outcomes.iter().filter_map(|one| one.held).collect());
        if ids.is_empty() {
            return;
        }
        spawn_local(async move {
            let undone = undo_held(ids).await;
            self.outcomes.try_update(|outcomes| {
                for one in outcomes.iter_mut() {
                    match (&undone, one.held) {
                        (Ok(undone), Some(id)) if undone.contains(&id) => {
                            one.held = None;
                            one.result = Ok("undone, it waits for you again".to_owned());
                        }
                        (Err(error), Some(_)) => one.result = Err(error.message()),
                        _ => {}
                    }
                }
            });
            self.refresh_list();
        });
    }

    /// Selects every row that is decided alike with this one; answers nothing when it waits no more.
    pub fn select_alike(self, alike: &str) {
        let numbers: Vec<String> = self.list.with_untracked(|list| {
            let rows = list.rows.iter().filter(|row| row.waits() && row.data.alike == alike);
            rows.map(|row| row.data.number.clone()).collect()
        });
        self.selected.update(|selected| selected.extend(numbers));
    }
}

/// A held decision as the panel shows it; nothing for one that was undone.
pub(super) fn outcome_of(held: &HeldView) -> Option<Outcome> {
    let (result, id) = match &held.outcome {
        None => (Ok(soon(held.verdict).to_owned()), Some(held.id)),
        Some(HeldOutcome::Decided) => (Ok(said(held.verdict).to_owned()), None),
        Some(HeldOutcome::Refused { words }) => (Err(words.clone()), None),
        Some(HeldOutcome::Undone) => return None,
    };
    Some(Outcome { number: held.number.clone(), result, held: id })
}

/// What is said while a decision is held.
fn soon(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reject => "declined in 8 seconds",
        _ => "approved in 8 seconds",
    }
}
