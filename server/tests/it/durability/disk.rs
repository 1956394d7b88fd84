//! The disk under a SQLite file fails: full, read-only, broken, the file gone.

use super::process::{Ledger, Load, People, Place, rounds};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The library that makes writes fail, and the file that tells it to.
struct FaultyDisk {
    folder: PathBuf,
}

impl FaultyDisk {
    /// Compiles it; without a C compiler nothing here could have been built either.
    fn build() -> Self {
        let folder = std::env::temp_dir().join(format!("docket-disk-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let disk = Self { folder };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/faulty_disk.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(disk.library()).arg(source).arg("-ldl").status();
        assert!(built.expect("cc is missing").success(), "faulty_disk.c does not compile");
        std::fs::write(disk.told(), [0, 0]).unwrap();
        disk
    }

    fn library(&self) -> PathBuf {
        self.folder.join("faulty_disk.so")
    }

    fn told(&self) -> PathBuf {
        self.folder.join("told")
    }

    /// From now on writes fail in this way, after so many that succeed; `\0` ends it.
    fn fail(&self, how: u8, after: u8) {
        let mut told = std::fs::OpenOptions::new().write(true).open(self.told()).unwrap();
        // The number first: the way takes effect at once.
        told.seek(SeekFrom::Start(1)).unwrap();
        told.write_all(&[after]).unwrap();
        told.rewind().unwrap();
        told.write_all(&[how]).unwrap();
    }

    fn heal(&self) {
        self.fail(0, 0);
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder of its own for a database; gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("docket-durable-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("docket.sqlite")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether somebody gets through within a while, as soon as what was wrong is mended.
async fn gets_through(people: &People, place: &Place, why: &str) {
    let tries = async {
        while !people.go_through().await {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let within = tokio::time::timeout(std::time::Duration::from_secs(30), tries).await;
    assert!(within.is_ok(), "after {why} nothing is taken: {}", place.logged());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_disk_loses_nothing_that_was_acknowledged() {
    let (scratch, disk) = (Scratch::new(), FaultyDisk::build());
    let (library, told) = (disk.library().display().to_string(), disk.told().display().to_string());
    let place = Place::prepare(&format!("sqlite:{}", scratch.file().display())).await;
    let faulty = [("LD_PRELOAD", library.as_str()), ("FAULTY_DISK", told.as_str())];
    let ledger = Arc::<Ledger>::default();
    let away = scratch.0.join("away.sqlite");

    for round in 0..rounds() {
        let mut served = place.serve(&faulty).await;
        let people = People::sign_in(&place, &ledger).await;
        place.becomes(true, "at the start").await;
        let load = Load::begin(&people, 3);
        for (how, why, word) in [
            (b'f', "a full disk", "full"),
            (b's', "syncs that fail", "error"),
            (b'r', "a read-only disk", ""),
            (b'e', "a broken disk", "error"),
        ] {
            // In the middle of a transaction, another one each time.
            let after = u8::try_from(round * 4 % 200).unwrap() + how % 7;
            let (filed, failures) = (ledger.filed(), ledger.failures());
            disk.fail(how, after);
            let reason = place.becomes(false, why).await;
            assert!(reason.contains(word), "{why}: {reason}");
            disk.heal();
            place.becomes(true, &format!("after {why}")).await;
            gets_through(&people, &place, why).await;
            assert!(ledger.failures() > failures && ledger.filed() > filed, "{why} was not noticed");
        }
        for (replaced, word) in [(false, "gone"), (true, "replaced")] {
            std::fs::rename(scratch.file(), &away).unwrap();
            if replaced {
                std::fs::copy(&away, scratch.file()).unwrap();
            }
            let reason = place.becomes(false, "without its file").await;
            assert!(reason.contains(word), "{reason}");
            std::fs::rename(&away, scratch.file()).unwrap();
            place.becomes(true, "with its file again").await;
            gets_through(&people, &place, "the file was away").await;
        }
        // The last fault finds the server under load, and the kill finds it there.
        disk.fail(b'f', 9);
        place.becomes(false, "a full disk before the kill").await;
        served.kill();
        disk.heal();
        load.end().await;
        ledger.compare(&place.url).await;
    }
    let logged = place.logged();
    let times = logged.matches("the database cannot be used").count();
    assert!((1..=7 * rounds()).contains(&times), "each fault is said once, not {times} times:\n{logged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_set_read_only_makes_the_server_unready() {
    let scratch = Scratch::new();
    let place = Place::prepare(&format!("sqlite:{}", scratch.file().display())).await;
    let _served = place.serve(&[]).await;
    place.becomes(true, "at the start").await;
    let mut permissions = std::fs::metadata(scratch.file()).unwrap().permissions();
    let before = permissions.clone();
    permissions.set_readonly(true);
    std::fs::set_permissions(scratch.file(), permissions).unwrap();
    let reason = place.becomes(false, "with a read-only file").await;
    assert!(reason.contains("read-only"), "{reason}");
    std::fs::set_permissions(scratch.file(), before).unwrap();
    place.becomes(true, "with a file that can be written again").await;
}
