//! The JavaScript that loads a group of pages: its files at once, each only once, and again after a failure.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Called by the main module with a place in its table and some data; calls that place when the files are there, or cannot be had.
const RUNTIME: &str = r#"import { initSync } from "./docket.js";
const loading = new Map();
const load = file => {
  let module = loading.get(file);
  if (!module) {
    module = WebAssembly.instantiateStreaming(fetch(new URL(file, import.meta.url)), { __wasm_split: initSync() });
    loading.set(file, module);
    module.catch(() => loading.delete(file));
  }
  return module;
};
const group = (...files) => async (then, data) => {
  const loaded = await Promise.all(files.map(load)).then(() => true, error => (console.warn(error), false));
  initSync().__indirect_function_table.get(then)(data, loaded);
};
"#;

/// The loader of these groups with these files.
pub fn write(groups: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut script = RUNTIME.to_owned();
    for (group, files) in groups {
        let files: Vec<String> = files.iter().map(|file| format!("\"./{file}.wasm\"")).collect();
        // The name under which the main module imports it; writing to a string does not fail.
        let _ = writeln!(script, "export const __wasm_split_load_{group} = group({});", files.join(", "));
    }
    script
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_group_has_its_loader() {
        let script = super::write(&[("ask", vec!["split_ask", "shared_1"]), ("empty", vec![])].into());
        assert!(script.ends_with(
            "export const __wasm_split_load_ask = group(\"./split_ask.wasm\", \"./shared_1.wasm\");\nexport const __wasm_split_load_empty = group();\n"
        ));
    }
}
