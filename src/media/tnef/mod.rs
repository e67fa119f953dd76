//! The body and the attachments of a `winmail.dat` (Transport Neutral Encapsulation Format,
//! MS-OXTNEF), which Outlook and Exchange send in place of MIME.
//!
//! No public crate that is kept up reads it: this reader steps over attributes that it does not
//! know, ignores checksums as other readers do, and takes what came before a break. Data are
//! slices of the file; only compressed RTF is unpacked, within the bounds of [`super::rtf`].

mod properties;

use super::rtf;
use properties::{Property, Value};
use std::borrow::Cow;

/// Attachments that are listed.
const MOST_ATTACHMENTS: usize = 100;
/// Attributes that are looked at.
const MOST_ATTRIBUTES: usize = 10_000;
/// Messages inside messages that are followed.
const DEEPEST: usize = 3;
/// Every file starts with this.
const SIGNATURE: &[u8] = b"\x78\x9f\x3e\x22";

/// What a file holds.
#[derive(Debug, Default)]
pub struct Tnef<'t> {
    /// The subject, where the file gives one.
    pub subject: Option<Text<'t>>,
    /// The body as plain text.
    pub plain: Option<Text<'t>>,
    /// The body as HTML, also where RTF wraps it.
    pub html: Option<Text<'t>>,
    /// The attachments, in order.
    pub attachments: Vec<File<'t>>,
}

/// Text and the name of its character set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'t> {
    /// As written.
    pub bytes: Cow<'t, [u8]>,
    /// As MIME names it.
    pub charset: String,
}

impl Text<'_> {
    /// The text, for short ones that are no body.
    #[must_use]
    pub fn decoded(&self) -> String {
        decoded(&self.bytes, &self.charset)
    }
}

/// An attachment.
#[derive(Debug, Default)]
pub struct File<'t> {
    /// Its name, decoded.
    pub name: String,
    /// Its media type, where the sender wrote one.
    pub media_type: Option<String>,
    /// By which the HTML names it.
    pub content_id: Option<String>,
    /// The body shows it.
    pub shown: bool,
    /// Its bytes.
    pub data: &'t [u8],
    /// An attached message.
    pub message: Option<Box<Tnef<'t>>>,
}

/// Reads a file; `None` where the bytes are none.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Tnef<'_>> {
    read_at(bytes, 0)
}

fn read_at(bytes: &[u8], depth: usize) -> Option<Tnef<'_>> {
    // The signature and a key of two bytes.
    let mut rest = bytes.strip_prefix(SIGNATURE)?.get(2..)?;
    let mut reader = Reader {
        charset: "windows-1252".to_owned(),
        depth,
        ..Reader::default()
    };
    for _ in 0..MOST_ATTRIBUTES {
        let Some(attribute) = attribute(&mut rest) else {
            break;
        };
        reader.attribute(&attribute);
    }
    Some(reader.finish())
}

/// One attribute: level, id, length, data, checksum (MS-OXTNEF, 2.1.3).
struct Attribute<'t> {
    id: u32,
    data: &'t [u8],
}

fn attribute<'t>(rest: &mut &'t [u8]) -> Option<Attribute<'t>> {
    let level = *rest.first()?;
    if !matches!(level, 1 | 2) {
        return None;
    }
    let id = long(rest, 1)?;
    let length = usize::try_from(long(rest, 5)?).ok()?;
    let body = rest.get(9..)?;
    let end = length.min(body.len());
    *rest = body.get(end + 2..).unwrap_or_default();
    Some(Attribute {
        id,
        data: &body[..end],
    })
}

#[derive(Default)]
struct Reader<'t> {
    found: Tnef<'t>,
    charset: String,
    html: Option<(&'t [u8], Option<String>)>,
    rtf: Option<&'t [u8]>,
    html_charset: Option<String>,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn attribute(&mut self, attribute: &Attribute<'t>) {
        match attribute.id {
            // attOemCodepage
            0x0006_9007 => {
                if let Some(page) = long(attribute.data, 0) {
                    self.charset = charset(page);
                }
            }
            // attSubject
            0x0001_8004 => {
                let text = self.text(attribute.data);
                self.found.subject.get_or_insert(text);
            }
            // attBody
            0x0002_800c => {
                let text = self.text(attribute.data);
                self.found.plain.get_or_insert(text);
            }
            // attMsgProps
            0x0006_9003 => {
                for property in properties::read(attribute.data) {
                    self.message_property(&property);
                }
            }
            // attAttachRendData opens each attachment.
            0x0006_9002 if self.found.attachments.len() < MOST_ATTACHMENTS => {
                self.found.attachments.push(File::default());
            }
            // attAttachTitle
            0x0001_8010 => {
                let name = decoded(attribute.data, &self.charset);
                if let Some(file) = self.found.attachments.last_mut()
                    && file.name.is_empty()
                {
                    file.name = name;
                }
            }
            // attAttachData
            0x0006_800f => {
                if let Some(file) = self.found.attachments.last_mut()
                    && file.data.is_empty()
                {
                    file.data = attribute.data;
                }
            }
            // attAttachment
            0x0006_9005 => {
                for property in properties::read(attribute.data) {
                    self.attachment_property(&property);
                }
            }
            _ => {}
        }
    }

    fn text(&self, bytes: &'t [u8]) -> Text<'t> {
        Text {
            bytes: Cow::Borrowed(without_end(bytes)),
            charset: self.charset.clone(),
        }
    }

    /// PidTagSubject, PidTagBody, PidTagHtml, PidTagRtfCompressed, PidTagInternetCodepage.
    fn message_property(&mut self, property: &Property<'t>) {
        match (property.id, property.value) {
            (0x0037, value) => self.found.subject = self.value(value).or(self.found.subject.take()),
            (0x1000, value) => self.found.plain = self.value(value).or(self.found.plain.take()),
            (0x1013, Value::Bytes(bytes) | Value::Narrow(bytes)) => self.html = Some((bytes, None)),
            (0x1013, Value::Wide(bytes)) => self.html = Some((bytes, Some("utf-16le".to_owned()))),
            (0x1009, Value::Bytes(bytes)) => self.rtf = Some(bytes),
            (0x3fde, Value::Long(page)) => self.html_charset = Some(charset(page)),
            _ => {}
        }
    }

    fn value(&self, value: Value<'t>) -> Option<Text<'t>> {
        match value {
            Value::Narrow(bytes) => Some(self.text(bytes)),
            Value::Wide(bytes) => Some(Text {
                bytes: Cow::Borrowed(bytes),
                charset: "utf-16le".to_owned(),
            }),
            _ => None,
        }
    }

    /// PidTagAttachLongFilename, …DataBinary or …DataObject, …MimeTag, …ContentId, …Flags.
    fn attachment_property(&mut self, property: &Property<'t>) {
        let charset = self.charset.clone();
        let depth = self.depth;
        let Some(file) = self.found.attachments.last_mut() else {
            return;
        };
        let words = || {
            match property.value {
                Value::Narrow(bytes) => Some(decoded(bytes, &charset)),
                Value::Wide(bytes) => Some(decoded(bytes, "utf-16le")),
                _ => None,
            }
            .filter(|words| !words.is_empty())
        };
        match (property.id, property.value) {
            (0x3707, _) => file.name = words().unwrap_or(std::mem::take(&mut file.name)),
            // PidTagAttachFilename (8.3) and PidTagDisplayName, where there is no longer one.
            (0x3704 | 0x3001, _) if file.name.is_empty() => {
                file.name = words().unwrap_or_default();
            }
            (0x370e, _) => file.media_type = words(),
            (0x3712, _) => file.content_id = words(),
            // Rendered inside the HTML.
            (0x3714, Value::Long(flags)) => file.shown |= flags & 4 != 0,
            // PidTagAttachmentHidden
            (0x7ffe, Value::Long(hidden)) => file.shown |= hidden & 0xffff != 0,
            (0x3701, Value::Bytes(bytes)) if file.data.is_empty() => file.data = bytes,
            (0x3701, Value::Object(bytes)) => {
                // IID_IMessage, then a file of this kind; else an OLE object.
                let inner = bytes.get(16..).unwrap_or_default();
                if file.data.is_empty() {
                    file.data = inner;
                }
                if depth < DEEPEST {
                    file.message = read_at(inner, depth + 1).map(Box::new);
                }
            }
            _ => {}
        }
    }

    /// HTML before RTF before plain text: what is not given as itself is taken from the RTF.
    fn finish(mut self) -> Tnef<'t> {
        let blank = |text: &Text<'_>| {
            text.bytes
                .iter()
                .all(|b| b.is_ascii_whitespace() || *b == 0)
        };
        self.found.plain = self.found.plain.filter(|text| !blank(text));
        if let Some((bytes, charset)) = self.html {
            self.found.html = Some(Text {
                bytes: Cow::Borrowed(without_end(bytes)),
                charset: charset
                    .or(self.html_charset)
                    .unwrap_or_else(|| self.charset.clone()),
            });
        } else if let Some(rtf) = self.rtf.and_then(rtf::decompressed) {
            let rtf::Words { text, html } = rtf::words(&rtf);
            let text = Text {
                bytes: Cow::Owned(text.into_bytes()),
                charset: "utf-8".to_owned(),
            };
            if html {
                self.found.html = Some(text);
            } else if self.found.plain.is_none() {
                self.found.plain = Some(text);
            }
        }
        self.found.html = self.found.html.filter(|text| !blank(text));
        self.found
    }
}

/// The name of a Windows code page in MIME.
fn charset(page: u32) -> String {
    match page {
        0 | 20127 => "windows-1252".to_owned(),
        1200 => "utf-16le".to_owned(),
        1201 => "utf-16be".to_owned(),
        65001 => "utf-8".to_owned(),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        850 => "ibm850".to_owned(),
        20866 => "koi8-r".to_owned(),
        page => format!("windows-{page}"),
    }
}

fn decoded(bytes: &[u8], charset: &str) -> String {
    let encoding =
        encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    text.trim_end_matches('\0').to_owned()
}

/// Strings end in one NUL or several.
fn without_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |n| n + 1);
    &bytes[..end]
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests;
