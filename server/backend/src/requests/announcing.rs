//! What open pages are told of a request that changed, in one place: once it is committed.

use crate::live::LiveChange;
use crate::store::{StoreHandle, Tx};
use domain::approvals::{Approval, machine};
use domain::id::OrganizationId;
use domain::requests::{Request, RequestState, lifecycle};

/// Tells open pages, once committed.
pub(crate) fn announce(tx: &Tx<'_>, request: &Request) {
    tx.announce(change(OrganizationId(tx.organization()), request));
}

/// Tells open pages of a decision, once committed: those of whoever could decide before, and of whoever can by it.
pub(crate) fn announce_decision(tx: &Tx<'_>, request: &Request, after: &RequestState) {
    let moved = (request.state.approval.moves != after.approval.moves).then_some(&after.approval);
    tx.announce(change_of(OrganizationId(tx.organization()), request, std::iter::once(&request.state.approval).chain(moved)));
}

/// What open pages are told of a request that changed. Every approver's inbox may look different now.
pub(crate) fn change(organization: OrganizationId, request: &Request) -> LiveChange {
    change_of(organization, request, std::iter::once(&request.state.approval))
}

fn change_of<'a>(organization: OrganizationId, request: &Request, approvals: impl Iterator<Item = &'a Approval>) -> LiveChange {
    let keys = |approval: &Approval| -> Vec<String> {
        approval.rules().flat_map(|rule| machine::targets(approval, rule)).map(|target| target.index_key()).collect()
    };
    let mut targets: Vec<String> = approvals.flat_map(keys).collect();
    targets.sort();
    targets.dedup();
    let place = lifecycle::access_place(request);
    LiveChange::Request { organization, number: request.number.clone(), requester: request.requester.id, targets, place }
}
