//! The main job over HTTP: find, fill, send, approve, work, done.

use crate::harness::{ADMINISTRATOR, APPROVER, Browser, REQUESTER, Site, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Fills and sends one request for the item `vpn`; its docket number.
pub async fn submit(browser: &Browser, reason: &str) -> String {
    let page = browser.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
    let draft = json!({ "draft": {
        "id": page["id"], "item_key": "vpn", "form_version": page["form_version"], "answers": { "reason": reason },
    }});
    let sent = browser.ask("requests/submit_draft", draft.clone()).await;
    assert_eq!(sent["outcome"], "filed", "{sent}");
    assert_eq!(browser.ask("requests/submit_draft", draft).await, sent, "sent twice, it is one request");
    sent["number"].as_str().unwrap().to_owned()
}

/// An approver's decision on what they see now.
pub async fn decide(browser: &Browser, number: &str, verdict: &str, reason: &str) -> Value {
    let page = browser.ask("requests/page", json!({ "number": number })).await;
    let seen = page["events"].as_array().unwrap().len();
    browser.ask("approvals/decide", json!({ "decision": { "number": number, "verdict": verdict, "reason": reason, "seen": seen } })).await
}

#[tokio::test]
async fn a_request_goes_from_the_catalog_to_its_end() {
    on_both(async |site: Site| {
    let requester = site.signed_in(REQUESTER).await;
    let approver = site.signed_in(APPROVER).await;

    assert!(requester.page("/").await.contains("VPN access"));
    assert!(requester.page("/request/vpn").await.contains("Why do you need it?"));
    let page = requester.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
    let draft = json!({ "id": page["id"], "item_key": "vpn", "form_version": page["form_version"], "answers": {} });
    let saved = json!({ "draft": { "id": page["id"], "item_key": "vpn", "form_version": page["form_version"], "answers": { "reason": "tra" }, "step": "why" } });
    requester.ask("requests/save_draft", saved).await;
    assert_eq!(requester.ask("requests/open_draft", json!({ "item_key": "vpn" })).await["answers"]["reason"], "tra", "kept");
    let refused = requester.ask("requests/submit_draft", json!({ "draft": draft })).await;
    assert_eq!((&refused["outcome"], &refused["problems"][0]["field"]), (&json!("problems"), &json!("reason")), "{refused}");

    let number = submit(&requester, "Travelling to the Bergen office").await;
    let inbox = approver.ask("approvals/inbox", json!({})).await;
    assert_eq!((&inbox["count"], &inbox["rows"][0]["number"]), (&json!(1), &json!(number)));
    assert!(approver.page(&format!("/inbox/{number}")).await.contains("Travelling to the Bergen office"));
    assert_eq!(requester.ask("approvals/inbox", json!({})).await["count"], 0);

    let decided = decide(&approver, &number, "approve", "").await;
    assert_eq!(decided["status"], "open");
    let again = approver
        .call("approvals/decide", json!({ "decision": { "number": number, "verdict": "reject", "reason": "late", "seen": 1 } }))
        .await;
    assert_eq!(again.status(), StatusCode::CONFLICT);

    let operator = site.signed_in(ADMINISTRATOR).await;
    operator.ask("requests/act", json!({ "number": number, "act": { "do": "start" }, "seen": null })).await;
    let done = operator.ask("requests/act", json!({ "number": number, "act": { "do": "complete", "words": "Access is on." }, "seen": null })).await;
    assert_eq!(done["status"], "completed");
    let text = requester.page(&format!("/requests/{number}")).await;
    assert!(text.contains("Travelling to the Bergen office") && text.contains("Access is on."));
    let finished = requester.ask("requests/mine", json!({ "filter": "finished", "after": null })).await;
    assert_eq!(finished["rows"][0]["number"], number);
    })
    .await;
}

#[tokio::test]
async fn a_requester_cannot_decide_their_own_request() {
    on_both(async |site: Site| {
        let approver = site.signed_in(APPROVER).await;
        let number = submit(&approver, "For myself").await;
        let decision = json!({ "decision": { "number": number, "verdict": "approve", "reason": "", "seen": 1 } });
        let refused = approver.call("approvals/decide", decision).await;
        assert!(refused.status().is_client_error(), "{}", refused.status());
        assert_eq!(approver.ask("requests/page", json!({ "number": number })).await["summary"]["status"], "pending_approval");
    })
    .await;
}
