//! Columns' names and types, read from a schema that another program made: whatever can be seen to be wrong with it is
//! found here.

use std::collections::HashSet;
use std::ffi::{CStr, c_char};

use polars_arrow::array::LIST_VALUES_NAME;
use polars_arrow::datatypes::{ArrowDataType, Field, IntegerType, TimeUnit};

use super::format::{self, Format};
use super::interface::ArrowSchema;
use super::metadata;
use super::node::{Parts, count, readable};
use crate::table::fault::{Checked, Fault};

/// How deep types may be nested: each level takes some of the stack, here and in whatever walks a table later.
const MOST_LEVELS: usize = 64;

/// How many columns a schema may have, those in columns included. A count beyond it is a mistake, not a table.
const MOST_COLUMNS: usize = 1 << 24;

/// A column of a stream.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// How a column's values lie in memory, and what becomes of them.
#[derive(Debug)]
pub(super) enum Shape {
    Null,
    Boolean,
    /// Numbers, dates and times that are kept as they are.
    Plain(ArrowDataType),
    /// Timestamps and durations in seconds; they become milliseconds, the coarsest that polars has.
    Seconds(ArrowDataType),
    /// Times of day, in 64 bits or in 32, of so many nanoseconds each; they become nanoseconds.
    Time {
        long: bool,
        nanoseconds: i64,
    },
    /// Decimals of 32, 64 or 128 bits; they become such of 128.
    Decimal {
        bits: u8,
        precision: usize,
        scale: usize,
    },
    Text(Layout),
    Binary(Layout),
    FixedBinary {
        width: usize,
    },
    /// Lists, with offsets of 64 bits or of 32; they become such of 64.
    List {
        long: bool,
        item: Box<Column>,
    },
    FixedList {
        width: usize,
        item: Box<Column>,
    },
    Struct(Vec<Column>),
    /// Codes of a dictionary. One of text stays, any other is replaced by what its codes stand for.
    Dictionary {
        codes: IntegerType,
        values: Box<Column>,
    },
}

/// How values of different lengths lie in memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    Offsets32,
    Offsets64,
    Views,
}

impl Column {
    /// The type of the arrays that become of it.
    pub(super) fn data_type(&self) -> ArrowDataType {
        match &self.shape {
            Shape::Null => ArrowDataType::Null,
            Shape::Boolean => ArrowDataType::Boolean,
            Shape::Plain(plain) | Shape::Seconds(plain) => plain.clone(),
            Shape::Time { .. } => ArrowDataType::Time64(TimeUnit::Nanosecond),
            Shape::Decimal { precision, scale, .. } => ArrowDataType::Decimal(*precision, *scale),
            Shape::Text(_) => ArrowDataType::Utf8View,
            Shape::Binary(_) | Shape::FixedBinary { .. } => ArrowDataType::BinaryView,
            Shape::List { item, .. } => ArrowDataType::LargeList(Box::new(item.item_field())),
            Shape::FixedList { width, item } => ArrowDataType::FixedSizeList(Box::new(item.item_field()), *width),
            Shape::Struct(columns) => ArrowDataType::Struct(columns.iter().map(Self::field).collect()),
            Shape::Dictionary { codes, values } if matches!(values.shape, Shape::Text(_)) => {
                ArrowDataType::Dictionary(*codes, Box::new(values.data_type()), false)
            }
            Shape::Dictionary { values, .. } => values.data_type(),
        }
    }

    /// What an array of it must have.
    pub(super) fn parts(&self) -> Parts {
        let buffers = match &self.shape {
            // Producers of old wrote a validity for nulls too.
            Shape::Null => (0, 1),
            Shape::Struct(_) | Shape::FixedList { .. } => (1, 1),
            Shape::Text(Layout::Views) | Shape::Binary(Layout::Views) => (3, i32::MAX as usize),
            Shape::Text(_) | Shape::Binary(_) => (3, 3),
            _ => (2, 2),
        };
        let children = match &self.shape {
            Shape::List { .. } | Shape::FixedList { .. } => 1,
            Shape::Struct(columns) => columns.len(),
            _ => 0,
        };
        Parts { buffers, children, dictionary: matches!(self.shape, Shape::Dictionary { .. }) }
    }

    fn field(&self) -> Field {
        Field::new(self.name.as_str().into(), self.data_type(), true)
    }

    /// What is in a list, under the one name that polars has for it.
    fn item_field(&self) -> Field {
        Field::new(LIST_VALUES_NAME, self.data_type(), true)
    }

    /// Whether there is a dictionary in it.
    pub(super) fn holds_dictionary(&self) -> bool {
        match &self.shape {
            Shape::Dictionary { .. } => true,
            Shape::List { item, .. } | Shape::FixedList { item, .. } => item.holds_dictionary(),
            Shape::Struct(columns) => columns.iter().any(Self::holds_dictionary),
            _ => false,
        }
    }
}

/// Reads a stream's schema: a struct, whose children are the table's columns.
pub(super) fn read(schema: &ArrowSchema) -> Checked<Column> {
    let column = Reader { columns: 0 }.column(schema, 0)?;
    match column.shape {
        Shape::Struct(_) => Ok(column),
        _ => Err(Fault::malformed(
            "the stream is of single values, not of a table's columns; give it a struct of columns",
        )),
    }
}

struct Reader {
    columns: usize,
}

impl Reader {
    fn column(&mut self, schema: &ArrowSchema, level: usize) -> Checked<Column> {
        if schema.is_released() {
            return Err(Fault::malformed("its schema is released already"));
        }
        let name = text(schema.name, "name")?.unwrap_or_default().to_owned();
        // The top has no column to be within; its name means nothing.
        let shape = self.shape(schema, level).map_err(|fault| if level == 0 { fault } else { fault.within(&name) })?;
        Ok(Column { name, shape })
    }

    fn shape(&mut self, schema: &ArrowSchema, level: usize) -> Checked<Shape> {
        self.columns += 1;
        if level > MOST_LEVELS {
            return Err(Fault::unsupported(format!("its type is nested more than {MOST_LEVELS} levels deep")));
        }
        if let Some(name) = metadata::extension(schema.metadata)? {
            let name = name.escape_debug();
            let message = format!("the extension type `{name}` can't be compared; cast the column to its storage");
            return Err(Fault::unsupported(message));
        }
        let format = text(schema.format, "format")?.ok_or_else(|| Fault::malformed("its format is null"))?;
        let children = count(schema.n_children, "number of children")?;
        if children > 0 && !readable(schema.children) {
            return Err(Fault::malformed("its schema's list of children is null or not aligned"));
        }
        if !schema.dictionary.is_null() {
            return self.dictionary(schema, format, children, level);
        }
        let format = format::parse(format)?;
        let expected = match format {
            Format::Leaf(_) => 0,
            Format::List { .. } | Format::Map | Format::FixedList { .. } => 1,
            Format::Struct => children,
        };
        if children != expected {
            return Err(Fault::malformed(format!("its schema has {children} children, and its type {expected}")));
        }
        Ok(match format {
            Format::Leaf(shape) => shape,
            Format::List { long } => Shape::List { long, item: Box::new(self.child(schema, 0, level)?) },
            Format::FixedList { width } => Shape::FixedList { width, item: Box::new(self.child(schema, 0, level)?) },
            Format::Map => Shape::List { long: false, item: Box::new(self.entries(schema, level)?) },
            Format::Struct => Shape::Struct(self.columns(schema, children, level)?),
        })
    }

    fn columns(&mut self, schema: &ArrowSchema, children: usize, level: usize) -> Checked<Vec<Column>> {
        if children > MOST_COLUMNS.saturating_sub(self.columns) {
            return Err(Fault::unsupported(format!("there are more than {MOST_COLUMNS} columns")));
        }
        let columns = (0..children).map(|index| self.child(schema, index, level)).collect::<Checked<Vec<_>>>()?;
        let mut names = HashSet::with_capacity(children);
        if let Some(twice) = columns.iter().find(|column| !names.insert(column.name.as_str())) {
            return Err(Fault::taken(&twice.name));
        }
        Ok(columns)
    }

    fn entries(&mut self, schema: &ArrowSchema, level: usize) -> Checked<Column> {
        let entries = self.child(schema, 0, level)?;
        match &entries.shape {
            Shape::Struct(columns) if columns.len() == 2 => Ok(entries),
            _ => Err(Fault::malformed("a map's entries must each have a key and a value")),
        }
    }

    fn child(&mut self, schema: &ArrowSchema, index: usize, level: usize) -> Checked<Column> {
        // SAFETY: the list is aligned; that it is as long as the schema says, the producer vouches for.
        let place = unsafe { schema.children.add(index) };
        // SAFETY: as above.
        let child = unsafe { *place };
        self.related(child, "child", level)
    }

    fn related(&mut self, schema: *mut ArrowSchema, what: &str, level: usize) -> Checked<Column> {
        if !readable(schema) {
            return Err(Fault::malformed(format!("its schema's {what} is null or not aligned")));
        }
        // SAFETY: it is neither null nor misaligned, and lives as long as the schema that it belongs to.
        let schema = unsafe { &*schema };
        self.column(schema, level + 1)
    }

    fn dictionary(&mut self, schema: &ArrowSchema, format: &str, children: usize, level: usize) -> Checked<Shape> {
        let codes = format::integer(format).ok_or_else(|| Fault::malformed("a dictionary's codes must be integers"))?;
        if children > 0 {
            return Err(Fault::malformed("a dictionary's codes can't have children"));
        }
        let values = self.related(schema.dictionary, "dictionary", level)?;
        if values.holds_dictionary() {
            return Err(Fault::refused("dictionary of dictionaries"));
        }
        Ok(Shape::Dictionary { codes, values: Box::new(values) })
    }
}

/// A text of a schema; `None` where there is none.
fn text<'a>(pointer: *const c_char, what: &str) -> Checked<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not null, and the producer vouches for the NUL at its end. Its lifetime is that of the schema,
    // which outlives the reader.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|_| Fault::malformed(format!("its {what} is not UTF-8")))
}
