//! The parts of a preview: how much of what, and the rows themselves.

use crate::ui::Icon;
use domain::people::importing::{ImportPreview, ImportedChange, ImportedPerson, PREVIEWED, RefusedRow};
use leptos::prelude::*;

/// New people, changes, what stays as it is, and what stays out.
pub fn figures_view(preview: &ImportPreview) -> AnyView {
    let figure = |label: &'static str, value: u64, icon: &'static str, words: &'static str, poor: bool| {
        let class = if poor { "figure__delta figure__delta--poor" } else { "figure__delta" };
        view! {
            <div class="figure">
                <span class="figure__label">{label}</span>
                <span class="figure__value">{value}</span>
                <span class=class>
                    <Icon name=icon />
                    {words}
                </span>
            </div>
        }
        .into_any()
    };
    let refused = preview.refused.len() as u64;
    view! {
        <section class="slip" aria-labelledby="figures-h">
            <div class="slip__head">
                <h2 id="figures-h">"What it would do"</h2>
                <span class="slip__note">{format!("{} rows", preview.rows)}</span>
            </div>
            <div class="figures">
                {figure("New people", preview.added, "user-round-plus", "without a password", false)}
                {figure("People changed", preview.changed, "pencil", "in some values", false)}
                {figure("As they are", preview.same, "check", "nothing to do", false)}
                {figure("Refused rows", refused, "circle-x", "stay out", refused > 0)}
            </div>
        </section>
    }
    .into_any()
}

/// A table in a slip of its own, with how many rows of it are not shown.
fn table_view(
    id: &'static str,
    title: &'static str,
    heads: &[&'static str],
    rows: Vec<AnyView>,
    more: u64,
    action: Option<AnyView>,
) -> AnyView {
    let heads = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }.into_any()).collect_view();
    let label = format!("{title}, scrolls sideways");
    let more = (more > 0).then(|| view! { <div class="pagination"><span>{format!("{more} more are not shown")}</span></div> });
    view! {
        <section class="slip" aria-labelledby=id>
            <div class="slip__head">
                <h2 id=id>{title}</h2>
                <span class="push row row--wrap">{action}</span>
            </div>
            <div class="table-wrap" tabindex="0" role="group" aria-label=label>
                <table class="table table--dense table--stack">
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
    .into_any()
}

/// Rows that stay out, and the way to have them as a file.
pub fn refused_view(preview: &ImportPreview) -> Option<AnyView> {
    if preview.refused.is_empty() {
        return None;
    }
    let row = |row: &RefusedRow| {
        view! {
            <tr>
                <th scope="row">{row.line}</th>
                <td data-label="Column">{row.column.clone()}</td>
                <td data-label="It says">
                    <span class="mono import__bad" dir="auto">
                        {row.says.clone()}
                    </span>
                </td>
                <td data-label="What to do">{row.message.clone()}</td>
            </tr>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = preview.refused.iter().take(PREVIEWED).map(row).collect();
    let more = preview.refused.len().saturating_sub(PREVIEWED) as u64;
    let file = format!("data:text/csv;charset=utf-8,{}", encoded(&preview.refused_file));
    let words =
        if preview.refused.len() == 1 { "Download the row".to_owned() } else { format!("Download the {} rows", preview.refused.len()) };
    let action = view! {
        <a class="button button--sm" href=file download="refused-rows.csv" rel="external">
            <Icon name="file-text" />
            {words}
        </a>
    }
    .into_any();
    Some(table_view("refused-h", "Refused rows", &["Row", "Column", "It says", "What to do"], rows, more, Some(action)))
}

/// Values that would be others.
pub fn changes_view(preview: &ImportPreview) -> Option<AnyView> {
    if preview.changes.is_empty() {
        return None;
    }
    let side = |text: &str| if text.is_empty() { "Nothing".to_owned() } else { text.to_owned() };
    let row = |change: &ImportedChange| {
        view! {
            <tr>
                <th scope="row" dir="auto">
                    {change.name.clone()}
                </th>
                <td data-label="What">{change.column.clone()}</td>
                <td data-label="Now" dir="auto">
                    <del class="was">{side(&change.before)}</del>
                </td>
                <td data-label="After the import" dir="auto">
                    <ins class="becomes">{side(&change.after)}</ins>
                </td>
            </tr>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = preview.changes.iter().map(row).collect();
    let more = preview.values.saturating_sub(preview.changes.len() as u64);
    Some(table_view("changes-h", "Changes", &["Person", "What", "Now", "After the import"], rows, more, None))
}

/// Who would be added.
pub fn people_view(preview: &ImportPreview) -> Option<AnyView> {
    if preview.people.is_empty() {
        return None;
    }
    let row = |person: &ImportedPerson| {
        view! {
            <tr>
                <th scope="row" dir="auto">
                    {person.name.clone()}
                </th>
                <td data-label="E-mail">{person.email.clone()}</td>
            </tr>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = preview.people.iter().map(row).collect();
    let more = preview.added.saturating_sub(preview.people.len() as u64);
    Some(table_view("new-h", "New people", &["Name", "E-mail"], rows, more, None))
}

/// The text as an address holds it.
fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => written.push(char::from(byte)),
            other => written.push_str(&format!("%{other:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_an_address_is_written_without_what_would_end_it() {
        assert_eq!(encoded("a,b\n\"ü\"#"), "a%2Cb%0A%22%C3%BC%22%23");
    }
}
