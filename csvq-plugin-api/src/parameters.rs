//! What the user wants of a plugin.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The parameters that a user gave: those of the plugin's schema, and no others. Defaults are the plugin's business.
///
/// ```
/// use csvq_plugin_api::{Parameters, json};
///
/// let parameters = Parameters::from_iter([("threshold", json!(0.9))]);
/// assert_eq!(parameters.get_or("threshold", 0.85)?, 0.9);
/// assert_eq!(parameters.get_or("algorithm", "jaro".to_owned())?, "jaro");
/// assert!(parameters.get::<u64>("threshold").is_err());
/// # Ok::<(), csvq_plugin_api::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    values: Map<String, Value>,
}

impl Parameters {
    /// Reads them from JSON: an object, or nothing at all for none.
    pub(crate) fn parse(text: &[u8]) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let values = serde_json::from_slice(text);
        let values =
            values.map_err(|error| Error::bad_parameters(format!("parameters are no JSON object: {error}")))?;
        Ok(Self { values })
    }

    /// One of them; none where the user did not give it.
    ///
    /// # Errors
    /// [`BadParameters`](crate::ErrorKind::BadParameters) where it is of another type.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.values.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|error| Error::bad_parameters(format!("`{name}`: {error}")))
    }

    /// One of them; this where the user did not give it.
    ///
    /// # Errors
    /// [`BadParameters`](crate::ErrorKind::BadParameters) where it is of another type.
    pub fn get_or<T: DeserializeOwned>(&self, name: &str, default: T) -> Result<T> {
        Ok(self.get(name)?.unwrap_or(default))
    }

    /// All of them, as a struct of the plugin's own.
    ///
    /// ```
    /// use csvq_plugin_api::serde::Deserialize;
    /// use csvq_plugin_api::{Parameters, json};
    ///
    /// #[derive(Deserialize)]
    /// #[serde(crate = "csvq_plugin_api::serde", default, deny_unknown_fields)]
    /// struct Mine {
    ///     threshold: f64,
    /// }
    ///
    /// impl Default for Mine {
    ///     fn default() -> Self {
    ///         Self { threshold: 0.85 }
    ///     }
    /// }
    ///
    /// let mine: Mine = Parameters::default().read()?;
    /// assert_eq!(mine.threshold, 0.85);
    /// # Ok::<(), csvq_plugin_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`BadParameters`](crate::ErrorKind::BadParameters) where they do not fit it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.values).map_err(|error| Error::bad_parameters(format!("parameters: {error}")))
    }

    /// All of them, as JSON.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.values
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(values: I) -> Self {
        Self { values: values.into_iter().map(|(name, value)| (name.into(), value)).collect() }
    }
}
