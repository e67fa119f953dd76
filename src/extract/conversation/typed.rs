//! What was typed: the body of an answer without what only repeats our mail, each piece with the
//! place of our mail that it was typed at.

use super::ours::{Ours, Place, Token, words};
use super::repeated::matches;
use crate::extract::LONGEST_READ;
use crate::mail::{Body, Line, LineRole};
use std::collections::HashMap;
use std::ops::Range;

/// Words typed on one line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Bytes of the body's text.
    pub span: Range<usize>,
    /// The question or the line of the summary that it stands at; none for words of their own.
    pub place: Option<Place>,
    /// Which stretch it belongs to: pieces of one place without words of ours between them.
    pub stretch: usize,
    /// A blank line stands before it.
    pub apart: bool,
    /// It stands in a signature.
    pub signed: bool,
}

/// An answer's body, told apart.
#[derive(Debug)]
pub(super) struct Told {
    /// The same text; lines that only repeat our mail are headers of a quote, typed words are own.
    pub body: Body,
    /// What was typed, in order.
    pub pieces: Vec<Piece>,
}

/// Bytes of a body that are compared with our mail.
const LONGEST: usize = 64 * 1024;

/// Tells a body apart. Linear in it.
pub(super) fn tell(body: &Body, ours: &Ours) -> Told {
    let tokens = tokens(body);
    let matched = matches(body, ours, &tokens);
    let mut teller = Teller {
        body,
        ours,
        tokens: &tokens,
        matched: &matched,
        quotes: quotes(body, ours, &tokens, &matched),
        lines: Vec::with_capacity(body.lines.len()),
        pieces: Vec::new(),
        place: None,
        stretch: 0,
        apart: false,
        asks: false,
        typed: 0,
    };
    let mut from = 0;
    for number in 0..body.lines.len() {
        let to = from
            + tokens[from..]
                .iter()
                .take_while(|t| t.line == number)
                .count();
        teller.line(number, from..to);
        from = to;
    }
    let (lines, pieces) = (teller.lines, teller.pieces);
    Told {
        body: Body {
            lines,
            ..body.clone()
        },
        pieces,
    }
}

fn tokens(body: &Body) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (number, line) in body.lines.iter().enumerate() {
        if line.span.start > LONGEST {
            break;
        }
        let end = body.text.floor_char_boundary(line.span.end.min(LONGEST));
        let text = body.text.get(line.span.start..end).unwrap_or_default();
        for (word, span) in words(text) {
            tokens.push(Token {
                text: word,
                span: line.span.start + span.start..line.span.start + span.end,
                line: number,
            });
        }
    }
    tokens
}

/// The quoted blocks that hold our mail: the first and the last word of it in each.
fn quotes(
    body: &Body,
    ours: &Ours,
    tokens: &[Token],
    matched: &[Option<usize>],
) -> HashMap<usize, (usize, usize)> {
    let mut quotes: HashMap<usize, (usize, usize, usize)> = HashMap::new();
    for (at, place) in matched.iter().enumerate() {
        let Some(word) = place.and_then(|place| ours.word(place)) else {
            continue;
        };
        let Some(block) = body.lines[tokens[at].line].block else {
            continue;
        };
        let entry = quotes.entry(block).or_insert((at, at, 0));
        entry.1 = at;
        entry.2 += if matches!(word.place, Place::Question(_)) {
            3
        } else {
            1
        };
    }
    quotes.retain(|_, (_, _, weight)| *weight >= 6);
    quotes
        .into_iter()
        .map(|(block, (first, last, _))| (block, (first, last)))
        .collect()
}

struct Teller<'a> {
    body: &'a Body,
    ours: &'a Ours,
    tokens: &'a [Token],
    matched: &'a [Option<usize>],
    quotes: HashMap<usize, (usize, usize)>,
    lines: Vec<Line>,
    pieces: Vec<Piece>,
    place: Option<Place>,
    stretch: usize,
    apart: bool,
    /// A question mark stands behind the last word of ours.
    asks: bool,
    /// Bytes that were typed.
    typed: usize,
}

impl Teller<'_> {
    fn line(&mut self, number: usize, range: Range<usize>) {
        let line = &self.body.lines[number];
        let ours = self.matched[range.clone()].iter().any(Option::is_some);
        let quote = line
            .block
            .and_then(|block| self.quotes.get(&block).copied());
        if line.role == LineRole::Blank && range.is_empty() && quote.is_none() {
            self.apart = true;
            self.lines.push(line.clone());
            return;
        }
        match (line.block, quote) {
            (None, _) if !ours => self.own(line),
            (None, _) => self.mixed(line, range),
            (Some(_), Some((first, last))) => {
                let inside = range.start > first && range.start <= last;
                // A quote that was cut off behind a question may go on with its answer.
                let open = range.start > last
                    && matches!(self.place, Some(Place::Question(_)))
                    && self.tokens[last].line + 4 > number;
                if ours || inside || open {
                    self.mixed(line, range);
                } else {
                    self.keep_as(line, line.span.clone(), LineRole::QuoteHeader);
                }
            }
            (Some(_), None) => self.lines.push(line.clone()),
        }
    }

    /// A line of the writer's own that repeats nothing.
    fn own(&mut self, line: &Line) {
        self.lines.push(line.clone());
        let words = self.body.text.get(line.span.clone()).unwrap_or_default();
        let at_place = matches!(self.place, Some(Place::Question(_) | Place::Summary(_)));
        let counts = match line.role {
            LineRole::Own | LineRole::Greeting => true,
            LineRole::Signature => at_place,
            _ => false,
        };
        if counts && says(words) {
            self.push(line.span.clone(), line.role == LineRole::Signature);
        }
    }

    /// A line that repeats ours in part, or stands in the quote of our mail.
    fn mixed(&mut self, line: &Line, range: Range<usize>) {
        let text = &self.body.text;
        let mut at = line.span.start;
        let mut ends = Vec::new();
        for token in range.clone() {
            if let Some(place) = self.matched[token] {
                ends.push((self.tokens[token].span.clone(), Some(place)));
            }
        }
        ends.push((line.span.end..line.span.end, None));
        let whole = ends.len() == 1;
        for (span, place) in ends {
            let gap = self.gap(at..span.start, place.is_none());
            let known = matches!(self.place, Some(Place::Question(_) | Place::Summary(_)));
            let next = place
                .and_then(|place| self.ours.word(place))
                .map(|word| word.place);
            // Inside our sentences nobody types; behind them on the same line they may.
            let there = whole || known && next != self.place || next.is_none() && gap.len() > 8;
            match Some(gap).filter(|gap| !gap.is_empty() && there) {
                Some(gap) => {
                    let before = at..gap.start;
                    self.keep_as(line, before, LineRole::QuoteHeader);
                    self.lines.push(Line {
                        span: gap.clone(),
                        role: LineRole::Own,
                        block: None,
                        depth: 0,
                    });
                    self.push(gap.clone(), false);
                    at = gap.end;
                }
                None if range.is_empty() && text[line.span.clone()].trim().is_empty() => {
                    self.apart = true;
                }
                None => {}
            }
            if let Some(place) = place {
                let word = self.ours.word(place);
                let now = word.map(|word| word.place);
                if now != self.place {
                    self.stretch += 1;
                }
                self.place = now;
                self.asks = word.is_some_and(|word| word.asks);
                self.apart = false;
            }
            let end = span.end.max(at);
            self.keep_as(line, at..end, LineRole::QuoteHeader);
            at = end;
        }
    }

    /// The words typed between two words of ours, without the marks of ours around them.
    fn gap(&self, range: Range<usize>, last: bool) -> Range<usize> {
        const AROUND: &[char] = &[
            ' ', '\u{a0}', '\u{202f}', '\t', ':', ')', '*', '_', '|', '>', '.', ',', ';', '…', '=',
            '’', '\'', '«', '»', '(', '-', '–', '•',
        ];
        let text = &self.body.text;
        let words = text.get(range.clone()).unwrap_or_default();
        let mut start = range.start + (words.len() - words.trim_start_matches(AROUND).len());
        let mut end = range.end;
        if !last {
            let kept = text[start..end].trim_end_matches(AROUND);
            end = start + kept.len();
            // « 2) » before the next question, « C’est urgent ? ».
            if !kept.contains(char::is_alphanumeric) {
                start = end;
            }
        } else {
            end = start + text[start..end].trim_end().len();
        }
        let ours = self.asks
            && text[start..end]
                .chars()
                .all(|c| c == '?' || AROUND.contains(&c));
        if ours || is_link(&text[start..end]) || !says(&text[start..end]) {
            start = end;
        }
        start..end
    }

    fn keep_as(&mut self, line: &Line, span: Range<usize>, role: LineRole) {
        if span.start < span.end || line.span.is_empty() {
            let blank = self.body.text[span.clone()].trim().is_empty();
            self.lines.push(Line {
                span,
                role: if blank { LineRole::Blank } else { role },
                ..line.clone()
            });
        }
    }

    /// Takes words that were typed, of an answer as many as of any message.
    fn push(&mut self, span: Range<usize>, signed: bool) {
        let left = LONGEST_READ.saturating_sub(self.typed);
        if left == 0 {
            return;
        }
        let end = span.end.min(span.start.saturating_add(left));
        let span = span.start..self.body.text.floor_char_boundary(end).max(span.start);
        self.typed += span.len();
        let place = self
            .place
            .filter(|place| matches!(place, Place::Question(_) | Place::Summary(_)));
        let apart = std::mem::take(&mut self.apart);
        self.pieces.push(Piece {
            span,
            place,
            stretch: self.stretch,
            apart,
            signed,
        });
    }
}

/// An address behind words that a client turned into a link.
fn is_link(words: &str) -> bool {
    let words = words.trim_start_matches(['<', '(', '[']);
    ["tel:", "http", "mailto:", "cid:", "image:"]
        .iter()
        .any(|start| words.starts_with(start))
}

/// Whether there is anything said: letters, digits, or a question mark alone.
pub(super) fn says(words: &str) -> bool {
    words.contains(|c: char| {
        c.is_alphanumeric() || c == '?' || c == '👍' || c == '✅' || c == '✓' || c == '☑'
    })
}
