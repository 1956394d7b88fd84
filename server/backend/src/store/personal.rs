//! What names a person in what is kept of others: looked for when somebody asks what is stored of them, and rewritten when their personal
//! data is deleted. Events and snapshots never change but for this: the database lets their text be another one while a deletion is open
//! (`erasures`), which is opened and closed in one transaction.

use super::members::escaped;
use super::{StoreHandle, Tx, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::PersonId;
use domain::people::forgetting::{ForgottenPerson, replace_alone};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Cond, DeleteStatement, Expr, ExprTrait, LikeExpr, Query, SimpleExpr};
use uuid::Uuid;

/// A table with texts that may name people.
struct NamingTable {
    table: &'static str,
    /// What tells its rows apart: an id, and a number beside it where one is needed.
    key: &'static str,
    number: Option<&'static str>,
    texts: &'static [&'static str],
}

const fn naming(table: &'static str, key: &'static str, texts: &'static [&'static str]) -> NamingTable {
    NamingTable { table, key, number: None, texts }
}

/// Every table with such texts.
const NAMING_TABLES: &[NamingTable] = &[
    naming("requests", "id", &["snapshot", "state", "title", "search_title"]),
    NamingTable { number: Some("seq"), ..naming("events", "request_id", &["event"]) },
    naming("comments", "id", &["comment"]),
    naming("tasks", "id", &["task"]),
    naming("drafts", "id", &["answers"]),
    naming("effects", "id", &["effect"]),
    naming("notices", "id", &["title", "sentence", "body"]),
    naming("deliveries", "id", &["frozen"]),
    NamingTable { number: Some("number"), ..naming("attempts", "delivery_id", &["request", "response", "error"]) },
    naming("held_decisions", "id", &["decision", "outcome"]),
    naming("account_links", "id", &["email", "offer"]),
];

/// A text that names somebody, and where it stands.
struct NamingText {
    key: Uuid,
    number: Option<i32>,
    text: String,
}

/// The texts of a column in which one of the marks stands.
async fn found(handle: &impl StoreHandle, of: &NamingTable, column: &str, marks: &[String]) -> Result<Vec<NamingText>> {
    let fits = |mark: &String| Expr::col(Alias::new(column)).like(LikeExpr::new(format!("%{}%", escaped(mark))).escape('\\'));
    let any = marks.iter().filter(|mark| !mark.is_empty()).fold(Cond::any(), |any, mark| any.add(fits(mark)));
    let mut query = Query::select();
    query.column(Alias::new(of.key)).column(Alias::new(column)).from(Alias::new(of.table));
    if let Some(number) = of.number {
        query.column(Alias::new(number));
    }
    query.and_where(Expr::col(Alias::new("organization_id")).eq(handle.organization())).cond_where(any);
    let rows = handle.connection().query_all(&query).await?;
    let text = |row: &sea_orm::QueryResult| -> Result<NamingText> {
        let number = if of.number.is_some() { Some(row.try_get_by_index(2)?) } else { None };
        Ok(NamingText { key: row.try_get_by_index(0)?, number, text: row.try_get_by_index(1)? })
    };
    rows.iter().map(text).collect()
}

/// Documents of a table that name somebody by their id, as they are stored.
pub(crate) async fn documents_naming(handle: &impl StoreHandle, table: &str, column: &str, person: PersonId) -> Result<Vec<String>> {
    let Some(of) = NAMING_TABLES.iter().find(|of| of.table == table) else { return Ok(Vec::new()) };
    Ok(found(handle, of, column, &[person.to_string()]).await?.into_iter().map(|one| one.text).collect())
}

/// Rewrites every text that names somebody. Answers how many.
pub(crate) async fn forget(tx: &Tx<'_>, person: &ForgottenPerson, now: DateTime<Utc>) -> Result<u64> {
    open_erasure(tx, person.id, now).await?;
    let mut rewritten = 0;
    for of in NAMING_TABLES {
        for column in of.texts {
            // What is searched is folded: its words are in small letters.
            let mut marks: Vec<String> = person.marks().into();
            marks.push(domain::text::fold_search(&person.name));
            for one in found(tx, of, column, &marks).await? {
                let text = if *column == "search_title" { forget_folded(person, &one.text) } else { person.forget(&one.text) };
                if text == one.text {
                    continue;
                }
                let mut update = Query::update();
                update.table(Alias::new(of.table)).value(Alias::new(*column), text);
                update.and_where(Expr::col(Alias::new(of.key)).eq(one.key)).and_where(own_row(tx));
                if let (Some(name), Some(number)) = (of.number, one.number) {
                    update.and_where(Expr::col(Alias::new(name)).eq(number));
                }
                tx.connection().execute(&update).await?;
                rewritten += 1;
            }
        }
    }
    close_erasure(tx, person.id, now).await?;
    Ok(rewritten)
}

/// The words that a title is found by, without the name.
fn forget_folded(person: &ForgottenPerson, text: &str) -> String {
    let (name, removed) = (domain::text::fold_search(&person.name), domain::text::fold_search(domain::people::forgetting::REMOVED_NAME));
    replace_alone(text, &name, &removed)
}

fn own_row(handle: &impl StoreHandle) -> SimpleExpr {
    Expr::col(Alias::new("organization_id")).eq(handle.organization())
}

async fn open_erasure(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    let mut insert = Query::insert();
    insert.into_table(Alias::new("erasures")).columns(["organization_id", "person_id", "opened_at"].map(Alias::new)).values_panic([
        tx.organization().into(),
        person.0.into(),
        micros(now).into(),
    ]);
    tx.connection().execute(&insert).await?;
    Ok(())
}

async fn close_erasure(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    let mut update = Query::update();
    update
        .table(Alias::new("erasures"))
        .value(Alias::new("closed_at"), micros(now))
        .and_where(own_row(tx))
        .and_where(Expr::col(Alias::new("person_id")).eq(person.0));
    tx.connection().execute(&update).await?;
    Ok(())
}

/// Removes what is a person's own, and what the audit log keeps of them apart from its entries.
pub(crate) async fn remove_own(tx: &Tx<'_>, person: PersonId) -> Result<()> {
    for table in ["drafts", "notices", "held_decisions", "audit_personal_values", "account_links"] {
        tx.connection().execute(&of_person(tx, table, person)).await?;
    }
    // As whom providers know them: of the account, which no other organization has.
    let mut identities = Query::delete();
    identities.from_table(Alias::new("identities")).and_where(Expr::col(Alias::new("person_id")).eq(person.0));
    tx.connection().execute(&identities).await?;
    // Those of programs go on without whoever made them.
    let mut tokens = of_person(tx, "api_tokens", person);
    tx.connection().execute(tokens.and_where(Expr::col(Alias::new("service")).eq(false))).await?;
    Ok(())
}

/// Removes the rows of a table that are a person's.
fn of_person(tx: &Tx<'_>, table: &str, person: PersonId) -> DeleteStatement {
    let mut delete = Query::delete();
    delete.from_table(Alias::new(table)).and_where(own_row(tx)).and_where(Expr::col(Alias::new("person_id")).eq(person.0));
    delete
}

/// Empties a membership and its account; nobody can sign in to it.
pub(crate) async fn empty_account(tx: &Tx<'_>, person: &ForgottenPerson, name: &str, now: DateTime<Utc>) -> Result<()> {
    let search = domain::people::search_name(name, &person.address());
    let mut account = Query::update();
    account
        .table(Alias::new("people"))
        .value(Alias::new("email"), person.address())
        .value(Alias::new("name"), name)
        .value(Alias::new("search_name"), search.as_str())
        .value(Alias::new("password_hash"), None::<String>)
        .value(Alias::new("time_zone"), "")
        .value(Alias::new("phone"), "")
        .value(Alias::new("disabled"), true)
        .value(Alias::new("signed_in_at"), 0_i64)
        .value(Alias::new("erased_at"), micros(now))
        .and_where(Expr::col(Alias::new("id")).eq(person.id.0));
    tx.connection().execute(&account).await?;
    let mut member = Query::update();
    member
        .table(Alias::new("members"))
        .value(Alias::new("title"), "")
        .value(Alias::new("roles"), "[]")
        .value(Alias::new("search_name"), search.as_str())
        .value(Alias::new("slack_member_id"), "")
        .value(Alias::new("telegram_chat"), "")
        .value(Alias::new("employee_number"), "")
        .value(Alias::new("manager_id"), None::<Uuid>)
        .value(Alias::new("notices"), "{}")
        .value(Alias::new("summary_at"), None::<i64>)
        .value(Alias::new("disabled"), true)
        .value(Alias::new("listed"), false)
        .value(Alias::new("space_id"), None::<Uuid>)
        .and_where(own_row(tx))
        .and_where(Expr::col(Alias::new("person_id")).eq(person.id.0));
    tx.connection().execute(&member).await?;
    for table in ["group_members", "grants"] {
        tx.connection().execute(&of_person(tx, table, person.id)).await?;
    }
    Ok(())
}
