//! People over HTTP: what is stored of one is a file for those who look after them; a table is read and imported as its preview said.

use crate::harness::{ADMINISTRATOR, REQUESTER, Site, header, on_both};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_stored_of_a_person_is_a_file_for_those_who_look_after_them() {
    on_both(async |site: Site| {
        let (admin, rita) = (site.signed_in(ADMINISTRATOR).await, site.signed_in(REQUESTER).await);
        let found = rita.ask("requests/search_people", json!({ "text": "Rita" })).await;
        let path = format!("/people/{}/export.json", found[0]["id"].as_str().unwrap());
        let answer = admin.get(&path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "application/json"));
        assert!(header(&answer, "content-disposition").starts_with("attachment; filename=\"person-"));
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let stored: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(stored["person"]["email"], REQUESTER);
        assert_eq!(stored["sessions"].as_array().unwrap().len(), 1, "where she is signed in now");
        assert!(!stored.to_string().contains("$argon2"), "no secret");
        assert_eq!(rita.get(&path).await.status(), 404);
        assert_eq!(admin.get("/people/nobody/export.json").await.status(), 404);
        assert_eq!(site.browser().get(&path).await.status(), 303, "a stranger signs in first");
    })
    .await;
}

#[tokio::test]
async fn a_table_of_people_passes_whole_and_a_larger_one_is_refused() {
    on_both(async |site: Site| {
        let admin = site.signed_in(ADMINISTRATOR).await;
        let mut file = "email,name\n".to_owned();
        for row in 0..2_000 {
            file.push_str(&format!("p{row}@north.example,\"Person \\\"{row}\\\" with a name that fills the file up to the brim of it all, so that it is long enough to be one of the longest of all names that anybody has\"\n"));
        }
        file.truncate(399_000);
        let answer = admin.call("people/preview_import", json!({ "file": file })).await;
        assert!(answer.status().is_success() || answer.status() == 422, "{}", answer.status());
        let answer = admin.call("people/preview_import", json!({ "file": "\n".repeat(455_000) })).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("too long"), "weighed before it is read");
    })
    .await;
}
