//! `/tokens`: one's own API tokens, those of the organization, and the one that was just made.

use super::api::tokens;
use super::dialogs::ask_token;
use super::rows::TokenTable;
use super::state::{ShownToken, TokenState};
use crate::form::dialog::FormDialog;
use crate::form::dom;
use crate::people::search::find_for_picker;
use crate::ui::{Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::forms::Answers;
use domain::tokens::wire::TokenPage;
use leptos::prelude::*;

/// The page.
#[component]
pub fn TokensPage() -> impl IntoView {
    let data = page_data(|| (), |()| tokens());
    view! {
        <PageTitle text="API tokens · Docket" />
        {page_frame("page tokens", data, |data| view! { <LoadedTokens data /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedTokens(data: TokenPage) -> impl IntoView {
    let state = TokenState::new(data);
    let act = Callback::new(move |answers: Answers| {
        // What was filled in stays, for a second look at it.
        state.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        state.act(&answers);
    });
    let own = Signal::derive(move || state.page.with(|page| page.own.clone()));
    let others = Signal::derive(move || state.page.with(|page| page.ours.clone().unwrap_or_default()));
    let sees_others = state.page.with_untracked(|page| page.ours.is_some());
    view! {
        <div class="page tokens">
            <header class="page__head">
                <div class="page__title">
                    <h1>"API tokens"</h1>
                    <p class="page__lead">
                        "A token lets another program act here. It can do what is ticked for it, never more than the person who made it."
                    </p>
                </div>
                <button class="button" type="button" on:click=move |_| ask_token(state)>
                    <Icon name="plus" />
                    "Make a token"
                </button>
            </header>
            {move || state.made.get().map(|made| shown_once(state, made))}
            <TokenTable state id="own-tokens" title="Your tokens" own=true lines=own nothing="No program acts for you. Make a token for one that should." />
            {sees_others
                .then(|| {
                    view! {
                        <TokenTable
                            state
                            id="our-tokens"
                            title="Tokens of others and of service accounts"
                            own=false
                            lines=others
                            nothing="Nobody else has a token here."
                        />
                    }
                })}
            <FormDialog id="token-dialog" asking=state.asking busy=state.busy failed=state.failed search=find_for_picker act />
        </div>
    }
    .into_any()
}

/// The token that was just made, until whoever made it has copied it.
fn shown_once(state: TokenState, made: ShownToken) -> AnyView {
    let copied = RwSignal::new(false);
    let ShownToken { name, secret } = made;
    let label = format!("Token of {name}");
    let example = state.page.with_untracked(|page| format!("curl -H \"Authorization: Bearer $TOKEN\" {}/api/v1/me", page.site));
    view! {
        <section class="slip once" aria-labelledby="once-title">
            <div class="once__head">
                <Icon name="circle-check" />
                <h2 id="once-title" dir="auto">
                    {format!("{name} is ready. Copy its token now.")}
                </h2>
            </div>
            <p class="soft">"It is shown this once. We keep only a fingerprint of it. If it gets lost, make a new one and revoke this one."</p>
            <div class="once__row">
                <input class="input mono once__token" id="new-token" type="text" readonly aria-label=label value=secret />
                <button class="button button--lg button--primary" type="button" on:click=move |_| copied.set(dom::copy("new-token"))>
                    <Icon name="copy" />
                    {move || if copied.get() { "Copied" } else { "Copy token" }}
                </button>
            </div>
            <div class="once__foot">
                <span>"Try it:"</span>
                <code class="once__try">{example}</code>
                <button class="button button--sm push" type="button" on:click=move |_| state.made.set(None)>
                    "I have copied it"
                </button>
            </div>
        </section>
    }
    .into_any()
}
