//! Makes zips byte by byte, also such as no writer makes.

use std::path::PathBuf;

use super::Place;

/// A stored entry. What is `None` is as the content has it.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) name: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) system: u8,
    pub(super) attributes: u32,
    pub(super) extra: Vec<u8>,
    pub(super) size: Option<u32>,
    pub(super) packed: Option<u32>,
    pub(super) checksum: Option<u32>,
    pub(super) start: Option<u32>,
    /// The name in front of the data.
    pub(super) local_name: Option<Vec<u8>>,
    pub(super) local_size: Option<u32>,
    pub(super) local_flags: Option<u16>,
    /// What follows the data.
    pub(super) after: Vec<u8>,
}

pub(super) fn part(name: &str, content: &str) -> Part {
    Part {
        name: name.into(),
        content: content.into(),
        flags: if name.is_ascii() { 0 } else { 1 << 11 },
        method: 0,
        system: 3,
        attributes: 0o100_644 << 16,
        extra: Vec::new(),
        size: None,
        packed: None,
        checksum: None,
        start: None,
        local_name: None,
        local_size: None,
        local_flags: None,
        after: Vec::new(),
    }
}

/// A whole archive, and what may be wrong with it.
#[derive(Default)]
pub(super) struct Zip {
    pub(super) parts: Vec<Part>,
    pub(super) before: Vec<u8>,
    pub(super) before_directory: Vec<u8>,
    pub(super) before_end: Vec<u8>,
    pub(super) comment: Vec<u8>,
    pub(super) comment_size: Option<u16>,
    pub(super) after: Vec<u8>,
    pub(super) entries: Option<u16>,
    pub(super) disk: u16,
}

impl Zip {
    pub(super) fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        Self { parts: parts.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        let mut directory = Vec::new();
        for part in &self.parts {
            let start = bytes.len() as u32;
            let (size, checksum) = (part.content.len() as u32, crc32(&part.content));
            let name = part.local_name.as_ref().unwrap_or(&part.name);
            put(&mut bytes, &[&0x0403_4b50u32.to_le_bytes(), &20u16.to_le_bytes()]);
            put(
                &mut bytes,
                &[&part.local_flags.unwrap_or(part.flags).to_le_bytes(), &part.method.to_le_bytes(), &[0; 4]],
            );
            let described = part.flags & 8 != 0;
            let sizes = [part.checksum.unwrap_or(checksum), part.packed.unwrap_or(size), part.size.unwrap_or(size)];
            for (at, number) in sizes.iter().enumerate() {
                let number = match part.local_size {
                    Some(size) if at == 2 => size,
                    _ if described => 0,
                    _ => *number,
                };
                bytes.extend(number.to_le_bytes());
            }
            put(&mut bytes, &[&(name.len() as u16).to_le_bytes(), &(part.extra.len() as u16).to_le_bytes()]);
            put(&mut bytes, &[name, &part.extra, &part.content, &part.after]);

            put(&mut directory, &[&0x0201_4b50u32.to_le_bytes(), &[20, part.system], &20u16.to_le_bytes()]);
            put(&mut directory, &[&part.flags.to_le_bytes(), &part.method.to_le_bytes(), &[0; 4]]);
            sizes.iter().for_each(|number| directory.extend(number.to_le_bytes()));
            put(&mut directory, &[&(part.name.len() as u16).to_le_bytes(), &(part.extra.len() as u16).to_le_bytes()]);
            put(&mut directory, &[&[0; 6], &part.attributes.to_le_bytes(), &part.start.unwrap_or(start).to_le_bytes()]);
            put(&mut directory, &[&part.name, &part.extra]);
        }
        bytes.extend(&self.before_directory);
        let start = bytes.len() as u32;
        let count = self.entries.unwrap_or(self.parts.len() as u16);
        put(
            &mut bytes,
            &[&directory, &self.before_end, &0x0605_4b50u32.to_le_bytes(), &self.disk.to_le_bytes(), &[0; 2]],
        );
        put(&mut bytes, &[&count.to_le_bytes(), &count.to_le_bytes()]);
        put(&mut bytes, &[&(directory.len() as u32).to_le_bytes(), &start.to_le_bytes()]);
        let comment = self.comment_size.unwrap_or(self.comment.len() as u16);
        put(&mut bytes, &[&comment.to_le_bytes(), &self.comment, &self.after]);
        bytes
    }

    /// Writes it as `plug.zip`.
    pub(super) fn write(&self, place: &Place) -> PathBuf {
        place.write("plug.zip", self.bytes())
    }
}

fn put(bytes: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
}

/// The CRC-32 of ISO 3309, as zips have it.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}
