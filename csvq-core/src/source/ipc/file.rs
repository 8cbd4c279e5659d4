//! The file format: a footer that says where each batch is. A column is read when it is asked for, and it alone.

use std::collections::HashMap;

use polars_arrow::array::new_empty_array;
use polars_arrow::datatypes::{ArrowSchema, Field as ArrowField};
use polars_arrow::io::ipc::IpcSchema;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::format::ipc::{Block, FooterRef, RecordBatchRef};
use polars_arrow::io::ipc::read::common::{read_dictionary, read_record_batch};
use polars_arrow::io::ipc::read::{Dictionaries, deserialize_footer};

use super::batch::{Batch, Layout, probe};
use super::message::{CONTINUATION, dictionary_ids, header};
use super::{MAGIC, cannot_decode, damaged, place, schema};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::source::backing::Backing;
use crate::source::columns::ColumnReader;
use crate::source::guard::guarded;
use crate::source::positioned::Bytes;
use crate::table::{self, Array};
use crate::types::Field;

/// An Arrow file, of which no value was read yet.
pub(crate) struct IpcTable {
    backing: Backing,
    rows: u64,
    fields: Vec<Field>,
    columns: Vec<Column>,
    batches: Vec<Place>,
    /// Where each dictionary is, in the order in which they are to be read.
    dictionaries: Vec<(i64, Place)>,
}

struct Column {
    arrow: ArrowField,
    ipc: IpcSchema,
    layout: Layout,
    memory: u64,
}

/// Where a message is: its header, then its body.
#[derive(Clone, Copy)]
struct Place {
    header: (u64, u64),
    body: (u64, u64),
}

impl IpcTable {
    /// Opens an Arrow file: reads its footer and the headers of its batches.
    pub(super) fn open(backing: Backing) -> Result<Self> {
        let name = backing.name().to_owned();
        let opened = guarded(&name, || {
            let mut table = Self::from_footer(backing)?;
            table.measure_dictionaries()?;
            table.measure_batches()?;
            Ok(table)
        });
        opened.map_err(|error| place(error, &name))
    }

    fn from_footer(backing: Backing) -> Result<Self> {
        let (bytes, len) = (backing.bytes(), backing.len());
        let footer = read_footer(bytes, len)?;
        let footer_ref = FooterRef::read_as_root(&footer).map_err(schema::malformed)?;
        let schema_ref = footer_ref.schema().map_err(schema::malformed)?;
        schema::check(schema_ref.ok_or_else(|| damaged("the footer has no schema"))?, footer.len())?;
        let metadata = deserialize_footer(&footer, len).map_err(|_| damaged("the footer can't be decoded"))?;
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (arrow, ipc) in metadata.schema.iter_values().zip(&metadata.ipc_schema.fields) {
            fields.push(table::field(arrow).map_err(|error| super::in_column(error, backing.name(), &arrow.name))?);
            let ipc = IpcSchema { fields: vec![ipc.clone()], is_little_endian: true };
            columns.push(Column { layout: Layout::of(&arrow.dtype), arrow: arrow.clone(), ipc, memory: 0 });
        }
        let places = |blocks: &[Block]| blocks.iter().map(|block| Place::of(block, len)).collect::<Result<Vec<_>>>();
        let dictionaries = places(metadata.dictionaries.as_deref().unwrap_or_default())?;
        Ok(Self {
            rows: 0,
            fields,
            columns,
            batches: places(&metadata.blocks)?,
            dictionaries: dictionaries.into_iter().map(|place| (0, place)).collect(),
            backing,
        })
    }

    /// Reads the headers of dictionaries: whose they are, and what they take.
    fn measure_dictionaries(&mut self) -> Result<()> {
        let mut memory = HashMap::new();
        for (id, place) in &mut self.dictionaries {
            let bytes = place.read_header(self.backing.bytes())?;
            let dictionary = header(&bytes)?.dictionary()?;
            let batch = Batch::check(dictionary.values, place.body.1)?;
            *id = dictionary.id;
            if memory.insert(*id, batch.decoded_bytes(&batch.whole(), &mut place.body(self.backing.bytes()))?).is_some()
            {
                return Err(damaged("two dictionaries have the same id"));
            }
        }
        for column in &mut self.columns {
            for id in column.ipc.fields.iter().flat_map(dictionary_ids) {
                let bytes = memory.get(&id).copied().unwrap_or_default();
                column.memory = column.memory.saturating_add(bytes);
            }
        }
        Ok(())
    }

    /// Reads the headers of batches: how many rows they have, and what columns take.
    fn measure_batches(&mut self) -> Result<()> {
        let layouts: Vec<Layout> = self.columns.iter().map(|column| column.layout).collect();
        for place in &self.batches {
            let bytes = place.read_header(self.backing.bytes())?;
            let batch = Batch::check(header(&bytes)?.record_batch()?, place.body.1)?;
            let mut body = place.body(self.backing.bytes());
            for (column, span) in self.columns.iter_mut().zip(batch.spans(&layouts)?) {
                column.memory = column.memory.saturating_add(batch.decoded_bytes(&span, &mut body)?);
            }
            self.rows = self.rows.saturating_add(batch.rows());
        }
        Ok(())
    }

    fn read_column(&self, index: usize, control: &Control) -> Result<Vec<Array>> {
        let column = &self.columns[index];
        let schema: ArrowSchema = std::iter::once(column.arrow.clone()).collect();
        let dictionaries = self.read_dictionaries(column, &schema, control)?;
        let layouts: Vec<Layout> = self.columns.iter().map(|column| column.layout).collect();
        let (mut arrays, mut scratch, mut rows) = (Vec::new(), Vec::new(), 0);
        for place in &self.batches {
            csvq_text::check(control)?;
            let bytes = place.read_header(self.backing.bytes())?;
            let header = header(&bytes)?;
            let version = header.version;
            let batch = Batch::check(header.record_batch()?, place.body.1)?;
            let mut body = place.body(self.backing.bytes());
            let spans = batch.spans(&layouts)?;
            probe(batch.decoded_bytes(&spans[index], &mut body)?)?;
            let only = batch.only(&spans[index]);
            let only = RecordBatchRef::read_as_root(&only).map_err(super::batch::malformed)?;
            let decoded = read_record_batch(
                only,
                &schema,
                &column.ipc,
                None,
                None,
                &dictionaries,
                version,
                &mut body,
                0,
                &mut scratch,
                Default::default(),
            );
            let decoded = decoded.map_err(|error| cannot_decode(&error))?;
            rows += decoded.len() as u64;
            arrays.extend(decoded.into_arrays());
        }
        if rows != self.rows {
            return Err(damaged("there are fewer or more rows than there were when it was opened"));
        }
        if arrays.is_empty() {
            arrays.push(new_empty_array(column.arrow.dtype.clone()));
        }
        Ok(arrays)
    }

    fn read_dictionaries(&self, column: &Column, schema: &ArrowSchema, control: &Control) -> Result<Dictionaries> {
        let wanted: Vec<i64> = column.ipc.fields.iter().flat_map(dictionary_ids).collect();
        let (mut dictionaries, mut scratch) = (Dictionaries::default(), Vec::new());
        for (_, place) in self.dictionaries.iter().filter(|(id, _)| wanted.contains(id)) {
            csvq_text::check(control)?;
            let bytes = place.read_header(self.backing.bytes())?;
            let dictionary = header(&bytes)?.dictionary()?;
            let batch = Batch::check(dictionary.values, place.body.1)?;
            let mut body = place.body(self.backing.bytes());
            probe(batch.decoded_bytes(&batch.whole(), &mut body)?)?;
            let read = read_dictionary(
                dictionary.header,
                schema,
                &column.ipc,
                &mut dictionaries,
                &mut body,
                0,
                &mut scratch,
                Default::default(),
            );
            read.map_err(|error| cannot_decode(&error))?;
        }
        Ok(dictionaries)
    }
}

impl ColumnReader for IpcTable {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn column_bytes(&self, index: usize) -> u64 {
        self.columns[index].memory
    }

    fn read(&self, index: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        let read = guarded(self.backing.name(), || self.read_column(index, control));
        read.map_err(|error| {
            // What is wrong with a file that was written to meanwhile is that.
            match (error.kind(), self.check_unchanged()) {
                (ErrorKind::Malformed, Err(changed)) => changed,
                _ => super::in_column(error, self.backing.name(), &self.columns[index].arrow.name),
            }
        })
    }

    fn check_unchanged(&self) -> Result<()> {
        self.backing.check_unchanged()
    }
}

impl Place {
    /// Where a block of the footer is, in a file of `len` bytes.
    fn of(block: &Block, len: u64) -> Result<Self> {
        let place = || {
            let start = u64::try_from(block.offset).ok()?;
            let header = u64::try_from(block.meta_data_length).ok()?;
            let body = u64::try_from(block.body_length).ok()?;
            let middle = start.checked_add(header)?;
            let place = Self { header: (start, header), body: (middle, body) };
            middle.checked_add(body).filter(|end| *end <= len).map(|_| place)
        };
        place().ok_or_else(|| damaged("the footer points beyond the end of the file: it was cut short, or is damaged"))
    }

    fn read_header(&self, bytes: &Bytes) -> Result<Vec<u8>> {
        let cannot = |_| damaged("a message can't be read: the file was cut short");
        let message = bytes.read_at(self.header.0, self.header.1).map_err(cannot)?;
        let prefixed = message.strip_prefix(&CONTINUATION).unwrap_or(&message);
        let header = prefixed.split_first_chunk().and_then(|(len, rest)| {
            let len = usize::try_from(i32::from_le_bytes(*len)).ok()?;
            rest.get(..len)
        });
        header.map(<[u8]>::to_vec).ok_or_else(|| damaged("a message's header is longer than the footer says"))
    }

    fn body(&self, bytes: &Bytes) -> crate::source::positioned::Window {
        bytes.window(self.body.0, self.body.1)
    }
}

fn read_footer(bytes: &Bytes, len: u64) -> Result<Vec<u8>> {
    let no_end = || damaged("there is no footer at the end of the file: it was cut short, or is damaged");
    let tail_len = 4 + MAGIC.len() as u64;
    let start = len.checked_sub(tail_len).ok_or_else(no_end)?;
    let tail = bytes.read_at(start, tail_len).map_err(|_| no_end())?;
    let (footer_len, magic) = tail.split_first_chunk::<4>().ok_or_else(no_end)?;
    if magic != MAGIC {
        return Err(no_end());
    }
    let footer_len = u64::try_from(i32::from_le_bytes(*footer_len)).map_err(|_| no_end())?;
    let start = start.checked_sub(footer_len).ok_or_else(no_end)?;
    bytes.read_at(start, footer_len).map_err(|_| no_end())
}
