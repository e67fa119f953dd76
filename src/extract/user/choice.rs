//! Who is affected, chosen among the voices of a message.

use crate::domain::declaration::Kind;
use crate::domain::field::{FieldName, Reading, Value};
use crate::extract::choose::{Pool, Rank};
use crate::extract::fields::Reader;
use crate::extract::voice::{Voice, Who};
use crate::extract::{people, person, user};

impl Reader<'_> {
    /// Adds who the reporter says is affected.
    pub(in crate::extract) fn affected_user(
        &self,
        reporter: &Voice<'_>,
        people: &people::People,
        pool: &mut Pool,
    ) {
        let declarant = pool
            .best_text(FieldName::DeclarantName)
            .or_else(|| people.declarant());
        let evidence = |span, confidence| {
            reporter
                .words
                .evidence(&reporter.body.text, span, reporter.source(), confidence)
        };
        let found = user::find(
            &reporter.words.text,
            &reporter.sentences,
            declarant.as_deref(),
        );
        // « je suis la seule » of a message that is passed on, where the one who passes it on says no more.
        let passed_on = self
            .voices
            .iter()
            .find(|voice| voice.who == Who::Forwarded && !std::ptr::eq(*voice, reporter))
            .filter(|_| found.is_none() && self.kind != Kind::Reply);
        if let Some(voice) = passed_on
            && let Some(user::Found::Speaker(span)) =
                user::find(&voice.words.text, &voice.sentences, None)
            && let Some(name) = people::name_of(voice)
        {
            let evidence = voice
                .words
                .evidence(&voice.body.text, span, voice.source(), 0.7);
            pool.add(
                FieldName::AffectedUser,
                Rank::Around,
                Reading::Present(Value::Text(name)),
                evidence,
            );
        }
        match found {
            Some(user::Found::Speaker(span)) => {
                // « Géraldine P. » below, « Demandeur : Géraldine Pouzet » above: the fuller name.
                let speaker = match (people.speaker(reporter), declarant) {
                    (Some(speaker), Some(declarant))
                        if person::is_part_of(&speaker, &declarant) =>
                    {
                        Some(declarant)
                    }
                    (speaker, declarant) => speaker.or(declarant),
                };
                if let Some(name) = speaker {
                    pool.add(
                        FieldName::AffectedUser,
                        Rank::Prose,
                        Reading::Present(Value::Text(name)),
                        evidence(span, 0.8),
                    );
                }
            }
            Some(user::Found::Named(name, span)) => {
                pool.add(
                    FieldName::AffectedUser,
                    Rank::Prose,
                    Reading::Present(Value::Text(name)),
                    evidence(span, 0.75),
                );
            }
            None => {
                // Who passes on somebody's report names that person as the one concerned.
                if reporter.who == Who::Forwarded
                    && let Some(name) = people.speaker(reporter)
                    && declarant.as_deref() != Some(name.as_str())
                {
                    pool.add(
                        FieldName::AffectedUser,
                        Rank::Implied,
                        Reading::Present(Value::Text(name)),
                        evidence(0..0, 0.6),
                    );
                }
            }
        }
    }
}
