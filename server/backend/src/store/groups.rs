//! Groups: named sets of people, and who is in them with which roles (`membership`).

use super::{StoreHandle, Tx, members, people};
use crate::error::Result;
use domain::id::{GroupId, PersonId};
use domain::people::{GroupRef, PersonRef};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};

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
pub(crate) struct Listed {
    pub group: GroupRef,
    /// Address and roles, by address.
    pub members: Vec<(String, Vec<String>)>,
}

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
pub(crate) async fn listed(handle: &impl StoreHandle) -> Result<Vec<Listed>> {
    let mut groups: Vec<Listed> = of_organization(handle)
        .order_by_asc(Column::Key)
        .all(handle.connection())
        .await?
        .into_iter()
        .map(|row| Listed { group: shown(row), members: Vec::new() })
        .collect();
    let to_person = membership::Entity::belongs_to(people::Entity).from(membership::Column::PersonId).to(people::Column::Id).into();
    let rows: Vec<(Uuid, String, String)> = membership::Entity::find()
        .join(JoinType::InnerJoin, to_person)
        .filter(membership::Column::OrganizationId.eq(handle.organization()))
        .select_only()
        .column(membership::Column::GroupId)
        .column(people::Column::Email)
        .column(membership::Column::Roles)
        .into_tuple()
        .all(handle.connection())
        .await?;
    for (group, email, roles) in rows {
        if let Some(listed) = groups.iter_mut().find(|listed| listed.group.id.0 == group) {
            listed.members.push((email, super::from_json(&roles)?));
        }
    }
    // Sorted here: databases compare texts in ways of their own.
    groups.iter_mut().for_each(|listed| listed.members.sort());
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
pub(crate) async fn replace_members(tx: &Tx<'_>, group: GroupId, members: &[(PersonId, Vec<String>)]) -> Result<()> {
    membership::Entity::delete_many()
        .filter(membership::Column::GroupId.eq(group.0))
        .filter(membership::Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    for some in members.chunks(people::ROWS) {
        let mut rows = Vec::with_capacity(some.len());
        for (person, roles) in some {
            let row = membership::Model {
                group_id: group.0,
                person_id: person.0,
                organization_id: tx.organization(),
                roles: super::to_json(roles)?,
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
    let row = membership::Model { group_id: group.0, person_id: person.0, organization_id: tx.organization(), roles: roles.clone() };
    membership::Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(Some(super::from_json(&roles)?))
}
