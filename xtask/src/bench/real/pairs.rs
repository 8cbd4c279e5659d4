//! The pairs of real tables, with what is known to differ between their releases.
//!
//! The counts were taken once, by plain Python over the text of the cells, and do not change:
//! a published release is never published again.

/// A published archive with a table in it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Release {
    /// A wheel of airportsdata on PyPI (MIT).
    Airports(&'static str),
    /// A package of vega-datasets on npm (BSD-3-Clause).
    Vega(&'static str),
}

/// Two releases of one table, and what is known to differ.
pub(super) struct Pair {
    /// What it is called in the table.
    pub(super) name: &'static str,
    /// The earlier release.
    pub(super) left: Release,
    /// The later release.
    pub(super) right: Release,
    /// Where the table is inside each archive.
    pub(super) file: &'static str,
    /// The key columns, with commas between.
    pub(super) key: &'static str,
    /// Absolute tolerances, as `column=tolerance`.
    pub(super) tolerances: &'static [&'static str],
    /// The counts that are known, by their names in the report.
    pub(super) truth: &'static [(&'static str, u64)],
    /// The one column that holds every changed cell, if it is known that there is one.
    pub(super) only_column: Option<&'static str>,
}

/// All pairs.
pub(super) const PAIRS: &[Pair] = &[
    Pair {
        name: "airports, a month",
        left: Release::Airports("20260803"),
        right: Release::Airports("20260905"),
        file: "airportsdata/airports.csv",
        key: "icao",
        tolerances: &[],
        truth: &[
            ("left_rows", 28_291),
            ("right_rows", 28_298),
            ("removed", 54),
            ("added", 61),
            ("changed", 74),
            ("changed_cells", 171),
        ],
        only_column: None,
    },
    Pair {
        name: "airports, years",
        left: Release::Airports("20240207"),
        right: Release::Airports("20260905"),
        file: "airportsdata/airports.csv",
        key: "icao",
        tolerances: &[],
        truth: &[("removed", 781), ("added", 942), ("changed", 26_923)],
        only_column: None,
    },
    Pair {
        name: "airports, years, 1e-5 degrees",
        left: Release::Airports("20240207"),
        right: Release::Airports("20260905"),
        file: "airportsdata/airports.csv",
        key: "icao",
        tolerances: &["lat=1e-5", "lon=1e-5"],
        truth: &[("removed", 781), ("added", 942), ("changed", 2_377)],
        only_column: None,
    },
    Pair {
        name: "weather, two keys",
        left: Release::Vega("1.31.1"),
        right: Release::Vega("2.11.0"),
        file: "package/data/weather.csv",
        key: "location,date",
        tolerances: &[],
        truth: &[
            ("left_rows", 2_922),
            ("right_rows", 2_922),
            ("removed", 0),
            ("added", 0),
            ("changed", 679),
            ("changed_cells", 679),
        ],
        only_column: Some("weather"),
    },
    Pair {
        name: "weather, keys respelled",
        left: Release::Vega("1.31.1"),
        right: Release::Vega("2.11.0"),
        file: "package/data/seattle-weather.csv",
        key: "date",
        tolerances: &[],
        truth: &[("removed", 1_461), ("added", 1_461), ("changed", 0), ("changed_cells", 0)],
        only_column: None,
    },
];
