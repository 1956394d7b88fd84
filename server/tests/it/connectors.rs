//! Every connector against the simulated system it is for: what is sent is accepted, what comes back is understood, and nothing kept of
//! it has a secret in it.

use crate::harness::{ADMINISTRATOR, APPROVER, REQUESTER, STRANGER, Site, on_both};
use crate::submission::{decide, submit};
use backend::{definitions, outbox};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::simulate::{SimulatedArrival, SimulatorState, run};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A secret of each kind of system, to be looked for where it must not be.
const SECRETS: &[&str] =
    &["private-cw-key", "SG.sendgrid-key", "T0/B0/hook-path", "xoxb-bot-token", "77:telegram-token", "hook-header-value"];

/// The simulated systems on free ports.
pub struct Simulators {
    pub world: SimulatorState,
    pub http: SocketAddr,
    pub smtp: SocketAddr,
}

impl Simulators {
    pub async fn open() -> Self {
        let (http, smtp) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (at, mail, world) = (http.local_addr().unwrap(), smtp.local_addr().unwrap(), SimulatorState::default());
        let served = world.clone();
        tokio::spawn(async move { run(http, smtp, served).await.unwrap() });
        Self { world, http: at, smtp: mail }
    }

    /// Definitions of one connector of every kind.
    fn definitions(&self) -> String {
        let (http, mail) = (self.http, self.smtp.port());
        format!(
            "- {{key: hook, name: Hook, kind: webhook, settings: {{url: 'http://{http}/hooks/hook', headers: {{X-Api-Key: hook-header-value}}}}}}\n\
             - {{key: cw, name: ConnectWise, kind: connectwise, settings: {{company: northmoor, url: 'http://{http}', client_id: c-1, public_key: pub, \
             private_key: private-cw-key, board_id: 12, default_status_id: 3, default_type_id: 4}}}}\n\
             - {{key: sg, name: SendGrid, kind: sendgrid, settings: {{to_email: 'desk@north.example, it@north.example', from_email: docket@north.example, \
             subject_template: 'New: {{form_name}}', api_key: SG.sendgrid-key, api_url: 'http://{http}'}}}}\n\
             - {{key: mail, name: Mail, kind: smtp, settings: {{to_email: desk@north.example, from_email: docket@north.example, host: localhost, port: {mail}, tls: none}}}}\n\
             - {{key: sw, name: Slack hook, kind: slack_webhook, settings: {{webhook_url: 'http://{http}/services/T0/B0/hook-path'}}}}\n\
             - {{key: bot, name: Slack bot, kind: slack_bot, settings: {{token: xoxb-bot-token, channel: '#it-requests', api_url: 'http://{http}/api'}}}}\n\
             - {{key: tg, name: Telegram, kind: telegram, settings: {{token: '77:telegram-token', chat_id: '-100200', api_url: 'http://{http}'}}}}\n"
        )
    }

    async fn tell(&self, system: &str, behaviour: &str, times: u32) {
        let answer = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(format!("http://{}/script", self.http))
            .form(&[("system", system), ("behaviour", behaviour), ("times", &times.to_string())])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }

    pub fn of(&self, system: &str) -> Vec<SimulatedArrival> {
        self.world.arrived().into_iter().filter(|arrival| arrival.system == system).collect()
    }
}

/// Lets an approved request of `vpn` go to these connectors.
async fn connect(site: &Site, simulators: &Simulators, keys: &[&str]) {
    let plan = format!("{}\nplan:\n  connectors: [{}]\n", include_str!("fixtures/north/items/vpn.yaml"), keys.join(", "));
    let files = vec![("connectors.yaml".to_owned(), simulators.definitions()), ("items/vpn.yaml".to_owned(), plan)];
    definitions::apply(&site.backend, "north", files).await.unwrap();
}

/// An approved request; its docket number.
async fn approved(site: &Site, reason: &str) -> String {
    let (requester, approver) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
    let number = submit(&requester, reason).await;
    decide(&approver, &number, "approve", "").await;
    number
}

const ALL: &[&str] = &["hook", "cw", "sg", "mail", "sw", "bot", "tg"];

#[tokio::test]
async fn every_kind_delivers_what_its_system_accepts_and_keeps_no_secret() {
    on_both(async |site: Site| {
        let simulators = Simulators::open().await;
        connect(&site, &simulators, ALL).await;
        let number = approved(&site, "Reading <plans> & \"maps\"").await;
        let done = outbox::run_once(&site.backend).await.unwrap();
        assert_eq!((done.delivered, done.retrying, done.failed), (7, 0, 0), "{:#?}", simulators.world.arrived());

        let text = |system: &str| simulators.of(system)[0].text.clone();
        assert!(text("connectwise").contains(r#""board":{"id":12}"#) && text("connectwise").contains("Rita North"));
        assert!(text("sendgrid").contains(r#""subject":"New: VPN access""#));
        assert!(text("smtp").contains(&format!("Subject: {number} VPN access, Rita North")) && text("smtp").contains("Message-ID: <"));
        assert!(text("slack_bot").contains("Reading &lt;plans&gt; &amp;"), "{}", text("slack_bot"));
        assert!(text("telegram").contains("Reading &lt;plans&gt; &amp;"));
        assert!(text("slack_webhook").contains(&number));

        let admin = site.signed_in(ADMINISTRATOR).await;
        let console = admin.ask("admin/console", json!({"filter": filter("all"), "after": null})).await;
        assert_eq!(console["rows"].as_array().unwrap().len(), 7);
        let mut kept = console.to_string();
        for row in console["rows"].as_array().unwrap() {
            kept.push_str(&admin.ask("admin/delivery", json!({"id": row["id"]})).await.to_string());
        }
        for key in ALL {
            kept.push_str(&admin.ask("admin/connector", json!({"key": key, "kind": ""})).await.to_string());
            kept.push_str(&admin.page(&format!("/connectors/{key}")).await);
        }
        kept.push_str(&admin.page("/connectors").await);
        let files = definitions::export(&site.backend, "north").await.unwrap();
        kept.extend(files.into_iter().map(|(_, text)| text));
        SECRETS.iter().for_each(|secret| assert!(!kept.contains(secret), "{secret} is kept or shown"));

        let page = admin.ask("requests/page", json!({"number": number})).await;
        let ticket = page["deliveries"].as_array().unwrap().iter().find(|one| one["connector"] == "ConnectWise").unwrap();
        assert_eq!(ticket["made"]["number"], "70001");
        assert!(ticket["made"]["link"].as_str().unwrap().ends_with("service_recid=70001"));
    })
    .await;
}

/// A filter of the console.
pub fn filter(show: &str) -> Value {
    json!({"show": show, "connector": "", "period": "week", "number": ""})
}

#[tokio::test]
async fn a_ticket_whose_answer_was_lost_is_not_made_twice() {
    on_both(async |site: Site| {
        let simulators = Simulators::open().await;
        connect(&site, &simulators, &["cw"]).await;
        simulators.tell("connectwise", "reset", 1).await;
        let number = approved(&site, "x").await;
        let done = outbox::run_once(&site.backend).await.unwrap();
        assert_eq!((done.delivered, done.retrying), (0, 1), "made there, and nobody heard of it here");
        site.clock.advance(TimeDelta::minutes(2));
        assert_eq!(outbox::run_once(&site.backend).await.unwrap().delivered, 1);
        assert_eq!(simulators.of("connectwise").len(), 1, "found, not made again");
        let page = site.signed_in(ADMINISTRATOR).await.ask("requests/page", json!({"number": number})).await;
        assert_eq!(page["deliveries"][0]["made"]["number"], "70001");
    })
    .await;
}

#[tokio::test]
async fn each_way_of_failing_is_told_apart() {
    on_both(async |site: Site| {
        let simulators = Simulators::open().await;
        let admin = site.signed_in(ADMINISTRATOR).await;
        // System, its connector, what it does, what the destination is afterwards, and what the delivery is.
        let cases = [
            ("slack_bot", "bot", "500", "failing", "retrying"),
            ("slack_bot", "bot", "429", "failing", "retrying"),
            ("slack_bot", "bot", "garbage", "failing", "retrying"),
            ("slack_bot", "bot", "401", "paused", "retrying"),
            ("telegram", "tg", "401", "paused", "retrying"),
            ("telegram", "tg", "huge", "failing", "retrying"),
            ("telegram", "tg", "redirect", "failing", "retrying"),
            ("sendgrid", "sg", "401", "paused", "retrying"),
            ("sendgrid", "sg", "500", "failing", "retrying"),
            ("connectwise", "cw", "401", "paused", "retrying"),
            ("slack_webhook", "sw", "500", "failing", "retrying"),
            ("slack_webhook", "sw", "garbage", "failing", "retrying"),
            ("smtp", "mail", "500", "failing", "retrying"),
            ("smtp", "mail", "401", "paused", "retrying"),
            ("webhook", "hook", "401", "paused", "retrying"),
        ];
        for (system, key, behaviour, standing, status) in cases {
            connect(&site, &simulators, &[key]).await;
            simulators.tell(system, behaviour, 1).await;
            let number = approved(&site, "x").await;
            outbox::run_once(&site.backend).await.unwrap();
            let console = admin.ask("admin/console", json!({"filter": filter("all"), "after": null})).await;
            let case = format!("{system} {behaviour}: {console:#}");
            let row = console["rows"].as_array().unwrap().iter().find(|row| row["number"] == number.as_str()).unwrap();
            assert_eq!(row["status"], status, "{case}");
            let one = console["destinations"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap();
            assert_eq!(one["standing"], standing, "{case}");
            assert_eq!(one["refuses_us"], behaviour == "401", "{case}");
            // All is well again; the pause is over by then.
            site.clock.advance(TimeDelta::minutes(2));
            assert_eq!(outbox::run_once(&site.backend).await.unwrap().delivered, 1, "{case}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_connector_is_set_up_tested_and_kept_on_screen() {
    on_both(async |site: Site| {
        let simulators = Simulators::open().await;
        let admin = site.signed_in(ADMINISTRATOR).await;
        assert!(admin.page("/connectors/new/slack_bot").await.contains("Bot token"));
        let save = async |settings: Value, key: &str, forget: Value| {
            let wanted = json!({"wanted": {"key": key, "kind": "slack_bot", "settings": settings, "forget": forget}});
            admin.call("admin/save_connector", wanted).await
        };
        let api = format!("http://{}/api", simulators.http);
        let missing = save(json!({"name": "IT channel", "enabled": true, "channel": "#it"}), "", json!([])).await;
        assert_eq!(missing.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problems: Value = missing.json().await.unwrap();
        assert_eq!(problems["refusal"]["problems"][0]["field"], "token", "{problems}");
        let wrong =
            json!({"name": "IT channel", "enabled": true, "channel": "#it", "token": "xoxb-bot-token", "text_template": "{{ nubmer }}"});
        let wrong: Value = save(wrong, "", json!([])).await.json().await.unwrap();
        assert_eq!(wrong["refusal"]["problems"][0]["field"], "text_template", "{wrong}");
        let right = json!({"name": "IT channel", "enabled": true, "channel": "#it", "token": "xoxb-bot-token", "api_url": api});
        let made = save(right, "", json!([])).await;
        assert_eq!((made.status(), made.text().await.unwrap().as_str()), (StatusCode::OK, r#""it-channel""#));

        // Saved again without the token: it stays.
        let again = json!({"name": "IT channel", "enabled": true, "channel": "#it-requests", "api_url": api});
        assert_eq!(save(again.clone(), "it-channel", json!([])).await.status(), StatusCode::OK);
        admin.ask("admin/test_connector", json!({"key": "it-channel"})).await;
        outbox::run_once(&site.backend).await.unwrap();
        let view = admin.ask("admin/connector", json!({"key": "it-channel", "kind": ""})).await;
        let test = &view["test"]["done"];
        assert_eq!((&test["error"], &test["code"]), (&json!(""), &json!(200)), "{test}");
        assert!(simulators.of("slack_bot")[0].what.starts_with("#it-requests: "));

        // Forgotten, it is asked for again.
        let refused = save(again, "it-channel", json!(["token"])).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);

        let preview = json!({"kind": "slack_bot", "field": "text_template", "source": "*{form_name}* {{ number }}", "number": ""});
        assert_eq!(admin.ask("admin/preview_template", preview).await, "*Sample request* IT-7F3K");

        // Not for everybody, and not for other organizations.
        let (requester, south) = (site.signed_in(REQUESTER).await, site.signed_in(STRANGER).await);
        for (path, arguments) in [
            ("admin/console", json!({"filter": filter("all"), "after": null})),
            ("admin/kinds", json!({})),
            ("admin/connector", json!({"key": "it-channel", "kind": ""})),
            ("admin/test_connector", json!({"key": "it-channel"})),
            ("admin/hold", json!({"connector": "it-channel", "held": true})),
        ] {
            assert_eq!(requester.call(path, arguments.clone()).await.status(), StatusCode::NOT_FOUND, "{path}");
            if arguments.to_string().contains("it-channel") {
                assert_eq!(south.call(path, arguments).await.status(), StatusCode::NOT_FOUND, "{path} of another organization");
            }
        }
    })
    .await;
}
