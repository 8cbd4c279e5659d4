//! Lists and structs by their canonical text, so that they are compared deeply and shown alike: JSON, in which numbers,
//! moments and texts are written as cells are.

use polars_arrow::array::{FixedSizeListArray, ListArray, MapArray, StructArray};
use polars_arrow::offset::Offset;

use super::super::format;
use super::texts::{Texts, TextsBuilder};
use super::{Column, load};
use crate::error::{Error, ErrorKind, Result};
use crate::table::Array;
use crate::types::DataType;

/// A column with its inner columns.
enum Tree {
    Flat(Column),
    /// Where each list begins and ends among the items.
    List(Vec<(usize, usize)>, Box<Node>),
    Struct(Vec<(String, Node)>),
}

struct Node {
    tree: Tree,
    array: Array,
}

/// The canonical texts of nested values.
pub(super) fn texts(arrays: &[Array], data_type: &DataType) -> Result<Texts> {
    let mut all = TextsBuilder::default();
    for array in arrays {
        let node = node(array, data_type)?;
        let (mut bytes, mut offsets) = (Vec::new(), Vec::with_capacity(array.len()));
        for index in 0..array.len() {
            let start = bytes.len();
            node.write(index, &mut bytes);
            offsets.push((start, bytes.len()));
        }
        all.extend_offsets(&bytes.into(), offsets.into_iter());
    }
    Ok(all.finish())
}

fn node(array: &Array, data_type: &DataType) -> Result<Node> {
    let tree = match data_type {
        DataType::List(item) => list(array, item)?,
        DataType::Struct(fields) => {
            let wrong = || mismatch(array);
            let values = array.as_any().downcast_ref::<StructArray>().ok_or_else(wrong)?.values();
            let nodes = fields
                .iter()
                .zip(values)
                .map(|(field, array)| Ok((field.name.clone(), node(array, &field.data_type)?)));
            Tree::Struct(nodes.collect::<Result<_>>()?)
        }
        _ => Tree::Flat(load::load(std::slice::from_ref(array), data_type)?),
    };
    Ok(Node { tree, array: array.clone() })
}

fn list(array: &Array, item: &DataType) -> Result<Tree> {
    fn bounds<O: Offset>(offsets: &[O]) -> Vec<(usize, usize)> {
        offsets.windows(2).map(|pair| (pair[0].to_usize(), pair[1].to_usize())).collect()
    }
    let any = array.as_any();
    let (bounds, items) = if let Some(list) = any.downcast_ref::<ListArray<i64>>() {
        (bounds(list.offsets().as_slice()), list.values())
    } else if let Some(list) = any.downcast_ref::<ListArray<i32>>() {
        (bounds(list.offsets().as_slice()), list.values())
    } else if let Some(map) = any.downcast_ref::<MapArray>() {
        (bounds(map.offsets().as_slice()), map.field())
    } else if let Some(list) = any.downcast_ref::<FixedSizeListArray>() {
        let size = list.size();
        ((0..list.len()).map(|at| (at * size, (at + 1) * size)).collect(), list.values())
    } else {
        return Err(mismatch(array));
    };
    Ok(Tree::List(bounds, Box::new(node(items, item)?)))
}

fn mismatch(array: &Array) -> Error {
    Error::new(ErrorKind::Internal, format!("an array holds {:?} where its schema says otherwise", array.dtype()))
}

impl Node {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        if self.array.is_null(index) {
            out.extend_from_slice(b"null");
            return;
        }
        match &self.tree {
            Tree::Flat(column) if column.is_valid(index) => format::write_json(column, index, out),
            Tree::Flat(_) => out.extend_from_slice(b"null"),
            Tree::List(bounds, items) => {
                let (start, end) = bounds[index];
                out.push(b'[');
                for item in start..end {
                    if item > start {
                        out.push(b',');
                    }
                    items.write(item, out);
                }
                out.push(b']');
            }
            Tree::Struct(fields) => {
                out.push(b'{');
                for (at, (name, values)) in fields.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    format::write_json_text(name.as_bytes(), out);
                    out.push(b':');
                    values.write(index, out);
                }
                out.push(b'}');
            }
        }
    }
}
