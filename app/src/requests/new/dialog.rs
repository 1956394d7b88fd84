//! The dialog's frame: head with steps, the step itself, the foot with what comes next. And its keys.

use super::review::{AnswerReview, ReviewTicket};
use super::route::RouteAside;
use super::saved_line::SavedLine;
use super::state::{DialogState, REVIEW};
use super::steps::StepStrip;
use crate::error::CallError;
use crate::form::errors::ErrorSummary;
use crate::form::section::SectionFields;
use crate::ui::{AlertBox, Icon};
use domain::Problem;
use domain::address::Address;
use leptos::prelude::*;

/// The whole dialog.
#[component]
pub fn RequestDialog(dialog: DialogState) -> impl IntoView {
    listen(dialog);
    view! {
        <div class="flow-page">
            <dialog class="dialog dialog--wide flow" open aria-labelledby="flow-title">
                <Head dialog />
                <DialogBody dialog />
                <Foot dialog />
            </dialog>
        </div>
    }
    .into_any()
}

/// Esc closes, Ctrl Enter goes on, Alt ← goes back.
fn listen(dialog: DialogState) {
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.default_prevented() || event.is_composing() || event.repeat() {
                return;
            }
            let go_on = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
            let back = event.key() == "ArrowLeft" && event.alt_key() && dialog.beside(-1).is_some();
            let close = event.key() == "Escape" && document().query_selector(":modal, :popover-open").is_ok_and(|open| open.is_none());
            if go_on || back || close {
                event.prevent_default();
            }
            if go_on {
                dialog.go_on();
            } else if back {
                dialog.go_back();
            } else if close {
                dialog.close();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[component]
fn Head(dialog: DialogState) -> impl IntoView {
    let item = dialog.item.get_value();
    view! {
        <div class="dialog__head flow__head">
            <div>
                <p class="flow__no">
                    <span class="docket-no">
                        <span>{format!("{}-", item.prefix)}</span>
                        "••••"
                    </span>
                    <span class="muted flow__about" dir="auto">{move || dialog.title.get()}</span>
                </p>
                <h1 id="flow-title" tabindex="-1">
                    {move || question(dialog)}
                </h1>
            </div>
            <a class="button button--quiet button--icon" href=Address::Catalog.root() aria-label="Save and close" on:click=move |_| dialog.draft.save()>
                <Icon name="x" class="icon--lg" />
            </a>
            <StepStrip dialog />
        </div>
    }
    .into_any()
}

/// The step's heading.
fn question(dialog: DialogState) -> String {
    let here = dialog.current.get();
    if here == REVIEW {
        return "Check your answers".to_owned();
    }
    dialog.filling.form.with(|form| {
        let section = form.sections.iter().find(|section| section.key == here);
        section.map_or_else(String::new, |section| if section.question.is_empty() { &section.title } else { &section.question }.clone())
    })
}

#[component]
fn DialogBody(dialog: DialogState) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        dialog.go_on();
    };
    view! {
        <form class="dialog__body flow__body" id="step" method="post" autocomplete="off" novalidate on:submit=submit>
            {move || step(dialog)}
        </form>
    }
    .into_any()
}

fn step(dialog: DialogState) -> AnyView {
    let here = dialog.current.get();
    // Put in place anew when the form became another one.
    let section = dialog.filling.form.with(|form| form.sections.iter().find(|section| section.key == here).cloned());
    match section.filter(|_| here != REVIEW) {
        Some(section) => view! {
            <div class="flow__form">
                <DialogNotices dialog place="on this step" />
                <SectionFields filling=dialog.filling section />
            </div>
            <RouteAside dialog />
        }
        .into_any(),
        None => view! {
            <div class="flow__form review">
                <DialogNotices dialog place="in your answers" />
                <AnswerReview dialog />
            </div>
            <ReviewTicket dialog />
        }
        .into_any(),
    }
}

/// What is over the questions: problems, what changed in the form, and why submitting did not work.
#[component]
fn DialogNotices(dialog: DialogState, place: &'static str) -> impl IntoView {
    let link = Callback::new(move |problem: Problem| dialog.problem_link(&problem));
    let go = Callback::new(move |problem: Problem| dialog.go_to(&problem));
    view! {
        <ErrorSummary problems=dialog.summary place link go />
        {move || changes(dialog)}
        {move || dialog.failed.get().map(|error| failed(dialog, &error))}
    }
    .into_any()
}

fn changes(dialog: DialogState) -> Option<AnyView> {
    let known = dialog.steps.get();
    dialog.changes.get().map(|changes| {
        let words = if changes.is_empty() {
            "This form changed since you began. Your answers are kept where they still fit. Check them, then submit again."
        } else {
            "This form changed since you began. Your answers are kept where they still fit. Look at these, then submit again."
        };
        let rows = changes.into_iter().map(|change| {
            let section = change.section.filter(|section| known.iter().any(|step| step.key == *section));
            match section {
                Some(section) => view! {
                    <li>
                        <a href=dialog.link(&section)>{change.message}</a>
                    </li>
                }
                .into_any(),
                None => view! { <li>{change.message}</li> }.into_any(),
            }
        });
        let rows = rows.collect::<Vec<_>>();
        let list = (!rows.is_empty()).then(|| view! { <ul class="flow__changes">{rows}</ul> });
        view! {
            <div id="changes" tabindex="-1">
                <AlertBox kind="wait">
                    <p>{words}</p>
                    {list}
                </AlertBox>
            </div>
        }
        .into_any()
    })
}

fn failed(dialog: DialogState, error: &CallError) -> AnyView {
    let message = error.message();
    let sign_in = (*error == CallError::SignedOut).then(|| {
        view! {
            <a class="button button--sm" href=sign_in_link(dialog) rel="external">
                "Sign in"
            </a>
        }
    });
    view! {
        <div id="failed" tabindex="-1">
            <AlertBox kind="bad">
                <p>{message}</p>
                {sign_in}
            </AlertBox>
        </div>
    }
    .into_any()
}

/// To the sign-in page, and from there back to this step.
fn sign_in_link(dialog: DialogState) -> String {
    let next = dialog.link(&dialog.current.get());
    Address::SignIn.with_query(&[("next", &next)])
}

#[component]
fn Foot(dialog: DialogState) -> impl IntoView {
    let sign_in = Signal::derive(move || sign_in_link(dialog));
    let before = move || {
        dialog.steps.track();
        dialog.current.track();
        dialog.beside(-1).map(|key| {
            view! {
                <a class="button button--lg" href=dialog.link(&key)>
                    "Back"
                </a>
            }
        })
    };
    let words = move || match (dialog.current.get() == REVIEW, dialog.submitting.get()) {
        (true, true) => "Submitting",
        (true, false) => "Submit request",
        _ => "Continue",
    };
    let busy = move || dialog.submitting.get().then_some("true");
    view! {
        <div class="dialog__foot flow__foot">
            <SavedLine draft=dialog.draft sign_in />
            <a class="button button--quiet" href=Address::Catalog.root() on:click=move |_| dialog.draft.save()>
                "Save and close"
            </a>
            <span class="push row flow__go">
                {before}
                <button class="button button--lg button--primary flow__next" type="submit" form="step" aria-disabled=busy>
                    {words}
                </button>
            </span>
        </div>
    }
    .into_any()
}
