//! One's own choices: switches, quiet hours, the daily summary.

use super::api::{change_mine, mine};
use super::matrix::{NoticeMatrix, ThrownSwitch};
use super::settings::SavingState;
use crate::ui::Icon;
use chrono::{NaiveTime, Timelike};
use domain::address::Address;
use domain::notices::wire::{ChangeMine, MyNotices};
use domain::notices::{NoticeChannel, QuietTime, SummarySchedule};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Hours at which a summary can come.
const HOURS: [u32; 5] = [7, 8, 9, 12, 17];

/// The page of one's own choices as it is now.
#[derive(Clone, Copy)]
struct MyChoices {
    now: RwSignal<MyNotices>,
    saving: SavingState,
}

impl MyChoices {
    /// Changes something: at once on screen, put back when the server refuses.
    fn change(self, change: ChangeMine) {
        let before = self.now.get_untracked();
        self.now.update(|now| match &change {
            ChangeMine::Switch { event, channel, on } => {
                let row = now.rows.iter_mut().find(|row| row.event == *event);
                let cell = row.and_then(|row| row.cells.iter_mut().find(|cell| cell.channel == *channel));
                if let Some(cell) = cell {
                    cell.on = *on;
                }
            }
            ChangeMine::AsUsual => {}
            ChangeMine::Quiet(quiet) => now.quiet = *quiet,
            ChangeMine::Summary(summary) => now.summary = *summary,
        });
        self.saving.turn(true);
        self.saving.1.set(None);
        spawn_local(async move {
            // What else follows from it, the server knows.
            let changed = match change_mine(change).await {
                Ok(()) => mine().await,
                Err(error) => Err(error),
            };
            match changed {
                Ok(mine) => _ = self.now.try_set(mine),
                Err(error) => {
                    self.now.try_set(before);
                    self.saving.1.try_set(Some(error));
                }
            }
            self.saving.turn(false);
        });
    }
}

/// The part "Yours".
#[component]
pub fn PersonalNotices(mine: MyNotices, saving: SavingState) -> impl IntoView {
    let shown = MyChoices { now: RwSignal::new(mine), saving };
    let throw = Callback::new(move |(event, channel, on, _): ThrownSwitch| shown.change(ChangeMine::Switch { event, channel, on }));
    let differs = Memo::new(move |_| shown.now.with(|now| now.differs));
    let locked = shown.now.with_untracked(|now| now.rows.iter().any(|row| row.cells.iter().any(|cell| cell.locked)));
    let columns = Signal::derive(move || shown.now.with(|now| now.columns.clone()));
    let rows = Signal::derive(move || shown.now.with(|now| now.rows.clone()));
    let foot = locked.then(|| {
        view! {
            <p class="slip__foot">
                <Icon name="lock" />
                "Set by your organization, you cannot change it."
            </p>
        }
    });
    view! {
        <div class="settings__cols">
            <section class="slip" aria-labelledby="what">
                <div class="slip__head">
                    <h2 id="what">"What reaches you, and where"</h2>
                    <Show when=move || differs.get()>
                        <button class="button button--sm push" type="button" on:click=move |_| shown.change(ChangeMine::AsUsual)>
                            "Use organization defaults"
                        </button>
                    </Show>
                </div>
                <NoticeMatrix columns rows locks=false throw />
                {foot}
            </section>
            <div class="stack">
                <QuietHours shown />
                <DailySummary shown />
                <UnknownChannels shown />
            </div>
        </div>
    }
    .into_any()
}

fn usual() -> QuietTime {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    QuietTime { from: at(19, 0), to: at(7, 30), urgent_passes: true }
}

/// "07:30", and what reads like it.
fn written(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn read(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.get(..2)?.parse().ok()?, 0)
}

#[component]
fn QuietHours(shown: MyChoices) -> impl IntoView {
    let quiet = Memo::new(move |_| shown.now.with(|now| now.quiet));
    let set = move |change: &dyn Fn(&mut QuietTime)| {
        let mut next = quiet.get_untracked().unwrap_or_else(usual);
        change(&mut next);
        shown.change(ChangeMine::Quiet(Some(next)));
    };
    let time = move |id: &'static str, label: &'static str, from: bool| {
        let value = move || quiet.get().map(|quiet| written(if from { quiet.from } else { quiet.to })).unwrap_or_default();
        view! {
            <div class="field">
                <label class="qlabel" for=id>
                    {label}
                </label>
                <input
                    class="input input--sm"
                    id=id
                    type="time"
                    required
                    prop:value=value
                    on:change=move |event| {
                        if let Some(time) = read(&event_target_value(&event)) {
                            set(&|quiet: &mut QuietTime| if from { quiet.from = time } else { quiet.to = time });
                        }
                    }
                />
            </div>
        }
        .into_any()
    };
    let zone = shown.now.with_untracked(|now| now.time_zone.clone());
    view! {
        <section class="slip" aria-labelledby="quiet">
            <div class="slip__head">
                <h2 id="quiet">"Quiet hours"</h2>
                <label class="push row">
                    <span class="visually-hidden">"Quiet hours"</span>
                    <input
                        class="switch"
                        type="checkbox"
                        role="switch"
                        autocomplete="off"
                        checked=quiet.get_untracked().is_some()
                        prop:checked=move || quiet.get().is_some()
                        on:change=move |event| {
                            shown.change(ChangeMine::Quiet(event_target_checked(&event).then(usual)));
                        }
                    />
                </label>
            </div>
            <div class="slip__body stack">
                <Show
                    when=move || quiet.get().is_some()
                    fallback=|| view! { <p class="soft">"E-mail and Telegram wait until the morning; the bell stays."</p> }
                >
                    <div class="field-row quiet-row">{time("quiet-from", "From", true)} {time("quiet-to", "To", false)}</div>
                    <label class="choice choice--sm">
                        <input
                            class="check"
                            type="checkbox"
                            autocomplete="off"
                            prop:checked=move || quiet.get().is_some_and(|quiet| quiet.urgent_passes)
                            on:change=move |event| {
                                let passes = event_target_checked(&event);
                                set(&|quiet: &mut QuietTime| quiet.urgent_passes = passes);
                            }
                        />
                        <span>"Let what is overdue through"</span>
                    </label>
                    <p class="field__hint">{format!("By the clock of {zone}.")}</p>
                </Show>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn DailySummary(shown: MyChoices) -> impl IntoView {
    let chosen = Memo::new(move |_| shown.now.with(|now| now.summary));
    let name = |summary: SummarySchedule| format!("{}{}", if summary.weekdays_only { "w" } else { "d" }, written(summary.at));
    let options: Vec<SummarySchedule> = [true, false]
        .into_iter()
        .flat_map(|weekdays_only| HOURS.map(|hour| (hour, weekdays_only)))
        .filter_map(|(hour, weekdays_only)| Some(SummarySchedule { at: NaiveTime::from_hms_opt(hour, 0, 0)?, weekdays_only }))
        .collect();
    let known = options.clone();
    let option = move |summary: SummarySchedule| {
        let words = format!("{} {}", written(summary.at), if summary.weekdays_only { "on weekdays" } else { "every day" });
        view! {
            <option value=name(summary) selected=move || chosen.get() == Some(summary)>
                {words}
            </option>
        }
        .into_any()
    };
    view! {
        <section class="slip" aria-labelledby="summary">
            <div class="slip__head">
                <h2 id="summary">"Daily summary"</h2>
            </div>
            <div class="slip__body">
                <div class="field">
                    <label class="qlabel" for="summary-at">
                        "E-mail at"
                    </label>
                    <select
                        class="select select--sm"
                        id="summary-at"
                        autocomplete="off"
                        on:change=move |event| {
                            let wanted = event_target_value(&event);
                            shown.change(ChangeMine::Summary(known.iter().copied().find(|one| name(*one) == wanted)));
                        }
                    >
                        <option value="" selected=move || chosen.get().is_none()>
                            "Never"
                        </option>
                        {options.into_iter().map(option).collect_view()}
                    </select>
                    <p class="field__hint">"Leaves out what you have read, and what was sent to you by e-mail at once."</p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Channels that are set up and do not know the person yet.
#[component]
fn UnknownChannels(shown: MyChoices) -> impl IntoView {
    let missing: Vec<&'static str> = shown.now.with_untracked(|now| {
        let unlinked = |channel| now.columns.iter().any(|one| one.channel == channel && one.note == "Not linked");
        [NoticeChannel::Slack, NoticeChannel::Telegram].into_iter().filter(|channel| unlinked(*channel)).map(NoticeChannel::label).collect()
    });
    if missing.is_empty() {
        return ().into_any();
    }
    let names = missing.join(" and ");
    view! {
        <section class="slip" aria-labelledby="elsewhere">
            <div class="slip__head">
                <h2 id="elsewhere">{names.clone()}</h2>
            </div>
            <div class="slip__body stack">
                <p class="soft">{format!("Say who you are in {names} to be reached there. It takes one minute.")}</p>
                <div>
                    <a class="button" href=Address::Profile.root()>
                        <Icon name="link" />
                        "Open your account"
                    </a>
                </div>
            </div>
        </section>
    }
    .into_any()
}
