//! The doors: pages for those who are not signed in, and the invitations by which they come. Signing in itself is the account's.

pub mod api;
pub mod fields;
pub mod forgot;
mod invitation_dialog;
mod invitation_list;
pub mod invitations;
pub mod link;
pub mod register;
pub mod setup;
