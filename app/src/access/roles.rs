//! What each role may do: the permission table, and roles of the organization's own.

use super::dialogs::{ask_remove_role, ask_role};
use super::state::AccessState;
use crate::ui::Icon;
use domain::access::wire::RoleLine;
use domain::permission::{PERMISSIONS, Permission};
use leptos::prelude::*;

/// The table of roles and permissions.
#[component]
pub fn RoleTable(state: AccessState) -> impl IntoView {
    let makes = move || {
        state.page.with(|page| page.grants_everywhere).then(|| {
            view! {
                <button class="button button--sm push" type="button" on:click=move |_| ask_role(state, None)>
                    <Icon name="plus" />
                    "Add role"
                </button>
            }
        })
    };
    let table = move || {
        let roles = state.page.with(|page| page.roles.clone());
        let heads = roles.iter().map(head).collect_view();
        let rows = PERMISSIONS.iter().map(|(permission, _)| row(*permission, &roles)).collect_view();
        view! {
            <table class="perms">
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="visually-hidden">"Permission"</span>
                        </th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let own = move || {
        let (roles, may) =
            state.page.with(|page| (page.roles.iter().filter(|role| role.own).cloned().collect::<Vec<_>>(), page.grants_everywhere));
        (may && !roles.is_empty()).then(|| {
            let lines = roles.into_iter().map(|role| own_role(state, role)).collect_view();
            view! { <ul class="slip__body stack access__own" role="list" aria-label="Roles of your own">{lines}</ul> }
        })
    };
    view! {
        <section class="slip access__roles" aria-labelledby="access-roles">
            <div class="slip__head">
                <h2 id="access-roles">"What each role may do"</h2>
                {makes}
            </div>
            <div class="table-wrap" tabindex="0" role="group" aria-label="Roles and permissions, scrolls sideways">
                {table}
            </div>
            {own}
        </section>
    }
    .into_any()
}

fn head(role: &RoleLine) -> AnyView {
    view! {
        <th scope="col" class="perms__r" dir="auto">
            {role.name.clone()}
        </th>
    }
    .into_any()
}

fn row(permission: Permission, roles: &[RoleLine]) -> AnyView {
    let cells = roles
        .iter()
        .map(|role| {
            if role.permissions.holds(permission) {
                view! {
                    <td class="perm perm--yes">
                        <Icon name="check" />
                        <span class="visually-hidden">"Yes"</span>
                    </td>
                }
                .into_any()
            } else if role.over_space.holds(permission) {
                view! {
                    <td class="perm perm--space">
                        <span>"in its spaces"</span>
                    </td>
                }
                .into_any()
            } else {
                view! {
                    <td class="perm perm--no">
                        <span class="visually-hidden">"No"</span>
                    </td>
                }
                .into_any()
            }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row">{permission.words()}</th>
            {cells}
        </tr>
    }
    .into_any()
}

fn own_role(state: AccessState, role: RoleLine) -> AnyView {
    let (change, gone) = (role.clone(), role.clone());
    view! {
        <li class="row row--wrap">
            <b dir="auto">{role.name.clone()}</b>
            <button class="button button--sm" type="button" aria-label=format!("Change {}", role.name) on:click=move |_| ask_role(state, Some(&change))>
                <Icon name="pencil" />
                "Change"
            </button>
            <button class="button button--sm" type="button" aria-label=format!("Remove {}", role.name) on:click=move |_| ask_remove_role(state, &gone)>
                <Icon name="trash-2" />
                "Remove"
            </button>
        </li>
    }
    .into_any()
}
