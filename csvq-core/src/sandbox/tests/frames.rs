//! Frames and messages by themselves: every byte of them comes from outside.

use proptest::prelude::{any, prop, proptest};

use crate::error::ErrorKind;
use crate::sandbox::count_messages;
use crate::sandbox::frame::{self, Incoming, MAX_CONTENT};
use crate::sandbox::message::{FromWorker, ToWorker, reported_kind};

fn framed(content: &str) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_le_bytes(), content.as_bytes()].concat()
}

#[test]
fn what_a_worker_sends_is_read_strictly() {
    let check = |bytes: &[u8], expected: Result<usize, &str>| {
        let counted = count_messages(bytes).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Plugin);
            error.message().to_owned()
        });
        match (counted, expected) {
            (Ok(counted), Ok(expected)) => assert_eq!(counted, expected),
            (Err(message), Err(expected)) => assert!(message.ends_with(expected), "{message}"),
            (counted, _) => panic!("{counted:?} for {bytes:?}"),
        }
    };
    check(b"", Ok(0));
    check(b"\x05\0\0", Ok(0));
    check(&framed(r#"{"type":"hello","protocol":7}"#), Ok(1));
    check(&framed(r#"{"type":"progress","done":1,"total":2}"#).repeat(3), Ok(3));
    check(&framed(r#"{"type":"loaded","description":null}"#), Ok(1));
    check(b"\0\0\0\0", Err("a message is empty"));
    check(b"\xff\xff\xff\xff", Err("a message has 4294967295 bytes, and 1048576 are the most there may be"));
    check(&framed("hello"), Err("a message is no JSON object"));
    check(&framed("[\"hello\",1]"), Err("a message is no JSON object"));
    check(&framed("{hello}"), Err("a message is no JSON"));
    check(&framed("{\"type\":\"log\",\"level\":\"info\",\"message\":\"\u{1}\"}"), Err("a message is no JSON"));
    check(&framed(&format!(r#"{{"type":"loaded","description":{}"#, "[".repeat(100_000))), Err("a message is no JSON"));
    let wrong = "a message is unknown, or has other fields than it should have";
    check(&framed("{}"), Err(wrong));
    check(&framed(r#"{"type":"goodbye"}"#), Err(wrong));
    check(&framed(r#"{"type":"hello"}"#), Err(wrong));
    check(&framed(r#"{"type":"hello","protocol":-1}"#), Err(wrong));
    check(&framed(r#"{"type":"hello","protocol":1,"more":1}"#), Err(wrong));
    check(&framed(r#"{"type":"hello","protocol":1,"protocol":1}"#), Err(wrong));
    check(&framed(r#"{"type":"log","level":"loud","message":""}"#), Err(wrong));
}

#[test]
fn errors_never_quote_a_message() {
    let error = count_messages(&framed(r#"{"type":"result","outcome":1,"cell":"secret"}"#)).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_message_that_is_too_large_is_refused_where_it_is_made() {
    let message =
        |length| FromWorker::Failed { kind: "x".repeat(length), message: String::new(), field: None, column: None };
    let overhead = frame::encode(&message(0), "it").unwrap().len() - 4;
    let largest = frame::encode(&message(MAX_CONTENT - overhead), "it").unwrap();
    assert_eq!(frame::decode(&largest).unwrap().unwrap().1, largest.len());
    let error = frame::encode(&message(MAX_CONTENT - overhead + 1), "the outcome").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(error.message(), "the outcome takes 1048577 bytes as JSON, and 1048576 are the most there may be");
}

#[test]
fn a_worker_reports_the_kinds_that_a_plugin_may_have() {
    let check =
        |name: &str, expected| assert_eq!(reported_kind(name).map_err(|error| error.kind()), expected, "{name}");
    check("io", Ok(ErrorKind::Io));
    check("key", Ok(ErrorKind::Key));
    check("cancelled", Ok(ErrorKind::Plugin));
    check("state", Ok(ErrorKind::Plugin));
    check("worker_lost", Ok(ErrorKind::Plugin));
    check("no_such_kind", Err(ErrorKind::Plugin));
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = count_messages(&bytes);
        let _ = count_messages(&framed(&String::from_utf8_lossy(&bytes)));
        let _ = ToWorker::read(&bytes);
    }

    #[test]
    fn frames_survive_any_cut(totals in prop::collection::vec(any::<u64>(), 1..20), cut in 1_usize..40) {
        let sent = totals.iter().map(|total| FromWorker::Progress { done: 1, total: *total });
        let bytes: Vec<u8> = sent.flat_map(|message| frame::encode(&message, "it").unwrap()).collect();
        let (mut incoming, mut received) = (Incoming::default(), Vec::new());
        for piece in bytes.chunks(cut) {
            incoming.extend(piece);
            while let Some(content) = incoming.next().unwrap() {
                match FromWorker::read(content).unwrap() {
                    FromWorker::Progress { total, .. } => received.push(total),
                    other => panic!("another message: {other:?}"),
                }
            }
        }
        assert_eq!(received, totals);
    }
}
