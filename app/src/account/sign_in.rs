//! The sign-in page: a plain form that works without script.

use super::providers::ProviderButtons;
use crate::doors::fields::wait_words;
use crate::ui::theme::toggle;
use crate::ui::{BrandLink, Icon, PageTitle};
use domain::address::Address;
use domain::single_sign_on::SignInObstacle;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/sign-in`, with `?error=`, `?email=` and `?next=` after a failed try.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let next = query.get("next").unwrap_or_default();
    let email = query.get("email").unwrap_or_default();
    let seconds = query.get("seconds").and_then(|seconds| seconds.parse::<u32>().ok()).unwrap_or(60);
    let error = query.get("error").map(|error| match error.as_str() {
        "wait" => format!("There were too many tries. Wait {}, then try again.", wait_words(seconds)),
        "expired" => "You were signed out. Sign in to continue where you were.".to_owned(),
        "failed" => "Signing in did not work because of trouble on our side. Try again in a moment.".to_owned(),
        _ => "The email address or the password is not right. Check both, then try again.".to_owned(),
    });
    let has_error = error.is_some();
    let error = error.or_else(|| query.get("provider").and_then(|name| SignInObstacle::words(&name)).map(str::to_owned));
    view! {
        <PageTitle text="Sign in · Docket" />
        <main class="gate" id="main">
            <div class="gate__slip">
                <header class="gate__stub">
                    <BrandLink />
                    <div>
                        <p class="gate__org">"The front desk"</p>
                        <p class="soft">"Requests, approvals and where they stand."</p>
                    </div>
                </header>
                <div class="perf perf--v gate__perf" aria-hidden="true"></div>
                <div class="gate__body">
                    <h1>"Sign in"</h1>
                    {error.map(|error| view! { <SignInError error /> })}
                    <SignInFields next=next.clone() email focus_password=has_error />
                    <p class="gate__again">
                        <a href=Address::Forgot.root() rel="external">
                            "Forgot your password?"
                        </a>
                    </p>
                    <ProviderButtons next />
                    <p class="gate__again">
                        <a href=Address::Register.root() rel="external">
                            "No account yet?"
                        </a>
                    </p>
                </div>
            </div>
            <footer class="gate__foot">
                <button class="linkish" type="button" on:click=move |_| toggle()>
                    "Change theme"
                </button>
            </footer>
        </main>
    }
    .into_any()
}

#[component]
fn SignInError(error: String) -> impl IntoView {
    view! {
        <div class="error-summary" role="alert" id="sign-in-error">
            <h2>
                <Icon name="circle-alert" />
                {error}
            </h2>
        </div>
    }
    .into_any()
}

#[component]
fn SignInFields(next: String, email: String, focus_password: bool) -> impl IntoView {
    let shown = RwSignal::new(false);
    let described = focus_password.then_some("sign-in-error");
    view! {
        <form class="gate__panel" method="post" action=Address::SignIn.root()>
            <input type="hidden" name="next" value=next />
            <div class="field">
                <label class="field__label" for="email">
                    "Email"
                </label>
                <input class="input" id="email" name="email" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required value=email aria-describedby=described />
            </div>
            <div class="field">
                <label class="field__label" for="password">
                    "Password"
                </label>
                <div class="affix">
                    <input
                        class="input"
                        id="password"
                        name="password"
                        type=move || if shown.get() { "text" } else { "password" }
                        autocomplete="current-password"
                        maxlength="200"
                        required
                        aria-describedby=described
                    />
                    <button
                        class="affix__text gate__eye"
                        type="button"
                        aria-label="Show what is typed"
                        aria-pressed=move || shown.get().to_string()
                        on:click=move |_| shown.update(|shown| *shown = !*shown)
                    >
                        <Icon name="eye" />
                    </button>
                </div>
            </div>
            <button class="button button--lg button--wide button--primary" type="submit">
                "Sign in"
            </button>
        </form>
    }
    .into_any()
}
