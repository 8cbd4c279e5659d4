//! Signals, which only Unix has: the program ends with status 130, and leaves nothing behind.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use csvq_tests::Workplace;

use super::{stderr, stdout};

/// Reads messages up to a line that says something. The program says `comparing` once it listens for signals: one that
/// came before would end it at once.
#[track_caller]
fn wait_for(said: &str, messages: &mut impl BufRead) {
    let mut line = String::new();
    while !line.contains(said) {
        line.clear();
        assert_ne!(messages.read_line(&mut line).unwrap(), 0, "it never said `{said}`");
    }
}

#[track_caller]
fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The program with signals as a terminal's shell would start it.
fn interruptible(place: &Workplace, args: &[&str]) -> Command {
    with_signals("SIG_DFL", place, args)
}

/// The program with SIGINT as it is told and no other signal ignored: the shell starts jobs in the background, and so
/// perhaps this test, with it ignored.
fn with_signals(interrupt: &str, place: &Workplace, args: &[&str]) -> Command {
    let reset = "import os, signal, sys\n\
        for name in (signal.SIGTERM, signal.SIGHUP): signal.signal(name, signal.SIG_DFL)\n\
        signal.signal(signal.SIGINT, getattr(signal, sys.argv[1]))\n\
        os.execv(sys.argv[2], sys.argv[2:])";
    let plain = place.command(args);
    let mut command = Command::new("python3");
    command.args(["-c", reset, interrupt]).arg(plain.get_program()).args(plain.get_args());
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CSVQ_LOG"] {
        command.env_remove(variable);
    }
    command.current_dir(place.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Interrupts the program while it waits for more from a pipe, of which it has read more than its memory holds.
#[test]
fn interrupting_ends_the_reading_of_a_pipe() {
    let rows: String = (0..200_000).map(|row| format!("{row},name of {row},{}\n", row * 7)).collect();
    let text = format!("id,name,n\n{rows}").into_bytes();
    for (signal, interrupt) in [("-INT", "SIG_DFL"), ("-TERM", "SIG_DFL"), ("-TERM", "SIG_IGN"), ("-HUP", "SIG_IGN")] {
        let place = Workplace::with(&[("left.csv", "id,name,n\n")]).unwrap();
        let spill = tempfile::tempdir().unwrap();
        let pipe = place.pipe("pipe").unwrap();
        let before = place.names().unwrap();
        let spill_dir = spill.path().to_str().unwrap();
        let args = ["compare", "left.csv", "pipe", "--key", "id", "--memory", "16MiB", "--spill-dir", spill_dir];
        let more = ["--output", "result.txt", "--export", "out", "-v"];
        let mut child = with_signals(interrupt, &place, &[&args[..], &more].concat()).spawn().unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap());
        wait_for("comparing", &mut messages);
        let mut writer = File::options().write(true).open(&pipe).unwrap();
        writer.write_all(&text).unwrap();
        send(signal, &child);
        let mut rest = String::new();
        messages.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        // The pipe was open all the time: it is the signal that ended the program.
        drop(writer);
        assert_eq!(output.status.code(), Some(130), "{rest}");
        assert_eq!(stdout(&output), "");
        assert!(!stderr(&output).contains("panicked") && rest.contains("cancelled"), "{rest}");
        assert_eq!(place.names().unwrap(), before);
        assert_eq!(spill.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn interrupting_ends_the_reading_of_standard_input() {
    let place = Workplace::with(&[("left.csv", "id,name\n1,pear\n")]).unwrap();
    let before = place.names().unwrap();
    let args = ["compare", "left.csv", "-", "--key", "id", "-v", "--output", "result.txt"];
    let mut child = interruptible(&place, &args).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    wait_for("comparing", &mut messages);
    send("-INT", &child);
    // The signal comes before the end of the input, which lets the program notice it.
    drop(child.stdin.take());
    let mut rest = String::new();
    messages.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert_eq!(place.names().unwrap(), before);
}
