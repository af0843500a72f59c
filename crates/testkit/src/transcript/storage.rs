//! The same section with its streams in memory.
//!
//! Requests that make or update a stream ask for `"storage":"memory"`, and what the transcript expects of a
//! file stream becomes what a memory stream says: its storage and, on the reference, fewer bytes for its messages.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::parse::reparse;
use super::{Action, Body, Only, Script, Section, Step};

/// What a message of the reference counts less in memory: 16 bytes beside its parts, and 30 in a file.
const BYTES_SAVED: u64 = 14;
/// A message with headers counts 34 bytes beside its parts in a file.
const BYTES_SAVED_BY_HEADERS: u64 = 4;

impl Script {
    /// The sections that can be played on this server with their streams in memory, so changed.
    ///
    /// Left out are sections that make no file streams, restart the server or say `file only`.
    pub fn with_memory_streams(&self, which: Only) -> Result<Self> {
        let sections = self
            .sections
            .iter()
            .map(|section| section.with_memory_streams(which));
        Ok(Self {
            path: self.path.clone(),
            sections: sections
                .filter_map(Result::transpose)
                .collect::<Result<_>>()
                .with_context(|| self.path.display().to_string())?,
        })
    }
}

impl Section {
    fn with_memory_streams(&self, which: Only) -> Result<Option<Self>> {
        let restarts = |step: &Step| matches!(step.action, Action::Restart(_));
        if self.setup.file_only || self.steps.iter().any(restarts) {
            return Ok(None);
        }
        let mut section = self.clone();
        let mut changed = false;
        for index in 1..section.steps.len() {
            let [request, body] = &mut section.steps[index - 1..=index] else {
                continue;
            };
            changed |= ask_for_memory(request, body)
                .with_context(|| format!("line {}: {}", request.line, request.text))?;
        }
        let expectations = section.steps.iter_mut().flat_map(expected_json);
        expectations.for_each(|json| expect_memory(json, which));
        Ok(changed.then_some(section))
    }
}

/// Changes a request that makes or updates a file stream; false when the two steps are none.
fn ask_for_memory(request: &mut Step, body: &mut Step) -> Result<bool> {
    let Some((head, len)) = request
        .text
        .split_once("> PUB $JS.")
        .filter(|(_, rest)| {
            rest.contains("API.STREAM.CREATE.") || rest.contains("API.STREAM.UPDATE.")
        })
        .and(request.text.rsplit_once(' '))
    else {
        return Ok(false);
    };
    let Some(text) = memory_config(&body.text) else {
        return Ok(false);
    };
    let len = len.parse::<usize>()? + text.len() - body.text.len();
    *request = reparse(request.line, format!("{head} {len}"))?;
    *body = reparse(body.line, text)?;
    Ok(true)
}

/// The line that sends a stream's configuration, with memory as its storage; `None` if it isn't a file stream's.
fn memory_config(line: &str) -> Option<String> {
    let (head, fields) = line.split_once("> {")?;
    if fields.contains(r#""storage":"#) {
        let file = r#""storage":"file""#;
        return fields
            .contains(file)
            .then(|| line.replace(file, r#""storage":"memory""#));
    }
    let comma = if fields == "}" { "" } else { "," };
    Some(format!(r#"{head}> {{"storage":"memory"{comma}{fields}"#))
}

/// The JSON values that a step expects.
fn expected_json(step: &mut Step) -> Vec<&mut Value> {
    match &mut step.action {
        Action::Expect { text, .. } => text.json.iter_mut().collect(),
        Action::AnyOrder { texts, .. } => texts
            .iter_mut()
            .filter_map(|text| text.json.as_mut())
            .collect(),
        Action::Http(http) => match &mut http.body {
            Body::Json(json) => vec![json],
            Body::Any | Body::Text(_) => vec![],
        },
        _ => vec![],
    }
}

fn expect_memory(value: &mut Value, which: Only) {
    match value {
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| expect_memory(value, which)),
        Value::Object(fields) => {
            if fields
                .get("storage")
                .is_some_and(|storage| storage == "file")
            {
                fields.insert("storage".to_owned(), json!("memory"));
            }
            let count = |name| fields.get(name).and_then(Value::as_u64);
            if let (Only::Reference, Some(messages @ 1..), Some(bytes)) =
                (which, count("messages"), count("bytes"))
            {
                let bytes = memory_bytes(messages, bytes);
                fields.insert("bytes".to_owned(), bytes.into());
            }
            fields
                .values_mut()
                .for_each(|value| expect_memory(value, which));
        }
        _ => {}
    }
}

/// What messages that count so many bytes in a file may count in memory; it depends on how many have headers.
fn memory_bytes(messages: u64, bytes: u64) -> String {
    let choices: Vec<String> = (0..=messages)
        .filter_map(|with_headers| {
            bytes.checked_sub(messages * BYTES_SAVED + with_headers * BYTES_SAVED_BY_HEADERS)
        })
        .map(|bytes| bytes.to_string())
        .collect();
    format!("<{}>", choices.join("|"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The texts of the only section's steps when it is played in memory.
    fn texts(section: &str) -> Option<Vec<String>> {
        let script = Script::parse(Path::new("x.t"), &format!("== x #1\n{section}")).unwrap();
        let mut sections = script.with_memory_streams(Only::Ours).unwrap().sections;
        let steps = sections.pop()?.steps;
        Some(steps.into_iter().map(|step| step.text).collect())
    }

    fn check(kind: &str, config: &str, in_memory: &str) {
        let request = |config: &str| {
            let subject = format!("$JS.API.STREAM.{kind}.S");
            let mut lines = vec![format!("A> PUB {subject} _I.0 {}", config.len())];
            lines.push(format!("A> {config}"));
            lines
        };
        let played = texts(&request(config).join("\n"));
        assert_eq!(played, Some(request(in_memory)), "{kind} {config}");
    }

    #[test]
    fn requests_ask_for_memory_and_their_lengths_fit() {
        check(
            "CREATE",
            r#"{"name":"S"}"#,
            r#"{"storage":"memory","name":"S"}"#,
        );
        check(
            "UPDATE",
            r#"{"name":"S"}"#,
            r#"{"storage":"memory","name":"S"}"#,
        );
        check("CREATE", "{}", r#"{"storage":"memory"}"#);
        check(
            "CREATE",
            r#"{"name":"S","storage":"file"}"#,
            r#"{"name":"S","storage":"memory"}"#,
        );
    }

    #[test]
    fn sections_without_file_streams_are_not_played_twice() {
        let create = |config: &str| {
            format!(
                "A> PUB $JS.API.STREAM.CREATE.S _I.0 {}\nA> {config}\n",
                config.len()
            )
        };
        let file = create(r#"{"name":"S"}"#);
        assert!(texts(&file).is_some());
        for section in [
            create(r#"{"name":"S","storage":"memory"}"#),
            create("[]"),
            "A> PUB $JS.API.STREAM.NAMES _I.0 2\nA> {}\n".to_owned(),
            format!("{file}restart\n"),
            format!("file only: what it is about\n{file}"),
        ] {
            assert_eq!(texts(&section), None, "{section}");
        }
    }

    fn check_expected(which: Only, file: &Value, memory: &Value) {
        let mut value = file.clone();
        expect_memory(&mut value, which);
        assert_eq!(value, *memory, "{file}");
    }

    #[test]
    fn expectations_are_those_of_a_memory_stream() {
        let file = json!([{"config": {"storage": "file"}, "state": {"messages": 2, "bytes": 80}}]);
        for (which, bytes) in [
            (Only::Ours, json!(80)),
            (Only::Reference, json!("<52|48|44>")),
        ] {
            let state = json!({"messages": 2, "bytes": bytes});
            let memory = json!([{"config": {"storage": "memory"}, "state": state}]);
            check_expected(which, &file, &memory);
        }
        let empty = json!({"messages": 0, "bytes": 0});
        check_expected(Only::Reference, &empty, &empty);
    }
}
