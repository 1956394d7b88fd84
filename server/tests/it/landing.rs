//! Where people begin after signing in.

use crate::harness::{PASSWORD, REQUESTER, Site, location, on_both};
use backend::definitions;
use domain::sections::LANDINGS;
use std::path::Path;

#[tokio::test]
async fn every_role_begins_with_its_work_and_finds_the_way_back_to_it() {
    on_both(async |site: Site| {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/north");
        let mut files = definitions::folder::read(&fixture).unwrap();
        let people = files.iter_mut().find(|(name, _)| name == "people.yaml").unwrap();
        let roles: Vec<_> = LANDINGS.iter().filter(|(role, _)| *role != "it-forms-admin").collect();
        for (role, _) in &roles {
            people.1.push_str(&format!("- email: {role}@north.example\n  name: {role} North\n  roles: [{role}]\n"));
        }
        definitions::apply(&site.backend, "north", files).await.unwrap();
        for (role, landing) in roles {
            let landing = landing.to_string();
            let email = format!("{role}@north.example");
            let browser = site.signed_in(&email).await;
            assert_eq!(location(&browser.get("/sign-in").await), landing, "{role}");
            assert_eq!(location(&browser.sign_in(&email, PASSWORD, "").await), landing, "{role}");
            assert_eq!(location(&browser.sign_in(&email, PASSWORD, "/requests").await), "/requests", "{role} wanted to go elsewhere");
            let page = browser.page(&landing).await;
            let brand = page.split("<a ").find(|link| link.split('>').next().is_some_and(|tag| tag.contains("class=\"brand\""))).unwrap();
            let tag = brand.split('>').next().unwrap();
            assert!(tag.contains(&format!("href=\"{landing}\"")), "{role}: the brand leads home, not by {tag}");
        }
        // The queue does not exist for those who do not work on requests.
        let requester = site.signed_in(REQUESTER).await;
        assert_eq!(requester.get("/work").await.status(), 404);
        assert!(!requester.page("/").await.contains("href=\"/work\""));
    })
    .await;
}
