//! A comparison that someone else carries out, such as a plugin: both tables as it gets them, what it is told of them, and
//! a report of what it answered.
//!
//! The engine's part is what every comparison has in common: it opens the sources, pairs the columns, and holds the answer
//! against the tables. Cells in the report are read from the tables themselves.

mod answer;
mod differences;
mod document;
mod extras;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use csvq_text::threads;
use serde_json::Value;

use super::columns::{self, Columns};
use super::open::{self, Sides};
use super::{ComparatorInfo, Job, columnar, result, rules, text, typed};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::report::{Comparison, DifferenceRows, InputReport, SchemaReport};
use crate::source::{Opened, TextReader, whole};
use crate::spec::{By, CompareSpec, DuplicatePolicy};
use crate::table::Table;
use crate::types::ColumnType;

pub(crate) use answer::Answer;

/// A comparison that is carried out elsewhere.
pub(crate) struct Delegated {
    spec: CompareSpec,
    columns: Columns,
    inputs: [InputReport; 2],
    tables: [Table; 2],
    /// Which sides have types of their own.
    typed: [bool; 2],
    memory: u64,
    began: Instant,
}

impl Delegated {
    /// Reads both sources whole, and pairs their columns.
    ///
    /// # Errors
    /// What opening and reading them, and the spec, can come to.
    pub(crate) fn open(job: &Job) -> Result<Self> {
        let began = Instant::now();
        job.spec.validate()?;
        let Sides { sides, memory } = open::open(job)?;
        let columns = columns::resolve(&job.spec, &sides[0].names(), &sides[1].names())?;
        rules::check_columns(&job.spec, &columns)?;
        let typed = [0, 1].map(|side| matches!(sides[side], Opened::Columns(_)));
        let names = &columns.names;
        let read = |side: usize, opened| read(opened, &names[side], &job.spec, &job.control);
        let [(left, left_report), (right, right_report)] = threads::for_both(sides, read)?;
        let delegated = Self {
            spec: job.spec.clone(),
            columns,
            inputs: [left_report, right_report],
            tables: [left, right],
            typed,
            memory,
            began,
        };
        delegated.refuse_duplicates(&job.control)?;
        Ok(delegated)
    }

    /// The tables as they are given away: without the columns that the spec leaves out.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) if a table lost a column.
    pub(crate) fn tables(&self) -> Result<[Table; 2]> {
        let [left, right] = [0, 1].map(|side| self.tables[side].select(&self.given(side)));
        Ok([left?, right?])
    }

    /// What is told of the tables: see `docs/writing-plugins.md`.
    pub(crate) fn document(&self) -> Value {
        document::document(&self.spec, &self.columns, &self.inputs)
    }

    /// The report of an answer.
    ///
    /// # Errors
    /// [`Plugin`](ErrorKind::Plugin) where the answer contradicts itself or the tables.
    pub(crate) fn comparison(self, info: ComparatorInfo, job: &Job, answer: Answer) -> Result<Comparison> {
        let name = info.name.clone().into_owned();
        let compared = answer::comparison(self, info, job, answer);
        compared.map_err(|error| if error.kind() == ErrorKind::Plugin { error.of_plugin(&name) } else { error })
    }

    /// The rows of an answer, for a report that is there already.
    ///
    /// # Errors
    /// Those of [`Delegated::comparison`].
    pub(crate) fn rows(
        self,
        info: ComparatorInfo,
        job: &Job,
        answer: Answer,
    ) -> Result<Option<Arc<dyn DifferenceRows>>> {
        Ok(self.comparison(info, job, answer)?.rows)
    }

    /// Refuses keys that occur more than once where the spec does: what the engine can see to itself it leaves to nobody.
    fn refuse_duplicates(&self, control: &Control) -> Result<()> {
        if self.spec.duplicates != DuplicatePolicy::Error || self.spec.by != By::Key || self.columns.key.is_empty() {
            return Ok(());
        }
        let plan = columnar::Plan { columns: Vec::new(), ..self.plan()? };
        let [left, right] = self.tables.clone();
        let readers: columnar::Readers = [Arc::new(left), Arc::new(right)];
        let names = [&*self.inputs[0].name, &*self.inputs[1].name];
        columnar::compare(&readers, &plan, names, control).map(drop)
    }

    /// The columns that are given away on a side, in order.
    fn given(&self, side: usize) -> Vec<String> {
        let names = &self.columns.names[side];
        let alone = [&self.columns.schema.only_left, &self.columns.schema.only_right][side];
        let paired: Vec<usize> = self
            .columns
            .key
            .iter()
            .chain(&self.columns.compared)
            .map(|&(left, right)| if side == 0 { left } else { right })
            .collect();
        let is_given = |(index, name): &(usize, &String)| paired.contains(index) || alone.contains(name);
        names.iter().enumerate().filter(is_given).map(|(_, name)| name.clone()).collect()
    }

    fn plan(&self) -> Result<columnar::Plan> {
        let fields = [self.tables[0].fields(), self.tables[1].fields()];
        let inferred = vec![ColumnType::Text; self.columns.key.len() + self.columns.compared.len()];
        columnar::plan(&self.spec, &self.columns, fields, &inferred, self.memory)
    }

    fn schema(&self) -> SchemaReport {
        let fields = [self.tables[0].fields(), self.tables[1].fields()];
        let type_changes = columnar::type_changes(&self.columns, fields, self.typed);
        SchemaReport { type_changes, ..self.columns.schema.clone() }
    }
}

/// Reads one side whole. A table in memory is taken as it is.
fn read(opened: Opened, names: &[String], spec: &CompareSpec, control: &Control) -> Result<(Table, InputReport)> {
    let threads = spec.threads.unwrap_or_else(typed::default_threads);
    match opened {
        Opened::Columns(source) => {
            let report = result::typed_input(&source);
            Ok((whole(&*source.reader, &source.name, names, threads, control)?, report))
        }
        Opened::Text(table) => {
            let report = result::input(&table);
            let (all, name) = ((0..names.len()).collect(), table.input().name().to_owned());
            // All of it is held anyway: one reading for all columns.
            let reader = TextReader::new(table, names, all, text::ragged(spec), u64::MAX, control)?;
            Ok((whole(&reader, &name, names, threads, control)?, report))
        }
    }
}

/// The error for an answer that can't be.
fn contradicts(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Plugin, format!("its answer contradicts itself or the tables: {}", message.into()))
}
