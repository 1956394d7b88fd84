//! People from a table: the preview says all of it, the import does exactly that, and what cannot be taken stays out with a reason.

use crate::harness::{World, fixture, on_both};
use crate::requests::refusal;
use backend::{audit, people};
use domain::Refusal;
use domain::audit::wire::AuditFilter;
use domain::people::importing::{ImportOutcome, MOST_ROWS};
use std::fmt::Write;

const FILE: &str = "\u{feff}E-mail;Name;Title;Employee ID;Manager;Space;Shoe size\n\
hana@north.example;Hana Sato;Head analyst;E-7;nina@north.example;Lab;38\n\
nina@north.example;Nina Berg;Director;E-8;;;40\n\
mina@north.example;;;;;;41\n\
ruth@north;Ruth;;;;;42\n\
jonas@north.example;;;;;Bilding C;43\n\
nina@north.example;Nina again;;;;;44\n\
kim@north.example;=1+1;;E-7;;;45\n\
lee@north.example;Lee;;;nobody@north.example;;46\n\
otto@south.example;Otto;;;;;47\n\
;Nameless;;;;;48\n";

async fn settle(world: &World) {
    let mut files = fixture("north");
    files.push(("spaces.yaml".to_owned(), "- {key: lab, name: Lab}\n- {key: annex, name: Annex}\n".to_owned()));
    files.push(("grants.yaml".to_owned(), "- {person: samir@north.example, role: space_admin, space: lab}\n".to_owned()));
    world.apply("north", files).await.unwrap();
}

#[tokio::test]
async fn what_a_file_changes_is_shown_first_and_then_done_in_one_go() {
    on_both(|world| async move {
        settle(&world).await;
        let ada = world.caller("north", "ada").await;
        let preview = people::preview_import(&world.backend, &ada, FILE).await.unwrap();
        assert_eq!((preview.rows, preview.added, preview.changed, preview.same), (10, 1, 1, 1));
        assert_eq!(preview.left_out, ["Shoe size"]);
        assert_eq!(preview.people[0].email, "nina@north.example");
        let changes: Vec<_> = preview.changes.iter().map(|one| (one.column.as_str(), one.before.as_str(), one.after.as_str())).collect();
        let expected = [
            ("Employee number", "", "E-7"),
            ("Title", "Analyst", "Head analyst"),
            ("Space", "", "Lab"),
            ("Manager", "", "nina@north.example"),
        ];
        assert_eq!(changes, expected);
        let refused: Vec<_> = preview.refused.iter().map(|one| (one.line, one.column.as_str(), one.says.as_str())).collect();
        let expected = [
            (5, "email", "ruth@north"),
            (6, "space", "Bilding C"),
            (7, "email", "nina@north.example"),
            (8, "employee_number", "E-7"),
            (9, "manager", "nobody@north.example"),
            (10, "email", "otto@south.example"),
            (11, "email", ""),
        ];
        assert_eq!(refused, expected);
        assert!(preview.refused[2].message.contains("Rows 3 and 7"), "{:?}", preview.refused[2]);
        assert!(preview.refused_file.starts_with("row,what to do,E-mail,Name") && preview.refused_file.contains(",'=1+1,"));
        assert!(people::caller(&world.backend, "north", "nina@north.example").await.is_err(), "a preview changes nothing");

        assert!(matches!(refusal(people::import_people(&world.backend, &ada, FILE, "another").await), Refusal::Conflict { .. }));
        let outcome = people::import_people(&world.backend, &ada, FILE, &preview.mark).await.unwrap();
        assert_eq!(outcome, ImportOutcome { added: 1, changed: 1, refused: 7 });
        let hana = people::person_page(&world.backend, &ada, world.caller("north", "hana").await.id()).await.unwrap();
        assert_eq!(
            (hana.manager.unwrap().name.as_str(), hana.space.unwrap().name.as_str(), hana.person.title.as_str()),
            ("Nina Berg", "Lab", "Head analyst")
        );
        let again = people::preview_import(&world.backend, &ada, FILE).await.unwrap();
        assert_eq!((again.added, again.changed, again.same), (0, 0, 3), "once");
        let log = audit::page(&world.backend, &ada, AuditFilter::default(), None).await.unwrap();
        let written: Vec<_> = log.rows.iter().take(2).map(|row| (row.words.as_str(), row.name.as_str())).collect();
        assert_eq!(written, [("Person changed", "Hana Sato"), ("Person added", "Nina Berg")]);
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_after_a_space_imports_its_people_alone() {
    on_both(|world| async move {
        settle(&world).await;
        let (samir, ruth) = (world.caller("north", "samir").await, world.caller("north", "ruth").await);
        let file = "email,name,space\na@north.example,A One,Lab\nb@north.example,B Two,Annex\nc@north.example,C Three,\nada@north.example,Ada,Lab\n";
        let preview = people::preview_import(&world.backend, &samir, file).await.unwrap();
        assert_eq!((preview.added, preview.changed), (1, 0));
        assert_eq!(preview.refused.iter().map(|one| one.column.as_str()).collect::<Vec<_>>(), ["space", "space", "email"]);
        people::import_people(&world.backend, &samir, file, &preview.mark).await.unwrap();
        assert!(people::caller(&world.backend, "north", "a@north.example").await.is_ok());
        assert_eq!(refusal(people::preview_import(&world.backend, &ruth, file).await), Refusal::NotFound);
        assert_eq!(refusal(people::import_people(&world.backend, &ruth, file, &preview.mark).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_table_or_too_large_is_told() {
    on_both(|world| async move {
        let ada = world.caller("north", "ada").await;
        let mut long = "email\n".to_owned();
        for row in 0..=MOST_ROWS {
            writeln!(long, "p{row}@x.example").unwrap();
        }
        for (file, words) in [
            ("", "No column is called"),
            ("name\nRuth\n", "No column is called"),
            ("email,e-mail\na,b\n", "Two columns say the same"),
            ("email\n\u{fffd}\n", "UTF-8"),
            (long.as_str(), "more than 2000 rows"),
            (&format!("email\n{}", "x".repeat(400_000)), "larger than 400 kB"),
        ] {
            match refusal(people::preview_import(&world.backend, &ada, file).await) {
                Refusal::Input { path, message } => assert!(path == "file" && message.contains(words), "{message}"),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}
