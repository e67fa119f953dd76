//! What running text, subjects and signatures say, field by field.

mod beside;

use super::answers::one_line;
use super::choose::{Pool, Rank};
use super::cues::Group;
use super::excerpt::Excerpt;
use super::lexicon::mentions;
use super::parted::{joined, labelled_day};
use super::sentence::{About, Sentence};
use super::voice::{Voice, Who};
use super::{count, description, entity, environment, feature, frequency, phone, station, when};
use crate::domain::field::{Evidence, FieldName, Reading, Source, Value};
use crate::text::Folded;
use std::ops::Range;

/// A piece of running text, with what it takes to say where it stands.
pub struct Words<'a> {
    /// The running text.
    pub words: &'a Excerpt,
    /// The part's whole text, which evidence is cut from.
    pub whole: &'a str,
    /// The text, folded.
    pub folded: &'a Folded,
    /// Its sentences; none for a subject or a signature.
    pub sentences: &'a [Sentence],
    /// What kind of place it is.
    pub source: Source,
    /// How strong the place is.
    pub rank: Rank,
    /// The subject, folded.
    pub subject: &'a str,
    /// What its relative dates count from.
    pub base: when::Base,
}

impl<'a> Words<'a> {
    /// The running text of a voice.
    pub fn of(voice: &'a Voice<'_>, rank: Rank, subject: &'a str, base: when::Base) -> Self {
        Self {
            words: &voice.words,
            whole: &voice.body.text,
            folded: &voice.folded,
            sentences: &voice.sentences,
            source: voice.source(),
            rank: if voice.who == Who::Earlier {
                Rank::Earlier
            } else {
                rank
            },
            subject,
            base,
        }
    }

    fn evidence(&self, range: Range<usize>, confidence: f32) -> Evidence {
        self.words
            .evidence(self.whole, range, self.source, confidence.clamp(0.05, 0.97))
    }

    fn about(&self, span: &Range<usize>) -> Option<About> {
        self.sentences
            .iter()
            .find(|sentence| sentence.span.start <= span.start && span.start < sentence.span.end)
            .map(|sentence| sentence.about)
    }

    /// Everything that running text says but people, who are read elsewhere.
    pub fn read(&self, pool: &mut Pool) {
        self.phone(pool);
        self.started_at(pool);
        self.entity(pool);
        self.environment(pool);
        self.count(pool);
        self.count_unknown(pool);
        self.frequency(pool);
        self.prerequisites(pool);
        self.feature(pool);
    }

    /// The number to call back.
    pub fn phone(&self, pool: &mut Pool) {
        for found in phone::find(&self.words.text) {
            let hints = &found.hints;
            if hints.fax
                || hints.support
                || hints.public_line
                || hints.not_to_call
                || found.score <= 0.1
            {
                continue;
            }
            let reading = match found.number {
                phone::Number::Valid(number) => Reading::Present(Value::Phone(number)),
                phone::Number::Wrong(reason) => Reading::Unclear(reason),
            };
            // Somebody else's number is better than none only where nothing else is given.
            let declarant = pool.best_text(FieldName::DeclarantName);
            let own = declarant
                .is_some_and(|name| phone::is_beside(&self.words.text, &found.span, &name));
            // « je transmets le message de Jordan. Son numéro : … »
            let theirs =
                self.rank == Rank::Around && phone::is_anothers(&self.words.text, found.span.start);
            let shared = !own && (hints.third_party || hints.secretariat) || hints.switchboard;
            let rank = if theirs {
                Rank::Prose
            } else if shared && self.rank < Rank::Header {
                Rank::Header
            } else {
                self.rank
            };
            let score = if own { 0.9 } else { found.score };
            let evidence = self.evidence(found.span, 0.45 + 0.5 * score);
            pool.add(FieldName::Phone, rank, reading, evidence);
        }
    }

    /// When it began.
    pub fn started_at(&self, pool: &mut Pool) {
        if let Some(span) = when::unknown(&self.words.text) {
            pool.add(
                FieldName::StartedAt,
                self.rank,
                Reading::Unknown,
                self.evidence(span, 0.2),
            );
        }
        let labelled = labelled_day(pool);
        for found in when::find(&self.words.text, &self.base) {
            if found.role == when::Role::Other || self.is_of_a_complaint(&found.span) {
                continue;
            }
            // « postes vérifiés par notre DSI le 10/06 »: the time of the check.
            if found.role == when::Role::Plain && self.is_of_a_check(&found.span) {
                continue;
            }
            let bonus = match self.about(&found.span) {
                Some(About::Fault) => 0.1,
                Some(About::Aside) if found.role != when::Role::Start => continue,
                _ => 0.0,
            };
            let reading = match found.doubt {
                Some(reason) => Reading::Unclear(reason),
                None => Reading::Present(Value::Instant {
                    at: found.at,
                    precision: found.precision,
                }),
            };
            let confidence = 0.4 + 0.45 * found.score + bonus;
            // « Date : 11/03 » above and « constaté à 11h40 » in the words are one time.
            if found.dayless
                && found.role == when::Role::Start
                && self.rank == Rank::Prose
                && let Some(at) = labelled.and_then(|day| joined(day, found.at))
            {
                let reading = Reading::Present(Value::Instant {
                    at,
                    precision: found.precision,
                });
                let evidence = self.evidence(found.span, 0.97);
                pool.add(FieldName::StartedAt, Rank::Label, reading, evidence);
                continue;
            }
            pool.add(
                FieldName::StartedAt,
                self.rank,
                reading,
                self.evidence(found.span, confidence),
            );
        }
    }

    /// The SAMU, ARS or hospital.
    pub fn entity(&self, pool: &mut Pool) {
        for found in entity::find(&self.words.text) {
            // « correction, vous avez noté SAMU 68 »: the one that was wrong.
            let corrected = found.score > 0.4 && self.corrects(found.span.start);
            let confidence = 0.4 + 0.5 * found.score + if corrected { 0.3 } else { 0.0 };
            let reading = Reading::Present(Value::Entity {
                name: found.name,
                id: found.id,
            });
            // « je transfère un dossier au SAMU 39 » counts where no other place names a SAMU.
            let weak = found.score < 0.4 && matches!(self.rank, Rank::Prose | Rank::Around);
            let rank = if weak { Rank::Implied } else { self.rank };
            pool.add(
                FieldName::Entity,
                rank,
                reading,
                self.evidence(found.span, confidence),
            );
        }
    }

    /// Production or training, where the word can't mean anything else.
    pub fn environment(&self, pool: &mut Pool) {
        if let Some(found) = environment::said(&self.words.text) {
            pool.add(
                FieldName::Environment,
                self.rank,
                found.reading,
                self.evidence(found.span, 0.9),
            );
        }
    }

    /// How many are affected.
    pub fn count(&self, pool: &mut Pool) {
        let complaints = self.complaints();
        for found in count::find(&self.words.text) {
            // « Personne ne nous a rappelés » counts nobody.
            if touches(&complaints, &found.span) || self.is_not_known(&found) {
                continue;
            }
            let place = match self.about(&found.span) {
                Some(About::Fault) => 0.1,
                Some(About::Context) => -0.05,
                None if self.sentences.is_empty() => 0.0,
                Some(About::Aside) if beside::counts_outright(&self.words.text, &found) => -0.05,
                Some(About::Aside) | None => continue,
            };
            let confidence = 0.35 + 0.5 * found.score + place;
            let reading = match found.doubt {
                Some(reason) => Reading::Unclear(reason),
                None => Reading::Present(Value::Count(found.count)),
            };
            pool.add(
                FieldName::AffectedCount,
                self.rank,
                reading,
                self.evidence(found.span, confidence),
            );
        }
    }

    /// Where the words complain of our silence.
    fn complaints(&self) -> Vec<Range<usize>> {
        super::cues::Cues::scan(self.folded.as_str())
            .of(Group::Escalation)
            .map(|range| self.folded.original(range))
            .collect()
    }

    /// Whether every sentence of fault complains of our silence or speaks of the mail itself.
    fn only_complains(&self) -> bool {
        const MAIL: &str = "mon message|mon mail|ma declaration|notre declaration|ce dossier|ma demande|notre demande|votre accuse|l'accuse|la copie d'ecran|la capture|piece jointe|escalade|relance";
        let complaints = self.complaints();
        self.sentences
            .iter()
            .filter(|sentence| sentence.about == About::Fault)
            .all(|sentence| {
                let folded = crate::text::fold(&self.words.text[sentence.span.clone()]);
                touches(&complaints, &sentence.span) || mentions(MAIL, &folded)
            })
    }

    /// « Combien on est à l'avoir, aucune idée. »
    fn count_unknown(&self, pool: &mut Pool) {
        for sentence in self.sentences {
            let text = &self.words.text[sentence.span.clone()];
            if count::is_unknown(text) {
                pool.add(
                    FieldName::AffectedCount,
                    self.rank,
                    Reading::Unknown,
                    self.evidence(sentence.span.clone(), 0.62),
                );
                return;
            }
        }
    }

    fn frequency(&self, pool: &mut Pool) {
        for (index, sentence) in self.sentences.iter().enumerate() {
            let text = &self.words.text[sentence.span.clone()];
            // « Pour savoir si ça peut se reproduire, je ne sais pas » reports nothing, and answers.
            let aside = sentence.about == About::Aside;
            // « Systématique ? Non, huit fois sur dix. »: the answer stands behind the question.
            let asked = text.trim_end().ends_with('?') && text.split_whitespace().count() <= 6;
            let next = self.sentences.get(index + 1).filter(|_| asked);
            if let Some(next) = next
                && frequency::said(text).is_some()
                && let Some(found) = frequency::answer(&self.words.text[next.span.clone()])
            {
                let evidence = self.evidence(next.span.clone(), 0.85);
                pool.add(FieldName::Reproducible, self.rank, found.reading, evidence);
                return;
            }
            if let Some((often, span)) = frequency::said(text)
                && (!aside
                    || often == frequency::Often::Unknown
                    || beside::follows_number(&text[..span.start])
                    || beside::says_outright(text))
            {
                let reading = often.reading(&text[span.clone()]);
                let confidence = match reading {
                    Reading::Present(_) => 0.85,
                    _ => 0.6,
                };
                let span = sentence.span.start + span.start..sentence.span.start + span.end;
                pool.add(
                    FieldName::Reproducible,
                    self.rank,
                    reading,
                    self.evidence(span, confidence),
                );
            }
        }
    }

    fn prerequisites(&self, pool: &mut Pool) {
        for (index, sentence) in self.sentences.iter().enumerate() {
            let text = &self.words.text[sentence.span.clone()];
            let next = self
                .sentences
                .get(index + 1)
                .map_or("", |next| &self.words.text[next.span.clone()]);
            if let Some(found) = station::said(text, next) {
                let span =
                    sentence.span.start + found.span.start..sentence.span.start + found.span.end;
                pool.add(
                    FieldName::PrerequisitesChecked,
                    self.rank,
                    found.reading,
                    self.evidence(span, 0.9),
                );
                return;
            }
        }
    }

    /// The part of the portal.
    pub fn feature(&self, pool: &mut Pool) {
        let subject = if super::sentence::is_another_matter(self.folded.as_str()) {
            ""
        } else {
            self.subject
        };
        if let Some(found) = feature::find(&self.words.text, self.folded, self.sentences, subject) {
            let value = one_line(&self.words.text[found.span.clone()]);
            let reading = Reading::Present(Value::Text(value));
            let acted = feature::is_named_by_subject(&self.words.text, subject);
            // A weak guess in the words is weighed against the subject, and one that comes of the act
            // that the subject names counts less.
            let (rank, score) = match self.rank {
                Rank::Prose if acted => (Rank::Around, found.score.min(0.3)),
                Rank::Prose if found.score < 0.6 => (Rank::Around, found.score),
                rank => (rank, found.score),
            };
            pool.add(
                FieldName::Feature,
                rank,
                reading,
                self.evidence(found.span, score),
            );
        }
    }

    /// The sentences that describe. Where the writer's earlier words describe (`elsewhere`), the
    /// new ones only do if they say more than that nothing was answered or a file was forgotten.
    pub fn description(&self, names: &[String], elsewhere: bool, pool: &mut Pool) {
        let Some(found) = description::of_sentences(self.words, self.sentences, names) else {
            return;
        };
        // Right in 28 of 29 in the first run of batch 8, in four of five on the harder batches before.
        let confidence = if found.faulty { 0.9 } else { 0.55 };
        let told = if elsewhere {
            found.faulty && !self.only_complains()
        } else {
            found.faulty || found.text.split_whitespace().count() >= 10
        };
        let reading = if description::points_elsewhere(&found.text) {
            Reading::Unclear(crate::domain::field::Reason::NotDescribed)
        } else {
            Reading::Present(Value::Text(found.text))
        };
        // Words without a fault describe only where nothing else does.
        let rank = match (told, elsewhere) {
            // « voir PJ » says less than a subject that reports the fault.
            _ if matches!(reading, Reading::Unclear(_)) => Rank::Header,
            (true, _) => self.rank,
            (false, true) => Rank::Header,
            (false, false) => self.rank.max(Rank::Signature),
        };
        pool.add(
            FieldName::Description,
            rank,
            reading,
            self.evidence(found.span, confidence),
        );
    }
}

fn touches(places: &[Range<usize>], span: &Range<usize>) -> bool {
    places
        .iter()
        .any(|place| place.start <= span.end && span.start <= place.end)
}
