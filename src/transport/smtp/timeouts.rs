//! How long each wait of a send may last (RFC 5321, section 4.5.3.2), and all of them together.

use std::time::Duration;

/// How long a server may take over a goodbye.
pub(super) const GOODBYE: Duration = Duration::from_secs(2);

/// How long each wait may last.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Name, TCP connection and TLS.
    pub connect: Duration,
    /// Each answer before the mail itself.
    pub command: Duration,
    /// The mail itself, up to its final dot.
    pub data: Duration,
    /// The answer to the final dot, counted from the dot (SND-08).
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            // RFC 5321 section 4.5.3.2 asks for 5 minutes, and for 10 after the final dot.
            command: Duration::from_secs(300),
            data: Duration::from_secs(600),
            answer: Duration::from_secs(600),
        }
    }
}

impl Timeouts {
    /// All limits of one send together: it can't take longer.
    pub(super) fn all(self) -> Duration {
        let Self {
            connect,
            command,
            data,
            answer,
        } = self;
        // MAIL and a goodbye on a kept connection; TCP and TLS; STARTTLS, greeting, login, MAIL,
        // RCPT and DATA; the mail, the answer to its dot, a goodbye.
        7 * command + 2 * connect + data + answer + 2 * GOODBYE
    }
}
