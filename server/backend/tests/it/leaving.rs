//! Somebody leaves: from that moment they sign in nowhere, decide nothing and are told nothing.

use crate::approvals::decide;
use crate::deputies::lend;
use crate::harness::{World, fixture, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::definitions::{self, DefinitionFile};
use backend::live::LiveChange;
use backend::people::SignInPlace;
use backend::{CallerProof, approvals, outbox, people};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::requests::actions::ActionCall;
use serde_json::json;

const PASSWORD: &str = "a long enough password";
const HANA: &str = "hana@north.example";

/// The fixture with these lines of a file left out.
fn without(path: &str, lines: &[&str]) -> Vec<DefinitionFile> {
    altered(path, |text| {
        lines.iter().fold(text.to_owned(), |text, lines| {
            assert!(text.contains(lines), "{path} has no “{lines}”");
            text.replacen(lines, "", 1)
        })
    })
}

fn altered(path: &str, change: impl Fn(&str) -> String) -> Vec<DefinitionFile> {
    let mut files = fixture("north");
    let text = &mut files.iter_mut().find(|(name, _)| name == path).unwrap().1;
    *text = change(text);
    files
}

const HANAS_LINES: &str =
    "- email: hana@north.example\n  name: Hana Sato\n  title: Analyst\n  roles: [requester]\n  time_zone: Europe/London\n";

/// Whether Hana can sign in, as somebody who does not know is told.
async fn signs_in(world: &World) -> bool {
    match people::sign_in(&world.backend, HANA, PASSWORD, SignInPlace { remote: "1.2.3.4", device: None }).await {
        Ok(_) => true,
        Err(backend::Error::Refused(refused)) => {
            assert_eq!(refused, Refusal::input("email", "The e-mail address or the password is not right."));
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn whoever_is_taken_out_of_the_file_is_out_at_once_and_back_with_their_entry() {
    on_both(|world| async move {
        people::set_password(&world.backend, HANA, PASSWORD).await.unwrap();
        world.clock.advance(Duration::seconds(1));
        let hana = world.caller("north", "hana").await;
        let signed_in = CallerProof::SignIn(world.backend.now());
        let session = async |world: &World| {
            people::load_caller(&world.backend, hana.id(), Some(hana.organization), signed_in).await.unwrap().is_some()
        };
        assert!(signs_in(&world).await && session(&world).await);
        world.clock.advance(Duration::seconds(1));

        let mut changes = world.backend.live().subscribe();
        let shorter = without("people.yaml", &[HANAS_LINES]);
        let says = "change person hana@north.example: disabled (no longer in people.yaml), and can no longer sign in";
        let plan = definitions::plan(&world.backend, "north", shorter.clone()).await.unwrap();
        assert!(plan.lines.iter().any(|line| line == says) && plan.changes == 1, "{plan}");
        assert!(signs_in(&world).await, "a plan changes nothing");
        assert_eq!(world.apply("north", shorter.clone()).await.unwrap(), plan);
        let told = LiveChange::Rights { organization: hana.organization, people: vec![hana.id()] };
        assert_eq!(changes.recv().await.unwrap(), told);
        let other = world.another().await;
        assert!(!signs_in(&world).await && !session(&world).await && !session(&other).await);
        let ruth = world.caller("north", "ruth").await;
        assert!(people::search_people(&world.backend, &ruth, "hana").await.unwrap().is_empty());
        assert_eq!(world.apply("north", shorter).await.unwrap().changes, 0, "once");

        // What was exported keeps them out.
        let exported = definitions::export(&world.backend, "north").await.unwrap();
        assert!(exported.iter().any(|(path, text)| path == "people.yaml" && text.contains("active: false")));
        assert_eq!(world.apply("north", exported.clone()).await.unwrap().changes, 0);
        assert!(!signs_in(&world).await);

        let plan =
            world.apply("north", altered("people.yaml", |text| text.replace(HANAS_LINES, &format!("{HANAS_LINES}  active: true\n")))).await;
        assert!(plan.unwrap().lines.iter().any(|line| line == "change person hana@north.example: enabled, and can sign in again"));
        assert!(signs_in(&world).await && !session(&world).await, "old sessions stay ended");
    })
    .await;
}

#[tokio::test]
async fn taken_out_and_put_back_is_as_before_and_disabled_stays_so_until_the_file_says_otherwise() {
    on_both(|world| async move {
        people::set_password(&world.backend, HANA, PASSWORD).await.unwrap();
        world.apply("north", without("people.yaml", &[HANAS_LINES])).await.unwrap();
        assert!(!signs_in(&world).await);
        let plan = world.apply("north", fixture("north")).await.unwrap();
        assert!(signs_in(&world).await, "{plan}");

        people::disable(&world.backend, HANA, Some("north")).await.unwrap();
        let plan = world.apply("north", fixture("north")).await.unwrap();
        assert!(plan.changes == 0 && plan.lines.iter().any(|line| line.starts_with("note: hana@north.example stays disabled")), "{plan}");
        assert!(!signs_in(&world).await);
        people::enable(&world.backend, HANA, Some("north")).await.unwrap();
        assert!(signs_in(&world).await);

        world
            .apply("north", altered("people.yaml", |text| text.replace(HANAS_LINES, &format!("{HANAS_LINES}  active: false\n"))))
            .await
            .unwrap();
        assert!(!signs_in(&world).await);
        // Files without organization.yaml are some of an organization's: nobody leaves by them.
        world.apply_file("north", "people.yaml", "- {email: ruth@north.example, name: Ruth Abel, roles: [requester]}\n").await;
        world.caller("north", "samir").await;
    })
    .await;
}

#[tokio::test]
async fn people_made_on_the_command_line_are_not_the_files_to_take_out() {
    on_both(|world| async move {
        people::create_account(&world.backend, "new@north.example", "New Here", PASSWORD, false, "north").await.unwrap();
        let plan = world.apply("north", fixture("north")).await.unwrap();
        assert!(plan.lines.iter().any(|line| line.contains("left as it is: person new@north.example")), "{plan}");
        world.caller("north", "new").await;
        let mut both = fixture("north");
        both.iter_mut()
            .filter(|(path, _)| path == "people.yaml")
            .for_each(|(_, text)| text.push_str("- {email: new@north.example, name: New Here}\n"));
        world.apply("north", both).await.unwrap();
        world.apply("north", fixture("north")).await.unwrap();
        assert!(people::caller(&world.backend, "north", "new@north.example").await.is_err(), "named by the files once, theirs to take out");
    })
    .await;
}

#[tokio::test]
async fn an_account_is_disabled_in_one_organization_or_everywhere() {
    on_both(|world| async move {
        let (be, both) = (&world.backend, "both@shared.example");
        people::set_password(be, both, PASSWORD).await.unwrap();
        let there = async |organization: &str| people::caller(be, organization, both).await.is_ok();
        let said = people::disable(be, both, Some("north")).await.unwrap();
        assert!(said.starts_with("both@shared.example can no longer sign in to north"), "{said}");
        assert_eq!((there("north").await, there("south").await), (false, true));
        let (_, first) = people::sign_in(be, both, PASSWORD, SignInPlace { remote: "1.2.3.4", device: None }).await.unwrap();
        assert_eq!(first, Some(world.caller("south", both).await.organization));
        people::disable(be, both, None).await.unwrap();
        assert_eq!((there("north").await, there("south").await), (false, false));
        assert!(people::sign_in(be, both, PASSWORD, SignInPlace { remote: "1.2.3.4", device: None }).await.is_err());
        let said = people::enable(be, both, Some("north")).await.unwrap();
        assert!(said.contains("disabled everywhere") && !there("north").await, "{said}");
        people::enable(be, both, None).await.unwrap();
        assert_eq!((there("north").await, there("south").await), (true, true));
        for (email, organization, path) in [("nobody@x.example", None, "email"), (HANA, Some("south"), "organization")] {
            assert!(matches!(refusal(people::disable(be, email, organization).await), Refusal::Input { path: p, .. } if p == path));
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_who_can_sign_in_stays() {
    on_both(|world| async move {
        let be = &world.backend;
        for organization in [None, Some("north")] {
            match refusal(people::disable(be, "ada@north.example", organization).await) {
                Refusal::Input { message, .. } => {
                    assert!(message.starts_with("This is the last administrator of Northmoor Utilities"), "{message}")
                }
                other => panic!("{other:?}"),
            }
        }
        let ada = "- email: ada@north.example\n  name: Ada Marsh\n  title: Administrator\n  roles: [admin]\n";
        let inactive = altered("people.yaml", |text| text.replace(ada, &format!("{ada}  active: false\n")));
        let plain = altered("people.yaml", |text| text.replace("roles: [admin]", "roles: [requester]"));
        for files in [without("people.yaml", &[ada]), inactive, plain] {
            match refusal(world.apply("north", files).await) {
                Refusal::Input { message, .. } => assert!(message.contains("ada@north.example is the last administrator"), "{message}"),
                other => panic!("{other:?}"),
            }
        }
        world.caller("north", "ada").await;
        people::create_account(be, "abe@north.example", "Abe", PASSWORD, true, "north").await.unwrap();
        // Two who leave at once must not both rely on the other.
        let (one, two) =
            tokio::join!(people::disable(be, "ada@north.example", Some("north")), people::disable(be, "abe@north.example", Some("north")));
        assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1, "{one:?} {two:?}");
    })
    .await;
}

#[tokio::test]
async fn somebody_without_a_password_is_given_one() {
    on_both(|world| async move {
        assert!(!signs_in(&world).await);
        people::set_password(&world.backend, HANA, PASSWORD).await.unwrap();
        assert!(signs_in(&world).await);
    })
    .await;
}

#[tokio::test]
async fn whoever_left_decides_nothing_is_chosen_nowhere_and_is_told_nothing() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, ruth, petra, mina) = (
            world.caller("north", "hana").await,
            world.caller("north", "ruth").await,
            world.caller("north", "petra").await,
            world.caller("north", "mina").await,
        );
        lend(&world, &petra, &ruth, 3).await;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        people::disable(be, "ruth@north.example", None).await.unwrap();
        assert_eq!(refusal(decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await), Refusal::NotFound);
        assert!(backend::delegations::page(be, &petra).await.unwrap().given.iter().all(|row| row.ended_early), "her deputies ended");
        assert!(people::search_people(be, &hana, "ruth").await.unwrap().is_empty());
        let ada = world.caller("north", "ada").await;
        let to = domain::requests::actions::ActionReceiver::Person(ruth.id());
        let act = ActionCall::reroute("platform", to, "Because");
        assert!(matches!(refusal(paged::act(be, &ada, &number, act, None).await), Refusal::Input { path, .. } if path == "to"));
        world.clock.advance(Duration::minutes(2));
        outbox::run_once(be).await.unwrap();
        let counted = approvals::count(be, &ruth).await.unwrap();
        assert!(counted <= 1, "an old caller finds no more than what is indexed");
        assert!(refusal(paged::act(be, &mina, &number, ActionCall::assign(ruth.id()), None).await) != Refusal::NotFound);
    })
    .await;
}
