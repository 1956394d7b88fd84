//! Sidebar from 76 rem, icon rail from 52 rem, top bar and tab bar below.

use crate::live::{LiveState, use_live};
use crate::session::{refresh, use_me};
use crate::ui::focus::focus_now;
use crate::ui::theme::ThemeSwitch;
use crate::ui::{Avatar, BrandLink, Icon};
use domain::address::Address;
use domain::live::LiveEvent;
use domain::people::Me;
use domain::permission::Permission;
use domain::sections::{SECTIONS, SectionGroup, SiteSection};
use domain::tally::count_words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;

/// The frame; on the sign-in page, and while nobody is signed in, just the page.
#[component]
pub fn PageShell(children: Children) -> impl IntoView {
    let me = use_me();
    let location = use_location();
    let bare = location.pathname.with_untracked(|path| Address::parse(path).is_some_and(Address::is_door));
    let Some(first) = me.get_untracked().filter(|_| !bare) else {
        return view! { <div class="gate-page">{children()}</div> }.into_any();
    };
    let live = use_live();
    let inbox = Signal::derive(move || live.inbox_count.get().or_else(|| me.get().map(|me| me.inbox_count)).unwrap_or(0));
    let unread = Signal::derive(move || me.get().map_or(0, |me| me.unread_count));
    // What one was told while the stream was away is counted when it is back.
    Effect::new(move |away: Option<bool>| {
        let state = live.state.get();
        let told = matches!(live.last.get(), Some((_, LiveEvent::Notices)));
        if told || away == Some(true) && state == LiveState::Live {
            refresh();
        }
        matches!(state, LiveState::Reconnecting | LiveState::Paused)
    });
    let title = announce_navigation();
    let name = Signal::derive(move || me.with(|me| me.as_ref().map(|me| me.person.name.clone())).unwrap_or_default());
    view! {
        <a class="skip" href="#main" rel="external">"Skip to main content"</a>
        <div class="app">
            <TopBar organization=first.organization.name.clone() name unread home=first.home.clone() />
            <Sidebar me=first.clone() name inbox unread open=Signal::derive(move || me.get().map_or(0, |me| me.open_count)) />
            <main class="main" id="main" tabindex="-1">
                {children()}
            </main>
            <TabBar tabs=tabs(&first) inbox />
            <p class="visually-hidden" role="status">
                {title}
            </p>
        </div>
    }
    .into_any()
}

/// Where the person can go, as the sidebar lists it.
fn sections(me: &Me) -> Vec<&'static SiteSection> {
    SECTIONS.iter().filter(|section| section.group != SectionGroup::Bell && section.is_for(me.permissions, me.task_count)).collect()
}

/// The four of them that fit on a phone: the person's work first.
fn tabs(me: &Me) -> Vec<&'static SiteSection> {
    let mut tabs = sections(me);
    if me.permissions.holds(Permission::Work) {
        // Their tasks are one tap away, on the page of the work.
        tabs.retain(|section| section.group == SectionGroup::Daily);
        tabs.rotate_right(1);
    }
    tabs.truncate(4);
    tabs
}

/// "page" when the address is of this section.
fn current(path: &str, section: &SiteSection) -> Option<&'static str> {
    Address::parse(path).is_some_and(|page| section.has_page(page)).then_some("page")
}

#[component]
fn TopBar(organization: String, name: Signal<String>, unread: Signal<u64>, home: String) -> impl IntoView {
    view! {
        <header class="bar">
            <BrandLink home />
            <p class="bar__title">{organization}</p>
            <Bell unread />
            <a class="bar__me" href=Address::Profile.root()>
                {move || view! { <Avatar name=name.get() /> }}
                <span class="visually-hidden">{move || format!("Your account, {}", name.get())}</span>
            </a>
        </header>
    }
    .into_any()
}

#[component]
fn Sidebar(me: Me, name: Signal<String>, inbox: Signal<u64>, unread: Signal<u64>, open: Signal<u64>) -> impl IntoView {
    let path = use_location().pathname;
    let (work, tasks, trouble) = (me.work_count, me.task_count, me.delivery_trouble);
    let (administration, daily): (Vec<_>, Vec<_>) =
        sections(&me).into_iter().partition(|section| section.group == SectionGroup::Administration);
    let has_administration = !administration.is_empty();
    let [links, administration] = [daily, administration].map(|sections| {
        let links = sections.into_iter().map(|section| {
            let count = match section.page {
                Address::MyRequests => view! { <CountBadge count=open words="open" class="badge nav__count badge--still" /> }.into_any(),
                Address::Inbox => view! { <CountBadge count=inbox words="waiting" class="badge nav__count" /> }.into_any(),
                Address::MyTasks => {
                    view! { <CountBadge count=Signal::stored(tasks) words="to do" class="badge nav__count badge--still" /> }.into_any()
                }
                Address::Work => view! { <CountBadge count=Signal::stored(work) words="of yours" class="badge nav__count" /> }.into_any(),
                Address::Connectors => {
                    view! { <CountBadge count=Signal::stored(trouble) words="paused" class="badge nav__count badge--bad" /> }.into_any()
                }
                _ => ().into_any(),
            };
            view! {
                <li>
                    <a class="nav__link" href=section.page.root() aria-current=move || current(&path.get(), section)>
                        <Icon name=section.icon />
                        <span class="nav__text">{section.word}</span>
                        {count}
                    </a>
                </li>
            }
            .into_any()
        });
        links.collect_view()
    });
    let administration = has_administration.then(|| {
        view! {
            <p class="nav__group" id="nav-administration">
                "Administration"
            </p>
            <ul class="nav" aria-labelledby="nav-administration">
                {administration}
            </ul>
        }
    });
    view! {
        <nav class="side" aria-label="Main">
            <BrandLink home=me.home.clone() />
            <a class="org" href=Address::Profile.root()>
                <span class="org__text">
                    <span class="org__name">{me.organization.name.clone()}</span>
                    <span class="org__space">{me.role_label.clone()}</span>
                </span>
            </a>
            <ul class="nav">{links}</ul>
            {administration}
            <div class="side__foot">
                <a class="me" href=Address::Profile.root()>
                    {move || view! { <Avatar name=name.get() /> }}
                    <span class="me__text">
                        <span class="me__name">{name}</span>
                        <span class="me__role">{me.role_label}</span>
                    </span>
                </a>
                <Bell unread />
                <ThemeSwitch />
            </div>
        </nav>
    }
    .into_any()
}

/// To what one was told, with how much of it is not read.
#[component]
fn Bell(unread: Signal<u64>) -> impl IntoView {
    view! {
        <a class="button button--quiet button--icon button--sm bell" href=Address::Notices.root()>
            <Icon name="bell" />
            <span class="visually-hidden">"Notifications"</span>
            <CountBadge count=unread words="not read" class="tabbar__count bell__count" />
        </a>
    }
    .into_any()
}

#[component]
fn CountBadge(count: Signal<u64>, words: &'static str, class: &'static str) -> impl IntoView {
    let shown = move || match count.get() {
        0 => ().into_any(),
        count => view! {
            <span class=class>
                {count_words(count)}
                <span class="visually-hidden">{format!(" {words}")}</span>
            </span>
        }
        .into_any(),
    };
    shown.into_any()
}

#[component]
fn TabBar(tabs: Vec<&'static SiteSection>, inbox: Signal<u64>) -> impl IntoView {
    let path = use_location().pathname;
    let links = tabs
        .into_iter()
        .map(|section| {
            let count = match section.page {
                Address::Inbox => view! { <CountBadge count=inbox words="waiting" class="tabbar__count" /> }.into_any(),
                _ => ().into_any(),
            };
            view! {
                <a class="tabbar__link" href=section.page.root() aria-current=move || current(&path.get(), section)>
                    <Icon name=section.icon class="icon--lg" />
                    <span>{section.word}</span>
                    {count}
                </a>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <nav class="tabbar" aria-label="Sections">
            {links}
        </nav>
    }
    .into_any()
}

/// How long a new page may take to set its title before the title is read out.
const TITLE_IS_THERE: Duration = Duration::from_millis(600);

/// After a change of page the focus goes to `main`, so that the keyboard and the screen reader start there; the title, as announced.
fn announce_navigation() -> RwSignal<String> {
    let path = use_location().pathname;
    let title = RwSignal::new(String::new());
    Effect::new(move |before: Option<String>| {
        let page = page_of(&path.get());
        if before.is_some_and(|before| before != page) {
            focus_now("main");
            set_timeout(move || title.set(document().title()), TITLE_IS_THERE);
        }
        page
    });
    title
}

/// Which page an address is of: the inbox is one page, whichever request is open in it, and it moves the focus itself.
fn page_of(path: &str) -> String {
    match Address::parse(path) {
        Some(Address::Inbox | Address::InboxRequest(_)) => Address::Inbox.to_string(),
        _ => path.trim_end_matches('/').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inbox_is_one_page_and_every_request_its_own() {
        assert_eq!(page_of("/inbox"), page_of("/inbox/IT-7F3K"));
        assert_ne!(page_of("/requests"), page_of("/requests/IT-7F3K"));
        assert_eq!(page_of("/requests/"), page_of("/requests"));
    }

    #[test]
    fn a_phone_has_four_tabs_with_the_work_first() {
        let of = |permissions: &[Permission], task_count: u64| {
            let me = Me { task_count, ..somebody(permissions) };
            tabs(&me).into_iter().map(|section| section.word).collect::<Vec<_>>()
        };
        assert_eq!(of(&[], 0), ["Catalog", "My requests", "Inbox"]);
        assert_eq!(of(&[], 1), ["Catalog", "My requests", "Inbox", "My tasks"]);
        assert_eq!(of(&[Permission::Lead, Permission::SeeDeliveries], 0), ["Catalog", "My requests", "Inbox", "Leadership"]);
        assert_eq!(of(&[Permission::Work, Permission::Lead], 3), ["Work", "Catalog", "My requests", "Inbox"]);
    }

    fn somebody(permissions: &[Permission]) -> Me {
        let id = uuid::Uuid::nil();
        let organization = domain::people::OrganizationRef { id: id.into(), key: "north".to_owned(), name: "North".to_owned() };
        Me {
            person: domain::people::PersonRef { id: id.into(), name: "Ana".to_owned(), title: String::new() },
            email: String::new(),
            organizations: vec![organization.clone()],
            organization,
            role_label: String::new(),
            permissions: permissions.iter().copied().collect(),
            without: Default::default(),
            accent: None,
            home: String::new(),
            work_count: 0,
            task_count: 0,
            delivery_trouble: 0,
            unread_count: 0,
            inbox_count: 0,
            open_count: 0,
            time_zone: String::new(),
            utc_offset_minutes: 0,
            utc_offsets: Vec::new(),
        }
    }
}
