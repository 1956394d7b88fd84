//! Deliveries as workers take them up: due ones are leased by a conditional update, so that a killed worker's are taken up by another, and
//! a lease ends with the outcome of its try.
//!
//! A lease that is taken is a try begun, and the claim of one that ran out counts it as cut off: in the update that claims, so that nothing is
//! written between claim and call. A try that ends takes the count away with its outcome, and what was not called is given back without one.
//! So a worker that dies counts once against all it had claimed, also what it had not called yet: those are tried alone from then on
//! (`domain::connectors::trial`), one claimed at a time, and only the one that is tried when a worker dies again counts twice.

use crate::error::Result;
use crate::store::deliveries::{Column, Delivery, DestinationKey, Entity, Model, delivery};
use crate::store::engine::{finds_nothing, is_over, own_rows, update_unlocked};
use crate::store::{PlatformReader, PlatformWriter, StoreHandle, Tx, destinations, micros};
use chrono::{DateTime, Duration, Utc};
use domain::id::{DeliveryId, OrganizationId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{Condition, ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};

/// What makes a delivery of any organization due: neither ended nor leased, and its time has come.
fn due(now: DateTime<Utc>, length: Duration) -> Condition {
    let waiting = Condition::all().add(Column::DeliveredAt.is_null()).add(Column::FailedAt.is_null()).add(Column::NextAt.lte(micros(now)));
    waiting.add(unleased(now, length))
}

/// Never leased, or no longer.
fn unleased(now: DateTime<Utc>, length: Duration) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(is_over(Expr::col(Column::LeasedUntil), now, length))
}

/// Neither delivered nor failed, where rows are found by something else: written so that no index of unfinished deliveries answers it.
/// PostgreSQL takes such an index to be short, and would go through everything that waits once for each row.
fn unfinished(delivered_at: Expr, failed_at: Expr) -> Expr {
    Expr::expr(Func::coalesce([delivered_at, failed_at])).is_null()
}

/// Its destination is neither held nor paused.
fn open_destination(now: DateTime<Utc>) -> SimpleExpr {
    use destinations::Column as Of;
    let of = |column: Of| Expr::col((destinations::Entity, column));
    let shut = Condition::any().add(of(Of::HeldAt).is_not_null()).add(destinations::is_paused(now));
    let query = Query::select()
        .from(destinations::Entity)
        .and_where(of(Of::OrganizationId).equals((Entity, Column::OrganizationId)))
        .and_where(of(Of::Connector).equals((Entity, Column::Connector)))
        .cond_where(shut)
        .to_owned();
    finds_nothing(query)
}

/// It is of the same organization: compared in a way that no index answers, as the subject finds it.
fn same_organization(of: Expr) -> Expr {
    Expr::expr(Func::coalesce([of.clone(), of])).eq(Expr::col((Entity, Column::OrganizationId)))
}

/// No unfinished delivery about the same subject to the same destination and recipient is older: they hear of it in order. What was put off
/// and not tried yet holds up nobody. A person can be the subject in several organizations, whose connectors may have the same key.
fn first_in_line(now: i64) -> SimpleExpr {
    let older = Alias::new("older");
    let of = |column: Column| Expr::col((older.clone(), column));
    let earlier = Condition::any().add(of(Column::CreatedAt).lt(Expr::col((Entity, Column::CreatedAt)))).add(
        Condition::all()
            .add(of(Column::CreatedAt).equals((Entity, Column::CreatedAt)))
            .add(of(Column::Id).lt(Expr::col((Entity, Column::Id)))),
    );
    let query = Query::select()
        .from_as(Entity, older.clone())
        .and_where(of(Column::SubjectId).equals((Entity, Column::SubjectId)))
        .and_where(same_organization(of(Column::OrganizationId)))
        .and_where(of(Column::Connector).equals((Entity, Column::Connector)))
        .and_where(of(Column::Recipient).equals((Entity, Column::Recipient)))
        // Said twice: the index of subjects knows what has not arrived, and of a person much has.
        .and_where(of(Column::DeliveredAt).is_null())
        .and_where(unfinished(of(Column::DeliveredAt), of(Column::FailedAt)))
        .cond_where(Condition::any().add(of(Column::Attempts).gt(0)).add(of(Column::NextAt).lte(now)))
        .cond_where(earlier)
        .to_owned();
    finds_nothing(query)
}

/// A try of it was cut off: somebody's lease ran out, lately or before.
fn was_cut_off() -> Condition {
    Condition::any().add(Column::Lease.is_not_null()).add(Column::CutOff.gt(0))
}

/// How many deliveries a worker takes up.
pub(crate) struct ClaimLimits {
    /// Altogether.
    pub most: usize,
    /// Of one destination.
    pub of_destination: usize,
    /// Of those that it has some of in its hands already.
    pub allowed: BTreeMap<DestinationKey, usize>,
    /// Whether one may be among them that is tried alone.
    pub alone: bool,
}

/// A delivery that is due: its id, its organization, its connector, and whether a try of it was cut off.
type DueDelivery = (Uuid, Uuid, String, bool);

/// The deliveries that are due first; those whose tries were cut off only where they are wanted too.
fn due_first(now: DateTime<Utc>, length: Duration, take: &ClaimLimits, cut_off_too: bool) -> Select<Entity> {
    let mut query = Entity::find()
        .select_only()
        .columns([Column::Id, Column::OrganizationId, Column::Connector])
        .expr_as(Expr::from(was_cut_off()), "was_cut_off")
        .filter(due(now, length))
        .filter(first_in_line(micros(now)))
        .filter(open_destination(now))
        .order_by_asc(Column::NextAt)
        // A few sizes: each limit is a statement of its own (`limited`).
        .limit(take.most.next_power_of_two() as u64);
    if !cut_off_too {
        query = query.filter(was_cut_off().not());
    }
    for ((organization, connector), _) in take.allowed.iter().filter(|(_, left)| **left == 0) {
        let full = Condition::all().add(Column::OrganizationId.eq(organization.0)).add(Column::Connector.eq(connector.as_str()));
        query = query.filter(full.not());
    }
    query
}

async fn find_due(
    reader: &PlatformReader,
    now: DateTime<Utc>,
    length: Duration,
    take: &ClaimLimits,
    cut_off_too: bool,
) -> Result<Vec<DueDelivery>> {
    Ok(due_first(now, length, take, cut_off_too).into_tuple().all(reader.connection()).await?)
}

/// The deliveries to take up, and whether there may be more. Of those whose tries were cut off it is one at most, the first.
async fn choose(reader: &PlatformReader, now: DateTime<Utc>, length: Duration, take: &ClaimLimits) -> Result<(Vec<DueDelivery>, bool)> {
    let mut found = find_due(reader, now, length, take, true).await?;
    let many = found.len() >= take.most;
    if found.iter().any(|(.., cut_off)| *cut_off) {
        let (alone, mut others): (Vec<DueDelivery>, Vec<DueDelivery>) = found.into_iter().partition(|(.., cut_off)| *cut_off);
        if many {
            // They may hide all others, which do not wait for them.
            others = find_due(reader, now, length, take, false).await?;
        }
        found = alone.into_iter().take(usize::from(take.alone)).chain(others).collect();
    }
    let more = found.len() >= take.most;
    found.truncate(take.most);
    Ok((found, more))
}

/// Leases due deliveries under this lease's name, and returns them, and whether more may be due. Another worker's update finds them leased.
pub(crate) async fn claim(
    reader: &PlatformReader,
    writer: &PlatformWriter,
    lease: &str,
    now: DateTime<Utc>,
    length: Duration,
    take: ClaimLimits,
) -> Result<(Vec<Delivery>, bool)> {
    let at = micros(now);
    let (found, more) = choose(reader, now, length, &take).await?;
    let ids = with_probes(reader, writer, within(found, take), now, length).await?;
    if ids.is_empty() {
        return Ok((Vec::new(), more));
    }
    let free = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Id.is_in(ids))
        .and_where(unfinished(Expr::col(Column::DeliveredAt), Expr::col(Column::FailedAt)))
        .and_where(Column::NextAt.lte(at))
        .cond_where(unleased(now, length))
        .to_owned();
    let mut claim = Query::update();
    let cut_off = Expr::col(Column::CutOff).add(CaseStatement::new().case(Column::Lease.is_not_null(), 1).finally(0));
    claim.table(Entity).value(Column::LeasedUntil, micros(now + length)).value(Column::Lease, lease).value(Column::CutOff, cut_off);
    claim.returning_all();
    let rows = writer.connection().query_all(&update_unlocked(claim, (Entity, Column::Id), free)).await?;
    let mut claimed = rows.iter().map(|row| Model::from_query_result(row, "")).collect::<std::result::Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|row| (row.next_at, row.id));
    Ok((claimed.into_iter().map(delivery).collect(), more))
}

/// Of what was found, what may be taken of each destination.
fn within(found: Vec<DueDelivery>, mut take: ClaimLimits) -> Vec<(Uuid, DestinationKey)> {
    let taken = found.into_iter().filter_map(|(id, organization, connector, _)| {
        let destination = (OrganizationId(organization), connector);
        let left = take.allowed.entry(destination.clone()).or_insert(take.of_destination);
        let taken = *left > 0;
        *left = left.saturating_sub(1);
        taken.then_some((id, destination))
    });
    taken.collect()
}

/// Of these deliveries, those to try at once: a destination whose pause is over gets one, its probe.
async fn with_probes(
    reader: &PlatformReader,
    writer: &PlatformWriter,
    found: Vec<(Uuid, DestinationKey)>,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<Vec<Uuid>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut owed = destinations::to_probe(reader, now).await?;
    let mut shut = Vec::new();
    let mut ids = Vec::with_capacity(found.len());
    for (id, destination) in found {
        if let Some(place) = owed.iter().position(|one| *one == destination) {
            let (organization, connector) = owed.swap_remove(place);
            if destinations::probe(writer, organization, &connector, now, length).await? {
                ids.push(id);
            }
            shut.push((organization, connector));
        } else if !shut.contains(&destination) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// What became of a try.
pub(crate) enum LeaseEnding {
    Delivered,
    /// Tried again at this time.
    Again(DateTime<Utc>),
    Failed,
    /// Failed, because workers ended while they made it.
    SetAside,
}

/// Ends a lease with the outcome of its try. False when the lease was lost meanwhile: then nothing is written.
pub(crate) async fn finish(
    tx: &Tx<'_>,
    id: DeliveryId,
    lease: &str,
    after: &LeaseEnding,
    made: Option<(&str, &str)>,
    frozen: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let at = Some(micros(now));
    let (next, delivered, failed) = match after {
        LeaseEnding::Delivered => (None, at, None),
        LeaseEnding::Again(next) => (Some(micros(*next)), None, None),
        LeaseEnding::Failed | LeaseEnding::SetAside => (None, None, at),
    };
    let mut update = Entity::update_many();
    if !matches!(after, LeaseEnding::SetAside) {
        update = update.col_expr(Column::CutOff, Expr::value(0));
    }
    match (after, frozen) {
        (LeaseEnding::Delivered, _) => update = update.col_expr(Column::Frozen, Expr::value(None::<String>)),
        (_, Some(frozen)) => update = update.col_expr(Column::Frozen, Expr::value(frozen)),
        (_, None) => {}
    }
    if let Some((number, link)) = made {
        update = update.col_expr(Column::MadeNumber, Expr::value(number)).col_expr(Column::MadeLink, Expr::value(link));
    }
    let done = update
        .col_expr(Column::NextAt, Expr::value(next))
        .col_expr(Column::DeliveredAt, Expr::value(delivered))
        .col_expr(Column::FailedAt, Expr::value(failed))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Lease, Expr::value(None::<String>))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::Lease.eq(lease))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Ends leases of deliveries that were not tried: they are due as they were before, and nothing was cut off.
pub(crate) async fn give_back(writer: &PlatformWriter, lease: &str, ids: &[DeliveryId]) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Lease, Expr::value(None::<String>))
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(Column::Lease.eq(lease))
        .exec(writer.connection())
        .await?;
    Ok(())
}

/// Ends the leases of deliveries that arrived and made nothing there, and says which of them this lease still had.
pub(crate) async fn arrived(tx: &Tx<'_>, ids: &[DeliveryId], lease: &str, now: DateTime<Utc>) -> Result<BTreeSet<DeliveryId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let end = Query::update()
        .table(Entity)
        .value(Column::NextAt, None::<i64>)
        .value(Column::DeliveredAt, micros(now))
        .value(Column::LeasedUntil, None::<i64>)
        .value(Column::Lease, None::<String>)
        .value(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .value(Column::CutOff, 0)
        .value(Column::Frozen, None::<String>)
        .and_where(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .and_where(own_rows(tx, Column::OrganizationId))
        .and_where(Column::Lease.eq(lease))
        .returning_col(Column::Id)
        .to_owned();
    let rows = tx.connection().query_all(&end).await?;
    rows.iter().map(|row| Ok(DeliveryId(row.try_get_by_index(0)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::databases::on_each;
    use sea_orm::{DatabaseBackend, QueryTrait};

    /// How the database means to find what is due.
    async fn plan(store: &Store) -> String {
        let platform = store.platform();
        let take = ClaimLimits { most: 512, of_destination: 64, allowed: BTreeMap::new(), alone: true };
        let mut statement = due_first(Utc::now(), Duration::seconds(60), &take, true).build(DatabaseBackend::Postgres);
        statement.sql = format!("EXPLAIN {}", statement.sql);
        let lines = platform.connection().query_all_raw(statement).await.unwrap();
        lines.iter().map(|line| format!("{}\n", line.try_get_by_index::<String>(0).unwrap())).collect()
    }

    #[tokio::test]
    async fn what_is_due_is_found_in_its_order_whatever_the_statistics_say() {
        on_each(async |url: String| {
            if url.starts_with("sqlite:") {
                return;
            }
            let store = Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            let run = async |sql: &str| _ = store.platform_writer().connection().execute_unprepared(sql).await.unwrap();
            let fill = "WITH made AS (INSERT INTO effects (id, organization_id, subject_id, kind, effect, created_at, relayed_at) \
                        SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'told', '{}', i, 1 FROM generate_series(1, 2000) i RETURNING *) \
                        INSERT INTO deliveries (id, organization_id, effect_id, subject_id, connector, created_at, next_at, attempts) \
                        SELECT gen_random_uuid(), organization_id, id, subject_id, 'desk', created_at, created_at, 0 FROM made";
            let steps = [
                ("new", ""),
                ("filled a moment ago", fill),
                ("all waiting", "ANALYZE"),
                ("all delivered", "UPDATE deliveries SET next_at = NULL, delivered_at = 1; VACUUM ANALYZE deliveries"),
                ("filled again", fill),
                ("half waiting", "ANALYZE"),
            ];
            for (state, sql) in steps {
                for sql in sql.split("; ").filter(|sql| !sql.is_empty()) {
                    run(sql).await;
                }
                let plan = plan(&store).await;
                let right = plan.contains("using deliveries_due on deliveries") && plan.contains("using deliveries_subject on deliveries older");
                assert!(right && !plan.contains("Join") && !plan.contains("Sort"), "{state}: {plan}");
            }
        })
        .await;
    }
}
