//! What the parts of the log's page share: the page as it is now, and the entry that is open.

use super::api::{audit_entry, audit_page};
use super::location::AuditLocation;
use crate::error::CallError;
use domain::audit::wire::{AuditDetail, AuditPage};
use domain::id::AuditEntryId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Everything the parts share.
#[derive(Clone, Copy)]
pub struct AuditState {
    pub place: Memo<AuditLocation>,
    pub page: RwSignal<AuditPage>,
    pub open: RwSignal<Option<AuditDetail>>,
    pub refused: RwSignal<Option<CallError>>,
    /// Another list is on its way.
    pub loading: RwSignal<bool>,
}

impl AuditState {
    /// As first found.
    pub fn new(page: AuditPage, open: Option<AuditDetail>, place: Memo<AuditLocation>) -> Self {
        Self { place, page: RwSignal::new(page), open: RwSignal::new(open), refused: RwSignal::new(None), loading: RwSignal::new(false) }
    }

    /// Shows what belongs to another address.
    pub fn go(self, before: &AuditLocation, now: AuditLocation) {
        if now.open != before.open {
            self.look(now.open);
        }
        if !now.lists_like(before) {
            self.load(now);
        }
    }

    fn load(self, place: AuditLocation) {
        self.loading.set(true);
        spawn_local(async move {
            let answer = audit_page(place.filter.clone(), place.after.clone()).await;
            // Another list was asked for meanwhile: its answer counts.
            if !self.place.try_get_untracked().is_some_and(|now| now.lists_like(&place)) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(page) => {
                    self.refused.set(None);
                    self.page.set(page);
                }
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }

    fn look(self, id: Option<AuditEntryId>) {
        let Some(id) = id else {
            self.open.set(None);
            return;
        };
        spawn_local(async move {
            let answer = audit_entry(id).await;
            if self.place.try_get_untracked().and_then(|place| place.open) != Some(id) {
                return;
            }
            match answer {
                Ok(found) => self.open.set(Some(found)),
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }
}
