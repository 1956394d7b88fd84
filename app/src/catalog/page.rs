//! The catalog page: search, categories, drafts to finish, shelves of services, own open requests.

use super::api::catalog_page;
use super::cards::{CatalogShelf, category_icon};
use super::drafts::DraftStrips;
use super::mine::OpenRequests;
use crate::ui::keyboard::take_search_focus;
use crate::ui::{EmptyState, Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::bounds::{SEARCH_LETTERS, first_letters};
use domain::catalog::search::search;
use domain::catalog::wire::{CatalogView as Page, ItemCard};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// `/`, with `?q=` and `?category=` so that what is found can be shared.
#[component]
pub fn CatalogPage() -> impl IntoView {
    let page = page_data(|| (), |()| catalog_page());
    view! {
        <PageTitle text="Request catalog · Docket" />
        {page_frame("page", page, |page| view! { <Catalog page /> }.into_any())}
    }
    .into_any()
}

/// Distinct categories in the organization's order, each with its count.
fn categories(items: &[ItemCard]) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for item in items {
        match found.iter_mut().find(|(category, _)| *category == item.category) {
            Some((_, count)) => *count += 1,
            None => found.push((item.category.clone(), 1)),
        }
    }
    found
}

#[component]
fn Catalog(page: Page) -> impl IntoView {
    let query = use_query_map();
    let typed = query.with_untracked(|query| query.get("q").unwrap_or_default());
    let text = RwSignal::new(first_letters(&typed, SEARCH_LETTERS).to_owned());
    let category = Memo::new(move |_| query.with(|query| query.get("category")).filter(|category| !category.is_empty()));
    let items = StoredValue::new(page.items);
    let total = items.with_value(Vec::len);
    write_search_to_address(text, category);
    follow_back_and_forward(text);
    let results = move || {
        let text = text.get();
        let category = category.get();
        items.with_value(|items| shelves(items, text.trim(), category.as_deref()))
    };
    view! {
        <div class="page catalog">
            <header class="page__head catalog__head">
                <h1>"Request catalog"</h1>
                <SearchBox text total />
            </header>
            <Categories items category text />
            <div class="catalog__list">
                {welcome(query.with_untracked(|query| query.get("welcome").is_some()))}
                <DraftStrips drafts=page.drafts />
                {move || match results() {
                    shelves if shelves.is_empty() => view! { <NothingFound total text category /> }.into_any(),
                    shelves => shelves.into_iter().map(|(title, cards)| view! { <CatalogShelf title cards /> }.into_any()).collect_view().into_any(),
                }}
            </div>
            <OpenRequests rows=page.open_requests count=page.open_count />
        </div>
    }
    .into_any()
}

/// What comes after setting a server up.
fn welcome(wanted: bool) -> Option<AnyView> {
    wanted.then(|| {
        let next = |page: Address<'static>, icon: &'static str, words: &'static str| {
            view! {
                <li>
                    <a class="button button--sm" href=page.to_string()>
                        <Icon name=icon />
                        {words}
                    </a>
                </li>
            }
            .into_any()
        };
        view! {
            <section class="slip" aria-labelledby="welcome-h">
                <div class="slip__head">
                    <h2 id="welcome-h">"Docket is set up. What comes next"</h2>
                </div>
                <ul class="slip__body row row--wrap" role="list">
                    {next(Address::Invitations, "user-plus", "Invite people")}
                    {next(Address::Connectors, "mail", "Set up email")}
                    {next(Address::Access, "map-pin", "Add spaces and roles")}
                </ul>
            </section>
        }
        .into_any()
    })
}

/// What to show: by category as ordered by the organization, or one shelf of what was found.
fn shelves(items: &[ItemCard], text: &str, category: Option<&str>) -> Vec<(String, Vec<ItemCard>)> {
    let found: Vec<ItemCard> = search(items, text, category).into_iter().filter_map(|index| items.get(index).cloned()).collect();
    if !text.is_empty() {
        let title = if found.len() == 1 { "1 service found".to_owned() } else { format!("{} services found", found.len()) };
        return if found.is_empty() { Vec::new() } else { vec![(title, found)] };
    }
    let mut shelves: Vec<(String, Vec<ItemCard>)> = Vec::new();
    for card in found {
        match shelves.iter_mut().find(|(title, _)| *title == card.category) {
            Some((_, cards)) => cards.push(card),
            None => shelves.push((card.category.clone(), vec![card])),
        }
    }
    shelves
}

/// Keeps `?q=` in step with what is typed, without a history entry per letter.
fn write_search_to_address(text: RwSignal<String>, category: Memo<Option<String>>) {
    let navigate = use_navigate();
    Effect::new(move |before: Option<String>| {
        let text = text.get();
        if before.as_ref().is_some_and(|before| *before != text) {
            let address = address(category.get_untracked().as_deref(), &text);
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
        text
    });
}

/// Back and forward bring the search of that address back.
fn follow_back_and_forward(text: RwSignal<String>) {
    let query = use_query_map();
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::popstate, move |_| {
            request_animation_frame(move || {
                let Some(found) = query.try_with_untracked(|query| query.get("q").unwrap_or_default()) else { return };
                if text.try_get_untracked().is_some_and(|text| text != found) {
                    text.set(found);
                }
            });
        });
        on_cleanup(move || handle.remove());
    });
}

/// The catalog's address with this category and search.
fn address(category: Option<&str>, text: &str) -> String {
    Address::Catalog.with_query(&[("category", category.unwrap_or_default()), ("q", text)])
}

#[component]
fn SearchBox(text: RwSignal<String>, total: usize) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    take_search_focus(input);
    view! {
        <form class="catalog__search" role="search" method="get" action=Address::Catalog.root() on:submit=|event| event.prevent_default()>
            <label class="visually-hidden" for="q">
                "Search services"
            </label>
            <div class="affix">
                <span class="affix__text">
                    <Icon name="search" />
                </span>
                <input
                    class="input"
                    id="q"
                    name="q"
                    type="search"
                    maxlength=SEARCH_LETTERS.to_string()
                    autocomplete="off"
                    placeholder=format!("Search {total} services")
                    prop:value=text
                    value=text.get_untracked()
                    node_ref=input
                    on:input:target=move |event| text.set(event.target().value())
                />
                <span class="affix__text">
                    <kbd class="kbd">"/"</kbd>
                </span>
            </div>
            <button class="visually-hidden" type="submit">
                "Search"
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Categories(items: StoredValue<Vec<ItemCard>>, category: Memo<Option<String>>, text: RwSignal<String>) -> impl IntoView {
    let total = items.with_value(Vec::len);
    let links = items
        .with_value(|items| categories(items))
        .into_iter()
        .map(|(name, count)| {
            let icon = items.with_value(|items| category_icon(items, &name));
            let here = name.clone();
            let link = name.clone();
            view! {
                <li>
                    <a class="cat" href=move || address(Some(&link), &text.get()) aria-current=move || (category.get().as_deref() == Some(here.as_str())).then_some("true")>
                        <Icon name=icon />
                        <span>{name}</span>
                        <span class="cat__n">{count.to_string()}</span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <nav class="catalog__cats" aria-label="Categories">
            <ul>
                <li>
                    <a class="cat" href=move || address(None, &text.get()) aria-current=move || category.get().is_none().then_some("true")>
                        <Icon name="layout-grid" />
                        <span>"All services"</span>
                        <span class="cat__n">{total.to_string()}</span>
                    </a>
                </li>
                {links}
            </ul>
        </nav>
    }
    .into_any()
}

#[component]
fn NothingFound(total: usize, text: RwSignal<String>, category: Memo<Option<String>>) -> impl IntoView {
    let navigate = use_navigate();
    if total == 0 {
        return view! {
            <EmptyState icon="layout-grid" title="No services yet">
                <p>"Your organization has not published anything to request. Its administrators can add catalog items."</p>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState icon="search" title="Nothing fits">
            <p>{move || match category.get() {
                Some(category) => format!("No service in {category} matches “{}”. Try another word, or look at all of them.", text.get()),
                None => format!("No service matches “{}”. Try another word, or look at all of them.", text.get()),
            }}</p>
            <button
                class="button"
                type="button"
                on:click=move |_| {
                    navigate(Address::Catalog.root(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
                    text.set(String::new());
                    crate::ui::focus::focus_any(&["q"]);
                }
            >
                "Show all services"
            </button>
        </EmptyState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(address(None, ""), "/");
        assert_eq!(address(Some("Keys and doors"), "lab & key"), "/?category=Keys%20and%20doors&q=lab%20%26%20key");
    }
}
