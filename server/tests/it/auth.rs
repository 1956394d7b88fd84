//! Signing in and out.

use crate::harness::{APPROVER, BOTH, Browser, PASSWORD, REQUESTER, Site, header, location, on_both};
use crate::live::Stream;
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn me(browser: &crate::harness::Browser) -> Value {
    browser.ask("account/me", json!({})).await
}

#[tokio::test]
async fn signing_in_leads_to_where_one_wanted_to_go_and_out_again() {
    on_both(async |site: Site| {
        backend::people::set_password(&site.backend, REQUESTER, PASSWORD).await.unwrap();
        let browser = site.browser();
        let sent_away = browser.get("/requests?filter=all").await;
        assert_eq!(sent_away.status(), StatusCode::SEE_OTHER);
        assert_eq!(location(&sent_away), "/sign-in?next=/requests%3Ffilter%3Dall");
        assert_eq!(me(&browser).await, Value::Null);

        let answer = browser.sign_in(REQUESTER, PASSWORD, "/requests?filter=all").await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/requests?filter=all"));
        let cookie = header(&answer, "set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert_eq!(me(&browser).await["email"], REQUESTER);
        assert_eq!(location(&browser.get("/sign-in").await), "/");

        let answer = browser.form("/sign-out", &[]).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(me(&browser).await, Value::Null);
        // The old cookie is worth nothing any more.
        let old = site.browser().client.post(format!("{}/call/account/me", site.base)).header("origin", &site.base);
        let old = old.header("cookie", cookie.split(';').next().unwrap()).json(&json!({})).send().await.unwrap();
        assert_eq!(old.json::<Value>().await.unwrap(), Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_session_id_planted_before_is_worth_nothing_after_signing_in() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let first = header(&browser.sign_in(REQUESTER, PASSWORD, "").await, "set-cookie").to_owned();
        let second = header(&browser.sign_in(REQUESTER, PASSWORD, "").await, "set-cookie").to_owned();
        assert_ne!(first.split(';').next(), second.split(';').next());
        let planted = site.browser().client.get(format!("{}/requests", site.base)).header("cookie", first.split(';').next().unwrap());
        assert_eq!(location(&planted.send().await.unwrap()), "/sign-in?next=/requests");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_says_so_without_saying_which_was_wrong_and_keeps_the_way() {
    on_both(async |site: Site| {
        backend::people::set_password(&site.backend, REQUESTER, PASSWORD).await.unwrap();
        let browser = site.browser();
        let known = browser.sign_in(REQUESTER, "not the password", "/inbox").await;
        assert_eq!(location(&known), "/sign-in?error=credentials&email=rita%40north.example&next=/inbox");
        let unknown = browser.sign_in("nobody@north.example", "not the password", "/inbox").await;
        assert_eq!(location(&unknown), "/sign-in?error=credentials&email=nobody%40north.example&next=/inbox");
        assert_eq!(location(&browser.sign_in(REQUESTER, PASSWORD, "https://evil.example/").await), "/");
    })
    .await;
}

#[tokio::test]
async fn too_many_tries_must_wait_and_then_may_try_again() {
    on_both(async |site: Site| {
        backend::people::set_password(&site.backend, REQUESTER, PASSWORD).await.unwrap();
        let browser = site.browser();
        for _ in 0..5 {
            assert!(location(&browser.sign_in(REQUESTER, "not the password", "").await).contains("error=credentials"));
        }
        let refused = browser.sign_in(REQUESTER, PASSWORD, "").await;
        let address = location(&refused);
        assert!(address.starts_with("/sign-in?error=wait&seconds="), "{address}");
        assert!(browser.page(address).await.contains("too many tries"));
        site.clock.advance(TimeDelta::minutes(16));
        assert_eq!(location(&browser.sign_in(REQUESTER, PASSWORD, "").await), "/");
    })
    .await;
}

#[tokio::test]
async fn wrong_tries_of_a_stranger_keep_nobody_out_where_they_signed_in_before() {
    on_both(async |site: Site| {
        let (own, stranger) = (site.signed_in(REQUESTER).await, site.browser());
        own.form("/sign-out", &[]).await;
        // Both come from one address, as behind one proxy.
        for _ in 0..25 {
            stranger.sign_in(REQUESTER, "not the password", "").await;
        }
        assert!(location(&stranger.sign_in(REQUESTER, PASSWORD, "").await).contains("error=wait"));
        let answer = own.sign_in(REQUESTER, PASSWORD, "").await;
        assert_eq!(location(&answer), "/");
        let cookies: Vec<&str> = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        let device = cookies.iter().find(|cookie| cookie.starts_with("docket-device=")).unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
            assert!(device.contains(part), "{part} in {device}");
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_this_person_only() {
    on_both(async |site: Site| {
        let (here, other) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let there = site.browser();
        there.sign_in(REQUESTER, PASSWORD, "").await;
        site.clock.advance(TimeDelta::seconds(1));
        assert_eq!(location(&here.form("/sign-out-everywhere", &[]).await), "/sign-in");
        assert_eq!(me(&here).await, Value::Null);
        assert_eq!(me(&there).await, Value::Null);
        assert_eq!(me(&other).await["email"], APPROVER);
    })
    .await;
}

#[tokio::test]
async fn a_session_says_where_it_began_and_when_it_was_used_and_ends_alone() {
    on_both(async |site: Site| {
        let here = site.signed_in(REQUESTER).await;
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).user_agent("Firefox/140");
        let there = Browser { client: client.build().unwrap(), base: site.base.clone() };
        there.sign_in(REQUESTER, PASSWORD, "").await;
        let caller = backend::people::caller(&site.backend, "north", REQUESTER).await.unwrap();
        let sessions = async || backend::people::sessions_of(&site.backend, &caller).await.unwrap();
        let found = sessions().await;
        let session = found.iter().find(|session| session.user_agent == "Firefox/140").unwrap();
        assert_eq!((found.len(), session.address.as_str(), session.seen), (2, "127.0.0.1", session.started));

        site.clock.advance(TimeDelta::minutes(11));
        assert_eq!(me(&there).await["email"], REQUESTER);
        // It is written beside the request.
        let noted = async {
            while sessions().await[0].seen == session.started {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), noted).await.unwrap();
        assert_eq!(sessions().await[0].id, session.id);

        let mut stream = Stream::open(&there).await;
        stream.next().await.unwrap();
        backend::people::end_session(&site.backend, &caller, &session.id).await.unwrap();
        while stream.next().await.is_some() {}
        assert_eq!(me(&there).await, Value::Null);
        assert_eq!(me(&here).await["email"], REQUESTER);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_fourteen_days() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        site.clock.advance(TimeDelta::days(13));
        assert_eq!(me(&browser).await["email"], REQUESTER);
        site.clock.advance(TimeDelta::days(2));
        assert_eq!(me(&browser).await, Value::Null);
    })
    .await;
}

#[tokio::test]
async fn one_person_works_in_both_of_their_organizations_and_in_no_other() {
    on_both(async |site: Site| {
        let browser = site.signed_in(BOTH).await;
        let first = me(&browser).await["organization"]["key"].as_str().unwrap().to_owned();
        let second = if first == "north" { "south" } else { "north" };
        assert_eq!(location(&browser.form("/organization", &[("key", second)]).await), "/");
        assert_eq!(me(&browser).await["organization"]["key"], second);

        let requester = site.signed_in(REQUESTER).await;
        assert_eq!(requester.form("/organization", &[("key", "south")]).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(me(&requester).await["organization"]["key"], "north");
    })
    .await;
}
