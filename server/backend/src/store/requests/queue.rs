//! The queue: requests to work on, the next due first. Every question has an index in the order of the list (migration 5).
//!
//! A question is one or more branches, each a range of one index; what several branches find is put in order and cut off again. So no
//! question reads much more rows than it shows, however many there are: filters by person or service say the status too (all of them in
//! turn), and words are looked up before, as services and people.
//!
//! Whoever works on requests of some spaces or items alone is answered out of a range for each of them, up to `MOST_RANGES`; who has more
//! of them has most of what there is, and it is read off the rows that are looked at.
//!
//! Not served by a range alone are two filters at once besides the status (nobody has it, and one service; a service, and late): the
//! second one is read off the rows that the first one finds. Words of titles are looked for in the first rows of each range, by far more than
//! anybody pages through, and no further.

use crate::error::Result;
use crate::store::engine::CountQuery;
use crate::store::requests::scope::RequestScope;
use crate::store::requests::{Column, Entity, Model, of_ids, request};
use crate::store::{PageCursor, StoreHandle, micros};
use chrono::{DateTime, Utc};
use domain::id::{ItemId, PersonId};
use domain::requests::{Request, STATUSES, Status};
use sea_orm::sea_query::{Alias, BinOper, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseBackend};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueSearch {
    pub ended: bool,
    pub status: Option<Status>,
    /// `Some(None)`: nobody has it.
    pub assignee: Option<Option<PersonId>>,
    pub item: Option<ItemId>,
    /// A running clock runs out by then.
    pub due_by: Option<DateTime<Utc>>,
    /// What the words mean; one of them has to fit.
    pub words: Option<SearchWords>,
    /// Where whoever asks may look.
    pub scope: RequestScope,
}

/// What typed words may mean. Nothing is found when they mean nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchWords {
    pub number: Option<NumberSearch>,
    pub items: Vec<ItemId>,
    pub requesters: Vec<PersonId>,
    /// Folded words with which words of a title begin, all of them.
    pub title: Vec<String>,
}

/// What rows are put in order by.
const KEYS: [Column; 2] = [Column::Id, Column::QueueAt];
/// Ranges of one question: databases take no more than some hundred parts of a union.
const MOST_RANGES: usize = 120;
/// Rows of a range in which titles are looked through.
const LOOKED_THROUGH: u64 = 10_000;

/// A range of an index, and what is looked for in its first rows.
struct Branch {
    range: Condition,
    in_title: Option<Condition>,
}

impl Branch {
    /// The keys of its first rows, in the order of the list.
    fn select(self, base: &Condition, order: &Order, limit: u64) -> SelectStatement {
        let ordered = |select: &mut SelectStatement, limit: u64| {
            select.order_by(Column::QueueAt, order.clone()).order_by(Column::Id, order.clone()).limit(limit);
        };
        let mut rows = Query::select();
        rows.columns(KEYS).from(Entity).cond_where(base.clone()).cond_where(self.range);
        let Some(in_title) = self.in_title else {
            ordered(&mut rows, limit);
            return rows;
        };
        ordered(rows.column(Column::SearchTitle), LOOKED_THROUGH);
        let mut found = Query::select();
        found.columns(KEYS).from_subquery(rows, Alias::new("first_rows")).cond_where(in_title);
        ordered(&mut found, limit);
        found
    }
}

/// The beginning of a docket number, or a whole one.
#[derive(Clone, Debug)]
pub(crate) enum NumberSearch {
    /// A thousand numbers at most begin so.
    Few(String),
    /// So many may begin so that they are read off the services whose numbers they are.
    Many(String, Vec<ItemId>),
}

/// A row of the queue: the request, its place, and whether a running clock runs out there.
pub(crate) struct QueuedRequest {
    pub request: Request,
    pub at: DateTime<Utc>,
    pub runs_out: bool,
}

/// The next rows.
pub(crate) async fn page(
    handle: &impl StoreHandle,
    wanted: &QueueSearch,
    after: Option<PageCursor>,
    limit: u64,
) -> Result<Vec<QueuedRequest>> {
    let connection = handle.connection();
    let backend = connection.get_database_backend();
    let order = order_of(wanted);
    let branches = branches(wanted, backend);
    let base = base(handle, wanted, after);
    let named = |select: SelectStatement, number: usize| {
        Query::select().columns(KEYS).from_subquery(select, Alias::new(format!("range_{number}"))).to_owned()
    };
    let mut ranges =
        branches.into_iter().map(|branch| branch.select(&base, &order, limit)).enumerate().map(|(number, one)| named(one, number));
    let Some(mut all) = ranges.next() else { return Ok(Vec::new()) };
    ranges.for_each(|one| {
        all.union(UnionType::Distinct, one);
    });
    all.order_by(Column::QueueAt, order.clone()).order_by(Column::Id, order.clone()).limit(limit);
    let rows = connection.query_all(&all).await?;
    let ids = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0)).collect::<std::result::Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let models = of_ids(handle, ids.iter().copied()).all(connection).await?;
    let mut models: BTreeMap<Uuid, Model> = models.into_iter().map(|model| (model.id, model)).collect();
    let found = ids.iter().filter_map(|id| models.remove(id));
    found
        .map(|model| {
            let (at, runs_out) = (crate::store::time(model.queue_at), model.due_at.is_some());
            Ok(QueuedRequest { request: request(model)?, at, runs_out })
        })
        .collect()
}

/// How many there are, counted no further than `most`.
pub(crate) fn count(handle: &impl StoreHandle, wanted: &QueueSearch, most: u64) -> Option<CountQuery> {
    let base = base(handle, wanted, None);
    let named = |branch: Branch, number: usize| {
        let one = match branch.in_title {
            // Looked through in the order of the list, so that what is counted is what is shown.
            Some(_) => branch.select(&base, &order_of(wanted), most),
            None => {
                Query::select().column(Column::Id).from(Entity).cond_where(base.clone()).cond_where(branch.range).limit(most).to_owned()
            }
        };
        Query::select().column(Column::Id).from_subquery(one, Alias::new(format!("range_{number}"))).to_owned()
    };
    // One range is enough where the order does not matter.
    let found = match &wanted.words {
        None => vec![Branch { range: narrowed(wanted), in_title: None }],
        Some(_) => branches(wanted, handle.connection().get_database_backend()),
    };
    let mut ranges = found.into_iter().enumerate().map(|(number, branch)| named(branch, number));
    let mut all = ranges.next()?;
    ranges.for_each(|one| {
        all.union(UnionType::Distinct, one);
    });
    all.limit(most);
    Some(CountQuery::of(all))
}

/// The next due first; of what has ended, what ended last.
fn order_of(wanted: &QueueSearch) -> Order {
    if wanted.ended { Order::Desc } else { Order::Asc }
}

/// What is asked of every branch.
fn base(handle: &impl StoreHandle, wanted: &QueueSearch, after: Option<PageCursor>) -> Condition {
    let mut all = Condition::all().add(Column::OrganizationId.eq(handle.organization())).add(Column::Closed.eq(wanted.ended));
    all = all.add(wanted.scope.condition());
    if wanted.ended {
        // Deleted requests are closed too; none of them is open.
        all = all.add(Column::Deleted.eq(false));
    }
    if let Some(by) = wanted.due_by {
        all = all.add(Column::DueAt.is_not_null()).add(Column::QueueAt.lte(micros(by)));
    }
    all.add_option(after.map(|cursor| {
        let next = if wanted.ended { PageCursor::rows_before } else { PageCursor::rows_after };
        next(cursor, Column::QueueAt, Column::Id)
    }))
}

/// The statuses of requests that have ended, or of those that have not.
fn statuses(ended: bool) -> impl Iterator<Item = Status> {
    STATUSES.into_iter().filter(move |status| if ended { status.is_terminal() } else { status.is_open() })
}

/// What is asked besides the status and the words.
fn rest(wanted: &QueueSearch) -> Condition {
    let mut rest = Condition::all();
    if let Some(item) = wanted.item {
        rest = rest.add(Column::ItemId.eq(item.0));
    }
    match wanted.assignee {
        Some(Some(person)) => rest.add(Column::AssigneeId.eq(person.0)),
        Some(None) => rest.add(Column::AssigneeId.is_null()),
        None => rest,
    }
}

/// What is asked besides the words.
fn narrowed(wanted: &QueueSearch) -> Condition {
    match wanted.status {
        Some(status) => rest(wanted).add(Column::Status.eq(status.key())),
        None => rest(wanted),
    }
}

/// The ranges that together hold all that is wanted.
fn branches(wanted: &QueueSearch, backend: DatabaseBackend) -> Vec<Branch> {
    let whole = |ranges: Vec<Condition>| ranges.into_iter().map(|range| Branch { range, in_title: None }).collect();
    let rest = rest(wanted);
    let by_status = |one: Condition| -> Vec<Condition> {
        let each = |status: Status| one.clone().add(Column::Status.eq(status.key()));
        match wanted.status {
            Some(status) => vec![each(status)],
            None => statuses(wanted.ended).map(each).collect(),
        }
    };
    let as_asked = |one: Condition| match wanted.status {
        Some(status) => one.add(Column::Status.eq(status.key())),
        None => one,
    };
    let served_in_order = wanted.item.is_none() && wanted.assignee.is_none();
    let all = || if served_in_order { scoped(wanted, vec![narrowed(wanted)]) } else { by_status(rest.clone()) };
    let Some(words) = &wanted.words else { return whole(all()) };
    let mut branches = Vec::new();
    let asked = |item: &&ItemId| wanted.item.is_none_or(|asked| asked == **item);
    match &words.number {
        Some(NumberSearch::Few(number)) => branches.push(as_asked(rest.clone().add(begins(number, backend)))),
        Some(NumberSearch::Many(number, items)) => {
            for item in items.iter().filter(asked) {
                branches.extend(by_status(rest.clone().add(Column::ItemId.eq(item.0)).add(begins(number, backend))));
            }
        }
        None => {}
    }
    for item in words.items.iter().filter(asked) {
        branches.extend(by_status(rest.clone().add(Column::ItemId.eq(item.0))));
    }
    for person in &words.requesters {
        branches.push(as_asked(rest.clone().add(Column::RequesterId.eq(person.0))));
    }
    let mut branches: Vec<Branch> = whole(branches);
    if !words.title.is_empty() {
        let begins =
            words.title.iter().fold(Condition::all(), |all, word| all.add(Expr::col(Column::SearchTitle).like(format!("% {word}%"))));
        branches.extend(all().into_iter().map(|range| Branch { range, in_title: Some(begins.clone()) }));
    }
    branches
}

/// The ranges, each cut up by where whoever asks may look.
fn scoped(wanted: &QueueSearch, ranges: Vec<Condition>) -> Vec<Condition> {
    let parts = wanted.scope.ranges();
    if parts.is_empty() || parts.len() * ranges.len() > MOST_RANGES {
        return ranges;
    }
    ranges.into_iter().flat_map(|range| parts.iter().map(move |part| range.clone().add(part.clone()))).collect()
}

/// Numbers that begin so, as a range. PostgreSQL compares by bytes for that, whatever its language.
fn begins(number: &str, backend: DatabaseBackend) -> Condition {
    // Greater than every symbol of a number.
    let end = format!("{number}~");
    let (from, to) = match backend {
        DatabaseBackend::Postgres => (BinOper::Custom("~>=~"), BinOper::Custom("~<~")),
        _ => (BinOper::GreaterThanOrEqual, BinOper::SmallerThan),
    };
    let number_is = |compare: BinOper, than: &str| Expr::col(Column::Number).binary(compare, Expr::value(than.to_owned()));
    Condition::all().add(number_is(from, number)).add(number_is(to, &end))
}
