//! The "Away" page: who decides in one's place, for whom one decides, and, for administrators, everybody's deputies.

use super::api::away;
use super::away_form::AwayForm;
use super::away_list::{DelegationList, DelegationSide};
use crate::error::CallError;
use crate::ui::{PageTitle, page_frame, refused_view};
use crate::wire::page_data;
use domain::address::Address;
use domain::approvals::away::AwayView as Data;
use leptos::prelude::*;

/// `/profile/away`.
#[component]
pub fn AwayPage() -> impl IntoView {
    let data = page_data(|| (), |()| away());
    view! {
        <PageTitle text="Away · Docket" />
        {page_frame("page profile", data, |data| view! { <LoadedAway data /> }.into_any())}
    }
    .into_any()
}

/// The page as it is now, and why the last wish was not met. Copies share the same state.
#[derive(Clone, Copy)]
pub struct AwayState {
    pub page: RwSignal<Data>,
    pub refused: RwSignal<Option<CallError>>,
    /// What lives as long as the page.
    pub owner: StoredValue<Owner>,
}

#[component]
fn LoadedAway(data: Data) -> impl IntoView {
    let administers = data.administers;
    let form = data.form.clone();
    let today = data.today;
    let shown = AwayState {
        page: RwSignal::new(data),
        refused: RwSignal::new(None),
        owner: StoredValue::new(Owner::current().unwrap_or_default()),
    };
    let others = administers.then(|| view! { <DelegationList shown side=DelegationSide::Others /> });
    view! {
        <div class="page profile away">
            <header class="page__head">
                <div class="page__title">
                    <nav class="crumbs" aria-label="Where you are">
                        <a href=Address::Profile.root()>"Your account"</a>
                    </nav>
                    <h1>"Away"</h1>
                    <p class="page__lead">
                        "While you are away, a deputy decides in your place. What they decide is recorded with both names. Nobody decides their own request this way, and a deputy cannot pass it on."
                    </p>
                </div>
            </header>
            <div aria-live="polite">{move || shown.refused.get().map(|error| refused_view(&error))}</div>
            <DelegationList shown side=DelegationSide::Given />
            <AwayForm shown form today />
            <DelegationList shown side=DelegationSide::Held />
            {others}
        </div>
    }
    .into_any()
}
