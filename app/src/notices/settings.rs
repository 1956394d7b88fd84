//! `/notifications/settings`: what reaches oneself; for administrators also what the organization decides, and what carries a channel.

use super::api::{mine, ours};
use super::mine::PersonalNotices;
use super::ours::{CarrierSettings, OrganizationNotices};
use crate::error::CallError;
use crate::session::may;
use crate::ui::{Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::notices::wire::{MyNotices, OurNotices};
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// Parts of the page: the last word of its address, and of the tab.
const PARTS: [(&str, &str); 3] = [("", "Yours"), ("organization", "Organization defaults"), ("channels", "Channels")];

/// What a part shows.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
enum SettingsPart {
    Mine(Box<MyNotices>),
    Ours(Box<OurNotices>),
}

/// Whether a change is on its way.
#[derive(Clone, Copy)]
pub struct SavingState(RwSignal<u32>, pub RwSignal<Option<CallError>>);

impl SavingState {
    /// A change begins, or has ended.
    pub fn turn(self, begins: bool) {
        self.0.update(|count| *count = if begins { *count + 1 } else { count.saturating_sub(1) });
    }
}

/// `/notifications/settings/:part?`
#[component]
pub fn NoticeSettingsPage() -> impl IntoView {
    let params = use_params_map();
    let part = Memo::new(move |_| params.with(|params| params.get("part").unwrap_or_default()));
    let found = page_data(
        move || part.get(),
        |part| async move {
            match part.as_str() {
                "" => mine().await.map(|mine| SettingsPart::Mine(Box::new(mine))),
                "organization" | "channels" => ours().await.map(|ours| SettingsPart::Ours(Box::new(ours))),
                _ => Err(CallError::Refused { refusal: domain::Refusal::NotFound }),
            }
        },
    );
    page_frame("page settings", found, move |found| view! { <LoadedNoticesSettings found part=part.get_untracked() /> }.into_any())
}

#[component]
fn LoadedNoticesSettings(found: SettingsPart, part: String) -> impl IntoView {
    let saving = SavingState(RwSignal::new(0), RwSignal::new(None));
    let administers = may(Permission::ManageSettings);
    let tab = |(key, words): (&'static str, &'static str)| {
        let page = if key.is_empty() { Address::NoticeSettings } else { Address::NoticeSettingsPart(key) };
        view! {
            <a class="tab" href=page.to_string() aria-current=(part == key).then_some("page")>
                {words}
            </a>
        }
        .into_any()
    };
    let tabs = administers.then(|| {
        view! {
            <nav class="tabs" aria-label="Notification settings">
                {PARTS.into_iter().map(tab).collect_view()}
            </nav>
        }
    });
    let content = match (found, part.as_str()) {
        (SettingsPart::Mine(mine), _) => view! { <PersonalNotices mine=*mine saving /> }.into_any(),
        (SettingsPart::Ours(ours), "channels") => view! { <CarrierSettings ours=*ours saving /> }.into_any(),
        (SettingsPart::Ours(ours), _) => view! { <OrganizationNotices ours=*ours saving /> }.into_any(),
    };
    let title = "Notification settings · Docket";
    view! {
        <PageTitle text=title />
        <div class="page settings">
            <header class="page__head">
                <div class="page__title">
                    <nav class="crumbs" aria-label="Where you are">
                        <a href=Address::Notices.root()>"Notifications"</a>
                    </nav>
                    <h1>"What reaches whom"</h1>
                    <p class="page__lead">"Messages about one request stay in one thread, by e-mail, in Slack and in Telegram."</p>
                </div>
                <span class="saved" role="status">
                    {move || match saving.0.get() {
                        0 => {
                            view! {
                                <Icon name="check" />
                                <span>"All changes saved"</span>
                            }
                                .into_any()
                        }
                        _ => view! { <span>"Saving"</span> }.into_any(),
                    }}
                </span>
            </header>
            {tabs}
            {move || saving.1.with(|error| error.as_ref().map(crate::ui::refused_view))}
            {content}
        </div>
    }
    .into_any()
}
