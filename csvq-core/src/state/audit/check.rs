//! Checking the audit log: is every line there, and as it was written?

use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde::Serialize;

use super::action::AuditAction;
use super::chain::{Hash, anchor, hash};
use super::reading::hexadecimal;
use super::retention::tells_of;
use crate::error::Result;
use crate::state::State;
use crate::state::database::{Database, Purpose};
use crate::state::failure::Failure;
use crate::state::number::{from_stored, stored};
use crate::state::schema::STEPS;

/// A line of the audit log by number and hash: kept elsewhere, it tells later whether the log up to it is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditMark {
    /// The line's number.
    pub number: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// Where the audit log is not as csvq wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditBreak {
    /// The first number at which that shows.
    pub number: u64,
    /// What is wrong there.
    pub what: String,
}

/// What a check of the audit log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditCheck {
    /// How many lines hold, from the first on.
    pub lines: u64,
    /// The number of the first line that is kept; those before it were let go by retention.
    pub first: Option<u64>,
    /// The last line that holds: to be kept elsewhere, for the next check.
    pub last: Option<AuditMark>,
    /// The first place where the log is broken.
    pub broken: Option<AuditBreak>,
    /// Whether the database still refuses changes of lines, as csvq made it do.
    pub is_guarded: bool,
}

impl AuditCheck {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.broken.is_none() && self.is_guarded
    }
}

impl State {
    /// Reads the whole audit log and checks that every line is there, and as it was written: one that was changed, put
    /// in, or taken out is found, since each holds a hash over itself and the one before.
    ///
    /// Who can write the database can also compute all those hashes anew, or cut off the end together with what tells
    /// of it. To find that, too, keep [`AuditCheck::last`] or an exported log elsewhere, and hold it against the log by
    /// [`State::verify_audit_since`].
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read. A log that is broken is no error.
    pub fn verify_audit(&self) -> Result<AuditCheck> {
        self.checked(None)
    }

    /// As [`State::verify_audit`], and checks that a line that was noted elsewhere, by an earlier check or an export,
    /// is still the same: which finds a log that was cut off or made anew. Of a line that retention let go, that can't
    /// be told, except of the last one.
    ///
    /// # Errors
    /// Those of [`State::verify_audit`].
    pub fn verify_audit_since(&self, mark: &AuditMark) -> Result<AuditCheck> {
        self.checked(Some(mark))
    }

    fn checked(&self, mark: Option<&AuditMark>) -> Result<AuditCheck> {
        // By a connection of its own: it takes long, and nothing else has to wait for it.
        let database = Database::open(self.path(), Purpose::Passing)?;
        database.read(|transaction| check(transaction, mark))
    }
}

/// Checks the whole log, and whether it holds the line that was noted elsewhere.
pub(super) fn check(transaction: &Transaction<'_>, mark: Option<&AuditMark>) -> Result<AuditCheck, Failure> {
    let mut walk = Walk::new(transaction)?;
    let broken = walk.finish(transaction, mark)?;
    Ok(AuditCheck {
        lines: walk.lines,
        first: walk.first,
        last: (walk.lines > 0).then(|| mark_of(walk.number, &walk.hash)).transpose()?,
        broken: broken.map(|(number, what)| AuditBreak { number: from_stored(number).unwrap_or(0), what }),
        is_guarded: is_guarded(transaction)?,
    })
}

fn mark_of(number: i64, hash: &Hash) -> Result<AuditMark, Failure> {
    Ok(AuditMark { number: from_stored(number)?, hash: hexadecimal(hash) })
}

const NOTED_OTHERWISE: &str = "this line, or one before, is another than the one that was noted elsewhere";

/// A number, and what is wrong there.
type Break = Option<(i64, String)>;

/// A walk along the chain.
struct Walk {
    anchor: Option<(i64, Hash)>,
    /// The last line that held, or the anchor.
    number: i64,
    hash: Hash,
    lines: u64,
    first: Option<u64>,
    /// Whether a line was met that tells of those before the anchor.
    is_told: bool,
}

impl Walk {
    fn new(transaction: &Transaction<'_>) -> Result<Self, Failure> {
        let anchor = anchor(transaction)?;
        let (number, hash) = anchor.unwrap_or_default();
        Ok(Self { anchor, number, hash, lines: 0, first: None, is_told: number == 0 })
    }

    fn finish(&mut self, transaction: &Transaction<'_>, mark: Option<&AuditMark>) -> Result<Break, Failure> {
        let Some((start, _)) = self.anchor else {
            return Ok(Some((0, "what says where the log begins is gone".to_owned())));
        };
        if mark.is_some_and(|mark| self.contradicts(mark)) {
            return Ok(Some((start, NOTED_OTHERWISE.to_owned())));
        }
        let mut statement = transaction.prepare(
            "SELECT number, time, hash, caller, action, outcome, subject, version, digest, why, details FROM audit \
             ORDER BY number",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(what) = self.step(row, mark)? {
                return Ok(Some(what));
            }
        }
        let last_ever: Option<i64> = transaction
            .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'audit'", [], |row| row.get(0))
            .optional()?;
        let next = self.number.saturating_add(1);
        Ok(if last_ever.unwrap_or(0) != self.number {
            Some((next, format!("lines were taken from the end: there were {}", last_ever.unwrap_or(0))))
        } else if !self.is_told {
            Some((start, "lines up to this one went by another way than retention".to_owned()))
        } else if mark.is_some_and(|mark| stored(mark.number) > self.number) {
            Some((next, "lines were taken from the end: one that was noted elsewhere is not there".to_owned()))
        } else {
            None
        })
    }

    /// Takes one line. What is wrong with it, if anything is.
    fn step(&mut self, row: &Row<'_>, mark: Option<&AuditMark>) -> Result<Break, Failure> {
        let number: i64 = row.get(0)?;
        let next = self.number.saturating_add(1);
        if number > next {
            let what =
                if number - next == 1 { "this line is".to_owned() } else { format!("lines up to {} are", number - 1) };
            return Ok(Some((next, format!("{what} not there"))));
        }
        if number < next {
            return Ok(Some((number, "this line was put in before the beginning of the log".to_owned())));
        }
        let fields = (3..11).map(|column| bytes(row, column)).collect::<Result<Vec<_>, _>>()?;
        let time = plain::<i64>(row, 1)?.unwrap_or_default();
        let found = hash(&self.hash, number, time, &fields);
        if plain::<Hash>(row, 2)? != Some(found) {
            return Ok(Some((
                number,
                "this line is not as it was written, or does not follow the one before".to_owned(),
            )));
        }
        if fields[1] == Some(AuditAction::AuditPruned.name().as_bytes()) {
            let details = fields[7].and_then(|details| std::str::from_utf8(details).ok()).unwrap_or_default();
            let told = self.anchor.is_some_and(|(number, hash)| tells_of(details, number, &hash));
            self.is_told |= told;
        }
        let before = (self.number, self.hash);
        (self.number, self.hash) = (number, found);
        if mark.is_some_and(|mark| self.contradicts(mark)) {
            (self.number, self.hash) = before;
            return Ok(Some((number, NOTED_OTHERWISE.to_owned())));
        }
        self.lines += 1;
        self.first.get_or_insert(from_stored(number)?);
        Ok(None)
    }

    /// Whether the line where the walk stands was noted elsewhere with another hash.
    fn contradicts(&self, mark: &AuditMark) -> bool {
        stored(mark.number) == self.number && mark.hash != hexadecimal(&self.hash)
    }
}

/// What stands in a column, byte by byte; what is no text was not written by csvq, and is given a form that is none.
fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a [u8]>, Failure> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(text),
        _ => Some(b"\xff"),
    })
}

/// A value of the type that csvq writes; none where it is of another.
fn plain<T: FromSql>(row: &Row<'_>, column: usize) -> Result<Option<T>, Failure> {
    Ok(T::column_result(row.get_ref(column)?).ok())
}

/// Whether the tables and triggers of the log are those that csvq makes.
fn is_guarded(transaction: &Transaction<'_>) -> Result<bool, Failure> {
    let fresh = Connection::open_in_memory()?;
    STEPS.iter().try_for_each(|step| fresh.execute_batch(step))?;
    Ok(guards(&fresh)? == guards(transaction)?)
}

fn guards(connection: &Connection) -> Result<Vec<(String, Option<String>)>, Failure> {
    let mut statement = connection.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE tbl_name IN ('audit', 'audit_anchor') ORDER BY name, sql",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
