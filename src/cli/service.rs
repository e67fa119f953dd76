//! The service's parts put together: the loops and the console over one store.

use super::exit::{Coded, Exit};
use super::parts;
use crate::clock::Clock;
use crate::config::{Auth, Config, Source};
use crate::desk::alarm::Caller;
use crate::desk::health::{Health, Settings};
use crate::desk::intake;
use crate::domain::timer::Delays;
use crate::mailbox::Mailbox;
use crate::metrics::{MailboxHealth, Reading, SendingHealth};
use crate::store::Store;
use crate::transport::Transport;
use crate::wake::Wake;
use crate::web;
use crate::worker::deliver::{self, Delivering};
use crate::worker::fetch::{self, Fetching};
use crate::worker::indexing;
use crate::worker::instances;
use crate::worker::lifecycle::Lifecycle;
use crate::worker::process::{self, Processing};
use crate::worker::settle::Unsettled;
use crate::worker::timers::{self, Timing};
use crate::worker::watch::{self, Watching};
use anyhow::Context as _;
use chrono::TimeDelta;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Everything that the loops share.
pub(super) struct Service {
    pub(super) store: Store,
    config: Config,
    clock: Clock,
    intake: Arc<intake::Parts>,
    wake: Arc<Wake>,
    mailbox: Arc<MailboxHealth>,
    sending: Arc<SendingHealth>,
    reading: Arc<Reading>,
}

impl Service {
    /// Opens the store as one of the instances that share it and checks form and templates; nothing
    /// runs yet. [`Service::close`] must end it.
    pub(super) async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let form = parts::form(&config)?;
        let store = parts::serve_store(&config, clock).await?;
        let intake = parts::intake(&config, &store, form).await?;
        Ok(Self {
            store,
            clock,
            intake,
            wake: Arc::new(Wake::new()),
            mailbox: Arc::default(),
            sending: Arc::default(),
            reading: Arc::default(),
            config,
        })
    }

    /// Leaves the other instances, so that nothing waits for this one's death, and closes the store.
    /// Where the store fails, the others notice, or the next start.
    pub(super) async fn close(&self) {
        if let Err(error) = self.store.leave(self.clock.now()).await {
            tracing::warn!(event = "instance.not_left", error = %error, "what was in hand is settled later");
        }
        self.store.close().await;
    }

    /// What the intake needs to know of this installation.
    pub(super) fn intake(&self) -> &Arc<intake::Parts> {
        &self.intake
    }

    /// The installation's key.
    pub(super) fn key(&self) -> &[u8] {
        self.intake.key.as_bytes()
    }

    /// One round of fetching, then everything that it brought is read, all at `clock`'s time.
    pub(super) async fn round(
        &self,
        clock: Clock,
        token: &CancellationToken,
    ) -> anyhow::Result<fetch::Round> {
        let mut mailbox = Mailbox::new(&self.config.mailbox);
        let mut whole = fetch::Round::default();
        loop {
            let round = fetch::round(&mut mailbox, &self.fetching(clock), token).await?;
            whole.fetched += round.fetched;
            whole.new += round.new;
            whole.moved += round.moved;
            whole.held_elsewhere = round.held_elsewhere;
            if !round.midway || token.is_cancelled() {
                break;
            }
        }
        mailbox.close().await;
        process::whole(&self.processing(clock), token).await?;
        Ok(whole)
    }

    /// Sends what is due at `clock`'s time.
    pub(super) async fn deliver(
        &self,
        clock: Clock,
        token: &CancellationToken,
    ) -> anyhow::Result<()> {
        let delivering = self.delivering(clock);
        deliver::round(&delivering, token).await?;
        delivering.transport.close().await;
        Ok(())
    }

    /// Starts the loops; `listener` is the console's.
    pub(super) fn start(
        &self,
        life: &mut Lifecycle,
        listener: TcpListener,
        is_sending: bool,
        is_demo: bool,
    ) -> anyhow::Result<()> {
        let health = Arc::new(self.health(is_sending));
        let site = web::site(web::Parts {
            store: self.store.clone(),
            clock: self.clock,
            zone: self.config.service.timezone,
            service: self.config.service.name.clone(),
            mailbox: mailbox_name(&self.config),
            health: health.clone(),
            demo: is_demo,
            access: match is_demo {
                true => web::Access::Open,
                false => access(self.config.auth),
            },
            reach: web::Reach {
                public: self.config.web.public_url.clone(),
                proxies: self.config.web.proxies.clone(),
            },
            intake: self.intake.clone(),
            wake: self.wake.clone(),
        })?;
        if self.store.is_shared() {
            let watching = instances::Watching {
                store: self.store.clone(),
                clock: self.clock,
                wake: self.wake.clone(),
            };
            life.start("instances", instances::run(watching, life.token()));
        }
        life.start("web", web::serve(listener, site.router, life.token()));
        let caller = Caller {
            name: self.config.service.name.clone(),
            address: self.config.smtp.from.address.clone(),
            zone: self.config.service.timezone,
        };
        let watching = Watching::new(health, self.clock, caller, &self.config.alarm);
        life.start("watch", watch::run(watching, life.token()));
        let mailbox = Mailbox::new(&self.config.mailbox);
        let fetching = self.fetching(self.clock);
        life.start("fetch", fetch::run(mailbox, fetching, life.token()));
        let timing = Timing {
            store: self.store.clone(),
            parts: self.intake.clone(),
            clock: self.clock,
            wake: self.wake.clone(),
        };
        life.start("timers", timers::run(timing, life.token()));
        life.start("indexing", indexing::run(self.store.clone(), life.token()));
        let processing = self.processing(self.clock);
        life.start("process", process::run(processing, life.token()));
        if is_sending {
            let delivering = self.delivering(self.clock_of_delivery());
            let transport = delivering.transport.clone();
            life.hold_while(move || transport.is_owed_an_answer());
            life.start("deliver", deliver::run(delivering, life.token()));
        }
        Ok(())
    }

    fn health(&self, is_sending: bool) -> Health {
        let settings = Settings {
            mailbox: self.config.mailbox.source.name(),
            poll: self.config.mailbox.poll,
            sends: is_sending,
        };
        Health::new(self.store.clone(), self.clock, settings).told_by(
            self.mailbox.clone(),
            self.sending.clone(),
            self.reading.clone(),
        )
    }

    /// Under a clock that stands still no hold would ever end: mails then leave at once.
    fn clock_of_delivery(&self) -> Clock {
        match (self.clock, TimeDelta::from_std(self.config.replies.hold)) {
            (Clock::Fixed(now), Ok(hold)) => Clock::Fixed(now + hold),
            (clock, _) => clock,
        }
    }

    fn processing(&self, clock: Clock) -> Processing {
        Processing {
            store: self.store.clone(),
            parts: self.intake.clone(),
            clock,
            wake: self.wake.clone(),
            measured: self.reading.clone(),
        }
    }

    fn delivering(&self, clock: Clock) -> Delivering {
        Delivering {
            store: self.store.clone(),
            transport: Arc::new(Transport::new(&self.config.smtp.transport)),
            clock,
            wake: self.wake.clone(),
            delays: Delays {
                hours: self.config.hours.clone(),
                reminder_after: self.config.replies.reminder_after,
                call_after: self.config.replies.call_after,
            },
            max_age: TimeDelta::from_std(self.config.replies.max_age).unwrap_or(TimeDelta::MAX),
            health: self.sending.clone(),
            unsettled: Unsettled::default(),
        }
    }

    fn fetching(&self, clock: Clock) -> Fetching {
        Fetching {
            name: self.config.mailbox.source.name(),
            store: self.store.clone(),
            clock,
            wake: self.wake.clone(),
            health: self.mailbox.clone(),
            poll: self.config.mailbox.poll,
        }
    }
}

/// Opens the console's port.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        let text = format!("cannot listen on {address}: choose another with --listen");
        Coded::new(Exit::Failed, text)
    })
}

/// How support calls the mailbox.
fn mailbox_name(config: &Config) -> String {
    match &config.mailbox.source {
        Source::Imap(imap) => format!("{} ({})", config.mailbox.address, imap.folder),
        Source::Maildir { path } => path.display().to_string(),
    }
}

/// How people come into the console.
fn access(auth: Auth) -> web::Access {
    match auth {
        Auth::Local => web::Access::Accounts,
        Auth::None => web::Access::Open,
    }
}
