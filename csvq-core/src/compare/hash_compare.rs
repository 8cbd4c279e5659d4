//! `hash_compare`: whether two tables are the same by their digests, and in which columns and rows they are not.

use std::io::Read;
use std::time::Instant;

use csvq_text::threads;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::columnar::{self, Algorithm, Digest, DigestSettings};
use super::columns::{self, Columns};
use super::open::{self, Sides};
use super::{Comparator, ComparatorInfo, Job, parameters, result, typed};
use crate::control::{Control, Phase};
use crate::error::{Error, Result};
use crate::report::{Comparison, Counts, Details, DigestPair, Digests, InputReport};
use crate::source::{self, Raw, Source};
use crate::spec::{By, CompareSpec};

/// The built-in comparison of digests.
#[derive(Clone, Copy, Debug)]
pub struct HashCompare;

/// What `hash_compare` can be told besides the spec.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    default_algorithm: Algorithm,
    chunk_size: usize,
    order: Option<Order>,
    digest_of: DigestOf,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { default_algorithm: Algorithm::default(), chunk_size: 8192, order: None, digest_of: DigestOf::default() }
    }
}

/// Which digests are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Sensitive,
    Insensitive,
    Both,
}

/// What they are digests of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DigestOf {
    #[default]
    Values,
    Bytes,
    Both,
}

impl Parameters {
    fn read(given: &Map<String, Value>) -> Result<Self> {
        let known = ["default_algorithm", "chunk_size", "order", "digest_of"];
        let parameters: Self = parameters::read(given, "hash_compare", &known)?;
        if parameters.chunk_size == 0 {
            return Err(Error::spec("param", "`chunk_size` must be at least 1 row"));
        }
        Ok(parameters)
    }

    fn settings(&self, spec: &CompareSpec) -> DigestSettings {
        let by_default = if spec.by == By::Content { Order::Insensitive } else { Order::Sensitive };
        let order = self.order.unwrap_or(by_default);
        DigestSettings {
            algorithm: self.default_algorithm,
            chunk_size: self.chunk_size,
            ordered: order != Order::Insensitive,
            unordered: order != Order::Sensitive,
        }
    }
}

impl Comparator for HashCompare {
    fn info(&self) -> ComparatorInfo {
        ComparatorInfo {
            name: "hash_compare".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Whether tables are the same by their digests, and which columns and chunks of rows are not."
                .into(),
            parameters: include_str!("../../schema/hash_compare.schema.json").into(),
        }
    }

    fn compare(&self, job: Job) -> Result<Comparison> {
        let began = Instant::now();
        let parameters = Parameters::read(&job.parameters)?;
        job.spec.validate()?;
        refuse_tolerances(&job.spec)?;
        let bytes = (parameters.digest_of != DigestOf::Values)
            .then(|| raw_digests(&job, parameters.default_algorithm))
            .transpose()?;
        let found = match bytes {
            None => values(&job, parameters.settings(&job.spec))?,
            Some((bytes, sizes)) => {
                let found = if parameters.digest_of == DigestOf::Bytes {
                    of_bytes_alone(&job, &parameters, sizes)
                } else {
                    values(&job, parameters.settings(&job.spec))?
                };
                Found { digests: Digests { bytes: Some(bytes), ..found.digests }, ..found }
            }
        };
        let (is_equal, inputs, details) = found.told();
        result::without_rows(self.info(), &job, is_equal, details, inputs, began)
    }
}

/// What was found.
#[derive(Default)]
struct Found {
    digests: Digests,
    columns: Columns,
    rows: [u64; 2],
    inputs: [InputReport; 2],
}

impl Found {
    /// Whether both sides are the same, the inputs, and the report's body.
    fn told(self) -> (bool, [InputReport; 2], Details) {
        let Self { digests, columns: Columns { schema, .. }, rows: [left_rows, right_rows], inputs } = self;
        let mut pairs = digests.table.iter().chain(&digests.rows).chain(&digests.bytes);
        let is_equal = pairs.all(DigestPair::is_equal) && schema.only_left.is_empty() && schema.only_right.is_empty();
        let truncated = digests.chunks.as_ref().is_some_and(|chunks| (chunks.shown.len() as u64) < chunks.differing);
        let counts = Counts { left_rows, right_rows, ..Counts::default() };
        (is_equal, inputs, Details { counts, schema, digests: Some(digests), truncated, ..Details::default() })
    }
}

/// What is told where only the bytes of both inputs were hashed.
fn of_bytes_alone(job: &Job, parameters: &Parameters, [left, right]: [u64; 2]) -> Found {
    let input = |source: &Source, bytes: u64| InputReport {
        name: source.name(),
        format: "bytes".to_owned(),
        bytes,
        ..InputReport::default()
    };
    let algorithm = parameters.default_algorithm.name().to_owned();
    let digests = Digests { algorithm, chunk_size: parameters.chunk_size as u64, ..Digests::default() };
    Found { digests, inputs: [input(&job.left, left), input(&job.right, right)], ..Found::default() }
}

fn values(job: &Job, settings: DigestSettings) -> Result<Found> {
    let Sides { sides, memory } = open::open(job)?;
    let mut columns = columns::resolve(&job.spec, &sides[0].names(), &sides[1].names())?;
    // Rows are not matched: a key only says which columns belong together.
    columns.compared.append(&mut columns.key);
    columns.compared.sort_unstable();
    let spec = CompareSpec { by: By::Position, key: Vec::new(), ..job.spec.clone() };
    let typed = typed::open(sides, &spec, &columns, memory, &job.control)?;
    let plan = typed.plan(&spec, &columns)?;
    columns.schema.type_changes = typed.type_changes(&columns);
    let digests = columnar::digests(&typed.readers, &plan, &columns, settings, &job.control)?;
    let rows = [typed.readers[0].rows(), typed.readers[1].rows()];
    Ok(Found { digests, columns, rows, inputs: typed.inputs })
}

/// Values that are near each other have digests that are not.
fn refuse_tolerances(spec: &CompareSpec) -> Result<()> {
    let given = [
        ("abs_tol", spec.abs_tol.is_empty()),
        ("rel_tol", spec.rel_tol.is_empty()),
        ("time_tol", spec.time_tol.is_empty()),
    ];
    match given.iter().find(|(_, is_empty)| !is_empty) {
        Some((field, _)) => Err(Error::spec(
            field,
            "digests are the same or not, so no tolerance can apply: leave it out, or compare rows or columns",
        )),
        None => Ok(()),
    }
}

/// The digests of both inputs' bytes, as any other program computes them, and how many bytes there are.
fn raw_digests(job: &Job, algorithm: Algorithm) -> Result<(DigestPair, [u64; 2])> {
    let raws = [source::raw(&job.left)?, source::raw(&job.right)?];
    let total = raws.iter().map(Raw::len).fold(0, u64::saturating_add);
    job.control.begin(Phase::Hashing, total);
    let threads = job.spec.threads.unwrap_or_else(typed::default_threads);
    let digests = threads::for_each(threads, &raws, |raw| raw_digest(raw, algorithm, &job.control), |_| false)?;
    let [left, right]: [Digest; 2] = digests
        .into_iter()
        .collect::<Result<Vec<_>>>()?
        .try_into()
        .map_err(|_| Error::new(crate::ErrorKind::Internal, "a side has no digest"))?;
    let pair = DigestPair { left: Some(left.hex()), right: Some(right.hex()) };
    Ok((pair, [raws[0].len(), raws[1].len()]))
}

fn raw_digest(raw: &Raw, algorithm: Algorithm, control: &Control) -> Result<Digest> {
    let mut reader = raw.reader();
    let mut hasher = algorithm.plain_hasher();
    let mut buffer = vec![0; 1 << 18];
    loop {
        csvq_text::check(control)?;
        let count = reader.read(&mut buffer).map_err(|error| raw.error(&error, control))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        control.advance(count as u64);
    }
    raw.check_unchanged()?;
    Ok(hasher.finish())
}
