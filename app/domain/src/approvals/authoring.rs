//! Policies as they are written in definition files.
//!
//! ```yaml
//! approval:            # one stage, as always
//!   require: any
//!   rules: [..]
//! approval:            # or several, in order
//!   stages:
//!     - key: money
//!       label: Money
//!       at_least: 2
//!       rules: [..]
//! ```

use super::{ApprovalPolicy, ApprovalRule, ApprovalStage, StageDeadline, StageRequirement};
use crate::forms::AnswerCondition;
use serde::{Deserialize, Serialize};

/// Key of the stage of a policy that is written without `stages:`.
pub const ONLY_STAGE: &str = "approval";

/// How a number of rules is written: `require: any`, or `at_least: 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenRequire {
    All,
    Any,
}

/// A policy in a definition file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    require: Option<WrittenRequire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<ApprovalRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<StageDeadline>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stages: Vec<WrittenStage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<AnswerCondition>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    self_approval: bool,
}

/// A stage in a definition file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStage {
    key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    require: Option<WrittenRequire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<ApprovalRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<AnswerCondition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<StageDeadline>,
}

fn require(word: Option<WrittenRequire>, at_least: Option<u32>) -> Result<StageRequirement, &'static str> {
    match (word, at_least) {
        (Some(_), Some(_)) => Err("write either require: or at_least:, not both"),
        (_, Some(0)) => Err("at_least: must be 1 or more"),
        (_, Some(n)) => Ok(StageRequirement::AtLeast(n)),
        (Some(WrittenRequire::Any), None) => Ok(StageRequirement::Any),
        (Some(WrittenRequire::All) | None, None) => Ok(StageRequirement::All),
    }
}

fn written(require: StageRequirement) -> (Option<WrittenRequire>, Option<u32>) {
    match require {
        StageRequirement::All => (Some(WrittenRequire::All), None),
        StageRequirement::Any => (Some(WrittenRequire::Any), None),
        StageRequirement::AtLeast(n) => (None, Some(n)),
    }
}

impl TryFrom<WrittenPolicy> for ApprovalPolicy {
    type Error = &'static str;

    fn try_from(w: WrittenPolicy) -> Result<Self, Self::Error> {
        let only = require(w.require, w.at_least)?;
        let stages = if w.stages.is_empty() {
            if w.rules.is_empty() && only == StageRequirement::All && w.deadline.is_none() {
                Vec::new()
            } else {
                let key = ONLY_STAGE.to_owned();
                vec![ApprovalStage { key, label: String::new(), require: only, rules: w.rules, when: None, deadline: w.deadline }]
            }
        } else if w.rules.is_empty() && w.require.is_none() && w.at_least.is_none() && w.deadline.is_none() {
            w.stages
                .into_iter()
                .map(|s| {
                    let require = require(s.require, s.at_least)?;
                    Ok(ApprovalStage { key: s.key, label: s.label, require, rules: s.rules, when: s.when, deadline: s.deadline })
                })
                .collect::<Result<_, &'static str>>()?
        } else {
            return Err("a policy has either stages:, or require:, rules: and deadline: of its only stage");
        };
        Ok(Self { stages, when: w.when, self_approval: w.self_approval })
    }
}

impl From<ApprovalPolicy> for WrittenPolicy {
    fn from(policy: ApprovalPolicy) -> Self {
        let plain = match policy.stages.as_slice() {
            [] => true,
            [only] => only.key == ONLY_STAGE && only.label.is_empty() && only.when.is_none(),
            _ => false,
        };
        let base = Self {
            require: None,
            at_least: None,
            rules: Vec::new(),
            deadline: None,
            stages: Vec::new(),
            when: policy.when,
            self_approval: policy.self_approval,
        };
        if plain {
            let only = policy.stages.into_iter().next();
            let (require, at_least) = written(only.as_ref().map(|stage| stage.require).unwrap_or_default());
            let (rules, deadline) = only.map(|stage| (stage.rules, stage.deadline)).unwrap_or_default();
            return Self { require, at_least, rules, deadline, ..base };
        }
        let stages = policy.stages.into_iter().map(|stage| {
            let (require, at_least) = written(stage.require);
            let ApprovalStage { key, label, rules, when, deadline, .. } = stage;
            WrittenStage { key, label, require, at_least, rules, when, deadline }
        });
        Self { stages: stages.collect(), ..base }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> ApprovalPolicy {
        yaml_serde::from_str(yaml).unwrap()
    }

    fn again(policy: &ApprovalPolicy) -> ApprovalPolicy {
        yaml_serde::from_str(&yaml_serde::to_string(policy).unwrap()).unwrap()
    }

    #[test]
    fn the_short_form_is_one_stage_and_is_written_back_short() {
        let short = "require: any\nrules:\n- key: money\n  label: Who pays\n  person: ruth@north.example\n";
        let policy = read(short);
        assert_eq!((policy.stages.len(), policy.stages[0].require), (1, StageRequirement::Any));
        assert_eq!(yaml_serde::to_string(&policy).unwrap(), short);
        assert_eq!(read("{}"), ApprovalPolicy::default());
        assert_eq!(again(&ApprovalPolicy::default()), ApprovalPolicy::default());
        assert_eq!(yaml_serde::to_string(&ApprovalPolicy::default()).unwrap(), "require: all\n");
    }

    #[test]
    fn stages_numbers_conditions_and_deadlines_survive_both_ways() {
        let policy = read(
            "when: {field: amount, at_least: 100}
self_approval: true
stages:
  - key: team
    label: Team
    at_least: 2
    rules:
      - {key: a, label: A, group: owners, role: lead}
      - {key: b, label: B, manager: true}
      - {key: c, label: C, answer: boss}
  - key: money
    label: Money
    when: {field: amount, at_least: 500}
    require: any
    rules:
      - {key: d, label: D, team: true, when: {field: kind, equals: loan}}
      - {key: e, label: E, administrators: true}
    deadline: {hours: 72, remind: [24, 48], escalate_to: ruth@north.example, escalate_after: 48, then: reject}
",
        );
        assert_eq!(policy.stages[0].require, StageRequirement::AtLeast(2));
        assert_eq!(policy.stages[1].deadline.as_ref().unwrap().remind, [24, 48]);
        assert!(policy.self_approval && policy.stages.iter().flat_map(|stage| &stage.rules).all(|rule| rule.names() == 1));
        assert_eq!(again(&policy), policy);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for wrong in [
            "{require: all, at_least: 2}",
            "{at_least: 0}",
            "{rules: [{key: a, label: A, manager: true}], stages: [{key: s}]}",
            "{require: most}",
            "{stages: [{key: s, boss: 1}]}",
        ] {
            assert!(yaml_serde::from_str::<ApprovalPolicy>(wrong).is_err(), "{wrong}");
        }
    }
}
