//! The bytes under an IMAP session, watched: async-imap has no time limit, takes literals of up to
//! 512 MiB into memory, and parses a line anew at each read (5 MB of one line: 28 s of CPU). So
//! silence, long lines, large literals and deep nesting end the connection here, before its parser
//! sees them.

use std::fmt;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The most bytes of one answer outside its literals: 10,000 UIDs of ten digits need 110 kB.
const LINE_MAX: usize = 256 * 1024;
/// The most bytes of one literal, and of all literals of one answer. Bodies are asked for in slices
/// below this.
pub(super) const LITERAL_MAX: u64 = 8 * 1024 * 1024;
/// The deepest nesting of parentheses: what we ask for needs three, and the parser recurses.
const DEPTH_MAX: u32 = 64;

/// A plain or a protected connection.
pub(super) trait Connection:
    AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug
{
}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Connection for T {}

/// The connection with what was already read from it.
pub(super) type Buffered = BufReader<Box<dyn Connection>>;

/// What was more than a sound answer needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// A line without end.
    #[error("a line was too long")]
    Line,
    /// A literal larger than any that we ask for.
    #[error("a literal was too large")]
    Literal,
    /// Parentheses within parentheses.
    #[error("it was nested too deeply")]
    Depth,
}

impl From<Excess> for io::Error {
    fn from(excess: Excess) -> Self {
        Self::new(io::ErrorKind::InvalidData, excess)
    }
}

/// Passes bytes on, and fails on silence or excess.
#[derive(Debug)]
pub(super) struct Guard {
    inner: Buffered,
    scanner: Scanner,
    silence: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Found behind sound bytes that were passed on first.
    excess: Option<Excess>,
}

impl Guard {
    /// Watches `inner` from the beginning of a line on.
    pub(super) fn new(inner: Buffered) -> Self {
        Self {
            inner,
            scanner: Scanner::default(),
            silence: None,
            timer: None,
            excess: None,
        }
    }

    /// From now on a read fails with `TimedOut` when no byte came for `silence`; `None`: never.
    pub(super) fn watch(&mut self, silence: Option<Duration>) {
        self.silence = silence;
        self.timer = None;
    }
}

impl AsyncRead for Guard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(excess) = self.excess {
            return Poll::Ready(Err(excess.into()));
        }
        let before = buffer.filled().len();
        match Pin::new(&mut self.inner).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                self.timer = None;
                let Err((excess, sound)) = self.scanner.feed(&buffer.filled()[before..]) else {
                    return Poll::Ready(Ok(()));
                };
                if sound == 0 {
                    return Poll::Ready(Err(excess.into()));
                }
                // Whole answers that came with it are not lost; the parser never sees the rest.
                buffer.set_filled(before + sound);
                self.excess = Some(excess);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let Some(silence) = self.silence else {
                    return Poll::Pending;
                };
                let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(silence)));
                match timer.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl AsyncWrite for Guard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// Follows lines and literals, and nothing else of IMAP.
#[derive(Debug, Default)]
struct Scanner {
    /// The bytes of this answer outside literals.
    line: usize,
    /// The first bytes of this answer: only a FETCH may hold literals.
    head: Vec<u8>,
    /// The last bytes of this line, where a literal is announced: `{8388608}` CR LF.
    tail: Vec<u8>,
    /// The bytes of the present literal still to come.
    literal: u64,
    /// The bytes of all literals of this answer.
    literals: u64,
    depth: u32,
}

impl Scanner {
    const HEAD: usize = 24;
    const TAIL: usize = 32;

    /// The excess comes with the number of bytes before the line that holds it.
    fn feed(&mut self, bytes: &[u8]) -> Result<(), (Excess, usize)> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if self.literal > 0 {
                let skipped =
                    usize::try_from(self.literal).map_or(rest.len(), |left| left.min(rest.len()));
                self.literal -= skipped as u64;
                at += skipped;
                continue;
            }
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            self.piece(&rest[..end]).map_err(|excess| (excess, at))?;
            if rest[..end].ends_with(b"\n") {
                self.line_end().map_err(|excess| (excess, at))?;
            }
            at += end;
        }
        Ok(())
    }

    fn piece(&mut self, piece: &[u8]) -> Result<(), Excess> {
        self.line += piece.len();
        if self.line > LINE_MAX {
            return Err(Excess::Line);
        }
        let missing = Self::HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..missing]);
        for byte in piece {
            match byte {
                b'(' => self.depth += 1,
                b')' => self.depth = self.depth.saturating_sub(1),
                _ => continue,
            }
            if self.depth > DEPTH_MAX {
                return Err(Excess::Depth);
            }
        }
        self.tail
            .extend_from_slice(&piece[piece.len().saturating_sub(Self::TAIL)..]);
        let surplus = self.tail.len().saturating_sub(Self::TAIL);
        self.tail.drain(..surplus);
        Ok(())
    }

    fn line_end(&mut self) -> Result<(), Excess> {
        let announced = announced_literal(&self.tail).filter(|_| {
            self.head
                .windows(7)
                .any(|word| word.eq_ignore_ascii_case(b" FETCH "))
        });
        self.tail.clear();
        match announced {
            Some(size) => {
                self.literals = self.literals.saturating_add(size);
                if self.literals > LITERAL_MAX {
                    return Err(Excess::Literal);
                }
                self.literal = size;
            }
            None => *self = Self::default(),
        }
        Ok(())
    }
}

/// The size announced at the end of a line; more digits than a size has are the largest size.
fn announced_literal(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"}\r\n")?;
    let open = memchr::memrchr(b'{', line)?;
    let digits = &line[open + 1..];
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(digits).ok()?;
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(bytes: &[u8], piece: usize) -> Result<(), Excess> {
        let mut scanner = Scanner::default();
        bytes
            .chunks(piece)
            .try_for_each(|chunk| scanner.feed(chunk).map_err(|(excess, _)| excess))
    }

    #[test]
    fn literals_are_followed_however_the_bytes_are_cut() {
        let mut answer = Vec::new();
        for size in [0_usize, 1, 300, 70_000] {
            answer.extend_from_slice(format!("* 1 FETCH (UID 1 BODY[] {{{size}}}\r\n").as_bytes());
            answer.extend(std::iter::repeat_n(b'(', size));
            answer.extend_from_slice(b" FLAGS ())\r\n");
        }
        for piece in [1, 2, 3, 7, 4096] {
            assert_eq!(scan(&answer, piece), Ok(()), "pieces of {piece}");
        }
    }

    #[test]
    fn excess_is_refused_before_it_is_read() {
        let long = [b"* OK ".as_slice(), &vec![b'x'; LINE_MAX]].concat();
        assert_eq!(scan(&long, 4096), Err(Excess::Line));
        for size in ["8388609", "4294967296", "100000000000000000000"] {
            let answer = format!("* 1 FETCH (BODY[] {{{size}}}\r\n");
            assert_eq!(scan(answer.as_bytes(), 5), Err(Excess::Literal), "{size}");
        }
        let deep = format!("* 1 FETCH (BODY {}", "(".repeat(100));
        assert_eq!(scan(deep.as_bytes(), 9), Err(Excess::Depth));
    }

    #[test]
    fn a_brace_in_the_text_of_another_answer_hides_nothing() {
        let answer = [
            b"* OK it cost {8000000}\r\n".as_slice(),
            &vec![b'x'; LINE_MAX + 1],
        ]
        .concat();
        assert_eq!(scan(&answer, 4096), Err(Excess::Line));
    }

    #[test]
    fn a_negative_literal_is_no_literal() {
        assert_eq!(announced_literal(b"BODY[] {-5}\r\n"), None);
        assert_eq!(announced_literal(b"BODY[] {}\r\n"), None);
        assert_eq!(announced_literal(b"BODY[] {12}\r\n"), Some(12));
        assert_eq!(announced_literal(b"BODY[] {12+}\r\n"), Some(12));
        assert_eq!(announced_literal(b"BODY[] {12}\n"), None);
    }
}
