//! `/people`: who is in the organization.

use super::api::people_page;
use super::list::PeopleList;
use super::location::PeopleLocation;
use super::search::find_for_picker;
use super::state::PeopleState;
use crate::form::dialog::FormDialog;
use crate::ui::{Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::id::PersonId;
use domain::people::wire::PeoplePage;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// The page.
#[component]
pub fn PeoplePageView() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(|query| PeopleLocation::read(|key| query.get(key))));
    let first = place.get_untracked();
    let found = {
        let first = first.clone();
        page_data(|| (), move |()| people_page(first.filter.clone(), first.after))
    };
    view! {
        <PageTitle text="People · Docket" />
        {page_frame("page people", found, move |found| view! { <LoadedPeople found place first=first.clone() /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedPeople(found: PeoplePage, place: Memo<PeopleLocation>, first: PeopleLocation) -> impl IntoView {
    let state = PeopleState::new(found, place);
    Effect::new(move |before: Option<PeopleLocation>| {
        let now = place.get();
        if before.unwrap_or_else(|| first.clone()) != now {
            state.go(now.clone());
        }
        now
    });
    let navigate = use_navigate();
    let added = Callback::new(move |id: PersonId| navigate(&Address::Person(&id.to_string()).to_string(), NavigateOptions::default()));
    let act = Callback::new(move |answers| state.add(answers, added));
    view! {
        <div class="page people">
            <header class="page__head">
                <h1>"People"</h1>
                <div class="row row--wrap">
                    <a class="button" href=Address::Invitations.root()>
                        <Icon name="mail" />
                        "Invitations"
                    </a>
                    <a class="button" href=Address::ImportPeople.root()>
                        <Icon name="upload" />
                        "Import people"
                    </a>
                    <button class="button button--primary" type="button" on:click=move |_| state.ask_new()>
                        <Icon name="user-round-plus" />
                        "Add a person"
                    </button>
                </div>
            </header>
            <RefusedNotice error=state.refused />
            <PeopleList state />
            <FormDialog id="people-dialog" asking=state.asking busy=state.busy failed=state.failed search=find_for_picker act />
        </div>
    }
    .into_any()
}
