//! Plugins that break rules: panics stay inside, and the kit finds the rest.

use std::panic;

use csvq_plugin_api::abi::code;
use csvq_plugin_api::testing::{Call, Check, Findings, Plugin, Sample};
use csvq_plugin_api::{
    Array, Batches, Comparator, Counts, Differences, Error, Host, Job, Outcome, PluginInfo, Result, Schema, Stream,
    json,
};

macro_rules! plugin {
    ($name:ident, $info:expr, $compare:expr) => {
        #[derive(Default)]
        struct $name;

        impl Comparator for $name {
            fn info(&self) -> PluginInfo {
                $info
            }

            fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
                let compare: fn(Job<'_>, &Host) -> Result<Outcome, Error> = $compare;
                compare(job, host)
            }
        }
    };
}

fn info() -> PluginInfo {
    PluginInfo::new("bad", "Bad", "1.0.0")
}

fn tables() -> (Sample, Sample) {
    (Sample::csv("id,name\n1,a\n2,b\n"), Sample::csv("id,name\n1,c\n2,b\n"))
}

fn found(findings: &Findings, check: &str, problem: &str) {
    let is_it =
        |finding: &csvq_plugin_api::testing::Finding| finding.check == check && finding.problem.contains(problem);
    assert!(findings.all().iter().any(is_it), "{check}: {problem}, in\n{findings}");
}

plugin!(Panics, info(), |_, _| panic!("it has a defect"));
plugin!(PanicsOverACell, info(), |job, _| panic!("the cell is {}", job.left.name));
plugin!(PanicsInDescribe, panic!("it has no name"), |_, _| Ok(Outcome::equal()));

/// Throws something whose own destructor panics.
struct Thrown;

impl Drop for Thrown {
    fn drop(&mut self) {
        panic!("thrown while it was dropped");
    }
}

plugin!(ThrowsAPanic, info(), |_, _| panic::panic_any(Thrown));

#[test]
fn panics_are_errors() {
    let (left, right) = tables();
    let call = Call::new(&left, &right);
    for (plugin, message) in [
        (Plugin::of::<Panics>(), "the plugin panicked: it has a defect"),
        (Plugin::of::<PanicsOverACell>(), "the plugin panicked; what it said stands in its standard error output"),
        (Plugin::of::<ThrowsAPanic>(), "the plugin panicked; what it said stands in its standard error output"),
    ] {
        let failure = plugin.compare(&call).unwrap_err();
        assert_eq!((failure.code, failure.message.as_str()), (code::PANICKED, message));
    }
    let failure = Plugin::of::<PanicsInDescribe>().describe().unwrap_err();
    assert_eq!((failure.code, failure.message.as_str()), (code::PANICKED, "the plugin panicked: it has no name"));
    assert_eq!((left.held(), right.held()), (0, 0));
}

/// Panics when it is made, and when it ends.
struct Unmade;

impl Default for Unmade {
    fn default() -> Self {
        panic!("it can't be made")
    }
}

#[derive(Default)]
struct Unending;

impl Drop for Unending {
    fn drop(&mut self) {
        panic!("it can't end")
    }
}

macro_rules! says_equal {
    ($($name:ident),+) => {$(
        impl Comparator for $name {
            fn info(&self) -> PluginInfo {
                info()
            }

            fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
                Ok(Outcome::equal())
            }
        }
    )+};
}

says_equal!(Unmade, Unending);

#[test]
fn panics_of_making_and_ending_stay_inside() {
    let (left, right) = tables();
    let failure = Plugin::of::<Unmade>().open().map(|_| ()).unwrap_err();
    assert_eq!((failure.code, failure.message.as_str()), (code::PANICKED, "the plugin panicked: it can't be made"));
    assert!(Plugin::of::<Unending>().compare(&Call::new(&left, &right)).unwrap().is_equal());
}

/// Panics in the callback of its name.
struct PanickingBatches(&'static str);

impl Batches for PanickingBatches {
    fn schema(&mut self) -> Result<Schema> {
        assert!(self.0 != "schema", "no schema");
        Differences::new().schema()
    }

    fn next_batch(&mut self) -> Result<Option<Array>> {
        assert!(self.0 != "next", "no batch");
        Ok(None)
    }
}

impl Drop for PanickingBatches {
    fn drop(&mut self) {
        assert!(self.0 != "release", "no end");
    }
}

#[test]
fn panics_of_streams_are_their_errors() {
    let failure = Stream::new(PanickingBatches("schema")).schema().map(|_| ()).unwrap_err();
    assert!(failure.message().ends_with("the plugin panicked: no schema"), "{failure}");
    let failure = Stream::new(PanickingBatches("next")).next_batch().map(|_| ()).unwrap_err();
    assert!(failure.message().ends_with("the plugin panicked: no batch"), "{failure}");
    let mut stream = Stream::new(PanickingBatches("release"));
    assert!(stream.next_batch().unwrap().is_none());
    drop(stream);
}

plugin!(
    Nameless,
    PluginInfo::new("Not An Id", "", "1.0").license("a\nb").parameters(json!({
        "type": "object",
        "required": ["absent"],
        "properties": {
            "a": { "type": "number", "default": "1" },
            "b": { "type": "text" },
            "c": { "enum": [1, 2], "default": 3 },
            "d": { "type": "number", "maximum": 1, "default": 2 },
        },
    })),
    |_, _| Ok(Outcome::equal())
);

#[test]
fn wrong_descriptions_are_found() {
    let findings = Check::new(&Plugin::of::<Nameless>()).run();
    for problem in ["the `id` `Not An Id` is none", "`display_name` has 1 to 100", "semver.org", "control characters"] {
        found(&findings, "description", problem);
    }
    for problem in [
        "`required` names \"absent\"",
        "the `default` of `a` is not of its type",
        "`b` is of type `text`",
        "the `default` of `c` is not in its `enum`",
        "the `default` of `d` is out of its bounds",
    ] {
        found(&findings, "parameters", problem);
    }
    // It reads no table and never asks whether it is cancelled.
    found(&findings, "cancellation", "went on to the end");
    found(&findings, "a left table that can't be read", "did not see the whole table");
}

plugin!(Contradicts, info().deterministic(true), |job, host| {
    let mut differences = Differences::new();
    differences.changed(1, 1, "name", Some("a"), Some("b"));
    differences.changed(2, 2, "none", None, None);
    differences.changed(1, 1, "name", Some("a"), Some("b"));
    differences.removed(0);
    differences.added(1_000_000);
    let counts = Counts { left_rows: 77, matched: 3, ..Counts::default() };
    let _ = job.compare_cells(host, |_| false)?;
    Ok(Outcome::equal().counts(counts).differences(differences))
});

#[test]
fn answers_that_contradict_themselves_are_found() {
    let findings = Check::new(&Plugin::of::<Contradicts>()).run();
    for problem in [
        "the tables are equal, and there are differences",
        "`counts.left_rows` is not the 5 that the table has",
        "`counts.matched` is 3, and unchanged and changed are 0",
        "line 2 of the differences: column `none` is none",
        "line 3 of the differences: other rows come between",
        "line 4 of the differences: `removed` has a left row",
        "line 5 of the differences: the right row is not one of 1 to 5",
    ] {
        found(&findings, "different tables", problem);
    }
}

#[derive(Default)]
struct Keeps(std::sync::Mutex<Vec<Stream>>);

impl Comparator for Keeps {
    fn info(&self) -> PluginInfo {
        info().deterministic(true)
    }

    fn compare(&self, job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
        std::mem::forget(job.left.stream);
        self.0.lock().unwrap().push(job.right.stream);
        static CALLS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let calls = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(Outcome::new(calls.is_multiple_of(2)))
    }
}

#[test]
fn leaks_and_whims_are_found() {
    let findings = Check::new(&Plugin::of::<Keeps>()).run();
    found(&findings, "different tables", "still holds streams or batches");
    found(&findings, "deterministic", "two answers to one question");
}
