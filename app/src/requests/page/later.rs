//! Putting the work off to a time, where the person is.

use super::actions::closed_when;
use super::ask_dialog::AskDialog;
use super::give::missing;
use super::sheet::RequestSheet;
use crate::session::use_me;
use crate::ui::{day_and_time, field_error, use_wall_clock};
use chrono::{Datelike, NaiveDateTime, Timelike};
use domain::forms::dates::parse_datetime;
use domain::requests::actions::{ActionCall, ActionKind};
use leptos::prelude::*;

/// Asks when the work begins.
#[component]
pub fn ScheduleDialog(sheet: RequestSheet, open: RwSignal<bool>) -> impl IntoView {
    let clock = use_wall_clock();
    let planned = sheet.shown.with_untracked(|page| page.scheduled_for).map(|at| clock.local(at));
    let text = RwSignal::new(planned.map(field_text).unwrap_or_default());
    let error = RwSignal::new(None::<&'static str>);
    let zone = use_me().get_untracked().map(|me| me.time_zone).unwrap_or_default();
    let hint = match planned {
        Some(at) => format!("By the clock of {zone}. It is scheduled for {} now.", day_and_time(at)),
        None => format!("By the clock of {zone}. Nobody has to think of it: it comes back by itself."),
    };
    let send = Callback::new(move |()| match parse_datetime(&text.get_untracked()) {
        Some(at) => {
            let words = format!("Scheduled for {}", day_and_time(at));
            sheet.perform(ActionCall::schedule(at), move |_| (words, None), move |fine| closed_when(fine, open));
        }
        None => error.set(missing(ActionKind::Schedule)),
    });
    let typed = move |event: leptos::ev::Event| {
        text.set(event_target_value(&event));
        error.set(None);
    };
    view! {
        <AskDialog id="schedule" open title=format!("When does the work on {} begin?", sheet.number()) keep="Not now" confirm="Schedule" working="Scheduling" sheet send>
            <div class="field" class:is-error=move || error.get().is_some()>
                <label class="field__label" for="schedule-at">
                    "Date and time"
                </label>
                <p class="field__hint" id="schedule-at-h">
                    {hint}
                </p>
                {move || error.get().map(|message| field_error(message.to_owned(), "schedule-at-e"))}
                <input
                    class="input input--date"
                    id="schedule-at"
                    type="datetime-local"
                    autofocus
                    aria-describedby="schedule-at-h schedule-at-e"
                    aria-invalid=move || error.get().map(|_| "true")
                    prop:value=move || text.get()
                    on:input=typed
                />
            </div>
        </AskDialog>
    }
    .into_any()
}

/// A moment as such a field holds it: `2026-04-13T09:00`.
fn field_text(at: NaiveDateTime) -> String {
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_fits_the_field_and_is_read_back() {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 4, 3).unwrap().and_hms_opt(9, 5, 0).unwrap();
        assert_eq!(field_text(at), "2026-04-03T09:05");
        assert_eq!(parse_datetime(&field_text(at)), Some(at));
    }
}
