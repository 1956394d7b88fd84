//! Files that only the account Docket runs under may read: databases, keys, exports. The mode is set before anything is in them; a mask
//! that keeps others out is not counted on.

use std::fs::{File, OpenOptions};
use std::io::Result;
use std::path::Path;

/// Makes an empty file, or empties the one that is there, for its owner alone.
///
/// # Errors
/// When it cannot be opened, or belongs to somebody else.
pub fn create(path: &Path) -> Result<File> {
    let file = options().write(true).create(true).truncate(true).open(path)?;
    let found = file.metadata()?;
    if mode(&found) & 0o077 != 0 {
        file.set_permissions(narrowed(&found))?;
    }
    Ok(file)
}

/// Makes an empty file for its owner alone, unless there is one.
///
/// # Errors
/// When it cannot be made.
pub fn create_missing(path: &Path) -> Result<()> {
    match options().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether others than the owner may read or write a file. One that is not there, nobody may.
pub fn is_open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| mode(&found) & 0o077 != 0)
}

/// Takes away what others than the owner may do with a file. True when they could do something. The file is not opened: a program that
/// closes a database's file, whoever opened it there, gives up the locks that SQLite holds on it.
///
/// # Errors
/// When the file belongs to somebody else.
pub fn narrow(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(found) if mode(&found) & 0o077 != 0 => {
            std::fs::set_permissions(path, narrowed(&found))?;
            Ok(true)
        }
        Ok(_) => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(unix)]
fn mode(found: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode()
}

#[cfg(unix)]
fn narrowed(found: &std::fs::Metadata) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(mode(found) & 0o700)
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(not(unix))]
fn mode(_found: &std::fs::Metadata) -> u32 {
    0
}

#[cfg(not(unix))]
fn narrowed(found: &std::fs::Metadata) -> std::fs::Permissions {
    found.permissions()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    fn mode_of(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_or_made_again_is_its_owners_alone() {
        let path = std::env::temp_dir().join(format!("docket-private-{}", uuid::Uuid::now_v7()));
        assert!(!is_open_to_others(&path) && !narrow(&path).unwrap());
        create(&path).unwrap().write_all(b"first and longer").unwrap();
        assert_eq!(mode_of(&path), 0o600);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        create_missing(&path).unwrap();
        assert!(is_open_to_others(&path));
        create(&path).unwrap().write_all(b"second").unwrap();
        assert_eq!((mode_of(&path), std::fs::read_to_string(&path).unwrap()), (0o600, "second".to_owned()));

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(narrow(&path).unwrap() && !narrow(&path).unwrap());
        assert_eq!(mode_of(&path), 0o600);
        std::fs::remove_file(&path).unwrap();
        create_missing(&path).unwrap();
        assert_eq!(mode_of(&path), 0o600);
        std::fs::remove_file(&path).unwrap();
    }
}
