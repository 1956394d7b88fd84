//! Statements that were sent to the database, counted: what a use case costs is above all how often it goes there.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the store was opened.
#[derive(Default)]
pub(crate) struct StatementCounter {
    reads: AtomicU64,
    writes: AtomicU64,
    commits: AtomicU64,
}

/// What a store sent to its database so far. Statements that go there together count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatementCounts {
    /// Statements that only read.
    pub reads: u64,
    /// Statements that write.
    pub writes: u64,
    /// Use cases that wrote in a transaction, whether they shared its commit or not.
    pub commits: u64,
}

/// How statements that change rows begin, or go on within a longer one.
const WRITING: [&str; 4] = ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "ANALYZE "];

impl StatementCounter {
    /// Counts a statement, and says whether it writes.
    pub(super) fn count(&self, sql: &str) -> bool {
        let writes = does_write(sql);
        let counted = if writes { &self.writes } else { &self.reads };
        counted.fetch_add(1, Ordering::Relaxed);
        writes
    }

    /// Counts a use case that writes.
    pub(super) fn commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts so far.
    pub(super) fn counts(&self) -> StatementCounts {
        let [reads, writes, commits] = [&self.reads, &self.writes, &self.commits].map(|counted| counted.load(Ordering::Relaxed));
        StatementCounts { reads, writes, commits }
    }
}

/// Whether a statement changes rows; one that only locks them does not.
fn does_write(sql: &str) -> bool {
    WRITING.iter().any(|word| sql.match_indices(word).any(|(at, _)| !sql[..at].ends_with("FOR ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_write_are_told_from_those_that_read() {
        let counter = StatementCounter::default();
        let writes = [
            "INSERT INTO t VALUES (1)",
            "WITH free AS (SELECT id FROM t FOR UPDATE SKIP LOCKED) UPDATE t SET a = 1 RETURNING id",
            "DELETE FROM t",
        ];
        let reads = ["SELECT updated_at FROM t FOR UPDATE ", "SELECT 1", "WITH n AS (SELECT 1) SELECT * FROM n"];
        assert!(writes.iter().all(|sql| counter.count(sql)));
        assert!(!reads.iter().any(|sql| counter.count(sql)));
        counter.commit();
        assert_eq!(counter.counts(), StatementCounts { reads: 3, writes: 3, commits: 1 });
    }
}
