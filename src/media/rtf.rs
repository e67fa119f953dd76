//! Compressed RTF (MS-OXRTFCP) and the words of RTF, HTML wrapped in it included (MS-OXRTFEX).
//!
//! Outlook writes a formatted body so. Formatting is dropped; what matters is who said what in
//! which line. Unpacked text is cut at ten megabytes (`spec/reliability.md`, PARSE-06).

use encoding_rs::{Encoding, WINDOWS_1252};

/// Unpacked bytes that are read.
const LONGEST: usize = 10 * 1024 * 1024;
/// Groups within groups whose settings are kept apart.
const DEEPEST: usize = 500;

/// What the window of the compression holds at first (MS-OXRTFCP, 2.1.3.1.4).
const WINDOW: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \
\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\
\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW_SIZE: usize = 4096;

/// Unpacks; `None` where the header is not one of compressed RTF.
#[must_use]
pub fn decompressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let kind = bytes.get(8..12)?;
    let data = bytes.get(16..)?;
    match kind {
        b"MELA" => return Some(data[..data.len().min(LONGEST)].to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut window = [b' '; WINDOW_SIZE];
    window[..WINDOW.len()].copy_from_slice(WINDOW);
    let mut at = WINDOW.len();
    let mut out = Vec::with_capacity(data.len().saturating_mul(3).min(LONGEST));
    let mut data = data.iter().copied();
    'runs: while let Some(control) = data.next() {
        for bit in 0..8 {
            let Some(first) = data.next() else {
                break 'runs;
            };
            if control & (1 << bit) == 0 {
                window[at] = first;
                at = (at + 1) % WINDOW_SIZE;
                out.push(first);
            } else {
                let Some(second) = data.next() else {
                    break 'runs;
                };
                let token = usize::from(first) << 8 | usize::from(second);
                let (from, length) = (token >> 4, (token & 0xf) + 2);
                if from == at {
                    // A reference to the place of writing is the end.
                    break 'runs;
                }
                for step in 0..length {
                    let byte = window[(from + step) % WINDOW_SIZE];
                    window[at] = byte;
                    at = (at + 1) % WINDOW_SIZE;
                    out.push(byte);
                }
            }
            if out.len() >= LONGEST {
                break 'runs;
            }
        }
    }
    Some(out)
}

/// The words of RTF.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// Text, or HTML.
    pub text: String,
    /// The RTF wraps HTML.
    pub html: bool,
}

/// Reads the words. Total: any bytes give some.
#[must_use]
pub fn words(rtf: &[u8]) -> Words {
    let mut reader = Reader {
        rtf,
        at: 0,
        out: String::new(),
        pending: Vec::new(),
        encoding: WINDOWS_1252,
        html: false,
        group: Group {
            fallback: 1,
            ..Group::default()
        },
        stack: Vec::new(),
        beyond: 0,
        skip: 0,
    };
    while reader.step() {}
    reader.flush();
    Words {
        text: reader.out,
        html: reader.html,
    }
}

/// What holds inside one group.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// A destination that is not shown.
    hidden: bool,
    /// `\*` came: an unknown destination that follows is not shown.
    optional: bool,
    /// RTF that only serves readers without HTML (`\htmlrtf`).
    doubled: bool,
    /// A piece of HTML (`\*\htmltag`).
    tag: bool,
    /// Characters after `\u` that stand for it elsewhere.
    fallback: usize,
}

struct Reader<'r> {
    rtf: &'r [u8],
    at: usize,
    out: String,
    /// Bytes in the document's code page, not yet decoded.
    pending: Vec<u8>,
    encoding: &'static Encoding,
    html: bool,
    group: Group,
    stack: Vec<Group>,
    beyond: usize,
    /// Characters that are still to be left out after `\u`.
    skip: usize,
}

/// Destinations without `\*` that are not shown.
const HIDDEN: [&[u8]; 12] = [
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"header",
    b"footer",
    b"headerl",
    b"footerl",
    b"footnote",
    b"revtbl",
    b"filetbl",
];

impl Reader<'_> {
    fn step(&mut self) -> bool {
        let Some(&byte) = self.rtf.get(self.at) else {
            return false;
        };
        self.at += 1;
        match byte {
            b'{' => {
                if self.stack.len() < DEEPEST {
                    self.stack.push(self.group);
                    self.group.optional = false;
                } else {
                    self.beyond += 1;
                }
                self.skip = 0;
            }
            b'}' => {
                if self.beyond > 0 {
                    self.beyond -= 1;
                } else if let Some(group) = self.stack.pop() {
                    self.group = group;
                }
                self.skip = 0;
            }
            b'\\' => self.control(),
            b'\r' | b'\n' => {}
            byte => self.byte(byte),
        }
        true
    }

    fn control(&mut self) {
        let Some(&byte) = self.rtf.get(self.at) else {
            return;
        };
        if !byte.is_ascii_alphabetic() {
            self.at += 1;
            match byte {
                b'\'' => {
                    let digit = |at: usize| {
                        let digit = char::from(*self.rtf.get(at)?).to_digit(16)?;
                        u8::try_from(digit).ok()
                    };
                    if let Some((high, low)) = digit(self.at).zip(digit(self.at + 1)) {
                        self.at += 2;
                        self.byte(high << 4 | low);
                    }
                }
                b'*' => self.group.optional = true,
                b'~' => self.character('\u{a0}'),
                b'_' => self.character('-'),
                b'\r' | b'\n' => self.character('\n'),
                b'\\' | b'{' | b'}' => self.byte(byte),
                _ => {}
            }
            return;
        }
        let from = self.at;
        let word_end = self.rtf[from..]
            .iter()
            .take(32)
            .take_while(|b| b.is_ascii_alphabetic())
            .count()
            + from;
        let sign = usize::from(self.rtf.get(word_end) == Some(&b'-'));
        let end = self.rtf[word_end + sign..]
            .iter()
            .take(10)
            .take_while(|b| b.is_ascii_digit())
            .count()
            + word_end
            + sign;
        let number: Option<i64> = std::str::from_utf8(&self.rtf[word_end..end])
            .ok()
            .and_then(|digits| digits.parse().ok());
        self.at = end + usize::from(self.rtf.get(end) == Some(&b' '));
        let word = &self.rtf[from..word_end];
        self.word(word, number);
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        let optional = std::mem::take(&mut self.group.optional);
        match word {
            b"fromhtml" => self.html = number != Some(0),
            b"ansicpg" => {
                self.flush();
                let label = number.map(|page| match page {
                    65001 => "utf-8".to_owned(),
                    page => format!("windows-{page}"),
                });
                self.encoding = label
                    .and_then(|label| Encoding::for_label(label.as_bytes()))
                    .unwrap_or(WINDOWS_1252);
            }
            b"htmltag" if optional => self.group.tag = true,
            b"htmlrtf" => self.group.doubled = number != Some(0),
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.character('\n'),
            b"tab" | b"cell" => self.character('\t'),
            b"emdash" => self.character('—'),
            b"endash" => self.character('–'),
            b"lquote" => self.character('‘'),
            b"rquote" => self.character('’'),
            b"ldblquote" => self.character('“'),
            b"rdblquote" => self.character('”'),
            b"bullet" => self.character('•'),
            b"uc" => {
                let count = number.unwrap_or(1).clamp(0, 16);
                self.group.fallback = usize::try_from(count).unwrap_or(1);
            }
            b"u" => {
                // Signed 16 bits; halves of a pair come one after the other and are left out.
                let unit = number.map_or(0, |n| n.rem_euclid(0x1_0000));
                let character = u32::try_from(unit).ok().and_then(char::from_u32);
                self.skip = 0;
                self.character(character.unwrap_or('\u{fffd}'));
                self.skip = self.group.fallback;
            }
            b"bin" => {
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                self.at = self.at.saturating_add(length).min(self.rtf.len());
            }
            word if optional || HIDDEN.contains(&word) => self.group.hidden = true,
            _ => {}
        }
    }

    fn is_shown(&self) -> bool {
        !self.group.hidden && (self.group.tag || !self.group.doubled)
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.is_shown() {
            self.pending.push(byte);
        }
    }

    fn character(&mut self, character: char) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.is_shown() {
            self.flush();
            self.out.push(character);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let (text, _) = self.encoding.decode_without_bom_handling(&self.pending);
            self.out.push_str(&text);
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Compressed as a run of single bytes, which every reader must take.
    fn compressed(rtf: &[u8]) -> Vec<u8> {
        let mut file = [&[0; 8][..], b"LZFu", &[0; 4]].concat();
        for run in rtf.chunks(8) {
            file.push(0);
            file.extend_from_slice(run);
        }
        file
    }

    #[test]
    fn the_window_is_that_of_the_standard() {
        assert_eq!(WINDOW.len(), 207);
    }

    #[test]
    fn compressed_text_is_unpacked() {
        // The two examples of MS-OXRTFCP, section 4.
        let simple = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\n\xf3 hel\t\0 bw\x05\xb0ld}\n\x80\x0f\xa0";
        assert_eq!(
            decompressed(simple).unwrap(),
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
        let crossing = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\rn}\x01\x0e\xb0";
        assert_eq!(
            decompressed(crossing).unwrap(),
            b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
        );
        assert_eq!(
            decompressed(&compressed(b"{\\rtf1 a}")).unwrap(),
            b"{\\rtf1 a}"
        );
        assert_eq!(
            decompressed(b"\0\0\0\0\0\0\0\0MELA\0\0\0\0abc").unwrap(),
            b"abc"
        );
        assert_eq!(decompressed(b"abc"), None);
    }

    #[test]
    fn unpacked_text_is_cut() {
        // Each token of two bytes gives 17: the file grows about eight times.
        let mut file = [&[0; 8][..], b"LZFu", &[0; 4]].concat();
        let mut at = WINDOW.len();
        for number in 0..1_000_000 {
            if number % 8 == 0 {
                file.push(0xff);
            }
            let token = u16::try_from((((at + 1) % WINDOW_SIZE) << 4) | 0xf).unwrap();
            file.extend(token.to_be_bytes());
            at = (at + 17) % WINDOW_SIZE;
        }
        let length = decompressed(&file).unwrap().len();
        assert!((LONGEST..LONGEST + 17).contains(&length), "{length}");
    }

    #[test]
    fn the_words_of_rtf_are_read() {
        for (rtf, text) in [
            (
                "{\\rtf1\\ansi\\ansicpg1252 plus de carto\\par depuis 9h}",
                "plus de carto\ndepuis 9h",
            ),
            (
                "{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}\\f0\\fs20 r\\'e9gul\\'e9}",
                "régulé",
            ),
            ("{\\rtf1\\uc1 l\\u8217 'h\\u244?pital}", "l’hôpital"),
            (
                "{\\rtf1{\\*\\generator Riched20;}a\\tab b\\line c\\~d \\{e\\}}",
                "a\tb\nc\u{a0}d {e}",
            ),
            (
                "{\\rtf1 a{\\pict\\wmetafile8 0102}b{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt lien}}}",
                "ablien",
            ),
            (
                "{\\rtf1 nom\\cell Lebreton\\cell\\row}",
                "nom\tLebreton\t\n",
            ),
            ("{\\rtf1 a\\bin3 {{{b}", "ab"),
        ] {
            let words = words(rtf.as_bytes());
            assert_eq!((words.text.as_str(), words.html), (text, false), "{rtf}");
        }
    }

    #[test]
    fn html_wrapped_in_rtf_is_unwrapped() {
        let rtf = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl}\
{\\*\\htmltag19 <html>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 plus de carto\\htmlrtf\\par}\\htmlrtf0 \
{\\*\\htmltag84 &nbsp;}depuis l'\\'e9t\\'e9{\\*\\mhtmltag84 x}{\\*\\htmltag72 </p>\\par }{\\*\\htmltag27 </html>}}";
        let words = words(rtf.as_bytes());
        assert!(words.html);
        assert_eq!(
            words.text,
            "<html><p>plus de carto&nbsp;depuis l'été</p>\n</html>"
        );
    }

    #[test]
    fn a_million_groups_cost_no_memory() {
        let deep = [
            b"{".repeat(1_000_000),
            b"a".to_vec(),
            b"}".repeat(1_000_000),
        ]
        .concat();
        assert_eq!(words(&deep).text, "a");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_read_without_harm(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            rtf in "(\\{|\\}|\\\\par |\\\\'e9|\\\\'|\\\\u-1 |\\\\u99999999999|\\\\bin9|\\\\\\*\\\\htmltag|\\\\htmlrtf|\\\\uc9|é|a|\\\\){0,60}",
        ) {
            let _ = decompressed(&bytes);
            let _ = decompressed(&compressed(&bytes));
            let _ = words(&bytes);
            prop_assert!(words(rtf.as_bytes()).text.len() <= rtf.len() * 3);
        }
    }
}
