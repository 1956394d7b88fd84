//! The one frame of every dialog: a native modal one, and inside of it a head with a way out, a form and its two buttons.

use super::{Icon, field_error};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// A native modal dialog that is open while `open` says so. Esc closes it as `close` does.
#[component]
pub fn DialogFrame(
    /// Unique on the page; what is inside names its title `{id}-t`.
    id: &'static str,
    #[prop(default = "dialog")] class: &'static str,
    #[prop(into)] open: Signal<bool>,
    close: Callback<()>,
    /// Called when it opens.
    #[prop(optional)]
    opens: Option<Callback<()>>,
    /// Hears the keys that are pressed in it.
    #[prop(optional)]
    keys: Option<Callback<KeyboardEvent>>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = dialog.get() else { return };
        if wanted && !dialog.open() {
            let _ = dialog.show_modal();
            if let Some(opens) = opens {
                untrack(|| opens.run(()));
            }
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            class=class
            id=id
            node_ref=dialog
            aria-labelledby=format!("{id}-t")
            on:close=move |_| close.run(())
            on:keydown=move |event| {
                if let Some(keys) = keys {
                    keys.run(event);
                }
            }
        >
            {children()}
        </dialog>
    }
    .into_any()
}

/// The title of a dialog, and the way out.
#[component]
pub fn DialogHead(id: &'static str, #[prop(into)] title: Signal<String>, close: Callback<()>) -> impl IntoView {
    view! {
        <div class="dialog__head">
            <h2 id=format!("{id}-t")>{move || title.get()}</h2>
            <button
                class="button button--quiet button--icon"
                id=format!("{id}-close")
                type="button"
                aria-label="Close"
                on:click=move |_| close.run(())
            >
                <Icon name="x" />
            </button>
        </div>
    }
    .into_any()
}

/// What stands on the buttons of a dialog's form.
pub struct DialogButtons {
    /// Leaves everything as it is.
    pub keep: String,
    pub confirm: Signal<String>,
    /// While it is being done.
    pub working: String,
    /// What is done takes something away.
    pub danger: bool,
}

/// A dialog's title, form and buttons. `send` is called for each try, unless one is on its way.
#[component]
pub fn DialogForm(
    /// That of its dialog.
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    buttons: DialogButtons,
    close: Callback<()>,
    #[prop(into)] busy: Signal<bool>,
    /// What went wrong when it was tried.
    #[prop(into)]
    failed: Signal<Option<String>>,
    send: Callback<()>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(());
        }
    };
    let DialogButtons { keep, confirm, working, danger } = buttons;
    let class = if danger { "button button--danger" } else { "button button--primary" };
    view! {
        <DialogHead id title close />
        <form class="dialog__body stack" id=format!("{id}-form") novalidate on:submit=submit>
            {move || failed.get().map(|message| field_error(message, ""))}
            {children()}
        </form>
        <div class="dialog__foot">
            <button class="button push" type="button" on:click=move |_| close.run(())>
                {keep}
            </button>
            <button class=class type="submit" form=format!("{id}-form") aria-disabled=move || busy.get().then_some("true")>
                {move || if busy.get() { working.clone() } else { confirm.get() }}
            </button>
        </div>
    }
    .into_any()
}
