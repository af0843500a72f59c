//! Why a test can't pass yet, found in its own source and in the configuration it starts with.
//!
//! A reason is never written by hand: it's the first feature of [`APIS`] or [`DIRECTIVES`] which
//! the test's function (or a helper in the same file that it calls) or its configuration file
//! uses, or a host on the internet that it talks to. When the broker learns a feature, its line is
//! taken out here, and every test that was excused by it must pass.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::suite::Test;

/// Calls in a test's source that need a feature the broker lacks.
const APIS: [(&str, &str); 2] = [("jetstream::", "JetStream"), ("run_cluster(", "cluster")];
/// Top-level words in a configuration that the broker doesn't serve.
const DIRECTIVES: [(&str, &str); 3] = [
    ("jetstream", "JetStream"),
    ("operator", "operator JWT"),
    ("leafnodes", "leaf nodes"),
];
/// Hosts outside this machine.
const HOSTS: [&str; 2] = ["demo.nats.io", "raw.githubusercontent.com"];

/// What a test needs and can't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// A call in its source.
    Api(String),
    /// A word in its configuration.
    Directive(String),
    /// A host on the internet: says nothing about us, whether it passes or not.
    Host(String),
}

impl Reason {
    /// Tells whether the reason lies outside both the broker and this machine.
    pub(super) fn is_host(&self) -> bool {
        matches!(self, Self::Host(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(what) => write!(out, "api {what}"),
            Self::Directive(what) => write!(out, "directive {what}"),
            Self::Host(what) => write!(out, "host {what}"),
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(' ') {
            Some(("api", what)) => Ok(Self::Api(what.to_owned())),
            Some(("directive", what)) => Ok(Self::Directive(what.to_owned())),
            Some(("host", what)) => Ok(Self::Host(what.to_owned())),
            _ => anyhow::bail!("{text:?} is no reason: api, directive or host"),
        }
    }
}

/// The reason why `test` of the package in `folder` can't pass, if there is one.
pub(super) fn find(folder: &Path, test: &Test) -> Result<Option<Reason>> {
    if test.file == "lib" {
        // Unit tests need no server, but for three that need a plain one.
        return Ok(None);
    }
    let path = folder.join("tests").join(format!("{}.rs", test.file));
    let source = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let body = with_helpers(&source, test.function());
    if let Some(host) = HOSTS.iter().find(|host| body.contains(**host)) {
        return Ok(Some(Reason::Host((*host).to_owned())));
    }
    if let Some((call, feature)) = APIS.iter().find(|(call, _)| body.contains(call)) {
        return Ok(Some(Reason::Api(format!(
            "{} ({feature})",
            call.trim_end_matches(['(', ':'])
        ))));
    }
    for config in configs(&body) {
        let text =
            fs::read_to_string(folder.join(&config)).with_context(|| format!("read {config}"))?;
        if let Some((word, feature)) = DIRECTIVES.iter().find(|(word, _)| has_word(&text, word)) {
            return Ok(Some(Reason::Directive(format!(
                "{word} in {config} ({feature})"
            ))));
        }
    }
    Ok(None)
}

/// The text of a function and of all functions in the same file that it calls, however deep.
fn with_helpers(source: &str, function: &str) -> String {
    let names: Vec<_> = source.lines().filter_map(name_of_function).collect();
    let mut text = String::new();
    let mut known = vec![function];
    let mut next = 0;
    while let Some(name) = known.get(next).copied() {
        next += 1;
        let body = body(source, name);
        for helper in &names {
            if !known.contains(helper) && calls(&body, helper) {
                known.push(helper);
            }
        }
        text.push_str(&body);
    }
    text
}

/// The lines of `fn name` up to the bracket that stands below its first line.
fn body(source: &str, name: &str) -> String {
    let mut lines = source
        .lines()
        .skip_while(|line| name_of_function(line) != Some(name));
    let Some(first) = lines.next() else {
        return String::new();
    };
    let indent = &first[..first.len() - first.trim_start().len()];
    let last = format!("{indent}}}");
    let rest = lines
        .take_while(|line| *line != last)
        .collect::<Vec<_>>()
        .join("\n");
    format!("{first}\n{rest}\n")
}

/// The name in a line such as `    pub async fn name<T>(`.
fn name_of_function(line: &str) -> Option<&str> {
    let before_name = ["", "pub ", "async ", "pub async "];
    let rest = before_name
        .iter()
        .find_map(|words| line.trim_start().strip_prefix(words)?.strip_prefix("fn "))?;
    rest.split(['(', '<']).next()
}

/// Tells whether `name(` stands in `text` as a call and not as the end of a longer name.
fn calls(text: &str, name: &str) -> bool {
    let call = format!("{name}(");
    text.match_indices(&call).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "_.:".contains(letter))
            && !text[..at].ends_with("fn ")
    })
}

/// The configuration files that are named in `text`.
fn configs(text: &str) -> Vec<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted
        .filter(|word| word.starts_with("tests/configs/") && word.ends_with(".conf"))
        .map(String::from)
        .collect()
}

/// Tells whether a line of a configuration begins with the key `word`.
fn has_word(config: &str, word: &str) -> bool {
    config.lines().any(|line| {
        let rest = line.trim_start().strip_prefix(word);
        rest.is_some_and(|rest| rest.starts_with([':', ' ', '=', '{']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
mod kv {
    #[tokio::test]
    async fn plain() {
        let server = nats_server::run_server("tests/configs/token.conf");
        assert!(x == "}");
    }

    async fn setup() -> Server {
        jetstream::new(client)
    }

    #[tokio::test]
    async fn stored() {
        let s = setup().await;
        not_setup();
    }
}
"#;

    #[test]
    fn a_body_ends_at_its_own_bracket() {
        let body = body(SOURCE, "plain");
        assert!(body.contains("assert!") && !body.contains("jetstream"));
        assert_eq!(configs(&body), ["tests/configs/token.conf"]);
    }

    #[test]
    fn a_helper_belongs_to_the_test_that_calls_it() {
        assert!(with_helpers(SOURCE, "stored").contains("jetstream::"));
        assert!(!with_helpers(SOURCE, "plain").contains("jetstream::"));
    }

    #[test]
    fn a_key_is_a_whole_word_at_the_start_of_a_line() {
        assert!(has_word("  jetstream: {}", "jetstream"));
        assert!(has_word("jetstream{}", "jetstream"));
        assert!(!has_word("# jetstream: {}", "jetstream"));
        assert!(!has_word("jetstreams: {}", "jetstream"));
    }

    #[test]
    fn reasons_are_read_as_they_are_written() {
        for reason in [
            Reason::Api("a b".into()),
            Reason::Directive("c".into()),
            Reason::Host("d".into()),
        ] {
            assert_eq!(reason.to_string().parse::<Reason>().unwrap(), reason);
        }
        assert!("flaky".parse::<Reason>().is_err());
    }
}
