//! A status: icon, words and colour, so that none of them is needed alone.

use super::Icon;
use domain::requests::Status;
use leptos::prelude::*;

/// Plain in lists, boxed in headers.
#[component]
pub fn StatusBadge(status: Status, #[prop(optional)] boxed: bool) -> impl IntoView {
    let (kind, icon) = look(status);
    let class = if boxed { format!("status status--{kind} status--box") } else { format!("status status--{kind}") };
    view! {
        <span class=class>
            <Icon name=icon />
            {status.label()}
        </span>
    }
    .into_any()
}

fn look(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Draft => ("still", "file-text"),
        Status::PendingApproval => ("wait", "hourglass"),
        Status::NeedsInfo => ("wait", "message-circle-question-mark"),
        Status::Scheduled => ("still", "calendar-clock"),
        Status::Open => ("go", "circle"),
        Status::Assigned => ("go", "user-round-check"),
        Status::InProgress => ("go", "circle-dot"),
        Status::Blocked => ("bad", "hand"),
        Status::Escalated => ("bad", "triangle-alert"),
        Status::InQa => ("qa", "scan-search"),
        Status::Resolved => ("done", "check"),
        Status::Completed => ("done", "check-check"),
        Status::Failed => ("bad", "circle-alert"),
        Status::Rejected => ("bad", "circle-x"),
        Status::Cancelled => ("still", "circle-slash"),
    }
}
