//! Tries to sign in, counted per e-mail address and per remote address. A try is counted before the password is looked at, so that many
//! at once cannot pass together.

use super::{PlatformWriter, micros};
use crate::error::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, Statement};

/// How long failures count.
fn window() -> Duration {
    Duration::minutes(15)
}

/// What counting a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CountedTry {
    /// It may be made, and is this one of its window.
    Number(i32),
    /// Too many were counted before it: so many seconds to wait.
    TooMany(u32),
}

/// Counts a try. Some(seconds to wait) when `limit` failures were counted already.
pub(crate) async fn count(platform: &PlatformWriter, bucket: &str, limit: i32, now: DateTime<Utc>) -> Result<Option<u32>> {
    Ok(match count_try(platform, bucket, limit, now).await? {
        CountedTry::Number(_) => None,
        CountedTry::TooMany(seconds) => Some(seconds),
    })
}

/// As `count`, and says which try it is. A window that begins in the future, as the clock was set back, begins now.
pub(crate) async fn count_try(platform: &PlatformWriter, bucket: &str, limit: i32, now: DateTime<Utc>) -> Result<CountedTry> {
    let sql = "INSERT INTO sign_in_attempts (bucket, failures, window_started_at) VALUES ($1, 1, $2) ON CONFLICT (bucket) DO UPDATE SET \
        failures = CASE WHEN sign_in_attempts.window_started_at <= $3 THEN 1 \
                        WHEN sign_in_attempts.failures > $4 THEN sign_in_attempts.failures ELSE sign_in_attempts.failures + 1 END, \
        window_started_at = CASE WHEN sign_in_attempts.window_started_at <= $3 THEN excluded.window_started_at \
                        WHEN sign_in_attempts.window_started_at > excluded.window_started_at THEN excluded.window_started_at \
                        ELSE sign_in_attempts.window_started_at END \
        RETURNING failures, window_started_at";
    let values = [bucket.into(), micros(now).into(), micros(now - window()).into(), limit.into()];
    let connection = platform.connection();
    let row = connection
        .query_one_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values))
        .await?
        .ok_or_else(|| Error::failed("counting a try returned nothing"))?;
    let (failures, started): (i32, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    if failures <= limit {
        return Ok(CountedTry::Number(failures));
    }
    let wait = super::time(started) + window() - now;
    Ok(CountedTry::TooMany(u32::try_from(wait.num_seconds()).unwrap_or(0).saturating_add(1)))
}

/// Forgets the failures of an e-mail address, after a right password.
pub(crate) async fn forget(platform: &PlatformWriter, bucket: &str) -> Result<()> {
    run(platform, "DELETE FROM sign_in_attempts WHERE bucket = $1", [bucket.into()]).await
}

/// Takes one try back, after a right password: the address it came from is many people's.
pub(crate) async fn take_back(platform: &PlatformWriter, bucket: &str) -> Result<()> {
    run(platform, "UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket = $1 AND failures > 0", [bucket.into()]).await
}

/// Removes counts that no longer matter.
pub(crate) async fn delete_old(platform: &PlatformWriter, now: DateTime<Utc>) -> Result<()> {
    run(platform, "DELETE FROM sign_in_attempts WHERE window_started_at <= $1", [micros(now - window()).into()]).await
}

async fn run(platform: &PlatformWriter, sql: &str, values: [sea_orm::Value; 1]) -> Result<()> {
    let connection = platform.connection();
    connection.execute_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values)).await?;
    Ok(())
}
