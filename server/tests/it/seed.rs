//! The demo: there is something on every page, and a second run changes nothing.

use crate::databases::on_each;
use backend::{Caller, CallerProof, approvals, people, requests};
use domain::requests::wire::MyFilter;
use domain::requests::{STATUSES, Status};
use server::config::ServerConfig;
use server::{open_migrated, seed};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every request of the organizations, as their administrators see them: number and status.
async fn everything(backend: &backend::Backend) -> BTreeMap<String, Status> {
    let mut found = BTreeMap::new();
    for email in seed::people_of_the_story().unwrap() {
        let caller = caller(backend, &email).await;
        for row in requests::mine(backend, &caller, MyFilter::All, None).await.unwrap().rows {
            found.insert(format!("{} {}", row.number, row.title), row.status);
        }
    }
    found
}

async fn caller(backend: &backend::Backend, email: &str) -> Caller {
    let (person, organization) =
        people::sign_in(backend, email, seed::PASSWORD, people::SignInPlace { remote: email, device: None }).await.unwrap();
    people::load_caller(backend, person, organization, CallerProof::SignIn(backend.now())).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_requests_in_every_state_and_loading_it_again_changes_nothing() {
    on_each(async |database: String| {
        let config = ServerConfig::read(&[("DATABASE_URL".to_owned(), database)].into()).unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("demo");

        let said = seed::run(&config, &demo).await.unwrap();
        assert!(said.contains("amara.okafor@northmoor.example") && said.contains(seed::PASSWORD), "{said}");
        let backend = open_migrated(&config).await.unwrap();
        let first = everything(&backend).await;
        let states: BTreeSet<Status> = first.values().copied().collect();
        // Drafts are no requests yet, and nothing fails without an automation.
        for state in STATUSES.into_iter().filter(|state| !matches!(state, Status::Draft | Status::Failed)) {
            assert!(states.contains(&state), "no request is {state:?}: {first:#?}");
        }

        let amara = caller(&backend, "amara.okafor@northmoor.example").await;
        assert!(!requests::drafts(&backend, &amara).await.unwrap().is_empty(), "Amara has no draft");
        let samir = caller(&backend, "samir.haddad@northmoor.example").await;
        assert!(approvals::count(&backend, &samir).await.unwrap() >= 3, "Samir's inbox is nearly empty");
        let operator = caller(&backend, "daniel.mwangi@northmoor.example").await;
        let mut failed = 0;
        for number in first.keys().filter_map(|name| name.split(' ').next()) {
            if let Ok(page) = requests::page(&backend, &operator, number).await {
                failed += page.deliveries.iter().filter(|delivery| delivery.status == domain::connectors::DeliveryStatus::Failed).count();
                assert!(page.summary.updated_at <= backend.now(), "{number} happened in the future");
            }
        }
        assert_eq!(failed, 1, "exactly one delivery failed for good");

        let again = seed::run(&config, &demo).await.unwrap();
        assert!(again.contains("requests: all there already"), "{again}");
        assert_eq!(everything(&backend).await, first);
    })
    .await;
}
