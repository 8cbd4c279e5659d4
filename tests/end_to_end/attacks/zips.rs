//! Zips written byte by byte, also such as no writer writes, and read again.

use std::io::Read;

use csvq_core::package::sha256;
use flate2::read::DeflateDecoder;
use flate2::{Compression, Crc, write::DeflateEncoder};
use serde_json::{Value, json};

/// An entry. What it says of itself may be a lie.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) content: Vec<u8>,
    /// The mode of the file, as Unix has it.
    pub(super) mode: u32,
    /// The name in front of the data, if it is another one.
    pub(super) local_name: Option<String>,
    /// The size it claims, if that is another one.
    pub(super) claimed: Option<u32>,
    pub(super) is_deflated: bool,
    /// Where its data is said to begin, if that is elsewhere.
    pub(super) start: Option<u32>,
}

/// A stored file.
pub(super) fn part(name: &str, content: impl Into<Vec<u8>>) -> Part {
    let (name, content) = (name.to_owned(), content.into());
    Part { name, content, mode: 0o100_644, local_name: None, claimed: None, is_deflated: false, start: None }
}

/// A zip of these, with something in front of it and behind it.
pub(super) fn zip_between(before: &[u8], parts: &[Part], after: &[u8]) -> Vec<u8> {
    let (mut bytes, mut directory) = (before.to_vec(), Vec::new());
    for part in parts {
        let start = part.start.unwrap_or(bytes.len() as u32);
        let mut checksum = Crc::new();
        checksum.update(&part.content);
        let data = if part.is_deflated { deflated(&part.content) } else { part.content.clone() };
        let size = part.claimed.unwrap_or(part.content.len() as u32);
        // What both headers hold: version, flags, method, time, date, checksum, sizes.
        let flags = if part.name.is_ascii() { 0_u16 } else { 1 << 11 };
        let mut head = Vec::new();
        head.extend(20_u16.to_le_bytes());
        head.extend(flags.to_le_bytes());
        head.extend(if part.is_deflated { 8_u16 } else { 0 }.to_le_bytes());
        head.extend([0; 4]);
        head.extend(checksum.sum().to_le_bytes());
        head.extend((data.len() as u32).to_le_bytes());
        head.extend(size.to_le_bytes());
        let local_name = part.local_name.as_ref().unwrap_or(&part.name);
        bytes.extend(0x0403_4b50_u32.to_le_bytes());
        bytes.extend(&head);
        bytes.extend((local_name.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(local_name.as_bytes());
        bytes.extend(&data);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend([20, 3]);
        directory.extend(&head);
        directory.extend((part.name.len() as u16).to_le_bytes());
        directory.extend([0; 8]);
        directory.extend((part.mode << 16).to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(part.name.as_bytes());
    }
    let (start, size, count) = (bytes.len() as u32, directory.len() as u32, parts.len() as u16);
    bytes.extend(&directory);
    bytes.extend(0x0605_4b50_u32.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend([0; 2]);
    bytes.extend(after);
    bytes
}

pub(super) fn zip(parts: &[Part]) -> Vec<u8> {
    zip_between(&[], parts, &[])
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

/// The files of a zip without lies.
pub(super) fn unzip(bytes: &[u8]) -> Vec<Part> {
    let number = |at: usize, size: usize| {
        bytes[at..at + size].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let end = (0..=bytes.len() - 22).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06")).unwrap();
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut parts = Vec::new();
    for _ in 0..count {
        assert!(bytes[at..].starts_with(b"PK\x01\x02"));
        let (method, packed, start) = (number(at + 10, 2), number(at + 20, 4), number(at + 42, 4));
        let name = String::from_utf8(bytes[at + 46..at + 46 + number(at + 28, 2)].to_vec()).unwrap();
        let data = start + 30 + number(start + 26, 2) + number(start + 28, 2);
        let mut content = bytes[data..data + packed].to_vec();
        if method == 8 {
            let packed = std::mem::take(&mut content);
            DeflateDecoder::new(&packed[..]).read_to_end(&mut content).unwrap();
        }
        at += 46 + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
        if !name.ends_with('/') {
            parts.push(part(&name, content));
        }
    }
    parts
}

/// A package of a library and more files, with the manifest that lists them.
pub(super) fn package(id: &str, library: &[u8], more: &[(&str, &[u8])]) -> Vec<Part> {
    let mut parts = vec![part("libplugin.so", library)];
    parts.extend(more.iter().map(|(name, content)| part(name, *content)));
    let files = parts
        .iter()
        .map(|part| json!({ "path": part.name, "size": part.content.len(), "sha256": sha256(&part.content) }));
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let manifest = json!({
        "schema_version": "1.0", "id": id, "display_name": format!("Test {id}"), "version": "1.0.0", "kind": "native",
        "abi_version": "1.0", "targets": [{ "target": target, "library": "libplugin.so" }], "author": "csvq's tests",
        "license": "MIT", "description": "A plugin for tests.", "parameters": { "type": "object" },
        "capabilities": [], "deterministic": true, "files": files.collect::<Vec<Value>>(),
    });
    parts.insert(0, part("plugin.json", manifest.to_string()));
    parts
}
