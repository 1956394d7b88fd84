//! Submission: the form is resolved again, checked and frozen; one transaction saves it. The draft's id makes it happen once.
//!
//! What is only read (item, form, picked people, approvers) is read before the transaction, as it was committed: on SQLite there is one
//! writer, and whatever it does not have to do itself makes every other submission wait less.

use super::drafts::{Filled, check_size, draft_page, found};
use super::{acting, route, sla, waiting};
use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::batch::Batch;
use crate::store::{Handle, Tx, drafts, effects, events, form_versions, groups, items, members, micros, requests, tasks, waiting_rules};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::catalog::Item;
use domain::forms::dates::{parse_date, parse_datetime};
use domain::forms::{Answers, Form, journey, resolver};
use domain::id::{EffectId, GroupId, PersonId, RequestId};
use domain::notices::told;
use domain::requests::filing::{Filed, Filing, file};
use domain::requests::number::docket_number;
use domain::requests::tasks::Task;
use domain::requests::wire::{SubmitDraft, Submitted};
use domain::requests::{State, Status};
use domain::{Problem, Refusal};
use serde_json::{Value, json};

/// Docket numbers tried before giving up: a prefix has a million of them.
const NUMBERS_TRIED: u32 = 16;

/// Submits a draft. The same id gives the same request, however often it is sent.
///
/// # Errors
/// Not found when the item or the draft is not the caller's.
pub async fn submit(backend: &Backend, caller: &Caller, draft: SubmitDraft) -> Result<Submitted> {
    check_size(&draft.answers)?;
    let ready = prepare(backend, caller, &draft).await;
    let other = match ready {
        Ok(Ready::Filed(prepared)) => return file_once(backend, caller, draft.id, *prepared).await,
        Ok(Ready::Other(other)) => Ok(other),
        Err(error @ Error::Refused(_)) => Err(error),
        Err(error) => return Err(error),
    };
    // It means nothing when an earlier try filed it.
    match earlier(backend, caller, draft.id).await? {
        Some(number) => Ok(Submitted::Filed { number }),
        None => other,
    }
}

/// Saves a filed request under the first free number, unless an earlier try saved it.
async fn file_once(backend: &Backend, caller: &Caller, draft: RequestId, mut prepared: Prepared) -> Result<Submitted> {
    for _ in 0..NUMBERS_TRIED {
        let number = prepared.filed.request.number.clone();
        if save(backend, caller, &prepared).await? {
            return Ok(Submitted::Filed { number });
        }
        if let Some(number) = earlier(backend, caller, draft).await? {
            return Ok(Submitted::Filed { number });
        }
        let request = &mut prepared.filed.request;
        request.number = docket_number(&request.item.prefix, backend.bytes());
    }
    Err(Error::failed(format!("no free docket number for {}", prepared.filed.request.item.prefix)))
}

/// A submission before its transaction.
enum Ready {
    Filed(Box<Prepared>),
    /// Nothing to file: the answers or the form need another look.
    Other(Submitted),
}

/// A filed request that is not saved yet, and its form unless that version is kept already.
#[derive(Clone)]
struct Prepared {
    filed: Filed,
    form: Option<Form>,
    turn: requests::Turn,
}

/// The docket number an earlier try of the same submission got. Waits for one that is on its way to the disk.
async fn earlier(backend: &Backend, caller: &Caller, draft: RequestId) -> Result<Option<String>> {
    let found = backend.store().write(caller.organization, move |tx| Box::pin(requests::number(tx, draft))).await?;
    match found {
        Some((number, requester)) if requester == caller.id() => Ok(Some(number)),
        Some(_) => Err(Refusal::NotFound.into()),
        None => Ok(None),
    }
}

/// Reads what the submission depends on and files it, unless there is something to look at again.
async fn prepare(be: &Backend, caller: &Caller, draft: &SubmitDraft) -> Result<Ready> {
    let handle = &be.store().read(caller.organization);
    let read = items::to_file(handle, &draft.item_key, &draft.form_version, draft.id).await?;
    // Somebody else's draft never becomes the caller's request.
    let read = read.filter(|read| read.owner.is_none_or(|owner| owner == caller.id()));
    let (kept, authored) = read.map(|read| (read.kept, read.item)).unzip();
    let (item_id, item, authored) = found(authored, caller)?;
    let resolved = || resolver::resolve(&authored, &caller.facts.group_keys());
    let (form, mut answers) = (resolved(), draft.answers.clone());
    let problems = verify_picks(handle, &form, &mut answers).await?;
    let filed = if problems.is_empty() {
        let now = be.now();
        file(Filing {
            id: draft.id,
            number: docket_number(&item.prefix, be.bytes()),
            item_id,
            directory: route::directory(handle, &item, &answers, caller.id()).await?,
            begins_at: begins_at(&item, &form, &answers, caller),
            item,
            requester: caller.facts.person.clone(),
            form,
            answers,
            now,
            today: caller.today(now),
        })
    } else {
        Err(Refusal::Problems { problems })
    };
    // Filing has computed the version; whoever has problems may only have filled an older one.
    let same = match &filed {
        Ok(filed) => filed.form_version_hash == draft.form_version,
        Err(_) => resolver::version_hash(&resolved()) == draft.form_version,
    };
    match filed {
        _ if !same => changed(be, handle, caller, draft).await,
        Ok(filed) => {
            let turn = sla::first_turn(handle, &filed.request, &filed.decision).await?;
            Ok(Ready::Filed(Box::new(Prepared { filed, form: (kept != Some(true)).then(resolved), turn })))
        }
        Err(Refusal::Problems { problems }) => Ok(Ready::Other(Submitted::Problems { problems })),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The form is another one than was filled: the draft as it reads in the present one.
async fn changed(be: &Backend, handle: &impl Handle, caller: &Caller, draft: &SubmitDraft) -> Result<Ready> {
    let (item_id, item, authored) = found(items::by_key(handle, &draft.item_key).await?, caller)?;
    let form = resolver::resolve(&authored, &caller.facts.group_keys());
    let before = drafts::find(handle, draft.id).await?.filter(|saved| saved.person == caller.id());
    let filled = Filled {
        id: draft.id,
        answers: draft.answers.clone(),
        step: before.as_ref().and_then(|saved| saved.step.clone()),
        saved_at: before.as_ref().map(|saved| saved.saved_at),
        began_with: before.map(|saved| saved.form),
    };
    let page = draft_page(be, handle, caller, (item_id, &item), form, filled).await?;
    Ok(Ready::Other(Submitted::Changed { page: Box::new(page) }))
}

/// Saves a filed request as a whole. False, and nothing is saved, when its number is taken or an earlier try saved it.
async fn save(be: &Backend, caller: &Caller, prepared: &Prepared) -> Result<bool> {
    let Prepared { filed, form, turn } = prepared;
    if form.is_none() && !super::tasks::has_planned(&filed.request, &filed.decision) {
        let handle = be.store().read(caller.organization);
        let batch = rows(&handle, be, filed, *turn, &[])?;
        return be.store().add(batch, acting::change(caller.organization, &filed.request)).await;
    }
    let (be, prepared) = (be.clone(), prepared.clone());
    be.clone().store().write(caller.organization, move |tx| Box::pin(async move { save_more(tx, &be, prepared).await })).await
}

/// As `save`, with what has to be read or written besides: the form's version, the tasks of work that begins at once.
async fn save_more(tx: &Tx<'_>, be: &Backend, prepared: Prepared) -> Result<bool> {
    let Prepared { mut filed, form, turn } = prepared;
    let now = filed.request.submitted_at;
    if let Some(form) = form {
        form_versions::keep(tx, &filed.form_version_hash, &form, micros(now)).await?;
    }
    let mut made = Vec::new();
    if let Some((decision, tasks)) = super::tasks::planned(tx, be, &filed.request, &filed.decision).await? {
        filed.request.state = decision.state.clone();
        (filed.decision, made) = (decision, tasks);
    }
    if !tx.write(rows(tx, be, &filed, turn, &made)?).await? {
        tx.undo();
        return Ok(false);
    }
    tasks::insert(tx, filed.request.id, &made, 0, now).await?;
    acting::announce(tx, &filed.request);
    Ok(true)
}

/// What is written of a filed request. The request comes first: the rest names it.
fn rows(handle: &impl Handle, be: &Backend, filed: &Filed, turn: requests::Turn, made: &[Task]) -> Result<Batch> {
    let Filed { request, decision, .. } = filed;
    let happened: Vec<_> = decision.events.iter().map(|event| (request.id, event.clone())).collect();
    let before = State { status: Status::Draft, ..decision.state.clone() };
    let given = made.iter().filter_map(|task| told::given(task, None));
    let all = decision.effects.iter().cloned().chain(told::told(&before, decision)).chain(given);
    let recorded: Vec<_> = all.map(|effect| (request.id, EffectId(be.id()), effect)).collect();
    let mut batch = Batch::default();
    requests::insert(&mut batch, handle, request, turn)?;
    drafts::take(&mut batch, handle, request.requester.id, request.id);
    waiting_rules::insert(&mut batch, handle, request, &request.state.approval, &waiting(&request.state));
    events::insert(&mut batch, handle, &happened)?;
    effects::insert(&mut batch, handle, &recorded, request.submitted_at)?;
    Ok(batch)
}

/// Looks up picked people and groups in the organization: their names are rewritten as they are, and strangers are refused.
async fn verify_picks(handle: &impl Handle, form: &Form, answers: &mut Answers) -> Result<Vec<Problem>> {
    let asked = journey::prune(form, answers);
    let picks: Vec<_> = form
        .sections
        .iter()
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
        .filter(|(_, field)| matches!(field.kind.as_str(), "user_picker" | "group_picker"))
        .filter_map(|(section, field)| {
            let id: uuid::Uuid = asked.get(&field.key)?.get("id")?.as_str()?.parse().ok()?;
            Some((section, field, id))
        })
        .collect();
    if picks.is_empty() {
        return Ok(Vec::new());
    }
    let of_kind = |kind: &str| picks.iter().filter(|(_, field, _)| field.kind == kind).map(|(_, _, id)| *id).collect::<Vec<_>>();
    let (people, picked) = (of_kind("user_picker"), of_kind("group_picker"));
    let mut names: Vec<(uuid::Uuid, String)> = Vec::new();
    if !people.is_empty() {
        let ids: Vec<PersonId> = people.into_iter().map(PersonId).collect();
        names.extend(members::people(handle, &ids).await?.into_iter().map(|person| (person.id.0, person.name)));
    }
    for id in picked {
        names.extend(groups::find(handle, GroupId(id)).await?.map(|group| (id, group.name)));
    }
    let mut problems = Vec::new();
    for (section, field, id) in picks {
        match names.iter().find(|(known, _)| *known == id) {
            Some((_, name)) => answers.set(&field.key, json!({"id": id.to_string(), "name": name}) as Value),
            None => problems.push(Problem {
                section: section.key.clone(),
                field: field.key.clone(),
                message: format!("“{}” names somebody who is not here any more. Choose again from the list.", field.label),
            }),
        }
    }
    Ok(problems)
}

/// The time answered in the plan's `schedule_field`, where the requester is; a date means the beginning of its day.
fn begins_at(item: &Item, form: &Form, answers: &Answers, caller: &Caller) -> Option<DateTime<Utc>> {
    let key = item.plan.schedule_field.as_deref()?;
    let asked = journey::prune(form, answers);
    let text = asked.get(key)?.as_str()?;
    let local = parse_datetime(text).or_else(|| parse_date(text)?.and_hms_opt(0, 0, 0))?;
    Some(zones::moment(caller.zone, local))
}
