//! Codes and the dictionary that says what they stand for.

use polars_arrow::array::builder::{ShareStrategy, make_builder};
use polars_arrow::array::{DictionaryArray, DictionaryKey, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, IntegerType};

use super::build::{self, primitives};
use super::node::{Node, Window};
use super::number::is_null;
use super::shape::Column;
use crate::table::Array;
use crate::table::fault::{Checked, Fault, unexpected};

/// A code that no dictionary has: for polars, a null.
const NO_CODE: u32 = u32::MAX;

/// A window of codes, with all of their dictionary; or, where that is not of text, what they stand for.
pub(super) fn array(
    node: Node<'_>,
    dtype: ArrowDataType,
    codes: IntegerType,
    values: &Column,
    window: Window,
) -> Checked<Array> {
    let dictionary = node.dictionary(values.parts())?;
    let values = build::array(dictionary, values, dictionary.window())?;
    match codes {
        IntegerType::Int8 => coded::<i8>(node, dtype, values, window),
        IntegerType::Int16 => coded::<i16>(node, dtype, values, window),
        IntegerType::Int32 => coded::<i32>(node, dtype, values, window),
        IntegerType::Int64 => coded::<i64>(node, dtype, values, window),
        IntegerType::UInt8 => coded::<u8>(node, dtype, values, window),
        IntegerType::UInt16 => coded::<u16>(node, dtype, values, window),
        IntegerType::UInt32 => coded::<u32>(node, dtype, values, window),
        IntegerType::UInt64 => coded::<u64>(node, dtype, values, window),
        IntegerType::Int128 | IntegerType::UInt128 => Err(Fault::refused("128-bit integer")),
    }
}

fn coded<K: DictionaryKey>(node: Node<'_>, dtype: ArrowDataType, values: Array, window: Window) -> Checked<Array> {
    let (mut codes, validity) = primitives::<K>(node, window)?;
    if values.len() >= NO_CODE as usize {
        return Err(Fault::unsupported(format!("its dictionary has more than {} entries", NO_CODE - 1)));
    }
    let known = |code: K| code.try_into().is_ok_and(|code: usize| code < values.len());
    let mut wrong_nulls = false;
    for (slot, code) in codes.iter().enumerate() {
        match is_null(validity.as_ref(), slot) {
            _ if known(*code) => {}
            true => wrong_nulls = true,
            false => return Err(Fault::malformed("it holds a code that its dictionary does not have")),
        }
    }
    if !matches!(dtype, ArrowDataType::Dictionary(..)) {
        let code = |(slot, code): (usize, &K)| match (*code).try_into() {
            Ok(code) if !is_null(validity.as_ref(), slot) => code as u32,
            _ => NO_CODE,
        };
        let places: Vec<u32> = codes.iter().enumerate().map(code).collect();
        let mut builder = make_builder(&dtype);
        builder.opt_gather_extend(&*values, &places, ShareStrategy::Always);
        return Ok(builder.freeze_reset());
    }
    if wrong_nulls {
        // Some readers look up the codes of nulls too.
        codes = codes.iter().map(|code| if known(*code) { *code } else { K::default() }).collect();
    }
    let codes = PrimitiveArray::try_new(K::PRIMITIVE.into(), codes, validity).map_err(unexpected)?;
    Ok(DictionaryArray::try_new(dtype, codes, values).map_err(unexpected)?.boxed())
}
