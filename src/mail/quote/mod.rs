//! Own words, quoted threads, forwarded messages, signatures and notices: the role of each line.
//!
//! Nothing is cut: lines cover the text, and each says what it is. A line's depth counts `>` marks,
//! quote containers of the HTML and the header blocks of Outlook above it, which marks nothing.

mod attribution;
mod client;
mod dates;
mod heading;
mod notice;
mod person;
mod phrases;
mod signature;
mod whose;

use super::body::Source;
use super::{Address, Block, BlockKind, Line, LineRole};
use crate::text::fold;
use heading::{Heading, Style};
use std::ops::Range;

/// What is known of the message whose lines are read.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub from: Option<&'a Address>,
    pub recipients: &'a [Address],
    pub subject: &'a str,
    /// In-Reply-To and References.
    pub replies_to: Vec<&'a str>,
}

/// One line before its role is known.
#[derive(Debug)]
struct Raw<'t> {
    /// Without quote marks and line end.
    text: &'t str,
    span: Range<usize>,
    /// The start of the line, folded and trimmed; marks of bold (`*`) removed at its ends.
    folded: String,
    /// `>` marks and quote containers.
    depth: u8,
    /// In a signature container of the HTML.
    signature: bool,
}

impl Raw<'_> {
    fn is_blank(&self) -> bool {
        self.folded.is_empty()
    }
}

/// Reads the lines of a body.
pub(super) fn read(source: &Source, writer: &Writer<'_>) -> (Vec<Line>, Vec<Block>) {
    let raws = split(source);
    let headings = heading::find(&raws);
    let mut reader = Reader {
        raws: &raws,
        lines: Vec::with_capacity(raws.len()),
        blocks: Vec::new(),
        by_depth: Vec::new(),
        current: None,
        chain: 0,
    };
    let mut next = headings.into_iter().peekable();
    let mut at = 0;
    while at < raws.len() {
        if let Some(heading) = next.next_if(|h| h.lines.start == at) {
            at = heading.lines.end;
            reader.heading(&heading, writer);
        } else {
            reader.line(at);
            at += 1;
        }
    }
    reader.finish(source.text.len(), writer)
}

struct Reader<'r, 't> {
    raws: &'r [Raw<'t>],
    lines: Vec<Line>,
    blocks: Vec<Block>,
    /// The block that lines of each depth of marks belong to; index 0 is depth 1.
    by_depth: Vec<Option<usize>>,
    /// The block opened by the last header block without marks (Outlook).
    current: Option<usize>,
    /// How many such header blocks stand above.
    chain: u8,
}

impl Reader<'_, '_> {
    fn heading(&mut self, heading: &Heading, writer: &Writer<'_>) {
        let depth = self.raws[heading.lines.start].depth;
        let index = self.blocks.len();
        let parent = self.parent(depth);
        let start = self.raws.get(heading.lines.end).map_or_else(
            || self.raws.last().map_or(0, |raw| raw.span.end),
            |raw| raw.span.start,
        );
        let kind = whose::kind(heading, writer, parent.map(|p| self.blocks[p].kind));
        self.blocks.push(Block {
            kind,
            from: heading.from.clone(),
            date: heading.date,
            subject: heading.subject.clone(),
            language: heading.introduced.language,
            client: heading.introduced.client,
            span: start..start,
        });
        let follows = self.raws[heading.lines.end..]
            .iter()
            .find(|raw| !raw.is_blank());
        let marked =
            heading.style == Style::Attribution && follows.is_some_and(|raw| raw.depth > depth);
        if marked {
            self.set_depth(depth + 1, index);
        } else if depth > 0 {
            // Apple Mail puts the attribution inside the quote that it introduces.
            self.set_depth(depth, index);
        } else {
            self.current = Some(index);
            self.chain = self.chain.saturating_add(1);
            self.by_depth.clear();
        }
        let level = self
            .chain
            .saturating_add(depth)
            .saturating_add(u8::from(marked && depth == 0));
        for raw in &self.raws[heading.lines.clone()] {
            let role = if raw.is_blank() {
                LineRole::Blank
            } else {
                LineRole::QuoteHeader
            };
            self.lines.push(Line {
                span: raw.span.clone(),
                role,
                block: Some(index),
                depth: level.max(1),
            });
        }
    }

    fn line(&mut self, at: usize) {
        let raw = &self.raws[at];
        let blank = raw.is_blank();
        let block = if raw.depth > 0 {
            Some(
                self.parent(raw.depth)
                    .unwrap_or_else(|| self.anonymous(raw.depth, raw.span.start)),
            )
        } else {
            self.current
        };
        let role = match block.map(|b| self.blocks[b].kind) {
            _ if blank => LineRole::Blank,
            None | Some(BlockKind::Forwarded) => LineRole::Own,
            Some(_) => LineRole::Quoted,
        };
        if let (Some(block), false) = (block, blank) {
            self.blocks[block].span.end = raw.span.end.max(self.blocks[block].span.start);
        }
        let depth = self.chain.saturating_add(raw.depth);
        self.lines.push(Line {
            span: raw.span.clone(),
            role,
            block,
            depth,
        });
    }

    /// The block that a line of that depth belongs to.
    fn parent(&self, depth: u8) -> Option<usize> {
        let marked = self
            .by_depth
            .iter()
            .take(usize::from(depth))
            .rev()
            .find_map(|b| *b);
        marked.or(self.current)
    }

    /// Marks without an attribution line.
    fn anonymous(&mut self, depth: u8, start: usize) -> usize {
        self.blocks.push(Block {
            kind: BlockKind::Quoted,
            from: None,
            date: None,
            subject: None,
            language: None,
            client: None,
            span: start..start,
        });
        self.set_depth(depth, self.blocks.len() - 1);
        self.blocks.len() - 1
    }

    fn set_depth(&mut self, depth: u8, block: usize) {
        let at = usize::from(depth.max(1)) - 1;
        self.by_depth.resize(at, None);
        self.by_depth.push(Some(block));
    }

    /// Tells signatures, greetings and notices apart in the words that count: the writer's and
    /// those of forwarded messages.
    fn finish(mut self, length: usize, writer: &Writer<'_>) -> (Vec<Line>, Vec<Block>) {
        let mut chunks: Vec<Range<usize>> = Vec::new();
        let counts = |line: &Line, blocks: &[Block]| match line.block {
            None => true,
            Some(block) => {
                blocks[block].kind == BlockKind::Forwarded && line.role != LineRole::QuoteHeader
            }
        };
        for (at, line) in self.lines.iter().enumerate() {
            if !counts(line, &self.blocks) {
                continue;
            }
            match chunks.last_mut() {
                Some(last) if last.end == at && self.lines[last.start].block == line.block => {
                    last.end = at + 1;
                }
                _ => chunks.push(at..at + 1),
            }
        }
        let first = chunks.first().cloned();
        let last_own = chunks
            .iter()
            .rev()
            .find(|c| self.lines[c.start].block.is_none())
            .cloned();
        for chunk in chunks {
            let block = self.lines[chunk.start].block;
            let author = block.map_or(writer.from, |b| self.blocks[b].from.as_ref());
            let place = if block.is_some() || Some(&chunk) == first.as_ref() {
                signature::Place::Message
            } else if Some(&chunk) == last_own.as_ref() {
                signature::Place::AfterQuote
            } else {
                signature::Place::Between
            };
            signature::read(
                &self.raws[chunk.clone()],
                &mut self.lines[chunk],
                author,
                place,
            );
        }
        for block in &mut self.blocks {
            block.span.end = block.span.end.min(length);
        }
        (self.lines, self.blocks)
    }
}

fn split(source: &Source) -> Vec<Raw<'_>> {
    let mut marks = source.marks.iter().peekable();
    let mut raws = Vec::new();
    let mut at = 0;
    for line in source.text.split('\n') {
        while marks.next_if(|mark| mark.start < at).is_some() {}
        let mark = marks.next_if(|mark| mark.start == at);
        let (length, count) = quote_marks(line);
        let text = &line[length..];
        let head = &text[..text.floor_char_boundary(600)];
        let mut folded = fold(head);
        let trimmed = folded.trim_matches(|c: char| c.is_whitespace() || c == '*');
        if trimmed.len() < folded.len() {
            folded = trimmed.to_owned();
        }
        raws.push(Raw {
            text,
            span: at + length..at + line.len(),
            folded,
            depth: mark.map_or(0, |m| m.quotes).saturating_add(count),
            signature: mark.is_some_and(|m| m.signature),
        });
        at += line.len() + 1;
    }
    // Blank lines of HTML carry no mark: they are as deep as what surrounds them.
    if !source.marks.is_empty() {
        let mut deep = 0;
        for at in 0..raws.len() {
            if raws[at].is_blank() {
                let next = raws[at..]
                    .iter()
                    .take(8)
                    .find(|r| !r.is_blank())
                    .map_or(0, |r| r.depth);
                raws[at].depth = deep.min(next);
            } else {
                deep = raws[at].depth;
            }
        }
    }
    raws
}

/// Bytes and number of the `>` marks that a line begins with: `> > x`, `>>x`, `>x`.
fn quote_marks(line: &str) -> (usize, u8) {
    let bytes = line.as_bytes();
    let (mut at, mut end, mut count) = (0, 0, 0_u8);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => {
                count = count.saturating_add(1);
                at += 1;
                end = at;
            }
            b' ' if count > 0 || at == 0 => at += 1,
            _ => break,
        }
        if at > 200 {
            break;
        }
    }
    if count == 0 {
        return (0, 0);
    }
    (end + usize::from(bytes.get(end) == Some(&b' ')), count)
}

#[cfg(test)]
mod tests;
