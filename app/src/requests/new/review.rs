//! The last step: the answers by section, who approves, what it costs, what happens next.

use super::route::RouteList;
use super::state::DialogState;
use domain::forms::journey;
use domain::requests::filing::answer_sections;
use domain::requests::wire::AnswerSection;
use leptos::prelude::*;

/// The answers, each section with a way back to it.
#[component]
pub fn AnswerReview(dialog: DialogState) -> impl IntoView {
    let filling = dialog.filling;
    let sections = move || {
        let sections = filling.form.with(|form| {
            let answers = filling.answers.with(|answers| journey::prune(form, answers));
            answer_sections(form, &answers)
        });
        sections.into_iter().map(|section| part(dialog, section)).collect_view()
    };
    sections.into_any()
}

fn part(dialog: DialogState, section: AnswerSection) -> AnyView {
    let id = format!("review-{}", section.key);
    let answers = section.answers.into_iter().map(|answer| {
        let text =
            if answer.text.is_empty() { view! { <span class="muted">"Not answered"</span> }.into_any() } else { answer.text.into_any() };
        view! {
            <div>
                <dt>{answer.label}</dt>
                <dd>{text}</dd>
            </div>
        }
    });
    let answers = answers.collect_view();
    view! {
        <section aria-labelledby=id.clone()>
            <div class="review__head">
                <h2 id=id.clone()>{section.title.clone()}</h2>
                <a href=dialog.link(&section.key)>"Change" <span class="visually-hidden">{format!(" {}", section.title)}</span></a>
            </div>
            <dl class="answers">{answers}</dl>
        </section>
    }
    .into_any()
}

/// What is torn off on submitting: the number to come, who approves, the price.
#[component]
pub fn ReviewTicket(dialog: DialogState) -> impl IntoView {
    let item = dialog.item.get_value();
    let after = move || dialog.after.with(|after| (!after.is_empty()).then(|| after_view(after.clone())));
    let price = (!item.price.is_empty()).then(|| {
        view! {
            <div class="perf" aria-hidden="true"></div>
            <div class="ticket__body">
                <dl class="leaders">
                    <div class="leaders__total">
                        <dt>"Price"</dt>
                        <dd>{item.price.clone()}</dd>
                    </div>
                </dl>
            </div>
        }
    });
    view! {
        <aside class="flow__aside" aria-label="What happens when you submit" tabindex="0">
            <div class="ticket">
                <div class="ticket__top">
                    <span class="docket__stub-label">"Docket number"</span>
                    <span class="serial serial--blank">{format!("{}-••••", item.prefix)}</span>
                    <span class="ticket__note">"Issued when you submit"</span>
                </div>
                <div class="perf" aria-hidden="true"></div>
                <div class="ticket__body">
                    <h2 class="ticket__h">"Who will approve this"</h2>
                    <RouteList dialog />
                </div>
                {after}
                {price}
            </div>
        </aside>
    }
    .into_any()
}

fn after_view(words: String) -> AnyView {
    view! {
        <div class="perf" aria-hidden="true"></div>
        <div class="ticket__body">
            <h2 class="ticket__h">"What happens then"</h2>
            <p>{words}</p>
        </div>
    }
    .into_any()
}
