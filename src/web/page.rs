//! What all pages share: the console's parts, the frame around a page, errors without internals.

use super::auth::{Access, Reach, Viewer};
use super::guard;
use super::refusal::PageError;
use super::strips::{Strip, strips};
use crate::clock::Clock;
use crate::desk::health::{Health, Report};
use crate::desk::intake;
use crate::domain::account::Right;
use crate::domain::form::Form;
use crate::metrics::Requests;
use crate::present::french;
use crate::present::page::EVIDENCE;
use crate::secret::Key;
use crate::store::{Counts, Store};
use crate::template::{Source, TemplateError, Templates};
use crate::wake::Wake;
use axum::response::Html;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The pages' templates.
const TEMPLATES: &[Source] = &[
    EVIDENCE,
    ("base.html", include_str!("templates/base.html")),
    ("incidents.html", include_str!("templates/incidents.html")),
    ("incident.html", include_str!("templates/incident.html")),
    ("quarantine.html", include_str!("templates/quarantine.html")),
    ("messages.html", include_str!("templates/messages.html")),
    ("sante.html", include_str!("templates/sante.html")),
    ("search.html", include_str!("templates/search.html")),
    ("error.html", include_str!("templates/error.html")),
    ("login.html", include_str!("templates/login.html")),
    ("resumed.html", include_str!("templates/resumed.html")),
    ("acts.html", include_str!("templates/acts.html")),
    ("queue.html", include_str!("templates/queue.html")),
    ("duplicates.html", include_str!("templates/duplicates.html")),
    ("ending.html", include_str!("templates/ending.html")),
    ("shortcuts.html", include_str!("templates/shortcuts.html")),
    ("journal.html", include_str!("templates/journal.html")),
    ("capture.html", include_str!("templates/capture.html")),
];

/// What the console is made of.
#[derive(Clone)]
pub struct Parts {
    /// Where everything is read.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where times are shown.
    pub zone: Tz,
    /// The desk's name, at the top of each page.
    pub service: String,
    /// How the mailbox is called where it is empty.
    pub mailbox: String,
    /// How the service fares.
    pub health: Arc<Health>,
    /// Whether nothing is really sent, which each page then says.
    pub demo: bool,
    /// How people come in.
    pub access: Access,
    /// Under which names it is reached, and through whom.
    pub reach: Reach,
    /// What acts work with; its form is the one that is shown, its key makes the tokens of forms.
    pub intake: Arc<intake::Parts>,
    /// Told of mails that may leave.
    pub wake: Arc<Wake>,
}

/// The console's state: its parts and its parsed templates. Cloning shares them.
#[derive(Clone)]
pub(super) struct Console(Arc<Inner>);

struct Inner {
    parts: Parts,
    templates: Templates,
    at_once: Semaphore,
    requests: Requests,
}

/// An instant as a page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Moment {
    iso: String,
    text: String,
    age: String,
}

impl Moment {
    /// The time alone.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// The frame around a page.
#[derive(Debug, Serialize)]
struct Frame<'a> {
    here: &'static str,
    style: &'static str,
    script: &'static str,
    shortcuts: bool,
    service: &'a str,
    demo: bool,
    polled: String,
    strips: Vec<Strip>,
    to_review: u64,
    waiting: u64,
    to_call: u64,
    incidents: u64,
    messages: u64,
    zone: String,
    viewer: &'a str,
    token: &'a str,
    can_leave: bool,
    reads: bool,
    now: String,
    now_iso: String,
}

impl Console {
    pub(super) fn new(parts: Parts) -> Result<Self, TemplateError> {
        Ok(Self(Arc::new(Inner {
            templates: Templates::load(TEMPLATES, None)?,
            parts,
            at_once: Semaphore::new(guard::MOST_AT_ONCE),
            requests: Requests::default(),
        })))
    }

    /// What was asked of it so far.
    pub(super) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(super) fn form(&self) -> &Form {
        &self.0.parts.intake.form
    }

    pub(super) fn health(&self) -> &Health {
        &self.0.parts.health
    }

    pub(super) fn access(&self) -> Access {
        self.0.parts.access
    }

    pub(super) fn reach(&self) -> &Reach {
        &self.0.parts.reach
    }

    pub(super) fn key(&self) -> &Key {
        &self.0.parts.intake.key
    }

    /// Where times are shown.
    pub(super) fn timezone(&self) -> Tz {
        self.0.parts.zone
    }

    /// The zone's last word, where times are shown.
    pub(super) fn zone(&self) -> String {
        zone_name(self.0.parts.zone)
    }

    /// What acts work with.
    pub(super) fn intake(&self) -> &Arc<intake::Parts> {
        &self.0.parts.intake
    }

    /// Mails may leave.
    pub(super) fn wake(&self) {
        self.0.parts.wake.wake();
    }

    pub(super) fn mailbox(&self) -> &str {
        &self.0.parts.mailbox
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.parts.clock.now()
    }

    pub(super) fn at_once(&self) -> &Semaphore {
        &self.0.at_once
    }

    /// « lun. 23 nov. 09:12 », with its age.
    pub(super) fn moment(&self, at: DateTime<Utc>) -> Moment {
        let now = self.now();
        Moment {
            iso: iso(at),
            text: french::instant(at, self.0.parts.zone, now),
            age: french::age(at, now),
        }
    }

    /// Renders one page in its frame.
    pub(super) async fn render<C: Serialize>(
        &self,
        viewer: &Viewer,
        here: &'static str,
        template: &str,
        context: C,
    ) -> Result<Html<String>, PageError> {
        let report = self.health().look_at(self.now()).await;
        self.render_with(viewer, (here, template), &report, context)
            .await
    }

    /// A template alone, without what frames share.
    pub(super) fn bare<C: Serialize>(
        &self,
        template: &str,
        context: &C,
    ) -> Result<String, TemplateError> {
        self.0.templates.render(template, context)
    }

    /// Renders a page that has no frame: nobody has come in yet.
    pub(super) fn render_alone<C: Serialize>(
        &self,
        template: &str,
        context: C,
    ) -> Result<Html<String>, TemplateError> {
        #[derive(Serialize)]
        struct Alone<'a, C> {
            style: &'static str,
            service: &'a str,
            #[serde(flatten)]
            context: C,
        }
        let alone = Alone {
            style: super::assets::style_path(),
            service: &self.0.parts.service,
            context,
        };
        self.0.templates.render(template, &alone).map(Html)
    }

    /// The same where it is known how the service fares.
    pub(super) async fn render_with<C: Serialize>(
        &self,
        viewer: &Viewer,
        (here, template): (&'static str, &str),
        report: &Report,
        context: C,
    ) -> Result<Html<String>, PageError> {
        #[derive(Serialize)]
        struct Framed<'a, C> {
            frame: Frame<'a>,
            #[serde(flatten)]
            context: C,
        }
        let frame = self.frame(viewer, here, self.store().counts().await?, report);
        let page = self
            .0
            .templates
            .render(template, &Framed { frame, context })?;
        Ok(Html(page))
    }

    fn frame<'a>(
        &'a self,
        viewer: &'a Viewer,
        here: &'static str,
        counts: Counts,
        report: &Report,
    ) -> Frame<'a> {
        let parts = &self.0.parts;
        let now = self.now();
        let polled = report
            .mailbox_read()
            .map(|at| format!("Boîte relevée {}.", french::age(at, now)));
        Frame {
            here,
            style: super::assets::style_path(),
            script: super::assets::script_path(),
            shortcuts: viewer.account.shortcuts,
            service: &parts.service,
            demo: parts.demo,
            polled: polled.unwrap_or_default(),
            strips: strips(self, report, counts.for_person),
            to_review: counts.to_review,
            waiting: counts.waiting_answer,
            to_call: counts.to_call,
            incidents: counts.incidents,
            messages: counts.messages,
            zone: zone_name(parts.zone),
            viewer: &viewer.account.display,
            token: &viewer.token,
            can_leave: viewer.has_session(),
            reads: viewer.may(Right::Read),
            now: french::instant(now, parts.zone, now),
            now_iso: iso(now),
        }
    }
}

/// « 1 message », « 2 messages »: the number and the words that fit it.
pub(super) fn plural(number: u64, one: &str, many: &str) -> String {
    let words = if number < 2 { one } else { many };
    format!("{number}\u{a0}{words}")
}

fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `Europe/Paris` as « Paris ».
fn zone_name(zone: Tz) -> String {
    zone.name()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .replace('_', " ")
}
