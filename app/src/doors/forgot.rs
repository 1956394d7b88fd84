//! `/forgot-password`: asks for a link to a new password. What it answers is the same whether there is an account or not.

use super::fields::{DoorField, DoorFrame, RefusedForm};
use crate::ui::{AlertBox, PageTitle};
use domain::address::Address;
use domain::doors::wire::reset_promise;
use leptos::prelude::*;

/// The page; with `?sent=yes` once a link was asked for.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let refused = RefusedForm::read();
    let email = RefusedForm::answer("email");
    let promise = reset_promise(&email);
    let sent = (RefusedForm::answer("sent") == "yes").then(|| {
        view! {
            <AlertBox kind="done">
                <p>{promise}</p>
            </AlertBox>
            <p class="soft">
                "Nothing came? Look in the spam folder. If the server cannot send email, an administrator can set a password for you."
            </p>
        }
    });
    let asked = sent.is_some();
    let form = (!asked).then(|| {
        view! {
            <p class="soft">"We send a link to the address of your account. It lets you choose a new password."</p>
            <form class="gate__panel" method="post" action=Address::Forgot.root()>
                <DoorField
                    name="email"
                    label="Email"
                    wrong=refused.of("email", "Enter an email address, like ruth.abel@example.org")
                    value=email
                    autocomplete="username"
                    longest=254
                    inputmode="email"
                />
                <button class="button button--lg button--wide button--primary" type="submit">
                    "Send the link"
                </button>
            </form>
        }
    });
    view! {
        <PageTitle text="Forgot your password? · Docket" />
        <DoorFrame place="The front desk" about="Requests, approvals and where they stand.">
            <h1>"Forgot your password?"</h1>
            {refused.summary()}
            {sent}
            {form}
            <p class="gate__again">
                <a href=Address::SignIn.root() rel="external">
                    "Back to signing in"
                </a>
            </p>
        </DoorFrame>
    }
    .into_any()
}
