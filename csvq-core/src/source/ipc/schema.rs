//! Arrow schemas as they stand in an input: refused before they are decoded where decoding them would cost too much, or
//! where the decoder does not know a type.
//!
//! Offsets in a schema can point to one place many times, so that a small one describes exponentially many fields. What
//! types csvq can compare is not known here.

use std::collections::HashSet;

use polars_arrow::io::ipc::format::ipc::planus;
use polars_arrow::io::ipc::format::ipc::{Endianness, FieldRef, KeyValueRef, SchemaRef, TypeRef};

use super::damaged;
use crate::error::{Context, Error, ErrorKind, Result};

/// How deep types may be nested.
const MOST_LEVELS: usize = 100;

/// Text that may be shared, besides what the schema has room for.
const SHARED_TEXT: usize = 16 << 20;

/// Checks a schema, which stands in `room` bytes.
pub(super) fn check(schema: SchemaRef<'_>, room: usize) -> Result<()> {
    // Each field takes four bytes at least, and each text as many as it has, unless they are shared.
    let mut budget = Budget { fields: room / 4, text: room.saturating_add(SHARED_TEXT) };
    if !matches!(schema.endianness().map_err(malformed)?, Endianness::Little) {
        return Err(unsupported("big-endian Arrow data can't be read; write it on a little-endian machine"));
    }
    budget.take_metadata(schema.custom_metadata().map_err(malformed)?)?;
    let mut names = HashSet::new();
    for field in schema.fields().map_err(malformed)?.into_iter().flatten() {
        let field = field.map_err(malformed)?;
        let name = field.name().map_err(malformed)?.unwrap_or_default();
        if !names.insert(name) {
            let context = Context { column: Some(name.to_owned()), ..Context::default() };
            let message = "two columns have the same name; rename one of them";
            return Err(Error::new(ErrorKind::Malformed, message).with_context(context));
        }
        let checked = budget.take_field(field, 1);
        checked.map_err(|error| {
            let column = if error.kind() == ErrorKind::Unsupported { Some(name.to_owned()) } else { None };
            error.with_context(Context { column, ..Context::default() })
        })?;
    }
    Ok(())
}

struct Budget {
    fields: usize,
    text: usize,
}

type Metadata<'a> = planus::Vector<'a, planus::Result<KeyValueRef<'a>>>;

impl Budget {
    fn take_field(&mut self, field: FieldRef<'_>, level: usize) -> Result<()> {
        self.fields =
            self.fields.checked_sub(1).ok_or_else(|| damaged("the schema has more fields than it has room for"))?;
        if level > MOST_LEVELS {
            return Err(unsupported("types nested more than 100 levels deep can't be compared; flatten them"));
        }
        self.take_text(field.name().map_err(malformed)?)?;
        self.take_metadata(field.custom_metadata().map_err(malformed)?)?;
        self.take_type(field.type_().map_err(malformed)?)?;
        for child in field.children().map_err(malformed)?.into_iter().flatten() {
            self.take_field(child.map_err(malformed)?, level + 1)?;
        }
        Ok(())
    }

    fn take_type(&mut self, held: Option<TypeRef<'_>>) -> Result<()> {
        let name = match held {
            Some(TypeRef::Timestamp(timestamp)) => return self.take_text(timestamp.timezone().map_err(malformed)?),
            Some(TypeRef::FixedSizeList(list)) if list.list_size().map_err(malformed)? == 0 => "list of no items",
            Some(TypeRef::FixedSizeBinary(binary)) if binary.byte_width().map_err(malformed)? == 0 => {
                "binary of no bytes"
            }
            Some(TypeRef::Union(_)) => "union",
            Some(TypeRef::RunEndEncoded(_)) => "run-end encoded",
            Some(TypeRef::ListView(_) | TypeRef::LargeListView(_)) => "list view",
            _ => return Ok(()),
        };
        Err(unsupported(format!(
            "columns of type {name} can't be compared; cast it before, or take the column out of the table"
        )))
    }

    fn take_metadata(&mut self, metadata: Option<Metadata<'_>>) -> Result<()> {
        for entry in metadata.into_iter().flatten() {
            let entry = entry.map_err(malformed)?;
            self.take_text(entry.key().map_err(malformed)?)?;
            self.take_text(entry.value().map_err(malformed)?)?;
        }
        Ok(())
    }

    fn take_text(&mut self, text: Option<&str>) -> Result<()> {
        let rest = self.text.checked_sub(text.map_or(0, str::len));
        self.text = rest.ok_or_else(|| damaged("the schema has more text than it has room for"))?;
        Ok(())
    }
}

/// The error for a schema that is no schema.
pub(super) fn malformed(_: planus::Error) -> Error {
    damaged("the schema can't be decoded")
}

pub(super) fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
