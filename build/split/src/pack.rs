//! Puts what was built where the server finds it: `pkg/<fingerprint>/`, a folder for each build, that browsers may keep for ever, each file
//! beside its compressed twins. `pkg/build` says which is the present one. Files with addresses of their own get twins where they are.

use brotli::enc::BrotliEncoderParams;
use eyre::{Result, WrapErr};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What compressing makes smaller.
const TEXTS: &[&str] = &["wasm", "js", "css", "svg", "webmanifest", "json"];

/// Names the present build, in `pkg/`.
const BUILD: &str = "build";

/// Packs the folder that was built into the site.
pub fn pack(folder: &Path, site: &Path) -> Result<()> {
    let built = files(folder)?;
    let fingerprint = fingerprint(&built)?;
    let packages = site.join("pkg");
    let package = packages.join(&fingerprint);
    if !package.is_dir() {
        let unfinished = packages.join(".unfinished");
        let _ = std::fs::remove_dir_all(&unfinished);
        std::fs::create_dir_all(&unfinished)?;
        for file in &built {
            if let Some(name) = file.file_name() {
                std::fs::copy(file, unfinished.join(name))?;
            }
        }
        compress_all(&files(&unfinished)?)?;
        std::fs::rename(&unfinished, &package)?;
    }
    std::fs::write(packages.join(BUILD), format!("{fingerprint}\n"))?;
    for entry in std::fs::read_dir(&packages)? {
        let path = entry?.path();
        if path != package && path != packages.join(BUILD) {
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }?;
        }
    }
    compress_all(&files(site)?)?;
    println!("{}", package.display());
    Ok(())
}

/// The files right in a folder, in order; neither hidden ones nor compressed twins.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).wrap_err_with(|| format!("{} cannot be read", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>()?;
    let hidden = |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    found.retain(|path| {
        path.is_file() && !hidden(path) && !["br", "gz"].iter().any(|twin| path.extension().is_some_and(|kind| kind == *twin))
    });
    found.sort();
    Ok(found)
}

/// Says all that is in the files, in sixteen digits.
fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut whole = Sha256::new();
    for file in files {
        let bytes = std::fs::read(file)?;
        whole.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        whole.update([0]);
        whole.update((bytes.len() as u64).to_le_bytes());
        whole.update(&bytes);
    }
    Ok(whole.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the compressed twins that are missing or older than their file; on all processors.
fn compress_all(files: &[PathBuf]) -> Result<()> {
    let is_text = |file: &&PathBuf| TEXTS.iter().any(|kind| file.extension().is_some_and(|extension| extension == *kind));
    let texts: Vec<&PathBuf> = files.iter().filter(is_text).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(file) = texts.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                compress(file).wrap_err_with(|| format!("{} could not be compressed", file.display()))?;
            }
            Ok(())
        };
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|worker| worker.join().map_err(|_| eyre::eyre!("compressing ended unexpectedly"))?)
    })
}

fn compress(file: &Path) -> Result<()> {
    let twin = |kind: &str| PathBuf::from(format!("{}.{kind}", file.display()));
    let changed = std::fs::metadata(file)?.modified()?;
    let is_new = |twin: &Path| std::fs::metadata(twin).and_then(|known| known.modified()).is_ok_and(|made| made >= changed);
    if is_new(&twin("br")) && is_new(&twin("gz")) {
        return Ok(());
    }
    let bytes = std::fs::read(file)?;
    let mut smallest = Vec::new();
    let settings = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut smallest, &settings)?;
    std::fs::write(twin("br"), smallest)?;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(&bytes)?;
    std::fs::write(twin("gz"), zipped.finish()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("docket-pack-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("built")).unwrap();
        std::fs::create_dir_all(folder.join("site")).unwrap();
        folder
    }

    fn present(site: &Path) -> PathBuf {
        let packages = site.join("pkg");
        let build = std::fs::read_to_string(packages.join(BUILD)).unwrap();
        packages.join(build.trim())
    }

    #[test]
    fn a_build_is_known_by_its_content_and_only_the_present_one_stays() {
        let folder = folder("content");
        let (built, site) = (folder.join("built"), folder.join("site"));
        let style = "body{color:black}".repeat(100);
        std::fs::write(built.join("docket.css"), &style).unwrap();
        pack(&built, &site).unwrap();
        let first = present(&site);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut std::fs::read(first.join("docket.css.br")).unwrap().as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, style.as_bytes());
        assert!(first.join("docket.css.gz").is_file());
        pack(&built, &site).unwrap();
        assert_eq!(present(&site), first, "the same content is the same build");

        std::fs::write(built.join("docket.css"), "body{color:white}").unwrap();
        pack(&built, &site).unwrap();
        let second = present(&site);
        assert_ne!(second, first);
        assert!(!first.exists() && second.is_dir());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn files_with_an_address_of_their_own_get_twins_too() {
        let folder = folder("twins");
        let (built, site) = (folder.join("built"), folder.join("site"));
        std::fs::write(built.join("docket.js"), "export {}").unwrap();
        std::fs::write(site.join("favicon.svg"), "<svg/>").unwrap();
        std::fs::write(site.join(".hidden.svg"), "<svg/>").unwrap();
        pack(&built, &site).unwrap();
        assert!(site.join("favicon.svg.br").is_file() && site.join("favicon.svg.gz").is_file());
        assert!(!site.join(".hidden.svg.br").exists() && !site.join("favicon.svg.br.br").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
