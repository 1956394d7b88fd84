//! The page of one request: what was asked, who agreed, what happened, what is being handed over.

use super::api::{replay_delivery, request_page};
use super::comments_slip::CommentsSlip;
use super::page_actions::{HeadActions, ProvideInfo, Refused, Sheet};
use super::page_answers::AnswersSlip;
use super::page_approval::ApprovalSlip;
use super::page_clocks::ClocksSlip;
use super::page_deliveries::DeliveriesSlip;
use super::page_head::DocketHead;
use super::page_timeline::TimelineSlip;
use super::tasks_slip::TasksSlip;
use crate::live::{LiveState, use_live};
use crate::session::use_me;
use crate::ui::{ErrorView, Icon, Skeleton};
use crate::wire::page_data;
use domain::approvals::wire::LiveEvent;
use domain::id::DeliveryId;
use domain::requests::wire::RequestPage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// `/requests/:number`.
#[component]
pub fn RequestPageView() -> impl IntoView {
    let params = use_params_map();
    let number = Memo::new(move |_| params.with(|params| params.get("number").unwrap_or_default().to_uppercase()));
    let page = page_data(move || number.get(), request_page);
    view! {
        <Transition fallback=|| {
            view! {
                <div class="page request">
                    <Skeleton />
                </div>
            }
        }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Loaded page /> }.into_any(),
                    Err(error) => {
                        view! {
                            <Title text="Request · Docket" />
                            <ErrorView error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Loaded(page: RequestPage) -> impl IntoView {
    let sheet = Sheet::new(page.clone());
    follow(sheet);
    let number = page.summary.number.clone();
    let title = format!("{number} {} · Docket", page.summary.title);
    let shown = sheet.shown;
    let summary = Memo::new(move |_| shown.with(|p| p.summary.clone()));
    let status = Memo::new(move |_| shown.with(|p| p.summary.status));
    let approval = Memo::new(move |_| shown.with(|p| p.approval.clone()));
    let events = Memo::new(move |_| shown.with(|p| p.events.clone()));
    let deliveries = Memo::new(move |_| shown.with(|p| p.deliveries.clone()));
    let may_replay = Memo::new(move |_| shown.with(|p| p.allowed.replay));
    let replay = Callback::new(move |id: DeliveryId| {
        sheet.act("replay", "Sent again", async move { replay_delivery(id).await.map(Some) }, |_| {});
    });
    view! {
        <Title text=title />
        <div class="page request">
            <Crumbs page=page.clone() />
            <DocketHead summary price=page.price.clone()>
                <HeadActions sheet />
            </DocketHead>
            <div class="request__main">
                <Refused sheet />
                <ProvideInfo sheet />
                <TasksSlip sheet />
                <AnswersSlip page=page.clone() />
                <DeliveriesSlip deliveries may_replay busy=sheet.working() replay />
                <CommentsSlip sheet />
            </div>
            <aside class="request__side" aria-label="Approval and history">
                <ApprovalSlip approval status />
                <ClocksSlip page=shown />
                {after(&page)}
                <TimelineSlip events />
            </aside>
        </div>
    }
    .into_any()
}

/// Asks again whenever the stream says that this request changed, and whenever the stream comes back.
fn follow(sheet: Sheet) {
    let live = use_live();
    let number = sheet.shown.with_untracked(|page| page.summary.number.clone());
    let refresh = move || {
        let number = sheet.shown.with_untracked(|page| page.summary.number.clone());
        spawn_local(async move {
            if let Ok(page) = request_page(number).await {
                sheet.take(page);
            }
        });
    };
    Effect::new(move |before: Option<Option<u64>>| {
        let last = live.last.get();
        let seen = last.as_ref().map(|(n, _)| *n);
        if before.is_some_and(|before| before != seen)
            && let Some((_, LiveEvent::Request { number: changed })) = last
            && changed == number
        {
            refresh();
        }
        seen
    });
    Effect::new(move |before: Option<LiveState>| {
        let state = live.state.get();
        if state == LiveState::Live && before.is_some_and(|before| before != LiveState::Live) {
            refresh();
        }
        state
    });
}

/// Back to where this request is one of several.
#[component]
fn Crumbs(page: RequestPage) -> impl IntoView {
    let me = use_me();
    let requester = page.summary.requester.id;
    let crumb = move || {
        let mine = me.get().is_some_and(|me| me.person.id == requester);
        if mine { view! { <a href="/requests">"My requests"</a> }.into_any() } else { view! { <a href="/inbox">"Inbox"</a> }.into_any() }
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            {crumb}
            <Icon name="chevron-right" />
            <span aria-current="page">{page.summary.number}</span>
        </nav>
    }
    .into_any()
}

fn after(page: &RequestPage) -> Option<AnyView> {
    let words = page.after.clone();
    (!words.is_empty()).then(|| {
        view! {
            <section class="slip" aria-labelledby="s-after">
                <div class="slip__head">
                    <h2 id="s-after">"After approval"</h2>
                </div>
                <div class="slip__body">
                    <p>{words}</p>
                </div>
            </section>
        }
        .into_any()
    })
}
