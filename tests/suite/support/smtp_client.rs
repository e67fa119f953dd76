//! Hands a message to an SMTP server, as a declarant's own server would (RFC 5321).

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Sends one message over loopback and panics where any step is refused. Bare line feeds become CRLF.
pub fn submit(port: u16, from: &str, to: &str, message: &[u8]) {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a limit is set");
    let mut session = Session {
        replies: BufReader::new(stream.try_clone().expect("a second handle")),
        stream,
    };
    session.expect("220");
    for command in [
        "EHLO declarant.example",
        &format!("MAIL FROM:<{from}>"),
        &format!("RCPT TO:<{to}>"),
    ] {
        session.say(command);
        session.expect("250");
    }
    session.say("DATA");
    session.expect("354");
    let mut body = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b".") {
            body.push(b'.');
        }
        body.extend_from_slice(line);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b".\r\n");
    session.stream.write_all(&body).expect("the server reads");
    session.expect("250");
    session.say("QUIT");
    session.expect("221");
}

struct Session {
    stream: TcpStream,
    replies: BufReader<TcpStream>,
}

impl Session {
    fn say(&mut self, command: &str) {
        self.stream
            .write_all(format!("{command}\r\n").as_bytes())
            .expect("the server reads");
    }

    #[track_caller]
    fn expect(&mut self, code: &str) {
        loop {
            let mut line = String::new();
            self.replies
                .read_line(&mut line)
                .expect("the server answers");
            assert!(
                line.starts_with(code),
                "the server said {line:?} where {code} was due"
            );
            if line.as_bytes().get(3) == Some(&b' ') {
                return;
            }
        }
    }
}
