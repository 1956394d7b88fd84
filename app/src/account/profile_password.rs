//! Changing one's password: this sign-in goes on, all others end.

use super::api::change_password;
use super::profile_fields::{FormSending, ProfileLine, foot, line};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// As the server names them; `again` is only ours.
const FIELDS: &[&str] = &["current", "password", "again"];

const CURRENT: ProfileLine = ProfileLine {
    key: "current",
    label: "Current password",
    hint: "",
    optional: false,
    kind: "password",
    autocomplete: "current-password",
};
const NEW: ProfileLine = ProfileLine {
    key: "password",
    label: "New password",
    hint: "At least 12 characters.",
    optional: false,
    kind: "password",
    autocomplete: "new-password",
};
const AGAIN: ProfileLine =
    ProfileLine { key: "again", label: "New password, again", hint: "", optional: false, kind: "password", autocomplete: "new-password" };

/// The form; `email` tells a password manager whose password this is.
#[component]
pub fn PasswordForm(email: String) -> impl IntoView {
    let sending = FormSending::new(FIELDS);
    let form = NodeRef::<html::Form>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !sending.begin() {
            return;
        }
        let (current, new) = (sending.text("current"), sending.text("password"));
        let problems = problems(&current, &new, &sending.text("again"));
        if !problems.is_empty() {
            sending.wrong(problems);
            return;
        }
        spawn_local(async move {
            match change_password(current, new).await {
                Ok(()) => {
                    if let Some(form) = form.try_get_untracked().flatten() {
                        form.reset();
                    }
                    sending.done();
                }
                Err(error) => sending.failed(error),
            }
        });
    };
    view! {
        <section class="slip" aria-labelledby="change-password">
            <div class="slip__head">
                <h2 id="change-password">"Change password"</h2>
            </div>
            <form
                class="slip__body account__form"
                method="post"
                novalidate
                aria-labelledby="change-password"
                node_ref=form
                on:submit=submit
                on:input=move |event| sending.changed(&event)
            >
                <input type="email" name="email" autocomplete="username" value=email readonly hidden />
                {line(sending, CURRENT, String::new())}
                {line(sending, NEW, String::new())}
                {line(sending, AGAIN, String::new())}
                <p class="field__hint">"Your other devices are signed out; this one stays signed in."</p>
                {foot(sending, "Change password", "Password changed. Your other devices are signed out.")}
            </form>
        </section>
    }
    .into_any()
}

/// What can be said without asking the server: what is missing, and that the two differ. Whether the new one will do, the server says.
fn problems(current: &str, new: &str, again: &str) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    let mut check = |field: &str, wrong: bool, message: &str| {
        if wrong {
            problems.push((field.to_owned(), message.to_owned()));
        }
    };
    check("current", current.is_empty(), "Enter your current password.");
    check("password", new.is_empty(), "Enter a new password.");
    check("again", !new.is_empty() && new != again, "This is not the same as the new password. Enter the new one again.");
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_differs_is_said_at_once() {
        let fields = |current, new, again| problems(current, new, again).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(fields("old", "new", "new"), [""; 0]);
        assert_eq!(fields("", "", ""), ["current", "password"]);
        assert_eq!(fields("old", "new", "nwe"), ["again"]);
        assert_eq!(fields("", "new", ""), ["current", "again"]);
    }
}
