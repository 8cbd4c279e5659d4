//! From Arrow arrays to a [`Column`].

use polars_arrow::array::{
    BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeBinaryArray, PrimitiveArray,
    Utf8Array, Utf8ViewArray,
};
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit as ArrowUnit};
use polars_arrow::offset::Offset;
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;

use super::nested;
use super::texts::{Texts, TextsBuilder};
use super::{Column, Values};
use crate::error::{Error, ErrorKind, Result};
use crate::table::Array;
use crate::types::DataType;

/// A column of arrays that hold this type.
pub(in crate::compare) fn load(arrays: &[Array], data_type: &DataType) -> Result<Column> {
    let len = arrays.iter().map(|array| array.len()).sum();
    if arrays.iter().any(|array| matches!(array.dtype(), ArrowDataType::Dictionary(..))) {
        let decoded: Vec<Decoded> = arrays.iter().map(decode).collect();
        return dictionaries(&decoded, data_type, len);
    }
    let values = match data_type {
        DataType::Null => Values::Null,
        DataType::Boolean => Values::Boolean(booleans(arrays, len)?),
        DataType::Integer { signed: false, bits: 64 } => Values::Unsigned(numbers(arrays, len, |_, _| false)?),
        DataType::Integer { .. } | DataType::Date | DataType::Timestamp { .. } | DataType::Duration { .. } => {
            Values::Signed(numbers(arrays, len, whole)?)
        }
        DataType::Time => Values::Signed(times(arrays, len)?),
        DataType::Float { bits: 64 } => Values::Double(numbers(arrays, len, |_, _| false)?),
        DataType::Float { .. } => Values::Single(numbers(arrays, len, half)?),
        DataType::Decimal { .. } => Values::Decimal(numbers(arrays, len, decimal)?),
        DataType::Text | DataType::Categorical | DataType::Binary => Values::Bytes(texts(arrays, len)?),
        DataType::List(_) | DataType::Struct(_) => Values::Bytes(nested::texts(arrays, data_type)?),
    };
    Ok(Column { data_type: data_type.clone(), values, validity: validity(arrays, len), len })
}

/// Which values of all arrays are not null.
fn validity(arrays: &[Array], len: usize) -> Option<Bitmap> {
    if let [array] = arrays {
        return array.validity().filter(|validity| validity.unset_bits() > 0).cloned();
    }
    if arrays.iter().all(|array| array.null_count() == 0) {
        return None;
    }
    let mut all = MutableBitmap::with_capacity(len);
    for array in arrays {
        match array.validity() {
            Some(validity) => all.extend_from_bitmap(validity),
            None => all.extend_constant(array.len(), true),
        }
    }
    Some(all.into())
}

fn wrong(array: &Array) -> Error {
    Error::new(ErrorKind::Internal, format!("an array holds {:?} where its schema says otherwise", array.dtype()))
}

fn is<A: 'static>(array: &Array) -> Option<&A> {
    array.as_any().downcast_ref()
}

/// Numbers of the arrays' own type, shared where there is one array; or of others that `convert` knows.
fn numbers<T: NativeType>(
    arrays: &[Array],
    len: usize,
    convert: impl Fn(&Array, &mut Vec<T>) -> bool,
) -> Result<Buffer<T>> {
    if let [array] = arrays
        && let Some(numbers) = is::<PrimitiveArray<T>>(array)
    {
        return Ok(numbers.values().clone());
    }
    let mut all = Vec::with_capacity(len);
    for array in arrays {
        if let Some(numbers) = is::<PrimitiveArray<T>>(array) {
            all.extend_from_slice(numbers.values());
        } else if !convert(array, &mut all) {
            return Err(wrong(array));
        }
    }
    Ok(all.into())
}

/// Adds numbers of one type as numbers of a wider one; false where the array has another.
fn widen<N: NativeType, T: From<N>>(array: &Array, all: &mut Vec<T>) -> bool {
    let Some(numbers) = is::<PrimitiveArray<N>>(array) else { return false };
    all.extend(numbers.values().iter().map(|number| T::from(*number)));
    true
}

fn whole(array: &Array, all: &mut Vec<i64>) -> bool {
    widen::<i32, _>(array, all)
        || widen::<i16, _>(array, all)
        || widen::<i8, _>(array, all)
        || widen::<u32, _>(array, all)
        || widen::<u16, _>(array, all)
        || widen::<u8, _>(array, all)
}

fn decimal(array: &Array, all: &mut Vec<i128>) -> bool {
    widen::<i64, _>(array, all) || widen::<i32, _>(array, all)
}

fn half(array: &Array, all: &mut Vec<f32>) -> bool {
    let Some(numbers) = is::<PrimitiveArray<polars_utils::float16::pf16>>(array) else { return false };
    all.extend(numbers.values().iter().map(|number| f32::from(*number)));
    true
}

/// Times of day in nanoseconds.
fn times(arrays: &[Array], len: usize) -> Result<Buffer<i64>> {
    let unit = |array: &Array| match array.dtype() {
        ArrowDataType::Time32(ArrowUnit::Second) => Some(1_000_000_000),
        ArrowDataType::Time32(_) => Some(1_000_000),
        ArrowDataType::Time64(ArrowUnit::Microsecond) => Some(1000),
        ArrowDataType::Time64(_) => Some(1),
        _ => None,
    };
    if arrays.iter().all(|array| unit(array) == Some(1)) {
        return numbers(arrays, len, |_, _| false);
    }
    let mut all: Vec<i64> = Vec::with_capacity(len);
    for array in arrays {
        let (start, unit) = (all.len(), unit(array).ok_or_else(|| wrong(array))?);
        if !widen::<i32, i64>(array, &mut all) && !widen::<i64, i64>(array, &mut all) {
            return Err(wrong(array));
        }
        // What stands in the place of a null may be anything.
        all[start..].iter_mut().for_each(|time| *time = time.wrapping_mul(unit));
    }
    Ok(all.into())
}

fn booleans(arrays: &[Array], len: usize) -> Result<Bitmap> {
    let of = |array| is::<BooleanArray>(array).ok_or_else(|| wrong(array));
    if let [array] = arrays {
        return Ok(of(array)?.values().clone());
    }
    let mut all = MutableBitmap::with_capacity(len);
    for array in arrays {
        all.extend_from_bitmap(of(array)?.values());
    }
    Ok(all.into())
}

fn texts(arrays: &[Array], len: usize) -> Result<Texts> {
    if let [array] = arrays
        && let Some(texts) = views(array)
    {
        return Ok(texts);
    }
    let mut all = TextsBuilder::with_capacity(len);
    for array in arrays {
        if let Some(texts) = views(array) {
            all.extend(&texts);
        } else if let Some(array) = is::<Utf8Array<i64>>(array) {
            all.extend_offsets(array.values(), offsets(array.offsets().as_slice()));
        } else if let Some(array) = is::<Utf8Array<i32>>(array) {
            all.extend_offsets(array.values(), offsets(array.offsets().as_slice()));
        } else if let Some(array) = is::<BinaryArray<i64>>(array) {
            all.extend_offsets(array.values(), offsets(array.offsets().as_slice()));
        } else if let Some(array) = is::<BinaryArray<i32>>(array) {
            all.extend_offsets(array.values(), offsets(array.offsets().as_slice()));
        } else if let Some(array) = is::<FixedSizeBinaryArray>(array) {
            let size = array.size();
            all.extend_offsets(array.values(), (0..array.len()).map(|at| (at * size, (at + 1) * size)));
        } else {
            return Err(wrong(array));
        }
    }
    Ok(all.finish())
}

fn views(array: &Array) -> Option<Texts> {
    let of = |array: BinaryViewArray| Texts::new(array.views().clone(), array.data_buffers().as_slice().into());
    if let Some(array) = is::<Utf8ViewArray>(array) {
        return Some(of(array.to_binview()));
    }
    is::<BinaryViewArray>(array).cloned().map(of)
}

fn offsets<O: Offset>(offsets: &[O]) -> impl Iterator<Item = (usize, usize)> + '_ {
    offsets.windows(2).map(|pair| (pair[0].to_usize(), pair[1].to_usize()))
}

/// For each row of an array with a dictionary the place of its value, and the values.
struct Decoded {
    codes: Vec<Option<usize>>,
    values: Array,
}

fn decode(array: &Array) -> Decoded {
    fn codes<K: DictionaryKey>(array: &Array) -> Option<Decoded> {
        let array = is::<DictionaryArray<K>>(array)?;
        let known = array.values().len();
        let code = |key: Option<&K>| key.and_then(|key| (*key).try_into().ok()).filter(|code: &usize| *code < known);
        Some(Decoded { codes: array.keys().iter().map(code).collect(), values: array.values().clone() })
    }
    codes::<u32>(array)
        .or_else(|| codes::<i32>(array))
        .or_else(|| codes::<u8>(array))
        .or_else(|| codes::<i8>(array))
        .or_else(|| codes::<u16>(array))
        .or_else(|| codes::<i16>(array))
        .or_else(|| codes::<i64>(array))
        .or_else(|| codes::<u64>(array))
        .unwrap_or_else(|| Decoded { codes: (0..array.len()).map(Some).collect(), values: array.clone() })
}

/// Dictionaries written out.
fn dictionaries(decoded: &[Decoded], data_type: &DataType, len: usize) -> Result<Column> {
    let values: Vec<Array> = decoded.iter().map(|decoded| decoded.values.clone()).collect();
    let dictionary = load(&values, data_type)?;
    let mut places = Vec::with_capacity(len);
    let mut base = 0;
    for decoded in decoded {
        places.extend(decoded.codes.iter().map(|code| code.map(|code| base + code)));
        base += decoded.values.len();
    }
    let valid = |place: &Option<usize>| place.is_some_and(|place| dictionary.is_valid(place));
    let validity = places.iter().any(|place| !valid(place)).then(|| places.iter().map(valid).collect());
    let values = dictionary.values.gather(places.iter().map(|place| place.unwrap_or(0)), dictionary.len);
    Ok(Column { data_type: data_type.clone(), values, validity, len })
}

impl Values {
    /// The values in these places of so many; what is no place gives a value that means nothing.
    fn gather(&self, places: impl Iterator<Item = usize>, len: usize) -> Self {
        if len == 0 {
            return Self::Null;
        }
        match self {
            Self::Null => Self::Null,
            Self::Boolean(values) => Self::Boolean(places.map(|place| values.get_bit(place)).collect()),
            Self::Signed(values) => Self::Signed(places.map(|place| values[place]).collect()),
            Self::Unsigned(values) => Self::Unsigned(places.map(|place| values[place]).collect()),
            Self::Single(values) => Self::Single(places.map(|place| values[place]).collect()),
            Self::Double(values) => Self::Double(places.map(|place| values[place]).collect()),
            Self::Decimal(values) => Self::Decimal(places.map(|place| values[place]).collect()),
            Self::Bytes(texts) => Self::Bytes(texts.gather(places)),
        }
    }
}
