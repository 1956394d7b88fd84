//! Limits as plain numbers.
//!
//! Queries come with their limit as a parameter. SQLite plans by it, and prepares such a statement again on every run, which costs more than
//! most of them do (<https://sqlite.org/c3ref/prepare.html>: statements prepared with `sqlite3_prepare_v3` whose bound values may change
//! their plan). Limits are few, so each is a statement of its own.

use sea_orm::sea_query::{Value, Values};
use sea_orm::{DbBackend, Statement};

/// The statement with plain limits, where that matters.
pub(super) fn with_literal_limits(mut statement: Statement) -> Statement {
    if statement.db_backend == DbBackend::Sqlite {
        for word in [" LIMIT ?", " OFFSET ?"] {
            while let Some(at) = statement.sql.find(word).map(|at| at + word.len() - 1) {
                // Texts are parameters too, so that every question mark is one.
                let nth = statement.sql[..at].matches('?').count();
                let Some(Values(values)) = &mut statement.values else { break };
                let Some(Value::BigUnsigned(Some(number))) = values.get(nth).cloned() else { break };
                values.remove(nth);
                statement.sql.replace_range(at..=at, &number.to_string());
            }
        }
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::DatabaseBackend;
    use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};

    #[test]
    fn limits_become_numbers_and_other_values_stay() {
        let inner =
            Query::select().column(Alias::new("id")).from(Alias::new("t")).and_where(Expr::col("a").eq("x LIMIT ?")).limit(3).to_owned();
        let query = Query::select()
            .column(Alias::new("id"))
            .from(Alias::new("t"))
            .and_where(Expr::col("id").in_subquery(inner))
            .and_where(Expr::col("b").eq(7))
            .limit(20)
            .offset(40)
            .to_owned();
        let done = with_literal_limits(DatabaseBackend::Sqlite.build(&query));
        assert_eq!(
            done.sql,
            r#"SELECT "id" FROM "t" WHERE "id" IN (SELECT "id" FROM "t" WHERE "a" = ? LIMIT 3) AND "b" = ? LIMIT 20 OFFSET 40"#
        );
        assert_eq!(done.values, Some(Values(vec!["x LIMIT ?".into(), 7.into()])));
        let as_before = DatabaseBackend::Postgres.build(&query);
        assert_eq!(with_literal_limits(as_before.clone()), as_before);
    }
}
