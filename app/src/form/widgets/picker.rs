//! A person, a group or a space of the organization: a combobox that asks whoever knows them; the form is told whom to ask.
//!
//! What is typed and not yet picked is kept as text, which is not an answer: leaving the field says to choose from the list.

use super::FieldWidget;
use crate::error::CallError;
use crate::form::dom;
use crate::ui::focus::focus_soon;
use crate::ui::{Avatar, Icon};
use domain::text::is_blank_text;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use std::pin::Pin;
use std::time::Duration;

/// How long typing rests before the server is asked.
const RESTS: Duration = Duration::from_millis(200);

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct PickerLine {
    pub id: String,
    pub name: String,
    /// A second line; may be empty.
    pub sub: String,
}

/// Whom the list offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerSource {
    People,
    /// People who work on requests; the first ones before anything is typed.
    Workers,
    /// The first ones before anything is typed.
    Groups,
    /// As groups.
    Spaces,
}

impl PickerSource {
    /// What is said where nothing fits.
    fn nothing_found(self) -> &'static str {
        match self {
            Self::People | Self::Workers => "Nobody found. Try another part of the name.",
            Self::Groups => "No group found. Try another part of the name.",
            Self::Spaces => "No space found. Try another part of the name.",
        }
    }
}

/// Finds those of a source whose name fits what was typed.
pub type PickerSearch = fn(PickerSource, String) -> Pin<Box<dyn Future<Output = Result<Vec<PickerLine>, CallError>>>>;

/// The state of one combobox.
#[derive(Clone, Copy)]
pub(crate) struct PickerState {
    source: PickerSource,
    search: PickerSearch,
    found: RwSignal<Vec<PickerLine>>,
    open: RwSignal<bool>,
    active: RwSignal<Option<usize>>,
    /// What to say when there is no list: nobody found, or no answer.
    note: RwSignal<Option<String>>,
    /// Counts searches; only the latest one's answer counts.
    asked: StoredValue<u64>,
}

impl PickerState {
    pub(crate) fn new(source: PickerSource, search: PickerSearch) -> Self {
        Self {
            source,
            search,
            found: RwSignal::default(),
            open: RwSignal::new(false),
            active: RwSignal::new(None),
            note: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// Asks for `text` once typing rests.
    pub(crate) fn later(self, text: String) {
        let turn = self.asked.get_value() + 1;
        self.asked.set_value(turn);
        let ask = move || {
            if self.asked.try_get_value() == Some(turn) {
                self.now(text, turn);
            }
        };
        set_timeout(ask, RESTS);
    }

    fn now(self, text: String, turn: u64) {
        spawn_local(async move {
            let answer = (self.search)(self.source, text).await;
            if self.asked.try_get_value() != Some(turn) {
                return;
            }
            let (found, note) = match answer {
                Ok(found) if found.is_empty() => (found, Some(self.source.nothing_found().to_owned())),
                Ok(found) => (found, None),
                Err(error) => (Vec::new(), Some(error.message())),
            };
            self.active.set(None);
            self.found.set(found);
            self.note.set(note);
            self.open.set(true);
        });
    }

    /// Whether the list is open with somebody in it.
    pub(crate) fn is_open(self) -> bool {
        self.open.get() && self.found.with(|found| !found.is_empty())
    }

    /// The place in the list that the arrows are at.
    pub(crate) fn place(self) -> Option<usize> {
        self.active.get()
    }

    pub(crate) fn close(self) {
        let _ = self.asked.try_update_value(|turn| *turn += 1);
        self.open.set(false);
        self.active.set(None);
        self.note.set(None);
    }

    /// Opens the list on what the field shows, as an arrow or a click asks for. Of people there are too many to list them all.
    pub(crate) fn reopen(self, name: Memo<(bool, String)>) {
        if self.open.get_untracked() && self.found.with_untracked(|found| !found.is_empty()) {
            return;
        }
        let (picked, text) = name.get_untracked();
        let text = if picked && self.source != PickerSource::People { String::new() } else { text };
        if self.source == PickerSource::People && is_blank_text(&text) {
            self.note.set(Some("Type part of a name.".to_owned()));
        } else {
            self.later(text);
        }
    }

    /// The sign at the end of the field was pressed: it opens and closes the list, and the field keeps the focus.
    pub(crate) fn pressed_end(self, event: &leptos::ev::MouseEvent, id: &str, name: Memo<(bool, String)>) {
        event.prevent_default();
        if self.open.get_untracked() {
            self.close();
        } else {
            focus_soon(id.to_owned());
            self.reopen(name);
        }
    }

    fn step(self, by: isize) {
        let count = self.found.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        let next = match self.active.get_untracked() {
            None if by > 0 => 0,
            None => count - 1,
            Some(at) => at.saturating_add_signed(by).min(count - 1),
        };
        self.active.set(Some(next));
    }
}

/// A combobox by the pattern of the ARIA practices: arrows move, Enter picks, Esc closes.
#[component]
pub fn PickerField(asked: FieldWidget, source: PickerSource) -> impl IntoView {
    let search = PickerState::new(source, asked.filling.search);
    let (filling, field) = (asked.filling, asked.field.clone());
    let key = field.key.clone();
    let name = {
        let key = key.clone();
        Memo::new(move |_| match filling.value(&key) {
            Some(Value::Object(picked)) => (true, picked.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()),
            Some(Value::String(text)) => (false, text),
            _ => (false, String::new()),
        })
    };
    let pick = {
        let key = key.clone();
        Callback::new(move |found: PickerLine| {
            filling.edit(&key, json!({"id": found.id, "name": found.name}));
            search.close();
        })
    };
    let typed = {
        let key = key.clone();
        move |event: leptos::ev::Event| {
            let text = event_target_value(&event);
            filling.edit(&key, text.clone().into());
            if is_blank_text(&text) { search.close() } else { search.later(text) }
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| press(&event, search, name, pick);
    let left = move |_| {
        search.close();
        filling.leave(&field);
    };
    let list_id = format!("{}-list", asked.id);
    let active = {
        let list_id = list_id.clone();
        move || search.place().map(|place| format!("{list_id}-{place}"))
    };
    let expanded = move || if search.is_open() { "true" } else { "false" };
    let avatar = move || {
        let (picked, name) = name.get();
        (picked && source == PickerSource::People).then(|| view! { <span class="affix__text"><Avatar name /></span> })
    };
    let first = name.get_untracked().1;
    let input = view! {
        <input
            class="input"
            id=asked.id.clone()
            type="text"
            dir="auto"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            aria-autocomplete="list"
            aria-expanded=expanded
            aria-controls=list_id.clone()
            aria-activedescendant=active
            aria-required=asked.required()
            aria-invalid=asked.wrong()
            aria-describedby=asked.described(None)
            value=first
            prop:value=move || name.get().1
            on:input=typed
            on:click=move |_| search.reopen(name)
            on:keydown=pressed
            on:blur=left
        />
    };
    let id = asked.id.clone();
    let control = view! {
        <div class="combobox">
            <div class="affix">
                {avatar} {input} <span class="affix__text combobox__end" on:mousedown=move |event| search.pressed_end(&event, &id, name)>
                    <Icon name="chevrons-up-down" />
                </span>
            </div>
            <PickerResults search list_id pick />
        </div>
    };
    asked.around(control.into_any())
}

/// Acts on a key in the field: arrows move, Enter picks, Esc closes. `name` is what the field shows, and whether it was picked.
pub(crate) fn press(event: &leptos::ev::KeyboardEvent, search: PickerState, name: Memo<(bool, String)>, pick: Callback<PickerLine>) {
    if event.is_composing() {
        return;
    }
    let open = search.open.get_untracked();
    match event.key().as_str() {
        "ArrowDown" | "ArrowUp" if event.alt_key() || event.ctrl_key() || event.meta_key() => {}
        "ArrowDown" | "ArrowUp" => {
            event.prevent_default();
            if open {
                search.step(if event.key() == "ArrowDown" { 1 } else { -1 });
            } else {
                search.reopen(name);
            }
        }
        "Enter" if open && !event.ctrl_key() && !event.meta_key() => {
            event.prevent_default();
            let place = search.active.get_untracked();
            let only = search.found.with_untracked(|found| found.len() == 1).then_some(0);
            let found = place.or(only).and_then(|place| search.found.with_untracked(|found| found.get(place).cloned()));
            if let Some(found) = found {
                pick.run(found);
            }
        }
        "Escape" if open => {
            event.prevent_default();
            event.stop_propagation();
            search.close();
        }
        _ => {}
    }
}

/// The list at the field, in the layer above everything: below it, or above it where there is more room.
#[component]
pub(crate) fn PickerResults(search: PickerState, list_id: String, pick: Callback<PickerLine>) -> impl IntoView {
    let label = if search.source == PickerSource::Groups { "Groups" } else { "People" };
    let id = list_id.clone();
    let rows = move || {
        let found = if search.open.get() { search.found.get() } else { Vec::new() };
        found.into_iter().enumerate().map(|(place, found)| line(search, &list_id, place, found, pick)).collect_view()
    };
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (Some(list), open) = (list.get(), search.is_open()) else { return };
        let shown = list.matches(":popover-open").unwrap_or_default();
        if open && !shown {
            let _ = list.show_popover();
        } else if !open && shown {
            let _ = list.hide_popover();
        }
    });
    let options = id.clone();
    Effect::new(move |_| {
        if let Some(place) = search.place() {
            dom::reveal(&format!("{options}-{place}"));
        }
    });
    let said = move || {
        if let Some(note) = search.note.get() {
            return note;
        }
        match search.found.with(Vec::len) {
            count if !search.open.get() || count == 0 => String::new(),
            1 => "1 found".to_owned(),
            count => format!("{count} found"),
        }
    };
    view! {
        <div class="listbox combobox__list" id=id popover="manual" role="listbox" aria-label=label node_ref=list>
            {rows}
        </div>
        <p class="combobox__note" class:visually-hidden=move || search.note.with(Option::is_none) role="status">
            {said}
        </p>
    }
    .into_any()
}

fn line(search: PickerState, list_id: &str, place: usize, found: PickerLine, pick: Callback<PickerLine>) -> AnyView {
    let active = move || search.active.get() == Some(place);
    let face = (search.source != PickerSource::Groups).then(|| view! { <Avatar name=found.name.clone() /> });
    let sub = (!found.sub.is_empty()).then(|| view! { <span class="option__sub">{found.sub.clone()}</span> });
    let name = found.name.clone();
    view! {
        <div
            class="option"
            class:is-active=active
            role="option"
            id=format!("{list_id}-{place}")
            aria-selected=move || if active() { "true" } else { "false" }
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| pick.run(found.clone())
        >
            {face}
            <span>{name} {sub}</span>
        </div>
    }
    .into_any()
}
