//! Naming a deputy: the form engine's own form, with what it says at each field.

use super::api::begin_away;
use super::away::AwayState;
use crate::error::CallError;
use crate::form::FormState;
use crate::form::dom;
use crate::form::errors::ErrorSummary;
use crate::form::section::SectionFields;
use crate::people::search::find_for_picker;
use crate::ui::day_words;
use crate::ui::focus::focus_soon;
use crate::ui::toast::use_toasts;
use domain::approvals::away::AwayView;
use domain::forms::{Answers, Form};
use domain::{Problem, Refusal};
use leptos::prelude::*;
use leptos::task::spawn_local;

use chrono::NaiveDate;

/// The heading the new deputy appears under.
pub const GIVEN: &str = "away-given";

/// The form of a new deputy.
#[component]
pub fn AwayForm(shown: AwayState, form: Form, today: NaiveDate) -> impl IntoView {
    let section = form.sections.first().cloned();
    let filling = FormState::new(form, beginning(today), today, find_for_picker);
    let (summary, sending, live) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        filling.taken_over();
        live.set(true);
    });
    let toasts = use_toasts();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let problems = filling.all_problems();
        filling.show(&problems);
        let complete = problems.is_empty();
        summary.set(problems);
        shown.refused.set(None);
        if !complete {
            return;
        }
        sending.set(true);
        let answers = filling.answers.get_untracked();
        spawn_local(async move {
            let answer = begin_away(answers.clone()).await;
            sending.try_set(false);
            match answer {
                Ok(page) => {
                    toasts.show(done(&answers, &page), None);
                    filling.replace(page.form.clone(), beginning(page.today));
                    shown.page.try_set(page);
                    focus_soon(GIVEN.to_owned());
                }
                Err(CallError::Refused { refusal: Refusal::Problems { problems } }) => {
                    filling.show(&problems);
                    summary.try_set(problems);
                }
                Err(error) => {
                    shown.refused.try_set(Some(error));
                }
            }
        });
    };
    let link = Callback::new(|problem: Problem| format!("#{}", dom::control_id(&problem.field)));
    let go = Callback::new(|problem: Problem| focus_soon(dom::control_id(&problem.field)));
    let fields = section.map(|section| view! { <SectionFields filling section /> });
    let words = move || if sending.get() { "Handing over" } else { "Hand over decisions" };
    view! {
        <section class="slip" aria-labelledby="away-new">
            <div class="slip__head">
                <h2 id="away-new">"Hand over decisions"</h2>
            </div>
            <form class="slip__body account__form" id="step" method="post" autocomplete="off" novalidate aria-labelledby="away-new" on:submit=submit>
                <ErrorSummary problems=summary place="in what you entered" link go />
                {fields}
                <div class="row row--wrap account__foot">
                    <button class="button button--primary" type="submit" disabled=move || !live.get()>
                        {words}
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What the form holds before anybody typed.
fn beginning(today: NaiveDate) -> Answers {
    let mut answers = Answers::default();
    answers.set("since", today.to_string().into());
    answers
}

/// "Samir Haddad decides for you until Fri 13 March."
fn done(answers: &Answers, page: &AwayView) -> String {
    let text = |key: &str| answers.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let name = answers.get("to").and_then(|to| to.get("name")?.as_str()).unwrap_or("Your deputy");
    let day = |key: &str| domain::forms::dates::parse_date(&text(key)).map(|day| day_words(day, page.today)).unwrap_or_default();
    match text("since") == page.today.to_string() {
        true => format!("{name} decides for you until {}.", day("until")),
        false => format!("{name} will decide for you from {} until {}.", day("since"), day("until")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_agreed_is_said_again() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
        let form = domain::approvals::away::form(&[]);
        let page = AwayView { given: vec![], held: vec![], others: vec![], administers: false, form, today };
        let said = |since: &str, until: &str| {
            let answers = json!({"to": {"id": "x", "name": "Samir Haddad"}, "since": since, "until": until});
            done(&serde_json::from_value(answers).unwrap(), &page)
        };
        assert_eq!(said("2026-03-12", "2026-03-13"), "Samir Haddad decides for you until Fri 13 March.");
        assert_eq!(said("2026-12-30", "2027-01-02"), "Samir Haddad will decide for you from Wed 30 December until Sat 2 January 2027.");
        assert_eq!(beginning(today).get("since"), Some(&json!("2026-03-12")));
    }
}
