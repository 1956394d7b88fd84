//! Says when the device is offline, and that nothing is lost.

use crate::error::CallError;
use crate::session::api::me;
use crate::ui::AlertBox;
use leptos::prelude::*;

/// Appears while the browser says it is offline.
#[component]
pub fn OfflineBanner() -> impl IntoView {
    let offline = RwSignal::new(false);
    Effect::new(move |_| {
        offline.set(!window().navigator().on_line());
        let gone = window_event_listener(leptos::ev::offline, move |_| offline.set(true));
        let back = window_event_listener(leptos::ev::online, move |_| offline.set(false));
        on_cleanup(move || {
            gone.remove();
            back.remove();
        });
    });
    view! {
        {move || {
            if !offline.get() {
                return ().into_any();
            }
            view! {
            <div class="offline">
                <AlertBox kind="bad">
                    <div>
                        <p>
                            <b>"You are offline."</b>
                            " What you typed is kept on this device and sent when you are back."
                        </p>
                    </div>
                    <button class="button button--sm" type="button" on:click=move |_| retry(offline)>
                        "Try again"
                    </button>
                </AlertBox>
            </div>
            }.into_any()
        }}
    }
    .into_any()
}

/// Asks the server whether it is there; nothing on the page is lost by asking.
fn retry(offline: RwSignal<bool>) {
    leptos::task::spawn_local(async move {
        offline.set(matches!(me().await, Err(CallError::Offline)));
    });
}
