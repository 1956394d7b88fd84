//! Submission: the form is resolved again, checked and frozen; one transaction saves it. The draft's id makes it happen once.
//!
//! What is only read (item, form, picked people, approvers) is in memory (`known`), and the database saves the request only while that is
//! what it has itself. Otherwise it is filed again by what is there now.

use super::drafts::{DialogOpening, check_size, draft_page};
use super::recording::{DecidedRequest, decided_batch};
use super::{announcing, route, sla};
use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::known::{KnownItem, OrganizationRules};
use crate::people::offered_space;
use crate::store::{ChangeBatch, StoreHandle, Tx, drafts, form_versions, micros, requests, tasks};
use crate::zones;
use chrono::{DateTime, Utc};
use domain::catalog::CatalogItem;
use domain::forms::dates::{parse_date, parse_datetime};
use domain::forms::resolver::FormVersion;
use domain::forms::{Answers, Form, journey};
use domain::id::{GroupId, PersonId, RequestId, SpaceId};
use domain::requests::AnswerTimes;
use domain::requests::filing::{FiledRequest, FilingSpaces, RequestFiling, file};
use domain::requests::number::docket_number;
use domain::requests::tasks::Task;
use domain::requests::times::local_times;
use domain::requests::wire::{SubmissionOutcome, SubmitDraft};
use domain::{Problem, Refusal};
use serde_json::{Value, json};
use std::sync::Arc;

/// How often it is tried with another docket number, of which a prefix has a million, or with rules that have changed.
const TRIES: u32 = 16;

/// Submits a draft. The same id gives the same request, however often it is sent.
///
/// # Errors
/// Not found when the item or the draft is not the caller's.
pub async fn submit(backend: &Backend, caller: &Caller, draft: SubmitDraft) -> Result<SubmissionOutcome> {
    check_size(&draft.answers)?;
    let mut known = backend.known(caller.organization).await?;
    for _ in 0..TRIES {
        let ready = prepare(backend, caller, &known, &draft).await;
        if let Ok(FilingReadiness::Filed(prepared)) = &ready
            && save(backend, caller, &known, prepared).await?
        {
            return Ok(SubmissionOutcome::Filed { number: prepared.filed.request.number.clone() });
        }
        // Whatever stands in the way, it means nothing when an earlier try filed it.
        if let Some(number) = number_if_already_filed(backend, caller, draft.id).await? {
            return Ok(SubmissionOutcome::Filed { number });
        }
        let now = backend.known_now(caller.organization).await?;
        if now.version() == known.version() {
            match ready? {
                FilingReadiness::Other(other) => return Ok(other),
                // Somebody else's draft or request never becomes the caller's, also not one of another organization. Otherwise its number was taken, and it gets another one.
                FilingReadiness::Filed(_)
                    if drafts::is_taken(&backend.store().platform(), caller.organization, caller.id(), draft.id).await? =>
                {
                    return Err(Refusal::NotFound.into());
                }
                FilingReadiness::Filed(_) => {}
            }
        }
        known = now;
    }
    Err(Error::failed(format!("no free docket number for {}, or rules that never stay", draft.item_key)))
}

/// A submission before its transaction.
enum FilingReadiness {
    Filed(Box<PreparedFiling>),
    /// Nothing to file: the answers or the form need another look.
    Other(SubmissionOutcome),
}

/// A filed request that is not saved yet.
#[derive(Clone)]
struct PreparedFiling {
    filed: FiledRequest,
    form: Arc<FormVersion>,
    turn: requests::QueuePosition,
    /// Of the rules it was filed by.
    version: i64,
}

/// The docket number an earlier try of the same submission got. Waits for one that is on its way to the disk.
async fn number_if_already_filed(backend: &Backend, caller: &Caller, draft: RequestId) -> Result<Option<String>> {
    let found = backend.store().write(caller.organization, move |tx| Box::pin(requests::number(tx, draft))).await?;
    match found {
        Some((number, requester)) if requester == caller.id() => Ok(Some(number)),
        Some(_) => Err(Refusal::NotFound.into()),
        None => Ok(None),
    }
}

/// Files the draft by what is known, unless there is something to look at again.
async fn prepare(be: &Backend, caller: &Caller, known: &OrganizationRules, draft: &SubmitDraft) -> Result<FilingReadiness> {
    let handle = &be.store().read(caller.organization);
    let of = known.offered(&draft.item_key, caller).ok_or(Refusal::NotFound)?;
    let form = of.form_for(&caller.facts.group_keys())?;
    if form.hash() != draft.form_version {
        return changed(be, handle, caller, (known, of), draft).await;
    }
    let (item, mut answers) = (of.item.clone(), draft.answers.clone());
    let problems = verify_picks(handle, known, caller, form.form(), &mut answers).await?;
    if !problems.is_empty() {
        return Ok(FilingReadiness::Other(SubmissionOutcome::Problems { problems }));
    }
    let now = be.stamp(handle).await?;
    let filed = file(RequestFiling {
        id: draft.id,
        number: docket_number(&item.prefix, be.bytes()),
        item_id: of.id,
        directory: route::directory(handle, known, &item, &answers, caller.id(), be.now()).await?,
        spaces: spaces(known, caller, &item, form.form(), &answers),
        begins_at: begins_at(&item, form.form(), &answers, caller),
        times: answer_times(form.form(), &answers, caller),
        item,
        requester: caller.facts.person.clone(),
        form: form.clone(),
        answers,
        now,
        today: caller.today(be.now()),
    });
    match filed {
        Ok(filed) => {
            let turn = sla::first_turn(known, &filed.request, &filed.decision);
            Ok(FilingReadiness::Filed(Box::new(PreparedFiling { filed, form, turn, version: known.version() })))
        }
        Err(Refusal::Problems { problems }) => Ok(FilingReadiness::Other(SubmissionOutcome::Problems { problems })),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The form is another one than was filled: the draft as it reads in the present one.
async fn changed(
    be: &Backend,
    handle: &impl StoreHandle,
    caller: &Caller,
    of: (&OrganizationRules, &KnownItem),
    draft: &SubmitDraft,
) -> Result<FilingReadiness> {
    let before = drafts::find(handle, draft.id).await?.filter(|saved| saved.person == caller.id());
    let filled = DialogOpening {
        id: draft.id,
        answers: draft.answers.clone(),
        step: before.as_ref().and_then(|saved| saved.step.clone()),
        saved_at: before.as_ref().map(|saved| saved.saved_at),
        began_with: before.map(|saved| saved.form),
    };
    let page = draft_page(be, handle, caller, of, filled).await?;
    Ok(FilingReadiness::Other(SubmissionOutcome::Changed { page: Box::new(page) }))
}

/// Saves a filed request as a whole. False, and nothing is saved, when its number is taken, an earlier try saved it, its draft is somebody
/// else's, or the rules it was filed by are not the present ones.
async fn save(be: &Backend, caller: &Caller, known: &OrganizationRules, prepared: &PreparedFiling) -> Result<bool> {
    let filed = &prepared.filed;
    if known.keeps(prepared.form.hash())? && !super::tasks::has_planned(&filed.request, &filed.decision) {
        let handle = be.store().read(caller.organization);
        let batch = rows(&handle, be, prepared, &[])?;
        return be.store().add(batch, announcing::change(caller.organization, &filed.request)).await;
    }
    let (be, own) = (be.clone(), prepared.clone());
    let saved = be.clone().store().write(caller.organization, move |tx| Box::pin(async move { save_more(tx, &be, own).await })).await?;
    if saved {
        known.kept(prepared.form.hash())?;
    }
    Ok(saved)
}

/// As `save`, with what has to be read or written besides: the form's version, the tasks of work that begins at once.
async fn save_more(tx: &Tx<'_>, be: &Backend, mut prepared: PreparedFiling) -> Result<bool> {
    let (form, now) = (&prepared.form, prepared.filed.request.submitted_at);
    form_versions::keep(tx, form.hash(), form.form(), micros(now)).await?;
    let mut made = Vec::new();
    let filed = &mut prepared.filed;
    if let Some((decision, tasks)) = super::tasks::planned(tx, be, &filed.request, &filed.decision).await? {
        filed.request.state = decision.state.clone();
        (filed.decision, made) = (decision, tasks);
    }
    if !tx.write(rows(tx, be, &prepared, &made)?).await? {
        tx.undo();
        return Ok(false);
    }
    let request = &prepared.filed.request;
    tasks::insert(tx, request.id, &made, 0, now).await?;
    announcing::announce(tx, request);
    Ok(true)
}

/// What is written of a filed request.
fn rows(handle: &impl StoreHandle, be: &Backend, prepared: &PreparedFiling, begun: &[Task]) -> Result<ChangeBatch> {
    let PreparedFiling { filed: FiledRequest { request, decision }, turn, version, .. } = prepared;
    let decided = DecidedRequest { request, decision, turn: *turn, begun, filed_by: Some(*version) };
    decided_batch(handle, be, &[decided], request.submitted_at)
}

/// Looks up picked people and groups in the organization: their names are rewritten as they are, and strangers are refused.
async fn verify_picks(
    handle: &impl StoreHandle,
    known: &OrganizationRules,
    caller: &Caller,
    form: &Form,
    answers: &mut Answers,
) -> Result<Vec<Problem>> {
    let asked = journey::prune(form, answers);
    let picks: Vec<_> = form
        .sections
        .iter()
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
        .filter(|(_, field)| matches!(field.kind.as_str(), "user_picker" | "group_picker" | "space_picker"))
        .filter_map(|(section, field)| {
            let id: uuid::Uuid = asked.get(&field.key)?.get("id")?.as_str()?.parse().ok()?;
            Some((section, field, id))
        })
        .collect();
    if picks.is_empty() {
        return Ok(Vec::new());
    }
    let of_kind = |kind: &str| picks.iter().filter(|(_, field, _)| field.kind == kind).map(|(_, _, id)| *id).collect::<Vec<_>>();
    let (people, picked, spaces) = (of_kind("user_picker"), of_kind("group_picker"), of_kind("space_picker"));
    let mut names: Vec<(uuid::Uuid, String)> = Vec::new();
    if !people.is_empty() {
        let ids: Vec<PersonId> = people.into_iter().map(PersonId).collect();
        names.extend(known.people(handle, &ids).await?.into_iter().map(|person| (person.id.0, person.name)));
    }
    names.extend(picked.into_iter().filter_map(|id| Some((id, known.group_of(GroupId(id))?.name.clone()))));
    let offered = spaces.into_iter().map(SpaceId).filter(|space| offered_space(caller, *space));
    names.extend(offered.filter_map(|id| Some((id.0, known.space(id)?.name))));
    let mut problems = Vec::new();
    for (section, field, id) in picks {
        match names.iter().find(|(known, _)| *known == id) {
            Some((_, name)) => answers.set(&field.key, json!({"id": id.to_string(), "name": name}) as Value),
            None => problems.push(Problem {
                section: section.key.clone(),
                field: field.key.clone(),
                message: format!(
                    "“{}” names {} no longer here. Choose again from the list.",
                    field.label,
                    if field.kind == "space_picker" { "a space that is" } else { "somebody who is" }
                ),
            }),
        }
    }
    Ok(problems)
}

/// The spaces that the request may belong to.
fn spaces(known: &OrganizationRules, caller: &Caller, item: &CatalogItem, form: &Form, answers: &Answers) -> FilingSpaces {
    let pickers = form.sections.iter().flat_map(|section| &section.fields).filter(|field| field.kind == "space_picker");
    let picked = pickers.filter_map(|field| answers.get(&field.key)?.get("id")?.as_str()?.parse().ok());
    FilingSpaces {
        of_item: item.space.as_deref().and_then(|key| known.space_of_key(key)),
        picked: picked.filter_map(|id| known.space(id)).collect(),
        of_requester: caller.space.and_then(|id| known.space(id)),
    }
}

/// The moments of the times that were answered, where the requester is.
fn answer_times(form: &Form, answers: &Answers, caller: &Caller) -> AnswerTimes {
    let local = local_times(form, answers);
    if local.is_empty() {
        return AnswerTimes::default();
    }
    let moments = local.into_iter().map(|(key, local)| (key, zones::settled(caller.zone, local)));
    AnswerTimes { zone: caller.zone.name().to_owned(), moments: moments.collect() }
}

/// The time answered in the plan's `schedule_field`, where the requester is; a date means the beginning of its day.
fn begins_at(item: &CatalogItem, form: &Form, answers: &Answers, caller: &Caller) -> Option<DateTime<Utc>> {
    let key = item.plan.schedule_field.as_deref()?;
    let asked = journey::prune(form, answers);
    let text = asked.get(key)?.as_str()?;
    let local = parse_datetime(text).or_else(|| parse_date(text)?.and_hms_opt(0, 0, 0))?;
    Some(zones::moment(caller.zone, local))
}
