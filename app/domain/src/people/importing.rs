//! People from a table: which columns there are, what a row says, and what the import of a file would do. Reading the table is the
//! caller's; writing it down again, with the reasons of what was refused, is here.

use crate::bounds::first_letters;
use crate::text::{lower_case, tidy_code, tidy_line};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows of one file.
pub const MOST_ROWS: usize = 2_000;
/// Bytes of one file.
pub const LARGEST_FILE: usize = 400_000;
/// Rows of each kind that a preview shows.
pub const PREVIEWED: usize = 200;
/// Letters of a cell that a refusal repeats.
const REPEATED: usize = 80;

/// Each column, and by which other names it is known. The first is the key of a person and has to be there.
pub const IMPORT_COLUMNS: &[(&str, &[&str])] = &[
    ("email", &["e_mail", "mail", "e_mail_address", "email_address"]),
    ("name", &["full_name", "display_name"]),
    ("title", &["job_title"]),
    ("phone", &["telephone", "phone_number"]),
    ("employee_number", &["employee_id", "personnel_number", "number"]),
    ("manager", &["manager_email"]),
    ("space", &[]),
];

/// The column that a head names; None when it is not known.
pub fn find_column(head: &str) -> Option<&'static str> {
    let name: String =
        lower_case(tidy_line(head).trim_start_matches('\u{feff}')).chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    IMPORT_COLUMNS.iter().find(|(column, others)| *column == name || others.contains(&name.as_str())).map(|(column, _)| *column)
}

/// A row of the file: what it says by column, tidied. An empty cell says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// As a spreadsheet counts: the head is 1.
    pub line: u64,
    pub cells: BTreeMap<&'static str, String>,
}

impl ImportRow {
    /// What it says of a column; None when it says nothing.
    pub fn say(&self, column: &str) -> Option<String> {
        let text = self.cells.get(column)?;
        let tidied = match column {
            "name" | "title" | "space" => tidy_line(text).into_owned(),
            _ => tidy_code(text).into_owned(),
        };
        Some(tidied).filter(|text| !text.is_empty())
    }

    /// The row, refused for what a column of it says.
    pub fn refuse(&self, column: &str, message: impl Into<String>) -> RefusedRow {
        let says = self.cells.get(column).map(|text| first_letters(text, REPEATED).to_owned()).unwrap_or_default();
        RefusedRow { line: self.line, column: column.to_owned(), says, message: message.into() }
    }
}

/// A row that stays out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    pub line: u64,
    pub column: String,
    pub says: String,
    /// What to do about it.
    pub message: String,
}

/// Somebody who would be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPerson {
    pub name: String,
    pub email: String,
}

/// A value that would be another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedChange {
    /// The person's name as it is now.
    pub name: String,
    pub column: String,
    pub before: String,
    pub after: String,
}

/// What importing a file would do; nothing is done yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// Rows of the file.
    pub rows: u64,
    pub added: u64,
    /// People about whom something changes.
    pub changed: u64,
    pub same: u64,
    /// The first of those who are added.
    pub people: Vec<ImportedPerson>,
    /// Values that would be others.
    pub values: u64,
    /// The first of them.
    pub changes: Vec<ImportedChange>,
    pub refused: Vec<RefusedRow>,
    /// The refused rows as a file, each with what to do.
    pub refused_file: String,
    /// Heads of columns that are not known, and are left out.
    pub left_out: Vec<String>,
    /// What tells this preview from any other: the import does this, or nothing.
    pub mark: String,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOutcome {
    pub added: u64,
    pub changed: u64,
    pub refused: u64,
}

impl ImportOutcome {
    /// "37 people were added and 58 changed. 8 rows stayed out."
    pub fn words(&self) -> String {
        let people = |count: u64| if count == 1 { "1 person was".to_owned() } else { format!("{count} people were") };
        let mut words = format!("{} added and {} changed.", people(self.added), self.changed);
        match self.refused {
            0 => {}
            1 => words.push_str(" 1 row stayed out."),
            rows => words.push_str(&format!(" {rows} rows stayed out.")),
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_the_names_that_people_give_them() {
        for (head, column) in [("E-mail", "email"), ("\u{feff}EMAIL ", "email"), ("Employee ID", "employee_number"), ("Full name", "name")]
        {
            assert_eq!(find_column(head), Some(column), "{head}");
        }
        assert_eq!((find_column("password"), find_column("role"), find_column("")), (None, None, None));
    }

    #[test]
    fn an_empty_cell_says_nothing() {
        let cells = BTreeMap::from([("email", " Ruth@x.example ".to_owned()), ("title", "  ".to_owned())]);
        let row = ImportRow { line: 4, cells };
        assert_eq!((row.say("email").as_deref(), row.say("title"), row.say("phone")), (Some("Ruth@x.example"), None, None));
        let refused = row.refuse("email", "Write the whole address");
        assert_eq!((refused.line, refused.says.as_str()), (4, " Ruth@x.example "));
    }

    #[test]
    fn what_was_imported_is_a_sentence() {
        assert_eq!(ImportOutcome { added: 1, changed: 2, refused: 0 }.words(), "1 person was added and 2 changed.");
        assert_eq!(ImportOutcome { added: 2, changed: 0, refused: 1 }.words(), "2 people were added and 0 changed. 1 row stayed out.");
    }
}
