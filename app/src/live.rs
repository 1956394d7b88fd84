//! The live stream: one connection a page load, through which the server says what changed.
//!
//! It carries no data to show: an event names what to ask for again. Pages catch up whenever the stream is (again) live, so that nothing
//! said in between is missed. On the server this is only the signals.
//!
//! A browser opens six connections to a site at most, and a stream holds one for good: seven tabs with a stream each would leave none to
//! ask anything with. So the server keeps a few streams a session, the newest, and a tab that is not looked at asks for none.

use domain::live::LiveEvent;
use leptos::prelude::*;

/// Where the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Not yet open for the first time.
    Connecting,
    /// What is on screen follows what happens.
    Live,
    /// The connection dropped and is being made again.
    Reconnecting,
    /// It stays away, or newer tabs took its place; what is on screen may be old.
    Paused,
}

/// Tries without an answer after which "Reconnecting" becomes "Paused".
#[cfg(any(feature = "hydrate", test))]
const TRIES_BEFORE_PAUSED: u32 = 4;

/// The state after so many tries in a row without an answer.
#[cfg(any(feature = "hydrate", test))]
fn state_after(failures: u32) -> LiveState {
    if failures >= TRIES_BEFORE_PAUSED { LiveState::Paused } else { LiveState::Reconnecting }
}

/// The pause before the next try of our own, in milliseconds.
#[cfg(any(feature = "hydrate", test))]
fn pause_after(failures: u32) -> u32 {
    (1_000 << failures.saturating_sub(1).min(5)).min(30_000)
}

/// What a page knows about the stream.
#[derive(Clone, Copy)]
pub struct LiveStream {
    /// Requests waiting for the person, once the stream or a page has said so.
    pub inbox_count: RwSignal<Option<u64>>,
    /// The last event, with a counter that tells two equal ones apart.
    pub last: ReadSignal<Option<(u64, LiveEvent)>>,
    /// Where the stream stands.
    pub state: ReadSignal<LiveState>,
    #[cfg(any(feature = "hydrate", test))]
    set_last: WriteSignal<Option<(u64, LiveEvent)>>,
    set_state: WriteSignal<LiveState>,
    failures: StoredValue<u32>,
    /// Counts connections: what an older one says no longer matters.
    #[cfg(feature = "hydrate")]
    connection: StoredValue<u64>,
    /// There is no stream and none is being made: one is opened when the page is looked at.
    #[cfg(feature = "hydrate")]
    asleep: StoredValue<bool>,
    /// How often other tabs took the stream's place.
    #[cfg(feature = "hydrate")]
    replacements: StoredValue<u32>,
}

impl LiveStream {
    fn new() -> Self {
        let last = RwSignal::new(None);
        let (state, set_state) = signal(LiveState::Connecting);
        Self {
            inbox_count: RwSignal::new(None),
            last: last.read_only(),
            state,
            #[cfg(any(feature = "hydrate", test))]
            set_last: last.write_only(),
            set_state,
            failures: StoredValue::new(0),
            #[cfg(feature = "hydrate")]
            connection: StoredValue::new(0),
            #[cfg(feature = "hydrate")]
            asleep: StoredValue::new(true),
            #[cfg(feature = "hydrate")]
            replacements: StoredValue::new(0),
        }
    }

    /// Connects again at once, as the person asked.
    pub fn retry(self) {
        self.failures.set_value(0);
        self.set_state.set(LiveState::Reconnecting);
        #[cfg(feature = "hydrate")]
        browser::open(self);
    }

    /// Acts on each event that arrives from now on.
    pub fn on_event(self, act: impl Fn(LiveEvent) + 'static) {
        self.follow_events(Box::new(act));
    }

    fn follow_events(self, act: Box<dyn Fn(LiveEvent)>) {
        Effect::new(move |before: Option<Option<u64>>| {
            let last = self.last.get();
            let seen = last.as_ref().map(|(number, _)| *number);
            if let Some((_, event)) = last.filter(|_| before.is_some_and(|before| before != seen)) {
                untrack(|| act(event));
            }
            seen
        });
    }

    /// Acts whenever the stream comes (back) to life: something may have been said meanwhile.
    pub fn on_return(self, act: impl Fn() + 'static) {
        self.follow_returns(Box::new(act));
    }

    fn follow_returns(self, act: Box<dyn Fn()>) {
        Effect::new(move |before: Option<LiveState>| {
            let state = self.state.get();
            if state == LiveState::Live && before.is_some_and(|before| before != LiveState::Live) {
                untrack(&act);
            }
            state
        });
    }

    /// Takes one event in; what is not understood is a newer server's and is left alone.
    #[cfg(any(feature = "hydrate", test))]
    fn hear(self, text: &str) {
        let Ok(event) = domain::reading::read_json::<LiveEvent>(text) else { return };
        if let LiveEvent::Inbox { count } = &event {
            self.inbox_count.set(Some(*count));
        }
        self.set_last.update(|last| {
            let number = last.as_ref().map_or(1, |(number, _)| number + 1);
            *last = Some((number, event));
        });
    }
}

/// The count in the stream's greeting.
#[cfg(any(feature = "hydrate", test))]
fn greeting_count(text: &str) -> Option<u64> {
    let greeting: serde_json::Value = domain::reading::read_json(text).ok()?;
    greeting.get("count").unwrap_or(&greeting).as_u64()
}

/// Provides the stream to the pages below; in the browser, opens it.
pub fn provide_live() -> LiveStream {
    let live = LiveStream::new();
    provide_context(live);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::start(live));
    live
}

/// The page's stream.
pub fn use_live() -> LiveStream {
    use_context::<LiveStream>().unwrap_or_else(LiveStream::new)
}

/// "Live", "Reconnecting" or "Paused, refresh".
#[component]
pub fn LiveMark(
    /// Puts it at the end of its row.
    #[prop(optional)]
    push: bool,
) -> impl IntoView {
    let live = use_live();
    // The server's page says "Connecting"; the stream may be live before this part of the page is.
    let state = RwSignal::new(LiveState::Connecting);
    Effect::new(move |_| state.set(live.state.get()));
    let class = if push { "live push" } else { "live" };
    view! {
        <span class=class data-state=move || data_state(state.get())>
            <span class="live__dot" aria-hidden="true"></span>
            {move || match state.get() {
                LiveState::Connecting => "Connecting".into_any(),
                LiveState::Live => "Live".into_any(),
                LiveState::Reconnecting => "Reconnecting".into_any(),
                LiveState::Paused => {
                    view! {
                        "Paused, "
                        <button class="link" type="button" on:click=move |_| live.retry()>
                            "refresh"
                        </button>
                    }
                        .into_any()
                }
            }}
        </span>
    }
    .into_any()
}

fn data_state(state: LiveState) -> &'static str {
    match state {
        LiveState::Connecting => "connecting",
        LiveState::Live => "live",
        LiveState::Reconnecting => "reconnecting",
        LiveState::Paused => "paused",
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    //! The connection itself.

    use super::{LiveState, LiveStream, greeting_count, pause_after, state_after};
    use domain::address::Address;
    use gloo_timers::callback::Timeout;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    /// Opens the stream once the page is looked at, except where nobody is signed in.
    pub fn start(live: LiveStream) {
        let path = window().location().pathname().unwrap_or_default();
        if !Address::parse(&path).is_some_and(Address::is_door) {
            wake(live);
            let _: WindowListenerHandle = window_event_listener_untyped("visibilitychange", move |_| wake(live));
        }
    }

    /// Opens the stream if there is none and somebody looks.
    fn wake(live: LiveStream) {
        if live.asleep.try_get_value() == Some(true) && !document().hidden() {
            open(live);
        }
    }

    pub fn open(live: LiveStream) {
        live.asleep.set_value(false);
        let Some(connection) = live.connection.try_update_value(|n| {
            *n += 1;
            *n
        }) else {
            return;
        };
        let Ok(source) = EventSource::new("/live") else {
            live.set_state.set(LiveState::Paused);
            return;
        };
        let current = move || live.connection.try_get_value() == Some(connection);

        let on_open = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if !current() {
                close(&event);
                return;
            }
            live.failures.set_value(0);
            live.set_state.set(LiveState::Live);
        });
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string().filter(|_| current()) {
                live.hear(&text);
            }
        });
        let on_hello = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(count) = event.data().as_string().filter(|_| current()).and_then(|text| greeting_count(&text)) {
                live.inbox_count.set(Some(count));
            }
        });
        // Newer tabs took its place. Where it is looked at it takes the place of another, later each time: that one may be looked at too.
        let on_replaced = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            close(&event);
            if current() {
                live.connection.try_update_value(|number| *number += 1);
                live.asleep.set_value(true);
                live.set_state.set(LiveState::Paused);
                let replacements = live.replacements.get_value() + 1;
                live.replacements.set_value(replacements);
                Timeout::new(pause_after(replacements), move || wake(live)).forget();
            }
        });
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if !current() {
                close(&event);
                return;
            }
            let failures = live.failures.get_value() + 1;
            live.failures.set_value(failures);
            live.set_state.set(state_after(failures));
            // After a refusal (the server restarting behind a proxy, a session that ended) the browser does not try again by itself.
            if source_of(&event).is_some_and(|source| source.ready_state() == EventSource::CLOSED) {
                Timeout::new(pause_after(failures), move || {
                    if current() {
                        open(live);
                    }
                })
                .forget();
            }
        });
        source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // Only a page without memory fails to listen; the badge then waits for the first event.
        let _ = source.add_event_listener_with_callback("hello", on_hello.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("replaced", on_replaced.as_ref().unchecked_ref());
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // The source keeps them as long as it lives.
        on_open.forget();
        on_message.forget();
        on_hello.forget();
        on_replaced.forget();
        on_error.forget();
    }

    fn source_of(event: &Event) -> Option<EventSource> {
        event.target()?.dyn_into().ok()
    }

    fn close(event: &Event) {
        if let Some(source) = source_of(event) {
            source.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_event_sets_the_badge_and_every_event_is_told_apart() {
        let owner = Owner::new();
        owner.set();
        let live = LiveStream::new();
        live.hear(r#"{"kind":"inbox","count":3}"#);
        assert_eq!(live.inbox_count.get_untracked(), Some(3));
        let first = live.last.get_untracked();
        live.hear(r#"{"kind":"inbox","count":3}"#);
        assert_ne!(first, live.last.get_untracked());
        live.hear(r#"{"kind":"from a later version"}"#);
        assert_eq!(live.last.get_untracked(), Some((2, LiveEvent::Inbox { count: 3 })));
    }

    #[test]
    fn the_greeting_brings_the_count() {
        assert_eq!(greeting_count(r#"{"kind":"inbox","count":4}"#), Some(4));
        assert_eq!(greeting_count("7"), Some(7));
        assert_eq!(greeting_count("hello"), None);
    }

    #[test]
    fn tries_slow_down_and_then_say_paused() {
        assert_eq!(state_after(1), LiveState::Reconnecting);
        assert_eq!(state_after(TRIES_BEFORE_PAUSED), LiveState::Paused);
        assert_eq!([1, 2, 3, 9].map(pause_after), [1_000, 2_000, 4_000, 30_000]);
    }
}
