//! Text that is lent and text that is handed over.

use std::ptr;

use crate::{OwnedTextV1, TextV1};

#[test]
fn text_is_what_was_handed_over() {
    for text in ["", "a", "Zürich, 東京\0!"] {
        let mut owned = OwnedTextV1::of(text.to_owned());
        // SAFETY: the text was made here.
        assert_eq!(unsafe { owned.bytes() }, Some(text.as_bytes()));
        for _ in 0..2 {
            // SAFETY: its callback is its own; to release it twice does nothing more.
            unsafe { owned.release() };
            assert!(owned.data.is_null() && owned.len == 0 && owned.release.is_none());
        }
        // SAFETY: the text is part of this program.
        assert_eq!(unsafe { TextV1::of(text).bytes() }, Some(text.as_bytes()));
    }
    let fixed = OwnedTextV1::of_static("no memory");
    assert!(fixed.release.is_none());
    // SAFETY: the text is part of this program.
    assert_eq!(unsafe { fixed.bytes() }, Some(&b"no memory"[..]));
}

#[test]
fn its_callback_may_be_called_by_hand() {
    let mut owned = OwnedTextV1::of("a".to_owned());
    let release = owned.release.unwrap();
    for _ in 0..2 {
        // SAFETY: the text is its own, and released only once, since it is empty after that.
        unsafe { release(&raw mut owned) };
        assert!(owned.data.is_null() && owned.release.is_none());
    }
    // SAFETY: null is allowed.
    unsafe { release(ptr::null_mut()) };
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    let byte = b'a';
    for (data, len) in [(ptr::null(), 1), (&raw const byte, u64::MAX)] {
        // SAFETY: what cannot be is refused before it is read.
        assert_eq!(unsafe { TextV1 { data, len }.bytes() }, None, "{len}");
    }
    // SAFETY: no byte is read.
    assert_eq!(unsafe { TextV1 { data: ptr::null(), len: 0 }.bytes() }, Some(&[][..]));
}
