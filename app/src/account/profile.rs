//! The profile page: who one is here, other organizations, theme, and signing out.

use crate::session::use_me;
use crate::shell::theme::toggle;
use crate::ui::{Avatar, Icon};
use domain::people::{Me, OrganizationRef};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/profile`.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let me = use_me().get_untracked();
    view! {
        <Title text="Your account · Docket" />
        {me.map(|me| view! { <Profile me /> })}
    }
    .into_any()
}

#[component]
fn Profile(me: Me) -> impl IntoView {
    let current = me.organization.clone();
    let others: Vec<OrganizationRef> = me.organizations.into_iter().filter(|other| other.id != current.id).collect();
    view! {
        <div class="page profile">
            <header class="page__head">
                <h1>"Your account"</h1>
            </header>
            <section class="slip" aria-labelledby="who">
                <div class="slip__head">
                    <h2 id="who">
                        <span class="person">
                            <Avatar name=me.person.name.clone() />
                            <span>{me.person.name.clone()}</span>
                        </span>
                    </h2>
                </div>
                <div class="slip__body">
                    <dl class="facts">
                        <Fact term="Email" value=me.email />
                        <Fact term="Organization" value=current.name />
                        <Fact term="Role" value=me.role_label />
                        <Fact term="Title" value=me.person.title />
                    </dl>
                </div>
            </section>
            <Organizations others />
            <section class="slip" aria-labelledby="device">
                <div class="slip__head">
                    <h2 id="device">"This device"</h2>
                </div>
                <div class="slip__body row row--wrap">
                    <button class="button" type="button" on:click=move |_| toggle()>
                        <Icon name="sun-moon" />
                        "Change theme"
                    </button>
                    <form method="post" action="/sign-out">
                        <button class="button" type="submit">
                            <Icon name="log-out" />
                            "Sign out"
                        </button>
                    </form>
                    <form method="post" action="/sign-out-everywhere">
                        <button class="button" type="submit">
                            "Sign out everywhere"
                        </button>
                    </form>
                </div>
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn Fact(term: &'static str, value: String) -> impl IntoView {
    (!value.is_empty())
        .then(|| {
            view! {
                <div>
                    <dt>{term}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .into_any()
}

#[component]
fn Organizations(others: Vec<OrganizationRef>) -> impl IntoView {
    if others.is_empty() {
        return ().into_any();
    }
    let rows = others
        .into_iter()
        .map(|other| {
            view! {
                <form method="post" action="/organization">
                    <input type="hidden" name="key" value=other.key />
                    <button class="button" type="submit">
                        {format!("Switch to {}", other.name)}
                    </button>
                </form>
            }
        })
        .collect_view();
    view! {
        <section class="slip" aria-labelledby="organizations">
            <div class="slip__head">
                <h2 id="organizations">"Other organizations"</h2>
            </div>
            <div class="slip__body row row--wrap">{rows}</div>
        </section>
    }
    .into_any()
}
