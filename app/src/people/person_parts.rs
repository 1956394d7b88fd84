//! The parts of a person's page: profile, ways to sign in, what they hold and why, what waits for them.

use super::person_state::PersonPageState;
use crate::session::may;
use crate::ui::{DocketNumber, Icon, PersonLine, TimeText};
use domain::address::Address;
use domain::audit::AuditThing;
use domain::people::wire::{ConcernedList, PersonView, SessionLine};
use domain::permission::Permission;
use leptos::prelude::*;

/// A line of facts, unless there is nothing to say.
fn fact(name: &'static str, value: &str) -> Option<AnyView> {
    (!value.is_empty()).then(|| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd dir="auto">{value.to_owned()}</dd>
            </div>
        }
        .into_any()
    })
}

/// Who they are.
#[component]
pub fn ProfileSlip(state: PersonPageState) -> impl IntoView {
    let facts = move || {
        state.view.with(|view| {
            let manager = view.manager.clone().map(|person| {
                view! {
                    <div>
                        <dt>"Manager"</dt>
                        <dd>
                            <PersonLine person />
                        </dd>
                    </div>
                }
                .into_any()
            });
            view! {
                <dl class="facts facts--rows">
                    {fact("E-mail", &view.email)} {fact("Phone", &view.phone)} {fact("Employee number", &view.employee_number)}
                    {fact("Title", &view.person.title)} {fact("Space", view.space.as_ref().map_or("", |space| &space.name))} {manager}
                    {fact("Time zone", &view.time_zone)}
                </dl>
                {view.listed.then(|| view! { <p class="soft">"Also named in the organization’s files: applying them says again what they say."</p> })}
            }
            .into_any()
        })
    };
    let history = may(Permission::SeeAudit).then(|| {
        let href = move || {
            let id = state.view.with(|view| view.person.id.to_string());
            Address::AuditLog.with_query(&[("period", "ever"), ("what", AuditThing::Person.name()), ("thing", &id)])
        };
        view! {
            <a class="button button--sm" href=href>
                <Icon name="history" />
                "History"
            </a>
        }
        .into_any()
    });
    let exports = state.view.with_untracked(|view| view.exports).then(|| {
        let export = move || state.view.with(|view| format!("{}/export.json", Address::Person(&view.person.id.to_string())));
        view! {
            <a class="button button--sm" href=export download="" rel="external">
                <Icon name="file-code-2" />
                "Export what is stored"
            </a>
        }
    });
    view! {
        <section class="slip" aria-labelledby="profile-h">
            <div class="slip__head">
                <h2 id="profile-h">"Profile"</h2>
                <span class="push row row--wrap">
                    {history}
                    {exports}
                </span>
            </div>
            <div class="slip__body stack">{facts}</div>
        </section>
    }
    .into_any()
}

/// How they sign in, and where they are signed in.
#[component]
pub fn SignInSlip(state: PersonPageState) -> impl IntoView {
    let ways = move || {
        state.view.with(|view| {
            let password = match (view.has_password, view.disabled_everywhere) {
                (_, true) => "The account is disabled everywhere, by the command line",
                (true, false) => "Set",
                (false, false) => "None yet. They choose one by “Forgot your password?” on the sign-in page",
            };
            let last = match view.signed_in {
                Some(at) => view! { <TimeText at /> }.into_any(),
                None => "Not known".into_any(),
            };
            view! {
                <dl class="facts facts--rows">
                    {fact("Password", password)} <div>
                        <dt>"Last sign-in"</dt>
                        <dd>{last}</dd>
                    </div>
                </dl>
            }
            .into_any()
        })
    };
    let sessions = move || {
        let (sessions, manages) = state.view.with(|view| (view.sessions.clone(), view.manages));
        if sessions.is_empty() {
            return view! { <p class="soft">"Signed in nowhere."</p> }.into_any();
        }
        let all = manages.then(|| {
            view! {
                <button
                    class="button button--sm"
                    type="button"
                    aria-disabled=move || state.busy.get().then_some("true")
                    on:click=move |_| state.end_sessions(None)
                >
                    <Icon name="log-out" />
                    "Sign out everywhere"
                </button>
            }
        });
        view! {
            <ul class="person-page__list" role="list">
                {sessions.into_iter().map(|session| session_view(state, session, manages)).collect_view()}
            </ul>
            <div class="row row--wrap">{all}</div>
        }
        .into_any()
    };
    view! {
        <section class="slip" aria-labelledby="sign-in-h">
            <div class="slip__head">
                <h2 id="sign-in-h">"Signing in"</h2>
            </div>
            <div class="slip__body stack">{ways} {sessions}</div>
        </section>
    }
    .into_any()
}

fn session_view(state: PersonPageState, session: SessionLine, manages: bool) -> AnyView {
    let device = if session.device.is_empty() { "Unknown device".to_owned() } else { session.device };
    let place = if session.address.is_empty() { String::new() } else { format!("from {}, ", session.address) };
    let id = session.id;
    let label = format!("End the session of {device}");
    let end = manages.then(|| {
        view! {
            <button
                class="button button--sm push"
                type="button"
                aria-label=label
                aria-disabled=move || state.busy.get().then_some("true")
                on:click=move |_| state.end_sessions(Some(id.clone()))
            >
                "End"
            </button>
        }
    });
    view! {
        <li class="row">
            <Icon name="monitor" />
            <span>
                {device} <span class="table__sub">{place}"used last " <TimeText at=session.seen /></span>
            </span>
            {end}
        </li>
    }
    .into_any()
}

/// What they hold and why, and their groups.
#[component]
pub fn AccessSlip(state: PersonPageState) -> impl IntoView {
    let held = move || {
        state.view.with(|view| {
            let line = |role: &domain::people::wire::HeldRoleLine| {
                let since = role.since.map(|at| view! { <span class="soft">", since " <TimeText at /></span> });
                view! { <li><span dir="auto">{capital(&role.words)}</span>{since}</li> }.into_any()
            };
            match view.roles.is_empty() {
                true => view! { <p class="soft">"Holds no role."</p> }.into_any(),
                false => view! { <ul class="person-page__list" role="list">{view.roles.iter().map(line).collect_view()}</ul> }.into_any(),
            }
        })
    };
    let groups = move || {
        state.view.with(|view| {
            let names: Vec<AnyView> =
                view.groups.iter().map(|group| view! { <li class="tag" dir="auto">{group.name.clone()}</li> }.into_any()).collect();
            match names.is_empty() {
                true => view! { <p class="soft">"In no group."</p> }.into_any(),
                false => view! { <ul class="row row--wrap" role="list">{names}</ul> }.into_any(),
            }
        })
    };
    let grant = may(Permission::ManageGrants).then(|| {
        view! {
            <a class="button button--sm push" href=Address::Access.root()>
                <Icon name="map-pin" />
                "Grants and spaces"
            </a>
        }
    });
    view! {
        <section class="slip" aria-labelledby="roles-h">
            <div class="slip__head">
                <h2 id="roles-h">"Roles and groups"</h2>
                {grant}
            </div>
            <div class="slip__body stack">{held} <h3>"Groups"</h3> {groups}</div>
        </section>
    }
    .into_any()
}

fn capital(words: &str) -> String {
    let first = domain::text::first_character(words);
    format!("{}{}", domain::text::upper_case(first), &words[first.len()..])
}

/// What waits for them, what they have, and what names them.
#[component]
pub fn LoadSlip(state: PersonPageState) -> impl IntoView {
    let load = move || state.view.with(load_view);
    view! {
        <section class="slip" aria-labelledby="load-h">
            <div class="slip__head">
                <h2 id="load-h">"What waits for them"</h2>
            </div>
            <div class="slip__body stack">{load}</div>
        </section>
    }
    .into_any()
}

fn load_view(view: &PersonView) -> AnyView {
    let load = &view.load;
    if load.is_empty() {
        return view! { <p class="soft">"Nothing waits for them, and no rule names them."</p> }.into_any();
    }
    let rules = named_lines("Rules that name them as the approver", load.rules.iter().map(|rule| format!("{}: {}", rule.item, rule.label)));
    let groups = named_lines("Groups in which nobody else could sign in", load.lonely_groups.iter().map(|group| group.name.clone()));
    let deputies = named_lines("Deputies", load.deputies.iter().cloned());
    view! {
        {request_lines("Decisions that wait for them by name", &load.decisions)} {request_lines("Requests that they have", &load.work)}
        {request_lines("Open tasks", &load.tasks)} {rules} {groups} {deputies}
    }
    .into_any()
}

fn request_lines(title: &'static str, list: &ConcernedList) -> Option<AnyView> {
    let line = |request: &domain::people::wire::ConcernedRequest| {
        view! {
            <li class="row row--wrap">
                <a href=Address::Request(&request.number).to_string()>
                    <DocketNumber number=request.number.clone() />
                </a>
                <span dir="auto">{request.title.clone()}</span>
                <span class="soft">"since " <TimeText at=request.since /></span>
            </li>
        }
        .into_any()
    };
    let besides = (list.besides > 0).then(|| view! { <li class="soft">{format!("{} more", list.besides)}</li> });
    (list.count() > 0).then(|| {
        view! {
            <div>
                <h3>{title}</h3>
                <ul class="person-page__list" role="list">
                    {list.shown.iter().map(line).collect_view()} {besides}
                </ul>
            </div>
        }
        .into_any()
    })
}

fn named_lines(title: &'static str, names: impl Iterator<Item = String>) -> Option<AnyView> {
    let lines: Vec<AnyView> = names.map(|name| view! { <li dir="auto">{name}</li> }.into_any()).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <div>
                <h3>{title}</h3>
                <ul class="person-page__list" role="list">
                    {lines}
                </ul>
            </div>
        }
        .into_any()
    })
}
