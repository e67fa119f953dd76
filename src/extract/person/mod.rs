//! Who writes, and their job: from an answer, from sentences, from a signature, from the header.
//! Names become « Prénom Nom »: capitals, commas, given names and the address tell the order.

use super::token::{Kind, Lexicon, Tokens};
use std::ops::Range;
use std::sync::LazyLock;

mod alike;
mod closing;
mod header;
mod job;
mod known;
mod leads;
mod name;
mod placed;
mod presented;
mod prose;
mod role;
mod signature;
mod small;
mod tail;

pub(super) use alike::{is_part_of, is_same};
pub use header::{from_header, role_from_header};
pub(super) use known::with_job;
pub(super) use name::is_given;
pub use presented::{presented, tells_how_to_reach};
pub use prose::find_in_prose;
pub(super) use prose::name_end;
pub use signature::from_signature;
pub use tail::add_signed;

use name::{Unit, arranged, capitalised, is_particle, unit};

/// Whether a job is named at `at`.
pub(super) fn is_role(tokens: &Tokens, at: usize) -> bool {
    role::role(tokens, at).is_some()
}

/// The words of `name` in the order in which the same words stand in `known`, where nothing in
/// `name` tells which is the given one: « Kerjean Loïg » below a header's « KERJEAN Loig ».
#[must_use]
pub fn in_order_of(name: &str, known: &str) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let order: Vec<String> = known.split(' ').map(crate::text::fold).collect();
    let given = |word: &&str| name::is_common_given(&crate::text::fold(word));
    if words.len() != order.len() || words.first().is_some_and(given) {
        return None;
    }
    let sorted: Option<Vec<&str>> = order
        .iter()
        .map(|folded| {
            words
                .iter()
                .copied()
                .find(|word| crate::text::fold(word) == *folded)
        })
        .collect();
    sorted.map(|words| words.join(" "))
}

/// The two words of `name` turned where the address tells that the surname stands first: « Abdou
/// Faïza » at `f.abdou@`.
#[must_use]
pub fn in_order_of_address(name: &str, address: &str) -> Option<String> {
    let local = crate::text::fold(address.split(['@', '+']).next().unwrap_or_default());
    let (initial, surname) = local.split_once(['.', '_', '-'])?;
    let (first, last) = name.split_once(' ')?;
    let plain = |word: &str| crate::text::fold(word).replace(['-', '\''], "");
    let turned = initial.len() == 1
        && !last.contains(' ')
        && plain(first) == plain(surname)
        && plain(last) != plain(surname)
        && plain(last).starts_with(initial);
    turned.then(|| format!("{last} {first}"))
}

/// A person in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, on character boundaries: the name, else the role.
    pub span: Range<usize>,
    /// « Prénom Nom », or what there is of it.
    pub name: Option<String>,
    /// The job as written, and its bytes.
    pub role: Option<(String, Range<usize>)>,
    /// Whether the words make this the writer; else somebody spoken of.
    pub writer: bool,
    /// Named as the one to call, who need not be the writer: « Contact unique : Loïc Testu ».
    pub contact: bool,
    /// How sure that is, 0 to 1.
    pub score: f32,
}

impl Found {
    /// The writer's job at tokens `from..to`, without a name.
    fn of_job(text: &str, tokens: &Tokens, from: usize, to: usize, score: f32) -> Self {
        let span = tokens.span(from, to);
        Self {
            span: span.clone(),
            name: None,
            role: Some((role::written(text, &span), span)),
            writer: true,
            contact: false,
            score,
        }
    }
}

/// The person answered after a label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// « Prénom Nom », and its bytes.
    pub name: Option<(String, Range<usize>)>,
    /// The job as written, and its bytes.
    pub role: Option<(String, Range<usize>)>,
}

/// Reads « LEBRETON Claire, ARM », « Dr Kamel Aït-Saadi, médecin régulateur (…) »,
/// « BEAUVAIS RÉGINE ARM DE NUIT ».
#[must_use]
pub fn answer(text: &str) -> Named {
    let tokens = Tokens::of_names(text);
    let segments = segments(&tokens, 0, tokens.len());
    let mut named = Named::default();
    let mut surname: Option<Vec<Unit<'_>>> = None;
    for (index, &(from, to)) in segments.iter().enumerate() {
        let from = titles(&tokens, from, to);
        if from >= to || is_caption(&tokens, from, to) {
            continue;
        }
        let role_at = (from..to).find(|at| starts_role(text, &tokens, *at, from));
        let name_to = role_at.unwrap_or(to);
        if named.name.is_none()
            && name_to > from
            && let Some(units) = name_units(text, &tokens, from, name_to, true)
        {
            // « BEAUSIRE, Thomas »: one word waits for the next clause.
            let alone = units.len() == 1 && role_at.is_none();
            match surname.take() {
                Some(before) if alone && before.len() <= 2 => {
                    let span = tokens.span(before[0].from, to);
                    let whole: Vec<Unit<'_>> = units.into_iter().chain(before).collect();
                    named.name = Some((spaced(&whole), span));
                }
                Some(before) => named.name = Some(whole_name(&tokens, &before)),
                None if alone && index + 1 < segments.len() && !units[0].is_given() => {
                    surname = Some(units);
                    continue;
                }
                None => named.name = Some(whole_name(&tokens, &units)),
            }
        }
        let role_at = role_at.filter(|_| named.role.is_none());
        // « telephony integration engineer »: English puts the job's head last.
        if named.name.is_some()
            && named.role.is_none()
            && index > 0
            && role_at.is_some()
            && headed_last(text, &tokens, from, to)
        {
            let span = tokens.span(from, to);
            named.role = Some((role::written(text, &span), span));
            continue;
        }
        if let Some(at) = role_at
            && let Some(end) = role::role_alone(&tokens, at, to)
        {
            let span = tokens.span(at, end);
            named.role = Some((role::written(text, &span), span));
        }
    }
    if named.name.is_none() {
        named.name = surname.map(|units| whole_name(&tokens, &units));
    }
    if named.role.is_none() && named.name.is_some() {
        named.role = unlisted_role(text, &tokens, &segments);
    }
    named
}

/// Whether `from..to` is an English job of several small words, its head last.
fn headed_last(text: &str, tokens: &Tokens, from: usize, to: usize) -> bool {
    (2..=5).contains(&(to - from))
        && role::is_head(tokens, to - 1)
        && (from..to).all(|at| {
            unit(text, tokens, at).is_some_and(|unit| unit.shape == name::Shape::Lower)
                && !tokens.among(
                    at,
                    "the|a|an|i|am|and|for|of|is|my|our|le|la|de|du|je|suis|et",
                )
        })
}

fn whole_name(tokens: &Tokens, units: &[Unit<'_>]) -> (String, Range<usize>) {
    let to = units.last().map_or(0, |unit| unit.to);
    let from = units.first().map_or(0, |unit| unit.from);
    (arranged(units), tokens.span(from, to))
}

/// A job that the table does not know, right behind the name: « Claire Lebreton, chauffeuse ».
fn unlisted_role(
    text: &str,
    tokens: &Tokens,
    segments: &[(usize, usize)],
) -> Option<(String, Range<usize>)> {
    let &(from, to) = segments.get(1)?;
    let bracket = from > 0 && tokens.sign(from - 1, b'(');
    let lower = unit(text, tokens, from)?.shape == name::Shape::Lower;
    let words = (from..to).all(|at| {
        matches!(
            tokens.get(at).map(|t| t.kind),
            Some(Kind::Word | Kind::Sign(b'\'' | b'-' | b'/'))
        )
    });
    let other = (from..to).any(|at| {
        tokens.among(
            at,
            "samu|mail|poste|tel|je|est|voir|chez|pour|par|moi|au|nom|prenom|fonction",
        )
    });
    (!bracket && lower && words && !other && to - from <= 6).then(|| {
        let span = tokens.span(from, to);
        (role::written(text, &span), span)
    })
}

fn spaced(units: &[Unit<'_>]) -> String {
    units
        .iter()
        .enumerate()
        .map(|(index, unit)| capitalised(unit.text, index > 0))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Clauses between commas, lines, brackets, colons, bars and dashes.
fn segments(tokens: &Tokens, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut segments = Vec::new();
    let mut start = from;
    for at in from..to {
        let token = tokens.get(at);
        let cut = match token.map(|t| t.kind) {
            // « Nom : Lebreton Prénom : Claire »
            Some(Kind::Word) => {
                tokens.sign(at + 1, b':') && tokens.among(at, "nom|prenom|fonction|role|metier")
            }
            Some(
                Kind::Line
                | Kind::Sign(
                    b',' | b';' | b'(' | b')' | b'|' | b':' | b'[' | b']' | b'<' | b'>' | b'"'
                    | b'*' | 0x1a,
                ),
            ) => true,
            Some(Kind::Sign(b'-' | b'/')) => !(tokens.glued(at) && tokens.glued(at + 1)),
            Some(Kind::Sign(b'.')) => !initial_point(tokens, at) && !tokens.glued(at + 1),
            _ => false,
        };
        if cut {
            if at > start {
                segments.push((start, at));
            }
            start = at + 1;
        }
    }
    if to > start {
        segments.push((start, to));
    }
    segments
}

/// Whether the point at `at` ends an initial or a title.
fn initial_point(tokens: &Tokens, at: usize) -> bool {
    at > 0
        && (tokens.width(at - 1) == 1 && !is_hour(tokens, at - 1)
            || tokens.is(
                at - 1,
                &[
                    "dr", "mr", "mme", "mlle", "pr", "prof", "resp", "ass", "dir", "med", "inf",
                    "tech", "coord", "adj", "ing", "secr",
                ],
            ))
}

/// « 10h. », « 3. »: no initial.
fn is_hour(tokens: &Tokens, at: usize) -> bool {
    tokens
        .get(at)
        .is_some_and(|token| token.kind == Kind::Number)
        || at > 0
            && tokens.glued(at)
            && tokens
                .get(at - 1)
                .is_some_and(|token| token.kind == Kind::Number)
}

/// Steps over titles: « Dr », « Mme », « M. ».
fn titles(tokens: &Tokens, from: usize, to: usize) -> usize {
    let mut at = from;
    while at < to {
        let title = tokens.among(at, "dr|docteur|docteure|mme|madame|mlle|mademoiselle|mr|monsieur|pr|professeur|prof|mrs|ms|drs|doctor|capitaine|commandant|commandante|lieutenant|lieutenante|colonel|adjudant|sergent|caporal|maitre")
            || tokens.is(at, &["m"]) && at + 1 < to;
        let sign = matches!(tokens.get(at).map(|t| t.kind), Some(Kind::Sign(_)));
        if !title && !sign {
            break;
        }
        at += 1;
    }
    at
}

fn is_caption(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from..to).all(|at| tokens.among(at, "nom|prenom|fonction|et|declarant|le|la|noms|prenoms|moi|meme|je|c|est|suis|qualite|metier|poste") || tokens.get(at).is_some_and(|t| t.kind != Kind::Word))
}

/// Whether a role begins at `at`. « CHEF » may be a surname, but ours are checked as roles first.
fn starts_role(text: &str, tokens: &Tokens, at: usize, from: usize) -> bool {
    let Some(end) = role::role(tokens, at) else {
        return false;
    };
    // « Claire Interne »? a capitalised single common word between two name words is a name.
    let unit = unit(text, tokens, at);
    let whole = unit
        .as_ref()
        .is_some_and(|unit| unit.to <= end && unit.from == at);
    whole && (at == from || !tokens.sign(at - 1, b'-') || !tokens.glued(at))
}

/// The words of a name in `from..to`: nothing where other words stand there. `lenient` takes
/// lower-case names too.
fn name_units<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    from: usize,
    to: usize,
    lenient: bool,
) -> Option<Vec<Unit<'t>>> {
    let mut units: Vec<Unit<'t>> = Vec::new();
    let mut at = titles(tokens, from, to);
    while at < to {
        match tokens.get(at)?.kind {
            Kind::Word => {
                let unit = unit(text, tokens, at)?;
                at = unit.to.max(at + 1);
                units.push(unit);
            }
            Kind::Sign(b'.' | b'!' | b',') => at += 1,
            _ => return None,
        }
        if units.len() > 6 {
            return None;
        }
    }
    let named = |unit: &Unit<'_>| {
        unit.is_named()
            || is_particle(unit.folded)
            || lenient && (unit.is_given() || unit.folded.len() > 1)
    };
    let strong = units
        .iter()
        .any(|unit| unit.is_given() || unit.shape != name::Shape::Lower);
    let spoken = units
        .iter()
        .any(|unit| is_place_word(unit.folded) || is_common(unit.folded));
    (!units.is_empty() && units.iter().all(named) && strong && !spoken).then_some(units)
}

/// Words of sentences, which no name holds.
fn is_common(folded: &str) -> bool {
    static COMMON: LazyLock<Lexicon> = LazyLock::new(|| {
        Lexicon::new(concat!(
            "c'est|je|tu|il|elle|on|nous|vous|ils|est|suis|ai|avons|le|ne|pas|sais|pour|avec|dans|sur|par|ce|cet|cette|mon|ma|mes|notre|votre|son|sa|",
            "chez|ni|sauf|mais|donc|car|aucun|aucune|personne|salle|appel|appels|redemarrage|ligne|secours|panne|bloque|impossible|qui|que|quoi|bonjour|bonsoir|merci|cordialement|cdlt|voir|meme|idem|rappelez|appelez|contactez|joignez|prevenez|demandez|rappeler|appeler|joindre|contacter|veuillez|evitez|ci|dessus|dessous|celui|celle|et|ou|moi|tous|toutes|tout|les|un|une|",
            "the|and|for|from|to|with|not|is|are|please|prerequisites|prerequisite|prerequis|requirements|environment|production|prod|training|checked|verified|browser|version|network|depuis|hier|aujourd'hui|plus|urgent|probleme|incident|re|tr|fw|hello|bjr|slt|salut|portail|envoye|tel|fax|port|mail|bureau"
        ))
    });
    COMMON.holds(folded) && !is_particle(folded)
}

fn is_place(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.word(at);
    !word.is_empty() && is_place_word(word)
}

/// Words of organisations, rooms and machines.
fn is_place_word(folded: &str) -> bool {
    static PLACES: LazyLock<Lexicon> = LazyLock::new(|| {
        Lexicon::new(concat!(
            "samu|smur|chu|ch|chru|chr|ghu|ght|gcs|gip|hopital|hopitaux|centre|clinique|crra|ars|regulation|regul|reg|salle|secretariat|secr|standard|accueil|",
            "urgences|urgence|service|services|support|intranet|extranet|informatique|dsi|direction|pole|unite|equipe|groupe|hotline|helpdesk|noreply|reply|repondre|",
            "admin|contact|info|infos|astreinte|garde|poste|permanence|scanner|copieur|mfp|glpi|easyvista|gmail|outlook|orange|free|sas|cesu|cellule|liste|",
            "referents|region|regional|departement|ministere|notification|notifications|postmaster|mailer|daemon|system|systeme|administrator|formation|plateforme|",
            "reunion|martinique|guadeloupe|guyane|mayotte|metropole|antilles|plateau|medecins|medecin|arm|ide|cadre|cadres|pharmacie|laboratoire|imagerie|cedex|rue|avenue|bp|batiment|bat|etage|site|www|http|https|gestion|affaires|numerique|ambulances|ambulance|cabinet|codis|sdis|cta|ehpad|societe|sarl|laboratoires|assistance|centrale|operations|taxis|croix|protection|mairie|prefecture|maison|pavillon|hall|niveau|aile"
        ))
    });
    // Every Samuel and Samuelle holds « samu ».
    let samu = folded.contains("samu") && !folded.starts_with("samuel");
    PLACES.holds(folded) || samu || folded.contains("regul")
}

#[cfg(test)]
mod tests;
