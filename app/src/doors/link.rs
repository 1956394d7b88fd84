//! `/reset-password/:token` and `/join/:token`: what an account link opens. A link that opens nothing says so, whatever the reason.

use super::api::account_link;
use super::fields::{DoorField, DoorFrame, PASSWORD_HINT, PASSWORD_WRONG, PasswordField, RefusedForm};
use crate::error::CallError;
use crate::ui::PageTitle;
use crate::wire::page_data;
use domain::address::Address;
use domain::doors::wire::{LinkStep, LinkView};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A new password.
#[component]
pub fn ResetPage() -> impl IntoView {
    view! {
        <PageTitle text="New password · Docket" />
        {opened(true)}
    }
    .into_any()
}

/// Becoming a member.
#[component]
pub fn JoinPage() -> impl IntoView {
    view! {
        <PageTitle text="Your invitation · Docket" />
        {opened(false)}
    }
    .into_any()
}

fn opened(resets: bool) -> AnyView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let link = page_data(move || token.get(), account_link);
    view! {
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                match link.await {
                    Ok(link) if (link.step == LinkStep::NewPassword) == resets => behind(link, token.get_untracked()),
                    Ok(_) => closed("This link does not open anything here. Open it as it was sent to you.".to_owned(), true),
                    Err(error) => refused(&error),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn refused(error: &CallError) -> AnyView {
    let waits = matches!(error, CallError::Refused { refusal: domain::Refusal::TooMany { .. } });
    #[cfg(feature = "ssr")]
    if !waits {
        crate::context::set_status(http::StatusCode::NOT_FOUND);
    }
    closed(error.message(), !waits)
}

fn closed(words: String, asks: bool) -> AnyView {
    let ask = asks.then(|| {
        view! {
            <a class="button button--lg button--wide" href=Address::Forgot.root() rel="external">
                "Ask for a new password"
            </a>
        }
    });
    view! {
        <DoorFrame place="The front desk" about="Requests, approvals and where they stand.">
            <h1>"Nothing opens here"</h1>
            <p>{words}</p>
            <a class="button button--lg button--wide button--primary" href=Address::SignIn.root() rel="external">
                "Sign in"
            </a>
            {ask}
        </DoorFrame>
    }
    .into_any()
}

fn behind(link: LinkView, token: String) -> AnyView {
    let refused = RefusedForm::read();
    let step = link.step;
    let (title, lead) = match step {
        LinkStep::NewPassword => ("Choose a new password".to_owned(), "You are signed out everywhere else, and signed in here.".to_owned()),
        _ => (format!("Join {}", link.organization), invited(&link)),
    };
    let fields = match step {
        LinkStep::NewPassword => new_password(&refused, link.email.clone()),
        LinkStep::NewAccount => new_account(&refused, &link),
        LinkStep::OwnPassword => own_password(&refused, link.email.clone()),
        LinkStep::Confirm => ().into_any(),
        LinkStep::OtherAccount => return other_account(link, title),
    };
    let (action, button) = match step {
        LinkStep::NewPassword => (Address::Reset("").root(), "Set the password and sign in"),
        LinkStep::NewAccount => (Address::Join("").root(), "Create the account and sign in"),
        _ => (Address::Join("").root(), "Join"),
    };
    view! {
        <DoorFrame place=link.organization.clone() about="Requests, approvals and where they stand.">
            <h1 dir="auto">{title}</h1>
            {refused.summary()}
            <p class="soft">{lead}</p>
            <form class="gate__panel" method="post" action=action>
                <input type="hidden" name="secret" value=token />
                {fields}
                <button class="button button--lg button--wide button--primary" type="submit">
                    {button}
                </button>
            </form>
        </DoorFrame>
    }
    .into_any()
}

fn invited(link: &LinkView) -> String {
    let by = if link.invited_by.is_empty() { String::new() } else { format!("{} invited you. ", link.invited_by) };
    match link.step {
        LinkStep::Confirm => format!("{by}You join with the account you are signed in with, {}.", link.email),
        LinkStep::OwnPassword => format!("{by}{} has an account here already. Enter its password to join with it.", link.email),
        _ => format!("{by}You sign in with {} from now on.", link.email),
    }
}

/// Tells a password manager whose password this is.
fn whose(email: String) -> AnyView {
    view! { <input type="email" name="email" autocomplete="username" value=email readonly hidden /> }.into_any()
}

fn new_password(refused: &RefusedForm, email: String) -> AnyView {
    view! {
        {whose(email)}
        <PasswordField
            label="New password"
            hint=PASSWORD_HINT
            wrong=refused.of("password", PASSWORD_WRONG)
            autocomplete="new-password"
            shortest=12
        />
    }
    .into_any()
}

fn new_account(refused: &RefusedForm, link: &LinkView) -> AnyView {
    let typed = RefusedForm::answer("name");
    let name = if typed.is_empty() { link.name.clone() } else { typed };
    view! {
        {whose(link.email.clone())}
        <DoorField name="name" label="Your name" wrong=refused.of("name", "Enter your name, up to 200 characters") value=name autocomplete="name" />
        <PasswordField label="Password" hint=PASSWORD_HINT wrong=refused.of("password", PASSWORD_WRONG) autocomplete="new-password" shortest=12 />
    }
    .into_any()
}

fn own_password(refused: &RefusedForm, email: String) -> AnyView {
    view! {
        {whose(email)}
        <PasswordField
            label="Password"
            wrong=refused.of("email", "The password is not right. Check it, then try again")
            autocomplete="current-password"
        />
        <p class="gate__again">
            <a href=Address::Forgot.root() rel="external">
                "Forgot your password?"
            </a>
        </p>
    }
    .into_any()
}

fn other_account(link: LinkView, title: String) -> AnyView {
    view! {
        <DoorFrame place=link.organization about="Requests, approvals and where they stand.">
            <h1 dir="auto">{title}</h1>
            <p>
                {format!("This is for {}, and somebody else is signed in in this browser. Sign out, then open the link again.", link.email)}
            </p>
            <form class="gate__panel" method="post" action="/sign-out">
                <button class="button button--lg button--wide button--primary" type="submit">
                    "Sign out"
                </button>
            </form>
        </DoorFrame>
    }
    .into_any()
}
