//! « Qui : Théo Lancry, interne »: a label that asks who, and means who writes.

use super::Reader;
use crate::domain::field::{FieldName, Reading, Value};
use crate::extract::choose::{Pool, Rank};
use crate::extract::label::Answered;
use crate::extract::people::is_same;
use crate::extract::person::Named;

impl Reader<'_> {
    /// Whether the label asks « qui » and no more.
    pub(super) fn is_who(&self, answered: &Answered) -> bool {
        let before = self.voice.body.text.get(..answered.words.place(0));
        let line = before.unwrap_or_default().trim_end();
        let line = line.rsplit('\n').next().unwrap_or_default();
        let label = crate::text::fold(line);
        matches!(
            label.trim_matches(|c: char| !c.is_alphanumeric()),
            "qui" | "who" | "qui suis-je" | "qui ecrit"
        )
    }

    /// Whether « Fonct. : AMA », whose label may mean either function, is answered with a job.
    pub(super) fn is_job(&self, answered: &Answered) -> bool {
        let before = self.voice.body.text.get(..answered.words.place(0));
        let line = before.unwrap_or_default().trim_end();
        let line = line.rsplit('\n').next().unwrap_or_default();
        let label = crate::text::fold(line);
        let label = label
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let text = answered.words.text.trim();
        let named = crate::extract::person::answer(text);
        matches!(
            label,
            "fonct" | "fct" | "fonctio" | "fonction" | "fonctions" | "fction"
        ) && named.name.is_none()
            && named.role.is_some_and(|(role, span)| {
                span.start == 0 && role.chars().count() * 2 > text.chars().count()
            })
    }

    /// « NB : ce n'est pas la panne de juin », where « NB » is no number but a remark.
    pub(super) fn is_remark(&self, answered: &Answered) -> bool {
        let before = self.voice.body.text.get(..answered.words.place(0));
        let line = before.unwrap_or_default().trim_end();
        let line = line.rsplit('\n').next().unwrap_or_default();
        let label = crate::text::fold(line);
        let label = label.trim_matches(|c: char| !c.is_alphanumeric());
        matches!(label, "nb" | "n.b" | "n b") && answered.words.text.split_whitespace().count() > 4
    }

    /// « Qui : Théo Lancry, interne en médecine d'urgence »: the writer, whoever is affected.
    pub(super) fn introduces_writer(
        &self,
        answered: &Answered,
        named: &Named,
        pool: &mut Pool,
    ) -> bool {
        let (Some((name, place)), Some((role, span))) = (&named.name, &named.role) else {
            return false;
        };
        let known = self.pointers.name.as_ref();
        if known.is_some_and(|known| !is_same(known, name)) {
            return false;
        }
        let evidence = self.evidence(answered, span.clone(), 0.85);
        let reading = Reading::Present(Value::Text(role.clone()));
        pool.add(FieldName::DeclarantRole, Rank::Around, reading, evidence);
        if name.contains(' ') {
            let evidence = self.evidence(answered, place.clone(), 0.95);
            let reading = Reading::Present(Value::Text(name.clone()));
            pool.add(FieldName::DeclarantName, self.rank, reading, evidence);
        }
        true
    }
}
