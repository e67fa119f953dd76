//! Machines and those who sit at them, spoken of again: « … sur les positions, les 9 sont touchées »,
//! « deux postes et sur la tablette », « 3 tel et 1 pc ».

use super::super::token::{Tokens, phrase};
use super::amount::{amount, counted, out_of};
use super::people::{AFFECTED, Draft, OTHER_UNITS};

/// « les 9 sont touchées »: behind it, where posts or people were spoken of before.
pub(super) fn struck_all(tokens: &Tokens, at: usize, end: usize) -> Option<usize> {
    if !tokens.among(at, "les|nos|toutes|tous|the|all") {
        return None;
    }
    let after = phrase!(
        tokens,
        end,
        "sont touches|sont touchees|sont concernes|sont concernees|sont impactes|sont impactees|sont bloques|sont bloquees|sont genes|sont en panne|sont hs|sont ko|sont dans le meme cas|le sont|l ont|ont le souci|ont le probleme|are affected|are down"
    )?;
    let spoken_of = (at.saturating_sub(14)..at).any(|before| {
        let word = tokens.word(before);
        (word.ends_with('s') || matches!(word, "salle" | "arm" | "equipe"))
            && (counted(tokens, before) == Some(before + 1) || matches!(word, "salle" | "equipe"))
    });
    spoken_of.then_some(after)
}

/// « … et sur la tablette de l'hélico », « … et la console du chef », behind machines that are
/// counted up to `end`: one more.
pub(super) fn one_machine_more(tokens: &Tokens, end: usize, next: usize) -> Option<usize> {
    const MACHINES: &str = "postes|poste|ecrans|tablettes|tablette|consoles|positions|position|pc|ordinateurs|ordis|telephones|smartphones|portables|pupitres|stations|workstations|tablets";
    if end == 0 || !tokens.among(end - 1, MACHINES) {
        return None;
    }
    let next = phrase!(tokens, next, "aussi|egalement").unwrap_or(next);
    let next = phrase!(tokens, next, "sur|depuis|on|from").unwrap_or(next);
    let the = phrase!(tokens, next, "la|le|l|notre|mon|ma|une|un|celui|celle|the")?;
    let machine = phrase!(
        tokens,
        tokens.skip_joints(the),
        "tablette|poste|ecran|console|position|pc|ordinateur|ordi|pupitre|telephone|smartphone|portable|station|bandeau|tablet|workstation"
    )?;
    (!tokens.among(
        machine,
        "ne|n|est|reste|affiche|marche|fonctionne|se|s|a|va|is",
    ))
    .then_some(machine)
}

/// « 3 tel et 1 pc » as an answer: the sum, and where it ends.
pub(super) fn devices(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    const DEVICES: &str = "tel|tels|telephone|telephones|smartphone|smartphones|portable|portables|gsm|mobile|mobiles|dect|ordi|ordis|ordinateur|ordinateurs|pc|pcs|poste|postes|fixe|fixes|tablette|tablettes|ecran|ecrans|casque|casques|iphone|iphones|tab|softphone|softphones|console|consoles";
    let device = |at: usize| {
        let (many, most, end) = amount(tokens, at)?;
        (many == most && many > 0 && tokens.among(end, DEVICES)).then_some((many, end + 1))
    };
    let (mut many, mut end) = device(at)?;
    let mut listed = false;
    for _ in 0..6 {
        let sign = tokens.sign(end, b',') || tokens.sign(end, b'+') || tokens.sign(end, b'&');
        let next = phrase!(tokens, end + usize::from(sign), "et|plus|and");
        let Some(next) = next.or(sign.then_some(end + 1)) else {
            break;
        };
        let Some((more, after)) = device(next) else {
            break;
        };
        many = many.saturating_add(more);
        end = after;
        listed = true;
    }
    (listed && many < 500).then_some((many, end))
}

/// « … de ma vacation », « … de la salle »: whose they are, behind a number without a noun.
pub(super) fn of_ours(tokens: &Tokens, at: usize) -> Option<usize> {
    const ROOMS: &str = "vacation|salle|equipe|garde|nuit|journee|jour|service|regul|regulation|matin|matinee|soir|soiree|apres midi|cellule|poste|unite|releve|plateau|centre|promo|promotion|groupe|bureau|team|shift|room|astreinte|secretariat|samu";
    let next = phrase!(
        tokens,
        at,
        "de ma|de mon|de la|de notre|de l|du|de nos|de mes|de cette|de ce|dans la|dans ma|dans le|dans notre|en|in the|of the|of my|on my|on the|presents|presentes"
    )?;
    let after = phrase!(tokens, tokens.skip_joints(next), ROOMS)?;
    // « les 2 dans la salle » of what?
    let bound = tokens.is(at, &["de", "du", "of"]);
    bound.then_some(after)
}

/// « aucun de nos 84 inscrits ne reçoit l'alerte »: people, unless it is the things that are counted.
pub(super) fn none_of(tokens: &Tokens, at: usize) -> Option<Draft> {
    const PEOPLE: &str = "inscrits|inscrites|abonnes|destinataires|participants|volontaires|benevoles|correspondants|contacts|licencies|correspondantes|participantes";
    let next = phrase!(
        tokens,
        at,
        "aucun de nos|aucun des|aucun de mes|aucune de nos|aucune des|les|nos"
    )?;
    let (many, end) = tokens.number(next, 4).map(|many| (many, next + 1))?;
    let struck = tokens.among(end + 1, "ne|n");
    (many > 1 && struck && tokens.among(end, PEOPLE))
        .then(|| Draft::exact(many, many, false, end + 1, 0.75))
}

/// « 7 sur 12 sont touchés », « 4 sur 9 n'ont plus rien »: people among more, where nothing that is
/// counted otherwise was spoken of before.
pub(super) fn struck_among(tokens: &Tokens, at: usize, end: usize) -> Option<usize> {
    let whole = out_of(tokens, end)?;
    let struck = phrase!(tokens, whole, "sont|restent|seraient|etaient")
        .and_then(|verb| phrase!(tokens, verb, AFFECTED));
    let lost = phrase!(
        tokens,
        whole,
        "ne peuvent plus|n arrivent plus|n ont plus|ne voient plus|ne recoivent plus|n y arrivent plus|ne parviennent plus|n accedent plus"
    );
    let things = (at.saturating_sub(12)..at).any(|at| tokens.among(at, OTHER_UNITS));
    struck.or(lost).filter(|_| !things)
}

#[cfg(test)]
mod tests {
    use crate::extract::count::{answer, find, strings_people};

    #[test]
    fn machines_spoken_of_again_are_counted() {
        for (text, many) in [
            (
                "Aucun appel n'arrive sur les positions, les 9 sont touchées.",
                9,
            ),
            ("Les ARM ne voient rien, les quatre sont bloqués.", 4),
            ("Vu sur deux postes et sur la tablette de l'hélico.", 3),
            ("3 postes et la console du chef sont figés.", 4),
            ("Vu sur les postes ARM 1, 3 et 4 (pas sur le 2).", 3),
            ("les tablette smur 2 et 4 synchro plus les bilans", 2),
            ("C'est vide sur mon poste (le 3) et celui de Xan.", 2),
            ("Ma session 12 et celle de Youna sont bloquées.", 2),
            ("It happens to me and to my colleague Dr Fabre.", 2),
            ("Mme Lenoir ne voit plus les bilans, elle est la seule.", 1),
        ] {
            let best = find(text)
                .into_iter()
                .reduce(|best, next| if next.score > best.score { next } else { best })
                .unwrap_or_else(|| panic!("{text}"));
            assert_eq!(best.count.min, Some(many), "{text}");
        }
        for (text, sum) in [
            ("3 tel et 1 pc", "Some(4)"),
            ("2 ordis, 1 tablette", "Some(3)"),
            ("1 fixe + 2 portables", "Some(3)"),
        ] {
            let read = format!("{:?}", answer(text).map(|answer| answer.reading));
            assert!(read.contains(sum), "{text}: {read}");
        }
    }

    #[test]
    fn people_strung_together_name_who_is_affected() {
        for text in [
            "moi et l'ARM de nuit",
            "le Dr Baillif et moi",
            "M. Yvon et moi",
            "Youenn et moi",
            "moi + les 2 internes",
        ] {
            assert!(strings_people(text), "{text}");
        }
        for text in ["3 ARM", "tous", "5 sur 7", "moi", "une dizaine"] {
            assert!(!strings_people(text), "{text}");
        }
    }
}
