//! `/access`: the spaces as a tree, who holds which role where, why somebody sees a request, and what each role may do.

use super::api::access;
use super::grants::GrantTable;
use super::roles::RoleTable;
use super::state::AccessState;
use super::story::AccessStoryView;
use super::tree::SpaceTreeView;
use crate::form::dialog::FormDialog;
use crate::people::search::find_for_picker;
use crate::ui::{PageTitle, page_frame};
use crate::wire::page_data;
use domain::access::wire::AccessView;
use domain::forms::Answers;
use domain::id::SpaceId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn AccessPage() -> impl IntoView {
    let data = page_data(|| (), |()| access());
    view! {
        <PageTitle text="Spaces and access · Docket" />
        {page_frame("page access", data, |data| view! { <LoadedAccess data /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedAccess(data: AccessView) -> impl IntoView {
    let query = use_query_map();
    let chosen = Memo::new(move |_| query.with(|query| query.get("space")).and_then(|id| id.parse::<SpaceId>().ok()));
    let state = AccessState::new(data, chosen);
    let act = Callback::new(move |answers: Answers| {
        // What was filled in stays, for a second look at it.
        state.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        state.act(&answers);
    });
    view! {
        <div class="page access">
            <header class="page__head">
                <div class="page__title">
                    <h1>"Spaces and access"</h1>
                    <p class="page__lead">"A role counts in its space and in all that is below it."</p>
                </div>
            </header>
            <SpaceTreeView state />
            <GrantTable state />
            <AccessStoryView />
            <RoleTable state />
            <FormDialog id="access-dialog" asking=state.asking busy=state.busy failed=state.failed search=find_for_picker act />
        </div>
    }
    .into_any()
}
