//! `/people/<id>`: one person.

use super::api::person_page;
use super::parts::state_badge;
use super::person_dialogs::{ask_change, ask_disable, ask_enable, ask_erase};
use super::person_parts::{AccessSlip, LoadSlip, ProfileSlip, SignInSlip};
use super::person_state::PersonPageState;
use super::search::find_for_picker;
use crate::error::CallError;
use crate::form::dialog::FormDialog;
use crate::ui::{Avatar, Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::Refusal;
use domain::address::Address;
use domain::people::wire::{PersonState, PersonView};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

/// The page.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id")).and_then(|id| id.parse().ok());
    let data = page_data(id, |id| async move {
        match id {
            Some(id) => person_page(id).await,
            None => Err(CallError::Refused { refusal: Refusal::NotFound }),
        }
    });
    view! { {page_frame("page person-page", data, |view| view! { <LoadedPerson view /> }.into_any())} }.into_any()
}

#[component]
fn LoadedPerson(view: PersonView) -> impl IntoView {
    let title = format!("{} · Docket", view.person.name);
    let state = PersonPageState::new(view);
    let navigate = use_navigate();
    Effect::new(move |_| {
        if state.erased.get() {
            navigate(Address::People.root(), NavigateOptions::default());
        }
    });
    let head = move || {
        state.view.with(|view| {
            let sub = if view.person.title.is_empty() { view.email.clone() } else { view.person.title.clone() };
            view! {
                <div class="person person--head">
                    <Avatar name=view.person.name.clone() />
                    <div>
                        <h1 dir="auto">{view.person.name.clone()}</h1>
                        <p class="muted" dir="auto">
                            {sub}
                        </p>
                    </div>
                    {state_badge(view.state)}
                </div>
            }
            .into_any()
        })
    };
    let actions = move || {
        let (manages, state_now, everywhere, reader) =
            state.view.with(|view| (view.manages, view.state, view.disabled_everywhere, view.is_reader));
        if !manages {
            return ().into_any();
        }
        let disable = (state_now == PersonState::Active && !reader).then(|| {
            view! {
                <button class="button button--danger" type="button" on:click=move |_| ask_disable(state)>
                    <Icon name="circle-slash" />
                    "Disable"
                </button>
            }
        });
        let enable = (state_now == PersonState::Disabled && !everywhere).then(|| {
            view! {
                <button class="button" type="button" on:click=move |_| ask_enable(state)>
                    <Icon name="circle-check" />
                    "Enable"
                </button>
            }
        });
        let erase = (state_now == PersonState::Disabled).then(|| {
            view! {
                <button class="button button--danger" type="button" on:click=move |_| ask_erase(state)>
                    <Icon name="trash-2" />
                    "Delete personal data"
                </button>
            }
        });
        view! {
            <button class="button" type="button" on:click=move |_| ask_change(state)>
                <Icon name="pencil" />
                "Edit"
            </button>
            {disable}
            {enable}
            {erase}
        }
        .into_any()
    };
    view! {
        <PageTitle text=title />
        <div class="page person-page">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=Address::People.root()>"People"</a>
                <Icon name="chevron-right" />
                <span aria-current="page" dir="auto">
                    {move || state.view.with(|view| view.person.name.clone())}
                </span>
            </nav>
            <header class="page__head">
                {head} <div class="row row--wrap">{actions}</div>
            </header>
            <RefusedNotice error=state.refused />
            <div class="person-page__slips">
                <ProfileSlip state />
                <SignInSlip state />
                <AccessSlip state />
                <LoadSlip state />
            </div>
            <FormDialog
                id="person-dialog"
                asking=state.asking
                busy=state.busy
                failed=state.failed
                search=find_for_picker
                act=Callback::new(move |answers| state.act(answers))
            />
        </div>
    }
    .into_any()
}
