//! The audit log. Its entries are added, and neither changed nor removed: the database refuses both.
//!
//! What changed about a person stands apart from the entry, by which it goes when the person is forgotten; it does not change either.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

// `about_id` is the person an entry is about. `search` holds what is searched, folded: nothing of a person.
const STATEMENTS: &[&str] = &[
    "CREATE TABLE audit_entries (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), at BIGINT NOT NULL, actor_id {id}, \
     way TEXT NOT NULL, address TEXT NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL, thing_id TEXT NOT NULL, \
     thing_name TEXT NOT NULL, about_id {id}, changes TEXT NOT NULL, reason TEXT NOT NULL, search TEXT NOT NULL)",
    "CREATE INDEX audit_entries_listed ON audit_entries (organization_id, at, id, actor_id)",
    "CREATE INDEX audit_entries_of_actor ON audit_entries (organization_id, actor_id, at, id)",
    "CREATE INDEX audit_entries_of_thing ON audit_entries (organization_id, thing, at, id)",
    "CREATE INDEX audit_entries_of_one ON audit_entries (organization_id, thing, thing_id, at, id)",
    "CREATE INDEX audit_entries_by_way ON audit_entries (organization_id, way, at, id)",
    "CREATE TABLE audit_personal_values (entry_id {id} PRIMARY KEY REFERENCES audit_entries(id), organization_id {id} NOT NULL, \
     person_id {id} NOT NULL, changes TEXT NOT NULL)",
    "CREATE INDEX audit_personal_values_of_person ON audit_personal_values (person_id)",
];

const SQLITE: &[&str] = &[
    "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'an audit entry never changes'); END",
    "CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END",
    "CREATE TRIGGER audit_personal_values_unchanged BEFORE UPDATE ON audit_personal_values \
     BEGIN SELECT RAISE(ABORT, 'an audit entry never changes'); END",
];

// The function is that of the first schema.
const POSTGRES: &[&str] = &[
    "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER audit_personal_values_unchanged BEFORE UPDATE ON audit_personal_values FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (id, guards) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => ("UUID", POSTGRES),
            _ => ("BLOB", SQLITE),
        };
        for statement in STATEMENTS {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        for guard in guards {
            connection.execute_unprepared(guard).await?;
        }
        Ok(())
    }
}
