//! The log: a page of entries, the newest first.

use super::filters::AuditFilters;
use super::location::AuditLocation;
use super::state::AuditState;
use crate::ui::{EmptyState, Icon, PersonLine, TimeText};
use domain::audit::wire::AuditRow;
use domain::connectors::wire::ConsolePeriod;
use domain::people::PersonRef;
use domain::tally::count_words;
use leptos::prelude::*;

/// The list.
#[component]
pub fn AuditList(state: AuditState) -> impl IntoView {
    let rows = move || {
        let rows = state.page.with(|page| page.rows.clone());
        if rows.is_empty() {
            return nothing(state);
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Audit log, scrolls sideways">
                <table class="table table--dense table--stack audit__table">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"On"</th>
                            <th scope="col">"Through"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(|row| row_view(state, row)).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let count = move || {
        let total = state.page.with(|page| page.total);
        if total == 1 { "1 entry".to_owned() } else { format!("{} entries", count_words(total)) }
    };
    view! {
        <section class="slip outbox__list" aria-labelledby="audit-h" aria-busy=move || state.loading.get().then_some("true")>
            <div class="slip__head">
                <h2 id="audit-h">"Entries"</h2>
                <span class="slip__note" role="status">
                    {count}
                </span>
            </div>
            <AuditFilters state />
            {rows}
            {pages(state)}
        </section>
    }
    .into_any()
}

fn row_view(state: AuditState, row: AuditRow) -> AnyView {
    let id = row.id;
    let href = move || state.place.with(|place| place.opening(Some(id)).address());
    let opened = move || state.place.with(|place| place.open == Some(id));
    view! {
        <tr class="row-opens" class:is-selected=opened>
            <td class="c-when nowrap" data-label="When">
                <TimeText at=row.at />
            </td>
            <td class="c-who" data-label="Who">
                {actor_view(row.actor)}
            </td>
            <th scope="row" class="c-what">
                <a class="row-link" href=href aria-current=move || opened().then_some("true")>
                    {row.words}
                </a>
            </th>
            <td class="c-on" data-label="On" dir="auto">
                {row.name}
            </td>
            <td class="c-via soft" data-label="Through">
                {row.way}
            </td>
        </tr>
    }
    .into_any()
}

/// Who did it: a person, or the command line.
pub fn actor_view(actor: Option<PersonRef>) -> AnyView {
    match actor {
        Some(person) => view! { <PersonLine person /> }.into_any(),
        None => view! {
            <span class="person">
                <span class="avatar avatar--5">
                    <Icon name="terminal" />
                </span>
                <span>"Command line"</span>
            </span>
        }
        .into_any(),
    }
}

fn pages(state: AuditState) -> AnyView {
    let next = Memo::new(move |_| state.page.with(|page| page.next.clone()));
    let later = Memo::new(move |_| state.place.with(|place| place.after.is_some()));
    let newest = move || state.place.with(|place| AuditLocation { after: None, open: None, ..place.clone() }.address());
    let older = move || state.place.with(|place| AuditLocation { after: next.get(), open: None, ..place.clone() }.address());
    let pages = move || {
        (later.get() || next.with(Option::is_some)).then(|| {
            view! {
                <nav class="pagination" aria-label="Pages">
                    <span></span>
                    <span class="row">
                        {later.get().then(|| view! { <a class="button button--sm" href=newest>"Newest"</a> })}
                        {next.with(Option::is_some).then(|| view! { <a class="button button--sm" href=older>"Older"<Icon name="chevron-right" /></a> })}
                    </span>
                </nav>
            }
        })
    };
    pages.into_any()
}

fn nothing(state: AuditState) -> AnyView {
    let usual = state.place.with(|place| AuditLocation { open: None, ..place.clone() } == AuditLocation::default());
    let words = match usual {
        true => "Whatever administrators and the command line change is written down here. Nothing was changed in the last 30 days.",
        false => "No entry fits all of these filters.",
    };
    let all = AuditLocation::default().with(|filter| filter.period = ConsolePeriod::Ever).address();
    view! {
        <EmptyState icon="history" title=if usual { "Nothing was changed lately" } else { "Nothing fits" }>
            <p>{words}</p>
            <a class="button" href=all>
                "Show all entries"
            </a>
        </EmptyState>
    }
    .into_any()
}
