//! The person's own tasks, wherever they are: what is next due first.

use super::api::my_tasks;
use super::slip::{due_words, status};
use crate::live::use_live;
use crate::ui::{DocketNumber, EmptyState, PageTitle, part_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::requests::work::MyTask;
use leptos::prelude::*;

/// `/tasks`.
#[component]
pub fn MyTasksPage() -> impl IntoView {
    let tasks = page_data(|| (), |()| my_tasks());
    use_live().on_event(move |_| tasks.refetch());
    view! {
        <PageTitle text="My tasks · Docket" />
        <div class="page">
            <header class="page__head">
                <h1>"My tasks"</h1>
            </header>
            {part_frame(tasks, list)}
        </div>
    }
    .into_any()
}

fn list(tasks: Vec<MyTask>) -> AnyView {
    if tasks.is_empty() {
        return view! {
            <EmptyState icon="list-checks" title="No tasks for you">
                <p>"Tasks that somebody gives you on a request appear here."</p>
                <a class="button" href=Address::Catalog.root()>
                    "Go to the catalog"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    let rows = tasks.into_iter().map(row).collect_view();
    view! {
        <section class="slip">
            <ul class="task-list" role="list">
                {rows}
            </ul>
        </section>
    }
    .into_any()
}

fn row(mine: MyTask) -> AnyView {
    let address = Address::Request(&mine.number).to_string();
    let overdue = mine.overdue;
    let due = mine.task.due.map(|due| due_words(due, overdue));
    view! {
        <li class="task-row row-opens">
            <span class="task-row__mark" aria-hidden="true"></span>
            <div class="task-row__main">
                <p class="task-row__title">
                    <a class="row-link" href=address>{mine.task.title}</a>
                </p>
                <p class="task-row__note">{mine.task.description}</p>
            </div>
            <span class="task-row__who">
                <DocketNumber number=mine.number />
                <span dir="auto">{mine.request}</span>
            </span>
            <span class="task-row__due" class:is-late=overdue>
                {due}
            </span>
            <span class="task-row__st">{status(mine.task.status)}</span>
        </li>
    }
    .into_any()
}
