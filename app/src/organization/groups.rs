//! `/groups` and `/groups/:key`: all groups with what they are for, or one with those in it.

use super::api::{group, groups, save_group};
use super::group::LoadedGroup;
use super::state::{name_question, read_name};
use crate::error::CallError;
use crate::form::dialog::{DialogQuestion, FormDialog};
use crate::people::search::find_for_picker;
use crate::ui::{EmptyState, Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::forms::Answers;
use domain::people::groups::{GroupLine, GroupList, GroupView, SaveGroup};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde::{Deserialize, Serialize};

/// What the page has to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum GroupsAnswer {
    All(GroupList),
    One(GroupView),
}

async fn find(key: String) -> Result<GroupsAnswer, CallError> {
    if key.is_empty() { groups().await.map(GroupsAnswer::All) } else { group(key).await.map(GroupsAnswer::One) }
}

/// The page.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let params = use_params_map();
    let wanted = Memo::new(move |_| params.with(|params| params.get("key").unwrap_or_default()));
    let data = page_data(move || wanted.get(), find);
    page_frame("page groups", data, |found| match found {
        GroupsAnswer::All(list) => view! { <LoadedGroups list /> }.into_any(),
        GroupsAnswer::One(view) => view! { <LoadedGroup view /> }.into_any(),
    })
}

#[component]
fn LoadedGroups(list: GroupList) -> impl IntoView {
    let asking = RwSignal::new(None::<DialogQuestion>);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let navigate = StoredValue::new(use_navigate());
    let act = Callback::new(move |answers: Answers| {
        busy.set(true);
        failed.set(None);
        let name = read_name(&answers);
        spawn_local(async move {
            let answer = save_group(SaveGroup { id: None, name }).await;
            busy.try_set(false);
            match answer {
                Ok(key) => {
                    asking.try_set(None);
                    navigate.try_with_value(|navigate| navigate(&Address::Group(&key).to_string(), NavigateOptions::default()));
                }
                Err(error) => _ = failed.try_set(Some(error.message())),
            }
        });
    });
    let ask = move |_| {
        failed.set(None);
        asking.set(Some(name_question("Add a group", Answers::default(), "Add group")));
    };
    let add = list.may_change.then(|| {
        view! {
            <button class="button button--primary" type="button" on:click=ask>
                <Icon name="plus" />
                "Add group"
            </button>
        }
    });
    let shown = if list.groups.is_empty() {
        view! {
            <EmptyState icon="users" title="No groups yet">
                <p>"A group is a set of people that can be asked for approval, hold a role, or see a service of their own."</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(list.groups)
    };
    view! {
        <PageTitle text="Groups · Docket" />
        <div class="page groups">
            <header class="page__head">
                <div class="page__title">
                    <h1>"Groups"</h1>
                    <p class="page__lead">"A group decides, holds a role, or sees a service as one."</p>
                </div>
                {add}
            </header>
            {shown}
            <FormDialog id="groups-dialog" asking busy failed search=find_for_picker act />
        </div>
    }
    .into_any()
}

fn table(groups: Vec<GroupLine>) -> AnyView {
    let rows = groups.into_iter().map(row).collect_view();
    view! {
        <section class="slip" aria-label="Groups">
            <div class="table-wrap" tabindex="0" role="group" aria-label="Groups, scrolls sideways">
                <table class="table table--dense table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Group"</th>
                            <th scope="col" class="is-num">
                                "People"
                            </th>
                            <th scope="col">"Holds"</th>
                            <th scope="col">"Is needed by"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(line: GroupLine) -> AnyView {
    let href = Address::Group(&line.group.key).to_string();
    let listed = |words: Vec<String>| match words.len() {
        0 => "—".to_owned(),
        1..=2 => words.join("; "),
        more => format!("{}; and {} more", words.get(..2).unwrap_or_default().join("; "), more - 2),
    };
    view! {
        <tr class="row-opens">
            <th scope="row">
                <a class="row-link" href=href dir="auto">
                    {line.group.name}
                </a>
            </th>
            <td class="is-num" data-label="People">
                {line.members}
            </td>
            <td data-label="Holds" dir="auto">
                {listed(line.holds)}
            </td>
            <td data-label="Is needed by" dir="auto">
                {listed(line.named_by)}
            </td>
        </tr>
    }
    .into_any()
}
