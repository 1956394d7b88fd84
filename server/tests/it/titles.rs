//! What a request is about, over HTTP: in the pages of those who see its answers, and refused where it is written wrong.

use crate::harness::{ADMINISTRATOR, APPROVER, REQUESTER, Site, on_both};
use crate::submission::submit;
use backend::definitions;
use serde_json::json;

const VPN: &str = include_str!("fixtures/north/items/vpn.yaml");

#[tokio::test]
async fn pages_and_lists_say_what_a_request_is_about() {
    on_both(async |site: Site| {
        let item = format!("{VPN}title: 'VPN for: {{{{ reason }}}}'\n");
        definitions::apply(&site.backend, "north", vec![("items/vpn.yaml".to_owned(), item)]).await.unwrap();
        let (requester, approver) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let draft = requester.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
        assert_eq!(draft["title_template"], "VPN for: {{ reason }}");
        let saved = json!({ "draft": { "id": draft["id"], "item_key": "vpn", "form_version": draft["form_version"], "answers": { "reason": "the <b> & c" }, "step": "why" } });
        requester.ask("requests/save_draft", saved).await;
        assert!(requester.page("/").await.contains("VPN for: the &lt;b&gt; &amp; c"), "the draft on the catalog");

        let number = submit(&requester, "the <b> & c").await;
        let written = "VPN for: the &lt;b&gt; &amp; c";
        let page = requester.page(&format!("/requests/{number}")).await;
        assert!(page.contains(&format!("<title>{number} {written} · Docket</title>")), "{page}");
        assert!(page.contains(&format!("<h1 dir=\"auto\">{written}")), "{page}");
        assert!(page.contains("VPN access"), "the item is named beside it");
        for (who, path) in [(&requester, "/requests"), (&requester, "/"), (&approver, "/inbox"), (&approver, &*format!("/inbox/{number}"))] {
            assert!(who.page(path).await.contains(written), "{path}");
        }
        let list = requester.page("/requests").await;
        let opens = |link: &str| link.contains("row-link") && link.contains(&format!("href=\"/requests/{number}\""));
        assert!(list.split("<a ").any(opens), "{list}");

        let operator = site.signed_in(ADMINISTRATOR).await;
        for path in ["/work", "/work?q=vpn%20b"] {
            assert!(operator.page(path).await.contains(written), "{path}");
        }
    })
    .await;
}
