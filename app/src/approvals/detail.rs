//! The request being read in the inbox: what is asked, what approving does, who else decides, what happened.

use super::decision::DecisionBar;
use super::desk::InboxDesk;
use crate::requests::api::request_page;
use crate::requests::page::answers::AnswersSlip;
use crate::requests::page::approval::ApprovalSlip;
use crate::requests::page::comments::still_comments;
use crate::requests::page::head::DocketHead;
use crate::requests::page::thread::past_thread;
use crate::requests::page::timeline::TimelineSlip;
use crate::ui::{ErrorView, Icon, SkeletonLines};
use crate::wire::page_data;
use domain::address::Address;
use domain::approvals::wire::ApprovalView;
use domain::approvals::{ApproverVerdict, StageRequirement};
use domain::requests::wire::RequestPage;
use leptos::prelude::*;

/// The right half of the inbox.
#[component]
pub fn DetailPane(desk: InboxDesk) -> impl IntoView {
    // The page is made once; another current request is brought into it by the desk.
    let first = desk.current.get_untracked();
    let page = page_data(
        || (),
        move |()| {
            let number = first.clone();
            async move {
                match number {
                    Some(number) => request_page(number).await.map(Some),
                    None => Ok(None),
                }
            }
        },
    );
    desk.follow_current();
    view! {
        <section class="split__view inbox__view" id="inbox-view" tabindex="-1" aria-label="The request being read">
            <Transition fallback=|| {
                view! {
                    <div class="inbox__scroll">
                        <SkeletonLines />
                    </div>
                }
            }>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(Some(page)) => desk.present(page),
                        Ok(None) => {}
                        Err(error) => _ = desk.failed.try_set(Some(error)),
                    }
                    view! { <Panel desk /> }.into_any()
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// The current request, once it is here; until then its head, as the list knows it.
#[component]
fn Panel(desk: InboxDesk) -> impl IntoView {
    let here = Memo::new(move |_| desk.read_page(|page| page.map(|page| page.summary.number.clone())));
    let current = Memo::new(move |_| desk.current.get());
    move || {
        here.track();
        if let Some(error) = desk.failed.get() {
            return view! {
                <div class="inbox__scroll">
                    <BackToList />
                    <ErrorView error />
                </div>
            }
            .into_any();
        }
        match (untrack(|| desk.read_page(|page| page.cloned())), current.get()) {
            (Some(page), _) => view! { <Detail desk page /> }.into_any(),
            (None, Some(number)) => coming(desk, number),
            (None, None) => ().into_any(),
        }
    }
}

/// A request that is on its way.
fn coming(desk: InboxDesk, number: String) -> AnyView {
    let title = desk.list.with_untracked(|list| list.row(&number).map(|row| row.data.title.clone()));
    view! {
        <div class="inbox__scroll is-coming">
            <BackToList />
            <header class="docket">
                <div class="docket__sheet">
                    <div class="docket__stub">
                        <span class="docket__stub-label">"Docket"</span>
                        <span class="serial">{number}</span>
                    </div>
                    <div class="perf perf--v docket__perf" aria-hidden="true"></div>
                    <div class="docket__body">
                        <div class="docket__title">
                            <h2 class="h1" dir="auto">{title}</h2>
                        </div>
                    </div>
                </div>
            </header>
            <SkeletonLines />
        </div>
        <div class="decide" aria-hidden="true"></div>
    }
    .into_any()
}

/// On narrow screens the list is a page of its own.
#[component]
fn BackToList() -> impl IntoView {
    view! {
        <div class="inbox__back">
            <h1 class="visually-hidden">"Inbox"</h1>
            <a class="link" href=Address::Inbox.root()>
                <Icon name="arrow-left" />
                "All that wait for you"
            </a>
        </div>
    }
    .into_any()
}

/// A part of the request on the desk; as first loaded while another one is there.
fn part<T: PartialEq + Send + Sync + 'static>(desk: InboxDesk, page: &RequestPage, of: fn(&RequestPage) -> T) -> Memo<T> {
    let first = page.clone();
    Memo::new(move |_| {
        desk.read_page(|shown| match shown {
            Some(page) if page.summary.number == first.summary.number => of(page),
            _ => of(&first),
        })
    })
}

#[component]
fn Detail(desk: InboxDesk, page: RequestPage) -> impl IntoView {
    let summary = part(desk, &page, |p| p.summary.clone());
    let status = part(desk, &page, |p| p.summary.status);
    let approval = part(desk, &page, |p| p.approval.clone());
    let events = part(desk, &page, |p| p.events.clone());
    let waits = part(desk, &page, |p| p.question.is_some());
    let thread = move || events.with(|events| past_thread(events, waits.get(), 3));
    let comments = part(desk, &page, |p| p.work.comments.clone());
    let comments = move || comments.with(|comments| still_comments(comments, 3));
    let effect = part(desk, &page, effect);
    let href = Address::Request(&page.summary.number).to_string();
    view! {
        <div class="inbox__scroll">
            <BackToList />
            <DocketHead summary price=page.price.clone() beside=true>
                <a class="button button--sm" href=href>
                    "Open page"
                    <Icon name="arrow-up-right" />
                </a>
            </DocketHead>
            <div class="inbox__cols">
                <div class="stack">
                    {thread} <AnswersSlip page=page.clone() beside=true /> <TimelineSlip events beside=true earlier_of=page.summary.number.clone() /> {comments}
                </div>
                <div class="stack">{move || effect.get().map(effect_slip)} <ApprovalSlip approval status beside=true /></div>
            </div>
        </div>
        <DecisionBar desk />
    }
    .into_any()
}

/// What approving does, while the person may: whether the work begins, and what happens then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalConsequence {
    pub starts: String,
    pub after: String,
}

fn effect(page: &RequestPage) -> Option<ApprovalConsequence> {
    if !page.allowed.may_decide() {
        return None;
    }
    let starts = match left_after_yours(&page.approval) {
        0 => "The work begins at once.".to_owned(),
        1 => "The work begins when 1 more approval is given.".to_owned(),
        others => format!("The work begins when {others} more approvals are given."),
    };
    Some(ApprovalConsequence { starts, after: page.after.clone() })
}

/// Approvals that are still needed once the reader has approved.
fn left_after_yours(approval: &ApprovalView) -> u32 {
    let left = approval.stages.iter().zip(0..).map(|(stage, index)| {
        let of_stage = || approval.rules.iter().filter(move |rule| rule.stage == index);
        let given = of_stage().filter(|rule| rule.given.as_ref().is_some_and(|given| given.verdict == ApproverVerdict::Approve)).count();
        let yours = of_stage().filter(|rule| rule.yours).count();
        // Where a number of people is needed, each counts once.
        let yours = if matches!(stage.require, StageRequirement::AtLeast(_)) { yours.min(1) } else { yours };
        if stage.met { 0 } else { stage.needed.saturating_sub(u32::try_from(given + yours).unwrap_or(u32::MAX)) }
    });
    left.sum()
}

fn effect_slip(effect: ApprovalConsequence) -> AnyView {
    let after = (!effect.after.is_empty()).then(|| view! { <p>{effect.after}</p> });
    view! {
        <section class="slip" aria-labelledby="i-eff">
            <div class="slip__head">
                <h3 id="i-eff">"If you approve"</h3>
            </div>
            <div class="slip__body stack">
                <p>
                    <b>{effect.starts}</b>
                </p>
                {after}
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::approvals::wire::{RuleView, StageView};

    fn rule(stage: u32, yours: bool) -> RuleView {
        let text = String::new;
        RuleView { label: text(), words: text(), yours, given: None, stage, key: text(), moved: text(), on_behalf_of: None }
    }

    fn stage(require: StageRequirement, needed: u32, met: bool) -> StageView {
        StageView { label: String::new(), require, needed, met, open: false, due_at: None, settled: None }
    }

    #[test]
    fn what_is_left_counts_people_stage_by_stage() {
        let left = |stages: Vec<StageView>, rules: Vec<RuleView>| {
            left_after_yours(&ApprovalView { require: StageRequirement::All, rules, stages })
        };
        let all = || stage(StageRequirement::All, 2, false);
        assert_eq!(left(vec![all()], vec![rule(0, true), rule(0, false)]), 1);
        assert_eq!(left(vec![all()], vec![rule(0, true), rule(0, true)]), 0, "one approval counts for both");
        let two = || stage(StageRequirement::AtLeast(2), 2, false);
        assert_eq!(left(vec![two()], vec![rule(0, true), rule(0, true), rule(0, false)]), 1, "nobody counts twice");
        let any = stage(StageRequirement::Any, 1, false);
        assert_eq!(left(vec![any], vec![rule(0, true), rule(0, false)]), 0);
        let met = stage(StageRequirement::All, 1, true);
        assert_eq!(left(vec![met, two()], vec![rule(0, false), rule(1, true), rule(1, false), rule(1, false)]), 1);
        assert_eq!(left(vec![all(), two()], vec![rule(0, true), rule(0, false), rule(1, false), rule(1, false)]), 3);
    }
}
