//! What a configuration takes from elsewhere: variables, the environment, other files; and what
//! bounds it.

use super::parser::{Parsed, Parser, Within, document};
use super::scanner::Mark;
use super::{DEPTH_MAX, Data, FILES_MAX, NESTED_MAX, Source, WEIGHT_MAX};
use std::path::{Path, PathBuf};

/// What one configuration shares across its files: the outside, and what it may still take from it.
pub(super) struct World<'s> {
    pub(super) source: &'s dyn Source,
    pub(super) weight_left: usize,
    files_left: usize,
    /// The files being read, each included by the one before.
    open: Vec<PathBuf>,
    /// The variables of the environment being read, each named by the one before.
    expanding: Vec<String>,
}

impl<'s> World<'s> {
    pub(super) fn new(source: &'s dyn Source) -> Self {
        let (open, expanding) = (Vec::new(), Vec::new());
        Self {
            source,
            weight_left: WEIGHT_MAX,
            files_left: FILES_MAX,
            open,
            expanding,
        }
    }

    /// Reads a file as text; the caller pops it from `open` when it is parsed.
    pub(super) fn open(&mut self, path: &Path) -> Result<String, String> {
        if self.open.iter().any(|open| open == path) {
            return Err("it is being included already".into());
        }
        if self.open.len() >= NESTED_MAX || self.files_left == 0 {
            return Err(format!(
                "more than {NESTED_MAX} files deep, or {FILES_MAX} in all"
            ));
        }
        let bytes = self.source.read(path).map_err(|error| plain(&error))?;
        self.files_left -= 1;
        self.weight_left = self
            .weight_left
            .checked_sub(bytes.len())
            .ok_or("too large")?;
        self.open.push(path.to_owned());
        String::from_utf8(bytes).map_err(|error| {
            let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
            format!("line {line} is not valid UTF-8")
        })
    }
}

/// The message of the system without Rust's `(os error 2)`, first letter small as elsewhere.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

impl Parser<'_, '_> {
    /// A hash of bcrypt looks like a variable and is none.
    pub(super) fn variable(&mut self, mark: Mark, name: &str) -> Parsed<Data> {
        if name.starts_with("2a$") {
            return Ok(Data::Text(format!("${name}")));
        }
        match self
            .scopes
            .iter_mut()
            .rev()
            .find_map(|scope| scope.get_mut(name))
        {
            Some(value) => {
                value.used = true;
                let (weight, depth) = value.data.measure();
                if self.depth + depth > DEPTH_MAX || weight > self.world.weight_left {
                    return self.fail(
                        mark,
                        format!("The value of '${name}' is too large to be repeated here"),
                    );
                }
                self.world.weight_left -= weight;
                Ok(value.data.clone())
            }
            None => self.environment(mark, name),
        }
    }

    /// The text of an environment variable is itself a value of the grammar.
    fn environment(&mut self, mark: Mark, name: &str) -> Parsed<Data> {
        let line = mark.line;
        let Some(text) = self.world.source.variable(name) else {
            return self.fail(
                mark,
                format!("variable reference for '{name}' on line {line} can not be found"),
            );
        };
        let nested = if self.world.expanding.iter().any(|open| open == name) {
            Err(format!("variable reference cycle for '{name}'"))
        } else if self.world.expanding.len() >= NESTED_MAX {
            Err(format!("more than {NESTED_MAX} variables name each other"))
        } else {
            self.world.expanding.push(name.to_owned());
            let data = Parser::new(&text, Path::new(name), self.depth, self.world)
                .and_then(Parser::lone_value)
                .map_err(|inner| inner.text);
            self.world.expanding.pop();
            data
        };
        nested.or_else(|why| {
            self.fail(
                mark,
                format!(
                    "variable reference for '{name}' on line {line} could not be parsed: {why}"
                ),
            )
        })
    }

    fn lone_value(mut self) -> Parsed<Data> {
        self.scan.skip_blanks();
        let value = self.value(Within::Top)?;
        self.scan.skip_space_and_comments();
        match self.scan.peek() {
            None => Ok(value.data),
            Some(_) => self.unexpected("the end of the variable"),
        }
    }

    pub(super) fn include(&mut self) -> Parsed<()> {
        self.scan.skip_blanks();
        let mark = self.scan.mark();
        let name = match self.scan.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.scan.bump();
                let name = self.scan.skip_while(|c| c != quote);
                self.scan.bump();
                name
            }
            _ => self
                .scan
                .skip_while(|c| !c.is_whitespace() && c != ';' && c != '}'),
        };
        if name.is_empty() {
            return self.fail(mark, "Expected include value but found none");
        }
        let path = self.path.parent().unwrap_or(Path::new("")).join(name);
        let opened = self.world.open(&path);
        let text = opened.or_else(|why| {
            self.fail(
                mark,
                format!(
                    "error parsing include file '{name}', open {}: {why}",
                    path.display()
                ),
            )
        })?;
        let map = document(&text, &path, self.depth, self.world)?;
        self.world.open.pop();
        for (key, value) in map {
            self.set(key, value);
        }
        Ok(())
    }
}
