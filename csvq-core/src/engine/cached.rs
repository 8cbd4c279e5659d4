//! Results that are kept: what makes them the same, how they are written, and how they come back.
//!
//! A kept result is the report, the plugin's outcome, and its differences as an Arrow file. A hit reads these and no
//! input; rows are made again of the inputs, whose content is the same, only where someone asks for them.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cache::{self, Cache, FileDigest, Key, KeyParts};
use crate::compare::{Answer, ComparatorInfo, Delegated, Job};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::Installed;
use crate::report::{Comparison, DifferenceRows, Layout, Report, RowRecord, TypedRows};
use crate::source::{self, Source};
use crate::spec::CompareSpec;
use crate::state::State;
use crate::table::Table;

/// The head of a kept result.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    report: Report,
    layout: Option<Layout>,
    outcome: Value,
}

/// A key, and the files that it was made of.
pub(super) struct Keyed {
    pub(super) key: Key,
    files: Vec<(PathBuf, FileDigest)>,
}

/// The key of a job, or none where its inputs can be read but once, or are no files.
///
/// # Errors
/// Those of reading the inputs.
pub(super) fn key(installed: &Installed, job: &Job, state: &State) -> Result<Option<Keyed>> {
    let (mut files, mut digests) = (Vec::new(), Vec::new());
    for source in [&job.left, &job.right] {
        digests.push(match source {
            Source::Path(path) if path.is_file() => {
                let digest = cache::digest_of_file(path, state, &job.control)?;
                let text = digest.digest().to_owned();
                files.push((path.clone(), digest));
                text
            }
            Source::Bytes { bytes, .. } => cache::digest_of_bytes(bytes),
            Source::Path(_) | Source::Stdin | Source::Table(_) => return Ok(None),
        });
    }
    // Where rows may go meanwhile, and how many threads there are, changes no answer.
    let spec = CompareSpec { memory: None, spill_dir: None, threads: None, ..job.spec.clone() };
    let [left, right] = &digests[..] else { return Ok(None) };
    let key = Key::of(&KeyParts {
        plugin: &installed.manifest.id,
        plugin_version: &installed.manifest.version.to_string(),
        plugin_digest: &installed.digest,
        left,
        right,
        parameters: &job.parameters,
        job: &json!({ "left_name": job.left.name(), "right_name": job.right.name(), "spec": spec }),
        engine_version: env!("CARGO_PKG_VERSION"),
    });
    Ok(Some(Keyed { key, files }))
}

/// A kept result.
pub(super) fn get(cache: &Cache, keyed: &Keyed, installed: &Installed, job: &Job) -> Option<Comparison> {
    let began = std::time::Instant::now();
    let bytes = cache.get(&keyed.key)?;
    let (head, differences) = read(&bytes)?;
    let Head { mut report, layout, outcome } = head;
    report.metadata.elapsed_ms = began.elapsed().as_secs_f64() * 1000.0;
    let differences = differences.map(|bytes| source::arrow_bytes("differences", bytes.into(), &Control::new()));
    let differences = differences.transpose().ok()?;
    let rows = layout.map(|layout| -> Arc<dyn DifferenceRows> {
        let differences = differences.clone();
        Arc::new(KeptRows {
            layout,
            outcome,
            differences,
            info: installed.info(),
            job: job.clone(),
            made: OnceLock::new(),
        })
    });
    Some(Comparison { report, rows, differences, profile: job.control.profile() })
}

/// Keeps a result, unless an input may be another one by now.
///
/// # Errors
/// Those of writing it.
pub(super) fn put(cache: &Cache, keyed: &Keyed, comparison: &Comparison, answer: &Answer) -> Result<()> {
    if !keyed.files.iter().all(|(path, digest)| digest.still_holds(path)) {
        return Ok(());
    }
    let head = Head {
        report: comparison.report.clone(),
        layout: comparison.rows.as_ref().map(|rows| rows.layout().clone()),
        outcome: answer.outcome.clone(),
    };
    let head = serde_json::to_vec(&head).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(&head);
    if let Some(differences) = &answer.differences {
        differences.write_arrow_file(&mut bytes)?;
    }
    cache.put(&keyed.key, &bytes).map(drop)
}

/// The parts of a kept result; none where it is not one that this csvq wrote.
fn read(bytes: &[u8]) -> Option<(Head, Option<Vec<u8>>)> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (head, differences) = rest.split_at_checked(length)?;
    let head = serde_json::from_slice(head).ok()?;
    Some((head, (!differences.is_empty()).then(|| differences.to_vec())))
}

/// The rows of a kept result, made when someone asks for them.
struct KeptRows {
    layout: Layout,
    outcome: Value,
    differences: Option<Table>,
    info: ComparatorInfo,
    job: Job,
    made: OnceLock<Option<Arc<dyn DifferenceRows>>>,
}

impl KeptRows {
    fn rows(&self) -> Result<Option<&Arc<dyn DifferenceRows>>> {
        if self.made.get().is_none() {
            // The job may have been stopped since.
            let job = Job { control: Control::new(), ..self.job.clone() };
            let answer = Answer { outcome: self.outcome.clone(), differences: self.differences.clone() };
            let rows = Delegated::open(&job)?.rows(self.info.clone(), &job, answer)?;
            // Another thread may have been faster, with the same rows.
            let _ = self.made.set(rows);
        }
        Ok(self.made.get().and_then(Option::as_ref))
    }
}

impl DifferenceRows for KeptRows {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn visit(&self, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        self.rows()?.map_or(Ok(()), |rows| rows.visit(visit))
    }

    fn typed(&self) -> Option<&dyn TypedRows> {
        // Whoever can't have them by column visits them, and is told there why.
        self.rows().ok().flatten().and_then(|rows| rows.typed())
    }
}
