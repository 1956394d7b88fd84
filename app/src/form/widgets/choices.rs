//! Boxes to tick and cards to choose from.

use super::FieldWidget;
use domain::forms::ChoiceOption;
use leptos::prelude::*;
use serde_json::Value;

/// Cards for up to this many options; beyond, plain rows.
const MOST_CARDS: usize = 5;

/// A single box.
#[component]
pub fn SingleCheckbox(asked: FieldWidget) -> impl IntoView {
    let (filling, field) = (asked.filling, asked.field.clone());
    let key = field.key.clone();
    let ticked = {
        let key = key.clone();
        move || filling.value(&key) == Some(Value::Bool(true))
    };
    let first = untrack(&ticked);
    if let Some(early) = filling.early_ticked(&asked.id).filter(|early| *early != first) {
        let key = key.clone();
        Effect::new(move |_| filling.edit(&key, early.into()));
    }
    let changed = move |event: leptos::ev::Event| filling.edit(&key, event_target_checked(&event).into());
    let hint = (!field.hint.is_empty()).then(|| {
        view! {
            <span class="choice__hint" id=format!("{}-hint", asked.id)>
                {field.hint.clone()}
            </span>
        }
    });
    let label = field.label.clone();
    view! {
        <div class="field" class:is-error=asked.is_wrong()>
            {asked.error()}
            <label class="choice">
                <input
                    class="check"
                    type="checkbox"
                    id=asked.id.clone()
                    name=field.key.clone()
                    autocomplete="off"
                    aria-required=asked.required()
                    aria-invalid=asked.wrong()
                    aria-describedby=asked.described(None)
                    checked=first
                    prop:checked=ticked
                    on:change=changed
                    on:blur=move |_| filling.leave(&field)
                />
                <span>{label}</span>
                {hint}
            </label>
        </div>
    }
    .into_any()
}

/// The id of one option's control: the first has the field's, so that links find it.
fn option_id(asked: &FieldWidget, place: usize) -> String {
    if place == 0 { asked.id.clone() } else { format!("{}-{place}", asked.id) }
}

/// Several of several.
#[component]
pub fn CheckboxGroup(asked: FieldWidget) -> impl IntoView {
    let options = asked.field.options.clone();
    let rows = options.into_iter().enumerate().map(|(place, choice)| box_of(&asked, place, choice)).collect_view();
    asked.around_several(view! { <div class="checklist">{rows}</div> }.into_any())
}

fn box_of(asked: &FieldWidget, place: usize, choice: ChoiceOption) -> AnyView {
    let (filling, field, id) = (asked.filling, asked.field.clone(), option_id(asked, place));
    let (key, own) = (field.key.clone(), choice.value.clone());
    let ticked = move || chosen(filling.value(&key).as_ref()).contains(&own);
    let first = untrack(&ticked);
    let set = {
        let (field, own) = (field.clone(), choice.value.clone());
        move |on: bool| {
            let mut now = chosen(untrack(|| filling.value(&field.key)).as_ref());
            now.retain(|value| *value != own);
            if on {
                now.push(own.clone());
            }
            let ordered = field.options.iter().map(|option| option.value.clone()).filter(|value| now.contains(value));
            filling.edit(&field.key, Value::Array(ordered.map(Value::String).collect()));
        }
    };
    if let Some(early) = filling.early_ticked(&id).filter(|early| *early != first) {
        let set = set.clone();
        Effect::new(move |_| set(early));
    }
    view! {
        <label class="choice">
            <input
                class="check"
                type="checkbox"
                id=id
                name=field.key.clone()
                value=choice.value
                autocomplete="off"
                aria-invalid=asked.wrong()
                checked=first
                prop:checked=ticked
                on:change=move |event| set(event_target_checked(&event))
                on:blur=move |_| filling.leaves.update(|count| *count += 1)
            />
            <span>{choice.label}</span>
            {hint(choice.hint)}
        </label>
    }
    .into_any()
}

fn chosen(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// One of several, all in sight.
#[component]
pub fn ChoiceCards(asked: FieldWidget) -> impl IntoView {
    let options = asked.field.options.clone();
    let cards = options.len() <= MOST_CARDS;
    let rows = options.into_iter().enumerate().map(|(place, choice)| card_of(&asked, place, choice, cards)).collect_view();
    let class = if cards { "choice-cards" } else { "checklist" };
    asked.around_several(view! { <div class=class>{rows}</div> }.into_any())
}

fn card_of(asked: &FieldWidget, place: usize, choice: ChoiceOption, card: bool) -> AnyView {
    let (filling, field, id) = (asked.filling, asked.field.clone(), option_id(asked, place));
    let (key, own) = (field.key.clone(), choice.value.clone());
    let on = move || filling.text(&key) == own;
    let first = untrack(&on);
    let pick = {
        let (key, own) = (field.key.clone(), choice.value.clone());
        move || filling.edit(&key, own.clone().into())
    };
    if filling.early_ticked(&id) == Some(true) && !first {
        let pick = pick.clone();
        Effect::new(move |_| pick());
    }
    view! {
        <label class=if card { "choice-card" } else { "choice" }>
            <input
                class="radio"
                type="radio"
                id=id
                name=field.key.clone()
                value=choice.value
                autocomplete="off"
                aria-invalid=asked.wrong()
                checked=first
                prop:checked=on
                on:change=move |_| pick()
                on:blur=move |_| filling.leaves.update(|count| *count += 1)
            />
            <span>{choice.label}</span>
            {hint(choice.hint)}
        </label>
    }
    .into_any()
}

fn hint(words: String) -> Option<AnyView> {
    (!words.is_empty()).then(|| view! { <span class="choice__hint">{words}</span> }.into_any())
}
