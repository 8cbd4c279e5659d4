//! What is to be compared.

use std::marker::PhantomData;

use csvq_plugin_abi::{ArrowArrayStream, JobV1, SizePrefixed};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::parameters::Parameters;
use crate::stream::Stream;

/// How rows of the two sides find each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum By {
    /// Rows with the same key.
    #[default]
    Key,
    /// The first row with the first one, and so on.
    Position,
    /// Equal rows with equal rows.
    Content,
}

/// A column of the left table, and the one of the right table that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct ColumnPair {
    /// Its name on the left. What is told of the pair goes by this name.
    pub left: String,
    /// Its name on the right.
    pub right: String,
}

impl ColumnPair {
    /// A column that has the same name on both sides.
    #[must_use]
    pub fn same(name: impl Into<String>) -> Self {
        let left = name.into();
        Self { right: left.clone(), left }
    }
}

/// What is to be compared: the tables, how their rows find each other, which columns to look at, and the user's
/// parameters. What is taken out of it may be moved; the rest is released at its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Job<'a> {
    /// The left table.
    pub left: Input,
    /// The right table.
    pub right: Input,
    /// The parameters that the user gave.
    pub parameters: Parameters,
    /// How rows find each other.
    pub by: By,
    /// The key's columns, as the host resolved them; there are some where rows find each other [by key](By::Key).
    pub key: Vec<ColumnPair>,
    /// The columns to be compared, as the host resolved them, in the order of the left table; none of the key.
    pub columns: Vec<ColumnPair>,
    /// How many rows of each kind a report shows, where it is known. More differences may be told: they are counted and
    /// exported.
    pub limit: Option<u64>,
    /// The whole spec of the comparison, as JSON: rules, tolerances and the like, for plugins that heed them.
    pub spec: Value,
    call: PhantomData<&'a ()>,
}

/// One of the two tables.
#[derive(Debug)]
#[non_exhaustive]
pub struct Input {
    /// What it is called: a path, or a name that the caller gave.
    pub name: String,
    /// Its columns and rows: an Arrow C stream that shares the host's memory, to be read once.
    pub stream: Stream,
}

/// The job as the host writes it. What it does not write is empty, and what is not known here is left out, so that
/// later hosts may say more.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    left_name: String,
    right_name: String,
    by: By,
    key: Vec<ColumnPair>,
    columns: Vec<ColumnPair>,
    limit: Option<u64>,
    spec: Value,
}

impl Job<'_> {
    /// A job that nobody called for: to call [`Comparator::compare`](crate::Comparator::compare) without a host.
    #[must_use]
    pub fn new(left: Stream, right: Stream) -> Self {
        let input = |name: &str, stream| Input { name: name.to_owned(), stream };
        Self {
            left: input("left", left),
            right: input("right", right),
            parameters: Parameters::default(),
            by: By::Position,
            key: Vec::new(),
            columns: Vec::new(),
            limit: None,
            spec: Value::Null,
            call: PhantomData,
        }
    }

    /// The job of a call, out of which the streams are moved.
    ///
    /// # Errors
    /// Where the host breaks the rules of the interface, or asks for something that this version does not know.
    ///
    /// # Safety
    /// The pointer is what a host passed, and the call does not end before the value does.
    pub(crate) unsafe fn of_call(job: *const JobV1) -> Result<Self> {
        // SAFETY: the caller vouches for the pointer.
        let job = unsafe { JobV1::read(job) }.ok_or_else(|| Error::failed("the host passed no job"))?;
        // SAFETY: as above.
        let left = unsafe { take(job.left) }?;
        // SAFETY: as above.
        let right = unsafe { take(job.right) }?;
        // SAFETY: the text is valid during the call.
        let parameters = unsafe { job.parameters.bytes() };
        let parameters =
            parameters.ok_or_else(|| Error::failed("the host passed parameters of an impossible length"))?;
        // SAFETY: as above.
        let document = unsafe { job.job.bytes() };
        let document = document.ok_or_else(|| Error::failed("the host passed a job of an impossible length"))?;
        let document: Document = serde_json::from_slice(document)
            .map_err(|error| Error::unsupported(format!("the host's job is of another form than known: {error}")))?;
        Ok(Self {
            left: Input { name: document.left_name, stream: left },
            right: Input { name: document.right_name, stream: right },
            parameters: Parameters::parse(parameters)?,
            by: document.by,
            key: document.key,
            columns: document.columns,
            limit: document.limit,
            spec: document.spec,
            call: PhantomData,
        })
    }
}

/// Moves a stream out of a job.
///
/// # Safety
/// The pointer is null, or what a host passed.
unsafe fn take(stream: *mut ArrowArrayStream) -> Result<Stream> {
    let missing = || Error::failed("the host passed no table");
    // SAFETY: the caller vouches for the pointer, and nobody else uses it during the call.
    let stream = unsafe { stream.as_mut() }.ok_or_else(missing)?;
    if stream.is_released() {
        return Err(missing());
    }
    // SAFETY: the host made it, and it is moved out of the job.
    Ok(unsafe { Stream::from_raw(stream.take()) })
}
