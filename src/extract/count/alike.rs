//! Others who have the same: « pareil pour Luc », « même constat chez le Dr Petit », « ça touche aussi
//! le poste de ma collègue ».

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};
use super::company::person;
use super::owned::thing;

/// That others have the same.
const ALIKE: &str = "pareil|idem|meme chose|meme souci|meme probleme|meme pb|meme constat|meme topo|meme message|meme resultat|meme erreur|meme panne|mm chose|mm pb|mm souci|mm probleme|same";

/// Behind « , à côté de moi, », « , ma voisine, »: who the one named is.
pub(super) fn apposed(tokens: &Tokens, end: usize) -> usize {
    if !tokens.sign(end, b',') && !tokens.sign(end, b'(') {
        return end;
    }
    phrase!(
        tokens,
        end + 1,
        "a cote de moi|juste a cote de moi|juste a cote|a cote|en face de moi|en face|ma collegue|mon collegue|ma voisine|mon voisin|ma binome|mon binome|ma collegue de nuit|mon collegue de nuit|ma collegue de jour|mon collegue de jour|arm aussi|arm egalement|arm comme moi|arm|au poste voisin|au poste d a cote|sur le poste voisin|sur le poste d a cote"
    )
    .filter(|close| tokens.sign(*close, b',') || tokens.sign(*close, b')'))
    .map_or(end, |close| close + 1)
}

/// Behind « pareil pour », « même constat chez », « mm pb pr ».
pub(super) fn alike_for(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = phrase!(tokens, at, ALIKE)?;
    phrase!(
        tokens,
        next,
        "aussi pour|aussi chez|pour|chez|pr|avec|du cote de|du cote d|for|with"
    )
}

/// « ça touche aussi le poste de ma collègue », « pareil sur le poste d'à côté », « idem sur la tablette
/// du médecin »: how many others what is named belongs to, and where that ends.
pub(super) fn also_there(text: &str, tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let touches = phrase!(
        tokens,
        at,
        "touche aussi|touche egalement|concerne aussi|concerne egalement|bloque aussi|impacte aussi|impacte egalement|aussi sur|egalement sur"
    );
    let next = touches.or_else(|| {
        let next = phrase!(tokens, at, ALIKE)?;
        phrase!(tokens, next, "sur|depuis|on")
    })?;
    // The writer's own things, and « un autre poste » that was tried, are nobody else's.
    if tokens.among(next, "mon|ma|mes|my|un|une") {
        return None;
    }
    if let Some((many, end)) = thing(text, tokens, next).filter(|_| !tokens.is(next, &["moi"])) {
        return Some((many, end));
    }
    let led = touches.filter(|_| !tokens.is(next - 1, &["sur"]))?;
    let one = phrase!(tokens, led, "ma|mon|notre|le|la|l")?;
    let one = tokens.skip_joints(one);
    person(tokens, one).map(|end| (1, end))
}

/// « même chose pour ma collègue d'à côté », « idem chez mes deux voisins »: how many others `next`
/// names, behind what [`alike_for`] found, and where they end.
pub(super) fn same_for(tokens: &Tokens, next: usize) -> Option<(u32, usize)> {
    // « Kévin confirme, même chose chez lui »
    if let Some(end) = phrase!(tokens, next, "lui|elle|him|her")
        && !tokens
            .get(end)
            .is_some_and(|token| token.kind == Kind::Word)
        && tokens.among(next - 1, "chez|for")
    {
        return Some((1, end));
    }
    if let Some(one) = phrase!(
        tokens,
        next,
        "mon|ma|un|une|l autre|le|la|un de mes|une de mes|my"
    ) {
        return person(tokens, tokens.skip_joints(one)).map(|end| (1, end));
    }
    let several = phrase!(tokens, next, "mes|nos|les|my|the").unwrap_or(next);
    let (min, max, after) = amount(tokens, several)?;
    let end = counted(tokens, after)?;
    (min == max && (1..100).contains(&min)).then_some((min, end))
}

#[cfg(test)]
mod tests {
    use crate::extract::count::find;

    #[test]
    fn others_who_have_the_same_are_counted_with_the_writer() {
        for text in [
            "Même constat chez le Dr Petit.",
            "Ça touche aussi le poste de ma collègue.",
            "pareil sur le poste d'a coté",
            "Idem sur la tablette du médecin.",
            "Nadia, à côté de moi, a exactement la même chose.",
            "Kévin confirme, même chose chez lui.",
            "Le remplaçant a le même souci que moi.",
            "L'interne est bloqué comme moi.",
            "ma coll a le mm pb",
            "Julie sur le poste 1 et moi sur le poste 4, pareil.",
            "mon ordi et celui de l'accueil",
        ] {
            let best = find(text)
                .into_iter()
                .reduce(|best, next| if next.score > best.score { next } else { best })
                .unwrap_or_else(|| panic!("{text}"));
            assert_eq!(best.count.min, Some(2), "{text}");
        }
        for text in [
            "Pareil sur un autre poste.",
            "Idem sur mon portable.",
            "Le médecin a le même dossier que moi.",
            "Ça marche chez lui.",
        ] {
            assert!(
                find(text).iter().all(|found| found.count.min != Some(2)),
                "{text}"
            );
        }
    }

    #[test]
    fn one_alone_may_be_said_in_a_sentence_of_its_own() {
        for text in [
            "La carte est figée. Moi seule a priori.",
            "La carte est figée. Que moi pr l'instant.",
            "La carte est figée. Poste 3 uniquement.",
        ] {
            assert!(
                find(text).iter().any(|found| found.count.min == Some(1)),
                "{text}"
            );
        }
    }
}
