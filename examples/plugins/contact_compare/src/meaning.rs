//! What a text means: the same for all ways to write it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Phone numbers.
    Phone,
    /// Mail addresses.
    Email,
    /// Web addresses.
    Url,
    /// Names of people and companies.
    Name,
    /// Postal addresses.
    Address,
}

/// Abbreviations in addresses, and what they stand for.
const ADDRESS_WORDS: &[(&str, &str)] = &[
    ("apt", "apartment"),
    ("av", "avenue"),
    ("ave", "avenue"),
    ("bd", "boulevard"),
    ("blvd", "boulevard"),
    ("bldg", "building"),
    ("ct", "court"),
    ("dr", "drive"),
    ("e", "east"),
    ("fl", "floor"),
    ("hwy", "highway"),
    ("ln", "lane"),
    ("n", "north"),
    ("pl", "place"),
    ("rd", "road"),
    ("s", "south"),
    ("sq", "square"),
    ("st", "street"),
    ("ste", "suite"),
    ("str", "strasse"),
    ("w", "west"),
];

/// Words of names that say nothing of who it is.
const NAME_WORDS: &[&str] = &["dr", "mr", "mrs", "ms", "prof"];

impl Rule {
    /// Its name, as users see it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Url => "url",
            Self::Name => "name",
            Self::Address => "address",
        }
    }

    /// What a text means; none where it can't be what the column holds. Numbers without a calling code get this one.
    pub(crate) fn meaning(self, text: &str, country_code: &str) -> Option<String> {
        match self {
            Self::Phone => phone(text, country_code),
            Self::Email => email(text),
            Self::Url => Some(url(text)),
            Self::Name => Some(name(text)),
            Self::Address => Some(address(text)),
        }
    }
}

/// Digits with a calling code, and an extension after `x`.
fn phone(text: &str, country_code: &str) -> Option<String> {
    let text = text.nfkc().collect::<String>().to_lowercase();
    let text = text.trim().trim_start_matches("tel:");
    let (number, extension) = match text.find("ext").or_else(|| text.find('x')).or_else(|| text.find('#')) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    // Written for those who dial from abroad: the 0 is left out after the calling code.
    let number = number.replace("(0)", "");
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (digits_of_number, extension) = (digits(&number), digits(extension));
    if digits_of_number.is_empty() {
        return None;
    }
    let international = match () {
        () if number.trim_start_matches(['(', ' ']).starts_with('+') => digits_of_number,
        () if digits_of_number.starts_with("00") => digits_of_number.trim_start_matches('0').to_owned(),
        // The code stands for the zero of the trunk.
        () if !country_code.is_empty() => {
            format!("{country_code}{}", digits_of_number.strip_prefix('0').unwrap_or(&digits_of_number))
        }
        () => return Some(with_extension(digits_of_number, &extension)),
    };
    Some(with_extension(format!("+{international}"), &extension))
}

fn with_extension(number: String, extension: &str) -> String {
    if extension.is_empty() { number } else { format!("{number}x{extension}") }
}

/// Whatever its case, and without what stands around it: `Ada <ada@example.com>`.
fn email(text: &str) -> Option<String> {
    let text = text.nfkc().collect::<String>().to_lowercase();
    let text = match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => &text,
    };
    let text = text.trim().trim_start_matches("mailto:").trim_end_matches('.');
    let (user, host) = text.rsplit_once('@')?;
    (!user.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)).then(|| text.to_owned())
}

/// Without the protocol, `www.`, and a slash at its end; the host in small letters.
fn url(text: &str) -> String {
    let text = text.nfkc().collect::<String>();
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (host, path) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    format!("{host}{}", path.trim_end_matches('/'))
}

/// Words without accents, case, titles and order of family name and first name.
fn name(text: &str) -> String {
    let plain = plain(text);
    let (last, first) = plain.split_once(',').unwrap_or((&plain, ""));
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.filter(|word| !NAME_WORDS.contains(word)).map(str::to_owned).collect::<Vec<_>>()
    };
    [words(first), words(last)].concat().join(" ")
}

/// Words without accents, case, punctuation and abbreviations.
fn address(text: &str) -> String {
    let plain = plain(text);
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let long = ADDRESS_WORDS.iter().find(|(short, _)| *short == word).map(|(_, long)| (*long).to_owned());
        // As in `Bahnhofstr. 1`.
        let german = || word.strip_suffix("str").filter(|stem| stem.len() > 2).map(|stem| format!("{stem}strasse"));
        long.or_else(german).unwrap_or_else(|| word.to_owned())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Small letters without accents.
fn plain(text: &str) -> String {
    let small = text.nfkc().collect::<String>().to_lowercase();
    let small = small.replace('ß', "ss").replace('æ', "ae").replace('ø', "o").replace('ł', "l");
    small.nfkd().filter(|character| !is_combining_mark(*character)).collect()
}
