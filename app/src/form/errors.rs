//! The summary over a step that is not complete. It takes focus, and its links lead to the fields.

use crate::ui::Icon;
use crate::ui::focus::focus_soon;
use domain::Problem;
use leptos::prelude::*;

/// The id of the summary.
pub const SUMMARY: &str = "errors";

/// The problems found on Continue or on Submit; nothing while there are none.
#[component]
pub fn ErrorSummary(
    #[prop(into)] problems: Signal<Vec<Problem>>,
    /// Where the problems are: "on this step", "in your answers".
    place: &'static str,
    /// Where a problem's field is; empty when it is on this page.
    link: Callback<Problem, String>,
    /// Follows a link.
    go: Callback<Problem>,
) -> impl IntoView {
    Effect::new(move |_| {
        if problems.with(|problems| !problems.is_empty()) {
            focus_soon(SUMMARY.to_owned());
        }
    });
    move || {
        let problems = problems.get();
        (!problems.is_empty()).then(|| {
            let title = match problems.len() {
                1 => format!("There is 1 problem {place}"),
                count => format!("There are {count} problems {place}"),
            };
            let rows = problems.into_iter().map(|problem| row(problem, link, go)).collect_view();
            view! {
                <div class="error-summary" id=SUMMARY role="alert" tabindex="-1" aria-labelledby="errors-title">
                    <h2 id="errors-title">
                        <Icon name="circle-alert" />
                        {title}
                    </h2>
                    <ul>{rows}</ul>
                </div>
            }
        })
    }
}

fn row(problem: Problem, link: Callback<Problem, String>, go: Callback<Problem>) -> AnyView {
    let message = problem.message.clone();
    if problem.field.is_empty() {
        return view! { <li>{message}</li> }.into_any();
    }
    let href = link.run(problem.clone());
    let follow = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        go.run(problem.clone());
    };
    view! {
        <li>
            <a href=href rel="external" on:click=follow>
                {message}
            </a>
        </li>
    }
    .into_any()
}
