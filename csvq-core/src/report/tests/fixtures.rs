//! Comparisons made by hand, without an engine.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::report::{
    Cell, ColumnReport, Comparison, Counts, Details, DifferenceKind, DifferenceRows, DuplicateKey, Highlights,
    InputReport, Layout, Metadata, Report, RowRecord, SCHEMA_VERSION, Status, highlights, summarise,
};

pub(super) type Record = Vec<Option<String>>;

/// A row that differs, owned.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) kind: DifferenceKind,
    pub(super) left_row: Option<u64>,
    pub(super) right_row: Option<u64>,
    pub(super) left: Record,
    pub(super) right: Record,
}

/// A comparison in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixture {
    pub(super) layout: Layout,
    pub(super) rows: Vec<Row>,
    pub(super) unchanged: u64,
    pub(super) limit: Option<usize>,
    pub(super) unparsable: Vec<String>,
    /// Ends reading the rows after so many.
    pub(super) fails_after: Option<usize>,
}

/// A record of cells; `∅` is a null.
pub(super) fn record(cells: &[&str]) -> Record {
    cells.iter().map(|&cell| (cell != "∅").then(|| cell.to_owned())).collect()
}

impl Fixture {
    /// A comparison of tables with these columns, those of the left that are on the right too are compared.
    pub(super) fn new(left: &[&str], right: &[&str], key: &[&str]) -> Self {
        let place = |columns: &[&str], name: &str| columns.iter().position(|column| *column == name);
        let pair = |name: &str| Some((place(left, name)?, place(right, name)?));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let layout = Layout {
            left_columns: owned(left),
            right_columns: owned(right),
            key: key.iter().filter_map(|name| pair(name)).collect(),
            columns: left.iter().filter(|name| !key.contains(name)).filter_map(|name| pair(name)).collect(),
        };
        Self { layout, ..Self::default() }
    }

    pub(super) fn changed(mut self, rows: (u64, u64), left: &[&str], right: &[&str]) -> Self {
        self.push(DifferenceKind::Changed, Some(rows.0), Some(rows.1), record(left), record(right));
        self
    }

    pub(super) fn removed(mut self, row: u64, left: &[&str]) -> Self {
        self.push(DifferenceKind::Removed, Some(row), None, record(left), Record::new());
        self
    }

    pub(super) fn added(mut self, row: u64, right: &[&str]) -> Self {
        self.push(DifferenceKind::Added, None, Some(row), Record::new(), record(right));
        self
    }

    pub(super) fn push(
        &mut self,
        kind: DifferenceKind,
        left_row: Option<u64>,
        right_row: Option<u64>,
        left: Record,
        right: Record,
    ) {
        self.rows.push(Row { kind, left_row, right_row, left, right });
    }

    /// The comparison, with a report of what the rows say.
    pub(super) fn build(self) -> Comparison {
        let layout = self.layout.clone();
        let count = |kind| self.rows.iter().filter(|row| row.kind == kind).count() as u64;
        let (changed, removed, added) =
            (count(DifferenceKind::Changed), count(DifferenceKind::Removed), count(DifferenceKind::Added));
        let matched = self.unchanged + changed;
        let mut columns: Vec<ColumnReport> = layout
            .columns
            .iter()
            .map(|&(left, right)| ColumnReport {
                name: layout.left_columns[left].clone(),
                left_name: layout.left_columns[left].clone(),
                right_name: layout.right_columns[right].clone(),
                column_type: "text".to_owned(),
                ..ColumnReport::default()
            })
            .collect();
        let mut changed_cells = 0;
        let mut shown = Vec::new();
        let mut kept = [0_usize; 3];
        for row in &self.rows {
            for (index, unparsable) in self.changes(row) {
                changed_cells += 1;
                columns[index].changed += 1;
                columns[index].unparsable += u64::from(unparsable);
            }
            kept[row.kind as usize] += 1;
            if kept[row.kind as usize] <= self.limit.unwrap_or(100) {
                let mut difference = None;
                let _ = self.with_record(row, &mut |record| {
                    difference = Some(layout.difference(record));
                    Ok(())
                });
                shown.extend(difference);
            }
        }
        for column in &mut columns {
            column.match_rate = (matched > 0).then(|| (matched - column.changed) as f64 / matched as f64);
        }
        let lone = |names: &[String], others: &[String]| -> Vec<String> {
            names.iter().filter(|name| !others.contains(name)).cloned().collect()
        };
        let mut details = Details {
            counts: Counts {
                left_rows: matched + removed,
                right_rows: matched + added,
                matched,
                unchanged: self.unchanged,
                changed,
                added,
                removed,
                changed_cells,
                ..Counts::default()
            },
            columns,
            truncated: shown.len() < self.rows.len(),
            ..Details::default()
        };
        details.schema.only_left = lone(&layout.left_columns, &layout.right_columns);
        details.schema.only_right = lone(&layout.right_columns, &layout.left_columns);
        let highlights = highlights(&shown, &layout);
        details.rows = shown;
        let is_equal = self.rows.is_empty() && layout.left_columns.len() == layout.right_columns.len();
        let mut report = report(details, highlights, &layout, is_equal);
        report.details.summary = summarise(&report);
        Comparison { report, rows: Some(Arc::new(self)), differences: None, profile: Vec::new() }
    }

    fn changes(&self, row: &Row) -> Vec<(usize, bool)> {
        if row.kind != DifferenceKind::Changed {
            return Vec::new();
        }
        let pairs = self.layout.columns.iter().enumerate();
        pairs
            .filter(|(_, (left, right))| row.left[*left] != row.right[*right])
            .map(|(index, (left, _))| (index, self.unparsable.contains(&self.layout.left_columns[*left])))
            .collect()
    }

    fn with_record(&self, row: &Row, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        let cells = |record: &'_ Record| -> Vec<Cell<'static>> {
            let cell = |text: &Option<String>| Cell {
                text: Cow::Owned(text.clone().unwrap_or_default()),
                is_null: text.is_none(),
            };
            record.iter().map(cell).collect()
        };
        visit(&RowRecord {
            kind: row.kind,
            left_row: row.left_row,
            right_row: row.right_row,
            left: &cells(&row.left),
            right: &cells(&row.right),
            changed: &self.changes(row),
        })
    }
}

impl DifferenceRows for Fixture {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn visit(&self, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        for (index, row) in self.rows.iter().enumerate() {
            if self.fails_after == Some(index) {
                return Err(Error::new(ErrorKind::InputChanged, "the file changed while it was compared"));
            }
            self.with_record(row, visit)?;
        }
        Ok(())
    }
}

fn report(details: Details, highlights: Highlights, layout: &Layout, is_equal: bool) -> Report {
    let input = |name: &str, columns: &[String]| InputReport {
        name: name.to_owned(),
        format: "csv".to_owned(),
        bytes: 1024,
        encoding: "UTF-8".to_owned(),
        compression: "none".to_owned(),
        delimiter: ",".to_owned(),
        header: true,
        columns: columns.to_vec(),
    };
    let key: Vec<&String> = layout.key.iter().map(|&(left, _)| &layout.left_columns[left]).collect();
    Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        is_equal,
        details,
        highlights,
        metadata: Metadata {
            plugin_name: "row_compare".to_owned(),
            plugin_version: "0.1.0".to_owned(),
            status: Status::Completed,
            elapsed_ms: 12.5,
            engine: "text".to_owned(),
            stopped_early: false,
            left: input("data/left.csv", &layout.left_columns),
            right: input("data/right.csv", &layout.right_columns),
            parameters: serde_json::json!({ "key": key }),
            sandbox: None,
        },
    }
}

/// A comparison as people have it every day.
pub(super) fn ordinary() -> Comparison {
    let left = ["id", "name", "city", "price", "stock", "updated", "note"];
    let right = ["id", "name", "city", "stock", "price", "updated", "origin", "grade"];
    let mut fixture = Fixture::new(&left, &right, &["id"])
        .changed(
            (17, 17),
            &["1017", "Espresso cup", "Graz", "12.50", "14", "2026-08-03", "x"],
            &["1017", "Espresso cup", "Graz", "14", "12.75", "2026-09-05", "AT", "A"],
        )
        .changed(
            (204, 206),
            &["1204", "Teapot, blue", "København", "39.00", "3", "2026-08-03", ""],
            &["1204", "Teapot, green", "København", "0", "41.00", "2026-08-03", "DK", "B"],
        )
        .changed(
            (377, 379),
            &["1377", "Kettle", "", "25.00", "8", "2026-08-03", ""],
            &["1377", "Kettle", "∅", "8", "24.00", "2026-08-03", "", "A"],
        )
        .removed(99, &["1099", "Sugar bowl", "Linz", "9.90", "0", "2025-01-31", "discontinued"])
        .added(400, &["1400", "Milk jug", "Wien", "25", "17.00", "2026-09-05", "AT", "A"])
        .added(401, &["1401", "急須", "東京", "4", "88.00", "2026-09-05", "JP", "A"])
        .added(402, &["1402", "Saucer", "Brno", "120", "4.20", "2026-09-05", "CZ", "C"]);
    fixture.unchanged = 1996;
    let mut comparison = fixture.build();
    let details = &mut comparison.report.details;
    details.columns[2].column_type = "float".to_owned();
    details.columns[2].max_abs_diff = Some(2.0);
    details.schema.reordered = vec!["price".to_owned(), "stock".to_owned()];
    details.counts.left_duplicate_keys = 1;
    details.duplicates.left = vec![DuplicateKey { key: record(&["1500"]), rows: vec![500, 1712], count: 2 }];
    comparison.report.details.summary = summarise(&comparison.report);
    comparison
}

/// Cells that attack whatever shows them.
pub(super) fn nasty() -> Comparison {
    let columns = ["i|d", "a`b", "<b>c</b>", "kind"];
    let long = "x".repeat(10_000);
    let changed_end = format!("{}y", &long[1..]);
    let mut fixture = Fixture::new(&columns, &columns, &["i|d", "kind"])
        .changed(
            (1, 1),
            &["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a|b", "k"],
            &["=cmd|' /C calc'!A0", "</script><!-- &amp;", "a\\|b", "k"],
        )
        .changed(
            (2, 2),
            &["\u{1b}[31mred", "two\nlines", "\"quoted\"", "∅"],
            &["\u{1b}[31mred", "two\r\nlines", "'quoted'", "∅"],
        )
        .changed((3, 3), &["千代田区", "東京都千代田区丸の内", "∅", ""], &["千代田区", "東京都千代田区大手町", "", ""])
        .changed((4, 4), &["4", &long, "abc ", "-1.5"], &["4", &changed_end, "abc", "-1.5"])
        .changed(
            (5, 5),
            &["5", "[x](http://evil.example)", "mail@example.org", "@me"],
            &["5", "![x](javascript:alert(1))", "www.example.org `code` **bold** #12", "@me"],
        )
        .removed(6, &["6", "\u{202e}evil\u{2028}", "\u{0}\u{9b}", "`"])
        .added(6, &["|||", "=1+1", "+2", "```"]);
    fixture.unparsable = vec!["<b>c</b>".to_owned()];
    fixture.unchanged = 1;
    fixture.build()
}

/// Equal tables.
pub(super) fn equal() -> Comparison {
    let mut fixture = Fixture::new(&["id", "a", "b"], &["id", "a", "b"], &["id"]);
    fixture.unchanged = 1000;
    fixture.build()
}

/// More rows than the report holds, without a key, of many columns.
pub(super) fn many() -> Comparison {
    let names: Vec<String> = (1..=30).map(|number| format!("column_{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut fixture = Fixture::new(&names, &names, &[]);
    for row in 1..=40_u64 {
        let left: Record = (0..30).map(|column| Some(format!("{}", row * 100 + column))).collect();
        let mut right = left.clone();
        for cell in right.iter_mut().take(1 + row as usize % 30) {
            *cell = cell.as_ref().map(|text| format!("{text}0"));
        }
        fixture.push(DifferenceKind::Changed, Some(row), Some(row), left, right);
    }
    fixture.limit = Some(5);
    fixture.unchanged = 1_000_000;
    let mut comparison = fixture.build();
    comparison.report.metadata.stopped_early = true;
    comparison
}
