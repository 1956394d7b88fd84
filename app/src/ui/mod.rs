//! The design system: one component a file, drawn with the classes of `style/ui`.

mod alert;
mod alike;
mod avatar;
mod brand;
mod day;
mod docket_number;
mod empty;
mod error_view;
mod icon;
mod menu;
mod page_title;
mod raw_text;
mod skeleton;
mod status;
pub mod toast;
mod when;

pub use alert::Alert;
pub use alike::Alike;
pub use avatar::{Avatar, PersonLine};
pub use brand::Brand;
pub use day::day_words;
pub use docket_number::DocketNumber;
pub use empty::Empty;
pub use error_view::ErrorView;
pub use icon::Icon;
pub use menu::{Menu, MenuItem};
pub use page_title::PageTitle;
pub use raw_text::area_text;
pub use skeleton::Skeleton;
pub use status::StatusBadge;
pub use when::{WallClock, When, day_and_time, time, use_wall_clock};
