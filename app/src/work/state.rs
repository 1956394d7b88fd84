//! What the parts of the work pages share: the rows, what is chosen, what is on its way.

use super::place::WorkLocation;
use super::rows::{WorkContent, WorkRow, WorkRows, find};
use crate::error::CallError;
use crate::requests::api::{act, request_page};
use crate::ui::focus::focus_any;
use crate::ui::toast::{ToastList, use_toasts};
use crate::ui::{ActionOutcome, PageRefresher, RowSelection};
use domain::people::PersonRef;
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::board::{barred, moves};
use domain::requests::queue::{FilterChoice, QueueCounts};
use domain::requests::wire::ActionResult;
use domain::text::lower_case;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// An action that waits for words, and the request it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPrompt {
    pub number: String,
    pub to: Status,
    pub kind: ActionKind,
}

/// Everything the parts share.
#[derive(Clone, Copy)]
pub struct WorkState {
    pub place: Memo<WorkLocation>,
    pub rows: RwSignal<WorkRows>,
    pub counts: RwSignal<QueueCounts>,
    pub next: RwSignal<Option<String>>,
    pub items: RwSignal<Vec<FilterChoice>>,
    pub spaces: RwSignal<Vec<FilterChoice>>,
    pub people: RwSignal<Vec<PersonRef>>,
    /// Another filter is on its way.
    pub loading: RwSignal<bool>,
    /// Why the last thing was not done.
    pub refused: RwSignal<Option<CallError>>,
    /// Said to those who hear the page.
    pub said: RwSignal<String>,
    /// The card that the keyboard is at.
    pub at: RwSignal<Option<String>>,
    /// The card that is being dragged.
    pub dragged: RwSignal<Option<String>>,
    /// The card whose "Move to…" is open.
    pub moving: RwSignal<Option<String>>,
    /// The action that waits for words.
    pub asked: RwSignal<Option<ActionPrompt>>,
    /// Words are on their way, and what went wrong with them.
    pub asking: RwSignal<bool>,
    pub ask_failed: RwSignal<Option<String>>,
    pub selection: RowSelection<String>,
    pub outcomes: RwSignal<Vec<ActionOutcome>>,
    pub bulk: RwSignal<bool>,
    pub me: Signal<Option<PersonRef>>,
    toasts: ToastList,
    refresher: PageRefresher,
}

impl WorkState {
    /// As first found.
    pub fn new(found: WorkContent, place: Memo<WorkLocation>, me: Signal<Option<PersonRef>>) -> Self {
        let rows = WorkRows::new(&found);
        Self {
            place,
            at: RwSignal::new(rows.first()),
            rows: RwSignal::new(rows),
            counts: RwSignal::new(found.counts),
            next: RwSignal::new(found.next),
            items: RwSignal::new(found.items),
            spaces: RwSignal::new(found.spaces),
            people: RwSignal::new(found.people),
            loading: RwSignal::new(false),
            refused: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            dragged: RwSignal::new(None),
            moving: RwSignal::new(None),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            ask_failed: RwSignal::new(None),
            selection: RowSelection::empty(),
            outcomes: RwSignal::new(Vec::new()),
            bulk: RwSignal::new(false),
            me,
            toasts: use_toasts(),
            refresher: PageRefresher::idle(),
        }
    }

    /// Shows what belongs to another address.
    pub fn load(self, place: WorkLocation) {
        self.loading.set(true);
        spawn_local(async move {
            let answer = find(place.clone()).await;
            // Another address was asked for meanwhile: its answer counts.
            if self.place.try_get_untracked() != Some(place) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(found) => {
                    let rows = WorkRows::new(&found);
                    self.at.set(rows.first());
                    self.selection.clear();
                    self.refused.set(None);
                    self.rows.set(rows);
                    self.note(&found);
                }
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }

    fn note(self, found: &WorkContent) {
        self.counts.set(found.counts);
        self.next.set(found.next.clone());
        self.items.set(found.items.clone());
        self.spaces.set(found.spaces.clone());
        self.people.set(found.people.clone());
    }

    /// Asks again how it is now. Called while asking, it asks once more afterwards.
    pub fn refresh(self) {
        self.refresher.refresh(move || self.ask_again());
    }

    async fn ask_again(self) {
        let Some(place) = self.place.try_get_untracked() else { return };
        let Ok(found) = find(place.clone()).await else { return };
        if self.place.try_get_untracked() == Some(place) {
            self.note(&found);
            let missing = self.rows.try_update(|rows| rows.merge(found)).unwrap_or_default();
            for number in missing {
                self.look_up(number).await;
            }
        }
    }

    /// What became of a request that was not found again.
    async fn look_up(self, number: String) {
        let answer = request_page(number.clone()).await;
        self.rows.try_update(|rows| match answer {
            Ok(page) => rows.take(&page),
            Err(error) if error.is_not_found() => rows.change(&number, |row| row.gone = true),
            Err(_) => {}
        });
    }

    /// A row as it is now.
    pub fn row(self, number: &str) -> Option<WorkRow> {
        self.rows.with_untracked(|rows| rows.row(number).cloned())
    }

    /// Shows what waited behind the arrivals button.
    pub fn settle(self) {
        if let Some(first) = self.rows.try_update(WorkRows::settle).flatten() {
            self.at.set(Some(first.clone()));
            focus_any(&[&card_id(&first)]);
        }
    }

    /// Moves a card to a lane, as dropped or chosen.
    pub fn move_to(self, number: &str, to: Status) {
        let Some(row) = self.row(number) else { return };
        let status = row.data.summary.status;
        if row.lane == to && status == to {
            return;
        }
        match moves(status, &row.data.allowed).into_iter().find(|(lane, _)| *lane == to) {
            Some((_, kind)) => self.step(number, to, kind),
            None => self.say(format!("{number}: {}", barred(status, to, &row.data.allowed))),
        }
    }

    /// Moves a card by an action, or asks for the words it needs.
    pub fn step(self, number: &str, to: Status, kind: ActionKind) {
        if asks_first(kind) {
            self.ask_failed.set(None);
            self.asked.set(Some(ActionPrompt { number: number.to_owned(), to, kind }));
            return;
        }
        let Some(before) = self.row(number).filter(|row| !row.sending) else { return };
        let me = self.me.get_untracked();
        self.rows.update(|rows| {
            rows.change(number, |row| {
                row.sending = true;
                row.lane = to;
                row.data.summary.status = to;
                if kind == ActionKind::AssignToMe {
                    row.data.assignee = me;
                }
            });
        });
        focus_any(&[&card_id(number)]);
        self.send(before, to, kind, String::new());
    }

    /// Gives a request to the person; its lane follows when it was open.
    pub fn take(self, number: &str) {
        let Some(row) = self.row(number) else { return };
        if !row.data.allowed.may(ActionKind::AssignToMe) {
            let words = match &row.data.assignee {
                Some(person) if self.me.get_untracked().is_some_and(|me| me.id == person.id) => "You have it already".to_owned(),
                _ => row.data.allowed.locked.clone().unwrap_or_else(|| "It cannot be assigned now".to_owned()),
            };
            self.say(format!("{number}: {words}"));
            return;
        }
        let status = row.data.summary.status;
        self.step(number, if status == Status::Open { Status::Assigned } else { status }, ActionKind::AssignToMe);
    }

    /// Does what waited for these words.
    pub fn answer(self, words: String) {
        let Some(ActionPrompt { number, to, kind }) = self.asked.get_untracked() else { return };
        if let Some(before) = self.row(&number) {
            self.asking.set(true);
            self.send(before, to, kind, words);
        }
    }

    fn send(self, before: WorkRow, to: Status, kind: ActionKind, words: String) {
        let number = before.data.summary.number.clone();
        self.refused.set(None);
        spawn_local(async move {
            let answer = act(number.clone(), ActionCall::new(kind, words), Some(before.data.events)).await;
            self.asking.try_set(false);
            match answer {
                Ok(result) => self.done(&before, to, kind, &result),
                Err(error) => self.undone(before, kind, error),
            }
        });
    }

    fn done(self, before: &WorkRow, to: Status, kind: ActionKind, result: &ActionResult) {
        let number = before.data.summary.number.clone();
        let asked = self.asked.try_get_untracked().flatten().is_some_and(|asked| asked.number == number);
        if asked {
            self.asked.try_set(None);
        }
        let undo = self.way_back(before, kind, result);
        let next = self.rows.try_update(|rows| {
            let next = rows.beside(&number, super::rows::CardStep::Down).or_else(|| rows.beside(&number, super::rows::CardStep::Up));
            rows.change(&number, |row| row.sending = false);
            rows.take_result(result);
            rows.change(&number, |row| {
                row.lane = row.data.summary.status;
                row.fresh = false;
            });
            // What the person ended themselves leaves at once: they have seen why.
            let ended = rows.row(&number).is_some_and(|row| row.gone);
            if ended {
                rows.rows.retain(|row| row.data.summary.number != number);
            }
            ended.then_some(next).flatten()
        });
        match next.flatten() {
            Some(next) => {
                self.at.try_set(Some(next.clone()));
                focus_any(&[&card_id(&next), "main"]);
            }
            None => focus_any(&[&card_id(&number), "main"]),
        }
        let words = match &kind.row().bulk {
            Some(words) if kind == ActionKind::AssignToMe => words.done.to_owned(),
            _ => lower_case(to.label()),
        };
        self.toasts.show(format!("{number} {words}"), undo);
        self.refresh();
    }

    /// What takes the action back, where the lifecycle and the person's rights allow it.
    fn way_back(self, before: &WorkRow, kind: ActionKind, result: &ActionResult) -> Option<Callback<()>> {
        if !result.visible {
            return None;
        }
        let number = before.data.summary.number.clone();
        let back = match (kind, &before.data.assignee) {
            (ActionKind::AssignToMe, Some(person)) if result.allowed.may(ActionKind::Assign) => ActionCall::assign(person.id),
            (ActionKind::AssignToMe, _) => return None,
            _ => {
                let (back, words) = kind.row().undo?;
                moves(result.status, &result.allowed).iter().find(|(_, way)| *way == back)?;
                ActionCall::new(back, words)
            }
        };
        Some(Callback::new(move |()| self.take_back(number.clone(), back.clone())))
    }

    fn take_back(self, number: String, back: ActionCall) {
        spawn_local(async move {
            match act(number.clone(), back, None).await {
                Ok(result) => {
                    self.rows.try_update(|rows| {
                        rows.take_result(&result);
                        rows.change(&number, |row| row.lane = row.data.summary.status);
                    });
                    self.refresh();
                    focus_any(&[&card_id(&number)]);
                }
                Err(error) => {
                    self.refused.try_set(Some(error));
                }
            }
        });
    }

    /// Puts a card back where it was, and says why.
    fn undone(self, before: WorkRow, kind: ActionKind, error: CallError) {
        let number = before.data.summary.number.clone();
        if asks_first(kind) {
            self.ask_failed.try_set(Some(error.message()));
        } else {
            self.rows.try_update(|rows| rows.change(&number, |row| *row = before));
            self.refused.try_set(Some(error));
            focus_any(&[&card_id(&number), "refused"]);
        }
        self.refresh();
    }

    /// A short message to see and to hear.
    pub fn say(self, words: String) {
        self.toasts.show(words, None);
    }
}

/// Whether an action asks for words before a card moves: where it needs them, and where nothing takes it back.
fn asks_first(kind: ActionKind) -> bool {
    let row = kind.row();
    row.asks.words().is_some_and(|field| field.is_required() || row.undo.is_none())
}

/// The element of a card's or a row's link.
pub fn card_id(number: &str) -> String {
    format!("card-{number}")
}
