//! Who declares: the label's name is read elsewhere; here the signature, the sentences that
//! introduce the writer, and the display name, with the forwarding ruling.

use super::choose::{Pool, Rank};
use super::cues::Group;
use super::fields::header_text;
use super::person;
use super::person::is_part_of;
pub(super) use super::person::is_same;
use super::phone;
use super::voice::{Voice, Who};
use crate::domain::field::{Evidence, FieldName, Part, Reading, Source, Value};
use crate::mail::Email;
use crate::text::fold;

/// A name or a role with its evidence.
#[derive(Debug, Clone)]
struct Told {
    value: String,
    evidence: Evidence,
    rank: Rank,
}

/// What is known of the people who speak.
#[derive(Debug, Default)]
pub(super) struct People {
    names: Vec<Told>,
    roles: Vec<Told>,
    /// Jobs of people named in the words, who need not be the declarant.
    others: Vec<(String, Told)>,
    /// The reporter's name where the reporter is not the declarant.
    author: Option<String>,
    words: Vec<String>,
}

impl People {
    /// Reads the people of a message. The declarant is the reporter, unless the writer passes a
    /// report on and says to be the contact.
    pub(super) fn new(email: &Email<'_>, voices: &[Voice<'_>], reporter: &Voice<'_>) -> Self {
        let writer = &voices[0];
        let mut people = Self::default();
        let is_passed_on = reporter.who == Who::Forwarded;
        // Who offers to be called in somebody's stead, of whom no number is known.
        let stands_in = writer.cues.has(Group::Contact)
            && !reporter.cues.has(Group::Contact)
            && !person::tells_how_to_reach(&writer.words.text)
            && !gives_number(reporter);
        let declarant = if is_passed_on && !stands_in {
            reporter
        } else {
            writer
        };
        people.read(email, declarant);
        if is_passed_on
            && !stands_in
            && people.roles.is_empty()
            && let Some((value, span)) = person::presented(&writer.words.text)
        {
            let evidence = writer
                .words
                .evidence(&writer.body.text, span, Source::Prose, 0.75);
            people.roles.push(Told {
                value,
                evidence,
                rank: Rank::Around,
            });
        }
        if !is_passed_on {
            // The writer's own earlier words give what the new ones keep back (ruling 2).
            for earlier in voices.iter().filter(|voice| voice.who == Who::Earlier) {
                people.read_earlier(earlier);
            }
        }
        people.read_subject(email);
        if is_passed_on {
            people.author = name_of(reporter);
        }
        people.words = voices
            .iter()
            .flat_map(|voice| {
                let from = voice.from.as_ref().map_or("", |from| from.name.as_str());
                [from.to_owned(), name_of(voice).unwrap_or_default()]
            })
            .flat_map(|name| {
                fold(&name)
                    .split(|c: char| !c.is_alphabetic())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter(|word| word.chars().count() > 1)
            .collect();
        people
    }

    fn read(&mut self, email: &Email<'_>, voice: &Voice<'_>) {
        let header = voice.from.as_ref().and_then(|from| {
            let name = person::from_header(&from.name, &from.address)?;
            Some((name, from))
        });
        let source = |source| {
            if voice.who == Who::Earlier {
                Source::Quoted
            } else {
                source
            }
        };
        if let Some(found) = person::from_signature(&voice.signature.text) {
            self.told(
                voice,
                &voice.signature,
                found,
                source(Source::Signature),
                Rank::Signature,
                header.as_ref().map(|(name, _)| name.as_str()),
            );
        }
        let mut prose = person::find_in_prose(&voice.words.text);
        if self.names.is_empty() {
            let header = header.as_ref().map(|(name, _)| name.as_str());
            person::add_signed(&voice.words.text, header, &mut prose);
        }
        let tells_job = |found: &person::Found| found.writer && found.role.is_some();
        if let Some((name, _)) = &header
            && self.roles.is_empty()
            && !prose.iter().any(tells_job)
            && let Some(found) = person::with_job(&voice.words.text, name)
        {
            prose.push(found);
        }
        // Another than who signs is only the one to call.
        let signer = self
            .names
            .first()
            .map(|told| told.value.clone())
            .or_else(|| header.as_ref().map(|(name, _)| name.clone()))
            .or_else(|| {
                prose
                    .iter()
                    .find(|found| found.writer && !found.contact)
                    .and_then(|found| found.name.clone())
            });
        let introduced = |found: &person::Found| {
            let other = found.contact
                && found.name.as_ref().is_some_and(|name| {
                    signer.as_ref().is_some_and(|signer| !is_same(name, signer))
                });
            found.writer && !other
        };
        for found in prose.iter().filter(|found| !introduced(found)) {
            if let (Some(name), Some((role, span))) = (&found.name, &found.role) {
                let evidence = voice.words.evidence(
                    &voice.body.text,
                    span.clone(),
                    source(Source::Prose),
                    0.7,
                );
                let told = Told {
                    value: role.clone(),
                    evidence,
                    rank: Rank::Around,
                };
                self.others.push((name.clone(), told));
            }
        }
        for found in prose.iter().filter(|found| introduced(found)).cloned() {
            self.told(
                voice,
                &voice.words,
                found,
                source(Source::Prose),
                Rank::Around,
                header.as_ref().map(|(name, _)| name.as_str()),
            );
        }
        if let Some((name, from)) = header {
            let is_sender = email.from.as_ref().is_some_and(|sender| sender == from);
            let text = header_text(from);
            let evidence = if is_sender {
                Evidence {
                    source: Source::Header,
                    part: Some(Part::From),
                    span: 0..from.name.len(),
                    raw: text.get(..from.name.len()).unwrap_or_default().to_owned(),
                    confidence: 0.88,
                }
            } else {
                voice
                    .words
                    .evidence(&voice.body.text, 0..0, Source::Prose, 0.8)
            };
            if is_sender && let Some((role, span)) = person::role_from_header(&from.name) {
                let evidence = Evidence {
                    raw: from.name.get(span.clone()).unwrap_or_default().to_owned(),
                    span,
                    confidence: 0.8,
                    ..evidence.clone()
                };
                self.roles.push(Told {
                    value: role,
                    evidence,
                    rank: Rank::Header,
                });
            }
            self.names.push(Told {
                value: name,
                evidence,
                rank: Rank::Header,
            });
        }
    }

    /// The writer's own earlier words and signature.
    fn read_earlier(&mut self, voice: &Voice<'_>) {
        let header = voice
            .from
            .as_ref()
            .and_then(|from| person::from_header(&from.name, &from.address));
        let found = person::from_signature(&voice.signature.text)
            .into_iter()
            .map(|found| (found, &voice.signature))
            .chain(
                person::find_in_prose(&voice.words.text)
                    .into_iter()
                    .filter(|found| found.writer && !found.contact)
                    .map(|found| (found, &voice.words)),
            )
            .collect::<Vec<_>>();
        for (found, words) in found {
            self.told(
                voice,
                words,
                found,
                Source::Quoted,
                Rank::Earlier,
                header.as_deref(),
            );
        }
    }

    /// « rappeler Vanhoutte au … » in a subject names who wants to be called, if nothing else does.
    fn read_subject(&mut self, email: &Email<'_>) {
        const CALLS: [&str; 6] = [
            "rappeler",
            "contacter",
            "joindre",
            "demander",
            "appeler",
            "contact",
        ];
        let subject = &email.subject;
        for found in person::find_in_prose(subject) {
            let before = fold(&subject[..found.span.start]);
            let Some(name) = found.name else { continue };
            let last = before.split_whitespace().next_back().unwrap_or_default();
            if CALLS.contains(&last.trim_end_matches(':')) {
                let evidence = Evidence {
                    source: Source::Prose,
                    part: Some(Part::Subject),
                    raw: subject[found.span.clone()].to_owned(),
                    span: found.span,
                    confidence: 0.6,
                };
                self.names.push(Told {
                    value: name,
                    evidence,
                    rank: Rank::Implied,
                });
            }
        }
    }

    fn told(
        &mut self,
        voice: &Voice<'_>,
        words: &super::excerpt::Excerpt,
        found: person::Found,
        source: Source,
        rank: Rank,
        header: Option<&str>,
    ) {
        let evidence =
            |span| words.evidence(&voice.body.text, span, source, 0.5 + 0.45 * found.score);
        if let Some(name) = found.name {
            // « Kevin » below and « Kevin Lhermitte » in From are one person: the fuller name.
            let fuller = header.filter(|header| is_part_of(&name, header));
            let value = fuller.map_or_else(
                || {
                    let address = voice.from.as_ref().map(|from| from.address.as_str());
                    address
                        .and_then(|address| person::in_order_of_address(&name, address))
                        .unwrap_or_else(|| name.clone())
                },
                str::to_owned,
            );
            self.names.push(Told {
                value,
                evidence: evidence(found.span.clone()),
                rank,
            });
        }
        if let Some((role, span)) = found.role {
            self.roles.push(Told {
                value: role,
                evidence: evidence(span),
                rank,
            });
        }
    }

    /// Adds names and roles to the candidates.
    pub(super) fn add(&self, pool: &mut Pool) {
        for (field, list) in [
            (FieldName::DeclarantName, &self.names),
            (FieldName::DeclarantRole, &self.roles),
        ] {
            for told in list {
                pool.add(
                    field,
                    told.rank,
                    Reading::Present(Value::Text(told.value.clone())),
                    told.evidence.clone(),
                );
            }
        }
        // « Joindre Noémie Pasquet, ARM »: the job of the one whom a label names.
        if let Some(declarant) = pool.best_text(FieldName::DeclarantName) {
            for (name, told) in &self.others {
                if is_same(name, &declarant) {
                    let reading = Reading::Present(Value::Text(told.value.clone()));
                    pool.add(
                        FieldName::DeclarantRole,
                        told.rank,
                        reading,
                        told.evidence.clone(),
                    );
                }
            }
        }
    }

    /// Adds what a reply's own sentences say of its writer: « Moi c'est Kettly Joseph, ARM ».
    pub(super) fn add_introduced(&self, pool: &mut Pool) {
        let told = |list: &[Told]| {
            list.iter()
                .find(|told| told.rank == Rank::Around && told.evidence.source == Source::Prose)
                .cloned()
        };
        if let (Some(name), Some(role)) = (told(&self.names), told(&self.roles)) {
            for (field, told) in [
                (FieldName::DeclarantName, name),
                (FieldName::DeclarantRole, role),
            ] {
                let reading = Reading::Present(Value::Text(told.value));
                pool.add(field, told.rank, reading, told.evidence);
            }
        }
    }

    /// The declarant's name, as far as no label gives it.
    pub(super) fn declarant(&self) -> Option<String> {
        self.names
            .iter()
            .min_by_key(|told| told.rank)
            .map(|told| told.value.clone())
    }

    /// The name of the voice that reports: « moi » in its words.
    pub(super) fn speaker(&self, reporter: &Voice<'_>) -> Option<String> {
        if reporter.who == Who::Forwarded {
            self.author.clone()
        } else {
            self.declarant()
        }
    }

    /// The folded words of all names, which make a line a signature.
    pub(super) fn words(&self) -> Vec<String> {
        self.words.clone()
    }
}

/// Whether a voice gives a number to call.
fn gives_number(voice: &Voice<'_>) -> bool {
    [&voice.words.text, &voice.signature.text]
        .into_iter()
        .flat_map(|text| phone::find(text))
        .any(|found| matches!(found.number, phone::Number::Valid(_)) && found.score > 0.5)
}

/// The name of who speaks in a voice, from its header or its signature.
pub(super) fn name_of(voice: &Voice<'_>) -> Option<String> {
    let header = voice
        .from
        .as_ref()
        .and_then(|from| person::from_header(&from.name, &from.address));
    header.or_else(|| person::from_signature(&voice.signature.text).and_then(|found| found.name))
}
