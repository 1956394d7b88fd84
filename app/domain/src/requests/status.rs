//! The words and kinds of statuses.

use super::Status;

/// Every status, in the order of product.md.
pub const STATUSES: [Status; 15] = [
    Status::Draft,
    Status::PendingApproval,
    Status::NeedsInfo,
    Status::Scheduled,
    Status::Open,
    Status::Assigned,
    Status::InProgress,
    Status::Blocked,
    Status::Escalated,
    Status::InQa,
    Status::Resolved,
    Status::Completed,
    Status::Failed,
    Status::Rejected,
    Status::Cancelled,
];

impl Status {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::PendingApproval => "Pending approval",
            Self::NeedsInfo => "Changes asked",
            Self::Scheduled => "Scheduled",
            Self::Open => "Open",
            Self::Assigned => "Assigned",
            Self::InProgress => "In progress",
            Self::Blocked => "Blocked",
            Self::Escalated => "Escalated",
            Self::InQa => "Sent to QA",
            Self::Resolved => "Resolved",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Rejected => "Rejected",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The name in tables, addresses and the API: the same as its serialised form.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingApproval => "pending_approval",
            Self::NeedsInfo => "needs_info",
            Self::Scheduled => "scheduled",
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Escalated => "escalated",
            Self::InQa => "in_qa",
            Self::Resolved => "resolved",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a `key`.
    pub fn parse(key: &str) -> Option<Self> {
        STATUSES.into_iter().find(|status| status.key() == key)
    }

    /// Whether it has ended. A failed request has not: it can be retried.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Cancelled)
    }

    /// Whether it was submitted and has not ended.
    pub fn is_open(self) -> bool {
        self != Self::Draft && !self.is_terminal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_serialised_form_and_parse_back() {
        for status in STATUSES {
            assert_eq!(serde_json::to_value(status).unwrap(), status.key());
            assert_eq!(Status::parse(status.key()), Some(status));
        }
        assert_eq!(Status::parse("Draft"), None);
    }

    #[test]
    fn all_statuses_are_listed_once_with_their_own_label() {
        let labels: std::collections::BTreeSet<_> = STATUSES.iter().map(|s| s.label()).collect();
        assert_eq!(labels.len(), 15);
    }

    #[test]
    fn a_status_is_a_draft_open_or_ended() {
        for status in STATUSES {
            let kinds = [status == Status::Draft, status.is_open(), status.is_terminal()];
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "{status:?}");
        }
    }
}
