//! Scanning the records that start in one stretch of an input.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::record_check::{self, MAX_RECORD, RecordCheck};
use crate::scan::exact::{self, Found};
use crate::scan::lanes::Level;
use crate::scan::walk::{self, Halt, Head, Shape, Visit};
use crate::table::Table;

/// What is done with each record.
pub(crate) trait Take {
    /// Takes a record: its place in the input, `text[start..end]`, and its head where that is known. False where it could
    /// not be taken; the scan then asks for the [`failure`](Take::failure) and ends with it.
    fn take(&mut self, offset: u64, text: &[u8], start: usize, end: usize, head: Option<Head>) -> bool;

    /// Looks at the records that were taken out of this text before it goes away.
    fn flush(&mut self, _text: &[u8]) {}

    /// Why the last record could not be taken.
    fn failure(&mut self) -> Option<Error> {
        None
    }
}

/// Scans one side's records, stretch by stretch.
pub(crate) struct Scanner<'a> {
    table: &'a Table,
    level: Level,
    check: RecordCheck,
    shape: Option<Shape>,
    buffer: Cow<'a, [u8]>,
    /// Where in the input the buffer starts.
    base: u64,
    len: usize,
}

/// Passes records on while they start before the limit.
struct Until<'t, T> {
    take: &'t mut T,
    base: u64,
    limit: u64,
}

impl<T: Take> Visit for Until<'_, T> {
    #[inline(always)]
    fn record(&mut self, text: &[u8], start: usize, end: usize, head: Head) -> bool {
        let offset = self.base + start as u64;
        let line_end = if text[end] == b'\r' { 2 } else { 1 };
        self.take.take(offset, text, start, end, Some(head)) && self.base + ((end + line_end) as u64) < self.limit
    }
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(table: &'a Table, level: Level, check: RecordCheck) -> Self {
        let dialect = table.dialect();
        let shape = dialect.is_plain().then_some(Shape {
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            fields: table.columns().len(),
        });
        Self { table, level, check, shape, buffer: Cow::Owned(Vec::new()), base: 0, len: 0 }
    }

    /// Scans an input that is in memory as a whole.
    pub(crate) fn over(self, text: &'a [u8]) -> Self {
        Self { len: text.len(), buffer: Cow::Borrowed(text), base: 0, ..self }
    }

    /// Reads `[start, end)` into the buffer.
    pub(crate) fn load(&mut self, start: u64, end: u64) -> Result<()> {
        let wanted = (end - start) as usize;
        let buffer = self.buffer.to_mut();
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        self.base = start;
        self.len = self.table.input().read_at(start, &mut buffer[..wanted])?;
        Ok(())
    }

    /// The text in the buffer.
    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    fn is_last(&self) -> bool {
        self.base + self.len as u64 >= self.table.input().len()
    }

    /// Reads on, keeping what is in the buffer from `at` on. More each time, so that long records cost no more than
    /// their length.
    fn extend(&mut self, at: usize) -> Result<()> {
        let kept = self.len - at;
        if kept > MAX_RECORD {
            return Err(record_check::record_too_long(self.base + at as u64));
        }
        let buffer = self.buffer.to_mut();
        buffer.copy_within(at..self.len, 0);
        self.base += at as u64;
        let wanted = kept + kept.max(1 << 13);
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        self.len = kept + self.table.input().read_at(self.base + kept as u64, &mut buffer[kept..])?;
        Ok(())
    }

    /// Takes the records that start in `[start, limit)`, of which the buffer holds `start`. The answer is where the
    /// first record at or after `limit` starts.
    pub(crate) fn run(&mut self, start: u64, limit: u64, take: &mut impl Take) -> Result<u64> {
        let mut next = start;
        while next < limit {
            let at = (next - self.base) as usize;
            if let Some(shape) = self.shape {
                let mut visit = Until { take, base: next, limit };
                let text = &self.buffer[at..self.len];
                let walked = walk::single(self.level, text, shape, &mut visit);
                if !walked.ascii_text {
                    record_check::check_text(&text[..walked.next], next)?;
                }
                take.flush(text);
                next += walked.next as u64;
                match walked.halt {
                    Halt::Visitor => match take.failure() {
                        Some(failure) => return Err(failure),
                        None => continue,
                    },
                    Halt::Data if !self.is_last() => {
                        self.extend(at + walked.next)?;
                        continue;
                    }
                    Halt::Data | Halt::Irregular | Halt::Difference => {}
                }
            }
            match self.one(next, take)? {
                Some(after) => next = after,
                None => return Ok(self.table.input().len()),
            }
        }
        Ok(next)
    }

    /// Takes one record by the exact scanner; answers where the next one starts.
    fn one(&mut self, start: u64, take: &mut impl Take) -> Result<Option<u64>> {
        loop {
            let at = (start - self.base) as usize;
            let (text, base) = (&self.buffer[..self.len], self.base);
            match exact::record(text, at, self.table.dialect(), self.is_last()) {
                Found::Record(record) if self.check.is_void(&record) => return Ok(Some(base + record.next as u64)),
                Found::Record(record) => {
                    self.check.check(text, &record, base)?;
                    let taken = take.take(start, text, record.start, record.end, None);
                    take.flush(text);
                    return match take.failure() {
                        Some(failure) if !taken => Err(failure),
                        _ => Ok(Some(base + record.next as u64)),
                    };
                }
                Found::Comment { next } => return Ok(Some(base + next as u64)),
                Found::Partial => self.extend(at)?,
                Found::Unclosed { quote } => return Err(record_check::unclosed(base + quote as u64)),
                Found::End => return Ok(None),
            }
        }
    }

    /// Adds the input's name and the line to an error.
    pub(crate) fn place(&self, error: Error) -> Error {
        self.table.input().place(error)
    }
}
