//! The request being read in the inbox: what is asked, what approving does, who else decides, what happened.

use super::decision::Decision;
use super::desk::Desk;
use crate::requests::api::request_page;
use crate::requests::page_answers::AnswersSlip;
use crate::requests::page_approval::{ApprovalSlip, Hole, holes};
use crate::requests::page_head::DocketHead;
use crate::requests::page_timeline::TimelineSlip;
use crate::ui::{ErrorView, Icon, Skeleton};
use crate::wire::page_data;
use domain::approvals::Require;
use domain::requests::wire::RequestPage;
use leptos::prelude::*;

/// The right half of the inbox.
#[component]
pub fn DetailPane(desk: Desk) -> impl IntoView {
    let page = page_data(
        move || desk.open.get(),
        |number| async move {
            match number {
                Some(number) => request_page(number).await.map(Some),
                None => Ok(None),
            }
        },
    );
    view! {
        <section class="split__view inbox__view" id="inbox-view" tabindex="-1" aria-label="The request being read">
            <Transition fallback=|| {
                view! {
                    <div class="inbox__scroll">
                        <Skeleton />
                    </div>
                }
            }>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(Some(page)) => {
                            desk.present(page.clone());
                            view! { <Detail desk page /> }.into_any()
                        }
                        Ok(None) => ().into_any(),
                        Err(error) => {
                            view! {
                                <div class="inbox__scroll">
                                    <BackToList />
                                    <ErrorView error />
                                </div>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// On narrow screens the list is a page of its own.
#[component]
fn BackToList() -> impl IntoView {
    view! {
        <p class="inbox__back">
            <a class="link" href="/inbox">
                <Icon name="arrow-left" />
                "All that wait for you"
            </a>
        </p>
    }
    .into_any()
}

/// A part of the request on the desk; as first loaded while another one is there.
fn part<T: PartialEq + Send + Sync + 'static>(desk: Desk, page: &RequestPage, of: fn(&RequestPage) -> T) -> Memo<T> {
    let first = page.clone();
    Memo::new(move |_| {
        desk.shown.with(|shown| match shown {
            Some(page) if page.summary.number == first.summary.number => of(page),
            _ => of(&first),
        })
    })
}

#[component]
fn Detail(desk: Desk, page: RequestPage) -> impl IntoView {
    let summary = part(desk, &page, |p| p.summary.clone());
    let status = part(desk, &page, |p| p.summary.status);
    let approval = part(desk, &page, |p| p.approval.clone());
    let events = part(desk, &page, |p| p.events.clone());
    let question = part(desk, &page, |p| p.question.clone());
    let effect = part(desk, &page, effect);
    let href = format!("/requests/{}", page.summary.number);
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
                    {move || question.get().map(question_slip)} <AnswersSlip page=page.clone() beside=true /> <TimelineSlip events beside=true />
                </div>
                <div class="stack">{move || effect.get().map(effect_slip)} <ApprovalSlip approval status beside=true /></div>
            </div>
        </div>
        <Decision desk />
    }
    .into_any()
}

/// What approving does, while the person may: whether the work begins, and what happens then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub starts: String,
    pub after: String,
}

fn effect(page: &RequestPage) -> Option<Effect> {
    if !page.allowed.decide {
        return None;
    }
    let waiting = holes(&page.approval).into_iter().zip(&page.approval.rules);
    let others = waiting.filter(|(hole, rule)| *hole == Hole::Waiting && !rule.yours).count();
    let starts = if page.approval.require == Require::Any || others == 0 {
        "The work begins at once.".to_owned()
    } else if others == 1 {
        "The work begins when 1 more approval is given.".to_owned()
    } else {
        format!("The work begins when {others} more approvals are given.")
    };
    Some(Effect { starts, after: page.after.clone() })
}

fn effect_slip(effect: Effect) -> AnyView {
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

fn question_slip(question: String) -> AnyView {
    view! {
        <section class="slip" aria-labelledby="i-question">
            <div class="slip__head">
                <h3 id="i-question">"Changes asked"</h3>
            </div>
            <div class="slip__body">
                <p class="inbox__quote">{question}</p>
            </div>
        </section>
    }
    .into_any()
}
