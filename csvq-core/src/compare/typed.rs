//! The way to the columnar engine: sources as readers of columns, of which text is one.

use std::sync::Arc;
use std::time::Instant;

use super::columnar::{self, Context, Readers};
use super::columns::Columns;
use super::{ComparatorInfo, Job, candidates, result, text};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::report::{Comparison, InputReport, SchemaReport};
use crate::source::columns::ColumnReader;
use crate::source::{Opened, TextReader};
use crate::spec::CompareSpec;

/// Both sides as readers of columns.
pub(super) struct Typed {
    readers: Readers,
    inputs: [InputReport; 2],
    /// Which sides have types of their own.
    typed: [bool; 2],
    memory: u64,
}

/// Makes readers of both sides.
pub(super) fn open(
    sides: [Opened; 2],
    spec: &CompareSpec,
    columns: &Columns,
    memory: u64,
    control: &Control,
) -> Result<Typed> {
    let typed = [0, 1].map(|side| matches!(sides[side], Opened::Columns(_)));
    let reader = |side: usize, opened: Opened| -> Result<(Arc<dyn ColumnReader>, InputReport)> {
        match opened {
            Opened::Columns(table) => {
                let report = InputReport {
                    name: table.name,
                    format: table.format.to_owned(),
                    bytes: table.bytes,
                    header: true,
                    columns: table.reader.fields().iter().map(|field| field.name.clone()).collect(),
                    ..InputReport::default()
                };
                Ok((table.reader, report))
            }
            Opened::Text(table) => {
                let report = result::input(&table);
                let pairs = columns.key.iter().chain(&columns.compared);
                let wanted = pairs.map(|&(left, right)| if side == 0 { left } else { right }).collect();
                let names = table.columns().to_vec();
                let reader = TextReader::new(table, &names, wanted, text::ragged(spec), memory, control)?;
                Ok((Arc::new(reader), report))
            }
        }
    };
    let [left, right] = sides;
    let ((left, left_input), (right, right_input)) = (reader(0, left)?, reader(1, right)?);
    Ok(Typed { readers: [left, right], inputs: [left_input, right_input], typed, memory })
}

impl Typed {
    /// Compares them.
    pub(super) fn compare(
        self,
        info: ComparatorInfo,
        job: &Job,
        spec: &CompareSpec,
        columns: Columns,
        max_rows: Option<u64>,
        began: Instant,
    ) -> Result<Comparison> {
        let fields = [self.readers[0].fields(), self.readers[1].fields()];
        let plan = columnar::plan(spec, &columns, fields, self.memory, max_rows)?;
        let type_changes = columnar::type_changes(&columns, fields, self.typed);
        let schema = SchemaReport { type_changes, ..columns.schema.clone() };
        let names = [&*self.inputs[0].name, &*self.inputs[1].name];
        let outcome = columnar::compare(&self.readers, &plan, names, &job.control)?;
        let context = Context { info, job, spec, inputs: self.inputs, began };
        columnar::comparison(context, columns, schema, self.readers, plan, outcome)
    }

    /// The error for a comparison by key without a key.
    pub(super) fn no_key(&self, spec: &CompareSpec, columns: &Columns, control: &Control) -> Result<Error> {
        let fields = [self.readers[0].fields(), self.readers[1].fields()];
        let plan = columnar::plan(spec, columns, fields, self.memory, None)?;
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
