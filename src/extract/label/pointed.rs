//! Answers in prose that point at the numbers of our questions: « pour le 3 aucune idée », « non pour
//! le 3, oui pour le 4 », « question 5 : prod ».

use super::reader::Reader;
use super::{Answered, Labelled};
use crate::domain::field::Source;
use crate::domain::form::LabelName;
use crate::extract::excerpt::Excerpt;
use crate::extract::token::{Kind, Tokens};
use crate::mail::LineRole;

/// A number pointed at: its tokens, and which question it is.
struct Pointer {
    from: usize,
    to: usize,
    number: usize,
}

impl Reader<'_> {
    /// Takes the answers that the writer's own lines give to the numbered questions of our request.
    pub(super) fn pointed(&self, labelled: &mut Labelled) {
        let asked = labelled.asked.clone();
        for (number, line) in self.body.lines.iter().enumerate() {
            if self.voices[number] != Some(true)
                || line.role != LineRole::Own
                || line.block.is_some()
            {
                continue;
            }
            let words = &self.body.text[line.span.clone()];
            let tokens = Tokens::new(words);
            let found = pointers(&tokens, asked.len());
            for (index, pointer) in found.iter().enumerate() {
                let floor = index.checked_sub(1).map_or(0, |before| found[before].to);
                let roof = found.get(index + 1).map_or(tokens.len(), |next| next.from);
                let Some((from, to)) = answer(&tokens, pointer, floor, roof) else {
                    continue;
                };
                let Some(&field) = asked.get(pointer.number - 1) else {
                    continue;
                };
                let start = line.span.start;
                let span = tokens.span(from, to);
                let words = Excerpt::of(
                    self.body.part,
                    &self.body.text,
                    start + span.start..start + span.end,
                );
                let words = self.trimmed(Some(field), &words);
                let name = LabelName::Field(field);
                let known =
                    |answered: &Answered| answered.name == name && !answered.words.text.is_empty();
                if words.text.is_empty() || labelled.answers.iter().any(known) {
                    continue;
                }
                let taken = tokens.span(from.min(pointer.from), to.max(pointer.to));
                labelled.taken.push(start + taken.start..start + taken.end);
                labelled.answers.push(Answered {
                    name,
                    words,
                    source: Source::Quoted,
                    below: false,
                    loose: true,
                });
            }
        }
    }
}

/// The places that point at one of `limit` questions, in order.
fn pointers(tokens: &Tokens, limit: usize) -> Vec<Pointer> {
    const ROAD: &str = "pour|concernant|sur|quant|au|a|la|le|l|question|questions|point|points|q|numero|n|no|num|item|reponse|for|the|number";
    const SURE: &str = "pour|concernant|quant|question|questions|point|points|q|item|numero|for";
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut to = at;
        let mut sure = false;
        while to < at + 6
            && (tokens.among(to, ROAD)
                || to > at && (tokens.sign(to, 0xb0) || tokens.sign(to, b'\'')))
        {
            sure |= tokens.among(to, SURE);
            to += 1;
        }
        let number = tokens
            .number(to, 2)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| {
                to > at && (1..=limit).contains(number) && !is_measure(tokens, to + 1)
            });
        let told = tokens.sign(to + 1, b':')
            || tokens
                .any_phrase(
                    to + 1,
                    "c est|oui|non|aucune idee|je ne sais|je sais|je reponds|je dis|nsp",
                )
                .is_some();
        match number {
            Some(number) if sure || told && tokens.is(to - 1, &["le", "la", "au"]) => {
                found.push(Pointer {
                    from: at,
                    to: to + 1,
                    number,
                });
                at = to + 1;
            }
            _ => at = to.max(at + 1),
        }
    }
    found
}

/// « le 3 novembre », « pour le 4 à 9h », « les 5 postes »: a day, an hour, a count.
fn is_measure(tokens: &Tokens, at: usize) -> bool {
    tokens.among(
        at,
        "h|heures|heure|min|minutes|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|postes|arm|medecins|personnes|utilisateurs|\
         agents|jours|semaines|mois|fois|e|er|eme|ieme|a|au|de|des|vers|matin|soir|rue",
    ) || tokens.number(at, 4).is_some()
        || (tokens.sign(at, b'/') || tokens.sign(at, b'.') || tokens.sign(at, b':') || tokens.sign(at, b'-'))
            && tokens.glued(at)
            && tokens.number(at + 1, 4).is_some()
}

/// The tokens of the answer: behind the number, else the short clause before it.
fn answer(tokens: &Tokens, pointer: &Pointer, floor: usize, roof: usize) -> Option<(usize, usize)> {
    let stops = |at: usize| {
        matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(b'.' | b'!' | b'?' | b';')) | None
        ) && !tokens.glued(at + 1)
    };
    let blank = |at: usize| {
        tokens.word(at).is_empty() && tokens.number(at, 9).is_none()
            || tokens.among(at, "et|mais|and")
    };
    let mut from = pointer.to;
    let behind = !tokens.sign(from, b',')
        && !stops(from)
        && from < roof
        && !tokens.among(from, "et|mais|and");
    if behind {
        while from < roof
            && (tokens.sign(from, b':') || tokens.sign(from, b'=') || tokens.sign(from, b')'))
        {
            from += 1;
        }
        from = tokens
            .any_phrase(
                from,
                "c est|ce sera|c etait|la reponse est|je dirais|je reponds|je dis|it s",
            )
            .unwrap_or(from);
        let mut to = (from..roof).find(|at| stops(*at)).unwrap_or(roof);
        while to > from && blank(to - 1) {
            to -= 1;
        }
        return (to > from).then_some((from, to));
    }
    let mut from = pointer.from;
    while from > floor
        && pointer.from - from < 6
        && !stops(from - 1)
        && !tokens.sign(from - 1, b',')
    {
        from -= 1;
    }
    while from < pointer.from && blank(from) {
        from += 1;
    }
    let said = tokens.among(
        from,
        "oui|non|ok|aucune|je|parfois|toujours|jamais|prod|production|formation|ecole|fait|faite|pas|yes|no|nsp",
    );
    (said && from < pointer.from).then_some((from, pointer.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, String)> {
        let tokens = Tokens::new(text);
        let found = pointers(&tokens, 6);
        (0..found.len())
            .filter_map(|at| {
                let floor = at.checked_sub(1).map_or(0, |before| found[before].to);
                let roof = found.get(at + 1).map_or(tokens.len(), |next| next.from);
                let (from, to) = answer(&tokens, &found[at], floor, roof)?;
                Some((found[at].number, tokens.folded(from, to).to_owned()))
            })
            .collect()
    }

    #[test]
    fn a_number_that_is_pointed_at_has_its_answer_beside_it() {
        for (text, told) in [
            (
                "pour le 3 aucune idée, pour le 4 c'est non, le 5 c'est la prod",
                vec![(3, "aucune idee"), (4, "non"), (5, "la prod")],
            ),
            ("non pour le 3, oui pour le 4", vec![(3, "non"), (4, "oui")]),
            (
                "Question 3 : oui, toujours. Question 4 : fait ce matin",
                vec![(3, "oui, toujours"), (4, "fait ce matin")],
            ),
            (
                "au 3 je réponds oui et au 4 je ne sais pas",
                vec![(3, "oui"), (4, "je ne sais pas")],
            ),
            ("Pour la n°2, trois personnes", vec![]),
            (
                "Concernant le point 4 : vu avec la DSI",
                vec![(4, "vu avec la dsi")],
            ),
            ("pour le 3 novembre c'est prévu", vec![]),
            ("la carte est figée pour les 5 postes", vec![]),
            ("le 3 à 14h ça a planté", vec![]),
        ] {
            let told: Vec<(usize, String)> = told
                .into_iter()
                .map(|(at, words)| (at, words.to_owned()))
                .collect();
            assert_eq!(read(text), told, "{text}");
        }
    }
}
