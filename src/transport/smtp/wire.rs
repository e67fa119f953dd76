//! The stream under lettre: plain or TLS, with bytes that were read ahead, and a gate before the
//! final dot.
//!
//! The gate tells a connection cut before the final dot, where the server can't have taken the
//! mail, from one cut after it: once the mail is written we listen for [`GRACE`], and only a
//! connection that is still whole gets its dot. Without this the whole of a small mail, dot
//! included, lies in the kernel's buffer before a cut is noticed.
//!
//! And it keeps answers apart: lettre takes the next line that it finds for the answer to what it
//! has just said. A server that once says one line too many would from then on be understood one
//! answer late, and the last mail's refusal never be read.

use crate::failpoint;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};
use tokio_rustls::client::TlsStream;

/// How long a cut is waited for before the final dot: longer than a round trip usually is.
const GRACE: Duration = Duration::from_millis(100);

/// How lettre ends a mail, always in one write; inside a mail dots are doubled, so that nothing
/// else of it reads so.
const FINAL_DOT: &[u8] = b"\r\n.\r\n";

/// A plain or protected connection.
#[derive(Debug)]
pub enum Socket {
    /// Loopback only.
    Plain(TcpStream),
    /// All else.
    Tls(Box<TlsStream<TcpStream>>),
}

/// What a connection's owner and its stream tell each other.
#[derive(Debug, Default)]
pub struct Talk {
    /// Set when the final dot of the present mail is written.
    dot: AtomicBool,
    dotted: Notify,
    /// The next bytes written are a command: nothing may lie unread before it.
    command: AtomicBool,
    /// The code of a refusal that came before the final dot; 0 where none did.
    early: AtomicU16,
}

impl Talk {
    /// A new mail begins: a kept connection remembers the one before.
    pub fn begin(&self) {
        self.dot.store(false, Ordering::Relaxed);
        self.early.store(0, Ordering::Relaxed);
    }

    /// A command follows. Bytes of the server's that lie unread then were not asked for, and would
    /// be taken for its answer: the connection ends instead.
    pub fn expect_silence(&self) {
        self.command.store(true, Ordering::Relaxed);
    }

    /// Whether the final dot was written: from then on the server may have the mail.
    pub fn is_dotted(&self) -> bool {
        self.dot.load(Ordering::Relaxed)
    }

    /// Waits until the final dot is written.
    pub async fn dotted(&self) {
        loop {
            let notified = self.dotted.notified();
            if self.is_dotted() {
                return;
            }
            notified.await;
        }
    }

    /// The refusal that came instead of the final dot's turn: the dot was not written.
    pub fn early_refusal(&self) -> Option<u16> {
        match self.early.load(Ordering::Relaxed) {
            0 => None,
            code => Some(code),
        }
    }
}

/// The stream that lettre is given.
#[derive(Debug)]
pub struct Wire {
    socket: Socket,
    /// Bytes that lettre reads before those of the socket.
    ahead: Vec<u8>,
    pause: Option<Pin<Box<Sleep>>>,
    talk: Arc<Talk>,
}

impl Wire {
    /// A stream that first gives `ahead`.
    #[must_use]
    pub fn new(socket: Socket, ahead: &[u8]) -> (Self, Arc<Talk>) {
        let talk = Arc::new(Talk::default());
        let wire = Self {
            socket,
            ahead: ahead.to_vec(),
            pause: None,
            talk: Arc::clone(&talk),
        };
        (wire, talk)
    }

    /// Fails where the server has closed, or said something that nobody asked for.
    fn must_be_silent(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if !self.ahead.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = [0; 1];
        let mut buffer = ReadBuf::new(&mut bytes);
        match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
            Poll::Pending => Ok(()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Poll::Ready(Ok(())) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Waits until the connection has proved whole. A server that speaks first either refuses, or
    /// says what can't be an answer to a mail that it does not have: the dot is not written then.
    fn poll_gate(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; 512];
        let mut buffer = ReadBuf::new(&mut bytes);
        if self.ahead.is_empty() {
            match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => self.ahead.extend_from_slice(buffer.filled()),
                Poll::Pending => {
                    let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(GRACE)));
                    ready!(pause.as_mut().poll(context));
                    self.pause = None;
                    return Poll::Ready(Ok(()));
                }
            }
        }
        self.talk
            .early
            .store(refusal(&self.ahead), Ordering::Relaxed);
        Poll::Ready(Err(io::ErrorKind::InvalidData.into()))
    }
}

/// The code of an answer that refuses: 400 to 599; 0 where it is none.
fn refusal(answer: &[u8]) -> u16 {
    let digits = answer.get(..3).map(std::str::from_utf8);
    match digits {
        Some(Ok(digits)) => digits
            .parse()
            .ok()
            .filter(|code| (400..600).contains(code))
            .unwrap_or(0),
        _ => 0,
    }
}

impl AsyncRead for Wire {
    /// At most one line at a time: what follows an answer stays here, where it can be seen.
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ahead.is_empty() {
            let mut bytes = [0; 1024];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.socket).poll_read(context, &mut read))?;
            this.ahead.extend_from_slice(read.filled());
        }
        let line = this.ahead.iter().position(|&byte| byte == b'\n');
        let count = line
            .map_or(this.ahead.len(), |end| end + 1)
            .min(buffer.remaining());
        buffer.put_slice(&this.ahead[..count]);
        this.ahead.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.talk.command.swap(false, Ordering::Relaxed) {
            this.must_be_silent(context)?;
        }
        if bytes == FINAL_DOT && !this.talk.is_dotted() {
            ready!(this.poll_gate(context))?;
            failpoint::hit("K12");
            this.talk.dot.store(true, Ordering::Relaxed);
            this.talk.dotted.notify_waiters();
        }
        let written = Pin::new(&mut this.socket).poll_write(context, bytes);
        if bytes == FINAL_DOT && written.is_ready() {
            failpoint::hit("K13");
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.socket {
            Socket::Plain(stream) => stream.peer_addr(),
            Socket::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
