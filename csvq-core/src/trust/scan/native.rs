//! Machine code: what a library takes from others, where it has them looked for, how it is laid out, and which texts it
//! brings.
//!
//! What is read is what the loader goes by. Calls that a library makes to the system by itself, without a function of
//! another library, names that it makes up while it runs, and what code does are beyond this.

mod content;
mod elf;
mod mach;
mod portable;
mod target;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use object::Object;
use object::read::FileKind as Format;

use self::target::Platform;
use super::data::Search;
use super::found::Found;
use super::model::FileToScan;
use super::rules::Kind;

/// What rules of kind `native_shape` can speak of.
pub(super) const SHAPES: &[&str] = &[
    "audit",
    "constructors",
    "executable_stack",
    "foreign_platform",
    "no_library",
    "no_plugin",
    "packed_code",
    "packed_data",
    "program",
    "text_relocations",
    "upx",
    "writable_code",
];

/// The table of functions that a plugin exports, and the module of `abi_stable` that a plugin in Rust has besides.
const TABLES: &[&str] = &["csvq_plugin_v1", "_1as_0lib_1header_0root_bmodule_bloader"];

/// A fat file has one library for each architecture.
const MOST_LIBRARIES: usize = 40;
/// No library takes more names from others.
const MOST_NAMES: usize = 500_000;

/// What is known of one library.
#[derive(Debug, Default)]
struct Facts<'a> {
    platform: Option<Platform>,
    imports: BTreeSet<&'a [u8]>,
    libraries: BTreeSet<&'a [u8]>,
    run_paths: BTreeSet<&'a [u8]>,
    shapes: BTreeSet<&'static str>,
    segments: Vec<Segment<'a>>,
    is_plugin: bool,
}

/// What is loaded into memory in one piece.
#[derive(Debug)]
struct Segment<'a> {
    data: &'a [u8],
    writable: bool,
    executable: bool,
}

impl<'a> Facts<'a> {
    /// Adds a name that is taken from others.
    fn import(&mut self, name: &'a [u8]) -> Result<(), String> {
        self.imports.insert(name);
        if self.imports.len() > MOST_NAMES {
            return Err(format!("a library that takes more than {MOST_NAMES} names from others is not looked at"));
        }
        Ok(())
    }
}

/// Looks at a library. The error says why that can't be done.
pub(super) fn look_at(bytes: &[u8], file: &FileToScan, found: &mut Found<'_>) -> Result<(), String> {
    // The reader promises not to panic, whatever it reads; a scan must not depend on that.
    let read = catch_unwind(AssertUnwindSafe(|| libraries(bytes)));
    let libraries = read.map_err(|_| "the reader of libraries failed on this file".to_owned())??;
    let wanted = file.target.as_deref().map_or_else(Platform::of_this_machine, Platform::of_target);
    if !libraries.iter().any(|facts| facts.platform == Some(wanted)) {
        found.check(Kind::NativeShape, "foreign_platform", None);
    }
    for facts in &libraries {
        tell(facts, found);
    }
    Ok(())
}

/// The libraries in a file, of which there is one but in fat ones.
fn libraries(bytes: &[u8]) -> Result<Vec<Facts<'_>>, String> {
    let wrong = |error: object::Error| format!("this is no well-formed library: {error}");
    match Format::parse(bytes).map_err(wrong)? {
        Format::MachOFat32 => {
            let file = object::read::macho::MachOFatFile32::parse(bytes).map_err(wrong)?;
            slices(file.arches(), bytes)
        }
        Format::MachOFat64 => {
            let file = object::read::macho::MachOFatFile64::parse(bytes).map_err(wrong)?;
            slices(file.arches(), bytes)
        }
        _ => Ok(vec![library(bytes)?]),
    }
}

fn slices<'a, A: object::read::macho::FatArch>(arches: &[A], bytes: &'a [u8]) -> Result<Vec<Facts<'a>>, String> {
    if arches.is_empty() || arches.len() > MOST_LIBRARIES {
        return Err(format!("a fat file has between 1 and {MOST_LIBRARIES} libraries"));
    }
    let slice = |arch: &A| arch.data(bytes).map_err(|error| format!("this is no well-formed fat file: {error}"));
    arches.iter().map(|arch| library(slice(arch)?)).collect()
}

fn library(bytes: &[u8]) -> Result<Facts<'_>, String> {
    let wrong = |error: object::Error| format!("this is no well-formed library: {error}");
    match Format::parse(bytes).map_err(wrong)? {
        Format::Elf32 => elf::facts::<object::elf::FileHeader32<object::Endianness>>(bytes),
        Format::Elf64 => elf::facts::<object::elf::FileHeader64<object::Endianness>>(bytes),
        Format::MachO32 | Format::MachO64 => mach::facts(bytes).map_err(wrong),
        Format::Pe32 | Format::Pe64 => portable::facts(bytes).map_err(wrong),
        _ => Err("this kind of machine code is not known".to_owned()),
    }
}

/// What any reader of the crate tells: libraries and names that are taken, names that are given, what is loaded.
fn common<'a>(file: &impl Object<'a>, facts: &mut Facts<'a>) -> object::Result<()> {
    for library in file.import_libraries()?.take(MOST_NAMES) {
        facts.libraries.insert(library?.name());
    }
    for import in file.imports()?.take(MOST_NAMES) {
        if let object::read::NameOrOrdinal::Name(name) = import?.name() {
            facts.imports.insert(name);
        }
    }
    Ok(())
}

/// Whether a name is one of those by which csvq finds a plugin in a library.
fn is_table(name: &[u8]) -> bool {
    TABLES.iter().any(|table| table.as_bytes() == name)
}

/// Holds what is known of a library to the rules.
fn tell(facts: &Facts<'_>, found: &mut Found<'_>) {
    let names = [
        (Kind::NativeImport, &facts.imports),
        (Kind::NativeLibrary, &facts.libraries),
        (Kind::NativeRunPath, &facts.run_paths),
    ];
    for (kind, names) in names {
        for name in names {
            found.check(kind, &String::from_utf8_lossy(name), None);
        }
    }
    for shape in &facts.shapes {
        found.check(Kind::NativeShape, shape, None);
    }
    if !facts.is_plugin {
        found.check(Kind::NativeShape, "no_plugin", None);
    }
    if facts.segments.iter().any(|segment| segment.writable && segment.executable) {
        found.check(Kind::NativeShape, "writable_code", None);
    }
    for packed in content::packed(&facts.segments) {
        found.check(Kind::NativeShape, packed, None);
    }
    let mut search = Search::new(Kind::NativeString, found);
    for segment in &facts.segments {
        search.look_at(segment.data, found);
    }
}
