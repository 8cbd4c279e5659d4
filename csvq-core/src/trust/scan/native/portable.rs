//! PE, the format of Windows.

use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Architecture, Object, ObjectKind, ObjectSegment};

use super::target::{Platform, System};
use super::{Facts, Segment, common, is_table};

/// What a PE file says.
pub(super) fn facts(bytes: &[u8]) -> object::Result<Facts<'_>> {
    match object::File::parse(bytes)? {
        object::File::Pe32(file) => of(&file),
        object::File::Pe64(file) => of(&file),
        _ => Ok(Facts::default()),
    }
}

fn of<'a, P: ImageNtHeaders>(file: &PeFile<'a, P>) -> object::Result<Facts<'a>> {
    let architecture = Some(file.architecture()).filter(|one| *one != Architecture::Unknown);
    let mut facts = Facts { platform: Some(Platform { system: System::Windows, architecture }), ..Facts::default() };
    common(file, &mut facts)?;
    for export in file.exports()? {
        if let object::read::NameOrOrdinal::Name(name) = export?.name() {
            facts.is_plugin |= is_table(name);
        }
    }
    if file.kind() != ObjectKind::Dynamic {
        facts.shapes.insert("program");
    }
    for segment in file.segments() {
        let permissions = segment.permissions();
        let (writable, executable) = (permissions.writable(), permissions.executable());
        if segment.name_bytes()?.is_some_and(|name| name.starts_with(b"UPX")) {
            facts.shapes.insert("upx");
        }
        facts.segments.push(Segment { data: segment.data()?, writable, executable });
    }
    Ok(facts)
}
