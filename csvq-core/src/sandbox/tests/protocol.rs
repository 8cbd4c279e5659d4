//! Workers that do not keep to the protocol.

use serde_json::json;

use super::programs::{entry, limits, run};
use crate::control::Control;
use crate::error::{Error, ErrorKind};

const HELLO: &str = r#"{"type":"hello","protocol":2}"#;
const LOADED: &str = r#"{"type":"loaded","description":{}}"#;
const RESULT: &str = r#"{"type":"result","outcome":null,"has_differences":false}"#;
const PROGRESS: &str = r#"{"type":"progress","done":1,"total":2}"#;

/// What a worker says that has no guards.
fn guarded() -> String {
    json!({"type": "guarded", "enforced": crate::sandbox::Enforced::nothing()}).to_string()
}

/// What becomes of a worker that follows a script.
fn error(script: &[&str]) -> Error {
    let mut worker = super::programs::start(&format!("script {}", script.join("\n")));
    match worker.load(&entry("", ""), &limits()) {
        Err(error) => error,
        Ok(_) => run(worker, &json!({}), &limits(), &Control::new()).0.unwrap_err(),
    }
}

#[test]
fn a_script_can_keep_to_it() {
    let script =
        ["!hear hello", HELLO, "!hear load", &guarded(), LOADED, "!hear job", PROGRESS, RESULT, "!hear goodbye"];
    let mut worker = super::programs::start(&format!("script {}", script.join("\n")));
    worker.load(&entry("", ""), &limits()).unwrap();
    run(worker, &json!({}), &limits(), &Control::new()).0.unwrap();
}

#[test]
fn a_breach_ends_the_worker() {
    let check = |script: &[&str], expected: &str| {
        let error = error(script);
        assert_eq!(error.kind(), ErrorKind::Plugin, "{script:?}: {error}");
        assert_eq!(error.to_string(), format!("acts: its worker broke the protocol and was ended: {expected}"));
    };
    let unknown = "a message is unknown, or has other fields than it should have";
    check(&["!hex ffffffff", "!stay"], "a message has 4294967295 bytes, and 1048576 are the most there may be");
    check(&["!hex 01001000", "!stay"], "a message has 1048577 bytes, and 1048576 are the most there may be");
    check(&["!hex 00000000", "!stay"], "a message is empty");
    check(&["!hex 02000000ff00", "!stay"], "a message is no JSON object");
    check(&[r#"{"type":"hello","protocol":2"#, "!stay"], "a message is no JSON");
    check(&[r#"{"type":"bonjour"}"#, "!stay"], unknown);
    check(&[r#"{"type":"hello","protocol":2,"name":"x"}"#, "!stay"], unknown);
    check(&[LOADED, "!stay"], "it did not greet first");
    check(&[PROGRESS, "!stay"], "it did not greet first");
    check(&[HELLO, LOADED, "!stay"], "it loaded the plugin without guards");
    check(&[HELLO, &guarded(), &guarded(), "!stay"], "a message `guarded` came out of turn");
    check(&[&guarded(), "!stay"], "it did not greet first");
    check(&[HELLO, r#"{"type":"guarded","enforced":{}}"#, "!stay"], unknown);
    check(&[HELLO, HELLO, "!stay"], "a message `hello` came out of turn");
    check(&[HELLO, RESULT, "!stay"], "a message `result` came out of turn");
    check(&[HELLO, PROGRESS, "!stay"], "a message `progress` came out of turn");
    check(&[HELLO, &guarded(), LOADED, "!hear job", LOADED, "!stay"], "a message `loaded` came out of turn");
    check(&[HELLO, &guarded(), LOADED, "!hear job", HELLO, "!stay"], "a message `hello` came out of turn");
    check(&[HELLO, "!file", "!stay"], "a message came with an open file");
    let odd = r#"{"type":"failed","kind":"odd","message":"","field":null,"column":null}"#;
    check(&[HELLO, &guarded(), LOADED, "!hear job", odd, "!stay"], "it reports an error of a kind that there is not");
    let for_ever = format!("!for-ever {PROGRESS}");
    check(&[HELLO, &guarded(), LOADED, "!hear job", &for_ever], "it sends more messages than can be of use");
    let log_for_ever = r#"!for-ever {"type":"log","level":"info","message":""}"#;
    check(&[HELLO, log_for_ever], "it sends more messages than can be of use");
}

#[test]
fn another_version_is_no_breach() {
    let error = error(&[r#"{"type":"hello","protocol":3}"#, "!stay"]);
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.message().starts_with("its worker speaks version 3 of the worker protocol, and version 2 is needed"));
}

#[test]
fn a_worker_that_lets_go_of_its_socket_is_lost() {
    let check = |script: &[&str], expected: &str| {
        let error = error(script);
        assert_eq!(error.kind(), ErrorKind::WorkerLost, "{error}");
        assert!(error.message().starts_with(expected), "{error}");
    };
    check(&["!close", "!stay"], "the worker closed its connection, and was killed before it had loaded the plugin");
    check(
        &[HELLO, &guarded(), LOADED, "!hear job", "!close", "!stay"],
        "the worker closed its connection, and was killed",
    );
    check(
        &[HELLO, &guarded(), LOADED, "!hear job", "!hex 1000"],
        "the worker exited with status 0 before it gave a result",
    );
    check(&[], "the worker exited with status 0 before it had loaded the plugin");
}

#[test]
fn one_that_never_speaks_runs_out_of_time() {
    let mut worker = super::programs::start("script !stay");
    let short = crate::sandbox::WorkerLimits { timeout: Some(std::time::Duration::from_millis(200)), ..limits() };
    assert_eq!(worker.load(&entry("", ""), &short).unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn what_is_said_after_the_result_is_not_heard() {
    for after in ["!stay", "!hex ffffffff", "!for-ever {}"] {
        let script = [HELLO, &guarded(), LOADED, "!hear job", RESULT, after].join("\n");
        let mut worker = super::programs::start(&format!("script {script}"));
        worker.load(&entry("", ""), &limits()).unwrap();
        run(worker, &json!({}), &limits(), &Control::new()).0.unwrap();
    }
}

#[test]
fn one_that_speaks_while_it_waits_is_not_fit_for_use() {
    let mut worker =
        super::programs::start(&format!("script {}", [HELLO, &guarded(), LOADED, PROGRESS, "!stay"].join("\n")));
    worker.load(&entry("", ""), &limits()).unwrap();
    while worker.tend() {
        std::thread::yield_now();
    }
    let error = run(worker, &json!({}), &limits(), &Control::new()).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(error.message().ends_with("it spoke before it was asked to compare"), "{error}");
}

#[test]
fn the_host_must_keep_to_it_too() {
    use std::io::{Read, Write};
    let check = |sent: &[&str], expected: Result<(), ErrorKind>| {
        let (mut host, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let serving = std::thread::spawn(move || {
            struct Nothing;
            impl crate::sandbox::Serve for Nothing {
                fn load(&mut self, _: &crate::sandbox::Entry) -> crate::Result<serde_json::Value> {
                    Err(Error::new(ErrorKind::NotFound, "no plugin"))
                }
                fn compare(
                    &mut self,
                    _: std::fs::File,
                    _: std::fs::File,
                    _: &serde_json::Map<String, serde_json::Value>,
                    _: &serde_json::Value,
                    _: &crate::sandbox::Host<'_>,
                    _: &mut std::fs::File,
                ) -> crate::Result<crate::sandbox::Served> {
                    unreachable!()
                }
            }
            crate::sandbox::serve(theirs.into(), &mut Nothing).map_err(|error| error.kind())
        });
        for message in sent {
            let length = u32::try_from(message.len()).unwrap();
            host.write_all(&[&length.to_le_bytes(), message.as_bytes()].concat()).unwrap();
        }
        host.shutdown(std::net::Shutdown::Write).unwrap();
        host.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(serving.join().unwrap(), expected, "{sent:?}");
    };
    let goodbye = r#"{"type":"goodbye"}"#;
    check(&[], Ok(()));
    check(&[HELLO], Ok(()));
    check(&[HELLO, goodbye], Ok(()));
    check(&[r#"{"type":"hello","protocol":9}"#], Ok(()));
    check(&[goodbye], Err(ErrorKind::Plugin));
    check(&[HELLO, HELLO], Err(ErrorKind::Plugin));
    check(&[HELLO, r#"{"type":"cancel"}"#], Err(ErrorKind::Plugin));
    check(&["no JSON"], Err(ErrorKind::Plugin));
}
