//! Tables.

use super::markup::Markup;
use crate::report::number::thousands;

/// A cell of a table.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text, at the left.
    Text(Markup),
    /// A number, at the right.
    Number(Markup),
    /// The name of its line.
    Head(Markup),
    /// Both sides hold the same.
    Equal,
}

impl Cell {
    /// Nothing.
    pub(super) fn empty() -> Self {
        Self::Text(Markup::default())
    }

    /// A text.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Markup::text(text))
    }

    /// A number.
    pub(super) fn number(number: &str) -> Self {
        Self::Number(Markup::text(number))
    }

    /// The name of a line.
    pub(super) fn head(text: &str) -> Self {
        Self::Head(Markup::text(text))
    }

    /// A name of a column.
    pub(super) fn name(name: &str) -> Self {
        Self::Text(Markup::name(name))
    }

    /// A value of a column.
    pub(super) fn value(value: &Option<String>) -> Self {
        Self::Text(Markup::value(value.as_deref()))
    }

    fn in_head(self) -> Markup {
        match self {
            Self::Number(content) => content.within_with("th", "scope=\"col\" class=\"number\""),
            Self::Text(content) | Self::Head(content) => content.within_with("th", "scope=\"col\""),
            Self::Equal => Self::empty().in_head(),
        }
    }

    fn in_body(self) -> Markup {
        match self {
            Self::Text(content) => content.within("td"),
            Self::Number(content) => content.within_with("td", "class=\"number\""),
            Self::Head(content) => content.within_with("th", "scope=\"row\""),
            Self::Equal => Markup::text("=").within_with("td", "class=\"equal\""),
        }
    }
}

/// A table with a head and lines.
#[derive(Debug)]
pub(super) struct Table {
    caption: Option<Markup>,
    attribute: &'static str,
    heads: Option<Markup>,
    lines: Vec<Markup>,
}

impl Table {
    /// A table with these heads, and a caption where it has one.
    pub(super) fn new(caption: Option<&str>, heads: impl IntoIterator<Item = Cell>) -> Self {
        let heads = Markup::joined(heads.into_iter().map(Cell::in_head), "").within("tr").within("thead");
        let caption = caption.map(|caption| Markup::text(caption).within("caption"));
        Self { caption, attribute: "", heads: Some(heads), lines: Vec::new() }
    }

    /// A table without heads.
    pub(super) fn without_heads(caption: &str) -> Self {
        let caption = Some(Markup::text(caption).within("caption"));
        Self { caption, attribute: "", heads: None, lines: Vec::new() }
    }

    /// The same with an attribute of ours.
    pub(super) fn with(self, attribute: &'static str) -> Self {
        Self { attribute, ..self }
    }

    /// Adds a line.
    pub(super) fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.lines.push(Markup::joined(cells.into_iter().map(Cell::in_body), "").within("tr"));
    }

    /// Whether it has no line.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The table, and how many lines more there would be of so many; nothing where it has no line.
    pub(super) fn with_rest(self, of: usize) -> Vec<Markup> {
        if self.is_empty() {
            return Vec::new();
        }
        let rest = of.saturating_sub(self.lines.len());
        let mut parts = vec![self.into()];
        if rest > 0 {
            parts.push(Markup::text(&format!("And {} more.", thousands(rest as u64))).within("p"));
        }
        parts
    }
}

impl From<Table> for Markup {
    fn from(table: Table) -> Self {
        let lines = Self::joined(table.lines, "\n").within("tbody");
        let head = table.caption.unwrap_or_default().and(table.heads.unwrap_or_default());
        head.and(lines).within_with("table", table.attribute)
    }
}
