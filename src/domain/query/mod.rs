//! What is typed into the box of the search (`spec/experience.md`, P12): words, « "phrases in
//! quotes" », filters (`etat:attente`), a reference said short (`42`, `26-42`). Any text gives a query,
//! with its faults beside it; signs that mean something to a database mean nothing here.

mod fault;
mod filter;

pub use fault::Fault;

use super::field::FieldName;
use super::form::{Form, Item};
use super::hit::Pattern;
use super::incident::{Reference, Status};
use super::search::{FROM, LACKS, SCREENSHOT, facet, yes_no};
use crate::text::words;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Words and filters of one query.
const MOST: usize = 20;

/// Characters of one query.
const LONGEST: usize = 500;

/// A word of at least so many characters stands for those that begin with it too.
const BEGINS: usize = 3;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What is looked for; all of it must be there.
    pub parts: Vec<Part>,
    /// What can't be understood.
    pub faults: Vec<Fault>,
}

/// One word or filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As typed.
    pub typed: String,
    /// What it means.
    pub term: Term,
}

/// What one part means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Words that stand one after the other.
    Words(Pattern),
    /// `etat:`
    Status(Status),
    /// `manque:`
    Lacks(Item),
    /// `champ:` and `entite:`: a field and the words of its value; none: any value.
    Field(FieldName, Vec<String>),
    /// `depuis:`
    Since(DateTime<Utc>),
    /// `majeur:`
    Major(bool),
    /// `de:`: words of an address.
    From(Vec<String>),
    /// `capture:`
    Screenshot(bool),
}

impl Term {
    /// What of it the index knows.
    fn pattern(&self) -> Option<Pattern> {
        let facets = |name: &str, words: &[String]| match words {
            [] => plain(vec![facet(name, "")]),
            [.., last] => Pattern {
                begins: last.chars().count() >= BEGINS,
                words: words.iter().map(|word| facet(name, word)).collect(),
            },
        };
        match self {
            Self::Words(pattern) => Some(pattern.clone()),
            Self::Field(name, words) => Some(facets(name.as_str(), words)),
            Self::From(words) => Some(facets(FROM, words)),
            Self::Lacks(item) => Some(plain(vec![facet(LACKS, item.as_str())])),
            Self::Screenshot(yes) => Some(plain(vec![facet(SCREENSHOT, yes_no(*yes))])),
            Self::Status(_) | Self::Since(_) | Self::Major(_) => None,
        }
    }

    /// Whether only a ticket can have it.
    fn is_of_tickets(&self) -> bool {
        !matches!(self, Self::Words(_) | Self::From(_) | Self::Since(_))
    }
}

fn plain(words: Vec<String>) -> Pattern {
    Pattern {
        words,
        begins: false,
    }
}

/// A reference as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortReference {
    /// The mark, where it is said.
    pub prefix: Option<String>,
    /// Two digits of the year, where they are said.
    pub year: Option<u8>,
    /// The number within the year.
    pub number: u32,
}

impl Query {
    /// Reads what was typed, now, in this time zone.
    #[must_use]
    pub fn parse(text: &str, form: &Form, now: DateTime<Utc>, zone: Tz) -> Self {
        let pieces = pieces(text);
        if pieces.len() > MOST || text.chars().count() > LONGEST {
            return Self {
                parts: Vec::new(),
                faults: vec![Fault::TooMuch],
            };
        }
        let mut query = Self::default();
        for (at, typed) in pieces.iter().enumerate() {
            let term = match filter::split(typed) {
                Some((name, value)) => filter::term((name, value), form, now, zone),
                None => Ok(free(typed)),
            };
            match term {
                Ok(Some(term)) if query.has_kind(&term) => {
                    let name = filter::split(typed).map_or("", |(name, _)| name);
                    query.faults.push(Fault::Twice(name.to_owned()));
                }
                Ok(Some(term)) => query.parts.push(Part {
                    typed: typed.clone(),
                    term,
                }),
                Ok(None) => (),
                Err(fault) => query.faults.push(fault.in_place(&pieces, at)),
            }
        }
        query
    }

    /// The reference that the whole text is, if it is one.
    #[must_use]
    pub fn reference(text: &str) -> Option<ShortReference> {
        let text = text.trim();
        if let Ok(whole) = text.parse::<Reference>() {
            return Some(ShortReference {
                prefix: Some(whole.prefix().to_owned()),
                year: Some(whole.year()),
                number: whole.number(),
            });
        }
        let digits = |text: &str| -> Option<u32> {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let (before, number) = match text.rsplit_once('-') {
            Some((before, number)) => (Some(before), digits(number)?),
            None => (None, digits(text)?),
        };
        let (prefix, year) = match before.map(|before| before.rsplit_once('-')) {
            None => (None, None),
            Some(None) => (None, before),
            Some(Some((prefix, year))) => (Some(prefix.to_uppercase()), Some(year)),
        };
        let year = match year {
            None => None,
            Some(year) if year.len() == 2 => Some(u8::try_from(digits(year)?).ok()?),
            Some(_) => return None,
        };
        Some(ShortReference {
            prefix,
            year,
            number,
        })
    }

    /// What was understood, as it was typed.
    #[must_use]
    pub fn text(&self) -> String {
        let typed: Vec<&str> = self.parts.iter().map(|part| part.typed.as_str()).collect();
        typed.join(" ")
    }

    /// The same without one part.
    #[must_use]
    pub fn without(&self, part: usize) -> Self {
        let mut less = self.clone();
        if part < less.parts.len() {
            less.parts.remove(part);
        }
        less
    }

    /// The text of the same with another status.
    #[must_use]
    pub fn with_status(&self, status: Status) -> String {
        let other = |term: &Term| matches!(term, Term::Status(_));
        self.with(other, &format!("etat:{}", filter::status_name(status)))
    }

    /// The text of the same with another entity.
    #[must_use]
    pub fn with_entity(&self, entity: &str) -> String {
        let other = |term: &Term| matches!(term, Term::Field(FieldName::Entity, _));
        let quoted = entity.replace(is_quote, " ");
        self.with(other, &format!("entite:\"{quoted}\""))
    }

    fn with(&self, other: impl Fn(&Term) -> bool, filter: &str) -> String {
        let kept = self.parts.iter().filter(|part| !other(&part.term));
        let mut typed: Vec<&str> = kept.map(|part| part.typed.as_str()).collect();
        typed.push(filter);
        typed.join(" ")
    }

    /// What the index is asked for; empty where it is not asked.
    #[must_use]
    pub fn patterns(&self) -> Vec<Pattern> {
        let parts = self.parts.iter();
        parts.filter_map(|part| part.term.pattern()).collect()
    }

    /// What is marked in texts: the words themselves.
    #[must_use]
    pub fn marked(&self) -> Vec<Pattern> {
        let parts = self.parts.iter();
        let marked = parts.filter_map(|part| match &part.term {
            Term::Words(pattern) => Some(pattern.clone()),
            Term::Field(_, words) if !words.is_empty() => Some(plain(words.clone())),
            _ => None,
        });
        marked.collect()
    }

    /// The status that tickets must have.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.find(|term| match term {
            Term::Status(status) => Some(*status),
            _ => None,
        })
    }

    /// Whether a whole service may be out of use.
    #[must_use]
    pub fn major(&self) -> Option<bool> {
        self.find(|term| match term {
            Term::Major(major) => Some(*major),
            _ => None,
        })
    }

    /// What came earlier is not wanted.
    #[must_use]
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.find(|term| match term {
            Term::Since(since) => Some(*since),
            _ => None,
        })
    }

    /// Whether messages that belong to no ticket may be found.
    #[must_use]
    pub fn finds_messages(&self) -> bool {
        !self.patterns().is_empty() && !self.parts.iter().any(|part| part.term.is_of_tickets())
    }

    fn find<T>(&self, wanted: impl Fn(&Term) -> Option<T>) -> Option<T> {
        self.parts.iter().find_map(|part| wanted(&part.term))
    }

    /// Whether a filter that can stand once stands already.
    fn has_kind(&self, term: &Term) -> bool {
        match term {
            Term::Status(_) => self.status().is_some(),
            Term::Major(_) => self.major().is_some(),
            Term::Since(_) => self.since().is_some(),
            _ => false,
        }
    }
}

/// Words as they are; none where the text holds no letter and no digit.
fn free(typed: &str) -> Option<Term> {
    let words = words(typed);
    let last = words.last()?.chars().count();
    let begins = !typed.ends_with(is_quote) && last >= BEGINS;
    Some(Term::Words(Pattern { words, begins }))
}

pub(super) fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '«' | '»' | '“' | '”')
}

/// Cut at blanks that are not in quotes; a quote that is not closed closes at the end.
fn pieces(text: &str) -> Vec<String> {
    let (mut pieces, mut piece, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        if is_quote(letter) {
            quoted = !quoted;
            piece.push('"');
        } else if !quoted && (letter.is_whitespace() || letter.is_control()) {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(if letter.is_control() { ' ' } else { letter });
        }
    }
    if quoted {
        piece.push('"');
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests;
