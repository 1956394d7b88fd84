//! The matrix of events and channels, one's own or the organization's.

use crate::ui::Icon;
use domain::notices::wire::{MatrixColumn, MatrixRow, MatrixSwitch};
use domain::notices::{CHANNELS, NoticeChannel};
use leptos::prelude::*;

/// A switch that was thrown: event, channel, on, locked.
pub type ThrownSwitch = (String, NoticeChannel, bool, bool);

/// The table. Its rows are made once; the switches follow `rows`.
#[component]
pub fn NoticeMatrix(
    columns: Signal<Vec<MatrixColumn>>,
    rows: Signal<Vec<MatrixRow>>,
    /// Whether switches can be locked: for who decides for everybody.
    locks: bool,
    throw: Callback<ThrownSwitch>,
) -> impl IntoView {
    let heads = move || columns.with(|columns| columns.iter().map(head).collect_view());
    let mut group = String::new();
    let mut lines = Vec::new();
    for (at, row) in rows.get_untracked().into_iter().enumerate() {
        if row.group != group {
            group.clone_from(&row.group);
            let heading = view! {
                <tr class="matrix__group">
                    <th scope="rowgroup" colspan="5">
                        {row.group.clone()}
                    </th>
                </tr>
            };
            lines.push(heading.into_any());
        }
        lines.push(line(MatrixCell { columns, rows, row: at, locks, throw }, row));
    }
    view! {
        <div class="table-wrap matrix-wrap" tabindex="0" role="group" aria-label="Notification matrix, scrolls sideways">
            <table class="matrix">
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="visually-hidden">"Event"</span>
                        </th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn icon(channel: NoticeChannel) -> &'static str {
    match channel {
        NoticeChannel::InApp => "bell",
        NoticeChannel::Email => "mail",
        NoticeChannel::Slack => "hash",
        NoticeChannel::Telegram => "send",
    }
}

fn head(column: &MatrixColumn) -> AnyView {
    view! {
        <th scope="col" class="matrix__c">
            <span class="matrix__ch">
                <Icon name=icon(column.channel) />
                {column.label.clone()}
            </span>
            <span class="matrix__sub" title=column.note.clone()>
                {column.note.clone()}
            </span>
        </th>
    }
    .into_any()
}

/// Where a row is.
#[derive(Clone, Copy)]
struct MatrixCell {
    columns: Signal<Vec<MatrixColumn>>,
    rows: Signal<Vec<MatrixRow>>,
    row: usize,
    locks: bool,
    throw: Callback<ThrownSwitch>,
}

fn line(place: MatrixCell, row: MatrixRow) -> AnyView {
    let of_channel = |channel: NoticeChannel| match row.cells.iter().position(|cell| cell.channel == channel) {
        Some(at) => cell(place, at, &row),
        None => view! { <td class="matrix__c"></td> }.into_any(),
    };
    let cells = CHANNELS.into_iter().map(of_channel).collect_view();
    view! {
        <tr>
            <th scope="row">
                <span>{row.label.clone()}</span>
                <code class="matrix__key">{row.event.clone()}</code>
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(place: MatrixCell, at: usize, row: &MatrixRow) -> AnyView {
    let Some(first) = row.cells.get(at) else { return ().into_any() };
    let channel = first.channel;
    let now = move || place.rows.with(|rows| rows.get(place.row).and_then(|row| row.cells.get(at)).cloned());
    let on = Memo::new(move |_| now().is_some_and(|cell: MatrixSwitch| cell.on));
    let locked = Memo::new(move |_| now().is_some_and(|cell: MatrixSwitch| cell.locked));
    let works = Memo::new(move |_| place.columns.with(|columns| columns.iter().any(|one| one.channel == channel && one.works)));
    let name = format!("{}, {}", row.label, channel.label());
    let event = row.event.clone();
    let lock = match place.locks {
        true => {
            let (event, name) = (event.clone(), format!("Lock {name}"));
            view! {
                <button
                    class="matrix__lock"
                    type="button"
                    aria-label=name
                    aria-pressed=move || if locked.get() { "true" } else { "false" }
                    on:click=move |_| place.throw.run((event.clone(), channel, on.get_untracked(), !locked.get_untracked()))
                >
                    <Icon name="lock" />
                </button>
            }
            .into_any()
        }
        false => view! {
            <Show when=move || locked.get()>
                <Icon name="lock" />
            </Show>
        }
        .into_any(),
    };
    let still = move || !works.get() || (locked.get() && !place.locks);
    let switch = view! {
        <label class="matrix__hit">
            <span class="visually-hidden">{name}</span>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                autocomplete="off"
                checked=on.get_untracked()
                prop:checked=on
                disabled=still
                on:change=move |change| {
                    place.throw.run((event.clone(), channel, event_target_checked(&change), locked.get_untracked()));
                }
            />
        </label>
    };
    view! { <td class="matrix__c" class:matrix__c--locks=place.locks>{switch} {lock}</td> }.into_any()
}
