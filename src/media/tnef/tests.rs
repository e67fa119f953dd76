//! Files as Outlook and Exchange write them, and damaged ones.

#[path = "../../../tests/suite/support/tnef.rs"]
mod writer;

use super::*;
use proptest::prelude::*;
use writer::{Writer, wide};

const RTF: &[u8] = b"\0\0\0\0\0\0\0\0MELA\0\0\0\0{\\rtf1\\ansi plus de carto\\par r\\'e9gul\\'e9}";
const WRAPPED: &[u8] =
    b"\0\0\0\0\0\0\0\0MELA\0\0\0\0{\\rtf1\\fromhtml1{\\*\\htmltag64 <p>}plus de carto{\\*\\htmltag72 </p>}}";

fn shown(text: Option<&Text<'_>>) -> Option<String> {
    text.map(Text::decoded)
}

#[test]
fn the_body_is_read_in_every_form() {
    for (name, file, plain, html) in [
        (
            "attBody",
            Writer::default().plain(b"r\xe9gul\xe9"),
            Some("régulé"),
            None,
        ),
        (
            "PidTagBody, Unicode",
            Writer::default().message(&[(0x1000_001f, &wide("régulé"))]),
            Some("régulé"),
            None,
        ),
        (
            "PidTagBody, code page",
            Writer::default().message(&[(0x1000_001e, b"r\xe9gul\xe9\0")]),
            Some("régulé"),
            None,
        ),
        (
            "PidTagHtml with its code page",
            Writer::default().message(&[
                (0x3fde_0003, &65001_u32.to_le_bytes()),
                (0x1013_0102, "<p>régulé</p>".as_bytes()),
            ]),
            None,
            Some("<p>régulé</p>"),
        ),
        (
            "RTF",
            Writer::default().message(&[(0x1009_0102, RTF)]),
            Some("plus de carto\nrégulé"),
            None,
        ),
        (
            "RTF beside a plain body",
            Writer::default()
                .plain(b"texte")
                .message(&[(0x1009_0102, RTF)]),
            Some("texte"),
            None,
        ),
        (
            "HTML inside RTF",
            Writer::default()
                .plain(b" \r\n")
                .message(&[(0x1009_0102, WRAPPED)]),
            None,
            Some("<p>plus de carto</p>"),
        ),
        ("nothing", Writer::default(), None, None),
    ] {
        let bytes = file.finish();
        let tnef = read(&bytes).unwrap();
        assert_eq!(shown(tnef.plain.as_ref()).as_deref(), plain, "{name}");
        assert_eq!(shown(tnef.html.as_ref()).as_deref(), html, "{name}");
    }
}

#[test]
fn attachments_are_listed_with_their_names_and_bytes() {
    let inner = Writer::default().plain(b"au revoir").finish();
    let object = [&[0; 16][..], &inner].concat();
    let bytes = Writer::default()
        .attachment(
            "CAPTUR~1.PNG",
            b"png",
            &[(0x3707_001f, &wide("capture écran.png"))],
        )
        .attachment(
            "logo.png",
            b"logo",
            &[
                (0x3712_001e, b"image001@01"),
                (0x370e_001e, b"image/png\0"),
                (0x3714_0003, &4_u32.to_le_bytes()),
            ],
        )
        .attachment("message", b"", &[(0x3701_000d, &object)])
        .attachment("data", b"", &[(0x3701_0102, b"abc")])
        .finish();
    let tnef = read(&bytes).unwrap();
    let files: Vec<(&str, &[u8], bool)> = tnef
        .attachments
        .iter()
        .map(|file| (file.name.as_str(), file.data, file.shown))
        .collect();
    assert_eq!(
        files,
        [
            ("capture écran.png", &b"png"[..], false),
            ("logo.png", b"logo", true),
            ("message", &inner, false),
            ("data", b"abc", false),
        ]
    );
    assert_eq!(
        tnef.attachments[1].content_id.as_deref(),
        Some("image001@01")
    );
    assert_eq!(tnef.attachments[1].media_type.as_deref(), Some("image/png"));
    let message = tnef.attachments[2].message.as_ref().unwrap();
    assert_eq!(shown(message.plain.as_ref()).as_deref(), Some("au revoir"));
}

#[test]
fn a_file_that_breaks_off_gives_what_came_before() {
    let bytes = Writer::default()
        .plain(b"plus de carto")
        .attachment("a.png", &[7; 1000], &[])
        .finish();
    let tnef = read(&bytes[..bytes.len() - 500]).unwrap();
    assert_eq!(shown(tnef.plain.as_ref()).as_deref(), Some("plus de carto"));
    assert!(tnef.attachments[0].data.starts_with(&[7; 400]));
    assert!(read(b"MZ").is_none());
}

#[test]
fn no_more_than_a_hundred_attachments_are_listed() {
    let mut writer = Writer::default();
    for _ in 0..1_000 {
        writer = writer.attachment("a", b"b", &[]);
    }
    assert_eq!(
        read(&writer.finish()).unwrap().attachments.len(),
        MOST_ATTACHMENTS
    );
}

#[test]
fn messages_within_messages_end_somewhere() {
    let mut inner = Writer::default().plain(b"x").finish();
    for _ in 0..50 {
        let object = [&[0; 16][..], &inner].concat();
        inner = Writer::default()
            .attachment("m", b"", &[(0x3701_000d, &object)])
            .finish();
    }
    let mut depth = 0;
    let mut at = read(&inner).map(Box::new);
    while let Some(tnef) = at {
        depth += 1;
        at = tnef
            .attachments
            .into_iter()
            .next()
            .and_then(|file| file.message);
    }
    assert_eq!(depth, DEEPEST + 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_harm(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        end in any::<prop::sample::Index>(),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = Writer::default()
            .plain(b"plus de carto")
            .message(&[(0x1009_0102, RTF), (0x8000_001f, b"0123456789abcdef\0\0\0\0\0\0\0\0"), (0x1013_0102, b"<p>")])
            .attachment("a.png", b"png", &[(0x3707_001f, b"a\0b\0"), (0x3701_000d, b"x")])
            .finish();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.index(bytes.len()));
        let _ = read(&bytes);
        let _ = read(&[&bytes[..], &rest].concat());
        let _ = read(&[SIGNATURE, &rest].concat());
    }
}
