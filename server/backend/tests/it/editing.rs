//! People are added and changed on screen by whoever looks after them, and nobody gets further by it.

use crate::harness::{World, fixture, on_both};
use crate::requests::refusal;
use backend::{Caller, audit, people};
use domain::Refusal;
use domain::audit::wire::AuditFilter;
use domain::id::SpaceId;
use domain::people::wire::{PeopleFilter, SavePerson};

/// Spaces `lab` and `annex`; Samir administers the lab, Hana belongs to it.
async fn settle(world: &World) {
    let mut files = fixture("north");
    let people = files.iter_mut().find(|(path, _)| path == "people.yaml").unwrap();
    people.1 = people.1.replace("  title: Analyst\n", "  title: Analyst\n  space: lab\n");
    files.push(("spaces.yaml".to_owned(), "- {key: lab, name: Lab}\n- {key: annex, name: Annex}\n".to_owned()));
    files.push(("grants.yaml".to_owned(), "- {person: samir@north.example, role: space_admin, space: lab}\n".to_owned()));
    world.apply("north", files).await.unwrap();
}

async fn space(world: &World, ada: &Caller, name: &str) -> SpaceId {
    let page = people::people_page(&world.backend, ada, PeopleFilter::default(), None).await.unwrap();
    page.spaces.into_iter().find(|space| space.name == name).unwrap().id
}

fn newcomer(email: &str) -> SavePerson {
    SavePerson { name: "Nina Berg".to_owned(), email: email.to_owned(), ..SavePerson::default() }
}

fn field<T: std::fmt::Debug>(result: backend::Result<T>) -> String {
    match refusal(result) {
        Refusal::Input { path, .. } => path,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_is_added_with_a_role_and_it_is_written_down() {
    on_both(|world| async move {
        settle(&world).await;
        let (ada, hana) = (world.caller("north", "ada").await, world.caller("north", "hana").await);
        let lab = space(&world, &ada, "Lab").await;
        let wanted = SavePerson {
            email: " Nina.Berg@North.example ".to_owned(),
            employee_number: "E-7".to_owned(),
            manager: Some(hana.id()),
            space: Some(lab),
            role: "maintainer".to_owned(),
            role_space: Some(lab),
            ..newcomer("")
        };
        let view = people::save_person(&world.backend, &ada, wanted.clone()).await.unwrap();
        assert_eq!((view.email.as_str(), view.employee_number.as_str(), view.has_password), ("nina.berg@north.example", "E-7", false));
        assert_eq!((view.manager.unwrap().name.as_str(), view.space.unwrap().name.as_str()), ("Hana Sato", "Lab"));
        let words: Vec<&str> = view.roles.iter().map(|role| role.words.as_str()).collect();
        assert_eq!(words, ["holds Requester on all of the organization", "holds Maintainer on Lab"]);
        assert!(people::caller(&world.backend, "north", "nina.berg@north.example").await.is_ok());
        let again = |change: fn(&mut SavePerson)| {
            let mut person = SavePerson { role: String::new(), ..wanted.clone() };
            change(&mut person);
            person
        };
        assert_eq!(field(people::save_person(&world.backend, &ada, again(|_| {})).await), "employee_number");
        assert_eq!(field(people::save_person(&world.backend, &ada, again(|one| one.employee_number.clear())).await), "email");
        assert_eq!(
            field(people::save_person(&world.backend, &ada, again(|one| one.email = "otto@south.example".to_owned())).await),
            "employee_number"
        );
        assert_eq!(
            field(people::save_person(&world.backend, &ada, newcomer("otto@south.example")).await),
            "email",
            "another organization's"
        );
        assert_eq!(field(people::save_person(&world.backend, &ada, newcomer("nina@")).await), "email");
        let boss = SavePerson { role: "boss".to_owned(), ..newcomer("x@north.example") };
        assert_eq!(field(people::save_person(&world.backend, &ada, boss).await), "role");
        assert!(people::caller(&world.backend, "north", "x@north.example").await.is_err(), "nothing is left of what was refused");
        let log = audit::page(&world.backend, &ada, AuditFilter::default(), None).await.unwrap();
        let made: Vec<_> = log.rows.iter().filter(|row| row.name == "Nina Berg").map(|row| row.words.as_str()).collect();
        assert_eq!(made, ["Role granted", "Person added"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_after_a_space_adds_people_to_it_alone_and_gives_no_more_than_they_hold() {
    on_both(|world| async move {
        settle(&world).await;
        let (ada, samir, ruth) =
            (world.caller("north", "ada").await, world.caller("north", "samir").await, world.caller("north", "ruth").await);
        let (lab, annex) = (space(&world, &ada, "Lab").await, space(&world, &ada, "Annex").await);
        let of = |space: Option<SpaceId>, email: &str| SavePerson { space, ..newcomer(email) };
        let added = people::save_person(&world.backend, &samir, of(Some(lab), "a@north.example")).await.unwrap();
        assert!(added.manages && !added.exports);
        // Whoever has the address has the account: it reaches further than the space. So does what is stored of a person.
        let id = added.person.id;
        let renamed = SavePerson { id: Some(id), ..of(Some(lab), "mine@north.example") };
        assert_eq!(field(people::save_person(&world.backend, &samir, renamed.clone()).await), "email");
        assert_eq!(refusal(people::export_person(&world.backend, &samir, id).await), Refusal::NotFound);
        assert_eq!(people::save_person(&world.backend, &ada, renamed).await.unwrap().email, "mine@north.example");
        for elsewhere in [None, Some(annex)] {
            assert_eq!(field(people::save_person(&world.backend, &samir, of(elsewhere, "b@north.example")).await), "space");
        }
        let admin = SavePerson { role: "admin".to_owned(), ..of(Some(lab), "b@north.example") };
        assert_eq!(refusal(people::save_person(&world.backend, &samir, admin).await), Refusal::NotFound);
        let reviewer = SavePerson { role: "reviewer".to_owned(), role_space: Some(lab), ..of(Some(lab), "b@north.example") };
        people::save_person(&world.backend, &samir, reviewer).await.unwrap();
        assert_eq!(refusal(people::save_person(&world.backend, &ruth, of(Some(lab), "c@north.example")).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_of_a_person_changes_within_what_is_the_organizations_to_say() {
    on_both(|world| async move {
        settle(&world).await;
        let (ada, samir, hana) =
            (world.caller("north", "ada").await, world.caller("north", "samir").await, world.caller("north", "hana").await);
        let (lab, annex) = (space(&world, &ada, "Lab").await, space(&world, &ada, "Annex").await);
        let said = SavePerson {
            id: Some(hana.id()),
            name: "Hana Berg".to_owned(),
            email: "hana@north.example".to_owned(),
            space: Some(lab),
            ..SavePerson::default()
        };
        let view = people::save_person(&world.backend, &samir, said.clone()).await.unwrap();
        assert_eq!((view.person.name.as_str(), view.person.title.as_str()), ("Hana Berg", ""));
        let moved = SavePerson { email: "hana.berg@north.example".to_owned(), ..said.clone() };
        assert_eq!(field(people::save_person(&world.backend, &ada, moved).await), "email", "the files name her by it");
        assert_eq!(field(people::save_person(&world.backend, &samir, SavePerson { space: Some(annex), ..said.clone() }).await), "space");
        people::save_person(&world.backend, &ada, SavePerson { space: Some(annex), ..said.clone() }).await.unwrap();
        assert_eq!(refusal(people::save_person(&world.backend, &samir, said).await), Refusal::NotFound, "she is another one's now");
        // Somebody of two organizations keeps what both see.
        let both = people::caller(&world.backend, "north", "both@shared.example").await.unwrap();
        let renamed = SavePerson { id: Some(both.id()), ..newcomer("both@shared.example") };
        assert_eq!(field(people::save_person(&world.backend, &ada, renamed.clone()).await), "name");
        let titled = SavePerson { name: "Tomás O'Neill".to_owned(), title: "Inspector".to_owned(), ..renamed };
        assert_eq!(people::save_person(&world.backend, &ada, titled).await.unwrap().person.title, "Inspector");
        // An administrator of a space changes nobody who holds more.
        let ada_said = SavePerson { id: Some(ada.id()), space: Some(lab), ..newcomer("ada@north.example") };
        people::save_person(&world.backend, &ada, SavePerson { name: "Ada Marsh".to_owned(), ..ada_said.clone() }).await.unwrap();
        assert!(matches!(refusal(people::save_person(&world.backend, &samir, ada_said).await), Refusal::NotNow { .. }));
        assert!(matches!(refusal(people::end_sessions_of(&world.backend, &samir, ada.id(), None).await), Refusal::NotNow { .. }));
    })
    .await;
}
