//! The spaces as a tree of links: each shows who holds what over it.

use super::dialogs::{ask_change_space, ask_new_space, ask_remove_space};
use super::state::AccessState;
use crate::ui::Icon;
use domain::access::wire::{AccessView, SpaceLine};
use domain::address::Address;
use domain::id::SpaceId;
use leptos::prelude::*;

/// The address of the page with a space looked at.
fn place(id: Option<SpaceId>) -> String {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    Address::Access.with_query(&[("space", &id)])
}

/// All spaces that somebody reaches, and what can be done with the one that is looked at.
#[component]
pub fn SpaceTreeView(state: AccessState) -> impl IntoView {
    let shown = move || state.page.with(|page| branch(state, page, None));
    let whole = move || state.chosen.get().is_none().then_some("true");
    let adds = move || {
        let chosen = state.chosen.get();
        let may = state.page.with(|page| match chosen {
            None => page.shapes_everywhere,
            Some(id) => page.spaces.iter().any(|line| line.space.id == id && line.shapes),
        });
        may.then(|| {
            view! {
                <button class="button button--sm push" type="button" on:click=move |_| ask_new_space(state)>
                    <Icon name="plus" />
                    "Add space"
                </button>
            }
        })
    };
    view! {
        <section class="slip access__tree" aria-labelledby="access-spaces">
            <div class="slip__head">
                <h2 id="access-spaces">"Spaces"</h2>
                {adds}
            </div>
            <nav aria-labelledby="access-spaces">
                <ul class="nodes-list nodes-list--root" role="list">
                    <li>
                        <a class="node" class:is-selected=move || state.chosen.get().is_none() href=place(None) aria-current=whole>
                            <Icon name="building-2" />
                            <span class="node__label">"The organization"</span>
                        </a>
                        {shown}
                    </li>
                </ul>
            </nav>
            {move || state.chosen.get().and_then(|id| state.page.with(|page| about(state, page, id)))}
        </section>
    }
    .into_any()
}

/// What is inside of a space.
fn branch(state: AccessState, page: &AccessView, parent: Option<SpaceId>) -> Option<AnyView> {
    let inside: Vec<&SpaceLine> = page.spaces.iter().filter(|line| line.space.parent == parent).collect();
    if inside.is_empty() {
        return None;
    }
    let nodes = inside.into_iter().map(|line| node(state, page, line)).collect_view();
    Some(view! { <ul class="nodes-list" role="list">{nodes}</ul> }.into_any())
}

fn node(state: AccessState, page: &AccessView, line: &SpaceLine) -> AnyView {
    let id = line.space.id;
    let is_chosen = Memo::new(move |_| state.chosen.get() == Some(id));
    let current = move || is_chosen.get().then_some("true");
    view! {
        <li>
            <a class="node" class:is-selected=is_chosen href=place(Some(id)) aria-current=current>
                <Icon name="map-pin" />
                <span class="node__label" dir="auto">
                    {line.space.name.clone()}
                </span>
            </a>
            {branch(state, page, Some(id))}
        </li>
    }
    .into_any()
}

/// The space that is looked at.
fn about(state: AccessState, page: &AccessView, id: SpaceId) -> Option<AnyView> {
    let line = page.spaces.iter().find(|line| line.space.id == id)?.clone();
    let name = line.space.name.clone();
    let contact = (!line.space.contact.is_empty()).then(|| view! { <p class="soft" dir="auto">{line.space.contact.clone()}</p> });
    let buttons = line.shapes.then(|| {
        view! {
            <div class="row row--wrap">
                <button class="button button--sm" type="button" aria-label=format!("Change {name}") on:click=move |_| ask_change_space(state, id)>
                    <Icon name="pencil" />
                    "Rename or move"
                </button>
                <button class="button button--sm" type="button" aria-label=format!("Remove {name}") on:click=move |_| ask_remove_space(state, id)>
                    <Icon name="trash-2" />
                    "Remove"
                </button>
            </div>
        }
    });
    Some(
        view! {
            <div class="slip__body stack access__about">
                <p dir="auto">
                    <b>{name.clone()}</b>
                </p>
                {contact}
                {buttons}
            </div>
        }
        .into_any(),
    )
}
