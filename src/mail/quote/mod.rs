//! Own words, quoted threads, forwarded messages, signatures and notices: the role of each line.

use super::body::Source;
use super::{Address, Block, Line, LineRole};

/// What is known of the message whose lines are read.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub from: Option<&'a Address>,
    pub recipients: &'a [Address],
    pub subject: &'a str,
    /// In-Reply-To and References.
    pub replies_to: Vec<&'a str>,
}

/// Reads the lines of a body.
pub(super) fn read(source: &Source, _writer: &Writer<'_>) -> (Vec<Line>, Vec<Block>) {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in source.text.split('\n') {
        let role = if line.trim().is_empty() {
            LineRole::Blank
        } else {
            LineRole::Own
        };
        lines.push(Line {
            span: at..at + line.len(),
            role,
            block: None,
            depth: 0,
        });
        at += line.len() + 1;
    }
    (lines, Vec::new())
}
