//! Spaces, roles of an organization's own, and grants: who holds which role over what part of an organization, and for how long.
//!
//! Roles that `people.yaml` or the command line gave stay where they are (`members.roles`): each is a grant over all of the organization,
//! and is read as one. A request keeps the space that it belonged to at submission; what was filed before has none, and is seen by those
//! who see all of the organization or its item. No row of a table that may be large is written here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "CREATE TABLE spaces (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, \
     name TEXT NOT NULL, parent_id {id} REFERENCES spaces(id), contact TEXT NOT NULL, origin TEXT NOT NULL, created_at BIGINT NOT NULL, \
     updated_at BIGINT NOT NULL, UNIQUE (organization_id, key))",
    "CREATE TABLE roles (organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, name TEXT NOT NULL, \
     permissions TEXT NOT NULL, origin TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, \
     PRIMARY KEY (organization_id, key))",
    "CREATE TABLE grants (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), \
     person_id {id} REFERENCES people(id), group_id {id} REFERENCES groups(id), role TEXT NOT NULL, space_id {id} REFERENCES spaces(id), \
     item_id {id} REFERENCES items(id), starts_at BIGINT, ends_at BIGINT, granted_by {id} REFERENCES people(id), origin TEXT NOT NULL, \
     created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, CHECK ((person_id IS NULL) <> (group_id IS NULL)), \
     CHECK (space_id IS NULL OR item_id IS NULL))",
    "CREATE INDEX grants_person ON grants (organization_id, person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX grants_group ON grants (organization_id, group_id) WHERE group_id IS NOT NULL",
    "CREATE INDEX grants_role ON grants (organization_id, role)",
    "ALTER TABLE members ADD COLUMN space_id {id} REFERENCES spaces(id)",
    "CREATE INDEX members_space ON members (organization_id, space_id) WHERE space_id IS NOT NULL",
    "ALTER TABLE requests ADD COLUMN space_id {id} REFERENCES spaces(id)",
    // In the order of the queue, as the other ranges of it (`requests_queue_status` and its neighbours).
    "CREATE INDEX requests_space ON requests (organization_id, space_id, closed, queue_at, id) WHERE space_id IS NOT NULL",
    "CREATE INDEX requests_space_status ON requests (organization_id, space_id, closed, status, queue_at, id) WHERE space_id IS NOT NULL",
];

/// What of the tables counts for the version of what rules read (see `version`).
const VERSIONED: [&str; 3] = ["spaces", "roles", "grants"];

fn sqlite() -> Vec<String> {
    let changed = |row: &str| format!("BEGIN UPDATE organizations SET version = version + 1 WHERE id = {row}.organization_id; END");
    let mut triggers = vec![
        format!("CREATE TRIGGER members_space_version AFTER UPDATE OF space_id ON members {}", changed("NEW")),
        "CREATE TRIGGER requests_space_frozen BEFORE UPDATE OF space_id ON requests WHEN NEW.space_id IS NOT OLD.space_id \
         BEGIN SELECT RAISE(ABORT, 'what was submitted never changes'); END"
            .to_owned(),
    ];
    for table in VERSIONED {
        for (name, when, row) in [("added", "INSERT", "NEW"), ("changed", "UPDATE", "NEW"), ("removed", "DELETE", "OLD")] {
            triggers.push(format!("CREATE TRIGGER {table}_{name}_version AFTER {when} ON {table} {}", changed(row)));
        }
    }
    triggers
}

fn postgres() -> Vec<String> {
    let mut triggers = vec![
        "CREATE TRIGGER members_space_version AFTER UPDATE OF space_id ON members FOR EACH ROW EXECUTE FUNCTION docket_version_new()"
            .to_owned(),
        "CREATE TRIGGER requests_space_frozen BEFORE UPDATE OF space_id ON requests FOR EACH ROW \
         WHEN (NEW.space_id IS DISTINCT FROM OLD.space_id) EXECUTE FUNCTION docket_frozen()"
            .to_owned(),
    ];
    for table in VERSIONED {
        let new = format!("CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE ON {table}");
        triggers.push(format!("{new} FOR EACH ROW EXECUTE FUNCTION docket_version_new()"));
        let old = format!("CREATE TRIGGER {table}_version_gone AFTER DELETE ON {table}");
        triggers.push(format!("{old} FOR EACH ROW EXECUTE FUNCTION docket_version_old()"));
    }
    triggers
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (id, triggers) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => {
                // An index of a large table may take longer than what serves requests.
                connection.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
                ("UUID", postgres())
            }
            _ => ("BLOB", sqlite()),
        };
        for statement in STATEMENTS {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        for trigger in triggers {
            connection.execute_unprepared(&trigger).await?;
        }
        Ok(())
    }
}
