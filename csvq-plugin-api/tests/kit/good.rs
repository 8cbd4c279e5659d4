//! Plugins that are as they should be.

use std::sync::Arc;

use csvq_plugin_api::abi::code;
use csvq_plugin_api::arrow::RecordBatches;
use csvq_plugin_api::arrow::arrow_array::cast::AsArray;
use csvq_plugin_api::arrow::arrow_array::types::Int64Type;
use csvq_plugin_api::arrow::arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringViewArray};
use csvq_plugin_api::differences::{ExtraColumn, ExtraType};
use csvq_plugin_api::rows::Verdict;
use csvq_plugin_api::testing::{Call, Check, Plugin, Sample};
use csvq_plugin_api::{
    By, Capability, ColumnPair, Comparator, Error, Host, Job, Level, Outcome, Parameters, PluginInfo, Result, Stream,
    export_plugin, exported_plugin, json,
};

/// Numbers are equal within a slack, and else texts as they are.
#[derive(Default)]
struct Slack;

impl Comparator for Slack {
    fn info(&self) -> PluginInfo {
        PluginInfo::new("slack", "Slack", "1.0.0-beta.1+build.5")
            .author("A. Tester")
            .license("MIT")
            .description("Numbers are equal\nwithin a slack.")
            .parameters(json!({
                "type": "object",
                "properties": { "slack": { "type": "number", "minimum": 0, "default": 0.5 } },
                "additionalProperties": false,
            }))
            .capability(Capability::Threads)
            .deterministic(true)
    }

    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
        let slack = job.parameters.get_or("slack", 0.5)?;
        if !(0.0..).contains(&slack) {
            return Err(Error::bad_parameters("`slack` is not below 0"));
        }
        host.log(Level::Debug, "it begins");
        let extra = self.extra_columns(&job.parameters)?;
        job.compare_cells_with(host, extra, |cell| {
            let number = |text: Option<&str>| text.map(|text| text.parse::<f64>().map_err(|_| ()));
            match (number(cell.left), number(cell.right)) {
                (Some(Ok(left)), Some(Ok(right))) => {
                    cell.note(0, right - left);
                    ((right - left).abs() <= slack).into()
                }
                (Some(Ok(_)), Some(Err(())) | None) | (Some(Err(())) | None, Some(Ok(_))) => Verdict::Unparsable,
                _ => Verdict::Changed,
            }
        })
    }

    fn extra_columns(&self, _parameters: &Parameters) -> Result<Vec<ExtraColumn>, Error> {
        Ok(vec![ExtraColumn::new("rise", ExtraType::Number)])
    }
}

export_plugin!(Slack);

#[test]
fn a_good_plugin_is_what_the_host_expects() {
    let plugin = exported_plugin!();
    Check::new(&plugin).run().assert();
    Check::new(&plugin).parameter("slack", json!(1000)).run().assert();
    let (left, right) = (Sample::csv("k,v\n1,2\n2,3\n"), Sample::csv("k,v\n2,3\n3,4\n"));
    Check::new(&plugin).tables(left, right, &["k"]).run().assert();
}

#[test]
fn answers_tell_all_that_was_found() {
    let plugin = Plugin::of::<Slack>();
    let left = Sample::csv("id,n,t\n1,1.0,a\n2,2.0,b\n3,3,c\n4,4,d\n").in_batches_of(3);
    let right = Sample::csv("id,n,t\n4,x,d\n2,2.75,B\n5,5,e\n1,1.25,a\n");
    let answer = plugin.compare(&Call::new(&left, &right).key(&["id"])).unwrap();
    assert!(!answer.is_equal());
    for (name, count) in [
        ("left_rows", 4),
        ("right_rows", 4),
        ("matched", 3),
        ("unchanged", 1),
        ("changed", 2),
        ("added", 1),
        ("removed", 1),
        ("changed_cells", 3),
    ] {
        assert_eq!(answer.count(name), count, "{name}");
    }
    let lines: Vec<_> = answer
        .lines
        .iter()
        .map(|line| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let row = |row: Option<u64>| row.map_or_else(|| "-".to_owned(), |row| row.to_string());
            let (kind, column) = (text(&line.kind), text(&line.column));
            let (left, right) = (text(&line.left), text(&line.right));
            format!(
                "{kind} {} {} {column} {left} {right} {}",
                row(line.left_row),
                row(line.right_row),
                line.extra["rise"]
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "changed 2 2 n 2.0 2.75 0.75",
            "changed 2 2 t b B null",
            "removed 3 - - - - null",
            "unparsable 4 1 n 4 x null",
            "added - 3 - - - null",
        ]
    );
    assert_eq!(answer.outcome["summary"], "Different: 2 changed, 1 added, 1 removed of 4 rows");
    assert_eq!(answer.outcome["columns"][0]["match_rate"], 1.0 / 3.0);
    assert_eq!(answer.progress.last(), Some(&(5, 5)));
    assert_eq!(answer.log, [(4, "it begins".to_owned())]);
    assert_eq!((left.held(), right.held()), (0, 0));
}

#[test]
fn rows_find_each_other_as_the_job_says() {
    let plugin = Plugin::of::<Slack>();
    let left = Sample::csv("a,b\n1,x\n1,y\n,z\n2,w\n");
    let right = Sample::csv("a,b\n1,y\n1,x\n1,x\n,z\n");
    let rows = |call: Call<'_>| {
        let answer = plugin.compare(&call).unwrap();
        let told = answer.lines.iter().map(|line| (line.left_row.unwrap_or(0), line.right_row.unwrap_or(0)));
        let counts = ["matched", "left_duplicate_keys", "right_duplicate_keys"].map(|name| answer.count(name));
        (told.collect::<Vec<_>>(), counts)
    };
    // Of rows with one key the same ones find each other; a null finds a null.
    assert_eq!(rows(Call::new(&left, &right).key(&["a"])), (vec![(4, 0), (0, 3)], [3, 1, 1]));
    assert_eq!(rows(Call::new(&left, &right).by(By::Content)), (vec![(4, 0), (0, 3)], [3, 0, 1]));
    let by_position = rows(Call::new(&left, &right));
    assert_eq!(by_position.0, [(1, 1), (2, 2), (3, 3), (3, 3), (4, 4), (4, 4)]);
    let none = plugin.compare(&Call::new(&left, &right).by(By::Key)).unwrap_err();
    assert_eq!(none.code, code::FAILED);
}

#[test]
fn parts_of_a_key_do_not_run_into_each_other() {
    let plugin = Plugin::of::<Slack>();
    let (left, right) = (Sample::csv("a,b\n1,11\nx,\n"), Sample::csv("a,b\n11,1\n,x\n"));
    let answer = plugin.compare(&Call::new(&left, &right).key(&["a", "b"])).unwrap();
    assert_eq!((answer.count("matched"), answer.count("added"), answer.count("removed")), (0, 2, 2));
}

#[test]
fn errors_say_what_is_wrong() {
    let plugin = Plugin::of::<Slack>();
    let table = Sample::csv("id,n\n1,2\n");
    let cases = [
        (Call::new(&table, &table).parameter("slack", json!(-1)), code::BAD_PARAMETERS, "`slack` is not below 0"),
        (Call::new(&table, &table).key(&["no"]), code::FAILED, "left.csv has no column `no`"),
        (
            Call::new(&table, &table).columns(vec![ColumnPair { left: "n".to_owned(), right: "m".to_owned() }]),
            code::FAILED,
            "right.csv has no column `m`",
        ),
        (Call::new(&table, &table).cancelled_after(0), code::CANCELLED, "the comparison was cancelled"),
    ];
    for (call, code, message) in cases {
        let failure = plugin.compare(&call).unwrap_err();
        assert_eq!((failure.code, failure.message.as_str()), (code, message));
    }
    let failing = table.clone().failing_after(0);
    let failure = plugin.compare(&Call::new(&failing, &table)).unwrap_err();
    assert!(failure.message.ends_with("the table ends here, for a test"), "{failure}");
}

#[test]
fn differences_reach_over_several_batches() {
    let plugin = Plugin::of::<Slack>();
    let (left, right) = (Sample::many(150_000, 1), Sample::many(150_000, 2).in_batches_of(4096));
    let answer = plugin.compare(&Call::new(&left, &right).key(&["id"])).unwrap();
    assert_eq!((answer.differences.len(), answer.lines.len()), (3, 150_000));
    assert!(answer.lines.iter().zip(1..).all(|(line, row)| line.left_row == Some(row) && line.right_row == Some(row)));
    assert!(answer.asked > 100 && answer.progress.len() > 100);
}

/// What a reader sees of a column is the very memory of whoever made it.
#[test]
fn tables_are_not_copied() {
    let numbers: Int64Array = (0..100_000).collect();
    let texts: StringViewArray =
        (0..100_000).map(|row| Some(format!("a text of more than twelve bytes {row}"))).collect();
    let places = (numbers.values().as_ptr(), texts.views().as_ptr(), texts.data_buffers()[0].as_ptr());
    let batch = RecordBatch::try_from_iter([("n", Arc::new(numbers) as ArrayRef), ("t", Arc::new(texts) as ArrayRef)]);
    let batch = batch.unwrap();
    let reader = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    // Through two streams, as if a plugin handed on what it was given.
    let handed_on = RecordBatches::new(Stream::of_batches(reader)).unwrap();
    let read: Vec<_> = RecordBatches::new(Stream::of_batches(handed_on)).unwrap().collect::<Result<_, _>>().unwrap();
    let (numbers, texts) = (read[0].column(0).as_primitive::<Int64Type>(), read[0].column(1).as_string_view());
    assert_eq!((numbers.values().as_ptr(), texts.views().as_ptr(), texts.data_buffers()[0].as_ptr()), places);
    assert_eq!(read, [batch]);
}
