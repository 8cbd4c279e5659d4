//! The records of a zip, byte by byte, as APPNOTE 6.3.10 of PKWARE lays them out (sections 4.3.7 to 4.3.16).

/// The signatures that begin the records.
pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const DESCRIPTOR: u32 = 0x0807_4b50;

/// The sizes of the records without the texts that follow them.
pub(super) const LOCAL_SIZE: usize = 30;
pub(super) const CENTRAL_SIZE: usize = 46;
pub(super) const END_SIZE: usize = 22;

/// The record at the end of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) disk: u16,
    pub(super) directory_disk: u16,
    pub(super) entries_here: u16,
    pub(super) entries: u16,
    pub(super) directory_size: u32,
    pub(super) directory_start: u32,
    pub(super) comment: u16,
}

/// What both headers of an entry say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) checksum: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
}

/// An entry of the directory at the end.
#[derive(Debug)]
pub(super) struct Central {
    pub(super) common: Common,
    /// The system that its attributes are of: 3 is Unix.
    pub(super) system: u8,
    pub(super) disk: u16,
    pub(super) attributes: u32,
    pub(super) start: u32,
}

/// Reads numbers and texts from the front of bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// The record at the end, its comment not taken.
    pub(super) fn end(&mut self) -> Option<End> {
        (self.u32()? == END).then_some(())?;
        Some(End {
            disk: self.u16()?,
            directory_disk: self.u16()?,
            entries_here: self.u16()?,
            entries: self.u16()?,
            directory_size: self.u32()?,
            directory_start: self.u32()?,
            comment: self.u16()?,
        })
    }

    /// An entry of the directory.
    pub(super) fn central(&mut self) -> Option<Central> {
        (self.u32()? == CENTRAL).then_some(())?;
        let made_by = self.u16()?;
        let (mut common, lengths) = self.common(true)?;
        let disk = self.u16()?;
        self.u16()?;
        let attributes = self.u32()?;
        let start = self.u32()?;
        self.texts(&mut common, &lengths)?;
        Some(Central { common, system: made_by.to_be_bytes()[0], disk, attributes, start })
    }

    /// The header in front of an entry's data, its texts not taken.
    pub(super) fn local(&mut self) -> Option<(Common, Lengths)> {
        (self.u32()? == LOCAL).then_some(())?;
        self.common(false)
    }

    /// The texts that follow a header.
    pub(super) fn texts(&mut self, common: &mut Common, lengths: &Lengths) -> Option<()> {
        common.name = self.take(lengths.name.into())?.to_vec();
        common.extra = self.take(lengths.extra.into())?.to_vec();
        self.take(lengths.comment.into())?;
        Some(())
    }

    /// From the version that is needed to the lengths.
    fn common(&mut self, comment: bool) -> Option<(Common, Lengths)> {
        self.u16()?;
        let (flags, method) = (self.u16()?, self.u16()?);
        self.u32()?;
        let (checksum, packed, size) = (self.u32()?, self.u32()?, self.u32()?);
        let (name, extra) = (self.u16()?, self.u16()?);
        let comment = if comment { self.u16()? } else { 0 };
        let common = Common { flags, method, checksum, packed, size, name: Vec::new(), extra: Vec::new() };
        Some((common, Lengths { name, extra, comment }))
    }
}

/// How long the texts after a header are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    pub(super) name: u16,
    pub(super) extra: u16,
    pub(super) comment: u16,
}

/// The fields of an extra text: a number and bytes each. None where it is no list of such.
pub(super) fn extra_fields(extra: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut reader = Reader(extra);
    let mut fields = Vec::new();
    while !reader.0.is_empty() {
        let number = reader.u16()?;
        let size = reader.u16()?;
        fields.push((number, reader.take(size.into())?));
    }
    Some(fields)
}
