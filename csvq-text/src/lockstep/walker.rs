//! The walk over one stretch of both inputs.

use super::Walk;
use super::part::{Aside, Flow, Mode, Part};
use super::stretch::Stretch;
use super::visitors::{HashVisitor, OrderVisitor, Passing};
use super::window::{Peeked, Window};
use crate::difference::{Difference, Log, Place};
use crate::error::Result;
use crate::evaluate::Evaluator;
use crate::key::Key;
use crate::plan::By;
use crate::record_check;
use crate::scan::fields;
use crate::scan::walk::{self, Halt, Shape};
use crate::stop;

/// Walks over a stretch.
pub(super) struct Walker<'a> {
    pub(super) walk: &'a Walk<'a>,
    pub(super) windows: [Window<'a>; 2],
    pub(super) keys: [Key; 2],
    pub(super) mode: Mode,
    pub(super) asides: [Vec<Aside>; 2],
    shape: Option<Shape>,
    /// Indexes of the key columns, where both sides have them in the same places.
    key_indexes: Vec<usize>,
    evaluator: Evaluator<'a>,
    pub(super) rows: [u64; 2],
    unchanged: u64,
    changed: u64,
    log: Log,
    reported: u64,
}

impl<'a> Walker<'a> {
    pub(super) fn new(walk: &'a Walk<'a>, stretch: Stretch, mode: Mode) -> Self {
        let Walk { tables: [left, right], plan, .. } = *walk;
        let dialect = left.dialect();
        let shape = (plan.same_layout(left, right) && dialect.is_plain()).then_some(Shape {
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            fields: left.columns().len(),
        });
        let log = Log::new(walk.log_memory(&stretch), plan.spill_dir.clone());
        let Stretch([left_range, right_range]) = stretch;
        let windows = [Window::new(walk, 0, left_range), Window::new(walk, 1, right_range)];
        Self {
            walk,
            reported: windows.iter().map(Window::offset).sum(),
            windows,
            keys: Default::default(),
            mode,
            asides: Default::default(),
            shape,
            key_indexes: match &plan.by {
                By::Key(columns) => columns.iter().map(|column| column.left).collect(),
                By::Position | By::Content => Vec::new(),
            },
            evaluator: Evaluator::new(plan, left, right),
            rows: [0; 2],
            unchanged: 0,
            changed: 0,
            log,
        }
    }

    /// Walks to the end of the stretch, or to where something else must be done.
    pub(super) fn run(mut self) -> Result<Part> {
        let mut flow = if self.starts_rising()? { Flow::On } else { Flow::Restart };
        while flow == Flow::On {
            self.keep_up()?;
            flow = match self.pass_common()? {
                Flow::On => self.step()?,
                other => other,
            };
        }
        self.report_progress()?;
        if let Mode::Sorted(sorted) = &mut self.mode {
            sorted.settle();
        }
        // One that long records made large is not kept.
        let ordinary = |buffer: &Vec<u8>| buffer.len() <= 4 * self.walk.plan.block;
        self.walk.buffers.lock().extend(self.windows.map(Window::into_buffer).into_iter().filter(ordinary));
        Ok(Part {
            mode: self.mode,
            flow,
            rows: self.rows,
            unchanged: self.unchanged,
            changed: self.changed,
            columns: self.evaluator.tallies,
            log: self.log,
            asides: self.asides,
        })
    }

    /// Sees to it, now and then, that others know how far the walk is, and that it ends when it should.
    fn keep_up(&mut self) -> Result<()> {
        // Threads that wrote to the same place for each row would wait for each other.
        if self.done() - self.reported < self.walk.plan.block as u64 {
            return Ok(());
        }
        stop::check(self.walk.control)?;
        self.report_progress()
    }

    fn done(&self) -> u64 {
        self.windows.iter().map(Window::offset).sum()
    }

    fn report_progress(&mut self) -> Result<()> {
        let done = self.done();
        self.walk.control.advance(done - self.reported);
        self.reported = done;
        (0..2).try_for_each(|side| self.walk.plan.check_rows(self.rows[side], self.walk.tables[side]))
    }

    /// Passes over the records that both sides share from here on.
    fn pass_common(&mut self) -> Result<Flow> {
        let Some(shape) = self.shape else { return Ok(Flow::On) };
        loop {
            let [left, right] = &mut self.windows;
            let passed = {
                let (left, right) = (left.text(), right.text());
                match &mut self.mode {
                    Mode::Position | Mode::Content => {
                        walk::common(self.walk.plan.level, left, right, shape, &mut Passing)
                    }
                    Mode::Sorted(sorted) => {
                        let mut visitor =
                            OrderVisitor { reader: &self.walk.readers[0], sorted, key: &mut self.keys[0] };
                        walk::common(self.walk.plan.level, left, right, shape, &mut visitor)
                    }
                    Mode::Hashed(paired) => {
                        let mut visitor =
                            HashVisitor::new(&self.walk.readers[0], &self.walk.seed, paired, &mut self.keys[0]);
                        walk::common(self.walk.plan.level, left, right, shape, &mut visitor)
                    }
                }
            };
            let text = &left.text()[..passed.next];
            if !passed.ascii_text {
                record_check::check_text(text, left.offset())
                    .map_err(|error| self.walk.tables[0].input().place(error))?;
            }
            left.advance(passed.next);
            right.advance(passed.next);
            self.rows[0] += passed.records;
            self.rows[1] += passed.records;
            self.unchanged += passed.records;
            match passed.halt {
                Halt::Visitor => return Ok(Flow::Restart),
                Halt::Difference | Halt::Irregular => return Ok(Flow::On),
                Halt::Data => {
                    // The shorter text is used up; only reading on can help.
                    let side = usize::from(self.windows[1].text().len() < self.windows[0].text().len());
                    if self.windows[side].is_last() {
                        return Ok(Flow::On);
                    }
                    self.fill(side)?;
                    self.keep_up()?;
                }
            }
        }
    }

    fn fill(&mut self, side: usize) -> Result<()> {
        self.windows[side].fill().map_err(|error| self.walk.tables[side].input().place(error))
    }

    fn peek(&mut self, side: usize) -> Result<Option<Peeked>> {
        let from = self.windows[side].offset();
        self.peek_from(side, from)
    }

    pub(super) fn peek_from(&mut self, side: usize, from: u64) -> Result<Option<Peeked>> {
        self.windows[side].peek(from).map_err(|error| self.walk.tables[side].input().place(error))
    }

    /// Takes the next record of both sides where they are ordinary and have the same key as written.
    fn step_pair(&mut self) -> Result<Option<Flow>> {
        let Some(shape) = self.shape else { return Ok(None) };
        let (left, right) = (self.windows[0].text(), self.windows[1].text());
        let evaluator = &mut self.evaluator;
        let Some(left_record) = fields::of_first(self.walk.plan.level, left, shape, &mut evaluator.left_fields) else {
            return Ok(None);
        };
        let Some(right_record) = fields::of_first(self.walk.plan.level, right, shape, &mut evaluator.right_fields)
        else {
            return Ok(None);
        };
        let same_key = match self.mode {
            Mode::Position => true,
            Mode::Content => false,
            Mode::Sorted(_) | Mode::Hashed(_) => self
                .key_indexes
                .iter()
                .all(|index| evaluator.left_fields[*index].raw(left) == evaluator.right_fields[*index].raw(right)),
        };
        if !same_key {
            return Ok(None);
        }
        let differs = evaluator.tally_split(&left[..left_record.end], &right[..right_record.end]);
        let short = self.walk.readers[0].short_of(left, &evaluator.left_fields);
        let [left, right] =
            [(0, left_record), (1, right_record)].map(|(side, record)| self.windows[side].peeked(&record));
        let rises = match &mut self.mode {
            Mode::Sorted(sorted) => sorted.take_short(short),
            Mode::Position => Some(true),
            Mode::Hashed(_) | Mode::Content => None,
        };
        let rises = rises.unwrap_or_else(|| {
            self.read_key(0, left);
            self.note_pair()
        });
        if !rises {
            return Ok(Some(Flow::Restart));
        }
        self.note(left, right, differs).map(Some)
    }

    /// Takes the next record of one side or both.
    fn step(&mut self) -> Result<Flow> {
        if let Some(flow) = self.step_pair()? {
            return Ok(flow);
        }
        let next = [self.peek(0)?, self.peek(1)?];
        if self.windows.iter().any(Window::is_astray) {
            return Ok(Flow::Astray);
        }
        let (left, right) = match next {
            [None, None] => return Ok(Flow::Finish),
            [Some(left), None] => return self.take_alone(0, left),
            [None, Some(right)] => return self.take_alone(1, right),
            [Some(left), Some(right)] => (left, right),
        };
        if matches!(self.mode, Mode::Position) {
            return self.take_pair(left, right);
        }
        self.read_key(0, left);
        self.read_key(1, right);
        let same = self.keys[0] == self.keys[1];
        match &mut self.mode {
            _ if same => {
                if !self.note_pair() {
                    return Ok(Flow::Restart);
                }
                self.take_pair(left, right)
            }
            Mode::Sorted(sorted) => {
                let side = usize::from(sorted.order.decide(&self.keys[0], &self.keys[1]).is_gt());
                self.take_alone(side, if side == 0 { left } else { right })
            }
            _ => self.resync(),
        }
    }

    pub(super) fn read_key(&mut self, side: usize, peeked: Peeked) {
        self.walk.readers[side].read(self.windows[side].record(peeked), &mut self.keys[side]);
    }

    /// Notes the key that both sides' next records have. False where it does not rise.
    fn note_pair(&mut self) -> bool {
        match &mut self.mode {
            Mode::Sorted(sorted) => return sorted.take_both(&mut self.keys[0]),
            Mode::Hashed(paired) => paired.push(self.keys[0].hash(&self.walk.seed)),
            Mode::Position | Mode::Content => {}
        }
        true
    }

    /// Takes a record of each side as a pair.
    fn take_pair(&mut self, left: Peeked, right: Peeked) -> Result<Flow> {
        let (left_text, right_text) = (self.windows[0].record(left), self.windows[1].record(right));
        let same = matches!(self.mode, Mode::Content) || self.shape.is_some() && left_text == right_text;
        let differs = !same && self.evaluator.tally(left_text, right_text);
        self.note(left, right, differs)
    }

    /// Counts a pair, and goes on to the records after it.
    fn note(&mut self, left: Peeked, right: Peeked, differs: bool) -> Result<Flow> {
        let places = [self.take(0, left), self.take(1, right)];
        self.windows[0].advance_to(left.next);
        self.windows[1].advance_to(right.next);
        if differs {
            self.changed += 1;
            self.log.push(Difference::changed(places[0], places[1]))?;
        } else {
            self.unchanged += 1;
        }
        Ok(self.enough())
    }

    /// Counts a record, and says where it stands.
    fn take(&mut self, side: usize, peeked: Peeked) -> Place {
        self.rows[side] += 1;
        Place { row: self.rows[side], offset: peeked.offset, len: peeked.len }
    }

    /// Takes a record that has no partner, or none at hand.
    pub(super) fn take_alone(&mut self, side: usize, peeked: Peeked) -> Result<Flow> {
        let place = self.take(side, peeked);
        self.read_key(side, peeked);
        self.windows[side].advance_to(peeked.next);
        let set_aside = match &mut self.mode {
            Mode::Position => false,
            Mode::Sorted(sorted) => {
                if !sorted.take(side, &mut self.keys[side]) {
                    return Ok(Flow::Restart);
                }
                false
            }
            Mode::Hashed(_) | Mode::Content => true,
        };
        if set_aside {
            let hash = self.keys[side].hash(&self.walk.seed);
            self.asides[side].push(Aside { hash, place });
            return Ok(if self.walk.set_aside() { Flow::On } else { Flow::Join });
        }
        self.log.push(Difference::alone(side, place))?;
        Ok(self.enough())
    }

    /// Whether as many rows that differ are known as were asked for. By key, a row that differs may yet turn out to have an
    /// identical partner further on, so only rows that pair by position are known before the end.
    fn enough(&self) -> Flow {
        let enough =
            matches!(self.mode, Mode::Position) && self.walk.plan.stop_after.is_some_and(|most| self.log.len() >= most);
        if enough { Flow::Finish } else { Flow::On }
    }
}
