//! The fields of one message: what its voices, its subject, its signatures and its headers say,
//! weighed against each other.

use super::choose::{Pool, Rank};
use super::cues::{self, Group};
use super::description::names_subject;
use super::excerpt::Excerpt;
use super::prose::Words;
use super::voice::{Voice, Who};
use super::{answers, entity, major, people, reporter, sentence, when, zone};
use crate::domain::declaration::Kind;
use crate::domain::field::{Evidence, FieldName, Part, Reading, Reason, Source, Value};
use crate::domain::form::Form;
use crate::mail::Email;
use crate::text::Folded;
use chrono::{DateTime, FixedOffset};

/// Reads the fields of one message.
pub(super) struct Reader<'a> {
    pub(super) email: &'a Email<'a>,
    pub(super) form: &'a Form,
    pub(super) kind: Kind,
    pub(super) voices: &'a [Voice<'a>],
    pub(super) subject: Option<Excerpt>,
}

impl Reader<'_> {
    /// The voice that reports the fault.
    fn reporter(&self) -> &Voice<'_> {
        reporter::of(self.voices)
    }

    /// The fields of the form; of a reply only what its own words bring.
    pub(super) fn fields(&self, date: DateTime<FixedOffset>) -> crate::domain::field::Fields {
        let mut pool = Pool::default();
        let subject = crate::text::fold(&self.email.subject);
        let reporter = self.reporter();
        let is_reply = self.kind == Kind::Reply;
        let address = self
            .email
            .from
            .as_ref()
            .map(|from| from.address.to_lowercase())
            .filter(|address| address.contains('@'));
        let people = people::People::new(self.email, self.voices, reporter);
        // An overseas declarant's hours are local: the entity tells the zone, so it is read first.
        let overseas = zone::overseas(self.email, self.voices);
        let pointers = answers::Pointers {
            address: address.clone(),
            name: people.declarant(),
        };
        for voice in self
            .voices
            .iter()
            .filter(|voice| !is_reply || voice.who == Who::Writer)
        {
            let base = when::Base {
                date: voice.date,
                overseas,
            };
            answers::read(voice, self.form, &base, &pointers, &mut pool);
        }
        for voice in self
            .voices
            .iter()
            .filter(|voice| !is_reply || voice.who == Who::Writer)
        {
            let is_reporter = std::ptr::eq(voice, reporter);
            let rank = if is_reporter {
                Rank::Prose
            } else {
                Rank::Around
            };
            let base = when::Base {
                date: voice.date,
                overseas,
            };
            let words = Words::of(voice, rank, &subject, base);
            words.read(&mut pool);
            if is_reporter || voice.who == Who::Earlier {
                let elsewhere = voice.who != Who::Earlier && self.described_earlier();
                // Who escalates complains of us; the declaration below tells the fault.
                let complaint =
                    self.kind == Kind::Escalation && elsewhere && self.labelled_earlier();
                if !complaint {
                    words.description(&people.words(), elsewhere, &mut pool);
                }
            }
        }
        if !is_reply {
            self.around(date, overseas, &mut pool);
            people.add(&mut pool);
            self.email_address(address, &mut pool);
            if reporter.who == Who::Forwarded && !self.writer_declares(reporter, &pool) {
                inner_address(reporter, &mut pool);
            }
        } else {
            people.add_introduced(&mut pool);
        }
        self.affected_user(reporter, &people, &mut pool);
        let mut fields = pool.fields();
        fields.keep(|name| self.form.field(name).is_some());
        let is_described = self.form.field(FieldName::Description).is_some();
        let description = &mut fields[FieldName::Description].reading;
        if is_reply || !is_described {
            return fields;
        }
        if self.email.is_unreadable() {
            *description = Reading::Unclear(Reason::Encrypted);
        } else if *description == Reading::Missing {
            *description = Reading::Unclear(Reason::NotDescribed);
        }
        fields
    }

    /// Whether the writer's own earlier words, quoted below, say what goes wrong.
    fn described_earlier(&self) -> bool {
        self.voices
            .iter()
            .any(|voice| voice.who == Who::Earlier && describes(voice))
    }

    /// Whether the declaration quoted below has a labelled description.
    fn labelled_earlier(&self) -> bool {
        self.voices
            .iter()
            .any(|voice| voice.who == Who::Earlier && has_description(voice))
    }

    /// The subject and the signatures.
    fn around(
        &self,
        date: DateTime<FixedOffset>,
        overseas: Option<chrono_tz::Tz>,
        pool: &mut Pool,
    ) {
        let base = when::Base { date, overseas };
        if let Some(subject) = &self.subject {
            let folded = Folded::new(&subject.text);
            let cues = cues::Cues::scan(folded.as_str());
            let words = Words {
                words: subject,
                whole: &self.email.subject,
                folded: &folded,
                sentences: &[],
                source: Source::Prose,
                rank: Rank::Around,
                subject: "",
                base,
            };
            words.read(pool);
            // « voir objet » makes the subject the writer's own description.
            let pointed = || {
                let mut voices = self.voices.iter();
                voices.any(|one| one.who == Who::Writer && names_subject(one.folded.as_str()))
            };
            if cues.has(Group::Fault) || subject.text.len() > 8 && pointed() {
                let reading = Reading::Present(Value::Text(subject.text.trim().to_owned()));
                let evidence = subject.evidence(
                    &self.email.subject,
                    0..subject.text.len(),
                    Source::Prose,
                    0.7,
                );
                // A subject that reports a fault describes before words that report none.
                let rank = if self.described_earlier() {
                    Rank::Header
                } else {
                    Rank::Around
                };
                pool.add(FieldName::Description, rank, reading, evidence);
            }
        }
        let reporter = self.reporter();
        for voice in self
            .voices
            .iter()
            .filter(|voice| !voice.signature.text.is_empty())
        {
            // The number below a report goes before the number of who passes it on.
            let rank = if reporter.who == Who::Writer || std::ptr::eq(voice, reporter) {
                Rank::Signature
            } else {
                Rank::Earlier
            };
            let folded = Folded::new(&voice.signature.text);
            let words = Words {
                words: &voice.signature,
                whole: &voice.body.text,
                folded: &folded,
                sentences: &[],
                source: Source::Signature,
                rank,
                subject: "",
                base,
            };
            words.phone(pool);
            words.entity(pool);
        }
        if let Some(from) = &self.email.from {
            for found in entity::find(&from.name) {
                let evidence = header_evidence(from, found.span, 0.5 + 0.4 * found.score);
                let reading = Reading::Present(Value::Entity {
                    name: found.name,
                    id: found.id,
                });
                pool.add(FieldName::Entity, Rank::Header, reading, evidence);
            }
        }
    }

    /// Whether who passes a report on is its declarant all the same, since a label says so.
    fn writer_declares(&self, reporter: &Voice<'_>, pool: &Pool) -> bool {
        let is = |voice: &Voice<'_>, declarant: &str| {
            people::name_of(voice).is_some_and(|name| people::is_same(&name, declarant))
        };
        pool.best_text(FieldName::DeclarantName)
            .is_some_and(|declarant| is(&self.voices[0], &declarant) && !is(reporter, &declarant))
    }

    fn email_address(&self, address: Option<String>, pool: &mut Pool) {
        let (Some(address), Some(from)) = (address, &self.email.from) else {
            return;
        };
        let text = header_text(from);
        let start = text.rfind(&from.address).unwrap_or(0);
        let evidence = Evidence {
            source: Source::Header,
            part: Some(Part::From),
            span: start..start + from.address.len(),
            raw: from.address.clone(),
            confidence: if self.email.automatic.no_reply_sender {
                0.6
            } else {
                0.96
            },
        };
        pool.add(
            FieldName::Email,
            Rank::Header,
            Reading::Present(Value::Text(address)),
            evidence,
        );
    }

    /// Whether the reporter's words tell of a whole service out of use.
    pub(super) fn is_major(&self) -> bool {
        let reporter = self.reporter();
        let mut text = reporter.words.text.clone();
        let mut sentences = reporter.sentences.clone();
        for answered in &reporter.labelled.answers {
            if answered.name == crate::domain::form::LabelName::Field(FieldName::Description)
                && !text.contains(&answered.words.text)
            {
                let start = text.len() + 1;
                text.push('\n');
                text.push_str(&answered.words.text);
                sentences.push(sentence::Sentence {
                    span: start..text.len(),
                    about: sentence::About::Fault,
                });
            }
        }
        let subject = self
            .subject
            .as_ref()
            .map_or("", |subject| subject.text.as_str());
        major::suspected(subject, &text, &sentences)
    }
}

fn has_description(voice: &Voice<'_>) -> bool {
    voice.labelled.answers.iter().any(|answered| {
        answered.name == crate::domain::form::LabelName::Field(FieldName::Description)
            && !answered.words.text.is_empty()
    })
}

/// Whether a voice says what goes wrong, in sentences or behind a label.
fn describes(voice: &Voice<'_>) -> bool {
    has_description(voice)
        || voice
            .sentences
            .iter()
            .any(|sentence| sentence.about == sentence::About::Fault)
}

/// The address of the forwarded message that reports goes before the forwarder's.
fn inner_address(reporter: &Voice<'_>, pool: &mut Pool) {
    let address = reporter
        .from
        .as_ref()
        .map(|from| from.address.to_lowercase())
        .filter(|address| address.contains('@'));
    if let Some(address) = address {
        let evidence = reporter
            .words
            .evidence(&reporter.body.text, 0..0, Source::Prose, 0.9);
        pool.add(
            FieldName::Email,
            Rank::Signature,
            Reading::Present(Value::Text(address)),
            evidence,
        );
    }
}

/// The From header as evidence shows it: `Name <address>`.
pub(super) fn header_text(from: &crate::mail::Address) -> String {
    if from.name.is_empty() {
        from.address.clone()
    } else {
        format!("{} <{}>", from.name, from.address)
    }
}

fn header_evidence(
    from: &crate::mail::Address,
    span: std::ops::Range<usize>,
    confidence: f32,
) -> Evidence {
    Evidence {
        source: Source::Header,
        part: Some(Part::From),
        raw: from.name.get(span.clone()).unwrap_or_default().to_owned(),
        span,
        confidence,
    }
}
