//! What is kept of a message over the size limit: its headers and the beginnings of its texts, whatever
//! stands between them (pain 10). Bytes pass through once and are never all held.
//!
//! What is left of the message is one again: other parts keep their headers and lose their bodies.

/// So much of a message over the size limit is looked through for texts.
pub(super) const LOOKED_THROUGH: u64 = 64 << 20;
/// The most that is kept of one text.
const TEXT: usize = 256 << 10;
/// The most that is kept of one header section.
const HEADERS: usize = 256 << 10;
/// The most that is kept in all.
const WHOLE: usize = 4 << 20;
/// Deeper or longer than any sound mail: what is beyond is left out.
const DEEPEST: usize = 32;
/// A longer line is no boundary and no header that matters here.
const LINE: usize = 8 << 10;

/// Takes a message piece by piece and keeps its excerpt.
#[derive(Debug)]
pub(super) struct Excerpt {
    kept: Vec<u8>,
    /// The line that is not yet ended.
    line: Vec<u8>,
    /// It is longer than [`LINE`]: its beginning was handled, the rest follows it.
    is_long: bool,
    boundaries: Vec<Vec<u8>>,
    state: State,
    /// What may still be kept of this section.
    left: usize,
    /// The Content-Type of the section being read, unfolded, and whether its lines go on.
    content_type: Vec<u8>,
    in_content_type: bool,
    taken: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Headers,
    Text,
    Dropped,
}

/// What a section's headers say that follows.
enum Body {
    Multipart(Vec<u8>),
    Message,
    Text,
    Other,
}

impl Excerpt {
    /// At the beginning of a message.
    pub(super) fn new() -> Self {
        Self {
            kept: Vec::new(),
            line: Vec::new(),
            is_long: false,
            boundaries: Vec::new(),
            state: State::Headers,
            left: HEADERS,
            content_type: Vec::new(),
            in_content_type: false,
            taken: 0,
        }
    }

    /// How many bytes of the message were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.taken += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (piece, after) = rest.split_at(end);
            rest = after;
            self.line.extend_from_slice(piece);
            let ends = piece.ends_with(b"\n");
            if ends || self.line.len() > LINE {
                let line = std::mem::take(&mut self.line);
                if self.is_long {
                    self.go_on(&line);
                } else {
                    self.begin(&line);
                }
                self.is_long = !ends;
            }
        }
    }

    /// The excerpt.
    pub(super) fn end(mut self) -> Vec<u8> {
        let line = std::mem::take(&mut self.line);
        if self.is_long {
            self.go_on(&line);
        } else if !line.is_empty() {
            self.begin(&line);
        }
        self.kept
    }

    /// A line, or its beginning where it is long.
    fn begin(&mut self, line: &[u8]) {
        if let Some((depth, closes)) = self.boundary(line) {
            self.boundaries
                .truncate(if closes { depth } else { depth + 1 });
            self.left = usize::MAX;
            self.keep(line);
            if closes {
                self.state = State::Dropped;
            } else {
                self.section();
            }
            return;
        }
        match self.state {
            State::Headers if line.trim_ascii_end().is_empty() => {
                self.left = usize::MAX;
                self.keep(line);
                self.body();
            }
            State::Headers => {
                self.header(line);
                self.keep(line);
            }
            State::Text => self.keep(line),
            State::Dropped => (),
        }
    }

    /// The rest of a long line.
    fn go_on(&mut self, piece: &[u8]) {
        if self.state != State::Dropped {
            self.keep(piece);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.left.min(WHOLE.saturating_sub(self.kept.len()));
        let some = &bytes[..bytes.len().min(room)];
        self.kept.extend_from_slice(some);
        self.left = self.left.saturating_sub(bytes.len());
    }

    fn section(&mut self) {
        self.state = State::Headers;
        self.left = HEADERS;
        self.content_type.clear();
        self.in_content_type = false;
    }

    /// Notes what a header line says of the body.
    fn header(&mut self, line: &[u8]) {
        const NAME: &[u8] = b"content-type:";
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let names = |line: &[u8]| {
                line.get(..NAME.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(NAME))
            };
            self.in_content_type = self.content_type.is_empty() && names(line);
        }
        if self.in_content_type && self.content_type.len() < LINE {
            self.content_type.extend_from_slice(line.trim_ascii_end());
        }
    }

    /// The headers are over.
    fn body(&mut self) {
        match kind(&self.content_type) {
            Body::Multipart(boundary) if self.boundaries.len() < DEEPEST => {
                self.boundaries.push(boundary);
                self.state = State::Dropped;
            }
            Body::Message => self.section(),
            Body::Text => {
                self.state = State::Text;
                self.left = TEXT;
            }
            Body::Multipart(_) | Body::Other => self.state = State::Dropped,
        }
    }

    /// Which boundary a line is, counted from the outermost, and whether it closes.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.trim_ascii_end().strip_prefix(b"--")?;
        self.boundaries
            .iter()
            .enumerate()
            .rev()
            .find_map(
                |(depth, boundary)| match line.strip_prefix(boundary.as_slice())? {
                    b"" => Some((depth, false)),
                    b"--" => Some((depth, true)),
                    _ => None,
                },
            )
    }
}

/// What a Content-Type says (RFC 2045 section 5); none is text.
fn kind(content_type: &[u8]) -> Body {
    let value = memchr::memchr(b':', content_type).map_or(&[][..], |at| &content_type[at + 1..]);
    let value = value.trim_ascii_start();
    let begins = |word: &[u8]| {
        value
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins(b"multipart/") {
        return boundary_of(value).map_or(Body::Other, Body::Multipart);
    }
    if begins(b"message/rfc822") || begins(b"message/global") {
        return Body::Message;
    }
    if value.is_empty() || begins(b"text") {
        return Body::Text;
    }
    Body::Other
}

/// The parameter `boundary`, bare or quoted.
fn boundary_of(value: &[u8]) -> Option<Vec<u8>> {
    let lower = value.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, b"boundary")? + b"boundary".len();
    let value = value[at..].trim_ascii_start().strip_prefix(b"=")?;
    let value = value.trim_ascii_start();
    let boundary = match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|&byte| byte == b'"').next()?,
        None => value
            .split(|&byte| byte == b';' || byte.is_ascii_whitespace())
            .next()?,
    };
    (!boundary.is_empty()).then(|| boundary.trim_ascii_end().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(message: &[u8], step: usize) -> String {
        let mut excerpt = Excerpt::new();
        for piece in message.chunks(step) {
            excerpt.take(piece);
        }
        assert_eq!(excerpt.taken(), message.len() as u64);
        String::from_utf8(excerpt.end()).unwrap()
    }

    fn mixed(film: &str) -> String {
        format!(
            "Subject: a\r\nContent-Type: multipart/mixed;\r\n boundary=\"o b\"\r\n\r\nnothing\r\n\
             --o b\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n\
             --i\r\n\r\nplain\r\n--i\r\nContent-Type: TEXT/html\r\n\r\n<p>rich\r\n--i--\r\nover\r\n\
             --o b\r\nContent-Type: video/mp4; name=\"film.mp4\"\r\n\r\n{film}\r\n\
             --o b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nsaid before\r\n\
             --o b\r\nContent-Type: text/plain\r\n\r\nbehind it\r\n--o b--\r\nover\r\n"
        )
    }

    #[test]
    fn headers_and_texts_stay_and_other_bodies_go_however_the_pieces_fall() {
        let message = mixed(&"QUJD".repeat(50_000));
        let expected = mixed("")
            .replace("nothing\r\n", "")
            .replace("over\r\n", "")
            .replace("film.mp4\"\r\n\r\n\r\n", "film.mp4\"\r\n\r\n");
        for step in [1, 7, 1024, 1 << 20] {
            assert_eq!(excerpt(message.as_bytes(), step), expected, "{step}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_the_next_part_is_still_there() {
        let long = "mot ".repeat(200_000);
        let message = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{long}\n--b\n\nafter\n--b--\n"
        );
        let kept = excerpt(message.as_bytes(), 4096);
        assert!(
            kept.ends_with("\n\nafter\n--b--\n"),
            "{}",
            &kept[kept.len() - 40..]
        );
        assert!(kept.len() < TEXT + 200);
    }

    #[test]
    fn whatever_comes_the_excerpt_stays_small() {
        let parts = format!("--b\n\n{}\n", "x".repeat(TEXT)).repeat(40);
        let hostile = [
            format!("Content-Type: multipart/mixed; boundary=b\n\n{parts}"),
            format!("X: {}", "y".repeat(2 << 20)),
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(20_000),
            "Content-Type: message/rfc822\n\n".repeat(200_000),
            "Content-Type: multipart/mixed; boundary=\"\n\n--\n\n".to_owned(),
        ];
        for message in hostile {
            assert!(excerpt(message.as_bytes(), 64 << 10).len() <= WHOLE);
        }
    }
}
