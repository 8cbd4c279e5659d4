//! One entry of a zip: what its header may say.

use super::layout::Entry;
use super::record::{Central, Common, extra_fields};

/// Bits of the flags: how data was packed, a descriptor after the data, and names in UTF-8. All others make an entry
/// something that is refused: encrypted, patched, masked.
pub(super) const HAS_DESCRIPTOR: u16 = 1 << 3;
const PACKING: u16 = 1 << 1 | 1 << 2;
const UTF8: u16 = 1 << 11;
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Extra fields that would give an entry other sizes, another name or another meaning.
const ZIP64: u16 = 0x0001;
const UNICODE_PATH: u16 = 0x7075;
const ENCRYPTION: &[u16] = &[0x0014, 0x0015, 0x0016, 0x0017, 0x0018, 0x0019, 0x9901];

/// The kinds of Unix files, in the upper half of the attributes.
const KIND: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;
const SET_ID_OR_STICKY: u32 = 0o7000;

/// The systems whose upper attributes are a Unix mode: Unix and macOS.
const UNIX: [u8; 2] = [3, 19];

/// Makes an entry of what the directory says of it.
///
/// # Errors
/// Why it is refused.
pub(super) fn check(header: &Central) -> Result<Entry, String> {
    let common = &header.common;
    let name = name(common)?;
    let folder = name.ends_with('/');
    if header.disk != 0 {
        return Err("it lies in another part of a split archive".to_owned());
    }
    if common.flags & ENCRYPTED != 0 {
        return Err("it is encrypted".to_owned());
    }
    if common.flags & !(ENCRYPTED | HAS_DESCRIPTOR | PACKING | UTF8) != 0 {
        return Err("it uses features of zip that csvq does not read".to_owned());
    }
    if !matches!(common.method, STORED | DEFLATED) {
        return Err("it is packed by a method other than deflate".to_owned());
    }
    if common.method == STORED && common.size != common.packed {
        return Err("it has two sizes".to_owned());
    }
    if [common.size, common.packed, header.start].contains(&u32::MAX) {
        return Err("it uses Zip64, which no package needs".to_owned());
    }
    extra(common)?;
    let executable = mode(header, folder)?;
    if folder && (common.size != 0 || common.checksum != 0) {
        return Err("it is a folder that has content".to_owned());
    }
    Ok(Entry {
        path: name.trim_end_matches('/').to_owned(),
        raw_name: common.name.clone(),
        folder,
        size: common.size.into(),
        packed: common.packed.into(),
        checksum: common.checksum,
        start: header.start.into(),
        executable,
    })
}

/// The name as a text.
fn name(common: &Common) -> Result<String, String> {
    let name = std::str::from_utf8(&common.name).map_err(|_| "its name is not UTF-8".to_owned())?;
    if common.flags & UTF8 == 0 && !name.is_ascii() {
        return Err("its name is not marked as UTF-8, so that readers differ in what it is".to_owned());
    }
    if name.ends_with("//") {
        return Err("an empty name stands between two `/`".to_owned());
    }
    Ok(name.to_owned())
}

/// Refuses extra fields that mean something else than the header.
pub(super) fn extra(common: &Common) -> Result<(), String> {
    let fields = extra_fields(&common.extra).ok_or_else(|| "its extra fields are damaged".to_owned())?;
    for (number, content) in fields {
        if number == ZIP64 {
            return Err("it uses Zip64, which no package needs".to_owned());
        }
        if ENCRYPTION.contains(&number) {
            return Err("it is encrypted or signed in a way that csvq does not read".to_owned());
        }
        // A version and a checksum stand in front of the name.
        if number == UNICODE_PATH && content.get(5..) != Some(&common.name) {
            return Err("it has two names".to_owned());
        }
    }
    Ok(())
}

/// Refuses what is neither file nor folder, and gives whether a file may be executed.
fn mode(header: &Central, folder: bool) -> Result<bool, String> {
    let mode = if UNIX.contains(&header.system) { header.attributes >> 16 } else { 0 };
    if mode & SET_ID_OR_STICKY != 0 {
        return Err("it would run with another's rights (setuid, setgid or sticky)".to_owned());
    }
    // The lower half is DOS's, in which every system says what is a folder.
    let dos_folder = header.attributes & 0x10 != 0;
    match mode & KIND {
        LINK => Err("it is a symbolic link".to_owned()),
        FILE if !folder && !dos_folder => Ok(mode & 0o100 != 0),
        0 if folder || !dos_folder => Ok(mode & 0o100 != 0),
        FOLDER if folder => Ok(false),
        FILE | FOLDER | 0 => Err("it is a file for one reader and a folder for another".to_owned()),
        _ => Err("it is a pipe, socket or device".to_owned()),
    }
}
