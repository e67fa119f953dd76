//! HTML → text as a person sees it, on html5ever's tokenizer with a stack of our own.
//!
//! A tree is never built: html5ever's is quadratic in nesting. Blocks become lines, table rows
//! lines with tabs between cells, struck-out and hidden words are left out, and the text keeps
//! beside it where it was bold or coloured, quoted, or inside a signature container.

mod lines;
mod page;
mod style;

use super::LeftOut;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use page::Page;
use std::cell::RefCell;
use std::ops::Range;

/// Text derived from HTML.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    pub text: String,
    /// Bold or coloured runs, in order, as spans of `text`.
    pub emphasis: Vec<Range<usize>>,
    /// What holds for the lines that start at these offsets, in order.
    pub marks: Vec<Mark>,
    /// The pictures, in order.
    pub pictures: Vec<Picture>,
    /// Letters and digits left out because they were struck.
    pub struck: usize,
    /// Words left out because they are struck or hidden, in order.
    pub left_out: Vec<LeftOut>,
}

/// Containers around a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Offset of the line's first byte.
    pub start: usize,
    /// Quote containers around it.
    pub quotes: u8,
    /// Inside a signature container.
    pub signature: bool,
    /// Inside a container for « Le … a écrit : ».
    pub attribution: bool,
}

/// A picture in the HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// `cid:…`, `data:…`, an address; as written.
    pub source: String,
    /// Where it stands in the text.
    pub at: usize,
    /// Width and height that the HTML gives it, in pixels.
    pub shown: (Option<u32>, Option<u32>),
    /// Inside a signature container.
    pub signature: bool,
    /// Inside a link.
    pub link: bool,
    /// What stands for it where it can't be seen: office programs say there what they see.
    pub alt: String,
}

/// Renders HTML. Linear in its length, whatever its nesting.
pub(super) fn render(html: &str) -> Rendered {
    let sink = Sink(RefCell::new(Page::default()));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    // In slices, since a tendril holds at most 4 GiB and an unclosed comment is kept whole.
    input.push_back(StrTendril::from_slice(html));
    // The sink never asks for a script to be run, so one call takes all the input.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            Token::TagToken(tag) => match tag.kind {
                StartTag => return page.open(&tag),
                EndTag => page.close(&tag.name),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests;
