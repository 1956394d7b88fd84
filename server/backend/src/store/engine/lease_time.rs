//! Times until which something lasts, as a lease. A clock that is set back must not make it last longer than it can: one that ends later
//! than any that begins now was written by a clock that was ahead, and is over.

use chrono::{DateTime, Duration, Utc};
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};

/// Clocks of two machines may be so far apart.
const APART: Duration = Duration::minutes(1);

/// Whether what ends at `until`, and lasts no longer than `longest`, is over.
pub(in crate::store) fn is_over(until: impl Into<Expr>, now: DateTime<Utc>, longest: Duration) -> Condition {
    let (until, now, latest) = (until.into(), super::columns::micros(now), super::columns::micros(now + longest + APART));
    Condition::any().add(until.clone().lte(now)).add(until.gt(latest))
}
