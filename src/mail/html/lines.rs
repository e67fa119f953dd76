//! Writing the page's text: blanks made one, line ends paid when text comes, emphasis kept.

use super::page::{Inherited, Page};
use super::{Mark, Rendered};
use crate::mail::LeftOut;

/// Text that is kept: far above any mail that a person wrote.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// Struck and hidden words that are kept beside it.
const LONGEST_LEFT_OUT: usize = 64 * 1024;

impl Page {
    /// Pays the line ends owed and marks the line that begins.
    pub(super) fn begin_text(&mut self) {
        while self.owed > 0 {
            self.owed -= 1;
            self.end_line();
        }
        if self.out.text.len() == self.line_start {
            let look = self.inherited();
            self.out.marks.push(Mark {
                start: self.line_start,
                quotes: look.quotes,
                signature: look.signature,
                attribution: look.attribution,
            });
        }
    }

    fn end_line(&mut self) {
        let line = &self.out.text[self.line_start..];
        // Outlook's empty paragraphs hold a no-break space; trailing tabs are empty cells.
        let kept = line.trim_end_matches([' ', '\u{a0}', '\t']).len();
        let keep_tab = kept > 0 && line[kept..].starts_with('\t');
        self.out.text.truncate(self.line_start + kept);
        if keep_tab {
            self.out.text.push('\t');
        }
        let length = self.out.text.len();
        while let Some(last) = self.out.emphasis.last_mut() {
            if last.end <= length {
                break;
            }
            if last.start >= length {
                self.out.emphasis.pop();
            } else {
                last.end = length;
            }
        }
        if kept == 0
            && self
                .out
                .marks
                .last()
                .is_some_and(|m| m.start == self.line_start)
        {
            self.out.marks.pop();
        }
        self.out.text.push('\n');
        self.line_start = self.out.text.len();
        self.blank = false;
    }

    pub(super) fn text(&mut self, text: &str) {
        let look = self.inherited();
        if look.struck && !look.is_hidden() {
            self.out.struck += text.chars().filter(|c| c.is_alphanumeric()).count();
        }
        if look.is_hidden() || look.struck || look.white && !look.background {
            self.leave_out(text, look);
            return;
        }
        if self.out.text.len() > LONGEST_TEXT {
            return;
        }
        if look.pre {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.begin_text();
                    self.end_line();
                }
                if !line.is_empty() {
                    self.write(line.trim_end_matches('\r'), look);
                }
            }
            return;
        }
        for (index, word) in text.split([' ', '\t', '\n', '\r', '\u{c}']).enumerate() {
            if index > 0 {
                self.blank |= self.owed == 0 && self.out.text.len() > self.line_start;
            }
            if !word.is_empty() {
                self.write(word, look);
            }
        }
    }

    /// Keeps struck and hidden words beside the text, for those who ask what was left out.
    fn leave_out(&mut self, text: &str, look: Inherited) {
        if look.never || self.left_out > LONGEST_LEFT_OUT {
            return;
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            self.left_out += words.len();
            self.out.left_out.push(LeftOut {
                at: self.out.text.len(),
                text: words,
                struck: look.struck && !look.hidden,
            });
        }
    }

    fn write(&mut self, word: &str, look: Inherited) {
        let blank = std::mem::take(&mut self.blank) && self.owed == 0;
        self.cell_empty = false;
        self.begin_text();
        if blank && !self.out.text.ends_with(['\t', '\n']) {
            self.out.text.push(' ');
        }
        let start = self.out.text.len();
        self.out
            .text
            .extend(word.chars().filter(|c| !c.is_control() || *c == '\t'));
        let end = self.out.text.len();
        if end > start && (look.bold || look.coloured) && !word.trim().is_empty() {
            match self.out.emphasis.last_mut() {
                // One run goes on over blanks, no-break ones included, but not over a line end.
                Some(last)
                    if self.out.text[last.end..start]
                        .chars()
                        .all(|c| matches!(c, ' ' | '\u{a0}')) =>
                {
                    last.end = end;
                }
                _ => self.out.emphasis.push(start..end),
            }
        }
    }

    pub(super) fn finish(mut self) -> Rendered {
        self.end_line();
        let kept = self.out.text.trim_end_matches('\n').len();
        self.out.text.truncate(kept);
        for left_out in &mut self.out.left_out {
            left_out.at = left_out.at.min(kept);
        }
        self.out
    }
}
