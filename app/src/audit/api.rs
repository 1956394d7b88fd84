//! Server functions of the audit log.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::audit::wire::{AuditDetail, AuditFilter, AuditPage};
use domain::id::AuditEntryId;
use leptos::prelude::*;

/// A page of the log.
#[server(name = AuditLogCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "audit/page")]
pub async fn audit_page(filter: AuditFilter, after: Option<String>) -> Result<AuditPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::audit::page(&backend, &caller, filter, after).await)
}

/// One entry whole.
#[server(name = AuditEntryCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "audit/entry")]
pub async fn audit_entry(id: AuditEntryId) -> Result<AuditDetail, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::audit::entry(&backend, &caller, id).await)
}
