//! People who leave an organization: they stay in its past, and can no longer sign in to it. Whom its `people.yaml` names is known, so
//! that whoever is taken out of it leaves, and nobody who was never in it does.
//!
//! Who is in a group, which roles somebody holds and who left belongs to what rules read of an organization (see `version`): by it a
//! submission knows whether anybody can decide it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQLITE: [&str; 5] = [
    "CREATE TRIGGER members_left_version AFTER UPDATE OF roles, disabled ON members \
     BEGIN UPDATE organizations SET version = version + 1 WHERE id = NEW.organization_id; END",
    "CREATE TRIGGER group_members_added_version AFTER INSERT ON group_members \
     BEGIN UPDATE organizations SET version = version + 1 WHERE id = NEW.organization_id; END",
    "CREATE TRIGGER group_members_changed_version AFTER UPDATE ON group_members \
     BEGIN UPDATE organizations SET version = version + 1 WHERE id = NEW.organization_id; END",
    "CREATE TRIGGER group_members_removed_version AFTER DELETE ON group_members \
     BEGIN UPDATE organizations SET version = version + 1 WHERE id = OLD.organization_id; END",
    // Other processes have no other way to hear that sign-ins ended.
    "CREATE TRIGGER people_signed_out_version AFTER UPDATE OF sessions_after ON people \
     BEGIN UPDATE organizations SET version = version + 1 WHERE id IN (SELECT organization_id FROM members WHERE person_id = NEW.id); END",
];

const POSTGRES: [&str; 3] = [
    "CREATE TRIGGER members_left_version AFTER UPDATE OF roles, disabled ON members FOR EACH ROW EXECUTE FUNCTION docket_version_new()",
    "CREATE TRIGGER group_members_version AFTER INSERT OR UPDATE ON group_members FOR EACH ROW EXECUTE FUNCTION docket_version_new()",
    "CREATE TRIGGER group_members_version_gone AFTER DELETE ON group_members FOR EACH ROW EXECUTE FUNCTION docket_version_old()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for column in ["disabled", "listed"] {
            connection.execute_unprepared(&format!("ALTER TABLE members ADD COLUMN {column} BOOLEAN NOT NULL DEFAULT FALSE")).await?;
        }
        let triggers: &[&str] = match connection.get_database_backend() {
            DatabaseBackend::Postgres => &POSTGRES,
            _ => &SQLITE,
        };
        for statement in triggers {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
