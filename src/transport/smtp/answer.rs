//! What an answer of the server's, or its silence, means for the mail.

use crate::transport::{Cause, Delivery, Failure, Stage, TransportError};
use lettre::transport::smtp::response::Response;
use std::ops::Range;
use std::time::Duration;
use tokio::time::timeout;

impl TransportError {
    /// The same for the outbox. None of these says anything about a mail: all are tried again.
    pub(super) fn failure(&self) -> Failure {
        let (stage, cause) = match self {
            Self::Unreachable(_) => (Stage::Connect, Cause::Refused),
            Self::Silent(stage) => (*stage, Cause::Timeout),
            Self::Broken(stage) => (*stage, Cause::Cut),
            Self::Tls(_) | Self::NoStartTls => (Stage::Tls, Cause::Refused),
            Self::Refused { stage, code } => (*stage, Cause::Code(*code)),
            Self::Login => (Stage::Login, Cause::Code(535)),
            Self::NoLogin => (Stage::Login, Cause::Refused),
            Self::Folder { .. } => (Stage::Folder, Cause::Refused),
        };
        Failure { stage, cause }
    }
}

impl From<Failure> for TransportError {
    fn from(failure: Failure) -> Self {
        let Failure { stage, cause } = failure;
        match cause {
            Cause::Code(code) => Self::Refused { stage, code },
            Cause::Timeout => Self::Silent(stage),
            Cause::Cut | Cause::Refused => Self::Broken(stage),
        }
    }
}

/// Temporary, permanent or in doubt.
///
/// 4xx is temporary at any stage. 5xx is for good where it is about the recipient or the mail
/// itself; 53x (authentication) and 5xx before RCPT are about us and are tried again. No code at
/// all is in doubt once the final dot was written.
pub(super) fn verdict(failure: Failure, dot: bool) -> Delivery {
    match failure.cause {
        Cause::Code(530..=539) => Delivery::Temporary(failure),
        Cause::Code(500..) if !matches!(failure.stage, Stage::Mail) => Delivery::Permanent(failure),
        Cause::Code(_) => Delivery::Temporary(failure),
        _ if dot => Delivery::InDoubt(Failure {
            stage: Stage::Dot,
            ..failure
        }),
        _ => Delivery::Temporary(failure),
    }
}

/// Whether a failure on a kept connection is that of the connection: it ended, it is silent, or the
/// server says that it closes (421).
pub(super) fn is_dead(failure: Failure) -> bool {
    failure.stage == Stage::Mail
        && matches!(
            failure.cause,
            Cause::Cut | Cause::Timeout | Cause::Code(421)
        )
}

/// A mail that SMTP can't carry as it stands: a person must see it.
pub(super) fn unfit(stage: Stage) -> Delivery {
    Delivery::Permanent(Failure {
        stage,
        cause: Cause::Refused,
    })
}

/// Whether it is ASCII in lines that end with CRLF, as all our mails are: anything else could end
/// the mail early on its way (RUSTSEC-2026-0561).
pub(super) fn is_plain(mime: &[u8]) -> bool {
    let mut before = 0;
    let in_order = mime.iter().all(|&byte| {
        let is_right = byte.is_ascii() && (byte == b'\n') == (before == b'\r');
        before = byte;
        is_right
    });
    in_order && before != b'\r'
}

/// Waits for an answer, no longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    stage: Stage,
    answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match timeout(limit, answer).await {
        Ok(answer) => told(answer, stage),
        Err(_) => Err(Failure {
            stage,
            cause: Cause::Timeout,
        }),
    }
}

/// A refusal by its code, all else as a cut.
pub(super) fn told<T>(
    answer: Result<T, lettre::transport::smtp::Error>,
    stage: Stage,
) -> Result<T, Failure> {
    answer.map_err(|error| Failure {
        stage,
        cause: match error.status() {
            Some(code) => Cause::Code(code.into()),
            None => Cause::Cut,
        },
    })
}

/// A positive answer that is not the one called for is no answer to this.
pub(super) fn expect(answer: &Response, codes: Range<u16>, stage: Stage) -> Result<(), Failure> {
    if codes.contains(&answer.code().into()) {
        return Ok(());
    }
    Err(Failure {
        stage,
        cause: Cause::Cut,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_in_lines_that_end_with_crlf_is_carried() {
        for mime in ["", "x", "x\r\n", "a: b\r\n\r\n.\r\n..\r\n"] {
            assert!(is_plain(mime.as_bytes()), "{mime:?}");
        }
        for mime in [
            "\n",
            "\r",
            "x\r",
            "a\n.\nb\r\n",
            "a\r.\rb\r\n",
            "\r\r\n",
            "é\r\n",
        ] {
            assert!(!is_plain(mime.as_bytes()), "{mime:?}");
        }
    }

    #[test]
    fn snd_04_what_other_mails_would_meet_too_is_our_fault_and_what_the_recipient_does_is_not() {
        let code = |stage, code| Failure {
            stage,
            cause: Cause::Code(code),
        };
        assert!(code(Stage::Greeting, 554).is_service());
        for ours in [
            code(Stage::Login, 535),
            code(Stage::Mail, 530),
            code(Stage::Mail, 550),
            code(Stage::Mail, 421),
            code(Stage::Rcpt, 421),
            code(Stage::Rcpt, 530),
            code(Stage::Data, 421),
            Failure {
                stage: Stage::Mail,
                cause: Cause::Timeout,
            },
        ] {
            assert!(ours.is_service(), "{ours:?}");
            assert!(
                matches!(verdict(ours, false), Delivery::Temporary(_)),
                "{ours:?}"
            );
        }
        for theirs in [
            code(Stage::Mail, 451),
            code(Stage::Rcpt, 450),
            code(Stage::Rcpt, 550),
            code(Stage::Data, 552),
            code(Stage::Data, 554),
            Failure {
                stage: Stage::Data,
                cause: Cause::Cut,
            },
        ] {
            assert!(!theirs.is_service(), "{theirs:?}");
        }
        for for_good in [code(Stage::Rcpt, 550), code(Stage::Data, 552)] {
            assert_eq!(verdict(for_good, false), Delivery::Permanent(for_good));
        }
    }
}
