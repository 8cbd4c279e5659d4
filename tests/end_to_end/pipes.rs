//! Named pipes as inputs, which only Unix has; and through one, the program while a file of its changes.

use std::fs::File;
use std::io::Write;
use std::process::Output;
use std::thread;

use csvq_tests::Workplace;

use super::refusal::{self, refused};
use super::streams::{Deed, gzip, right_text, text};
use super::{report, stderr};

#[test]
fn a_pipe_that_nobody_writes_to_is_given_up() {
    let place = Workplace::with(&[("good.csv", "id,v\n1,a\n")]).unwrap();
    place.pipe("pipe").unwrap();
    for pair in [["pipe", "good.csv"], ["good.csv", "pipe"]] {
        let message = refused(&place, &[&pair[..], &["--key", "id"]].concat());
        assert!(message.contains("pipe: ") && message.contains("nobody writes to this pipe"), "{message}");
    }
}

/// A result that can't be written leaves no export either, and what was exported before stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_leaves_no_export() {
    let place = Workplace::with(&[("left.csv", "id,v\n1,a\n"), ("right.csv", "id,v\n1,b\n")]).unwrap();
    let run = |output: &str| {
        place.run(&["compare", "left.csv", "right.csv", "--key", "id", "--export", "out", "--output", output]).unwrap()
    };
    let before = place.names().unwrap();
    refusal::check(&run("/dev/full"), &[]);
    assert_eq!(place.names().unwrap(), before);
    assert_eq!(run("result.txt").status.code(), Some(1));
    let changed = place.path().join("out").join("changed.csv");
    std::fs::write(&changed, "kept").unwrap();
    refusal::check(&run("/dev/full"), &[]);
    assert_eq!(std::fs::read_to_string(&changed).unwrap(), "kept");
    assert_eq!(place.path().join("out").read_dir().unwrap().count(), 3);
}

#[test]
fn pipes_with_a_writer_are_read() {
    let text = text(50_000);
    let place = Workplace::with(&[("plain.csv", &text)]).unwrap();
    for name in ["left", "right"] {
        place.pipe(name).unwrap();
    }
    let args = ["compare", "left", "right", "--key", "id", "--memory", "16MiB", "--format", "json"];
    thread::scope(|scope| {
        for (name, content) in [("left", text.clone().into_bytes()), ("right", gzip(text.as_bytes()))] {
            let path = place.path().join(name);
            scope.spawn(move || {
                // Opening waits for the program to open the other end.
                let mut pipe = File::options().write(true).open(path).unwrap();
                content.chunks(10_007).for_each(|part| pipe.write_all(part).unwrap());
            });
        }
        let report = report(&place.run(&args).unwrap());
        assert!(report.is_equal);
        assert_eq!(report.details.counts.unchanged, 50_000);
    });
}

/// Runs the program over a file and a pipe; once it has opened the file, something is done to that.
fn run_with(place: &Workplace, deed: Deed) -> Output {
    let left = place.write("left.csv", text(3_000)).unwrap();
    let pipe = place.path().join("pipe");
    let args = ["compare", "left.csv", "pipe", "--key", "id", "--format", "csv"];
    let child = place.command(&args).spawn().unwrap();
    // The sides are opened one after the other, and opening a pipe for writing waits for who reads.
    let mut writer = File::options().write(true).open(&pipe).unwrap();
    deed.is_done_to(&left);
    writer.write_all(right_text(3_000, false).as_bytes()).unwrap();
    drop(writer);
    child.wait_with_output().unwrap()
}

#[test]
fn the_program_sees_that_a_file_changed() {
    let place = Workplace::with(&[]).unwrap();
    place.pipe("pipe").unwrap();
    for deed in Deed::CHANGES {
        let message = refusal::check(&run_with(&place, deed), &[]);
        assert!(message.contains("left.csv: the file changed while it was compared"), "{deed:?}: {message}");
    }
    for deed in [Deed::Remove, Deed::Replace] {
        let output = run_with(&place, deed);
        assert_eq!((output.status.code(), stderr(&output)), (Some(1), String::new()), "{deed:?}");
    }
}
