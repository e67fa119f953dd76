//! Counts without a number: everyone, the writer alone, « moi et Sabrina », « plusieurs ».

use super::super::token::{Kind, Lexicon, Tokens};
use super::people::{Draft, amount, counted, people};
use crate::domain::field::Count;
use std::sync::LazyLock;

/// Everyone, of a place whose name ends the phrase.
static EVERYONE: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "tout le monde|toute la salle|toute l equipe|toute la regulation|tout le service|tout le plateau|tout le centre|tout le samu|",
        "toute la regul|tout le site|tout le crra|toute l unite|l ensemble du service|l ensemble des|l ensemble de l equipe|l ensemble de la salle|",
        "la totalite des|la totalite du|la totalite de la|la salle entiere|le service entier|tous les utilisateurs|everyone|everybody|all of us|",
        "all users|all the users|all of them|nous tous|on est tous|nous sommes tous|nous sommes toutes|on est toutes|pour tous|chez tous|",
        "plus personne|personne ne peut|personne n arrive|personne ne|personne n a|personne n|aucun utilisateur|aucun poste|aucun arm|aucun agent|",
        "tous les agents|tout l effectif|toutes et tous|tous touches|tous impactes|tous concernes|nobody can|no one can|the whole room|the whole team|",
        "the whole staff|all staff|all the staff|toute la garde|toute l astreinte|tout le cesu|ensemble du service|ensemble des utilisateurs"
    ))
});
/// One person, the writer.
static ONLY_ME: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "seul mon poste|seul mon compte|seul moi|seule moi|moi uniquement|moi seul|moi seule|seulement moi|uniquement moi|que moi|juste moi|moi seulement|je suis le seul|je suis la seule|",
        "je suis seul|je suis seule|only me|just me|me only|myself only|moi tout seul|moi toute seule|rien que moi|pour moi seul|qu a moi|",
        "ne concerne que moi|que sur mon poste|que mon poste|mon poste uniquement|uniquement mon poste|seulement mon poste|mon poste seulement|",
        "uniquement sur mon poste|seulement sur mon poste|only my workstation|i am the only one|i m the only one|mon seul poste"
    ))
});
static VAGUE: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "plusieurs|quelques|beaucoup|certains|certaines|pas mal|la plupart|de nombreux|de nombreuses|several|some|many|a few|most|",
        "quelques uns|quelques unes|une partie|la moitie|la majorite|presque tous|presque toutes|presque tout le monde|different|differents|",
        "differentes|divers|diverses|nombreux|nombreuses|un certain nombre|une poignee|un peu tout le monde|moi et mes collegues|mes collegues et moi"
    ))
});

/// What is said at `at`, if anything.
pub(super) fn draft(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    let kind = tokens.get(at)?.kind;
    if !matches!(kind, Kind::Word | Kind::Number) {
        return None;
    }
    if kind == Kind::Word {
        if let Some(end) = VAGUE.end(tokens, at) {
            let counted = counted(tokens, end);
            let negated = at > 0 && tokens.is(at - 1, &["sans", "pas"]);
            if let Some(draft) = counted.and_then(|end| exemplified(tokens, end)) {
                return Some(draft);
            }
            if (answer || counted.is_some()) && !negated {
                return Some(Draft {
                    count: Count {
                        min: None,
                        max: None,
                        all: false,
                    },
                    end: counted.unwrap_or(end),
                    vague: true,
                    score: 0.5,
                });
            }
        }
        if let Some(end) = ONLY_ME.end(tokens, at) {
            return Some(Draft::exact(1, 1, false, end, 0.85));
        }
        if let Some(draft) = with_me(tokens, at, answer) {
            return Some(draft);
        }
        if let Some(draft) = everyone(tokens, at, answer) {
            return Some(draft);
        }
    }
    people(tokens, at, answer)
}

/// « tout le monde », « tous les postes », « tous les 5 ARM ».
fn everyone(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    if greeted(tokens, at) {
        return None;
    }
    let negated = at > 0 && tokens.is(at - 1, &["pas", "not"])
        || at > 1
            && tokens.is(at - 2, &["pas", "not"])
            && tokens.is(at - 1, &["sur", "chez", "pour", "on", "for"]);
    if negated {
        let next = tokens
            .any_phrase(at + 1, "les|nos|mes|the|our")
            .unwrap_or(at + 1);
        return exemplified(tokens, counted(tokens, next)?);
    }
    let all = |end: usize, score: f32| Draft {
        count: Count {
            min: None,
            max: None,
            all: true,
        },
        end,
        vague: false,
        score,
    };
    if tokens.is(at, &["tous", "toutes", "all"]) {
        let next = tokens
            .any_phrase(at + 1, "les|nos|mes|the|our")
            .unwrap_or(at + 1);
        if let Some((min, max, end)) = amount(tokens, next)
            && let Some(end) = counted(tokens, end)
        {
            return Some(Draft::exact(min, max, true, end, 0.8));
        }
        if next > at + 1
            && let Some(end) = counted(tokens, next)
        {
            // « tous les utilisateurs que j'ai essayés »: still everyone.
            return Some(all(end, 0.6));
        }
        if answer {
            return Some(all(at + 1, 0.8));
        }
    }
    if answer && tokens.is(at, &["tout", "toute", "general", "generale", "ensemble"]) {
        return Some(all(EVERYONE.end(tokens, at).unwrap_or(at + 1), 0.7));
    }
    let end = EVERYONE.end(tokens, at)?;
    if tokens.is(at, &["pour", "chez"]) && tokens.is(end, &["les", "nos", "ses", "vos", "appels"]) {
        return None;
    }
    // « l'ensemble des dossiers » counts no people.
    if tokens.is(end - 1, &["des"]) && counted(tokens, end).is_none() {
        return None;
    }
    Some(all(counted(tokens, end).unwrap_or(end), 0.65))
}

/// « bonne année à toute l'équipe », « bonjour à tous »: a greeting counts nobody.
fn greeted(tokens: &Tokens, at: usize) -> bool {
    let addressed = at > 0 && tokens.is(at - 1, &["a", "to", "et"]);
    addressed
        && (at.saturating_sub(8)..at).any(|at| {
            tokens.among(at, "bonjour|bonsoir|salut|hello|coucou|annee|voeux|merci|dear|hi|cher|chers|courage|journee|soiree|weekend|noel|fetes|bises|thanks|pensee")
        })
}

/// « pas tous les postes, quatre ou cinq », « plusieurs ARM (4) »: the number behind.
fn exemplified(tokens: &Tokens, end: usize) -> Option<Draft> {
    let sign = matches!(
        tokens.get(end).map(|t| t.kind),
        Some(Kind::Sign(b',' | b'(' | b':' | b'-'))
    );
    let (min, max, after) = amount(tokens, if sign { end + 1 } else { return None })?;
    let other = tokens.among(
        after,
        "h|heures|min|minutes|fois|jours|er|appels|dossiers|secondes",
    );
    let quantity = min > 1 && !other && !tokens.sign(after, b'%') && !tokens.sign(after, b'/');
    quantity.then(|| {
        Draft::exact(
            min,
            max,
            false,
            counted(tokens, after).unwrap_or(after),
            0.75,
        )
    })
}

/// « moi et Sabrina », « ma collègue et moi », « moi » alone as an answer.
fn with_me(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    if tokens.is(at, &["moi", "me", "myself"]) {
        let and = tokens
            .any_phrase(at + 1, "et chez|et|ainsi que|+|and|puis")
            .or_else(|| {
                (answer && (tokens.sign(at + 1, b'+') || tokens.sign(at + 1, b',')))
                    .then_some(at + 2)
            });
        if let Some(next) = and {
            let end = tokens.any_phrase(next, "mon collegue|ma collegue|un collegue|une collegue|mon confrere|ma consoeur|un autre|une autre|un arm|une arm|my colleague|ma voisine|mon voisin|le medecin|mon binome|l arm|mon interne|l interne");
            if let Some(end) = end {
                return Some(Draft::exact(2, 2, false, end, 0.75));
            }
            if let Some((min, max, end)) = amount(tokens, next)
                && (counted(tokens, end).is_some() || tokens.is(end, &["autres", "others"]))
            {
                let end = counted(tokens, end).unwrap_or(end + 1);
                return Some(Draft::exact(min + 1, max + 1, false, end, 0.85));
            }
            let named = tokens.word(next).len() > 2
                && !tokens.among(next, concat!("je|les|mes|nos|des|quand|que|pour|cela|c'est|sur|dans|aussi|ca|tous|tout|nous|vous|", "impossible|toujours|rien|the|all|ce"))
                && (answer || tokens.is(at.wrapping_sub(1), &["chez", "pour"]));
            if named {
                return Some(Draft::exact(2, 2, false, next + 1, 0.7));
            }
        }
        let alone = answer
            && (tokens.ends_line(at + 1)
                || matches!(tokens.get(at + 1).map(|t| t.kind), Some(Kind::Sign(_))))
            && !tokens.is(at.wrapping_sub(1), &["et", "que"]);
        return alone.then(|| Draft::exact(1, 1, false, at + 1, 0.6));
    }
    // « 2 collègues et moi », « mes deux collègues … la même chose que moi »
    let owned = tokens.is(at, &["mes", "nos", "deux", "trois", "quatre", "les"])
        || tokens.number(at, 2).is_some();
    if owned {
        let start = if tokens.is(at, &["mes", "nos", "les"]) {
            at + 1
        } else {
            at
        };
        if let Some((min, max, after)) = amount(tokens, start) {
            let colleagues = tokens.any_phrase(
                after,
                "collegues|autres collegues|confreres|colleagues|arm|autres arm|autres",
            );
            if let Some(end) = colleagues {
                for to in end..(end + 14).min(tokens.len()) {
                    if matches!(
                        tokens.get(to).map(|t| t.kind),
                        Some(Kind::Sign(b'.' | b'!' | b'?' | b';') | Kind::Line)
                    ) {
                        break;
                    }
                    if tokens.is(to, &["moi"])
                        && tokens.is(to - 1, &["et", "que", "comme", "avec"])
                        && !tokens.is(to + 1, &["je", "ca"])
                    {
                        return Some(Draft::exact(min + 1, max + 1, false, to + 1, 0.8));
                    }
                }
            }
        }
    }
    let one = tokens.any_phrase(at, "mon collegue|ma collegue|un collegue|une collegue|mon confrere|mon binome|ma binome|le medecin|l interne|my colleague")?;
    let end = tokens.any_phrase(one, "et moi|et moi meme|and me|and i")?;
    Some(Draft::exact(2, 2, false, end, 0.75))
}
