//! The life of a request, case by case: who may do what when, and what it leads to.

mod office;
mod world;

use domain::approvals::machine::{self, ApprovalCase};
use domain::approvals::{Approval, ApproverVerdict, StageRequirement};
use domain::effect::Effect;
use domain::id::{GroupId, ItemId};
use domain::people::{Facts, GroupRef, Membership};
use domain::refusal::Refusal;
use domain::requests::actions::AllowedActions;
use domain::requests::lifecycle::{self, ActionInput, ActionKind, act, allowed, observe};
use domain::requests::{EventKind, Request, STATUSES, Status};
use office::*;
use uuid::Uuid;
use world::{Node, actions, observations, plan};

#[test]
fn the_requester_decides_nothing_by_any_rule() {
    for rule in [by_group(), by_lead(), by_admins(), by_requester()] {
        let node = Node::filed(StageRequirement::Any, Some(vec![rule.clone()]), plan(&[], false));
        assert!(!allowed(&node.request, &requester(), at(1)).may_decide());
        let refusal = act(&node.request, &requester(), &actions()[0], at(1)).unwrap_err();
        assert!(matches!(refusal, Refusal::NotNow { .. }), "{}: {refusal:?}", rule.key);
    }
}

#[test]
fn the_loser_is_told_who_won() {
    let node = Node::filed(StageRequirement::Any, Some(vec![by_ruth(), by_group()]), plan(&["hook"], true));
    let won = node.after(act(&node.request, &samir(), &actions()[0], at(41)).unwrap());
    assert_eq!(won.request.state.status, Status::InProgress);
    let conflict = |actor: &Facts, now| act(&won.request, actor, &actions()[1], now).unwrap_err().to_string();
    assert_eq!(conflict(&ruth(), at(42)), "Samir Haddad approved this at 09:41 UTC. Nothing is left for you to decide.");
    assert_eq!(conflict(&samir(), at(42)), "You approved this at 09:41 UTC. Nothing is left for you to decide.");
    assert_eq!(
        conflict(&mei(), at(24 * 60)),
        "Samir Haddad approved this on 12 March 2026 at 09:41 UTC. Nothing is left for you to decide."
    );
}

#[test]
fn strangers_find_nothing() {
    let node = Node::filed(StageRequirement::All, Some(vec![by_ruth()]), plan(&[], false));
    for action in actions() {
        assert_eq!(act(&node.request, &stranger(), &action, at(1)), Err(Refusal::NotFound));
    }
    assert_eq!(lifecycle::replay(&node.request, &stranger(), at(1)), Err(Refusal::NotFound));
    let seen: Vec<_> = everybody().into_iter().filter(|f| lifecycle::may_see(&node.request, f, at(1))).map(|f| f.person.name).collect();
    assert_eq!(seen, ["Jonas Weber", "Ruth Abel", "Anna Kovac", "Omar Diaz"]);
}

#[test]
fn who_decided_still_sees_it_after_leaving_the_group() {
    let node = Node::filed(StageRequirement::All, Some(vec![by_group()]), plan(&[], false));
    let decided = node.after(act(&node.request, &mei(), &actions()[0], at(1)).unwrap());
    let gone = Facts { memberships: Vec::new(), ..mei() };
    assert!(!lifecycle::may_see(&node.request, &gone, at(1)));
    assert!(lifecycle::may_see(&decided.request, &gone, at(1)));
}

#[test]
fn reasons_are_required_and_bounded() {
    let node = Node::filed(StageRequirement::All, Some(vec![by_ruth()]), plan(&[], false));
    for verdict in [ApproverVerdict::Reject, ApproverVerdict::AskForChanges] {
        for reason in ["", " \n\t ", &"a".repeat(4001)] {
            let action = ActionInput::decide(verdict, reason.to_owned(), None);
            let refusal = act(&node.request, &ruth(), &action, at(1)).unwrap_err();
            assert!(matches!(&refusal, Refusal::Input { path, .. } if path == "reason"), "{refusal:?}");
        }
        let action = ActionInput::decide(verdict, "ä".repeat(4000), None);
        assert!(act(&node.request, &ruth(), &action, at(1)).is_ok());
    }
    let asked = node.after(act(&node.request, &ruth(), &actions()[2], at(1)).unwrap());
    let refusal = act(&asked.request, &requester(), &ActionInput::new(ActionKind::ProvideInfo, " "), at(2)).unwrap_err();
    assert!(matches!(&refusal, Refusal::Input { path, .. } if path == "words"), "{refusal:?}");
}

#[test]
fn asking_for_changes_pauses_and_keeps_what_was_approved() {
    let node = Node::filed(StageRequirement::All, Some(vec![by_ruth(), by_group()]), plan(&[], false));
    let first = node.after(act(&node.request, &mei(), &actions()[0], at(1)).unwrap());
    let asked = first.after(act(&first.request, &ruth(), &actions()[2], at(2)).unwrap());
    assert_eq!((asked.request.state.status, asked.request.state.returns_to.clone()), (Status::NeedsInfo, vec![Status::PendingApproval]));
    assert!(!allowed(&asked.request, &ruth(), at(1)).may_decide());
    let answered = asked.after(act(&asked.request, &requester(), &actions()[3], at(3)).unwrap());
    assert_eq!((answered.request.state.status, answered.request.state.back()), (Status::PendingApproval, None));
    let done = answered.after(act(&answered.request, &ruth(), &actions()[0], at(4)).unwrap());
    assert_eq!(done.request.state.status, Status::Open);
}

#[test]
fn submission_without_a_policy_goes_straight_on() {
    let kinds = |node: &Node| node.events.iter().map(|event| event.what.clone()).collect::<Vec<_>>();
    let by_people = Node::filed(StageRequirement::All, None, plan(&[], false));
    assert_eq!((by_people.request.state.status, kinds(&by_people)), (Status::Open, vec![EventKind::Submitted, EventKind::Released]));
    let by_connectors = Node::filed(StageRequirement::All, None, plan(&["hook", "desk"], false));
    assert_eq!(by_connectors.request.state.status, Status::InProgress);
    assert_eq!(kinds(&by_connectors), [EventKind::Submitted, EventKind::Released, EventKind::Started]);
    assert_eq!(by_connectors.effects, [Effect::Dispatch { connectors: vec!["hook".to_owned(), "desk".to_owned()] }]);
}

#[test]
fn a_policy_without_rules_falls_to_the_administrators() {
    let node = Node::filed(StageRequirement::All, Some(vec![]), plan(&[], false));
    let deciders: Vec<_> =
        everybody().into_iter().filter(|f| allowed(&node.request, f, at(1)).may_decide()).map(|f| f.person.name).collect();
    assert_eq!((node.request.state.status, deciders), (Status::PendingApproval, vec!["Anna Kovac".to_owned()]));
}

#[test]
fn delivered_everywhere_completes_only_what_is_planned_so() {
    for (by_delivery, expected) in [(true, Status::Completed), (false, Status::InProgress)] {
        let node = Node::filed(StageRequirement::All, None, plan(&["hook"], by_delivery));
        assert_eq!(observe(&node.request, &observations()[1], at(1)).state.status, Status::InProgress);
        assert_eq!(observe(&node.request, &observations()[2], at(1)).state.status, expected);
    }
    let node = Node::filed(StageRequirement::All, None, plan(&["hook"], true));
    let cancelled = node.after(act(&node.request, &requester(), &actions()[4], at(1)).unwrap());
    let late = observe(&cancelled.request, &observations()[2], at(2));
    assert_eq!((late.state.status, late.events.len()), (Status::Cancelled, 1));
}

#[test]
fn administrators_alone_replay_what_was_sent() {
    let sent = Node::filed(StageRequirement::All, None, plan(&["hook"], true));
    let may: Vec<_> =
        everybody().into_iter().filter(|f| lifecycle::replay(&sent.request, f, at(1)).is_ok()).map(|f| f.person.name).collect();
    assert_eq!(may, ["Jonas Weber", "Anna Kovac"]);
    let waiting = Node::filed(StageRequirement::All, Some(vec![by_ruth()]), plan(&["hook"], true));
    assert!(lifecycle::replay(&waiting.request, &admin(), at(1)).is_err());
    let by_people = Node::filed(StageRequirement::All, None, plan(&[], false));
    assert!(lifecycle::replay(&by_people.request, &admin(), at(1)).is_err());
}

#[test]
fn the_index_finds_exactly_what_a_person_may_decide() {
    for facts in everybody() {
        let keys = machine::index_keys(&facts);
        for rule in [by_ruth(), by_group(), by_lead(), by_admins()] {
            let asker = stranger().person.id;
            if facts.person.id != asker {
                let found = keys.contains(&rule.target.index_key());
                let case =
                    ApprovalCase { approval: &Approval::default(), requester: asker, item: ItemId(Uuid::from_u128(1001)), now: at(1) };
                assert_eq!(found, machine::eligible(&case, &rule, &facts), "{} {}", facts.person.name, rule.key);
            }
        }
    }
}

/// The request of these tests, put into a status.
fn in_status(status: Status) -> Request {
    let mut request = Node::filed(StageRequirement::All, Some(vec![by_ruth()]), plan(&["hook"], false)).request;
    request.state.status = status;
    request
}

#[test]
fn who_may_do_what_when() {
    let may = |actor: &Facts, pick: fn(&AllowedActions) -> bool| {
        STATUSES
            .into_iter()
            .filter(|status| pick(&allowed(&in_status(*status), actor, at(1))))
            .map(Status::key)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let open = STATUSES.into_iter().filter(|status| status.is_open()).map(Status::key).collect::<Vec<_>>().join(" ");
    let plain_requester = Facts { roles: vec!["requester".to_owned()], ..requester() };
    for actor in [plain_requester.clone(), ruth(), mei(), admin(), operator(), stranger()] {
        let own = actor.person.id == plain_requester.person.id;
        let works = ["Anna Kovac", "Omar Diaz"].contains(&actor.person.name.as_str());
        let name = &actor.person.name;
        assert_eq!(may(&actor, |a| a.may_decide()), if *name == "Ruth Abel" { "pending_approval" } else { "" }, "{name}");
        assert_eq!(may(&actor, |a| a.may(ActionKind::ProvideInfo)), if own { "needs_info" } else { "" }, "{name}");
        assert_eq!(may(&actor, |a| a.may(ActionKind::Cancel)), if own || works { open.as_str() } else { "" }, "{name}");
        assert_eq!(may(&actor, |a| a.may(ActionKind::Start)), if works { "open assigned" } else { "" }, "{name}");
        assert_eq!(may(&actor, |a| a.may(ActionKind::Complete)), if works { "in_progress" } else { "" }, "{name}");
        let sent = "assigned in_progress blocked escalated in_qa resolved completed failed";
        let replays = STATUSES.into_iter().filter(|status| lifecycle::replay(&in_status(*status), &actor, at(1)).is_ok());
        let replays = replays.map(Status::key).collect::<Vec<_>>().join(" ");
        assert_eq!(replays, if *name == "Anna Kovac" { sent } else { "" }, "{name}");
    }
}

#[test]
fn leads_of_any_group_see_everything_and_decide_nothing_by_that() {
    let mut lead = stranger();
    let other = GroupRef { id: GroupId(Uuid::from_u128(200)), key: "desk".to_owned(), name: "Service desk".to_owned() };
    lead.memberships = vec![Membership { group: other, roles: vec!["it-forms-admin".to_owned()] }];
    let node = Node::filed(StageRequirement::All, Some(vec![by_ruth(), by_group(), by_admins()]), plan(&["hook"], false));
    assert!(lifecycle::may_see(&node.request, &lead, at(1)));
    assert_eq!(allowed(&node.request, &lead, at(1)), Default::default());
}

#[test]
fn what_interrupts_an_interruption_goes_back_through_both() {
    let node = Node::filed(StageRequirement::All, Some(vec![by_ruth()]), plan(&[], false));
    let asked = node.after(act(&node.request, &ruth(), &actions()[2], at(1)).unwrap());
    let cancelled = asked.after(act(&asked.request, &requester(), &actions()[4], at(2)).unwrap());
    let back = [Status::PendingApproval, Status::NeedsInfo];
    assert_eq!((cancelled.request.state.status, &cancelled.request.state.returns_to[..]), (Status::Cancelled, &back[..]));
    let uncancel = ActionInput::new(ActionKind::Uncancel, "");
    let asked = cancelled.after(act(&cancelled.request, &requester(), &uncancel, at(3)).unwrap());
    assert_eq!(asked.request.state.status, Status::NeedsInfo);
    let answered = asked.after(act(&asked.request, &requester(), &actions()[3], at(4)).unwrap());
    assert_eq!((answered.request.state.status, answered.request.state.back()), (Status::PendingApproval, None));
    let working = Node::filed(StageRequirement::All, None, plan(&["hook"], false));
    let cancelled = working.after(act(&working.request, &requester(), &actions()[4], at(2)).unwrap());
    assert_eq!(cancelled.request.state.back(), Some(Status::InProgress));
}
