//! Counts: how many rows there are, several asked for in one query.

use super::StoreHandle;
use crate::error::Result;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, Func, Query, SelectStatement, SimpleExpr};

/// A query for one number.
pub(crate) struct CountQuery(SelectStatement);

impl CountQuery {
    /// The rows of a query; as many as its limit, if it has one.
    pub(in crate::store) fn of(rows: SelectStatement) -> Self {
        let mut counted = Query::select();
        counted.expr(Func::count(Expr::cust("*"))).from_subquery(rows, Alias::new("found"));
        Self(counted)
    }

    /// A number that is known already.
    pub(in crate::store) fn known(number: u64) -> Self {
        Self(Query::select().expr(Expr::val(i64::try_from(number).unwrap_or(i64::MAX))).to_owned())
    }

    /// The number.
    pub(crate) async fn ask(self, handle: &impl StoreHandle) -> Result<u64> {
        let [count] = all(handle, [Some(self)]).await?;
        Ok(count)
    }
}

/// The numbers; 0 for what is not asked.
pub(crate) async fn all<const N: usize>(handle: &impl StoreHandle, counts: [Option<CountQuery>; N]) -> Result<[u64; N]> {
    let (mut query, mut places) = (Query::select(), Vec::new());
    for (place, count) in counts.into_iter().enumerate() {
        if let Some(CountQuery(counted)) = count {
            query.expr_as(SimpleExpr::SubQuery(None, Box::new(counted.into())), Alias::new(format!("count_{place}")));
            places.push(place);
        }
    }
    let mut numbers = [0; N];
    if places.is_empty() {
        return Ok(numbers);
    }
    if let Some(row) = handle.connection().query_one(&query).await? {
        for (nth, place) in places.into_iter().enumerate() {
            let number: i64 = row.try_get_by_index(nth)?;
            numbers[place] = number.try_into().unwrap_or_default();
        }
    }
    Ok(numbers)
}
