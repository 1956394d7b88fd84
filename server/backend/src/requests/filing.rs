//! Submission: one transaction resolves the form again, checks, freezes and saves. The draft's id makes it happen once.

use super::drafts::{Filled, check_size, draft_page, found};
use super::{acting, route, waiting};
use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::{Tx, drafts, effects, events, form_versions, groups, items, members, micros, requests, waiting_rules};
use domain::forms::{Answers, Form, journey, resolver};
use domain::id::{EffectId, GroupId, PersonId};
use domain::requests::filing::{Filing, file};
use domain::requests::number::docket_number;
use domain::requests::wire::{SubmitDraft, Submitted};
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
    let (be, caller) = (backend.clone(), caller.clone());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                match try_submit(tx, &be, &caller, &draft).await {
                    done @ (Ok(Submitted::Filed { .. }) | Err(Error::Failed(_))) => done,
                    // Anything else means nothing when an earlier try filed it.
                    other => match earlier(tx, &caller, &draft).await? {
                        Some(number) => Ok(Submitted::Filed { number }),
                        None => other,
                    },
                }
            })
        })
        .await
}

/// The docket number an earlier try of the same submission got.
async fn earlier(tx: &Tx<'_>, caller: &Caller, draft: &SubmitDraft) -> Result<Option<String>> {
    match requests::number(tx, draft.id).await? {
        Some((number, requester)) if requester == caller.id() => Ok(Some(number)),
        Some(_) => Err(Refusal::NotFound.into()),
        None => Ok(None),
    }
}

async fn try_submit(tx: &Tx<'_>, be: &Backend, caller: &Caller, draft: &SubmitDraft) -> Result<Submitted> {
    let (item_id, item, authored) = found(items::by_key(tx, &draft.item_key).await?, caller)?;
    let form = resolver::resolve(&authored, &caller.facts.group_keys());
    if resolver::version_hash(&form) != draft.form_version {
        let before = drafts::find(tx, draft.id).await?.filter(|saved| saved.person == caller.id());
        let filled = Filled {
            id: draft.id,
            answers: draft.answers.clone(),
            step: before.as_ref().and_then(|saved| saved.step.clone()),
            saved_at: before.as_ref().map(|saved| saved.saved_at),
            began_with: before.map(|saved| saved.form),
        };
        let page = draft_page(be, tx, caller, &item, form, filled).await?;
        return Ok(Submitted::Changed { page: Box::new(page) });
    }
    let mut answers = draft.answers.clone();
    let problems = verify_picks(tx, &form, &mut answers).await?;
    if !problems.is_empty() {
        return Ok(Submitted::Problems { problems });
    }
    let now = be.now();
    let filing = Filing {
        id: draft.id,
        number: docket_number(&item.prefix, be.bytes()),
        item_id,
        directory: route::directory(tx, &item, &draft.answers).await?,
        begins_at: None,
        item,
        requester: caller.facts.person.clone(),
        form: form.clone(),
        answers,
        now,
        today: now.date_naive(),
    };
    let mut filed = match file(filing) {
        Ok(filed) => filed,
        Err(Refusal::Problems { problems }) => return Ok(Submitted::Problems { problems }),
        Err(refusal) => return Err(refusal.into()),
    };
    // Before anything is filed: somebody else's draft never becomes the caller's request.
    if !drafts::remove(tx, caller.id(), draft.id).await? && drafts::find(tx, draft.id).await?.is_some() {
        return Err(Refusal::NotFound.into());
    }
    form_versions::keep(tx, &filed.form_version_hash, &form, micros(now)).await?;
    let mut tried = 1;
    while !requests::insert(tx, &filed.request).await? {
        if let Some(number) = earlier(tx, caller, draft).await? {
            return Ok(Submitted::Filed { number });
        }
        if tried == NUMBERS_TRIED {
            return Err(Error::failed(format!("no free docket number for {}", filed.request.item.prefix)));
        }
        tried += 1;
        filed.request.number = docket_number(&filed.request.item.prefix, be.bytes());
    }
    let request = &filed.request;
    waiting_rules::insert(tx, request, &request.state.approval, &waiting(&request.state)).await?;
    events::insert(tx, request.id, &filed.decision.events).await?;
    let recorded: Vec<_> = filed.decision.effects.iter().map(|effect| (EffectId(be.id()), effect.clone())).collect();
    effects::insert(tx, request.id, &recorded, now).await?;
    acting::announce(tx, request);
    Ok(Submitted::Filed { number: filed.request.number })
}

/// Looks up picked people and groups in the organization: their names are rewritten as they are, and strangers are refused.
async fn verify_picks(tx: &Tx<'_>, form: &Form, answers: &mut Answers) -> Result<Vec<Problem>> {
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
        names.extend(members::people(tx, &ids).await?.into_iter().map(|person| (person.id.0, person.name)));
    }
    for id in picked {
        names.extend(groups::find(tx, GroupId(id)).await?.map(|group| (id, group.name)));
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
