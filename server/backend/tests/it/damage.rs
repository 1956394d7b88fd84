//! What cannot be read any more: its delivery fails with words instead of being tried for ever, and can be sent again once restored.

use crate::delivery::approved;
use crate::harness::{World, on_both};
use crate::paged;
use backend::outbox::{WorkerSummary, run_once};
use backend::requests;
use domain::connectors::DeliveryStatus;
use domain::requests::wire::DeliveryView;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

struct Surgeon(DatabaseConnection);

impl Surgeon {
    async fn on(world: &World) -> Self {
        Self(sea_orm::Database::connect(&world.url).await.unwrap())
    }

    async fn text(&self, sql: &str) -> String {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        self.0.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    async fn run(&self, sql: &str) {
        assert!(self.0.execute_unprepared(sql).await.unwrap().rows_affected() > 0, "{sql}");
    }

    async fn put(&self, sql: &str, text: &str) {
        self.0.execute_raw(Statement::from_sql_and_values(self.0.get_database_backend(), sql, [text.into()])).await.unwrap();
    }
}

const FAILED: WorkerSummary = WorkerSummary { relayed: 0, delivered: 0, retrying: 0, failed: 1 };

/// The only delivery of a request, as an administrator sees it.
async fn delivery(world: &World, number: &str) -> DeliveryView {
    let ada = world.caller("north", "ada").await;
    let mut page = requests::page(&world.backend, &ada, number).await.unwrap();
    assert_eq!(page.deliveries.len(), 1);
    page.deliveries.remove(0)
}

#[tokio::test]
async fn a_connector_that_cannot_be_read_or_is_gone_fails_the_delivery() {
    on_both(|world| async move {
        let surgeon = Surgeon::on(&world).await;
        let number = approved(&world).await;
        let definition = surgeon.text("SELECT definition FROM connectors WHERE key = 'desk'").await;
        surgeon.run("UPDATE connectors SET definition = '{\"key\":' WHERE key = 'desk'").await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 1, ..FAILED });
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default(), "it is not tried again");
        surgeon.put("UPDATE connectors SET definition = $1 WHERE key = 'desk'", &definition).await;
        let failed = delivery(&world, &number).await;
        assert_eq!((failed.status, failed.attempts.len()), (DeliveryStatus::Failed, 1));
        assert!(failed.attempts[0].error.contains("cannot be read"), "{}", failed.attempts[0].error);

        let other = approved(&world).await;
        surgeon.run("DELETE FROM connectors WHERE key = 'desk'").await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 1, ..FAILED });
        let failed = delivery(&world, &other).await;
        assert!(failed.attempts[0].error.contains("the connector “desk” was removed"), "{}", failed.attempts[0].error);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_fails_its_delivery_and_holds_up_no_other() {
    on_both(|world| async move {
        world.leaves_work();
        let surgeon = Surgeon::on(&world).await;
        let number = approved(&world).await;
        approved(&world).await;
        let state = surgeon.text(&format!("SELECT state FROM requests WHERE number = '{number}'")).await;
        surgeon.run(&format!("UPDATE requests SET state = 'broken' WHERE number = '{number}'")).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 2, retrying: 1, ..FAILED });
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        surgeon.put(&format!("UPDATE requests SET state = $1 WHERE number = '{number}'"), &state).await;
        let failed = delivery(&world, &number).await;
        assert_eq!((failed.status, failed.attempts.len()), (DeliveryStatus::Failed, 1));
        assert!(failed.attempts[0].error.contains("cannot be read"), "{}", failed.attempts[0].error);
        // Restored, it is sent again.
        let ada = world.caller("north", "ada").await;
        paged::replay(&world.backend, &ada, failed.id).await.unwrap();
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { retrying: 1, ..WorkerSummary::default() });
    })
    .await;
}

#[tokio::test]
async fn an_effect_that_cannot_be_read_becomes_a_failed_delivery_and_holds_up_no_other() {
    on_both(|world| async move {
        world.leaves_work();
        let surgeon = Surgeon::on(&world).await;
        let number = approved(&world).await;
        surgeon.run("UPDATE effects SET effect = '{\"kind\":\"of a later version\"}'").await;
        approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 2, retrying: 1, ..FAILED });
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        let failed = delivery(&world, &number).await;
        assert_eq!(failed.status, DeliveryStatus::Failed);
        assert!(failed.attempts[0].error.contains("cannot be read"), "{}", failed.attempts[0].error);
    })
    .await;
}
