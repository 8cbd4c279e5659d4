//! Tables for tests, as a host would pass them.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchOptions, RecordBatchReader, StringViewArray};
use arrow_schema::{ArrowError, DataType, Field, Schema as Names, SchemaRef};
use csvq_plugin_abi::ArrowArray;

use crate::error::{Error, Result};
use crate::stream::{Array, Batches, Schema, Stream};

/// A table for tests. It counts the batches and streams that a plugin was given and has not released.
#[derive(Clone, Debug)]
pub struct Sample {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// After how many batches its stream fails.
    fails_after: Option<usize>,
    held: Arc<AtomicUsize>,
}

impl Sample {
    /// A table of text, out of lines: names first, values between commas, without quotes. An empty value is null. It
    /// has the form in which csvq passes text.
    ///
    /// ```
    /// use csvq_plugin_api::testing::Sample;
    ///
    /// assert_eq!(Sample::csv("id,name\n1,Tea\n2,\n").rows(), 2);
    /// ```
    #[must_use]
    pub fn csv(text: &str) -> Self {
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let lines: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let columns = names.iter().enumerate().map(|(index, name)| {
            let values = lines.iter().map(|line| line.get(index).copied().filter(|value| !value.is_empty()));
            (*name, Arc::new(values.collect::<StringViewArray>()) as ArrayRef)
        });
        Self::columns(columns.collect())
    }

    /// A table of these columns, in one batch.
    ///
    /// # Panics
    /// Where they are not of one length.
    #[must_use]
    pub fn columns(columns: Vec<(&str, ArrayRef)>) -> Self {
        let fields = columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), true));
        let schema = Arc::new(Names::new(fields.collect::<Vec<_>>()));
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let values = columns.into_iter().map(|(_, values)| values).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), values, &options);
        #[expect(clippy::expect_used, reason = "a table of a test that is none is a mistake of the test")]
        let batch = batch.expect("columns of a table have one length");
        let batches = if rows == 0 { Vec::new() } else { vec![batch] };
        Self { schema, batches, fails_after: None, held: Arc::default() }
    }

    /// A table of `id` (0, 1, …), `name` and `city`: so many rows of text that are all alike in two tables of the same
    /// seed, and differ in `name` in each row of tables of other seeds.
    #[must_use]
    pub fn many(rows: usize, seed: u64) -> Self {
        let mut text = String::from("id,name,city\n");
        for row in 0..rows {
            // Writing to memory does not fail.
            let _ = writeln!(text, "{row},name {} of {seed},city {}", row % 97, row % 11);
        }
        Self::csv(&text)
    }

    /// The same rows in batches of so many rows, which are views into one.
    #[must_use]
    pub fn in_batches_of(self, rows: usize) -> Self {
        let cut = |batch: RecordBatch| {
            let starts = (0..batch.num_rows()).step_by(rows.max(1));
            starts.map(move |start| batch.slice(start, rows.max(1).min(batch.num_rows() - start))).collect::<Vec<_>>()
        };
        Self { batches: self.batches.into_iter().flat_map(cut).collect(), ..self }
    }

    /// The same table, whose stream fails after so many batches.
    #[must_use]
    pub fn failing_after(self, batches: usize) -> Self {
        Self { fails_after: Some(batches), ..self }
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.batches.iter().map(|batch| batch.num_rows() as u64).sum()
    }

    /// The names of its columns.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The types of its columns.
    #[must_use]
    pub fn types(&self) -> Vec<&DataType> {
        self.schema.fields().iter().map(|field| field.data_type()).collect()
    }

    /// It as a stream, as a host passes it.
    #[must_use]
    pub fn stream(&self) -> Stream {
        let fails = self.fails_after.map(|_| Err(ArrowError::ExternalError(Box::new(failure()))));
        let batches = self.batches.iter().take(self.fails_after.unwrap_or(usize::MAX)).cloned().map(Ok).chain(fails);
        let reader = RecordBatchIterator::new(batches.collect::<Vec<_>>(), Arc::clone(&self.schema));
        self.held.fetch_add(1, Ordering::Relaxed);
        Stream::new(Counted { stream: Stream::of_batches(reader), held: Arc::clone(&self.held) })
    }

    /// How many of its streams and batches nobody has released yet.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

fn failure() -> Error {
    Error::failed("the table ends here, for a test")
}

impl<R: RecordBatchReader> From<R> for Sample {
    /// A table of record batches.
    ///
    /// # Panics
    /// Where they can't be read.
    fn from(batches: R) -> Self {
        let schema = batches.schema();
        #[expect(clippy::expect_used, reason = "a table of a test that is none is a mistake of the test")]
        let batches = batches.collect::<std::result::Result<Vec<_>, _>>().expect("the batches of a test can be read");
        Self { schema, batches, fails_after: None, held: Arc::default() }
    }
}

/// A stream whose batches are counted until they are released.
struct Counted {
    stream: Stream,
    held: Arc<AtomicUsize>,
}

/// What a counted batch has in `private_data`.
struct Held {
    array: ArrowArray,
    held: Arc<AtomicUsize>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.held.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Batches for Counted {
    fn schema(&mut self) -> Result<Schema> {
        self.stream.schema()
    }

    fn next_batch(&mut self) -> Result<Option<Array>> {
        let Some(array) = self.stream.next_batch()? else { return Ok(None) };
        self.held.fetch_add(1, Ordering::Relaxed);
        let array = array.into_raw();
        let counted = ArrowArray { release: Some(release), ..copy(&array) };
        let held = Box::new(Held { array, held: Arc::clone(&self.held) });
        let counted = ArrowArray { private_data: Box::into_raw(held).cast(), ..counted };
        // SAFETY: it has what the one within has, and releases that.
        Ok(Some(unsafe { Array::from_raw(counted) }))
    }
}

/// The same fields, of which only one of the two may be released.
fn copy(array: &ArrowArray) -> ArrowArray {
    let ArrowArray {
        length,
        null_count,
        offset,
        n_buffers,
        n_children,
        buffers,
        children,
        dictionary,
        release,
        private_data,
    } = *array;
    ArrowArray {
        length,
        null_count,
        offset,
        n_buffers,
        n_children,
        buffers,
        children,
        dictionary,
        release,
        private_data,
    }
}

unsafe extern "C" fn release(array: *mut ArrowArray) {
    // SAFETY: this is a callback of ours, which its caller gives an array of ours, or null.
    let Some(array) = (unsafe { array.as_mut() }) else { return };
    let held = array.take().private_data.cast::<Held>();
    if held.is_null() {
        return;
    }
    // SAFETY: `next_batch` boxed it, and it is taken once, since the array is released now.
    let mut held = unsafe { Box::from_raw(held) };
    // SAFETY: it is used no more.
    unsafe { held.array.release() };
    held.held.fetch_sub(1, Ordering::Relaxed);
}
