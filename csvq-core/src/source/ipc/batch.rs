//! The header of a record batch: checked against the body that it describes, before anything is reserved for it, and cut
//! down to one column.
//!
//! Values are not decoded here.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use polars_arrow::datatypes::{ArrowDataType, PhysicalType};
use polars_arrow::io::ipc::format::ipc::planus::{self, Builder};
use polars_arrow::io::ipc::format::ipc::{
    BodyCompression, Buffer, CompressionType, FieldNode, RecordBatch, RecordBatchRef,
};

use super::damaged;
use super::schema::unsupported;
use crate::error::{Error, ErrorKind, Result};

/// Values of an array at most: what a type without buffers declares costs nothing to write.
const MOST_VALUES: i64 = u32::MAX as i64;

/// What a byte of a Zstandard frame or an LZ4 frame can stand for at most: a block of 128 KiB takes four bytes; a length
/// grows by 255 with each.
const MOST_BY_ZSTD: u64 = 32 << 10;
const MOST_BY_LZ4: u64 = 256;

/// How many nodes, buffers and arrays of views a type has in a batch, those of its children with them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    nodes: usize,
    buffers: usize,
    views: usize,
}

impl Layout {
    /// The layout of a type.
    pub(super) fn of(held: &ArrowDataType) -> Self {
        let (buffers, views) = match held.to_physical_type() {
            PhysicalType::Null => (0, 0),
            PhysicalType::Struct | PhysicalType::FixedSizeList => (1, 0),
            PhysicalType::Binary | PhysicalType::LargeBinary | PhysicalType::Utf8 | PhysicalType::LargeUtf8 => (3, 0),
            PhysicalType::BinaryView | PhysicalType::Utf8View => (2, 1),
            _ => (2, 0),
        };
        let mut layout = Self { nodes: 1, buffers, views };
        let mut add = |child: Self| {
            layout.nodes += child.nodes;
            layout.buffers += child.buffers;
            layout.views += child.views;
        };
        match held.to_storage() {
            ArrowDataType::List(item)
            | ArrowDataType::LargeList(item)
            | ArrowDataType::FixedSizeList(item, _)
            | ArrowDataType::Map(item, _) => add(Self::of(&item.dtype)),
            ArrowDataType::Struct(fields) => fields.iter().for_each(|field| add(Self::of(&field.dtype))),
            _ => {}
        }
        layout
    }
}

/// What of a batch belongs to one column.
#[derive(Debug)]
pub(super) struct Span {
    nodes: Range<usize>,
    buffers: Range<usize>,
    views: Range<usize>,
}

/// The header of a batch, of which every buffer lies in the body.
#[derive(Debug)]
pub(super) struct Batch {
    header: RecordBatch,
    codec: Option<CompressionType>,
}

impl Batch {
    /// Checks a header against a body of `body` bytes.
    pub(super) fn check(header: RecordBatchRef<'_>, body: u64) -> Result<Self> {
        let header = RecordBatch {
            length: header.length().map_err(malformed)?,
            nodes: header.nodes().map_err(malformed)?.map(|nodes| nodes.iter().map(FieldNode::from).collect()),
            buffers: header.buffers().map_err(malformed)?.map(|buffers| buffers.iter().map(Buffer::from).collect()),
            compression: match header.compression().map_err(malformed)? {
                Some(compression) => Some(Box::new(BodyCompression::try_from(compression).map_err(malformed)?)),
                None => None,
            },
            variadic_buffer_counts: header
                .variadic_buffer_counts()
                .map_err(malformed)?
                .map(|counts| counts.iter().collect()),
        };
        let codec = header.compression.as_ref().map(|compression| compression.codec);
        let batch = Self { header, codec };
        if batch.nodes().iter().any(|node| node.length < 0 || node.null_count < 0) || batch.header.length < 0 {
            return Err(damaged("a record batch declares a negative length"));
        }
        if batch.nodes().iter().map(|node| node.length).chain([batch.header.length]).any(|length| length > MOST_VALUES)
        {
            return Err(unsupported(
                "a record batch of more than 4294967295 values can't be read; write smaller batches",
            ));
        }
        let lies_within = |buffer: &Buffer| {
            let (offset, length) = (u64::try_from(buffer.offset).ok()?, u64::try_from(buffer.length).ok()?);
            offset.checked_add(length).filter(|end| *end <= body)
        };
        if batch.buffers().iter().any(|buffer| lies_within(buffer).is_none()) {
            return Err(damaged("a record batch declares more bytes than it has"));
        }
        Ok(batch)
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> u64 {
        self.header.length as u64
    }

    /// What of it belongs to which column, given the columns' layouts.
    pub(super) fn spans(&self, columns: &[Layout]) -> Result<Vec<Span>> {
        let mut next = (0, 0, 0);
        let mut spans = Vec::with_capacity(columns.len());
        for column in columns {
            let (nodes, views) = (next.0..next.0 + column.nodes, next.2..next.2 + column.views);
            let mut end = next.1 + column.buffers;
            for count in self.header.variadic_buffer_counts.iter().flatten().skip(next.2).take(column.views) {
                end = usize::try_from(*count).ok().and_then(|count| end.checked_add(count)).ok_or_else(too_few)?;
            }
            let (buffers, counts) = (next.1..end, self.header.variadic_buffer_counts.as_deref().unwrap_or_default());
            if nodes.end > self.nodes().len() || end > self.buffers().len() || views.end > counts.len() {
                return Err(too_few());
            }
            next = (nodes.end, end, views.end);
            spans.push(Span { nodes, buffers, views });
        }
        Ok(spans)
    }

    /// The span of everything in it.
    pub(super) fn whole(&self) -> Span {
        Span { nodes: 0..self.nodes().len(), buffers: 0..self.buffers().len(), views: 0..0 }
    }

    /// What a part of it takes once it is decoded, in bytes. A buffer that declares more than its compressed bytes can
    /// stand for is refused.
    pub(super) fn decoded_bytes(&self, span: &Span, body: &mut (impl Read + Seek)) -> Result<u64> {
        let mut bytes = 0_u64;
        for node in &self.nodes()[span.nodes.clone()] {
            bytes += node.length as u64 / 8;
        }
        for buffer in &self.buffers()[span.buffers.clone()] {
            let (offset, length) = (buffer.offset as u64, buffer.length as u64);
            let decoded = match self.codec {
                Some(codec) if length > 0 => decoded_length(codec, offset, length, body)?,
                _ => length,
            };
            bytes = bytes.saturating_add(decoded);
        }
        Ok(bytes)
    }

    /// A batch with one column alone, as a message would have it.
    pub(super) fn only(&self, span: &Span) -> Vec<u8> {
        let counts = self.header.variadic_buffer_counts.as_ref();
        let header = RecordBatch {
            length: self.header.length,
            nodes: Some(self.nodes()[span.nodes.clone()].to_vec()),
            buffers: Some(self.buffers()[span.buffers.clone()].to_vec()),
            compression: self.header.compression.clone(),
            variadic_buffer_counts: counts.map(|counts| counts[span.views.clone()].to_vec()),
        };
        Builder::new().finish(header, None).to_vec()
    }

    fn nodes(&self) -> &[FieldNode] {
        self.header.nodes.as_deref().unwrap_or_default()
    }

    fn buffers(&self) -> &[Buffer] {
        self.header.buffers.as_deref().unwrap_or_default()
    }
}

/// Fails where memory for a number of bytes is not to be had. Without this, the decoder's own request would end the
/// process.
pub(super) fn probe(bytes: u64) -> Result<()> {
    let reserved = usize::try_from(bytes).ok().map(|bytes| Vec::<u8>::new().try_reserve_exact(bytes));
    match reserved {
        Some(Ok(())) => Ok(()),
        _ => {
            let message = format!("a record batch takes {bytes} bytes, which are not to be had; write smaller batches");
            Err(Error::new(ErrorKind::LimitExceeded, message))
        }
    }
}

/// What a compressed buffer says that it holds: its first eight bytes.
fn decoded_length(codec: CompressionType, offset: u64, length: u64, body: &mut (impl Read + Seek)) -> Result<u64> {
    let Some(compressed) = length.checked_sub(8) else { return Err(too_short()) };
    let mut declared = [0; 8];
    let read = body.seek(SeekFrom::Start(offset)).and_then(|_| body.read_exact(&mut declared));
    read.map_err(|_| damaged("a compressed buffer can't be read"))?;
    let most = match codec {
        CompressionType::Zstd => MOST_BY_ZSTD,
        CompressionType::Lz4Frame => MOST_BY_LZ4,
    };
    match i64::from_le_bytes(declared) {
        // The writer left this buffer as it was.
        -1 => Ok(compressed),
        declared => match u64::try_from(declared) {
            Ok(declared) if declared <= compressed.saturating_mul(most) => Ok(declared),
            _ => Err(damaged("a compressed buffer declares more bytes than it can hold")),
        },
    }
}

/// The error for a batch that is no batch.
pub(super) fn malformed(_: planus::Error) -> Error {
    damaged("the header of a record batch can't be decoded")
}

fn too_few() -> Error {
    damaged("a record batch has fewer buffers than its schema asks for")
}

fn too_short() -> Error {
    damaged("a compressed buffer has no length")
}
