//! What is wrong with a configuration, and where.

use std::fmt;
use std::sync::Arc;

/// A place in a configuration file. Lines and columns count from 1; columns count bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file's name as it was given.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The byte within the line.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong, or (among the warnings) merely odd.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Finding {
    /// Where; absent when no single place is to blame.
    pub at: Option<Position>,
    /// What, in a sentence for the person who wrote the file.
    pub text: String,
}

impl Finding {
    /// A finding about one place.
    pub fn at(at: &Position, text: impl Into<String>) -> Self {
        Self {
            at: Some(at.clone()),
            text: text.into(),
        }
    }

    /// A finding about the configuration as a whole.
    pub fn whole(text: impl Into<String>) -> Self {
        Self {
            at: None,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{at}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Why a configuration was refused: all errors found, and the warnings beside them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// Never empty.
    pub errors: Vec<Finding>,
    /// What else was odd.
    pub warnings: Vec<Finding>,
}

impl From<Finding> for Refusal {
    fn from(error: Finding) -> Self {
        Self {
            errors: vec![error],
            warnings: Vec::new(),
        }
    }
}

impl fmt::Display for Refusal {
    /// One finding a line, errors first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.errors.iter().chain(&self.warnings).enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}
