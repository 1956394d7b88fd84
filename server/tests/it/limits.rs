//! What other systems refuse must not lose a delivery: each connector against its simulated system, which is as strict as the real one,
//! with answers as people give them.

use crate::connectors::{Simulators, filter};
use crate::harness::{ADMINISTRATOR, APPROVER, REQUESTER, Site, on_both};
use crate::submission::decide;
use backend::{definitions, outbox};
use chrono::TimeDelta;
use serde_json::{Value, json};

const FORM: &str = "key: vpn
title: VPN access
sections:
  - key: why
    title: Why
    fields:
      - {key: reason, label: Reason, type: textarea}
      - {key: line, label: Line, type: text}
      - {key: more, label: More, type: textarea}
      - {key: when, label: When, type: datetime}
";

/// What became of a request that was handed on.
pub struct Handed {
    pub number: String,
    pub status: String,
    /// The attempts, as the console tells them.
    pub attempts: Vec<Value>,
}

/// A site whose item `vpn` goes to one connector, and the simulated systems.
pub struct Desk {
    pub site: Site,
    pub simulators: Simulators,
}

impl Desk {
    pub async fn open(site: Site) -> Self {
        Self { site, simulators: Simulators::open().await }
    }

    /// Lets the item go to a connector of this kind with these settings besides those it needs.
    pub async fn connect(&self, kind: &str, more: &str) {
        let (http, mail) = (self.simulators.http, self.simulators.smtp.port());
        let needed = match kind {
            "smtp" => format!("from_email: docket@north.example, host: localhost, port: {mail}, tls: none"),
            "sendgrid" => format!("from_email: docket@north.example, api_key: SG.key, api_url: 'http://{http}'"),
            "connectwise" => {
                format!("company: north, url: 'http://{http}', client_id: c, public_key: pub, private_key: private-key, board_id: 12")
            }
            "slack_webhook" => format!("webhook_url: 'http://{http}/services/T0/B0/path'"),
            "slack_bot" => format!("token: xoxb-bot, channel: '#it', api_url: 'http://{http}/api'"),
            "telegram" => format!("token: '77:token', chat_id: '-100', api_url: 'http://{http}'"),
            _ => format!("url: 'http://{http}/hooks/hook'"),
        };
        let connectors = format!("- {{key: out, name: Out, kind: {kind}, settings: {{{needed}{more}}}}}\n");
        let plan = format!("{}\nplan:\n  connectors: [out]\n", include_str!("fixtures/north/items/vpn.yaml"));
        let files = [("connectors.yaml", connectors), ("items/vpn.yaml", plan), ("forms/vpn.yaml", FORM.to_owned())];
        definitions::apply(&self.site.backend, "north", files.map(|(path, text)| (path.to_owned(), text)).to_vec()).await.unwrap();
    }

    /// Files a request with these answers, approves it and hands it on.
    pub async fn hand_on(&self, answers: Value) -> Handed {
        let (requester, approver) = (self.site.signed_in(REQUESTER).await, self.site.signed_in(APPROVER).await);
        let page = requester.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
        let draft = json!({ "id": page["id"], "item_key": "vpn", "form_version": page["form_version"], "answers": answers });
        let sent = requester.ask("requests/submit_draft", json!({ "draft": draft })).await;
        assert_eq!(sent["outcome"], "filed", "{sent}");
        let number = sent["number"].as_str().unwrap().to_owned();
        decide(&approver, &number, "approve", "").await;
        self.work(number).await
    }

    /// Lets the worker do what is due, and tells what became of a request.
    async fn work(&self, number: String) -> Handed {
        outbox::run_once(&self.site.backend).await.unwrap();
        let admin = self.site.signed_in(ADMINISTRATOR).await;
        let console = admin.ask("admin/console", json!({"filter": filter("all"), "after": null})).await;
        let row = console["rows"].as_array().unwrap().iter().find(|row| row["number"] == number.as_str()).unwrap();
        let detail = admin.ask("admin/delivery", json!({"id": row["id"]})).await;
        Handed { number, status: row["status"].as_str().unwrap().to_owned(), attempts: detail["attempts"].as_array().unwrap().clone() }
    }

    /// What arrived last at a system.
    pub fn last(&self, system: &str) -> String {
        self.simulators.of(system)[0].text.clone()
    }

    /// The JSON that arrived last at a system.
    pub fn body(&self, system: &str) -> Value {
        serde_json::from_str(self.last(system).split_once("\n\n").unwrap().1).unwrap()
    }

    /// What arrived last at the mail server: to whom, and the subject.
    fn mail(&self) -> (String, String) {
        let what = self.simulators.of("smtp")[0].what.clone();
        let (to, subject) = what.split_once(": ").unwrap();
        (to.to_owned(), subject.to_owned())
    }
}

/// The header lines of a mail.
fn head(mail: &str) -> Vec<&str> {
    mail.split("\n\n").next().unwrap().lines().collect()
}

#[tokio::test]
async fn each_address_gets_a_mail_once() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        let to = ", to_email: 'ops@x.example, Ops@X.example, desk@x.example, ops@x.example'";
        for kind in ["sendgrid", "smtp"] {
            desk.connect(kind, to).await;
            assert_eq!(desk.hand_on(json!({"reason": "x"})).await.status, "delivered", "{kind}");
        }
        assert_eq!(desk.body("sendgrid")["personalizations"][0]["to"], json!([{"email": "ops@x.example"}, {"email": "desk@x.example"}]));
        assert_eq!(desk.mail().0, "ops@x.example, desk@x.example");
        // As many as a connector takes, in header lines that are short enough.
        let many: Vec<String> = (0..50).map(|number| format!("somebody.with.a.long.name.{number}@department.x.example")).collect();
        desk.connect("smtp", &format!(", to_email: '{}'", many[..25].join(", "))).await;
        assert_eq!(desk.hand_on(json!({"reason": "x"})).await.status, "delivered");
    })
    .await;
}

#[tokio::test]
async fn a_template_that_makes_nothing_visible_gives_way_to_the_default() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        let (mails, ticket, chat) = (
            ", to_email: desk@x.example, subject_template: '{{ answers.line }}', body_template: '{{ answers.line }}'",
            ", summary_template: '{{ answers.line }}', body_template: ' {{ answers.line }} '",
            ", text_template: '{{ answers.line }}'",
        );
        for (kind, settings) in [
            ("sendgrid", mails),
            ("smtp", mails),
            ("connectwise", ticket),
            ("slack_webhook", chat),
            ("slack_bot", chat),
            ("telegram", ", text_template: '<b>{{ answers.line }}</b>'"),
        ] {
            desk.connect(kind, settings).await;
            let handed = desk.hand_on(json!({"reason": "Reading"})).await;
            assert_eq!(handed.status, "delivered", "{kind}: {:?}", handed.attempts);
            let text = desk.last(kind);
            assert!(text.contains(&handed.number) && text.contains("Reading"), "{kind}: {text}");
            if kind == "smtp" {
                assert_eq!(desk.mail().1, format!("{} VPN access, Rita North", handed.number));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn one_bad_recipient_keeps_nobody_else_from_the_mail() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        desk.connect("smtp", ", to_email: 'ops@x.example, reject-550@x.example, desk@x.example'").await;
        let handed = desk.hand_on(json!({"reason": "x"})).await;
        assert_eq!(handed.status, "delivered", "{:?}", handed.attempts);
        assert_eq!(desk.mail().0, "ops@x.example, desk@x.example");
        let [attempt] = &handed.attempts[..] else { panic!("{:?}", handed.attempts) };
        let said = attempt["response"].as_str().unwrap();
        assert!(
            said.starts_with("Not delivered to reject-550@x.example (550 5.1.1 ") && said.contains("the mailbox does not exist"),
            "{said}"
        );
        assert!(said.contains("Delivered to ops@x.example; desk@x.example."), "{said}");
        assert_eq!((&attempt["error"], &attempt["code"]), (&json!(""), &json!(250)));

        // Nobody takes it: then it has failed, and says why.
        desk.connect("smtp", ", to_email: 'reject-550@x.example, reject-551@x.example'").await;
        let handed = desk.hand_on(json!({"reason": "x"})).await;
        assert_eq!(handed.status, "failed");
        let error = handed.attempts[0]["error"].as_str().unwrap();
        assert!(error.contains("reject-550@x.example (550") && error.contains("reject-551@x.example (551"), "{error}");
        assert_eq!(desk.simulators.of("smtp").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_was_put_off_is_tried_again_alone() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        desk.connect("smtp", ", to_email: 'ops@x.example, defer-450-2@x.example, reject-550@x.example'").await;
        let mut handed = desk.hand_on(json!({"reason": "x"})).await;
        assert_eq!(handed.status, "retrying");
        let error = handed.attempts[0]["error"].as_str().unwrap();
        assert!(error.contains("put off defer-450-2@x.example (450 4.2.1") && error.ends_with("The others have it."), "{error}");
        assert_eq!(desk.mail().0, "ops@x.example");
        for minutes in [2, 6] {
            desk.site.clock.advance(TimeDelta::minutes(minutes));
            handed = desk.work(handed.number).await;
        }
        assert_eq!((handed.status.as_str(), handed.attempts.len()), ("delivered", 3), "{:?}", handed.attempts);
        assert_eq!(desk.mail().0, "defer-450-2@x.example");
        assert_eq!(desk.simulators.of("smtp").len(), 2, "the others have it once");
        let said = handed.attempts[2]["response"].as_str().unwrap();
        assert!(said.contains("Not delivered to reject-550@x.example (550"), "{said}");
        let ids: Vec<String> = desk
            .simulators
            .of("smtp")
            .iter()
            .map(|mail| head(&mail.text).into_iter().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned())
            .collect();
        assert_eq!(ids[0], ids[1]);
        // A destination that answers is well, however often one of its mailboxes is busy.
        let console = desk.site.signed_in(ADMINISTRATOR).await.ask("admin/console", json!({"filter": filter("all"), "after": null})).await;
        assert_eq!(console["destinations"][0]["standing"], "healthy", "{console}");
    })
    .await;
}

#[tokio::test]
async fn subjects_of_any_length_and_script_are_taken() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        let long = "word".repeat(250);
        let family = "👨‍👩‍👧‍👦".repeat(100);
        let spaced = "some words ".repeat(90);
        for line in [long.as_str(), &family, &spaced, "שלום (עולם)!", "Ünïcödé\tand a tab", "=?utf-8?Q?broken", "é".repeat(400).as_str()]
        {
            for kind in ["smtp", "sendgrid"] {
                desk.connect(kind, ", to_email: desk@x.example, subject_template: '{{ answers.more }} ({{ number }})'").await;
                let handed = desk.hand_on(json!({"more": line})).await;
                assert_eq!(handed.status, "delivered", "{line}: {:?}", handed.attempts);
                let subject = if kind == "smtp" { desk.mail().1 } else { desk.body(kind)["subject"].as_str().unwrap().to_owned() };
                assert!(subject.encode_utf16().count() <= 200, "{subject}");
                assert!(subject.ends_with(&format!(" ({})", handed.number)), "{subject}");
                assert_eq!(subject.contains('…'), line.encode_utf16().count() > 200, "{subject}");
                if line == family {
                    assert!(subject.starts_with("👨‍👩‍👧‍👦") && subject.contains("👦… ("), "{subject}");
                }
            }
            let mail = desk.last("smtp");
            assert!(head(&mail).iter().all(|line| line.len() <= 78), "{mail}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_mail_is_a_whole_mail() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        desk.connect("smtp", ", to_email: desk@x.example").await;
        assert_eq!(desk.hand_on(json!({"reason": "Zoë's\n  log"})).await.status, "delivered");
        let mail = desk.last("smtp");
        for name in ["MIME-Version: 1.0", "Date: ", "Message-ID: <", "Auto-Submitted: auto-generated", "Content-Type: text/plain"] {
            assert_eq!(head(&mail).iter().filter(|line| line.starts_with(name)).count(), 1, "{name} in {mail}");
        }
        desk.connect("sendgrid", ", to_email: desk@x.example").await;
        assert_eq!(desk.hand_on(json!({"reason": "x"})).await.status, "delivered");
        let headers = &desk.body("sendgrid")["headers"];
        assert!(headers["Message-ID"].as_str().unwrap().starts_with('<') && headers["Auto-Submitted"] == "auto-generated");
    })
    .await;
}

#[tokio::test]
async fn long_answers_are_shortened_for_a_chat_and_the_short_ones_stay() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        // Counted after the markup, it fits.
        desk.connect("telegram", "").await;
        let apostrophes = "it's ".repeat(442);
        let handed = desk.hand_on(json!({"reason": apostrophes.trim(), "line": "Bergen"})).await;
        assert_eq!(handed.status, "delivered", "{:?}", handed.attempts);
        let text = desk.body("telegram")["text"].as_str().unwrap().to_owned();
        assert!(text.contains("Bergen") && !text.contains('…'), "{text}");

        // Too long: the longest is shortened, marked, and says where the rest is.
        for (reason, more) in
            [("it's <b> ".repeat(400), "x".repeat(600)), ("🇳🇴".repeat(1400), "short".to_owned()), ("&".repeat(3900), "y".repeat(400))]
        {
            let handed = desk.hand_on(json!({"reason": reason, "line": "Bergen", "more": more})).await;
            assert_eq!(handed.status, "delivered", "{:?}", handed.attempts);
            let text = desk.body("telegram")["text"].as_str().unwrap().to_owned();
            assert!(text.contains("Bergen") && text.contains(&more) && text.contains('…'), "{text}");
            assert!(
                text.ends_with("\">Shortened. Read all of it in Docket</a>") && text.contains(&format!("/requests/{}\"", handed.number))
            );
            if reason.starts_with('🇳') {
                assert!(text.contains("🇳🇴…"), "a whole flag");
            }
        }

        // Slack counts after its escaping.
        for kind in ["slack_bot", "slack_webhook"] {
            desk.connect(kind, "").await;
            let handed = desk.hand_on(json!({"reason": "<&> ".repeat(2400), "line": "Bergen", "more": "&".repeat(1500)})).await;
            assert_eq!(handed.status, "delivered", "{:?}", handed.attempts);
            let text = desk.body(kind)["text"].as_str().unwrap().to_owned();
            assert!(text.chars().count() <= 40_000 && text.chars().count() > 39_900, "{}", text.chars().count());
            assert!(
                text.contains(&"&amp;".repeat(1500))
                    && text.contains("Bergen")
                    && text.contains('…')
                    && text.ends_with("|Shortened. Read all of it in Docket>")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_summary_fits_by_every_count() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        desk.connect("connectwise", ", summary_template: '{{ answers.more }} {{ number }}'").await;
        for line in ["🖥".repeat(52), "👨‍👩‍👧‍👦".repeat(20), "e\u{301}".repeat(90), "plain ".repeat(40)] {
            let handed = desk.hand_on(json!({"more": line})).await;
            assert_eq!(handed.status, "delivered", "{line}: {:?}", handed.attempts);
            let summary = desk.body("connectwise")["summary"].as_str().unwrap().to_owned();
            assert!(summary.encode_utf16().count() <= 100, "{summary}");
            assert!(summary.ends_with(&format!("… {}", handed.number)), "{summary}");
            let kept = summary.split('…').next().unwrap();
            assert!(line.starts_with(kept) && !line[kept.len()..].starts_with(['\u{200d}', '\u{301}']), "{summary}");
        }
    })
    .await;
}
