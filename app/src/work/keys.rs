//! The keys of the work pages. Arrows act on the card that has the focus; single keys only where they are on, and never right after `G`.

use super::rows::Way;
use super::state::{Work, card_id};
use crate::approvals::keys::focus;
use crate::shell::keys::Jump;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// What listens while a card or a row has the focus. `board` also knows left and right.
pub fn keys(work: Work, board: bool) -> impl Fn(KeyboardEvent) + Clone + 'static {
    let jump = Jump::default();
    move |event| {
        if jump.takes(&event) == Some(false) && press(work, board, &event.key()) {
            event.prevent_default();
        }
    }
}

/// Acts on a key; answers whether it was one of ours.
fn press(work: Work, board: bool, key: &str) -> bool {
    let Some(number) = work.at.get_untracked() else { return false };
    let way = match key {
        "ArrowUp" | "k" => Way::Up,
        "ArrowDown" | "j" => Way::Down,
        "ArrowLeft" if board => Way::Left,
        "ArrowRight" if board => Way::Right,
        "m" if board => {
            work.moving.set(Some(number));
            return true;
        }
        "i" => {
            work.take(&number);
            return true;
        }
        "x" if !board => {
            work.toggle(&number);
            return true;
        }
        "n" => {
            work.settle();
            return true;
        }
        _ => return false,
    };
    let next = work.rows.with_untracked(|rows| if board { rows.beside(&number, way) } else { rows.next(&number, way) });
    if let Some(next) = next {
        work.at.set(Some(next.clone()));
        focus(&[&card_id(&next)]);
    }
    true
}
