//! The doors: new passwords and invitations by links that open once, and whose secrets stand nowhere but in the mail.

use crate::harness::{World, on_both};
use crate::notices::work;
use crate::outside::Outside;
use backend::doors::{self, JoinForm};
use backend::live::LiveChange;
use backend::people::{self, SignInPlace};
use backend::{CallOrigin, Caller, CallerProof, Error, audit, console};
use chrono::Duration;
use domain::Refusal;
use domain::audit::wire::AuditFilter;
use domain::connectors::wire::{ConsoleFilter, ConsolePeriod, ShownDeliveries};
use domain::doors::LinkState;
use domain::doors::wire::{InvitePeople, LinkStep, RegistrationView};
use sea_orm::{ConnectionTrait, Statement};

const NEW: &str = "another long password";
const HANA: &str = "hana@north.example";

fn from(remote: &str) -> SignInPlace<'_> {
    SignInPlace { remote, device: None }
}

fn origin() -> CallOrigin {
    CallOrigin { address: "192.0.2.14".to_owned(), device: "Firefox on Linux".to_owned() }
}

/// Asks for a new password, and waits until the link is recorded.
async fn ask(world: &World, email: &str, remote: &str) {
    let mut changes = world.backend.live().subscribe();
    doors::ask_reset(&world.backend, email, remote).await.unwrap();
    let made = async { while !matches!(changes.recv().await.unwrap(), LiveChange::Deliveries { .. }) {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), made).await.expect("a link is made");
}

/// The secret in a mail.
fn secret_in(text: &str, page: &str) -> String {
    let start = text.find(page).unwrap_or_else(|| panic!("{page} in {text}")) + page.len();
    text[start..].split_whitespace().next().unwrap().to_owned()
}

/// The secret of the only mail since the last look.
fn mailed(outside: &Outside, to: &str, page: &str) -> String {
    let mails = outside.mails();
    let mails: Vec<_> = mails.iter().filter(|(address, ..)| address == to).collect();
    assert_eq!(mails.len(), 1, "{mails:?}");
    secret_in(&mails[0].2, page)
}

fn refusal<T: std::fmt::Debug>(result: backend::Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Everything that the database holds, as one text.
async fn whole_database(world: &World) -> String {
    if let Some(path) = world.url.strip_prefix("sqlite:") {
        let read = |end: &str| std::fs::read(format!("{path}{end}")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        return format!("{}{}", read("").unwrap(), read("-wal").unwrap_or_default());
    }
    let database = sea_orm::Database::connect(&world.url).await.unwrap();
    let ask = async |sql: String| {
        let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap();
        rows.into_iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    let mut text = String::new();
    for table in ask("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'".to_owned()).await {
        text.extend(ask(format!("SELECT t::text FROM \"{table}\" t")).await);
    }
    database.close().await.unwrap();
    text
}

async fn audited(world: &World) -> Vec<(String, String)> {
    let filter = AuditFilter { period: ConsolePeriod::Ever, ..AuditFilter::default() };
    let page = audit::page(&world.backend, &world.caller("north", "ada").await, filter, None).await.unwrap();
    page.rows.into_iter().map(|row| (row.words, row.name)).collect()
}

fn form(secret: &str, name: &str, password: &str) -> JoinForm {
    JoinForm { secret: secret.to_owned(), name: name.to_owned(), password: password.to_owned() }
}

async fn accept(world: &World, secret: &str, name: &str, password: &str) -> backend::Result<Caller> {
    let (person, organization) =
        doors::accept_link(&world.backend, form(secret, name, password), None, from("203.0.113.5"), origin()).await?;
    let proof = CallerProof::SignIn(people::sign_in_moment(&world.backend, person).await?);
    Ok(people::load_caller(&world.backend, person, Some(organization), proof).await?.expect("they are a member"))
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_mailed_link_once_and_every_session_ends() {
    on_both(|world| async move {
        let (be, outside) = (&world.backend, Outside::open(&world).await);
        people::set_password(be, HANA, "the password of before").await.unwrap();
        let hana = world.caller("north", "hana").await;
        let signed_in = CallerProof::SignIn(people::sign_in_moment(be, hana.id()).await.unwrap());
        world.clock.advance(Duration::seconds(1));
        ask(&world, " Hana@North.example ", "203.0.113.5").await;
        work(&world).await;
        let secret = mailed(&outside, HANA, "/reset-password/");
        let view = doors::view_link(be, &secret, "203.0.113.5", None).await.unwrap();
        assert_eq!((view.step, view.email.as_str()), (LinkStep::NewPassword, HANA));

        let short = doors::finish_reset(be, &secret, "short".to_owned(), "203.0.113.5", origin()).await;
        assert!(matches!(refusal(short), Refusal::Input { .. }), "and the link still opens");
        doors::finish_reset(be, &secret, NEW.to_owned(), "203.0.113.5", origin()).await.unwrap();
        people::sign_in(be, HANA, NEW, from("203.0.113.5")).await.unwrap();
        assert!(people::load_caller(be, hana.id(), None, signed_in).await.unwrap().is_none(), "the session of before has ended");
        let again = doors::finish_reset(be, &secret, NEW.to_owned(), "203.0.113.5", origin()).await;
        assert_eq!(refusal(again), refusal(doors::view_link(be, &"x".repeat(43), "203.0.113.5", None).await));
        assert_eq!(audited(&world).await[0].0, "Password reset by a mailed link");

        work(&world).await;
        let told = outside.mails();
        assert_eq!((told.len(), told[0].0.as_str(), told[0].1.as_str()), (1, HANA, "Your password was changed"));
    })
    .await;
}

#[tokio::test]
async fn asking_for_a_password_tells_nobody_whether_there_is_an_account() {
    on_both(|world| async move {
        let (be, outside) = (&world.backend, Outside::open(&world).await);
        people::disable(be, "jonas@north.example", None).await.unwrap();
        for email in ["nobody@north.example", "jonas@north.example"] {
            doors::ask_reset(be, email, "203.0.113.5").await.unwrap();
        }
        ask(&world, HANA, "203.0.113.5").await;
        work(&world).await;
        assert_eq!(outside.mails().into_iter().map(|(to, ..)| to).collect::<Vec<_>>(), [HANA]);
        // The same number of times for an address with and without an account, and then the same answer.
        for email in ["nobody@north.example", HANA] {
            for _ in 0..2 {
                doors::ask_reset(be, email, "203.0.113.5").await.unwrap();
            }
            assert!(matches!(refusal(doors::ask_reset(be, email, "203.0.113.5").await), Refusal::TooMany { .. }), "{email}");
        }
        assert!(matches!(refusal(doors::ask_reset(be, "no address", "203.0.113.5").await), Refusal::Input { .. }));
        world.clock.advance(Duration::hours(1));
        ask(&world, HANA, "203.0.113.6").await;
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_tries_secrets_has_to_wait_and_a_link_ends_after_its_hour() {
    on_both(|world| async move {
        let (be, outside) = (&world.backend, Outside::open(&world).await);
        ask(&world, HANA, "203.0.113.5").await;
        work(&world).await;
        let secret = mailed(&outside, HANA, "/reset-password/");
        let join = accept(&world, &secret, "Hana", NEW).await;
        assert!(matches!(refusal(join), Refusal::NotNow { .. }), "it makes nobody a member");
        for _ in 0..30 {
            let wrong = doors::view_link(be, &"x".repeat(43), "203.0.113.9", None).await;
            assert!(matches!(refusal(wrong), Refusal::NotNow { .. }));
        }
        assert!(matches!(refusal(doors::view_link(be, "x", "203.0.113.9", None).await), Refusal::TooMany { .. }));
        world.clock.advance(Duration::hours(1));
        let late = doors::finish_reset(be, &secret, NEW.to_owned(), "203.0.113.5", origin()).await;
        assert!(matches!(refusal(late), Refusal::NotNow { .. }));
    })
    .await;
}

#[tokio::test]
async fn the_secret_of_a_link_stands_nowhere_but_in_the_mail() {
    on_both(|world| async move {
        let (be, outside, ada) = (&world.backend, Outside::open(&world).await, world.caller("north", "ada").await);
        outside.fail(true);
        ask(&world, HANA, "203.0.113.5").await;
        let guests = InvitePeople { emails: "guest@elsewhere.example".to_owned(), ..InvitePeople::default() };
        let view = doors::invite(be, &ada, guests).await.unwrap();
        assert!(view.handed.is_empty(), "it is mailed, and not shown");
        work(&world).await;
        let refused = outside.calls();
        world.clock.advance(Duration::minutes(10));
        outside.fail(false);
        work(&world).await;
        let again: Vec<String> = outside.mails().into_iter().map(|(.., text)| text).collect();
        let secrets: Vec<String> =
            again.iter().map(|text| secret_in(text, if text.contains("/join/") { "/join/" } else { "/reset-password/" })).collect();
        assert_eq!((secrets.len(), secrets[0].len()), (2, 43));
        for secret in &secrets {
            assert!(refused.iter().any(|(_, body)| body.contains(secret.as_str())), "a mail that is tried again says the same");
            assert!(!whole_database(&world).await.contains(secret.as_str()), "it is nowhere in the database");
        }
        let filter = ConsoleFilter { show: ShownDeliveries::All, period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
        let rows = console::page(be, &ada, filter, None).await.unwrap().rows;
        for row in rows.iter().filter(|row| row.event == "Link to come in") {
            let whole = console::delivery(be, &ada, row.id).await.unwrap();
            assert_eq!(whole.attempts.len(), 2);
            assert!(whole.attempts.iter().all(|attempt| attempt.request.contains("is not kept")), "{whole:?}");
        }
        // With another key before the present one, as after a rotation, the link still opens, and a later mail still has it.
        let rotated = backend::UseCaseSettings { keys: world.settings.keys.with_new(), ..world.settings.clone() };
        let other = world.with(rotated).await;
        assert!(doors::view_link(&other.backend, &secrets[0], "203.0.113.5", None).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_invitation_makes_a_member_with_what_was_offered_and_no_more() {
    on_both(|world| async move {
        let (be, outside, ada) = (&world.backend, Outside::open(&world).await, world.caller("north", "ada").await);
        let emails = "Olga Berg <olga@elsewhere.example>, pia@elsewhere.example".to_owned();
        let view = doors::invite(be, &ada, InvitePeople { emails, role: "operator".to_owned(), space: None }).await.unwrap();
        let lines: Vec<_> = view.lines.iter().map(|line| (line.email.as_str(), line.role.as_str(), line.state)).collect();
        assert!(view.mails && lines.contains(&("olga@elsewhere.example", "Operator", LinkState::Open)), "{lines:?}");
        work(&world).await;
        let mails = outside.mails();
        let secret = secret_in(&mails[0].2, "/join/");
        assert!(mails[0].2.contains("Ada Marsh has invited you to Northmoor Utilities."), "{}", mails[0].2);
        let found = doors::view_link(be, &secret, "203.0.113.5", None).await.unwrap();
        assert_eq!((found.step, found.invited_by.as_str()), (LinkStep::NewAccount, "Ada Marsh"));
        assert!(matches!(refusal(accept(&world, &secret, " ", NEW).await), Refusal::Input { .. }));
        let olga = accept(&world, &secret, "Olga Berg", NEW).await.unwrap();
        assert_eq!((olga.email.as_str(), olga.facts.role_keys().len()), ("olga@elsewhere.example", 2));
        assert!(olga.facts.may(domain::permission::Permission::Work) && !olga.facts.may(domain::permission::Permission::ManagePeople));
        assert!(matches!(refusal(accept(&world, &secret, "Olga Berg", NEW).await), Refusal::NotNow { .. }), "once");
        people::sign_in(be, "olga@elsewhere.example", NEW, from("203.0.113.5")).await.unwrap();
        assert_eq!(refusal(doors::invitations(be, &olga).await), Refusal::NotFound);
        let words: Vec<String> = audited(&world).await.into_iter().map(|(words, _)| words).take(4).collect();
        assert_eq!(words, ["Role granted", "Person joined", "Person invited", "Person invited"]);
        let member = doors::invite(be, &ada, InvitePeople { emails: HANA.to_owned(), ..InvitePeople::default() }).await;
        assert!(refusal(member).to_string().contains("Hana Sato, who is a member already"));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_revoked_sent_again_and_expires() {
    on_both(|world| async move {
        let (be, outside, ada) = (&world.backend, Outside::open(&world).await, world.caller("north", "ada").await);
        let guest = || InvitePeople { emails: "guest@elsewhere.example".to_owned(), ..InvitePeople::default() };
        let id = doors::invite(be, &ada, guest()).await.unwrap().lines[0].id;
        work(&world).await;
        let first = mailed(&outside, "guest@elsewhere.example", "/join/");
        world.clock.advance(Duration::days(15));
        assert_eq!(doors::invitations(be, &ada).await.unwrap().lines[0].state, LinkState::Expired);
        assert_eq!(doors::resend_invitation(be, &ada, id).await.unwrap().lines[0].state, LinkState::Open);
        work(&world).await;
        let second = mailed(&outside, "guest@elsewhere.example", "/join/");
        assert!(matches!(refusal(accept(&world, &first, "Guest", NEW).await), Refusal::NotNow { .. }), "the first one is over");
        // Inviting the same address again is sending it again.
        assert_eq!(doors::invite(be, &ada, guest()).await.unwrap().lines.len(), 1);
        work(&world).await;
        let third = mailed(&outside, "guest@elsewhere.example", "/join/");
        assert_ne!(second, third);
        assert_eq!(doors::revoke_invitation(be, &ada, id).await.unwrap().lines[0].state, LinkState::Revoked);
        assert!(matches!(refusal(accept(&world, &third, "Guest", NEW).await), Refusal::NotNow { .. }));
        assert!(matches!(refusal(doors::resend_invitation(be, &ada, id).await), Refusal::NotNow { .. }));
        let otto = world.caller("south", "otto").await;
        assert_eq!(refusal(doors::revoke_invitation(be, &otto, id).await), Refusal::NotFound, "another organization's is not there");
    })
    .await;
}

#[tokio::test]
async fn somebody_with_an_account_elsewhere_joins_with_it_and_nobody_else_does() {
    on_both(|world| async move {
        let (be, outside, ada) = (&world.backend, Outside::open(&world).await, world.caller("north", "ada").await);
        let email = "otto@south.example";
        people::set_password(be, email, NEW).await.unwrap();
        let otto = world.caller("south", "otto").await;
        doors::invite(be, &ada, InvitePeople { emails: email.to_owned(), ..InvitePeople::default() }).await.unwrap();
        work(&world).await;
        let secret = mailed(&outside, email, "/join/");
        assert_eq!(doors::view_link(be, &secret, "203.0.113.5", None).await.unwrap().step, LinkStep::OwnPassword);
        let hana = world.caller("north", "hana").await;
        assert_eq!(doors::view_link(be, &secret, "203.0.113.5", Some(hana.id())).await.unwrap().step, LinkStep::OtherAccount);
        assert!(matches!(refusal(accept(&world, &secret, "Mallory", "not their password").await), Refusal::Input { .. }));
        let other = doors::accept_link(be, form(&secret, "", ""), Some(&hana), from("203.0.113.5"), origin()).await;
        assert!(matches!(refusal(other), Refusal::NotNow { .. }));
        assert_eq!(doors::view_link(be, &secret, "203.0.113.5", Some(otto.id())).await.unwrap().step, LinkStep::Confirm);
        let joined = accept(&world, &secret, "", NEW).await.unwrap();
        assert_eq!(joined.id(), otto.id());
        assert_eq!(people::me(be, &joined).await.unwrap().organizations.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn without_mail_the_link_is_handed_over_once_and_an_inviter_who_left_lets_nobody_in() {
    on_both(|world| async move {
        let (be, ada) = (&world.backend, world.caller("north", "ada").await);
        let guest = InvitePeople { emails: "guest@elsewhere.example".to_owned(), ..InvitePeople::default() };
        let view = doors::invite(be, &ada, guest).await.unwrap();
        assert!(!view.mails);
        let (to, link) = &view.handed[0];
        assert_eq!(to, "guest@elsewhere.example");
        let secret = secret_in(link, "/join/");
        assert!(doors::invitations(be, &ada).await.unwrap().handed.is_empty(), "it is shown once");
        people::create_account(be, "second@north.example", "Second", NEW, true, "north").await.unwrap();
        people::disable(be, "ada@north.example", Some("north")).await.unwrap();
        let refused = accept(&world, &secret, "Guest", NEW).await;
        assert!(refusal(refused).to_string().contains("no longer counts"));
        people::enable(be, "ada@north.example", Some("north")).await.unwrap();
        accept(&world, &secret, "Guest", NEW).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_may_join_by_themselves_proves_an_address_and_who_may_not_learns_nothing() {
    on_both(|world| async move {
        let (be, outside, ada) = (&world.backend, Outside::open(&world).await, world.caller("north", "ada").await);
        let settle = async |registration: &str| {
            let text = format!("key: north\nname: Northmoor Utilities\n{registration}");
            world.apply_file("north", "organization.yaml", &text).await;
        };
        let asks = async |email: &str, remote: &str| doors::ask_registration(be, email, "", remote).await.unwrap();
        // Looked at behind the answer: it may be later than what comes next.
        asks("early@corp.example", "203.0.113.1").await;
        assert_eq!(doors::registration(be).await.unwrap(), RegistrationView::default());

        settle("settings: { registration: domains, domains: [corp.example] }\n").await;
        let view = doors::registration(be).await.unwrap();
        assert!(view.by_domain && view.open.is_empty(), "{view:?}");
        asks("eva@evil.example", "203.0.113.2").await;
        let mut changes = be.live().subscribe();
        asks("eva@corp.example", "203.0.113.2").await;
        let made = async { while !matches!(changes.recv().await.unwrap(), LiveChange::Deliveries { .. }) {} };
        tokio::time::timeout(std::time::Duration::from_secs(20), made).await.expect("a link is made");
        work(&world).await;
        let secret = mailed(&outside, "eva@corp.example", "/join/");
        let eva = accept(&world, &secret, "Eva Lind", NEW).await.unwrap();
        assert_eq!(eva.facts.role_keys(), ["requester"]);

        settle("settings: { registration: closed }\n").await;
        let closed = doors::invite(be, &ada, InvitePeople { emails: "x@corp.example".to_owned(), ..InvitePeople::default() }).await;
        assert!(matches!(refusal(closed), Refusal::NotNow { .. }));
    })
    .await;
}
