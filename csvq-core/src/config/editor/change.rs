//! One change of a JSON text, made in its syntax tree, so that everything else stays as it is written.

use std::path::Path;

use jsonc_parser::cst::{CstInputValue, CstNode, CstRootNode};
use serde_json::{Map, Value};

use super::super::document::{Documents, STRICT};
use super::super::file;
use super::super::path::{DEEPEST, SettingPath, Step, too_deep};
use crate::error::{Context, Error, ErrorKind, Result};

/// A change of a document.
#[derive(Clone, Debug)]
pub(in crate::config) enum Change {
    /// A value takes the place of the one here, or is added.
    Set { path: SettingPath, value: Value },
    /// The value here goes, if it is there.
    Remove { path: SettingPath },
}

impl Change {
    pub(in crate::config) fn set(path: SettingPath, value: Value) -> Self {
        Self::Set { path, value }
    }

    pub(in crate::config) fn remove(path: SettingPath) -> Self {
        Self::Remove { path }
    }

    fn path(&self) -> &SettingPath {
        match self {
            Self::Set { path, .. } | Self::Remove { path } => path,
        }
    }
}

/// The text with the changes made one after the other.
pub(in crate::config) fn apply(file: &Path, text: &str, changes: &[Change]) -> Result<String> {
    let mut text = text.to_owned();
    for change in changes {
        if let Change::Set { path, value } = change
            && path.0.len().saturating_add(depth(value)) > DEEPEST
        {
            return Err(too_deep(&path.to_string()));
        }
        let mut expected = Documents::default().parse(file, text.clone())?.value();
        let possible = match change {
            Change::Set { path, value } => set_in_value(&mut expected, &path.0, value),
            Change::Remove { path } => {
                remove_from_value(&mut expected, &path.0);
                true
            }
        };
        if !possible {
            return Err(impossible(file, change));
        }
        text = edited(&text, change).ok_or_else(|| impossible(file, change))?;
        // The tree is another's: what it wrote is looked at before it replaces a file.
        if Documents::default().parse(file, text.clone())?.value() != expected {
            let message = "csvq can't edit this file without changing more than it should: edit it by hand";
            return Err(Error::new(ErrorKind::Internal, message).with_context(file::place(file)));
        }
    }
    Ok(text)
}

/// How many lists and objects a value is nested in one another, itself among them.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn impossible(file: &Path, change: &Change) -> Error {
    let message = "nothing can be set here: what this path leads through is no object, or a list that is not that long";
    let field = Some(change.path().to_string());
    Error::new(ErrorKind::Config, message).with_context(Context { field, ..file::place(file) })
}

fn edited(text: &str, change: &Change) -> Option<String> {
    let root = CstRootNode::parse(text, &STRICT).ok()?;
    match change {
        Change::Set { path, value } => set(&root, &path.0, value)?,
        Change::Remove { path } => match walk(&root, &path.0) {
            Some(At::Property(property)) => property.remove(),
            Some(At::Element(element)) => element.remove(),
            Some(At::Root) | None => {}
        },
    }
    Some(root.to_string())
}

/// What a path leads to in the tree.
enum At {
    Root,
    Property(jsonc_parser::cst::CstObjectProp),
    Element(CstNode),
}

impl At {
    fn value(&self, root: &CstRootNode) -> Option<CstNode> {
        match self {
            Self::Root => root.value(),
            Self::Property(property) => property.value(),
            Self::Element(element) => Some(element.clone()),
        }
    }
}

fn walk(root: &CstRootNode, steps: &[Step]) -> Option<At> {
    steps.iter().try_fold(At::Root, |at, step| enter(&at.value(root)?, step))
}

fn enter(node: &CstNode, step: &Step) -> Option<At> {
    match step {
        Step::Name(name) => node.as_object()?.get(name).map(At::Property),
        Step::Index(index) => node.as_array()?.elements().into_iter().nth(*index).map(At::Element),
    }
}

fn set(root: &CstRootNode, steps: &[Step], value: &Value) -> Option<()> {
    // As far as the way is there; the rest of it is made as one value.
    let (count, at) = (0..=steps.len()).rev().find_map(|count| Some((count, walk(root, steps.get(..count)?)?)))?;
    let (missing, rest) = match steps.get(count..)? {
        [] => (None, value.clone()),
        [first, rest @ ..] => (Some(first), nested(rest, value)?),
    };
    match missing {
        None => replace(root, at, input(&rest)),
        Some(Step::Name(name)) => {
            at.value(root)?.as_object()?.append(name, input(&rest));
            Some(())
        }
        Some(Step::Index(index)) => {
            let list = at.value(root)?.as_array()?;
            (list.elements().len() == *index).then(|| list.append(input(&rest))).map(drop)
        }
    }
}

fn replace(root: &CstRootNode, at: At, value: CstInputValue) -> Option<()> {
    match at {
        At::Root => root.set_value(value),
        At::Property(property) => property.set_value(value),
        At::Element(CstNode::Container(container)) => match (container.as_object(), container.as_array()) {
            (Some(object), _) => drop(object.replace_with(value)),
            (_, Some(array)) => drop(array.replace_with(value)),
            _ => return None,
        },
        At::Element(element) => {
            if let Some(text) = element.as_string_lit() {
                text.replace_with(value);
            } else if let Some(number) = element.as_number_lit() {
                number.replace_with(value);
            } else if let Some(truth) = element.as_boolean_lit() {
                truth.replace_with(value);
            } else if let Some(null) = element.as_null_keyword() {
                null.replace_with(value);
            } else {
                return None;
            }
        }
    }
    Some(())
}

/// The value inside objects of these names.
fn nested(steps: &[Step], value: &Value) -> Option<Value> {
    let mut nested = value.clone();
    for step in steps.iter().rev() {
        nested = match step {
            Step::Name(name) => Value::Object(Map::from_iter([(name.clone(), nested)])),
            Step::Index(0) => Value::Array(vec![nested]),
            Step::Index(_) => return None,
        };
    }
    Some(nested)
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(*value),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(entries) => {
            CstInputValue::Object(entries.iter().map(|(name, value)| (name.clone(), input(value))).collect())
        }
    }
}

/// The same change of the value that the text stands for. Gives whether it can be made.
fn set_in_value(target: &mut Value, steps: &[Step], value: &Value) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        *target = value.clone();
        return true;
    };
    match (step, target) {
        (Step::Name(name), Value::Object(entries)) => match (entries.get_mut(name), nested(rest, value)) {
            (Some(inner), _) => set_in_value(inner, rest, value),
            (None, Some(made)) => {
                entries.insert(name.clone(), made);
                true
            }
            (None, None) => false,
        },
        (Step::Index(index), Value::Array(items)) => {
            let is_next = items.len() == *index;
            match (items.get_mut(*index), nested(rest, value)) {
                (Some(inner), _) => set_in_value(inner, rest, value),
                (None, Some(made)) if is_next => {
                    items.push(made);
                    true
                }
                _ => false,
            }
        }
        _ => false,
    }
}

fn remove_from_value(target: &mut Value, steps: &[Step]) {
    match (steps, target) {
        ([Step::Name(name)], Value::Object(entries)) => drop(entries.remove(name)),
        ([Step::Index(index)], Value::Array(items)) if *index < items.len() => drop(items.remove(*index)),
        ([Step::Name(name), rest @ ..], Value::Object(entries)) => {
            if let Some(inner) = entries.get_mut(name) {
                remove_from_value(inner, rest);
            }
        }
        ([Step::Index(index), rest @ ..], Value::Array(items)) => {
            if let Some(inner) = items.get_mut(*index) {
                remove_from_value(inner, rest);
            }
        }
        _ => {}
    }
}
