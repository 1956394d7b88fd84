//! Who reads what: every server function and the pages, asked by everybody in every role about what they may not see. What is secret
//! carries words that must never be in an answer.

use crate::arguments::Things;
use crate::harness::{ADMINISTRATOR, Browser, Site, on_both};
use backend::definitions;
use reqwest::StatusCode;
use serde_json::json;

/// In every request of the north that `Things` makes.
const NORTHERN: &str = "secret of the north";
/// In the south's connector.
const SOUTHERN: &str = "albatross";
/// In what only the people who work on requests read.
const INTERNAL: &str = "ptarmigan";
/// Every role there is.
pub const ROLES: &[&str] = &[
    "central_admin",
    "admin",
    "space_admin",
    "supervisor",
    "operator",
    "maintainer",
    "qa_agent",
    "desk_staff",
    "reviewer",
    "it-forms-admin",
    "requester",
    "general_user",
];
/// Roles that see no requests but their own.
const SEES_OWN: &[&str] = &["it-forms-admin", "requester", "general_user"];

/// One person for each role, beside those that are there already.
pub fn people(organization: &str, kept: &str) -> definitions::DefinitionFile {
    let one = |role: &&str| {
        format!("- {{email: {role}@{organization}.example, name: {role} of the {organization}, title: Tester, roles: [{role}]}}\n")
    };
    ("people.yaml".to_owned(), kept.to_owned() + &ROLES.iter().map(one).collect::<String>())
}

/// Calls every function and opens the pages; none of these words may be in an answer. How many calls there were.
async fn ask_all(who: &str, browser: &Browser, things: &Things, words: &[&str]) -> usize {
    let all = things.arguments();
    for (path, arguments) in &all {
        let answer = browser.call(path, arguments.clone()).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(!status.is_server_error(), "{who} {path} {arguments}: {status} {text}");
        for word in words {
            assert!(!text.contains(word), "{path} answered {who} with “{word}”: {text}");
        }
    }
    let number = things.ids["number"].as_str().unwrap();
    let pages = ["/", "/requests", "/inbox", "/work", "/connectors", "/audit", "/notifications"].map(str::to_owned);
    for path in pages.into_iter().chain([format!("/requests/{number}"), format!("/inbox/{number}")]) {
        let text = browser.get(&path).await.text().await.unwrap();
        for word in words {
            assert!(!text.contains(word), "{path} showed {who} “{word}”");
        }
    }
    all.len()
}

#[tokio::test]
async fn nobody_in_any_role_reads_what_is_not_theirs() {
    on_both(async |site: Site| {
        // What is asked for is not what is delivered.
        site.leaves_work();
        let things = Things::of(&site).await;
        let number = things.ids["number"].clone();
        let adele = site.signed_in(ADMINISTRATOR).await;
        adele.ask("requests/comment", json!({ "number": number, "draft": { "audience": "internal", "body": INTERNAL } })).await;
        let northern = vec![people("north", include_str!("fixtures/north/people.yaml"))];
        definitions::apply(&site.backend, "north", northern).await.unwrap();
        let desk = format!("- {{key: desk, name: Desk {SOUTHERN}, kind: webhook, settings: {{url: 'http://127.0.0.1:9/{SOUTHERN}'}}}}\n");
        let southern = vec![people("south", include_str!("fixtures/south/people.yaml")), ("connectors.yaml".to_owned(), desk)];
        definitions::apply(&site.backend, "south", southern).await.unwrap();

        let mut calls = ask_all("nobody", &site.browser(), &things, &[NORTHERN, SOUTHERN, INTERNAL]).await;
        for role in ROLES {
            let browser = site.signed_in(&format!("{role}@south.example")).await;
            calls += ask_all(&format!("the south's {role}"), &browser, &things, &[NORTHERN, INTERNAL]).await;
        }
        for role in SEES_OWN {
            let browser = site.signed_in(&format!("{role}@north.example")).await;
            assert_eq!(browser.call("requests/page", json!({ "number": number })).await.status(), StatusCode::NOT_FOUND, "{role}");
            calls += ask_all(&format!("the north's {role}"), &browser, &things, &[NORTHERN, SOUTHERN, INTERNAL]).await;
        }
        let reviewer = site.signed_in("reviewer@north.example").await;
        let page = reviewer.ask("requests/page", json!({ "number": number })).await.to_string();
        assert!(page.contains(NORTHERN) && !page.contains(INTERNAL), "sees every request, and nothing internal: {page}");
        calls += ask_all("the north's reviewer", &reviewer, &things, &[SOUTHERN, INTERNAL]).await;
        let administrator = site.signed_in("admin@north.example").await;
        let page = administrator.ask("requests/page", json!({ "number": number })).await.to_string();
        assert!(page.contains(NORTHERN) && page.contains(INTERNAL), "what is looked for is there: {page}");
        calls += ask_all("the north's administrator", &administrator, &things, &[SOUTHERN]).await;
        assert!(calls > 1_000, "{calls} calls");
    })
    .await;
}
