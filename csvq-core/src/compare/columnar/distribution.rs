//! How far the numbers of a column moved.

use super::evaluate::Change;
use crate::report::Distribution;

/// The distribution of the differences of changed cells that are numbers on both sides; `None` where there is none.
pub(super) fn distribution(changes: &[Change]) -> Option<Distribution> {
    let shifts: Vec<f64> = changes.iter().filter_map(|change| change.difference).collect();
    let mut distances: Vec<f64> = shifts.iter().map(|shift| shift.abs()).collect();
    distances.sort_unstable_by(f64::total_cmp);
    let count = distances.len();
    let max = distances.last().copied()?;
    // Each is divided before it is added, so that the sum stays finite.
    let mean = |numbers: &[f64]| numbers.iter().map(|number| number / count as f64).sum();
    Some(Distribution {
        count: count as u64,
        mean_shift: mean(&shifts),
        mean: mean(&distances),
        median: quantile(&distances, 0.5),
        p95: quantile(&distances, 0.95),
        max,
    })
}

/// The value at a part of the way through sorted ones, interpolated linearly between its neighbours.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let change = |difference| Change { pair: 0, is_unparsable: false, difference };
        let changes: Vec<Change> = [Some(-4.0), None, Some(1.0), Some(2.0), Some(3.0)].map(change).into();
        let found = distribution(&changes).unwrap();
        assert_eq!((found.count, found.mean_shift, found.mean, found.median, found.max), (4, 0.5, 2.5, 2.5, 4.0));
        assert!((found.p95 - 3.85).abs() < 1e-12);
        assert_eq!(distribution(&[change(None)]), None);
        assert_eq!(distribution(&[change(Some(7.0))]).unwrap().p95, 7.0);
    }
}
