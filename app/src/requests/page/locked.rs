//! Why nothing can be edited, said where an edit would be.

use crate::ui::Icon;
use leptos::prelude::*;

/// The reason, in place of a field or a button; nothing while the request is not locked (`Allowed::locked`).
#[component]
pub fn LockedNote(#[prop(into)] reason: Signal<Option<String>>) -> impl IntoView {
    move || {
        reason.get().map(|reason| {
            view! {
                <p class="locked">
                    <Icon name="lock" />
                    <span>{reason}</span>
                </p>
            }
            .into_any()
        })
    }
}
