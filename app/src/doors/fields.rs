//! What the pages at the doors share: their frame, their fields, and what is wrong, in words. All of it works without script.

use crate::ui::theme::toggle;
use crate::ui::{BrandLink, Icon, field_error};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The slip with its stub: what this is on the left, what is to be done on the right.
#[component]
pub fn DoorFrame(
    #[prop(into)] place: String,
    #[prop(into)] about: String,
    /// More on the stub.
    #[prop(optional, into)]
    beside: Option<AnyView>,
    /// The class of a wider page.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <main class=format!("gate {class}") id="main">
            <div class="gate__slip">
                <header class="gate__stub">
                    <BrandLink />
                    <div>
                        <p class="gate__org" dir="auto">
                            {place}
                        </p>
                        <p class="soft">{about}</p>
                    </div>
                    {beside}
                </header>
                <div class="perf perf--v gate__perf" aria-hidden="true"></div>
                <div class="gate__body">{children()}</div>
            </div>
            <footer class="gate__foot">
                <button class="linkish" type="button" on:click=move |_| toggle()>
                    "Change theme"
                </button>
            </footer>
        </main>
    }
    .into_any()
}

/// What came back with the address after a form was refused.
#[derive(Clone)]
pub struct RefusedForm {
    /// The field that is wrong, or another word for what is.
    pub wrong: String,
    seconds: u32,
}

impl RefusedForm {
    /// As the present address says it.
    pub fn read() -> Self {
        let query = use_query_map().get_untracked();
        let seconds = query.get("seconds").and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
        Self { wrong: query.get("error").unwrap_or_default(), seconds }
    }

    /// What was filled in under this name.
    pub fn answer(key: &str) -> String {
        use_query_map().get_untracked().get(key).unwrap_or_default()
    }

    /// What is wrong with a field, when it is that one.
    pub fn of(&self, key: &str, words: &'static str) -> Option<&'static str> {
        (self.wrong == key).then_some(words)
    }

    /// What is wrong, where no field of the page is.
    pub fn summary(&self) -> Option<AnyView> {
        let words = match self.wrong.as_str() {
            "wait" => format!("There were too many tries. Wait {}, then try again.", wait_words(self.seconds)),
            "changed" => "Something about this account has changed meanwhile. Try again.".to_owned(),
            "closed" => "This link does not open anything, or no longer does. Ask for a new one.".to_owned(),
            _ => return None,
        };
        Some(
            view! {
                <div class="error-summary" role="alert">
                    <h2>
                        <Icon name="circle-alert" />
                        {words}
                    </h2>
                </div>
            }
            .into_any(),
        )
    }
}

/// How long to wait, in words.
pub fn wait_words(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// A field of a plain form.
#[component]
pub fn DoorField(
    /// Its name in the form, and its id.
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    wrong: Option<&'static str>,
    #[prop(optional, into)] value: String,
    autocomplete: &'static str,
    #[prop(default = 200)] longest: usize,
    #[prop(default = true)] required: bool,
    #[prop(default = "text")] inputmode: &'static str,
    #[prop(default = "input")] class: &'static str,
) -> impl IntoView {
    let optional = (!required).then(|| view! { <span class="field__opt">" (optional)"</span> });
    view! {
        <div class="field" class:is-error=wrong.is_some()>
            <label class="field__label" for=name>
                {label}
                {optional}
            </label>
            {about_field(name, hint, wrong)}
            <input
                class=class
                id=name
                name=name
                type="text"
                inputmode=inputmode
                autocomplete=autocomplete
                autocapitalize=(inputmode == "email").then_some("none")
                spellcheck="false"
                maxlength=longest.to_string()
                required=required
                value=value
                aria-invalid=wrong.map(|_| "true")
                aria-describedby=described(name, hint, wrong)
                autofocus=wrong.is_some()
            />
        </div>
    }
    .into_any()
}

/// The field of a password, which can be shown. It is never filled in again.
#[component]
pub fn PasswordField(
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional_no_strip)] wrong: Option<&'static str>,
    autocomplete: &'static str,
    /// Letters that it has at least.
    #[prop(optional)]
    shortest: Option<usize>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    view! {
        <div class="field" class:is-error=wrong.is_some()>
            <label class="field__label" for="password">
                {label}
            </label>
            {about_field("password", hint, wrong)}
            <div class="affix">
                <input
                    class="input"
                    id="password"
                    name="password"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    minlength=shortest.map(|letters| letters.to_string())
                    maxlength="200"
                    required
                    aria-invalid=wrong.map(|_| "true")
                    aria-describedby=described("password", hint, wrong)
                    autofocus=wrong.is_some()
                />
                <button
                    class="affix__text gate__eye"
                    type="button"
                    aria-label="Show what is typed"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon name="eye" />
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn about_field(name: &str, hint: &'static str, wrong: Option<&'static str>) -> AnyView {
    let hint = (!hint.is_empty()).then(|| {
        view! {
            <p class="field__hint" id=format!("{name}-hint")>
                {hint}
            </p>
        }
    });
    let error = wrong.map(|words| field_error(words.to_owned(), &format!("{name}-error")));
    view! {
        {hint}
        {error}
    }
    .into_any()
}

/// The ids of what is said about a field.
fn described(name: &str, hint: &str, wrong: Option<&str>) -> Option<String> {
    let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let error = wrong.map(|_| format!("{name}-error"));
    let ids: Vec<String> = [hint, error].into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// What a new password has to be.
pub const PASSWORD_HINT: &str = "12 characters at least. Three words you can remember are better than symbols.";
/// What is wrong with one that is not.
pub const PASSWORD_WRONG: &str = "Choose a password of at least 12 characters";
