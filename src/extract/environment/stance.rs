//! What the words around an environment say of it: that the fault is there, that it is not, or that
//! all is well there.

use super::Stance;
use super::word::PORTAL;
use crate::extract::token::{Kind, Tokens};

/// Between the environment's word and the fault.
const CONTRAST: &str =
    "mais|alors|tandis|contrairement|donc|but|whereas|while|cependant|toutefois|or";
/// All is well.
const WELL: &str = "marche|marchent|fonctionne|fonctionnent|va bien|vont bien|tourne|passe|ras|rien a signaler|tout va|tout est normal|\
    est normal|est correct|est correcte|sont corrects|sont correctes|est juste|sont justes|est propre|s affiche bien|s affichent bien|affiche tout|y est bien|y sont bien|est complete|est complet|sont completes|c est bon|c est ok|ok|nickel|pas de souci|pas de soucis|pas de probleme|pas de probleme|pas d anomalie|aucun souci|aucun probleme|aucune anomalie|\
    sans souci|sans probleme|sans anomalie|works|is fine|are fine|all good|goes well|is ok|no problem|no issue|rien de tel|rien d anormal|impeccable|n a rien";
/// Not there, in words that may stand behind the environment.
const UNTOUCHED: &str = "touche|touchee|touches|concerne|concernee|concernes|impacte|impactee|affecte|affectee|utilisee|\
    affected|used|impacted";
/// Verbs of use that deny a place only with « y » or « l' »: « je n'y vais jamais ».
const USE: &str =
    "utilise|utilisons|vais|va|vas|allons|allez|travaille|travaillons|connecte|sert|sers";
/// It was not looked at there.
const UNTRIED: &str =
    "teste|testee|tester|essaye|essayer|verifie|regarde|vu|vue|tried|tested|retrouve|reproduit";
/// It never came there.
const NOT_SEEN: &str = "sans jamais|sans voir|sans rencontrer|sans le voir|sans l avoir|sans avoir|sans constater|jamais vu|jamais eu|jamais rencontre|never saw|never seen|never had|without ever";
/// It does not come there.
const NOT_THERE: &str = "ne le fait pas|ca ne le fait pas|ca le fait pas|cela ne le fait pas|ca ne se produit pas|cela ne se produit pas|ca n arrive pas|cela n arrive pas|\
    le probleme n existe pas|le probleme n apparait pas|on ne l a pas|je ne l ai pas|nous ne l avons pas|on ne le voit pas|it does not happen|it doesn t happen";
/// Nobody knows whether it does.
const NOT_KNOWN: &str = "sais pas|savons pas|ignore|aucune idee|sait pas|don t know|no idea";
/// What comes or does not come somewhere.
const OCCURS: &str =
    "produit|reproduit|survient|arrive|existe|constate|observe|apparait|happen|occur";
const NOT: &str = "pas|jamais|non|not|never|aucunement|nullement";

/// What support wrote down.
const TAKEN_FOR: &str = "vous avez note|vous avez mis|vous avez indique|vous avez inscrit|vous avez ecrit|vous avez compris|vous avez enregistre|vous aviez note|vous aviez mis|vous notez|\
    vous mettez|vous indiquez|vous ecrivez|avez note|avez mis|avez indique|you noted|you put|you wrote|you have noted";

/// « en prod je n'ai rien vu », « rien constaté en formation »: it was not met there; « je ne vois
/// rien » is a fault.
fn saw_nothing(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        tokens.is(at, &["rien"])
            && at + 1 < to
            && tokens.among(
                at + 1,
                "vu|constate|remarque|observe|note|eu|trouve|rencontre|releve|seen|noticed",
            )
    })
}

/// « nous n'utilisons plus la base de formation », « je ne travaille plus en formation ».
fn out_of_use(tokens: &Tokens, begin: usize, from: usize) -> bool {
    (begin + 1..from).any(|at| {
        tokens.among(at, "plus|jamais|guere")
            && tokens.among(at - 1, USE)
            && (begin..at - 1).any(|near| tokens.among(near, "n|ne|on"))
            && (at + 1..from).all(|near| {
                tokens.word(near).is_empty()
                    || tokens.among(near, PORTAL)
                    || tokens.among(near, "la|le|l|de|d|du|en|sur|dans|a|au|notre|votre")
            })
    })
}

/// « je n'ai pas accès à la base école », « nous n'avons pas de base école »: there is none.
pub(super) fn is_absent(tokens: &Tokens, from: usize) -> bool {
    (from.saturating_sub(8)..from).any(|at| {
        tokens.among(at, "pas|aucun|aucune|sans|no")
            && tokens.among(
                at + 1,
                "acces|de|d|access|compte|base|plateforme|environnement",
            )
            && (at + 1..from).all(|near| {
                tokens.word(near).is_empty()
                || tokens.among(near, PORTAL)
                || tokens.among(
                    near,
                    "acces|access|compte|comptes|de|d|a|au|la|le|l|sur|notre|to|the|pour|encore",
                )
            })
    })
}

/// What the words around tokens `from..to` say, between the environments named before and behind.
pub(super) fn stance(tokens: &Tokens, from: usize, to: usize, floor: usize, roof: usize) -> Stance {
    // The clause before: back to a stop, a comma, a contrast or the environment before.
    let mut begin = from;
    while begin > floor
        && from - begin < 14
        && !parts(tokens, begin - 1)
        && !tokens.among(begin - 1, CONTRAST)
    {
        begin -= 1;
    }
    // « Sur la base école, tout va bien »: a clause that the environment leads goes on.
    let leads = (begin..from).all(|at| {
        tokens.word(at).is_empty() && !matches!(tokens.get(at).map(|t| t.kind), Some(Kind::Number))
            || tokens.among(at, PORTAL)
            || tokens.among(at, "sur|en|la|le|l|dans|de|d|du|notre|votre|on|in|the|et|quant|a|au|qu|que|c|est|teste|essaye|alors|tout")
    });
    let bracketed = begin > 0 && tokens.sign(begin - 1, b'(');
    let mut end = to;
    let mut commas = 0;
    while end < roof && end - to < 16 && !stops(tokens, end) && !tokens.among(end, CONTRAST) {
        if tokens.sign(end, b',') || tokens.sign(end, b':') && !bracketed {
            commas += 1;
        }
        if commas > 0 && !leads || tokens.sign(end, b'(') || tokens.sign(end, b')') {
            break;
        }
        end += 1;
    }
    // « vous avez noté la production alors que … »: what support took it for.
    let taken_for = (begin..from).any(|at| tokens.any_phrase(at, TAKEN_FOR).is_some());
    // « production (la formation n'a pas le bandeau) »
    let beside = bracketed && floor > 0 && (to..end).any(|at| tokens.among(at, NOT));
    if taken_for || beside {
        return Stance::Denied;
    }
    if out_of_use(tokens, begin, from) {
        return Stance::Denied;
    }
    if saw_nothing(tokens, begin, from) || saw_nothing(tokens, to, end) {
        return Stance::Aside;
    }
    if denied(tokens, begin, from) {
        let untried = (begin..from).any(|at| tokens.among(at, UNTRIED));
        return if untried {
            Stance::Aside
        } else {
            Stance::Denied
        };
    }
    let negated = |at: usize, reach: usize| {
        (at.saturating_sub(reach).max(begin)..(at + 3).min(end)).any(|near| tokens.among(near, NOT))
    };
    let mut at = to;
    while at < end {
        let used = tokens.among(at, USE)
            && (at.saturating_sub(3).max(to)..at).any(|near| tokens.is(near, &["y", "l"]));
        if (tokens.among(at, UNTOUCHED) || used)
            && negated(at, 3)
            && (at..end.min(at + 3)).all(|at| !tokens.is(at, &["plus"]))
        {
            return Stance::Denied;
        }
        // « en formation ça ne le fait pas »
        if at - to <= 2 && tokens.any_phrase(at, NOT_THERE).is_some() {
            return Stance::Denied;
        }
        // « trois jours en formation sans jamais voir ça », « sur la base école je ne sais pas »
        if tokens.any_phrase(at, NOT_SEEN).is_some()
            || at - to <= 4
                && tokens.any_phrase(at, NOT_KNOWN).is_some()
                && !of_another_matter(tokens, to, at)
        {
            return Stance::Aside;
        }
        if tokens.among(at, UNTRIED) && negated(at, 2) && end - to < 8 {
            return Stance::Aside;
        }
        at += 1;
    }
    let except = (to..end).any(|at| tokens.among(at, "sauf|hormis|excepte|except|part"));
    if !except && (well(tokens, begin, from) || well(tokens, to, end)) {
        return Stance::Aside;
    }
    Stance::Affirmed
}

/// « c'est en prod, les prérequis aucune idée »: behind a comma another thing is named that nobody
/// knows.
fn of_another_matter(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from..to).any(|at| tokens.sign(at, b','))
        && (from..to).any(|at| {
            tokens.among(
                at,
                "prerequis|prereq|requis|nombre|combien|nb|reproductible|reproduction|heure|debut|numero|version|poste|role|les|le|pour",
            )
        })
}

fn stops(tokens: &Tokens, at: usize) -> bool {
    match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Sign(b'.' | b'!' | b'?')) => !tokens.glued(at + 1) || tokens.ends_line(at + 1),
        Some(Kind::Sign(b';')) | None => true,
        Some(Kind::Line) => {
            let item = matches!(
                tokens.get(at + 1).map(|token| token.kind),
                Some(Kind::Sign(b'-' | b'*' | b'>' | 0x1a))
            );
            item || tokens.ends_line(at + 1) || at > 0 && stops(tokens, at - 1)
        }
        _ => false,
    }
}

fn parts(tokens: &Tokens, at: usize) -> bool {
    stops(tokens, at)
        || matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(b',' | b':' | b'('))
        )
}

/// A negation in front that reaches the environment: « pas en prod », not « plus d'accès en prod ».
fn denied(tokens: &Tokens, begin: usize, from: usize) -> bool {
    let mut denied = false;
    for at in begin.max(from.saturating_sub(9))..from {
        // « rien en réel », « rien à signaler côté prod »
        let nothing = tokens.is(at, &["rien"])
            && (at + 1..from).all(|at| {
                tokens.word(at).is_empty()
                    || tokens.among(at, PORTAL)
                    || tokens.among(
                        at,
                        "en|sur|dans|cote|du|a|signaler|de|tel|la|le|l|voir|avec|faire",
                    )
            });
        if nothing {
            denied = true;
        }
        if tokens.among(at, "pas|non|hors|not|never|jamais|ni|aucun|sans") {
            // « pas de la base de formation » denies the place, « pas de connexion à la prod » not.
            let place = (at + 1..from).all(|at| {
                tokens.word(at).is_empty()
                    || tokens.among(at, PORTAL)
                    || tokens.among(at, "de|d|la|le|l|du|les|notre")
            });
            // « pas d'impact sur le réel »
            let harmless = (at + 1..at + 4).any(|at| {
                tokens.among(
                    at,
                    "impact|incidence|consequence|consequences|effet|repercussion",
                )
            });
            let other = !harmless && !place && tokens.among(at + 1, "d|de|acces|seulement|que|uniquement|only|possible|just|encore|mal")
                || (at + 1..from).any(|at| tokens.among(at, "depuis|quand|lorsque|pour|a|possible"))
                // « ne marche pas en prod », « je n'ai pas la carte en prod »: the fault is denied, not the place.
                || tokens.among(at, "pas|jamais") && faulty(tokens, begin, at, from);
            denied = !other;
        }
    }
    denied
}

/// « ne marche pas en prod »: a verb is denied, not the place.
fn faulty(tokens: &Tokens, begin: usize, not: usize, from: usize) -> bool {
    let place = (begin..from).any(|at| {
        tokens.among(at, "est|suis|sommes|etait|utilise|utilisons|vais|allons|alle|allee|travaille|travaillons|is|are|concerne|touche|agit|it")
            || tokens.among(at, UNTRIED)
    });
    // « cela ne se produit pas sur la plateforme d'entraînement »
    let occurs = (begin..not).any(|at| {
        tokens.among(
            at,
            "ca|cela|ce|c|probleme|incident|bug|souci|phenomene|anomalie|it|defaut|panne",
        )
    }) && ((begin..=not + 1).any(|at| tokens.among(at, OCCURS))
        || (begin..not).any(|at| tokens.phrase(at, "le fait").is_some()))
        && (not + 1..from).all(|at| {
            tokens.word(at).is_empty()
                || tokens.among(at, PORTAL)
                || tokens.among(at, OCCURS)
                || tokens.among(at, "en|sur|la|le|l|du|de|d|dans|on|in|the|notre|votre")
        });
    if occurs {
        return false;
    }
    let verb = (begin..not).any(|at| {
        tokens.among(
            at,
            "ne|n|marche|fonctionne|ca|cela|repond|ouvre|affiche|does|do|doesn|don",
        )
    });
    let nouns = (not + 1..from).any(|at| {
        !tokens.word(at).is_empty()
            && !tokens.among(at, PORTAL)
            && !tokens.among(at, UNTRIED)
            && !tokens.among(at, "en|sur|la|le|l|du|de|d|dans|on|in|the|notre|votre|a|un|une|alle|allee|constate|observe|au|ca|cela|probleme|souci|rien")
    });
    verb && (!place || nouns)
}

/// « la prod imprime bien », « l'école affiche tout correctement »: what it does there is well done.
fn well_done(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from + 1..to).any(|at| {
        tokens.among(
            at,
            "bien|correctement|normalement|parfaitement|properly|correctly|fine|normally",
        ) && !tokens.among(
            at - 1,
            "est|c|tres|trop|ou|assez|aussi|si|pas|plus|se|et|bien|voila|eh|l",
        ) && !tokens.word(at - 1).is_empty()
            && (from..at)
                .all(|near| !tokens.among(near, NOT) && !tokens.among(near, "ne|n|plus|mal"))
            && (tokens.word(at + 1).is_empty()
                || at + 1 >= to
                || tokens.among(
                    at + 1,
                    "les|la|le|l|toutes|tous|mes|nos|leurs|sur|en|depuis|chez",
                ))
            && !tokens.among(
                at - 1,
                "plante|plantent|bloque|rame|fige|disparait|perd|deconnecte",
            )
    })
}

/// Whether one of the words for « all is well » stands there, undenied.
fn well(tokens: &Tokens, from: usize, to: usize) -> bool {
    well_done(tokens, from, to)
        || (from..to).any(|at| {
            let Some(end) = tokens.any_phrase(at, WELL) else {
                return false;
            };
            let denied = at > from && tokens.among(at - 1, "ne|n|jamais|se")
                || at > from + 1 && tokens.among(at - 2, "ne|n")
                || tokens.among(
                    end,
                    "pas|plus|mal|po|pu|pa|plu|rien|jamais|que|dans|en|moins",
                )
                || tokens.among(end, "tres|super|assez")
                    && tokens.is(end + 1, &["mal", "lentement"]);
            // « ça marche en formation, … »: the place where it does.
            let here = end + 1 == to && tokens.among(end, "en|dans");
            end <= to && (here || !denied)
        })
}
