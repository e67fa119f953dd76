//! A TCP proxy on loopback that misbehaves as lines do (`spec/reliability.md`, 2.1): it passes, refuses, falls silent, cuts
//! or resets after so many bytes, closes one direction only, passes a few bytes a second or each byte in a segment of its
//! own. How it does may be changed while connections stand.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Whose bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The program's.
    Client,
    /// The mail server's.
    Server,
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Both ends see a clean end.
    Cut,
    /// Both ends see a reset.
    Reset,
    /// Nothing more of that side passes, and both ends stay open: a network that forgot the connection.
    Silence,
    /// Only that side's direction ends.
    HalfClose,
}

/// What the proxy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything passes.
    Pass,
    /// Nobody listens; connections that stand stay.
    Refuse,
    /// Accepts, and nothing passes; also on connections that stand.
    Silence,
    /// Breaks each connection once so many bytes of that side have passed in it.
    After(Side, u64, Break),
    /// So many bytes a second, each way.
    Slow(usize),
    /// Each byte in a segment of its own.
    Segments,
}

/// A running proxy; it ends with the runtime.
pub struct Proxy {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    mode: watch::Sender<Mode>,
    listening: watch::Receiver<bool>,
    shared: Arc<Shared>,
}

struct Shared {
    /// The server's port on 127.0.0.1.
    target: u16,
    client: AtomicU64,
    server: AtomicU64,
    connections: AtomicUsize,
}

impl Proxy {
    /// Passes everything on to `target`, until it is told otherwise.
    pub async fn start(target: u16) -> Self {
        let listener = listen(0).await;
        let port = listener.local_addr().expect("an address").port();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (told, listening) = watch::channel(true);
        let shared = Arc::new(Shared {
            target,
            client: AtomicU64::new(0),
            server: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
        });
        tokio::spawn(accept(listener, port, modes, told, Arc::clone(&shared)));
        Self {
            port,
            mode,
            listening,
            shared,
        }
    }

    /// From now on it does this. When it returns, nobody listens any more, or somebody does again.
    pub async fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
        let mut listening = self.listening.clone();
        listening
            .wait_for(|listens| *listens == (mode != Mode::Refuse))
            .await
            .expect("the proxy runs");
    }

    /// The bytes of that side that have passed, all connections together.
    pub fn passed(&self, side: Side) -> u64 {
        match side {
            Side::Client => &self.shared.client,
            Side::Server => &self.shared.server,
        }
        .load(Ordering::Relaxed)
    }

    /// The connections that were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

async fn listen(port: u16) -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .expect("the port is free")
}

async fn accept(
    listener: TcpListener,
    port: u16,
    mut mode: watch::Receiver<Mode>,
    listening: watch::Sender<bool>,
    shared: Arc<Shared>,
) {
    let mut listener = Some(listener);
    loop {
        let refuses = *mode.borrow_and_update() == Mode::Refuse;
        if refuses {
            listener = None;
        } else if listener.is_none() {
            listener = Some(listen(port).await);
        }
        listening.send_replace(!refuses);
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = mode.changed() => if changed.is_err() { return },
            Some((client, _)) = accepted => {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carry(client, mode.clone(), Arc::clone(&shared)));
            }
        }
    }
}

async fn carry(client: TcpStream, mode: watch::Receiver<Mode>, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, shared.target)).await else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a socket");
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let end = CancellationToken::new();
    let up = Pump {
        side: Side::Client,
        from: from_client,
        to: to_server,
        passed: 0,
        total: &shared.client,
        mode: mode.clone(),
        end: &end,
    };
    let down = Pump {
        side: Side::Server,
        from: from_server,
        to: to_client,
        passed: 0,
        total: &shared.server,
        mode,
        end: &end,
    };
    let (mut up, mut down) = tokio::join!(up.run(), down.run());
    if up.broke == Some(Break::Reset) || down.broke == Some(Break::Reset) {
        for half in [up.to, down.to] {
            half.as_ref().set_zero_linger().expect("a socket");
            half.forget();
        }
        return;
    }
    // What still comes is read, else the system would reset where a clean end is meant.
    tokio::join!(up.drain(), down.drain());
}

/// One direction of a connection.
struct Pump<'a> {
    side: Side,
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    passed: u64,
    total: &'a AtomicU64,
    mode: watch::Receiver<Mode>,
    end: &'a CancellationToken,
}

/// What is left of a direction.
struct Ended {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    broke: Option<Break>,
}

/// What may happen to the next bytes.
enum Turn {
    Take(usize),
    Wait,
    Break(Break),
}

impl Pump<'_> {
    async fn run(mut self) -> Ended {
        let broke = self.pass().await;
        if broke != Some(Break::Reset) {
            // The other end may be gone already.
            self.to.shutdown().await.ok();
        }
        if matches!(broke, Some(Break::Cut | Break::Reset)) {
            self.end.cancel();
        }
        Ended {
            from: self.from,
            to: self.to,
            broke,
        }
    }

    /// Until this direction ends; how, where the proxy ended it.
    async fn pass(&mut self) -> Option<Break> {
        let mut buffer = vec![0; 64 * 1024];
        let mut held = 0..0;
        loop {
            let mode = *self.mode.borrow_and_update();
            match self.turn(mode, held.len()) {
                Turn::Break(how) => return Some(how),
                Turn::Wait => tokio::select! {
                    () = self.end.cancelled() => return None,
                    changed = self.mode.changed() => if changed.is_err() { return None },
                },
                Turn::Take(_) if held.is_empty() => tokio::select! {
                    () = self.end.cancelled() => return None,
                    changed = self.mode.changed() => if changed.is_err() { return None },
                    read = self.from.read(&mut buffer) => match read {
                        Ok(0) | Err(_) => return None,
                        Ok(read) => held = 0..read,
                    },
                },
                Turn::Take(count) => {
                    let piece = held.start..held.start + count;
                    tokio::select! {
                        () = self.end.cancelled() => return None,
                        written = self.to.write_all(&buffer[piece]) => if written.is_err() { return None },
                    }
                    held.start += count;
                    self.passed += count as u64;
                    self.total.fetch_add(count as u64, Ordering::Relaxed);
                    match mode {
                        Mode::Slow(_) => tokio::select! {
                            () = self.end.cancelled() => return None,
                            () = sleep(Duration::from_secs(1)) => (),
                            changed = self.mode.changed() => if changed.is_err() { return None },
                        },
                        // So that the reader gets them one by one.
                        Mode::Segments => tokio::task::yield_now().await,
                        _ => (),
                    }
                }
            }
        }
    }

    fn turn(&self, mode: Mode, held: usize) -> Turn {
        match mode {
            Mode::Silence => Turn::Wait,
            Mode::Slow(rate) => Turn::Take(rate.min(held)),
            Mode::Segments => Turn::Take(1.min(held)),
            Mode::After(side, count, how) if side == self.side => {
                let left = count.saturating_sub(self.passed);
                match how {
                    Break::Silence if left == 0 => Turn::Wait,
                    how if left == 0 => Turn::Break(how),
                    _ => Turn::Take(held.min(usize::try_from(left).unwrap_or(usize::MAX))),
                }
            }
            Mode::Pass | Mode::Refuse | Mode::After(..) => Turn::Take(held),
        }
    }
}

impl Ended {
    async fn drain(&mut self) {
        let mut rest = [0; 4096];
        while matches!(self.from.read(&mut rest).await, Ok(1..)) {}
    }
}
