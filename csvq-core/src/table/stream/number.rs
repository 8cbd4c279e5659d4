//! Numbers that do not stay as they are: times and spans in units that polars has not, and decimals. What does not fit
//! is refused, since a value that wrapped around would be compared as another one.

use polars::prelude::{Float16Type, PolarsNumericType};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;

use super::build::primitives;
use super::node::{Node, Window};
use crate::table::Array;
use crate::table::fault::{Checked, Fault, unexpected};

/// A number of 16 bits.
pub(super) type Half = <Float16Type as PolarsNumericType>::Native;

/// A day, in nanoseconds.
const DAY: i64 = 86_400_000_000_000;

/// Timestamps or durations in seconds, as milliseconds.
pub(super) fn seconds(node: Node<'_>, dtype: ArrowDataType, window: Window) -> Checked<Array> {
    let (values, validity) = primitives::<i64>(node, window)?;
    converted(dtype, &values, validity, |seconds: i64| seconds.checked_mul(1000).ok_or_else(Fault::far_away))
}

/// Times of day, as nanoseconds.
pub(super) fn times(node: Node<'_>, long: bool, nanoseconds: i64, window: Window) -> Checked<Array> {
    let dtype = ArrowDataType::Time64(TimeUnit::Nanosecond);
    let time = |time: i64| {
        let time = time.checked_mul(nanoseconds).filter(|time| (0..DAY).contains(time));
        time.ok_or_else(|| Fault::malformed("it holds a time that is not within a day"))
    };
    if !long {
        let (values, validity) = primitives::<i32>(node, window)?;
        return converted(dtype, &values, validity, |value: i32| time(i64::from(value)));
    }
    let (values, validity) = primitives::<i64>(node, window)?;
    if nanoseconds == 1 {
        check(&values, validity.as_ref(), |value| time(value).map(drop))?;
        return Ok(PrimitiveArray::try_new(dtype, values, validity).map_err(unexpected)?.boxed());
    }
    converted(dtype, &values, validity, time)
}

/// Decimals, in 128 bits.
pub(super) fn decimals(
    node: Node<'_>,
    dtype: ArrowDataType,
    bits: u8,
    precision: usize,
    window: Window,
) -> Checked<Array> {
    let limit = 10_i128.pow(precision as u32);
    let fits = |value: i128| {
        let fits = -limit < value && value < limit;
        fits.then_some(value).ok_or_else(Fault::long_decimal)
    };
    if bits == 32 {
        let (values, validity) = primitives::<i32>(node, window)?;
        return converted(dtype, &values, validity, |value: i32| fits(i128::from(value)));
    }
    if bits == 64 {
        let (values, validity) = primitives::<i64>(node, window)?;
        return converted(dtype, &values, validity, |value: i64| fits(i128::from(value)));
    }
    let (values, validity) = primitives::<i128>(node, window)?;
    check(&values, validity.as_ref(), |value| fits(value).map(drop))?;
    Ok(PrimitiveArray::try_new(dtype, values, validity).map_err(unexpected)?.boxed())
}

fn converted<T: NativeType, U: NativeType>(
    dtype: ArrowDataType,
    values: &Buffer<T>,
    validity: Option<Bitmap>,
    convert: impl Fn(T) -> Checked<U>,
) -> Checked<Array> {
    let mut converted = Vec::with_capacity(values.len());
    for (slot, value) in values.iter().enumerate() {
        // A null's value may be anything.
        converted.push(if is_null(validity.as_ref(), slot) { U::default() } else { convert(*value)? });
    }
    Ok(PrimitiveArray::try_new(dtype, converted.into(), validity).map_err(unexpected)?.boxed())
}

fn check<T: NativeType>(values: &[T], validity: Option<&Bitmap>, check: impl Fn(T) -> Checked<()>) -> Checked<()> {
    let mut values = values.iter().enumerate();
    values.try_for_each(|(slot, value)| if is_null(validity, slot) { Ok(()) } else { check(*value) })
}

/// Whether there is no value in a slot.
pub(super) fn is_null(validity: Option<&Bitmap>, slot: usize) -> bool {
    validity.is_some_and(|validity| !validity.get_bit(slot))
}
