//! The request page: the answers by their frozen version, who decided, what happened, and where its deliveries stand.

use super::earlier::{self, SHOWN};
use super::page_deliveries::{delivery_views, name_connectors, stalled, then};
use super::{RequestOutcome, number, summary};
use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::members::facts;
use crate::store::{StoreHandle, comments, events, form_versions, requests, share_links, tasks};
use crate::zones::{self, KnownZone};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::approvals::machine::{self, DecidingCapacity};
use domain::approvals::wire::{ApprovalView, GivenView, RuleView, StageView};
use domain::approvals::{Approval, FrozenRule, deadline};
use domain::forms::Form;
use domain::people::{Facts, PersonRef};
use domain::permission::Permission;
use domain::requests::actions::AllowedActions;
use domain::requests::comments::{self as remarks, Comment, CommentAudience};
use domain::requests::filing::answer_sections;
use domain::requests::share::ShareLink;
use domain::requests::tasks::{self as rules, TASK_STATUSES, TaskActor, TaskStatus};
use domain::requests::wire::{AnswerSection, DeliveryView, PastMoment, RequestPage, SeenBy};
use domain::requests::work::{CommentView, EarlierComments, ShareView, TaskView, WorkView};
use domain::requests::{Event, EventKind, Request, Status};
use domain::requests::{history, lifecycle};

/// One request, by its docket number as somebody typed it.
///
/// # Errors
/// Not found when there is none, or none for the caller.
pub async fn page(backend: &Backend, caller: &Caller, text: &str) -> Result<RequestPage> {
    let found = find(backend, caller, &number(text)?, u32::MAX).await?;
    let allowed = lifecycle::allowed(&found.request, &caller.facts, backend.now());
    let (deliveries, has_more_deliveries) = if found.sees_errors || found.request.requester.id == caller.id() {
        delivery_views(backend, caller, &found.request, found.sees_errors).await?
    } else {
        (Vec::new(), false)
    };
    let work = work(&backend.store().read(caller.organization), backend, caller, &found.request).await?;
    let stalled = stalled(backend, caller, &found, &deliveries).await?;
    let may_replay = lifecycle::replay(&found.request, &caller.facts, backend.now()).is_ok();
    let mut page = shown(backend, caller, found, Rest { deliveries, allowed, work, at: backend.now() }).await?;
    page.stalled = stalled;
    page.has_more_deliveries = has_more_deliveries;
    page.may_replay = may_replay;
    Ok(page)
}

/// The page of a request that something was done to, for whoever shows it next.
///
/// # Errors
/// Why it was not done; not found when the caller no longer sees the request.
pub async fn page_after(backend: &Backend, caller: &Caller, done: Result<RequestOutcome>) -> Result<RequestPage> {
    page(backend, caller, &done?.number).await
}

/// One request exactly as it was right after its event number `seq`; with `seen`, as somebody saw it whose decision is that event.
/// Beyond the last event it is the present.
///
/// # Errors
/// Not found when there is none, or none for the caller now; when the event is not a decision that noted what was seen.
pub async fn page_at(backend: &Backend, caller: &Caller, text: &str, seq: u32, seen: bool) -> Result<RequestPage> {
    // The past is made out of all that happened until then.
    let mut found = find_whole(backend, caller, &number(text)?).await?;
    let last = found.request.state.events;
    let mut moment = PastMoment { seq: seq.max(1), last, at: found.request.submitted_at, seen: None };
    if seen {
        let (event, seen, verdict) = history::seen(&found.events, seq).ok_or(Refusal::NotFound)?;
        let by = event.actor.clone().ok_or(Refusal::NotFound)?;
        let same = seen.content == history::fingerprint(&found.request);
        moment.seq = seen.events.clamp(1, last);
        moment.seen = Some(SeenBy { by, decision: event.seq, verdict, at: event.at, fingerprint: seen.content.clone(), same });
    } else if moment.seq >= last {
        return page(backend, caller, text).await;
    }
    found.request = history::at(&found.request, &found.events, moment.seq);
    found.events.retain(|event| event.seq <= moment.seq);
    moment.at = found.events.last().map_or(moment.at, |event| event.at);
    let sees = found.sees_errors || found.request.requester.id == caller.id();
    let deliveries = if sees { then(&found.events) } else { Vec::new() };
    // Tasks are told by the events. Who decides reads what has been written by then.
    let read_at = moment.seen.as_ref().map_or(moment.at, |seen| seen.at);
    let comments = readable(&backend.store().read(caller.organization), caller, &found.request, read_at).await?;
    let comments = comments.into_iter().map(|comment| CommentView { comment, may_change: false }).collect();
    let rest = Rest { deliveries, allowed: AllowedActions::default(), work: WorkView { comments, ..WorkView::default() }, at: moment.at };
    let mut page = shown(backend, caller, found, rest).await?;
    for rule in &mut page.approval.rules {
        (rule.yours, rule.on_behalf_of) = (false, None);
    }
    page.moment = Some(moment);
    Ok(page)
}

/// A request that the caller sees, with its events.
pub(super) struct VisibleRequest {
    pub request: Request,
    pub events: Vec<Event>,
    pub sees_errors: bool,
}

/// A request with its latest events before one.
pub(super) async fn find(backend: &Backend, caller: &Caller, number: &str, before: u32) -> Result<VisibleRequest> {
    let handle = backend.store().read(caller.organization);
    let request = visible(&handle, backend, caller, number).await?;
    let events = events::latest_before(&handle, request.id, before, SHOWN as u64).await?;
    Ok(readable_by(caller, request, events))
}

/// A request with all of its events.
async fn find_whole(backend: &Backend, caller: &Caller, number: &str) -> Result<VisibleRequest> {
    let handle = backend.store().read(caller.organization);
    let request = visible(&handle, backend, caller, number).await?;
    let events = events::after(&handle, request.id, 0).await?;
    Ok(readable_by(caller, request, events))
}

async fn visible(handle: &impl StoreHandle, backend: &Backend, caller: &Caller, number: &str) -> Result<Request> {
    let request = requests::by_number(handle, number).await?.ok_or(Refusal::NotFound)?;
    if !lifecycle::may_see(&request, &caller.facts, backend.now()) {
        return Err(Refusal::NotFound.into());
    }
    Ok(request)
}

fn readable_by(caller: &Caller, request: Request, mut events: Vec<Event>) -> VisibleRequest {
    let sees_errors = caller.facts.may(Permission::SeeDeliveries.over(lifecycle::access_place(&request)));
    if !sees_errors {
        events.iter_mut().for_each(without_error);
    }
    VisibleRequest { request, events, sees_errors }
}

/// What differs between a page of the present and one of the past.
struct Rest {
    deliveries: Vec<DeliveryView>,
    allowed: AllowedActions,
    work: WorkView,
    /// The moment that is shown.
    at: DateTime<Utc>,
}

/// The answers as somebody in a zone reads them: a time names its own where the reader's clock is another.
fn sections(form: &Form, request: &Request, reader: KnownZone) -> Vec<AnswerSection> {
    let mut sections = answer_sections(form, &request.answers);
    for answer in sections.iter_mut().flat_map(|section| &mut section.answers) {
        let Some(at) = request.times.moments.get(&answer.key) else { continue };
        if at.offset().local_minus_utc() != zones::offset_minutes(reader, at.to_utc()) * 60 {
            answer.text = request.times.words(&answer.key).unwrap_or_default();
        }
    }
    sections
}

async fn shown(backend: &Backend, caller: &Caller, found: VisibleRequest, rest: Rest) -> Result<RequestPage> {
    let VisibleRequest { request, mut events, .. } = found;
    let Rest { mut deliveries, allowed, work, at } = rest;
    let handle = backend.store().read(caller.organization);
    let facts = &caller.facts;
    let clocks = super::sla::view(&handle, &request, &events, at).await?;
    let version = form_versions::find(&handle, &request.form_version)
        .await?
        .ok_or_else(|| Error::failed(format!("{} has lost its form version", request.number)))?;
    let form_changed_since = match backend.known_to(caller).await?.item(&request.item.key) {
        Some(item) => {
            let requester = if request.requester.id == caller.id() {
                Some(facts.clone())
            } else {
                facts::own(&handle, request.requester.id, backend.now()).await?
            };
            let groups = requester.map(|facts| facts.group_keys()).unwrap_or_default();
            item.form_for(&groups)?.hash() != request.form_version
        }
        None => true,
    };
    name_connectors(&handle, &request, &mut events, &mut deliveries).await?;
    let question = match request.state.status {
        Status::NeedsInfo => earlier::question(&handle, &request, &events).await?,
        _ => None,
    };
    Ok(RequestPage {
        summary: summary(&request),
        sections: sections(&version, &request, caller.zone),
        form_version: request.form_version.chars().take(8).collect(),
        form_changed_since,
        approval: approval(&request, facts, at),
        after: request.item.plan.words.clone(),
        price: request.item.price.clone(),
        events,
        deliveries,
        has_more_deliveries: false,
        stalled: false,
        allowed,
        may_replay: false,
        question,
        assignee: request.state.assignee,
        scheduled_for: request.state.scheduled_for.filter(|_| request.state.status == Status::Scheduled),
        moment: None,
        work,
        clocks,
    })
}

/// Tasks and comments, with what the caller may do with each.
async fn work(handle: &impl StoreHandle, backend: &Backend, caller: &Caller, request: &Request) -> Result<WorkView> {
    let (facts, now) = (&caller.facts, backend.now());
    let tasks = tasks::of_request(handle, request.id).await?;
    let shares_seen = rules::may_share(request, facts, now).is_ok();
    let ids: Vec<_> = tasks.iter().map(|task| task.id).collect();
    let links = if shares_seen { share_links::of_tasks(handle, &ids).await? } else { Vec::new() };
    let locked = lifecycle::lock(&request.state).is_some();
    let today = caller.today(now);
    let tasks = tasks.into_iter().map(|task| {
        let moves = |to: &TaskStatus| rules::change(request, TaskActor::Person(facts), &task, *to, "", now).is_ok();
        let of_task = links.iter().filter(|link| link.task == task.id);
        TaskView {
            overdue: task.overdue(today),
            to: TASK_STATUSES.into_iter().filter(moves).collect(),
            shares: of_task.map(|link| share_view(link, now)).collect(),
            task,
        }
    });
    let tasks: Vec<_> = tasks.collect();
    let EarlierComments { comments, has_earlier } = earlier::comments_before(handle, caller, request, None, now).await?;
    Ok(WorkView {
        comments,
        has_earlier_comments: has_earlier,
        may_add: shares_seen && !locked,
        may_comment: !locked,
        may_write_internally: remarks::write(request, facts, CommentAudience::Internal, "words", now).is_ok(),
        tasks,
    })
}

/// The comments that the caller may read, as they were at a moment.
async fn readable(handle: &impl StoreHandle, caller: &Caller, request: &Request, moment: DateTime<Utc>) -> Result<Vec<Comment>> {
    let comments = comments::of_request(handle, request.id, moment).await?;
    Ok(comments.into_iter().filter(|comment| remarks::may_read(request, comment, &caller.facts)).collect())
}

fn share_view(link: &ShareLink, now: DateTime<Utc>) -> ShareView {
    ShareView {
        id: link.id,
        created_by: link.created_by.clone(),
        created_at: link.created_at,
        expires_at: link.expires_at,
        revoked: link.revoked_at.is_some(),
        opens: link.opens(now),
        uses: link.uses,
        last_used_at: link.last_used_at,
    }
}

/// What went wrong inside is for those who see deliveries.
fn without_error(event: &mut Event) {
    if let EventKind::DeliveryFailed { error, .. } = &mut event.what {
        error.clear();
    }
}

fn approval(request: &Request, facts: &Facts, now: DateTime<Utc>) -> ApprovalView {
    let approval = &request.state.approval;
    let waiting = super::waiting(&request.state);
    let open = machine::open_stage(approval).filter(|_| !waiting.is_empty());
    let stages = approval.stages.iter().map(|stage| StageView {
        label: stage.label.clone(),
        require: stage.require,
        needed: stage.require.needed(stage.rules.len()) as u32,
        met: machine::met(approval, stage),
        open: open == Some(stage),
        due_at: deadline::due_at(approval).filter(|_| open == Some(stage)),
        settled: approval.settled.iter().find(|settled| settled.stage == stage.key).map(|settled| settled.verdict),
    });
    let numbered = approval.stages.iter().enumerate().flat_map(|(index, stage)| stage.rules.iter().map(move |rule| (index, rule)));
    let rules = numbered
        .map(|(stage, rule)| RuleView {
            stage: stage as u32,
            key: rule.key.clone(),
            label: rule.label.clone(),
            words: machine::words(approval, rule),
            moved: moved(approval, rule),
            yours: waiting.contains(&rule) && machine::eligible(&lifecycle::case(request, now), rule, facts),
            on_behalf_of: absent_of(request, rule, facts, now).filter(|_| waiting.contains(&rule)),
            given: machine::given(approval, rule).map(|given| GivenView {
                by: given.by.clone(),
                at: given.at,
                verdict: given.verdict,
                reason: given.reason.clone(),
                on_behalf_of: given.on_behalf_of.clone(),
            }),
        })
        .collect();
    ApprovalView { require: approval.stages.first().map(|stage| stage.require).unwrap_or_default(), rules, stages: stages.collect() }
}

/// Why somebody else than planned may decide a rule.
fn moved(approval: &Approval, rule: &FrozenRule) -> String {
    let moves: Vec<_> = approval.moves.iter().filter(|moved| moved.rule == rule.key).collect();
    let mut words = Vec::new();
    if moves.iter().any(|moved| !moved.joins) {
        words.push(format!("Re-routed, instead of {}", rule.words));
    }
    if moves.last().is_some_and(|moved| moved.joins) {
        words.push("Escalated, as it took long".to_owned());
    }
    words.join(". ")
}

/// In whose place the reader may decide a rule.
fn absent_of(request: &Request, rule: &FrozenRule, facts: &Facts, now: DateTime<Utc>) -> Option<PersonRef> {
    match machine::capacity(&lifecycle::case(request, now), rule, facts)? {
        DecidingCapacity::Own => None,
        DecidingCapacity::For(person) => Some(person),
    }
}
