//! What the audit log keeps of spaces, roles and grants.

use crate::Backend;
use crate::audit::{AuditActor, record};
use crate::error::{Error, Result};
use crate::store::{Tx, groups, items, roles, spaces};
use domain::access::reasons::role_word;
use domain::access::spaces::Space;
use domain::access::{Grant, GrantScope, GrantSubject, OwnRole};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use serde_json::{Value, json};

/// Writes down that a grant was given, or taken back.
///
/// # Errors
/// When the database fails: nothing is changed then.
pub(crate) async fn record_grant(tx: &Tx<'_>, backend: &Backend, actor: &AuditActor, kind: AuditKind, grant: &Grant) -> Result<()> {
    let place = match grant.scope {
        GrantScope::Organization => None,
        GrantScope::Space(id) => spaces::all(tx).await?.into_iter().find(|space| space.id == id).map(|space| space.name),
        GrantScope::Item(id) => items::all(tx).await?.into_iter().find(|(known, _)| *known == id).map(|(_, item)| item.name),
    };
    let mut draft = AuditDraft::of(kind, grant.id.to_string(), "");
    match grant.subject {
        GrantSubject::Person(person) => draft.person = Some(person),
        GrantSubject::Group(id) => draft.name = groups::find(tx, id).await?.map(|group| group.name).unwrap_or_default(),
    }
    let values = json!({
        "role": role_word(&grant.role, &roles::all(tx).await?),
        "where": place.as_deref().unwrap_or("The whole organization"),
        "from": grant.starts_at,
        "until": grant.ends_at,
    });
    record(tx, backend, actor, vec![draft.with(one_side(kind == AuditKind::GrantEnded, &values))]).await
}

/// The values of what went, or of what came.
fn one_side(went: bool, values: &Value) -> ValueChanges {
    if went { ValueChanges::between(Some(values), None) } else { ValueChanges::between(None, Some(values)) }
}

/// A space that was added, changed or removed; None when nothing about it is different. `all` are those that it can be in.
pub(crate) fn draft_space<'a>(was: Option<&Space>, is: Option<&Space>, all: impl Iterator<Item = &'a Space> + Clone) -> Option<AuditDraft> {
    let values = |space: &Space| {
        let parent = space.parent.and_then(|id| all.clone().find(|one| one.id == id)).map(|one| one.name.as_str());
        json!({"name": space.name, "in": parent, "contact": Some(&space.contact).filter(|contact| !contact.is_empty())})
    };
    let kind = match (was, is) {
        (None, _) => AuditKind::SpaceCreated,
        (Some(_), Some(_)) => AuditKind::SpaceChanged,
        (Some(_), None) => AuditKind::SpaceRemoved,
    };
    let changes = ValueChanges::between(was.map(values).as_ref(), is.map(values).as_ref());
    let about = is.or(was)?;
    (!changes.is_empty()).then(|| AuditDraft::of(kind, about.key.as_str(), about.name.as_str()).with(changes))
}

/// A role of the organization's own that was made, changed or removed; None when nothing about it is different.
///
/// # Errors
/// When its permissions cannot be written, which they always can.
pub(crate) fn draft_role(was: Option<&OwnRole>, is: Option<&OwnRole>) -> Result<Option<AuditDraft>> {
    let values = |role: &OwnRole| {
        let allowed = serde_json::to_value(role.permissions).map_err(Error::failed)?;
        Ok::<Value, Error>(json!({"name": role.name, "allows": allowed}))
    };
    let kind = match (was, is) {
        (None, _) => AuditKind::RoleCreated,
        (Some(_), Some(_)) => AuditKind::RoleChanged,
        (Some(_), None) => AuditKind::RoleRemoved,
    };
    let (before, after) = (was.map(values).transpose()?, is.map(values).transpose()?);
    let changes = ValueChanges::between(before.as_ref(), after.as_ref());
    let about = is.or(was).filter(|_| !changes.is_empty());
    Ok(about.map(|role| AuditDraft::of(kind, role.key.as_str(), role.name.as_str()).with(changes)))
}
