//! `schema_compare`: whether two tables have the same columns, and what became of those that they don't share.

use std::time::Instant;

use csvq_text::{Column, Rule};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::columns::{self, Columns};
use super::open::{self, Sides};
use super::{Comparator, ComparatorInfo, Job, parameters, result, rules, text, typed};
use crate::control::Control;
use crate::error::Result;
use crate::report::{
    ColumnReport, Comparison, Details, InputReport, NullabilityChange, RenamedColumn, SchemaMode, SchemaReport,
    TypeChange,
};
use crate::source::Opened;
use crate::spec::{By, CompareSpec};
use crate::types::{ColumnType, DataType, TypeRelation};

/// The built-in comparison of schemas.
#[derive(Clone, Copy, Debug)]
pub struct SchemaCompare;

/// What `schema_compare` can be told besides the spec.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    strict_mode: bool,
    find_renamed: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { strict_mode: false, find_renamed: true }
    }
}

impl Parameters {
    fn read(given: &Map<String, Value>) -> Result<Self> {
        parameters::read(given, "schema_compare", &["strict_mode", "find_renamed"])
    }
}

impl Comparator for SchemaCompare {
    fn info(&self) -> ComparatorInfo {
        ComparatorInfo {
            name: "schema_compare".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Which columns were added, removed, moved or renamed, and whose type or nullability changed."
                .into(),
            parameters: include_str!("../../schema/schema_compare.schema.json").into(),
        }
    }

    fn compare(&self, job: Job) -> Result<Comparison> {
        let began = Instant::now();
        let parameters = Parameters::read(&job.parameters)?;
        job.spec.validate()?;
        let Sides { sides, memory } = open::open(&job)?;
        // Rows are not compared: tables without a common column have schemas, too.
        let resolved = CompareSpec { by: By::Key, ..job.spec.clone() };
        let columns = columns::resolve(&resolved, &sides[0].names(), &sides[1].names())?;
        rules::check_columns(&job.spec, &columns)?;
        let kinds = [kinds(&sides[0], &job, &columns, 0)?, kinds(&sides[1], &job, &columns, 1)?];
        let inputs = [input(&sides[0]), input(&sides[1])];
        let mode = if parameters.strict_mode { SchemaMode::Strict } else { SchemaMode::Compatible };
        let nullability_changes = nullability_changes(&sides, &columns);
        let alone = [0, 1].map(|side| alone(&columns, side));
        let renamed = if parameters.find_renamed && alone.iter().all(|alone| !alone.is_empty()) {
            renamed(sides, &job.spec, &columns, alone, memory, &job.control)?
        } else {
            Vec::new()
        };
        let schema = SchemaReport {
            type_changes: type_changes(&columns, &kinds),
            nullability_changes,
            renamed,
            mode: Some(mode),
            ..columns.schema.clone()
        };
        let is_equal = is_equal(&schema, mode);
        let details = Details { columns: column_reports(&columns, &kinds), schema, ..Details::default() };
        result::without_rows(self.info(), &job, is_equal, details, inputs, began)
    }
}

/// What a column holds, as far as its source says.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// It has a type.
    Typed(DataType),
    /// It is text, which looks like this.
    Read(ColumnType),
    /// It is text of which there is none.
    Empty,
}

impl Kind {
    fn name(&self) -> String {
        match self {
            Self::Typed(data_type) => data_type.to_string(),
            Self::Read(column_type) => column_type.name().to_owned(),
            Self::Empty => "empty".to_owned(),
        }
    }

    /// What it means that the right kind takes the place of the left one; `None` where nothing changed.
    fn relation(left: &Self, right: &Self) -> Option<TypeRelation> {
        match (left, right) {
            (Self::Typed(left), Self::Typed(right)) => right.relation_to(left),
            (Self::Read(left), Self::Read(right)) => {
                (left != right).then(|| TypeRelation::of(reads(*right, *left), reads(*left, *right)))
            }
            // Text has no exact type: it is one of the other side's where it can be read as that.
            (Self::Read(read), Self::Typed(typed)) => {
                (!fits(*read, typed)).then(|| TypeRelation::of(false, reads(*read, typed.column_type())))
            }
            (Self::Typed(typed), Self::Read(read)) => {
                (!fits(*read, typed)).then(|| TypeRelation::of(reads(*read, typed.column_type()), false))
            }
            // No text is of any type.
            (Self::Empty, _) | (_, Self::Empty) => None,
        }
    }
}

/// Whether text that looks like a type can be read as another one.
fn reads(wide: ColumnType, narrow: ColumnType) -> bool {
    use ColumnType as Type;
    wide == narrow
        || matches!(
            (wide, narrow),
            (Type::Text, _)
                | (Type::Decimal | Type::Float, Type::Integer)
                | (Type::Decimal, Type::Float)
                | (Type::Float, Type::Decimal)
                | (Type::Timestamp, Type::Date)
        )
}

fn fits(read: ColumnType, typed: &DataType) -> bool {
    typed.column_type() == ColumnType::Text || reads(typed.column_type(), read)
}

/// What each column of a side holds.
fn kinds(side: &Opened, job: &Job, columns: &Columns, at: usize) -> Result<Vec<Kind>> {
    match side {
        Opened::Columns(table) => {
            Ok(table.reader.fields().iter().map(|field| Kind::Typed(field.data_type.clone())).collect())
        }
        Opened::Text(table) => {
            let column = |(index, name): (usize, &String)| {
                // Rules name columns as the left table does.
                let pairs = columns.key.iter().chain(&columns.compared);
                let mut of = pairs.filter(|(left, right)| if at == 0 { *left == index } else { *right == index });
                let name = of.next().map_or(name, |(left, _)| &columns.names[0][*left]);
                let rule = Rule { abs_tol: None, ..rules::rule(&job.spec, name, ColumnType::Text) };
                Column { left: index, right: index, rule }
            };
            let sample: Vec<Column> = columns.names[at].iter().enumerate().map(column).collect();
            let inferred = csvq_text::infer(table, table, &sample, text::ragged(&job.spec), &job.control)?;
            let kind = |(inferred, column): (Option<ColumnType>, &Column)| {
                let declared = column.rule.declared.then_some(column.rule.column_type);
                declared.or(inferred).map_or(Kind::Empty, Kind::Read)
            };
            Ok(inferred.into_iter().zip(&sample).map(kind).collect())
        }
    }
}

fn input(side: &Opened) -> InputReport {
    match side {
        Opened::Columns(table) => result::typed_input(table),
        Opened::Text(table) => result::input(table),
    }
}

/// The shared columns, the key's among them, in the order of the left table.
fn shared(columns: &Columns) -> Vec<(usize, usize)> {
    let mut shared = [&columns.key[..], &columns.compared[..]].concat();
    shared.sort_unstable();
    shared
}

fn type_changes(columns: &Columns, kinds: &[Vec<Kind>; 2]) -> Vec<TypeChange> {
    let change = |(left, right): (usize, usize)| {
        let (name, left, right) = (&columns.names[0][left], &kinds[0][left], &kinds[1][right]);
        let change = Kind::relation(left, right)?;
        Some(TypeChange { column: name.clone(), left: left.name(), right: right.name(), change })
    };
    shared(columns).into_iter().filter_map(change).collect()
}

/// Columns that may be null on one side alone; text does not say.
fn nullability_changes(sides: &[Opened; 2], columns: &Columns) -> Vec<NullabilityChange> {
    let [Opened::Columns(left), Opened::Columns(right)] = sides else { return Vec::new() };
    let (left, right) = (left.reader.fields(), right.reader.fields());
    let change = |(at, there): (usize, usize)| {
        let (left, right) = (left[at].nullable, right[there].nullable);
        (left != right).then(|| NullabilityChange { column: columns.names[0][at].clone(), left, right })
    };
    shared(columns).into_iter().filter_map(change).collect()
}

/// The columns of a side that have no partner, by index.
fn alone(columns: &Columns, side: usize) -> Vec<usize> {
    let names = [&columns.schema.only_left, &columns.schema.only_right][side];
    (0..columns.names[side].len()).filter(|index| names.contains(&columns.names[side][*index])).collect()
}

/// Columns that were probably renamed, of those that stand on one side alone.
fn renamed(
    sides: [Opened; 2],
    spec: &CompareSpec,
    columns: &Columns,
    alone: [Vec<usize>; 2],
    memory: u64,
    control: &Control,
) -> Result<Vec<RenamedColumn>> {
    let mut columns = Columns { compared: Vec::new(), ..columns.clone() };
    let typed = typed::open_with(sides, spec, &columns, [&alone[0], &alone[1]], memory, control)?;
    // What can't be a key says nothing of which rows belong together.
    let fields = [typed.readers[0].fields(), typed.readers[1].fields()];
    if columns
        .key
        .iter()
        .any(|(left, right)| !fields[0][*left].data_type.can_be_key() || !fields[1][*right].data_type.can_be_key())
    {
        columns.key.clear();
    }
    let plan = typed.plan(spec, &columns)?;
    let names = [typed.inputs[0].name.as_str(), typed.inputs[1].name.as_str()];
    super::columnar::renamed(&typed.readers, &plan, &columns, [&alone[0], &alone[1]], names, control)
}

fn is_equal(schema: &SchemaReport, mode: SchemaMode) -> bool {
    let same_columns = schema.only_left.is_empty() && schema.only_right.is_empty();
    match mode {
        SchemaMode::Strict => {
            same_columns
                && schema.reordered.is_empty()
                && schema.type_changes.is_empty()
                && schema.nullability_changes.is_empty()
        }
        SchemaMode::Compatible => {
            same_columns
                && schema.type_changes.iter().all(|change| change.change == TypeRelation::Widened)
                && schema.nullability_changes.iter().all(|change| change.right)
        }
    }
}

fn column_reports(columns: &Columns, kinds: &[Vec<Kind>; 2]) -> Vec<ColumnReport> {
    let report = |(left, right): (usize, usize)| ColumnReport {
        name: columns.names[0][left].clone(),
        left_name: columns.names[0][left].clone(),
        right_name: columns.names[1][right].clone(),
        column_type: kinds[0][left].name(),
        ..ColumnReport::default()
    };
    shared(columns).into_iter().map(report).collect()
}
