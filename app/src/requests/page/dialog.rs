//! A dialog that asks for a few words before something is done: cancel, complete, decline several.

use crate::ui::Icon;
use domain::text::{is_blank_text, tidy_prose};
use leptos::html;
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
    let dialog = NodeRef::<html::Dialog>::new();
    let text = text.unwrap_or_else(|| RwSignal::new(String::new()));
    let error = RwSignal::new(None::<&'static str>);
    let (title_id, field_id, hint_id, error_id) = (format!("{id}-t"), format!("{id}-f"), format!("{id}-h"), format!("{id}-e"));

    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = dialog.get() else { return };
        if wanted && !dialog.open() {
            error.set(None);
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let send = move || {
        if busy.get_untracked() {
            return;
        }
        let words = text.with_untracked(|text| tidy_prose(text).into_owned());
        if words.is_empty() && !missing.is_empty() {
            error.set(Some(missing));
            return;
        }
        act.run(words);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let typed = move |event: leptos::ev::Event| {
        text.set(event_target_value(&event));
        if error.get_untracked().is_some() && !text.with_untracked(|text| is_blank_text(text)) {
            error.set(None);
        }
    };
    let field = view! {
        <div class="field" class:is-error=move || error.get().is_some()>
            <label class="field__label" for=field_id.clone()>
                {label}
            </label>
            <p class="field__hint" id=hint_id.clone()>
                {hint}
            </p>
            {error_line(error, error_id.clone())}
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
    };
    let action = if danger { "button button--danger" } else { "button button--primary" };
    view! {
        <dialog class="dialog" id=id node_ref=dialog aria-labelledby=title_id.clone() on:close=move |_| open.set(false)>
            <div class="dialog__head">
                <h2 id=title_id.clone()>{move || title.get()}</h2>
                <button class="button button--quiet button--icon" type="button" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon name="x" />
                </button>
            </div>
            <form class="dialog__body stack" id=format!("{id}-form") novalidate on:submit=submit>
                {move || failed.get().map(|message| view! { <p class="field__error" role="alert"><Icon name="circle-alert" /><span>{message}</span></p> })}
                {field}
            </form>
            <div class="dialog__foot">
                <button class="button push" type="button" on:click=move |_| open.set(false)>
                    {keep}
                </button>
                <button class=action type="submit" form=format!("{id}-form") aria-disabled=move || busy.get().then_some("true")>
                    {move || if busy.get() { working.to_owned() } else { confirm.get() }}
                </button>
            </div>
        </dialog>
    }
    .into_any()
}

fn error_line(error: RwSignal<Option<&'static str>>, id: String) -> impl IntoView {
    move || {
        let id = id.clone();
        error.get().map(|message| {
            view! {
                <p class="field__error" id=id role="alert">
                    <Icon name="circle-alert" />
                    <span>{message}</span>
                </p>
            }
        })
    }
}
