//! Accounts. A person can be a member of several organizations (`members`); the account itself belongs to none.

use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::PersonId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub search_name: String,
    pub password_hash: Option<String>,
    pub time_zone: String,
    pub phone: String,
    pub disabled: bool,
    pub sessions_after: i64,
    pub created_at: i64,
    /// The start of the one sign-in that `sessions_after` does not end.
    pub sessions_kept: i64,
    /// A program's account: nobody signs in to it.
    pub service: bool,
    /// When they signed in last; 0 when that is not known.
    pub signed_in_at: i64,
    /// When their personal data was deleted.
    pub erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Rows in one insert: SQLite and PostgreSQL both count bound values.
pub(crate) const ROWS: usize = 500;

/// An account without what only signing in needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub id: PersonId,
    pub email: String,
    pub name: String,
    /// An IANA name; empty for the organization's.
    pub time_zone: String,
    pub phone: String,
}

/// What signing in needs to know.
pub(crate) struct Credentials {
    pub id: PersonId,
    pub password_hash: Option<String>,
    pub disabled: bool,
}

fn account(row: Model) -> Account {
    Account { id: PersonId(row.id), email: row.email, name: row.name, time_zone: row.time_zone, phone: row.phone }
}

/// The address of an account.
pub(crate) async fn email(platform: &PlatformReader, id: PersonId) -> Result<Option<String>> {
    let row: Option<String> = Entity::find_by_id(id.0).select_only().column(Column::Email).into_tuple().one(platform.connection()).await?;
    Ok(row)
}

/// The addresses of accounts.
pub(crate) async fn emails(platform: &PlatformReader, ids: &BTreeSet<PersonId>) -> Result<BTreeMap<PersonId, String>> {
    let rows: Vec<(Uuid, String)> = Entity::find()
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .select_only()
        .columns([Column::Id, Column::Email])
        .into_tuple()
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(|(id, email)| (PersonId(id), email)).collect())
}

/// The account to sign in to.
pub(crate) async fn credentials(platform: &PlatformReader, email: &str) -> Result<Option<Credentials>> {
    let row = Entity::find().filter(Column::Email.eq(email)).one(platform.connection()).await?;
    Ok(row.map(|row| Credentials { id: PersonId(row.id), password_hash: row.password_hash, disabled: row.disabled }))
}

/// When the sign-ins of a person were ended last, and the start of the one that was kept; see `still_signed_in`.
pub(crate) async fn sign_ins_that_count(platform: &PlatformReader, person: PersonId) -> Result<(i64, i64)> {
    let columns = [Column::SessionsAfter, Column::SessionsKept];
    let row = Entity::find_by_id(person.0).select_only().columns(columns).into_tuple().one(platform.connection()).await?;
    Ok(row.unwrap_or_default())
}

/// The accounts with these addresses, whatever organization they are in: an organization's files may name a person who has one.
pub(crate) async fn by_emails(tx: &impl super::StoreHandle, emails: &[String]) -> Result<Vec<Account>> {
    let mut found = Vec::new();
    for some in emails.chunks(ROWS) {
        let rows = Entity::find().filter(Column::Email.is_in(some)).all(tx.connection()).await?;
        found.extend(rows.into_iter().map(account));
    }
    Ok(found)
}

/// New accounts, with or without a password.
pub(crate) async fn insert(tx: &Tx<'_>, accounts: &[(Account, Option<String>)], now: DateTime<Utc>) -> Result<()> {
    for some in accounts.chunks(ROWS) {
        let rows = some.iter().map(|(account, password_hash)| {
            Model {
                id: account.id.0,
                email: account.email.clone(),
                name: account.name.clone(),
                search_name: domain::people::search_name(&account.name, &account.email),
                password_hash: password_hash.clone(),
                time_zone: account.time_zone.clone(),
                phone: account.phone.clone(),
                disabled: false,
                sessions_after: 0,
                created_at: micros(now),
                sessions_kept: 0,
                service: false,
                signed_in_at: 0,
                erased_at: None,
            }
            .into_active_model()
        });
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// A new account of a program, to which nobody signs in: without a password, and under an address that no mail reaches.
pub(crate) async fn insert_service(tx: &Tx<'_>, id: PersonId, name: &str, now: DateTime<Utc>) -> Result<Account> {
    let email = format!("service-{id}@service.invalid");
    let row = Model {
        id: id.0,
        email: email.clone(),
        name: name.to_owned(),
        search_name: String::new(),
        password_hash: None,
        time_zone: String::new(),
        phone: String::new(),
        disabled: false,
        sessions_after: 0,
        created_at: micros(now),
        sessions_kept: 0,
        signed_in_at: 0,
        erased_at: None,
        service: true,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(Account { id, email, name: name.to_owned(), time_zone: String::new(), phone: String::new() })
}

/// Changes what an account says about its person.
pub(crate) async fn update(tx: &Tx<'_>, account: &Account) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Email, Expr::value(account.email.as_str()))
        .col_expr(Column::Name, Expr::value(account.name.as_str()))
        .col_expr(Column::SearchName, Expr::value(domain::people::search_name(&account.name, &account.email)))
        .col_expr(Column::TimeZone, Expr::value(account.time_zone.as_str()))
        .col_expr(Column::Phone, Expr::value(account.phone.as_str()))
        .filter(Column::Id.eq(account.id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Sets a password hash; sign-ins made before `now` end. False when nobody has this address.
pub(crate) async fn set_password(tx: &Tx<'_>, person: PersonId, hash: &str, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::SessionsAfter, Expr::value(micros(now)))
        .col_expr(Column::SessionsKept, Expr::value(0_i64))
        .filter(Column::Id.eq(person.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Disables or enables an account, everywhere.
pub(crate) async fn set_disabled(platform: &PlatformWriter, person: PersonId, disabled: bool) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::Disabled, Expr::value(disabled)).filter(Column::Id.eq(person.0));
    update.exec(platform.connection()).await?;
    Ok(())
}

/// Ends sign-ins made before `now`.
pub(crate) async fn end_sessions(platform: &PlatformWriter, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SessionsAfter, Expr::value(micros(now)))
        .col_expr(Column::SessionsKept, Expr::value(0_i64))
        .filter(Column::Id.eq(person.0))
        .exec(platform.connection())
        .await?;
    Ok(())
}

/// As `end_sessions`, with whatever ends them.
pub(crate) async fn sign_out(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SessionsAfter, Expr::value(micros(now)))
        .col_expr(Column::SessionsKept, Expr::value(0_i64))
        .filter(Column::Id.eq(person.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Changes the password from one hash to another: all sign-ins end but the one that began at `kept`, if any. False when it is another one by now.
pub(crate) async fn change_password(
    platform: &PlatformWriter,
    person: PersonId,
    before: &str,
    hash: &str,
    now: DateTime<Utc>,
    kept: Option<DateTime<Utc>>,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::SessionsAfter, Expr::value(micros(now)))
        .col_expr(Column::SessionsKept, Expr::value(micros(kept.unwrap_or(now))))
        .filter(Column::Id.eq(person.0))
        .filter(Column::PasswordHash.eq(before))
        .exec(platform.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// How somebody can sign in.
pub(crate) struct SignInWays {
    pub has_password: bool,
    /// When they did last.
    pub signed_in: Option<DateTime<Utc>>,
    /// When their personal data was deleted.
    pub erased: Option<DateTime<Utc>>,
}

/// How somebody can sign in, and when they did last.
pub(crate) async fn sign_in_ways(platform: &PlatformReader, person: PersonId) -> Result<Option<SignInWays>> {
    let row = Entity::find_by_id(person.0).one(platform.connection()).await?;
    Ok(row.map(|row| SignInWays {
        has_password: row.password_hash.is_some(),
        signed_in: (row.signed_in_at > 0).then(|| time(row.signed_in_at)),
        erased: row.erased_at.map(time),
    }))
}

/// Notes that somebody signed in.
pub(crate) async fn note_sign_in(platform: &PlatformWriter, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::SignedInAt, Expr::value(micros(now))).filter(Column::Id.eq(person.0));
    update.exec(platform.connection()).await?;
    Ok(())
}

/// Whether a sign-in made at `started` still counts for these columns of an account.
pub(crate) fn still_signed_in(disabled: bool, sessions_after: i64, sessions_kept: i64, started: DateTime<Utc>) -> bool {
    !disabled && (started >= time(sessions_after) || micros(started) == sessions_kept)
}
