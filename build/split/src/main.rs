//! Prepares the browser's part for serving. `split <in.wasm> <main out.wasm> <folder>` cuts it along its groups of pages: the main module,
//! which wasm-bindgen works on next, and in the folder the few files that wait until they are wanted, their loader, and the list from which
//! the server tells a page what it will want. `split slim <folder>` shortens names of the main module. `split pack <folder> <site>` puts
//! what was built where the server finds it: compressed, under an address made of its content.

mod few;
mod loader;
mod merge;
mod pack;
mod slim;

use eyre::{Result, WrapErr, bail};
use std::collections::BTreeMap;
use std::path::Path;
use wasm_split_cli_support::{Options, transform};

/// Names that Leptos expects, so that `cargo leptos build --split` makes the same.
const LOADER: &str = "./__wasm_split.______________________.js";
const MANIFEST: &str = "__wasm_split_manifest.json";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [slim, folder] if slim == "slim" => slim::slim(Path::new(folder)),
        [pack, folder, site] if pack == "pack" => pack::pack(Path::new(folder), Path::new(site)),
        [input, main_out, folder] => cut(Path::new(input), Path::new(main_out), Path::new(folder)),
        _ => bail!("split <in.wasm> <main out.wasm> <folder>, split slim <folder>, or split pack <folder> <site>"),
    }
}

fn cut(input: &Path, main_out: &Path, folder: &Path) -> Result<()> {
    let input = std::fs::read(input).wrap_err_with(|| format!("{} cannot be read", input.display()))?;
    // One piece for every set of groups that shares something: hundreds.
    let pieces = folder.join(".pieces");
    let mut options = Options::new(&input);
    options.output_dir = &pieces;
    options.main_out_path = main_out;
    options.main_module = "./docket.js";
    options.link_name = LOADER;
    let split = transform(options)?;
    let wanted: BTreeMap<String, Vec<String>> = split.prefetch_map.into_iter().collect();

    let mut read = BTreeMap::new();
    for name in wanted.values().flatten() {
        if !read.contains_key(name.as_str()) {
            read.insert(name.as_str(), std::fs::read(pieces.join(format!("{name}.wasm")))?);
        }
    }
    let pieces_read = read.len();
    let files = few::choose(&wanted, &read);
    for file in &files {
        let pieces: Vec<&[u8]> = file.pieces.iter().filter_map(|name| read.get(name.as_str())).map(Vec::as_slice).collect();
        let module = merge::merge(&pieces).wrap_err_with(|| format!("{} cannot be made of {:?}", file.name, file.pieces))?;
        std::fs::write(folder.join(format!("{}.wasm", file.name)), module)?;
    }
    let manifest: BTreeMap<&str, Vec<&str>> = wanted
        .keys()
        .map(|group| (group.as_str(), files.iter().filter(|file| file.groups.contains(group)).map(|file| file.name.as_str()).collect()))
        .collect();
    std::fs::write(folder.join(LOADER), loader::write(&manifest))?;
    std::fs::write(folder.join(MANIFEST), serde_json::to_string_pretty(&manifest)?)?;
    std::fs::remove_dir_all(&pieces)?;
    println!("{} groups of pages: {pieces_read} pieces in {} files", wanted.len(), files.len());
    Ok(())
}
