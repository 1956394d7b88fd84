//! Short messages that leave by themselves after 8 seconds, with Undo where there is something to take back.

use super::Icon;
use leptos::prelude::*;
use std::time::Duration;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(8);

/// How long a held one stays once its time is over.
const LINGERS: Duration = Duration::from_secs(2);

/// One message on screen.
#[derive(Clone)]
struct Toast {
    id: u64,
    message: String,
    undo: Option<Callback<()>>,
}

/// The handle through which pages say something.
#[derive(Clone, Copy)]
pub struct ToastList {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// The pointer or the focus is on a message: none leaves.
    held: StoredValue<bool>,
}

impl ToastList {
    fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0), held: StoredValue::new(false) }
    }

    /// Shows a message; with `undo`, a button that takes the action back.
    pub fn show(&self, message: String, undo: Option<Callback<()>>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| list.push(Toast { id, message, undo }));
        self.leave_after(id, STAYS);
    }

    fn leave_after(self, id: u64, pause: Duration) {
        set_timeout(
            move || match self.held.try_get_value() {
                Some(true) => self.leave_after(id, LINGERS),
                Some(false) => self.dismiss(id),
                None => {}
            },
            pause,
        );
    }

    fn dismiss(self, id: u64) {
        self.held.set_value(false);
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Makes the handle available to the pages below.
pub fn provide_toasts() -> ToastList {
    let toasts = ToastList::new();
    provide_context(toasts);
    toasts
}

/// The page's handle.
pub fn use_toasts() -> ToastList {
    use_context::<ToastList>().unwrap_or_else(ToastList::new)
}

/// Where the messages appear.
#[component]
pub fn ToastArea() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            on:pointerenter=move |_| toasts.held.set_value(true)
            on:pointerleave=move |_| toasts.held.set_value(false)
            on:focusin=move |_| toasts.held.set_value(true)
            on:focusout=move |_| toasts.held.set_value(false)
        >
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                {
                    let id = toast.id;
                    let undo = toast.undo.map(|undo| {
                        view! {
                            <button
                                class="button button--quiet button--sm"
                                type="button"
                                on:click=move |_| {
                                    undo.run(());
                                    toasts.dismiss(id);
                                }
                            >
                                "Undo"
                            </button>
                        }
                            .into_any()
                    });
                    view! {
                        <div class="toast">
                            <Icon name="circle-check" />
                            <p>{toast.message}</p>
                            {undo}
                            <button class="button button--quiet button--icon button--sm" type="button" aria-label="Dismiss" on:click=move |_| toasts.dismiss(id)>
                                <Icon name="x" />
                            </button>
                        </div>
                    }
                        .into_any()
                }
            </For>
        </div>
    }
    .into_any()
}
