//! One call of a plugin's `compare`.

use std::mem::offset_of;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use csvq_plugin_abi::{ArrowArrayStream, HostV1, JobV1, ResultV1, SizePrefixed, TextV1};
use serde_json::{Map, Value, json};

use super::answer::{Answer, read_lines};
use super::host::Recorder;
use super::plugin::{Failure, owned};
use super::sample::Sample;
use crate::arrow::RecordBatches;
use crate::job::{By, ColumnPair};
use crate::stream::Stream;

/// How much of the host a plugin is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HostForm {
    /// All of it.
    #[default]
    Whole,
    /// One that was made before there was a log.
    Older,
    /// One whose structs are longer than the plugin knows.
    Newer,
    /// One that offers no callbacks.
    Bare,
}

/// Two tables, and what a plugin is told of them.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub(super) left: &'a Sample,
    pub(super) right: &'a Sample,
    pub(super) by: By,
    pub(super) key: Vec<ColumnPair>,
    pub(super) columns: Option<Vec<ColumnPair>>,
    pub(super) parameters: Map<String, Value>,
    pub(super) limit: Option<u64>,
    pub(super) cancel_after: Option<u64>,
    pub(super) form: HostForm,
}

impl<'a> Call<'a> {
    /// A comparison by position of all columns that both tables have.
    #[must_use]
    pub fn new(left: &'a Sample, right: &'a Sample) -> Self {
        Self {
            left,
            right,
            by: By::Position,
            key: Vec::new(),
            columns: None,
            parameters: Map::new(),
            limit: Some(100),
            cancel_after: None,
            form: HostForm::Whole,
        }
    }

    /// By a key of these columns.
    #[must_use]
    pub fn key(self, names: &[&str]) -> Self {
        let key = names.iter().map(|name| ColumnPair::same(*name)).collect();
        Self { by: By::Key, key, ..self }
    }

    /// In another way.
    #[must_use]
    pub fn by(self, by: By) -> Self {
        Self { by, ..self }
    }

    /// Of these columns alone.
    #[must_use]
    pub fn columns(self, columns: Vec<ColumnPair>) -> Self {
        Self { columns: Some(columns), ..self }
    }

    /// With a parameter.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: Value) -> Self {
        self.parameters.insert(name.into(), value);
        self
    }

    /// With these parameters.
    #[must_use]
    pub fn parameters(self, parameters: Map<String, Value>) -> Self {
        Self { parameters, ..self }
    }

    /// Cancelled, from the moment when the plugin has asked so many times whether it is.
    #[must_use]
    pub fn cancelled_after(self, asked: u64) -> Self {
        Self { cancel_after: Some(asked), ..self }
    }

    pub(super) fn form(self, form: HostForm) -> Self {
        Self { form, ..self }
    }

    /// The columns that are compared.
    pub(super) fn compared(&self) -> Vec<ColumnPair> {
        let all = || {
            let names = self.left.names().into_iter();
            let both = names.filter(|name| self.right.names().contains(name));
            let others = both.filter(|name| self.key.iter().all(|pair| pair.left != *name));
            others.map(ColumnPair::same).collect()
        };
        self.columns.clone().unwrap_or_else(all)
    }

    fn document(&self) -> Value {
        let pairs = |pairs: &[ColumnPair]| -> Vec<Value> {
            pairs.iter().map(|ColumnPair { left, right }| json!({ "left": left, "right": right })).collect()
        };
        let by = match self.by {
            By::Key => "key",
            By::Position => "position",
            By::Content => "content",
        };
        json!({
            "left_name": "left.csv",
            "right_name": "right.csv",
            "by": by,
            "key": pairs(&self.key),
            "columns": pairs(&self.compared()),
            "limit": self.limit,
            "spec": { "by": by },
            // What a later host may add.
            "later": true,
        })
    }

    /// Calls a plugin, and reads what it answers.
    pub(super) fn run(
        &self,
        compare: impl FnOnce(*const HostV1, *const JobV1, *mut ResultV1) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        /// A struct as a later release may have it.
        #[repr(C)]
        struct Longer<T> {
            known: T,
            more: [u64; 4],
        }
        let recorder = Recorder { cancel_after: self.cancel_after, ..Recorder::default() };
        let (parameters, document) = (Value::Object(self.parameters.clone()).to_string(), self.document().to_string());
        let (mut left, mut right) = (self.left.stream().into_raw(), self.right.stream().into_raw());
        let job = JobV1 {
            left: &raw mut left,
            right: &raw mut right,
            parameters: TextV1::of(&parameters),
            job: TextV1::of(&document),
            ..JobV1::EMPTY
        };
        let more = [u64::MAX; 4];
        let mut host = Longer { known: recorder.callbacks(), more };
        let mut job = Longer { known: job, more };
        let mut result = Longer { known: ResultV1::EMPTY, more };
        match self.form {
            HostForm::Whole => {}
            HostForm::Older => host.known.size = offset_of!(HostV1, log) as u64,
            HostForm::Newer => {
                for size in [&mut host.known.size, &mut job.known.size, &mut result.known.size] {
                    *size += size_of_val(&more) as u64;
                }
            }
            HostForm::Bare => host.known = HostV1::EMPTY,
        }
        let size = result.known.size;
        let called = compare(
            (&raw const host).cast::<HostV1>(),
            (&raw const job).cast::<JobV1>(),
            (&raw mut result).cast::<ResultV1>(),
        );
        for stream in [left, right] {
            // SAFETY: a plugin that moved it has marked it as released.
            drop(unsafe { Stream::from_raw(stream) });
        }
        let Longer { known: mut result, more: beyond } = result;
        // SAFETY: the plugin handed it over, or left it released.
        let differences =
            unsafe { Stream::from_raw(std::mem::replace(&mut result.differences, ArrowArrayStream::EMPTY)) };
        let outcome = owned(&mut result.outcome, "the outcome");
        let is_empty = differences.as_raw().is_released() && outcome.as_ref().is_ok_and(String::is_empty);
        if called.is_err() && !is_empty {
            return Err(Failure::of_kit("it failed, and wrote a result"));
        }
        called?;
        if beyond != more || result.size != size {
            return Err(Failure::of_kit("it wrote to the size of the result, or beyond its end"));
        }
        let outcome: Value = serde_json::from_str(&outcome?)
            .map_err(|error| Failure::of_kit(format!("the outcome is no JSON: {error}")))?;
        let mut answer = Answer { outcome, ..Answer::default() };
        if !differences.as_raw().is_released() {
            let unreadable = |error| Failure::of_kit(format!("the differences can't be read: {error}"));
            let mut reader = RecordBatches::new(differences).map_err(unreadable)?;
            let batches = reader.by_ref().collect::<Result<Vec<_>, _>>();
            answer.differences = batches.map_err(|error| unreadable(error.into()))?;
            answer.schema = Some(arrow_array::RecordBatchReader::schema(&reader));
            answer.lines = read_lines(&answer.differences);
        }
        answer.asked = recorder.asked.load(Ordering::Relaxed);
        answer.progress = recorder.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        answer.log = recorder.log.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(answer)
    }
}
