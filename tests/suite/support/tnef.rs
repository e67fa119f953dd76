//! Writes `winmail.dat` files (MS-OXTNEF) as Outlook and Exchange do, for the tests of the reader
//! and of whole mails.

/// A file in the making.
#[derive(Debug, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Default for Writer {
    /// Signature, version and code page 1252.
    fn default() -> Self {
        let mut writer = Self {
            bytes: b"\x78\x9f\x3e\x22\x01\0".to_vec(),
        };
        writer.attribute(1, 0x0008_9006, &[0, 0, 1, 0]);
        writer.attribute(1, 0x0006_9007, &[0xe4, 4, 0, 0, 0, 0, 0, 0]);
        writer
    }
}

impl Writer {
    /// The body as plain text in code page 1252.
    pub fn plain(mut self, text: &[u8]) -> Self {
        self.attribute(1, 0x0002_800c, &[text, b"\0"].concat());
        self
    }

    /// Properties of the message.
    pub fn message(mut self, properties: &[(u32, &[u8])]) -> Self {
        self.attribute(1, 0x0006_9003, &list(properties));
        self
    }

    /// An attachment: a short name, data, and properties.
    pub fn attachment(mut self, title: &str, data: &[u8], properties: &[(u32, &[u8])]) -> Self {
        self.attribute(
            2,
            0x0006_9002,
            &[1, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0],
        );
        self.attribute(2, 0x0001_8010, &[title.as_bytes(), b"\0"].concat());
        if !data.is_empty() {
            self.attribute(2, 0x0006_800f, data);
        }
        self.attribute(2, 0x0006_9005, &list(properties));
        self
    }

    /// The whole file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn attribute(&mut self, level: u8, id: u32, data: &[u8]) {
        let sum = data
            .iter()
            .fold(0_u16, |sum, &b| sum.wrapping_add(b.into()));
        self.bytes.push(level);
        self.bytes.extend(id.to_le_bytes());
        self.bytes.extend(length(data));
        self.bytes.extend(data);
        self.bytes.extend(sum.to_le_bytes());
    }
}

/// A list of properties by tag: identifier and type. Numbers and booleans are given as four bytes.
fn list(properties: &[(u32, &[u8])]) -> Vec<u8> {
    let mut list = u32::try_from(properties.len())
        .unwrap()
        .to_le_bytes()
        .to_vec();
    for (tag, value) in properties {
        list.extend(tag.to_le_bytes());
        if matches!(tag & 0xffff, 0x000d | 0x001e | 0x001f | 0x0102) {
            list.extend(1_u32.to_le_bytes());
            list.extend(length(value));
        }
        list.extend(*value);
        list.resize(list.len().next_multiple_of(4), 0);
    }
    list
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// Text as PtypString: UTF-16LE with its end.
pub fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}
