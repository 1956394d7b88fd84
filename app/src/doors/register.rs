//! `/register`: asks for a link by which an address is proved, where an organization lets in who was not invited. What it answers is the
//! same whether the address has an account or not, and whoever lets it in.

use super::api::registration;
use super::fields::{DoorField, DoorFrame, RefusedForm};
use crate::ui::{AlertBox, ErrorView, PageTitle};
use crate::wire::page_data;
use domain::address::Address;
use domain::doors::wire::{RegistrationView, registration_promise};
use leptos::prelude::*;

/// The page; with `?sent=yes` once a link was asked for.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let view = page_data(|| (), |()| registration());
    view! {
        <PageTitle text="Create an account · Docket" />
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => view! { <LoadedRegistration view /> }.into_any(),
                    Err(error) => view! { <ErrorView error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn LoadedRegistration(view: RegistrationView) -> impl IntoView {
    let refused = RefusedForm::read();
    let sent = RefusedForm::answer("sent") == "yes";
    let body = match sent {
        true => {
            let promise = registration_promise(&RefusedForm::answer("email"));
            view! {
                <AlertBox kind="done">
                    <p>{promise}</p>
                </AlertBox>
                <p class="soft">"Nothing came? Look in the spam folder, or ask somebody who manages people to invite you."</p>
            }
            .into_any()
        }
        false if view.open.is_empty() && !view.by_domain => {
            view! { <p>"Nobody can create an account here by themselves. Ask somebody who manages people to invite you."</p> }.into_any()
        }
        false => form(&refused, view),
    };
    view! {
        <DoorFrame place="The front desk" about="Requests, approvals and where they stand.">
            <h1>"Create an account"</h1>
            {refused.summary()}
            {body}
            <p class="gate__again">
                <a href=Address::SignIn.root() rel="external">
                    "Back to signing in"
                </a>
            </p>
        </DoorFrame>
    }
    .into_any()
}

fn form(refused: &RefusedForm, view: RegistrationView) -> AnyView {
    let wanted = RefusedForm::answer("organization");
    let only = match view.open.as_slice() {
        [(key, _)] if !view.by_domain => Some(key.clone()),
        _ => None,
    };
    let place = match only {
        Some(key) => view! { <input type="hidden" name="organization" value=key /> }.into_any(),
        None => choice(view, &wanted),
    };
    view! {
        <p class="soft">"We send a link to your address. It shows that the address is yours, and lets you choose a password."</p>
        <form class="gate__panel" method="post" action=Address::Register.root()>
            <DoorField
                name="email"
                label="Email"
                wrong=refused.of("email", "Enter an email address, like ruth.abel@example.org")
                value=RefusedForm::answer("email")
                autocomplete="username"
                longest=254
                inputmode="email"
            />
            {place}
            <button class="button button--lg button--wide button--primary" type="submit">
                "Send the link"
            </button>
        </form>
    }
    .into_any()
}

fn choice(view: RegistrationView, wanted: &str) -> AnyView {
    if view.open.is_empty() {
        return view! { <input type="hidden" name="organization" value="" /> }.into_any();
    }
    let by_domain = view.by_domain.then(|| view! { <option value="">"The one my address belongs to"</option> });
    let open = view
        .open
        .into_iter()
        .map(|(key, name)| {
            let selected = key == wanted;
            view! { <option value=key selected=selected>{name}</option> }.into_any()
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for="organization">
                "Organization"
            </label>
            <select class="select" id="organization" name="organization">
                {by_domain}
                {open}
            </select>
        </div>
    }
    .into_any()
}
