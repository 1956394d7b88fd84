//! Groups: named sets of people, and who is in them with which roles (`membership`).

use super::grants::FROM_SCREEN;
use super::{StoreHandle, Tx, members, people};
use crate::error::Result;
use domain::id::{GroupId, PersonId};
use domain::people::{GroupRef, PersonRef};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "groups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub key: String,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who is in a group.
pub(super) mod membership {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "group_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub group_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        pub organization_id: Uuid,
        /// A JSON list of role keys held inside the group.
        pub roles: String,
        /// By which way they came: `grants::FROM_FILES`, or `grants::FROM_SCREEN`.
        pub origin: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    pub(in crate::store) fn to_group() -> sea_orm::RelationDef {
        Entity::belongs_to(super::Entity).from(Column::GroupId).to(super::Column::Id).into()
    }
}

/// A group with its members, as definition files describe it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupRoster {
    pub group: GroupRef,
    /// Address and roles, by address.
    pub members: Vec<(String, Vec<String>)>,
    /// Addresses of those who were added on screen: files do not take them out.
    pub added_on_screen: BTreeSet<String>,
}

/// A person of a group as saved, with their roles in it and by which way they came.
pub(crate) type GroupSeat = (PersonId, Vec<String>, &'static str);

fn shown(row: Model) -> GroupRef {
    GroupRef { id: GroupId(row.id), key: row.key, name: row.name }
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// The group with this id.
pub(crate) async fn find(handle: &impl StoreHandle, id: GroupId) -> Result<Option<GroupRef>> {
    Ok(of_organization(handle).filter(Column::Id.eq(id.0)).all(handle.connection()).await?.into_iter().next().map(shown))
}

/// Every group, by name.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<GroupRef>> {
    Ok(of_organization(handle).order_by_asc(Column::Name).all(handle.connection()).await?.into_iter().map(shown).collect())
}

/// Members of a group, holders of `role` in it only when given: at most `limit`, and how many there are.
pub(crate) async fn members(handle: &impl StoreHandle, group: GroupId, role: Option<&str>, limit: u64) -> Result<(Vec<PersonRef>, u64)> {
    members::in_group(handle, group, role, limit).await
}

/// Every group with its members, by key.
pub(crate) async fn rosters(handle: &impl StoreHandle) -> Result<Vec<GroupRoster>> {
    let mut groups: Vec<GroupRoster> = of_organization(handle)
        .order_by_asc(Column::Key)
        .all(handle.connection())
        .await?
        .into_iter()
        .map(|row| GroupRoster { group: shown(row), members: Vec::new(), added_on_screen: BTreeSet::new() })
        .collect();
    let to_person = membership::Entity::belongs_to(people::Entity).from(membership::Column::PersonId).to(people::Column::Id).into();
    let rows: Vec<(Uuid, String, String, String)> = membership::Entity::find()
        .join(JoinType::InnerJoin, to_person)
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .select_only()
        .column(membership::Column::GroupId)
        .column(people::Column::Email)
        .columns([membership::Column::Roles, membership::Column::Origin])
        .into_tuple()
        .all(handle.connection())
        .await?;
    for (group, email, roles, origin) in rows {
        if let Some(roster) = groups.iter_mut().find(|roster| roster.group.id.0 == group) {
            if origin == FROM_SCREEN {
                roster.added_on_screen.insert(email.clone());
            }
            roster.members.push((email, super::from_json(&roles)?));
        }
    }
    // Sorted here: databases compare texts in ways of their own.
    groups.iter_mut().for_each(|roster| roster.members.sort());
    Ok(groups)
}

/// A new group without members.
pub(crate) async fn insert(tx: &Tx<'_>, group: &GroupRef) -> Result<()> {
    let row = Model { id: group.id.0, organization_id: tx.organization(), key: group.key.clone(), name: group.name.clone() };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Renames a group.
pub(crate) async fn rename(tx: &Tx<'_>, id: GroupId, name: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Makes these people, and nobody else, the members of a group.
pub(crate) async fn replace_members(tx: &Tx<'_>, group: GroupId, members: &[GroupSeat]) -> Result<()> {
    membership::Entity::delete_many()
        .filter(membership::Column::GroupId.eq(group.0))
        .filter(membership::Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    for some in members.chunks(people::ROWS) {
        let mut rows = Vec::with_capacity(some.len());
        for (person, roles, origin) in some {
            let row = membership::Model {
                group_id: group.0,
                person_id: person.0,
                organization_id: tx.organization(),
                roles: super::to_json(roles)?,
                origin: (*origin).to_owned(),
            };
            rows.push(row.into_active_model());
        }
        membership::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Groups of a person in which nobody else could sign in, by name.
pub(crate) async fn alone_in(handle: &impl StoreHandle, person: PersonId) -> Result<Vec<GroupRef>> {
    let theirs = membership::Entity::find()
        .select_only()
        .column(membership::Column::GroupId)
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .filter(membership::Column::PersonId.eq(person.0));
    let query = of_organization(handle).filter(Column::Id.in_subquery(theirs.into_query())).order_by_asc(Column::Name);
    let mut alone = Vec::new();
    for row in query.all(handle.connection()).await? {
        let group = shown(row);
        // Two are enough to know of somebody else.
        let (present, _) = members(handle, group.id, None, 2).await?;
        if present.iter().all(|one| one.id == person) {
            alone.push(group);
        }
    }
    Ok(alone)
}

/// Adds somebody to a group with the roles that another member has in it; those roles, or None when they are in it already.
pub(crate) async fn join_as(tx: &Tx<'_>, group: GroupId, person: PersonId, like: PersonId) -> Result<Option<Vec<String>>> {
    let of =
        |who: PersonId| membership::Entity::find_by_id((group.0, who.0)).filter(membership::Column::OrganizationId.eq(tx.organization()));
    if of(person).one(tx.connection()).await?.is_some() {
        return Ok(None);
    }
    let roles = of(like).one(tx.connection()).await?.map_or_else(|| "[]".to_owned(), |row| row.roles);
    let row = membership::Model {
        group_id: group.0,
        person_id: person.0,
        organization_id: tx.organization(),
        roles: roles.clone(),
        origin: FROM_SCREEN.to_owned(),
    };
    membership::Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(Some(super::from_json(&roles)?))
}

/// Somebody in a group as stored.
pub(crate) struct StoredSeat {
    pub person: PersonRef,
    pub roles: Vec<String>,
    pub origin: String,
}

/// Who of a group can sign in, by name: at most `limit`.
pub(crate) async fn seats(handle: &impl StoreHandle, group: GroupId, limit: u64) -> Result<Vec<StoredSeat>> {
    let rows: Vec<(Uuid, String, String, String, String)> = members::of_organization(handle)
        .join(JoinType::InnerJoin, members::facts::in_groups())
        .filter(members::is_present())
        .filter(membership::Column::GroupId.eq(group.0))
        .select_only()
        .columns([members::Column::PersonId])
        .column(people::Column::Name)
        .column(members::Column::Title)
        .columns([membership::Column::Roles, membership::Column::Origin])
        .order_by_asc(people::Column::Name)
        .order_by_asc(members::Column::PersonId)
        .limit(limit)
        .into_tuple()
        .all(handle.connection())
        .await?;
    let seat = |(id, name, title, roles, origin): (Uuid, String, String, String, String)| {
        Ok(StoredSeat { person: PersonRef { id: PersonId(id), name, title }, roles: super::from_json(&roles)?, origin })
    };
    rows.into_iter().map(seat).collect()
}

/// The roles of somebody in a group, whether they can sign in or not; None when they are not in it.
pub(crate) async fn seat_roles(handle: &impl StoreHandle, group: GroupId, person: PersonId) -> Result<Option<Vec<String>>> {
    let found = membership::Entity::find_by_id((group.0, person.0)).filter(membership::Column::OrganizationId.eq(handle.organization()));
    let roles: Option<String> = found.select_only().column(membership::Column::Roles).into_tuple().one(handle.connection()).await?;
    roles.map(|roles| super::from_json(&roles)).transpose()
}

/// How many of each group can sign in.
pub(crate) async fn counts(handle: &impl StoreHandle) -> Result<BTreeMap<GroupId, u64>> {
    let rows: Vec<(Uuid, i64)> = members::of_organization(handle)
        .join(JoinType::InnerJoin, members::facts::in_groups())
        .filter(members::is_present())
        .select_only()
        .column(membership::Column::GroupId)
        .column_as(membership::Column::PersonId.count(), "members")
        .group_by(membership::Column::GroupId)
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(|(id, count)| (GroupId(id), u64::try_from(count).unwrap_or_default())).collect())
}

/// Every role key that somebody holds in a group.
pub(crate) async fn roles_in_use(handle: &impl StoreHandle) -> Result<BTreeSet<String>> {
    let rows: Vec<String> = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .filter(membership::Column::Roles.ne("[]"))
        .select_only()
        .column(membership::Column::Roles)
        .distinct()
        .into_tuple()
        .all(handle.connection())
        .await?;
    let roles: Vec<Vec<String>> = rows.iter().map(|roles| super::from_json(roles)).collect::<Result<_>>()?;
    Ok(roles.into_iter().flatten().collect())
}

/// Puts somebody into a group with these roles, as done on screen; whoever is in it already gets them instead of theirs.
pub(crate) async fn put_member(tx: &Tx<'_>, group: GroupId, person: PersonId, roles: &[String]) -> Result<()> {
    let (group_id, person_id, organization_id) = (group.0, person.0, tx.organization());
    let row = membership::Model { group_id, person_id, organization_id, roles: super::to_json(&roles)?, origin: FROM_SCREEN.to_owned() };
    let conflict = OnConflict::columns([membership::Column::GroupId, membership::Column::PersonId])
        .update_columns([membership::Column::Roles, membership::Column::Origin])
        .to_owned();
    membership::Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Takes somebody out of a group.
pub(crate) async fn take_member(tx: &Tx<'_>, group: GroupId, person: PersonId) -> Result<()> {
    membership::Entity::delete_many()
        .filter(membership::Column::GroupId.eq(group.0))
        .filter(membership::Column::PersonId.eq(person.0))
        .filter(membership::Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Removes a group with all that is said of who is in it.
pub(crate) async fn remove(tx: &Tx<'_>, group: GroupId) -> Result<()> {
    replace_members(tx, group, &[]).await?;
    Entity::delete_many().filter(Column::Id.eq(group.0)).filter(Column::OrganizationId.eq(tx.organization())).exec(tx.connection()).await?;
    Ok(())
}
