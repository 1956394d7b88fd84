//! `/people/import`: people from a table, with all that it would change before anything does.

use super::import_parts::{changes_view, figures_view, people_view, refused_view};
use super::import_state::ImportState;
use crate::error::CallError;
use crate::ui::{AlertBox, Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::people::importing::{ImportPreview, LARGEST_FILE, MOST_ROWS};
use domain::people::wire::PeopleFilter;
use leptos::prelude::*;

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    // Whoever looks after nobody has no such page.
    let allowed = page_data(|| (), |()| async { super::api::people_page(PeopleFilter::default(), None).await.map(|_| ()) });
    view! {
        <PageTitle text="Import people · Docket" />
        {page_frame("page people", allowed, |()| view! { <LoadedImport /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedImport() -> impl IntoView {
    let state = ImportState::new();
    let shown = move || match (state.done.get(), state.preview.get()) {
        (Some(outcome), _) => view! {
            <AlertBox kind="done">
                <p>{outcome.words()}</p>
                <a class="button button--sm" href=Address::People.root()>
                    "Show everybody"
                </a>
            </AlertBox>
        }
        .into_any(),
        (None, Some(preview)) => preview_view(state, &preview),
        (None, None) => ().into_any(),
    };
    view! {
        <div class="page people import">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=Address::People.root()>"People"</a>
                <Icon name="chevron-right" />
                <span aria-current="page">"Import"</span>
            </nav>
            <header class="page__head">
                <h1>"Import people"</h1>
            </header>
            <RefusedNotice error=state.refused />
            {file_view(state)}
            <div class="import__shown" id="preview" tabindex="-1" aria-live="polite">
                {shown}
            </div>
        </div>
    }
    .into_any()
}

fn file_view(state: ImportState) -> AnyView {
    let hint = format!(
        "Up to {MOST_ROWS} rows and {} kB, as “CSV UTF-8”. The first line names the columns: email, and any of name, title, phone, employee_number, manager (an e-mail address), space. An empty cell leaves things as they are.",
        LARGEST_FILE / 1000
    );
    let note = move || match (state.name.get(), state.done.with(Option::is_some)) {
        (name, true) => name,
        (name, false) if name.is_empty() => "Nothing is saved yet".to_owned(),
        (name, false) => format!("{name}, nothing is saved yet"),
    };
    let reading = move || {
        (state.busy.get() && state.preview.with(Option::is_none)).then(|| view! { <p class="soft" role="status">"Reading the file"</p> })
    };
    view! {
        <section class="slip" aria-labelledby="file-h">
            <div class="slip__head">
                <h2 id="file-h">"File"</h2>
                <span class="slip__note">{note}</span>
            </div>
            <div class="slip__body stack">
                <div class="field">
                    <label class="field__label" for="import-file">
                        "Table of people"
                    </label>
                    <p class="field__hint" id="import-hint">
                        {hint}
                    </p>
                    <input
                        class="input"
                        id="import-file"
                        type="file"
                        accept=".csv,text/csv"
                        aria-describedby="import-hint"
                        on:change:target=move |event| state.choose(&event.target())
                    />
                </div>
                {reading}
            </div>
        </section>
    }
    .into_any()
}

fn preview_view(state: ImportState, preview: &ImportPreview) -> AnyView {
    let left_out = (!preview.left_out.is_empty()).then(|| {
        let words = format!("Columns that are not known are left out: {}.", preview.left_out.join(", "));
        view! { <p class="soft">{words}</p> }
    });
    let count = preview.added + preview.changed;
    let confirm = match count {
        1 => "Import 1 person".to_owned(),
        count => format!("Import {count} people"),
    };
    let words = match (count, preview.refused.len()) {
        (0, _) => "Nothing in this file changes anything.".to_owned(),
        (_, 0) => "Every row goes in.".to_owned(),
        (_, 1) => "1 row stays out. Correct it and import it later.".to_owned(),
        (_, rows) => format!("{rows} rows stay out. Correct them and import them later."),
    };
    let go = (count > 0).then(|| {
        view! {
            <button
                class="button button--primary"
                type="button"
                aria-disabled=move || state.busy.get().then_some("true")
                on:click=move |_| state.import()
            >
                {move || if state.busy.get() { "Importing".to_owned() } else { confirm.clone() }}
            </button>
        }
    });
    view! {
        {figures_view(preview)}
        {left_out}
        {refused_view(preview)}
        {changes_view(preview)}
        {people_view(preview)}
        <div class="bulk-bar import__go">
            <p>
                <b>{format!("{} added, {} changed.", preview.added, preview.changed)}</b>
                " "
                <span class="soft">{words}</span>
            </p>
            <span class="push row row--wrap">
                <a class="button" href=Address::People.root()>
                    "Cancel"
                </a>
                {go}
            </span>
        </div>
    }
    .into_any()
}

/// Why a file was not read, as the page says it.
pub fn too_large() -> CallError {
    let message = format!("The file is larger than {} kB, or cannot be read. Cut it into several, then choose one.", LARGEST_FILE / 1000);
    CallError::Refused { refusal: domain::Refusal::input("file", message) }
}
