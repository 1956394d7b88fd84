//! Updates of rows that several workers want: each gets those that no other one has in its hands.

use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait, IntoColumnRef, LockBehavior, LockType, Query, SelectStatement, UpdateStatement,
    WithClause, WithQuery,
};

/// The update, for those rows whose ids `found` selects and nobody has locked. They are found and locked once, before anything is
/// updated: workers that want the same rows share them, and none waits for another.
pub(in crate::store) fn update_unlocked(mut update: UpdateStatement, id: impl IntoColumnRef, mut found: SelectStatement) -> WithQuery {
    let free = Alias::new("free");
    found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let ids = Query::select().column(Alias::new("id")).from(free.clone()).to_owned();
    update.and_where(Expr::col(id).in_subquery(ids));
    let found = CommonTableExpression::new().query(found).column(Alias::new("id")).table_name(free).to_owned();
    update.with(WithClause::new().cte(found).to_owned())
}
