//! How the service fares: what loops and database know, judged in one place, so that readiness,
//! pages, figures and the alarm never disagree.
//!
//! An intake that is refused (a password, a certificate) is red at once; one that is silent, once its
//! last success is older than two poll intervals and a minute; one that is behind, once a message
//! waits for a minute and nobody has it in hand. What may pass by itself is shown before it is red.

use crate::clock::Clock;
use crate::domain::health::{Subject, Trouble};
use crate::metrics::{
    AlarmCounts, MailboxHealth, MailboxState, Reading, SendingHealth, SendingState,
};
use crate::store::{Deadlines, Probe, Store, Vitals};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take to tell what it knows: whoever asks is answered within a second,
/// though it be away (N9).
const PATIENCE: Duration = Duration::from_millis(800);

/// A message that nobody has in hand for so long waits too long.
const READ_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// What the health of this process is read from.
#[derive(Debug)]
pub struct Health {
    /// Where the rest is known.
    pub store: Store,
    /// Told by the fetch loop.
    pub mailbox: Arc<MailboxHealth>,
    /// Told by the deliver loop.
    pub sending: Arc<SendingHealth>,
    /// Told by the process loop.
    pub reading: Arc<Reading>,
    /// Told by the watch loop.
    pub alarms: AlarmCounts,
    clock: Clock,
    settings: Settings,
    probe: Probe,
    started: DateTime<Utc>,
    /// Since when the database takes no write.
    database_since: Mutex<Option<DateTime<Utc>>>,
}

/// What does not change while it runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The mailbox's name in the store.
    pub mailbox: String,
    /// How often it is looked at.
    pub poll: Duration,
    /// Whether mails leave at all.
    pub sends: bool,
}

/// One look.
#[derive(Debug, Clone)]
pub struct Report {
    /// When.
    pub now: DateTime<Utc>,
    /// When the process started.
    pub started: DateTime<Utc>,
    /// How the mailbox fares.
    pub mailbox: MailboxState,
    /// How sending fares.
    pub sending: SendingState,
    /// What the database knows; `None` where it does not answer.
    pub vitals: Option<Vitals>,
    /// What is wrong, the worst first.
    pub troubles: Vec<Trouble>,
    /// What is known to be well. What is in neither list is not known yet.
    pub well: Vec<Subject>,
}

impl Report {
    /// What is wrong there, if anything.
    #[must_use]
    pub fn trouble(&self, subject: Subject) -> Option<&Trouble> {
        let mut troubles = self.troubles.iter();
        troubles.find(|trouble| trouble.subject == subject)
    }

    /// Whether the database takes writes and the loops get theirs through.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.trouble(Subject::Database).is_none()
    }

    /// When the mailbox was last read, by whichever instance.
    #[must_use]
    pub fn mailbox_read(&self) -> Option<DateTime<Utc>> {
        let elsewhere = self.vitals.as_ref().and_then(|vitals| vitals.mailbox_read);
        self.mailbox.last_success.max(elsewhere)
    }
}

impl Health {
    /// The health of a process that starts now.
    #[must_use]
    pub fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        Self {
            mailbox: Arc::default(),
            sending: Arc::default(),
            reading: Arc::default(),
            alarms: AlarmCounts::default(),
            probe: Probe::new(store.clone()),
            started: clock.now(),
            database_since: Mutex::default(),
            store,
            clock,
            settings,
        }
    }

    /// The same, told by these.
    #[must_use]
    pub fn told_by(
        self,
        mailbox: Arc<MailboxHealth>,
        sending: Arc<SendingHealth>,
        reading: Arc<Reading>,
    ) -> Self {
        Self {
            mailbox,
            sending,
            reading,
            ..self
        }
    }

    /// How often the mailbox is looked at.
    #[must_use]
    pub fn poll(&self) -> Duration {
        self.settings.poll
    }

    /// Whether mails leave at all.
    #[must_use]
    pub fn sends(&self) -> bool {
        self.settings.sends
    }

    /// The mailbox's name in the store.
    #[must_use]
    pub fn mailbox_name(&self) -> &str {
        &self.settings.mailbox
    }

    /// Looks; answers within a second whatever hangs.
    pub async fn look(&self) -> Report {
        self.look_at(self.clock.now()).await
    }

    /// The same at a given instant.
    pub async fn look_at(&self, now: DateTime<Utc>) -> Report {
        let name = &self.settings.mailbox;
        let vitals = self.store.vitals(name, self.deadlines(now));
        let (takes_writes, vitals) =
            tokio::join!(self.probe.takes_writes(), timeout(PATIENCE, vitals));
        let vitals = match vitals {
            Ok(Ok(vitals)) => Some(vitals),
            Ok(Err(_)) | Err(_) => None,
        };
        let mut report = Report {
            now,
            started: self.started,
            mailbox: self.mailbox.state(),
            sending: self.sending.state(),
            vitals,
            troubles: Vec::new(),
            well: Vec::new(),
        };
        let database_since = self.database_since(takes_writes, now);
        for subject in Subject::ALL {
            match report.judge(subject, &self.settings, database_since) {
                Verdict::Trouble(trouble) => report.troubles.push(trouble),
                Verdict::Well => report.well.push(subject),
                Verdict::Unknown => (),
            }
        }
        report
            .troubles
            .sort_by_key(|trouble| trouble.subject != Subject::Database);
        report
    }

    fn deadlines(&self, now: DateTime<Utc>) -> Deadlines {
        Deadlines {
            now,
            read: now - READ_WITHIN,
            sent: now - self.settings.silence(),
        }
    }

    fn database_since(&self, takes_writes: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let since = self.database_since.lock();
        let mut since = since.unwrap_or_else(PoisonError::into_inner);
        *since = if takes_writes {
            None
        } else {
            since.or(Some(now))
        };
        *since
    }
}

impl Settings {
    fn poll(&self) -> TimeDelta {
        TimeDelta::from_std(self.poll).unwrap_or(TimeDelta::days(1))
    }

    /// Two poll intervals and a minute.
    fn silence(&self) -> TimeDelta {
        self.poll() * 2 + TimeDelta::minutes(1)
    }
}

enum Verdict {
    Trouble(Trouble),
    Well,
    /// Nothing says either.
    Unknown,
}

impl Report {
    fn judge(
        &self,
        subject: Subject,
        settings: &Settings,
        database_since: Option<DateTime<Utc>>,
    ) -> Verdict {
        match subject {
            Subject::Database => self.judge_database(settings, database_since),
            Subject::Mailbox => self.judge_mailbox(settings),
            Subject::Sending => self.judge_sending(settings),
            Subject::Ledger => self.judge_ledger(settings),
            Subject::Stuck => self.waiting(Subject::Stuck, "unread", |vitals| {
                (vitals.stuck, vitals.oldest_unread)
            }),
            Subject::Quarantine => self.waiting(Subject::Quarantine, "quarantined", |vitals| {
                (vitals.quarantined, vitals.quarantined_since)
            }),
            Subject::Circuit => match &self.vitals {
                None => Verdict::Unknown,
                Some(Vitals { circuit: None, .. }) => Verdict::Well,
                Some(Vitals {
                    circuit: Some((reason, since)),
                    ..
                }) => Verdict::Trouble(Trouble {
                    cause: reason.clone(),
                    ..trouble(subject, "", *since, true)
                }),
            },
        }
    }

    /// A lock that is held for a moment is shown; one that lasts is red.
    fn judge_database(&self, settings: &Settings, since: Option<DateTime<Utc>>) -> Verdict {
        let not_stored = self
            .mailbox
            .failure
            .filter(|failure| failure.error == "store");
        let (cause, since) = match (since, not_stored) {
            (Some(since), _) => ("no_write", since),
            // A small write may pass where a batch does not: a disk that is nearly full.
            (None, Some(failure)) => ("not_stored", failure.since),
            (None, None) => return Verdict::Well,
        };
        let is_red = self.now - since >= settings.poll() / 4;
        Verdict::Trouble(trouble(Subject::Database, cause, since, is_red))
    }

    fn judge_mailbox(&self, settings: &Settings) -> Verdict {
        let read = self.mailbox_read();
        // A long round counts by what it stores.
        let stored = self.vitals.as_ref().and_then(|vitals| vitals.last_message);
        let sign = read.max(stored).unwrap_or(self.started).max(self.started);
        let is_silent = self.now - sign > settings.silence();
        match self.mailbox.failure {
            Some(failure) if failure.error == "store" => Verdict::Unknown,
            // Not where another instance has read it since.
            Some(failure) if read.is_none_or(|read| read <= failure.since) => {
                let is_refused = matches!(failure.error, "auth" | "tls");
                let is_red = is_refused || is_silent;
                Verdict::Trouble(Trouble {
                    tries: failure.tries,
                    ..trouble(Subject::Mailbox, failure.error, failure.since, is_red)
                })
            }
            _ if is_silent => Verdict::Trouble(trouble(Subject::Mailbox, "silent", sign, true)),
            _ if read.is_some_and(|read| read >= self.started) => Verdict::Well,
            _ => Verdict::Unknown,
        }
    }

    fn judge_sending(&self, settings: &Settings) -> Verdict {
        let Some(vitals) = self.vitals.as_ref().filter(|_| settings.sends) else {
            return Verdict::Unknown;
        };
        let waiting = |cause, since, is_red| {
            Verdict::Trouble(Trouble {
                count: vitals.unsent,
                ..trouble(Subject::Sending, cause, since, is_red)
            })
        };
        match self.sending.failure {
            Some(failure) if vitals.unsent > 0 => {
                let is_refused = matches!(failure.kind, "tls" | "login");
                let is_red = is_refused || self.now - failure.since >= settings.poll();
                waiting(failure.kind, failure.since, is_red)
            }
            _ if vitals.overdue > 0 => {
                let since = vitals.unsent_since.unwrap_or(self.now);
                waiting("overdue", since, true)
            }
            None if vitals.unsent > 0 && self.sending.last_success.is_none() => Verdict::Unknown,
            _ => Verdict::Well,
        }
    }

    fn judge_ledger(&self, settings: &Settings) -> Verdict {
        let state = &self.mailbox;
        match state.gap_since {
            Some(since) => {
                let is_red = self.now - since > settings.poll() * 2;
                Verdict::Trouble(Trouble {
                    count: state.uids_server.abs_diff(state.uids_accounted),
                    ..trouble(Subject::Ledger, "gap", since, is_red)
                })
            }
            None if state.last_success.is_some() => Verdict::Well,
            None => Verdict::Unknown,
        }
    }

    fn waiting(
        &self,
        subject: Subject,
        cause: &str,
        read: impl Fn(&Vitals) -> (u64, Option<DateTime<Utc>>),
    ) -> Verdict {
        match self.vitals.as_ref().map(read) {
            None => Verdict::Unknown,
            Some((0, _)) => Verdict::Well,
            Some((count, since)) => Verdict::Trouble(Trouble {
                count,
                ..trouble(subject, cause, since.unwrap_or(self.now), true)
            }),
        }
    }
}

fn trouble(subject: Subject, cause: &str, since: DateTime<Utc>, is_red: bool) -> Trouble {
    Trouble {
        subject,
        cause: cause.to_owned(),
        since,
        count: 0,
        tries: 0,
        is_red,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::MailboxFailure;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_510_800 + seconds, 0).unwrap()
    }

    fn report(now: i64) -> Report {
        Report {
            now: at(now),
            started: at(0),
            mailbox: MailboxState::default(),
            sending: SendingState::default(),
            vitals: None,
            troubles: Vec::new(),
            well: Vec::new(),
        }
    }

    fn settings() -> Settings {
        Settings {
            mailbox: "box".to_owned(),
            poll: Duration::from_secs(30),
            sends: true,
        }
    }

    fn mailbox(report: &Report) -> Option<(String, bool)> {
        match report.judge(Subject::Mailbox, &settings(), None) {
            Verdict::Trouble(trouble) => Some((trouble.cause, trouble.is_red)),
            Verdict::Well | Verdict::Unknown => None,
        }
    }

    fn failing(error: &'static str) -> Option<MailboxFailure> {
        Some(MailboxFailure {
            since: at(5),
            error,
            tries: 1,
            next_try: at(6),
        })
    }

    #[test]
    fn an_intake_is_silent_after_two_polls_and_a_minute() {
        let mut seen = report(120);
        assert_eq!(mailbox(&seen), None);
        seen.now = at(121);
        assert_eq!(mailbox(&seen), Some(("silent".to_owned(), true)));
        seen.mailbox.last_success = Some(at(30));
        assert_eq!(mailbox(&seen), None);
        seen.now = at(151);
        assert_eq!(mailbox(&seen), Some(("silent".to_owned(), true)));
    }

    #[test]
    fn a_refusal_is_red_at_once_and_a_broken_connection_once_it_lasts() {
        let mut seen = report(5);
        for (error, is_red) in [("auth", true), ("tls", true), ("network", false)] {
            seen.mailbox.failure = failing(error);
            assert_eq!(mailbox(&seen), Some((error.to_owned(), is_red)));
        }
        seen.now = at(200);
        assert_eq!(mailbox(&seen), Some(("network".to_owned(), true)));
    }

    #[test]
    fn what_the_store_refuses_is_the_databases_failure_and_not_the_mailboxs() {
        let mut seen = report(200);
        seen.mailbox.failure = failing("store");
        assert_eq!(mailbox(&seen), None);
        let verdict = seen.judge(Subject::Database, &settings(), None);
        assert!(matches!(verdict, Verdict::Trouble(t) if t.cause == "not_stored" && t.is_red));
    }

    #[test]
    fn an_instance_that_has_lost_the_mailbox_believes_the_one_that_reads_it() {
        let mut seen = report(20);
        seen.mailbox.failure = failing("network");
        seen.mailbox.last_success = Some(at(19));
        assert_eq!(mailbox(&seen), None);
    }
}
