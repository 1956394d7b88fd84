//! The queue and the board: all that people who work on requests have before them, the next due first. For nobody else: not found.

use super::summary;
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::known::{KnownItem, OrganizationRules};
use crate::people::colleagues;
use crate::store::count::CountQuery;
use crate::store::requests::queue as rows;
use crate::store::requests::queue::{NumberSearch, QueueSearch, QueuedRequest, SearchWords};
use crate::store::requests::scope::RequestScope;
use crate::store::{PageCursor, Read, cut_page, members};
use crate::zones;
use chrono::{DateTime, Days, NaiveTime, Utc};
use domain::Refusal;
use domain::access::spaces::{Space, SpaceTree};
use domain::bounds::SearchText;
use domain::catalog::CatalogItem;
use domain::id::SpaceId;
use domain::people::search_text;
use domain::permission::{AccessPlace, Permission};
use domain::requests::number;
use domain::requests::queue::{
    AssigneeChoice, BoardLane, BoardPage, DueChoice, FilterChoice, LANES, QueueCounts, QueueFilter, QueuePage, QueueRow, row,
};
use domain::requests::{Status, lifecycle};
use domain::tally::MOST_COUNTED;
use domain::text::search_words;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rows of a page of the queue, and of a lane.
const PAGE: usize = 50;
/// People and services that words are understood as, at most.
const MEANT: usize = 8;
/// People to give a request to, and to filter by.
const PEOPLE: u64 = 50;
/// Symbols after the hyphen from which on few numbers begin alike: 32 × 32 of a prefix's million at most.
const TELLING: usize = 2;

/// A page of the queue. `after` is the `next` of the page before.
///
/// # Errors
/// Not found for those who do not work on requests; input when `after` is not one of ours, or the text is too long.
pub async fn queue(backend: &Backend, caller: &Caller, filter: QueueFilter, after: Option<String>) -> Result<QueuePage> {
    let desk = QueueQuestion::open(backend, caller).await?;
    let after = PageCursor::read(after.as_deref())?;
    let wanted = desk.wanted(&filter).await?;
    let (found, counts) = futures::try_join!(desk.rows(wanted.as_ref(), after, PAGE + 1), desk.counts())?;
    let (found, next) = cut_page(found, PAGE, |last| PageCursor::at(last.at, last.request.id.0));
    let rows = found.iter().map(|found| desk.row(found)).collect();
    let places = colleagues(backend, caller).await?;
    let people = members::who_may(&desk.handle, Permission::Work, &places, desk.now, PEOPLE).await?;
    Ok(QueuePage { rows, next, counts, items: desk.choices(), spaces: desk.spaces(), people })
}

/// The board: a lane for every status in which there is something to do.
///
/// # Errors
/// Not found for those who do not work on requests; input when the text is too long.
pub async fn board(backend: &Backend, caller: &Caller, filter: QueueFilter) -> Result<BoardPage> {
    let desk = QueueQuestion::open(backend, caller).await?;
    let wanted = desk.wanted(&QueueFilter { ended: false, ..filter }).await?;
    let shown = LANES.into_iter().filter(|lane| filter.status.is_none_or(|only| only == *lane));
    let lanes = futures::future::try_join_all(shown.map(|status| desk.lane(wanted.clone(), status)));
    let (lanes, counts) = futures::try_join!(lanes, desk.counts())?;
    let places = colleagues(backend, caller).await?;
    let people = members::who_may(&desk.handle, Permission::Work, &places, desk.now, PEOPLE).await?;
    Ok(BoardPage { lanes, counts, items: desk.choices(), spaces: desk.spaces(), people })
}

/// How many requests the caller has that have not ended; none for those who do not work on requests.
pub(crate) fn work_count(handle: &Read, caller: &Caller) -> Option<CountQuery> {
    let scope = RequestScope::of(caller.facts.reach(Permission::Work), None);
    let mine = QueueSearch { assignee: Some(Some(caller.id())), scope, ..QueueSearch::default() };
    rows::count(handle, &mine, MOST_COUNTED).filter(|_| caller.facts.may_somewhere(Permission::Work))
}

/// What a question is answered with.
struct QueueQuestion<'a> {
    caller: &'a Caller,
    handle: Read,
    known: Arc<OrganizationRules>,
    now: DateTime<Utc>,
}

impl<'a> QueueQuestion<'a> {
    async fn open(backend: &Backend, caller: &'a Caller) -> Result<Self> {
        if !caller.facts.may_somewhere(Permission::Work) {
            return Err(Refusal::NotFound.into());
        }
        let handle = backend.store().read(caller.organization);
        Ok(Self { caller, handle, known: backend.known_to(caller).await?, now: backend.now() })
    }

    fn items(&self) -> impl Iterator<Item = &KnownItem> {
        self.known.items().iter().map(AsRef::as_ref)
    }

    /// The filter as the store takes it; None when nothing fits.
    async fn wanted(&self, filter: &QueueFilter) -> Result<Option<QueueSearch>> {
        let text = SearchText::read("filter.text", &filter.text)?;
        let item = match &filter.item {
            None => None,
            Some(key) => match self.known.item(key) {
                Some(item) => Some(item.id),
                None => return Ok(None),
            },
        };
        let assignee = filter.holder.map(|holder| match holder {
            AssigneeChoice::Me => Some(self.caller.id()),
            AssigneeChoice::Person(id) => Some(id),
            AssigneeChoice::Nobody => None,
        });
        let due_by = filter.due.filter(|_| !filter.ended).map(|due| match due {
            DueChoice::Late => self.now,
            DueChoice::Today => self.end_of_day(),
        });
        let space = match &filter.space {
            None => None,
            Some(key) => match self.known.space_of_key(key) {
                Some(space) => Some(self.tree().below(space.id)),
                None => return Ok(None),
            },
        };
        let scope = self.scope(space.as_ref());
        let words = if text.is_empty() { None } else { Some(self.words(&text).await?) };
        Ok(Some(QueueSearch { ended: filter.ended, status: filter.status, assignee, item, due_by, words, scope }))
    }

    /// The requests that the caller works on; of some spaces alone when those are asked for.
    fn scope(&self, wanted: Option<&BTreeSet<SpaceId>>) -> RequestScope {
        RequestScope::of(self.caller.facts.reach(Permission::Work), wanted)
    }

    fn tree(&self) -> SpaceTree {
        SpaceTree::of(self.known.spaces().iter().map(|space| (space.id, space.parent)))
    }

    /// The spaces to filter by: those with requests that the caller works on.
    fn spaces(&self) -> Vec<FilterChoice> {
        let place = |space: &Space| AccessPlace { item: None, space: Some(space.id) };
        let reached = self.known.spaces().iter().filter(|space| self.caller.facts.may(Permission::Work.over(place(space))));
        reached.map(|space| FilterChoice { key: space.key.clone(), name: space.name.clone() }).collect()
    }

    /// The first moment of the person's tomorrow.
    fn end_of_day(&self) -> DateTime<Utc> {
        let today = self.caller.today(self.now);
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
        zones::moment(self.caller.zone, tomorrow.and_time(NaiveTime::MIN))
    }

    /// What typed words may mean.
    async fn words(&self, search: &SearchText) -> Result<SearchWords> {
        let text = search.text();
        let number = match (number::parse(text), number::beginning(text)) {
            (Some(whole), _) => Some(NumberSearch::Few(whole)),
            (None, Some((start, symbols))) if symbols >= TELLING => Some(NumberSearch::Few(start)),
            (None, Some((start, _))) => {
                let prefixes = self.items().filter(|known| format!("{}-", known.item.prefix).starts_with(start_of_prefix(&start)));
                Some(NumberSearch::Many(start.clone(), prefixes.map(|known| known.id).take(MEANT).collect()))
            }
            (None, None) => None,
        };
        let folded = search_text(text);
        let typed: Vec<&str> = folded.split_whitespace().collect();
        let fits = |item: &CatalogItem| {
            let name = search_text(&item.name);
            typed.iter().all(|word| name.split(|c: char| !c.is_alphanumeric()).any(|of_name| of_name.starts_with(word)))
        };
        let named = self.items().filter(|known| fits(&known.item)).map(|known| known.id).take(MEANT).collect();
        let people = members::search(&self.handle, search, MEANT as u64).await?;
        Ok(SearchWords {
            number,
            items: named,
            requesters: people.into_iter().map(|person| person.id).collect(),
            title: search_words(text),
        })
    }

    async fn rows(&self, wanted: Option<&QueueSearch>, after: Option<PageCursor>, limit: usize) -> Result<Vec<QueuedRequest>> {
        match wanted {
            Some(wanted) => rows::page(&self.handle, wanted, after, limit as u64).await,
            None => Ok(Vec::new()),
        }
    }

    async fn lane(&self, wanted: Option<QueueSearch>, status: Status) -> Result<BoardLane> {
        let wanted = wanted.map(|wanted| QueueSearch { status: Some(status), ..wanted });
        let found = self.rows(wanted.as_ref(), None, PAGE).await?;
        let count = match &wanted {
            Some(wanted) if found.len() == PAGE => self.count(wanted).await?,
            _ => u32::try_from(found.len()).unwrap_or(u32::MAX),
        };
        Ok(BoardLane { status, rows: found.iter().map(|found| self.row(found)).collect(), count })
    }

    async fn count(&self, wanted: &QueueSearch) -> Result<u32> {
        let count = match rows::count(&self.handle, wanted, MOST_COUNTED) {
            Some(count) => count.ask(&self.handle).await?,
            None => 0,
        };
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn counts(&self) -> Result<QueueCounts> {
        let all = QueueSearch { scope: self.scope(None), ..QueueSearch::default() };
        let mine = QueueSearch { assignee: Some(Some(self.caller.id())), ..all.clone() };
        let unassigned = QueueSearch { assignee: Some(None), ..all.clone() };
        let late = QueueSearch { due_by: Some(self.now), ..all.clone() };
        let (open, mine, unassigned, late) =
            futures::try_join!(self.count(&all), self.count(&mine), self.count(&unassigned), self.count(&late))?;
        Ok(QueueCounts { open, mine, unassigned, late })
    }

    fn row(&self, found: &QueuedRequest) -> QueueRow {
        let request = &found.request;
        let ended = request.state.status.is_terminal();
        let promised = request.item.sla.as_ref().filter(|_| !ended && request.state.status != Status::Resolved);
        let paused = promised.is_some_and(|sla| sla.pause_in.contains(&request.state.status));
        let due_at = match (found.runs_out, paused) {
            (true, _) => Some(found.at),
            // Its place was reckoned when the clock stopped; since then it has moved on with the time.
            (false, true) => Some(found.at + (self.now - request.state.updated_at)),
            (false, false) => None,
        };
        let allowed = lifecycle::allowed(request, &self.caller.facts, self.now);
        row(request, summary(request), allowed, due_at, paused, self.now)
    }

    fn choices(&self) -> Vec<FilterChoice> {
        let mut choices: Vec<FilterChoice> =
            self.items().map(|known| FilterChoice { key: known.item.key.clone(), name: known.item.name.clone() }).collect();
        choices.sort_by_cached_key(|choice| search_text(&choice.name));
        choices
    }
}

/// What an item's prefix and hyphen begin with when its numbers begin so: all of `IT`, the prefix and hyphen of `IT-7`.
fn start_of_prefix(beginning: &str) -> &str {
    beginning.find('-').map_or(beginning, |hyphen| &beginning[..=hyphen])
}
