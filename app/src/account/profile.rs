//! The account page: what one says about oneself, the password, other organizations, this device, and signing out.

use super::api::profile;
use super::identities::LinkedIdentities;
use super::profile_device::DeviceSettings;
use super::profile_form::ProfileForm;
use super::profile_password::PasswordForm;
use crate::error::CallError;
use crate::session::{use_me, uses};
use crate::ui::{Avatar, ErrorView, Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::organization::ProductFeature;
use domain::people::{Me, OrganizationRef, PersonRef, ProfileView};
use domain::sections::{SECTIONS, SectionGroup, SiteSection};
use leptos::prelude::*;

/// `/profile`.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let me = use_me().get_untracked();
    let view = page_data(|| (), |()| profile());
    let account = move |view| match me.clone() {
        Some(me) => view! { <AccountCard me view /> }.into_any(),
        None => view! { <ErrorView error=CallError::SignedOut /> }.into_any(),
    };
    view! {
        <PageTitle text="Your account · Docket" />
        {page_frame("page profile", view, account)}
    }
    .into_any()
}

#[component]
fn AccountCard(me: Me, view: ProfileView) -> impl IntoView {
    let (email, theirs) = (me.email.clone(), me.clone());
    let current = me.organization.id;
    let others: Vec<OrganizationRef> = me.organizations.iter().filter(|other| other.id != current).cloned().collect();
    view! {
        <div class="page profile">
            <header class="page__head">
                <h1>"Your account"</h1>
            </header>
            <ProfileHead me manager=view.manager.clone() />
            <OtherPages me=theirs />
            {uses(ProductFeature::Deputies).then(|| view! { <AwayLink /> })}
            <NoticesLink />
            <TokensLink />
            <ProfileForm view />
            <PasswordForm email />
            <LinkedIdentities />
            <Organizations others />
            <DeviceSettings />
            <SignOut />
        </div>
    }
    .into_any()
}

#[component]
fn ProfileHead(me: Me, manager: Option<PersonRef>) -> impl IntoView {
    let now = use_me();
    let name = Signal::derive(move || now.with(|me| me.as_ref().map(|me| me.person.name.clone())).unwrap_or_default());
    view! {
        <section class="slip" aria-labelledby="who">
            <div class="slip__head">
                <h2 id="who">
                    <span class="person">
                        {move || view! { <Avatar name=name.get() /> }}
                        <span>{name}</span>
                    </span>
                </h2>
            </div>
            <div class="slip__body">
                <dl class="facts">
                    <ProfileFact term="Email" value=me.email />
                    <ProfileFact term="Organization" value=me.organization.name />
                    <ProfileFact term="Role" value=me.role_label />
                    <ProfileFact term="Title" value=me.person.title />
                    <ProfileFact term="Manager" value=manager.map(|manager| manager.name).unwrap_or_default() />
                </dl>
            </div>
        </section>
    }
    .into_any()
}

/// Pages that have no place in a phone's tab bar; nothing when the person has none of them.
#[component]
fn OtherPages(me: Me) -> impl IntoView {
    let further = |section: &&SiteSection| {
        matches!(section.group, SectionGroup::Further | SectionGroup::Administration) && section.is_for(me.permissions, me.task_count)
    };
    let links: Vec<_> = SECTIONS.iter().filter(further).collect();
    if links.is_empty() {
        return ().into_any();
    }
    let link = |section: &'static SiteSection| {
        view! {
            <a class="button" href=section.page.root()>
                <Icon name=section.icon />
                {section.word}
            </a>
        }
        .into_any()
    };
    let links = links.into_iter().map(link).collect_view();
    view! {
        <section class="slip" aria-labelledby="elsewhere">
            <div class="slip__head">
                <h2 id="elsewhere">"Also yours"</h2>
            </div>
            <div class="slip__body row row--wrap">{links}</div>
        </section>
    }
    .into_any()
}

#[component]
fn NoticesLink() -> impl IntoView {
    view! {
        <section class="slip" aria-labelledby="notices">
            <div class="slip__head">
                <h2 id="notices">"Notifications"</h2>
            </div>
            <div class="slip__body row row--wrap">
                <p class="soft">"Choose what reaches you, where, and when not."</p>
                <a class="button" href=Address::NoticeSettings.root()>
                    <Icon name="bell" />
                    "What reaches you"
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn TokensLink() -> impl IntoView {
    view! {
        <section class="slip" aria-labelledby="tokens">
            <div class="slip__head">
                <h2 id="tokens">"API tokens"</h2>
            </div>
            <div class="slip__body row row--wrap">
                <p class="soft">"Let a program act for you, with as much as it needs."</p>
                <a class="button" href=Address::Tokens.root()>
                    <Icon name="key" />
                    "Your tokens"
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn AwayLink() -> impl IntoView {
    view! {
        <section class="slip" aria-labelledby="away">
            <div class="slip__head">
                <h2 id="away">"Away"</h2>
            </div>
            <div class="slip__body row row--wrap">
                <p class="soft">"Name somebody who decides in your place while you are away."</p>
                <a class="button" href=Address::Away.root()>
                    <Icon name="user-check" />
                    "Hand over decisions"
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn SignOut() -> impl IntoView {
    view! {
        <section class="slip" aria-labelledby="leave">
            <div class="slip__head">
                <h2 id="leave">"Sign out"</h2>
            </div>
            <div class="slip__body row row--wrap">
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
    }
    .into_any()
}

#[component]
fn ProfileFact(term: &'static str, value: String) -> impl IntoView {
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
