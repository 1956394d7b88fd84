//! A menu under a button: a native popover. Arrows move, Home and End jump, Esc closes and gives the focus back.

use super::Icon;
use super::focus::focus_element;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// One line of a menu.
#[derive(Clone)]
pub struct MenuItem {
    pub icon: &'static str,
    pub words: String,
    /// The key that does the same; may be empty.
    pub key: &'static str,
    pub act: Callback<()>,
}

/// A button and its menu; nothing when there are no lines.
#[component]
pub fn MenuButton(
    /// Unique on the page.
    id: String,
    /// What the menu is of: "More actions".
    label: String,
    /// The words of the button; an icon alone when empty.
    #[prop(into, optional)]
    words: String,
    #[prop(default = "button button--icon")] class: &'static str,
    #[prop(into)] items: Signal<Vec<MenuItem>>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let close = move || {
        if let Some(list) = list.get_untracked() {
            let _ = list.hide_popover();
        }
    };
    let toggled = move |_| {
        if let Some(first) = list.get_untracked().and_then(|list| list.query_selector(":popover-open > .menu__item").ok().flatten()) {
            focus_element(&first);
        }
    };
    let lines = move || items.get().into_iter().map(|item| line(item, close)).collect_view();
    let target = id.clone();
    let face = match words.is_empty() {
        true => view! {
            <Icon name="ellipsis" />
            <span class="visually-hidden">{label.clone()}</span>
        }
        .into_any(),
        false => view! {
            {words}
            <Icon name="chevron-down" />
        }
        .into_any(),
    };
    let some = Memo::new(move |_| items.with(|items| !items.is_empty()));
    view! {
        <button class=class type="button" popovertarget=target hidden=move || !some.get()>
            {face}
        </button>
        <div class="menu" id=id popover="auto" role="menu" aria-label=label node_ref=list on:toggle=toggled on:keydown=move |event| moved(&event)>
            {lines}
        </div>
    }
    .into_any()
}

fn line(item: MenuItem, close: impl Fn() + 'static) -> AnyView {
    let key = (!item.key.is_empty()).then(|| view! { <kbd class="kbd">{item.key}</kbd> }.into_any());
    let act = item.act;
    let press = move |_| {
        close();
        act.run(());
    };
    view! {
        <button class="menu__item" type="button" role="menuitem" tabindex="-1" on:click=press>
            <Icon name=item.icon />
            {item.words}
            {key}
        </button>
    }
    .into_any()
}

fn moved(event: &KeyboardEvent) {
    let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(menu) = at.parent_element() else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => at.next_element_sibling().or_else(|| menu.first_element_child()),
        "ArrowUp" => at.previous_element_sibling().or_else(|| menu.last_element_child()),
        "Home" => menu.first_element_child(),
        "End" => menu.last_element_child(),
        _ => return,
    };
    event.prevent_default();
    if let Some(to) = to {
        focus_element(&to);
    }
}
