//! Measured values by scenario, contestant and measure, and their medians.

use std::collections::BTreeMap;

use serde_json::Value;

type Key = (String, &'static str, String);

/// Everything that was measured.
#[derive(Default)]
pub struct Results {
    values: BTreeMap<Key, Vec<f64>>,
}

impl Results {
    pub fn add(&mut self, scenario: &str, contestant: &'static str, measure: &str, value: f64) {
        let key = (scenario.to_owned(), contestant, measure.to_owned());
        self.values.entry(key).or_default().push(value);
    }

    /// Adds each number of a JSON object.
    pub fn add_all(&mut self, scenario: &str, contestant: &'static str, object: &Value) {
        for (measure, value) in object.as_object().into_iter().flatten() {
            if let Some(value) = value.as_f64() {
                self.add(scenario, contestant, measure, value);
            }
        }
    }

    /// The median over all rounds; `None` when it wasn't measured.
    pub fn median(&self, scenario: &str, contestant: &'static str, measure: &str) -> Option<f64> {
        let key = (scenario.to_owned(), contestant, measure.to_owned());
        let mut values = self.values.get(&key)?.clone();
        values.sort_by(f64::total_cmp);
        let half = values.len() / 2;
        Some(match values.len() % 2 {
            0 => f64::midpoint(values[half - 1], values[half]),
            _ => values[half],
        })
    }

    /// A line about the last round: rate, or what else the scenario is about.
    pub fn latest(&self, scenario: &str) -> String {
        let of = |(key, values): (&Key, &Vec<f64>)| {
            let shown = matches!(key.2.as_str(), "rate" | "cpu_per_million");
            let last = values.last()?;
            (key.0 == scenario && shown).then(|| format!("{} {} {last:.2}", key.1, key.2))
        };
        self.values
            .iter()
            .filter_map(of)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_the_middle_or_between_the_two_in_the_middle() {
        let mut results = Results::default();
        for value in [3.0, 1.0, 2.0] {
            results.add("s", "c", "m", value);
        }
        assert_eq!(results.median("s", "c", "m"), Some(2.0));
        results.add("s", "c", "m", 10.0);
        assert_eq!(results.median("s", "c", "m"), Some(2.5));
        assert_eq!(results.median("s", "other", "m"), None);
    }

    #[test]
    fn numbers_of_an_object_are_taken_and_text_is_not() {
        let mut results = Results::default();
        let object = serde_json::json!({"scenario": "s", "rate": 5, "x": 0.5});
        results.add_all("s", "c", &object);
        assert_eq!(results.median("s", "c", "rate"), Some(5.0));
        assert_eq!(results.median("s", "c", "x"), Some(0.5));
        assert_eq!(results.median("s", "c", "scenario"), None);
    }
}
