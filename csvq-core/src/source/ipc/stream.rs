//! The stream format: messages one after another. It can be read but once, and so it is read whole.

use std::io::{self, Cursor, Read};

use polars_arrow::array::new_empty_array;
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::IpcSchema;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::format::ipc::{MessageHeaderRef, MessageRef};
use polars_arrow::io::ipc::read::common::{read_dictionary, read_record_batch};
use polars_arrow::io::ipc::read::{Dictionaries, deserialize_schema};

use super::batch::{Batch, Layout, probe};
use super::message::{self, CONTINUATION};
use super::{cannot_decode, damaged, in_column, place, schema};
use crate::control::Control;
use crate::error::Result;
use crate::source::columns::ColumnReader;
use crate::source::guard::{Watched, guarded, io_error};
use crate::table::{self, Array};
use crate::types::Field;

/// A table that was read from an Arrow stream.
pub(crate) struct IpcStream {
    rows: u64,
    fields: Vec<Field>,
    columns: Vec<Vec<Array>>,
    memory: Vec<u64>,
}

impl ColumnReader for IpcStream {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn column_bytes(&self, index: usize) -> u64 {
        self.memory[index]
    }

    fn read(&self, index: usize, _: usize, _: &Control) -> Result<Vec<Array>> {
        Ok(self.columns[index].clone())
    }

    fn check_unchanged(&self) -> Result<()> {
        Ok(())
    }
}

impl IpcStream {
    /// Reads a stream to its end.
    pub(super) fn read(input: impl Read, name: &str, control: &Control) -> Result<Self> {
        let mut messages = Messages { input: Watched::new(input, control), name };
        let read = guarded(name, || {
            let Some(first) = messages.next()? else { return Err(damaged("there is no schema: the stream is empty")) };
            let mut decoder = Decoder::new(&first, name)?;
            while let Some(message) = messages.next()? {
                decoder.add(&message)?;
            }
            Ok(decoder.finish())
        });
        read.map_err(|error| place(error, name))
    }
}

/// A message: its header and its body.
struct Message {
    header: Vec<u8>,
    body: Vec<u8>,
}

struct Messages<'a, R> {
    input: Watched<'a, R>,
    name: &'a str,
}

impl<R: Read> Messages<'_, R> {
    fn next(&mut self) -> Result<Option<Message>> {
        let first = self.take(4)?;
        let Ok(mut len) = <[u8; 4]>::try_from(first.as_slice()) else {
            // A stream may end with its last message; what says so is optional.
            return if first.is_empty() { Ok(None) } else { Err(cut_short()) };
        };
        if len == CONTINUATION {
            len = self.take(4)?.try_into().map_err(|_| cut_short())?;
        }
        let len =
            u64::try_from(i32::from_le_bytes(len)).map_err(|_| damaged("a message declares a negative length"))?;
        if len == 0 {
            let rest = self.take(1)?;
            return if rest.is_empty() {
                Ok(None)
            } else {
                Err(damaged("there are bytes after the end of the stream"))
            };
        }
        let header = self.take_all(len)?;
        let message = MessageRef::read_as_root(&header).map_err(super::batch::malformed)?;
        let body_len = message.body_length().map_err(super::batch::malformed)?;
        let body_len = u64::try_from(body_len).map_err(|_| damaged("a message declares a negative length"))?;
        let body = self.take_all(body_len)?;
        Ok(Some(Message { header, body }))
    }

    fn take_all(&mut self, len: u64) -> Result<Vec<u8>> {
        let bytes = self.take(len)?;
        if bytes.len() as u64 == len { Ok(bytes) } else { Err(cut_short()) }
    }

    /// Reads so many bytes, or what there is. Memory grows with what is read, not with what was declared.
    fn take(&mut self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match (&mut self.input).take(len).read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(cut_short()),
            Err(error) => Err(io_error(&error, self.name, self.input.control())),
        }
    }
}

struct Decoder {
    schema: ArrowSchema,
    ipc: IpcSchema,
    layouts: Vec<Layout>,
    dictionaries: Dictionaries,
    scratch: Vec<u8>,
    table: IpcStream,
}

impl Decoder {
    fn new(first: &Message, name: &str) -> Result<Self> {
        let MessageHeaderRef::Schema(schema) = message::header(&first.header)?.content else {
            return Err(damaged("the stream does not begin with a schema"));
        };
        schema::check(schema, first.header.len())?;
        let decoded = deserialize_schema(&first.header);
        let (schema, ipc, _) = decoded.map_err(|_| damaged("the schema can't be decoded"))?;
        let fields =
            schema.iter_values().map(|arrow| table::field(arrow).map_err(|error| in_column(error, name, &arrow.name)));
        let fields = fields.collect::<Result<Vec<_>>>()?;
        let table = IpcStream {
            rows: 0,
            columns: fields.iter().map(|_| Vec::new()).collect(),
            memory: vec![0; fields.len()],
            fields,
        };
        let layouts = schema.iter_values().map(|arrow| Layout::of(&arrow.dtype)).collect();
        Ok(Self { schema, ipc, layouts, dictionaries: Dictionaries::default(), scratch: Vec::new(), table })
    }

    fn add(&mut self, message: &Message) -> Result<()> {
        let header = message::header(&message.header)?;
        let mut body = Cursor::new(message.body.as_slice());
        if let MessageHeaderRef::DictionaryBatch(batch) = header.content {
            let dictionary = message::dictionary(batch)?;
            let batch = Batch::check(dictionary.values, message.body.len() as u64)?;
            probe(batch.decoded_bytes(&batch.whole(), &mut body)?)?;
            let read = read_dictionary(
                dictionary.header,
                &self.schema,
                &self.ipc,
                &mut self.dictionaries,
                &mut body,
                0,
                &mut self.scratch,
                Default::default(),
            );
            return read.map_err(|error| cannot_decode(&error));
        }
        let version = header.version;
        let header = header.record_batch()?;
        let batch = Batch::check(header, message.body.len() as u64)?;
        let mut total = 0_u64;
        for (memory, span) in self.table.memory.iter_mut().zip(batch.spans(&self.layouts)?) {
            let bytes = batch.decoded_bytes(&span, &mut body)?;
            *memory = memory.saturating_add(bytes);
            total = total.saturating_add(bytes);
        }
        probe(total)?;
        self.table.rows += batch.rows();
        if self.layouts.is_empty() {
            return Ok(());
        }
        let decoded = read_record_batch(
            header,
            &self.schema,
            &self.ipc,
            None,
            None,
            &self.dictionaries,
            version,
            &mut body,
            0,
            &mut self.scratch,
            Default::default(),
        );
        let decoded = decoded.map_err(|error| cannot_decode(&error))?;
        for (column, array) in self.table.columns.iter_mut().zip(decoded.into_arrays()) {
            column.push(array);
        }
        Ok(())
    }

    fn finish(mut self) -> IpcStream {
        for (column, arrow) in self.table.columns.iter_mut().zip(self.schema.iter_values()) {
            if column.is_empty() {
                column.push(new_empty_array(arrow.dtype.clone()));
            }
        }
        self.table
    }
}

fn cut_short() -> crate::error::Error {
    damaged("the stream was cut short")
}
