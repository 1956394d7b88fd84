//! Gives what the main module imports from its script short names: wasm-bindgen's end in sixteen digits of a fingerprint, in both files,
//! which nothing makes smaller.

use eyre::{Result, WrapErr};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The module under which the main module imports from its script.
const SCRIPT: &str = "./docket_bg.js";

/// Shortens the names in both files of the folder.
pub fn slim(folder: &Path) -> Result<()> {
    let (script_path, module_path) = (folder.join("docket.js"), folder.join("docket_bg.wasm"));
    let script = std::fs::read_to_string(&script_path).wrap_err("the script cannot be read")?;
    let module = std::fs::read(&module_path).wrap_err("the main module cannot be read")?;
    let names = short_names(&module, &script)?;
    std::fs::write(&module_path, rename_imports(&module, &names)?)?;
    std::fs::write(&script_path, rename_words(&script, &names))?;
    println!("{} imports have short names", names.len());
    Ok(())
}

/// A short name for each import that the script names exactly once.
fn short_names(module: &[u8], script: &str) -> Result<HashMap<String, String>> {
    let mut found: HashMap<&str, usize> = HashMap::new();
    for word in words(script) {
        *found.entry(word).or_default() += 1;
    }
    let mut names = HashMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else { continue };
        for import in section.into_imports() {
            let import = import?;
            if import.module == SCRIPT && found.get(import.name) == Some(&1) {
                names.insert(import.name.to_owned(), letters(names.len()));
            }
        }
    }
    Ok(names)
}

/// 0 is `$a`, 25 `$z`, 26 `$aa`: no word of the script begins so.
fn letters(number: usize) -> String {
    let mut name = String::new();
    let mut left = number + 1;
    while left > 0 {
        left -= 1;
        name.insert(0, char::from(b'a' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    format!("${name}")
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_part_of_word(letter)).filter(|word| !word.is_empty())
}

fn rename_words(text: &str, names: &HashMap<String, String>) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = is_part_of_word(first);
        let end = rest.find(|letter| is_part_of_word(letter) != in_word).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        renamed.push_str(names.get(part).map_or(part, String::as_str));
        rest = after;
    }
    renamed
}

/// The module with its imports renamed; all else is as it was.
fn rename_imports(module: &[u8], names: &HashMap<String, String>) -> Result<Vec<u8>> {
    let mut renamed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(section) = payload {
            let mut imports = ImportSection::new();
            for import in section.into_imports() {
                let import = import?;
                let name = match names.get(import.name) {
                    Some(short) if import.module == SCRIPT => Cow::Borrowed(short.as_str()),
                    _ => Cow::Borrowed(import.name),
                };
                imports.import(import.module, &name, RoundtripReencoder.entity_type(import.ty)?);
            }
            renamed.section(&imports);
        } else if let Some((id, range)) = payload.as_section() {
            let (from, to) = (usize::try_from(range.start)?, usize::try_from(range.end)?);
            renamed.section(&RawSection { id, data: module.get(from..to).unwrap_or_default() });
        }
    }
    Ok(renamed.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, Instruction, TypeSection};
    use wasmparser::Validator;

    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for (module, name) in [(SCRIPT, "__wbg_log_0123456789abcdef"), ("./other.js", "__wbg_log_0123456789abcdef"), (SCRIPT, "twice")] {
            imports.import(module, name, EntityType::Function(0));
        }
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut exports = ExportSection::new();
        exports.export("hydrate", ExportKind::Func, 3);
        let mut code = CodeSection::new();
        let mut function = Function::new([]);
        for instruction in [Instruction::Call(0), Instruction::End] {
            function.instruction(&instruction);
        }
        code.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn an_import_is_renamed_in_both_files_and_all_else_stays() {
        let script = "return{__wbg_log_0123456789abcdef:a=>console.log(a),twice(){twice()},x__wbg_log_0123456789abcdef:`é`}";
        let names = short_names(&module(), script).unwrap();
        assert_eq!(rename_words(script, &names), "return{$a:a=>console.log(a),twice(){twice()},x__wbg_log_0123456789abcdef:`é`}");
        let renamed = rename_imports(&module(), &names).unwrap();
        Validator::new().validate_all(&renamed).unwrap();
        let mut left = Vec::new();
        for payload in Parser::new(0).parse_all(&renamed) {
            if let Payload::ImportSection(section) = payload.unwrap() {
                left.extend(
                    section.into_imports().map(|import| import.unwrap()).map(|import| (import.module.to_owned(), import.name.to_owned())),
                );
            }
        }
        let named = |module: &str, name: &str| (module.to_owned(), name.to_owned());
        assert_eq!(left, [named(SCRIPT, "$a"), named("./other.js", "__wbg_log_0123456789abcdef"), named(SCRIPT, "twice")]);
    }

    #[test]
    fn names_are_counted_in_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["$a", "$z", "$aa", "$zz", "$aaa"]);
    }
}
