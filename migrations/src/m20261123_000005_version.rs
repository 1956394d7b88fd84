//! The version of what rules read of an organization: its items, forms, calendars, groups, and who is in it. It is another number after
//! every transaction that changes some of it, whoever changes it, so that servers can keep it in memory and know when it is old.
//!
//! PostgreSQL uses the transaction's own number, so that a transaction with many changes writes it once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables with rows of one organization, and when their change counts.
const TABLES: [(&str, &str); 5] =
    [("items", "UPDATE"), ("forms", "UPDATE"), ("calendars", "UPDATE"), ("groups", "UPDATE"), ("members", "UPDATE OF title, manager_id")];
/// What rules read of a person.
const PERSON: &str = "UPDATE OF name, email, disabled";

fn sqlite() -> Vec<String> {
    let changed = |which: &str| format!("BEGIN UPDATE organizations SET version = version + 1 WHERE id {which}; END");
    let mut triggers = Vec::new();
    for (table, update) in TABLES {
        for (name, when, row) in [("added", "INSERT", "NEW"), ("changed", update, "NEW"), ("removed", "DELETE", "OLD")] {
            let then = changed(&format!("= {row}.organization_id"));
            triggers.push(format!("CREATE TRIGGER {table}_{name}_version AFTER {when} ON {table} {then}"));
        }
    }
    let then = changed("IN (SELECT organization_id FROM members WHERE person_id = NEW.id)");
    triggers.push(format!("CREATE TRIGGER people_changed_version AFTER {PERSON} ON people {then}"));
    triggers
}

fn postgres() -> Vec<String> {
    let function = |name: &str, which: &str| {
        format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             UPDATE organizations SET version = txid_current() WHERE id {which} AND version <> txid_current(); RETURN NULL; END $$"
        )
    };
    let mut statements = vec![
        function("docket_version_new", "= NEW.organization_id"),
        function("docket_version_old", "= OLD.organization_id"),
        function("docket_version_person", "IN (SELECT organization_id FROM members WHERE person_id = NEW.id)"),
    ];
    for (table, update) in TABLES {
        let new = format!("CREATE TRIGGER {table}_version AFTER INSERT OR {update} ON {table}");
        statements.push(format!("{new} FOR EACH ROW EXECUTE FUNCTION docket_version_new()"));
        let old = format!("CREATE TRIGGER {table}_version_gone AFTER DELETE ON {table}");
        statements.push(format!("{old} FOR EACH ROW EXECUTE FUNCTION docket_version_old()"));
    }
    statements
        .push(format!("CREATE TRIGGER people_version AFTER {PERSON} ON people FOR EACH ROW EXECUTE FUNCTION docket_version_person()"));
    statements
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared("ALTER TABLE organizations ADD COLUMN version BIGINT NOT NULL DEFAULT 0").await?;
        let triggers = match connection.get_database_backend() {
            DatabaseBackend::Postgres => postgres(),
            _ => sqlite(),
        };
        for statement in triggers {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}
