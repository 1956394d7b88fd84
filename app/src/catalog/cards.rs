//! Shelves of cards. A card has one link that fills it.

use crate::ui::{HtmlCache, Icon};
use domain::address::Address;
use domain::catalog::wire::ItemCard;
use leptos::prelude::*;

/// The icon of a category: its first item's.
pub fn category_icon(items: &[ItemCard], category: &str) -> String {
    items.iter().find(|item| item.category == category).map_or_else(|| "folder".to_owned(), |item| item.icon.clone())
}

/// One shelf.
#[component]
pub fn CatalogShelf(title: String, cards: Vec<ItemCard>) -> impl IntoView {
    static SHELVES: HtmlCache<(String, Vec<ItemCard>)> = HtmlCache::new();
    SHELVES.view((title, cards), |(title, cards)| view! { <ItemCards title cards /> }.into_any())
}

#[component]
fn ItemCards(title: String, cards: Vec<ItemCard>) -> impl IntoView {
    let cards = cards.into_iter().map(|card| view! { <ItemCardView card /> }.into_any()).collect_view();
    let label = title.clone();
    view! {
        <section class="stack shelf-section" aria-label=label>
            <div class="shelf__head">
                <h2>{title}</h2>
            </div>
            <ul class="shelf">{cards}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn ItemCardView(card: ItemCard) -> impl IntoView {
    let tags = (!card.tags.is_empty()).then(|| {
        let tags = card.tags.iter().map(|tag| view! { <li class="tag">{tag.clone()}</li> }.into_any()).collect_view();
        view! { <ul class="service__tags row row--wrap" aria-label="Tags">{tags}</ul> }.into_any()
    });
    view! {
        <li class="card service">
            <Icon name=card.icon class="icon--lg service__icon" />
            <h3 class="service__name">
                <a class="card__link" href=Address::Item(&card.key).to_string()>
                    {card.name}
                </a>
            </h3>
            <div class="service__desc">
                <p>{card.description}</p>
                {tags}
            </div>
            <p class="service__meta">
                <CardFact icon="clock" text=card.expected />
                <CardFact icon="user-round-check" text=card.approval />
                <CardFact icon="receipt" text=card.price />
            </p>
        </li>
    }
    .into_any()
}

#[component]
fn CardFact(icon: &'static str, text: String) -> impl IntoView {
    (!text.is_empty())
        .then(|| {
            view! {
                <span>
                    <Icon name=icon />
                    {text}
                </span>
            }
            .into_any()
        })
        .into_any()
}
