//! The audit log over HTTP: exports are whole files, for those who may read the log, and say where the browser was.

use crate::harness::{ADMINISTRATOR, REQUESTER, Site, header, on_both};
use serde_json::{Value, json};

#[tokio::test]
async fn the_log_is_exported_whole_as_csv_and_as_json_lines_for_those_who_may_read_it() {
    on_both(async |site: Site| {
        let admin = site.signed_in(ADMINISTRATOR).await;
        let settings = json!({ "name": "=Hook", "url": "https://hook.example/in" });
        let wanted = json!({ "key": "", "kind": "webhook", "settings": settings, "forget": [] });
        admin.ask("admin/save_connector", json!({ "wanted": wanted })).await;

        let answer = admin.get("/audit/export.csv?what=connector").await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "text/csv; charset=utf-8"));
        assert!(header(&answer, "content-disposition").contains("audit-log.csv"));
        let table = answer.text().await.unwrap();
        assert!(table.starts_with("id,at,who,through,address,device,what,kind,on,reason,changes\n"), "{table}");
        let added = table.lines().find(|line| line.contains("Connector added") && line.contains("Hook")).unwrap();
        assert!(added.contains(",web,127.0.0.1,") && added.contains(",'=Hook,"), "{added}");

        let whole = admin.page("/audit/export.jsonl?period=ever").await;
        let entries: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let hook = entries.iter().find(|entry| entry["thing_name"] == "=Hook").unwrap();
        assert_eq!((&hook["kind"], &hook["thing"]), (&json!("connector_created"), &json!("connector")));
        assert!(hook["changes"]["values"].as_array().unwrap().iter().any(|value| value["after"] == "https://hook.example/in"), "{hook}");
        let page =
            json!({ "filter": { "text": "", "period": "ever", "actor": null, "thing": null, "thing_id": "", "way": null }, "after": null });
        let page = admin.ask("audit/page", page).await;
        assert_eq!(page["total"], entries.len(), "nothing is left out");

        for path in ["/audit/export.csv", "/audit/export.jsonl"] {
            assert_eq!(site.signed_in(REQUESTER).await.get(path).await.status(), 404);
            assert_eq!(site.browser().get(path).await.status(), 303, "a stranger signs in first");
        }
    })
    .await;
}
