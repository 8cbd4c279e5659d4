//! Time and memory of each phase, as `--profile` tells them.

use std::time::Duration;

/// A line of the profile.
pub(crate) struct Line<'a> {
    pub(crate) phase: &'a str,
    pub(crate) elapsed: Duration,
    pub(crate) peak_bytes: Option<u64>,
}

/// The profile as a small table with the sum below.
pub(crate) fn render<'a>(lines: impl Iterator<Item = Line<'a>>) -> String {
    let mut text = format!("{:<14}{:>12}{:>14}\n", "phase", "time", "peak memory");
    let mut sum = Duration::ZERO;
    let mut peak = None;
    for line in lines {
        sum += line.elapsed;
        peak = peak.max(line.peak_bytes);
        push(&mut text, &line);
    }
    push(&mut text, &Line { phase: "total", elapsed: sum, peak_bytes: peak });
    text
}

fn push(text: &mut String, line: &Line<'_>) {
    let milliseconds = line.elapsed.as_secs_f64() * 1000.0;
    // Whole mebibytes: what the system tells is no more exact than its pages.
    let memory = line.peak_bytes.map_or_else(String::new, |bytes| format!("{} MiB", bytes >> 20));
    let row = format!("{:<14}{milliseconds:>9.1} ms{memory:>14}", line.phase);
    text.push_str(row.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_and_their_sum() {
        let line = |phase, ms, peak_bytes| Line { phase, elapsed: Duration::from_millis(ms), peak_bytes };
        let text = render([line("walking", 12, Some(30 << 20)), line("joining", 100, None)].into_iter());
        insta::assert_snapshot!(text, @r"
        phase                 time   peak memory
        walking            12.0 ms        30 MiB
        joining           100.0 ms
        total             112.0 ms        30 MiB
        ");
    }
}
