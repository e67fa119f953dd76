//! multipart/report and the older prose: which of our mails did not arrive, and at whom
//! (RFC 3464, RFC 6522, RFC 8098, RFC 5965).

use super::super::header::{Headers, ids, utf8};
use super::super::nesting::{Content, Entity};
use super::Automatic;

/// What a multipart/report reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// A delivery status notification (RFC 3464).
    DeliveryStatus,
    /// A read receipt (RFC 8098): no bounce.
    Disposition,
    /// A complaint from a spam filter (ARF, RFC 5965).
    Feedback,
    /// Any other.
    Other,
}

/// What is known of the mail that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounce {
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The recipient that failed.
    pub recipient: Option<String>,
    /// What became of it; `None` where neither a field nor the prose says.
    pub action: Option<Action>,
    /// The subject of the mail that did not arrive, where its headers are there.
    pub subject: Option<String>,
    /// The enhanced status code (RFC 3463): `5.1.1`.
    pub status: Option<String>,
}

impl Bounce {
    /// Whether the mail will not arrive: a report says so, or prose that speaks of no further try.
    /// A delayed, relayed or delivered mail is none that failed.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self.action {
            Some(action) => action == Action::Failed,
            None => self
                .status
                .as_ref()
                .is_none_or(|status| status.starts_with('5')),
        }
    }
}

/// What a report says became of a mail (RFC 3464, section 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It will not arrive.
    Failed,
    /// Not given up yet.
    Delayed,
    /// `delivered`, `relayed` or `expanded`: it went on.
    Arrived,
}

impl Action {
    /// The word may be followed by a comment.
    fn parse(value: &str) -> Option<Self> {
        let word = value.split([' ', '\t', '(', ';']).next().unwrap_or(value);
        match word.to_ascii_lowercase().as_str() {
            "failed" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" | "relayed" | "expanded" => Some(Self::Arrived),
            _ => None,
        }
    }
}

/// Looks at the parts of a message: its report, its calendar.
pub(super) fn read(facts: &mut Automatic, message: &Entity<'_>) {
    if message.media_type.is("multipart", "report") {
        let kind = message
            .media_type
            .parameter("report-type")
            .unwrap_or("")
            .to_ascii_lowercase();
        facts.report = Some(match kind.as_str() {
            "delivery-status" => Report::DeliveryStatus,
            "disposition-notification" => Report::Disposition,
            "feedback-report" => Report::Feedback,
            _ => Report::Other,
        });
    }
    parts(facts, message, 0);
}

fn parts(facts: &mut Automatic, entity: &Entity<'_>, depth: usize) {
    if depth > 8 {
        return;
    }
    let kind = (
        entity.media_type.kind.as_str(),
        entity.media_type.subtype.as_str(),
    );
    match (&entity.content, kind) {
        (Content::Parts(children), _) => {
            for child in children.iter().take(50) {
                parts(facts, child, depth + 1);
            }
        }
        (_, ("message", "delivery-status" | "global-delivery-status")) => {
            known_by(facts, Report::DeliveryStatus);
            status(facts, &entity.decoded());
        }
        (_, ("message", "disposition-notification")) => {
            known_by(facts, Report::Disposition);
        }
        (_, ("message", "feedback-report")) => {
            known_by(facts, Report::Feedback);
        }
        (_, ("text", "calendar")) => facts.calendar = Some(method(&entity.decoded())),
        (Content::Message(inner), _) if facts.report == Some(Report::DeliveryStatus) => {
            original(facts, &inner.headers);
        }
        (_, ("text", "rfc822-headers" | "rfc822"))
            if facts.report == Some(Report::DeliveryStatus) =>
        {
            let bytes = entity.decoded();
            let (headers, _) = Headers::read(&bytes, 0..bytes.len());
            original(facts, &headers);
        }
        _ => {}
    }
}

/// A report whose type the message does not say, or says wrongly, is what its part is.
fn known_by(facts: &mut Automatic, report: Report) {
    if matches!(facts.report, None | Some(Report::Other)) {
        facts.report = Some(report);
    }
}

fn original(facts: &mut Automatic, headers: &Headers<'_>) {
    let id = headers.ids("Message-ID").into_iter().next();
    let bounce = facts.bounce.get_or_insert_default();
    bounce.message_id = bounce.message_id.take().or(id);
    bounce.subject = bounce.subject.take().or_else(|| headers.text("Subject"));
    if bounce.recipient.is_none() {
        bounce.recipient = headers
            .addresses("To")
            .into_iter()
            .next()
            .map(|a| a.address);
    }
}

/// The blocks of a delivery status (RFC 3464, section 2): the first recipient that failed, else the
/// first one. The block about the report as a whole names no recipient.
fn status(facts: &mut Automatic, bytes: &[u8]) {
    let text = utf8(&bytes[..bytes.len().min(64 * 1024)]);
    let mut blocks = vec![Recipient::default()];
    for line in text.lines() {
        if line.trim().is_empty() {
            blocks.push(Recipient::default());
        } else if let Some(block) = blocks.last_mut() {
            block.read(line);
        }
    }
    let named = |block: &&Recipient| block.action.is_some() || block.address.is_some();
    let failed = |block: &&Recipient| block.action == Some(Action::Failed);
    let Some(block) = blocks
        .iter()
        .find(failed)
        .or_else(|| blocks.iter().find(named))
    else {
        facts.bounce.get_or_insert_default();
        return;
    };
    let bounce = facts.bounce.get_or_insert_default();
    bounce.recipient = bounce.recipient.take().or_else(|| block.address.clone());
    bounce.status = bounce.status.take().or_else(|| block.status.clone());
    bounce.action = bounce.action.or(block.action);
}

/// One block of a delivery status.
#[derive(Default)]
struct Recipient {
    address: Option<String>,
    is_final: bool,
    action: Option<Action>,
    status: Option<String>,
}

impl Recipient {
    fn read(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let value = value.trim();
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "final-recipient" | "original-recipient" if !self.is_final => {
                let address = value.rsplit(';').next().unwrap_or(value);
                self.address = Some(address.trim().trim_matches(['<', '>']).to_owned());
                self.is_final = name == "final-recipient";
            }
            "status" if self.status.is_none() => {
                self.status = value.split_whitespace().next().map(str::to_owned);
            }
            "action" => self.action = Action::parse(value),
            _ => {}
        }
    }
}

/// Reads a mailer-daemon's prose: the failed address and the Message-ID that it quotes.
pub(super) fn prose(text: &str, delayed: bool) -> Bounce {
    let head = &text[..text.floor_char_boundary(32 * 1024)];
    let mut bounce = Bounce {
        action: delayed.then_some(Action::Delayed),
        ..Bounce::default()
    };
    for line in head.lines().take(400) {
        let trimmed = line.trim();
        let lower = trimmed.to_ascii_lowercase();
        if bounce.message_id.is_none()
            && (lower.starts_with("message-id")
                || lower.starts_with("identifiant")
                || lower.starts_with("id du message"))
        {
            bounce.message_id = ids(trimmed.as_bytes())
                .into_iter()
                .find(|id| id.contains('@'));
        }
        if bounce.recipient.is_none() {
            bounce.recipient = lone_address(trimmed);
        }
        if bounce.status.is_none() {
            bounce.status = status_code(trimmed);
        }
    }
    bounce
}

/// A line that is an address and nothing else but marks: `<a@b>:`, `  a@b`.
fn lone_address(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let followed = line.len() > word.len();
    let bare =
        word.trim_matches(|c: char| matches!(c, '<' | '>' | ':' | '"' | '(' | ')' | ',' | ';'));
    let (local, domain) = bare.split_once('@')?;
    let plausible = !local.is_empty() && domain.contains('.') && !bare.contains(['<', '>', '=']);
    (plausible && (!followed || word.starts_with('<'))).then(|| bare.to_owned())
}

fn status_code(line: &str) -> Option<String> {
    line.split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|word| {
            let mut parts = word.split('.');
            let class = parts.next()?;
            let (subject, detail) = (parts.next()?, parts.next()?);
            let sound = matches!(class, "4" | "5")
                && parts.next().is_none()
                && [subject, detail].iter().all(|p| (1..=3).contains(&p.len()));
            sound.then(|| word.to_owned())
        })
}

fn method(bytes: &[u8]) -> String {
    utf8(&bytes[..bytes.len().min(16 * 1024)])
        .lines()
        .find_map(|line| {
            line.get(..7)
                .filter(|start| start.eq_ignore_ascii_case("METHOD:"))?;
            Some(
                line[7..]
                    .trim()
                    .chars()
                    .take(20)
                    .collect::<String>()
                    .to_uppercase(),
            )
        })
        .unwrap_or_default()
}
