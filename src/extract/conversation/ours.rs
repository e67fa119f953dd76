//! The words of our own mail, by which an answer's body is told apart: what only repeats them is
//! nobody's answer, however a client quotes, joins, rewraps or stars it.

use crate::domain::asked::{Asked, numbered};
use crate::domain::field::FieldName;
use crate::domain::form::Form;
use crate::text::fold;
use std::collections::HashMap;
use std::ops::Range;

/// A part of our mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the questions.
    Head,
    /// A numbered question, from 1.
    Question(usize),
    /// A line of « ce que nous avons compris », from 0.
    Summary(usize),
    /// Behind the questions.
    Tail,
}

/// One word of our mail.
#[derive(Debug)]
pub(super) struct Word {
    text: String,
    /// Where it stands.
    pub place: Place,
    /// The first of its paragraph or row.
    pub first: bool,
    /// A question mark stands behind it.
    pub asks: bool,
    /// It stands between brackets: « (toujours, parfois, non) ».
    choice: bool,
}

/// The words of our mail.
#[derive(Debug)]
pub(super) struct Ours {
    words: Vec<Word>,
    threes: HashMap<[String; 3], Vec<usize>>,
    summary: Vec<Vec<FieldName>>,
}

/// More places of the same three words are not tried.
const MOST_PLACES: usize = 8;

/// The longest mail of ours that is compared, in bytes: ours have some two thousand.
const LONGEST: usize = 16 * 1024;

impl Ours {
    /// Takes the mail apart; of one whose text is not known, the form's questions.
    pub fn new(asked: &Asked, form: &Form) -> Self {
        let made;
        let text = if asked.text.is_empty() {
            made = questions(asked, form);
            made.as_str()
        } else {
            &asked.text[..asked.text.floor_char_boundary(LONGEST)]
        };
        let mut ours = Self {
            words: Vec::new(),
            threes: HashMap::new(),
            summary: Vec::new(),
        };
        let mut place = Place::Head;
        let mut listed = false;
        // A paragraph begins; its further lines may be wrapped elsewhere in an answer.
        let mut begins = true;
        // What the declarant had written is theirs, and stands deeper in an answer.
        for line in text.lines().filter(|line| !line.starts_with('>')) {
            let folded = fold(line);
            let trimmed = folded.trim_start();
            if trimmed.is_empty() {
                begins = true;
                if matches!(place, Place::Question(_) | Place::Summary(_)) {
                    place = Place::Tail;
                }
                continue;
            }
            listed |= trimmed.starts_with("ce que nous avons compris")
                || trimmed.starts_with("nous avons note");
            if let Some((number, _)) = numbered(line) {
                place = Place::Question(number);
                begins = true;
            } else if let Some(row) = ['-', '•', '*']
                .iter()
                .find_map(|mark| trimmed.strip_prefix(*mark))
                .filter(|_| listed)
            {
                place = Place::Summary(ours.summary.len());
                begins = true;
                let name = row.split(':').next().unwrap_or_default().trim();
                ours.summary.push(summarised(name, form));
            }
            for (at, (word, span)) in words(line).into_iter().enumerate() {
                let before = &line[..span.start];
                ours.words.push(Word {
                    choice: before.rfind('(') > before.rfind(')'),
                    text: word,
                    place,
                    first: begins && at == 0,
                    asks: line[span.end..].trim_start().starts_with('?'),
                });
            }
            begins = false;
        }
        for at in 0..ours.words.len().saturating_sub(2) {
            let three = [at, at + 1, at + 2].map(|at| ours.words[at].text.clone());
            let places = ours.threes.entry(three).or_default();
            if places.len() < MOST_PLACES {
                places.push(at);
            }
        }
        ours
    }

    /// The fields that a line of the summary tells.
    pub fn summarised(&self, line: usize) -> &[FieldName] {
        self.summary.get(line).map_or(&[], Vec::as_slice)
    }

    /// The word at `at`.
    pub fn word(&self, at: usize) -> Option<&Word> {
        self.words.get(at)
    }

    /// Whether a paragraph ends before the word at `at`.
    pub fn begins_line(&self, at: usize) -> bool {
        self.words.get(at).is_none_or(|word| word.first)
    }

    /// The places at which the longest run of `theirs` stands in our mail, from `expected` on where
    /// several are equally long: where, and how many words.
    /// `alone` words stand on the line from its start.
    pub fn longest(
        &self,
        theirs: &[Token],
        alone: usize,
        expected: Option<usize>,
    ) -> Option<(usize, usize)> {
        let three = match theirs {
            [a, b, c, ..] => Some([a.text.clone(), b.text.clone(), c.text.clone()]),
            _ => None,
        };
        let places = three.and_then(|three| self.threes.get(&three));
        let mut best: Option<(usize, usize)> = None;
        for at in expected
            .into_iter()
            .chain(places.into_iter().flatten().copied())
        {
            let run = self.run(theirs, at);
            let nearer = best.is_none_or(|(before, length)| {
                let ahead = |at: usize| expected.is_none_or(|expected| at >= expected);
                run > length || run == length && ahead(at) && !ahead(before)
            });
            if run > 0 && nearer {
                best = Some((at, run));
            }
        }
        // A short line of ours that stands alone: « À COMPLÉTER ».
        if let (None, Some(theirs @ [_, ..])) = (best, theirs.get(..alone))
            && alone <= 2
        {
            let at = (0..self.words.len()).find(|at| {
                self.words[*at].first
                    && self.begins_line(at + theirs.len())
                    && self.run(theirs, *at) == theirs.len()
            });
            best = at.map(|at| (at, theirs.len()));
        }
        best
    }

    /// How many words are the same from there on. An answer « 6 » behind question 5 is no beginning of
    /// question 6: of a paragraph more than two words must be there.
    fn run(&self, theirs: &[Token], at: usize) -> usize {
        const FEWEST: usize = 3;
        let ours = self.words.get(at..).unwrap_or_default();
        let run = ours
            .iter()
            .zip(theirs)
            .take_while(|(ours, theirs)| ours.text == theirs.text)
            .count();
        // « Cela se reproduit : toujours » takes its answer from the words between brackets.
        let is_choice = |at: usize| ours.get(at).is_some_and(|word| word.choice);
        let run = match run.checked_sub(1) {
            Some(last) if is_choice(last) && is_choice(run) => {
                (0..last).rfind(|at| !is_choice(*at)).map_or(0, |at| at + 1)
            }
            _ => run,
        };
        let last = (1..run)
            .rev()
            .take(FEWEST - 1)
            .find(|word| ours[*word].first);
        last.filter(|_| !self.begins_line(at + run)).unwrap_or(run)
    }
}

/// One word of a body.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Folded.
    pub text: String,
    /// Bytes of the body's text.
    pub span: Range<usize>,
    /// Its line.
    pub line: usize,
}

/// Letters and digits that stand together, folded, with their bytes.
pub(super) fn words(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        if character.is_alphanumeric() {
            start.get_or_insert(at);
        } else if let Some(start) = start.take() {
            words.push((fold(&text[start..at]), start..at));
        }
    }
    if let Some(start) = start {
        words.push((fold(&text[start..]), start..text.len()));
    }
    words
}

/// The numbered lines as the form words them.
fn questions(asked: &Asked, form: &Form) -> String {
    use crate::domain::form::{Ask, Item};
    let mut text = String::new();
    for (number, items) in (1..).zip(&asked.numbers) {
        let asks: Vec<Ask> = items
            .iter()
            .filter(|item| matches!(item, Item::Field(_)))
            .map(|item| Ask {
                item: *item,
                reason: None,
            })
            .collect();
        for question in form.questions(&asks) {
            text += &format!("{number}) {} :\n\n", question.text);
        }
    }
    text
}

/// The fields that a line of the summary tells, by its name.
fn summarised(name: &str, form: &Form) -> Vec<FieldName> {
    match name {
        "ou" => return vec![FieldName::Feature, FieldName::Environment],
        "qui" => return vec![FieldName::AffectedCount, FieldName::AffectedUser],
        "depuis" => return vec![FieldName::StartedAt],
        "ou et qui" => {
            return vec![
                FieldName::Entity,
                FieldName::Environment,
                FieldName::AffectedCount,
                FieldName::AffectedUser,
            ];
        }
        _ => {}
    }
    let named = |field: &&crate::domain::form::FormField| fold(&field.summary) == name;
    form.fields
        .iter()
        .filter(named)
        .map(|field| field.name)
        .collect()
}
