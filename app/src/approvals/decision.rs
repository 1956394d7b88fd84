//! The decision: a reason, and approve, ask for changes or decline. It stays where it is whatever happens above it.

use super::desk::Desk;
use super::in_place::InPlaceOf;
use super::inbox_list::last_words;
use crate::requests::page_actions::refused_view;
use crate::requests::page_timeline::line;
use crate::ui::{Alert, Icon};
use domain::approvals::Verdict;
use leptos::prelude::*;

/// The bar below the request being read.
#[component]
pub fn Decision(desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| desk.shown.with(|shown| shown.as_ref().is_some_and(|page| page.allowed.decide)));
    view! {
        <div class="decide" id="decide">
            <div class="notices">
                <Newer desk />
                <div id="refused" tabindex="-1" aria-live="polite">
                    {move || desk.refused.get().map(|error| refused_view(&error))}
                </div>
            </div>
            <Show when=move || may.get() fallback=move || nothing_left(desk)>
                <Form desk />
            </Show>
        </div>
    }
    .into_any()
}

/// Says that the request changed under the reader; the decision waits until it has been looked at.
#[component]
fn Newer(desk: Desk) -> impl IntoView {
    let words = move || {
        let known = desk.shown.with(|shown| shown.as_ref().and_then(|page| page.events.last().map(|event| event.seq)));
        desk.newer.with(|newer| {
            let event = newer.as_ref()?.events.iter().rev().find(|event| Some(event.seq) > known && event.actor.is_some());
            let what = event.map(|event| {
                let line = line(event);
                format!(": {} {}", line.who, line.text)
            });
            Some(format!("This request changed while you were reading{}.", what.unwrap_or_default()))
        })
    };
    let alert = move |words: String| {
        view! {
            <Alert kind="wait">
                <p>{words}</p>
                <button class="button button--sm" id="show-newer" type="button" on:click=move |_| desk.show_newer()>
                    "Show"
                </button>
            </Alert>
        }
    };
    view! { <div aria-live="polite">{move || words().map(alert)}</div> }.into_any()
}

fn nothing_left(desk: Desk) -> AnyView {
    let words = move || {
        desk.shown.with(|shown| {
            let page = shown.as_ref()?;
            let last = last_words(&page.events, desk.me.get().as_ref()).map(|words| format!("{words}. ")).unwrap_or_default();
            Some(format!("{last}Nothing is left for you to decide here."))
        })
    };
    view! { <p class="soft">{words}</p> }.into_any()
}

#[component]
fn Form(desk: Desk) -> impl IntoView {
    let typed = move |event: leptos::ev::Event| {
        desk.reason.set(event_target_value(&event));
        if !desk.reason.with_untracked(|reason| reason.trim().is_empty()) {
            desk.reason_error.set(None);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        desk.decide(Verdict::Approve);
    };
    view! {
        <form class="decide__form stack" aria-label="Your decision" novalidate on:submit=submit>
            <InPlaceOf desk />
            <div class="decide__row field" class:is-error=move || desk.reason_error.get().is_some()>
                <label class="decide__label" for="reason">
                    "Reason "
                    <span class="muted">"needed to decline or to ask for changes; the requester sees it"</span>
                </label>
                {move || desk.reason_error.get().map(reason_error)}
                <textarea
                    class="textarea decide__box"
                    id="reason"
                    rows="1"
                    aria-describedby="reason-e"
                    aria-invalid=move || desk.reason_error.get().map(|_| "true")
                    prop:value=move || desk.reason.get()
                    on:input=typed
                ></textarea>
            </div>
            <div class="decide__actions">
                <button class="button button--primary" type="submit" aria-disabled=move || desk.sending.get().map(|_| "true")>
                    <Icon name="check" />
                    {word(desk, Verdict::Approve, "Approve", "Approving")}
                    <kbd class="kbd" aria-hidden="true">
                        "A"
                    </kbd>
                </button>
                <Other desk verdict=Verdict::AskForChanges />
                <Other desk verdict=Verdict::Reject />
                <Hints />
            </div>
        </form>
    }
    .into_any()
}

fn word(desk: Desk, verdict: Verdict, rest: &'static str, sending: &'static str) -> impl IntoView {
    move || if desk.sending.get() == Some(verdict) { sending } else { rest }
}

fn reason_error(message: String) -> AnyView {
    view! {
        <p class="field__error" id="reason-e" role="alert">
            <Icon name="circle-alert" />
            <span>{message}</span>
        </p>
    }
    .into_any()
}

#[component]
fn Other(desk: Desk, verdict: Verdict) -> impl IntoView {
    let (class, icon, rest, sending, key) = match verdict {
        Verdict::Reject => ("button button--warn", "x", "Decline", "Declining", "D"),
        _ => ("button", "message-circle-question-mark", "Ask for changes", "Asking", "C"),
    };
    view! {
        <button class=class type="button" aria-disabled=move || desk.sending.get().map(|_| "true") on:click=move |_| desk.decide(verdict)>
            <Icon name=icon />
            {word(desk, verdict, rest, sending)}
            <kbd class="kbd" aria-hidden="true">
                {key}
            </kbd>
        </button>
    }
    .into_any()
}

#[component]
fn Hints() -> impl IntoView {
    let hint = |keys: &'static [&'static str], words: &'static str| {
        let keys = keys.iter().map(|key| view! { <kbd class="kbd">{*key}</kbd> }).collect_view();
        view! { <span>{keys} " " {words}</span> }
    };
    view! {
        <span class="key-hints push">
            {hint(&["J", "K"], "move")} {hint(&["X"], "select")} {hint(&["?"], "all keys")}
        </span>
    }
    .into_any()
}
