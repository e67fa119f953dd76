//! The console by requests, as a browser sends them.

use crate::support::stores::at;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::desk::health::{Health, Settings};
use vigie::desk::intake::Parts;
use vigie::store::Store;
use vigie::web;

/// A console over a store, at a clock that stands still.
pub struct Desk {
    pub address: SocketAddr,
    pub routes: Vec<web::Route>,
    stop: CancellationToken,
}

/// What came back.
pub struct Answered {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Desk {
    /// Opens it at this second.
    pub async fn open(
        store: &Store,
        intake: Arc<Parts>,
        seconds: i64,
        (access, reach): (web::Access, web::Reach),
    ) -> Self {
        let clock = Clock::Fixed(at(seconds));
        let settings = Settings {
            mailbox: "imap:test".to_owned(),
            poll: Duration::from_secs(30),
            sends: true,
        };
        let health = Arc::new(Health::new(store.clone(), clock, settings));
        let site = web::site(web::Parts {
            store: store.clone(),
            clock,
            zone: chrono_tz::Europe::Paris,
            service: "Support SI-Samu".to_owned(),
            mailbox: "support@si-samu.example (INBOX)".to_owned(),
            health,
            demo: false,
            access,
            reach,
            intake,
            wake: Arc::new(vigie::wake::Wake::new()),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(web::serve(listener, site.router, stop.clone()));
        Self {
            address,
            routes: site.routes,
            stop,
        }
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answered {
        let host = self.address.to_string();
        self.ask_as(&host, method, path, headers, body).await
    }

    /// Asks under another name.
    pub async fn ask_as(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Answered {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.unwrap();
        let text = String::from_utf8(raw).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answered {
            status: head.get(9..12).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, "", "").await
    }

    /// Sends a form as the page does that holds it.
    pub async fn send(&self, from: &str, to: &str, fields: &str) -> Answered {
        let token = self.get(from).await.token();
        let and = if fields.is_empty() { "" } else { "&" };
        let body = format!("jeton={token}{and}{fields}");
        self.ask("POST", to, FORM, &body).await
    }

    pub async fn login(&self, name: &str, password: &str, more: &str) -> Answered {
        let password = password.replace(' ', "+");
        let body = format!("nom={name}&mot_de_passe={password}{more}");
        self.ask("POST", "/connexion", FORM, &body).await
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Answered {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (given, value) = line.split_once(": ")?;
            given.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub fn cookie(&self) -> String {
        let set = self.header("set-cookie").expect("a session");
        format!("Cookie: {}\r\n", set.split(';').next().unwrap())
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// The words that a page shows, no-break spaces as blanks.
    pub fn text(&self) -> String {
        self.body.replace('\u{a0}', " ").replace("&#x2f;", "/")
    }

    /// The token of the forms on this page.
    pub fn token(&self) -> String {
        let (_, rest) = self
            .body
            .split_once("name=\"jeton\" value=\"")
            .expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

pub const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
