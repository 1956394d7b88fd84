//! Requests: the dialog that makes them, the list of one's own, and the page of each.

pub mod api;
mod draft;
mod local_copy;
pub mod mine;
pub mod new;
mod new_dialog;
mod new_review;
mod new_route;
mod new_state;
mod new_steps;
pub mod page;
pub mod page_actions;
pub mod page_answers;
pub mod page_approval;
pub mod page_deliveries;
pub mod page_dialog;
pub mod page_head;
pub mod page_timeline;
pub mod queue_api;
