//! The dialogs of the request page: a part of its own, loaded when the first of them opens.

use super::actions::action_dialog;
use super::sheet::RequestSheet;
use super::view::reroute_dialog;
use crate::parts::{late_part, use_late_part};
use crate::requests::share::dialog::share_inside;
use domain::approvals::wire::RuleView;
use domain::requests::actions::ActionKind;
use domain::requests::work::TaskView;
use leptos::prelude::*;

/// What makes the dialogs.
#[derive(Clone, Copy)]
pub struct RequestDialogs {
    pub of_action: fn(RequestSheet, ActionKind, RwSignal<bool>, RwSignal<String>) -> Option<AnyView>,
    pub of_rule: fn(RequestSheet, RuleView, RwSignal<Option<RuleView>>) -> AnyView,
    /// What is inside the dialog over a task's links.
    pub of_links: fn(RequestSheet, Callback<()>, RwSignal<Option<String>>, TaskView) -> AnyView,
}

late_part! {
    /// Few who read a request do something to it that is asked about.
    dialogs, request_dialogs: RequestDialogs = RequestDialogs { of_action: action_dialog, of_rule: reroute_dialog, of_links: share_inside }
}

/// What makes the dialogs, once one is wanted.
pub fn use_request_dialogs(wanted: impl Fn() -> bool + 'static, forget: impl Fn() + Copy + 'static) -> RwSignal<Option<RequestDialogs>> {
    use_late_part(wanted, request_dialogs, forget)
}
