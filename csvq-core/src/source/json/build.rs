//! From values as they are written to Arrow arrays of the type that they settled to.
//!
//! Texts were checked when they were read: what does not fit here is an error of csvq's own.

use std::borrow::Cow;
use std::sync::Arc;

use polars_arrow::array::{
    BinaryViewArrayGeneric, BooleanArray, ListArray, MutableBinaryViewArray, MutableBooleanArray,
    MutablePrimitiveArray, NullArray, PrimitiveArray, StructArray,
};
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_arrow::offset::Offsets;

use super::names::Names;
use super::shape::Type;
use super::walk;
use crate::error::{Error, ErrorKind, Result};
use crate::table::Array;

/// Collects values of one type into an array.
pub(super) struct Builder {
    arrow: polars_arrow::datatypes::ArrowDataType,
    values: Values,
}

enum Values {
    Null(usize),
    Boolean(MutableBooleanArray),
    Int64(MutablePrimitiveArray<i64>),
    UInt64(MutablePrimitiveArray<u64>),
    Decimal(MutablePrimitiveArray<i128>),
    Float64(MutablePrimitiveArray<f64>),
    Text(MutableBinaryViewArray<str>),
    List { offsets: Offsets<i64>, present: MutableBitmap, item: Box<Builder> },
    Struct { present: MutableBitmap, fields: Names<Builder> },
}

impl Builder {
    /// An empty array of a type.
    pub(super) fn new(held: &Type) -> Self {
        let values = match held {
            Type::Null => Values::Null(0),
            Type::Boolean => Values::Boolean(MutableBooleanArray::new()),
            Type::Int64 => Values::Int64(MutablePrimitiveArray::new()),
            Type::UInt64 => Values::UInt64(MutablePrimitiveArray::new()),
            Type::Decimal => Values::Decimal(MutablePrimitiveArray::new()),
            Type::Float64 => Values::Float64(MutablePrimitiveArray::new()),
            Type::Text => Values::Text(MutableBinaryViewArray::new()),
            Type::List(item) => {
                Values::List { offsets: Offsets::new(), present: MutableBitmap::new(), item: Box::new(Self::new(item)) }
            }
            Type::Struct(fields) => {
                let fields = fields.iter().map(|(name, held)| (Arc::clone(name), Self::new(held))).collect();
                Values::Struct { present: MutableBitmap::new(), fields }
            }
        };
        Self { arrow: held.arrow(), values }
    }

    /// Adds a value as it is written, or a null.
    pub(super) fn push(&mut self, value: Option<&str>) -> Result<()> {
        let value = value.filter(|value| *value != "null");
        match &mut self.values {
            Values::Null(count) => *count += 1,
            Values::Boolean(array) => array.push(value.map(|value| value == "true")),
            Values::Int64(array) => array.push(parsed(value)?),
            Values::UInt64(array) => array.push(parsed(value.map(without_sign_of_zero))?),
            Values::Decimal(array) => array.push(parsed(value)?),
            Values::Float64(array) => array.push(parsed(value)?),
            Values::Text(array) => array.push(value.map(text).transpose()?),
            Values::List { offsets, present, item } => {
                let mut count = 0;
                if let Some(value) = value {
                    let mut result = Ok(());
                    walk::array(value, |value| {
                        count += 1;
                        result = std::mem::replace(&mut result, Ok(())).and_then(|()| item.push(Some(value)));
                        Ok(())
                    })
                    .map_err(contradiction)?;
                    result?;
                }
                offsets.try_push(count).map_err(contradiction)?;
                present.push(value.is_some());
            }
            Values::Struct { present, fields } => {
                fields.begin();
                if let Some(value) = value {
                    let mut result = Ok(());
                    walk::object(value, |key, value| {
                        result = std::mem::replace(&mut result, Ok(())).and_then(|()| match fields.claim_known(&key) {
                            Some(field) => field.push(Some(value)),
                            None => Err(contradiction("a field")),
                        });
                        Ok(())
                    })
                    .map_err(contradiction)?;
                    result?;
                }
                for field in fields.missing() {
                    field.push(None)?;
                }
                present.push(value.is_some());
            }
        }
        Ok(())
    }

    /// The array of all values added.
    pub(super) fn finish(self) -> Result<Array> {
        let arrow = self.arrow;
        Ok(match self.values {
            Values::Null(count) => NullArray::try_new(arrow, count).map_err(contradiction)?.boxed(),
            Values::Boolean(array) => BooleanArray::from(array).boxed(),
            Values::Int64(array) => PrimitiveArray::from(array).boxed(),
            Values::UInt64(array) => PrimitiveArray::from(array).boxed(),
            Values::Decimal(array) => PrimitiveArray::from(array).to(arrow).boxed(),
            Values::Float64(array) => PrimitiveArray::from(array).boxed(),
            Values::Text(array) => BinaryViewArrayGeneric::<str>::from(array).boxed(),
            Values::List { offsets, present, item } => {
                let (offsets, items) = (offsets.into(), item.finish()?);
                ListArray::try_new(arrow, offsets, items, validity(present)).map_err(contradiction)?.boxed()
            }
            Values::Struct { present, fields } => {
                let len = present.len();
                let fields = fields.into_values().map(|(_, field)| field.finish()).collect::<Result<_>>()?;
                StructArray::try_new(arrow, len, fields, validity(present)).map_err(contradiction)?.boxed()
            }
        })
    }
}

fn parsed<T: std::str::FromStr>(value: Option<&str>) -> Result<Option<T>> {
    value.map(str::parse).transpose().map_err(|_| contradiction("a number"))
}

/// Unsigned integers have no sign, not even that of a zero.
fn without_sign_of_zero(number: &str) -> &str {
    if number == "-0" { "0" } else { number }
}

/// A value in a column of text: what a string says, anything else as it is written.
fn text(value: &str) -> Result<Cow<'_, str>> {
    if value.starts_with('"') { walk::string(value).map_err(contradiction) } else { Ok(Cow::Borrowed(value)) }
}

fn validity(present: MutableBitmap) -> Option<Bitmap> {
    (present.unset_bits() > 0).then(|| present.into())
}

/// What was checked when the input was read does not hold: never the input's fault, and never a word of what is in it.
fn contradiction<E>(_: E) -> Error {
    Error::new(ErrorKind::Internal, "a JSON value does not fit the type that its column settled to; please report it")
}
