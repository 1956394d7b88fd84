//! Somebody leaves: their open pages and sessions end, whichever process said so.

use crate::harness::{APPROVER, PASSWORD, REQUESTER, Site, location, on_both};
use crate::live::Stream;
use serde_json::{Value, json};

#[tokio::test]
async fn sessions_and_open_streams_end_when_another_process_disables_the_account() {
    on_both(async |site: Site| {
        let (leaving, staying) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let mut stream = Stream::open(&leaving).await;
        stream.next().await.unwrap();
        stream.next().await.unwrap();
        let other = site.another().await;
        backend::people::disable(&other.backend, REQUESTER, None).await.unwrap();
        assert_eq!(leaving.ask("account/me", json!({})).await, Value::Null);
        assert_eq!(leaving.get("/live").await.status(), 401);
        assert_eq!(location(&leaving.get("/requests").await), "/sign-in?next=/requests");
        while stream.next().await.is_some() {}
        assert_eq!(staying.ask("account/me", json!({})).await["email"], APPROVER);

        let refused = location(&site.browser().sign_in(REQUESTER, PASSWORD, "").await).to_owned();
        let wrong = location(&site.browser().sign_in(APPROVER, "not the password", "").await).to_owned();
        assert_eq!(refused.split("&email").next(), wrong.split("&email").next(), "said as a wrong password is");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_open_streams_too() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let mut stream = Stream::open(&browser).await;
        stream.next().await.unwrap();
        site.clock.advance(chrono::TimeDelta::seconds(1));
        let other = site.another().await;
        backend::people::set_password(&other.backend, REQUESTER, PASSWORD).await.unwrap();
        while stream.next().await.is_some() {}
        assert_eq!(browser.ask("account/me", json!({})).await, Value::Null);
    })
    .await;
}
