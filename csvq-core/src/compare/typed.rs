//! The way to the columnar engine: sources as readers of columns, of which text is one.

use std::sync::Arc;
use std::time::Instant;

use csvq_text::threads;
use parking_lot::Mutex;

use super::columnar::{self, Context, Plan, Readers};
use super::columns::Columns;
use super::{ComparatorInfo, Job, candidates, result, text};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::report::{Comparison, InputReport, SchemaReport, TypeChange};
use crate::source::columns::ColumnReader;
use crate::source::{Opened, TextReader};
use crate::spec::CompareSpec;
use crate::types::ColumnType;

/// Both sides as readers of columns.
pub(super) struct Typed {
    pub(super) readers: Readers,
    pub(super) inputs: [InputReport; 2],
    /// Which sides have types of their own.
    typed: [bool; 2],
    /// What text on both sides is taken for: the key columns, then the compared ones.
    inferred: Vec<ColumnType>,
    memory: u64,
}

/// What a comparison by column is told besides the spec.
pub(super) struct Settings {
    /// Whether the spec says how rows are matched.
    pub(super) has_key: bool,
    pub(super) max_rows: Option<u64>,
    /// Whether it is told what columns hold, and where their differences are.
    pub(super) statistics: bool,
}

/// Makes readers of both sides, to read the key columns and the compared ones.
pub(super) fn open(
    sides: [Opened; 2],
    spec: &CompareSpec,
    columns: &Columns,
    memory: u64,
    control: &Control,
) -> Result<Typed> {
    open_with(sides, spec, columns, [&[], &[]], memory, control)
}

/// Makes readers of both sides, to read other columns of each side, too.
pub(super) fn open_with(
    sides: [Opened; 2],
    spec: &CompareSpec,
    columns: &Columns,
    others: [&[usize]; 2],
    memory: u64,
    control: &Control,
) -> Result<Typed> {
    let typed = [0, 1].map(|side| matches!(sides[side], Opened::Columns(_)));
    let (sides, inferred) = infer(sides, spec, columns, memory, control)?;
    let threads = spec.threads.unwrap_or_else(default_threads);
    // Text is read whole, one side on each thread.
    let sides = sides.map(|side| Mutex::new(Some(side)));
    let opened = threads::for_each(
        threads,
        &[0, 1],
        |side| {
            let opened = sides[*side].lock().take();
            opened.map(|opened| reader(*side, opened, spec, (columns, others[*side]), memory, control)).transpose()
        },
        |_| false,
    )?;
    let (mut readers, mut inputs) = (Vec::new(), Vec::new());
    for side in opened {
        let (reader, input) = side?.ok_or_else(|| Error::new(ErrorKind::Internal, "a side was opened twice"))?;
        readers.push(reader);
        inputs.push(input);
    }
    let missing = |_| Error::new(ErrorKind::Internal, "a side was not opened");
    let readers = readers.try_into().map_err(|_: Vec<_>| missing(()))?;
    let inputs = inputs.try_into().map_err(|_: Vec<_>| missing(()))?;
    Ok(Typed { readers, inputs, typed, inferred, memory })
}

/// What text is taken for where both sides are text; where one is not, its types are what text is read as.
fn infer(
    sides: [Opened; 2],
    spec: &CompareSpec,
    columns: &Columns,
    memory: u64,
    control: &Control,
) -> Result<([Opened; 2], Vec<ColumnType>)> {
    match sides {
        [Opened::Text(left), Opened::Text(right)] => {
            let opened = text::Opened { left, right, memory };
            let inferred = text::inferred(spec, columns, &opened, control)?;
            Ok(([Opened::Text(opened.left), Opened::Text(opened.right)], inferred))
        }
        sides => Ok((sides, vec![ColumnType::Text; columns.key.len() + columns.compared.len()])),
    }
}

fn reader(
    side: usize,
    opened: Opened,
    spec: &CompareSpec,
    (columns, others): (&Columns, &[usize]),
    memory: u64,
    control: &Control,
) -> Result<(Arc<dyn ColumnReader>, InputReport)> {
    match opened {
        Opened::Columns(table) => {
            let report = result::typed_input(&table);
            Ok((table.reader, report))
        }
        Opened::Text(table) => {
            let report = result::input(&table);
            let pairs = columns.key.iter().chain(&columns.compared);
            let wanted = pairs.map(|&(left, right)| if side == 0 { left } else { right });
            let wanted = wanted.chain(others.iter().copied()).collect();
            let names = table.columns().to_vec();
            let reader = TextReader::new(table, &names, wanted, text::ragged(spec), memory, control)?;
            Ok((Arc::new(reader), report))
        }
    }
}

/// One thread for each processor.
pub(super) fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Typed {
    /// Compares them.
    pub(super) fn compare(
        self,
        info: ComparatorInfo,
        job: &Job,
        spec: &CompareSpec,
        columns: Columns,
        settings: Settings,
        began: Instant,
    ) -> Result<Comparison> {
        if !settings.has_key {
            return Err(self.no_key(spec, &columns, &job.control)?);
        }
        let Settings { max_rows, statistics, .. } = settings;
        let plan = Plan { max_rows, statistics, ..self.plan(spec, &columns)? };
        let type_changes = self.type_changes(&columns);
        let schema = SchemaReport { type_changes, ..columns.schema.clone() };
        let names = [&*self.inputs[0].name, &*self.inputs[1].name];
        let outcome = columnar::compare(&self.readers, &plan, names, &job.control)?;
        let context = Context { info, job, spec, inputs: self.inputs, began };
        columnar::comparison(context, columns, schema, self.readers, plan, outcome)
    }

    /// Columns whose types differ.
    pub(super) fn type_changes(&self, columns: &Columns) -> Vec<TypeChange> {
        columnar::type_changes(columns, [self.readers[0].fields(), self.readers[1].fields()], self.typed)
    }

    /// What the columnar engine is to do.
    pub(super) fn plan(&self, spec: &CompareSpec, columns: &Columns) -> Result<Plan> {
        let fields = [self.readers[0].fields(), self.readers[1].fields()];
        columnar::plan(spec, columns, fields, &self.inferred, self.memory)
    }

    /// The error for a comparison by key without a key.
    fn no_key(&self, spec: &CompareSpec, columns: &Columns, control: &Control) -> Result<Error> {
        let plan = self.plan(spec, columns)?;
        let unique = columnar::unique(&self.readers, &plan, control)?;
        let name = |at: &usize| {
            let (left, right) = columns.compared[*at];
            let (left, right) = (&columns.names[0][left], &columns.names[1][right]);
            if left == right { left.clone() } else { format!("{left}={right}") }
        };
        let sets = unique.iter().map(|set| set.iter().map(name).collect::<Vec<_>>().join(","));
        Ok(candidates::error(sets.collect()))
    }
}
