//! Approvals on screen: the inbox of those who decide, and the view over everything that waits.

pub mod api;
pub mod bulk;
pub mod decided_words;
pub mod decision;
pub mod desk;
mod desk_decide;
mod desk_many;
pub mod detail;
pub mod held_batch;
mod in_place;
pub mod inbox;
pub mod inbox_filter;
pub mod inbox_list;
pub mod keys;
pub mod leadership;
pub mod row;
