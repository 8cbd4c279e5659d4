//! The handle to follow a comparison and to end it: the text engine's, under csvq's name.

pub use csvq_text::{Control, Phase, PhaseProfile, Progress, Stop};
