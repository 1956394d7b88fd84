//! The account over HTTP: what people say about themselves, and their password.

use crate::harness::{APPROVER, PASSWORD, REQUESTER, Site, location, on_both};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_profile_is_read_changed_and_shown() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let view = browser.ask("account/profile", json!({})).await;
        assert_eq!((&view["profile"]["name"], &view["organization_time_zone"]), (&json!("Rita North"), &json!("UTC")));
        assert!(view["time_zones"].as_array().unwrap().contains(&json!("Asia/Tokyo")));

        let mut profile = view["profile"].clone();
        profile["time_zone"] = json!("Asia/Tokyo");
        profile["telegram_chat"] = json!("rita");
        let refused = browser.call("account/save_profile", json!({ "profile": profile })).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json::<Value>().await.unwrap()["refusal"]["problems"][0]["field"], "telegram_chat");

        profile["telegram_chat"] = json!("@rita_north");
        profile["name"] = json!("Rita Northwood");
        let me = browser.ask("account/save_profile", json!({ "profile": profile })).await;
        assert_eq!((&me["time_zone"], &me["utc_offset_minutes"]), (&json!("Asia/Tokyo"), &json!(540)));
        let offsets = me["utc_offsets"].as_array().unwrap();
        assert!(offsets.len() == 1 && offsets[0][1] == 540, "{offsets:?}");
        assert_eq!(browser.ask("account/profile", json!({})).await["profile"], profile);
        assert_eq!(browser.ask("account/me", json!({})).await["person"]["name"], "Rita Northwood");
        // The page holds the form, filled in, before any script runs.
        let page = browser.page("/profile").await;
        assert!(page.contains("Rita Northwood") && page.contains("value=\"@rita_north\""), "{page}");
        assert!(page.contains("<option value=\"Asia/Tokyo\" selected") && page.contains("Organization's (UTC)"), "{page}");
        // Nobody else's changed.
        let other = site.signed_in(APPROVER).await;
        assert_eq!(other.ask("account/me", json!({})).await["time_zone"], "UTC");
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_keeps_this_browser_and_signs_out_the_others() {
    on_both(async |site: Site| {
        let here = site.signed_in(REQUESTER).await;
        site.clock.advance(TimeDelta::seconds(1));
        let there = site.browser();
        there.sign_in(REQUESTER, PASSWORD, "").await;
        site.clock.advance(TimeDelta::seconds(1));
        let change = |current: &str| json!({ "current": current, "new": "another long password" });
        let refused = here.call("account/change_password", change("not the password")).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json::<Value>().await.unwrap()["refusal"]["path"], "current");
        assert_eq!(there.ask("account/me", json!({})).await["email"], REQUESTER);

        here.ask("account/change_password", change(PASSWORD)).await;
        assert_eq!(here.ask("account/me", json!({})).await["email"], REQUESTER);
        assert_eq!(there.ask("account/me", json!({})).await, Value::Null);
        assert!(location(&there.sign_in(REQUESTER, PASSWORD, "").await).contains("error=credentials"));
        assert_eq!(location(&there.sign_in(REQUESTER, "another long password", "").await), "/");
    })
    .await;
}
