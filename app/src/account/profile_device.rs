//! What is chosen for this device only: the theme, and whether single keys act.

use crate::ui::Icon;
use crate::ui::keyboard::{recall, set_single_keys, show_help};
use crate::ui::theme::toggle;
use leptos::prelude::*;

/// The section "This device".
#[component]
pub fn DeviceSettings() -> impl IntoView {
    // What the device remembers is known in the browser only.
    let on = RwSignal::new(true);
    Effect::new(move |_| on.set(recall()));
    let switched = move |event: leptos::ev::Event| {
        on.set(event_target_checked(&event));
        set_single_keys(on.get_untracked());
    };
    view! {
        <section class="slip" aria-labelledby="device">
            <div class="slip__head">
                <h2 id="device">"This device"</h2>
            </div>
            <div class="slip__body stack">
                <div>
                    <label class="choice account__switch">
                        <input
                            class="switch"
                            type="checkbox"
                            role="switch"
                            autocomplete="off"
                            checked=true
                            prop:checked=on
                            aria-describedby="single-keys-hint"
                            on:change=switched
                        />
                        <span>"Single-key shortcuts"</span>
                    </label>
                    <p class="field__hint" id="single-keys-hint">
                        "Letters and signs like J, A, / and ? act outside fields. Turn them off if you speak to your device or press keys by accident; Tab, Enter, Escape, arrows and keys with Ctrl or Alt stay."
                    </p>
                </div>
                <div class="row row--wrap">
                    <button class="button" type="button" on:click=move |_| show_help()>
                        <Icon name="keyboard" />
                        "Show all keys"
                    </button>
                    <button class="button" type="button" on:click=move |_| toggle()>
                        <Icon name="sun-moon" />
                        "Change theme"
                    </button>
                </div>
            </div>
        </section>
    }
    .into_any()
}
