//! The outgoing HTTP client: one POST over a connection that is there, and the status that comes
//! back (RFC 9112). What the answer says beyond it is not read; redirections are not followed.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The most bytes of an answer's head.
const MOST_HEAD: usize = 16 * 1024;

/// Why there is no status.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection broke.
    #[error("the connection broke")]
    Io(#[from] io::Error),
    /// It ended, or went on for too long, before the answer's head was whole.
    #[error("the answer has no end")]
    Endless,
    /// What came is no HTTP.
    #[error("the answer is no HTTP")]
    NotHttp,
}

/// A request; its parts hold neither blanks nor line ends but where HTTP has them.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// Host, with its port where that is not the usual one.
    pub host: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// More headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// JSON.
    pub body: &'a [u8],
}

/// Sends it and gives the status of the answer. The caller limits the wait.
///
/// # Errors
/// No status came.
pub async fn post<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    post: &Post<'_>,
) -> Result<u16, HttpError> {
    let mut request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: vigie\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n",
        post.target,
        post.host,
        post.body.len()
    );
    for (name, value) in post.headers {
        request.push_str(name);
        request.push_str(": ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(post.body);
    stream.write_all(&bytes).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    loop {
        // 1xx comes before the answer proper (RFC 9110 section 15.2).
        while let Some(end) = head_end(&answer) {
            let status = status(&answer).ok_or(HttpError::NotHttp)?;
            if !(100..200).contains(&status) {
                return Ok(status);
            }
            answer.drain(..end);
        }
        if answer.len() > MOST_HEAD || stream.read_buf(&mut answer).await? == 0 {
            return Err(HttpError::Endless);
        }
    }
}

fn head_end(answer: &[u8]) -> Option<usize> {
    let at = answer.windows(4).position(|some| some == b"\r\n\r\n")?;
    Some(at + 4)
}

/// `HTTP/1.1 204 No Content`.
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    let digits = rest.get(2..5)?;
    let is_number = digits.iter().all(u8::is_ascii_digit) && rest.get(1) == Some(&b' ');
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| is_number)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    async fn answered(answer: &[u8]) -> (Result<u16, HttpError>, String) {
        let (mut ours, mut theirs) = duplex(64 * 1024);
        theirs.write_all(answer).await.unwrap();
        theirs.shutdown().await.unwrap();
        let result = post(
            &mut ours,
            &Post {
                host: "hook.example",
                target: "/a?b=c",
                headers: &[("webhook-id", "alarm_1")],
                body: b"{}",
            },
        )
        .await;
        drop(ours);
        let mut asked = String::new();
        theirs.read_to_string(&mut asked).await.unwrap();
        (result, asked)
    }

    #[tokio::test]
    async fn a_request_is_whole_and_its_status_is_read() {
        let (status, asked) = answered(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        assert_eq!(status.unwrap(), 204);
        assert_eq!(
            asked,
            "POST /a?b=c HTTP/1.1\r\nHost: hook.example\r\nUser-Agent: vigie\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\nwebhook-id: alarm_1\r\n\r\n{}"
        );
        let late = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 410 Gone\r\nA: b\r\n\r\nwords";
        assert_eq!(answered(late).await.0.unwrap(), 410);
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for bad in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n",
            b"SSH-2.0\r\n\r\n",
            b"HTTP/1.1 2x0 OK\r\n\r\n",
        ] {
            assert!(answered(bad).await.0.is_err(), "{bad:?}");
        }
        let endless = b"x".repeat(40_000);
        assert!(matches!(
            answered(&endless).await.0,
            Err(HttpError::Endless)
        ));
    }
}
