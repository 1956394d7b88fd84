//! The deputies there are: present and planned ones, with a way to end them, and past ones folded away.

use super::api::{end_away, resume_away};
use super::away::AwayState;
use super::away_form::GIVEN;
use crate::requests::page::timeline::listed;
use crate::ui::focus::focus_soon;
use crate::ui::toast::use_toasts;
use crate::ui::{Avatar, Icon, day_words};
use chrono::NaiveDate;
use domain::approvals::away::{AwayRow, AwayView, DelegationPhase};
use domain::id::DelegationId;
use domain::people::PersonRef;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Whose delegations a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegationSide {
    /// Those the reader gave.
    Given,
    /// Those the reader holds.
    Held,
    /// Those between others.
    Others,
}

impl DelegationSide {
    fn heading(self) -> &'static str {
        match self {
            Self::Given => "Your deputies",
            Self::Held => "You decide for",
            Self::Others => "Everybody else's deputies",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Self::Given => "Nobody decides in your place.",
            Self::Held => "Nobody has made you their deputy.",
            Self::Others => "Nobody else is away.",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Given => GIVEN,
            Self::Held => "away-held",
            Self::Others => "away-others",
        }
    }

    fn rows(self, page: &AwayView) -> &[AwayRow] {
        match self {
            Self::Given => &page.given,
            Self::Held => &page.held,
            Self::Others => &page.others,
        }
    }
}

/// One list, with those that are over folded away.
#[component]
pub fn DelegationList(shown: AwayState, side: DelegationSide) -> impl IntoView {
    let rows = Memo::new(move |_| shown.page.with(|page| side.rows(page).to_vec()));
    let of = move |over: bool| {
        let today = shown.page.with_untracked(|page| page.today);
        let rows = rows.get().into_iter().filter(|row| (row.phase == DelegationPhase::Over) == over);
        rows.map(|delegation| row(shown, side, delegation, today)).collect_view()
    };
    let list = move || {
        if rows.with(|rows| rows.iter().all(|row| row.phase == DelegationPhase::Over)) {
            return view! { <p class="soft">{side.empty()}</p> }.into_any();
        }
        view! { <ul class="away__list">{of(false)}</ul> }.into_any()
    };
    let past = Memo::new(move |_| rows.with(|rows| rows.iter().filter(|row| row.phase == DelegationPhase::Over).count()));
    let earlier = move || {
        (past.get() > 0).then(|| {
            view! {
                <details class="away__past">
                    <summary>{format!("Earlier ({})", past.get())}</summary>
                    <ul class="away__list">{of(true)}</ul>
                </details>
            }
        })
    };
    view! {
        <section class="slip" aria-labelledby=side.id()>
            <div class="slip__head">
                <h2 id=side.id() tabindex="-1">
                    {side.heading()}
                </h2>
            </div>
            <div class="slip__body stack">{list} {earlier}</div>
        </section>
    }
    .into_any()
}

fn row(shown: AwayState, side: DelegationSide, delegation: AwayRow, today: NaiveDate) -> AnyView {
    let face = if side == DelegationSide::Held { delegation.from.name.clone() } else { delegation.to.name.clone() };
    let services = (!delegation.services.is_empty()).then(|| {
        view! { <span class="person__sub">{format!("Only {}", listed(&delegation.services))}</span> }
    });
    let early = delegation.ended_early.then(|| view! { <span class="person__sub">"Ended early"</span> });
    let planned = (delegation.phase == DelegationPhase::Planned).then(|| view! { <span class="tag">"Planned"</span> });
    let button = delegation.may_end.then(|| end_button(shown, side, delegation.clone()));
    view! {
        <li class="away__row">
            <Avatar name=face />
            <div class="away__words">
                <p>{sentence(side, &delegation, today)} {planned}</p>
                {services}
                {early}
            </div>
            {button}
        </li>
    }
    .into_any()
}

/// "End now", with a way back for as long as its message stays.
fn end_button(shown: AwayState, side: DelegationSide, delegation: AwayRow) -> AnyView {
    let (words, said) = match delegation.phase {
        DelegationPhase::Planned => ("Call off", format!("{} will not decide for {}.", delegation.to.name, object(side, &delegation.from))),
        _ => ("End now", format!("{} no longer decides for {}.", delegation.to.name, object(side, &delegation.from))),
    };
    let label = format!("{words}: {} for {}", delegation.to.name, object(side, &delegation.from));
    let (toasts, sending) = (use_toasts(), RwSignal::new(false));
    let id = delegation.id;
    let end = move |_| {
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        shown.refused.set(None);
        let said = said.clone();
        spawn_local(async move {
            match end_away(id).await {
                Ok(page) => {
                    shown.page.try_set(page);
                    toasts.show(said, Some(undo(shown, id)));
                    focus_soon(side.id().to_owned());
                }
                Err(error) => {
                    sending.try_set(false);
                    shown.refused.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <button class="button button--sm" type="button" aria-label=label on:click=end>
            <Icon name="undo-2" />
            {words}
        </button>
    }
    .into_any()
}

/// Takes an ending back. It belongs to the page: the row it came from is gone by then.
fn undo(shown: AwayState, id: DelegationId) -> Callback<()> {
    let take_back = move |()| {
        spawn_local(async move {
            match resume_away(id).await {
                Ok(page) => {
                    shown.page.try_set(page);
                }
                Err(error) => {
                    shown.refused.try_set(Some(error));
                }
            }
        });
    };
    shown.owner.with_value(|owner| owner.with(|| Callback::new(take_back)))
}

/// Who is away, as the object of a sentence.
fn object(side: DelegationSide, from: &PersonRef) -> String {
    if side == DelegationSide::Given { "you".to_owned() } else { from.name.clone() }
}

/// "Until Fri 13 March Samir Haddad decides for you."
fn sentence(side: DelegationSide, delegation: &AwayRow, today: NaiveDate) -> AnyView {
    let (who, whom) =
        (if side == DelegationSide::Held { "you".to_owned() } else { delegation.to.name.clone() }, object(side, &delegation.from));
    let third = side != DelegationSide::Held;
    let (first, last) = (day(delegation.first, today), day(delegation.last, today));
    match delegation.phase {
        DelegationPhase::Now => {
            let verb = if third { "decides" } else { "decide" };
            view! { "Until " {last} " " <b>{who}</b> {format!(" {verb} for {whom}.")} }.into_any()
        }
        DelegationPhase::Planned => {
            let verb = if third { "decides" } else { "decide" };
            view! { "From " {first} " until " {last} " " <b>{who}</b> {format!(" {verb} for {whom}.")} }.into_any()
        }
        DelegationPhase::Over => view! { "From " {first} " until " {last} " " <b>{who}</b> {format!(" decided for {whom}.")} }.into_any(),
    }
}

fn day(day: NaiveDate, today: NaiveDate) -> AnyView {
    view! { <time datetime=day.to_string()>{day_words(day, today)}</time> }.into_any()
}
