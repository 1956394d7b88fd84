//! What one says about oneself: name, phone, time zone, and where messages reach one.

use super::api::save_profile;
use super::profile_fields::{FormSending, ProfileLine, around, foot, id, line};
use crate::session::use_session;
use domain::people::{Profile, ProfileView};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

const FIELDS: &[&str] = &["name", "phone", "time_zone", "slack_member_id", "telegram_chat"];

const NAME: ProfileLine = ProfileLine { key: "name", label: "Name", hint: "", optional: false, kind: "text", autocomplete: "name" };
const PHONE: ProfileLine = ProfileLine { key: "phone", label: "Phone", hint: "", optional: true, kind: "tel", autocomplete: "tel" };
const ZONE: ProfileLine = ProfileLine {
    key: "time_zone",
    label: "Time zone",
    hint: "Times are shown, and “today” begins, by the clock of this place.",
    optional: false,
    kind: "",
    autocomplete: "off",
};
const SLACK: ProfileLine = ProfileLine {
    key: "slack_member_id",
    label: "Slack member ID",
    hint: "In Slack: your picture, Profile, the three dots, Copy member ID.",
    optional: true,
    kind: "text",
    autocomplete: "off",
};
const TELEGRAM: ProfileLine = ProfileLine {
    key: "telegram_chat",
    label: "Telegram chat",
    hint: "Your name there, like @ruth_abel, or the number of a chat.",
    optional: true,
    kind: "text",
    autocomplete: "off",
};

/// The form, with what is known.
#[component]
pub fn ProfileForm(view: ProfileView) -> impl IntoView {
    let sending = FormSending::new(FIELDS);
    let session = use_session();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !sending.begin() {
            return;
        }
        let profile = Profile {
            name: sending.text("name"),
            phone: sending.text("phone"),
            time_zone: sending.text("time_zone"),
            slack_member_id: sending.text("slack_member_id"),
            telegram_chat: sending.text("telegram_chat"),
        };
        spawn_local(async move {
            match save_profile(profile).await {
                Ok(me) => {
                    if let Some(session) = session {
                        session.set(me);
                    }
                    sending.done();
                }
                Err(error) => sending.failed(error),
            }
        });
    };
    let ProfileView { profile, organization_time_zone, time_zones, .. } = view;
    view! {
        <section class="slip" aria-labelledby="details">
            <div class="slip__head">
                <h2 id="details">"Your details"</h2>
            </div>
            <form
                class="slip__body account__form"
                method="post"
                novalidate
                aria-labelledby="details"
                on:submit=submit
                on:input=move |event| sending.changed(&event)
            >
                {line(sending, NAME, profile.name)}
                {line(sending, PHONE, profile.phone)}
                {zones(sending, profile.time_zone, &organization_time_zone, time_zones)}
                {line(sending, SLACK, profile.slack_member_id)}
                {line(sending, TELEGRAM, profile.telegram_chat)}
                {foot(sending, "Save", "Saved")}
            </form>
        </section>
    }
    .into_any()
}

/// The choice of a time zone. A zone that is no longer offered is kept until the person chooses another.
fn zones(sending: FormSending, chosen: String, organization: &str, mut names: Vec<String>) -> AnyView {
    if !chosen.is_empty() && !names.contains(&chosen) {
        names.insert(0, chosen.clone());
    }
    let option = |value: String, label: String| {
        let selected = value == chosen;
        view! {
            <option value=value selected=selected>
                {label}
            </option>
        }
    };
    let first = option(String::new(), format!("Organization's ({organization})"));
    let options = names.into_iter().map(|name| option(name.clone(), name)).collect_view();
    let key = ZONE.key;
    let control = view! {
        <select
            class="select"
            id=id(key)
            name=key
            autocomplete=ZONE.autocomplete
            aria-invalid=sending.invalid(key)
            aria-describedby=sending.described(key, true)
        >
            {first}
            {options}
        </select>
    };
    around(sending, ZONE, control.into_any())
}
