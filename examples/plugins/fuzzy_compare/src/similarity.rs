//! How similar two texts are.

use csvq_plugin_api::serde::Deserialize;

/// Texts of more characters together are not measured: some algorithms take the product of both lengths.
const MOST: usize = 100_000;

/// How similarity is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(crate = "csvq_plugin_api::serde", rename_all = "snake_case")]
pub(crate) enum Algorithm {
    /// How many characters have to be put in, left out or exchanged, of the longer text.
    Levenshtein,
    /// The same, where two neighbours may change places.
    DamerauLevenshtein,
    /// How many characters stand at about the same place.
    Jaro,
    /// The same, where a common beginning counts for more: made for names.
    JaroWinkler,
    /// How many pairs of neighbouring characters both have.
    SorensenDice,
}

impl Algorithm {
    /// Their names, as users write them.
    pub(crate) const NAMES: [&'static str; 5] =
        ["levenshtein", "damerau_levenshtein", "jaro", "jaro_winkler", "sorensen_dice"];

    /// How similar two texts are: from 0 to 1, for the same.
    pub(crate) fn similarity(self, left: &str, right: &str) -> f64 {
        if left == right {
            return 1.0;
        }
        if left.len().saturating_add(right.len()) > MOST {
            return 0.0;
        }
        match self {
            Self::Levenshtein => strsim::normalized_levenshtein(left, right),
            Self::DamerauLevenshtein => strsim::normalized_damerau_levenshtein(left, right),
            Self::Jaro => strsim::jaro(left, right),
            Self::JaroWinkler => strsim::jaro_winkler(left, right),
            Self::SorensenDice => strsim::sorensen_dice(left, right),
        }
    }
}
