//! The decision: a reason, and approve, ask for changes or decline. It stays where it is whatever happens above it.

use super::decided_words::last_words;
use super::desk::InboxDesk;
use super::held_batch::doing;
use super::in_place::InPlaceOf;
use crate::requests::page::timeline::line;
use crate::ui::{AlertBox, Icon, field_error, refused_view};
use domain::approvals::ApproverVerdict;
use domain::requests::actions::ActionKind;
use domain::text::is_blank_text;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// The bar below the request being read; inert while that is on its way.
#[component]
pub fn DecisionBar(desk: InboxDesk) -> impl IntoView {
    let may = Memo::new(move |_| desk.decidable());
    view! {
        <div class="decide" id="decide" class:is-asking=move || desk.asking.get().is_some()>
            <div class="notices">
                <Newer desk />
                <div id="refused" tabindex="-1" aria-live="polite">
                    {move || desk.refused.get().map(|error| refused_view(&error))}
                </div>
            </div>
            <Show when=move || may.get() fallback=move || nothing_left(desk)>
                <DecisionForm desk />
            </Show>
        </div>
    }
    .into_any()
}

/// Says that the request changed under the reader; the decision waits until it has been looked at.
#[component]
fn Newer(desk: InboxDesk) -> impl IntoView {
    let words = move || {
        let known = desk.read_page(|shown| shown.and_then(|page| page.events.last().map(|event| event.seq)));
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
            <AlertBox kind="wait">
                <p>{words}</p>
                <button class="button button--sm" id="show-newer" type="button" on:click=move |_| desk.show_newer()>
                    "Show"
                </button>
            </AlertBox>
        }
    };
    view! { <div aria-live="polite">{move || words().map(alert)}</div> }.into_any()
}

fn nothing_left(desk: InboxDesk) -> AnyView {
    let words = move || {
        if let Some(verdict) = desk.current.get().and_then(|number| desk.holding(&number)) {
            return Some(format!("{} this. It is sent when the time to undo is over.", doing(verdict)));
        }
        desk.read_page(|shown| {
            let page = shown?;
            let last = last_words(&page.events, desk.me.get().as_ref()).map(|words| format!("{words}. ")).unwrap_or_default();
            Some(format!("{last}Nothing is left for you to decide here."))
        })
    };
    view! { <p class="soft">{words}</p> }.into_any()
}

#[component]
fn DecisionForm(desk: InboxDesk) -> impl IntoView {
    let typed = move |event: leptos::ev::Event| {
        desk.reason.set(event_target_value(&event));
        if !desk.reason.with_untracked(|reason| is_blank_text(reason)) {
            desk.reason_error.set(None);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match desk.asking.get_untracked() {
            Some(verdict) => desk.decide(verdict),
            // Words alone do not say what they are for.
            None => desk.reason_error.set(Some("Choose below: approve, ask for changes or decline".to_owned())),
        }
    };
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            desk.leave_reason();
        }
    };
    let label = move || match desk.asking.get() {
        None => ("Reason ", "needed to decline or to ask for changes; the requester sees it"),
        Some(ApproverVerdict::Approve) => ("Note with your approval ", "the requester sees it"),
        Some(ApproverVerdict::AskForChanges) => ("What should change ", "the requester sees it"),
        Some(ApproverVerdict::Reject) => ("Why you decline ", "the requester sees it"),
    };
    view! {
        <form class="decide__form stack" aria-label="Your decision" novalidate on:submit=submit on:keydown=leave>
            <InPlaceOf desk />
            <Again desk />
            <div class="decide__row field" class:is-error=move || desk.reason_error.get().is_some()>
                <label class="decide__label" for="reason">
                    {move || label().0}
                    <span class="muted">{move || label().1}</span>
                </label>
                {move || desk.reason_error.get().map(|message| field_error(message, "reason-e"))}
                <textarea
                    dir="auto"
                    class="textarea decide__box"
                    id="reason"
                    rows=move || if desk.asking.get().is_some() { "2" } else { "1" }
                    aria-describedby="reason-e"
                    aria-invalid=move || desk.reason_error.get().map(|_| "true")
                    prop:value=move || desk.reason.get()
                    on:input=typed
                ></textarea>
            </div>
            <div class="decide__actions">{move || desk.asking.get().map_or_else(|| choices(desk), |verdict| one(desk, verdict))}</div>
        </form>
    }
    .into_any()
}

/// All that can be decided.
fn choices(desk: InboxDesk) -> AnyView {
    view! {
        <ChoiceButton desk verdict=ApproverVerdict::Approve />
        <ChoiceButton desk verdict=ApproverVerdict::AskForChanges />
        <ChoiceButton desk verdict=ApproverVerdict::Reject />
        <DecisionHints />
    }
    .into_any()
}

/// The decision that words are being written for, and the way back.
fn one(desk: InboxDesk, verdict: ApproverVerdict) -> AnyView {
    let (class, icon, rest, ..) = face(verdict);
    view! {
        <button class=class type="submit" aria-disabled=move || desk.sending.get().map(|_| "true")>
            <Icon name=icon />
            {word(desk, verdict, rest)}
            <kbd class="kbd" aria-hidden="true">
                "Ctrl ↵"
            </kbd>
        </button>
        <button class="button" type="button" on:click=move |_| desk.leave_reason()>
            "Not now"
            <kbd class="kbd" aria-hidden="true">
                "Esc"
            </kbd>
        </button>
    }
    .into_any()
}

/// How the button of a decision looks: class, icon, words, key.
fn face(verdict: ApproverVerdict) -> (&'static str, &'static str, &'static str, &'static str) {
    match verdict {
        ApproverVerdict::Approve => ("button button--primary", "check", "Approve", "A"),
        ApproverVerdict::AskForChanges => ("button", "message-circle-question-mark", ActionKind::RequestInfo.label(), "C"),
        ApproverVerdict::Reject => ("button button--warn", "x", "Decline", "D"),
    }
}

fn word(desk: InboxDesk, verdict: ApproverVerdict, rest: &'static str) -> impl IntoView {
    move || if desk.sending.get() == Some(verdict) { "Sending" } else { rest }
}

/// "You approved as line manager; now as head of operations": the same person is asked again.
#[component]
fn Again(desk: InboxDesk) -> impl IntoView {
    let words = Memo::new(move |_| {
        let current = desk.current.get()?;
        desk.list.with(|list| list.row(&current).and_then(|row| row.data.again.clone()))
    });
    let line = |words: String| {
        view! {
            <p class="decide__for">
                <Icon name="info" />
                <span>{words}</span>
            </p>
        }
    };
    (move || words.get().map(line)).into_any()
}

#[component]
fn ChoiceButton(desk: InboxDesk, verdict: ApproverVerdict) -> impl IntoView {
    let (class, icon, rest, key) = face(verdict);
    // With a selection the keys are about that; its bar says so.
    let hint = move || {
        desk.chosen.with(Vec::is_empty).then(|| {
            view! {
                <kbd class="kbd" aria-hidden="true">
                    {key}
                </kbd>
            }
        })
    };
    view! {
        <button class=class type="button" aria-disabled=move || desk.sending.get().map(|_| "true") on:click=move |_| desk.decide(verdict)>
            <Icon name=icon />
            {word(desk, verdict, rest)}
            {hint}
        </button>
    }
    .into_any()
}

#[component]
fn DecisionHints() -> impl IntoView {
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
