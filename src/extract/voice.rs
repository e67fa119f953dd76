//! Who speaks in a message: the writer, the author of a message forwarded inside it, the writer
//! earlier. Each voice has its own date, labels, running text and signature.

use super::LONGEST_READ;
use super::cues::Cues;
use super::excerpt::Excerpt;
use super::label::{self, Labelled};
use super::sentence::{self, Sentence};
use crate::domain::field::Source;
use crate::domain::form::Form;
use crate::mail::{Address, BlockKind, Body, Line, LineRole};
use crate::text::Folded;
use chrono::{DateTime, FixedOffset};

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The sender's newest words, and the answers typed between quoted lines.
    Writer,
    /// The author of a forwarded message.
    Forwarded,
    /// The sender's own earlier words, quoted below.
    Earlier,
}

/// One voice.
#[derive(Debug)]
pub struct Voice<'a> {
    /// Whose.
    pub who: Who,
    /// The author, as far as known.
    pub from: Option<Address>,
    /// The date that relative times count from.
    pub date: DateTime<FixedOffset>,
    /// The body that it stands in.
    pub body: &'a Body,
    /// What its labels say.
    pub labelled: Labelled,
    /// Its running text.
    pub words: Excerpt,
    /// The running text, folded.
    pub folded: Folded,
    /// Cues of the running text.
    pub cues: Cues,
    /// Sentences of the running text.
    pub sentences: Vec<Sentence>,
    /// The signature's lines.
    pub signature: Excerpt,
}

impl<'a> Voice<'a> {
    /// The sender's newest words.
    pub fn writer(
        form: &Form,
        body: &'a Body,
        from: Option<Address>,
        date: DateTime<FixedOffset>,
    ) -> Self {
        let own = |line: &Line| match line
            .block
            .and_then(|block| body.blocks.get(block))
            .map(|block| block.kind)
        {
            None => Some(!matches!(line.role, LineRole::Quoted)),
            // Answers may be typed into our request, a colleague's form or one's own earlier one.
            Some(BlockKind::OurRequest | BlockKind::Quoted | BlockKind::OwnEarlier)
                if line.role == LineRole::Quoted =>
            {
                Some(false)
            }
            Some(_) => None,
        };
        Self::new(form, body, Who::Writer, from, date, own)
    }

    /// The sender's newest words, of which some are known to be answers already: `given`.
    pub fn answering(
        form: &Form,
        body: &'a Body,
        from: Option<Address>,
        date: DateTime<FixedOffset>,
        given: Labelled,
    ) -> Self {
        let own = |line: &Line| match (line.block, line.role) {
            (_, LineRole::QuoteHeader) => None,
            (None, role) => Some(role != LineRole::Quoted),
            (Some(block), LineRole::Quoted) => body
                .blocks
                .get(block)
                .filter(|block| block.kind != BlockKind::Forwarded)
                .map(|_| false),
            _ => None,
        };
        Self::reading(form, body, Who::Writer, from, date, own, given)
    }

    /// The words of one block: a forwarded message or the writer's own earlier words.
    pub fn block(
        form: &Form,
        body: &'a Body,
        index: usize,
        date: DateTime<FixedOffset>,
    ) -> Option<Self> {
        let block = body.blocks.get(index)?;
        let who = match block.kind {
            BlockKind::Forwarded => Who::Forwarded,
            BlockKind::OwnEarlier => Who::Earlier,
            BlockKind::Quoted | BlockKind::OurRequest => return None,
        };
        let own = |line: &Line| {
            (line.block == Some(index) && line.role != LineRole::QuoteHeader).then_some(true)
        };
        Some(Self::new(
            form,
            body,
            who,
            block.from.clone(),
            block.date.unwrap_or(date),
            own,
        ))
    }

    /// An attached message that the outer one only passes on.
    pub fn attached(
        form: &Form,
        body: &'a Body,
        from: Option<Address>,
        date: DateTime<FixedOffset>,
    ) -> Self {
        let own = |line: &Line| line.block.is_none().then_some(true);
        Self::new(form, body, Who::Forwarded, from, date, own)
    }

    fn new(
        form: &Form,
        body: &'a Body,
        who: Who,
        from: Option<Address>,
        date: DateTime<FixedOffset>,
        own: impl Fn(&Line) -> Option<bool>,
    ) -> Self {
        Self::reading(form, body, who, from, date, own, Labelled::default())
    }

    fn reading(
        form: &Form,
        body: &'a Body,
        who: Who,
        from: Option<Address>,
        date: DateTime<FixedOffset>,
        own: impl Fn(&Line) -> Option<bool>,
        given: Labelled,
    ) -> Self {
        let spoken = |line: &Line| {
            let counts = match line.role {
                LineRole::Own | LineRole::Greeting | LineRole::Blank | LineRole::Quoted => true,
                LineRole::Signature
                | LineRole::Notice
                | LineRole::Banner
                | LineRole::Device
                | LineRole::QuoteHeader => false,
            };
            own(line).filter(|_| counts)
        };
        let mut labelled = label::read(form, body, spoken);
        labelled.give(given);
        let words = running_text(body, &labelled, &own);
        let folded = Folded::new(&words.text);
        let cues = Cues::scan(folded.as_str());
        let sentences = sentence::sentences(&words.text, &folded, &cues);
        let mut signature = Excerpt::new(body.part);
        for line in &body.lines {
            if line.role == LineRole::Signature
                && own(line) == Some(true)
                && !is_taken(&labelled, line)
            {
                signature.push(&body.text, line.span.clone(), '\n');
            }
        }
        Self {
            who,
            from,
            date,
            body,
            labelled,
            words,
            folded,
            cues,
            sentences,
            signature,
        }
    }

    /// The source of what its running text says.
    #[must_use]
    pub fn source(&self) -> Source {
        match self.who {
            Who::Writer | Who::Forwarded => Source::Prose,
            Who::Earlier => Source::Quoted,
        }
    }
}

fn is_taken(labelled: &Labelled, line: &Line) -> bool {
    labelled
        .taken
        .iter()
        .any(|range| range.start < line.span.end && range.end > line.span.start)
}

/// The lines of running text without what labels took. Lines that were only wrapped are joined by
/// a blank, so that sentences stay whole.
fn running_text(body: &Body, labelled: &Labelled, own: &impl Fn(&Line) -> Option<bool>) -> Excerpt {
    let mut words = Excerpt::new(body.part);
    let mut wrapped = false;
    // Both in the order of their places.
    let mut taken = labelled.taken.as_slice();
    for line in &body.lines {
        if words.text.len() > LONGEST_READ {
            break;
        }
        let spoken = matches!(
            line.role,
            LineRole::Own | LineRole::Greeting | LineRole::Quoted
        ) && own(line) == Some(true);
        if !spoken {
            wrapped = false;
            continue;
        }
        let mut at = line.span.start;
        let mut pieces = Vec::new();
        let over = taken
            .iter()
            .take_while(|range| range.end <= line.span.start);
        taken = &taken[over.count()..];
        for range in taken.iter().take_while(|range| range.start < line.span.end) {
            if range.start < line.span.end && range.end > line.span.start {
                pieces.push(at..range.start.clamp(at, line.span.end));
                at = at.max(range.end.min(line.span.end));
            }
        }
        let left = LONGEST_READ.saturating_sub(words.text.len());
        let end = line.span.end.min(at.saturating_add(left));
        pieces.push(at..body.text.floor_char_boundary(end).max(at));
        for piece in pieces {
            let text = body.text.get(piece.clone()).unwrap_or_default();
            if !text.contains(char::is_alphanumeric) || text.trim_start().starts_with("[cid:") {
                wrapped = false;
                continue;
            }
            let joins = wrapped
                && text.trim_start().starts_with(|c: char| {
                    c.is_lowercase() || c.is_ascii_digit() || matches!(c, '«' | '"' | '(')
                });
            words.push(&body.text, piece.clone(), if joins { ' ' } else { '\n' });
            wrapped = text.trim_end().len() >= 45
                && !text.trim_end().ends_with(['.', '!', '?', ':', ';']);
        }
    }
    words
}
