//! Folders on disk.

use super::File;
use crate::error::{Error, Result};
use domain::Refusal;
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

/// Writes files below a folder, which is made when it is missing. Files that are there are written over, others are left.
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
        std::fs::write(&path, text).map_err(|error| refuse(&path, error))?;
    }
    Ok(())
}
