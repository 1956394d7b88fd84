//! Several changes in one way to the database and back: the way costs more than a change.

use sea_orm::entity::{EntityTrait, IdenStatic, Iterable, ModelTrait};
use sea_orm::sea_query::{
    DeleteStatement, PostgresQueryBuilder, QueryBuilder, SqlWriter, SqlWriterValues, SqliteQueryBuilder, UpdateStatement, Value, Values,
};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, SqlErr, Statement};
use std::collections::BTreeSet;
use std::fmt::Write;
use uuid::Uuid;

/// Rows of merged batches that are written by one statement: a few sizes, so that each is prepared once.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// Changes of one use case that are written together.
///
/// SQLite is given the statements one after the other; PostgreSQL one statement with all of them, where none sees what another one does
/// (<https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING>) and keys to other tables are checked at its end.
#[derive(Default)]
pub(crate) struct Batch(Vec<Part>);

enum Part {
    Rows(Rows),
    Update(Box<UpdateStatement>),
    Delete(Box<DeleteStatement>),
    /// What follows sees what stands before it.
    Then,
}

/// New rows of one table.
struct Rows {
    /// `INSERT` up to the values.
    head: String,
    /// Columns.
    width: usize,
    /// Of all rows, one row after the other.
    values: Vec<Value>,
}

impl Rows {
    fn build(&self, builder: &impl QueryBuilder, sql: &mut SqlWriterValues) {
        text(sql, &self.head);
        for (nth, value) in self.values.iter().enumerate() {
            let before = match (nth, nth % self.width) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            };
            text(sql, before);
            sql.push_param(value.clone(), builder);
        }
        text(sql, ")");
    }
}

fn text(sql: &mut SqlWriterValues, words: &str) {
    // Writing to text does not fail.
    let _ = sql.write_str(words);
}

impl Part {
    fn build(&self, builder: &impl QueryBuilder, sql: &mut SqlWriterValues) {
        match self {
            Self::Rows(rows) => rows.build(builder, sql),
            Self::Update(update) => update.build_collect_any_into(builder, sql),
            Self::Delete(delete) => delete.build_collect_any_into(builder, sql),
            Self::Then => {}
        }
    }
}

impl Batch {
    /// Adds rows to a table.
    pub(super) fn insert<E: EntityTrait>(&mut self, rows: impl IntoIterator<Item = E::Model>) {
        let columns: Vec<E::Column> = E::Column::iter().collect();
        let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
        let head = format!("INSERT INTO \"{}\" ({}) VALUES ", E::default().table_name(), names.join(", "));
        let values: Vec<Value> =
            rows.into_iter().flat_map(|row| columns.iter().map(|column| row.get(*column)).collect::<Vec<_>>()).collect();
        if !values.is_empty() {
            self.0.push(Part::Rows(Rows { head, width: columns.len(), values }));
        }
    }

    /// Changes rows.
    pub(super) fn update(&mut self, update: UpdateStatement) {
        self.0.push(Part::Update(Box::new(update)));
    }

    /// Removes rows.
    pub(super) fn delete(&mut self, delete: DeleteStatement) {
        self.0.push(Part::Delete(Box::new(delete)));
    }

    /// What is added from here on sees what was added before, and may have the keys of rows that it removes.
    pub(crate) fn then(&mut self) {
        self.0.push(Part::Then);
    }

    /// Makes the changes. False when a key of a new row is taken: the transaction, if there is one, has to be undone then, as some of them
    /// may be made.
    pub(super) async fn write(&self, connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
        let backend = connection.get_database_backend();
        let built = match backend {
            DatabaseBackend::Postgres => {
                self.0.split(|part| matches!(part, Part::Then)).filter(|parts| !parts.is_empty()).map(with).collect()
            }
            _ => Vec::from_iter((!self.0.is_empty()).then(|| one_after_the_other(&self.0))),
        };
        taken(run(connection, backend, built).await)
    }

    /// Makes the changes of several batches, with one statement for many rows, and says of each whether its first row is there now; if it
    /// is not, as one of its keys is taken, nothing of that batch is. None for what has to be written for itself. Batches begin with one
    /// row that has an id, and the rest names it; after that they add and remove rows, and `then` and changes are not for them.
    ///
    /// # Errors
    /// When one of the other rows cannot be written: nothing says whose, and what was written has to be undone.
    pub(super) async fn write_merged(batches: &[&Self], connection: &impl ConnectionTrait) -> Result<Vec<Option<bool>>, DbErr> {
        let backend = connection.get_database_backend();
        let mut ids = BTreeSet::new();
        // The same id twice is the same submission twice: the second one waits for the first.
        let own: Vec<Option<Uuid>> = batches.iter().map(|batch| batch.id().filter(|id| ids.insert(*id))).collect();
        let together = || batches.iter().zip(&own).filter_map(|(batch, id)| Some((batch, (*id)?)));
        let mut there = BTreeSet::new();
        for rows in merged(together().filter_map(|(batch, _)| batch.first())) {
            let (sql, values) = alone(&Part::Rows(rows), backend);
            let sql = format!("{sql} ON CONFLICT DO NOTHING RETURNING \"id\"");
            for row in connection.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
                there.insert(row.try_get_by_index::<Uuid>(0)?);
            }
        }
        let rest = || together().filter(|(_, id)| there.contains(id)).flat_map(|(batch, _)| batch.0.iter().skip(1));
        let rows = rest().filter_map(|part| if let Part::Rows(rows) = part { Some(rows) } else { None });
        let mut built: Vec<_> = merged(rows).into_iter().map(|rows| alone(&Part::Rows(rows), backend)).collect();
        let others = rest().filter(|part| !matches!(part, Part::Rows(_))).map(|part| alone(part, backend));
        built.extend(repeated(others.collect(), backend));
        run(connection, backend, built).await?;
        Ok(own.into_iter().map(|id| id.map(|id| there.contains(&id))).collect())
    }

    /// The row everything else names.
    fn first(&self) -> Option<&Rows> {
        self.0.first().and_then(|part| if let Part::Rows(rows) = part { Some(rows) } else { None })
    }

    /// Its id.
    fn id(&self) -> Option<Uuid> {
        let first = self.first().filter(|rows| rows.values.len() == rows.width)?;
        match first.values.first() {
            Some(Value::Uuid(Some(id))) => Some(*id),
            _ => None,
        }
    }
}

/// The rows of each table, in portions of a few sizes.
fn merged<'r>(all: impl Iterator<Item = &'r Rows>) -> Vec<Rows> {
    let mut tables: Vec<Rows> = Vec::new();
    for rows in all {
        match tables.iter_mut().find(|table| table.head == rows.head) {
            Some(table) => table.values.extend(rows.values.iter().cloned()),
            None => tables.push(Rows { head: rows.head.clone(), width: rows.width, values: rows.values.clone() }),
        }
    }
    let mut portions = Vec::new();
    for Rows { head, width, mut values } in tables {
        while !values.is_empty() {
            let rest = values.split_off(size(values.len() / width) * width);
            portions.push(Rows { head: head.clone(), width, values });
            values = rest;
        }
    }
    portions
}

/// The largest of the sizes that so many rows fill.
fn size(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= rows).unwrap_or(1)
}

/// Equal statements, of which SQLite takes many at once.
fn repeated(mut statements: Vec<(String, Values)>, backend: DatabaseBackend) -> Vec<(String, Values)> {
    if backend == DatabaseBackend::Postgres {
        return statements;
    }
    statements.sort_by(|one, other| one.0.cmp(&other.0));
    let mut built = Vec::new();
    for equal in statements.chunk_by(|one, other| one.0 == other.0) {
        let mut rest = equal;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(size(rest.len()));
            let sql = now.iter().map(|(sql, _)| sql.as_str()).collect::<Vec<_>>().join("; ");
            built.push((sql, Values(now.iter().flat_map(|(_, values)| &values.0).cloned().collect())));
            rest = later;
        }
    }
    built
}

fn alone(part: &Part, backend: DatabaseBackend) -> (String, Values) {
    match backend {
        DatabaseBackend::Postgres => {
            let mut sql = SqlWriterValues::new("$", true);
            part.build(&PostgresQueryBuilder, &mut sql);
            sql.into_parts()
        }
        _ => one_after_the_other(std::slice::from_ref(part)),
    }
}

fn one_after_the_other(parts: &[Part]) -> (String, Values) {
    let mut sql = SqlWriterValues::new("?", false);
    for (nth, part) in parts.iter().filter(|part| !matches!(part, Part::Then)).enumerate() {
        text(&mut sql, if nth > 0 { "; " } else { "" });
        part.build(&SqliteQueryBuilder, &mut sql);
    }
    sql.into_parts()
}

/// All of it as one statement of PostgreSQL.
fn with(parts: &[Part]) -> (String, Values) {
    let mut sql = SqlWriterValues::new("$", true);
    for (nth, part) in parts.iter().enumerate() {
        text(&mut sql, &format!("{} c{nth} AS (", if nth > 0 { "," } else { "WITH" }));
        part.build(&PostgresQueryBuilder, &mut sql);
        text(&mut sql, ")");
    }
    text(&mut sql, " SELECT 1");
    sql.into_parts()
}

async fn run(connection: &impl ConnectionTrait, backend: DatabaseBackend, built: Vec<(String, Values)>) -> Result<(), DbErr> {
    for (sql, values) in built {
        connection.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// Tells a key that is taken from other failures.
fn taken(done: Result<(), DbErr>) -> Result<bool, DbErr> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}
