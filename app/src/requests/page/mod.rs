//! One request: its answers, approval, clocks, comments, deliveries and history, and what can be done with it.

pub mod actions;
pub mod answers;
pub mod api;
pub mod approval;
mod ask_dialog;
pub mod clocks;
mod comment_box;
pub mod comments;
pub mod deliveries;
mod earlier;
pub mod give;
pub mod head;
pub mod late;
pub mod later;
pub mod locked;
pub mod past;
pub mod sheet;
pub mod thread;
pub mod timeline;
pub mod view;
