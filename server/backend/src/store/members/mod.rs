//! Members: who belongs to an organization, with which title and roles. What rules need of one of them: `facts`.

pub(crate) mod addressed;
pub(crate) mod facts;
mod holders;
pub(crate) mod roster;

pub(crate) use addressed::{Contacts, contacts, set_contacts};
pub(crate) use holders::{administrators, holds_listed_role, lasting_administrators, who_may, with_listed_roles};
pub(in crate::store) use holders::{holds_own_role, holds_role_allowing};

use crate::error::Result;
use crate::store::grants::{GrantPlaces, held_by_member};
use crate::store::{StoreHandle, Tx, from_json, groups, people, to_json};
use chrono::{DateTime, Utc};
use domain::approvals::RuleTarget;
use domain::bounds::{SEARCH_WORDS, SearchText};
use domain::id::{GroupId, PersonId, SpaceId};
use domain::people::{PersonRef, normal_email, search_name, search_text};
use domain::permission::Permission;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LikeExpr, OnConflict, Query};
use sea_orm::{Condition, FromQueryResult, IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait, RelationDef};

/// Words that one search compares, at most.
const MOST_WORDS: usize = 2 * SEARCH_WORDS;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    pub title: String,
    /// A JSON list of role keys.
    pub roles: String,
    /// Name and address, folded for searching: the index over it answers the pickers.
    pub search_name: String,
    pub slack_member_id: String,
    pub telegram_chat: String,
    /// The person's manager in this organization.
    pub manager_id: Option<Uuid>,
    /// What the person chose about notifications, as JSON.
    pub notices: String,
    /// When their next summary is due.
    pub summary_at: Option<i64>,
    /// They left this organization, or may not use it for now.
    pub disabled: bool,
    /// Named by the organization's files.
    pub listed: bool,
    /// Where they belong.
    pub space_id: Option<Uuid>,
    /// The number that the organization gave them; empty when it gave none.
    pub employee_number: String,
    /// What of the product they do without, as a JSON list of names.
    pub without: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A member as definition files describe them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub account: people::Account,
    pub title: String,
    /// The number that the organization gave them; empty when it gave none.
    pub employee_number: String,
    pub roles: Vec<String>,
    pub manager: Option<PersonId>,
    /// They left this organization, or may not use it for now.
    pub disabled: bool,
    /// Named by the organization's files: taken out of them, they leave.
    pub listed: bool,
    /// The space that they belong to.
    pub space: Option<SpaceId>,
    /// Their account may not be used anywhere. Read, never saved with a member.
    pub account_disabled: bool,
}

impl Member {
    /// Whether they can sign in to this organization.
    pub(crate) fn can_sign_in(&self) -> bool {
        !self.disabled && !self.account_disabled
    }
}

pub(in crate::store) fn to_person() -> RelationDef {
    Entity::belongs_to(people::Entity).from(Column::PersonId).to(people::Column::Id).into()
}

pub(super) fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().join(JoinType::InnerJoin, to_person()).filter(Column::OrganizationId.eq(handle.organization()))
}

/// Whether a member can sign in: neither their account nor their membership is disabled. For queries over both tables.
pub(super) fn is_present() -> Condition {
    Condition::all().add(people::Column::Disabled.eq(false)).add(Column::Disabled.eq(false))
}

/// Members who can sign in.
fn present(handle: &impl StoreHandle) -> Select<Entity> {
    of_organization(handle).filter(is_present())
}

/// Columns of a `PersonRef`, in the order of the tuples below.
fn shown(query: Select<Entity>) -> Select<Entity> {
    query.select_only().column(Column::PersonId).column(people::Column::Name).column(Column::Title)
}

type MemberColumns = (Uuid, String, String);

fn person((id, name, title): MemberColumns) -> PersonRef {
    PersonRef { id: PersonId(id), name, title }
}

/// These people as shown, as far as they can sign in; in no particular order. Whoever is to do something is looked for here.
pub(crate) async fn present_people(handle: &impl StoreHandle, ids: &[PersonId]) -> Result<Vec<PersonRef>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = present(handle).filter(Column::PersonId.is_in(ids.iter().map(|id| id.0)));
    let rows: Vec<MemberColumns> = shown(query).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(person).collect())
}

/// These people as shown, as far as they are or were members; in no particular order. For what names them already.
pub(crate) async fn people(handle: &impl StoreHandle, ids: &[PersonId]) -> Result<Vec<PersonRef>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = of_organization(handle).filter(Column::PersonId.is_in(ids.iter().map(|id| id.0)));
    let rows: Vec<MemberColumns> = shown(query).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(person).collect())
}

/// The member with this e-mail address, who can sign in.
pub(crate) async fn by_email(handle: &impl StoreHandle, email: &str) -> Result<Option<PersonRef>> {
    let query = present(handle).filter(people::Column::Email.eq(normal_email(email)));
    let row: Option<MemberColumns> = shown(query).into_tuple().one(handle.connection()).await?;
    Ok(row.map(person))
}

/// The person with this e-mail address who is or was a member.
pub(crate) async fn id_of_email(handle: &impl StoreHandle, email: &str) -> Result<Option<PersonId>> {
    let query = of_organization(handle).filter(people::Column::Email.eq(normal_email(email))).select_only().column(Column::PersonId);
    let id: Option<Uuid> = query.into_tuple().one(handle.connection()).await?;
    Ok(id.map(PersonId))
}

/// A member's manager, when they have one who may sign in.
pub(crate) async fn manager(handle: &impl StoreHandle, id: PersonId) -> Result<Option<PersonRef>> {
    let of_member = Query::select()
        .column(Column::ManagerId)
        .from(Entity)
        .and_where(Column::OrganizationId.eq(handle.organization()))
        .and_where(Column::PersonId.eq(id.0))
        .to_owned();
    let query = present(handle).filter(Column::PersonId.in_subquery(of_member));
    let row: Option<MemberColumns> = shown(query).into_tuple().one(handle.connection()).await?;
    Ok(row.map(person))
}

/// The query's people by name: at most `limit`, and how many there are. Whoever cannot sign in does not count.
async fn first(handle: &impl StoreHandle, query: Select<Entity>, limit: u64) -> Result<(Vec<PersonRef>, u64)> {
    let query = query.filter(is_present());
    let some = shown(query.clone()).order_by_asc(people::Column::Name).order_by_asc(Column::PersonId).limit(limit);
    let rows: Vec<MemberColumns> = some.into_tuple().all(handle.connection()).await?;
    let total = if (rows.len() as u64) < limit { rows.len() as u64 } else { query.count(handle.connection()).await? };
    Ok((rows.into_iter().map(person).collect(), total))
}

/// Members whom a target means and who can sign in: at most `limit`.
pub(crate) async fn meant(handle: &impl StoreHandle, target: &RuleTarget, now: DateTime<Utc>, limit: u64) -> Result<Vec<PersonRef>> {
    Ok(match target {
        RuleTarget::Person { id } => present_people(handle, &[*id]).await?,
        RuleTarget::Group { id } => in_group(handle, *id, None, limit).await?.0,
        RuleTarget::GroupRole { id, role } => in_group(handle, *id, Some(role), limit).await?.0,
        RuleTarget::Administrators => administrators(handle, now, limit).await?.0,
    })
}

/// Members of a group, holders of `role` in it only when given: at most `limit`, and how many there are.
pub(crate) async fn in_group(handle: &impl StoreHandle, group: GroupId, role: Option<&str>, limit: u64) -> Result<(Vec<PersonRef>, u64)> {
    use groups::membership;
    let mut inside = membership::Entity::find()
        .select_only()
        .column(membership::Column::PersonId)
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .filter(membership::Column::GroupId.eq(group.0));
    if let Some(role) = role {
        inside = inside.filter(holds(membership::Column::Roles, role));
    }
    let query = of_organization(handle).filter(Column::PersonId.in_subquery(inside.into_query()));
    first(handle, query, limit).await
}

/// Whether a column with a JSON list of role keys names the role.
fn holds(column: impl ColumnTrait, role: &str) -> sea_orm::sea_query::SimpleExpr {
    column.like(LikeExpr::new(format!("%\"{}\"%", escaped(role))).escape('\\'))
}

/// The text as `LIKE` takes it literally, with `\\` to escape by.
pub(in crate::store) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Members each of whose wanted words begins a word of the name or the address, in the order of names.
///
/// The index over (organization, search_name) holds all that is compared: no row is read that does not fit.
pub(crate) async fn search(handle: &impl StoreHandle, text: &SearchText, limit: u64) -> Result<Vec<PersonRef>> {
    let query = present(handle).filter(named(text));
    let rows: Vec<MemberColumns> = shown(query).order_by_asc(Column::SearchName).limit(limit).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(person).collect())
}

/// As `search`, but everybody who is or was a member, by their ids: for what names them already.
pub(crate) async fn search_all(handle: &impl StoreHandle, text: &SearchText, limit: u64) -> Result<Vec<PersonId>> {
    let query = of_organization(handle).filter(named(text)).select_only().column(Column::PersonId);
    let rows: Vec<Uuid> = query.order_by_asc(Column::SearchName).limit(limit).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(PersonId).collect())
}

/// Members who work on requests of one of these places, whose name fits as for `search`; the first ones for no text.
pub(crate) async fn search_workers(
    handle: &impl StoreHandle,
    text: &SearchText,
    places: &GrantPlaces,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<PersonRef>> {
    let query = present(handle).filter(held_by_member(handle, Permission::Work, places, now)).filter(named(text));
    let rows: Vec<MemberColumns> = shown(query).order_by_asc(Column::SearchName).limit(limit).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(person).collect())
}

/// Whose name or address has a word that begins so, for each of the words: a condition for each, so their number is bounded here too
/// (folding makes two words of one with a hyphen).
fn named(text: &SearchText) -> Condition {
    let folded = search_text(text.text());
    let fits = |word: &str| Column::SearchName.like(LikeExpr::new(format!("% {}%", escaped(word))).escape('\\'));
    folded.split_whitespace().take(MOST_WORDS).map(fits).fold(Condition::all(), Condition::add)
}

/// A member as read for definition files.
#[derive(FromQueryResult)]
struct MemberRow {
    person_id: Uuid,
    email: String,
    name: String,
    time_zone: String,
    phone: String,
    title: String,
    employee_number: String,
    roles: String,
    manager_id: Option<Uuid>,
    disabled: bool,
    listed: bool,
    space_id: Option<Uuid>,
    account_disabled: bool,
}

/// The service account of this name.
pub(crate) async fn service_account(handle: &impl StoreHandle, name: &str) -> Result<Option<PersonId>> {
    let query = of_organization(handle).filter(people::Column::Service.eq(true)).filter(people::Column::Name.eq(name));
    let row: Option<Uuid> = query.select_only().column(Column::PersonId).into_tuple().one(handle.connection()).await?;
    Ok(row.map(PersonId))
}

/// Every member, by address; those who left too. Accounts of programs are none.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<Member>> {
    described(handle, of_organization(handle).filter(people::Column::Service.eq(false))).await
}

/// The member with this id, whether they can sign in or not.
pub(crate) async fn find(handle: &impl StoreHandle, id: PersonId) -> Result<Option<Member>> {
    Ok(described(handle, of_organization(handle).filter(people::Column::Service.eq(false)).filter(Column::PersonId.eq(id.0)))
        .await?
        .into_iter()
        .next())
}

async fn described(handle: &impl StoreHandle, query: Select<Entity>) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = query
        .select_only()
        .columns([Column::PersonId, Column::ManagerId, Column::Title, Column::Roles, Column::Disabled, Column::Listed, Column::SpaceId])
        .column(Column::EmployeeNumber)
        .columns([people::Column::Email, people::Column::Name, people::Column::TimeZone, people::Column::Phone])
        .column_as(people::Column::Disabled, "account_disabled")
        .into_model()
        .all(handle.connection())
        .await?;
    let member = |row: MemberRow| {
        let id = PersonId(row.person_id);
        Ok(Member {
            account: people::Account { id, email: row.email, name: row.name, time_zone: row.time_zone, phone: row.phone },
            title: row.title,
            employee_number: row.employee_number,
            roles: from_json(&row.roles)?,
            manager: row.manager_id.map(PersonId),
            disabled: row.disabled,
            listed: row.listed,
            space: row.space_id.map(SpaceId),
            account_disabled: row.account_disabled,
        })
    };
    let mut members = rows.into_iter().map(member).collect::<Result<Vec<_>>>()?;
    // Sorted here: databases compare texts in ways of their own.
    members.sort_by(|a, b| a.account.email.cmp(&b.account.email));
    Ok(members)
}

/// Disables or enables a member. False when the person is not a member.
pub(crate) async fn set_disabled(tx: &Tx<'_>, id: PersonId, disabled: bool) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Disabled, Expr::value(disabled))
        .filter(Column::PersonId.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Makes people members, or changes their title, roles, manager and whether they may use the organization. Where messages reach those who are members already stays as they said.
pub(crate) async fn save(tx: &Tx<'_>, members: &[Member]) -> Result<()> {
    for some in members.chunks(people::ROWS) {
        let mut rows = Vec::with_capacity(some.len());
        for member in some {
            let row = Model {
                organization_id: tx.organization(),
                person_id: member.account.id.0,
                title: member.title.clone(),
                roles: to_json(&member.roles)?,
                search_name: search_name(&member.account.name, &member.account.email),
                slack_member_id: String::new(),
                telegram_chat: String::new(),
                manager_id: member.manager.map(|manager| manager.0),
                notices: "{}".to_owned(),
                summary_at: None,
                disabled: member.disabled,
                listed: member.listed,
                space_id: member.space.map(|space| space.0),
                employee_number: member.employee_number.clone(),
                without: "[]".to_owned(),
            };
            rows.push(row.into_active_model());
        }
        let conflict = OnConflict::columns([Column::OrganizationId, Column::PersonId])
            .update_columns([
                Column::Title,
                Column::Roles,
                Column::SearchName,
                Column::ManagerId,
                Column::Disabled,
                Column::Listed,
                Column::SpaceId,
                Column::EmployeeNumber,
            ])
            .to_owned();
        Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Keeps the searchable name of a renamed account right in every organization it belongs to.
pub(crate) async fn renamed(tx: &Tx<'_>, account: &people::Account) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SearchName, Expr::value(search_name(&account.name, &account.email)))
        .filter(Column::PersonId.eq(account.id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_wildcards_are_text() {
        assert_eq!(escaped("a_b%c\\"), "a\\_b\\%c\\\\");
    }
}
