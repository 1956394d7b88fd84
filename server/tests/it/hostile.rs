//! Markup in everything that people name and write: no page contains it as markup.

use crate::arguments::deliver_all;
use crate::harness::{ADMINISTRATOR, APPROVER, Browser, REQUESTER, STRANGER, Site, on_both};
use backend::definitions;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Ends every element that the framework writes children of as they are, and every attribute.
const HOSTILE: &str = "</title></textarea></script><xss-mark>\"'><img src=x onerror=xss()>{{&lt;";
/// With what no name may have: text that runs leftward, and a NUL.
const WORSE: &str = "</title></textarea></script><xss-mark>\"'><img src=x onerror=xss()>\u{202e}\0{{&lt;";

/// Looks at pages and counts how often the text is in them.
struct Reader {
    seen: usize,
}

impl Reader {
    async fn read(&mut self, browser: &Browser, path: &str) -> String {
        let answer = browser.get(path).await;
        let status = answer.status();
        let page = answer.text().await.unwrap();
        assert!(status == StatusCode::OK || status == StatusCode::NOT_FOUND, "{path}: {status}");
        for raw in ["<xss-mark", "<img src=x", "</script><xss"] {
            let lower = page.to_ascii_lowercase();
            let found = lower.split_once(raw).map(|(_, rest)| rest.chars().take(120).collect::<String>());
            assert_eq!(found, None, "{path} has {raw}");
        }
        assert_eq!(page.matches("<title>").count(), 1, "{path}");
        assert!(!page.contains("\\ud800"), "{path}");
        self.seen += page.matches("xss-mark").count();
        page
    }
}

/// The item and its form with hostile words wherever words are.
fn files() -> Vec<(String, String)> {
    let text = json!(HOSTILE).to_string();
    let field = |key: &str, kind: &str, more: &str| format!("      - {{key: {key}, label: {text}, hint: {text}, type: {kind}{more}}}\n");
    let options = format!(", options: [{{value: one, label: {text}, hint: {text}}}, {{value: two, label: Two}}]");
    let form = format!(
        "key: vpn\ntitle: {text}\ndescription: {text}\nsections:\n  - key: why\n    title: {text}\n    question: {text}\n    description: {text}\n    fields:\n{}{}{}{}{}",
        field("reason", "text", ", required: true"),
        field("story", "textarea", ""),
        field("choice", "select", &options),
        field("radio", "radio", &options),
        field("many", "multi_select", &options),
    );
    let item = format!(
        "key: vpn\nname: {text}\ndescription: {text}\nicon: network\ncategory: \"</title><xss-mark>\"\ntags: [\"</title><xss-mark>\"]\nprefix: IT\nform: vpn\nprice: {text}\n\
         approval:\n  rules:\n    - key: owners\n      label: {text}\n      group: network-owners\nplan:\n  connectors: [desk]\n"
    );
    let settings =
        json!({ "url": "http://127.0.0.1:9/", "payload": format!("{{\"a\": \"{}\"}}", HOSTILE.replace("{{", "").replace('"', "")) });
    vec![
        ("organization.yaml".to_owned(), format!("key: north\nname: {text}\n")),
        ("forms/vpn.yaml".to_owned(), form),
        ("items/vpn.yaml".to_owned(), item),
        ("connectors.yaml".to_owned(), format!("- {{key: desk, name: {text}, kind: webhook, settings: {settings}}}\n")),
        ("groups.yaml".to_owned(), format!("- key: network-owners\n  name: {text}\n  members:\n    - email: arno@north.example\n")),
    ]
}

#[tokio::test]
async fn no_page_contains_as_markup_what_somebody_wrote() {
    on_both(async |site: Site| {
        definitions::apply(&site.backend, "north", files()).await.unwrap();
        let (rita, arno, adele) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await, site.signed_in(ADMINISTRATOR).await);
        for browser in [&rita, &arno, &adele] {
            let profile = json!({ "name": HOSTILE, "phone": "", "time_zone": "", "slack_member_id": "", "telegram_chat": "" });
            browser.ask("account/save_profile", json!({ "profile": profile })).await;
        }
        let answers = json!({ "reason": WORSE, "story": format!("\n{WORSE}"), "choice": "one", "radio": "one", "many": ["one"] });
        let page = rita.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
        let draft = json!({ "id": page["id"], "item_key": "vpn", "form_version": page["form_version"], "answers": answers });
        let sent = rita.ask("requests/submit_draft", json!({ "draft": draft })).await;
        let number = sent["number"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned();
        let begun = rita.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
        let draft =
            json!({ "id": begun["id"], "item_key": "vpn", "form_version": begun["form_version"], "answers": answers, "step": WORSE });
        rita.ask("requests/save_draft", json!({ "draft": draft })).await;

        let mut reader = Reader { seen: 0 };
        for path in ["/inbox".to_owned(), format!("/inbox/{number}")] {
            reader.read(&arno, &path).await;
        }
        let decision =
            |verdict: &str, seen: usize| json!({ "decision": { "number": number, "verdict": verdict, "reason": WORSE, "seen": seen } });
        let asked = arno.ask("approvals/decide", decision("ask_for_changes", 1)).await;
        assert_eq!(asked["status"], "needs_info");
        assert!(arno.ask("requests/page", json!({ "number": number })).await["question"].as_str().is_some());
        reader.read(&rita, &format!("/requests/{number}")).await;
        rita.ask("requests/act", json!({ "number": number, "act": { "do": "provide_info", "words": WORSE }, "seen": null })).await;
        let seen = arno.ask("requests/page", json!({ "number": number })).await["events"].as_array().unwrap().len();
        arno.ask("approvals/decide", decision("approve", seen)).await;
        let task = json!({ "title": HOSTILE, "description": WORSE, "assignee": null, "due": null, "required": false });
        adele.ask("requests/add_task", json!({ "number": number, "draft": task })).await;
        let me = adele.ask("account/me", json!({})).await["person"].clone();
        let mention = format!("@[{}]({}) {WORSE}", me["name"].as_str().unwrap(), me["id"].as_str().unwrap());
        let page = adele.ask("requests/comment", json!({ "number": number, "draft": { "audience": "public", "body": mention } })).await;
        let task = &page["work"]["tasks"][0]["task"]["id"];
        let shared = adele.ask("requests/share_task", json!({ "id": task, "days": 5 })).await;
        let token = shared[0].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let outsider = site.browser();
        outsider.ask("share/comment", json!({ "token": token, "name": HOSTILE, "body": WORSE })).await;
        outsider.ask("share/change", json!({ "token": token, "name": HOSTILE, "to": "in_progress", "notes": WORSE })).await;
        deliver_all(&site).await;

        reader.read(&outsider, &format!("/share/{token}")).await;
        for browser in [&rita, &arno, &adele] {
            for path in [
                "/",
                "/requests",
                "/inbox",
                "/tasks",
                "/work",
                "/work?view=board",
                "/notifications",
                "/notifications/settings",
                "/profile",
                "/profile/away",
                "/leadership",
                "/connectors",
                "/connectors/desk",
                "/connectors/new/webhook",
                "/request/vpn",
            ] {
                reader.read(browser, path).await;
            }
            for path in ["requests", "inbox"] {
                reader.read(browser, &format!("/{path}/{number}")).await;
            }
            for seq in 1..4 {
                reader.read(browser, &format!("/requests/{number}?at={seq}")).await;
            }
        }
        // What is in an address is shown as well.
        let typed: String = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in ["/?q=", "/?category=", "/work?q=", "/requests/", "/request/", "/inbox?q=", "/connectors?connector=", "/nowhere/"] {
            reader.read(&adele, &format!("{path}{typed}")).await;
        }
        reader.read(&outsider, &format!("/sign-in?email={typed}&error={typed}&next={typed}")).await;
        assert!(reader.seen > 200, "{}: the text is hardly anywhere", reader.seen);

        // The form reads as it was left, and a title as it is named.
        let form = reader.read(&rita, "/request/vpn").await;
        let (_, area) = form.split_once("<textarea").unwrap();
        let inside = area.split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
        assert!(inside.starts_with("\n\n&lt;/title&gt;&lt;/textarea&gt;"), "{inside}");
        assert!(inside.contains("{{&amp;lt;"), "{inside}");
        let title = form.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        assert!(title.contains("&lt;/title&gt;"), "{title}");
        let sven = site.signed_in(STRANGER).await;
        assert!(!reader.read(&sven, "/").await.contains("xss-mark"));
        for lone in ["\\ud800", "\\udfff x"] {
            let body = format!("{{\"text\":\"{lone}\"}}");
            let call = adele.client.post(format!("{}/call/requests/search_people", adele.base)).header("origin", &adele.base);
            assert_eq!(call.body(body).send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let told: Value = adele.ask("notices/list", json!({ "after": null })).await;
        assert!(told["rows"].is_array());
    })
    .await;
}
