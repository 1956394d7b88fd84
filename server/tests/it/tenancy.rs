//! Two organizations on one site: neither sees anything of the other, and what is not seen is not found.

use crate::harness::{ADMINISTRATOR, APPROVER, BOTH, REQUESTER, STRANGER, Site, on_both};
use crate::submission::submit;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn the_other_organization_does_not_exist() {
    on_both(async |site: Site| {
    let north = site.signed_in(REQUESTER).await;
    let south = site.signed_in(STRANGER).await;
    let number = submit(&north, "A secret of the north").await;
    let draft = north.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
    let saved = json!({ "draft": { "id": draft["id"], "item_key": "vpn", "form_version": draft["form_version"], "answers": { "reason": "begun" }, "step": "why" } });
    north.ask("requests/save_draft", saved.clone()).await;

    for path in [format!("/requests/{number}"), format!("/inbox/{number}"), "/request/vpn".to_owned()] {
        let text = south.get(&path).await.text().await.unwrap();
        assert!(!text.contains("A secret of the north") && !text.contains("VPN access"), "{path}");
    }
    assert_eq!(south.get(&format!("/requests/{number}")).await.status(), StatusCode::NOT_FOUND);

    // An approver of the north is away.
    let approver = site.signed_in(APPROVER).await;
    let requester = &north.ask("requests/search_people", json!({ "text": "Rita" })).await[0];
    let days = json!({ "to": { "id": requester["id"], "name": "Rita" }, "since": "2199-01-01", "until": "2199-01-02" });
    let delegation = approver.ask("account/begin_away", json!({ "answers": days })).await["given"][0]["id"].clone();

    let number_only = json!({ "number": number });
    let act = |act| json!({ "number": number, "act": act, "seen": null });
    for (path, arguments) in [
        ("requests/page", number_only),
        ("requests/page_at", json!({ "number": number, "seq": 1, "seen": false })),
        ("requests/page_at", json!({ "number": number, "seq": 9, "seen": true })),
        ("requests/act", act(json!({ "do": "cancel", "words": "x" }))),
        ("requests/act", act(json!({ "do": "provide_info", "words": "x" }))),
        ("requests/act", act(json!({ "do": "start" }))),
        ("requests/act", act(json!({ "do": "complete", "words": "x" }))),
        ("requests/act", act(json!({ "do": "assign_to_me" }))),
        ("requests/act", act(json!({ "do": "delete", "words": "x" }))),
        ("requests/add_task", json!({ "number": number, "draft": { "title": "x", "description": "", "assignee": null, "due": null, "required": false } })),
        ("requests/comment", json!({ "number": number, "draft": { "audience": "public", "body": "x" } })),
        ("requests/open_draft", json!({ "item_key": "vpn" })),
        ("requests/preview_route", json!({ "item_key": "vpn", "answers": {} })),
        ("requests/save_draft", saved),
        ("requests/discard_draft", json!({ "id": draft["id"] })),
        ("requests/restore_draft", json!({ "id": draft["id"] })),
        ("approvals/decide", json!({ "decision": { "number": number, "verdict": "approve", "reason": "x", "seen": 1 } })),
        ("account/end_away", json!({ "id": delegation })),
        ("account/resume_away", json!({ "id": delegation })),
        ("requests/replay", json!({ "id": "00000000-0000-7000-8000-000000000001" })),
    ] {
        let answer = south.call(path, arguments).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {text}");
        assert!(!text.contains("north") && !text.contains("VPN"), "{path}: {text}");
    }

    let held = south
        .ask("approvals/decide_many", json!({ "decisions": [{ "number": number, "verdict": "approve", "reason": "", "seen": 1 }] }))
        .await;
    assert_eq!(held[0]["held"], json!(null), "{held}");
    assert!(!south.page("/").await.contains("VPN access"));
    assert_eq!(south.ask("requests/mine", json!({ "filter": "all", "after": null })).await["rows"], json!([]));
    assert_eq!(south.ask("approvals/inbox", json!({})).await["rows"], json!([]));
    let queue = south.ask("requests/queue", json!({ "filter": { "text": number }, "after": null })).await;
    assert_eq!((&queue["rows"], &queue["counts"]["open"]), (&json!([]), &json!(0)));
    let board = south.ask("requests/board", json!({ "filter": {} })).await;
    assert!(board["lanes"].as_array().unwrap().iter().all(|lane| lane["count"] == 0), "{board}");
    assert_eq!(north.call("requests/queue", json!({ "filter": {}, "after": null })).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(north.call("requests/board", json!({ "filter": {} })).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(south.ask("account/away", json!({})).await["others"], json!([]));
    assert_eq!(south.call("account/begin_away", json!({ "answers": days })).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(south.ask("requests/search_people", json!({ "text": "Rita" })).await, json!([]));
    assert_eq!(south.ask("requests/search_groups", json!({ "text": "Net" })).await, json!([]));
    assert_eq!(north.ask("requests/search_people", json!({ "text": "Rita" })).await[0]["name"], "Rita North");
    assert_eq!(north.call("requests/search_workers", json!({ "text": "" })).await.status(), StatusCode::NOT_FOUND, "a requester");

    // Untouched by all that was tried.
    assert_eq!(approver.ask("account/away", json!({})).await["given"][0]["phase"], "planned");
    let page = north.ask("requests/page", json!({ "number": number })).await;
    assert_eq!((&page["summary"]["status"], page["events"].as_array().unwrap().len()), (&json!("pending_approval"), 1));
    assert_eq!(north.ask("requests/open_draft", json!({ "item_key": "vpn" })).await["answers"]["reason"], "begun");
    })
    .await;
}

#[tokio::test]
async fn a_person_in_both_sees_one_at_a_time() {
    on_both(async |site: Site| {
        let north = site.signed_in(REQUESTER).await;
        let administrator = site.signed_in(ADMINISTRATOR).await;
        let number = submit(&north, "Seen in the north").await;
        assert_eq!(administrator.ask("requests/page", json!({ "number": number })).await["summary"]["number"], number);

        let both = site.signed_in(BOTH).await;
        both.form("/organization", &[("key", "south")]).await;
        assert_eq!(both.call("requests/page", json!({ "number": number })).await.status(), StatusCode::NOT_FOUND);
        both.form("/organization", &[("key", "north")]).await;
        assert!(both.page("/").await.contains("VPN access"));
        both.form("/organization", &[("key", "south")]).await;
        assert!(!both.page("/").await.contains("VPN access"));
    })
    .await;
}
