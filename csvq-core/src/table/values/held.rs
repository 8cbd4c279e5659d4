//! The values of one Arrow array, read as what their type says.

use polars_arrow::array::{
    BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeListArray, ListArray, PrimitiveArray,
    StructArray, Utf8ViewArray,
};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;

use super::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::table::Array;
use crate::types::DataType;

/// The values of an array.
#[derive(Debug)]
pub(super) struct Held {
    data_type: DataType,
    validity: Option<Bitmap>,
    slots: Slots,
    len: usize,
}

/// What stands in the places of values, in those of nulls too.
#[derive(Debug)]
enum Slots {
    Null,
    Boolean(Bitmap),
    /// Integers, times of day, moments and spans.
    Whole(Buffer<i64>),
    Unsigned(Buffer<u64>),
    Float(Buffer<f64>),
    Decimal(Buffer<i128>),
    Days(Buffer<i32>),
    Text(Utf8ViewArray),
    Bytes(BinaryViewArray),
    /// For each place the number of its text.
    Coded(Vec<usize>, Utf8ViewArray),
    /// Where each list begins and ends among the items.
    List(Vec<(usize, usize)>, Box<Held>),
    Struct(Vec<Held>),
}

impl Held {
    /// The values of an array that holds this type, as polars gives it out.
    pub(super) fn new(array: &Array, data_type: &DataType) -> Result<Self> {
        let slots = match data_type {
            DataType::Null => Some(Slots::Null),
            DataType::Boolean => is::<BooleanArray>(array).map(|array| Slots::Boolean(array.values().clone())),
            DataType::Integer { signed: false, bits: 64 } => numbers(array).map(Slots::Unsigned),
            DataType::Integer { .. } => integers(array).map(Slots::Whole),
            DataType::Time | DataType::Timestamp { .. } | DataType::Duration { .. } => numbers(array).map(Slots::Whole),
            DataType::Float { .. } => floats(array).map(Slots::Float),
            DataType::Decimal { .. } => numbers(array).map(Slots::Decimal),
            DataType::Date => numbers(array).map(Slots::Days),
            DataType::Text => is::<Utf8ViewArray>(array).cloned().map(Slots::Text),
            DataType::Categorical => coded::<u32>(array).or_else(|| coded::<u8>(array)).or_else(|| coded::<u16>(array)),
            DataType::Binary => is::<BinaryViewArray>(array).cloned().map(Slots::Bytes),
            DataType::List(item) => lists(array, item)?,
            DataType::Struct(fields) => match is::<StructArray>(array) {
                Some(array) => {
                    let columns = fields.iter().zip(array.values());
                    let columns = columns.map(|(field, array)| Self::new(array, &field.data_type));
                    Some(Slots::Struct(columns.collect::<Result<_>>()?))
                }
                None => None,
            },
        };
        let Some(slots) = slots else {
            let message = format!("an array holds {:?} where its schema says otherwise", array.dtype());
            return Err(Error::new(ErrorKind::Internal, message));
        };
        Ok(Self { data_type: data_type.clone(), validity: array.validity().cloned(), slots, len: array.len() })
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The value in a place.
    pub(super) fn value(&self, index: usize) -> Value<'_> {
        if self.validity.as_ref().is_some_and(|validity| !validity.get_bit(index)) {
            return Value::Null;
        }
        match &self.slots {
            Slots::Null => Value::Null,
            Slots::Boolean(values) => Value::Boolean(values.get_bit(index)),
            Slots::Whole(values) => self.whole(values[index]),
            Slots::Unsigned(values) => Value::Unsigned(values[index]),
            Slots::Float(values) => Value::Float(values[index]),
            Slots::Decimal(values) => Value::Decimal { unscaled: values[index], scale: self.scale() },
            Slots::Days(values) => Value::Date(values[index]),
            Slots::Text(values) => Value::Text(values.value(index)),
            Slots::Bytes(values) => Value::Bytes(values.value(index)),
            Slots::Coded(codes, values) => {
                let code = codes[index];
                let text = (code < values.len()).then(|| values.get(code)).flatten();
                text.map_or(Value::Null, Value::Text)
            }
            Slots::List(bounds, items) => {
                let (start, end) = bounds[index];
                Value::List((start..end).map(|item| items.value(item)).collect())
            }
            Slots::Struct(columns) => {
                let DataType::Struct(fields) = &self.data_type else { return Value::Null };
                let fields = fields.iter().zip(columns);
                Value::Struct(fields.map(|(field, values)| (field.name.as_str(), values.value(index))).collect())
            }
        }
    }

    fn whole(&self, value: i64) -> Value<'_> {
        match &self.data_type {
            DataType::Time => Value::Time(value),
            DataType::Timestamp { unit, zone } => Value::Timestamp { value, unit: *unit, zone: zone.as_deref() },
            DataType::Duration { unit } => Value::Duration { value, unit: *unit },
            _ => Value::Integer(value),
        }
    }

    fn scale(&self) -> usize {
        if let DataType::Decimal { scale, .. } = self.data_type { usize::from(scale) } else { 0 }
    }
}

fn is<A: 'static>(array: &Array) -> Option<&A> {
    array.as_any().downcast_ref()
}

fn numbers<T: NativeType>(array: &Array) -> Option<Buffer<T>> {
    is::<PrimitiveArray<T>>(array).map(|array| array.values().clone())
}

fn widened<T: NativeType, W: From<T>>(array: &Array) -> Option<Buffer<W>> {
    let array = is::<PrimitiveArray<T>>(array)?;
    Some(array.values().iter().map(|number| W::from(*number)).collect::<Vec<W>>().into())
}

fn integers(array: &Array) -> Option<Buffer<i64>> {
    numbers(array)
        .or_else(|| widened::<i32, _>(array))
        .or_else(|| widened::<i16, _>(array))
        .or_else(|| widened::<i8, _>(array))
        .or_else(|| widened::<u32, _>(array))
        .or_else(|| widened::<u16, _>(array))
        .or_else(|| widened::<u8, _>(array))
}

fn floats(array: &Array) -> Option<Buffer<f64>> {
    let halves = || {
        let array = is::<PrimitiveArray<polars_utils::float16::pf16>>(array)?;
        Some(array.values().iter().map(|number| f64::from(f32::from(*number))).collect::<Vec<f64>>().into())
    };
    numbers(array).or_else(|| widened::<f32, _>(array)).or_else(halves)
}

fn coded<K: DictionaryKey>(array: &Array) -> Option<Slots> {
    let array = is::<DictionaryArray<K>>(array)?;
    let texts = is::<Utf8ViewArray>(array.values())?.clone();
    // What stands in the place of a null may be no code at all.
    let code = |code: &K| (*code).try_into().unwrap_or(usize::MAX);
    Some(Slots::Coded(array.keys().values().iter().map(code).collect(), texts))
}

fn lists(array: &Array, item: &DataType) -> Result<Option<Slots>> {
    let (bounds, items) = if let Some(list) = is::<ListArray<i64>>(array) {
        let bounds = list.offsets().as_slice().windows(2).map(|pair| (pair[0] as usize, pair[1] as usize));
        (bounds.collect(), list.values())
    } else if let Some(list) = is::<FixedSizeListArray>(array) {
        let size = list.size();
        ((0..list.len()).map(|at| (at * size, (at + 1) * size)).collect(), list.values())
    } else {
        return Ok(None);
    };
    Ok(Some(Slots::List(bounds, Box::new(Held::new(items, item)?))))
}
