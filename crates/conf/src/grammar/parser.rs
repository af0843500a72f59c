//! From text to tree: one function for each line of the grammar.

use super::outside::World;
use super::scanner::{Mark, Scanner, is_blank, is_newline};
use super::value::NODE_WEIGHT;
use super::{DEPTH_MAX, Data, Map, Source, Value, WEIGHT_MAX, word};
use crate::error::{Finding, Position};
use std::path::Path;
use std::sync::Arc;

pub(super) type Parsed<T> = Result<T, Finding>;

pub(super) fn file(path: &Path, source: &dyn Source) -> Parsed<Map> {
    let mut world = World::new(source);
    let text = world
        .open(path)
        .map_err(|why| Finding::whole(format!("open {}: {why}", path.display())))?;
    document(&text, path, 0, &mut world)
}

pub(super) fn text(text: &str, name: &str, source: &dyn Source) -> Parsed<Map> {
    document(text, Path::new(name), 0, &mut World::new(source))
}

pub(super) fn document(
    text: &str,
    path: &Path,
    depth: usize,
    world: &mut World<'_>,
) -> Parsed<Map> {
    Parser::new(text, path, depth, world)?.document()
}

/// Where an entry stands; the reference treats some newlines differently at the top.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Top,
    Map,
}

pub(super) struct Parser<'p, 's> {
    pub(super) scan: Scanner<'p>,
    pub(super) path: &'p Path,
    file: Arc<str>,
    /// The maps around the cursor, outermost first: where variables are looked for.
    pub(super) scopes: Vec<Map>,
    /// Levels around the cursor, those of the including files counted.
    pub(super) depth: usize,
    pub(super) world: &'p mut World<'s>,
}

impl<'p, 's> Parser<'p, 's> {
    pub(super) fn new(
        text: &'p str,
        path: &'p Path,
        depth: usize,
        world: &'p mut World<'s>,
    ) -> Parsed<Self> {
        let file = path.to_string_lossy().into();
        let scan = Scanner::new(text);
        let parser = Self {
            scan,
            path,
            file,
            scopes: vec![Map::new()],
            depth,
            world,
        };
        let mut probe = Scanner::new(text);
        probe.skip_while(|c| c != '\0');
        match probe.peek() {
            Some(_) => parser.fail(probe.mark(), "Unexpected NUL character"),
            None => Ok(parser),
        }
    }

    // -- the lines of the grammar

    fn document(mut self) -> Parsed<Map> {
        self.scan.skip_space_and_comments();
        if self.scan.eat('{') {
            self.entries(Within::Map)?;
        } else {
            self.entries(Within::Top)?;
        }
        // The reference lets closing brackets trail behind, and so people have them.
        while self.scan.peek() == Some('}') {
            self.scan.bump();
            self.scan.skip_space_and_comments();
        }
        match self.scan.peek() {
            None => Ok(self.scopes.pop().unwrap_or_default()),
            Some(c) => self.fail(
                self.scan.mark(),
                format!("Expected the end of the file after '}}', but got {c:?} instead."),
            ),
        }
    }

    /// Entries up to the end of the text or a `}`, which is left to the caller.
    fn entries(&mut self, within: Within) -> Parsed<()> {
        loop {
            self.scan.skip_space_and_comments();
            match self.scan.peek() {
                Some('}') => return Ok(()),
                None if within == Within::Top => return Ok(()),
                None => return self.fail(self.scan.mark(), "Unexpected EOF processing map."),
                Some(_) => self.entry(within)?,
            }
        }
    }

    fn entry(&mut self, within: Within) -> Parsed<()> {
        let mark = self.scan.mark();
        let quoted = matches!(self.scan.peek(), Some('"' | '\''));
        let key = if quoted {
            self.quoted_key()?
        } else {
            self.bare_key()?
        };
        let keyword = !quoted && self.scan.peek().is_some_and(char::is_whitespace);
        if keyword && key.eq_ignore_ascii_case("include") {
            self.include()?;
        } else {
            self.reach_value(&key, within)?;
            let mut value = self.value(within)?;
            value.at = self.position(mark);
            self.pay(key.len())?;
            self.set(key, value);
        }
        self.end(within)
    }

    fn quoted_key(&mut self) -> Parsed<String> {
        let mark = self.scan.mark();
        let quote = self.scan.bump();
        let key = self.scan.skip_while(|c| Some(c) != quote);
        match self.scan.bump() {
            Some(_) => Ok(key.to_owned()),
            None => self.fail(mark, "Unexpected EOF processing quoted map key."),
        }
    }

    fn bare_key(&mut self) -> Parsed<String> {
        match self.scan.peek() {
            Some(c @ (':' | '=')) => {
                self.fail(self.scan.mark(), format!("Unexpected key separator '{c}'"))
            }
            Some(c @ (',' | ';' | '{' | '[' | ']')) => self.fail(
                self.scan.mark(),
                format!("Expected a key, but got '{c}' instead."),
            ),
            _ => Ok(self
                .scan
                .skip_while(|c| !c.is_whitespace() && c != ':' && c != '=')
                .to_owned()),
        }
    }

    /// From the end of a key to the beginning of its value.
    fn reach_value(&mut self, key: &str, within: Within) -> Parsed<()> {
        let mark = self.scan.mark();
        self.scan.skip_while(char::is_whitespace);
        let separated = self.scan.eat(':') || self.scan.eat('=');
        match within {
            Within::Map => drop(self.scan.skip_while(char::is_whitespace)),
            Within::Top => self.scan.skip_blanks(),
        }
        match self.scan.peek() {
            Some(c) if is_newline(c) => self.fail(mark, "Expected value but found new line"),
            None if !separated => self.fail(
                mark,
                format!("Expected a value for {key:?}, but found the end of the file"),
            ),
            _ => Ok(()),
        }
    }

    /// From the end of an entry's value to the next entry.
    fn end(&mut self, within: Within) -> Parsed<()> {
        self.scan.skip_blanks();
        self.scan.skip_comment();
        let want = match (self.scan.peek(), within) {
            (Some('}'), _) | (None, Within::Top) => return Ok(()),
            (Some(c), _) if is_newline(c) || c == ';' || c == ',' => {
                self.scan.bump();
                return Ok(());
            }
            (_, Within::Top) => "a top-level value to end with a new line, comment or EOF",
            (_, Within::Map) => "a map value terminator \",\" or a map terminator \"}\"",
        };
        self.unexpected(want)
    }

    pub(super) fn value(&mut self, within: Within) -> Parsed<Value> {
        let mark = self.scan.mark();
        let data = match self.scan.peek() {
            Some('[') => self.deeper(Self::list)?,
            Some('{') => self.deeper(Self::map)?,
            Some('\'') => self.single_quoted()?,
            Some('"') => self.double_quoted()?,
            Some('(') => self.block()?,
            _ => self.bare(within)?,
        };
        // Lists and maps have paid for what is in them; texts are paid for here.
        let weight = match &data {
            Data::Text(text) | Data::Date(text) => NODE_WEIGHT + text.len(),
            _ => NODE_WEIGHT,
        };
        self.pay(weight)?;
        Ok(Value {
            data,
            at: self.position(mark),
            used: false,
        })
    }

    fn deeper(&mut self, inner: fn(&mut Self) -> Parsed<Data>) -> Parsed<Data> {
        if self.depth >= DEPTH_MAX {
            return self.fail(
                self.scan.mark(),
                format!("More than {DEPTH_MAX} maps and lists inside each other"),
            );
        }
        self.depth += 1;
        self.scan.bump();
        let data = inner(self);
        self.depth -= 1;
        data
    }

    fn map(&mut self) -> Parsed<Data> {
        self.scopes.push(Map::new());
        self.entries(Within::Map)?;
        self.scan.bump();
        Ok(Data::Map(self.scopes.pop().unwrap_or_default()))
    }

    fn list(&mut self) -> Parsed<Data> {
        let mut list = Vec::new();
        loop {
            self.scan.skip_space_and_comments();
            match self.scan.peek() {
                Some(']') => break,
                Some(',') => {
                    return self.fail(self.scan.mark(), "Unexpected array value terminator ','.");
                }
                _ => list.push(self.value(Within::Map)?),
            }
            self.scan.skip_blanks();
            self.scan.skip_comment();
            match self.scan.peek() {
                Some(']') => break,
                Some(c) if is_newline(c) || c == ',' => drop(self.scan.bump()),
                _ => {
                    return self.unexpected(
                        "an array value terminator \",\" or an array terminator \"]\"",
                    );
                }
            }
        }
        self.scan.bump();
        Ok(Data::List(list))
    }

    // -- strings

    fn single_quoted(&mut self) -> Parsed<Data> {
        let mark = self.scan.mark();
        self.scan.bump();
        let text = self.scan.skip_while(|c| c != '\'').to_owned();
        match self.scan.bump() {
            Some(_) => Ok(Data::Text(text)),
            None => self.fail(mark, "Unexpected EOF in a quoted string."),
        }
    }

    fn double_quoted(&mut self) -> Parsed<Data> {
        let mark = self.scan.mark();
        self.scan.bump();
        let mut bytes = Vec::new();
        loop {
            match self.scan.bump() {
                Some('"') => return self.utf8(mark, bytes).map(Data::Text),
                Some('\\') => bytes.push(self.escape()?),
                Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => return self.fail(mark, "Unexpected EOF in a quoted string."),
            }
        }
    }

    /// The byte that an escape stands for; its backslash is passed.
    fn escape(&mut self) -> Parsed<u8> {
        let mark = self.scan.mark();
        match self.scan.bump() {
            Some('t') => Ok(b'\t'),
            Some('n') => Ok(b'\n'),
            Some('r') => Ok(b'\r'),
            Some('"') => Ok(b'"'),
            Some('\\') => Ok(b'\\'),
            Some('x') => self.hexadecimal(mark),
            other => self.fail(
                mark,
                format!(
                    "Invalid escape character '{}'. Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\\", \\\\.",
                    shown(other)
                ),
            ),
        }
    }

    fn hexadecimal(&mut self, mark: Mark) -> Parsed<u8> {
        let digits = self
            .scan
            .rest()
            .get(..2)
            .filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) else {
            return self.fail(mark, "Expected two hexadecimal digits after '\\x'");
        };
        self.scan.skip_bytes(2);
        Ok(byte)
    }

    fn utf8(&self, mark: Mark, bytes: Vec<u8>) -> Parsed<String> {
        String::from_utf8(bytes)
            .or_else(|_| self.fail(mark, "The \\x escapes of this string make invalid UTF-8"))
    }

    /// `(`, lines, and `)` on a line of its own. All between is the string, both newlines included.
    fn block(&mut self) -> Parsed<Data> {
        let mark = self.scan.mark();
        self.scan.bump();
        let rest = self.scan.rest();
        let closes = |at: &usize| rest[at + 2..].chars().next().is_none_or(is_newline);
        let Some(end) = rest.match_indices("\n)").map(|(at, _)| at).find(closes) else {
            return self.fail(mark, "Unexpected EOF processing block.");
        };
        let text = self.scan.skip_bytes(end + 1).to_owned();
        self.scan.bump();
        Ok(Data::Text(text))
    }

    /// A bare word, or a string with escapes in it. A single quote ends it and is swallowed.
    fn bare(&mut self, within: Within) -> Parsed<Data> {
        let mark = self.scan.mark();
        let mut bytes = Vec::new();
        let mut escaped = false;
        while let Some(c) = self.scan.peek() {
            if is_newline(c) || is_blank(c) || matches!(c, ';' | ',' | ']' | '}') {
                break;
            }
            self.scan.bump();
            match c {
                '\'' => break,
                '\\' => {
                    escaped = true;
                    bytes.push(self.escape()?);
                }
                _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        let word = self.utf8(mark, bytes)?;
        if escaped {
            return Ok(Data::Text(word));
        }
        if word.is_empty() && within == Within::Map {
            return self.unexpected("a value");
        }
        match word.strip_prefix('$') {
            Some(name) => self.variable(mark, name),
            None => word::classify(&word).or_else(|complaint| self.fail(mark, complaint)),
        }
    }

    // -- small things

    pub(super) fn set(&mut self, key: String, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(key, value);
        }
    }

    fn pay(&mut self, weight: usize) -> Parsed<()> {
        match self.world.weight_left.checked_sub(weight) {
            Some(left) => {
                self.world.weight_left = left;
                Ok(())
            }
            None => self.fail(
                self.scan.mark(),
                format!("The configuration is larger than {WEIGHT_MAX} bytes"),
            ),
        }
    }

    fn position(&self, mark: Mark) -> Position {
        Position {
            file: self.file.clone(),
            line: mark.line,
            column: mark.column,
        }
    }

    pub(super) fn unexpected<T>(&self, want: &str) -> Parsed<T> {
        let got = shown(self.scan.peek());
        self.fail(
            self.scan.mark(),
            format!("Expected {want}, but got '{got}' instead."),
        )
    }

    pub(super) fn fail<T>(&self, mark: Mark, text: impl AsRef<str>) -> Parsed<T> {
        let text = format!("Parse error on line {}: '{}'", mark.line, text.as_ref());
        Err(Finding {
            at: Some(self.position(mark)),
            text,
        })
    }
}

/// A character as messages show it.
fn shown(c: Option<char>) -> String {
    match c {
        None => "EOF".into(),
        Some('\n') => "\\n".into(),
        Some('\r') => "\\r".into(),
        Some(c) => c.to_string(),
    }
}
