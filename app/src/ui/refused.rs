//! Why what was asked for was not done: the alert on a page, and the line at a field.

use super::{AlertBox, Icon};
use crate::error::CallError;
use domain::address::Address;
use leptos::prelude::*;

/// The place on a page where the alert appears; `refused` takes the focus then.
#[component]
pub fn RefusedNotice(#[prop(into)] error: Signal<Option<CallError>>) -> impl IntoView {
    view! {
        <div class="notices" id="refused" tabindex="-1" aria-live="polite">
            {move || error.get().map(|error| refused_view(&error))}
        </div>
    }
    .into_any()
}

/// The alert over a refused action, with the way on.
pub fn refused_view(error: &CallError) -> AnyView {
    let message = error.message();
    // In another tab, so that what is typed here stays.
    let sign_in = matches!(error, CallError::SignedOut).then(|| {
        view! {
            <a class="button button--sm" href=Address::SignIn.root() target="_blank" rel="external noopener">
                "Sign in in a new tab"
            </a>
        }
    });
    view! {
        <AlertBox kind="bad">
            <p>{message}</p>
            {sign_in}
        </AlertBox>
    }
    .into_any()
}

/// The words over a field that is wrong, read out at once. The field names them by `id`; empty when it does not.
pub fn field_error(message: String, id: &str) -> AnyView {
    let id = (!id.is_empty()).then(|| id.to_owned());
    view! {
        <p class="field__error" id=id role="alert">
            <Icon name="circle-alert" />
            <span>{message}</span>
        </p>
    }
    .into_any()
}
