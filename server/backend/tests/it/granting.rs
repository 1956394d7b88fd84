//! Granting on screen: what it changes, who may do it, and what nobody may.

use crate::access::settle;
use crate::harness::{World, on_both};
use crate::requests::{file, refusal};
use backend::{Caller, access, audit, requests};
use domain::Refusal;
use domain::access::reasons::AccessReason;
use domain::access::wire::{GiveGrant, SaveRole, SaveSpace};
use domain::access::{GrantScope, GrantSubject};
use domain::audit::wire::AuditFilter;
use domain::connectors::wire::ConsolePeriod;
use domain::id::SpaceId;
use domain::permission::{Permission, PermissionSet};
use domain::requests::queue::QueueFilter;
use serde_json::json;

async fn space(world: &World, key: &str) -> SpaceId {
    let ada = world.caller("north", "ada").await;
    let page = access::page(&world.backend, &ada).await.unwrap();
    page.spaces.iter().find(|line| line.space.key == key).unwrap().space.id
}

async fn grant(world: &World, who: &str, role: &str, scope: GrantScope) -> GiveGrant {
    let subject = GrantSubject::Person(world.caller("north", who).await.id());
    GiveGrant { subject, role: role.to_owned(), scope, from: None, until: None }
}

/// Ruth administers the space Main with the lab below it.
async fn space_admin(world: &World) -> Caller {
    settle(world).await;
    let ada = world.caller("north", "ada").await;
    let main = GrantScope::Space(space(world, "main").await);
    access::give_grant(&world.backend, &ada, grant(world, "ruth", "space_admin", main).await).await.unwrap();
    world.caller("north", "ruth").await
}

#[tokio::test]
async fn a_grant_says_what_it_changes_and_changes_that() {
    on_both(|world| async move {
        settle(&world).await;
        for who in ["ruth", "ruth", "hana"] {
            file(&world, &world.caller("north", who).await, "note", json!({"text": "x"})).await;
        }
        let ada = world.caller("north", "ada").await;
        let main = GrantScope::Space(space(&world, "main").await);
        let wanted = grant(&world, "jonas", "maintainer", main).await;
        let effect = access::preview_grant(&world.backend, &ada, wanted.clone()).await.unwrap();
        assert_eq!(effect.words(), "1 person will see 2 more requests.");
        assert!(effect.allows.contains(&"Work on requests".to_owned()));
        let page = access::give_grant(&world.backend, &ada, wanted.clone()).await.unwrap();
        assert!(page.grants.iter().any(|line| line.name == "Jonas Weber" && line.place == "Main campus" && line.ends));
        let jonas = world.caller("north", "jonas").await;
        let queue = requests::queue(&world.backend, &jonas, QueueFilter::default(), None).await.unwrap();
        assert_eq!(queue.counts.open, 2);
        let again = access::give_grant(&world.backend, &ada, wanted.clone()).await;
        assert!(matches!(refusal(again), Refusal::Conflict { .. }));
        let effect = access::preview_grant(&world.backend, &ada, wanted).await.unwrap();
        assert_eq!((effect.people, effect.unchanged), (0, vec!["Jonas Weber".to_owned()]));
        // Taken back, it ends at once.
        let id = page.grants.iter().find(|line| line.name == "Jonas Weber").unwrap().id.unwrap();
        access::take_back(&world.backend, &ada, id, false).await.unwrap();
        let jonas = world.caller("north", "jonas").await;
        let queue = requests::queue(&world.backend, &jonas, QueueFilter::default(), None).await.unwrap();
        assert_eq!(queue.counts.open, 0, "what the group holds over an item stays");
    })
    .await;
}

#[tokio::test]
async fn nobody_grants_beside_or_above_what_they_hold() {
    on_both(|world| async move {
        let ruth = space_admin(&world).await;
        let (lab, annex) = (space(&world, "lab").await, space(&world, "annex").await);
        let be = &world.backend;
        let page = access::page(be, &ruth).await.unwrap();
        let names: Vec<&str> = page.spaces.iter().map(|line| line.space.name.as_str()).collect();
        assert_eq!((names, page.grants_everywhere), (vec!["Lab", "Main campus"], false));
        assert!(page.grants.iter().all(|line| line.place != "Annex" && !line.place.is_empty()), "{:?}", page.grants);
        access::give_grant(be, &ruth, grant(&world, "jonas", "maintainer", GrantScope::Space(lab)).await).await.unwrap();
        for (role, scope, missing) in [
            ("maintainer", GrantScope::Space(annex), true),
            ("maintainer", GrantScope::Organization, true),
            ("admin", GrantScope::Space(lab), false),
        ] {
            let refused = refusal(access::give_grant(be, &ruth, grant(&world, "jonas", role, scope).await).await);
            assert_eq!(matches!(refused, Refusal::NotFound), missing, "{role}: {refused:?}");
            assert!(missing || refused.to_string().contains("Nobody can grant what they do not hold there"), "{refused}");
        }
        let hana = world.caller("north", "hana").await;
        assert!(matches!(refusal(access::page(be, &hana).await), Refusal::NotFound));
        let role = SaveRole { key: String::new(), name: "Night".to_owned(), permissions: [Permission::Work].into_iter().collect() };
        assert!(matches!(refusal(access::save_role(be, &ruth, role, false).await), Refusal::NotFound));
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_locks_themselves_out_untold() {
    on_both(|world| async move {
        let ruth = space_admin(&world).await;
        let be = &world.backend;
        let own = |page: &domain::access::wire::AccessView| page.grants.iter().find(|line| line.name == "Ruth Abel").unwrap().id.unwrap();
        let id = own(&access::page(be, &ruth).await.unwrap());
        let told = refusal(access::take_back(be, &ruth, id, false).await);
        assert!(matches!(&told, Refusal::Conflict { message } if message.contains("from you yourself")), "{told:?}");
        assert!(access::page(be, &ruth).await.is_ok(), "nothing happened");
        // Told, they may; then the page is no longer theirs.
        assert!(matches!(refusal(access::take_back(be, &ruth, id, true).await), Refusal::NotFound));
        let ruth = world.caller("north", "ruth").await;
        assert!(matches!(refusal(access::page(be, &ruth).await), Refusal::NotFound));

        // Hana administers by a grant, and then nobody else does.
        let ada = world.caller("north", "ada").await;
        access::give_grant(be, &ada, grant(&world, "hana", "central_admin", GrantScope::Organization).await).await.unwrap();
        let people = crate::harness::fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
        let hana = world.caller("north", "hana").await;
        let page = access::page(be, &hana).await.unwrap();
        let id = page.grants.iter().find(|line| line.name == "Hana Sato" && line.id.is_some()).unwrap().id.unwrap();
        let without = people.replace("roles: [admin]", "roles: [requester]");
        if world.apply("north", vec![("people.yaml".to_owned(), without)]).await.is_ok() {
            let refused = refusal(access::take_back(be, &hana, id, true).await);
            assert!(refused.to_string().contains("last administrator"), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn spaces_are_added_moved_and_removed_by_whoever_shapes_them() {
    on_both(|world| async move {
        let ruth = space_admin(&world).await;
        let be = &world.backend;
        let (main, lab, annex) = (space(&world, "main").await, space(&world, "lab").await, space(&world, "annex").await);
        let save = |id, name: &str, parent| SaveSpace { id, name: name.to_owned(), parent, contact: String::new() };
        let page = access::save_space(be, &ruth, save(None, "Cold room, 1", Some(lab))).await.unwrap();
        let cold = page.spaces.iter().find(|line| line.space.name == "Cold room, 1").unwrap().space.clone();
        assert_eq!((cold.key.as_str(), cold.parent), ("cold-room-1", Some(lab)));
        access::save_space(be, &ruth, save(Some(cold.id), "Cold room", Some(main))).await.unwrap();
        for (id, parent) in [(cold.id, Some(annex)), (cold.id, None), (annex, Some(main))] {
            assert!(matches!(refusal(access::save_space(be, &ruth, save(Some(id), "X", parent)).await), Refusal::NotFound));
        }
        let circle = refusal(access::save_space(be, &ruth, save(Some(main), "Main", Some(lab))).await);
        assert!(matches!(&circle, Refusal::Input { message, .. } if message.contains("inside itself")), "{circle:?}");
        let refused = refusal(access::remove_space(be, &ruth, lab).await);
        assert!(refused.to_string().contains("people"), "{refused}");
        access::remove_space(be, &ruth, cold.id).await.unwrap();
        assert!(matches!(refusal(access::remove_space(be, &ruth, annex).await), Refusal::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_role_is_made_changed_and_removed_when_nobody_holds_it() {
    on_both(|world| async move {
        settle(&world).await;
        let (be, ada) = (&world.backend, world.caller("north", "ada").await);
        let role = |key: &str, permissions: &[Permission]| {
            let permissions: PermissionSet = permissions.iter().copied().collect();
            SaveRole { key: key.to_owned(), name: "Night desk".to_owned(), permissions }
        };
        access::save_role(be, &ada, role("", &[Permission::Work, Permission::SeeRequests]), false).await.unwrap();
        let lab = GrantScope::Space(space(&world, "lab").await);
        let page = access::give_grant(be, &ada, grant(&world, "hana", "night-desk", lab).await).await.unwrap();
        assert!(page.grants.iter().any(|line| line.role == "Night desk"));
        assert!(world.caller("north", "hana").await.facts.may_somewhere(Permission::Work));
        access::save_role(be, &ada, role("night-desk", &[Permission::SeeRequests]), false).await.unwrap();
        assert!(!world.caller("north", "hana").await.facts.may_somewhere(Permission::Work));
        let refused = refusal(access::remove_role(be, &ada, "night-desk".to_owned()).await);
        assert!(refused.to_string().contains("still holds"), "{refused}");
        let id = page.grants.iter().find(|line| line.role == "Night desk").unwrap().id.unwrap();
        access::take_back(be, &ada, id, false).await.unwrap();
        access::remove_role(be, &ada, "night-desk".to_owned()).await.unwrap();
        let fallback = role("", &[Permission::DecideAsFallback]);
        assert!(matches!(refusal(access::save_role(be, &ada, fallback, false).await), Refusal::Input { .. }));
    })
    .await;
}

#[tokio::test]
async fn who_sees_a_request_is_told_with_the_reasons() {
    on_both(|world| async move {
        let ruth = space_admin(&world).await;
        let number = file(&world, &ruth, "note", json!({"text": "x"})).await;
        let ada = world.caller("north", "ada").await;
        let story = access::tell_access(&world.backend, &ada, &number).await.unwrap();
        let why = |name: &str| {
            let found = story.people.iter().find(|(person, _)| person.name == name).map(|(_, reasons)| reasons.clone());
            found.unwrap_or_default().iter().map(AccessReason::words).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(why("Petra Novak"), "holds Maintainer on Main campus");
        assert_eq!(why("Ruth Abel"), "asked for it; holds Space administrator on Main campus");
        assert_eq!(why("Mina Park"), "holds Operator on all of the organization");
        assert_eq!(why("Samir Haddad"), "is Forms administrator in Platform owners");
        assert_eq!((why("Hana Sato"), story.more), (String::new(), false));
        for (person, reasons) in &story.people {
            let caller = backend::people::caller(&world.backend, "north", &email(&person.name)).await.unwrap();
            assert!(requests::page(&world.backend, &caller, &number).await.is_ok(), "{} {reasons:?}", person.name);
        }
        // Whoever says who holds what beside the request is told nothing of it.
        assert!(access::tell_access(&world.backend, &ruth, &number).await.is_ok());
        let petra = world.caller("north", "petra").await;
        assert!(matches!(refusal(access::tell_access(&world.backend, &petra, &number).await), Refusal::NotFound));
    })
    .await;
}

fn email(name: &str) -> String {
    let first = name.split(' ').next().unwrap().to_lowercase();
    if first == "tomás" { "both@shared.example".to_owned() } else { format!("{first}@north.example") }
}

#[tokio::test]
async fn what_is_granted_shaped_and_taken_back_is_in_the_audit_log() {
    on_both(|world| async move {
        let ruth = space_admin(&world).await;
        let (be, ada) = (&world.backend, world.caller("north", "ada").await);
        let (main, lab) = (space(&world, "main").await, space(&world, "lab").await);
        let save = |id, name: &str, parent| SaveSpace { id, name: name.to_owned(), parent, contact: String::new() };
        let page = access::save_space(be, &ruth, save(None, "Cold room", Some(lab))).await.unwrap();
        let cold = page.spaces.iter().find(|line| line.space.name == "Cold room").unwrap().space.id;
        access::save_space(be, &ruth, save(Some(cold), "Cold room", Some(main))).await.unwrap();
        access::remove_space(be, &ruth, cold).await.unwrap();
        let page = access::give_grant(be, &ruth, grant(&world, "hana", "maintainer", GrantScope::Space(lab)).await).await.unwrap();
        let given = page.grants.iter().find(|line| line.name == "Hana Sato" && line.id.is_some()).unwrap().id.unwrap();
        access::take_back(be, &ruth, given, true).await.unwrap();
        let role = SaveRole { key: String::new(), name: "Night desk".to_owned(), permissions: [Permission::Work].into_iter().collect() };
        access::save_role(be, &ada, role, false).await.unwrap();
        access::remove_role(be, &ada, "night-desk".to_owned()).await.unwrap();

        let filter = AuditFilter { period: ConsolePeriod::Ever, ..AuditFilter::default() };
        let rows = audit::page(be, &ada, filter, None).await.unwrap().rows;
        let mut said: Vec<String> = rows.iter().take(8).map(|row| format!("{}: {}", row.words, row.name)).collect();
        said.sort_unstable();
        assert_eq!(
            said,
            [
                "Grant ended: Hana Sato",
                "Role added: Night desk",
                "Role granted: Hana Sato",
                "Role granted: Ruth Abel",
                "Role removed: Night desk",
                "Space added: Cold room",
                "Space changed: Cold room",
                "Space removed: Cold room",
            ]
        );
        let ended = rows.iter().find(|row| row.words == "Grant ended").unwrap();
        let ended = audit::entry(be, &ada, ended.id).await.unwrap().changes.values;
        let values: Vec<(&str, Option<&str>)> = ended.iter().map(|value| (value.path.as_str(), value.before.as_deref())).collect();
        assert_eq!(values, [("role", Some("Maintainer")), ("where", Some("Lab"))]);
    })
    .await;
}
