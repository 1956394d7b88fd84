//! Who will have to approve, before anything is sent.

use super::state::DialogState;
use crate::ui::{Avatar, Icon, WallClock, day_words, use_wall_clock};
use chrono::{NaiveDate, TimeDelta};
use domain::approvals::StageRequirement;
use domain::approvals::wire::{ApprovalRoute, DeputyView, RouteRule, RouteStage};
use leptos::prelude::*;

/// Window width from which the dialog has two columns, in CSS pixels: 52 rem, the icon rail and the margins.
const WIDE: f64 = 944.0;

/// Beside the questions; on narrow screens folded into a bar.
#[component]
pub fn RouteAside(dialog: DialogState) -> impl IntoView {
    let gist = move || dialog.route.with(gist);
    let (open, live) = (RwSignal::new(true), RwSignal::new(false));
    Effect::new(move |_| {
        open.set(is_wide());
        live.set(true);
        let handle = window_event_listener(leptos::ev::resize, move |_| {
            if is_wide() {
                open.set(true);
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <aside class="flow__aside" aria-label="Who will approve this">
            <details class="flow__details" class:is-live=live open=open>
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
pub fn RouteList(dialog: DialogState) -> impl IntoView {
    let expected = dialog.item.with_value(|item| item.expected.clone());
    let sum = (!expected.is_empty()).then(|| {
        view! {
            <p class="route__sum">
                <Icon name="clock" />
                <span>"Usually done in " <b>{expected}</b></span>
            </p>
        }
    });
    let clock = use_wall_clock();
    let reader = RouteReader { clock, today: dialog.filling.today() };
    view! {
        {move || rules(&dialog.route.get(), reader)}
        {sum}
    }
    .into_any()
}

/// By whose clock days are told.
#[derive(Clone, Copy)]
struct RouteReader {
    clock: WallClock,
    today: NaiveDate,
}

fn gist(route: &ApprovalRoute) -> String {
    match (route.rules.len(), route.require) {
        (count, _) if route.stages.len() > 1 => format!("{count} approvals in {} stages", route.stages.len()),
        (0, _) => "Nobody has to".to_owned(),
        (1, _) => "1 approval".to_owned(),
        (count, StageRequirement::Any) => format!("Any 1 of {count}"),
        (count, StageRequirement::All) => format!("{count} approvals"),
        (count, require) => require.words(count),
    }
}

fn rules(route: &ApprovalRoute, reader: RouteReader) -> AnyView {
    let skipped = skipped(route);
    if route.rules.is_empty() {
        return view! {
            <p>"Nobody has to approve this. It goes on as soon as you submit it."</p>
            {skipped}
        }
        .into_any();
    }
    let several = route.stages.len() > 1;
    let stages = route.stages.iter().enumerate().map(|(index, stage)| {
        let lead = lead(index, stage, several);
        let first = route.rules.iter().take_while(|rule| rule.stage as usize != index).count();
        let of_stage = route.rules.iter().filter(|rule| rule.stage as usize == index).enumerate();
        let rows = of_stage.map(|(place, rule)| row(first + place + 1, rule, reader)).collect_view();
        view! {
            {lead}
            <ol class="route" start=first + 1>
                {rows}
            </ol>
        }
        .into_any()
    });
    let stages = stages.collect_view();
    view! {
        {stages}
        {skipped}
    }
    .into_any()
}

/// What is said over the rules of a stage: its name where there are several, and how many of them it takes.
fn lead(index: usize, stage: &RouteStage, several: bool) -> Option<AnyView> {
    let words = enough(stage.require, stage.rules as usize);
    if !several {
        return (!words.is_empty()).then(|| view! { <p class="route__lead">{words}</p> }.into_any());
    }
    let then = if index == 0 { "First" } else { "Then" };
    let name = if stage.label.is_empty() { then.to_owned() } else { format!("{then}: {}", stage.label) };
    let words = (!words.is_empty()).then(|| format!(". {words}"));
    Some(view! { <p class="route__lead route__stage"><b>{name}</b>{words}</p> }.into_any())
}

/// How many approvals of a stage it takes; nothing when it takes all.
fn enough(require: StageRequirement, rules: usize) -> String {
    match require.needed(rules) {
        needed if needed == rules => String::new(),
        1 => "One of these is enough.".to_owned(),
        needed => format!("{needed} of these {rules} are enough, each by another person."),
    }
}

/// Who does not have to approve, and what would change that.
fn skipped(route: &ApprovalRoute) -> Option<AnyView> {
    let rows = route.skipped.iter().map(|left_out| {
        view! {
            <li class="route__why">
                <Icon name="git-branch" />
                <span>{left_out.words.clone()}</span>
            </li>
        }
        .into_any()
    });
    (!route.skipped.is_empty()).then(|| view! { <ul class="route__skipped">{rows.collect_view()}</ul> }.into_any())
}

fn row(number: usize, rule: &RouteRule, reader: RouteReader) -> AnyView {
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
    let deputies = rule.deputies.iter().map(|deputy| deputy_note(deputy, reader)).collect_view();
    let because = (!rule.because.is_empty()).then(|| {
        view! {
            <p class="route__why">
                <Icon name="git-branch" />
                <span>{rule.because.clone()}</span>
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
            {deputies}
            {because}
            {nobody}
        </li>
    }
    .into_any()
}

/// "Samir Haddad decides for Ruth Abel until Fri 13 March".
fn deputy_note(deputy: &DeputyView, reader: RouteReader) -> AnyView {
    // The first moment it is over belongs to the day after.
    let last = deputy.until - TimeDelta::microseconds(1);
    let day = move || reader.clock.local(last).date();
    view! {
        <p class="route__why route__deputy">
            <Icon name="user-check" />
            <span>
                {format!("{} decides for {} until ", deputy.person.name, deputy.on_behalf_of.name)}
                <time datetime=last.to_rfc3339()>{move || day_words(day(), reader.today)}</time>
            </span>
        </p>
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
        let route = |require, count| ApprovalRoute { require, rules: vec![rule.clone(); count], ..ApprovalRoute::default() };
        assert_eq!(gist(&route(StageRequirement::All, 0)), "Nobody has to");
        assert_eq!(gist(&route(StageRequirement::Any, 1)), "1 approval");
        assert_eq!(gist(&route(StageRequirement::Any, 3)), "Any 1 of 3");
        assert_eq!(gist(&route(StageRequirement::All, 2)), "2 approvals");
        assert_eq!(gist(&route(StageRequirement::AtLeast(2), 3)), "2 of 3");
    }

    #[test]
    fn how_many_are_enough_is_said_when_it_is_not_all() {
        assert_eq!(enough(StageRequirement::All, 2), "");
        assert_eq!(enough(StageRequirement::Any, 1), "");
        assert_eq!(enough(StageRequirement::Any, 2), "One of these is enough.");
        assert_eq!(enough(StageRequirement::AtLeast(2), 3), "2 of these 3 are enough, each by another person.");
        assert_eq!(enough(StageRequirement::AtLeast(5), 2), "");
    }
}
