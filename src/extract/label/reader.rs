//! One label's answer: where it ends, what of it is the form's own, which word of a choice is meant.

use super::{Answered, Hit, Labelled, ends_questions, in_request};
use crate::domain::field::{FieldName, Source};
use crate::domain::form::{Form, LabelName};
use crate::extract::answers::boxes::{self, Boxes};
use crate::extract::excerpt::Excerpt;
use crate::mail::{Body, LineRole};
use crate::text::fold;
use std::ops::Range;

/// What is needed to take an answer out of the body.
pub(super) struct Reader<'a> {
    pub(super) form: &'a Form,
    pub(super) body: &'a Body,
    pub(super) voices: &'a [Option<bool>],
}

impl Reader<'_> {
    /// Takes the answer of one label, on its line or below it.
    pub(super) fn answer(&self, hit: &Hit, next: Option<&Hit>, labelled: &mut Labelled) {
        let line = &self.body.lines[hit.line];
        let request = in_request(self.body, line);
        let source = if request {
            Source::Quoted
        } else {
            Source::Label
        };
        let end = match next {
            Some(next) if next.start < line.span.end => next.start.max(hit.answer),
            _ => line.span.end,
        };
        let field = match hit.name {
            LabelName::Field(name) => Some(name),
            _ => None,
        };
        let is_description = field == Some(FieldName::Description);
        let mut words = Excerpt::new(self.body.part);
        let mut same_line = hit.answer.min(end)..end;
        if !is_description {
            same_line = self.first_sentence(same_line);
        }
        if field == Some(FieldName::Phone) {
            same_line = self.number_alone(same_line);
        }
        // In somebody else's quoted words only what was typed in colour or bold is the writer's.
        if hit.own || request || self.emphasised(&same_line) {
            words.push(&self.body.text, same_line.clone(), '\n');
        }
        // In a form run together the next label begins in the middle of a line.
        let inner =
            next.filter(|next| (next.running || hit.running) && next.start >= line.span.end);
        let inner = inner.and_then(|next| {
            let at = self
                .body
                .lines
                .iter()
                .position(|line| line.span.contains(&next.start))?;
            let start = self.body.lines[at].span.start;
            let head = self.body.text[start..next.start].contains(char::is_alphanumeric);
            (head && !next.first && at > hit.line).then_some((at, start..next.start))
        });
        let last_line = match &inner {
            Some((at, _)) => *at,
            None => next.map_or(self.body.lines.len(), |next| next.line.max(hit.line + 1)),
        };
        let filled = |words: &Excerpt| !self.trimmed(field, words).text.is_empty();
        let mut below = false;
        let mut taken_to = same_line.end;
        let on_line = filled(&words);
        let below_it = next.is_none_or(|next| next.line != hit.line && next.start >= line.span.end);
        if below_it && (is_description || !on_line) {
            let mut blanks = 0;
            // A row of a table never goes on in the next one.
            let is_row = self.body.text[self.body.lines[hit.line].span.clone()].contains('\t');
            for number in hit.line + 1..last_line {
                let line = &self.body.lines[number];
                if is_row && on_line && self.body.text[line.span.clone()].trim().contains('\t') {
                    break;
                }
                if line.role == LineRole::Blank
                    || self.body.text[line.span.clone()].trim().is_empty()
                {
                    blanks += 1;
                    if blanks > 2 && !is_description {
                        break;
                    }
                    continue;
                }
                let own =
                    self.voices[number] == Some(true) || (request && in_request(self.body, line));
                let spoken = matches!(
                    line.role,
                    LineRole::Own | LineRole::Greeting | LineRole::Quoted
                );
                if !own || !spoken {
                    // The rest of a label wrapped inside the quoted form; a signature ends it.
                    if self.voices[number] == Some(false) && line.role == LineRole::Quoted {
                        continue;
                    }
                    break;
                }
                if in_request(self.body, line)
                    && (is_request_prose(&self.body.text[line.span.clone()])
                        || ends_questions(&self.body.text[line.span.clone()]))
                {
                    break;
                }
                let tail = self.body.text[line.span.clone()].trim_end();
                // « … été réalisée sur⏎le poste de travail ? »: the rest of our question.
                if in_request(self.body, line) && !filled(&words) && tail.ends_with(['?', ':']) {
                    continue;
                }
                below |= !on_line;
                words.push(&self.body.text, line.span.clone(), '\n');
                taken_to = line.span.end;
                if !is_description && filled(&words) {
                    break;
                }
            }
        } else if next.is_none_or(|next| next.line > hit.line) {
            taken_to = self
                .wrapped(hit.line, last_line, same_line.end, &mut words)
                .max(taken_to);
        }
        if let Some((at, head)) = inner
            && (is_description || at == hit.line + 1)
        {
            words.push(
                &self.body.text,
                head.clone(),
                if is_description { '\n' } else { ' ' },
            );
            taken_to = head.end;
        }
        let words = self.trimmed(field, &words);
        if is_description {
            labelled.taken.push(hit.start..hit.answer);
        } else {
            labelled.taken.push(hit.start..taken_to);
        }
        labelled.answers.push(Answered {
            name: hit.name,
            words,
            source,
            below,
            loose: hit.loose,
        });
    }

    /// An answer in running text ends with its sentence: what follows is prose again.
    fn first_sentence(&self, range: Range<usize>) -> Range<usize> {
        let words = &self.body.text[range.clone()];
        let cut = words.match_indices(". ").find(|(at, _)| {
            let before = words[..*at]
                .rsplit([' ', '\u{a0}'])
                .next()
                .unwrap_or_default();
            let after = words[at + 1..].trim_start();
            let short = [
                "resp", "tech", "coord", "méd", "med", "inf", "adj", "ass", "secr",
            ];
            *at > 0
                && !short.contains(&before.to_lowercase().as_str())
                && !before.ends_with('.')
                && (before.chars().filter(|c| c.is_alphanumeric()).count() > 2
                    || before.chars().all(|c| c.is_ascii_digit())
                    || ["am", "pm"].contains(&before))
                && after.starts_with(char::is_uppercase)
        });
        match cut {
            Some((at, _)) => range.start..range.start + at + 1,
            None => range,
        }
    }

    /// « … c'est le 02 61 91 50 07, nous sommes trois à l'avoir vu »: what follows a number without
    /// giving another is prose again.
    fn number_alone(&self, range: Range<usize>) -> Range<usize> {
        let words = &self.body.text[range.clone()];
        let mut behind = words.bytes().filter(u8::is_ascii_digit).count();
        let mut before = 0;
        let cut = words.bytes().enumerate().find(|(at, byte)| {
            if byte.is_ascii_digit() {
                before += 1;
                behind -= 1;
            }
            let goes_on = || words[at + 1..].split_whitespace().nth(3).is_some();
            matches!(byte, b',' | b';') && before >= 9 && behind < 8 && goes_on()
        });
        match cut {
            Some((at, _)) => range.start..range.start + at,
            None => range,
        }
    }

    /// A long line goes on below with a small letter.
    fn wrapped(&self, line: usize, last: usize, end: usize, words: &mut Excerpt) -> usize {
        let span = &self.body.lines[line].span;
        if end < span.end || span.len() < 60 || line + 1 >= last {
            return end;
        }
        let next = &self.body.lines[line + 1];
        let text = &self.body.text[next.span.clone()];
        if self.voices[line + 1] == Some(true)
            && next.role == LineRole::Own
            && text.starts_with(char::is_lowercase)
        {
            words.push(&self.body.text, next.span.clone(), ' ');
            return next.span.end;
        }
        end
    }

    fn emphasised(&self, range: &Range<usize>) -> bool {
        self.body.emphasis.iter().any(|span| {
            span.start < range.end && span.end > range.start && span.start + 1 >= range.start
        })
    }

    /// The answer without the form's own words, dots and marks around it; empty where nothing else
    /// is left.
    pub(super) fn trimmed(&self, field: Option<FieldName>, words: &Excerpt) -> Excerpt {
        const AROUND: [char; 14] = [
            ' ', '\u{a0}', '\u{202f}', '\t', '\n', '.', '…', '*', '_', '|', ':', '=', '>', ',',
        ];
        let mut start = 0;
        let text = &words.text;
        // « ☐ formation ☒ production » has only the form's words, and answers.
        let ticked = matches!(boxes::read(text), Boxes::Ticked(_));
        if let Some(field) = field.filter(|_| !ticked) {
            let prompt = self.form.labels().prompt_length(field, text);
            // Where nothing follows « formation, production ? », one of the words may be marked.
            if text[prompt..].contains(char::is_alphanumeric) {
                start = prompt;
            }
        }
        let rest = &text[start..];
        let begin = start + (rest.len() - rest.trim_start_matches(AROUND).len());
        let rest = text[begin..].trim_end_matches(|c| AROUND.contains(&c) || c == '/' || c == ';');
        let mut cut = words.slice(begin..begin + rest.len());
        if let Some(dash) = cut.text.strip_suffix(['-', '–', '—']) {
            cut = cut.slice(0..dash.len());
        }
        // « … été réalisée sur⏎le poste de travail ? »: the rest of a question that was wrapped.
        let wrapped = matches!(
            cut.text.trim(),
            "sur"
                | "sur le"
                | "sur le poste"
                | "sur le poste de"
                | "de"
                | "par"
                | "du"
                | "le poste de travail ?"
        );
        let empty = wrapped
            || match field {
                Some(_) if ticked => false,
                Some(field) => {
                    let placeholder = self.form.labels().is_placeholder(field, &cut.text);
                    // « formation, PRODUCTION ? » or one of the words in bold is a choice.
                    placeholder && !(field == FieldName::Environment && self.chosen(&cut).is_some())
                }
                None => !cut.text.contains(char::is_alphanumeric),
            };
        let picture = cut.text.starts_with("[cid:") || cut.text.starts_with("[image");
        if empty || picture {
            return cut.slice(0..0);
        }
        if field == Some(FieldName::Environment)
            && !ticked
            && let Some(range) = self.chosen(&cut)
        {
            return cut.slice(range);
        }
        cut
    }

    /// The one word of a choice that is set in capitals or emphasised.
    fn chosen(&self, words: &Excerpt) -> Option<Range<usize>> {
        let mut options = Vec::new();
        let mut at = 0;
        for word in words.text.split(|c: char| !c.is_alphanumeric()) {
            let range = at..at + word.len();
            at = range.end
                + words.text[range.end..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8);
            if word.chars().count() > 2 {
                let span = words.original(range.clone());
                let capitals = word.chars().all(char::is_uppercase);
                let bold = self
                    .body
                    .emphasis
                    .iter()
                    .any(|mark| mark.start < span.end && mark.end > span.start);
                let starred = words.text[..range.start].ends_with('*');
                options.push((range, capitals || bold || starred));
            }
        }
        if options.len() != 2 {
            return None;
        }
        let mut marked = options.into_iter().filter(|(_, marked)| *marked);
        let chosen = marked.next()?.0;
        marked.next().is_none().then_some(chosen)
    }
}

/// Sentences of our own request, which stand between its questions and are nobody's answer.
fn is_request_prose(words: &str) -> bool {
    let words = fold(words);
    let words = words.trim();
    [
        "merci de",
        "joignez",
        "ces elements",
        "votre message",
        "le support",
        "une ou plusieurs copies",
        "en cas d'urgence",
        "message prepare",
        "vous ne savez",
        "c'est urgent",
        "cordialement",
        "bonjour",
        "de personne visible",
        "nom de",
    ]
    .iter()
    .any(|cue| words.starts_with(cue))
}
