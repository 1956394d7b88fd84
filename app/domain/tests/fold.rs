//! The life of a request, explored: every order of actions by everybody, from several policies and plans.

mod office;
mod world;

use domain::approvals::Require;
use domain::refusal::Refusal;
use domain::requests::lifecycle::{self, Action, ActionKind, Goal, ROWS, act, allowed, apply, fold, observe};
use domain::requests::{Event, STATUSES, Status, What};
use office::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use world::{Node, actions, observations, plan};

/// What makes two nodes the same to the rules: everything but counters, times and deliveries seen.
fn key(node: &Node) -> String {
    let state = &node.request.state;
    let decisions: Vec<_> = state.approval.decisions.iter().map(|d| (d.rule.clone(), d.by.name.clone(), d.verdict)).collect();
    format!("{:?} {:?} {decisions:?} {}", state.status, state.returns_to, node.effects.len())
}

fn worlds() -> Vec<Node> {
    let mut worlds = Vec::new();
    for (connectors, by_delivery) in [(&[][..], false), (&["hook"][..], true), (&["hook", "desk"][..], false)] {
        worlds.push(Node::filed(Require::All, None, plan(connectors, by_delivery)));
        for require in [Require::All, Require::Any] {
            for rules in [
                vec![],
                vec![by_requester()],
                vec![by_ruth(), by_group()],
                vec![by_group(), by_lead(), by_admins()],
                vec![by_ruth(), by_lead(), by_requester()],
            ] {
                worlds.push(Node::filed(require, Some(rules), plan(connectors, by_delivery)));
            }
        }
    }
    worlds
}

#[test]
fn every_order_of_actions_keeps_the_rules() {
    let people = everybody();
    let mut nodes_seen = 0;
    for world in worlds() {
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        let mut edges: Vec<(String, String, bool)> = Vec::new();
        let mut waiting = vec![world];
        while let Some(node) = waiting.pop() {
            if nodes.contains_key(&key(&node)) {
                continue;
            }
            let before = node.request.state.status;
            let mut reached = Vec::new();
            for actor in &people {
                let may = allowed(&node.request, actor);
                for action in actions() {
                    let result = act(&node.request, actor, &action, at(1));
                    let promised = match action {
                        Action::Decide { .. } => may.decide,
                        Action::ProvideInfo { .. } => may.provide_info,
                        Action::Cancel { .. } => may.cancel,
                        Action::Start => may.start,
                        Action::Complete { .. } => may.complete,
                    };
                    assert_eq!(result.is_ok(), promised, "{} {action:?} in {before:?}: shown and possible are the same", actor.person.name);
                    match result {
                        Ok(decision) => {
                            assert!(!before.is_terminal(), "what ended does not change");
                            assert!(!decision.events.is_empty(), "every change is an event");
                            let next = node.after(decision);
                            let again = act(&next.request, actor, &action, at(2));
                            assert!(again.is_err(), "{} {action:?} in {before:?}: a double click does nothing twice", actor.person.name);
                            reached.push((next, matches!(action, Action::Cancel { .. })));
                        }
                        Err(Refusal::NotFound) => assert!(!lifecycle::may_see(&node.request, actor)),
                        Err(Refusal::Conflict { message } | Refusal::NotNow { message }) => {
                            assert!(lifecycle::may_see(&node.request, actor));
                            assert!(message.ends_with('.'), "{message}");
                        }
                        Err(other) => panic!("{other:?}"),
                    }
                }
            }
            for observation in observations() {
                let next = node.after(observe(&node.request, &observation, at(1)));
                let after = next.request.state.status;
                assert!(after == before || (before == Status::InProgress && after == Status::Completed), "{before:?} to {after:?}");
                reached.push((next, false));
            }
            let from = key(&node);
            edges.extend(reached.iter().map(|(next, cancel)| (from.clone(), key(next), *cancel)));
            waiting.extend(reached.into_iter().map(|(next, _)| next));
            nodes.insert(from, node);
        }
        // Backwards from the ends, without cancelling: nothing is stuck.
        let mut finishing: BTreeSet<&String> =
            nodes.iter().filter(|(_, n)| n.request.state.status.is_terminal()).map(|(key, _)| key).collect();
        loop {
            let more: Vec<_> =
                edges.iter().filter(|(from, to, cancel)| !cancel && finishing.contains(to) && !finishing.contains(from)).collect();
            if more.is_empty() {
                break;
            }
            finishing.extend(more.into_iter().map(|(from, _, _)| from));
        }
        let stuck: Vec<_> = nodes.keys().filter(|key| !finishing.contains(key)).collect();
        assert!(stuck.is_empty(), "no way on from {stuck:?}");
        nodes_seen += nodes.len();
    }
    assert!(nodes_seen > 300, "the exploration went somewhere: {nodes_seen}");
}

#[test]
fn the_table_has_one_row_an_action_and_ends_are_ends() {
    let actions: BTreeSet<_> = ROWS.iter().map(|row| row.action).collect();
    assert_eq!(actions.len(), ROWS.len());
    for status in STATUSES {
        assert_eq!(
            lifecycle::goal(status, ActionKind::Cancel).is_some(),
            status.is_open(),
            "{status:?}: what has not ended can be cancelled"
        );
        let leads: Vec<_> = ROWS.iter().filter(|row| row.from.contains(&status) && row.to != Goal::Gone).map(|row| row.action).collect();
        match status {
            Status::Cancelled => assert_eq!(leads, [ActionKind::Uncancel]),
            _ => assert_eq!(leads.is_empty(), status.is_terminal(), "{status:?}"),
        }
    }
}

fn any_what() -> impl Strategy<Value = What> {
    let (text, keys) = (".{0,12}", || prop::collection::vec(prop::sample::select(vec!["ruth".to_owned(), "owners".to_owned()]), 0..3));
    prop_oneof![
        Just(What::Submitted),
        Just(What::Released),
        Just(What::Started),
        (keys(), text).prop_map(|(rules, reason)| What::Approved { rules, reason }),
        (keys(), text).prop_map(|(rules, reason)| What::Rejected { rules, reason }),
        text.prop_map(|question| What::InfoRequested { question }),
        text.prop_map(|answer| What::InfoProvided { answer }),
        text.prop_map(|connector| What::Delivered { connector }),
        text.prop_map(|note| What::Completed { note }),
        text.prop_map(|reason| What::Cancelled { reason }),
    ]
}

proptest! {
    /// People and deliveries in any order, with any words: the stored log, read back, folds to the stored state.
    #[test]
    fn the_log_read_back_folds_to_the_state(
        world in 0..worlds().len(),
        steps in prop::collection::vec((0..7usize, 0..12usize, ".{0,20}"), 0..25),
    ) {
        let people = everybody();
        let mut node = worlds().swap_remove(world);
        for (minute, (who, what, words)) in steps.into_iter().enumerate() {
            let now = at(minute as i64);
            let decision = if what < 7 {
                let action = match actions().swap_remove(what) {
                    Action::Decide { verdict, .. } => Action::Decide { verdict, reason: words },
                    Action::ProvideInfo { .. } => Action::ProvideInfo { answer: words },
                    Action::Cancel { .. } => Action::Cancel { reason: words },
                    Action::Complete { .. } => Action::Complete { note: words },
                    Action::Start => Action::Start,
                };
                act(&node.request, &people[who], &action, now).ok()
            } else {
                Some(observe(&node.request, &observations()[what - 7], now))
            };
            if let Some(decision) = decision {
                node = node.after(decision);

            }
        }
        let log = serde_json::to_string(&node.events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&log).unwrap();
        prop_assert_eq!(fold(&node.start, &read), node.request.state);
    }

    /// Whatever a log says, it folds, and statuses move along the table only.
    #[test]
    fn any_event_on_any_state_folds_along_the_table(
        status in prop::sample::select(STATUSES.to_vec()),
        returns_to in prop::option::of(prop::sample::select(STATUSES.to_vec())),
        what in any_what(),
        seq in any::<u32>(),
    ) {
        let mut state = worlds().swap_remove(3).request.state;
        (state.status, state.returns_to) = (status, returns_to);
        let next = apply(&state, &Event { seq, at: at(5), actor: Some(ruth().person), what });
        prop_assert_eq!((next.events, next.updated_at), (seq, at(5)));
        let along = ROWS.iter().filter(|row| row.from.contains(&status)).any(|row| match row.to {
            Goal::To(to) => next.status == to,
            Goal::Back => next.status == returns_to.unwrap_or(Status::PendingApproval),
            Goal::Gone => false,
        });
        prop_assert!(next.status == status || along, "{:?} to {:?}", status, next.status);
    }
}
