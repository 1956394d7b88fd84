//! Approval, case by case: stages, numbers, deputies, re-routing, taking back, due dates.

mod office;
mod world;

use domain::approvals::delegation::Delegation;
use domain::approvals::machine::{self, DeputyScope};
use domain::approvals::{
    ApprovalPolicy, ApprovalRule, ApprovalStage, ApproverVerdict, RuleTarget, StageDeadline, StageRequirement, deadline,
};
use domain::effect::{Effect, NoticeEffect};
use domain::id::ItemId;
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::lifecycle::{ActionInput, ActionKind, SystemObservation, act, allowed, case, may_see, observe};
use domain::requests::{EventKind, FulfilmentPlan, Request, Status, history};
use office::*;
use uuid::Uuid;
use world::filed;

fn approve() -> ActionInput {
    ActionInput::decide(ApproverVerdict::Approve, "", None)
}

fn reject() -> ActionInput {
    ActionInput::decide(ApproverVerdict::Reject, "Too dear", None)
}

fn rule(key: &str) -> ApprovalRule {
    ApprovalRule { key: key.to_owned(), label: key.to_owned(), ..ApprovalRule::default() }
}

fn by_person(facts: &Facts, key: &str) -> ApprovalRule {
    ApprovalRule { person: Some(facts.person.id.to_string()), ..rule(key) }
}

fn stage(key: &str, require: StageRequirement, rules: Vec<ApprovalRule>, deadline: Option<StageDeadline>) -> ApprovalStage {
    ApprovalStage { key: key.to_owned(), label: key.to_owned(), require, rules, when: None, deadline }
}

fn request(stages: Vec<ApprovalStage>) -> Request {
    filed(Some(ApprovalPolicy { stages, ..ApprovalPolicy::default() }), FulfilmentPlan::default()).request
}

fn team_then_money() -> Request {
    let team = stage("Team", StageRequirement::All, vec![by_person(&ruth(), "ruth")], None);
    let money = stage(
        "Money",
        StageRequirement::Any,
        vec![by_person(&samir(), "samir"), ApprovalRule { administrators: true, ..rule("admins") }],
        None,
    );
    request(vec![team, money])
}

/// The request after the action, which must be possible.
fn then(request: &Request, who: &Facts, action: &ActionInput, minute: i64) -> Request {
    let decision = act(request, who, action, at(minute)).unwrap_or_else(|refusal| panic!("{}: {refusal}", who.person.name));
    Request { state: decision.state, ..request.clone() }
}

fn no(request: &Request, who: &Facts, action: &ActionInput, minute: i64) -> String {
    act(request, who, action, at(minute)).expect_err("refused").to_string()
}

#[test]
fn a_stage_opens_when_the_one_before_is_met() {
    let new = team_then_money();
    assert_eq!(no(&new, &samir(), &approve(), 1), "Your turn comes later: an earlier stage (Team) is still open.");
    assert!(!allowed(&new, &samir(), at(1)).may_decide() && may_see(&new, &samir(), at(1)));
    let first = then(&new, &ruth(), &approve(), 2);
    assert_eq!((first.state.status, first.state.approval.opened_at), (Status::PendingApproval, Some(at(2))));
    assert_eq!(no(&first, &ruth(), &approve(), 3), "You approved this at 09:02 UTC. Nothing is left for you to decide.");
    let done = then(&first, &samir(), &approve(), 4);
    assert_eq!((done.state.status, done.state.approval.opened_at), (Status::Open, None));
    assert_eq!(no(&done, &admin(), &approve(), 5), "Samir Haddad approved this at 09:04 UTC. Nothing is left for you to decide.");
}

#[test]
fn a_second_click_never_decides_the_next_stage() {
    let both = vec![
        stage("Team", StageRequirement::All, vec![by_person(&ruth(), "a")], None),
        stage("Money", StageRequirement::All, vec![by_person(&ruth(), "b")], None),
    ];
    let new = request(both);
    let click = ActionInput::decide(ApproverVerdict::Approve, "", Some(new.state.events));
    let first = then(&new, &ruth(), &click, 1);
    assert_eq!(no(&first, &ruth(), &click, 1), "The next stage (Money) opened after you looked. Read it again, then decide.");
    let looked = ActionInput::decide(ApproverVerdict::Approve, "", Some(first.state.events));
    assert_eq!(then(&first, &ruth(), &looked, 2).state.status, Status::Open);
}

#[test]
fn a_number_means_so_many_people() {
    let rules =
        || vec![by_person(&ruth(), "ruth"), ApprovalRule { group: Some(group().key), ..rule("owners") }, by_person(&ruth(), "again")];
    let new = request(vec![stage("Board", StageRequirement::AtLeast(2), rules(), None)]);
    let one = then(&new, &ruth(), &approve(), 1);
    assert_eq!(one.state.approval.decisions.len(), 1, "nobody counts twice");
    assert!(no(&one, &ruth(), &approve(), 2).starts_with("You approved this"));
    assert_eq!(then(&one, &mei(), &approve(), 3).state.status, Status::Open);
    let declined = then(&one, &mei(), &reject(), 3);
    assert_eq!(declined.state.status, Status::Rejected);
}

#[test]
fn a_deputy_decides_in_somebodys_place_while_the_delegation_lasts() {
    let new = team_then_money();
    let dora = deputy(&ruth(), 10, 20);
    assert_eq!(act(&new, &dora, &approve(), at(9)), Err(Refusal::NotFound), "not yet");
    let done = then(&new, &dora, &approve(), 10);
    let given = &done.state.approval.decisions[0];
    assert_eq!((given.by.name.as_str(), given.on_behalf_of.as_ref().unwrap().name.as_str()), ("Dora Klein", "Ruth Abel"));
    assert_eq!(
        no(&done, &ruth(), &approve(), 11),
        "Dora Klein approved this for Ruth Abel at 09:10 UTC. Nothing is left for you to decide."
    );
    assert_eq!(no(&new, &dora, &approve(), 20), "You were the deputy of Ruth Abel until 09:20 UTC. It is theirs to decide now.");
    assert!(may_see(&done, &dora, at(500)), "who decided still sees it");
    assert!(!may_see(&new, &dora, at(20)) && may_see(&new, &dora, at(19)));
}

#[test]
fn a_delegation_is_for_its_items_and_does_not_cascade() {
    let new = team_then_money();
    let mut dora = deputy(&ruth(), 0, 100);
    dora.deputy_rights[0].items = vec![ItemId(Uuid::from_u128(77))];
    assert_eq!(act(&new, &dora, &approve(), at(1)), Err(Refusal::NotFound));
    dora.deputy_rights[0].items.push(new.item_id);
    assert!(act(&new, &dora, &approve(), at(1)).is_ok());
    // Lena is the deputy of Dora, who is the deputy of Ruth: Ruth's right does not reach Lena.
    let lena = Facts { deputy_rights: deputy(&dora, 0, 100).deputy_rights, ..stranger() };
    assert_eq!(act(&new, &lena, &approve(), at(1)), Err(Refusal::NotFound));
}

#[test]
fn no_path_leads_to_ones_own_request() {
    let group = ApprovalRule { group: Some(group().key), ..rule("owners") };
    let new =
        request(vec![stage("Any", StageRequirement::Any, vec![group, ApprovalRule { administrators: true, ..rule("admins") }], None)]);
    // Directly, as administrator, and in the place of somebody who may.
    let samirs_deputy = Facts { deputy_rights: deputy(&samir(), 0, 100).deputy_rights, ..requester() };
    for me in [requester(), samirs_deputy] {
        assert_eq!(no(&new, &me, &approve(), 1), "This is your own request. Somebody else has to decide it.");
    }
    // A deputy of the requester, whose right it is not either.
    let dora = deputy(&requester(), 0, 100);
    assert_eq!(act(&new, &dora, &approve(), at(1)), Err(Refusal::NotFound));
    let me = RuleTarget::Person { id: requester().person.id };
    let own = ActionInput::reroute("owners", me, "Jonas Weber", "So");
    assert_eq!(no(&new, &requester(), &own, 1), "This is your own request. Another administrator has to re-route it.");
    assert_eq!(no(&new, &admin(), &own, 1), "Nobody approves their own request. Choose somebody else");
}

#[test]
fn a_policy_can_allow_self_approval() {
    let stages = vec![stage("Self", StageRequirement::All, vec![by_person(&requester(), "me")], None)];
    let new = filed(Some(ApprovalPolicy { stages, self_approval: true, when: None }), FulfilmentPlan::default()).request;
    assert_eq!(then(&new, &requester(), &approve(), 1).state.status, Status::Open);
    assert!(act(&new, &deputy(&requester(), 0, 100), &approve(), at(1)).is_ok());
}

#[test]
fn an_administrator_gives_a_rule_to_somebody_else() {
    let new = team_then_money();
    let target = RuleTarget::Person { id: mei().person.id };
    let reroute = |reason: &str| ActionInput::reroute("ruth", target.clone(), "Mei Lin", reason.to_owned());
    assert_eq!(no(&new, &admin(), &reroute(" "), 1), "Write why you re-route the approval");
    assert_eq!(no(&new, &ruth(), &reroute("Away"), 1), "Only an administrator can re-route an approval.");
    let decision = act(&new, &admin(), &reroute("Away"), at(1)).unwrap();
    let told = Effect::Notify(NoticeEffect {
        event: "request_pending_approval".to_owned(),
        targets: vec![target.index_key()],
        ..NoticeEffect::default()
    });
    assert_eq!(decision.effects, [told]);
    let moved = Request { state: decision.state, ..new.clone() };
    let approval = &moved.state.approval;
    assert_eq!(
        (machine::words(approval, &approval.stages[0].rules[0]).as_str(), &approval.stages),
        ("Mei Lin", &new.state.approval.stages)
    );
    assert_eq!(no(&moved, &admin(), &reroute("Away"), 2), "Mei Lin decides this already.");
    assert_eq!(act(&moved, &ruth(), &approve(), at(2)), Err(Refusal::NotFound));
    let done = then(&moved, &mei(), &approve(), 3);
    assert_eq!(no(&done, &admin(), &reroute("Again"), 4), "This was decided already. Nothing is left to re-route.");
    let unknown = ActionInput::reroute("nobody", target, "Mei Lin", "So");
    assert_eq!(act(&new, &admin(), &unknown, at(1)), Err(Refusal::NotFound));
}

#[test]
fn a_decision_can_be_taken_back_while_its_stage_is_open() {
    let rules = vec![by_person(&ruth(), "ruth"), by_person(&samir(), "samir")];
    let new = request(vec![
        stage("Team", StageRequirement::All, rules, None),
        stage("Money", StageRequirement::All, vec![by_person(&mei(), "mei")], None),
    ]);
    let back = ActionInput::new(ActionKind::Withdraw, "Misread");
    assert_eq!(no(&new, &ruth(), &back, 1), "You have decided nothing here that could be taken back.");
    let one = then(&new, &ruth(), &approve(), 1);
    assert!(allowed(&one, &ruth(), at(2)).may(ActionKind::Withdraw) && !allowed(&one, &samir(), at(2)).may(ActionKind::Withdraw));
    let undone = then(&one, &ruth(), &back, 2);
    assert_eq!(undone.state.approval.decisions, []);
    let over = then(&then(&undone, &ruth(), &approve(), 3), &samir(), &approve(), 4);
    assert_eq!(no(&over, &ruth(), &back, 5), "What you decided counts already: the next step has begun. Tell the people who work on it.");
}

fn due_stage(then: Option<ApproverVerdict>) -> Request {
    let deadline =
        StageDeadline { hours: 3, remind: vec![1], escalate_to: Some(mei().person.id.to_string()), escalate_after: Some(2), then };
    let money = stage("Money", StageRequirement::All, vec![by_person(&samir(), "samir")], None);
    request(vec![stage("Team", StageRequirement::Any, vec![by_person(&ruth(), "ruth")], Some(deadline)), money])
}

/// The request after everything that is due at this minute.
fn pass(request: &Request, minute: i64) -> (Request, Vec<Effect>) {
    let (mut request, mut effects) = (request.clone(), Vec::new());
    for due in deadline::due(&request.state.approval, at(minute)) {
        let seen = SystemObservation::DeadlineReached { key: due.key };
        let decision = observe(&request, &seen, at(minute));
        request.state = decision.state;
        effects.extend(decision.effects);
        assert!(observe(&request, &seen, at(minute)).is_nothing(), "a second worker does nothing");
    }
    (request, effects)
}

#[test]
fn what_falls_due_happens_once() {
    let new = due_stage(Some(ApproverVerdict::Reject));
    assert_eq!(pass(&new, 59).1, []);
    let (reminded, effects) = pass(&new, 60);
    let targets = vec![RuleTarget::Person { id: ruth().person.id }.index_key()];
    assert_eq!(
        effects,
        [Effect::Notify(NoticeEffect { event: "request_approval_reminder".to_owned(), targets, ..NoticeEffect::default() })]
    );
    let (escalated, _) = pass(&reminded, 120);
    assert!(allowed(&escalated, &mei(), at(121)).may_decide() && allowed(&escalated, &ruth(), at(121)).may_decide());
    assert_eq!(machine::words(&escalated.state.approval, &escalated.state.approval.stages[0].rules[0]), "Ruth Abel, or Mei Lin");
    let (over, _) = pass(&escalated, 180);
    assert_eq!(over.state.status, Status::Rejected);
    assert_eq!(
        no(&over, &ruth(), &approve(), 181),
        "Docket declined this at 12:00 UTC, as nobody had decided in time. Nothing is left for you to decide."
    );
    // The other way round: who decided first wins, and the due date finds nothing.
    let key = "Team/outcome/3".to_owned();
    let decided = then(&escalated, &mei(), &approve(), 180);
    assert!(observe(&decided, &SystemObservation::DeadlineReached { key }, at(180)).is_nothing());
}

#[test]
fn an_automatic_approval_opens_the_next_stage() {
    let (next, _) = pass(&due_stage(Some(ApproverVerdict::Approve)), 180);
    assert_eq!((next.state.status, next.state.approval.opened_at), (Status::PendingApproval, Some(at(180))));
    assert_eq!(then(&next, &samir(), &approve(), 181).state.status, Status::Open);
}

#[test]
fn due_dates_stand_still_while_changes_are_asked() {
    let new = due_stage(Some(ApproverVerdict::Reject));
    let ask = ActionInput::decide(ApproverVerdict::AskForChanges, "Which?", None);
    let asked = then(&new, &ruth(), &ask, 30);
    assert_eq!(deadline::due(&asked.state.approval, at(9_000)), []);
    let cancelled = then(&asked, &requester(), &ActionInput::new(ActionKind::Cancel, "So"), 40);
    let back = then(&cancelled, &requester(), &ActionInput::new(ActionKind::Uncancel, ""), 50);
    let answered = then(&back, &requester(), &ActionInput::new(ActionKind::ProvideInfo, "This"), 130);
    assert_eq!(answered.state.approval.opened_at, Some(at(100)));
    assert_eq!((pass(&answered, 159).1.len(), pass(&answered, 160).1.len()), (0, 1));
}

#[test]
fn a_decision_records_what_was_seen() {
    let new = team_then_money();
    let seen = ActionInput::decide(ApproverVerdict::Approve, "", Some(1));
    let decision = act(&new, &ruth(), &seen, at(5)).unwrap();
    let EventKind::Approved { seen: Some(seen), .. } = &decision.events[0].what else { panic!("{:?}", decision.events) };
    assert_eq!((seen.events, seen.content.clone()), (1, history::fingerprint(&new)));
    let mut other = new.clone();
    other.answers.set("amount", "501".into());
    assert_ne!(history::fingerprint(&other), seen.content);
    let future = ActionInput::decide(ApproverVerdict::Approve, "", Some(900));
    let decision = act(&new, &ruth(), &future, at(5)).unwrap();
    assert!(matches!(&decision.events[0].what, EventKind::Approved { seen: Some(seen), .. } if seen.events == new.state.events));
}

#[test]
fn what_waits_for_a_deputy_is_found_by_the_keys_of_whoever_is_away() {
    let dora = deputy(&samir(), 0, 10);
    let item = ItemId(Uuid::from_u128(9));
    let mut some = dora.clone();
    some.deputy_rights[0].items = vec![item];
    assert_eq!(machine::index_keys(&dora).len(), 1, "her own key alone");
    let expected = DeputyScope { keys: machine::index_keys(&samir()), items: vec![item], on_behalf_of: samir().person };
    assert_eq!(machine::deputy_scopes(&some, at(5)), [expected]);
    assert_eq!(machine::deputy_scopes(&some, at(10)), []);
    let new = team_then_money();
    let found = |rule: &domain::approvals::FrozenRule| {
        let keys = &machine::deputy_scopes(&dora, at(5))[0].keys;
        machine::targets(&new.state.approval, rule).iter().any(|target| keys.contains(&target.index_key()))
    };
    for rule in new.state.approval.rules() {
        assert_eq!(found(rule), machine::eligible(&case(&new, at(5)), rule, &dora), "{}", rule.key);
    }
}

#[test]
fn a_revoked_delegation_is_over_at_once() {
    let id = Uuid::from_u128(3).into();
    let (from, to) = (ruth().person, stranger().person);
    let delegation = Delegation { id, from, to, starts_at: at(0), ends_at: at(100), items: vec![], revoked_at: Some(at(5)) };
    let lena = Facts { deputy_rights: vec![delegation.deputy_right(ruth().roles, vec![])], ..stranger() };
    let new = team_then_money();
    assert!(act(&new, &lena, &approve(), at(4)).is_ok());
    assert_eq!(no(&new, &lena, &approve(), 5), "You were the deputy of Ruth Abel until 09:05 UTC. It is theirs to decide now.");
}

#[test]
fn what_was_deleted_leaves_a_tombstone() {
    let new = team_then_money();
    let delete = ActionInput::new(ActionKind::Delete, "So");
    assert!(no(&new, &ruth(), &delete, 1).starts_with("Only Jonas Weber or an administrator"));
    let gone = then(&new, &requester(), &delete, 1);
    assert!(gone.state.deleted && gone.state.status == Status::PendingApproval);
    let plain = Facts { roles: vec!["requester".to_owned()], ..requester() };
    assert!(!may_see(&gone, &plain, at(2)) && !may_see(&gone, &ruth(), at(2)) && may_see(&gone, &admin(), at(2)));
    assert_eq!(act(&gone, &ruth(), &approve(), at(2)), Err(Refusal::NotFound));
    assert_eq!(no(&gone, &admin(), &delete, 2), "This request was deleted.");
    let rejected = then(&new, &ruth(), &reject(), 1);
    assert!(then(&rejected, &requester(), &delete, 2).state.deleted);
}
