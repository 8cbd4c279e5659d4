//! What stands around record batches: the length in front of a message's header, and dictionaries.

use polars_arrow::io::ipc::IpcField;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::format::ipc::{
    DictionaryBatchRef, MessageHeaderRef, MessageRef, MetadataVersion, RecordBatchRef,
};

use super::batch::malformed;
use super::damaged;
use super::schema::unsupported;
use crate::error::Result;

/// In front of a message's length, since version 0.15 of the format.
pub(super) const CONTINUATION: [u8; 4] = [0xFF; 4];

/// A message's header.
pub(super) struct Header<'a> {
    pub(super) version: MetadataVersion,
    pub(super) content: MessageHeaderRef<'a>,
}

/// Reads a message's header.
pub(super) fn header(bytes: &[u8]) -> Result<Header<'_>> {
    let message = MessageRef::read_as_root(bytes).map_err(malformed)?;
    let content = message.header().map_err(malformed)?.ok_or_else(|| damaged("a message has no header"))?;
    Ok(Header { version: message.version().map_err(malformed)?, content })
}

impl<'a> Header<'a> {
    /// The record batch that it is.
    pub(super) fn record_batch(self) -> Result<RecordBatchRef<'a>> {
        match self.content {
            MessageHeaderRef::RecordBatch(batch) => Ok(batch),
            _ => Err(damaged("another kind of message stands where a record batch is expected")),
        }
    }

    /// The dictionary that it is.
    pub(super) fn dictionary(self) -> Result<Dictionary<'a>> {
        match self.content {
            MessageHeaderRef::DictionaryBatch(batch) => dictionary(batch),
            _ => Err(damaged("another kind of message stands where a dictionary is expected")),
        }
    }
}

/// A dictionary's header.
pub(super) struct Dictionary<'a> {
    pub(super) id: i64,
    pub(super) header: DictionaryBatchRef<'a>,
    pub(super) values: RecordBatchRef<'a>,
}

/// Reads a dictionary's header.
pub(super) fn dictionary(header: DictionaryBatchRef<'_>) -> Result<Dictionary<'_>> {
    if header.is_delta().map_err(malformed)? {
        let message =
            "dictionaries that grow from batch to batch can't be read; write the input with whole dictionaries";
        return Err(unsupported(message));
    }
    let values = header.data().map_err(malformed)?.ok_or_else(|| damaged("a dictionary has no values"))?;
    Ok(Dictionary { id: header.id().map_err(malformed)?, header, values })
}

/// The dictionaries that a field needs, those of its children with them.
pub(super) fn dictionary_ids(field: &IpcField) -> Vec<i64> {
    let mut ids: Vec<i64> = field.dictionary_id.into_iter().collect();
    ids.extend(field.fields.iter().flat_map(dictionary_ids));
    ids
}
