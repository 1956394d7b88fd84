//! Requests: the dialog that makes them, the list of one's own, and the page of each.

pub mod api;
mod comment_box;
pub mod comments_slip;
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
pub mod page_clocks;
pub mod page_deliveries;
pub mod page_dialog;
pub mod page_head;
pub mod page_timeline;
pub mod queue_api;
pub mod share;
pub mod tasks_mine;
mod tasks_share;
pub mod tasks_slip;
pub mod work_api;
