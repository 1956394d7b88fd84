//! Makes one WebAssembly module of several pieces. Pieces import nothing but the memory, the table and the globals of the main module, and
//! export nothing: they call one another through places of the table. So that theirs stand behind one another, and numbers are moved.

use eyre::{Result, bail, eyre};
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, FunctionSection, ImportSection, Module, TypeSection,
};
use wasmparser::{Parser, Payload, TypeRef};

/// The module so far.
#[derive(Default)]
struct Whole {
    imports: Imports,
    types: TypeSection,
    functions: FunctionSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
    counts_data: bool,
}

/// What is imported, each thing once.
#[derive(Default)]
struct Imports {
    memories: Vec<(String, String, EntityType)>,
    tables: Vec<(String, String, EntityType)>,
    globals: Vec<(String, String, EntityType)>,
}

/// Where what a piece numbers from 0 stands in the whole.
#[derive(Default)]
struct Moved {
    types: u32,
    functions: u32,
    elements: u32,
    data: u32,
    memories: Vec<u32>,
    tables: Vec<u32>,
    globals: Vec<u32>,
}

fn of_imported(places: &[u32], number: u32) -> u32 {
    // A number beyond what is imported is a mistake that the browser's own check finds.
    places.get(number as usize).copied().unwrap_or(u32::MAX)
}

impl Reencode for Moved {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.types + number)
    }

    fn function_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.functions + number)
    }

    fn element_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.elements + number)
    }

    fn data_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.data + number)
    }

    fn memory_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(of_imported(&self.memories, number))
    }

    fn table_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(of_imported(&self.tables, number))
    }

    fn global_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(of_imported(&self.globals, number))
    }
}

/// The place of an import among those of its kind; a memory or table that one piece wants larger is imported so.
fn place(all: &mut Vec<(String, String, EntityType)>, module: &str, name: &str, wanted: EntityType) -> Result<u32> {
    if let Some(at) = all.iter().position(|(other, named, _)| other == module && named == name) {
        match (&mut all[at].2, wanted) {
            (EntityType::Memory(known), EntityType::Memory(wanted)) => known.minimum = known.minimum.max(wanted.minimum),
            (EntityType::Table(known), EntityType::Table(wanted)) => known.minimum = known.minimum.max(wanted.minimum),
            (known, wanted) if *known == wanted => {}
            (known, wanted) => bail!("{module}.{name} is imported as {known:?} and as {wanted:?}"),
        }
        return Ok(u32::try_from(at)?);
    }
    all.push((module.to_owned(), name.to_owned(), wanted));
    Ok(u32::try_from(all.len() - 1)?)
}

/// One module that is all of these.
pub fn merge(pieces: &[&[u8]]) -> Result<Vec<u8>> {
    let mut whole = Whole::default();
    for piece in pieces {
        whole.add(piece)?;
    }
    Ok(whole.finish())
}

impl Whole {
    fn add(&mut self, piece: &[u8]) -> Result<()> {
        let mut moved = Moved {
            types: self.types.len(),
            functions: self.functions.len(),
            elements: self.elements.len(),
            data: self.data.len(),
            ..Moved::default()
        };
        for payload in Parser::new(0).parse_all(piece) {
            match payload? {
                Payload::TypeSection(section) => moved.parse_type_section(&mut self.types, section),
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let wanted = moved.entity_type(import.ty)?;
                        let (all, places) = match import.ty {
                            TypeRef::Memory(_) => (&mut self.imports.memories, &mut moved.memories),
                            TypeRef::Table(_) => (&mut self.imports.tables, &mut moved.tables),
                            TypeRef::Global(_) => (&mut self.imports.globals, &mut moved.globals),
                            _ => bail!("a piece imports {}.{}, which is neither memory, table nor global", import.module, import.name),
                        };
                        places.push(place(all, import.module, import.name, wanted)?);
                    }
                    Ok(())
                }
                Payload::FunctionSection(section) => moved.parse_function_section(&mut self.functions, section),
                Payload::ElementSection(section) => moved.parse_element_section(&mut self.elements, section),
                Payload::CodeSectionEntry(body) => moved.parse_function_body(&mut self.code, body),
                Payload::DataSection(section) => moved.parse_data_section(&mut self.data, section),
                Payload::DataCountSection { .. } => {
                    self.counts_data = true;
                    Ok(())
                }
                Payload::TableSection(section) if section.count() == 0 => Ok(()),
                Payload::MemorySection(section) if section.count() == 0 => Ok(()),
                Payload::GlobalSection(section) if section.count() == 0 => Ok(()),
                Payload::ExportSection(section) if section.count() == 0 => Ok(()),
                Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::CustomSection(_) | Payload::End(_) => Ok(()),
                other => return Err(eyre!("a piece has a section that pieces do not have: {other:?}")),
            }?;
        }
        Ok(())
    }

    fn finish(self) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for (module, name, kind) in self.imports.memories.iter().chain(&self.imports.tables).chain(&self.imports.globals) {
            imports.import(module, name, *kind);
        }
        let mut module = Module::new();
        module.section(&self.types).section(&imports).section(&self.functions).section(&self.elements);
        if self.counts_data {
            module.section(&DataCountSection { count: self.data.len() });
        }
        module.section(&self.code).section(&self.data);
        module.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        ConstExpr, DataSegment, DataSegmentMode, Elements, Function, GlobalType, Instruction, MemoryType, RefType, TableType, ValType,
    };
    use wasmparser::Validator;

    /// A piece as they are: it puts a function, which adds `more` to the shared global, into a place of the table, and a byte into memory.
    fn piece(place: i32, more: i32, memory: u64) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I64], []);
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        let table = TableType { element_type: RefType::FUNCREF, table64: false, minimum: 10, maximum: None, shared: false };
        imports.import(
            "main",
            "memory",
            MemoryType { minimum: memory, maximum: None, memory64: false, shared: false, page_size_log2: None },
        );
        imports.import("main", "table", table);
        imports.import("main", "global", GlobalType { val_type: ValType::I32, mutable: true, shared: false });
        let mut functions = FunctionSection::new();
        functions.function(1);
        let mut elements = ElementSection::new();
        elements.active(Some(0), &ConstExpr::i32_const(place), Elements::Functions(vec![0].into()));
        let mut code = CodeSection::new();
        let mut function = Function::new([]);
        for instruction in [Instruction::GlobalGet(0), Instruction::I32Const(more), Instruction::I32Add, Instruction::End] {
            function.instruction(&instruction);
        }
        code.function(&function);
        let mut data = DataSection::new();
        let mode = DataSegmentMode::Active { memory_index: 0, offset: &ConstExpr::i32_const(place) };
        data.segment(DataSegment { mode, data: [u8::try_from(more).unwrap()] });
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&elements).section(&code).section(&data);
        module.finish()
    }

    #[test]
    fn pieces_stand_behind_one_another_and_what_they_import_is_there_once() {
        let whole = merge(&[&piece(3, 5, 2), &piece(4, 7, 9)]).unwrap();
        Validator::new().validate_all(&whole).unwrap();
        let (mut imports, mut functions, mut filled) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&whole) {
            match payload.unwrap() {
                Payload::ImportSection(section) => imports.extend(section.into_imports().map(|import| import.unwrap())),
                Payload::FunctionSection(section) => functions.extend(section.into_iter().map(|number| number.unwrap())),
                Payload::ElementSection(section) => {
                    for element in section {
                        let wasmparser::ElementItems::Functions(items) = element.unwrap().items else { panic!("not functions") };
                        filled.extend(items.into_iter().map(|number| number.unwrap()));
                    }
                }
                _ => {}
            }
        }
        assert_eq!(imports.iter().map(|import| import.name).collect::<Vec<_>>(), ["memory", "table", "global"]);
        assert!(matches!(imports[0].ty, TypeRef::Memory(memory) if memory.initial == 9), "as large as the larger wants it");
        assert_eq!(functions, [1, 3], "each with the type that its own piece gave it");
        assert_eq!(filled, [0, 1], "each place with its own function");
    }
}
