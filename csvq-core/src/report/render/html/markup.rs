//! Markup, in which whatever comes from outside is text.

use std::fmt;

use crate::report::cell::{NULL, Parts, contrast, escape_controls, show, show_name, show_path};

/// How many characters of a cell or name are shown.
const CELL: usize = 60;

/// A piece of HTML. Its elements are ours; every other character is escaped on its way in.
#[derive(Clone, Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Text, without a character that would act or hide.
    pub(super) fn text(text: &str) -> Self {
        Self(escaped(&escape_controls(text)))
    }

    /// A name of a column or type.
    pub(super) fn name(name: &str) -> Self {
        Self::text(&show_name(name, CELL)).within("code")
    }

    /// A name of an input.
    pub(super) fn path(path: &str) -> Self {
        Self::text(&show_path(path, CELL)).within("code")
    }

    /// A cell; one that is null looks like no text does.
    pub(super) fn value(value: Option<&str>) -> Self {
        match value {
            None => Self::null(),
            Some(_) => Self::text(&show(value, CELL)),
        }
    }

    /// A side of a changed cell: in an element of its own, the part that differs in bold.
    pub(super) fn side(value: Option<&str>, parts: &Parts, element: &'static str) -> Self {
        if value.is_none() {
            return Self::null().within(element);
        }
        let differing = Self::text(&parts.differing);
        let differing = if differing.0.is_empty() { differing } else { differing.within("b") };
        Self::text(&parts.head).and(differing).and(Self::text(&parts.tail)).within(element)
    }

    /// Both sides of a changed cell, from left to right.
    pub(super) fn change(left: Option<&str>, right: Option<&str>) -> Self {
        let (left_parts, right_parts) = contrast(left, right, CELL);
        let left = Self::side(left, &left_parts, "del");
        left.and(Self::text(" ")).and(Self::side(right, &right_parts, "ins"))
    }

    fn null() -> Self {
        Self(format!("<span class=\"null\">{NULL}</span>"))
    }

    /// An element of ours around it.
    pub(super) fn within(self, element: &'static str) -> Self {
        Self(format!("<{element}>{}</{element}>", self.0))
    }

    /// An element of ours around it, of a class or with another attribute of ours.
    pub(super) fn within_with(self, element: &'static str, attribute: &'static str) -> Self {
        let space = if attribute.is_empty() { "" } else { " " };
        Self(format!("<{element}{space}{attribute}>{}</{element}>", self.0))
    }

    /// Both, one after the other.
    pub(super) fn and(mut self, next: Self) -> Self {
        self.0.push_str(&next.0);
        self
    }

    /// All, with a text between them.
    pub(super) fn joined(parts: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
        Self(parts.join(&escaped(between)))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What has a meaning in HTML, in text or within an attribute, as character references.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}
