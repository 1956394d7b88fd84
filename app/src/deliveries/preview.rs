//! What a template makes of a real request, before anything is sent.

use super::api::preview_template;
use crate::error::CallError;
use crate::form::FormState;
use domain::Refusal;
use domain::connectors::wire::ConnectorView;
use domain::text::is_blank_text;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The preview of one of the templates, as it is in the form right now.
#[component]
pub fn TemplatePreview(found: ConnectorView, filling: FormState) -> impl IntoView {
    let fields = found.form.sections.iter().flat_map(|section| &section.fields);
    let choices: Vec<(String, String)> =
        fields.filter(|field| found.templates.contains(&field.key)).map(|field| (field.key.clone(), field.label.clone())).collect();
    let chosen = RwSignal::new(choices.first().map(|(key, _)| key.clone()).unwrap_or_default());
    let (number, made, busy) = (RwSignal::new(String::new()), RwSignal::new(None::<Result<String, String>>), RwSignal::new(false));
    let kind = StoredValue::new(found.kind.clone());
    let show = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let (field, number) = (chosen.get_untracked(), number.get_untracked());
        let source = untrack(|| filling.text(&field));
        if is_blank_text(&source) {
            made.set(Some(Err("The template is empty: Docket’s own text is sent.".to_owned())));
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = preview_template(kind.get_value(), field, source, number).await;
            busy.try_set(false);
            made.try_set(Some(answer.map_err(|error| words(&error))));
        });
    };
    let options = choices.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }.into_any()).collect_view();
    let result = move || {
        made.get().map(|made| match made {
            Ok(text) => view! {
                <pre class="code" tabindex="0">
                    {text}
                </pre>
            }
            .into_any(),
            Err(message) => view! { <p class="field__error">{message}</p> }.into_any(),
        })
    };
    view! {
        <section class="slip" aria-labelledby="preview-h">
            <div class="slip__head">
                <h2 id="preview-h">"Preview"</h2>
            </div>
            <form class="slip__body stack" novalidate on:submit=show>
                <div class="field">
                    <label class="field__label" for="preview-field">
                        "Template"
                    </label>
                    <select class="select" id="preview-field" on:change:target=move |event| chosen.set(event.target().value())>
                        {options}
                    </select>
                </div>
                <div class="field">
                    <label class="field__label" for="preview-number">
                        "Docket number "
                        <span class="field__opt">"(optional)"</span>
                    </label>
                    <p class="field__hint">"Without one, sample data is used."</p>
                    <input
                        class="input"
                        id="preview-number"
                        maxlength="20"
                        autocomplete="off"
                        prop:value=number
                        on:input:target=move |event| number.set(event.target().value())
                    />
                </div>
                <div>
                    <button class="button" type="submit">
                        "Show preview"
                    </button>
                </div>
                <div aria-live="polite">{result}</div>
            </form>
        </section>
    }
    .into_any()
}

fn words(error: &CallError) -> String {
    match error {
        CallError::Refused { refusal: Refusal::Problems { problems } } => {
            problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
        }
        other => other.message(),
    }
}
