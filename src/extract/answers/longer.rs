//! Answers that several labels share: who declares, when it began, what goes wrong.

use super::{Reader, one_line};
use crate::domain::field::{FieldName, Reading, Reason, Value};
use crate::domain::form::LabelName;
use crate::extract::choose::{Pool, Rank};
use crate::extract::excerpt::Excerpt;
use crate::extract::label::Answered;
use crate::extract::lexicon::is_one_of;
use crate::extract::{
    answer, cues, description, frequency, people, person, phone, sentence, station, when,
};
use crate::text::{Folded, fold};

impl Reader<'_> {
    pub(super) fn declarant(&self, pool: &mut Pool) {
        let answers = || {
            self.voice
                .labelled
                .answers
                .iter()
                .filter(|answered| !answered.words.text.is_empty())
        };
        for answered in
            answers().filter(|answered| answered.name == LabelName::Field(FieldName::DeclarantName))
        {
            let text = &answered.words.text;
            if answer::is_unknown(text) {
                pool.add(
                    FieldName::DeclarantName,
                    self.rank,
                    Reading::Unknown,
                    self.whole(answered, 0.9),
                );
                continue;
            }
            // « Contact : Paul Roy, 02 61 91 22 01 » gives the number too.
            if let Some(found) = phone::answer(text)
                && matches!(found.reading, Reading::Present(_))
            {
                let evidence = self.evidence(answered, found.span, 0.8);
                pool.add(FieldName::Phone, Rank::Prose, found.reading, evidence);
            }
            // « Demandeur : Paul Roy (p.roy@…) » gives the address too.
            if let Some((address, span)) = answer::address(text) {
                let evidence = self.evidence(answered, span, 0.9);
                let reading = Reading::Present(Value::Text(address));
                pool.add(FieldName::Email, Rank::Prose, reading, evidence);
            }
            let named = person::answer(text);
            // « transmise par l'opérateur n'est plus reprise »: a sentence, not an answer.
            let said = fold(text);
            let sentence = [" n'", " ne ", " est ", " sont "]
                .iter()
                .any(|verb| said.contains(verb));
            if named.name.is_none() && sentence {
                continue;
            }
            let rank = if self.is_other_contact(answered, &named) {
                Rank::Implied
            } else {
                self.rank
            };
            let nameless = named.name.is_none();
            match named.name {
                Some((name, span)) => {
                    let name = self
                        .pointers
                        .name
                        .as_deref()
                        .and_then(|known| person::in_order_of(&name, known))
                        .unwrap_or(name);
                    let labelled = answers()
                        .filter(|other| other.name == LabelName::Field(FieldName::Email))
                        .find_map(|other| answer::address(&other.words.text));
                    let name = labelled
                        .map(|(address, _)| address)
                        .or_else(|| self.pointers.address.clone())
                        .and_then(|address| person::in_order_of_address(&name, &address))
                        .unwrap_or(name);
                    let evidence = self.evidence(answered, span, 0.97);
                    pool.add(
                        FieldName::DeclarantName,
                        rank,
                        Reading::Present(Value::Text(name)),
                        evidence,
                    );
                }
                None if answer::is_self(text) => {}
                None => {}
            }
            // « Suivi par : Centre d'appels DSI »: a department alone is no job.
            let job = named
                .role
                .filter(|(role, _)| !(nameless && is_one_of("dsi|dsio|dsih|dsii", &fold(role))));
            if let Some((role, span)) = job {
                let evidence = self.evidence(answered, span, 0.96);
                pool.add(
                    FieldName::DeclarantRole,
                    rank,
                    Reading::Present(Value::Text(role)),
                    evidence,
                );
            }
        }
        let surname = answers().find(|answered| answered.name == LabelName::Surname);
        let given = answers().find(|answered| answered.name == LabelName::Given);
        let (Some(first), text) = (
            surname.or(given),
            match (surname, given) {
                (Some(surname), Some(given)) => {
                    format!("{} {}", given.words.text, surname.words.text.to_uppercase())
                }
                (one, other) => one
                    .or(other)
                    .map_or_else(String::new, |answered| answered.words.text.clone()),
            },
        ) else {
            return;
        };
        let named = person::answer(&text);
        if let Some((name, _)) = named.name {
            let evidence = self.whole(first, 0.96);
            pool.add(
                FieldName::DeclarantName,
                self.rank,
                Reading::Present(Value::Text(name)),
                evidence,
            );
        }
        if let Some((role, _)) = named.role {
            pool.add(
                FieldName::DeclarantRole,
                self.rank,
                Reading::Present(Value::Text(role)),
                self.whole(first, 0.9),
            );
        }
    }

    /// « Contact : Mathieu Perrot, technicien » above another's signature: the one to call, who
    /// need not be the declarant.
    fn is_other_contact(&self, answered: &Answered, named: &person::Named) -> bool {
        let start = answered.words.span().start;
        let mut from = start.saturating_sub(90);
        while !self.voice.body.text.is_char_boundary(from) {
            from += 1;
        }
        let before = self.voice.body.text.get(from..start).unwrap_or_default();
        let line = fold(before.rsplit('\n').next().unwrap_or_default());
        let contact = [
            "contact",
            "interlocuteur",
            "interlocutrice",
            "personne a contacter",
            "a contacter",
        ]
        .iter()
        .any(|label| line.trim_start().starts_with(label));
        let other = self.pointers.name.as_ref().zip(named.name.as_ref());
        contact && other.is_some_and(|(known, (name, _))| !people::is_same(name, known))
    }

    pub(super) fn role(&self, answered: &Answered, pool: &mut Pool) {
        let text = one_line(&answered.words.text);
        // « Fonction : prescription » means the portal's function where the declarant's job is
        // already beside the name.
        let named = person::answer(&text);
        let declared = pool.best_text(FieldName::DeclarantRole).is_some();
        let is_job = named
            .role
            .as_ref()
            .is_some_and(|(role, span)| span.start == 0 || role.len() * 2 > text.len());
        if !is_job && declared {
            pool.add(
                FieldName::Feature,
                self.rank,
                Reading::Present(Value::Text(text)),
                self.whole(answered, 0.85),
            );
            return;
        }
        let (role, evidence) = match named.role {
            Some((role, span)) if role.len() * 2 > text.len() => {
                (role, self.evidence(answered, span, 0.97))
            }
            _ => (text, self.whole(answered, 0.93)),
        };
        pool.add(
            FieldName::DeclarantRole,
            self.rank,
            Reading::Present(Value::Text(role)),
            evidence,
        );
    }

    /// « Date : 12/03 » and « Heure : 14h30 » under two labels are one answer.
    pub(super) fn started_at(&self, answers: &[&Answered], pool: &mut Pool) {
        let name = FieldName::StartedAt;
        if let [first, second, ..] = answers {
            let mut joined: Excerpt = first.words.clone();
            let text = &self.voice.body.text;
            let range = second.words.span();
            joined.push(text, range, ' ');
            if let Some(found) = when::answer(&joined.text, self.base) {
                let evidence = joined.evidence(text, found.span, self.source(first), 0.95);
                pool.add(name, self.rank, found.reading, evidence);
                return;
            }
        }
        for answered in answers {
            if answer::is_unknown(&answered.words.text) {
                pool.add(
                    name,
                    self.rank,
                    Reading::Unknown,
                    self.whole(answered, 0.95),
                );
            } else {
                self.add(
                    name,
                    answered,
                    when::answer(&answered.words.text, self.base),
                    pool,
                );
            }
        }
    }

    /// « Commentaire technicien : postes conformes à la fiche pré-requis »: rows of a ticket tool
    /// that answer no question of the form and yet tell of the station or how often it happens.
    pub(super) fn comments(&self, pool: &mut Pool) {
        for answered in &self.voice.labelled.answers {
            if answered.name != LabelName::Other
                || answered.words.text.split_whitespace().count() < 3
            {
                continue;
            }
            let text = &answered.words.text;
            if let Some(found) = station::said(text, "") {
                let evidence = self.evidence(answered, found.span, 0.8);
                pool.add(
                    FieldName::PrerequisitesChecked,
                    Rank::Around,
                    found.reading,
                    evidence,
                );
            }
            if let Some((often, span)) = frequency::said(text) {
                let reading = often.reading(&text[span.clone()]);
                let evidence = self.evidence(answered, span, 0.7);
                pool.add(FieldName::Reproducible, Rank::Around, reading, evidence);
            }
        }
    }

    pub(super) fn description(&self, answers: &[&Answered], pool: &mut Pool) {
        // « Quoi : rappels programmés » above « Pb : … » names the part of the portal.
        let answers = match answers {
            [first, rest @ ..] if !rest.is_empty() && self.is_short_name(&first.words.text) => {
                let reading = Reading::Present(Value::Text(one_line(&first.words.text)));
                pool.add(
                    FieldName::Feature,
                    self.rank,
                    reading,
                    self.whole(first, 0.85),
                );
                rest
            }
            all => all,
        };
        let mut text = String::new();
        for answered in answers {
            let words = &answered.words.text;
            if !text.is_empty() && description::is_journal(words) {
                continue;
            }
            let folded = Folded::new(words);
            let cues = cues::Cues::scan(folded.as_str());
            let sentences = sentence::sentences(words, &folded, &cues);
            let expected = !text.is_empty() && self.is_expectation(answered);
            let kept = description::of_answer(words, &sentences)
                .map(|range| words[range].trim())
                // « attendu : 24 h »
                .or_else(|| Some(words.trim()).filter(|words| expected && !words.is_empty()));
            if let Some(kept) = kept {
                if !text.is_empty() {
                    text.push('\n');
                }
                // What ought to be is told apart from what is by its label alone.
                if expected && let Some(label) = self.label_of(answered) {
                    text.push_str(label);
                    text.push(' ');
                }
                text.push_str(kept);
            }
        }
        let (Some(first), Some(last)) = (answers.first(), answers.last()) else {
            return;
        };
        if text.is_empty() {
            return;
        }
        if !self.is_expectation(first) && self.names_a_part(&text) {
            let reading = Reading::Present(Value::Text(text));
            pool.add(
                FieldName::Feature,
                self.rank,
                reading,
                self.whole(first, 0.8),
            );
            return;
        }
        let mut evidence = self.whole(first, 0.96);
        let end = last.words.span().end;
        if let Some(raw) = self.voice.body.text.get(evidence.span.start..end) {
            raw.clone_into(&mut evidence.raw);
            evidence.span.end = end;
        }
        // « Attendu : … » alone, below sentences that tell the fault, only adds to them.
        let adds = answers.len() == 1 && self.is_expectation(first) && self.tells();
        let reading = if description::points_elsewhere(&text) {
            Reading::Unclear(Reason::NotDescribed)
        } else {
            Reading::Present(Value::Text(text))
        };
        let rank = match self.rank {
            Rank::EarlierLabel => Rank::Earlier,
            _ if adds => Rank::Around,
            rank => rank,
        };
        pool.add(FieldName::Description, rank, reading, evidence);
    }

    /// The label as written, where it is short.
    fn label_of(&self, answered: &Answered) -> Option<&str> {
        let before = self.voice.body.text.get(..answered.words.place(0))?;
        let label = before.rsplit(['\n', '.', ';', '>']).next()?.trim();
        (label.ends_with(':') && label.chars().count() <= 30).then_some(label)
    }

    /// Whether the label asks for what was expected.
    fn is_expectation(&self, answered: &Answered) -> bool {
        let start = answered.words.place(0);
        let before: String = self
            .voice
            .body
            .text
            .get(..start)
            .unwrap_or_default()
            .chars()
            .rev()
            .take(60)
            .collect();
        let before: String = before.chars().rev().collect();
        let label = fold(before.rsplit('\n').next().unwrap_or_default());
        // The form's own « quel comportement était-il attendu ? » asks for the fault first.
        !label.contains("comportement")
            && ["attend", "expected", "normalement", "souhait"]
                .iter()
                .any(|cue| label.contains(cue))
    }

    /// « Quoi : statistiques, rapport SNP »: few words without a fault, above sentences that tell it,
    /// name the part of the portal.
    fn names_a_part(&self, text: &str) -> bool {
        self.tells() && self.is_short_name(text)
    }

    /// Few words without a fault, where no label names the part of the portal.
    fn is_short_name(&self, text: &str) -> bool {
        let named = self.voice.labelled.answers.iter().any(|answered| {
            answered.name == LabelName::Field(FieldName::Feature) && !answered.words.text.is_empty()
        });
        !named
            && (1..=6).contains(&text.split_whitespace().count())
            && !description::points_elsewhere(text)
            && !cues::Cues::scan(&fold(text)).has(cues::Group::Fault)
    }

    /// Whether sentences beside the labels tell something.
    fn tells(&self) -> bool {
        self.voice.sentences.iter().any(|sentence| {
            let words = &self.voice.words.text[sentence.span.clone()];
            sentence.about != sentence::About::Aside && words.split_whitespace().count() >= 8
        })
    }
}

/// « Impact : Moyen » of a ticket tool grades; it counts nobody.
pub(super) fn is_grade(text: &str) -> bool {
    const GRADES: &str = "moyen|moyenne|faible|fort|forte|haut|haute|eleve|elevee|bas|basse|majeur|mineur|critique|normal|normale|low|medium|high|critical|tres";
    fold(text).split_whitespace().all(|word| {
        GRADES.split('|').any(|grade| grade == word) || word.chars().all(|c| !c.is_alphabetic())
    })
}
