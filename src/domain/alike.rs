//! Which incidents look alike: the same declaration sent again, or one outage told by several
//! people. Only proposed, never acted on (`spec/experience.md`, P4).

use super::incident::{IncidentId, Reference};
use crate::text::fold;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// Several people's reports of one outage begin within this.
pub const SAME_OUTAGE: TimeDelta = TimeDelta::hours(4);

/// Candidates that are shown for one incident.
pub const MOST: usize = 5;

/// What makes two incidents alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Likeness {
    /// The same declaration, forwarded, or sent to two addresses.
    SameDeclaration,
    /// Another person's report of the same outage.
    SameOutage,
}

impl Likeness {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameDeclaration => "same_declaration",
            Self::SameOutage => "same_outage",
        }
    }

    /// The likeness with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::SameDeclaration, Self::SameOutage]
            .into_iter()
            .find(|likeness| likeness.as_str() == word)
    }

    /// What support reads: a question, since a person decides.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::SameDeclaration => "doublon\u{a0}?",
            Self::SameOutage => "même panne\u{a0}?",
        }
    }
}

/// One reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// The same entity, by its number or as written.
    Entity,
    /// The same part of the portal.
    Feature,
    /// The other came so many minutes before; below zero, after.
    Before(i64),
    /// The same declarant, by name or address.
    Declarant,
    /// Nearly the same words.
    Words,
}

impl Sign {
    /// The stable word.
    #[must_use]
    pub fn token(self) -> String {
        match self {
            Self::Entity => "entity".to_owned(),
            Self::Feature => "feature".to_owned(),
            Self::Declarant => "declarant".to_owned(),
            Self::Words => "words".to_owned(),
            Self::Before(minutes) => format!("before:{minutes}"),
        }
    }

    /// The sign with that stable word.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        Some(match token {
            "entity" => Self::Entity,
            "feature" => Self::Feature,
            "declarant" => Self::Declarant,
            "words" => Self::Words,
            _ => Self::Before(token.strip_prefix("before:")?.parse().ok()?),
        })
    }

    /// What support reads.
    #[must_use]
    pub fn french(self) -> String {
        match self {
            Self::Entity => "même entité".to_owned(),
            Self::Feature => "même fonctionnalité".to_owned(),
            Self::Declarant => "même déclarant".to_owned(),
            Self::Words => "mêmes mots".to_owned(),
            Self::Before(0) => "au même moment".to_owned(),
            Self::Before(minutes) => {
                let side = if minutes > 0 { "avant" } else { "après" };
                let minutes = minutes.unsigned_abs();
                match minutes {
                    0..120 => format!("{minutes}\u{a0}min {side}"),
                    _ => format!("{}\u{a0}h {side}", (minutes + 30) / 60),
                }
            }
        }
    }

    /// The same sign, seen from the other incident.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Before(minutes) => Self::Before(-minutes),
            sign => sign,
        }
    }
}

/// An incident that looks like another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The other one.
    pub other: Reference,
    /// In which way.
    pub likeness: Likeness,
    /// Why, in the order in which it is said.
    pub signs: Vec<Sign>,
    /// How much, from 0 to 100.
    pub score: u32,
}

impl Candidate {
    /// « même entité, même fonctionnalité, 25 min avant, même déclarant ».
    #[must_use]
    pub fn reasons(&self) -> String {
        let words: Vec<String> = self.signs.iter().map(|sign| sign.french()).collect();
        words.join(", ")
    }
}

/// What is compared of an incident; texts are empty where they are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its row.
    pub id: IncidentId,
    /// Its name.
    pub reference: Reference,
    /// When its first message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// The address of its first message.
    pub address: String,
    /// The declarant's own address.
    pub email: String,
    /// The declarant.
    pub declarant: String,
    /// The entity's number, else its name.
    pub entity: String,
    /// The part of the portal.
    pub feature: String,
    /// What goes wrong.
    pub description: String,
}

/// An incident made ready to be compared: its texts are folded and cut once, however many others it
/// is compared with.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The incident.
    pub seen: &'a Seen,
    entity: String,
    declarant: String,
    addresses: BTreeSet<String>,
    feature: BTreeSet<String>,
    description: BTreeSet<String>,
}

impl<'a> From<&'a Seen> for Compared<'a> {
    fn from(seen: &'a Seen) -> Self {
        let addresses = [&seen.address, &seen.email].into_iter();
        Self {
            seen,
            entity: fold(&seen.entity),
            declarant: fold(&seen.declarant),
            addresses: addresses
                .filter(|address| !address.is_empty())
                .map(|address| address.to_lowercase())
                .collect(),
            feature: words(&seen.feature),
            description: words(&seen.description),
        }
    }
}

/// The best candidates among others, best first; `within` is how long after a declaration the same
/// one may come again.
#[must_use]
pub fn alike<'a>(
    this: &Compared<'_>,
    others: impl IntoIterator<Item = &'a Compared<'a>>,
    within: TimeDelta,
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = others
        .into_iter()
        .filter(|other| other.seen.id != this.seen.id)
        .filter_map(|other| compare(this, other, within))
        .collect();
    found.sort_by(|a, b| (b.score, &b.other).cmp(&(a.score, &a.other)));
    found.truncate(MOST);
    found
}

fn compare(this: &Compared<'_>, other: &Compared<'_>, within: TimeDelta) -> Option<Candidate> {
    let entity = same_text(&this.entity, &other.entity);
    if entity == Some(false) {
        return None;
    }
    let feature = shared(&this.feature, &other.feature);
    let (mine, theirs) = (&this.description, &other.description);
    let common = mine.intersection(theirs).count();
    let description = shared(mine, theirs).unwrap_or(0);
    let declarant = !this.addresses.is_disjoint(&other.addresses)
        || same_text(&this.declarant, &other.declarant) == Some(true);
    let same_numbers = numbers(mine).eq(numbers(theirs));
    let (this, other) = (this.seen, other.seen);
    let apart = this.received_at - other.received_at;
    let begun = (this.started_at.unwrap_or(this.received_at)
        - other.started_at.unwrap_or(other.received_at))
    .abs();
    let same_words = common >= 5 && description >= 85 && same_numbers;
    // Declared anew in other words: by the same person, of the same thing, at the same time.
    let anew = declarant
        && this.started_at.is_some()
        && this.started_at == other.started_at
        && feature.is_some_and(|share| share >= 50)
        && description >= 50
        && same_numbers;
    let again = apart.abs() <= within && (same_words || anew);
    let outage = !declarant
        && entity == Some(true)
        && feature.is_some_and(|share| share >= 50)
        && begun <= SAME_OUTAGE
        && apart.abs() <= SAME_OUTAGE
        && (common >= 2 || description >= 25);
    let likeness = match (again, outage) {
        (true, _) => Likeness::SameDeclaration,
        (_, true) => Likeness::SameOutage,
        _ => return None,
    };
    let is_feature = feature.is_some_and(|share| share >= 50);
    let signs = [
        (entity == Some(true), Sign::Entity),
        (is_feature, Sign::Feature),
        (true, Sign::Before(apart.num_minutes())),
        (declarant, Sign::Declarant),
        (same_words, Sign::Words),
    ];
    let weight = |is: bool, points: u32| if is { points } else { 0 };
    Some(Candidate {
        other: other.reference.clone(),
        likeness,
        signs: signs
            .into_iter()
            .filter_map(|(is, sign)| is.then_some(sign))
            .collect(),
        score: description * 3 / 5
            + weight(entity == Some(true), 15)
            + weight(is_feature, 15)
            + weight(declarant, 10),
    })
}

/// Whether both are the same folded text; `None` where one is not known.
fn same_text(one: &str, other: &str) -> Option<bool> {
    let known = !one.is_empty() && !other.is_empty();
    known.then(|| one == other)
}

/// How much of the shorter stands in the longer, in hundredths; `None` where one says nothing.
fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Option<u32> {
    let least = one.len().min(other.len());
    let common = one.intersection(other).count();
    (least > 0).then(|| u32::try_from(common * 100 / least).unwrap_or(100))
}

/// The words with a digit: other numbers are another thing.
fn numbers(words: &BTreeSet<String>) -> impl Iterator<Item = &String> {
    words
        .iter()
        .filter(|word| word.contains(|letter: char| letter.is_ascii_digit()))
}

/// Words that stand in any declaration.
static SMALL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "les|des|une|est|sur|dans|pour|pas|plus|que|qui|avec|nous|vous|son|ses|sont|par|\
     aux|mais|depuis|cela|cette|ces|tout|tous|quand|sans|elle|ils|bonjour|merci|cordialement|\
     the|and|not|for|with|devrait|probleme|incident|marche|fonctionne"
        .split('|')
        .collect()
});

/// The words that say something, folded.
fn words(text: &str) -> BTreeSet<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.len() >= 3 || word.contains(|letter: char| letter.is_ascii_digit()))
        .filter(|word| !SMALL.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARTE: &str = "la carte reste figée sur l'écran de chargement, le fond de plan manque";

    fn seen(number: u32, minute: i64, address: &str, feature: &str, description: &str) -> Seen {
        Seen {
            id: IncidentId(i64::from(number)),
            reference: Reference::new("INC", 2026, number),
            received_at: DateTime::UNIX_EPOCH + TimeDelta::minutes(minute),
            started_at: None,
            address: address.to_owned(),
            email: String::new(),
            declarant: String::new(),
            entity: "samu-44".to_owned(),
            feature: feature.to_owned(),
            description: description.to_owned(),
        }
    }

    fn found(this: &Seen, other: &Seen) -> Option<(Likeness, String)> {
        let (this, other) = (Compared::from(this), Compared::from(other));
        let candidates = alike(&this, [&other], TimeDelta::hours(24));
        let first = candidates.first()?;
        Some((first.likeness, first.reasons()))
    }

    #[test]
    fn the_same_declaration_is_proposed_whoever_sent_it() {
        let first = seen(55, 0, "claire@chu.example", "cartographie", CARTE);
        let again = seen(58, 25, "claire@chu.example", "cartographie", CARTE);
        assert_eq!(
            found(&again, &first),
            Some((
                Likeness::SameDeclaration,
                "même entité, même fonctionnalité, 25\u{a0}min avant, même déclarant, mêmes mots"
                    .into()
            ))
        );
        // A colleague forwards it hours later, with words of their own around it.
        let text = format!("Voir ci-dessous, toujours d'actualité : {CARTE}");
        let forwarded = seen(59, 300, "hugo@chu.example", "", &text);
        assert_eq!(
            found(&forwarded, &first),
            Some((
                Likeness::SameDeclaration,
                "même entité, 5\u{a0}h avant, mêmes mots".into()
            ))
        );
    }

    #[test]
    fn what_one_person_declares_anew_of_the_same_start_is_the_same() {
        let start = Some(DateTime::UNIX_EPOCH);
        let mut first = seen(
            1,
            10,
            "c@chu.example",
            "cartographie",
            "la carte reste figée",
        );
        let mut again = seen(
            2,
            50,
            "c@chu.example",
            "carto / cartographie",
            "carte figée encore",
        );
        (first.started_at, again.started_at) = (start, start);
        let (likeness, _) = found(&again, &first).unwrap();
        assert_eq!(likeness, Likeness::SameDeclaration);
    }

    #[test]
    fn several_peoples_reports_of_one_outage_are_candidates() {
        let first = seen(1, 0, "a@chu.example", "cartographie", CARTE);
        let other = seen(
            2,
            40,
            "b@chu.example",
            "module cartographie",
            "plus de carte chez nous, écran blanc",
        );
        let (likeness, reasons) = found(&other, &first).unwrap();
        assert_eq!(likeness, Likeness::SameOutage);
        assert_eq!(
            reasons,
            "même entité, même fonctionnalité, 40\u{a0}min avant"
        );
    }

    #[test]
    fn what_only_resembles_is_no_candidate() {
        let first = seen(1, 0, "a@chu.example", "cartographie", CARTE);
        let mut elsewhere = seen(2, 5, "b@chu.example", "cartographie", CARTE);
        elsewhere.entity = "samu-31".to_owned();
        let post = "sur le poste 12 la fiche médicale ne s'imprime plus correctement";
        let one = seen(10, 0, "a@chu.example", "impression", post);
        let other_post = post.replace("12", "14");
        for (this, other, why) in [
            (
                seen(
                    2,
                    30,
                    "b@chu.example",
                    "téléphonie",
                    "les appels ne sonnent plus",
                ),
                &first,
                "two different faults at one entity in one hour",
            ),
            (
                seen(
                    2,
                    30,
                    "b@chu.example",
                    "cartographie",
                    "l'icône du véhicule a changé",
                ),
                &first,
                "two different faults of one feature",
            ),
            (elsewhere, &first, "another entity"),
            (
                seen(11, 3, "a@chu.example", "impression", &other_post),
                &one,
                "the same text for another post",
            ),
            (
                seen(2, 60 * 30, "a@chu.example", "cartographie", CARTE),
                &first,
                "a day and a quarter later",
            ),
            (
                seen(
                    2,
                    60 * 5,
                    "b@chu.example",
                    "cartographie",
                    "la carte est blanche, écran vide",
                ),
                &first,
                "five hours apart, in other words",
            ),
        ] {
            assert_eq!(found(&this, other), None, "{why}");
        }
    }

    #[test]
    fn at_most_five_come_the_best_first() {
        let this = seen(100, 60, "a@chu.example", "cartographie", CARTE);
        let mut others: Vec<Seen> = (1..=7)
            .map(|number| {
                let text = "carte blanche, écran vide";
                seen(number, 30, "b@chu.example", "cartographie", text)
            })
            .collect();
        others.push(seen(8, 0, "a@chu.example", "cartographie", CARTE));
        let others: Vec<Compared<'_>> = others.iter().map(Compared::from).collect();
        let found = alike(&Compared::from(&this), &others, TimeDelta::hours(24));
        assert_eq!(found.len(), MOST);
        assert_eq!(found[0].other, Reference::new("INC", 2026, 8));
    }

    #[test]
    fn stable_words_lead_back_to_their_meaning() {
        for sign in [
            Sign::Entity,
            Sign::Feature,
            Sign::Before(-25),
            Sign::Declarant,
            Sign::Words,
        ] {
            assert_eq!(Sign::parse(&sign.token()), Some(sign));
        }
        for likeness in [Likeness::SameDeclaration, Likeness::SameOutage] {
            assert_eq!(Likeness::parse(likeness.as_str()), Some(likeness));
        }
    }
}
