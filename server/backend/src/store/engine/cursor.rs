//! Cursors: where a list goes on that is ordered by a moment, and by an id among rows of the same moment. It travels to the page and back
//! as a text.

use super::{micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::Refusal;
use sea_orm::{ColumnTrait, Condition};
use std::fmt;
use uuid::Uuid;

/// The last row of a page that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageCursor {
    at: i64,
    id: Uuid,
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl PageCursor {
    /// At the row of this moment and id.
    pub(crate) fn at(at: DateTime<Utc>, id: Uuid) -> Self {
        Self { at: micros(at), id }
    }

    /// As it came back from a page; None for the first page.
    ///
    /// # Errors
    /// Input when it is not one of ours.
    pub(crate) fn read(text: Option<&str>) -> Result<Option<Self>> {
        let Some(text) = text else { return Ok(None) };
        let known = || {
            let (at, id) = text.split_once('.')?;
            // As any moment that is stored.
            Some(Self { at: micros(time(at.parse().ok()?)), id: id.parse().ok()? })
        };
        let unknown = || Refusal::input("after", "This page is not known. Start again at the first.");
        Ok(Some(known().ok_or_else(unknown)?))
    }

    /// The rows before it in the order of the columns: those of the next page where the newest come first. A range of the first column,
    /// and only then the rest: both databases seek to it.
    pub(in crate::store) fn rows_before<C: ColumnTrait>(self, at: C, id: C) -> Condition {
        Condition::all().add(at.lte(self.at)).add(Condition::any().add(at.lt(self.at)).add(id.lt(self.id)))
    }

    /// The rows after it: those of the next page where the oldest come first.
    pub(in crate::store) fn rows_after<C: ColumnTrait>(self, at: C, id: C) -> Condition {
        Condition::all().add(at.gte(self.at)).add(Condition::any().add(at.gt(self.at)).add(id.gt(self.id)))
    }
}

/// The rows of a page, of which one more was asked for than it shows, and the text of the cursor to the next page if there is one.
pub(crate) fn cut_page<T>(mut found: Vec<T>, rows: usize, cursor: impl Fn(&T) -> PageCursor) -> (Vec<T>, Option<String>) {
    let more = found.len() > rows;
    found.truncate(rows);
    let next = found.last().filter(|_| more).map(|last| cursor(last).to_string());
    (found, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_nothing_else_is_one() {
        let cursor = PageCursor::at(DateTime::from_timestamp(1_773_306_000, 5_000).unwrap(), Uuid::from_u128(7));
        assert_eq!(PageCursor::read(Some(&cursor.to_string())).unwrap(), Some(cursor));
        assert_eq!(PageCursor::read(None).unwrap(), None);
        for text in ["", ".", "1", "1.x", "x.00000000-0000-0000-0000-000000000007", "99999999999999999999.x"] {
            assert!(PageCursor::read(Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_has_a_next_one_when_more_was_found_than_it_shows() {
        let cursor = |row: &u128| PageCursor::at(DateTime::default(), Uuid::from_u128(*row));
        assert_eq!(cut_page(vec![1, 2], 2, cursor), (vec![1, 2], None));
        let (rows, next) = cut_page(vec![1, 2, 3], 2, cursor);
        assert_eq!((rows, PageCursor::read(next.as_deref()).unwrap()), (vec![1, 2], Some(cursor(&2))));
    }
}
