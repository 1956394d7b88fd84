//! Folders on disk.

use super::File;
use crate::error::{Error, Result};
use crate::private_file;
use domain::Refusal;
use std::io::Write;
use std::path::Path;

/// Reads the definition files below a folder: the YAML files of it and of its direct subfolders.
///
/// # Errors
/// `Input` when there is no such folder or a file is no text.
pub fn read(folder: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let refuse = |path: &Path, error: std::io::Error| Error::from(Refusal::input("folder", format!("{}: {error}", path.display())));
    let mut folders = vec![(String::new(), folder.to_path_buf())];
    while let Some((prefix, folder)) = folders.pop() {
        let mut entries: Vec<_> =
            std::fs::read_dir(&folder).and_then(Iterator::collect::<std::io::Result<_>>).map_err(|error| refuse(&folder, error))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let relative = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                if prefix.is_empty() {
                    folders.push((format!("{relative}/"), path));
                }
            } else {
                let text = std::fs::read_to_string(&path).map_err(|error| refuse(&path, error))?;
                files.push((relative, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes files below a folder, which is made when it is missing, for their owner alone. Files that are there are written over, others are
/// left.
///
/// # Errors
/// `Input` when a file cannot be written.
pub fn write(folder: &Path, files: &[File]) -> Result<()> {
    let refuse = |path: &Path, error: std::io::Error| Error::from(Refusal::input("folder", format!("{}: {error}", path.display())));
    for (relative, text) in files {
        let path = folder.join(relative);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| refuse(parent, error))?;
        }
        private_file::create(&path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| refuse(&path, error))?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_exported_is_its_owners_alone() {
        let folder = std::env::temp_dir().join(format!("docket-export-{}", uuid::Uuid::now_v7()));
        let files =
            vec![("organization.yaml".to_owned(), "key: north\n".to_owned()), ("items/vpn.yaml".to_owned(), "key: vpn\n".to_owned())];
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("organization.yaml"), "of an earlier export, and longer").unwrap();
        write(&folder, &files).unwrap();
        for (relative, _) in &files {
            assert_eq!(std::fs::metadata(folder.join(relative)).unwrap().permissions().mode() & 0o777, 0o600, "{relative}");
        }
        let mut sorted = files;
        sorted.sort();
        assert_eq!(read(&folder).unwrap(), sorted);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
