//! API tokens over HTTP: made on the page, shown by a program, and refused in the same words whatever is wrong with them.

use crate::harness::{ADMINISTRATOR, APPROVER, BOTH, Browser, REQUESTER, STRANGER, Site, header, on_both, on_both_with};
use crate::submission::submit;
use backend::people;
use chrono::TimeDelta;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

/// A program: it keeps no cookie, and says nothing of where it comes from.
async fn ask(site: &Site, token: &str, path: &str) -> Response {
    Client::new().get(format!("{}/api/v1/{path}", site.base)).bearer_auth(token).send().await.unwrap()
}

async fn read(site: &Site, token: &str, path: &str) -> (StatusCode, Value) {
    let answer = ask(site, token, path).await;
    (answer.status(), answer.json().await.unwrap())
}

fn wanted(kind: &str, permissions: &[&str], days: Option<u32>) -> Value {
    json!({ "token": { "name": "Sync", "kind": kind, "permissions": permissions, "scope": "organization", "days": days } })
}

async fn make(browser: &Browser, wanted: Value) -> (String, Value) {
    let made = browser.ask("tokens/make", wanted).await;
    (made["secret"].as_str().unwrap().to_owned(), made["page"].clone())
}

#[tokio::test]
async fn a_token_is_made_used_and_revoked() {
    on_both(async |site: Site| {
        let (rita, adele) = (site.signed_in(REQUESTER).await, site.signed_in(ADMINISTRATOR).await);
        let number = submit(&rita, "To be read by a program").await;
        let (token, page) = make(&rita, wanted("personal", &["request"], Some(30))).await;
        assert!(domain::tokens::is_token(&token), "{token}");
        assert_eq!((page["own"][0]["name"].as_str(), page["ours"].is_null()), (Some("Sync"), true));
        let (status, me) = read(&site, &token, "me").await;
        assert_eq!((status, &me["organization"]["key"], &me["token"]["service"]), (StatusCode::OK, &json!("north"), &json!(false)));
        assert_eq!(me["permissions"], json!([{ "name": "request", "everywhere": true, "spaces": [], "items": [] }]));
        let (status, request) = read(&site, &token, &format!("requests/{number}")).await;
        assert_eq!((status, &request["number"], &request["status"]), (StatusCode::OK, &json!(number), &json!("pending_approval")));
        assert_eq!(request["url"], json!(format!("{}/requests/{number}", site.base)));
        // Its use is noted, beside the request.
        let id = page["own"][0]["id"].clone();
        let used = async || {
            let page = rita.ask("tokens/page", json!({})).await;
            (!page["own"][0]["last_used_at"].is_null()).then(|| page["own"][0]["last_used_from"].clone())
        };
        let from = loop {
            match used().await {
                Some(from) => break from,
                None => tokio::task::yield_now().await,
            }
        };
        assert_eq!(from, "127.0.0.1");
        // Whoever grants here sees it, and ends it.
        let ours = adele.ask("tokens/page", json!({})).await;
        assert_eq!((&ours["ours"][0]["id"], &ours["ours"][0]["name"]), (&id, &json!("Sync")));
        assert!(!ours.to_string().contains(&token) && !ours.to_string().contains(&token[4..20]), "nothing of it is shown again");
        adele.ask("tokens/revoke", json!({ "id": id })).await;
        assert_eq!(ask(&site, &token, "me").await.status(), StatusCode::UNAUTHORIZED);
        let log = adele.ask("audit/page", json!({ "filter": { "period": "ever", "actor": null, "thing": "token", "thing_id": "", "way": null, "text": "" }, "after": null })).await;
        let told: Vec<&str> = log["rows"].as_array().unwrap().iter().map(|row| row["words"].as_str().unwrap()).collect();
        assert_eq!(told, ["API token revoked", "API token made"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_shows_no_token_that_counts_is_told_the_same() {
    on_both(async |site: Site| {
        let (rita, arno) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let (ended, _) = make(&rita, wanted("personal", &["request"], Some(30))).await;
        let (good, _) = make(&rita, wanted("personal", &["request"], None)).await;
        let (revoked, page) = make(&rita, wanted("personal", &["request"], None)).await;
        rita.ask("tokens/revoke", json!({ "id": page["own"][0]["id"] })).await;
        let (of_disabled, _) = make(&arno, wanted("personal", &["request"], None)).await;
        people::disable(&site.backend, APPROVER, None).await.unwrap();
        site.clock.advance(TimeDelta::days(31));
        let mut mistyped = good.clone();
        mistyped.replace_range(10..11, if &good[10..11] == "0" { "1" } else { "0" });
        let unknown = domain::tokens::write_token(&[7; 32]);
        let mut told = Vec::new();
        for token in [&ended, &revoked, &of_disabled, &mistyped, &unknown, &"dkt_".to_owned(), &"x".repeat(5_000)] {
            let answer = ask(&site, token, "me").await;
            assert_eq!((answer.status(), header(&answer, "www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"), "{token}");
            assert_eq!(header(&answer, "content-type"), "application/problem+json");
            told.push(answer.text().await.unwrap());
        }
        let plain = Client::new().get(format!("{}/api/v1/me", site.base)).send().await.unwrap();
        assert_eq!(plain.status(), StatusCode::UNAUTHORIZED);
        told.push(plain.text().await.unwrap());
        let cookie = rita.client.get(format!("{}/api/v1/me", site.base)).send().await.unwrap();
        assert_eq!(cookie.status(), StatusCode::UNAUTHORIZED, "a cookie opens nothing here");
        told.dedup();
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(ask(&site, &good, "me").await.status(), StatusCode::OK, "the one that counts");
        let posted = Client::new().post(format!("{}/api/v1/me", site.base)).bearer_auth(&good).send().await.unwrap();
        assert_eq!((posted.status(), header(&posted, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
        for path in ["nothing", "requests/nothing", "requests/IT-0000", "requests/%ff"] {
            let status =
                Client::new().request(Method::GET, format!("{}/api/v1/{path}", site.base)).bearer_auth(&good).send().await.unwrap();
            assert_eq!(status.status(), StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_reads_no_more_than_it_and_its_owner_may() {
    on_both(async |site: Site| {
        let (rita, adele, bo, sven) = (
            site.signed_in(REQUESTER).await,
            site.signed_in(ADMINISTRATOR).await,
            site.signed_in(BOTH).await,
            site.signed_in(STRANGER).await,
        );
        let number = submit(&rita, "Of the north").await;
        let path = format!("requests/{number}");
        let seen = async |token: &str| ask(&site, token, &path).await.status();
        let (all, _) = make(&adele, wanted("personal", &["see_requests"], None)).await;
        assert_eq!(seen(&all).await, StatusCode::OK);
        let (blind, _) = make(&adele, wanted("personal", &["request"], None)).await;
        assert_eq!(seen(&blind).await, StatusCode::NOT_FOUND, "what the token does not allow");
        let (narrow, _) = make(&rita, wanted("personal", &["request"], None)).await;
        assert_eq!(seen(&narrow).await, StatusCode::OK, "her own");
        let (stranger, _) = make(&sven, wanted("personal", &["request"], None)).await;
        assert_eq!(seen(&stranger).await, StatusCode::NOT_FOUND, "of another organization");
        let (both, _) = make(&bo, wanted("personal", &["request"], None)).await;
        assert_eq!(seen(&both).await, StatusCode::NOT_FOUND, "in both organizations, and not theirs");
        // A service account acts under its own name, and owns nothing.
        let (service, page) = make(&adele, wanted("service", &["see_requests"], None)).await;
        assert_eq!(seen(&service).await, StatusCode::OK);
        let (_, me) = read(&site, &service, "me").await;
        assert_eq!((&me["person"]["name"], &me["token"]["service"]), (&json!("Sync"), &json!(true)));
        assert!(page["ours"].as_array().unwrap().iter().any(|line| line["kind"] == "service" && line["maker"] == "Adele North"), "{page}");
        let found = adele.ask("requests/search_people", json!({ "text": "Sync" })).await;
        assert_eq!(found, json!([]), "nobody is asked for a program");
        // What its maker loses, a personal token loses at once.
        let staff = include_str!("fixtures/north/people.yaml").replace("roles: [admin]", "roles: [requester]");
        assert_ne!(staff, include_str!("fixtures/north/people.yaml"));
        let files = vec![("people.yaml".to_owned(), format!("{staff}- {{email: new@north.example, name: New, roles: [admin]}}\n"))];
        backend::definitions::apply(&site.backend, "north", files).await.unwrap();
        assert_eq!(seen(&all).await, StatusCode::NOT_FOUND, "no longer an administrator");
        assert_eq!(seen(&service).await, StatusCode::OK, "a service account goes on");
        let refused = rita.call("tokens/make", wanted("personal", &["see_requests"], None)).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert_eq!(rita.call("tokens/make", wanted("service", &["request"], None)).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn each_token_has_its_pace() {
    on_both_with(&[("DOCKET_API_REQUESTS_PER_MINUTE", "2")], async |site: Site| {
        let rita = site.signed_in(REQUESTER).await;
        let (one, _) = make(&rita, wanted("personal", &["request"], None)).await;
        let (two, _) = make(&rita, wanted("personal", &["request"], None)).await;
        for _ in 0..2 {
            assert_eq!(ask(&site, &one, "me").await.status(), StatusCode::OK);
        }
        let refused = ask(&site, &one, "me").await;
        assert_eq!((refused.status(), header(&refused, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "61"));
        assert_eq!(refused.json::<Value>().await.unwrap()["status"], 429);
        assert_eq!(ask(&site, &two, "me").await.status(), StatusCode::OK);
        site.clock.advance(TimeDelta::minutes(1));
        assert_eq!(ask(&site, &one, "me").await.status(), StatusCode::OK);
    })
    .await;
}

const SETTINGS_TOKEN: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";

#[tokio::test]
async fn the_token_of_the_settings_works_while_they_say_it() {
    let settings = [("IT_REQUESTS_API_TOKEN", SETTINGS_TOKEN), ("IT_REQUESTS_API_ORGANIZATION", "north")];
    on_both_with(&settings, async |site: Site| {
        let (rita, adele) = (site.signed_in(REQUESTER).await, site.signed_in(ADMINISTRATOR).await);
        let number = submit(&rita, "For the frontend").await;
        assert_eq!(read(&site, SETTINGS_TOKEN, &format!("requests/{number}")).await.0, StatusCode::OK);
        let (_, me) = read(&site, SETTINGS_TOKEN, "me").await;
        assert_eq!((&me["token"]["name"], &me["token"]["ends_at"]), (&json!("Token of the server’s settings"), &Value::Null));
        let page = adele.ask("tokens/page", json!({})).await;
        assert_eq!((page["ours"].as_array().unwrap().len(), &page["ours"][0]["ends"]), (1, &json!(false)), "{page}");
        let revoked = adele.call("tokens/revoke", json!({ "id": page["ours"][0]["id"] })).await;
        assert_eq!(revoked.status(), StatusCode::NOT_FOUND, "it is changed on the server");
        assert_eq!(ask(&site, &SETTINGS_TOKEN.replace('c', "d"), "me").await.status(), StatusCode::UNAUTHORIZED);
        let without = site.another_with(|config| config.settings_token = None).await;
        assert_eq!(ask(&without, SETTINGS_TOKEN, "me").await.status(), StatusCode::UNAUTHORIZED, "the settings say another one, or none");
    })
    .await;
}
