//! The tables of tokens: what each may do, when and from where it was used last, and when it ends.

use super::dialogs::ask_revoke;
use super::state::TokenState;
use crate::ui::{Icon, SHORT_MONTHS, TimeText, WallClock, use_wall_clock};
use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use domain::tokens::TokenKind;
use domain::tokens::wire::TokenLine;
use leptos::prelude::*;

/// A table of these tokens.
#[component]
pub fn TokenTable(
    state: TokenState,
    /// Unique on the page.
    id: &'static str,
    title: &'static str,
    /// They are the reader's own: then nobody is named.
    own: bool,
    #[prop(into)] lines: Signal<Vec<TokenLine>>,
    /// What to say where there is none.
    nothing: &'static str,
) -> impl IntoView {
    let clock = use_wall_clock();
    let rows = move || lines.get().into_iter().map(|line| row(state, line, own, clock)).collect_view();
    let table = move || {
        if lines.with(Vec::is_empty) {
            return view! { <p class="slip__body soft">{nothing}</p> }.into_any();
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label=format!("{title}, scrolls sideways")>
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"May"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col">"Ends"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="slip" aria-labelledby=id>
            <div class="slip__head">
                <h2 id=id>{title}</h2>
                <span class="slip__note">{move || lines.with(|lines| counted(lines))}</span>
            </div>
            {table}
        </section>
    }
    .into_any()
}

/// "6 work, 1 has ended".
fn counted(lines: &[TokenLine]) -> String {
    let over = lines.iter().filter(|line| line.is_over).count();
    let working = lines.len() - over;
    match (working, over) {
        (0, 0) => String::new(),
        (1, 0) => "1 works".to_owned(),
        (working, 0) => format!("{working} work"),
        (working, 1) => format!("{working} work, 1 has ended"),
        (working, over) => format!("{working} work, {over} have ended"),
    }
}

/// "14 Jul 2026".
fn day_of_year(at: NaiveDateTime) -> String {
    let month = SHORT_MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", at.day(), at.year())
}

fn row(state: TokenState, line: TokenLine, own: bool, clock: WallClock) -> AnyView {
    let whose = match (line.kind, own) {
        (TokenKind::Personal, true) => String::new(),
        (TokenKind::Personal, false) => line.owner.clone(),
        (TokenKind::Service, _) if line.maker.is_empty() => "From the server’s own settings".to_owned(),
        (TokenKind::Service, _) => format!("Service account, by {}", line.maker),
    };
    let made = (!line.maker.is_empty()).then(|| {
        let at = line.made_at;
        let before = if whose.is_empty() { "" } else { ", " };
        view! { {before} <DayText at clock /> }
    });
    let tags = line.permissions.each().map(|one| view! { <span class="tag">{one.words()}</span> }).collect_view();
    let place = (!line.place.is_empty()).then(|| view! { <span class="table__sub" dir="auto">{format!("In {} only", line.place)}</span> });
    let used = match line.last_used_at {
        Some(at) => view! {
            <span>
                <TimeText at />
                <span class="table__sub mono">{line.last_used_from.clone()}</span>
            </span>
        }
        .into_any(),
        None => view! { <span>"Not yet"</span> }.into_any(),
    };
    let ends = match (line.ends_at, line.is_over) {
        (Some(at), true) => view! {
            <span class="status status--bad">
                <Icon name="circle-x" />
                <span>"Ended " <DayText at clock /></span>
            </span>
        }
        .into_any(),
        (Some(at), false) => view! { <DayText at clock /> }.into_any(),
        (None, _) => view! {
            <span class="status status--wait">
                <Icon name="triangle-alert" />
                "Never"
            </span>
        }
        .into_any(),
    };
    let action = match line.ends {
        true => {
            let (asked, verb) = (line.clone(), if line.is_over { "Remove" } else { "Revoke" });
            view! {
                <button class="button button--sm button--quiet button--warn" type="button" on:click=move |_| ask_revoke(state, &asked)>
                    {verb}
                    <span class="visually-hidden">{format!(" {}", line.name)}</span>
                </button>
            }
            .into_any()
        }
        false => view! { <span class="muted">"Change it on the server"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <b dir="auto">{line.name.clone()}</b>
                <span class="table__sub" dir="auto">
                    {whose}
                    {made}
                </span>
            </th>
            <td data-label="May">
                <span>
                    <span class="tags">{tags}</span>
                    {place}
                </span>
            </td>
            <td data-label="Last used">{used}</td>
            <td data-label="Ends" class="nowrap">
                {ends}
            </td>
            <td class="rowacts">
                <span class="row">{action}</span>
            </td>
        </tr>
    }
    .into_any()
}

/// A day with its year, by the reader's clock.
#[component]
fn DayText(at: DateTime<Utc>, clock: WallClock) -> impl IntoView {
    view! { <time datetime=at.to_rfc3339()>{move || day_of_year(clock.local(at))}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::ApiTokenId;

    #[test]
    fn tokens_are_counted_in_words() {
        let line = |is_over| TokenLine {
            id: ApiTokenId(uuid::Uuid::nil()),
            name: String::new(),
            kind: TokenKind::Personal,
            owner: String::new(),
            maker: String::new(),
            made_at: DateTime::UNIX_EPOCH,
            permissions: Default::default(),
            place: String::new(),
            last_used_at: None,
            last_used_from: String::new(),
            ends_at: None,
            is_over,
            ends: true,
        };
        let words = |over: &[bool]| counted(&over.iter().map(|over| line(*over)).collect::<Vec<_>>());
        assert_eq!((words(&[]), words(&[false])), (String::new(), "1 works".to_owned()));
        assert_eq!(words(&[false, false, true]), "2 work, 1 has ended");
        assert_eq!(day_of_year(DateTime::UNIX_EPOCH.naive_utc()), "1 Jan 1970");
    }
}
