//! plugin_config.json: any text. What is read survives being written and read again, but for secrets, which are never written.
#![no_main]

use std::path::Path;

use csvq_core::config::PluginConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = Path::new("plugin_config.json");
    let Ok(config) = PluginConfig::from_json(file, text) else { return };
    if config.repositories.iter().any(|repository| repository.authentication.is_some()) {
        return;
    }
    let written = serde_json::to_string(&config).expect("what was read can be written");
    let again = PluginConfig::from_json(file, &written).expect("what was written can be read");
    assert_eq!(again, config);
});
