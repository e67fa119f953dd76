//! The stream under lettre: plain or TLS, with bytes that were read ahead, and a gate before the
//! final dot.
//!
//! The gate tells a connection cut before the final dot, where the server can't have taken the
//! mail, from one cut after it: once the mail is written we listen for [`GRACE`], and only a
//! connection that is still whole gets its dot. Without this the whole of a small mail, dot
//! included, lies in the kernel's buffer before a cut is noticed.

use crate::failpoint;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
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

/// The stream that lettre is given.
#[derive(Debug)]
pub struct Wire {
    socket: Socket,
    /// Bytes that lettre reads before those of the socket.
    ahead: Vec<u8>,
    pause: Option<Pin<Box<Sleep>>>,
    dot: Arc<AtomicBool>,
}

impl Wire {
    /// A stream that first gives `ahead`. The flag is set when a final dot is written; its owner
    /// clears it before each mail.
    #[must_use]
    pub fn new(socket: Socket, ahead: &[u8]) -> (Self, Arc<AtomicBool>) {
        let dot = Arc::new(AtomicBool::new(false));
        let wire = Self {
            socket,
            ahead: ahead.to_vec(),
            pause: None,
            dot: Arc::clone(&dot),
        };
        (wire, dot)
    }

    /// Waits until the connection has proved whole, or the server has spoken first.
    fn poll_gate(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; 512];
        let mut buffer = ReadBuf::new(&mut bytes);
        match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            // A server that answers before the dot refuses: lettre reads its answer after it.
            Poll::Ready(Ok(())) => self.ahead.extend_from_slice(buffer.filled()),
            Poll::Pending => {
                let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(GRACE)));
                ready!(pause.as_mut().poll(context));
            }
        }
        self.pause = None;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ahead.is_empty() {
            return Pin::new(&mut this.socket).poll_read(context, buffer);
        }
        let count = this.ahead.len().min(buffer.remaining());
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
        if bytes == FINAL_DOT && !this.dot.load(Ordering::Relaxed) {
            ready!(this.poll_gate(context))?;
            failpoint::hit("K12");
            this.dot.store(true, Ordering::Relaxed);
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
