//! Answers written after the form's labels, however mangled: colons, dashes, tables, answers
//! below their label, several on a line, numbered answers without labels, answers typed into the
//! quoted form.

use super::excerpt::Excerpt;
use crate::domain::field::{FieldName, Source};
use crate::domain::form::{Form, LabelHit, LabelName, Separator};
use crate::mail::{BlockKind, Body, Line};
use crate::text::fold;
use doubt::is_prose;
use reader::Reader;
use rows::table_rows;
use std::collections::HashSet;
use std::ops::Range;

mod doubt;
mod pointed;
mod reader;
mod rows;
mod running;

/// An answer and what it answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What the label stands for.
    pub name: LabelName,
    /// The words of the answer; empty where the line was left unfilled.
    pub words: Excerpt,
    /// `Label`, or `Quoted` inside our own request.
    pub source: Source,
    /// The answer stands below its label.
    pub below: bool,
    /// The label was misspelt, a number, or stood in running text.
    pub loose: bool,
}

/// What labels say in one voice (the newest message, a forwarded one, …).
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    /// The answers, in order.
    pub answers: Vec<Answered>,
    /// Bytes of the body that labels and answers took: not prose any more. Descriptions stay.
    pub taken: Vec<Range<usize>>,
    /// How many different fields have a label.
    pub fields: usize,
    /// The fields that our own quoted request asks for, in its order.
    pub asked: Vec<FieldName>,
}

impl Labelled {
    /// Adds answers that are known otherwise; labels that were read inside them were none.
    pub fn give(&mut self, given: Labelled) {
        if given.taken.is_empty() && given.answers.is_empty() {
            return;
        }
        let spans: Vec<Range<usize>> = given
            .answers
            .iter()
            .map(|answered| answered.words.span())
            .chain(given.taken.iter().cloned())
            .collect();
        self.answers.retain(|answered| {
            let span = answered.words.span();
            !spans
                .iter()
                .any(|given| given.start < span.end && given.end > span.start)
        });
        self.answers.extend(given.answers);
        self.taken.extend(given.taken);
        self.taken.sort_by_key(|range| range.start);
    }
}

/// A label found in the body.
struct Hit {
    line: usize,
    /// Where the label begins, in bytes of the body.
    start: usize,
    /// Where its answer begins, in bytes of the body.
    answer: usize,
    name: LabelName,
    separator: Separator,
    weak: bool,
    loose: bool,
    first: bool,
    /// Bullets or a number stand before the label, with digits among them: « 2) ».
    numbered: bool,
    own: bool,
    /// It stands in a form whose lines are run together.
    running: bool,
}

/// Labels that are looked at in one message; a form filled in by people has far fewer.
const MOST_HITS: usize = 400;

/// Reads the answers of the lines that `voice` accepts: for each line, whether its words are the
/// speaker's (`Some(true)`), may only hold labels (`Some(false)`), or do not count (`None`).
pub fn read(form: &Form, body: &Body, voice: impl Fn(&Line) -> Option<bool>) -> Labelled {
    let mut left = super::LONGEST_READ;
    let voices: Vec<Option<bool>> = body
        .lines
        .iter()
        .map(|line| {
            let heard = voice(line).filter(|_| left > 0);
            left = left.saturating_sub(heard.map_or(0, |_| line.span.len() + 1));
            heard
        })
        .collect();
    let mut labelled = Labelled::default();
    let mut hits = Vec::new();
    let mut noted = false;
    for (number, line) in body.lines.iter().enumerate() {
        let Some(own) = voices[number] else { continue };
        let request = in_request(body, line);
        let words = body.text.get(line.span.clone()).unwrap_or_default();
        let words = &words[..words.floor_char_boundary(super::LONGEST_READ)];
        if request {
            noted |= ends_questions(words);
        }
        if noted && request || hits.len() >= MOST_HITS {
            continue;
        }
        let from = hits.len();
        find_hits(form, words, line.span.start, number, own, &mut hits);
        set_apart(body, &mut hits[from..]);
    }
    running::find(form, body, &voices, &mut hits);
    let rows = table_rows(form, body, &voices, &hits);
    keep_questions(body, &mut hits);
    accept(&mut hits);
    keep_answers(body, &mut hits);
    hits.retain(|hit| !is_prose(body, hit));
    labelled.fields = distinct(hits.iter().filter(|hit| hit.name != LabelName::Other));
    labelled.asked = hits
        .iter()
        .filter(|hit| in_request(body, &body.lines[hit.line]))
        .filter_map(|hit| match hit.name {
            LabelName::Field(name) => Some(name),
            _ => None,
        })
        .collect();
    labelled.asked.dedup();
    let reader = Reader {
        form,
        body,
        voices: &voices,
    };
    for (index, hit) in hits.iter().enumerate() {
        // Neither a label with its answers elsewhere nor an answer that reads like a label.
        let taken = |row: &rows::Row| row.label_lines.contains(&hit.line) || row.holds(hit.start);
        if rows.iter().any(taken) {
            continue;
        }
        reader.answer(hit, hits.get(index + 1), &mut labelled);
    }
    for row in rows {
        reader.row(&row, &mut labelled);
    }
    if labelled.fields < 3 || !labelled.asked.is_empty() {
        reader.numbered(&mut labelled);
    }
    if !labelled.asked.is_empty() {
        reader.pointed(&mut labelled);
    }
    labelled.taken.sort_by_key(|range| range.start);
    labelled
}

fn in_request(body: &Body, line: &Line) -> bool {
    line.block
        .and_then(|block| body.blocks.get(block))
        .is_some_and(|block| block.kind == BlockKind::OurRequest)
}

/// Whether a line of our request stands behind its questions: no answer is typed from there on.
fn ends_questions(words: &str) -> bool {
    let words = fold(words);
    is_summary(&words) || is_signed(&words)
}

/// « Ce que nous avons noté : », folded: below it our request repeats what is already known.
fn is_summary(words: &str) -> bool {
    [
        "ce que nous avons",
        "nous avons note",
        "nous avons compris",
        "deja note",
        "deja connu",
    ]
    .iter()
    .any(|cue| words.contains(cue))
}

/// The signature of our request, folded: a number below it is the support's, nobody's answer.
fn is_signed(words: &str) -> bool {
    let words = words.trim();
    words.starts_with("le support") || words.starts_with("message prepare automatiquement")
}

/// Where our request numbers its questions, a label without a number is none of them: « Téléphone :
/// 0 809 100 809 » in its signature tells where to call us.
fn keep_questions(body: &Body, hits: &mut Vec<Hit>) {
    let in_request = |hit: &Hit| in_request(body, &body.lines[hit.line]);
    if hits.iter().any(|hit| in_request(hit) && hit.numbered) {
        hits.retain(|hit| hit.numbered || !in_request(hit));
    }
}

/// « Cela se reproduit : » and, below it, « à chaque fois »: what could be the same label once more is
/// the answer to it.
fn keep_answers(body: &Body, hits: &mut Vec<Hit>) {
    let mut open: Option<(LabelName, usize)> = None;
    hits.retain(|hit| {
        let answers = hit.separator == Separator::LineEnd
            && open.is_some_and(|(name, line)| name == hit.name && line < hit.line);
        if !answers {
            let line = &body.lines[hit.line].span;
            let unanswered =
                !body.text[hit.answer.min(line.end)..line.end].contains(char::is_alphanumeric);
            open = unanswered.then_some((hit.name, hit.line));
        }
        !answers
    });
}

/// « *Structure* SAMU 21 », « **Fonction** export »: a label that is set apart needs no colon.
fn set_apart(body: &Body, hits: &mut [Hit]) {
    for hit in hits {
        if hit.separator != Separator::Nothing || !hit.first {
            continue;
        }
        let before = body.text[..hit.start].ends_with('*');
        let between = body.text[hit.start..hit.answer].trim_end();
        let starred = before && between.ends_with('*');
        let label_end = hit.start + between.trim_end_matches('*').len();
        let bold = body
            .emphasis
            .iter()
            .any(|span| span.start <= hit.start && span.end >= label_end && span.end <= hit.answer);
        if starred || bold {
            hit.separator = Separator::Colon;
        }
    }
}

fn find_hits(form: &Form, words: &str, base: usize, line: usize, own: bool, hits: &mut Vec<Hit>) {
    let lead = lead(words);
    let numbered = words[..lead].contains(|c: char| c.is_ascii_digit());
    let mut push = |at: usize, hit: LabelHit, first: bool| {
        hits.push(Hit {
            line,
            start: base + at,
            answer: base + at + hit.answer,
            name: hit.name,
            separator: hit.separator,
            weak: hit.weak,
            loose: hit.loose || !first,
            first,
            numbered: numbered && first,
            own,
            running: false,
        });
    };
    let mut from = lead;
    if let Some(hit) = form.labels().at_start(&words[lead..]) {
        let skip = lead + hit.answer;
        let tab = hit.separator == Separator::Tab;
        push(lead, hit, true);
        from = if tab {
            skip.saturating_sub(1).max(lead)
        } else {
            skip
        };
    }
    // Further labels on the line need a mark before them and a colon behind.
    // « : », « = », or the first byte of « ： ».
    let last_colon = memchr::memrchr3(b':', b'=', 0xef, words.as_bytes());
    let rest = words.as_bytes().get(from..).unwrap_or_default();
    if last_colon.is_none_or(|colon| colon < from) && memchr::memchr(b'\t', rest).is_none() {
        return;
    }
    for start in starts(words, from) {
        let tabbed = words[..start].ends_with('\t');
        if !tabbed && last_colon.is_none_or(|colon| colon < start) {
            continue;
        }
        let Some(hit) = form.labels().as_written(&words[start..]) else {
            continue;
        };
        let clear = hit.separator == Separator::Colon && !(hit.loose && hit.weak)
            || tabbed && !hit.weak && matches!(hit.separator, Separator::Tab | Separator::LineEnd);
        if clear && !hit.loose && start >= from {
            from = start + hit.answer;
            push(start, hit, tabbed);
        }
    }
}

/// Bullets, numbers and quote marks before the first word.
fn lead(words: &str) -> usize {
    if words.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    let mut rest = words
        .trim_start_matches(|c: char| c.is_whitespace() || "-*•·–—▪●○>→#☐□✓_\u{f0b7}".contains(c));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) {
        let after = &rest[digits..];
        let mark = after.trim_start_matches(['.', ')', '-', '/', '°', ':']);
        if mark.len() < after.len()
            && (mark.starts_with([' ', '\u{a0}', '\t']) || mark.starts_with(char::is_alphabetic))
        {
            rest = mark.trim_start();
        }
    }
    words.len() - rest.len()
}

/// Places inside a line where another label may begin.
fn starts(words: &str, from: usize) -> impl Iterator<Item = usize> + '_ {
    let bytes = words.as_bytes();
    let follows = move |at: usize, next: &[u8]| bytes.get(at + 1).is_some_and(|b| next.contains(b));
    let mut at = from;
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            let mark = match byte {
                b'/' | b'|' | b';' | b'\t' | b',' | b'(' => true,
                b'.' | b'-' => follows(at, b" \xc2"),
                b' ' => follows(at, b" "),
                0xe2 => words.is_char_boundary(at) && words[at..].starts_with(['–', '—', '•']),
                _ => false,
            };
            if mark && let Some(rest) = words.get(at..) {
                // All marks of a row lead to the same place.
                let rest = rest
                    .trim_start_matches(|c: char| c.is_whitespace() || "/|;,.-–—•(".contains(c));
                at = words.len() - rest.len();
                return (!rest.is_empty()).then_some(at);
            }
            at += 1;
        }
        None
    })
}

/// Keeps the labels that are labels: all where the text is a filled form, else only clear ones.
fn accept(hits: &mut Vec<Hit>) {
    // « QUI ? QUOI ? OÙ ? QUAND ? COMBIEN ? » below each other are labels together.
    let list = distinct(
        hits.iter()
            .filter(|hit| hit.first && hit.separator == Separator::Question),
    ) >= 3;
    let clear = |hit: &Hit| match hit.separator {
        Separator::Colon | Separator::Tab => true,
        // « QUI ? » asks for the declarant as often as for the user.
        Separator::Question => {
            !hit.weak || list && hit.first && hit.name != LabelName::Field(FieldName::AffectedUser)
        }
        Separator::Dash | Separator::LineEnd | Separator::Nothing => false,
    };
    let loose_but_likely = |hit: &Hit| {
        hit.first
            && match hit.separator {
                Separator::Dash => true,
                Separator::LineEnd | Separator::Nothing => !hit.weak,
                _ => false,
            }
    };
    let named = hits.iter().filter(|hit| hit.name != LabelName::Other);
    let form_like = distinct(named.filter(|hit| clear(hit) || loose_but_likely(hit)));
    hits.retain(|hit| {
        if !hit.own && hit.weak && hit.separator != Separator::Colon {
            return false;
        }
        if clear(hit) {
            // « Problème : », « le portail, à savoir : … » inside a sentence is no label.
            return form_like >= 3
                || !hit.weak
                || (hit.first
                    && !matches!(
                        hit.name,
                        LabelName::Field(FieldName::Entity | FieldName::Feature)
                    ));
        }
        match hit.separator {
            Separator::Dash => form_like >= 3 && hit.first,
            Separator::LineEnd => form_like >= 3 && hit.first && (!hit.weak || form_like >= 5),
            Separator::Nothing => form_like >= 4 && hit.first && !hit.weak,
            _ => false,
        }
    });
    hits.sort_by_key(|hit| hit.start);
}

/// How many different names the labels have.
fn distinct<'a>(hits: impl Iterator<Item = &'a Hit>) -> usize {
    hits.map(|hit| hit.name).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use crate::domain::declaration::Declaration;
    use crate::domain::field::{FieldName, Value};
    use crate::domain::form::Form;
    use crate::extract::{Context, extract};
    use crate::mail::Email;

    const REQUEST: &str = "Bonjour Yann Kerdoncuff,\n\n\
        Votre déclaration est enregistrée sous le numéro INC-26-00005.\n\n\
        C’est urgent ? Appelez le 0 809 100 809 en donnant ce numéro.\n\n\n\
        À COMPLÉTER\n\n  1) Téléphone (lu 02 61 91 35 7, il manque un chiffre) :\n@1\n\n  \
        2) Prérequis du poste vérifiés (oui, non) :\n@2\n\n\
        Ces éléments servent à vous rappeler et à écarter une cause connue.\n\n\n\
        CE QUE NOUS AVONS COMPRIS\n\n  - Établissement : SAMU de Rennes.\n\n\
        Une erreur ? Dites-le en une ligne dans votre réponse.\n\n\
        Le support SI-Samu\nTéléphone : 0 809 100 809\n\n\
        Message préparé automatiquement. Votre réponse sera lue par une\npersonne du support.\n";

    fn reply(body: &str) -> String {
        format!(
            "From: Yann Kerdoncuff <y.kerdoncuff@samu35.example>\nTo: support@support.invalid\n\
             Subject: Re: carto [INC-26-00005]\nDate: Mon, 23 Nov 2026 11:00:00 +0100\n\
             Message-ID: <reponse@samu35.example>\n\
             In-Reply-To: <INC-26-00005.1.220a51b82bd63389@support.invalid>\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
        )
    }

    fn read(raw: &str) -> Declaration {
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context)
    }

    #[test]
    fn the_supports_own_number_in_our_quoted_request_is_nobodys_answer() {
        let quoted = |one: &str, two: &str| {
            let mut lines = String::from("Le 23/11/2026 à 10:05, Support SI-Samu a écrit :\n");
            for line in REQUEST.lines() {
                match line {
                    "@1" => lines.push_str(one),
                    "@2" => lines.push_str(two),
                    line => lines.push_str(&format!("> {line}\n")),
                }
            }
            lines
        };
        let outlook = REQUEST
            .replace("vérifiés (oui, non) :\n@2", "vérifiés (oui, non) : oui")
            .replace("chiffre) :\n@1", "chiffre) : 02 61 91 35 78");
        let cases = [
            quoted(
                "\n02 61 91 35 78, pardon\n\n",
                "\noui, par l'informatique\n\n",
            ),
            quoted("02.61.91.35.78\n", "oui\n"),
            format!("1) 02 61 91 35 78\n2) oui\n\n{}", quoted("", "")),
            format!("1 02 61 91 35 78\n2 oui\n\n{}", quoted("", "")),
            format!(
                "Bonjour,\n\nmes réponses ci-dessous.\n\nDe : Support SI-Samu <support@support.invalid>\n\
                 Envoyé : lundi 23 novembre 2026 10:05\nÀ : KERDONCUFF Yann\n\
                 Objet : Re: carto [INC-26-00005]\n\n{outlook}"
            ),
        ];
        for body in cases {
            let raw = reply(&body);
            let declaration = read(&raw);
            let said = |name: FieldName| declaration.fields[name].value().cloned();
            let phone = Value::Phone("+33261913578".into());
            assert_eq!(said(FieldName::Phone), Some(phone), "{body}");
            let checked = Some(Value::YesNo(true));
            assert_eq!(said(FieldName::PrerequisitesChecked), checked, "{body}");
        }
    }

    #[test]
    fn a_request_quoted_without_an_answer_answers_nothing() {
        let quoted: String = REQUEST
            .lines()
            .filter(|line| !line.starts_with('@'))
            .map(|line| format!("> {line}\n"))
            .collect();
        let raw = reply(&format!(
            "Bien reçu, je regarde.\n\nLe 23/11/2026 à 10:05, Support SI-Samu a écrit :\n{quoted}"
        ));
        let declaration = read(&raw);
        let phone = &declaration.fields[FieldName::Phone];
        assert!(phone.value().is_none(), "{phone:?}");
        let entity = &declaration.fields[FieldName::Entity];
        assert!(entity.value().is_none(), "{entity:?}");
    }

    #[test]
    fn a_sentence_that_begins_with_a_question_word_is_no_label() {
        for sentence in [
            "Quand on clique sur Exporter, rien ne sort.",
            "Quand le dossier est ouvert le bouton ne fait rien.",
            "Depuis la mise à jour la liste reste vide.",
            "Qui que ce soit qui se connecte, la page reste blanche.",
        ] {
            let raw = reply(&format!(
                "Déclarant : Paul Durand, ARM\nEntité : SAMU 44\nTéléphone : 02 61 91 44 10\n\
                 Environnement : production\nDescription : le fichier est vide.\n{sentence}\n\
                 Reproductible : oui\n"
            ))
            .replace("In-Reply-To", "X-None")
            .replace("[INC-26-00005]", "");
            let declaration = read(&raw);
            let description = declaration.fields[FieldName::Description].value();
            let whole = format!("le fichier est vide.\n{}", sentence.trim_end_matches('.'));
            assert!(
                matches!(description, Some(Value::Text(text)) if text.trim_end_matches('.') == whole),
                "{description:?}"
            );
        }
    }
}
