//! One place weighs what the finders found: label before own words before signature before header,
//! and among equals the likelier; what can be used before what can't.

use crate::domain::field::{Evidence, Field, FieldName, Fields, Precision, Reading, Reason, Value};

/// How near a place is to an answer: the lower, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Written after a label.
    Label,
    /// Written after a label, in the writer's own earlier words.
    EarlierLabel,
    /// In the reporter's own words.
    Prose,
    /// In the other words of the message: the one who passes it on, the subject.
    Around,
    /// In the signature.
    Signature,
    /// In the writer's own earlier words.
    Earlier,
    /// In a header.
    Header,
    /// Only implied.
    Implied,
}

/// Something that may be a field's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What it says.
    pub reading: Reading,
    /// Where it stands; `confidence` says how likely it is right.
    pub evidence: Evidence,
    /// How strong its place is.
    pub rank: Rank,
}

/// All candidates of a message.
#[derive(Debug, Default)]
pub struct Pool(Vec<(FieldName, Candidate)>);

impl Pool {
    /// Adds a candidate.
    pub fn add(&mut self, name: FieldName, rank: Rank, reading: Reading, evidence: Evidence) {
        if reading != Reading::Missing {
            self.0.push((
                name,
                Candidate {
                    reading,
                    evidence,
                    rank,
                },
            ));
        }
    }

    /// The candidates of one field, in the order in which they were found.
    pub fn of(&self, name: FieldName) -> impl Iterator<Item = &Candidate> {
        self.0
            .iter()
            .filter(move |(field, _)| *field == name)
            .map(|(_, candidate)| candidate)
    }

    /// The present text value of the best candidate so far: a name for « moi ».
    #[must_use]
    pub fn best_text(&self, name: FieldName) -> Option<String> {
        match self.choose(name).reading {
            Reading::Present(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// What the message says of each field.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for name in FieldName::ALL {
            fields[name] = self.choose(name);
        }
        // What the form adds is there where something was read of it.
        for (name, _) in &self.0 {
            if matches!(name, FieldName::Own(_)) {
                fields[*name] = self.choose(*name);
            }
        }
        fields
    }

    /// What the message says of one field.
    #[must_use]
    pub fn choose(&self, name: FieldName) -> Field {
        let mut best: Option<&Candidate> = None;
        for candidate in self.of(name) {
            if best.is_none_or(|best| self.beats(name, candidate, best)) {
                best = Some(candidate);
            }
        }
        let Some(best) = best else {
            return Field::default();
        };
        if let Some(field) = self.contradiction(name, best) {
            return field;
        }
        Field {
            reading: best.reading.clone(),
            evidence: Some(best.evidence.clone()),
        }
    }

    fn beats(&self, name: FieldName, new: &Candidate, old: &Candidate) -> bool {
        let usable = |candidate: &Candidate| matches!(candidate.reading, Reading::Present(_));
        // A number that can be called anywhere beats one that can't; so does an address.
        if matches!(name, FieldName::Phone | FieldName::Email) && usable(new) != usable(old) {
            return usable(new);
        }
        // « Entité : le SAMU » leaves open which; a SAMU named elsewhere closes it.
        if name == FieldName::Entity && usable(new) != usable(old) {
            let known = if usable(new) { new } else { old };
            if has_id(known) {
                return usable(new);
            }
        }
        // Who signs for a health agency speaks of other SAMU than their own.
        if name == FieldName::Entity
            && new.rank != Rank::Label
            && old.rank != Rank::Label
            && signs_for_agency(new) != signs_for_agency(old)
        {
            return signs_for_agency(new);
        }
        // An entity that the gazetteer knows beats a bare word of prose.
        if name == FieldName::Entity
            && new.rank != Rank::Label
            && old.rank != Rank::Label
            && has_id(new) != has_id(old)
        {
            return has_id(new);
        }
        // « c'est comme ça depuis hier » above « depuis 9h40 » of yesterday's own mail.
        if name == FieldName::StartedAt && is_refined(old, new) != is_refined(new, old) {
            return is_refined(old, new);
        }
        if new.rank != old.rank {
            return new.rank < old.rank;
        }
        // « Plusieurs personnes » of the fault is no worse than a « tous » that stands elsewhere.
        if name != FieldName::AffectedCount && usable(new) != usable(old) {
            return usable(new);
        }
        new.evidence.confidence > old.evidence.confidence + 0.001
    }

    /// Two labels that answer differently can't both be right.
    fn contradiction(&self, name: FieldName, best: &Candidate) -> Option<Field> {
        if name != FieldName::Environment || best.rank > Rank::Prose {
            return None;
        }
        let other = self
            .of(name)
            .find(|other| other.rank == best.rank && other.reading != best.reading)?;
        let mut evidence = best.evidence.clone();
        evidence.confidence = evidence.confidence.min(other.evidence.confidence);
        Some(Field {
            reading: Reading::Unclear(Reason::BothEnvironments),
            evidence: Some(evidence),
        })
    }
}

/// Whether a signature or a sender's name gives a regional health agency.
fn signs_for_agency(candidate: &Candidate) -> bool {
    let agency = matches!(
        &candidate.reading,
        Reading::Present(Value::Entity { id: Some(id), .. }) if id.starts_with("ars-")
    );
    agency && matches!(candidate.rank, Rank::Signature | Rank::Header)
}

/// Whether the writer's earlier words give the hour of the day that the newer ones only name.
fn is_refined(newer: &Candidate, earlier: &Candidate) -> bool {
    let told = matches!(newer.rank, Rank::Prose | Rank::Around)
        && matches!(earlier.rank, Rank::Earlier | Rank::EarlierLabel);
    match (&newer.reading, &earlier.reading) {
        (
            Reading::Present(Value::Instant {
                at: day,
                precision: Precision::Day,
            }),
            Reading::Present(Value::Instant { at, precision }),
        ) => told && *precision != Precision::Day && at.date_naive() == day.date_naive(),
        _ => false,
    }
}

fn has_id(candidate: &Candidate) -> bool {
    matches!(
        &candidate.reading,
        Reading::Present(Value::Entity { id: Some(_), .. })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{Environment, Part, Source};

    fn evidence(confidence: f32) -> Evidence {
        Evidence {
            source: Source::Prose,
            part: Some(Part::Text),
            span: 0..0,
            raw: String::new(),
            confidence,
        }
    }

    fn text(words: &str) -> Reading {
        Reading::Present(Value::Text(words.to_owned()))
    }

    #[test]
    fn a_label_beats_likelier_words_elsewhere() {
        let mut pool = Pool::default();
        pool.add(
            FieldName::Feature,
            Rank::Prose,
            text("carto"),
            evidence(0.99),
        );
        pool.add(
            FieldName::Feature,
            Rank::Label,
            text("bilan"),
            evidence(0.6),
        );
        assert_eq!(pool.best_text(FieldName::Feature).as_deref(), Some("bilan"));
    }

    #[test]
    fn a_number_that_can_be_called_beats_a_short_one_after_the_label() {
        let mut pool = Pool::default();
        let short = Reading::Unclear(Reason::PhoneNotCallable {
            read: "poste 12".to_owned(),
        });
        pool.add(FieldName::Phone, Rank::Label, short.clone(), evidence(0.9));
        assert_eq!(pool.choose(FieldName::Phone).reading, short);
        let whole = Reading::Present(Value::Phone("+33199000001".to_owned()));
        pool.add(
            FieldName::Phone,
            Rank::Signature,
            whole.clone(),
            evidence(0.8),
        );
        assert_eq!(pool.choose(FieldName::Phone).reading, whole);
    }

    #[test]
    fn two_environments_in_places_of_the_same_strength_are_unclear() {
        let mut pool = Pool::default();
        for environment in [Environment::Production, Environment::Training] {
            let reading = Reading::Present(Value::Environment(environment));
            pool.add(FieldName::Environment, Rank::Prose, reading, evidence(0.8));
        }
        assert_eq!(
            pool.choose(FieldName::Environment).reading,
            Reading::Unclear(Reason::BothEnvironments)
        );
    }
}
