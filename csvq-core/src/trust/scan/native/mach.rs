//! Mach-O, the format of Apple's systems.

use object::read::macho::{LoadCommandVariant, MachHeader, MachOFile};
use object::{Architecture, Endianness, Object, ObjectKind, ObjectSegment};

use super::target::{Platform, System};
use super::{Facts, Segment, common, is_table};

/// What a Mach-O file says.
pub(super) fn facts(bytes: &[u8]) -> object::Result<Facts<'_>> {
    match object::File::parse(bytes)? {
        object::File::MachO32(file) => of(&file),
        object::File::MachO64(file) => of(&file),
        _ => Ok(Facts::default()),
    }
}

fn of<'a, M: MachHeader<Endian = Endianness>>(file: &MachOFile<'a, M>) -> object::Result<Facts<'a>> {
    let architecture = Some(file.architecture()).filter(|one| *one != Architecture::Unknown);
    let mut facts = Facts { platform: Some(Platform { system: System::Apple, architecture }), ..Facts::default() };
    common(file, &mut facts)?;
    // C names begin with a `_` here.
    facts.imports = facts.imports.iter().map(|name| name.strip_prefix(b"_").unwrap_or(name)).collect();
    for export in file.exports()? {
        if let object::read::NameOrOrdinal::Name(name) = export?.name() {
            facts.is_plugin |= is_table(name.strip_prefix(b"_").unwrap_or(name));
        }
    }
    match file.kind() {
        ObjectKind::Dynamic => {}
        ObjectKind::Executable => _ = facts.shapes.insert("program"),
        _ => _ = facts.shapes.insert("no_library"),
    }
    let endian = file.endian();
    let mut commands = file.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        if let LoadCommandVariant::Rpath(path) = command.variant()? {
            facts.run_paths.insert(command.string(endian, path.path)?);
        }
    }
    for segment in file.segments() {
        let permissions = segment.permissions();
        let (writable, executable) = (permissions.writable(), permissions.executable());
        facts.segments.push(Segment { data: segment.data()?, writable, executable });
    }
    Ok(facts)
}
