//! The list of people: who fits what is asked, by name, page after page. The index over (organization, search_name) gives the order, so that
//! a page costs the same however many there are.

use super::{Column, Entity, escaped, holds, is_present, named, of_organization};
use crate::error::Result;
use crate::store::engine::CountQuery;
use crate::store::{StoreHandle, from_json, grants, groups, people};
use chrono::{DateTime, Utc};
use domain::bounds::SearchText;
use domain::id::{GroupId, PersonId, SpaceId};
use domain::people::PersonRef;
use domain::people::wire::{PersonState, WITH_DUTIES};
use domain::tally::MOST_COUNTED;
use domain::text::lower_case;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, SimpleExpr};
use sea_orm::{Condition, FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait};
use std::collections::BTreeSet;

/// Fewest digits that are looked for in phone numbers.
const FEWEST_DIGITS: usize = 4;
/// What people write between the digits of a phone number.
const BETWEEN_DIGITS: [&str; 6] = [" ", "-", "(", ")", ".", "/"];
/// Roles that everybody has.
const PLAIN_ROLES: [&str; 3] = ["[]", "[\"requester\"]", "[\"general_user\"]"];

/// Which people to list.
#[derive(Clone, Debug)]
pub(crate) struct RosterQuestion {
    pub text: SearchText,
    /// Key of a role, or `WITH_DUTIES`; any when empty.
    pub role: String,
    /// Those who belong to one of these; to any or none when None.
    pub spaces: Option<Vec<SpaceId>>,
    pub group: Option<GroupId>,
    pub state: Option<PersonState>,
}

/// One of the people listed.
#[derive(Clone, Debug)]
pub(crate) struct RosterEntry {
    pub person: PersonRef,
    pub email: String,
    pub employee_number: String,
    /// By files or the command line.
    pub roles: Vec<String>,
    pub space: Option<SpaceId>,
    pub state: PersonState,
}

#[derive(FromQueryResult)]
struct RosterRow {
    person_id: Uuid,
    name: String,
    title: String,
    email: String,
    employee_number: String,
    roles: String,
    space_id: Option<Uuid>,
    disabled: bool,
    account_disabled: bool,
}

/// Those who fit, by name, from behind the person `after` on.
pub(crate) async fn page(
    handle: &impl StoreHandle,
    question: &RosterQuestion,
    after: Option<PersonId>,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<RosterEntry>> {
    let behind = match after {
        Some(after) => {
            let last: Option<String> = Entity::find_by_id((handle.organization(), after.0))
                .select_only()
                .column(Column::SearchName)
                .into_tuple()
                .one(handle.connection())
                .await?;
            Some((last.unwrap_or_default(), after))
        }
        None => None,
    };
    let rows: Vec<RosterRow> = page_query(handle, question, behind, now, limit).into_model().all(handle.connection()).await?;
    let entry = |row: RosterRow| {
        Ok(RosterEntry {
            person: PersonRef { id: PersonId(row.person_id), name: row.name, title: row.title },
            email: row.email,
            employee_number: row.employee_number,
            roles: from_json(&row.roles)?,
            space: row.space_id.map(SpaceId),
            state: if row.disabled || row.account_disabled { PersonState::Disabled } else { PersonState::Active },
        })
    };
    rows.into_iter().map(entry).collect()
}

/// The query for a page from behind a name on.
fn page_query(
    handle: &impl StoreHandle,
    question: &RosterQuestion,
    behind: Option<(String, PersonId)>,
    now: DateTime<Utc>,
    limit: u64,
) -> Select<Entity> {
    let mut query = fitting(handle, question, now);
    if let Some((name, person)) = behind {
        // A range of the index first, and only then the rest: both databases seek to it.
        let rest = Condition::any().add(Column::SearchName.gt(name.as_str())).add(Column::PersonId.gt(person.0));
        query = query.filter(Column::SearchName.gte(name)).filter(rest);
    }
    query
        .select_only()
        .columns([Column::PersonId, Column::Title, Column::EmployeeNumber, Column::Roles, Column::SpaceId, Column::Disabled])
        .columns([people::Column::Name, people::Column::Email])
        .column_as(people::Column::Disabled, "account_disabled")
        .order_by_asc(Column::SearchName)
        .order_by_asc(Column::PersonId)
        .limit(limit)
}

/// How many fit, counted no further than `MOST_COUNTED`.
pub(crate) fn count(handle: &impl StoreHandle, question: &RosterQuestion, now: DateTime<Utc>) -> CountQuery {
    let found = fitting(handle, question, now).select_only().column(Column::PersonId).limit(MOST_COUNTED);
    CountQuery::of(found.into_query())
}

fn fitting(handle: &impl StoreHandle, question: &RosterQuestion, now: DateTime<Utc>) -> Select<Entity> {
    let mut query = of_organization(handle).filter(people::Column::ErasedAt.is_null()).filter(people::Column::Service.eq(false));
    if !question.text.is_empty() {
        query = query.filter(found_by(&question.text));
    }
    if question.role == WITH_DUTIES {
        let listed = Column::Roles.is_not_in(PLAIN_ROLES);
        query = query.filter(Condition::any().add(listed).add(grants::role_of_member(handle, None, now)));
    } else if !question.role.is_empty() {
        let listed = holds(Column::Roles, &question.role);
        query = query.filter(Condition::any().add(listed).add(grants::role_of_member(handle, Some(&question.role), now)));
    }
    if let Some(spaces) = &question.spaces {
        query = query.filter(Column::SpaceId.is_in(spaces.iter().map(|space| space.0)));
    }
    if let Some(group) = question.group {
        use groups::membership;
        let inside = membership::Entity::find()
            .select_only()
            .column(membership::Column::PersonId)
            .filter(membership::Column::OrganizationId.eq(handle.organization()))
            .filter(membership::Column::GroupId.eq(group.0));
        query = query.filter(Column::PersonId.in_subquery(inside.into_query()));
    }
    match question.state {
        None => query,
        Some(PersonState::Active) => query.filter(is_present()),
        Some(PersonState::Disabled) => query.filter(Condition::any().add(people::Column::Disabled.eq(true)).add(Column::Disabled.eq(true))),
    }
}

/// Whether the text begins words of the name or the address, begins the employee number, or is in the phone number.
fn found_by(text: &SearchText) -> Condition {
    let number = LikeExpr::new(format!("{}%", escaped(&lower_case(text.text())))).escape('\\');
    let number = Expr::expr(Func::lower(Expr::col((Entity, Column::EmployeeNumber)))).like(number);
    let found = Condition::any().add(named(text)).add(number);
    let digits: String = text.text().chars().filter(char::is_ascii_digit).collect();
    let only_digits = text.text().chars().all(|letter| letter.is_ascii_digit() || letter == '+' || is_between(letter));
    // Dialled from inside a country, a number begins with a zero that it does not have from outside.
    let digits = digits.trim_start_matches('0');
    found.add_option((only_digits && digits.len() >= FEWEST_DIGITS).then(|| phone_digits().like(format!("%{digits}%"))))
}

fn is_between(letter: char) -> bool {
    BETWEEN_DIGITS.iter().any(|between| between.starts_with(letter))
}

/// The phone number without what people write between digits.
fn phone_digits() -> SimpleExpr {
    BETWEEN_DIGITS.iter().fold(Expr::col((people::Entity, people::Column::Phone)), |phone, between| {
        Func::cust("REPLACE").args([phone, Expr::val(*between), Expr::val("")]).into()
    })
}

/// The groups of these people, by name.
pub(crate) async fn groups_of(handle: &impl StoreHandle, people: &[PersonId]) -> Result<Vec<(PersonId, String)>> {
    use groups::membership;
    let rows: Vec<(Uuid, String)> = membership::Entity::find()
        .join(JoinType::InnerJoin, membership::to_group())
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .filter(membership::Column::PersonId.is_in(people.iter().map(|person| person.0)))
        .select_only()
        .column(membership::Column::PersonId)
        .column(groups::Column::Name)
        .order_by_asc(groups::Column::Name)
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(|(person, group)| (PersonId(person), group)).collect())
}

/// Those of these people who belong to another organization too.
pub(crate) async fn elsewhere(handle: &impl StoreHandle, ids: &[PersonId]) -> Result<BTreeSet<PersonId>> {
    let mut found = BTreeSet::new();
    for some in ids.chunks(people::ROWS) {
        let rows: Vec<Uuid> = Entity::find()
            .filter(Column::OrganizationId.ne(handle.organization()))
            .filter(Column::PersonId.is_in(some.iter().map(|person| person.0)))
            .filter(Column::Disabled.eq(false))
            .select_only()
            .column(Column::PersonId)
            .into_tuple()
            .all(handle.connection())
            .await?;
        found.extend(rows.into_iter().map(PersonId));
    }
    Ok(found)
}

/// Whom the organization gave this number.
pub(crate) async fn by_employee_number(handle: &impl StoreHandle, number: &str) -> Result<Option<PersonId>> {
    let query = Entity::find().filter(Column::OrganizationId.eq(handle.organization())).filter(Column::EmployeeNumber.eq(number));
    let row: Option<Uuid> = query.select_only().column(Column::PersonId).into_tuple().one(handle.connection()).await?;
    Ok(row.map(PersonId))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::databases::on_each;
    use domain::id::OrganizationId;
    use domain::people::wire::PEOPLE_ROWS;
    use sea_orm::{ConnectionTrait, DatabaseBackend};

    /// Fills an organization with so many members; the statement of each database for it.
    fn fill(sqlite: bool, members: usize) -> Vec<String> {
        let id =
            |text: &str| if sqlite { format!("unhex(printf('%032x', {text}))") } else { format!("lpad(to_hex({text}), 32, '0')::uuid") };
        let numbers = if sqlite {
            format!("WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {members})")
        } else {
            format!("WITH numbers(i) AS (SELECT generate_series(1, {members}))")
        };
        let (organization, person) = (id("1"), id("i + 1000"));
        vec![
            format!("INSERT INTO organizations (id, key, name, time_zone, created_at) VALUES ({organization}, 'north', 'North', '', 1)"),
            format!(
                "{numbers} INSERT INTO people (id, email, name, search_name, time_zone, phone, disabled, sessions_after, created_at, sessions_kept) \
                 SELECT {person}, 'p' || i || '@x.example', 'P', ' p', '', '', FALSE, 0, 1, 0 FROM numbers"
            ),
            format!(
                "{numbers} INSERT INTO members (organization_id, person_id, title, roles, search_name, slack_member_id, telegram_chat, notices) \
                 SELECT {organization}, {person}, '', '[]', ' p ' || i, '', '', '{{}}' FROM numbers"
            ),
            "ANALYZE".to_owned(),
        ]
    }

    #[tokio::test]
    async fn a_page_of_ten_thousand_people_is_read_off_the_index() {
        on_each(async |url: String| {
            let sqlite = url.starts_with("sqlite:");
            let store = Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            for statement in fill(sqlite, 10_000) {
                store.platform_writer().connection().execute_unprepared(&statement).await.unwrap();
            }
            let handle = store.read(OrganizationId(Uuid::from_u128(1)));
            let question = RosterQuestion {
                text: SearchText::read("text", "").unwrap(),
                role: String::new(),
                spaces: None,
                group: None,
                state: Some(PersonState::Active),
            };
            for behind in [None, Some((" p 5".to_owned(), PersonId(Uuid::from_u128(1005))))] {
                let query = page_query(&handle, &question, behind, Utc::now(), PEOPLE_ROWS + 1);
                let (backend, explain, column) = match sqlite {
                    true => (DatabaseBackend::Sqlite, "EXPLAIN QUERY PLAN", 3),
                    false => (DatabaseBackend::Postgres, "EXPLAIN", 0),
                };
                let mut statement = query.build(backend);
                statement.sql = format!("{explain} {}", statement.sql);
                let lines = handle.connection().query_all_raw(statement).await.unwrap();
                let plan: String = lines.iter().map(|line| format!("{}\n", line.try_get_by_index::<String>(column).unwrap())).collect();
                // The tail is sorted by id among equal names, of which there are none: a few rows at a time.
                let whole = ["Seq Scan", "SCAN members", "SCAN people"].iter().any(|word| plan.contains(word));
                assert!(plan.contains("members_search") && !whole, "{plan}");
            }
        })
        .await;
    }
}
