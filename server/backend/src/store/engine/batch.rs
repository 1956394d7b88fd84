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
pub(crate) struct ChangeBatch(Vec<BatchPart>);

enum BatchPart {
    /// The row that the rest names, if it may be written.
    First(RowStatement),
    RowStatement(RowStatement),
    Update(Box<UpdateStatement>),
    Delete(Box<DeleteStatement>),
    /// What follows sees what stands before it.
    Then,
}

/// A statement about any number of rows of values: new ones, or keys of those that go.
struct RowStatement {
    /// Up to the values.
    head: String,
    /// After the values.
    tail: String,
    /// Values of a row.
    width: usize,
    /// Of all rows, one row after the other.
    values: Vec<Value>,
}

impl RowStatement {
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
        text(sql, &self.tail);
    }
}

/// How the condition of `ChangeBatch::first` calls a value of the row.
pub(in crate::store) fn given<E: EntityTrait>(column: E::Column) -> String {
    let place = E::Column::iter().take_while(|other| other.as_str() != column.as_str()).count();
    format!("\"given\".column{}", place + 1)
}

/// How it calls the value besides.
pub(in crate::store) fn given_besides<E: EntityTrait>() -> String {
    format!("\"given\".column{}", E::Column::iter().count() + 1)
}

/// The values of a row, in the order of the columns.
fn values<E: EntityTrait>(row: &E::Model) -> impl Iterator<Item = Value> {
    E::Column::iter().map(|column| row.get(column))
}

/// `INSERT INTO` with the columns.
fn into<E: EntityTrait>() -> String {
    let names: Vec<String> = E::Column::iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    format!("INSERT INTO \"{}\" ({})", E::default().table_name(), names.join(", "))
}

fn text(sql: &mut SqlWriterValues, words: &str) {
    // Writing to text does not fail.
    let _ = sql.write_str(words);
}

impl BatchPart {
    fn build(&self, builder: &impl QueryBuilder, sql: &mut SqlWriterValues) {
        match self {
            Self::First(rows) | Self::RowStatement(rows) => rows.build(builder, sql),
            Self::Update(update) => update.build_collect_any_into(builder, sql),
            Self::Delete(delete) => delete.build_collect_any_into(builder, sql),
            Self::Then => {}
        }
    }
}

impl ChangeBatch {
    /// Begins with a row that the rest names, written only if a condition holds, which may ask for the row's values (`given`) and for one
    /// besides (`given_besides`).
    pub(in crate::store) fn first<E: EntityTrait>(&mut self, row: &E::Model, besides: Value, condition: &str) {
        let width = E::Column::iter().count();
        let columns: Vec<String> = (1..=width).map(|place| format!("column{place}")).collect();
        self.0.push(BatchPart::First(RowStatement {
            head: format!("{} SELECT {} FROM (VALUES ", into::<E>(), columns.join(", ")),
            tail: format!(") AS \"given\" WHERE {condition} ON CONFLICT DO NOTHING RETURNING \"id\""),
            width: width + 1,
            values: values::<E>(row).chain([besides]).collect(),
        }));
    }

    /// Adds rows to a table.
    pub(in crate::store) fn insert<E: EntityTrait>(&mut self, rows: impl IntoIterator<Item = E::Model>) {
        let values: Vec<Value> = rows.into_iter().flat_map(|row| values::<E>(&row).collect::<Vec<_>>()).collect();
        if !values.is_empty() {
            let (head, width) = (format!("{} VALUES ", into::<E>()), E::Column::iter().count());
            self.0.push(BatchPart::RowStatement(RowStatement { head, tail: String::new(), width, values }));
        }
    }

    /// Removes the row with this id, if a condition holds.
    pub(in crate::store) fn remove<E: EntityTrait>(&mut self, id: Uuid, condition: &str) {
        let head = format!("DELETE FROM \"{}\" WHERE \"id\" IN (VALUES ", E::default().table_name());
        self.0.push(BatchPart::RowStatement(RowStatement { head, tail: format!(") AND {condition}"), width: 1, values: vec![id.into()] }));
    }

    /// Changes rows.
    pub(in crate::store) fn update(&mut self, update: UpdateStatement) {
        self.0.push(BatchPart::Update(Box::new(update)));
    }

    /// Removes rows.
    pub(in crate::store) fn delete(&mut self, delete: DeleteStatement) {
        self.0.push(BatchPart::Delete(Box::new(delete)));
    }

    /// What is added from here on sees what was added before, and may have the keys of rows that it removes.
    pub(crate) fn then(&mut self) {
        self.0.push(BatchPart::Then);
    }

    /// Makes the changes. False when a key of a new row is taken, or the first one may not be written: the transaction, if there is one, has
    /// to be undone then, as some of them may be made.
    pub(super) async fn write(&self, connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
        let backend = connection.get_database_backend();
        let rest = match self.0.split_first() {
            Some((BatchPart::First(_), _)) if written_first(&[self], connection).await?.is_empty() => return Ok(false),
            Some((BatchPart::First(_), rest)) => rest,
            _ => &self.0[..],
        };
        let built = match backend {
            DatabaseBackend::Postgres => {
                rest.split(|part| matches!(part, BatchPart::Then)).filter(|parts| !parts.is_empty()).map(with).collect()
            }
            _ => Vec::from_iter((!rest.is_empty()).then(|| one_after_the_other(rest))),
        };
        taken(run(connection, backend, built).await)
    }

    /// Makes the changes of several batches, with one statement for many rows, and says of each whether its first row is there now; if it
    /// is not, as one of its keys is taken or its condition does not hold, nothing of that batch is. None for what has to be written for
    /// itself. After their first row batches add and remove rows: `then` and changes are not for them.
    ///
    /// # Errors
    /// When one of the other rows cannot be written: nothing says whose, and what was written has to be undone.
    pub(super) async fn write_merged(batches: &[&Self], connection: &impl ConnectionTrait) -> Result<Vec<Option<bool>>, DbErr> {
        let backend = connection.get_database_backend();
        let mut ids = BTreeSet::new();
        // The same id twice is the same submission twice: the second one waits for the first.
        let own: Vec<Option<Uuid>> = batches.iter().map(|batch| batch.id().filter(|id| ids.insert(*id))).collect();
        let together: Vec<(&Self, Uuid)> = batches.iter().zip(&own).filter_map(|(batch, id)| Some((*batch, (*id)?))).collect();
        let there = written_first(&together.iter().map(|(batch, _)| *batch).collect::<Vec<_>>(), connection).await?;
        let rest = together.iter().filter(|(_, id)| there.contains(id)).flat_map(|(batch, _)| batch.0.iter().skip(1));
        let rows = rest.filter_map(|part| if let BatchPart::RowStatement(rows) = part { Some(rows) } else { None });
        run(connection, backend, merged(rows).into_iter().map(|rows| alone(&rows, backend)).collect()).await?;
        Ok(own.into_iter().map(|id| id.map(|id| there.contains(&id))).collect())
    }

    /// The id of the first row, if there is one and the rest are rows too.
    fn id(&self) -> Option<Uuid> {
        let (BatchPart::First(first), rest) = self.0.split_first()? else { return None };
        match first.values.first() {
            Some(Value::Uuid(Some(id))) if rest.iter().all(|part| matches!(part, BatchPart::RowStatement(_))) => Some(*id),
            _ => None,
        }
    }
}

/// Writes the first rows of batches; the ids of those that are there now.
async fn written_first(batches: &[&ChangeBatch], connection: &impl ConnectionTrait) -> Result<BTreeSet<Uuid>, DbErr> {
    let backend = connection.get_database_backend();
    let rows = batches.iter().filter_map(|batch| if let Some(BatchPart::First(rows)) = batch.0.first() { Some(rows) } else { None });
    let mut there = BTreeSet::new();
    for rows in merged(rows) {
        let (sql, values) = alone(&rows, backend);
        for row in connection.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
            there.insert(row.try_get_by_index::<Uuid>(0)?);
        }
    }
    Ok(there)
}

/// The rows of equal statements, in portions of a few sizes.
fn merged<'r>(all: impl Iterator<Item = &'r RowStatement>) -> Vec<RowStatement> {
    let mut statements: Vec<RowStatement> = Vec::new();
    for RowStatement { head, tail, width, values } in all {
        match statements.iter_mut().find(|rows| rows.head == *head && rows.tail == *tail) {
            Some(rows) => rows.values.extend(values.iter().cloned()),
            None => statements.push(RowStatement { head: head.clone(), tail: tail.clone(), width: *width, values: values.clone() }),
        }
    }
    let mut portions = Vec::new();
    for RowStatement { head, tail, width, mut values } in statements {
        while !values.is_empty() {
            let rest = values.split_off(size(values.len() / width) * width);
            portions.push(RowStatement { head: head.clone(), tail: tail.clone(), width, values });
            values = rest;
        }
    }
    portions
}

/// The largest of the sizes that so many rows fill.
fn size(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= rows).unwrap_or(1)
}

fn alone(rows: &RowStatement, backend: DatabaseBackend) -> (String, Values) {
    if backend == DatabaseBackend::Postgres {
        let mut sql = SqlWriterValues::new("$", true);
        rows.build(&PostgresQueryBuilder, &mut sql);
        return sql.into_parts();
    }
    let mut sql = SqlWriterValues::new("?", false);
    rows.build(&SqliteQueryBuilder, &mut sql);
    sql.into_parts()
}

fn one_after_the_other(parts: &[BatchPart]) -> (String, Values) {
    let mut sql = SqlWriterValues::new("?", false);
    for (nth, part) in parts.iter().filter(|part| !matches!(part, BatchPart::Then)).enumerate() {
        text(&mut sql, if nth > 0 { "; " } else { "" });
        part.build(&SqliteQueryBuilder, &mut sql);
    }
    sql.into_parts()
}

/// All of it as one statement of PostgreSQL.
fn with(parts: &[BatchPart]) -> (String, Values) {
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
