//! The few lines in clear before a STARTTLS handshake (RFC 3207). Whoever sits between may strip the
//! offer or add answers of their own: without the offer nothing goes on, and what follows the
//! answer to STARTTLS is left for the handshake to choke on.

use crate::transport::{Stage, TransportError};
use lettre::transport::smtp::extension::ClientId;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Greeting, EHLO and STARTTLS in clear. Gives the bare connection back for the handshake.
///
/// # Errors
/// STARTTLS is not offered or refused, or the server breaks off: nothing of ours was sent but EHLO.
pub(super) async fn start_tls(
    mut tcp: TcpStream,
    hello: &ClientId,
) -> Result<TcpStream, TransportError> {
    expect(&mut tcp, 220, Stage::Greeting).await?;
    let command = format!("EHLO {hello}\r\n");
    write(&mut tcp, command.as_bytes()).await?;
    let offers = expect(&mut tcp, 250, Stage::Greeting).await?;
    let offered = offers
        .lines()
        .filter_map(|line| line.get(4..))
        .any(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offered {
        return Err(TransportError::NoStartTls);
    }
    write(&mut tcp, b"STARTTLS\r\n").await?;
    match expect(&mut tcp, 220, Stage::Tls).await {
        Ok(_) => Ok(tcp),
        Err(TransportError::Refused { .. }) => Err(TransportError::NoStartTls),
        Err(error) => Err(error),
    }
}

async fn write(tcp: &mut TcpStream, bytes: &[u8]) -> Result<(), TransportError> {
    tcp.write_all(bytes)
        .await
        .map_err(|_| TransportError::Broken(Stage::Tls))
}

/// Reads one whole answer and nothing behind it: bytes that wait behind the answer to STARTTLS
/// would be taken for protected ones.
async fn expect(tcp: &mut TcpStream, code: u16, stage: Stage) -> Result<String, TransportError> {
    const LONGEST: usize = 16 * 1024;
    let broken = |_: io::Error| TransportError::Broken(stage);
    let mut answer = Vec::new();
    let mut line_start = 0;
    loop {
        let byte = tcp.read_u8().await.map_err(broken)?;
        answer.push(byte);
        if answer.len() > LONGEST {
            return Err(TransportError::Broken(stage));
        }
        if byte != b'\n' {
            continue;
        }
        let line = &answer[line_start..];
        let number = line
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(number) = number.and_then(|digits| digits.parse::<u16>().ok()) else {
            return Err(TransportError::Broken(stage));
        };
        if line.get(3) == Some(&b'-') {
            line_start = answer.len();
            continue;
        }
        if number != code {
            return Err(TransportError::Refused {
                stage,
                code: number,
            });
        }
        return Ok(String::from_utf8_lossy(&answer).into_owned());
    }
}
