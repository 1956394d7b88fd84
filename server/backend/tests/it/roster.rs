//! The list of people and the page of one, for those who look after them.

use crate::approvals::decide;
use crate::harness::{World, fixture, on_both};
use crate::requests::{file, refusal};
use backend::people::{self, SignInPlace};
use backend::sessions::{self, NewSession};
use backend::{CallOrigin, Caller, audit};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::audit::wire::AuditFilter;
use domain::people::wire::{PeopleFilter, PersonState, WITH_DUTIES};
use serde_json::json;
use std::fmt::Write;

/// Names of those whom a filter leaves, in the list's order.
async fn listed(world: &World, caller: &Caller, filter: PeopleFilter) -> Vec<String> {
    let page = people::people_page(&world.backend, caller, filter, None).await.unwrap();
    assert_eq!(page.total as usize, page.rows.len());
    page.rows.into_iter().map(|row| row.person.name).collect()
}

fn text(text: &str) -> PeopleFilter {
    PeopleFilter { text: text.to_owned(), ..PeopleFilter::default() }
}

/// Spaces `lab` and, beside it, `annex`; Hana is of the lab, Samir administers it, Jonas is of the annex.
async fn settle(world: &World) {
    let mut files = fixture("north");
    let of = |name: &str| files.iter().position(|(path, _)| path == name).unwrap();
    let people = of("people.yaml");
    let text = files[people]
        .1
        .replace("  title: Analyst\n", "  title: Analyst\n  space: lab\n  employee_number: E-1042\n  phone: '+44 20 7946 0101'\n");
    files[people].1 = text.replace("  title: Contractor\n", "  title: Contractor\n  space: annex\n");
    files.push(("spaces.yaml".to_owned(), "- {key: lab, name: Lab}\n- {key: annex, name: Annex}\n".to_owned()));
    files.push(("grants.yaml".to_owned(), "- {person: samir@north.example, role: space_admin, space: lab}\n".to_owned()));
    world.apply("north", files).await.unwrap();
}

#[tokio::test]
async fn people_are_found_by_name_address_phone_and_number_and_by_what_they_are() {
    on_both(|world| async move {
        settle(&world).await;
        let ada = world.caller("north", "ada").await;
        let every = listed(&world, &ada, PeopleFilter::default()).await;
        let mut sorted = every.clone();
        sorted.sort();
        assert_eq!((every.len(), &every), (8, &sorted), "by name");
        for found in ["hana", "sat ha", "HANA@north", "e-1042", "E-10", "+44 20 7946", "020 7946 0101", "79460101"] {
            assert_eq!(listed(&world, &ada, text(found)).await, ["Hana Sato"], "{found}");
        }
        for nobody in ["ana", "1042", "0101 7", "%", "_"] {
            assert_eq!(listed(&world, &ada, text(nobody)).await, [""; 0], "{nobody}");
        }
        let role = |role: &str| PeopleFilter { role: role.to_owned(), ..PeopleFilter::default() };
        assert_eq!(listed(&world, &ada, role("operator")).await, ["Mina Park"]);
        assert_eq!(listed(&world, &ada, role("space_admin")).await, ["Samir Haddad"], "by a grant");
        assert_eq!(listed(&world, &ada, role(WITH_DUTIES)).await, ["Ada Marsh", "Mina Park", "Samir Haddad"]);
        let page = people::people_page(&world.backend, &ada, PeopleFilter::default(), None).await.unwrap();
        let space = page.spaces.iter().find(|space| space.name == "Lab").unwrap().id;
        let group = page.groups.iter().find(|group| group.key == "finance").unwrap().id;
        assert_eq!(listed(&world, &ada, PeopleFilter { space: Some(space), ..PeopleFilter::default() }).await, ["Hana Sato"]);
        assert_eq!(listed(&world, &ada, PeopleFilter { group: Some(group), ..PeopleFilter::default() }).await, ["Ruth Abel"]);
        people::disable(&world.backend, "jonas@north.example", Some("north")).await.unwrap();
        let state = |state| PeopleFilter { state: Some(state), ..PeopleFilter::default() };
        assert_eq!(listed(&world, &ada, state(PersonState::Disabled)).await, ["Jonas Weber"]);
        assert_eq!(listed(&world, &ada, state(PersonState::Active)).await.len(), 7);
        let row = page.rows.iter().find(|row| row.person.name == "Samir Haddad").unwrap();
        assert_eq!(
            (row.roles.as_slice(), row.groups.as_slice()),
            (&["Space administrator".to_owned(), "Requester".to_owned()][..], &["Platform owners".to_owned()][..])
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_after_a_space_sees_its_people_and_nobody_else() {
    on_both(|world| async move {
        settle(&world).await;
        let (ada, samir, ruth) =
            (world.caller("north", "ada").await, world.caller("north", "samir").await, world.caller("north", "ruth").await);
        let (hana, jonas) = (world.caller("north", "hana").await, world.caller("north", "jonas").await);
        assert_eq!(listed(&world, &samir, PeopleFilter::default()).await, ["Hana Sato"]);
        assert_eq!(listed(&world, &samir, text("jonas")).await, [""; 0]);
        let page = people::people_page(&world.backend, &samir, PeopleFilter::default(), None).await.unwrap();
        assert_eq!(page.spaces.iter().map(|space| space.name.as_str()).collect::<Vec<_>>(), ["Lab"]);
        assert_eq!(refusal(people::people_page(&world.backend, &ruth, PeopleFilter::default(), None).await), Refusal::NotFound);
        assert!(people::person_page(&world.backend, &samir, hana.id()).await.unwrap().manages);
        for other in [jonas.id(), ada.id()] {
            assert_eq!(refusal(people::person_page(&world.backend, &samir, other).await), Refusal::NotFound);
        }
        let south = world.caller("south", "otto").await;
        assert_eq!(refusal(people::person_page(&world.backend, &ada, south.id()).await), Refusal::NotFound);
        assert_eq!(refusal(people::end_sessions_of(&world.backend, &samir, jonas.id(), None).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn every_page_goes_on_where_the_one_before_ended() {
    on_both(|world| async move {
        let mut files = fixture("north");
        let people = files.iter_mut().find(|(path, _)| path == "people.yaml").unwrap();
        for number in 0..120 {
            writeln!(people.1, "- {{email: p{number}@north.example, name: Person {:02}, roles: [requester]}}", number % 40).unwrap();
        }
        world.apply("north", files).await.unwrap();
        let ada = world.caller("north", "ada").await;
        let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
        loop {
            let page = people::people_page(&world.backend, &ada, PeopleFilter::default(), after).await.unwrap();
            assert_eq!(page.total, 128);
            seen.extend(page.rows.into_iter().map(|row| row.email));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let every: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((pages, seen.len(), every.len()), (3, 128, 128));
    })
    .await;
}

#[tokio::test]
async fn a_person_is_shown_whole_with_what_they_hold_and_what_waits_for_them() {
    on_both(|world| async move {
        world.leaves_work();
        settle(&world).await;
        let (ada, hana, samir) =
            (world.caller("north", "ada").await, world.caller("north", "hana").await, world.caller("north", "samir").await);
        let view = people::person_page(&world.backend, &ada, samir.id()).await.unwrap();
        let words: Vec<&str> = view.roles.iter().map(|role| role.words.as_str()).collect();
        assert_eq!(
            words,
            ["holds Requester on all of the organization", "is Forms administrator in Platform owners", "holds Space administrator on Lab"]
        );
        assert!(view.roles[2].since.is_some() && view.roles[0].since.is_none() && view.listed && !view.has_password && !view.is_reader);
        assert_eq!(view.load.lonely_groups, []);
        let ruth = world.caller("north", "ruth").await;
        let load = people::person_page(&world.backend, &ada, ruth.id()).await.unwrap().load;
        assert_eq!(load.lonely_groups.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["finance"]);
        // A rule of it names Ruth.
        assert_eq!(
            load.rules.iter().map(|rule| (rule.item.as_str(), rule.label.as_str())).collect::<Vec<_>>(),
            [("Laptop", "Who pays"), ("Software access", "Who pays")]
        );
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let load = people::person_page(&world.backend, &ada, ruth.id()).await.unwrap().load;
        assert_eq!(load.decisions.shown.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), [number.as_str()]);
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(people::person_page(&world.backend, &ada, ruth.id()).await.unwrap().load.decisions.count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_shown_with_its_place_and_ends_for_whoever_may_and_it_is_written_down() {
    on_both(|world| async move {
        settle(&world).await;
        let (ada, samir, hana) =
            (world.caller("north", "ada").await, world.caller("north", "samir").await, world.caller("north", "hana").await);
        people::set_password(&world.backend, "hana@north.example", "a long enough password").await.unwrap();
        world.clock.advance(Duration::seconds(1));
        people::sign_in(&world.backend, "hana@north.example", "a long enough password", SignInPlace { remote: "1.2.3.4", device: None })
            .await
            .unwrap();
        for id in ["one", "two"] {
            let (started, expires) = (world.backend.now(), world.backend.now() + Duration::days(14));
            let user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";
            let session = NewSession { id, person: Some(hana.id()), data: "{}", started, expires, address: "1.2.3.4", user_agent };
            sessions::create(world.backend.store(), session).await.unwrap();
        }
        let view = people::person_page(&world.backend, &ada, hana.id()).await.unwrap();
        assert_eq!((view.sessions.len(), view.has_password, view.signed_in), (2, true, Some(world.backend.now())));
        assert_eq!((view.sessions[0].device.as_str(), view.sessions[0].address.as_str()), ("Firefox on Linux", "1.2.3.4"));
        let samir = samir.calling_from(CallOrigin { address: "5.6.7.8".to_owned(), device: String::new() });
        let left = people::end_sessions_of(&world.backend, &samir, hana.id(), Some("one".to_owned())).await.unwrap();
        assert_eq!(left.sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["two"]);
        let gone = refusal(people::end_sessions_of(&world.backend, &samir, hana.id(), Some("one".to_owned())).await);
        assert_eq!(gone, Refusal::conflict("This session has ended already."));
        assert_eq!(people::end_sessions_of(&world.backend, &ada, hana.id(), None).await.unwrap().sessions, []);
        let log = audit::page(&world.backend, &ada, AuditFilter::default(), None).await.unwrap();
        let ended: Vec<_> = log.rows.iter().filter(|row| row.words == "Signed out").map(|row| row.actor.clone().unwrap().name).collect();
        assert_eq!(ended, ["Ada Marsh", "Samir Haddad"]);
    })
    .await;
}
