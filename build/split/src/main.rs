//! Splits the browser's part along its lazy pages: `split <in.wasm> <main out.wasm> <pkg folder>`. Writes the main module, which
//! wasm-bindgen works on next, and into the folder a module for each part that waits until it is wanted, their loader, and the list from
//! which the server tells a page what it will want. The same steps and names as `cargo leptos build --split`.

use eyre::{Result, bail};
use std::path::Path;
use wasm_split_cli_support::{Options, transform};

/// Names that Leptos expects.
const LOADER: &str = "./__wasm_split.______________________.js";
const MANIFEST: &str = "__wasm_split_manifest.json";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, main_out, folder] = arguments.as_slice() else { bail!("split <in.wasm> <main out.wasm> <pkg folder>") };
    let input = std::fs::read(input)?;
    let folder = Path::new(folder);
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = Path::new(main_out);
    options.main_module = "./docket.js";
    options.link_name = LOADER;
    let split = transform(options)?;
    std::fs::write(folder.join(MANIFEST), serde_json::to_string_pretty(&split.prefetch_map)?)?;
    for module in split.split_modules {
        println!("{}", module.display());
    }
    Ok(())
}
