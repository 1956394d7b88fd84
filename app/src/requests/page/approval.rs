//! The approval of a request: the rule in words, one punch hole a decision, who said what.

use crate::ui::{Avatar, Icon, TimeText};
use domain::approvals::wire::{ApprovalView, GivenView, RuleView, StageView};
use domain::approvals::{ApproverVerdict, StageRequirement};
use domain::requests::Status;
use domain::text::upper_first;
use leptos::prelude::*;

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleMark {
    Yes,
    No,
    /// Still needed.
    Waiting,
    /// No longer needed, or only one of several is.
    Spare,
}

/// The holes of an approval, one a rule, in order.
pub fn holes(approval: &ApprovalView) -> Vec<RuleMark> {
    let decided = |rule: &RuleView| match rule.given.as_ref().map(|g| g.verdict) {
        Some(ApproverVerdict::Approve) => Some(RuleMark::Yes),
        Some(ApproverVerdict::Reject) => Some(RuleMark::No),
        Some(ApproverVerdict::AskForChanges) | None => None,
    };
    let given = approval.rules.iter().filter(|rule| decided(rule) == Some(RuleMark::Yes)).count();
    let mut left = needed(approval).saturating_sub(given);
    approval
        .rules
        .iter()
        .map(|rule| {
            decided(rule).unwrap_or_else(|| {
                let hole = if left > 0 { RuleMark::Waiting } else { RuleMark::Spare };
                left = left.saturating_sub(1);
                hole
            })
        })
        .collect()
}

/// How many rules have to be met in all.
fn needed(approval: &ApprovalView) -> usize {
    match approval.stages.len() {
        0 | 1 => approval.require.needed(approval.rules.len()),
        _ => approval.stages.iter().map(|stage| stage.needed as usize).sum(),
    }
}

/// The rule in words: "Any 1 of 2", "All 3", "1 approval".
pub fn rule_words(approval: &ApprovalView) -> String {
    match (approval.require, approval.rules.len()) {
        _ if approval.stages.len() > 1 => format!("{} stages, {} approvals", approval.stages.len(), needed(approval)),
        (_, 0) => "No approval needed".to_owned(),
        (_, 1) => "1 approval".to_owned(),
        (StageRequirement::Any, n) => format!("Any 1 of {n}"),
        (StageRequirement::All, n) => format!("All {n} approvals"),
        (require, n) => require.words(n),
    }
}

/// Holes as drawn; hidden from assistive technology, words beside them say the same.
pub fn punches(holes: Vec<RuleMark>, large: bool) -> AnyView {
    let size = if large { " punch--lg" } else { "" };
    let punch = move |hole: RuleMark| match hole {
        RuleMark::Yes => view! { <span class=format!("punch{size} punch--yes")><Icon name="check" /></span> }.into_any(),
        RuleMark::No => view! { <span class=format!("punch{size} punch--no")><Icon name="x" /></span> }.into_any(),
        RuleMark::Waiting => view! { <span class=format!("punch{size}")></span> }.into_any(),
        RuleMark::Spare => view! { <span class=format!("punch{size} punch--spare")></span> }.into_any(),
    };
    view! { <span class="punches" aria-hidden="true">{holes.into_iter().map(punch).collect_view()}</span> }.into_any()
}

/// Whether rules may be re-routed now, and what to do when one is to be.
#[derive(Clone, Copy)]
pub struct RerouteAction {
    pub may: Memo<bool>,
    pub ask: Callback<RuleView>,
}

/// The approval slip. It draws itself anew when a decision arrives; nothing in it takes input.
#[component]
pub fn ApprovalSlip(
    #[prop(into)] approval: Signal<ApprovalView>,
    #[prop(into)] status: Signal<Status>,
    /// The heading is a third one, below the title of a request beside a list.
    #[prop(optional)]
    beside: bool,
    /// Opens the dialog that gives a rule to somebody else, for those who may.
    #[prop(optional)]
    reroute: Option<RerouteAction>,
) -> impl IntoView {
    let title =
        if beside { view! { <h3 id="s-appr">"Approval"</h3> }.into_any() } else { view! { <h2 id="s-appr">"Approval"</h2> }.into_any() };
    view! {
        <section class="slip" aria-labelledby="s-appr">
            <div class="slip__head">
                {title} <span class="push">{move || approval.with(|a| standing(a, status.get()))}</span>
            </div>
            <div class="slip__body stack">{move || approval.with(|a| tally(a, status.get(), reroute))}</div>
        </section>
    }
    .into_any()
}

fn standing(approval: &ApprovalView, status: Status) -> Option<AnyView> {
    let holes = holes(approval);
    let given = holes.iter().filter(|hole| **hole == RuleMark::Yes).count();
    let needed = needed(approval);
    let (class, icon, words) = if holes.is_empty() {
        return None;
    } else if holes.contains(&RuleMark::No) {
        ("status status--bad", "x", "Declined".to_owned())
    } else if given >= needed {
        ("status status--done", "check", "Approved".to_owned())
    } else if status == Status::NeedsInfo {
        ("status status--wait", "message-circle-question-mark", "Changes asked".to_owned())
    } else if status == Status::PendingApproval {
        ("status status--wait", "hourglass", format!("{given} of {needed} given"))
    } else {
        ("status", "circle-slash", "Not decided".to_owned())
    };
    Some(
        view! {
            <span class=class>
                <Icon name=icon />
                {words}
            </span>
        }
        .into_any(),
    )
}

fn tally(approval: &ApprovalView, status: Status, reroute: Option<RerouteAction>) -> AnyView {
    if approval.rules.is_empty() {
        return view! { <p>"No approval needed: the work begins at once."</p> }.into_any();
    }
    let waits = matches!(status, Status::PendingApproval | Status::NeedsInfo);
    let holes = holes(approval);
    let why = match (approval.require, approval.rules.len()) {
        _ if approval.stages.len() > 1 => "One stage after the other",
        (_, 1) => "This one decides",
        (StageRequirement::Any, _) => "One of them is enough",
        (StageRequirement::AtLeast(_), _) => "This many of them have to approve",
        (StageRequirement::All, _) => "Each of them has to approve",
    };
    let all: Vec<(RuleView, RuleMark)> = approval.rules.iter().cloned().zip(holes.iter().copied()).collect();
    let of_stage = |index: Option<u32>| {
        let some = all.iter().filter(|(rule, _)| index.is_none_or(|index| rule.stage == index));
        let votes = some.map(|(rule, hole)| {
            let stage = approval.stages.get(rule.stage as usize);
            let open = rule.given.is_none() && stage.is_none_or(|stage| !stage.met);
            vote(rule.clone(), *hole, waits, reroute.filter(|_| waits && open))
        });
        view! { <ul class="votes" role="list">{votes.collect_view()}</ul> }.into_any()
    };
    let body = if approval.stages.len() > 1 {
        let count = approval.stages.len();
        let stages = approval.stages.iter().enumerate().map(|(place, stage)| {
            let place = place as u32;
            let rules = all.iter().filter(|(rule, _)| rule.stage == place).count();
            view! { <section class="votes__stage">{stage_head(stage, place, (count, rules), waits)} {of_stage(Some(place))}</section> }
                .into_any()
        });
        stages.collect_view().into_any()
    } else {
        let only = approval.stages.first().map(|stage| stage_time(stage, waits));
        view! { {only} {of_stage(None)} }.into_any()
    };
    view! {
        <div class="tally">
            {punches(holes, true)} <p>
                <b>{rule_words(approval)}</b>
                <span class="tally__why">{why}</span>
            </p>
        </div>
        {body}
    }
    .into_any()
}

/// "Stage 2 of 2: Money", what it needs, and where it stands.
fn stage_head(stage: &StageView, place: u32, (count, rules): (usize, usize), waits: bool) -> AnyView {
    let label = if stage.label.is_empty() { String::new() } else { format!(": {}", stage.label) };
    let rules = if rules == 1 { "1 approval".to_owned() } else { stage.require.words(rules) };
    let (class, icon, words) = stage_standing(stage, waits);
    view! {
        <div class="votes__head">
            <p>
                <b>{format!("Stage {} of {count}{label}", place + 1)}</b>
                <span class="muted">{rules}</span>
            </p>
            <span class=class>
                <Icon name=icon />
                {words}
            </span>
        </div>
        {stage_time(stage, waits)}
    }
    .into_any()
}

fn stage_standing(stage: &StageView, waits: bool) -> (&'static str, &'static str, &'static str) {
    match (stage.settled, stage.met, stage.open && waits) {
        (Some(ApproverVerdict::Reject), _, _) => ("status status--bad", "x", "Declined"),
        (_, true, _) => ("status status--done", "check", "Approved"),
        (_, false, true) => ("status status--wait", "hourglass", "Decides now"),
        (_, false, false) if waits => ("status", "circle", "Comes after"),
        _ => ("status", "circle-slash", "Not decided"),
    }
}

/// When the open stage should be decided, and what Docket decided by itself.
fn stage_time(stage: &StageView, waits: bool) -> Option<AnyView> {
    if let Some(verdict) = stage.settled {
        let did = if verdict == ApproverVerdict::Reject { "declined" } else { "approved" };
        return Some(view! { <p class="soft">{format!("Docket {did} this stage, as nobody had decided in time.")}</p> }.into_any());
    }
    let due = stage.due_at.filter(|_| stage.open && waits)?;
    Some(
        view! {
            <p class="row soft votes__due">
                <Icon name="timer" />
                <span>"Decide by " <TimeText at=due /></span>
            </p>
        }
        .into_any(),
    )
}

fn vote(rule: RuleView, hole: RuleMark, waits: bool, reroute: Option<RerouteAction>) -> AnyView {
    let moved = (!rule.moved.is_empty()).then(|| view! { <p class="muted">{rule.moved.clone()}</p> });
    match rule.given {
        Some(given) => given_view(given, rule.label, moved.into_any()),
        None => {
            let words = match (rule.yours, &rule.on_behalf_of) {
                (true, Some(absent)) => format!("You can decide this for {}", absent.name),
                (true, None) => "You can decide this".to_owned(),
                (false, _) => upper_first(&rule.words),
            };
            let state = match (waits, hole) {
                (true, RuleMark::Spare) => "may answer too",
                (true, _) if rule.yours => "",
                (true, _) => "has not answered",
                (false, _) => "was not needed",
            };
            let label = rule.label.clone();
            let name = rule.words.clone();
            let button = reroute.map(|reroute| {
                let press = move |_| reroute.ask.run(rule.clone());
                let button = move || {
                    reroute.may.get().then(|| {
                        view! {
                            <button class="button button--sm" type="button" on:click=press.clone() aria-label=format!("Re-route, instead of {name}")>
                                "Re-route"
                            </button>
                        }
                    })
                };
                button.into_any()
            });
            view! {
                <li>
                    <span class="punch" aria-hidden="true"></span>
                    <div>
                        <p>
                            <b>{words}</b>
                            " "
                            {state}
                        </p>
                        <p class="muted">{label}</p>
                        {moved}
                    </div>
                    {button}
                </li>
            }
            .into_any()
        }
    }
}

fn given_view(given: GivenView, label: String, moved: AnyView) -> AnyView {
    let did = match given.verdict {
        ApproverVerdict::Approve => "approved",
        ApproverVerdict::Reject => "declined",
        ApproverVerdict::AskForChanges => "asked for changes",
    };
    let place = given.on_behalf_of.map(|person| format!(" for {}", person.name));
    let reason = (!given.reason.is_empty()).then(|| view! { <p class="soft">{format!("“{}”", given.reason)}</p> });
    view! {
        <li>
            <Avatar name=given.by.name.clone() />
            <div>
                <p>
                    <b>{given.by.name}</b>
                    " "
                    {did}
                    {place}
                </p>
                {reason}
                <p class="muted">{label}</p>
                {moved}
            </div>
            <span class="muted">
                <TimeText at=given.at />
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::PersonId;
    use domain::people::PersonRef;
    use uuid::Uuid;

    fn approval(require: StageRequirement, verdicts: &[Option<ApproverVerdict>]) -> ApprovalView {
        let rule = |verdict: &Option<ApproverVerdict>| RuleView {
            label: "Owner".to_owned(),
            words: "Ruth Abel".to_owned(),
            yours: false,
            given: verdict.map(|verdict| GivenView {
                by: PersonRef { id: PersonId(Uuid::nil()), name: "Ruth Abel".to_owned(), title: String::new() },
                at: DateTime::from_timestamp(0, 0).unwrap(),
                verdict,
                reason: String::new(),
                on_behalf_of: None,
            }),
            stage: 0,
            key: "owner".to_owned(),
            moved: String::new(),
            on_behalf_of: None,
        };
        ApprovalView { require, rules: verdicts.iter().map(rule).collect(), stages: Vec::new() }
    }

    #[test]
    fn holes_follow_the_rule() {
        use ApproverVerdict::{Approve, AskForChanges, Reject};
        assert_eq!(
            holes(&approval(StageRequirement::All, &[Some(Approve), None, None])),
            [RuleMark::Yes, RuleMark::Waiting, RuleMark::Waiting]
        );
        assert_eq!(holes(&approval(StageRequirement::Any, &[None, None])), [RuleMark::Waiting, RuleMark::Spare]);
        assert_eq!(holes(&approval(StageRequirement::Any, &[None, Some(Approve)])), [RuleMark::Spare, RuleMark::Yes]);
        assert_eq!(holes(&approval(StageRequirement::All, &[Some(Reject), Some(AskForChanges)])), [RuleMark::No, RuleMark::Waiting]);
        assert_eq!(
            holes(&approval(StageRequirement::AtLeast(2), &[None, Some(Approve), None])),
            [RuleMark::Waiting, RuleMark::Yes, RuleMark::Spare]
        );
    }

    #[test]
    fn words_begin_with_a_capital() {
        assert_eq!(upper_first("anyone in Web platform owners"), "Anyone in Web platform owners");
        assert_eq!(upper_first(""), "");
    }

    #[test]
    fn the_rule_reads_as_words() {
        assert_eq!(rule_words(&approval(StageRequirement::Any, &[None, None])), "Any 1 of 2");
        assert_eq!(rule_words(&approval(StageRequirement::All, &[None, None])), "All 2 approvals");
        assert_eq!(rule_words(&approval(StageRequirement::All, &[None])), "1 approval");
        assert_eq!(rule_words(&approval(StageRequirement::All, &[])), "No approval needed");
        assert_eq!(rule_words(&approval(StageRequirement::AtLeast(2), &[None, None, None])), "2 of 3");
    }
}
