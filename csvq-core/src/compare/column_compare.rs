//! `column_compare`: how columns differ as wholes, and in which rows of which other column their differences are.

use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::open::{self, Sides};
use super::typed::{self, Settings};
use super::{Comparator, ComparatorInfo, Job, columns, parameters};
use crate::error::{Error, Result};
use crate::report::Comparison;
use crate::spec::By;

/// The built-in comparison of columns.
#[derive(Clone, Copy, Debug)]
pub struct ColumnCompare;

/// What `column_compare` can be told besides the spec.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    default_tolerance: Option<f64>,
}

impl Parameters {
    fn read(given: &Map<String, Value>) -> Result<Self> {
        let parameters: Self = parameters::read(given, "column_compare", &["default_tolerance"])?;
        if parameters.default_tolerance.is_some_and(|tolerance| !(tolerance >= 0.0 && tolerance.is_finite())) {
            return Err(Error::spec("param", "`default_tolerance` must be a number of at least 0"));
        }
        Ok(parameters)
    }
}

impl Comparator for ColumnCompare {
    fn info(&self) -> ComparatorInfo {
        ComparatorInfo {
            name: "column_compare".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "How columns differ: match rates, nulls, distinct values, how far numbers moved, and where."
                .into(),
            parameters: include_str!("../../schema/column_compare.schema.json").into(),
        }
    }

    fn compare(&self, job: Job) -> Result<Comparison> {
        let began = Instant::now();
        let parameters = Parameters::read(&job.parameters)?;
        let mut spec = job.spec.clone();
        if spec.abs_tol.all.is_none() {
            spec.abs_tol.all = parameters.default_tolerance;
        }
        spec.validate()?;
        let Sides { sides, memory } = open::open(&job)?;
        let columns = columns::resolve(&spec, &sides[0].names(), &sides[1].names())?;
        let typed = typed::open(sides, &spec, &columns, memory, &job.control)?;
        let has_key = spec.by != By::Key || !spec.key.is_empty();
        let settings = Settings { has_key, max_rows: None, statistics: true };
        typed.compare(self.info(), &job, &spec, columns, settings, began)
    }
}
