//! The strip of steps: done ones are links.

use super::state::{DialogState, DialogStep, REVIEW};
use crate::ui::Icon;
use leptos::prelude::*;

/// The strip.
#[component]
pub fn StepStrip(dialog: DialogState) -> impl IntoView {
    let rows = move || {
        let (steps, here, visited) = (dialog.steps.get(), dialog.current.get(), dialog.visited.get());
        let at = steps.iter().position(|step| step.key == here).unwrap_or(0);
        let row = |(place, step): (usize, DialogStep)| {
            let known = place < at || visited.contains(&step.key);
            row(dialog, place, step, place == at, known)
        };
        steps.into_iter().enumerate().map(row).collect_view()
    };
    view! {
        <nav class="stepper" aria-label="Steps">
            <ol class="stepper__strip">{rows}</ol>
        </nav>
    }
    .into_any()
}

fn row(dialog: DialogState, place: usize, step: DialogStep, is_here: bool, known: bool) -> AnyView {
    let number = place + 1;
    if is_here {
        return view! {
            <li class="stepper__step" aria-current="step">
                <span class="stepper__n">{number}</span>
                <span class="stepper__name">{step.title}</span>
            </li>
        }
        .into_any();
    }
    if !known {
        return view! {
            <li class="stepper__step">
                <span class="stepper__n">{number}</span>
                <span class="stepper__name">{step.title}</span>
            </li>
        }
        .into_any();
    }
    let href = dialog.link(&step.key);
    let key = step.key.clone();
    let done = Memo::new(move |_| {
        dialog.filling.answers.track();
        key != REVIEW && dialog.filling.section_problems(&key).is_empty()
    });
    let mark = move || {
        if done.get() { view! { <Icon name="check" /> }.into_any() } else { view! { <span class="stepper__n">{number}</span> }.into_any() }
    };
    view! {
        <li class="stepper__step" class:is-done=move || done.get()>
            {mark}
            <a class="stepper__name" href=href>
                {step.title}
                <span class="visually-hidden">{move || if done.get() { ", done" } else { "" }}</span>
            </a>
        </li>
    }
    .into_any()
}
