//! The buttons of the docket header: what is likely next, and a menu of all else that is allowed; their dialogs and their keys.

use super::give::AssignDialog;
use super::late::use_request_dialogs;
use super::later::ScheduleDialog;
use super::sheet::RequestSheet;
use crate::ui::focus::focus_any;
use crate::ui::keyboard::JumpKeys;
use crate::ui::{Icon, WordsDialog};
use domain::address::Address;
use domain::requests::actions::{ActionAsks, ActionButton, ActionCall, ActionKind, ActionRow, WordsField, buttons};
use domain::requests::wire::RequestPage;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// The buttons of the docket header.
#[component]
pub fn HeadActions(sheet: RequestSheet) -> impl IntoView {
    let press = Callback::new(move |kind: ActionKind| begin(sheet, kind));
    use_action_keys(sheet, press);
    let allowed = sheet.part(|page| page.allowed.clone());
    let inbox = Address::InboxRequest(&sheet.number()).to_string();
    let buttons = move || {
        let allowed = allowed.get();
        let (primary, rest) = allowed.offered();
        let decide = allowed.may_decide().then(|| view! { <a class="button button--primary" href=inbox.clone()>"Decide"</a> }.into_any());
        let primary = primary.and_then(|row| button(sheet, row, true, press));
        let rest = if rest.len() <= 2 {
            rest.into_iter().filter_map(|row| button(sheet, row, false, press)).collect_view().into_any()
        } else {
            menu(rest, press)
        };
        view! { {decide} {primary} {rest} }.into_any()
    };
    view! { {buttons} <Dialogs sheet /> }.into_any()
}

/// Does an action, or opens the dialog that asks for what it needs.
fn begin(sheet: RequestSheet, kind: ActionKind) {
    if sheet.busy.get_untracked().is_some() {
        return;
    }
    sheet.error.set(None);
    match kind.row().asks {
        ActionAsks::Nothing => {
            let undo = move |page: &RequestPage| (kind == ActionKind::AssignToMe).then(|| give_back(sheet, page)).flatten();
            let said = move |page: &RequestPage| (done_words(kind), undo(page));
            sheet.perform(ActionCall::new(kind, ""), said, |fine| focus_any(&[if fine { "main" } else { "refused" }]));
        }
        _ => sheet.asking.set(Some(kind)),
    }
}

/// The message when it was done.
fn done_words(kind: ActionKind) -> String {
    kind.row().button.as_ref().map_or_else(String::new, |button| button.done.to_owned())
}

/// Undo of an assignment: back to whoever had it. Nobody had it before the first one, and there is no way back to nobody.
pub fn give_back(sheet: RequestSheet, before: &RequestPage) -> Option<Callback<()>> {
    let had = before.assignee.clone()?;
    Some(Callback::new(move |()| {
        let words = format!("{} has it again", had.name);
        sheet.perform(ActionCall::assign(had.id), move |_| (words, None), |_| {});
    }))
}

fn button(sheet: RequestSheet, row: &'static ActionRow, primary: bool, press: Callback<ActionKind>) -> Option<AnyView> {
    let (kind, face) = (row.kind, row.button.as_ref()?);
    let class = if primary { "button button--primary" } else { "button" };
    let icon = (!primary).then(|| view! { <Icon name=face.icon /> });
    let view = view! {
        <button class=class type="button" title=shortcut(face) on:click=move |_| press.run(kind)>
            {icon}
            {move || if sheet.does(kind) { face.working } else { face.label }}
        </button>
    };
    Some(view.into_any())
}

/// "Shortcut S".
fn shortcut(face: &ActionButton) -> String {
    format!("Shortcut {}", face.key_word())
}

/// The menu of the other actions, under its button.
fn menu(rest: Vec<&'static ActionRow>, press: Callback<ActionKind>) -> AnyView {
    let node = NodeRef::<html::Div>::new();
    // What ends the request or takes it away stands apart, last.
    let ends = rest.iter().position(|row| row.asks.words().is_some_and(|field| field.danger));
    let faces = rest.into_iter().filter_map(|row| Some((row.kind, row.button.as_ref()?)));
    let items = faces
        .enumerate()
        .map(|(place, (kind, face))| {
            let rule = (Some(place) == ends && place > 0).then(|| view! { <hr class="menu__rule" /> });
            view! {
                {rule}
                <button
                    class="menu__item"
                    role="menuitem"
                    type="button"
                    tabindex="-1"
                    on:click=move |_| {
                        close_menu(node);
                        press.run(kind);
                    }
                >
                    <Icon name=face.icon />
                    {face.label}
                    <kbd class="kbd" aria-hidden="true">
                        {face.key_word()}
                    </kbd>
                </button>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <button class="button" type="button" popovertarget="actions" aria-haspopup="menu">
            "More actions"
            <Icon name="chevron-down" />
        </button>
        <div
            class="menu request__menu"
            id="actions"
            popover="auto"
            role="menu"
            aria-label="More actions"
            node_ref=node
            on:toggle=move |_| focus_item(node, MenuStep::Open)
            on:keydown=move |event| {
                let step = match event.key().as_str() {
                    "ArrowDown" => MenuStep::By(1),
                    "ArrowUp" => MenuStep::By(-1),
                    "Home" => MenuStep::First,
                    "End" => MenuStep::Last,
                    _ => return,
                };
                event.prevent_default();
                focus_item(node, step);
            }
        >
            {items}
        </div>
    }
    .into_any()
}

/// Where the focus goes in the menu.
#[derive(Clone, Copy)]
enum MenuStep {
    /// To the first, if the menu has just opened.
    Open,
    First,
    Last,
    By(i32),
}

fn focus_item(node: NodeRef<html::Div>, step: MenuStep) {
    let Some(menu) = node.get_untracked() else { return };
    if matches!(step, MenuStep::Open) && !menu.matches(":popover-open").unwrap_or(false) {
        return;
    }
    let Ok(found) = menu.query_selector_all("[role=menuitem]") else { return };
    let items: Vec<HtmlElement> = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let here = items.iter().position(|item| active.as_ref().is_some_and(|active| active.is_same_node(Some(item))));
    let count = items.len();
    let place = match (step, here) {
        (MenuStep::Last, _) => count.saturating_sub(1),
        (MenuStep::By(by), Some(here)) => (here as i32 + by).rem_euclid(count.max(1) as i32) as usize,
        (MenuStep::By(by), None) if by < 0 => count.saturating_sub(1),
        _ => 0,
    };
    if let Some(item) = items.get(place) {
        let _ = item.focus();
    }
}

fn close_menu(node: NodeRef<html::Div>) {
    if let Some(menu) = node.get_untracked() {
        // The focus goes back to the menu's button, and from there to the dialog and back.
        let _ = menu.hide_popover();
    }
}

/// The keys of the actions, as long as the page is on screen. `G` begins a jump, whose second letter is none of them.
fn use_action_keys(sheet: RequestSheet, press: Callback<ActionKind>) {
    let jump = JumpKeys::default();
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if jump.takes(&event) != Some(false) {
                return;
            }
            let action = sheet.shown.try_with_untracked(|page| page.allowed.by_key(&event.key()));
            if let Some(action) = action.flatten().filter(|_| !event.shift_key()) {
                event.prevent_default();
                if let Some(menu) =
                    document().query_selector("#actions:popover-open").ok().flatten().and_then(|menu| menu.dyn_into::<HtmlElement>().ok())
                {
                    let _ = menu.hide_popover();
                }
                press.try_run(action.kind);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// The dialog of the action that is asking, one at a time. What was typed is kept when it is closed.
#[component]
fn Dialogs(sheet: RequestSheet) -> impl IntoView {
    let kept: Vec<(ActionKind, RwSignal<String>)> =
        buttons().into_iter().map(|(row, _)| (row.kind, RwSignal::new(String::new()))).collect();
    let kept = StoredValue::new(kept);
    let made = use_request_dialogs(move || sheet.asking.with(Option::is_some), move || sheet.asking.set(None));
    move || {
        let (dialogs, kind) = (made.get()?, sheet.asking.get()?);
        let open = RwSignal::new(true);
        Effect::new(move |_| {
            if !open.get() {
                sheet.asking.try_set(None);
            }
        });
        let text = kept.with_value(|kept| kept.iter().find(|(known, _)| *known == kind).map(|(_, text)| *text))?;
        (dialogs.of_action)(sheet, kind, open, text)
    }
}

/// The dialog of an action.
pub fn action_dialog(sheet: RequestSheet, kind: ActionKind, open: RwSignal<bool>, text: RwSignal<String>) -> Option<AnyView> {
    match &kind.row().asks {
        ActionAsks::Words(field) => words_dialog(sheet, kind, field, open, text),
        ActionAsks::Person { .. } => Some(view! { <AssignDialog sheet open /> }.into_any()),
        ActionAsks::Time { .. } => Some(view! { <ScheduleDialog sheet open /> }.into_any()),
        // Re-routing is asked for at the rule.
        ActionAsks::Nothing | ActionAsks::Approver { .. } => None,
    }
}

fn words_dialog(
    sheet: RequestSheet,
    kind: ActionKind,
    field: &'static WordsField,
    open: RwSignal<bool>,
    text: RwSignal<String>,
) -> Option<AnyView> {
    let face = kind.row().button.as_ref()?;
    let done = Callback::new(move |typed: String| {
        sheet.perform(
            ActionCall::new(kind, typed),
            move |_| (done_words(kind), None),
            move |fine| {
                if fine {
                    text.try_set(String::new());
                }
                closed_when(fine, open);
            },
        );
    });
    let view = view! {
        <WordsDialog
            id=kind.key()
            open
            title=Signal::stored(format!("{} {}?", field.title, sheet.number()))
            label=field.shown_label()
            hint=field.hint
            keep=field.keep
            confirm=Signal::stored(face.label.to_owned())
            working=face.working
            missing=field.missing
            danger=field.danger
            busy=sheet.working()
            failed=sheet.failed()
            text
            act=done
        />
    };
    Some(view.into_any())
}

/// Closes a dialog whose action was done.
pub fn closed_when(fine: bool, open: RwSignal<bool>) {
    if fine {
        open.try_set(false);
        focus_any(&["main"]);
    }
}
