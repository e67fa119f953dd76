//! Bytes → [`Email`]: parts decoded, charsets repaired, the body cut into lines with their role.
//! Total: any bytes give an `Email`, with its doubts beside it. The only user of `mail_parser`.

mod armour;
mod attachment;
pub mod automatic;
mod body;
mod charset;
mod container;
mod encoded_word;
mod header;
mod html;
mod nesting;
mod parameters;
mod parse;
mod quote;
mod replace;
mod role;
pub mod thread;
mod unquoted;

pub use attachment::Attachment;
pub use replace::{File, Place, replaced};

use crate::domain::field::Part;
use chrono::{DateTime, FixedOffset};
use std::ops::Range;

/// A name and an address, decoded; the address is as written but trimmed, the domain lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Display name, decoded, control characters removed; empty where there is none.
    pub name: String,
    /// `local@domain`; empty where there is none.
    pub address: String,
}

/// Where the message's own date was found (`spec/declaration.md`, ruling 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSource {
    /// The Date header.
    Header,
    /// The newest Received header.
    Received,
    /// Neither: the caller falls back to the time of delivery.
    Absent,
}

/// One message, decoded. Borrows attachment bytes from the raw message where it can.
#[derive(Debug, Clone)]
pub struct Email<'x> {
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Decoded, unfolded, control characters removed, at most 998 characters.
    pub subject: String,
    /// The first mailbox of From; `None` where there is none.
    pub from: Option<Address>,
    /// All mailboxes of From where there are several (held for a person).
    pub from_count: usize,
    /// First mailbox of Reply-To.
    pub reply_to: Option<Address>,
    /// Mailbox of Sender.
    pub sender: Option<Address>,
    /// Return-Path: `Some("")` for the null sender.
    pub return_path: Option<String>,
    /// To and Cc.
    pub recipients: Vec<Address>,
    /// Where servers say they delivered it (Delivered-To, X-Original-To, Envelope-To): aliases
    /// hide the plus-address from To.
    pub delivered_to: Vec<Address>,
    /// The message's date.
    pub date: Option<DateTime<FixedOffset>>,
    /// Where `date` was found.
    pub date_source: DateSource,
    /// Ids of In-Reply-To, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// Ids of References, without angle brackets, the last 20.
    pub references: Vec<String>,
    /// Marks of automatic mail, lists, bounces: facts, not yet a verdict.
    pub automatic: automatic::Automatic,
    /// The text that is read and shown, with the role of each line.
    pub body: Body,
    /// Attachments, those inside attached messages included, in order of appearance.
    pub attachments: Vec<Attachment<'x>>,
    /// Attached messages (`message/rfc822`), opened; one level is kept for reading.
    pub attached: Vec<AttachedMessage>,
    /// What was odd: nesting cut, charset repaired, unreadable (encrypted), truncated….
    pub doubts: Vec<Doubt>,
}

impl Email<'_> {
    /// Whether all that it says is encrypted.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.doubts.contains(&Doubt::Encrypted) && !self.body.text.contains(char::is_alphanumeric)
    }
}

/// What was odd about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nesting was deeper than we follow; the rest is kept as one opaque part.
    NestingCut,
    /// A charset label was wrong and the text was decoded otherwise.
    CharsetRepaired,
    /// Encrypted: the content cannot be read.
    Encrypted,
    /// The MIME parser failed on these bytes; only headers and raw text were read.
    Unparsed,
}

/// The body that is read: one decoded text and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// `Part::Text`, or `Part::Html` for text derived from HTML.
    pub part: Part,
    /// Decoded text, LF line ends. Table cells are separated by a tab, rows by a line end;
    /// struck-out and hidden words are not in it.
    pub text: String,
    /// The lines of `text`, in order, covering it.
    pub lines: Vec<Line>,
    /// Quoted threads and forwarded messages that lines point to.
    pub blocks: Vec<Block>,
    /// Words in bold or colour (answers are often written so), as spans of `text`.
    pub emphasis: Vec<Range<usize>>,
    /// Words of the HTML that are struck out or that nobody sees; they are not in `text`.
    pub left_out: Vec<LeftOut>,
}

/// Words of the HTML that `Body::text` leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where they would stand in the text.
    pub at: usize,
    /// The words.
    pub text: String,
    /// Struck out, else hidden.
    pub struck: bool,
}

/// One line of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Bytes of the body's text, without the line end and without quote marks.
    pub span: Range<usize>,
    /// What the line is.
    pub role: LineRole,
    /// For quoted and forwarded lines, the block in `Body::blocks`.
    pub block: Option<usize>,
    /// Quote depth (`>` marks or nested containers); 0 for the sender's newest words.
    pub depth: u8,
}

/// What a line is. Labels and answers of the form are no role here: they are told by a form's
/// definition, which mail is read without (`extract::label` finds them and keeps their spans).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRole {
    /// Blank.
    Blank,
    /// « Bonjour, ».
    Greeting,
    /// The writer's own words (of the newest message, or of a forwarded one).
    Own,
    /// « Cordialement, » and what follows it: name, role, phones.
    Signature,
    /// Legal notice, « pensez à l'environnement ».
    Notice,
    /// What a gateway, an antivirus or Outlook wrote above or below the words: « \[EXTERNE\] … », « Garanti
    /// sans virus ».
    Banner,
    /// « Envoyé de mon iPhone », « Obtenir Outlook pour Android ».
    Device,
    /// A line of somebody's quoted thread.
    Quoted,
    /// « Le … a écrit : », « De : … Envoyé : … » and the separators around them.
    QuoteHeader,
}

/// A quoted thread or a forwarded message inside the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Forwarded (its author may be the declarant) or quoted.
    pub kind: BlockKind,
    /// Who wrote it, as far as its header block or attribution line says.
    pub from: Option<Address>,
    /// When it was written.
    pub date: Option<DateTime<FixedOffset>>,
    /// Its subject, where a header block gives it.
    pub subject: Option<String>,
    /// The language of the line or block that introduces it.
    pub language: Option<Language>,
    /// The client whose way of introducing it that is.
    pub client: Option<Client>,
    /// Bytes of the body's text.
    pub span: Range<usize>,
}

/// The languages that attributions and header blocks are known in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Language {
    French,
    English,
    German,
    Spanish,
    Italian,
    Portuguese,
    Dutch,
}

/// Clients that are known by how they quote and forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Client {
    AppleMail,
    Gmail,
    Horde,
    K9,
    Notes,
    Outlook,
    Roundcube,
    Samsung,
    Sogo,
    Thunderbird,
    Yahoo,
    Zimbra,
}

/// Quoted or forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A reply's quoted thread by somebody else.
    Quoted,
    /// The writer's own earlier words.
    OwnEarlier,
    /// Our own request (support's mail), quoted.
    OurRequest,
    /// Forwarded to us: its words count as the reporter's.
    Forwarded,
}

/// A `message/rfc822` part: its own headers and words.
#[derive(Debug, Clone)]
pub struct AttachedMessage {
    /// Number in the list of attachments (1-based): `Part::Attachment(number)`.
    pub number: u16,
    /// Who wrote it.
    pub from: Option<Address>,
    /// When.
    pub date: Option<DateTime<FixedOffset>>,
    /// Its subject.
    pub subject: String,
    /// Its body.
    pub body: Body,
}

#[cfg(test)]
mod tests;
