//! Arrays as polars holds them, made of those of a batch: what a producer could get wrong in them is checked here, and
//! whatever need not be copied is not.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{mem, thread};

use csvq_text::threads;
use polars_arrow::array::{BooleanArray, FixedSizeListArray, ListArray, NullArray, PrimitiveArray, StructArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, PhysicalType};
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::types::{NativeType, Offset, PrimitiveType};
use polars_buffer::Buffer;

use super::node::{Node, Window};
use super::number;
use super::shape::{Column, Layout, Shape};
use super::{dictionary, text};
use crate::error::ErrorKind;
use crate::table::Array;
use crate::table::fault::{Checked, Fault, unexpected};

/// How many nulls there may be in a column that holds nothing else: a count that costs its producer nothing, and its
/// reader a bit each.
const MOST_BARE_NULLS: usize = u32::MAX as usize;

/// The values of a window, of an array that belongs to the column.
pub(super) fn array(node: Node<'_>, column: &Column, window: Window) -> Checked<Array> {
    let dtype = column.data_type();
    match &column.shape {
        Shape::Null => nulls(node, window),
        Shape::Boolean => booleans(node, window),
        Shape::Plain(_) => plain(node, dtype, window),
        Shape::Seconds(_) => number::seconds(node, dtype, window),
        Shape::Time { long, nanoseconds } => number::times(node, *long, *nanoseconds, window),
        Shape::Decimal { bits, precision, .. } => number::decimals(node, dtype, *bits, *precision, window),
        Shape::Text(layout) => match layout {
            Layout::Offsets32 => text::with_offsets::<i32, str>(node, window),
            Layout::Offsets64 => text::with_offsets::<i64, str>(node, window),
            Layout::Views => text::with_views::<str>(node, window),
        },
        Shape::Binary(layout) => match layout {
            Layout::Offsets32 => text::with_offsets::<i32, [u8]>(node, window),
            Layout::Offsets64 => text::with_offsets::<i64, [u8]>(node, window),
            Layout::Views => text::with_views::<[u8]>(node, window),
        },
        Shape::FixedBinary { width } => text::of_width(node, *width, window),
        Shape::List { long: false, item } => lists::<i32>(node, dtype, item, window),
        Shape::List { long: true, item } => lists::<i64>(node, dtype, item, window),
        Shape::FixedList { width, item } => fixed_lists(node, dtype, *width, item, window),
        Shape::Struct(columns) => structs(node, dtype, columns, window),
        Shape::Dictionary { codes, values } => dictionary::array(node, dtype, *codes, values, window),
    }
}

/// A window of each of a struct's columns.
pub(super) fn children(node: Node<'_>, columns: &[Column], window: Window) -> Checked<Vec<Array>> {
    let start = node.start_of(window)?;
    let window = Window { start, ..window };
    columns.iter().enumerate().map(|(index, column)| child(node, index, column, window)).collect()
}

/// A window of one of a struct's columns.
fn child(node: Node<'_>, index: usize, column: &Column, window: Window) -> Checked<Array> {
    let read = || array(node.child(index, column.parts())?, column, window);
    read().map_err(|fault| fault.within(&column.name))
}

/// All columns of batches, on as many threads as the machine has processors where there are many values: to check text,
/// and to make views of it, takes time. After a fault there are no further batches.
pub(super) fn batches(roots: &[(Node<'_>, Window)], columns: &[Column]) -> Vec<Checked<Vec<Array>>> {
    const FEW: usize = 1 << 16;
    let rows = roots.iter().map(|(_, window)| window.length).fold(0, usize::saturating_add);
    let is_little = rows.saturating_mul(columns.len()) < FEW;
    let threads = if is_little { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let all: Vec<(usize, usize)> =
        (0..roots.len()).flat_map(|batch| (0..columns.len()).map(move |index| (batch, index))).collect();
    let read = |batch: usize, index: usize| {
        let (root, window) = roots[batch];
        child(root, index, &columns[index], Window { start: root.start_of(window)?, ..window })
    };
    let work = |(batch, index): &(usize, usize)| Ok::<_, csvq_text::Error>(guarded(|| read(*batch, *index)));
    let ended = |_| Fault::new(ErrorKind::Internal, "a thread ended by a panic; please report it");
    let arrays = match threads::for_each(threads, &all, work, Result::is_err) {
        Ok(arrays) => arrays,
        Err(error) => return vec![Err(ended(error))],
    };
    let mut arrays = arrays.into_iter().map(|array| array.map_err(ended).flatten());
    let mut batches = Vec::with_capacity(roots.len());
    for _ in roots {
        batches.push(arrays.by_ref().take(columns.len()).collect());
        if matches!(batches.last(), Some(Err(_))) {
            break;
        }
    }
    batches
}

/// Runs what reaches into polars. A panic there is a fault of csvq's, whatever the stream was.
pub(super) fn guarded<T>(work: impl FnOnce() -> Checked<T>) -> Checked<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic: Box<dyn Any + Send>| {
        // To drop what was thrown could throw again.
        mem::forget(panic);
        Err(Fault::new(ErrorKind::Internal, "it could not be taken over, though it was checked; please report it"))
    })
}

/// Numbers that stay as they are.
pub(super) fn primitives<T: NativeType>(node: Node<'_>, window: Window) -> Checked<(Buffer<T>, Option<Bitmap>)> {
    let start = node.start_of(window)?;
    Ok((node.values(1, start, window.length)?, node.validity(window)?))
}

fn nulls(node: Node<'_>, window: Window) -> Checked<Array> {
    node.start_of(window)?;
    if window.length > MOST_BARE_NULLS {
        return Err(Fault::unsupported(format!("it has more than {MOST_BARE_NULLS} nulls, and nothing else")));
    }
    Ok(NullArray::try_new(ArrowDataType::Null, window.length).map_err(unexpected)?.boxed())
}

fn booleans(node: Node<'_>, window: Window) -> Checked<Array> {
    let start = node.start_of(window)?;
    let null = || Fault::malformed("its array's buffer 1 is null, though there are values");
    let bits = node.bits(1, start, window.length)?.ok_or_else(null)?;
    Ok(BooleanArray::try_new(ArrowDataType::Boolean, bits, node.validity(window)?).map_err(unexpected)?.boxed())
}

fn plain(node: Node<'_>, dtype: ArrowDataType, window: Window) -> Checked<Array> {
    use PrimitiveType as Type;
    let PhysicalType::Primitive(primitive) = dtype.to_physical_type() else {
        return Err(Fault::new(ErrorKind::Internal, "its type is none of numbers; please report it"));
    };
    match primitive {
        Type::Int8 => typed::<i8>(node, dtype, window),
        Type::Int16 => typed::<i16>(node, dtype, window),
        Type::Int32 => typed::<i32>(node, dtype, window),
        Type::Int64 => typed::<i64>(node, dtype, window),
        Type::UInt8 => typed::<u8>(node, dtype, window),
        Type::UInt16 => typed::<u16>(node, dtype, window),
        Type::UInt32 => typed::<u32>(node, dtype, window),
        Type::UInt64 => typed::<u64>(node, dtype, window),
        Type::Float16 => typed::<number::Half>(node, dtype, window),
        Type::Float32 => typed::<f32>(node, dtype, window),
        Type::Float64 => typed::<f64>(node, dtype, window),
        _ => Err(Fault::new(ErrorKind::Internal, "its numbers are of no known size; please report it")),
    }
}

fn typed<T: NativeType>(node: Node<'_>, dtype: ArrowDataType, window: Window) -> Checked<Array> {
    let (values, validity) = primitives::<T>(node, window)?;
    Ok(PrimitiveArray::try_new(dtype, values, validity).map_err(unexpected)?.boxed())
}

fn structs(node: Node<'_>, dtype: ArrowDataType, columns: &[Column], window: Window) -> Checked<Array> {
    let validity = node.validity(window)?;
    let children = children(node, columns, window)?;
    Ok(StructArray::try_new(dtype, window.length, children, validity).map_err(unexpected)?.boxed())
}

fn lists<O: Offset>(node: Node<'_>, dtype: ArrowDataType, item: &Column, window: Window) -> Checked<Array> {
    let validity = node.validity(window)?;
    let offsets = offsets::<O>(node, window)?;
    let first = offsets.first().map_or(0, |first| first.to_usize());
    let last = offsets.last().map_or(0, |last| last.to_usize());
    let items = array_of_items(node, item, Window { start: first, length: last - first })?;
    let offsets = if first == 0 && O::IS_LARGE && !offsets.is_empty() {
        // Where they are what polars wants already, they are shared.
        node.values::<i64>(1, node.start_of(window)?, window.length + 1)?
    } else if offsets.is_empty() {
        Buffer::from(vec![0])
    } else {
        offsets.iter().map(|offset| (offset.to_usize() - first) as i64).collect()
    };
    let offsets = OffsetsBuffer::try_from(offsets).map_err(unexpected)?;
    Ok(ListArray::<i64>::try_new(dtype, offsets, items, validity).map_err(unexpected)?.boxed())
}

fn fixed_lists(node: Node<'_>, dtype: ArrowDataType, width: usize, item: &Column, window: Window) -> Checked<Array> {
    let start = node.start_of(window)?;
    let scaled = |number: usize| {
        number.checked_mul(width).ok_or_else(|| Fault::malformed("its lists would have more items than there can be"))
    };
    let items = array_of_items(node, item, Window { start: scaled(start)?, length: scaled(window.length)? })?;
    let validity = node.validity(window)?;
    Ok(FixedSizeListArray::try_new(dtype, window.length, items, validity).map_err(unexpected)?.boxed())
}

fn array_of_items(node: Node<'_>, item: &Column, window: Window) -> Checked<Array> {
    let read = || array(node.child(0, item.parts())?, item, window);
    read().map_err(|fault| fault.within(&item.name))
}

/// Where a window's values start, and the last of them ends; none where the window is empty, since the producer need
/// not have written one then.
pub(super) fn offsets<O: Offset>(node: Node<'_>, window: Window) -> Checked<Buffer<O>> {
    let start = node.start_of(window)?;
    if window.length == 0 {
        return Ok(Buffer::new());
    }
    let offsets: Buffer<O> = node.values(1, start, window.length + 1)?;
    if offsets.first().is_some_and(|first| *first < O::zero()) {
        return Err(Fault::malformed("its array's offsets start below zero"));
    }
    // The data are as long as the array's last offset says, even if the window ends before it.
    let end: Buffer<O> = node.values(1, node.end(), 1)?;
    if offsets.windows(2).any(|pair| pair[0] > pair[1]) || offsets.last() > end.first() {
        return Err(Fault::malformed("its array's offsets fall, where they must rise"));
    }
    Ok(offsets)
}
