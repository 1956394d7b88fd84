//! A dialog that asks for a few words before something is done: cancel, complete, decline several.

use super::{DialogButtons, DialogForm, DialogFrame, field_error};
use domain::text::{is_blank_text, tidy_prose};
use leptos::prelude::*;

/// A native modal dialog with one text field. It stays open until `open` is set to false: by Esc, by "keep", or by whoever acts.
#[component]
pub fn WordsDialog(
    /// Unique on the page; the ids inside derive from it.
    id: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] label: String,
    hint: &'static str,
    /// The words of the button that leaves everything as it is.
    keep: &'static str,
    #[prop(into)] confirm: Signal<String>,
    /// The words of the button while it works.
    working: &'static str,
    /// What to say when nothing is written; empty when nothing has to be.
    #[prop(optional)]
    missing: &'static str,
    /// The action takes something away.
    #[prop(optional)]
    danger: bool,
    #[prop(into)] busy: Signal<bool>,
    /// What went wrong when it was tried.
    #[prop(into)]
    failed: Signal<Option<String>>,
    /// Keeps what is typed while the dialog is gone.
    #[prop(optional)]
    text: Option<RwSignal<String>>,
    act: Callback<String>,
) -> impl IntoView {
    let text = text.unwrap_or_else(|| RwSignal::new(String::new()));
    let error = RwSignal::new(None::<&'static str>);
    let (field_id, hint_id, error_id) = (format!("{id}-f"), format!("{id}-h"), format!("{id}-e"));
    let send = Callback::new(move |()| {
        let words = text.with_untracked(|text| tidy_prose(text).into_owned());
        if words.is_empty() && !missing.is_empty() {
            error.set(Some(missing));
        } else {
            act.run(words);
        }
    });
    let typed = move |event: leptos::ev::Event| {
        text.set(event_target_value(&event));
        if error.get_untracked().is_some() && !text.with_untracked(|text| is_blank_text(text)) {
            error.set(None);
        }
    };
    let close = Callback::new(move |()| open.set(false));
    let opens = Callback::new(move |()| error.set(None));
    let buttons = DialogButtons { keep: keep.to_owned(), confirm, working: working.to_owned(), danger };
    let wrong_id = error_id.clone();
    view! {
        <DialogFrame id open close opens>
            <DialogForm id title buttons close busy failed send>
                <div class="field" class:is-error=move || error.get().is_some()>
                    <label class="field__label" for=field_id.clone()>
                        {label}
                    </label>
                    <p class="field__hint" id=hint_id.clone()>
                        {hint}
                    </p>
                    {move || error.get().map(|message| field_error(message.to_owned(), &wrong_id))}
                    <textarea
                        dir="auto"
                        class="textarea"
                        id=field_id.clone()
                        aria-describedby=format!("{hint_id} {error_id}")
                        aria-invalid=move || error.get().map(|_| "true")
                        autofocus
                        prop:value=move || text.get()
                        on:input=typed
                    ></textarea>
                </div>
            </DialogForm>
        </DialogFrame>
    }
    .into_any()
}
