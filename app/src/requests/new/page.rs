//! The request dialog, at `/request/:item?step=…`: its own address, filling the page.

use super::api::open_draft;
use super::dialog::RequestDialog;
use super::state::DialogState;
use crate::ui::{PageTitle, page_frame};
use crate::wire::page_data;
use domain::requests::wire::DraftPage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/request/:item`.
#[component]
pub fn NewRequestPage() -> impl IntoView {
    let params = use_params_map();
    let item = Memo::new(move |_| params.with(|params| params.get("item").unwrap_or_default()));
    let page = page_data(move || item.get(), open_draft);
    page_frame("page", page, |page| view! { <Opened page /> }.into_any())
}

#[component]
fn Opened(page: DraftPage) -> impl IntoView {
    let title = format!("{} · Docket", page.item.name);
    let dialog = DialogState::new(page);
    view! {
        <PageTitle text=title />
        <RequestDialog dialog />
    }
    .into_any()
}
