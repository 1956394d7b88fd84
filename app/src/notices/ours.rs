//! What the organization decides: switches and locks for everybody, and which connector carries a channel.

use super::api::{change_ours, ours};
use super::matrix::{NoticeMatrix, ThrownSwitch};
use super::settings::SavingState;
use domain::address::Address;
use domain::notices::NoticeChannel;
use domain::notices::wire::{ChangeOurs, ChannelCarrier, OurNotices};
use domain::text::lower_case;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page as it is now.
#[derive(Clone, Copy)]
struct OurChoices {
    now: RwSignal<OurNotices>,
    saving: SavingState,
}

impl OurChoices {
    /// Changes something: at once on screen, put back when the server refuses.
    fn change(self, change: ChangeOurs) {
        let before = self.now.get_untracked();
        self.now.update(|now| match &change {
            ChangeOurs::Switch { event, channel, on, locked } => {
                let row = now.rows.iter_mut().find(|row| row.event == *event);
                if let Some(cell) = row.and_then(|row| row.cells.iter_mut().find(|cell| cell.channel == *channel)) {
                    (cell.on, cell.locked) = (*on, *locked);
                }
            }
            ChangeOurs::Carrier { channel, key } => {
                if let Some(carrier) = now.carriers.iter_mut().find(|(one, ..)| one == channel) {
                    carrier.1.clone_from(key);
                }
            }
        });
        self.saving.turn(true);
        self.saving.1.set(None);
        spawn_local(async move {
            // What else follows from it, the server knows.
            let changed = match change_ours(change).await {
                Ok(()) => ours().await,
                Err(error) => Err(error),
            };
            match changed {
                Ok(ours) => _ = self.now.try_set(ours),
                Err(error) => {
                    self.now.try_set(before);
                    self.saving.1.try_set(Some(error));
                }
            }
            self.saving.turn(false);
        });
    }
}

/// The part "Organization defaults".
#[component]
pub fn OrganizationNotices(ours: OurNotices, saving: SavingState) -> impl IntoView {
    let shown = OurChoices { now: RwSignal::new(ours), saving };
    let throw =
        Callback::new(move |(event, channel, on, locked): ThrownSwitch| shown.change(ChangeOurs::Switch { event, channel, on, locked }));
    let columns = Signal::derive(move || shown.now.with(|now| now.columns.clone()));
    let rows = Signal::derive(move || shown.now.with(|now| now.rows.clone()));
    view! {
        <section class="slip" aria-labelledby="what">
            <div class="slip__head">
                <h2 id="what">"What reaches everybody who chose nothing else"</h2>
            </div>
            <NoticeMatrix columns rows locks=true throw />
            <p class="slip__foot">"A lock takes the choice from everybody: what you set holds. Slack’s switch also decides whether the channel is told."</p>
        </section>
    }
    .into_any()
}

fn hint(channel: NoticeChannel) -> &'static str {
    match channel {
        NoticeChannel::InApp => "",
        NoticeChannel::Email => "An e-mail to each person, whatever the connector’s own address is.",
        NoticeChannel::Slack => {
            "One thread for each request in the connector’s channel; people are called by their member ID. Threads need a bot."
        }
        NoticeChannel::Telegram => "A message to each person who said which chat is theirs.",
    }
}

/// The part "Channels".
#[component]
pub fn CarrierSettings(ours: OurNotices, saving: SavingState) -> impl IntoView {
    let shown = OurChoices { now: RwSignal::new(ours), saving };
    let fields = shown.now.get_untracked().carriers.into_iter().map(|(channel, _, choices)| field(shown, channel, choices)).collect_view();
    view! {
        <section class="slip" aria-labelledby="carriers">
            <div class="slip__head">
                <h2 id="carriers">"What carries messages to people"</h2>
                <a class="button button--sm push" href=Address::Connectors.root()>
                    "Set up connectors"
                </a>
            </div>
            <div class="slip__body stack carriers">{fields}</div>
        </section>
    }
    .into_any()
}

fn field(shown: OurChoices, channel: NoticeChannel, choices: Vec<ChannelCarrier>) -> AnyView {
    let used = Memo::new(move |_| {
        shown.now.with(|now| now.carriers.iter().find(|(one, ..)| *one == channel).map(|(_, used, _)| used.clone()).unwrap_or_default())
    });
    let id = format!("carrier-{}", lower_case(channel.label()));
    let hint_id = format!("{id}-hint");
    let options = choices
        .into_iter()
        .map(|choice| {
            let key = choice.key.clone();
            view! {
                <option value=choice.key selected=move || used.get() == key>
                    {choice.name}
                </option>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>
                {channel.label()}
            </label>
            <select
                class="select"
                id=id
                autocomplete="off"
                aria-describedby=hint_id.clone()
                on:change=move |event| shown.change(ChangeOurs::Carrier { channel, key: event_target_value(&event) })
            >
                {options}
            </select>
            <p class="field__hint" id=hint_id>
                {hint(channel)}
            </p>
        </div>
    }
    .into_any()
}
