//! What people wrote is read elsewhere as they meant it: a time as the moment it was, blanks and lines as they were typed, words from right
//! to left beside words from left to right.

use crate::harness::{APPROVER, REQUESTER, Site, on_both};
use crate::limits::Desk;
use backend::definitions;
use serde_json::{Value, json};

async fn move_to(site: &Site, email: &str, zone: &str) {
    let person = site.signed_in(email).await;
    let mut profile = person.ask("account/profile", json!({})).await["profile"].clone();
    profile["time_zone"] = json!(zone);
    person.ask("account/save_profile", json!({ "profile": profile })).await;
}

/// How somebody reads the answer of `when` on the request's page.
async fn read(site: &Site, email: &str, number: &str) -> String {
    let person = site.signed_in(email).await;
    let page = person.ask("requests/page", json!({ "number": number })).await;
    let answers = page["sections"][0]["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["key"] == "when").unwrap()["text"].as_str().unwrap().to_owned()
}

/// The answer of `when` as a webhook gets it.
fn answer(body: &Value) -> &Value {
    let answers = body["data"]["answers"][0]["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["key"] == "when").unwrap()
}

#[tokio::test]
async fn a_time_is_the_moment_it_was_for_who_answered_it() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        move_to(&desk.site, REQUESTER, "Pacific/Kiritimati").await;
        move_to(&desk.site, APPROVER, "Europe/London").await;
        desk.connect("webhook", "").await;
        let handed = desk.hand_on(json!({"reason": "x", "when": "2026-09-30T14:00"})).await;
        assert_eq!(handed.status, "delivered", "{:?}", handed.attempts);
        let words = "30 September 2026, 14:00 (Kiritimati, UTC+14)";
        let body = desk.body("webhook");
        assert_eq!((&answer(&body)["value"], &answer(&body)["text"]), (&json!("2026-09-30T14:00:00+14:00"), &json!(words)));
        assert_eq!(read(&desk.site, APPROVER, &handed.number).await, words);
        assert_eq!(read(&desk.site, REQUESTER, &handed.number).await, "30 September 2026, 14:00");

        // Settled: the requester moves on, the moment does not.
        move_to(&desk.site, REQUESTER, "Europe/London").await;
        assert_eq!(read(&desk.site, REQUESTER, &handed.number).await, words);

        desk.connect("smtp", ", to_email: desk@x.example").await;
        let handed = desk.hand_on(json!({"reason": "x", "when": "2026-01-30T14:00"})).await;
        assert!(desk.last("smtp").contains("When: 30 January 2026, 14:00 (London, UTC)"), "{}", desk.last("smtp"));
        assert_eq!(read(&desk.site, APPROVER, &handed.number).await, "30 January 2026, 14:00");
    })
    .await;
}

#[tokio::test]
async fn a_mail_keeps_blanks_lines_and_directions() {
    on_both(async |site: Site| {
        let desk = Desk::open(site).await;
        desk.connect("sendgrid", ", to_email: desk@x.example").await;
        let organization = "key: north\nname: North\nnotifications:\n  channels: {email: out}\n".to_owned();
        definitions::apply(&desk.site.backend, "north", vec![("organization.yaml".to_owned(), organization)]).await.unwrap();
        desk.hand_on(json!({"reason": "first\n  second   third", "line": "שלום (עולם)!"})).await;
        let mails: Vec<Value> = desk
            .simulators
            .of("sendgrid")
            .iter()
            .map(|mail| serde_json::from_str(mail.text.split_once("\n\n").unwrap().1).unwrap())
            .collect();
        let to = |address: &str| {
            let found = mails.iter().find(|mail| mail["personalizations"][0]["to"][0]["email"] == address);
            found.unwrap_or_else(|| panic!("{address} in {mails:#?}")).clone()
        };
        let asked = to(APPROVER);
        let (text, html) = (asked["content"][0]["value"].as_str().unwrap(), asked["content"][1]["value"].as_str().unwrap());
        assert!(html.contains("first<br>&nbsp;&nbsp;second&nbsp;&nbsp; third"), "{html}");
        assert!(html.contains(">שלום (עולם)!</td>") && html.contains("<td class=\"ink rule\" dir=\"auto\""), "{html}");
        assert!(text.contains("Reason: first\n  second   third") && text.contains("Line: \u{2068}שלום (עולם)!\u{2069}"), "{text}");
        // Handed on by mail, it is plain text.
        let text = to("desk@x.example")["content"][0]["value"].as_str().unwrap().to_owned();
        assert!(text.contains("first\n  second   third") && text.contains("Line: \u{2068}שלום (עולם)!\u{2069}"), "{text}");
    })
    .await;
}
