//! Which columns hold what.

use csvq_plugin_api::serde::Deserialize;
use csvq_plugin_api::{ColumnPair, Error, Value, json};

use crate::meaning::Rule;

/// What the user can set.
#[derive(Default, Deserialize)]
#[serde(crate = "csvq_plugin_api::serde", default, deny_unknown_fields)]
pub(crate) struct Settings {
    phone: Vec<String>,
    email: Vec<String>,
    url: Vec<String>,
    name: Vec<String>,
    address: Vec<String>,
    exact: Vec<String>,
    /// The calling code of numbers without one.
    pub(crate) country_code: Option<String>,
}

/// The words in the name of a column by which one sees what it holds. The first that is found decides.
const WORDS: &[(Rule, &[&str])] = &[
    (Rule::Email, &["email", "mail"]),
    (Rule::Phone, &["phone", "telephone", "tel", "mobile", "cell", "fax"]),
    (Rule::Url, &["url", "web", "website", "homepage"]),
    (Rule::Address, &["address", "street", "addr"]),
    (Rule::Name, &["name", "firstname", "lastname", "surname", "fullname", "company", "contact"]),
];

/// The schema of what the user can set.
pub(crate) fn schema() -> Value {
    let columns = |what: &str| {
        json!({
            "description": format!("Columns that hold {what}, by their left names."),
            "type": "array", "items": { "type": "string" }, "uniqueItems": true
        })
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "phone": columns("phone numbers"),
            "email": columns("mail addresses"),
            "url": columns("web addresses"),
            "name": columns("names of people or companies"),
            "address": columns("postal addresses"),
            "exact": columns("something else, whatever their name"),
            "country_code": {
                "description": "The calling code of numbers without one.",
                "type": "string", "pattern": "^[1-9][0-9]{0,2}$"
            }
        }
    })
}

impl Settings {
    /// What each column holds; none for what is compared exactly.
    pub(crate) fn rules(&self, columns: &[ColumnPair]) -> Result<Vec<Option<Rule>>, Error> {
        if let Some(code) = &self.country_code {
            let is_code = (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
            if !is_code || code.starts_with('0') {
                return Err(Error::bad_parameters("`country_code` has one to three digits, such as 41"));
            }
        }
        let said = [
            ("phone", Some(Rule::Phone), &self.phone),
            ("email", Some(Rule::Email), &self.email),
            ("url", Some(Rule::Url), &self.url),
            ("name", Some(Rule::Name), &self.name),
            ("address", Some(Rule::Address), &self.address),
            ("exact", None, &self.exact),
        ];
        let mut rules: Vec<Option<Rule>> = columns.iter().map(|column| by_name(&column.left)).collect();
        let mut is_said = vec![false; columns.len()];
        for (parameter, rule, names) in said {
            for name in names {
                let Some(index) = columns.iter().position(|column| column.left == *name) else {
                    let message = format!("`{parameter}` names `{name}`, which is no column that is compared");
                    return Err(Error::bad_parameters(message));
                };
                if std::mem::replace(&mut is_said[index], true) {
                    return Err(Error::bad_parameters(format!("`{parameter}` names `{name}`, which is named already")));
                }
                rules[index] = rule;
            }
        }
        Ok(rules)
    }
}

/// What a column holds, by its name: `work_email`, `Phone 2`, `companyName`.
fn by_name(name: &str) -> Option<Rule> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for character in name.chars() {
        // A word ends where there is no letter, and where a capital follows a small letter.
        if !character.is_alphabetic() || (was_small && character.is_uppercase()) {
            words.push(String::new());
        }
        was_small = character.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphabetic()) {
            word.extend(character.to_lowercase());
        }
    }
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    WORDS.iter().find(|(_, known)| has(known)).map(|(rule, _)| *rule)
}
