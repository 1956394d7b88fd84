//! Who can see a request, and why.

use super::api::who_sees;
use crate::error::CallError;
use crate::ui::{Icon, PersonLine, refused_view};
use domain::access::reasons::AccessReason;
use domain::access::wire::AccessStory;
use domain::bounds::SEARCH_LETTERS;
use domain::text::tidy_line;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks for a docket number, and lists who sees the request.
#[component]
pub fn AccessStoryView() -> impl IntoView {
    let (number, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let answer = RwSignal::new(None::<Result<(String, AccessStory), CallError>>);
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let asked = number.with_untracked(|text| tidy_line(text).into_owned());
        if asked.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let found = who_sees(asked.clone()).await;
            busy.try_set(false);
            answer.try_set(Some(found.map(|story| (asked, story))));
        });
    };
    let shown = move || {
        answer.get().map(|answer| match answer {
            Ok((number, story)) => told(&number, story),
            Err(error) => refused_view(&error),
        })
    };
    view! {
        <section class="slip access__who" aria-labelledby="access-who">
            <div class="slip__head">
                <h2 id="access-who">"Who can see a request, and why"</h2>
            </div>
            <form class="toolbar access__ask" role="search" aria-label="Who sees a request" on:submit=ask>
                <div class="affix affix--sm access__docket">
                    <span class="affix__text">
                        <Icon name="hash" />
                    </span>
                    <input
                        class="input"
                        id="access-number"
                        type="text"
                        autocomplete="off"
                        maxlength=SEARCH_LETTERS.to_string()
                        aria-label="Docket number"
                        placeholder="IT-7F3K"
                        prop:value=number
                        on:input:target=move |event| number.set(event.target().value())
                    />
                </div>
                <button class="button" type="submit" aria-disabled=move || busy.get().then_some("true")>
                    "Show who"
                </button>
            </form>
            <div aria-live="polite">{shown}</div>
        </section>
    }
    .into_any()
}

fn told(number: &str, story: AccessStory) -> AnyView {
    let count = story.people.len();
    let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    let more = if story.more { ", and more of the same roles," } else { "" };
    let words = format!("{people}{more} can see {}.", number.to_uppercase());
    let rows = story
        .people
        .into_iter()
        .map(|(person, reasons)| {
            let words: Vec<String> = reasons.iter().map(AccessReason::words).collect();
            view! {
                <tr>
                    <th scope="row">
                        <PersonLine person />
                    </th>
                    <td data-label="Why">{words.join("; ")}</td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <p class="access__answer">
            <Icon name="eye" />
            <span>{words}</span>
        </p>
        <div class="table-wrap" tabindex="0" role="group" aria-label="Reasons, scrolls sideways">
            <table class="table table--dense table--stack">
                <thead>
                    <tr>
                        <th scope="col">"Who"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
