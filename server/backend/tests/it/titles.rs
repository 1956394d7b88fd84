//! What a request is about: from the item's template to everything that names a request; frozen, searched, and for nobody who does not
//! see the answers.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::outside::Outside;
use crate::paged;
use crate::requests::{answers, file};
use backend::outbox::run_once;
use backend::{Caller, Error, approvals, console, definitions, notices, periodic, requests};
use chrono::Duration;
use domain::approvals::ApproverVerdict;
use domain::connectors::wire::{ConsoleFilter, ShownDeliveries};
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::queue::QueueFilter;
use domain::requests::wire::{MyFilter, SaveDraft};
use domain::requests::work::TaskDraft;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

const LAPTOP: &str = include_str!("fixtures/north/items/laptop.yaml");
const NOTE: &str = include_str!("fixtures/north/items/note.yaml");

/// Gives an item of the fixture a title.
async fn call(world: &World, item: &str, template: &str) {
    let key = item.lines().next().unwrap().trim_start_matches("key: ");
    world.apply_file("north", &format!("items/{key}.yaml"), &format!("{item}title: '{template}'\n")).await;
}

async fn database(world: &World) -> DatabaseConnection {
    sea_orm::Database::connect(&world.url).await.unwrap()
}

async fn run(connection: &DatabaseConnection, sql: &str) -> Result<(), sea_orm::DbErr> {
    connection.execute_raw(Statement::from_string(connection.get_database_backend(), sql)).await.map(drop)
}

async fn found(world: &World, who: &Caller, text: &str) -> Vec<String> {
    let filter = QueueFilter { text: text.to_owned(), ..QueueFilter::default() };
    let page = requests::queue(&world.backend, who, filter, None).await.unwrap();
    page.rows.into_iter().map(|row| row.summary.title).collect()
}

#[tokio::test]
async fn a_request_is_named_by_what_it_is_about_wherever_it_is() {
    on_both(|world| async move {
        let be = &world.backend;
        call(&world, LAPTOP, "{{ model }} one for {{ owner }}: {{ reason }}").await;
        let outside = Outside::open(&world).await;
        let desk = "- {key: desk, name: Desk, kind: webhook, settings: {url: 'http://127.0.0.1:9/none'}}\n";
        world.apply_file("north", "connectors.yaml", desk).await;
        let (hana, ruth, mina) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "mina").await);
        let given = json!({"model": "strong", "reason": "It models\nthe lake", "owner": {"id": mina.id(), "name": "Somebody else"}});
        let page = requests::open_draft(be, &hana, "laptop").await.unwrap();
        let draft = |given: Value| SaveDraft {
            id: page.id,
            item_key: "laptop".to_owned(),
            form_version: page.form_version.clone(),
            answers: answers(given),
            step: None,
        };
        for (given, title) in
            [(json!({}), "Laptop"), (json!({"model": "light"}), "Light"), (given.clone(), "Strong one for Somebody else: It models")]
        {
            requests::save_draft(be, &hana, draft(given)).await.unwrap();
            let drafts = requests::drafts(be, &hana).await.unwrap();
            assert_eq!((drafts[0].title.as_str(), drafts[0].item_name.as_str()), (title, "Laptop"));
        }
        let number = file(&world, &hana, "laptop", given).await;
        let title = "Strong one for Mina Park: It models";
        let mine = requests::mine(be, &hana, MyFilter::Open, None).await.unwrap();
        assert_eq!((mine.rows[0].title.as_str(), mine.rows[0].item.as_str()), (title, "Laptop"));
        assert_eq!(requests::open_summaries(be, &hana, 4).await.unwrap().0[0].title, title);
        let inbox = approvals::inbox(be, &ruth, 10).await.unwrap();
        assert_eq!((inbox.rows[0].title.as_str(), inbox.rows[0].item.as_str()), (title, "Laptop"));
        assert_eq!(requests::page(be, &hana, &number).await.unwrap().summary.title, title);
        let samir = world.caller("north", "samir").await;
        assert_eq!(approvals::leadership(be, &samir).await.unwrap()[0].row.title, title);
        for words in ["mod STRO", "park", "lap", "itmodels", &number] {
            let expected: Vec<&str> = if words == "itmodels" { vec![] } else { vec![title] };
            assert_eq!(found(&world, &mina, words).await, expected, "{words}");
        }
        let board = requests::board(be, &mina, QueueFilter { text: "models".to_owned(), ..QueueFilter::default() }).await.unwrap();
        assert!(board.lanes.iter().all(|lane| lane.count == 0), "it waits for approval");

        run_once(be).await.unwrap();
        let told = notices::list(be, &ruth, None).await.unwrap();
        assert_eq!((told.rows[0].title.as_str(), told.rows[0].number.as_str()), (title, number.as_str()));
        let mails = outside.mails();
        let (_, subject, text) = mails.iter().find(|(to, ..)| to == "ruth@north.example").unwrap();
        assert_eq!(subject, &format!("{number} {title}"));
        assert!(text.starts_with(&format!("{number} {title} (Laptop)\n")), "{text}");
        let chat = outside.at("/slack").iter().map(Value::to_string).collect::<String>();
        assert!(chat.contains(title), "{chat}");

        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        decide(&world, &world.caller("north", "petra").await, &number, ApproverVerdict::Approve, "").await.unwrap();
        run_once(be).await.unwrap();
        let approved = outside.at("/hook");
        assert_eq!((&approved[0]["data"]["title"], &approved[0]["data"]["item"]["name"]), (&json!(title), &json!("Laptop")));
        let console =
            console::page(be, &mina, ConsoleFilter { show: ShownDeliveries::All, ..ConsoleFilter::default() }, None).await.unwrap();
        assert!(console.rows.iter().any(|row| row.number == number && row.title == title));

        // Whatever becomes of the template and the item, it stays.
        call(&world, &LAPTOP.replace("name: Laptop", "name: Computer"), "Computer, {{ model }}").await;
        assert_eq!(requests::page(be, &hana, &number).await.unwrap().summary.title, title);
        world.leaves_work();
    })
    .await;
}

#[tokio::test]
async fn who_does_not_see_the_answers_does_not_read_what_it_is_about() {
    on_both(|world| async move {
        let be = &world.backend;
        call(&world, NOTE, "About {{ text }}").await;
        let outside = Outside::open(&world).await;
        let (hana, jonas, mina) =
            (world.caller("north", "hana").await, world.caller("north", "jonas").await, world.caller("north", "mina").await);
        let number = file(&world, &hana, "note", json!({"text": "my knee"})).await;
        let task = TaskDraft { title: "Move the desk".to_owned(), assignee: Some(jonas.id()), ..TaskDraft::default() };
        let page = paged::add_task(be, &mina, &number, task.clone()).await.unwrap();
        paged::add_task(be, &mina, &number, TaskDraft { assignee: Some(mina.id()), ..task }).await.unwrap();
        let request = async |who: &Caller| requests::my_tasks(be, who).await.unwrap()[0].request.clone();
        assert_eq!((request(&jonas).await, request(&mina).await), ("Note to the desk".to_owned(), "About my knee".to_owned()));
        run_once(be).await.unwrap();
        assert!(
            outside.mails().iter().all(|(to, subject, text)| to != "jonas@north.example" || !(subject.clone() + text).contains("knee"))
        );
        let told = notices::list(be, &jonas, None).await.unwrap();
        assert_eq!(told.rows[0].title, "Note to the desk");
        let (address, _) = paged::share_task(be, &mina, page.work.tasks[0].task.id, 7).await.unwrap();
        let shared = requests::open_share(be, address.rsplit('/').next().unwrap(), "192.0.2.1").await.unwrap();
        assert!(!serde_json::to_string(&shared).unwrap().contains("knee"));
    })
    .await;
}

#[tokio::test]
async fn a_template_that_cannot_work_is_refused_where_it_stands() {
    on_both(|world| async move {
        for (template, says) in [
            ("{{ colour }}", "The title names “colour”, which the form “laptop” does not ask"),
            ("A laptop", "The title names no answer"),
            ("{{ model", "does not close it"),
        ] {
            let text =
                format!("# A title below another one.\n{LAPTOP}  tasks:\n    - {{key: order, title: Order it}}\ntitle: '{template}'\n");
            let line = text.lines().count();
            let Err(Error::Refused(refused)) = world.apply("north", vec![("items/laptop.yaml".to_owned(), text)]).await else {
                panic!("{template} was applied");
            };
            let message = refused.to_string();
            assert!(message.contains(&format!("items/laptop.yaml:{line}: ")) && message.contains(says), "{message}");
        }
        call(&world, LAPTOP, "{{ contract_end }}").await;
        let files = definitions::export(&world.backend, "north").await.unwrap();
        let (_, laptop) = files.iter().find(|(path, _)| path == "items/laptop.yaml").unwrap();
        assert!(laptop.contains("\ntitle: '{{ contract_end }}'\n"), "{laptop}");
        assert!(world.apply("north", files).await.unwrap().changes == 0);
    })
    .await;
}

#[tokio::test]
async fn requests_of_before_get_their_titles_from_their_answers() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        for number in 0..230 {
            world.clock.advance(Duration::seconds(1));
            file(&world, &hana, "note", json!({"text": format!("lamp {number}")})).await;
        }
        world.clock.advance(Duration::seconds(1));
        let kept = file(&world, &hana, "badge", json!({"text": "a door"})).await;
        let connection = database(&world).await;
        // As they were before there were titles.
        for trigger in [("DROP TRIGGER requests_titled", "DROP TRIGGER requests_titled ON requests")] {
            let sqlite = world.url.starts_with("sqlite");
            run(&connection, if sqlite { trigger.0 } else { trigger.1 }).await.unwrap();
        }
        run(&connection, "UPDATE requests SET title = NULL, search_title = NULL").await.unwrap();
        let titled = async || {
            let mine = requests::mine(be, &hana, MyFilter::All, None).await.unwrap();
            mine.rows.into_iter().map(|row| row.title).collect::<Vec<_>>()
        };
        assert!(titled().await.iter().all(|title| title == "Note to the desk" || title == "Badge"));
        periodic::run(be).await.unwrap();
        assert!(titled().await.iter().all(|title| title == "Note to the desk" || title == "Badge"), "there is no template yet");

        call(&world, NOTE, "Mend {{ text }}").await;
        assert_eq!(periodic::run(be).await.unwrap(), 0, "it is looked once a minute");
        world.clock.advance(Duration::minutes(1));
        let other = world.another().await;
        let (one, two) = futures::join!(periodic::run(be), periodic::run(&other.backend));
        assert!(one.unwrap() + two.unwrap() >= 230);
        let titles = titled().await;
        assert_eq!((titles[0].as_str(), titles[1].as_str(), titles[24].as_str()), ("Badge", "Mend lamp 229", "Mend lamp 206"));
        assert_eq!(
            found(&world, &mina, "mend lamp 17").await,
            ["Mend lamp 17", "Mend lamp 170", "Mend lamp 171", "Mend lamp 172"]
                .into_iter()
                .chain([
                    "Mend lamp 173",
                    "Mend lamp 174",
                    "Mend lamp 175",
                    "Mend lamp 176",
                    "Mend lamp 177",
                    "Mend lamp 178",
                    "Mend lamp 179"
                ])
                .collect::<Vec<_>>()
        );
        // Once made, it stays; what has no template waits.
        call(&world, NOTE, "Repair {{ text }}").await;
        world.clock.advance(Duration::minutes(1));
        assert_eq!(periodic::run(be).await.unwrap(), 0);
        assert_eq!(titled().await[1], "Mend lamp 229");
        assert_eq!(requests::page(be, &hana, &kept).await.unwrap().summary.title, "Badge");
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_database_changes_no_title() {
    on_both(|world| async move {
        call(&world, NOTE, "{{ text }}").await;
        let hana = world.caller("north", "hana").await;
        let number = file(&world, &hana, "note", json!({"text": "A lamp"})).await;
        let connection = database(&world).await;
        for change in ["'Another'", "NULL"] {
            let refused = run(&connection, &format!("UPDATE requests SET title = {change} WHERE number = '{number}'")).await;
            assert!(refused.unwrap_err().to_string().contains("never change"), "{change}");
        }
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_was_frozen_before_there_were_titles_is_sent_as_it_was() {
    on_both(|world| async move {
        let be = &world.backend;
        call(&world, LAPTOP, "A {{ model }} one").await;
        let outside = Outside::open(&world).await;
        let files = definitions::export(be, "north").await.unwrap();
        let at = files.iter().find_map(|(_, text)| text.split("http://").nth(1)?.split('/').next()).unwrap();
        let desk = format!(
            "- {{key: desk, name: Desk, kind: webhook, settings: {{url: 'http://{at}/desk', payload: '{{\"t\": {{{{ title }}}}, \"all\": {{{{ sections }}}}}}'}}}}\n"
        );
        world.apply_file("north", "connectors.yaml", &desk).await;
        let hana = world.caller("north", "hana").await;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        outside.fail(true);
        decide(&world, &world.caller("north", "ruth").await, &number, ApproverVerdict::Approve, "").await.unwrap();
        decide(&world, &world.caller("north", "petra").await, &number, ApproverVerdict::Approve, "").await.unwrap();
        run_once(be).await.unwrap();
        let connection = database(&world).await;
        run(&connection, "UPDATE deliveries SET frozen = replace(frozen, '\"title\":\"A Light one\"', '\"of_before\":1') WHERE connector = 'desk'")
            .await
            .unwrap();
        let count = "SELECT count(*) FROM deliveries WHERE frozen LIKE '%of_before%'";
        let count = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), count)).await.unwrap().unwrap();
        assert_eq!(count.try_get_by_index::<i64>(0).unwrap(), 1);
        connection.close().await.unwrap();
        outside.fail(false);
        world.deliver_all().await;
        assert_eq!(outside.at("/desk")[0]["t"], "Laptop");
        paged::act(be, &world.caller("north", "mina").await, &number, ActionCall::new(ActionKind::Complete, ""), None).await.unwrap();
        let page = requests::page(be, &hana, &number).await.unwrap();
        assert_eq!((page.summary.status, page.summary.title.as_str()), (Status::Completed, "A Light one"));
    })
    .await;
}
