//! Configuration files: any text as any of them. What is shown can be read again, and is the same; and a policy that another
//! tightens is never looser for it.
#![no_main]

use std::path::Path;

use csvq_core::config::{ConfigFile, PolicyChange, SecurityPolicy, compare_policies};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    for file in ConfigFile::ALL {
        let path = Path::new(file.name());
        if let Ok(settings) = file.read(path, texts.0) {
            let again = file.read(path, &settings.to_string()).expect("what is shown can be read");
            assert_eq!(again, settings);
        }
    }
    let policy = |text| SecurityPolicy::from_json(Path::new("security_policy.json"), text);
    if let (Ok(one), Ok(other)) = (policy(texts.0), policy(texts.1))
        && let Ok(tightened) = one.tightened_by(&other)
    {
        assert!(!compare_policies(&one, &tightened).iter().any(PolicyChange::loosens));
    }
});
