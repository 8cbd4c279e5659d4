use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin, json, plugin_info};

#[derive(Default)]
struct Round;

impl Comparator for Round {
    fn info(&self) -> PluginInfo {
        plugin_info!("Round compare").deterministic(true).parameters(json!({
            "type": "object",
            "properties": { "digits": { "type": "integer", "minimum": 0, "maximum": 15, "default": 2 } },
            "additionalProperties": false
        }))
    }

    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
        let digits: u8 = job.parameters.get_or("digits", 2)?;
        let rounded = |text: Option<&str>| {
            let number = text?.parse::<f64>().ok()?;
            Some(format!("{number:.0$}", usize::from(digits)))
        };
        job.compare_cells(host, |cell| match (rounded(cell.left), rounded(cell.right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        })
    }
}

export_plugin!(Round);

#[cfg(test)]
mod tests {
    use csvq_plugin_api::exported_plugin;
    use csvq_plugin_api::testing::{Call, Check, Sample};

    #[test]
    fn it_is_what_csvq_expects() {
        Check::new(&exported_plugin!()).run().assert();
    }

    #[test]
    fn it_rounds() {
        let left = Sample::csv("id,price\n1,2.501\n2,3.99\n");
        let right = Sample::csv("id,price\n1,2.504\n2,4.01\n");
        let answer = exported_plugin!().compare(&Call::new(&left, &right).key(&["id"])).unwrap();
        assert_eq!((answer.count("changed"), answer.lines[0].left_row), (1, Some(2)));
    }
}
