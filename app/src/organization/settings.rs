//! `/settings`: what an organization decides for itself, drawn by the form engine.

use super::api::{organization, save_organization};
use crate::error::CallError;
use crate::form::errors::ErrorSummary;
use crate::form::section::SectionFields;
use crate::form::{FormState, dom};
use crate::people::search::find_for_picker;
use crate::session::refresh;
use crate::ui::focus::focus_soon;
use crate::ui::toast::use_toasts;
use crate::ui::{PageTitle, page_frame, refused_view};
use crate::wire::page_data;
use chrono::NaiveDate;
use domain::forms::Section;
use domain::organization::wire::OrganizationView;
use domain::{Problem, Refusal};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn OrganizationPage() -> impl IntoView {
    let data = page_data(|| (), |()| organization());
    view! {
        <PageTitle text="Organization · Docket" />
        {page_frame("page organization", data, |found| view! { <OrganizationFields found /> }.into_any())}
    }
    .into_any()
}

#[component]
fn OrganizationFields(found: OrganizationView) -> impl IntoView {
    let sections = found.form.sections.clone();
    let filling = FormState::new(found.form, found.answers, NaiveDate::default(), find_for_picker);
    let (summary, sending, live) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
    let refused = RwSignal::new(None::<CallError>);
    let looked = look(filling);
    let toasts = use_toasts();
    Effect::new(move |_| {
        filling.taken_over();
        live.set(true);
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let problems = filling.all_problems();
        filling.show(&problems);
        let complete = problems.is_empty();
        summary.set(problems);
        refused.set(None);
        if !complete {
            return;
        }
        sending.set(true);
        // Read now: the page may have been left when the answer comes.
        let looks_otherwise = look(filling) != looked;
        spawn_local(async move {
            let answer = save_organization(filling.effective.get_untracked()).await;
            sending.try_set(false);
            match answer {
                // The frame around the page has the name and the colour.
                Ok(()) if looks_otherwise => {
                    let _ = leptos::prelude::window().location().reload();
                }
                Ok(()) => {
                    toasts.show("Saved".to_owned(), None);
                    refresh();
                }
                Err(CallError::Refused { refusal: Refusal::Problems { problems } }) => {
                    filling.show(&problems);
                    summary.try_set(problems);
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            }
        });
    };
    let link = Callback::new(|problem: Problem| format!("#{}", dom::control_id(&problem.field)));
    let go = Callback::new(|problem: Problem| focus_soon(dom::control_id(&problem.field)));
    let slips = sections.into_iter().map(|section| slip(filling, section)).collect_view();
    view! {
        <div class="page organization">
            <header class="page__head">
                <div class="page__title">
                    <h1>"Organization"</h1>
                    <p class="page__lead" dir="auto">
                        {found.name}
                    </p>
                </div>
            </header>
            <form class="stack" id="step" method="post" autocomplete="off" novalidate aria-label="Organization" on:submit=submit>
                <ErrorSummary problems=summary place="in the settings" link go />
                <div aria-live="polite">{move || refused.get().map(|error| refused_view(&error))}</div>
                {slips}
                <div class="row row--wrap">
                    <button class="button button--primary" type="submit" disabled=move || !live.get()>
                        {move || if sending.get() { "Saving" } else { "Save settings" }}
                    </button>
                </div>
            </form>
        </div>
    }
    .into_any()
}

/// What of the settings every page shows.
fn look(filling: FormState) -> [String; 2] {
    untrack(|| ["name", "accent"].map(|key| filling.text(key)))
}

fn slip(filling: FormState, section: Section) -> AnyView {
    let id = format!("settings-{}", section.key);
    let (title, labelled) = (section.title.clone(), id.clone());
    let swatch = (section.key == "looks").then(|| {
        // Only what is a colour is shown: anything else would be a style of the page's own.
        let colour = move || {
            domain::organization::accent::AccentColour::parse(filling.text("accent").trim())
                .map(|accent| view! { <AccentSample colour=accent.to_string() readable=accent.is_readable() /> })
        };
        view! { <div aria-live="polite">{colour}</div> }
    });
    view! {
        <section class="slip" aria-labelledby=labelled>
            <div class="slip__head">
                <h2 id=id>{title}</h2>
            </div>
            <div class="slip__body account__form">
                <SectionFields filling section />
                {swatch}
            </div>
        </section>
    }
    .into_any()
}

/// How the colour looks, and whether it can be read. Drawn as a picture: pages take no style from what was typed.
#[component]
fn AccentSample(colour: String, readable: bool) -> impl IntoView {
    let words = if readable { "Words in this colour can be read." } else { "Words in this colour are too pale to be read." };
    view! {
        <p class="organization__accent">
            <svg width="64" height="20" aria-hidden="true">
                <rect width="64" height="20" rx="5" fill=colour />
            </svg>
            <span>{words}</span>
        </p>
    }
    .into_any()
}
