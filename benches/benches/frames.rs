//! What typed tables take: frames in memory in order and shuffled, Parquet of which few columns are asked for, and digests.
//!
//! Frames are compared by polars too: a full join on the key, and all columns held against each other.

use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use csvq_benches::frames;
use csvq_core::compare::{Job, comparator};
use csvq_core::control::Control;
use csvq_core::report::Counts;
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_core::table::Table;
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkFull, DataFrame, DataFrameJoinOps, JoinArgs, JoinType, PolarsResult,
};
use sha2::{Digest, Sha256};

const ROWS: usize = 1_000_000;
const WIDE_ROWS: usize = 20_000;
const WIDE_COLUMNS: usize = 500;

fn spec(json: &str) -> CompareSpec {
    CompareSpec::from_json(json).expect("the spec is well-formed")
}

fn counts(sides: [&Source; 2], spec: &CompareSpec) -> Counts {
    let [left, right] = sides.map(Clone::clone);
    let job = Job { left, right, spec: spec.clone(), parameters: serde_json::Map::new(), control: Control::new() };
    let rows = comparator("row_compare").expect("it is built in");
    rows.compare(job).expect("the tables are well-formed").report.details.counts
}

/// Added, removed and changed rows, as polars finds them.
fn by_polars([left, right]: [&DataFrame; 2]) -> PolarsResult<[u64; 3]> {
    let joined = left.join(right, ["id"], ["id"], JoinArgs::new(JoinType::Full), None)?;
    let (left_key, right_key) = (joined.column("id")?, joined.column("id_right")?);
    let both = &left_key.is_not_null() & &right_key.is_not_null();
    let mut changed = BooleanChunked::full("changed".into(), false, joined.height());
    for name in left.get_column_names().into_iter().filter(|name| *name != "id") {
        let other = joined.column(&format!("{name}_right"))?;
        changed = &changed | &joined.column(name)?.not_equal_missing(other)?;
    }
    let changed = (&changed & &both).sum().unwrap_or(0);
    Ok([left_key.null_count() as u64, right_key.null_count() as u64, u64::from(changed)])
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

fn bench(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, rows: usize, sides: [&Source; 2], spec: &CompareSpec) {
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function(name, |bencher| bencher.iter(|| counts(sides, spec)));
}

/// Two frames by key.
fn frames(criterion: &mut Criterion) {
    let mut group = group(criterion, "frames");
    for (name, shuffled) in [("in_order", false), ("shuffled", true)] {
        let frames = frames::pair(ROWS, shuffled).expect("the columns have one length");
        let sides = frames
            .each_ref()
            .map(|frame| Source::Table(Table::new("frame", frame.clone()).expect("its types can be compared")));
        let spec = spec(r#"{"key": ["id"]}"#);
        let found = counts(sides.each_ref(), &spec);
        let expected = by_polars(frames.each_ref()).expect("the frames have the same columns");
        assert_eq!([found.added, found.removed, found.changed], expected, "{name}");
        bench(&mut group, name, ROWS, sides.each_ref(), &spec);
        group.bench_function(format!("{name}/polars"), |bencher| bencher.iter(|| by_polars(frames.each_ref())));
    }
    group.finish();
}

/// Parquet of many columns of which three are compared, and files of those three and the key alone.
fn columns(criterion: &mut Criterion) {
    let mut group = group(criterion, "parquet_columns");
    let all = frames::wide(WIDE_ROWS, WIDE_COLUMNS).expect("the columns have one length");
    let few = all.select(["id", "c100", "c200", "c300"]).expect("there are such columns");
    let spec = spec(r#"{"key": ["id"], "only": ["c100", "c200", "c300"]}"#);
    for (name, frame) in [("3_of_500", all), ("3_of_3", few)] {
        let mut file = Vec::new();
        let table = Table::new(name, frame).expect("its types can be compared");
        table.write_parquet(&mut file).expect("Parquet has such types");
        let source = Source::Bytes { name: name.to_owned(), bytes: Arc::from(file) };
        assert_eq!(counts([&source, &source], &spec).unchanged, WIDE_ROWS as u64, "{name}");
        bench(&mut group, name, WIDE_ROWS, [&source, &source], &spec);
    }
    group.finish();
}

/// The digests of two frames, in memory and as Parquet, and SHA-256 alone over the same encoded values.
fn digests(criterion: &mut Criterion) {
    let mut group = group(criterion, "digests");
    let frame = frames::pair(ROWS, false).expect("the columns have one length")[0].clone();
    let encoded = frames::encoded(&frame).expect("its columns have these types");
    let bytes: usize = encoded.iter().map(Vec::len).sum();
    group.throughput(Throughput::Bytes(2 * bytes as u64));
    group.bench_function("sha256_alone", |bencher| {
        bencher.iter(|| {
            // As many threads as there are processors, which is how hash_compare does it.
            let columns: Vec<&[u8]> = encoded.iter().chain(&encoded).map(Vec::as_slice).collect();
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let chunks = |column: &&[u8]| {
                let digests = column.chunks(1 << 16).map(|chunk| Sha256::digest(chunk)[0]);
                Ok::<_, csvq_text::Error>(digests.fold(0, u8::wrapping_add))
            };
            csvq_text::threads::for_each(threads, &columns, chunks, |_| false)
        });
    });
    let table = Table::new("frame", frame).expect("its types can be compared");
    let mut file = Vec::new();
    table.write_parquet(&mut file).expect("Parquet has such types");
    let parquet = Source::Bytes { name: "parquet".to_owned(), bytes: Arc::from(file) };
    for (name, source) in [("frames", Source::Table(table)), ("parquet", parquet)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let job = Job {
                    left: source.clone(),
                    right: source.clone(),
                    spec: CompareSpec::default(),
                    parameters: serde_json::Map::new(),
                    control: Control::new(),
                };
                let hash = comparator("hash_compare").expect("it is built in");
                assert!(hash.compare(job).expect("the tables are well-formed").report.is_equal);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, frames, columns, digests);
criterion_main!(benches);
