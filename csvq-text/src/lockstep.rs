//! The walk: both inputs side by side, over what they share at memory speed, record by record where they differ.
//!
//! It needs no table of records. Keys that rise strictly prove themselves unique, and put every row that is on one side alone in
//! its place; keys that do not are hashed, and rows that can't be paired at once are set aside. What the walk can't settle (keys that may
//! occur twice, inputs that are out of step) it leaves to the join, which starts afresh: see [`Walked`].

mod aside;
mod feed;
mod resync;
mod unique;
mod visitors;
mod window;

use crate::control::{Control, Phase};
use crate::difference::{Difference, Log, Place};
use crate::error::Result;
use crate::evaluate::{ColumnTally, Evaluator};
use crate::key::{Key, KeyReader, Order, Seed};
use crate::plan::{By, Plan};
use crate::scan::walk::{self, Halt, Shape};
use crate::stop;
use crate::table::{self, Table};
use aside::Aside;
use feed::Feed;
use unique::HashBag;
use visitors::{HashVisitor, OrderVisitor, Passing};
use window::{Peeked, Window};

/// What the walk found.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Data records read on each side.
    pub(crate) rows: [u64; 2],
    pub(crate) unchanged: u64,
    pub(crate) changed: u64,
    pub(crate) columns: Vec<ColumnTally>,
    pub(crate) log: Log,
    pub(crate) stopped_early: bool,
}

/// How the walk ended.
pub(crate) enum Walked {
    /// With the whole answer.
    Done(Tally),
    /// Not at all: the inputs are to be joined.
    Join,
    /// By content: equal but for rows whose content has one of these hashes, which the join must count.
    JoinSome(Seed, Vec<u64>),
}

/// How a walk knows that keys are unique, and what it does with rows that have no partner at hand.
enum Mode {
    /// Rows pair by position.
    Position,
    /// Keys have risen strictly so far.
    Sorted { order: Order, previous: [Key; 2], started: [bool; 2] },
    /// Keys are hashed.
    Hashed { paired: HashBag },
    /// Whole rows are the key, and may occur often.
    Content,
}

/// Walks both inputs.
pub(crate) fn walk(left: &Table, right: &Table, plan: &Plan, control: &Control) -> Result<Walked> {
    let modes = match &plan.by {
        By::Position => vec![Mode::Position],
        By::Content => vec![Mode::Content],
        By::Key(columns) => {
            let sorted =
                Mode::Sorted { order: Order::new(columns.len()), previous: Default::default(), started: [false; 2] };
            vec![sorted, Mode::Hashed { paired: HashBag::default() }]
        }
    };
    for mode in modes {
        control.begin(Phase::Walking, left.input().len() + right.input().len());
        let name = mode.name();
        let walked = std::thread::scope(|scope| {
            let feeds = [left, right].map(|table| {
                let (input, start) = (table.input(), table.data_start());
                if plan.threads > 1 && input.len() > 4 * plan.block as u64 {
                    Feed::ahead(scope, input, start, plan.block)
                } else {
                    Feed::direct(input, start, plan.block)
                }
            });
            Walker::new([left, right], feeds, plan, control, mode).run()
        })?;
        if let Some(walked) = walked {
            return Ok(walked);
        }
        tracing::debug!(mode = name, "the walk starts again: keys do not rise");
    }
    Ok(Walked::Join)
}

impl Mode {
    fn name(&self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Sorted { .. } => "sorted",
            Self::Hashed { .. } => "hashed",
            Self::Content => "content",
        }
    }
}

/// Whether a step leaves the walk on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    /// Both inputs are at their end, or enough was found.
    Finish,
    /// Keys do not rise: start again in the next mode.
    Restart,
    /// The inputs are out of step: join them.
    Join,
}

struct Walker<'a> {
    windows: [Window<'a>; 2],
    tables: [&'a Table; 2],
    readers: [KeyReader; 2],
    keys: [Key; 2],
    seed: Seed,
    mode: Mode,
    /// Rows without a partner so far, left and right.
    asides: [Vec<Aside>; 2],
    shape: Option<Shape>,
    evaluator: Evaluator<'a>,
    plan: &'a Plan,
    control: &'a Control,
    rows: [u64; 2],
    unchanged: u64,
    changed: u64,
    log: Log,
    reported: u64,
}

impl<'a> Walker<'a> {
    fn new(
        [left, right]: [&'a Table; 2],
        [left_feed, right_feed]: [Feed<'a>; 2],
        plan: &'a Plan,
        control: &'a Control,
        mode: Mode,
    ) -> Self {
        let columns = match &plan.by {
            By::Key(columns) => columns,
            By::Content | By::Position => &plan.columns,
        };
        let fields = left.columns().len();
        let dialect = left.dialect();
        let same_layout = plan.same_layout(left, right);
        let shape = (same_layout && dialect.is_plain()).then_some(Shape {
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            fields,
        });
        Self {
            windows: [Window::new(left, plan.ragged, left_feed), Window::new(right, plan.ragged, right_feed)],
            tables: [left, right],
            readers: [
                KeyReader::new(columns, |column| column.left, left.dialect()),
                KeyReader::new(columns, |column| column.right, right.dialect()),
            ],
            keys: Default::default(),
            seed: Seed::default(),
            mode,
            asides: Default::default(),
            shape,
            evaluator: Evaluator::new(plan, left, right),
            plan,
            control,
            rows: [0; 2],
            unchanged: 0,
            changed: 0,
            log: Log::new(plan.memory / 8, plan.spill_dir.clone()),
            reported: 0,
        }
    }

    /// Walks to the end. `None` asks to start again in the next mode.
    fn run(mut self) -> Result<Option<Walked>> {
        if matches!(self.mode, Mode::Sorted { .. }) && !self.starts_rising()? {
            return Ok(None);
        }
        loop {
            stop::check(self.control)?;
            self.report_progress()?;
            let flow = match self.pass_common()? {
                Flow::On => self.step()?,
                other => other,
            };
            match flow {
                Flow::On => {}
                Flow::Restart => return Ok(None),
                Flow::Join => return Ok(Some(Walked::Join)),
                Flow::Finish => return self.finish().map(Some),
            }
        }
    }

    fn report_progress(&mut self) -> Result<()> {
        let done = self.windows.iter().map(Window::offset).sum();
        self.control.advance(done - self.reported);
        self.reported = done;
        self.check_rows()
    }

    fn check_rows(&self) -> Result<()> {
        (0..2).try_for_each(|side| self.plan.check_rows(self.rows[side], self.tables[side]))
    }

    /// Passes over the records that both sides share from here on.
    fn pass_common(&mut self) -> Result<Flow> {
        let Some(shape) = self.shape else { return Ok(Flow::On) };
        loop {
            let [left, right] = &mut self.windows;
            let passed = {
                let (left, right) = (left.text(), right.text());
                match &mut self.mode {
                    Mode::Position | Mode::Content => walk::common(self.plan.level, left, right, shape, &mut Passing),
                    Mode::Sorted { order, previous, started } => {
                        let mut visitor =
                            OrderVisitor::new(&self.readers[0], order, previous, started, &mut self.keys[0]);
                        let passed = walk::common(self.plan.level, left, right, shape, &mut visitor);
                        visitor.finish();
                        passed
                    }
                    Mode::Hashed { paired } => {
                        let mut visitor = HashVisitor::new(&self.readers[0], &self.seed, paired, &mut self.keys[0]);
                        walk::common(self.plan.level, left, right, shape, &mut visitor)
                    }
                }
            };
            let text = &left.text()[..passed.next];
            if passed.nul {
                table::check_nul(text, left.offset()).map_err(|error| self.tables[0].input().place(error))?;
            }
            if passed.high {
                table::check_utf8(text, left.offset()).map_err(|error| self.tables[0].input().place(error))?;
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
                    stop::check(self.control)?;
                    self.fill(side)?;
                    self.report_progress()?;
                }
            }
        }
    }

    fn fill(&mut self, side: usize) -> Result<()> {
        self.windows[side].fill().map_err(|error| self.tables[side].input().place(error))
    }

    fn peek(&mut self, side: usize) -> Result<Option<Peeked>> {
        let from = self.windows[side].offset();
        self.peek_from(side, from)
    }

    fn peek_from(&mut self, side: usize, from: u64) -> Result<Option<Peeked>> {
        self.windows[side].peek(from).map_err(|error| self.tables[side].input().place(error))
    }

    /// Takes the next record of one side or both.
    fn step(&mut self) -> Result<Flow> {
        let next = [self.peek(0)?, self.peek(1)?];
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
                if !self.note_pair()? {
                    return Ok(Flow::Restart);
                }
                self.take_pair(left, right)
            }
            Mode::Sorted { order, .. } => {
                let side = usize::from(order.decide(&self.keys[0], &self.keys[1]).is_gt());
                self.take_alone(side, if side == 0 { left } else { right })
            }
            _ => self.resync(),
        }
    }

    fn read_key(&mut self, side: usize, peeked: Peeked) {
        self.readers[side].read(self.windows[side].record(peeked), &mut self.keys[side]);
    }

    /// Notes the key that both sides' next records have. False where it does not rise.
    fn note_pair(&mut self) -> Result<bool> {
        match &mut self.mode {
            Mode::Sorted { order, previous, started } => {
                for side in 0..2 {
                    if started[side] && !order.rises(&previous[side], &self.keys[side]) {
                        return Ok(false);
                    }
                    std::mem::swap(&mut previous[side], &mut self.keys[side]);
                    started[side] = true;
                }
            }
            Mode::Hashed { paired } => paired.push(self.keys[0].hash(&self.seed)),
            Mode::Position | Mode::Content => {}
        }
        Ok(true)
    }

    /// Takes a record of each side as a pair.
    fn take_pair(&mut self, left: Peeked, right: Peeked) -> Result<Flow> {
        let places = [self.take(0, left), self.take(1, right)];
        let (left_text, right_text) = (self.windows[0].record(left), self.windows[1].record(right));
        let differs = !(self.shape.is_some() && left_text == right_text)
            && !matches!(self.mode, Mode::Content)
            && self.evaluator.tally(left_text, right_text);
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
    fn take_alone(&mut self, side: usize, peeked: Peeked) -> Result<Flow> {
        let place = self.take(side, peeked);
        self.read_key(side, peeked);
        self.windows[side].advance_to(peeked.next);
        let set_aside = match &mut self.mode {
            Mode::Position => false,
            Mode::Sorted { order, previous, started } => {
                if started[side] && !order.rises(&previous[side], &self.keys[side]) {
                    return Ok(Flow::Restart);
                }
                std::mem::swap(&mut previous[side], &mut self.keys[side]);
                started[side] = true;
                false
            }
            Mode::Hashed { .. } | Mode::Content => true,
        };
        if set_aside {
            let hash = self.keys[side].hash(&self.seed);
            self.asides[side].push(Aside { hash, place });
            let budget = self.plan.memory / 4 / size_of::<Aside>() as u64;
            return Ok(if self.asides[side].len() as u64 > budget { Flow::Join } else { Flow::On });
        }
        self.log.push(if side == 0 { Difference::removed(place) } else { Difference::added(place) })?;
        Ok(self.enough())
    }

    /// Whether as many rows that differ are known as were asked for.
    fn enough(&self) -> Flow {
        let enough = self.plan.stop_after.is_some_and(|most| self.log.len() >= most);
        if enough { Flow::Finish } else { Flow::On }
    }

    fn finish(mut self) -> Result<Walked> {
        self.check_rows()?;
        let stopped_early = self.enough() == Flow::Finish;
        if !stopped_early {
            match &mut self.mode {
                Mode::Position | Mode::Sorted { .. } => {}
                Mode::Hashed { paired } => {
                    if paired.repeats_with(&self.asides) {
                        tracing::debug!("keys may occur twice: the inputs are joined");
                        return Ok(Walked::Join);
                    }
                    self.pair_asides()?;
                }
                Mode::Content => {
                    if self.asides.iter().any(|asides| !asides.is_empty()) {
                        let hashes = self.asides.iter().flatten().map(|aside| aside.hash).collect();
                        return Ok(Walked::JoinSome(self.seed, hashes));
                    }
                }
            }
        }
        Ok(Walked::Done(Tally {
            rows: self.rows,
            unchanged: self.unchanged,
            changed: self.changed,
            columns: self.evaluator.tallies,
            log: self.log,
            stopped_early,
        }))
    }
}
