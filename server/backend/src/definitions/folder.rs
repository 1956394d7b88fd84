//! Folders on disk.

use super::files::{LARGEST_FILE, ignored};
use super::{DefinitionFile, bytes};
use crate::error::{Error, Result};
use crate::private_file;
use domain::Refusal;
use std::io::Write;
use std::path::Path;

/// Reads the definition files below a folder: those of it and of its direct subfolders. What editors leave behind is passed over.
///
/// # Errors
/// `Input` when there is no such folder, or a file is not text, too large, or a folder is in its place.
pub fn read(folder: &Path) -> Result<Vec<DefinitionFile>> {
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), folder.to_path_buf())];
    while let Some((prefix, folder)) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder)
            .and_then(Iterator::collect::<std::io::Result<_>>)
            .map_err(|error| refuse(&folder, &error.to_string()))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let relative = format!("{prefix}{name}");
            if ignored(&relative) {
                continue;
            }
            let there = std::fs::metadata(&path).map_err(|error| refuse(&path, &error.to_string()))?;
            if there.is_dir() {
                if name.ends_with(".yaml") || name.ends_with(".yml") {
                    return Err(refuse(&path, "This is a folder, where a file is expected. Put the file in its place"));
                }
                if !prefix.is_empty() {
                    return Err(refuse(&path, "Definition files are directly in items and forms, in no folder of these. Move them up"));
                }
                folders.push((format!("{relative}/"), path));
                continue;
            }
            if !there.is_file() {
                return Err(refuse(&path, "This is neither a file nor a folder. Remove it"));
            }
            if there.len() > LARGEST_FILE as u64 {
                return Err(refuse(&path, "The file is larger than 4 MiB. Make it smaller"));
            }
            let bytes = std::fs::read(&path).map_err(|error| refuse(&path, &error.to_string()))?;
            files.push((relative, bytes::text(&bytes).map_err(|message| refuse(&path, &message))?));
        }
    }
    files.sort();
    Ok(files)
}

fn refuse(path: &Path, message: &str) -> Error {
    Refusal::input("folder", format!("{}: {message}", path.display())).into()
}

/// Writes files below a folder, which is made when it is missing, for their owner alone. Files that are there are written over, others are
/// left.
///
/// # Errors
/// `Input` when a file cannot be written.
pub fn write(folder: &Path, files: &[DefinitionFile]) -> Result<()> {
    for (relative, text) in files {
        let path = folder.join(relative);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| refuse(parent, &error.to_string()))?;
        }
        private_file::create(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| refuse(&path, &error.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new() -> Self {
            let folder = Self(std::env::temp_dir().join(format!("docket-folder-{}", uuid::Uuid::now_v7())));
            std::fs::create_dir_all(folder.0.join("items")).unwrap();
            folder.with("organization.yaml", b"key: north\nname: North\n")
        }

        fn with(self, path: &str, bytes: &[u8]) -> Self {
            std::fs::write(self.0.join(path), bytes).unwrap();
            self
        }

        fn refused(self) -> String {
            match read(&self.0) {
                Err(Error::Refused(Refusal::Input { message, .. })) => message,
                other => panic!("{other:?}"),
            }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    #[cfg(unix)]
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

    #[test]
    fn what_editors_leave_is_passed_over_whatever_is_in_it() {
        let folder = Folder::new();
        let folder = [".DS_Store", "items/vpn.yaml~", "items/.vpn.yaml.swp", "items/#vpn.yaml#", "people.yaml.bak"]
            .into_iter()
            .fold(folder, |folder, name| folder.with(name, b"\xff\xfe\0 not a text"));
        let names: Vec<String> = read(&folder.0).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["organization.yaml"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_what_to_do() {
        let utf16: Vec<u8> = "- a: b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let large = vec![b' '; LARGEST_FILE + 1];
        for (bytes, says) in [
            (utf16.as_slice(), "people.yaml: The file is saved as UTF-16. Save it as UTF-8"),
            (b"- \xff", "people.yaml: Line 1 has letters that are not UTF-8"),
            (b"- \0", "people.yaml: Line 1 has a NUL character"),
            (&large, "people.yaml: The file is larger than 4 MiB"),
        ] {
            let message = Folder::new().with("people.yaml", bytes).refused();
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_folder_where_a_file_is_expected_is_named() {
        for (path, says) in [("people.yaml", "people.yaml: This is a folder"), ("items/more", "items/more: Definition files are directly")]
        {
            let folder = Folder::new();
            std::fs::create_dir_all(folder.0.join(path)).unwrap();
            let message = folder.refused();
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_mark_before_the_text_is_no_part_of_it() {
        let folder = Folder::new().with("people.yaml", "\u{feff}- email: a@b.example\r\n".as_bytes());
        assert_eq!(read(&folder.0).unwrap()[1].1, "- email: a@b.example\r\n");
    }
}
