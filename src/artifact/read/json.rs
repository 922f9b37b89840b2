//! JSON with comments, token by token, so that what stands before a mistake is kept.

use std::ops::Range;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::out::{Out, Point, Trail, trim};
use super::scalar;
use crate::artifact::document::{Scalar, UnitKind};

/// Deepest nesting that is read.
const DEEPEST: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expect {
    Value,
    Key,
    Colon,
    Comma,
    Nothing,
}

struct Frame {
    list: bool,
    /// Elements or entries that were begun.
    entries: usize,
    start: usize,
    point: Point,
    key: Range<usize>,
}

struct Reader {
    trail: Trail,
    frames: Vec<Frame>,
    expect: Expect,
    key: Range<usize>,
}

/// Reads a whole text.
pub(super) fn read(out: &mut Out<'_>) {
    let mut scanner = Scanner::new(out.text, &ScannerOptions::default());
    let mut reader = Reader { trail: Trail::default(), frames: Vec::new(), expect: Expect::Value, key: 0..0 };
    reader.trail.place.push(0);
    while !out.full() {
        let token = match scanner.scan() {
            Ok(Some(token)) => token,
            Ok(None) => {
                let end = out.text.len();
                if !reader.frames.is_empty() || reader.expect == Expect::Colon {
                    out.fail(end..end, "this is not valid JSON: it ends before all brackets are closed");
                }
                break;
            }
            Err(error) => {
                let range = floor(out.text, error.range().start)..floor(out.text, error.range().end);
                out.fail(
                    range,
                    format!("this is not valid JSON: {}", lower_first(&error.kind().to_string())),
                );
                break;
            }
        };
        let range = scanner.token_start()..scanner.token_end();
        if let Err(message) = reader.take(out, token, range.clone()) {
            out.fail(range, message);
            break;
        }
    }
    out.title_from_nodes();
}

impl Reader {
    fn take(&mut self, out: &mut Out<'_>, token: Token<'_>, range: Range<usize>) -> Result<(), String> {
        match (self.expect, token) {
            (_, Token::CommentLine(text) | Token::CommentBlock(text)) => {
                out.unit(UnitKind::Comment, text.trim_matches(['*', '/', ' ']), range);
            }
            (Expect::Value, Token::OpenBrace) => self.open(out, false, range)?,
            (Expect::Value, Token::OpenBracket) => self.open(out, true, range)?,
            (Expect::Value | Expect::Comma, Token::CloseBracket)
                if self.frames.last().is_some_and(|f| f.list) =>
            {
                self.close(out, range.end);
            }
            (Expect::Key | Expect::Comma, Token::CloseBrace)
                if self.frames.last().is_some_and(|f| !f.list) =>
            {
                self.close(out, range.end);
            }
            (Expect::Key, Token::String(key)) => self.name(&key, range),
            (Expect::Key, Token::Word(key)) => self.name(key, range),
            (Expect::Colon, Token::Colon) => self.expect = Expect::Value,
            (Expect::Comma, Token::Comma) => {
                let list = self.frames.last().is_some_and(|f| f.list);
                self.expect = if list { Expect::Value } else { Expect::Key };
            }
            (Expect::Value, Token::String(text)) => {
                self.leaf(out, &text, Scalar::String, range.start + 1..range.end.max(range.start + 2) - 1);
            }
            (Expect::Value, Token::Number(text)) => {
                self.leaf(out, text, scalar::number(text).unwrap_or(Scalar::Float), range);
            }
            (Expect::Value, Token::Boolean(value)) => {
                self.leaf(out, if value { "true" } else { "false" }, Scalar::Boolean, range);
            }
            (Expect::Value, Token::Null) => self.leaf(out, "null", Scalar::Null, range),
            (expect, _) => return Err(complaint(expect).into()),
        }
        Ok(())
    }

    fn name(&mut self, key: &str, range: Range<usize>) {
        let inner = if range.len() >= key.len() + 2 { range.start + 1..range.end - 1 } else { range };
        let Some(frame) = self.frames.last_mut() else { return };
        frame.entries += 1;
        self.trail.back(frame.point);
        self.trail.key(key);
        self.key = inner;
        self.expect = Expect::Colon;
    }

    /// Goes to the place of a value that begins: the next element, in a list.
    fn begin(&mut self) {
        if let Some(frame) = self.frames.last_mut().filter(|f| f.list) {
            self.trail.back(frame.point);
            self.trail.element(frame.entries);
            self.key = frame.key.clone();
            frame.entries += 1;
        }
    }

    fn open(&mut self, out: &Out<'_>, list: bool, range: Range<usize>) -> Result<(), String> {
        if self.frames.len() >= DEEPEST {
            return Err(format!("nested deeper than {DEEPEST} levels"));
        }
        debug_assert!(range.end <= out.text.len());
        self.begin();
        let (point, key) = (self.trail.point(), self.key.clone());
        self.frames.push(Frame { list, entries: 0, start: range.start, point, key });
        self.expect = if list { Expect::Value } else { Expect::Key };
        Ok(())
    }

    fn close(&mut self, out: &mut Out<'_>, end: usize) {
        if let Some(frame) = self.frames.pop() {
            self.trail.back(frame.point);
            if frame.entries == 0 {
                out.node(self.trail.at(frame.key), String::new(), Scalar::Empty, frame.start..end);
            }
        }
        self.after();
    }

    fn leaf(&mut self, out: &mut Out<'_>, text: &str, kind: Scalar, range: Range<usize>) {
        self.begin();
        let range = if kind == Scalar::String { trim(out.text, range) } else { range };
        out.node(self.trail.at(self.key.clone()), text.to_string(), kind, range);
        self.after();
    }

    fn after(&mut self) {
        self.expect = if self.frames.is_empty() { Expect::Nothing } else { Expect::Comma };
    }
}

fn complaint(expect: Expect) -> &'static str {
    match expect {
        Expect::Value => "this is not valid JSON: a value is expected here",
        Expect::Key => "this is not valid JSON: a key in quotes is expected here",
        Expect::Colon => "this is not valid JSON: a colon is expected here",
        Expect::Comma => "this is not valid JSON: a comma or a closing bracket is expected here",
        Expect::Nothing => "this is not valid JSON: nothing may follow the value",
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
