//! `/connectors/:key` and `/connectors/new/:kind`: one connector's settings, drawn by the form engine, its test and its previews.

use super::api::{connector, hold, save_connector, test_connector};
use super::preview::TemplatePreview;
use crate::error::CallError;
use crate::form::errors::ErrorSummary;
use crate::form::section::SectionFields;
use crate::form::{FormState, dom};
use crate::live::use_live;
use crate::people::search::find_for_picker;
use crate::ui::focus::focus_soon;
use crate::ui::toast::use_toasts;
use crate::ui::{Icon, PageTitle, TimeText, page_frame, refused_view};
use crate::wire::page_data;
use chrono::NaiveDate;
use domain::address::Address;
use domain::connectors::wire::{ConnectorInput, ConnectorView, TestView};
use domain::live::LiveEvent;
use domain::text::lower_case;
use domain::{Problem, Refusal};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

/// The page of one connector, or of a new one.
#[component]
pub fn ConnectorPage() -> impl IntoView {
    let params = use_params_map();
    let wanted = Memo::new(move |_| params.with(|params| (params.get("key").unwrap_or_default(), params.get("kind").unwrap_or_default())));
    let data = page_data(move || wanted.get(), |(key, kind)| connector(key, kind));
    page_frame("page", data, |found| view! { <LoadedConnector found /> }.into_any())
}

#[component]
fn LoadedConnector(found: ConnectorView) -> impl IntoView {
    let new = found.key.is_empty();
    let heading = if new { format!("New connector: {}", found.kind_label) } else { found.name.clone() };
    let title = format!("{heading} · Docket");
    let beside = (!new).then(|| {
        view! {
            <TestSlip found=found.clone() />
            <HoldSlip key=found.key.clone() held=found.held />
        }
    });
    let preview = (!found.templates.is_empty()).then_some(());
    let filling = FormState::new(found.form.clone(), found.settings.clone(), NaiveDate::default(), find_for_picker);
    let lead = if new { "It is used by the services that name it in their plan." } else { found.kind_label.as_str() }.to_owned();
    let previewed = preview.map(|()| view! { <TemplatePreview found=found.clone() filling /> });
    view! {
        <PageTitle text=title />
        <div class="page connector">
            <header class="page__head">
                <div class="page__title">
                    <nav class="crumbs" aria-label="Where you are">
                        <a href=Address::Connectors.root()>"Connectors"</a>
                    </nav>
                    <h1>{heading}</h1>
                    <p class="page__lead">{lead}</p>
                </div>
            </header>
            <div class="connector__parts">
                <SettingsForm found filling />
                <div class="stack">
                    {beside}
                    {previewed}
                </div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn SettingsForm(found: ConnectorView, filling: FormState) -> impl IntoView {
    let (summary, sending, live) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
    let refused = RwSignal::new(None::<CallError>);
    let forget = RwSignal::new(Vec::<String>::new());
    Effect::new(move |_| {
        filling.taken_over();
        live.set(true);
    });
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let (key, kind) = (found.key.clone(), found.kind.clone());
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
        let wanted = ConnectorInput {
            key: key.clone(),
            kind: kind.clone(),
            settings: filling.effective.get_untracked(),
            forget: forget.get_untracked(),
        };
        let (navigate, new) = (navigate.clone(), key.is_empty());
        spawn_local(async move {
            let answer = save_connector(wanted).await;
            sending.try_set(false);
            match answer {
                Ok(_) if !new => toasts.show("Saved".to_owned(), None),
                Ok(key) => {
                    toasts.show("Added. Send a test to see whether it works".to_owned(), None);
                    navigate(&Address::Connector(&key).to_string(), NavigateOptions::default());
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
    let section = found.form.sections.first().cloned();
    let label = {
        let fields = section.as_ref().map(|section| section.fields.clone()).unwrap_or_default();
        move |key: &str| fields.iter().find(|field| field.key == key).map_or_else(|| key.to_owned(), |field| lower_case(&field.label))
    };
    let stored = found
        .stored
        .iter()
        .map(|key| {
            let (words, key) = (format!("Remove the stored {}", label(key)), key.clone());
            let press = move |_| {
                forget.update(|forget| match forget.iter().position(|one| *one == key) {
                    Some(place) => {
                        forget.remove(place);
                    }
                    None => forget.push(key.clone()),
                });
            };
            view! {
                <label class="choice choice--sm">
                    <input class="check" type="checkbox" on:change=press />
                    <span>{words}</span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    let fields = section.map(|section| view! { <SectionFields filling section /> });
    let words = if found.key.is_empty() { "Add connector" } else { "Save" };
    view! {
        <section class="slip" aria-labelledby="settings-h">
            <div class="slip__head">
                <h2 id="settings-h">"Settings"</h2>
            </div>
            <form class="slip__body account__form" id="step" method="post" autocomplete="off" novalidate aria-labelledby="settings-h" on:submit=submit>
                <ErrorSummary problems=summary place="in the settings" link go />
                <div aria-live="polite">{move || refused.get().map(|error| refused_view(&error))}</div>
                {fields}
                {stored}
                <div class="row row--wrap account__foot">
                    <button class="button button--primary" type="submit" disabled=move || !live.get()>
                        {move || if sending.get() { "Saving" } else { words }}
                    </button>
                    <a class="button button--quiet" href=Address::Connectors.root()>
                        "Back to connectors"
                    </a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// "Send a test", and what came of the last one.
#[component]
fn TestSlip(found: ConnectorView) -> impl IntoView {
    let (test, busy, refused) = (RwSignal::new(found.test.clone()), RwSignal::new(false), RwSignal::new(None::<CallError>));
    let key = StoredValue::new(found.key.clone());
    let look = move || {
        spawn_local(async move {
            let Some(key) = key.try_get_value() else { return };
            if let Ok(found) = connector(key, String::new()).await {
                test.try_set(found.test);
            }
        });
    };
    use_live().on_event(move |event| {
        if event == LiveEvent::Deliveries {
            look();
        }
    });
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = test_connector(key.get_value()).await;
            busy.try_set(false);
            match answer {
                Ok(()) => look(),
                Err(error) => {
                    refused.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <section class="slip" aria-labelledby="test-h">
            <div class="slip__head">
                <h2 id="test-h">"Test"</h2>
            </div>
            <div class="slip__body stack">
                <p class="soft">"Sends sample data with the settings as they are saved. It really arrives there: a ticket, a message."</p>
                <div>
                    <button class="button" type="button" aria-disabled=move || busy.get().then_some("true") on:click=press>
                        <Icon name="send" />
                        "Send a test"
                    </button>
                </div>
                <div aria-live="polite">
                    {move || refused.get().map(|error| refused_view(&error))}
                    {move || tested(test.get())}
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn tested(test: TestView) -> AnyView {
    let attempt = match test {
        TestView::Never => return ().into_any(),
        TestView::Waiting(_) => {
            return view! {
                <p class="status status--wait">
                    <Icon name="hourglass" />
                    "Waits for a worker"
                </p>
            }
            .into_any();
        }
        TestView::Done(attempt) => attempt,
    };
    let taken = attempt.error.is_empty();
    let (class, icon) = if taken { ("status status--done", "check") } else { ("status status--bad", "triangle-alert") };
    let code = attempt.code.map(|code| format!(" {code}")).unwrap_or_default();
    let words = if taken { format!("Taken{code} in {} ms, ", attempt.milliseconds) } else { "Failed, ".to_owned() };
    let block = |label: &'static str, text: String| {
        (!text.is_empty()).then(|| {
            view! {
                <div>
                    <h3 class="sub">{label}</h3>
                    <pre class="code" tabindex="0">
                        {text}
                    </pre>
                </div>
            }
        })
    };
    view! {
        <div class="stack">
            <p class=class>
                <Icon name=icon />
                <span>{words} <TimeText at=attempt.at /></span>
            </p>
            {(!taken).then_some(attempt.error)}
            {block("Answer", attempt.response)}
            {block("We sent", attempt.request)}
        </div>
    }
    .into_any()
}

/// Holds everything for this destination back, or lets it go on.
#[component]
fn HoldSlip(key: String, held: bool) -> impl IntoView {
    let (toasts, busy, is_held) = (use_toasts(), RwSignal::new(false), RwSignal::new(held));
    let refused = RwSignal::new(None::<CallError>);
    let key = StoredValue::new(key);
    let set = move |held: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = hold(key.get_value(), held).await;
            busy.try_set(false);
            match answer {
                Ok(()) if held => {
                    is_held.try_set(true);
                    let undo = Callback::new(move |()| {
                        spawn_local(async move {
                            let Some(key) = key.try_get_value() else { return };
                            if hold(key, false).await.is_ok() {
                                is_held.try_set(false);
                            }
                        });
                    });
                    toasts.show("Held back. Deliveries wait until you release them".to_owned(), Some(undo));
                }
                Ok(()) => {
                    is_held.try_set(false);
                    toasts.show("Released".to_owned(), None);
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <section class="slip" aria-labelledby="hold-h">
            <div class="slip__head">
                <h2 id="hold-h">"Hold back"</h2>
            </div>
            <div class="slip__body stack">
                <p class="soft">
                    {move || match is_held.get() {
                        false => "While the other side is being worked on: deliveries wait and keep their order.",
                        true => "It is held back. Deliveries wait, and go out in their order when you release them.",
                    }}
                </p>
                <div class="row row--wrap">
                    <button class="button" type="button" on:click=move |_| set(!is_held.get_untracked())>
                        {move || if is_held.get() { "Release" } else { "Hold back" }}
                    </button>
                </div>
                <div aria-live="polite">{move || refused.get().map(|error| refused_view(&error))}</div>
            </div>
        </section>
    }
    .into_any()
}
