//! The signatures of the store: whatever writes takes a transaction, or the handle that writes to the platform's tables; never one that
//! reads. The compiler keeps callers to a signature; this keeps the signatures.

use std::path::{Path, PathBuf};

/// What is called to change or lock rows.
const WRITING: [&str; 12] = [
    "Entity::insert(",
    "insert_many(",
    "update_many(",
    "delete_many(",
    "delete_by_id(",
    "Query::insert(",
    "Query::update(",
    "Query::delete(",
    "lock_exclusive(",
    "update_unlocked(",
    "INSERT INTO",
    "DELETE FROM",
];
/// What may do so: a batch is written by a transaction, and the whole store by itself.
const WRITERS: [&str; 4] = ["tx: &Tx<", ": &PlatformWriter", "batch: &mut ChangeBatch", "store: &Store"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "engine" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The functions of a file that write: their names, and whether their signatures say so.
fn writers(text: &str) -> Vec<(String, bool)> {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let functions = product.split("\n}\n").filter_map(|function| {
        let (_, function) = function.rsplit_once("fn ").filter(|_| function.contains("fn "))?;
        let (signature, body) = function.split_once('{')?;
        let writes = WRITING.iter().any(|word| body.contains(word));
        let name = signature.split('(').next().unwrap_or_default().to_owned();
        writes.then(|| (name, WRITERS.iter().any(|writer| signature.contains(writer))))
    });
    functions.collect()
}

#[test]
fn a_function_that_writes_and_takes_any_handle_is_found() {
    let text = "pub(crate) async fn save(handle: &impl StoreHandle) {\n    Entity::insert(row);\n}\n\nfn find(handle: &impl StoreHandle) {\n    all();\n}\n";
    assert_eq!(writers(text), [("save".to_owned(), false)]);
    assert_eq!(writers(&text.replace("handle: &impl StoreHandle", "tx: &Tx<'_>")), [("save".to_owned(), true)]);
}

#[test]
fn whatever_writes_takes_a_transaction() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"), &mut files);
    let mut found = 0;
    for path in files {
        for (name, says_so) in writers(&std::fs::read_to_string(&path).unwrap()) {
            assert!(says_so, "{}: {name} writes, and could be given a handle that reads", path.display());
            found += 1;
        }
    }
    assert!(found > 60, "{found} functions write");
}
