//! People counted by what is theirs: « les postes d'Hakim et de Corinne », « sur mon poste, et
//! Pauline l'a sur le sien », « le compte roy.p et deux autres, donc trois ».

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};
use super::clause::spared;
use super::company::{company, name, person};
use super::owned::owned;
use super::people::{Draft, OTHER_UNITS};

/// What stands at `at`.
pub(super) fn whose(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    owned(text, tokens, at)
        .or_else(|| owners(text, tokens, at))
        .or_else(|| mine_and_theirs(tokens, at))
        .or_else(|| and_others(tokens, at))
        .or_else(|| totalled(tokens, at))
        .or_else(|| one_place(text, tokens, at))
}

/// « les postes d'Hakim et de Corinne », « le compte de Paul et celui de Julie ».
fn owners(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "les postes de|les postes d|les comptes de|les comptes d|les sessions de|les sessions d|les ecrans de|les ecrans d|les positions de|les positions d|les tablettes de|les tablettes d|les pc de|les pc d|les ordis de|les ordis d|les consoles de|les casques de|les casques d|les telephones de|les telephones d|les ordinateurs de|les ordinateurs d|les navigateurs de|les dect de|les softphones de|les consoles d|les bandeaux de|les bandeaux d|\
         les profils de|les profils d|les logins de|les identifiants de|les acces de|les acces d|ceux de|ceux d|le poste de|le poste d|le compte de|le compte d|la session de|la session d|l ecran de|la position de|la position d|la tablette de|le pc de|le bandeau de|the workstations of|the accounts of"
    )?;
    let people = company(text, tokens, tokens.skip_joints(next), false)?;
    let many = people.members.len() > 1 && (people.named || people.me);
    (many && !spared(tokens, at, people.end))
        .then(|| Draft::exact(people.min, people.max, false, people.end, 0.75))
}

/// « je l'ai vu sur mon poste et Pauline l'a sur le sien »: two.
fn mine_and_theirs(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "sur mon poste|sur ma position|sur mon compte|sur mon ecran|sur ma session|sur mon pc|sur mon ordi|sur ma tablette|sur le mien|sur la mienne|chez moi|de mon cote|on my workstation|on my screen|on mine"
    )?;
    let mut joined = false;
    for to in next..(next + 14).min(tokens.len()) {
        match tokens.get(to).map(|token| token.kind) {
            Some(Kind::Line | Kind::Sign(b'.' | b'!' | b'?' | b';')) => return None,
            Some(Kind::Word) => {}
            _ => continue,
        }
        if tokens.among(
            to,
            "mais|alors|pas|sauf|aucun|but|ni|tandis|fonctionne|marche|not|ou",
        ) {
            return None;
        }
        let theirs = phrase!(
            tokens,
            to,
            "sur le sien|sur la sienne|sur son poste|sur son ecran|sur son compte|sur sa session|sur sa position|sur son pc|chez lui|chez elle|de son cote|du sien|on his|on hers|on theirs"
        );
        if let Some(end) = theirs.filter(|_| joined) {
            return (!spared(tokens, to, end)).then(|| Draft::exact(2, 2, false, end, 0.85));
        }
        joined |= tokens.among(to, "et|comme|aussi|puis|and|egalement");
    }
    None
}

/// « le compte roy.p et deux autres »: one more than the others.
fn and_others(tokens: &Tokens, at: usize) -> Option<Draft> {
    if !tokens.among(
        at,
        "compte|poste|position|ecran|session|tablette|pc|console|account|workstation",
    ) {
        return None;
    }
    for to in at + 1..(at + 9).min(tokens.len()) {
        let point = tokens.sign(to, b'.') && !tokens.glued(to + 1);
        if point || tokens.ends_line(to) || tokens.sign(to, b';') || tokens.sign(to, b':') {
            return None;
        }
        let Some(next) = phrase!(tokens, to, "et sur|et aussi|et chez|et|plus|and on|and") else {
            continue;
        };
        let next = phrase!(tokens, next, "au moins|sur|chez").unwrap_or(next);
        let (min, max, end) = amount(tokens, next)?;
        let end = phrase!(tokens, end, "autres|autre|others|other")?;
        let end = counted(tokens, end).unwrap_or(end);
        let other = tokens.among(end, OTHER_UNITS);
        return (!other && min < 500 && !spared(tokens, at, end))
            .then(|| Draft::exact(min + 1, max + 1, false, end, 0.8));
    }
    None
}

/// « …, donc trois », « ce qui fait quatre en tout », behind accounts or people that are listed.
fn totalled(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "donc|soit|ce qui fait|ce qui nous fait|ca fait|ca nous fait|cela fait|total|au total|en tout|so|that makes"
    )?;
    let next = phrase!(tokens, next, "en tout|au total|a nous").unwrap_or(next);
    let (min, max, end) = amount(tokens, next)?;
    let end = counted(tokens, end).unwrap_or(end);
    let after = phrase!(
        tokens,
        end,
        "en tout|au total|de touches|de touchees|in all"
    )
    .unwrap_or(end);
    let closed = matches!(
        tokens.get(after).map(|token| token.kind),
        None | Some(Kind::Line | Kind::Sign(b'.' | b'!' | b')' | b';'))
    ) && !(tokens.sign(after, b'.') && tokens.glued(after + 1));
    let before =
        |words: &'static str| (at.saturating_sub(16)..at).any(|at| tokens.among(at, words));
    let listed = before(
        "compte|comptes|poste|postes|moi|secretaire|secretaires|interne|internes|cadre|cadres|medecins|regulateurs|collegue|collegues|arm|position|positions|autres|medecin|medecins|utilisateurs|agents|ecrans|sessions|accounts|colleagues",
    );
    let things = before(
        "fois|minutes|heures|appels|dossiers|essais|fiches|secondes|bilans|messages|jours|tentatives|calls|files|times|h",
    );
    (closed && listed && !things && min > 1 && max < 500)
        .then(|| Draft::exact(min, max, false, after, 0.9))
}

/// « il n'y a que le poste 3 », « uniquement la position 12 »: one.
fn one_place(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    if let Some(end) = struck_alone(tokens, at) {
        return Some(Draft::exact(1, 1, false, end, 0.78));
    }
    if let Some(end) = one_and_no_more(text, tokens, at) {
        return (!spared(tokens, at, end)).then(|| Draft::exact(1, 1, false, end, 0.75));
    }
    let next = phrase!(
        tokens,
        at,
        "n y a que|y a que|ne concerne que|ne touche que|n est que sur|que sur|uniquement sur|seulement sur|juste sur|uniquement|seulement|only on|only"
    )?;
    let next = phrase!(
        tokens,
        next,
        "le poste|la position|l ecran|la tablette|la console|le pc|le compte|la session|workstation|le pupitre|cette position|ce poste|ce compte|cette tablette"
    )?;
    let this = tokens.among(next - 2, "ce|cette");
    let end = match tokens.number(next, 5) {
        Some(_) => next + 1,
        None if this => next,
        // « uniquement le poste de Julie », « que sur la tablette du médecin »
        None => {
            let owner = phrase!(tokens, next, "de la|de l|du|de|d")?;
            let owner = tokens.skip_joints(owner);
            name(text, tokens, owner).or_else(|| person(tokens, owner))?
        }
    };
    let more = phrase!(tokens, end, "et|ou|a|and").is_some()
        || tokens.sign(end, b',') && tokens.number(end + 1, 4).is_some();
    (!more && !spared(tokens, at, end)).then(|| Draft::exact(1, 1, false, end, 0.75))
}

/// « seul le poste du chef de salle est touché », « seule la tablette du SMUR 2 ne remonte plus »:
/// behind the thing.
fn struck_alone(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = phrase!(
        tokens,
        at,
        "seul le poste|seule la position|seul l ecran|seule la tablette|seule la console|seul le pc|seul le compte|seule la session|seul ce poste|seule cette position|seul un poste|seule une tablette|only workstation"
    )?;
    let verb = (next..(next + 8).min(tokens.len()))
        .take_while(|at| {
            !matches!(
                tokens.get(*at).map(|t| t.kind),
                Some(Kind::Line | Kind::Sign(b'.' | b';' | b','))
            )
        })
        .find(|at| tokens.among(*at, "est|n|ne|a|reste|plante|fige|affiche|bloque|is|has"))?;
    let well = (verb..verb + 3).any(|at| tokens.among(at, "epargne|epargnee|marche|fonctionne"));
    (!well).then_some(verb)
}

/// « c sur le poste 3 uniquement », « la position 12 seulement », « le poste 4, pas les autres »:
/// one place, and the words behind that say that it is no more.
fn one_and_no_more(text: &str, tokens: &Tokens, at: usize) -> Option<usize> {
    let begins = at == 0
        || !tokens
            .get(at - 1)
            .is_some_and(|token| token.kind == Kind::Word);
    let bare = tokens.among(at, "poste|position|pc|tablette|console") && begins;
    let next = phrase!(
        tokens,
        at,
        "le poste|la position|l ecran|la tablette|la console|le pc|le pupitre|la station|un poste|une position|une tablette|un pc|workstation|cette position|ce poste|cette tablette"
    )
    .or(bare.then_some(at + 1))?;
    let numbered = tokens.number(next, 5).is_some();
    let next = if numbered {
        next + 1
    } else if tokens.among(at, "un|une|ce|cette") {
        next
    } else {
        // « le poste de Martine uniquement »
        let owner = phrase!(tokens, next, "de la|de l|du|de|d")?;
        let owner = tokens.skip_joints(owner);
        name(text, tokens, owner).or_else(|| person(tokens, owner))?
    };
    let next = phrase!(
        tokens,
        next,
        "du fond|du chef de salle|de la salle|de la regul|de la regulation|en salle|d accueil"
    )
    .unwrap_or(next);
    let next = if tokens.sign(next, b',') || tokens.sign(next, b'(') {
        next + 1
    } else {
        next
    };
    phrase!(
        tokens,
        next,
        "uniquement|uniqt|uniqut|seulement|slmt|seulmt|exclusivement|et c est tout|c est tout|et pas les autres|pas les autres|et aucun autre|et aucune autre|et lui seul|et elle seule|et rien d autre|pas ailleurs|et pas ailleurs|et nulle part ailleurs|only"
    )
}
