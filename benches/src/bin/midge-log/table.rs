//! The table, as Markdown.

use std::fmt;

const WHO: [&str; 5] = ["midge", "plain", "fjall", "sqlite", "sqlite, one each"];

/// A row per measure.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    values: [Option<f64>; WHO.len()],
    goal: String,
}

impl Table {
    fn row(&mut self, name: &str) -> &mut Row {
        let at = self.rows.iter().position(|row| row.name == name);
        let at = at.unwrap_or_else(|| {
            self.rows.push(Row {
                name: name.to_owned(),
                values: [None; WHO.len()],
                goal: String::new(),
            });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    pub fn set(&mut self, name: &str, who: &str, value: f64) {
        if let Some(column) = WHO.iter().position(|known| *known == who) {
            self.row(name).values[column] = Some(value);
        }
    }

    pub fn goal(&mut self, name: &str, value: f64, least: f64) {
        let met = if value >= least { "met" } else { "MISSED" };
        self.row(name).goal = format!(">= {} {met}", shown(least));
    }

    pub fn goal_below(&mut self, name: &str, value: f64, most: f64) {
        let met = if value <= most { "met" } else { "MISSED" };
        self.row(name).goal = format!("<= {} {met}", shown(most));
    }

    /// The share of the plain file's rate, and the multiples of SQLite's.
    pub fn goal_of_plain(&mut self, name: &str, least: Option<f64>) {
        let row = self.row(name);
        let [Some(ours), Some(plain), _, Some(sqlite), Some(each)] = row.values else {
            return;
        };
        let (share, times, times_each) = (ours / plain, ours / sqlite, ours / each);
        let met = match least {
            Some(least) if share < least => " (>= 0.8 MISSED)",
            Some(_) => " (>= 0.8 met)",
            None => "",
        };
        row.goal = format!("{share:.2} of plain{met}, {times:.1} and {times_each:.0} times sqlite");
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | {} | goal |", WHO.join(" | "))?;
        writeln!(f, "|---|{}---|", "---|".repeat(WHO.len()))?;
        for row in &self.rows {
            let values = row.values.map(|value| value.map_or(String::new(), shown));
            writeln!(
                f,
                "| {} | {} | {} |",
                row.name,
                values.join(" | "),
                row.goal
            )?;
        }
        Ok(())
    }
}

fn shown(value: f64) -> String {
    match value {
        1e6.. => format!("{:.2} M", value / 1e6),
        1e4.. => format!("{:.1} k", value / 1e3),
        100.0.. => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}
