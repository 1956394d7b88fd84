//! Notifications: the bell's page, what was read, and the pages where people and organizations choose what reaches whom.

pub mod api;
pub mod list;
mod matrix;
mod mine;
mod ours;
pub mod settings;

use crate::session::use_me;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Whoever looks at this request has read what they were told of it: at once, and of what they are told while they look.
pub fn reads(number: impl Fn() -> Option<String> + Send + Sync + 'static) {
    let me = use_me();
    let unread = Memo::new(move |_| me.with(|me| me.as_ref().map_or(0, |me| me.unread_count)));
    Effect::new(move |_| {
        if let Some(number) = number().filter(|_| unread.get() > 0) {
            // A notice that stays unread is shown again, and read the next time.
            spawn_local(async move { drop(api::seen(number).await) });
        }
    });
}
