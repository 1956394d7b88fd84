//! One group: who is in it with which roles, what it holds, and what needs it.

use super::state::GroupState;
use crate::form::dialog::FormDialog;
use crate::people::search::find_for_picker;
use crate::ui::{EmptyState, Icon, PageTitle, PersonLine};
use domain::address::Address;
use domain::forms::Answers;
use domain::people::groups::{GroupSeatLine, GroupView};
use domain::tally::count_words;
use leptos::prelude::*;

/// The page of one group.
#[component]
pub fn LoadedGroup(view: GroupView) -> impl IntoView {
    let state = GroupState::new(view);
    let name = Memo::new(move |_| state.view.with(|view| view.line.group.name.clone()));
    let act = Callback::new(move |answers: Answers| {
        // What was filled in stays, for a second look at it.
        state.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        state.act(&answers);
    });
    let people = move || {
        let seats = state.view.with(|view| view.seats.clone());
        if seats.is_empty() {
            let words = if state.view.with(|view| view.may_change) {
                "Whoever you add decides, sees and holds what the group does."
            } else {
                "Nobody decides, sees or holds anything by it."
            };
            return view! { <EmptyState icon="users" title="Nobody is in this group"><p>{words}</p></EmptyState> }.into_any();
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="People of the group, scrolls sideways">
                <table class="table table--dense table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Who"</th>
                            <th scope="col">"Roles in the group"</th>
                            <th scope="col">"Added"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{seats.into_iter().map(|seat| row(state, seat)).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let left_out = move || {
        let (shown, all) = state.view.with(|view| (view.seats.len() as u64, view.line.members));
        (all > shown).then(|| view! { <p class="slip__foot">{format!("The first {shown} of {} people are shown.", count_words(all))}</p> })
    };
    let may_change = state.view.with_untracked(|view| view.may_change);
    let shapes = may_change.then(|| {
        view! {
                <div class="row row--wrap">
                    <button class="button" type="button" on:click=move |_| state.ask_rename()>
                        <Icon name="pencil" />
                        "Rename"
                    </button>
                    <button class="button" type="button" on:click=move |_| state.ask_remove()>
                        <Icon name="trash-2" />
                        "Remove"
                    </button>
                </div>
        }
    });
    let adds = may_change.then(|| {
        view! {
                    <button class="button button--sm push" type="button" on:click=move |_| state.ask_add()>
                        <Icon name="user-plus" />
                        "Add somebody"
                    </button>
        }
    });
    view! {
        <PageTitle text=move || format!("{} · Groups · Docket", name.get()) />
        <div class="page groups">
            <header class="page__head">
                <div class="page__title">
                    <nav class="crumbs" aria-label="Where you are">
                        <a href=Address::Groups.root()>"Groups"</a>
                    </nav>
                    <h1 dir="auto">{name}</h1>
                </div>
                {shapes}
            </header>
            <section class="slip" aria-labelledby="group-people">
                <div class="slip__head">
                    <h2 id="group-people">"People"</h2>
                    {adds}
                </div>
                {people}
                {left_out}
            </section>
            {move || uses(state)}
            <FormDialog id="group-dialog" asking=state.asking busy=state.busy failed=state.failed search=find_for_picker act />
        </div>
    }
    .into_any()
}

fn row(state: GroupState, seat: GroupSeatLine) -> AnyView {
    let roles = if seat.roles.is_empty() { "—".to_owned() } else { seat.roles.join(", ") };
    let (changed, gone) = (seat.clone(), seat.clone());
    let name = seat.person.name.clone();
    let actions = state.view.with_untracked(|view| view.may_change).then(|| {
        view! {
                <div class="row row--wrap">
                    <button
                        class="button button--sm"
                        type="button"
                        aria-label=format!("Change the roles of {name}")
                        on:click=move |_| state.ask_roles(&changed)
                    >
                        "Change roles"
                    </button>
                    <button
                        class="button button--sm"
                        type="button"
                        aria-label=format!("Take {name} out of the group")
                        on:click=move |_| state.take_out(&gone)
                    >
                        "Take out"
                    </button>
                </div>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <PersonLine person=seat.person />
            </th>
            <td data-label="Roles in the group">{roles}</td>
            <td data-label="Added">{if seat.by_files { "By files" } else { "Here" }}</td>
            <td>
                {actions}
            </td>
        </tr>
    }
    .into_any()
}

/// What the group holds and what needs it, as far as there is any.
fn uses(state: GroupState) -> AnyView {
    let (holds, named_by) = state.view.with(|view| (view.line.holds.clone(), view.line.named_by.clone()));
    let list = |id: &'static str, title: &'static str, words: Vec<String>| {
        (!words.is_empty()).then(|| {
            let lines = words.into_iter().map(|words| view! { <li dir="auto">{words}</li> }).collect_view();
            view! {
                <section class="slip" aria-labelledby=id>
                    <div class="slip__head">
                        <h2 id=id>{title}</h2>
                    </div>
                    <ul class="slip__body">{lines}</ul>
                </section>
            }
        })
    };
    view! {
        {list("group-holds", "What everybody in it holds", holds)}
        {list("group-needed", "What needs it", named_by)}
    }
    .into_any()
}
