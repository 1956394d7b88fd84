//! "Move to…", the drag's equal by keyboard and by finger; and the words that some steps ask for.

use super::state::{ActionPrompt, WorkState, card_id};
use crate::ui::focus::focus_any;
use crate::ui::{DialogFrame, DialogHead, StatusBadge, WordsDialog};
use domain::requests::Status;
use domain::requests::actions::ActionKind;
use domain::requests::board::moves;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// The menu of the card that is to be moved: exactly what the person may do with it now.
#[component]
pub fn MoveDialog(work: WorkState) -> impl IntoView {
    let row = Memo::new(move |_| work.moving.get().and_then(|number| work.rows.with(|rows| rows.row(&number).cloned())));
    let close = Callback::new(move |()| {
        if let Some(number) = work.moving.get_untracked() {
            work.moving.set(None);
            focus_any(&[&card_id(&number)]);
        }
    });
    let open = Memo::new(move |_| work.moving.with(Option::is_some));
    let opens = Callback::new(|()| focus_any(&["move-0", "move-close"]));
    let title =
        Signal::derive(move || row.with(|row| row.as_ref().map(|row| format!("Move {} to…", row.data.summary.number))).unwrap_or_default());
    let ways = move || {
        let Some(row) = row.get() else { return ().into_any() };
        let ways = moves(row.data.summary.status, &row.data.allowed);
        if ways.is_empty() {
            let words = row.data.allowed.locked.unwrap_or_else(|| "You cannot do anything with it now.".to_owned());
            return view! { <p class="soft">{words}</p> }.into_any();
        }
        let number = row.data.summary.number;
        let lines = ways.into_iter().enumerate().map(|(index, (to, kind))| line(work, number.clone(), index, to, kind)).collect_view();
        view! { <ul class="moves" role="list">{lines}</ul> }.into_any()
    };
    view! {
        <DialogFrame id="move" class="dialog dialog--move" open close opens keys=Callback::new(arrows)>
            <DialogHead id="move" title close />
            <div class="dialog__body">{ways}</div>
        </DialogFrame>
    }
    .into_any()
}

fn line(work: WorkState, number: String, index: usize, to: Status, kind: ActionKind) -> AnyView {
    let choose = move |_| {
        work.moving.set(None);
        work.step(&number, to, kind);
    };
    view! {
        <li>
            <button class="menu__item" id=format!("move-{index}") type="button" on:click=choose>
                <StatusBadge status=to />
                <span class="push muted">{kind.label()}</span>
            </button>
        </li>
    }
    .into_any()
}

/// Up and down move between the lines.
fn arrows(event: KeyboardEvent) {
    let step: i32 = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    event.prevent_default();
    let at = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()).map(|target| target.id()).unwrap_or_default();
    let at: i32 = at.strip_prefix("move-").and_then(|index| index.parse().ok()).unwrap_or(-step);
    if let Some(next) = document().get_element_by_id(&format!("move-{}", at + step)).and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
    }
}

/// Asks for the words of the step that waits for them.
#[component]
pub fn StepDialog(work: WorkState) -> impl IntoView {
    (move || work.asked.get().map(|asked| ask(work, asked))).into_any()
}

fn ask(work: WorkState, ActionPrompt { number, kind, .. }: ActionPrompt) -> Option<AnyView> {
    let (field, button) = (kind.row().asks.words()?, kind.row().button.as_ref()?);
    let open = RwSignal::new(true);
    let card = card_id(&number);
    Effect::new(move |_| {
        if !open.get() {
            work.asked.set(None);
            focus_any(&[&card, "main"]);
        }
    });
    let act = Callback::new(move |words: String| work.answer(words));
    let view = view! {
        <WordsDialog
            id="step"
            open
            title=Signal::stored(format!("{} {number}?", field.title))
            label=field.shown_label()
            hint=field.hint
            keep=field.keep
            confirm=Signal::stored(button.label.to_owned())
            working=button.working
            missing=field.missing
            danger=field.danger
            busy=work.asking
            failed=work.ask_failed
            act
        />
    };
    Some(view.into_any())
}
