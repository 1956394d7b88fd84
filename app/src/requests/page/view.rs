//! The page of one request: what was asked, who agreed, what happened, what is being handed over.

use super::actions::HeadActions;
use super::answers::AnswersSlip;
use super::approval::{ApprovalSlip, RerouteAction};
use super::clocks::ClocksSlip;
use super::comments::CommentsSlip;
use super::deliveries::{DeliveriesSlip, StalledNote};
use super::give::RerouteDialog;
use super::head::DocketHead;
use super::late::use_request_dialogs;
use super::locked::LockedNote;
use super::past::PastPage;
use super::sheet::RequestSheet;
use super::thread::ThreadSlip;
use super::timeline::{TimelineSlip, line};
use crate::live::use_live;
use crate::requests::api::{replay_delivery, request_page, request_page_at};
use crate::requests::tasks::slip::TasksSlip;
use crate::session::use_me;
use crate::ui::{Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::approvals::wire::RuleView;
use domain::id::{DeliveryId, PersonId};
use domain::live::LiveEvent;
use domain::people::Me;
use domain::permission::Permission;
use domain::requests::EventKind;
use domain::requests::actions::ActionKind;
use domain::requests::wire::RequestPage;
use domain::text::upper_case;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/requests/:number`; with `?at=<event>` as it was after that event, with `?seen=<decision>` as it was seen by who decided.
#[component]
pub fn RequestPageView() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let number = params.with(|params| upper_case(&params.get("number").unwrap_or_default()));
        let seq = |name: &str| query.with(|query| query.get(name).and_then(|text| text.parse::<u32>().ok()));
        (number, seq("at"), seq("seen"))
    });
    let page = page_data(
        move || asked.get(),
        |(number, at, seen)| async move {
            match (seen, at) {
                (Some(seq), _) => request_page_at(number, seq, true).await,
                (None, Some(seq)) => request_page_at(number, seq, false).await,
                (None, None) => request_page(number).await,
            }
        },
    );
    let shown = |page: RequestPage| {
        let crumbs = view! { <Crumbs page=page.clone() /> };
        match page.moment.clone() {
            Some(moment) => view! { <PastPage page moment>{crumbs}</PastPage> }.into_any(),
            None => view! { <LoadedView page>{crumbs}</LoadedView> }.into_any(),
        }
    };
    page_frame("page request", page, shown)
}

#[component]
fn LoadedView(page: RequestPage, children: Children) -> impl IntoView {
    let me = use_me();
    let requester = page.summary.requester.id;
    let list = Signal::derive(move || home_list(me.get().as_ref(), requester).0.root());
    let sheet = RequestSheet::new(page.clone(), list);
    follow(sheet);
    let number = page.summary.number.clone();
    let looked_at = number.clone();
    crate::notices::reads(move || Some(looked_at.clone()));
    let title = format!("{number} {} · Docket", page.summary.title);
    let summary = sheet.part(|page| page.summary.clone());
    let status = sheet.part(|page| page.summary.status);
    let approval = sheet.part(|page| page.approval.clone());
    let events = sheet.part(|page| page.events.clone());
    let deliveries = sheet.part(|page| page.deliveries.clone());
    let assignee = sheet.part(|page| page.assignee.clone());
    let scheduled = sheet.part(|page| page.scheduled_for);
    let clocks = sheet.part(|page| page.clocks.clone());
    let may_replay = sheet.part(|page| page.may_replay);
    let locked = sheet.part(locked);
    let replay = Callback::new(move |id: DeliveryId| {
        sheet.act("replay", "Sent again", async move { replay_delivery(id).await.map(Some) }, |_| {});
    });
    let rerouting = RwSignal::new(None::<RuleView>);
    let made = use_request_dialogs(move || rerouting.with(Option::is_some), move || rerouting.set(None));
    let reroute = RerouteAction {
        may: sheet.part(|page| page.allowed.may(ActionKind::Reroute)),
        ask: Callback::new(move |rule| rerouting.set(Some(rule))),
    };
    view! {
        <PageTitle text=title />
        <div class="page request">
            {children()}
            <DocketHead summary price=page.price.clone() assignee=assignee.into() scheduled=scheduled.into()>
                <HeadActions sheet />
            </DocketHead>
            <div class="request__main">
                <RefusedNotice error=sheet.error />
                <LockedNote reason=locked />
                <ThreadSlip sheet />
                <TasksSlip sheet />
                <AnswersSlip page=page.clone() />
                <StalledNote stalled=sheet.part(|page| page.stalled) />
                <DeliveriesSlip deliveries has_more=sheet.part(|page| page.has_more_deliveries) may_replay busy=sheet.working() replay />
                <CommentsSlip sheet />
            </div>
            <aside class="request__side" aria-label="Approval and history">
                <ApprovalSlip approval status reroute />
                <ClocksSlip clocks />
                {after(&page)}
                <TimelineSlip events earlier_of=number.clone() number />
            </aside>
            {move || Some((made.get()?.of_rule)(sheet, rerouting.get()?, rerouting))}
        </div>
    }
    .into_any()
}

/// The dialog that asks who decides a rule instead.
pub fn reroute_dialog(sheet: RequestSheet, rule: RuleView, rerouting: RwSignal<Option<RuleView>>) -> AnyView {
    sheet.error.set(None);
    let open = RwSignal::new(true);
    Effect::new(move |_| {
        if !open.get() {
            rerouting.try_set(None);
        }
    });
    view! { <RerouteDialog sheet open rule /> }.into_any()
}

/// Why nothing can be edited, and who brought it there.
fn locked(page: &RequestPage) -> Option<String> {
    let reason = page.allowed.locked.clone()?;
    let last = page.events.iter().rev().find(|event| {
        matches!(
            event.what,
            EventKind::Cancelled { .. }
                | EventKind::Resolved { .. }
                | EventKind::Completed { .. }
                | EventKind::PassedQa { .. }
                | EventKind::Closed { .. }
                | EventKind::Rejected { .. }
        )
    });
    let words = last.map(line).map(|line| {
        // What somebody wrote ends as they ended it.
        let quote = if line.quote.is_empty() { ".".to_owned() } else { format!(": “{}”", line.quote) };
        format!(" {} {}{quote}", line.who, line.text)
    });
    Some(format!("{reason}{}", words.unwrap_or_default()))
}

/// Asks again whenever the stream says that this request changed, and whenever the stream comes back.
fn follow(sheet: RequestSheet) {
    let live = use_live();
    let number = sheet.number();
    live.on_event(move |event| {
        if matches!(event, LiveEvent::Request { number: changed } if changed == number) {
            sheet.refresh();
        }
    });
    live.on_return(move || sheet.refresh());
}

/// Back to where this request is one of several.
#[component]
fn Crumbs(page: RequestPage) -> impl IntoView {
    let me = use_me();
    let requester = page.summary.requester.id;
    let list = Memo::new(move |_| home_list(me.get().as_ref(), requester));
    let crumb = move || {
        let (page, words) = list.get();
        view! { <a href=page.root()>{words}</a> }.into_any()
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

/// The list in which a person finds this requester's requests, and its name.
fn home_list(me: Option<&Me>, requester: PersonId) -> (Address<'static>, &'static str) {
    match me {
        Some(me) if me.person.id == requester => (Address::MyRequests, "My requests"),
        Some(me) if me.permissions.holds(Permission::Work) => (Address::Work, "Work"),
        _ => (Address::Inbox, "Inbox"),
    }
}

fn after(page: &RequestPage) -> Option<AnyView> {
    let words = page.after.clone();
    let title = if page.approval.rules.is_empty() { "What happens next" } else { "After approval" };
    (!words.is_empty()).then(|| {
        view! {
            <section class="slip" aria-labelledby="s-after">
                <div class="slip__head">
                    <h2 id="s-after">{title}</h2>
                </div>
                <div class="slip__body">
                    <p>{words}</p>
                </div>
            </section>
        }
        .into_any()
    })
}
