//! The goals, and the table which says where we are.

use std::fs;

use super::results::Results;
use crate::page::layout;

/// One line of the table: a measure of a scenario and what it should be.
struct Row {
    scenario: &'static str,
    measure: &'static str,
    shown: &'static str,
    unit: Unit,
    goal: Goal,
}

/// How a number is printed.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Rate,
    Seconds,
    Micros,
    Millis,
    Bytes,
    Mib,
    Percent,
}

/// What a value is held against.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// At least so many times the reference; 85 % of the forwarder is enough where that is less.
    AtLeast(f64),
    /// At most this part of the reference.
    AtMost(f64),
    /// Below this percentage, whatever the reference does.
    Below(f64),
    /// Under this many milliseconds, whatever the reference does.
    Under(f64),
    /// Back at the measure of this name: no more than 10 % and 4 MiB above.
    BackTo(&'static str),
    /// Only told.
    None,
}

const fn rate(scenario: &'static str, goal: f64) -> Row {
    Row {
        scenario,
        measure: "rate",
        shown: "messages/s",
        unit: Unit::Rate,
        goal: Goal::AtLeast(goal),
    }
}

const fn cpu(scenario: &'static str, goal: f64) -> Row {
    Row {
        scenario,
        measure: "cpu_per_million",
        shown: "CPU-s per million",
        unit: Unit::Seconds,
        goal: Goal::AtMost(goal),
    }
}

const fn row(
    scenario: &'static str,
    measure: &'static str,
    shown: &'static str,
    unit: Unit,
    goal: Goal,
) -> Row {
    Row {
        scenario,
        measure,
        shown,
        unit,
        goal,
    }
}

const ROWS: [Row; 36] = [
    rate("one-16", 2.0),
    cpu("one-16", 0.35),
    rate("one-128", 2.0),
    cpu("one-128", 0.35),
    rate("one-1k", 1.4),
    cpu("one-1k", 0.6),
    rate("one-16k", 1.0),
    cpu("one-16k", 0.8),
    rate("fanout-64", 1.6),
    cpu("fanout-64", 0.3),
    rate("pairs-4", 2.0),
    cpu("pairs-4", 0.35),
    rate("queue-8", 2.0),
    cpu("queue-8", 0.35),
    rate("headers", 2.0),
    cpu("headers", 0.35),
    rate("filters-20k", 3.0),
    cpu("filters-20k", 0.25),
    row(
        "request-1",
        "p50_us",
        "p50",
        Unit::Micros,
        Goal::AtMost(0.8),
    ),
    row("request-1", "p99_us", "p99", Unit::Micros, Goal::None),
    row(
        "request-1",
        "cpu_per_million",
        "CPU-s per million",
        Unit::Seconds,
        Goal::None,
    ),
    rate("request-32", 1.7),
    cpu("request-32", 0.55),
    row("request-32", "p50_us", "p50", Unit::Micros, Goal::None),
    row("request-32", "p99_us", "p99", Unit::Micros, Goal::None),
    row(
        "churn",
        "cpu_per_million",
        "CPU-s per million, calm",
        Unit::Seconds,
        Goal::None,
    ),
    row(
        "churn",
        "inbox_rise_percent",
        "rise, churn in _INBOX",
        Unit::Percent,
        Goal::Below(10.0),
    ),
    row(
        "churn",
        "token_rise_percent",
        "rise, churn beside",
        Unit::Percent,
        Goal::Below(10.0),
    ),
    row(
        "start",
        "first_pong_ms",
        "exec to first PONG",
        Unit::Millis,
        Goal::AtMost(0.4),
    ),
    row(
        "connections",
        "idle_rss",
        "idle RSS",
        Unit::Mib,
        Goal::AtMost(1.0 / 3.0),
    ),
    row(
        "connections",
        "bytes_per_connection",
        "per connection",
        Unit::Bytes,
        Goal::AtMost(0.25),
    ),
    row(
        "subscriptions",
        "bytes_per_subscription",
        "per subscription",
        Unit::Bytes,
        Goal::AtMost(0.25),
    ),
    row(
        "come-and-go",
        "rss_before",
        "RSS before",
        Unit::Mib,
        Goal::None,
    ),
    row(
        "come-and-go",
        "rss_with_5000",
        "RSS with 5,000",
        Unit::Mib,
        Goal::None,
    ),
    row(
        "come-and-go",
        "rss_after",
        "RSS 10 s after",
        Unit::Mib,
        Goal::BackTo("rss_before"),
    ),
    row(
        "one-16",
        "load_cpu_per_million",
        "the load's own CPU-s",
        Unit::Seconds,
        Goal::None,
    ),
];

/// Where the part of the page begins that isn't generated.
const NOTES: &str = "\n## Notes\n";

/// Part of the forwarder's rate that is enough.
const NEAR_THE_LIMIT: f64 = 0.85;

const HEAD: [&str; 10] = [
    "scenario",
    "measure",
    "midge",
    "reference",
    "again",
    "forwarder",
    "midge/ref",
    "again/ref",
    "midge/fwd",
    "goal",
];

/// The table in Markdown, with columns that line up in a terminal too.
pub fn table(results: &Results) -> String {
    let head = HEAD.map(str::to_owned).to_vec();
    let rows = ROWS.iter().filter_map(|row| line(row, results));
    layout(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

/// The cells of a row; `None` when our broker wasn't measured on it.
fn line(row: &Row, results: &Results) -> Option<Vec<String>> {
    let of = |name| results.median(row.scenario, name, row.measure);
    let ours = of("midge")?;
    let (reference, again, forwarder) = (of("reference"), of("again"), of("forwarder"));
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| row.unit.show(value));
    let ratio = |value: Option<f64>, to: Option<f64>| match (value, to, row.unit) {
        (_, _, Unit::Percent) => "-".to_owned(),
        (Some(value), Some(to), _) => format!("{:.2}", value / to),
        _ => "-".to_owned(),
    };
    let back_to = match row.goal {
        Goal::BackTo(measure) => results.median(row.scenario, "midge", measure),
        _ => None,
    };
    Some(vec![
        row.scenario.to_owned(),
        row.shown.to_owned(),
        row.unit.show(ours),
        shown(reference),
        shown(again),
        shown(forwarder),
        ratio(Some(ours), reference),
        ratio(again, reference),
        ratio(Some(ours), forwarder),
        row.goal.judge(ours, reference, forwarder, back_to),
    ])
}

impl Goal {
    /// The goal in words, and whether it's met.
    pub(super) fn judge(
        self,
        ours: f64,
        reference: Option<f64>,
        forwarder: Option<f64>,
        back_to: Option<f64>,
    ) -> String {
        let verdict = |met: bool| if met { "met" } else { "MISSED" };
        match (self, reference) {
            (Self::AtLeast(goal), Some(reference)) => {
                let near = forwarder.map(|forwarder| NEAR_THE_LIMIT * forwarder / reference);
                let enough = near.map_or(goal, |near| near.min(goal));
                let limited = if enough < goal {
                    " (85 % of the limit)"
                } else {
                    ""
                };
                format!(
                    ">= {enough:.2}{limited} {}",
                    verdict(ours / reference >= enough)
                )
            }
            (Self::AtMost(goal), Some(reference)) => {
                format!("<= {goal:.2} {}", verdict(ours / reference <= goal))
            }
            (Self::Under(goal), _) => format!("< {goal:.0} ms {}", verdict(ours < goal)),
            (Self::Below(goal), _) => format!("< {goal:.0} % {}", verdict(ours < goal)),
            (Self::BackTo(_), _) => {
                let limit = back_to.unwrap_or(0.0) * 1.1 + 4.0 * 1024.0 * 1024.0;
                format!(
                    "<= {} MiB {}",
                    Unit::Mib.show(limit),
                    verdict(ours <= limit)
                )
            }
            _ => String::new(),
        }
    }
}

impl Unit {
    pub(super) fn show(self, value: f64) -> String {
        match self {
            Self::Rate if value >= 1e6 => format!("{:.2} M", value / 1e6),
            Self::Rate => format!("{:.1} k", value / 1e3),
            Self::Seconds if value >= 10.0 => format!("{value:.1}"),
            Self::Seconds => format!("{value:.3}"),
            Self::Micros => format!("{value:.0} µs"),
            Self::Millis => format!("{value:.1} ms"),
            Self::Bytes => format!("{value:.0} B"),
            Self::Mib => format!("{:.1}", value / (1024.0 * 1024.0)),
            Self::Percent => format!("{value:+.1} %"),
        }
    }
}

/// The page: the table in its frame, and the notes that people wrote below it in `old`.
pub fn document(table: &str, rounds: usize, old: &str) -> String {
    let machine = machine();
    let notes = old.find(NOTES).map_or("", |at| &old[at..]);
    format!(
        "# Benchmarks\n\n\
        Medians of {rounds} rounds of `cargo xtask bench` on {machine}.\n\
        All four servers run with the same configuration file, at the same time, and are driven by turns;\n\
        the load generator shares the machine. `again` is the reference a second time: what differs between\n\
        the two is noise. The forwarder is one thread without routing, accounts or limits: the ceiling.\n\n\
        {table}\n\
        MiB where a size has no unit. `rise` is the growth of the server's CPU per message, net of the churn's\n\
        own, while another connection subscribes and unsubscribes 10,000 times a second.\n{notes}"
    )
}

/// The machine in words.
pub fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("an unknown processor", |line| {
        line.trim_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_near_the_limit_is_enough() {
        let judge =
            |ours, forwarder| Goal::AtLeast(2.0).judge(ours, Some(1.0), Some(forwarder), None);
        assert_eq!(judge(2.0, 4.0), ">= 2.00 met");
        assert_eq!(judge(1.9, 4.0), ">= 2.00 MISSED");
        assert_eq!(judge(1.3, 1.5), ">= 1.27 (85 % of the limit) met");
        assert_eq!(judge(1.2, 1.5), ">= 1.27 (85 % of the limit) MISSED");
    }

    #[test]
    fn costs_are_held_against_the_reference() {
        let judge = |ours| Goal::AtMost(0.35).judge(ours, Some(1.0), None, None);
        assert_eq!(judge(0.35), "<= 0.35 met");
        assert_eq!(judge(0.36), "<= 0.35 MISSED");
    }

    #[test]
    fn memory_must_come_back() {
        let mib = 1024.0 * 1024.0;
        let judge = |after: f64| Goal::BackTo("x").judge(after * mib, None, None, Some(10.0 * mib));
        assert_eq!(judge(15.0), "<= 15.0 MiB met");
        assert_eq!(judge(15.1), "<= 15.0 MiB MISSED");
    }

    #[test]
    fn notes_below_the_table_stay() {
        let old = "# Benchmarks\n\nold table\n\n## Notes\n\nmine\n";
        let page = document("| new |\n", 5, old);
        assert!(
            page.contains("| new |") && !page.contains("old table"),
            "{page}"
        );
        assert!(page.ends_with("second.\n\n## Notes\n\nmine\n"), "{page}");
    }

    #[test]
    fn a_scenario_that_did_not_run_has_no_row() {
        let mut results = Results::default();
        results.add("one-16", "midge", "rate", 4e6);
        results.add("one-16", "reference", "rate", 2e6);
        let table = table(&results);
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(table.contains("| 4.00 M | 2.00 M "), "{table}");
        assert!(table.contains(">= 2.00 met"), "{table}");
    }
}
