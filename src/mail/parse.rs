//! `Email::parse`: from the tree of a message to the form that the rest of the program reads.

use super::attachment::{self, Attachment};
use super::body::{self, Parts, Source};
use super::container;
use super::header::{Headers, LONGEST_LINE};
use super::html::Picture;
use super::nesting::{Budget, Content, Entity};
use super::quote::{self, Writer};
use super::role::{Place, Shown};
use super::{Address, AttachedMessage, Body, DateSource, Doubt, Email, Line, LineRole, automatic};
use chrono::{DateTime, FixedOffset};

/// Levels of messages inside messages whose pictures are looked for.
const MESSAGES_OPENED: usize = 4;
/// Attachments that are listed.
const MOST_ATTACHMENTS: usize = 200;
/// Identifiers of References that are kept: the last ones.
const MOST_REFERENCES: usize = 20;

impl<'x> Email<'x> {
    /// Reads a message. Total: any bytes give an `Email`, with what was odd in its doubts.
    #[must_use]
    pub fn parse(raw: &'x [u8]) -> Self {
        if !raw.contains(&b'\n') && raw.contains(&b'\r') {
            // Line ends of the old Macintosh: nothing can borrow from the repaired copy.
            let repaired: Vec<u8> = raw
                .iter()
                .map(|&b| if b == b'\r' { b'\n' } else { b })
                .collect();
            let email = Email::parse(&repaired);
            return email.into_owned().unplaced();
        }
        let mut budget = Budget::default();
        let message = Entity::message(raw, 0, &mut budget);
        if let Some(twin) = container::opened(raw, &message) {
            return Email::read(&twin).into_owned().unplaced();
        }
        Self::of(&message, budget)
    }

    /// Reads a message whose containers were opened.
    fn read(raw: &'x [u8]) -> Self {
        let mut budget = Budget::default();
        let message = Entity::message(raw, 0, &mut budget);
        Self::of(&message, budget)
    }

    fn of(message: &Entity<'x>, mut budget: Budget) -> Self {
        let envelope = Envelope::read(&message.headers);
        let parts = body::parts(message);
        let source = body::source(&parts);
        let mut doubts = Vec::new();
        if source.repaired {
            doubts.push(Doubt::CharsetRepaired);
        }
        if parts.encrypted || source.encrypted {
            doubts.push(Doubt::Encrypted);
        }
        let headers = &message.headers;
        let mut automatic = automatic::of_headers(
            headers,
            envelope.from.as_ref(),
            envelope.return_path.as_deref(),
            &envelope.subject,
        );
        automatic::of_parts(&mut automatic, message);
        automatic::of_words(&mut automatic, &source.text);
        let recipients: Vec<Address> = [headers.addresses("To"), headers.addresses("Cc")].concat();
        let (body, page) = envelope.body(source, &recipients);
        let mut found = Found::default();
        found.collect(&parts, &page, &mut budget, 0);
        if budget.cut {
            doubts.push(Doubt::NestingCut);
        }
        doubts.extend(headers.doubt());
        let (date, date_source) = match (envelope.date, headers.received()) {
            (Some(date), _) => (Some(date), DateSource::Header),
            (None, Some(date)) => (Some(date), DateSource::Received),
            (None, None) => (None, DateSource::Absent),
        };
        Self {
            message_id: envelope.message_id,
            subject: envelope.subject,
            from_count: envelope.from_count,
            from: envelope.from,
            reply_to: headers.addresses("Reply-To").into_iter().next(),
            sender: headers.addresses("Sender").into_iter().next(),
            return_path: envelope.return_path,
            recipients,
            delivered_to: ["Delivered-To", "X-Original-To", "Envelope-To"]
                .iter()
                .flat_map(|name| headers.addresses(name))
                .collect(),
            date,
            date_source,
            in_reply_to: envelope.in_reply_to,
            references: envelope.references,
            automatic,
            body,
            attachments: found.attachments,
            attached: found.messages,
            doubts,
        }
    }

    /// The same message, read from other bytes than the raw ones: nothing in it has its place there.
    fn unplaced(mut self) -> Self {
        for attachment in &mut self.attachments {
            attachment.place = None;
        }
        self
    }

    /// The same message with attachment bytes of its own.
    #[must_use]
    pub fn into_owned(self) -> Email<'static> {
        Email {
            attachments: self
                .attachments
                .into_iter()
                .map(Attachment::into_owned)
                .collect(),
            message_id: self.message_id,
            subject: self.subject,
            from: self.from,
            from_count: self.from_count,
            reply_to: self.reply_to,
            sender: self.sender,
            return_path: self.return_path,
            recipients: self.recipients,
            delivered_to: self.delivered_to,
            date: self.date,
            date_source: self.date_source,
            in_reply_to: self.in_reply_to,
            references: self.references,
            automatic: self.automatic,
            body: self.body,
            attached: self.attached,
            doubts: self.doubts,
        }
    }
}

/// The headers that the outer message and attached ones have in common.
struct Envelope {
    message_id: Option<String>,
    subject: String,
    from: Option<Address>,
    from_count: usize,
    date: Option<DateTime<FixedOffset>>,
    return_path: Option<String>,
    in_reply_to: Vec<String>,
    references: Vec<String>,
}

impl Envelope {
    fn read(headers: &Headers<'_>) -> Self {
        let from = headers.addresses("From");
        let mut references = headers.ids("References");
        references.drain(..references.len().saturating_sub(MOST_REFERENCES));
        // RFC 5322 line length for all of them together: the newest count.
        let mut length = 0;
        let kept = references.iter().rev().take_while(|id| {
            length += id.len() + 3;
            length <= LONGEST_LINE
        });
        let kept = kept.count();
        references.drain(..references.len() - kept);
        Self {
            message_id: headers.ids("Message-ID").into_iter().next(),
            subject: headers.text("Subject").unwrap_or_default(),
            from_count: from.len(),
            from: from.into_iter().next(),
            date: headers.date("Date"),
            return_path: headers.raw("Return-Path").map(|value| {
                super::header::ids(value)
                    .into_iter()
                    .next()
                    .unwrap_or_default()
            }),
            in_reply_to: headers
                .ids("In-Reply-To")
                .into_iter()
                .take(MOST_REFERENCES)
                .collect(),
            references,
        }
    }

    fn body(&self, source: Source, recipients: &[Address]) -> (Body, Vec<Shown>) {
        let writer = Writer {
            from: self.from.as_ref(),
            // Each block's author is looked for among them: a mail to a thousand is no reply.
            recipients: &recipients[..recipients.len().min(50)],
            subject: &self.subject,
            replies_to: self
                .in_reply_to
                .iter()
                .chain(&self.references)
                .map(String::as_str)
                .collect(),
        };
        let (lines, blocks) = quote::read(&source, &writer);
        let page = places(source.pictures, &lines);
        let body = Body {
            part: source.part,
            text: source.text,
            lines,
            blocks,
            emphasis: source.emphasis,
            left_out: source.left_out,
        };
        (body, page)
    }
}

/// Among which words the pictures of a page stand: what comes before them decides.
fn places(pictures: Vec<Picture>, lines: &[Line]) -> Vec<Shown> {
    let is_own = |line: &Line| line.role == LineRole::Own;
    let last_own = lines.iter().rposition(is_own);
    let mut said: Option<(usize, LineRole)> = None;
    let mut ahead = lines.iter().enumerate().peekable();
    let mut pictures = pictures;
    pictures.sort_by_key(|picture| picture.at);
    pictures
        .into_iter()
        .map(|picture| {
            while let Some((index, line)) = ahead.next_if(|(_, line)| line.span.start <= picture.at)
            {
                if line.role != LineRole::Blank {
                    said = Some((index, line.role));
                }
            }
            let place = match said {
                Some((_, LineRole::Quoted | LineRole::QuoteHeader)) => Place::Quote,
                _ if picture.signature => Place::Container,
                Some((_, LineRole::Signature | LineRole::Device | LineRole::Notice)) => {
                    Place::Signature
                }
                // A gateway's banner above the words says nothing of what follows it.
                Some((index, LineRole::Banner)) if last_own.is_none_or(|last| index > last) => {
                    Place::Signature
                }
                Some((index, _)) if last_own.is_none_or(|last| index >= last) => Place::Below,
                _ => Place::Words,
            };
            Shown { picture, place }
        })
        .collect()
}

#[derive(Default)]
struct Found<'r> {
    attachments: Vec<Attachment<'r>>,
    messages: Vec<AttachedMessage>,
}

impl<'r> Found<'r> {
    fn collect(
        &mut self,
        parts: &Parts<'_, 'r>,
        page: &[Shown],
        budget: &mut Budget,
        level: usize,
    ) {
        for file in &parts.files {
            if self.attachments.len() >= MOST_ATTACHMENTS {
                budget.cut = true;
                return;
            }
            self.attachments.push(attachment::read(file, page));
            let number = u16::try_from(self.attachments.len()).unwrap_or(u16::MAX);
            if level >= MESSAGES_OPENED {
                continue;
            }
            match &file.content {
                Content::Message(inner) => self.open(inner, number, budget, level),
                Content::Leaf if file.is_encoded_message() || is_message_file(file) => {
                    let bytes = file.decoded();
                    let closed = Entity::message(&bytes, level + 1, &mut Budget::default());
                    let twin = container::opened(&bytes, &closed);
                    let bytes = twin.as_deref().unwrap_or(&bytes);
                    let inner = Entity::message(bytes, level + 1, budget);
                    let mut found = Found::default();
                    found.open(&inner, number, budget, level);
                    self.messages.extend(found.messages);
                    for attachment in found.attachments {
                        self.attachments.push(Attachment {
                            place: None,
                            ..attachment.into_owned()
                        });
                    }
                }
                _ => {}
            }
        }
        for embedded in attachment::embedded(page) {
            self.attachments.push(embedded);
        }
    }

    /// Opens an attached message (ruling 17): its words at the first level, its pictures at all.
    fn open(&mut self, inner: &Entity<'r>, number: u16, budget: &mut Budget, level: usize) {
        let envelope = Envelope::read(&inner.headers);
        let parts = body::parts(inner);
        let recipients = inner.headers.addresses("To");
        let (mut body, page) = envelope.body(body::source(&parts), &recipients);
        body.part = crate::domain::field::Part::Attachment(number);
        if level == 0 {
            self.messages.push(AttachedMessage {
                number,
                date: envelope.date.or_else(|| inner.headers.received()),
                from: envelope.from,
                subject: envelope.subject,
                body,
            });
        }
        self.collect(&parts, &page, budget, level + 1);
    }
}

/// A message that its label calls a file: `application/octet-stream; name=x.eml`.
fn is_message_file(file: &Entity<'_>) -> bool {
    let name = attachment::filename(file);
    file.media_type.kind == "application"
        && name
            .get(name.len().saturating_sub(4)..)
            .is_some_and(|end| end.eq_ignore_ascii_case(".eml"))
}
