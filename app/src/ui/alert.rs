//! A message that stays until what it says is solved.

use super::Icon;
use leptos::prelude::*;

/// `kind`: `wait`, `bad`, `done`, `still`, or empty for information.
#[component]
pub fn AlertBox(kind: &'static str, children: Children) -> impl IntoView {
    let icon = match kind {
        "wait" => "hourglass",
        "bad" => "triangle-alert",
        "done" => "circle-check",
        _ => "info",
    };
    let class = if kind.is_empty() { "alert".to_owned() } else { format!("alert alert--{kind}") };
    let role = if kind == "bad" { "alert" } else { "status" };
    view! {
        <div class=class role=role>
            <Icon name=icon />
            {children()}
        </div>
    }
    .into_any()
}
