//! Text as people write it: without what nobody can see, compared without its dress, counted in what a person calls a character.
//!
//! Pasted text brings characters that nobody sees: marks of direction, breaks of no width, joiners. `tidy_code`, `tidy_line` and
//! `tidy_prose` take them out where they mean nothing, each for another kind of text; `is_blank_text` tells whether anything is left.

mod case;
mod cell;
mod cluster;
mod digits;
mod escape;
mod fold;
mod marks;
mod tidy;

pub use case::{lower_case, lower_first, upper_case, upper_first};
pub use cell::harmless_cell;
pub use cluster::{count_characters, cut_at_word, first_character};
pub use digits::digit_value;
pub use escape::{escape_html, escape_markup};
pub use fold::{fold_search, search_words};
pub use tidy::{is_blank_text, tidy_code, tidy_line, tidy_prose};
