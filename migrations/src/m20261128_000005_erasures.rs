//! Deletion of personal data. What was submitted and what happened never changes, but for who it was: while the deletion of a person of the
//! organization is open, which it is within one transaction, the text of an event and of a snapshot may be another one. The guards of the
//! rows themselves stay.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "CREATE TABLE erasures (organization_id {id} NOT NULL REFERENCES organizations(id), \
     person_id {id} NOT NULL REFERENCES people(id), opened_at BIGINT NOT NULL, closed_at BIGINT, PRIMARY KEY (organization_id, person_id))";

const SQLITE: &[&str] = &[
    "DROP TRIGGER events_frozen",
    "CREATE TRIGGER events_frozen BEFORE UPDATE ON events WHEN NEW.request_id IS NOT OLD.request_id OR NEW.seq IS NOT OLD.seq \
     OR NEW.organization_id IS NOT OLD.organization_id OR NEW.at IS NOT OLD.at \
     OR NOT EXISTS (SELECT 1 FROM erasures WHERE organization_id = OLD.organization_id AND closed_at IS NULL) \
     BEGIN SELECT RAISE(ABORT, 'an event never changes'); END",
    "DROP TRIGGER requests_frozen",
    "CREATE TRIGGER requests_frozen BEFORE UPDATE ON requests WHEN NEW.form_version IS NOT OLD.form_version OR NEW.number IS NOT OLD.number \
     OR (NEW.snapshot IS NOT OLD.snapshot \
     AND NOT EXISTS (SELECT 1 FROM erasures WHERE organization_id = OLD.organization_id AND closed_at IS NULL)) \
     BEGIN SELECT RAISE(ABORT, 'the snapshot of a request never changes'); END",
    "CREATE TRIGGER erasures_kept BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'a deletion stays known'); END",
];

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION docket_frozen_but_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF EXISTS (SELECT 1 FROM erasures WHERE organization_id = OLD.organization_id AND closed_at IS NULL) THEN RETURN NEW; END IF; \
     RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$",
    "DROP TRIGGER events_frozen ON events",
    "CREATE TRIGGER events_frozen BEFORE UPDATE ON events FOR EACH ROW WHEN (NEW.request_id IS DISTINCT FROM OLD.request_id \
     OR NEW.seq IS DISTINCT FROM OLD.seq OR NEW.organization_id IS DISTINCT FROM OLD.organization_id OR NEW.at IS DISTINCT FROM OLD.at) \
     EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER events_text_frozen BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION docket_frozen_but_erased()",
    "DROP TRIGGER requests_frozen ON requests",
    "CREATE TRIGGER requests_frozen BEFORE UPDATE ON requests FOR EACH ROW WHEN (NEW.form_version IS DISTINCT FROM OLD.form_version OR \
     NEW.number IS DISTINCT FROM OLD.number) EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER requests_snapshot_frozen BEFORE UPDATE ON requests FOR EACH ROW WHEN (NEW.snapshot IS DISTINCT FROM OLD.snapshot) \
     EXECUTE FUNCTION docket_frozen_but_erased()",
    "CREATE TRIGGER erasures_kept BEFORE DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (id, statements) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => ("UUID", POSTGRES),
            _ => ("BLOB", SQLITE),
        };
        connection.execute_unprepared(&TABLE.replace("{id}", id)).await?;
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
