//! `row_compare`: which rows were added, removed or changed, and in which cells.

use std::time::Instant;

use csvq_text::Plan;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::open::{self, Sides};
use super::typed::{self, Settings};
use super::{Comparator, ComparatorInfo, Job, candidates, columns, parameters, result, text};
use crate::error::{Error, Result};
use crate::report::Comparison;
use crate::source::Opened;
use crate::spec::{By, ColumnPair};

/// The built-in comparison of rows.
#[derive(Clone, Copy, Debug)]
pub struct RowCompare;

/// What `row_compare` can be told besides the spec.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    default_key_columns: Vec<String>,
    max_rows: Option<u64>,
}

impl Parameters {
    fn read(given: &Map<String, Value>) -> Result<Self> {
        let parameters: Self = parameters::read(given, "row_compare", &["default_key_columns", "max_rows"])?;
        if parameters.max_rows == Some(0) {
            return Err(Error::spec("param", "`max_rows` must be at least 1; leave it out for no limit"));
        }
        Ok(parameters)
    }
}

impl Comparator for RowCompare {
    fn info(&self) -> ComparatorInfo {
        ComparatorInfo {
            name: "row_compare".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Which rows were added, removed or changed, and in which cells.".into(),
            parameters: include_str!("../../schema/row_compare.schema.json").into(),
        }
    }

    fn compare(&self, job: Job) -> Result<Comparison> {
        let began = Instant::now();
        job.spec.validate()?;
        let parameters = Parameters::read(&job.parameters)?;
        let Sides { sides, memory } = open::open(&job)?;
        let names = [sides[0].names(), sides[1].names()];
        let mut spec = job.spec.clone();
        if spec.by == By::Key && spec.key.is_empty() {
            let defaults = &parameters.default_key_columns;
            if !defaults.is_empty() && defaults.iter().all(|name| names.iter().all(|names| names.contains(name))) {
                spec.key = defaults.iter().map(|name| ColumnPair { left: name.clone(), right: name.clone() }).collect();
            }
        }
        let has_key = spec.by != By::Key || !spec.key.is_empty();
        let columns = columns::resolve(&spec, &names[0], &names[1])?;
        match sides {
            [Opened::Text(left), Opened::Text(right)] => {
                let opened = text::Opened { left, right, memory };
                if !has_key {
                    return Err(candidates::no_key(&opened, &columns, &spec, &job.control)?);
                }
                let plan =
                    Plan { max_rows: parameters.max_rows, ..text::plan(&spec, &columns, &opened, &job.control)? };
                let outcome = csvq_text::compare(opened.left, opened.right, plan, &job.control)?;
                result::comparison(self.info(), &job, &spec, columns, outcome, began)
            }
            sides => {
                let typed = typed::open(sides, &spec, &columns, memory, &job.control)?;
                let settings = Settings { has_key, max_rows: parameters.max_rows, statistics: false };
                typed.compare(self.info(), &job, &spec, columns, settings, began)
            }
        }
    }
}
