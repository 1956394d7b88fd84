//! Failures of the database, as use cases know them; and its own code for each, as the engine does.

use crate::error::Error;
use sea_orm::{DbErr, RuntimeErr};

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Failed(format!("database: {error}"))
    }
}

/// The database's own code for a failure.
pub(super) fn failure_code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else { return None };
    let RuntimeErr::SqlxError(cause) = cause else { return None };
    Some(cause.as_database_error()?.code()?.into_owned())
}
