//! A dialog around a small form of the request page: whom to give it to, when it begins, who decides instead.

use super::sheet::RequestSheet;
use crate::ui::{DialogButtons, DialogForm, DialogFrame};
use leptos::prelude::*;

/// A modal dialog around a small form, open from the beginning.
#[component]
pub fn AskDialog(
    id: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    keep: &'static str,
    confirm: &'static str,
    working: &'static str,
    sheet: RequestSheet,
    send: Callback<()>,
    children: Children,
) -> impl IntoView {
    let close = Callback::new(move |()| open.set(false));
    let confirm = Signal::stored(confirm.to_owned());
    let buttons = DialogButtons { keep: keep.to_owned(), confirm, working: working.to_owned(), danger: false };
    view! {
        <DialogFrame id class="dialog dialog--open-list" open close>
            <DialogForm id title=Signal::stored(title) buttons close busy=sheet.working() failed=sheet.failed() send>
                {children()}
            </DialogForm>
        </DialogFrame>
    }
    .into_any()
}
