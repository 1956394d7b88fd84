//! Whether the file that SQLite writes to is still the one that its path names. A program that keeps a deleted file open goes on reading
//! and writing it, and all of that is gone when it ends.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A database's file and the log beside it, where changes are until they are written to the file.
pub(crate) struct DatabaseFile {
    file: Watched,
    log: Watched,
}

/// A path, and which file it named at first.
struct Watched {
    path: PathBuf,
    first: OnceLock<Identity>,
}

/// What tells files apart: their device and number on it.
type Identity = (u64, u64);

impl DatabaseFile {
    /// The file at this path, with its log.
    pub(super) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { file: Watched::at(path.to_owned()), log: Watched::at(log.into()) }
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }

    /// Whether its mode and its file system let it be written, as far as can be seen without doing it.
    #[cfg(unix)]
    pub(super) fn can_be_written(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        // Nothing is refused to root, but who sets a file read-only means it.
        let some_may = std::fs::metadata(&self.file.path).is_ok_and(|found| found.permissions().mode() & 0o222 != 0);
        some_may && rustix::fs::access(&self.file.path, rustix::fs::Access::WRITE_OK).is_ok()
    }

    #[cfg(not(unix))]
    pub(super) fn can_be_written(&self) -> bool {
        std::fs::metadata(&self.file.path).is_ok_and(|found| !found.permissions().readonly())
    }

    /// Bytes that may still be written beside it; None where the system does not say.
    #[cfg(unix)]
    pub(super) fn room(&self) -> Option<u64> {
        // Some file systems count nothing.
        let found = rustix::fs::statvfs(&self.file.path).ok().filter(|found| found.f_blocks > 0)?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    #[cfg(not(unix))]
    pub(super) fn room(&self) -> Option<u64> {
        None
    }

    /// Fails when another file is there than at first, or none, with a sentence about it.
    pub(super) fn check(&self) -> Result<(), String> {
        self.file.check("database file")?;
        // It is made with the first statement.
        if self.log.first.get().is_none() && identity(&self.log.path).is_none() {
            return Ok(());
        }
        // Stopped in an orderly way, SQLite writes what it still has of it to the database file.
        self.log.check("log beside the database file").map_err(|_| {
            "the log beside the database file is gone or was replaced: stop Docket, without killing it, and start it again".to_owned()
        })
    }
}

impl Watched {
    fn at(path: PathBuf) -> Self {
        Self { path, first: OnceLock::new() }
    }

    fn check(&self, name: &str) -> Result<(), String> {
        match identity(&self.path) {
            Some(now) if *self.first.get_or_init(|| now) == now => Ok(()),
            Some(_) => Err(format!("the {name} was replaced by another one: start Docket again")),
            None => Err(format!("the {name} is gone: put it back")),
        }
    }
}

/// Which file a path names; None when there is none.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Where files have no numbers, being there is all there is to see.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(|_| (0, 0))
}
