//! The lists of MAPI properties inside a TNEF file (MS-OXTNEF, 2.1.3.4).

use super::long;

/// Properties of one list that are read.
const MOST_PROPERTIES: u32 = 2_000;

/// One property: its identifier and its first value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Property<'t> {
    pub id: u16,
    pub value: Value<'t>,
}

/// A value of a kind that matters to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'t> {
    /// PtypInteger16, PtypInteger32, PtypBoolean.
    Long(u32),
    /// PtypString8, in the file's code page.
    Narrow(&'t [u8]),
    /// PtypString, UTF-16LE.
    Wide(&'t [u8]),
    /// PtypBinary.
    Bytes(&'t [u8]),
    /// PtypObject, with the interface's identifier before it.
    Object(&'t [u8]),
    /// Any other.
    Other,
}

/// The properties of a list, as far as it can be followed.
pub(super) fn read(list: &[u8]) -> Vec<Property<'_>> {
    let mut walk = Walk { list, at: 0 };
    let mut properties = Vec::new();
    let count = walk.long().unwrap_or(0);
    for _ in 0..count.min(MOST_PROPERTIES) {
        let Some(property) = walk.property() else {
            break;
        };
        properties.push(property);
    }
    properties
}

struct Walk<'t> {
    list: &'t [u8],
    at: usize,
}

impl<'t> Walk<'t> {
    fn long(&mut self) -> Option<u32> {
        let value = long(self.list, self.at)?;
        self.at += 4;
        Some(value)
    }

    /// Values fill whole groups of four bytes. One that breaks off gives what is there.
    fn take(&mut self, length: usize) -> &'t [u8] {
        let start = self.at.min(self.list.len());
        let end = start.saturating_add(length).min(self.list.len());
        self.at = start.saturating_add(length).saturating_add(3) & !3;
        &self.list[start..end]
    }

    fn property(&mut self) -> Option<Property<'t>> {
        let tag = self.long()?;
        let (kind, id) = (tag & 0xffff, u16::try_from(tag >> 16).ok()?);
        if id >= 0x8000 {
            // A named property: a GUID, then a number or a name.
            self.take(16);
            if self.long()? == 1 {
                let length = usize::try_from(self.long()?).ok()?;
                self.take(length);
            } else {
                self.long()?;
            }
        }
        let (base, several) = (kind & 0xefff, kind & 0x1000 != 0);
        let fixed = match base {
            0x0001 => Some(0),
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
            0x0048 => Some(16),
            0x000d | 0x001e | 0x001f | 0x0102 => None,
            _ => return None,
        };
        let count = match (fixed, several) {
            (Some(_), false) => 1,
            _ => self.long()?,
        };
        let mut value = None;
        for _ in 0..count {
            if self.at >= self.list.len() {
                break;
            }
            let length = match fixed {
                Some(length) => length,
                None => usize::try_from(self.long()?).ok()?,
            };
            let bytes = self.take(length);
            value.get_or_insert(match base {
                0x0002 | 0x0003 | 0x000b => Value::Long(long(bytes, 0).unwrap_or(0)),
                0x001e => Value::Narrow(super::without_end(bytes)),
                0x001f => Value::Wide(bytes),
                0x0102 => Value::Bytes(bytes),
                0x000d => Value::Object(bytes),
                _ => Value::Other,
            });
            if fixed == Some(0) {
                break;
            }
        }
        Some(Property {
            id,
            value: value.unwrap_or(Value::Other),
        })
    }
}
