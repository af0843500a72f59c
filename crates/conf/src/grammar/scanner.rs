//! A cursor over text which knows its line and column.

/// Where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The cursor. `line_start <= at <= text.len()`, all on character borders.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        let column = u32::try_from(self.at - self.line_start).unwrap_or(u32::MAX);
        Mark {
            line: self.line,
            column: column.saturating_add(1),
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.line_start = self.at;
        }
        Some(c)
    }

    /// Passes `c`, if it is next.
    pub(super) fn eat(&mut self, c: char) -> bool {
        let next = self.peek() == Some(c);
        if next {
            self.bump();
        }
        next
    }

    pub(super) fn skip_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.bump();
        }
        &self.text[start..self.at]
    }

    /// Passes `count` bytes, which have to end at a character's border.
    pub(super) fn skip_bytes(&mut self, count: usize) -> &'t str {
        let end = self.at + count;
        let passed = &self.text[self.at..end];
        while self.at < end {
            self.bump();
        }
        passed
    }

    /// Passes blanks, but no newline.
    pub(super) fn skip_blanks(&mut self) {
        self.skip_while(is_blank);
    }

    /// Passes white space of all kinds, newlines and comments.
    pub(super) fn skip_space_and_comments(&mut self) {
        loop {
            self.skip_while(char::is_whitespace);
            if !self.skip_comment() {
                return;
            }
        }
    }

    /// Passes a comment up to its newline, if one begins here.
    pub(super) fn skip_comment(&mut self) -> bool {
        let comment = self.rest().starts_with('#') || self.rest().starts_with("//");
        if comment {
            self.skip_while(|c| !is_newline(c));
        }
        comment
    }
}

pub(super) fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

pub(super) fn is_newline(c: char) -> bool {
    c == '\n' || c == '\r'
}
