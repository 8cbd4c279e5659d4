//! Libraries of Apple's systems and of Windows, made byte by byte.

use super::super::Outcome;
use super::{ids, scan_files};

const X86_64: u32 = 0x0100_0007;
const ARM64: u32 = 0x0100_000c;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A command that ends with a text.
fn command(kind: u32, fields: &[u32], text: &str) -> Vec<u8> {
    let size = (8 + fields.len() * 4 + text.len() + 1).next_multiple_of(8);
    let mut bytes = words(&[&[kind, size as u32], fields].concat());
    bytes.extend(text.as_bytes());
    bytes.resize(size, 0);
    bytes
}

/// A library for Apple's systems.
fn mach(cpu: u32, imports: &[&str], libraries: &[&str], run_paths: &[&str], rights: u32) -> Vec<u8> {
    let mut strings = vec![0u8];
    let mut symbols = Vec::new();
    for (name, defined) in imports.iter().map(|name| (*name, false)).chain([("csvq_plugin_v1", true)]) {
        symbols.extend((strings.len() as u32).to_le_bytes());
        symbols.extend([if defined { 0x03 } else { 0x01 }, 0, 0, 0]);
        symbols.extend([0; 8]);
        strings.extend(format!("_{name}\0").as_bytes());
    }
    let mut commands: Vec<Vec<u8>> = libraries.iter().map(|name| command(0xc, &[24, 0, 0, 0], name)).collect();
    commands.extend(run_paths.iter().map(|path| command(0x8000_001c, &[12], path)));
    let size = commands.iter().map(Vec::len).sum::<usize>() + 72 + 24;
    let at = (32 + size) as u32;
    let end = at + (symbols.len() + strings.len()) as u32;
    let mut segment = words(&[0x19, 72]);
    segment.extend(b"__TEXT\0\0\0\0\0\0\0\0\0\0");
    segment.extend([0, 0x1000, 0, u64::from(end)].map(u64::to_le_bytes).concat());
    segment.extend(words(&[rights, rights, 0, 0]));
    commands.push(segment);
    let strings_at = at + symbols.len() as u32;
    let count = imports.len() as u32 + 1;
    commands.push(words(&[2, 24, at, count, strings_at, strings.len() as u32]));
    let header = words(&[0xfeed_facf, cpu, 3, 6, commands.len() as u32, size as u32, 0, 0]);
    [header, commands.concat(), symbols, strings].concat()
}

/// A file with libraries for two architectures.
fn fat(libraries: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [0xcafe_babeu32, libraries.len() as u32].map(u32::to_be_bytes).concat();
    let mut at = 4096u32;
    for (cpu, library) in libraries {
        bytes.extend([*cpu, 3, at, library.len() as u32, 12].map(u32::to_be_bytes).concat());
        at += 4096;
    }
    for (number, (_, library)) in libraries.iter().enumerate() {
        bytes.resize(4096 * (number + 1), 0);
        bytes.extend(library);
    }
    bytes
}

/// A library for Windows that takes one name from one other library.
fn portable(library: &str, name: &str, rights: u32) -> Vec<u8> {
    let mut bytes = vec![0u8; 0x40];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x40;
    bytes.extend(b"PE\0\0");
    bytes.extend([0x8664u16, 1].map(u16::to_le_bytes).concat());
    bytes.extend(words(&[0, 0, 0]));
    bytes.extend([0xf0u16, 0x2022].map(u16::to_le_bytes).concat());
    let mut optional = vec![0u8; 0xf0];
    optional[..2].copy_from_slice(&0x20bu16.to_le_bytes());
    optional[0x6c] = 16;
    optional[0x78..0x80].copy_from_slice(&words(&[0x1000, 40]));
    bytes.extend(optional);
    bytes.extend(b".text\0\0\0");
    bytes.extend(words(&[0x200, 0x1000, 0x200, 0x400, 0, 0, 0, rights]));
    bytes.resize(0x400, 0);
    bytes.extend(words(&[0x1040, 0, 0, 0x1080, 0x1060]));
    bytes.resize(0x440, 0);
    bytes.extend(0x10c0u64.to_le_bytes());
    bytes.resize(0x460, 0);
    bytes.extend(0x10c0u64.to_le_bytes());
    bytes.resize(0x480, 0);
    bytes.extend(library.as_bytes());
    bytes.resize(0x4c2, 0);
    bytes.extend(name.as_bytes());
    bytes.resize(0x600, 0);
    bytes
}

/// What is found in a library for another platform, but for that.
#[track_caller]
fn check(path: &str, bytes: &[u8], expected: &[&str]) {
    let report = scan_files(&[(path, bytes)]);
    assert_ne!(report.outcome, Outcome::Failed, "{report:?}");
    let here = ["native.foreign_platform", "native.no_plugin"];
    let found: Vec<&str> = ids(&report).into_iter().filter(|id| !here.contains(id)).collect();
    assert_eq!(found, expected, "{report:?}");
}

const READ_EXECUTE: u32 = 5;

#[test]
fn a_plugin_for_another_platform_is_one() {
    let bytes = mach(ARM64, &["malloc"], &[], &[], READ_EXECUTE);
    let report = scan_files(&[("a.dylib", &bytes)]);
    assert!(!ids(&report).contains(&"native.no_plugin"), "{report:?}");
}

#[test]
fn libraries_of_apple() {
    let of = |imports: &[&str], libraries: &[&str], run_paths: &[&str], rights: u32| {
        mach(ARM64, imports, libraries, run_paths, rights)
    };
    let system = "/usr/lib/libSystem.B.dylib";
    check("a.dylib", &of(&["malloc", "free"], &[system, "@rpath/libx.dylib"], &["@loader_path"], READ_EXECUTE), &[]);
    check("a.dylib", &of(&["socket"], &[system], &[], READ_EXECUTE), &["native.network"]);
    check("a.dylib", &of(&[], &["/tmp/libx.dylib"], &[], READ_EXECUTE), &["native.library_by_path"]);
    check("a.dylib", &of(&[], &[system], &["/tmp"], READ_EXECUTE), &["native.run_path"]);
    check("a.dylib", &of(&[], &[system], &[], 7), &["native.writable_code"]);
    // `_system` is C's, and `system` would be none.
    check("a.dylib", &of(&["system"], &[system], &[], READ_EXECUTE), &["native.program"]);
}

#[test]
fn every_library_of_a_fat_file() {
    let clean = mach(X86_64, &["malloc"], &[], &[], READ_EXECUTE);
    let other = mach(ARM64, &["execve"], &[], &[], READ_EXECUTE);
    check("a.dylib", &fat(&[(X86_64, clean.clone()), (ARM64, clean.clone())]), &[]);
    check("a.dylib", &fat(&[(X86_64, clean), (ARM64, other)]), &["native.program"]);
    let nothing = [0xcafe_babeu32, 0].map(u32::to_be_bytes).concat();
    assert_eq!(scan_files(&[("a.dylib", &[nothing.as_slice(), &[0; 64]].concat())]).outcome, Outcome::Failed);
}

#[test]
fn libraries_of_windows() {
    const CODE: u32 = 0x6000_0020;
    check("a.dll", &portable("KERNEL32.dll", "HeapAlloc", CODE), &[]);
    check("a.dll", &portable("KERNEL32.dll", "CreateProcessW", CODE), &["native.program"]);
    check("a.dll", &portable("KERNEL32.dll", "WriteProcessMemory", CODE), &["native.other_processes"]);
    check("a.dll", &portable("WinInet.DLL", "HeapAlloc", CODE), &["native.network_library"]);
    check("a.dll", &portable("strange.dll", "HeapAlloc", CODE), &["native.unusual_library"]);
    check("a.dll", &portable("KERNEL32.dll", "HeapAlloc", CODE | 0x8000_0000), &["native.writable_code"]);
}
