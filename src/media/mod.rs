//! What files hold: sizes and pixels of pictures, the pictures inside documents, the words and files
//! inside containers. Headers and directories are read first; what is unpacked stays within the
//! bounds of `spec/reliability.md`, PARSE-06. Knows nobody.

pub mod censor;
pub mod cms;
pub mod document;
pub mod pdf;
pub mod picture;
pub mod pixels;
pub mod rtf;
pub mod tnef;

/// The media type that the first bytes tell, where they tell one.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let at =
        |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|b| b.starts_with(magic));
    Some(match bytes {
        _ if at(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if at(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if at(0, b"GIF8") => "image/gif",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"BM") && bytes.len() > 26 && at(6, &[0; 4]) => "image/bmp",
        _ if at(0, b"II*\0") || at(0, b"MM\0*") => "image/tiff",
        _ if at(4, b"ftyphei") || at(4, b"ftypmif1") || at(4, b"ftyphevc") => "image/heic",
        _ if at(4, b"ftypavif") => "image/avif",
        _ if at(0, b"%PDF-") => "application/pdf",
        _ if at(0, b"PK\x03\x04") => document::office_type(bytes).unwrap_or("application/zip"),
        _ if at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => "application/x-ole-storage",
        _ if at(0, b"\x78\x9f\x3e\x22") => "application/ms-tnef",
        _ if at(0, b"BEGIN:VCARD") => "text/vcard",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (bytes, media_type) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\0\0\0\x18ftypheic", Some("image/heic")),
            (b"%PDF-1.4", Some("application/pdf")),
            (b"PK\x03\x04", Some("application/zip")),
            (b"Bonjour", None),
            (b"", None),
        ] {
            assert_eq!(sniff(bytes), media_type);
        }
    }
}
