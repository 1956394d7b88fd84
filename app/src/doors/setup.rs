//! `/setup`: a new server gets its organization and its first administrator. One form without script; what is wrong comes back with it.

use super::api::setup_view;
use super::fields::{DoorField, DoorFrame, PASSWORD_HINT, PASSWORD_WRONG, PasswordField, RefusedForm};
use crate::ui::{ErrorView, Icon, PageTitle};
use crate::wire::page_data;
use domain::address::Address;
use domain::doors::wire::SetupView;
use leptos::html;
use leptos::prelude::*;

/// The page.
#[component]
pub fn SetupPage() -> impl IntoView {
    let view = page_data(|| (), |()| setup_view());
    view! {
        <PageTitle text="Set up · Docket" />
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => view! { <LoadedSetup view /> }.into_any(),
                    Err(error) => view! { <ErrorView error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn LoadedSetup(view: SetupView) -> impl IntoView {
    let refused = RefusedForm::read();
    let beside = facts(&view);
    view! {
        <DoorFrame place="A new server" about="Three short parts, then people can ask for things." beside class="setup">
            <h1>"Set up this server"</h1>
            {refused.summary()}
            <form class="gate__panel setup__form" method="post" action=Address::Setup.root()>
                {code(&refused)}
                {organization(&refused, view.time_zones, &view.starter)}
                {administrator(&refused)}
                <button class="button button--lg button--wide button--primary" type="submit">
                    "Set up and sign in"
                </button>
                <p class="gate__next">
                    <Icon name="info" />
                    <span>"Makes the organization, its catalog and your account at once. Nobody else can use this page afterwards."</span>
                </p>
            </form>
        </DoorFrame>
    }
    .into_any()
}

fn facts(view: &SetupView) -> AnyView {
    let mail = match view.mails {
        true => view! { <span class="status status--done"><Icon name="check" />"Ready"</span> }.into_any(),
        false => view! { <span class="status status--wait"><Icon name="triangle-alert" />"Not set up yet"</span> }.into_any(),
    };
    view! {
        <dl class="setup__facts">
            <div>
                <dt>"Address"</dt>
                <dd>{view.address.clone()}</dd>
            </div>
            <div>
                <dt>"Database"</dt>
                <dd>
                    <span class="status status--done">
                        <Icon name="check" />
                        {format!("{}, empty", view.database)}
                    </span>
                </dd>
            </div>
            <div>
                <dt>"Sending email"</dt>
                <dd>{mail}</dd>
            </div>
        </dl>
    }
    .into_any()
}

fn code(refused: &RefusedForm) -> AnyView {
    view! {
        <fieldset class="fieldset setup__part">
            <legend>"1. Show that this is your server"</legend>
            <DoorField
                name="code"
                label="Code from the log"
                hint="The server wrote it when it started: 8 letters and digits. It works for a day, and once. A new start writes a new one."
                wrong=refused.of("code", "This is not the code. Copy it from the log; a new start of the server writes a new one")
                autocomplete="one-time-code"
                longest=20
                class="input setup__code"
            />
        </fieldset>
    }
    .into_any()
}

fn organization(refused: &RefusedForm, time_zones: Vec<String>, starter: &[String]) -> AnyView {
    let begins_empty = RefusedForm::answer("start") == "empty";
    let offered = format!("{} services with forms and approvals: {}. All can be changed or removed.", starter.len(), starter.join(", "));
    view! {
        <fieldset class="fieldset setup__part">
            <legend>"2. Name your organization"</legend>
            <DoorField
                name="organization"
                label="Name"
                hint="People see it beside every page and in every email."
                wrong=refused.of("organization", "Enter the name of your organization, up to 120 characters")
                value=RefusedForm::answer("organization")
                autocomplete="organization"
            />
            <DoorField
                name="key"
                label="Short name"
                hint="For files and commands, like northmoor. Left empty, it is made from the name."
                wrong=refused.of("key", "Write it in lower-case letters, digits and -")
                value=RefusedForm::answer("key")
                autocomplete="off"
                longest=60
                required=false
            />
            <ZoneField time_zones chosen=RefusedForm::answer("time_zone") wrong=refused.wrong == "time_zone" />
            <fieldset class="fieldset">
                <legend>"Start with"</legend>
                <div class="choice-cards setup__start">
                    <label class="choice-card">
                        <input class="radio" type="radio" name="start" value="starter" checked=!begins_empty />
                        <span>"A starter catalog"</span>
                        <span class="choice__hint">{offered}</span>
                    </label>
                    <label class="choice-card">
                        <input class="radio" type="radio" name="start" value="empty" checked=begins_empty />
                        <span>"An empty catalog"</span>
                        <span class="choice__hint">"You write the first form yourself, as files that docket apply reads."</span>
                    </label>
                </div>
            </fieldset>
        </fieldset>
    }
    .into_any()
}

/// The time zone: that of the device until somebody chooses, where the device says it.
#[component]
fn ZoneField(time_zones: Vec<String>, chosen: String, wrong: bool) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    let of_device = chosen.is_empty();
    Effect::new(move |_| {
        if let Some(select) = select.get().filter(|_| of_device)
            && let Some(zone) = device_zone()
        {
            select.set_value(&zone);
        }
    });
    let chosen = if chosen.is_empty() { "UTC".to_owned() } else { chosen };
    let options = time_zones
        .into_iter()
        .map(|zone| {
            let selected = zone == chosen;
            view! { <option value=zone.clone() selected=selected>{zone.replace('_', " ")}</option> }.into_any()
        })
        .collect_view();
    view! {
        <div class="field" class:is-error=wrong>
            <label class="field__label" for="time_zone">
                "Time zone"
            </label>
            <select class="select" id="time_zone" name="time_zone" required node_ref=select aria-invalid=wrong.then_some("true")>
                {options}
            </select>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
fn device_zone() -> Option<String> {
    use leptos::wasm_bindgen::JsValue;
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone")).ok()?.as_string()
}

#[cfg(not(feature = "hydrate"))]
fn device_zone() -> Option<String> {
    None
}

fn administrator(refused: &RefusedForm) -> AnyView {
    view! {
        <fieldset class="fieldset setup__part">
            <legend>"3. Add yourself"</legend>
            <p class="soft">"You become the first administrator. Add a second one soon, so that nobody is ever locked out."</p>
            <DoorField
                name="name"
                label="Your name"
                wrong=refused.of("name", "Enter your name, up to 200 characters")
                value=RefusedForm::answer("name")
                autocomplete="name"
            />
            <DoorField
                name="email"
                label="Email"
                wrong=refused.of("email", "Enter an email address, like ruth.abel@example.org")
                value=RefusedForm::answer("email")
                autocomplete="username"
                longest=254
                inputmode="email"
            />
            <PasswordField label="Password" hint=PASSWORD_HINT wrong=refused.of("password", PASSWORD_WRONG) autocomplete="new-password" shortest=12 />
        </fieldset>
    }
    .into_any()
}
