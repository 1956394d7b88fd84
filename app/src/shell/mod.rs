//! The frame around every page: sidebar, top bar and tab bar; the keys that work everywhere; what is said when the device is offline.

mod frame;
pub mod keys;
pub mod offline;

pub use frame::PageShell;
