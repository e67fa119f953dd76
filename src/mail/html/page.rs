//! The page under way: open elements, line ends owed, cells, and the text written so far.

use super::style::{self, Look};
use super::{Mark, Picture, Rendered};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TokenSinkResult};

/// Elements that are told apart; deeper ones only count.
const DEEPEST: usize = 256;
/// Pictures whose place is kept.
const MOST_PICTURES: usize = 500;
/// Text that is kept: far above any mail that a person wrote.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;

struct Open {
    name: html5ever::LocalName,
    look: Inherited,
    item: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Inherited {
    struck: bool,
    hidden: bool,
    bold: bool,
    coloured: bool,
    white: bool,
    background: bool,
    quotes: u8,
    signature: bool,
    attribution: bool,
    pre: bool,
}

/// Text under way, and what is open around it.
#[derive(Default)]
pub(super) struct Page {
    out: Rendered,
    stack: Vec<Open>,
    beyond: usize,
    /// Line ends owed before the next text.
    owed: u8,
    blank: bool,
    line_start: usize,
    cells: u32,
    /// The open cell holds nothing yet: blocks at its top owe no line end.
    cell_empty: bool,
    /// Line ends owed when the row's first cell was opened.
    row_owed: u8,
}

impl Page {
    fn inherited(&self) -> Inherited {
        self.stack.last().map(|o| o.look).unwrap_or_default()
    }

    pub(super) fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match name {
            "br" => {
                self.owed = self.owed.saturating_add(1).min(3);
                return TokenSinkResult::Continue;
            }
            "hr" => {
                self.block();
                self.text("________________________________");
                self.block();
                return TokenSinkResult::Continue;
            }
            "img" | "image" | "v:imagedata" => {
                self.picture(tag);
                return TokenSinkResult::Continue;
            }
            "input" | "meta" | "link" | "base" | "area" | "col" | "embed" | "source" | "track"
            | "wbr" | "param" | "body" | "html" => return TokenSinkResult::Continue,
            _ => {}
        }
        if name.contains(':') && tag.self_closing {
            return TokenSinkResult::Continue;
        }
        self.imply_ends(name);
        match name {
            "td" | "th" => {
                if self.cells == 0 {
                    self.row_owed = self.owed;
                } else {
                    self.end_cell();
                    self.row_owed = 0;
                }
                if self.cells > 0 && !self.inherited().hidden {
                    self.begin_text();
                    self.out.text.push('\t');
                    self.blank = false;
                }
                self.cells += 1;
                self.cell_empty = true;
            }
            "tr" => {
                self.block();
                self.cells = 0;
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
        if name == "p" && !is_word_paragraph(tag) {
            self.paragraph();
        }
        let item = self.list_item(name);
        if self.stack.len() < DEEPEST {
            let look = self.inherit(tag, name);
            self.stack.push(Open {
                name: tag.name.clone(),
                look,
                item: 0,
            });
        } else {
            self.beyond += 1;
        }
        if let Some(marker) = item {
            self.text(&marker);
            self.blank = true;
        }
        match name {
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "script" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn inherit(&self, tag: &Tag, name: &str) -> Inherited {
        let look: Look = style::settle(tag, style::look(tag));
        let mut now = self.inherited();
        now.struck |= look.struck;
        now.hidden |= look.hidden
            || matches!(
                name,
                "head"
                    | "style"
                    | "script"
                    | "title"
                    | "template"
                    | "select"
                    | "xml"
                    | "object"
                    | "iframe"
                    | "noembed"
                    | "noframes"
                    | "svg"
                    | "math"
                    | "audio"
                    | "video"
            );
        now.bold = look.bold.unwrap_or(now.bold);
        now.coloured = look.coloured.unwrap_or(now.coloured);
        now.white = look.white.unwrap_or(now.white);
        now.background = look.background.unwrap_or(now.background);
        now.quotes = now.quotes.saturating_add(u8::from(look.quote));
        now.signature |= look.signature;
        now.attribution |= look.attribution;
        now.pre |= look.pre;
        now
    }

    /// Numbers of ordered lists are text to a person (« réponses dans l'ordre »).
    fn list_item(&mut self, name: &str) -> Option<String> {
        if name != "li" || self.inherited().hidden {
            return None;
        }
        let list = self
            .stack
            .iter_mut()
            .rev()
            .find(|o| matches!(&*o.name, "ol" | "ul"))?;
        list.item += 1;
        Some(if &*list.name == "ol" {
            format!("{}. ", list.item)
        } else {
            "- ".to_owned()
        })
    }

    /// Closes what HTML closes without an end tag: p, li, cells and rows.
    fn imply_ends(&mut self, name: &str) {
        let (closes, scope): (&[&str], &[&str]) = match name {
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["table", "tbody", "thead"]),
            "li" => (&["li"], &["ul", "ol"]),
            _ if is_block(name) => (
                &["p"],
                &["td", "th", "table", "li", "div", "blockquote", "body"],
            ),
            _ => return,
        };
        for at in (0..self.stack.len()).rev() {
            let open: &str = &self.stack[at].name;
            if closes.contains(&open) {
                self.stack.truncate(at);
                if name == "tr" {
                    self.cell_empty = false;
                }
                return;
            }
            if scope.contains(&open) {
                return;
            }
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if self.beyond > 0 && !matches!(name, "br" | "p") {
            self.beyond -= 1;
            if is_block(name) {
                self.block();
            }
            return;
        }
        match name {
            "br" => self.owed = self.owed.saturating_add(1).min(3),
            "td" | "th" => self.end_cell(),
            "tr" | "table" => {
                self.owed = 0;
                self.cell_empty = false;
                self.block();
                self.cells = 0;
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
        if let Some(at) = self.stack.iter().rposition(|o| &*o.name == name) {
            self.stack.truncate(at);
        }
    }

    /// A cell's last line end is the row's; one with nothing in it (a logo) leaves the line end
    /// owed before the row.
    fn end_cell(&mut self) {
        self.owed = if self.cell_empty { self.row_owed } else { 0 };
    }

    fn block(&mut self) {
        if self.owed == 0 && self.out.text.len() > self.line_start && !self.cell_empty {
            self.owed = 1;
        }
        self.blank = false;
    }

    fn paragraph(&mut self) {
        // A paragraph's margin is a blank line, but not at the top of a cell or of the page.
        if self.owed == 1 && self.cells == 0 {
            self.owed = 2;
        }
    }

    /// Pays the line ends owed and marks the line that begins.
    fn begin_text(&mut self) {
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
        if look.struck && !look.hidden {
            self.out.struck += text.chars().filter(|c| c.is_alphanumeric()).count();
        }
        if look.hidden || look.struck || look.white && !look.background {
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

    fn picture(&mut self, tag: &Tag) {
        if self.out.pictures.len() >= MOST_PICTURES {
            return;
        }
        let value = |name: &str| {
            tag.attrs
                .iter()
                .find(|a| &*a.name.local == name)
                .map(|a| &*a.value)
        };
        let Some(source) = value("src") else { return };
        let pixels = |name: &str| {
            let digits = value(name)?.trim();
            let end = digits
                .bytes()
                .position(|b| !b.is_ascii_digit())
                .unwrap_or(digits.len());
            digits[..end].parse().ok()
        };
        self.out.pictures.push(Picture {
            source: source.to_owned(),
            at: self.out.text.len(),
            shown: (pixels("width"), pixels("height")),
            signature: self.inherited().signature,
        });
    }

    pub(super) fn finish(mut self) -> Rendered {
        self.end_line();
        let kept = self.out.text.trim_end_matches('\n').len();
        self.out.text.truncate(kept);
        self.out
    }
}

/// Word and Outlook write `<p class="MsoNormal">` with no margin: their blank lines are paragraphs.
fn is_word_paragraph(tag: &Tag) -> bool {
    tag.attrs.iter().any(|a| {
        (&*a.name.local == "class" && a.value.contains("Mso"))
            || (&*a.name.local == "style"
                && (a.value.contains("margin:0") || a.value.contains("margin: 0")))
    })
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "blockquote"
            | "table"
            | "tbody"
            | "thead"
            | "tfoot"
            | "tr"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "pre"
            | "center"
            | "form"
            | "fieldset"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "address"
            | "figure"
            | "figcaption"
            | "caption"
            | "nav"
            | "details"
            | "summary"
            | "listing"
            | "option"
    )
}
