//! Parquet: the columns that are asked for, a row group on each thread, by polars' decoder.

use std::io::Cursor;

use csvq_text::threads;
use polars_arrow::datatypes::{ArrowDataType, Field as ArrowField, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::parquet::schema::types::{PrimitiveConvertedType, PrimitiveLogicalType};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, PageReader, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};

use polars_parquet::write::CompressedPage;

use super::backing::Backing;
use super::columns::ColumnReader;
use super::guard::{guarded, in_input};
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::table::{self, Array};
use crate::types::{DataType, Field};

/// What Parquet files begin with.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// A Parquet file.
pub(crate) struct ParquetTable {
    backing: Backing,
    metadata: FileMetadata,
    arrow: Vec<ArrowField>,
    fields: Vec<Field>,
    rows: u64,
}

/// A row group's part of one column: where each of its chunks is in the file.
type Chunks<'a> = Vec<&'a ColumnChunkMetadata>;

/// Opens a file by its footer.
pub(crate) fn open(backing: Backing) -> Result<ParquetTable> {
    let name = backing.name().to_owned();
    guarded(&name, || {
        let malformed = |what: &str| {
            let message = format!("this is no Parquet file that can be read: {what}");
            Error::new(ErrorKind::Malformed, message).with_context(in_input(&name))
        };
        // The decoder's own words are of no use to anyone who does not know it.
        let metadata = read_metadata(&mut backing.reader()).map_err(|error| {
            tracing::debug!(%error, "no footer");
            malformed("its footer is missing or damaged; it may be cut short")
        })?;
        let schema = infer_schema(&metadata).map_err(|error| {
            tracing::debug!(%error, "no schema");
            malformed("its footer's schema is damaged")
        })?;
        let arrow: Vec<_> = schema.iter_values().map(|field| stored(field, &metadata)).collect();
        let fields = arrow.iter().map(|field| {
            table::field(field).map_err(|error| {
                error.with_context(Context { column: Some(field.name.to_string()), ..in_input(&name) })
            })
        });
        let fields = fields.collect::<Result<Vec<_>>>()?;
        for chunk in metadata.row_groups.iter().flat_map(|group| group.parquet_columns()) {
            let range = chunk.byte_range();
            if range.start > range.end || range.end > backing.len() {
                return Err(malformed("its footer speaks of bytes beyond its end"));
            }
        }
        let rows = metadata.row_groups.iter().map(|group| group.num_rows() as u64).fold(0, u64::saturating_add);
        Ok(ParquetTable { backing, metadata, arrow, fields, rows })
    })
}

/// A column as it is stored, where what a writer says of it in Arrow's terms is something else.
fn stored(field: &ArrowField, metadata: &FileMetadata) -> ArrowField {
    /// Parquet has no times in seconds: they are stored in thousandths.
    fn times(data_type: &ArrowDataType) -> ArrowDataType {
        let inner = |field: &ArrowField| Box::new(ArrowField { dtype: times(&field.dtype), ..field.clone() });
        match data_type {
            ArrowDataType::Time32(_) => ArrowDataType::Time32(TimeUnit::Millisecond),
            ArrowDataType::List(item) => ArrowDataType::List(inner(item)),
            ArrowDataType::LargeList(item) => ArrowDataType::LargeList(inner(item)),
            ArrowDataType::FixedSizeList(item, size) => ArrowDataType::FixedSizeList(inner(item), *size),
            ArrowDataType::Map(item, sorted) => ArrowDataType::Map(inner(item), *sorted),
            ArrowDataType::Struct(fields) => ArrowDataType::Struct(fields.iter().map(|field| *inner(field)).collect()),
            other => other.clone(),
        }
    }
    let is_json = metadata.schema_descr.columns().iter().any(|leaf| {
        let primitive = &leaf.descriptor.primitive_type;
        let is_marked = primitive.logical_type == Some(PrimitiveLogicalType::Json)
            || primitive.converted_type == Some(PrimitiveConvertedType::Json);
        is_marked && matches!(&leaf.path_in_schema[..], [name] if *name == field.name)
    });
    // JSON is text, which the decoder checks to be UTF-8.
    let dtype = match times(&field.dtype) {
        ArrowDataType::BinaryView if is_json => ArrowDataType::Utf8View,
        other => other,
    };
    ArrowField { dtype, ..field.clone() }
}

impl ParquetTable {
    /// For each row group the chunks of a column.
    fn chunks(&self, index: usize) -> Vec<(usize, Chunks<'_>)> {
        self.metadata.row_groups.iter().map(|group| (group.num_rows(), self.chunks_of(index, group))).collect()
    }

    /// The chunks of a column in a row group.
    fn chunks_of<'a>(&self, index: usize, group: &'a RowGroupMetadata) -> Chunks<'a> {
        group.columns_under_root_iter(&self.arrow[index].name).into_iter().flatten().collect()
    }

    fn decode(&self, index: usize, rows: usize, chunks: &Chunks<'_>) -> Result<Vec<Array>> {
        let field = &self.arrow[index];
        let context = || Context { column: Some(field.name.to_string()), ..in_input(self.backing.name()) };
        let mut pages = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let bytes = Buffer::from_vec(self.backing.read(chunk.byte_range())?);
            check_pages(&bytes, chunk, rows).map_err(|error| error.with_context(context()))?;
            let reader = PageReader::new(Cursor::new(bytes), chunk, Vec::new(), usize::MAX);
            pages.push(BasicDecompressor::new(reader, Vec::new()));
        }
        let types = chunks.iter().map(|chunk| &chunk.descriptor().descriptor.primitive_type).collect();
        let decoded = column_iter_to_arrays(pages, types, field.clone(), None);
        let (arrays, _) = decoded.map_err(|_| undecodable().with_context(context()))?;
        if arrays.iter().map(|array| array.len()).sum::<usize>() != rows {
            let message = "the column does not have as many values as its row group has rows; the file is damaged";
            return Err(Error::new(ErrorKind::Malformed, message).with_context(context()));
        }
        Ok(arrays)
    }
}

/// The decoder's own words are left out: they may quote what is in a cell.
fn undecodable() -> Error {
    let message = "the column can't be decoded: the file is damaged, or the column has an encoding that csvq does not know; \
                   write it again, with plain or dictionary encoding";
    Error::new(ErrorKind::Malformed, message)
}

/// Bytes that a decoded value takes at most, but for what its text takes.
const VALUE_BYTES: usize = 16;

/// Refuses pages whose headers declare more values than there can be: the decoder makes room for them all at once, and
/// where there is no room the process ends.
fn check_pages(bytes: &Buffer<u8>, chunk: &ColumnChunkMetadata, rows: usize) -> Result<()> {
    let damaged =
        || Error::new(ErrorKind::Malformed, "its pages declare more values than they have; the file is damaged");
    let values = usize::try_from(chunk.num_values()).map_err(|_| damaged())?;
    let is_flat = chunk.descriptor().descriptor.max_rep_level == 0;
    if is_flat && values != rows {
        return Err(damaged());
    }
    let mut seen = 0_usize;
    for page in PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), bytes.len()) {
        let page = page.map_err(|_| undecodable())?;
        if let CompressedPage::Data(page) = page {
            seen = seen.saturating_add(page.num_values());
        }
    }
    if seen != values {
        return Err(damaged());
    }
    let pages = PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), usize::MAX);
    let dictionary = BasicDecompressor::new(pages, Vec::new()).read_dict_page().map_err(|_| undecodable())?;
    // A value takes a byte at least.
    if dictionary.is_some_and(|page| page.num_values > page.buffer.len()) {
        return Err(damaged());
    }
    let room = values.max(rows).saturating_mul(VALUE_BYTES);
    Vec::<u8>::new().try_reserve_exact(room).map_err(|_| {
        let message = format!("a row group has {rows} rows, for which there is no memory; write smaller row groups");
        Error::new(ErrorKind::LimitExceeded, message)
    })
}

impl ColumnReader for ParquetTable {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn column_bytes(&self, index: usize) -> u64 {
        let chunks = self.chunks(index);
        let sizes = chunks.iter().flat_map(|(_, chunks)| chunks).map(|chunk| chunk.uncompressed_size());
        let stored = sizes.filter_map(|size| u64::try_from(size).ok()).fold(0, u64::saturating_add);
        // Dictionaries are written out as views or numbers, and short texts stand in their views.
        let each = match &self.fields[index].data_type {
            DataType::Text | DataType::Categorical | DataType::Binary | DataType::Decimal { .. } => 16,
            _ => 8,
        };
        stored.max(self.rows.saturating_mul(each))
    }

    fn read(&self, index: usize, threads: usize, control: &Control) -> Result<Vec<Array>> {
        let groups = self.chunks(index);
        let decoded = threads::for_each(
            threads.min(groups.len()).max(1),
            &groups,
            |(rows, chunks)| {
                csvq_text::check(control)?;
                guarded(self.backing.name(), || self.decode(index, *rows, chunks))
            },
            |_| false,
        )?;
        Ok(decoded.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn pieces(&self) -> Vec<u64> {
        self.metadata.row_groups.iter().map(|group| group.num_rows() as u64).collect()
    }

    fn read_piece(&self, index: usize, piece: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        csvq_text::check(control)?;
        let group = &self.metadata.row_groups[piece];
        guarded(self.backing.name(), || self.decode(index, group.num_rows(), &self.chunks_of(index, group)))
    }

    fn check_unchanged(&self) -> Result<()> {
        self.backing.check_unchanged()
    }
}
