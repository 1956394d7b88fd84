//! Who will have to approve, before anything is sent.

use super::new_state::Dialog;
use crate::ui::{Avatar, Icon};
use domain::approvals::Require;
use domain::approvals::wire::{Route, RouteRule};
use leptos::prelude::*;

/// Window width from which the dialog has two columns, in CSS pixels: 52 rem, the icon rail and the margins.
const WIDE: f64 = 944.0;

/// Beside the questions; on narrow screens folded into a bar.
#[component]
pub fn RouteAside(dialog: Dialog) -> impl IntoView {
    let gist = move || dialog.route.with(gist);
    let open = RwSignal::new(true);
    Effect::new(move |_| {
        open.set(is_wide());
        let handle = window_event_listener(leptos::ev::resize, move |_| {
            if is_wide() {
                open.set(true);
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <aside class="flow__aside" aria-label="Who will approve this">
            <details class="flow__details" open=open>
                <summary>
                    <span>"Who will approve this" <span class="flow__gist">" " {gist}</span></span>
                    <Icon name="chevron-down" />
                </summary>
                <RouteList dialog />
            </details>
        </aside>
    }
    .into_any()
}

/// Whether the route has room beside the questions.
fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= WIDE)
}

/// The rules in words, with the people who may decide.
#[component]
pub fn RouteList(dialog: Dialog) -> impl IntoView {
    let expected = dialog.item.with_value(|item| item.expected.clone());
    let sum = (!expected.is_empty()).then(|| {
        view! {
            <p class="route__sum">
                <Icon name="clock" />
                <span>"Usually done in " <b>{expected}</b></span>
            </p>
        }
    });
    view! {
        {move || rules(&dialog.route.get())}
        {sum}
    }
    .into_any()
}

fn gist(route: &Route) -> String {
    match (route.rules.len(), route.require) {
        (count, _) if route.stages.len() > 1 => format!("{count} approvals in {} stages", route.stages.len()),
        (0, _) => "Nobody has to".to_owned(),
        (1, _) => "1 approval".to_owned(),
        (count, Require::Any) => format!("Any 1 of {count}"),
        (count, Require::All) => format!("{count} approvals"),
        (count, require) => require.words(count),
    }
}

fn rules(route: &Route) -> AnyView {
    if route.rules.is_empty() {
        return view! { <p>"Nobody has to approve this. It goes on as soon as you submit it."</p> }.into_any();
    }
    let any = route.require == Require::Any && route.rules.len() > 1 && route.stages.len() < 2;
    let lead = any.then(|| view! { <p class="route__lead">"One of these is enough."</p> });
    let rows = route.rules.iter().enumerate().map(|(place, rule)| row(place + 1, rule)).collect_view();
    view! {
        {lead}
        <ol class="route">{rows}</ol>
    }
    .into_any()
}

fn row(number: usize, rule: &RouteRule) -> AnyView {
    let people = rule.people.iter().map(|person| {
        view! {
            <li>
                <Avatar name=person.name.clone() />
                <span>{person.name.clone()}</span>
                <span class="push">{person.title.clone()}</span>
            </li>
        }
    });
    let people = people.collect_view();
    let more = (rule.more > 0).then(|| view! { <li class="muted">{format!("and {} more", rule.more)}</li> });
    let nobody = (rule.people.is_empty() && rule.more == 0).then(|| {
        view! {
            <p class="route__why">
                <Icon name="info" />
                <span>"Nobody can decide this now. An administrator is told when you submit."</span>
            </p>
        }
    });
    let words = (!rule.words.is_empty() && rule.words != rule.label).then(|| format!(" {}", rule.words));
    view! {
        <li class="route__step">
            <p class="route__rule">
                <span class="route__n">{number}</span>
                <b>{rule.label.clone()}</b>
                {words}
            </p>
            <ul class="rule-list__who">{people} {more}</ul>
            {nobody}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gist_counts_what_is_needed() {
        let rule = RouteRule {
            label: "Line manager".into(),
            words: String::new(),
            people: vec![],
            more: 0,
            stage: 0,
            because: String::new(),
            deputies: vec![],
        };
        let route = |require, count| Route { require, rules: vec![rule.clone(); count], ..Route::default() };
        assert_eq!(gist(&route(Require::All, 0)), "Nobody has to");
        assert_eq!(gist(&route(Require::Any, 1)), "1 approval");
        assert_eq!(gist(&route(Require::Any, 3)), "Any 1 of 3");
        assert_eq!(gist(&route(Require::All, 2)), "2 approvals");
        assert_eq!(gist(&route(Require::AtLeast(2), 3)), "2 of 3");
    }
}
