//! The page under way: open elements, line ends owed, cells, and the text written so far.

use super::style::{self, Look};
use super::{Picture, Rendered};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TokenSinkResult};

/// Elements that are told apart; deeper ones only count.
const DEEPEST: usize = 256;
/// Pictures whose place is kept.
const MOST_PICTURES: usize = 500;

struct Open {
    name: html5ever::LocalName,
    look: Inherited,
    item: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Inherited {
    pub(super) struck: bool,
    pub(super) hidden: bool,
    /// Not text at all: style sheets, titles, choices of a list.
    pub(super) never: bool,
    pub(super) bold: bool,
    pub(super) coloured: bool,
    pub(super) white: bool,
    pub(super) background: bool,
    pub(super) quotes: u8,
    pub(super) signature: bool,
    pub(super) attribution: bool,
    pub(super) pre: bool,
}

impl Inherited {
    pub(super) fn is_hidden(self) -> bool {
        self.hidden || self.never
    }
}

/// Text under way, and what is open around it.
#[derive(Default)]
pub(super) struct Page {
    pub(super) out: Rendered,
    /// Bytes of the words left out so far.
    pub(super) left_out: usize,
    stack: Vec<Open>,
    beyond: usize,
    /// Line ends owed before the next text.
    pub(super) owed: u8,
    pub(super) blank: bool,
    pub(super) line_start: usize,
    cells: u32,
    /// The open cell holds nothing yet: blocks at its top owe no line end.
    pub(super) cell_empty: bool,
    /// Line ends owed when the row's first cell was opened.
    row_owed: u8,
}

impl Page {
    pub(super) fn inherited(&self) -> Inherited {
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
                if self.cells > 0 && !self.inherited().is_hidden() {
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
        now.hidden |= look.hidden;
        now.never |= matches!(
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
        if name != "li" || self.inherited().is_hidden() {
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
        let number = |digits: &str| {
            let end = digits
                .bytes()
                .position(|b| !b.is_ascii_digit())
                .unwrap_or(digits.len());
            let whole = digits[..end].parse().ok()?;
            (!digits[end..].trim_start().starts_with('%')).then_some(whole)
        };
        let look = value("style").unwrap_or_default().to_ascii_lowercase();
        // « width:12.5em » and « width:100% » tell no pixels; « max-width » is another property.
        let styled = |name: &str| {
            look.split(';').find_map(|rule| {
                let (property, size) = rule.split_once(':')?;
                let size = size.trim();
                (property.trim() == name && size.contains("px")).then(|| number(size))?
            })
        };
        let pixels = |name: &str| {
            value(name)
                .and_then(|v| number(v.trim()))
                .or_else(|| styled(name))
        };
        self.out.pictures.push(Picture {
            source: source.to_owned(),
            at: self.out.text.len(),
            shown: (pixels("width"), pixels("height")),
            signature: self.inherited().signature,
            link: self.stack.iter().any(|open| &*open.name == "a"),
            alt: value("alt").unwrap_or_default().chars().take(200).collect(),
        });
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
