//! Members as messages reach them: addresses, what they chose, and when their next summary is due.

use crate::error::Result;
use crate::store::members::{Column, Entity, of_organization};
use crate::store::{PlatformReader, StoreHandle, Tx, from_json, micros, organizations, people, to_json};
use crate::zones::{self, KnownZone};
use chrono::{DateTime, Utc};
use domain::id::{OrganizationId, PersonId};
use domain::notices::NoticeChoices;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect};

/// Where messages reach a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contacts {
    pub slack_member_id: String,
    pub telegram_chat: String,
}

/// A member who can be told something.
#[derive(Clone, Debug)]
pub(crate) struct Addressed {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    /// Empty when they gave none.
    pub slack_member_id: String,
    pub telegram_chat: String,
    pub choices: NoticeChoices,
    pub zone: KnownZone,
}

#[derive(FromQueryResult)]
struct AddressedRow {
    person_id: Uuid,
    name: String,
    email: String,
    slack_member_id: String,
    telegram_chat: String,
    notices: String,
    time_zone: String,
    organization_time_zone: String,
}

/// These people as far as they are members who may sign in; in no particular order.
pub(crate) async fn of(handle: &impl StoreHandle, ids: &[PersonId]) -> Result<Vec<Addressed>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(people::ROWS) {
        let organization = Entity::belongs_to(organizations::Entity).from(Column::OrganizationId).to(organizations::Column::Id).into();
        let rows: Vec<AddressedRow> = of_organization(handle)
            .join(JoinType::InnerJoin, organization)
            .filter(Column::PersonId.is_in(some.iter().map(|id| id.0)))
            .filter(crate::store::members::is_present())
            .select_only()
            .columns([Column::PersonId, Column::SlackMemberId, Column::TelegramChat, Column::Notices])
            .columns([people::Column::Name, people::Column::Email, people::Column::TimeZone])
            .column_as(organizations::Column::TimeZone, "organization_time_zone")
            .into_model()
            .all(handle.connection())
            .await?;
        for row in rows {
            found.push(Addressed {
                id: PersonId(row.person_id),
                name: row.name,
                email: row.email,
                slack_member_id: row.slack_member_id,
                telegram_chat: row.telegram_chat,
                // Choices that cannot be read are as good as none: the person is told all the same.
                choices: from_json(&row.notices).unwrap_or_default(),
                zone: zones::first([row.time_zone.as_str(), row.organization_time_zone.as_str()]),
            });
        }
    }
    Ok(found)
}

/// What a member chose, locked until the transaction ends; None when the person is not a member.
pub(crate) async fn lock_choices(tx: &Tx<'_>, person: PersonId) -> Result<Option<NoticeChoices>> {
    let text: Option<String> = Entity::find_by_id((tx.organization(), person.0))
        .lock_exclusive()
        .select_only()
        .column(Column::Notices)
        .into_tuple()
        .one(tx.connection())
        .await?;
    text.map(|text| from_json(&text)).transpose()
}

/// Keeps what a member chose, and when their next summary is due.
pub(crate) async fn set_choices(tx: &Tx<'_>, person: PersonId, choices: &NoticeChoices, summary_at: Option<DateTime<Utc>>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Notices, Expr::value(to_json(choices)?))
        .col_expr(Column::SummaryAt, Expr::value(summary_at.map(micros)))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Members of any organization whose summary is due.
pub(crate) async fn summaries_due(platform: &PlatformReader, now: DateTime<Utc>, limit: u64) -> Result<Vec<(OrganizationId, PersonId)>> {
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .filter(Column::SummaryAt.lte(micros(now)))
        .order_by_asc(Column::SummaryAt)
        .limit(limit)
        .select_only()
        .columns([Column::OrganizationId, Column::PersonId])
        .into_tuple()
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(|(organization, person)| (OrganizationId(organization), PersonId(person))).collect())
}

/// Sets the next summary of a member whose summary was due. False when another worker was faster.
pub(crate) async fn summarized(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>, next: Option<DateTime<Utc>>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::SummaryAt, Expr::value(next.map(micros)))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::SummaryAt.lte(micros(now)))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// The account of a member, and where messages reach them.
pub(crate) async fn contacts(handle: &impl StoreHandle, id: PersonId) -> Result<Option<(people::Account, Contacts)>> {
    type Row = (String, String, String, String, String, String);
    let row: Option<Row> = of_organization(handle)
        .filter(Column::PersonId.eq(id.0))
        .select_only()
        .columns([people::Column::Email, people::Column::Name, people::Column::TimeZone, people::Column::Phone])
        .columns([Column::SlackMemberId, Column::TelegramChat])
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(row.map(|(email, name, time_zone, phone, slack_member_id, telegram_chat)| {
        (people::Account { id, email, name, time_zone, phone }, Contacts { slack_member_id, telegram_chat })
    }))
}

/// Changes where messages reach a member.
pub(crate) async fn set_contacts(tx: &Tx<'_>, id: PersonId, contacts: &Contacts) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SlackMemberId, Expr::value(contacts.slack_member_id.as_str()))
        .col_expr(Column::TelegramChat, Expr::value(contacts.telegram_chat.as_str()))
        .filter(Column::PersonId.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
