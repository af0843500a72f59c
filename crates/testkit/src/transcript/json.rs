//! Does a JSON value have at least these fields?

use anyhow::Result;
use serde_json::Value;

use super::template::{Captures, Outcome, Scope, Template};

/// Compares `actual` with the fields of `wanted`; the error names the first place that differs.
pub(super) fn fits(wanted: &Value, actual: &Value, scope: &dyn Scope) -> Result<Captures, String> {
    let mut captures = vec![];
    Comparison {
        scope,
        captures: &mut captures,
    }
    .compare(wanted, Some(actual), "$")?;
    Ok(captures)
}

struct Comparison<'c> {
    scope: &'c dyn Scope,
    captures: &'c mut Captures,
}

impl Comparison<'_> {
    fn compare(&mut self, wanted: &Value, actual: Option<&Value>, at: &str) -> Result<(), String> {
        let absent = wanted.as_str() == Some("<absent>");
        let actual = match (absent, actual) {
            (true, None) => return Ok(()),
            (true, Some(value)) => return Err(format!("{at} is {value} and shouldn't be there")),
            (false, None) => return Err(format!("{at} is missing")),
            (false, Some(value)) => value,
        };
        match (wanted, actual) {
            (Value::Object(wanted), Value::Object(actual)) => {
                wanted.iter().try_for_each(|(key, value)| {
                    self.compare(value, actual.get(key), &format!("{at}.{key}"))
                })
            }
            (Value::Array(wanted), Value::Array(actual)) => self.arrays(wanted, actual, at),
            (Value::String(text), actual) => self.text(text, actual, at),
            (Value::Number(wanted), Value::Number(actual))
                if wanted.as_f64() == actual.as_f64() =>
            {
                Ok(())
            }
            (wanted, actual) if wanted == actual => Ok(()),
            (wanted, actual) => Err(format!("{at} is {actual}, not {wanted}")),
        }
    }

    fn arrays(&mut self, wanted: &[Value], actual: &[Value], at: &str) -> Result<(), String> {
        if let [Value::String(some), wanted @ ..] = wanted
            && some == "<some>"
        {
            return wanted.iter().try_for_each(|wanted| {
                let found = actual
                    .iter()
                    .any(|actual| self.compare(wanted, Some(actual), at).is_ok());
                if found {
                    Ok(())
                } else {
                    Err(format!("{at} has no {wanted} among {actual:?}"))
                }
            });
        }
        if wanted.len() != actual.len() {
            return Err(format!(
                "{at} has {} elements, not {}: {actual:?}",
                actual.len(),
                wanted.len()
            ));
        }
        let pairs = wanted.iter().zip(actual).enumerate();
        pairs.into_iter().try_for_each(|(i, (wanted, actual))| {
            self.compare(wanted, Some(actual), &format!("{at}[{i}]"))
        })
    }

    fn text(&mut self, wanted: &str, actual: &Value, at: &str) -> Result<(), String> {
        let fits = match wanted {
            "<any>" => true,
            "<number>" => actual.is_number(),
            "<positive>" => actual.as_f64().is_some_and(|number| number > 0.0),
            "<string>" => actual.as_str().is_some_and(|text| !text.is_empty()),
            "<bool>" => actual.is_boolean(),
            pattern => return self.pattern(pattern, actual, at),
        };
        if fits {
            Ok(())
        } else {
            Err(format!("{at} is {actual}, not {wanted}"))
        }
    }

    /// A string with holes; a capture takes the text of any value.
    fn pattern(&mut self, pattern: &str, actual: &Value, at: &str) -> Result<(), String> {
        let text = match actual {
            Value::String(text) => text.clone(),
            other if pattern.starts_with('<') => other.to_string(),
            other => return Err(format!("{at} is {other}, not {pattern:?}")),
        };
        let outcome = Template::parse(pattern).and_then(|template| {
            template
                .then(b"\n")
                .matches(format!("{text}\n").as_bytes(), self.scope)
        });
        match outcome {
            Ok(Outcome::Match { captures, .. }) => {
                self.captures.extend(captures);
                Ok(())
            }
            Ok(_) => Err(format!("{at} is {actual}, not {pattern:?}")),
            Err(error) => Err(format!("{at}: {error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Scope for Nothing {
        fn lookup(&self, _name: &str) -> Option<Vec<u8>> {
            None
        }
    }

    fn check(wanted: &str, actual: &str, good: bool) {
        let (wanted, actual) = (
            serde_json::from_str(wanted).unwrap(),
            serde_json::from_str(actual).unwrap(),
        );
        let outcome = fits(&wanted, &actual, &Nothing);
        assert_eq!(outcome.is_ok(), good, "{wanted} {actual}: {outcome:?}");
    }

    #[test]
    fn more_fields_are_fine_and_fewer_are_not() {
        check(r#"{"a":1}"#, r#"{"a":1.0,"b":2}"#, true);
        check(r#"{"a":1,"b":2}"#, r#"{"a":1}"#, false);
        check(r#"{"a":"<absent>"}"#, r#"{"b":1}"#, true);
        check(r#"{"a":"<absent>"}"#, r#"{"a":null}"#, false);
    }

    #[test]
    fn classes_of_values() {
        check(r#"{"a":"<number>"}"#, r#"{"a":0}"#, true);
        check(r#"{"a":"<positive>"}"#, r#"{"a":0}"#, false);
        check(r#"{"a":"<string>"}"#, r#"{"a":""}"#, false);
        check(r#"{"a":"N<any>"}"#, r#"{"a":"NABC"}"#, true);
        check(r#"{"a":"N<any>"}"#, r#"{"a":"XABC"}"#, false);
        check(r#"{"a":"1"}"#, r#"{"a":1}"#, false);
        check(r#"{"a":"<x:number>"}"#, r#"{"a":7}"#, true);
    }

    #[test]
    fn arrays_compare_in_order_or_by_member() {
        check("[1,2]", "[1,2]", true);
        check("[1]", "[1,2]", false);
        check(r#"["<some>",2]"#, "[1,2]", true);
        check(r#"["<some>",3]"#, "[1,2]", false);
    }
}
