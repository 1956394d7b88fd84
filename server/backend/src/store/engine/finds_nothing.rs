//! That nothing is found by a query about the row that is looked at.

use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};

/// That a query, which names the row, finds nothing: asked for each row that the statement comes to, and no more.
///
/// PostgreSQL makes a join of a plain `NOT EXISTS`. It takes what some of our conditions find to be next to nothing, and then goes through
/// all of that for each row: through all that waits, for each that is claimed. With an offset it cannot.
pub(in crate::store) fn finds_nothing(mut query: SelectStatement) -> Expr {
    query.expr(Expr::val(1)).limit(1).offset(0);
    Expr::exists(query).not()
}
