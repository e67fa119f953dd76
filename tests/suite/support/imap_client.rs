//! Asks an IMAP server what it serves, over a plain loopback connection: the yardstick for what the program stored.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// A folder as served.
#[derive(Debug)]
pub struct Served {
    /// The folder's UIDVALIDITY.
    pub uidvalidity: u32,
    /// Each message by its UID, byte for byte.
    pub messages: BTreeMap<u32, Vec<u8>>,
}

/// Every message of a folder, without marking one.
pub fn served(port: u16, user: &str, password: &str, folder: &str) -> Served {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a limit is set");
    let mut input = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut output = stream;
    let password = password.replace('\\', "\\\\").replace('"', "\\\"");
    let script = format!(
        "a LOGIN \"{user}\" \"{password}\"\r\nb EXAMINE \"{folder}\"\r\nc UID FETCH 1:* (UID BODY.PEEK[])\r\nd LOGOUT\r\n"
    );
    output
        .write_all(script.as_bytes())
        .expect("the server reads");
    let mut found = Served {
        uidvalidity: 0,
        messages: BTreeMap::new(),
    };
    loop {
        let mut line = String::new();
        let read = input
            .read_line(&mut line)
            .expect("the server answers in lines");
        if read == 0 || line.starts_with("d ") {
            return found;
        }
        for tag in ["a ", "b ", "c "] {
            assert!(
                !line.starts_with(tag) || line[2..].starts_with("OK"),
                "the server said {line:?}"
            );
        }
        if let Some(rest) = line.split("[UIDVALIDITY ").nth(1) {
            found.uidvalidity = number(rest);
        }
        if let (Some(uid), Some(size)) = (line.split("(UID ").nth(1), line.split('{').nth(1)) {
            let mut message = vec![0; number(size) as usize];
            input
                .read_exact(&mut message)
                .expect("the server sends what it announced");
            found.messages.insert(number(uid), message);
        }
    }
}

fn number(text: &str) -> u32 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("the server counts")
}
