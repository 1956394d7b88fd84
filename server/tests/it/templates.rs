//! Administrators' templates over HTTP: what they must not do to the site.

use crate::harness::{ADMINISTRATOR, Browser, Site, on_both};
use futures::future::join_all;
use reqwest::{Response, StatusCode};
use serde_json::json;

/// As much work as a template may ask for, and more.
const LONG: &str =
    "{% for a in range(1000) %}{% for b in range(1000) %}{% if sections == sections|list %}{% endif %}{% endfor %}{% endfor %}";

async fn preview(admin: &Browser, source: &str) -> Response {
    let wanted = json!({"kind": "slack_bot", "field": "text_template", "source": source, "number": ""});
    admin.call("admin/preview_template", wanted).await
}

#[tokio::test]
async fn others_are_served_while_hostile_templates_run() {
    on_both(async |site: Site| {
        let admin = site.signed_in(ADMINISTRATOR).await;
        let browser = site.browser();
        let long = join_all([LONG; 6].map(|source| preview(&admin, source)));
        let (previews, health) = tokio::join!(long, browser.get("/health/live"));
        assert_eq!(health.status(), StatusCode::OK);
        for answer in previews {
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let sentence = answer.text().await.unwrap();
            // A busy machine may stop waiting before the work is used up.
            assert!(sentence.contains("too much work") || sentence.contains("takes too long"), "{sentence}");
        }
        let refused = preview(&admin, "{{ sections|tojson(indent=1500000000) }}").await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused = preview(&admin, "{{ [1]|sum(start=[]) }}").await.text().await.unwrap();
        assert!(refused.contains("“sum” is not a filter"), "{refused}");
        assert_eq!(preview(&admin, "{{ number }}").await.status(), StatusCode::OK);
    })
    .await;
}
