//! Ways to sign in, on the account page: the identities at providers that open the account, linked and removed.

use super::api::{identities, unlink_identity};
use super::providers::provider_address;
use crate::ui::toast::use_toasts;
use crate::ui::{Icon, TimeText, field_error, part_frame};
use crate::wire::page_data;
use domain::id::IdentityId;
use domain::single_sign_on::SignInObstacle;
use domain::single_sign_on::wire::{IdentityLine, IdentityList, ProviderChoice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

/// The identities that open the account; nothing where the server knows no provider and none is linked.
#[component]
pub fn LinkedIdentities() -> impl IntoView {
    let data = page_data(|| (), |()| identities());
    part_frame(data, |list| view! { <IdentitySlip list /> }.into_any())
}

#[component]
fn IdentitySlip(list: IdentityList) -> impl IntoView {
    if list.linked.is_empty() && list.others.is_empty() {
        return ().into_any();
    }
    let obstacle = use_query_map().with_untracked(|query| query.get("provider").and_then(|name| SignInObstacle::words(&name)));
    let failed = RwSignal::new(obstacle.map(str::to_owned));
    let busy = RwSignal::new(false);
    let list = RwSignal::new(list);
    let toasts = use_toasts();
    let remove = Callback::new(move |id: IdentityId| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let answer = unlink_identity(id).await;
            busy.try_set(false);
            match answer {
                Ok(left) => {
                    list.try_set(left);
                    toasts.show("Sign-in removed".to_owned(), None);
                }
                Err(error) => {
                    failed.try_set(Some(error.message()));
                }
            }
        });
    });
    let lines = move || list.get().linked.into_iter().map(|line| identity_row(line, remove)).collect_view();
    let nothing = move || {
        list.with(|list| list.linked.is_empty())
            .then(|| view! { <p class="soft">"No other way to sign in is linked with your account."</p> })
    };
    let offers = move || list.with(|list| link_offers(&list.others, list.is_fresh));
    view! {
        <section class="slip" aria-labelledby="identities">
            <div class="slip__head">
                <h2 id="identities">"Other ways to sign in"</h2>
            </div>
            <div class="slip__body stack">
                {move || failed.get().map(|message| field_error(message, ""))}
                {nothing}
                <ul class="stack" role="list">
                    {lines}
                </ul>
                {offers}
            </div>
        </section>
    }
    .into_any()
}

fn identity_row(line: IdentityLine, remove: Callback<IdentityId>) -> AnyView {
    let (id, provider) = (line.id, line.provider.clone());
    let email = (!line.email.is_empty()).then(|| format!(" as {}", line.email));
    view! {
        <li class="row row--wrap">
            <Icon name="log-in" />
            <span>
                <b dir="auto">{line.provider}</b>
                <span dir="auto">{email}</span>
                <span class="table__sub">"Used last " <TimeText at=line.last_used_at /></span>
            </span>
            <button class="button button--sm push" type="button" on:click=move |_| remove.run(id)>
                "Remove"
                <span class="visually-hidden">{format!(" {provider}")}</span>
            </button>
        </li>
    }
    .into_any()
}

fn link_offers(others: &[ProviderChoice], is_fresh: bool) -> AnyView {
    if others.is_empty() {
        return ().into_any();
    }
    if !is_fresh {
        let names: Vec<&str> = others.iter().map(|choice| choice.name.as_str()).collect();
        let words = format!("To link {}, sign out and in again: linking needs a sign-in of the last ten minutes.", names.join(" or "));
        return view! { <p class="soft">{words}</p> }.into_any();
    }
    let offer = |choice: &ProviderChoice| {
        view! {
            <a class="button" rel="external" href=provider_address(&choice.key, "?link=on")>
                <Icon name="link" />
                <span dir="auto">{format!("Link {}", choice.name)}</span>
            </a>
        }
        .into_any()
    };
    let offers = others.iter().map(offer).collect_view();
    view! { <div class="row row--wrap">{offers}</div> }.into_any()
}
