//! Approvals as they are stored: those frozen before there were stages read as one stage.

use super::{Approval, FrozenRule, FrozenStage, RuleDecision, RuleMove, StageRequirement, StageSettlement};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What any version of Docket may have stored.
#[derive(Deserialize)]
pub struct StoredApproval {
    #[serde(default)]
    stages: Vec<FrozenStage>,
    #[serde(default)]
    require: StageRequirement,
    #[serde(default)]
    rules: Vec<FrozenRule>,
    #[serde(default)]
    self_approval: bool,
    #[serde(default)]
    decisions: Vec<RuleDecision>,
    #[serde(default)]
    moves: Vec<RuleMove>,
    #[serde(default)]
    settled: Vec<StageSettlement>,
    #[serde(default)]
    opened_at: Option<DateTime<Utc>>,
    #[serde(default)]
    opened_by: u32,
    #[serde(default)]
    paused_at: Option<DateTime<Utc>>,
    #[serde(default)]
    done: Vec<String>,
}

impl From<StoredApproval> for Approval {
    fn from(stored: StoredApproval) -> Self {
        let one = Self::of_one_stage(stored.require, stored.rules);
        Self {
            stages: if stored.stages.is_empty() { one.stages } else { stored.stages },
            self_approval: stored.self_approval,
            decisions: stored.decisions,
            moves: stored.moves,
            settled: stored.settled,
            opened_at: stored.opened_at,
            opened_by: stored.opened_by,
            paused_at: stored.paused_at,
            done: stored.done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::RuleTarget;
    use serde_json::json;

    #[test]
    fn what_was_frozen_before_stages_reads_as_one_stage() {
        let old = json!({
            "require": "any",
            "rules": [{"key": "ruth", "label": "Owner", "words": "Ruth Abel", "target": {"kind": "administrators"}}],
            "decisions": [{"rule": "ruth", "by": {"id": "00000000-0000-0000-0000-000000000001", "name": "Ruth Abel"},
                           "at": "2026-03-12T09:00:00Z", "verdict": "approve", "reason": ""}]
        });
        let read: Approval = serde_json::from_value(old).unwrap();
        assert_eq!((read.stages.len(), read.stages[0].require), (1, StageRequirement::Any));
        assert_eq!((&read.stages[0].rules[0].target, read.decisions.len()), (&RuleTarget::Administrators, 1));
        let again: Approval = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read);
        let none: Approval = serde_json::from_value(json!({"require": "all", "rules": [], "decisions": []})).unwrap();
        assert_eq!(none, Approval::default());
    }

    #[test]
    fn a_frozen_number_of_rules_survives_storage() {
        let rule = crate::approvals::machine::fallback();
        let approval = Approval::of_one_stage(StageRequirement::AtLeast(2), vec![rule]);
        let text = serde_json::to_string(&approval).unwrap();
        assert_eq!(serde_json::from_str::<Approval>(&text).unwrap(), approval);
    }
}
