//! Drafts: opened, saved by themselves, continued on another device, discarded and taken back.

use super::free_number::FreeNumber;
use super::route::route;
use crate::caller::Caller;
use crate::error::Result;
use crate::known::{KnownItem, OrganizationRules};
use crate::store::drafts::{self as store, SavedDraft};
use crate::store::{StoreHandle, requests};
use crate::{Backend, catalog};
use domain::Refusal;
use domain::catalog::may_request;
use domain::catalog::wire::DraftSummary;
use domain::forms::{Answers, Form, SchemaChange, journey, resolver};
use domain::id::{ItemId, PersonId, RequestId};
use domain::requests::AnswerTimes;
use domain::requests::title::title_of_answers;
use domain::requests::wire::{DraftPage, DraftSaved, SaveDraft};

/// Largest answers, as JSON.
const LARGEST_ANSWERS: usize = 256 * 1024;
/// Longest key of a step.
const LONGEST_STEP: usize = 200;
/// Drafts listed.
const LISTED: u64 = 50;

/// Opens the request dialog of an item: the caller's visible draft of it, or a new one. Saves nothing.
///
/// # Errors
/// Not found when the item is not for the caller.
pub async fn open_draft(backend: &Backend, caller: &Caller, item_key: &str) -> Result<DraftPage> {
    let handle = backend.store().read(caller.organization);
    let known = backend.known_to(caller).await?;
    let item = known.offered(item_key, caller).ok_or(Refusal::NotFound)?;
    let filled = match store::visible(&handle, caller.id(), item.id).await? {
        Some(draft) => DialogOpening::from(draft),
        None => {
            let id = next_id(backend, &handle, caller.id(), item.id).await?;
            DialogOpening { id, answers: Answers::default(), step: None, saved_at: None, began_with: None }
        }
    };
    draft_page(backend, &handle, caller, (&known, item), filled).await
}

/// Saves a draft; the latest save wins.
///
/// # Errors
/// Not found when the item or the draft is not the caller's; conflict when it was submitted or discarded; input when it is too large.
pub async fn save_draft(backend: &Backend, caller: &Caller, draft: SaveDraft) -> Result<DraftSaved> {
    check_size(&draft.answers)?;
    let (be, caller, known) = (backend.clone(), caller.clone(), backend.known_to(caller).await?);
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                if let Some((number, requester)) = requests::number(tx, draft.id).await? {
                    return Err(submitted_already(&number, requester, caller.id()).into());
                }
                let item = known.offered(&draft.item_key, &caller).ok_or(Refusal::NotFound)?;
                let before = store::find(tx, draft.id).await?;
                if let Some(before) = &before {
                    if before.person != caller.id() || before.item != item.id {
                        return Err(Refusal::NotFound.into());
                    }
                    if before.discarded {
                        return Err(Refusal::conflict("This draft was discarded. Restore it to go on with it.").into());
                    }
                }
                let version = item.form_for(&caller.facts.group_keys())?;
                // The schema a draft was filled with is kept until the browser has shown the new one.
                let form = match before {
                    Some(before) if version.hash() != draft.form_version => before.form,
                    _ => version.form().clone(),
                };
                let saved_at = be.now();
                let step = draft.step.map(|step| step.chars().filter(|c| *c != '\0').take(LONGEST_STEP).collect());
                let saved = SavedDraft {
                    id: draft.id,
                    person: caller.id(),
                    item: item.id,
                    answers: draft.answers,
                    step,
                    form,
                    saved_at,
                    discarded: false,
                };
                if !store::save(tx, &saved).await? {
                    return Err(Refusal::NotFound.into());
                }
                Ok(DraftSaved { saved_at })
            })
        })
        .await
}

/// Discards a draft; `restore_draft` undoes it.
///
/// # Errors
/// Not found when it is not the caller's.
pub async fn discard_draft(backend: &Backend, caller: &Caller, id: RequestId) -> Result<()> {
    set_discarded(backend, caller, id, true).await
}

/// Takes back a discard.
///
/// # Errors
/// Not found when it is not the caller's.
pub async fn restore_draft(backend: &Backend, caller: &Caller, id: RequestId) -> Result<()> {
    set_discarded(backend, caller, id, false).await
}

async fn set_discarded(backend: &Backend, caller: &Caller, id: RequestId, discarded: bool) -> Result<()> {
    let (at, person) = (discarded.then(|| backend.now()), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                if store::discard(tx, person, id, at).await? {
                    return Ok(());
                }
                match requests::number(tx, id).await? {
                    Some((number, requester)) => Err(submitted_already(&number, requester, person).into()),
                    None => Err(Refusal::NotFound.into()),
                }
            })
        })
        .await
}

/// The caller's drafts, the last saved first; those of items that are no longer offered are left out.
///
/// # Errors
/// When the database fails.
pub async fn drafts(backend: &Backend, caller: &Caller) -> Result<Vec<DraftSummary>> {
    let handle = backend.store().read(caller.organization);
    let saved = store::of_person(&handle, caller.id(), LISTED).await?;
    if saved.is_empty() {
        return Ok(Vec::new());
    }
    let known = backend.known_to(caller).await?;
    Ok(saved
        .iter()
        .filter_map(|draft| {
            let item = known.items().iter().find(|known| known.id == draft.item).map(|known| &known.item)?;
            if !may_request(item, &caller.facts) {
                return None;
            }
            Some(DraftSummary {
                id: draft.id,
                item_key: item.key.clone(),
                item_name: item.name.clone(),
                title: title_of_answers(&item.title_template, &draft.form, &draft.answers, &AnswerTimes::default())
                    .unwrap_or_else(|| item.name.clone()),
                prefix: item.prefix.clone(),
                progress: progress(draft),
                saved_at: draft.saved_at,
            })
        })
        .collect())
}

/// "Step 2 of 4, Access": the visible sections, and the review at the end.
fn progress(draft: &SavedDraft) -> String {
    let effective = journey::effective(&draft.form, &draft.answers);
    let sections = journey::visible_sections(&draft.form, &effective);
    let steps = sections.len() + 1;
    match draft.step.as_deref() {
        Some("review") => format!("Step {steps} of {steps}, Review"),
        step => {
            let at = sections.iter().position(|section| Some(section.key.as_str()) == step).unwrap_or_default();
            match sections.get(at) {
                Some(section) => format!("Step {} of {steps}, {}", at + 1, section.title),
                None => String::new(),
            }
        }
    }
}

/// What a dialog is opened with.
pub(super) struct DialogOpening {
    pub id: RequestId,
    pub answers: Answers,
    pub step: Option<String>,
    pub saved_at: Option<chrono::DateTime<chrono::Utc>>,
    /// The schema it was filled with before.
    pub began_with: Option<Form>,
}

impl From<SavedDraft> for DialogOpening {
    fn from(draft: SavedDraft) -> Self {
        Self { id: draft.id, answers: draft.answers, step: draft.step, saved_at: Some(draft.saved_at), began_with: Some(draft.form) }
    }
}

/// The dialog with these answers. When the schema changed since, it says what did and keeps the answers that still fit.
pub(super) async fn draft_page(
    backend: &Backend,
    handle: &impl StoreHandle,
    caller: &Caller,
    (known, item): (&OrganizationRules, &KnownItem),
    filled: DialogOpening,
) -> Result<DraftPage> {
    let version = item.form_for(&caller.facts.group_keys())?;
    let form = version.form();
    let changes: Vec<SchemaChange> = match &filled.began_with {
        Some(old) if old != form => resolver::changes(old, form),
        _ => Vec::new(),
    };
    let route = route(backend, handle, (known, item), form, &filled.answers, &caller.facts).await?;
    let item = &item.item;
    Ok(DraftPage {
        id: filled.id,
        item: catalog::card(item),
        title_template: item.title_template.clone(),
        form_version: version.hash().to_owned(),
        answers: resolver::fitting(form, &filled.answers),
        form: form.clone(),
        step: filled.step,
        saved_at: filled.saved_at,
        today: caller.today(backend.now()),
        route,
        after: item.plan.words.clone(),
        changes,
    })
}

/// The id of the next request of this item by this person. The same until it is used: two tabs that were opened before anything was
/// saved fill one draft, and send one request. It is used up when a draft or a request has it: ids follow from numbers, and the next is
/// the first that nothing has.
///
/// Whoever saves under an id first has it, so that nobody else may reckon it: pages show people's and items' ids, but not the key.
async fn next_id(backend: &Backend, handle: &impl StoreHandle, person: PersonId, item: ItemId) -> Result<RequestId> {
    let organization = handle.organization();
    let numbered = |number: u64| -> Result<RequestId> {
        let parts: [&[u8]; 4] = [organization.as_bytes(), person.0.as_bytes(), item.0.as_bytes(), &number.to_be_bytes()];
        let digest = backend.settings().keys.keyed_digest("a numbered draft of a person", &parts)?;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Ok(RequestId(uuid::Builder::from_custom_bytes(bytes).into_uuid()))
    };
    let mut search = FreeNumber::new();
    loop {
        let ids = search.asked().iter().map(|number| numbered(*number)).collect::<Result<Vec<_>>>()?;
        let mut used = requests::existing(handle, &ids).await?;
        used.extend(store::existing(handle, &ids).await?);
        let first_free = ids.iter().position(|id| !used.contains(id));
        if let Some(number) = search.hear(first_free) {
            return numbered(number);
        }
    }
}

/// Refuses answers beyond what any form needs.
pub(super) fn check_size(answers: &Answers) -> Result<()> {
    if serde_json::to_vec(answers)?.len() > LARGEST_ANSWERS {
        return Err(Refusal::input("answers", "The answers are too long to be kept. Shorten the longest text, then try again.").into());
    }
    Ok(())
}

fn submitted_already(number: &str, requester: PersonId, caller: PersonId) -> Refusal {
    if requester == caller {
        Refusal::conflict(format!("This was sent already, as {number}. Open {number} to see where it stands."))
    } else {
        Refusal::NotFound
    }
}
