//! The watch loop: what is wrong, told once. It looks twice in each poll interval; what is red is
//! logged (`alarm.raised`) and the operator called, by mail, by webhook or both; what is well again
//! is logged (`alarm.cleared`) and disappears by itself.
//!
//! Once, however many instances see it and however often they start: alarms are rows, and who claims
//! one calls. Where nobody is reached it is tried again, by whichever instance is there, after 5 s,
//! 5 min, 30 min, 2 h, then every 5 h. Only of a database that fails the alarm is kept in memory.

use crate::clock::Clock;
use crate::config;
use crate::desk::alarm::{self, Caller};
use crate::desk::health::{Health, Report};
use crate::domain::health::{Subject, Trouble};
use crate::store::{Alarm, StoreError};
use crate::transport::{Delivery, Smtp, Timeouts, Webhook};
use chrono::{DateTime, TimeDelta, Utc};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What comes back within this is the same alarm still.
const QUIET: TimeDelta = TimeDelta::minutes(15);

/// Who claims an alarm has so long to call: more than all limits of both ways together.
const CALLING: TimeDelta = TimeDelta::minutes(3);

/// Waits after calls in vain, in seconds (experience.md 4.5).
const AGAIN: [i64; 5] = [5, 300, 1_800, 7_200, 18_000];

/// The longest time between two looks.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits while a mail is handed over: an alarm does not have all day.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    command: Duration::from_secs(15),
    data: Duration::from_secs(30),
    answer: Duration::from_secs(30),
};

/// What the watch loop works with.
#[derive(Debug)]
pub struct Watching {
    health: Arc<Health>,
    clock: Clock,
    caller: Caller,
    mail: Option<(String, Smtp)>,
    webhook: Option<Webhook>,
    /// The database's alarm, which the database can't keep.
    database: Option<Alarm>,
    /// When it is told again.
    next_call: Option<DateTime<Utc>>,
}

/// What one look led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Alarms that nobody had raised.
    pub raised: u32,
    /// Alarms that somebody was reached for.
    pub told: u32,
    /// Alarms that are over.
    pub cleared: u32,
}

impl Watching {
    /// Nothing is known to be wrong.
    #[must_use]
    pub fn new(health: Arc<Health>, clock: Clock, caller: Caller, config: &config::Alarm) -> Self {
        let mail = config.mail.as_ref();
        Self {
            health,
            clock,
            caller,
            mail: mail.map(|mail| (mail.to.clone(), Smtp::new(mail.smtp.clone(), TIMEOUTS))),
            webhook: config.webhook.clone().map(Webhook::new),
            database: None,
            next_call: None,
        }
    }

    /// The same at another time.
    #[must_use]
    pub fn at(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Looks once.
    pub async fn round(&mut self) -> Round {
        let now = self.clock.now();
        let report = self.health.look_at(now).await;
        let mut round = Round::default();
        self.database(&report, &mut round).await;
        if let Err(error) = self.others(&report, &mut round).await
            && self.database.is_none()
        {
            tracing::warn!(event = "watch.store", error = %error, "alarms can't be kept");
        }
        round
    }

    /// The database's alarm.
    async fn database(&mut self, report: &Report, round: &mut Round) {
        let now = report.now;
        match (report.trouble(Subject::Database), self.database.take()) {
            (Some(trouble), None) if trouble.is_red => {
                tell_raised(trouble);
                round.raised += 1;
                self.database = Some(Alarm {
                    subject: trouble.subject.as_str().to_owned(),
                    cause: trouble.cause.clone(),
                    since: trouble.since,
                    tries: 0,
                    told_at: None,
                    cleared_at: None,
                });
                self.next_call = Some(now);
            }
            (None, Some(alarm)) => {
                tell_cleared(Subject::Database, alarm.since);
                round.cleared += 1;
            }
            (_, kept) => self.database = kept,
        }
        if let Some(mut alarm) = self.database.take() {
            let is_due = self.next_call.is_some_and(|next| next <= now);
            if self.can_call() && alarm.told_at.is_none() && is_due {
                alarm.tries += 1;
                if self.call(&alarm, now).await {
                    alarm.told_at = Some(now);
                    round.told += 1;
                }
                self.next_call = Some(now + again(alarm.tries));
            }
            self.database = Some(alarm);
        }
    }

    /// All other alarms, which the database keeps.
    async fn others(&self, report: &Report, round: &mut Round) -> Result<(), StoreError> {
        if !report.is_ready() {
            return Ok(());
        }
        let (store, now) = (&self.health.store, report.now);
        if let Some(read) = report.mailbox.last_success {
            store
                .note_mailbox_read(self.health.mailbox_name(), read)
                .await?;
        }
        for trouble in report.troubles.iter().filter(|trouble| trouble.is_red) {
            let subject = trouble.subject.as_str();
            let is_new = store
                .raise_alarm(subject, &trouble.cause, trouble.since, now - QUIET)
                .await?;
            if is_new {
                tell_raised(trouble);
                round.raised += 1;
            }
        }
        if self.can_call() {
            for alarm in store.claim_alarms(now, now + CALLING).await? {
                if self.call(&alarm, now).await {
                    store.alarm_told(&alarm.subject, now).await?;
                    round.told += 1;
                } else {
                    let next = now + again(alarm.tries);
                    store.postpone_alarm(&alarm.subject, next).await?;
                }
            }
        }
        for subject in &report.well {
            if *subject == Subject::Database {
                continue;
            }
            if let Some(since) = store.clear_alarm(subject.as_str(), now).await? {
                tell_cleared(*subject, since);
                round.cleared += 1;
            }
        }
        Ok(())
    }

    fn can_call(&self) -> bool {
        self.mail.is_some() || self.webhook.is_some()
    }

    /// Calls by every configured way; true where one of them reached somebody.
    async fn call(&self, alarm: &Alarm, now: DateTime<Utc>) -> bool {
        let (mailed, hooked) = tokio::join!(self.call_by_mail(alarm, now), self.hook(alarm, now));
        mailed || hooked
    }

    async fn call_by_mail(&self, alarm: &Alarm, now: DateTime<Utc>) -> bool {
        let Some((to, smtp)) = &self.mail else {
            return false;
        };
        let mail = alarm::mail(alarm, &self.caller, to, now);
        let delivery = smtp
            .send(&mail, std::future::ready(true), std::future::pending())
            .await;
        smtp.close().await;
        let failure = match delivery {
            // Cut after the final dot: the server has most likely taken it.
            Delivery::Accepted | Delivery::InDoubt(_) => return true,
            // Nobody stops it.
            Delivery::Withdrawn => return false,
            Delivery::Temporary(failure) | Delivery::Permanent(failure) => failure,
        };
        tracing::warn!(
            event = "alarm.not_mailed",
            subject = alarm.subject,
            tries = alarm.tries,
            error = failure.token(),
            "the alarm's mail could not leave"
        );
        false
    }

    async fn hook(&self, alarm: &Alarm, now: DateTime<Utc>) -> bool {
        let Some(webhook) = &self.webhook else {
            return false;
        };
        let (id, body) = (alarm::id(alarm), alarm::body(alarm, now));
        let counts = &self.health.alarms;
        match webhook.call(&id, now, &body).await {
            Ok(()) => {
                counts.delivered.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(error) => {
                counts.failed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(
                    event = "alarm.not_hooked",
                    subject = alarm.subject,
                    tries = alarm.tries,
                    error = &error as &dyn std::error::Error,
                    "the alarm's webhook was not taken"
                );
                false
            }
        }
    }
}

/// Looks until `token` is cancelled, twice in each poll interval.
///
/// # Errors
/// None: what can't be told now is told later.
pub async fn run(mut watching: Watching, token: CancellationToken) -> Result<(), Infallible> {
    let pause = (watching.health.poll() / 2).min(LONGEST);
    while !token.is_cancelled() {
        // A call that is dropped is made again once its claim is over.
        token.run_until_cancelled(watching.round()).await;
        token.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
    Ok(())
}

/// How long to wait after the `tries`th call in vain.
fn again(tries: u32) -> TimeDelta {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::seconds(AGAIN[index.min(AGAIN.len() - 1)])
}

fn tell_raised(trouble: &Trouble) {
    tracing::error!(
        event = "alarm.raised",
        subject = trouble.subject.as_str(),
        cause = trouble.cause,
        since = %trouble.since.to_rfc3339(),
        count = trouble.count,
        tries = trouble.tries,
        "something is wrong: the operator is called where [alarm] says how"
    );
}

fn tell_cleared(subject: Subject, since: DateTime<Utc>) {
    tracing::info!(
        event = "alarm.cleared",
        subject = subject.as_str(),
        since = %since.to_rfc3339(),
        "it is well again"
    );
}
