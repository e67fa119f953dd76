//! Who is affected where nothing better says it: the posts and the groups of which a sentence of
//! fault speaks, « le poste 12 reste sur la mire », « les 3 postes de la salle de crise affichent … »,
//! « les médecins libéraux n'ont plus la main ».

use super::super::count;
use super::super::token::{Kind, Tokens, phrase};
use super::Found;
use super::group::{MACHINES, extended, named};

/// Posts, accounts and what else is named by a number.
const POSTS: &str = "poste|postes|position|positions|tablette|tablettes|console|consoles|pupitre|pupitres|ecran|ecrans|pc|workstation|workstations";
/// Verbs that tell what befalls those who stand before them.
const BEFALLS: &str = "ne|n|se|s|sont|ont perdu|ont vu|ont tous|ont toutes|n ont|affichent|affiche|restent|reste|perdent|perd|plantent|plante|bloquent|bloque|rament|rame|coupent|coupe|freezent|figent|tombent|demandent|demande|refusent|refuse|recoivent|voient|subissent|subit|rencontrent|rencontre|attendent|est|a perdu|a ete|ont ete|doivent|clignotent|sonnent dans|tournent|tourne|redemarrent|redemarre|cannot|can t|are|is|have|keep|get|show|shows|lose";

/// Reads one sentence.
pub(super) fn left(words: &str, tokens: &Tokens, faulty: bool) -> Option<Found> {
    let concerned = || {
        (0..tokens.len()).any(|at| {
            tokens.among(at, "touche|touchee|touches|touchees|concerne|concernee|concernes|concernees|impacte|impactee|impactes|impactees|bloque|bloquee|bloques|bloquees|affecte|affectes|affected|impacted|gene|genes")
        })
    };
    if !faulty && !concerned() {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        post(tokens, at)
            .or_else(|| machines(tokens, at))
            .or_else(|| subject(tokens, at))
            .or_else(|| someone(tokens, at))
            .or_else(|| served(tokens, at))
            .filter(|(from, end)| !is_aside(tokens, *from, *end))
            .map(|(from, end)| named(words, tokens, from, end))
    })
}

/// Whether those under tokens `from..end` are well, or were only tried, asked or left out.
fn is_aside(tokens: &Tokens, from: usize, end: usize) -> bool {
    const TRIED: &str = "teste|testes|essaye|essayes|tente|change|changer|redemarre|redemarrer|tried|tested|sauf|hormis|pas|demande|vu avec|prevenu|appeler|appelez|rappeler|joindre|contacter|autre|autres|reproduire";
    let tried = (from.saturating_sub(4)..from)
        .any(|at| tokens.among(at, TRIED) && !tokens.among(at + 1, "plus"));
    tried || count::spares(tokens, from, end)
}

/// « le poste 12 », « postes 3 et 5 », « la tablette SMUR-02 », « poste P7 »: from where to where.
fn post(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    if !tokens.among(at, POSTS) {
        return None;
    }
    let mut end = number_of(tokens, at + 1)?;
    for _ in 0..12 {
        let comma = tokens.sign(end, b',') || tokens.sign(end, b'/') || tokens.sign(end, b'&');
        let next = end + usize::from(comma);
        let joined = phrase!(tokens, next, "et sur le|et sur la|et le|et la|et|and");
        let next = joined.unwrap_or(next);
        let next = if tokens.among(next, POSTS) {
            next + 1
        } else {
            next
        };
        let Some(after) = number_of(tokens, next).filter(|_| comma || joined.is_some()) else {
            break;
        };
        end = after;
    }
    let led = at > 0
        && tokens.among(
            at - 1,
            "le|la|les|du|au|aux|des|sur|seul|seule|the|ce|cette|notre|nos",
        )
        || at == 0;
    let instead = tokens.is(end, &["au"]) && tokens.is(end + 1, &["lieu"]);
    (led && !instead && !tokens.among(end, "fois|h|heures|min|minutes|ans")).then_some((at, end))
}

/// The number or the code that names a post.
fn number_of(tokens: &Tokens, at: usize) -> Option<usize> {
    let at = phrase!(tokens, at, "n|numero|no|arm|medecin|med|regul|regulateur").unwrap_or(at);
    let at = at
        + usize::from(matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(0xb0 | 0x1a))
        ));
    if tokens.number(at, 2).is_some_and(|number| number > 0) {
        return (!tokens.glued(at + 1)
            || !matches!(
                tokens.get(at + 1).map(|token| token.kind),
                Some(Kind::Word | Kind::Sign(b'/' | b'-'))
            ))
        .then_some(at + 1);
    }
    // « P7 », « REG-03 »
    let dash = usize::from(tokens.sign(at + 1, b'-') && tokens.glued(at + 1));
    let digits = at + 1 + dash;
    (!tokens.word(at).is_empty()
        && tokens.width(at) <= 5
        && tokens.glued(digits)
        && tokens.number(digits, 3).is_some())
    .then_some(digits + 1)
}

/// « les 3 postes de la salle de crise affichent … », « sur nos 4 tablettes »
fn machines(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let end = count::group_end(tokens, at)?;
    let led = at == 0
        || at > 1
            && tokens.is(at - 1, &["de"])
            && tokens.among(
                at - 2,
                "comptes|acces|sessions|profils|identifiants|codes|cartes|habilitations|droits",
            )
        || tokens.among(
            at - 1,
            "sur|chez|pour|concerne|touche|impacte|bloque|on|for|que",
        )
        || !matches!(tokens.get(at - 1).map(|token| token.kind), Some(Kind::Word));
    let end = extended(tokens, end);
    (led || befalls(tokens, end)).then_some((at, end))
}

/// « Les médecins libéraux n'ont plus … », « une quinzaine de régulateurs se retrouvent … »
fn subject(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    const VAGUE: &str = "gens|personnes|appelants|autres|collegues|confreres|utilisateurs|patients|pompiers|equipages|familles|victimes";
    let begins = at == 0
        || !matches!(
            tokens.get(at - 1).map(|token| token.kind),
            Some(Kind::Word | Kind::Sign(b'\'' | b'-'))
        )
        || tokens.among(at - 1, "que|mais|car|et");
    if !begins {
        return None;
    }
    let article = || {
        let the = phrase!(
            tokens,
            at,
            "tous les|toutes les|tous nos|les|nos|mes|the|our"
        )?;
        let end = count::noun_end(tokens, the)?;
        let others = (the..end).any(|at| tokens.among(at, "autre|autres|other"));
        (!others && !tokens.among(end - 1, VAGUE)).then_some(end)
    };
    // « Aucun des médecins régulateurs ne … », « Aucun stagiaire ne … »: all of them.
    let none = || {
        let of = phrase!(
            tokens,
            at,
            "aucun des|aucun de nos|aucune des|aucune de nos|aucun|aucune"
        )?;
        let end = count::noun_end(tokens, of)?;
        // « Aucun agent du support ne répond »
        let silent = (end..end + 6).any(|at| {
            tokens.among(
                at,
                "repond|rappelle|rappele|disponible|support|dispo|joignable",
            )
        });
        (!silent
            && !tokens.among(end - 1, VAGUE)
            && tokens.width(end - 1) > 2
            && !tokens.among(of, MACHINES))
        .then_some((of, end))
    };
    let (at, end) = match count::number_end(tokens, at).or_else(article) {
        Some(end) => (at, end),
        None => none()?,
    };
    let end = extended(tokens, count::company::qualified(tokens, end));
    // « 4 utilisateurs (tous de nuit) … »
    // « les médecins libéraux qui régulent la nuit ne reçoivent plus … »
    let relative = tokens.is(end, &["qui", "who"]);
    let behind = if relative {
        (end + 1..end + 12).find(|at| tokens.among(*at, "ne|n|cannot"))?
    } else if tokens.sign(end, b'(') {
        (end..end + 20)
            .find(|at| tokens.sign(*at, b')'))
            .map_or(end, |close| close + 1)
    } else {
        end
    };
    befalls(tokens, behind).then_some((at, end))
}

/// « Une infirmière du SMUR ne peut plus … », « Notre superviseur n'a plus la main »: one whose job
/// alone is told.
fn someone(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    const LOST: &str = "ne peut plus|ne peut pas|n arrive plus|n arrive pas|n a plus|ne voit plus|ne recoit plus|n entend plus|ne parvient plus|ne parvient pas|n accede plus|n y arrive plus|ne reussit plus|est bloque|est bloquee|reste bloque|reste bloquee|a perdu|se fait deconnecter|se fait ejecter|se retrouve|est deconnecte|est deconnectee|peut plus|arrive plus|voit plus|recoit plus";
    let begins = at == 0
        || !matches!(
            tokens.get(at - 1).map(|token| token.kind),
            Some(Kind::Word | Kind::Sign(b'\'' | b'-'))
        )
        || tokens.among(at - 1, "que|mais|car|et");
    let the = phrase!(
        tokens,
        at,
        "une|un|notre|mon|ma|une de nos|un de nos|une de mes|un de mes"
    )?;
    let end = count::noun_end(tokens, the).filter(|_| begins && !tokens.among(the, MACHINES))?;
    let end = extended(tokens, count::company::qualified(tokens, end));
    phrase!(tokens, end, LOST).map(|_| (at, end))
}

/// « Les alertes n'arrivent plus aux médecins régulateurs »: those whom a thing no longer reaches.
fn served(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let to = phrase!(tokens, at, "aux|a nos|a tous les|a tous nos")?;
    let reached = (at.saturating_sub(4)..at).any(|at| {
        tokens.among(
            at,
            "arrive|arrivent|parvient|parviennent|transmis|transmise|transmises|envoye|envoyes|envoyee|envoyees|remonte|remontent|s affiche|s affichent|delivre|delivres",
        )
    }) && (at.saturating_sub(6)..at)
        .any(|at| tokens.among(at, "plus|pas|jamais|rien|plu"));
    let end = count::noun_end(tokens, to).filter(|_| reached && !tokens.among(to, MACHINES))?;
    const OUTSIDE: &str =
        "pompiers|familles|patients|victimes|appelants|gens|personnes|autres|secouristes";
    (!tokens.among(to, OUTSIDE))
        .then(|| (to, extended(tokens, count::company::qualified(tokens, end))))
}

fn befalls(tokens: &Tokens, at: usize) -> bool {
    phrase!(tokens, at, BEFALLS).is_some()
}
