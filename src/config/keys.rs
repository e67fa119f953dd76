//! Every key that exists, with its kind and its default. Nothing else is accepted.

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text in quotes; durations, sizes and paths are texts too.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Number,
    /// Texts in brackets.
    List,
}

impl Kind {
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Flag => "true or false",
            Self::Number => "a whole number from 0",
            Self::List => "a list of texts: [\"a\", \"b\"]",
        }
    }
}

/// One key.
pub(super) struct Key {
    /// `section.key`, or the key alone at the top.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// As it would be typed in the environment.
    pub(super) default: Option<&'static str>,
}

const fn key(name: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key {
        name,
        kind,
        default,
    }
}

/// All keys, in the order of the sample.
pub(super) const KEYS: &[Key] = &[
    key("form", Kind::Text, None),
    key("service.name", Kind::Text, None),
    key("service.phone", Kind::Text, None),
    key("service.mark", Kind::Text, Some("INC")),
    key("service.timezone", Kind::Text, Some("Europe/Paris")),
    key("service.key_file", Kind::Text, None),
    key("mailbox.url", Kind::Text, None),
    key("mailbox.user", Kind::Text, None),
    key("mailbox.password_file", Kind::Text, None),
    key("mailbox.ca_file", Kind::Text, None),
    key("mailbox.folder", Kind::Text, None),
    key("mailbox.done_folder", Kind::Text, None),
    key("mailbox.address", Kind::Text, None),
    key("mailbox.aliases", Kind::List, Some("")),
    key("mailbox.authserv_id", Kind::Text, None),
    key("mailbox.poll", Kind::Text, Some("30s")),
    key("mailbox.max_size", Kind::Text, Some("25MB")),
    key("mailbox.plus_address", Kind::Flag, Some("false")),
    key("mailbox.answer_from", Kind::Text, Some("first start")),
    key("smtp.url", Kind::Text, None),
    key("smtp.user", Kind::Text, None),
    key("smtp.password_file", Kind::Text, None),
    key("smtp.ca_file", Kind::Text, None),
    key("smtp.from", Kind::Text, None),
    key("replies.mode", Kind::Text, Some("auto")),
    key("replies.hold", Kind::Text, Some("2m")),
    key("replies.max_per_ticket", Kind::Number, Some("3")),
    key("replies.ticket_interval", Kind::Text, Some("1m")),
    key("replies.max_per_address_hour", Kind::Number, Some("3")),
    key("replies.max_per_address", Kind::Number, Some("10")),
    key("replies.max_same_body", Kind::Number, Some("3")),
    key("replies.duplicate_within", Kind::Text, Some("24h")),
    key("replies.max_per_domain", Kind::Number, Some("30")),
    key("replies.max_total", Kind::Number, Some("300")),
    key("replies.max_age", Kind::Text, Some("24h")),
    key("replies.reminder_after", Kind::Text, Some("1 business day")),
    key("replies.call_after", Kind::Text, Some("2 business days")),
    key("replies.never_to", Kind::List, Some("")),
    key("replies.templates", Kind::Text, None),
    key("promise.next_news", Kind::Text, None),
    key("hours.days", Kind::List, Some("mon,tue,wed,thu,fri")),
    key("hours.open", Kind::Text, Some("09:00")),
    key("hours.close", Kind::Text, Some("18:00")),
    key("hours.holidays", Kind::Text, Some("fr")),
    key("hours.extra_closed", Kind::List, Some("")),
    key("escalation.open.phone", Kind::Text, None),
    key("escalation.open.email", Kind::Text, None),
    key("escalation.closed.phone", Kind::Text, None),
    key("escalation.closed.email", Kind::Text, None),
    key("major.known_domains", Kind::List, Some("")),
    key("web.listen", Kind::Text, Some("127.0.0.1:8080")),
    key("web.public_url", Kind::Text, None),
    key("web.proxies", Kind::List, Some("")),
    key("auth.mode", Kind::Text, Some("local")),
    key(
        "storage.database",
        Kind::Text,
        Some("sqlite:/var/lib/vigie/vigie.db"),
    ),
    key("storage.password_file", Kind::Text, None),
    key("log.format", Kind::Text, None),
    key("log.level", Kind::Text, Some("info")),
    key("alarm.to", Kind::Text, None),
    key("alarm.smtp_url", Kind::Text, None),
    key("alarm.smtp_user", Kind::Text, None),
    key("alarm.smtp_password_file", Kind::Text, None),
    key("alarm.smtp_ca_file", Kind::Text, None),
    key("alarm.webhook", Kind::Text, None),
    key("alarm.webhook_secret_file", Kind::Text, None),
    key("alarm.webhook_ca_file", Kind::Text, None),
    key("alarm.webhook_private", Kind::List, Some("")),
];

/// The key of that name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether a section of that name exists; `escalation.open` is one within another.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| {
        key.name
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The existing key that looks most like `name`, if one does.
pub(super) fn nearest(name: &str) -> Option<String> {
    KEYS.iter()
        .map(|key| (strsim::damerau_levenshtein(key.name, name), key.name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| name.to_owned())
}
