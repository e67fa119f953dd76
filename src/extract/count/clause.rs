//! What the clause around a number says: that those people are affected, that they are not, that
//! it is the newer number.

use super::super::token::{Kind, Tokens, phrase};
use super::amount::amount;

/// The clause around tokens `from..to`: between stops, commas and words like « mais ».
fn clause(tokens: &Tokens, from: usize, to: usize) -> (usize, usize) {
    let stops = |at: usize| match tokens.get(at).map(|token| token.kind) {
        None | Some(Kind::Line | Kind::Sign(b'!' | b'?' | b';' | b'(' | b')' | b',')) => true,
        Some(Kind::Sign(b'.' | b':')) => !tokens.glued(at + 1),
        Some(Kind::Word) => tokens.among(
            at,
            "mais|alors|tandis|sauf|but|or|car|donc|sinon|while|whereas|hormis",
        ),
        _ => false,
    };
    let mut start = from;
    while start > 0 && from - start < 14 && !stops(start - 1) {
        start -= 1;
    }
    let mut end = to;
    while end < tokens.len() && end - to < 14 && !stops(end) {
        end += 1;
    }
    (start, end)
}

/// Whether the clause says that all is well there: « les 2 autres postes marchent », « mes trois
/// collègues n'ont pas le souci », « ça fonctionne chez tout le monde ».
pub(super) fn spared(tokens: &Tokens, from: usize, to: usize) -> bool {
    let (start, end) = clause(tokens, from, to);
    // « j'ai demandé à 3 collègues, ils n'ont rien », « l'autre salle (10 postes) fonctionne »
    let follows = tokens.sign(end, b',') && tokens.among(end + 1, "ils|elles|eux|aucun|they|qui")
        || tokens.sign(end, b')');
    is_well(tokens, start, end)
        || follows && {
            let (_, next) = clause(tokens, end + 1, end + 1);
            is_well(tokens, end + 1, next)
        }
}

/// Whether the tokens `start..end` say that all is well.
fn is_well(tokens: &Tokens, start: usize, end: usize) -> bool {
    const TROUBLE: &str = "souci|soucis|probleme|problemes|pb|pbs|bug|bugs|message|erreur|ca|cela|anomalie|panne|phenomene|rencontre|constate|remarque|eu|issue|problem";
    const WELL: &str = "without trouble|without any trouble|without problem|without problems|without any problem|without issue|without any issue|sans probleme|sans souci|sans difficulte|sans difficultes|sans encombre|sans erreur|sans accroc|comme d habitude|sans soucis|sans pb|pas touche|pas touches|pas touchee|pas touchees|pas concerne|pas concernes|pas concernee|pas concernees|pas impacte|pas impactes|pas impactee|\
        pas impactees|pas affecte|pas affectes|pas genes|pas bloques|non touches|non concernes|non impactes|non touche|non concerne|epargne|epargnes|epargnees|indemnes|rien a signaler|ras|c est bon|c est ok|pas de souci|pas de soucis|\
        pas de probleme|pas de pb|aucun souci|aucun probleme|aucun pb|nickel|no problem|not affected|are fine|is fine|work fine|works fine|ca va|rien du tout|n a rien|n ont rien|ont rien|vont bien|va bien|tourne bien|tournent bien|passent bien|repondent bien|sont nickel|sont bons|c ok|sont normales|ont la bonne|ont le bon|voient bien|tout est normal|est normal|tout marche|tout fonctionne|c bon|ca roule|ok pour|sont normaux|sont ok|est nickel|ne constatent rien|ne constate rien|ne remarquent rien|ne remarque rien|ne signalent rien|ne signale rien|ne rencontrent rien|pas ce souci|pas ce probleme|tout va bien|impeccable|y arrivent tres bien";
    (start..end).any(|at| {
        if let Some(next) = phrase!(tokens, at, WELL) {
            // « n'ont rien reçu » is a fault.
            let rien = tokens.is(next - 1, &["rien"]);
            // « aucun poste n'est épargné » spares nobody.
            if tokens.among(next - 1, "epargne|epargnes|epargnee|epargnees")
                && (start..at).any(|at| tokens.among(at, "personne|aucun|aucune|n|ne|pas"))
            {
                return false;
            }
            return !rien
                || next >= end
                || tokens.among(
                    next,
                    "de|eux|elles|du|a|au|chez|remarque|constate|signale|note|vu|releve|rencontre",
                );
        }
        if tokens.among(
            at,
            "marche|marchent|marchait|marchaient|fonctionne|fonctionnent|fonctionnait|works|work",
        ) {
            // « le portable de garde, seul numéro qui marche »: all the rest does not.
            let only = at > start
                && tokens.among(at - 1, "qui|that")
                && (at.saturating_sub(5)..at).any(|at| tokens.among(at, "seul|seule|only"));
            if only {
                return false;
            }
            return !negated(tokens, at, start)
                && !(at + 1..at + 4).any(|at| {
                    tokens.among(at, "pas|plus|mal|rien|jamais|pu|pa|que|plu|moins|une|parfois|qu|not")
                });
        }
        // « les 2 autres postes sonnent normalement », where that ends the clause.
        if at > start
            && (at + 1 >= end || at + 2 >= end && tokens.ends_line(at + 2))
            && tokens.among(at, "normalement|correctement|parfaitement|normally|correctly")
        {
            return !(start..at).any(|at| {
                tokens.among(at, "ne|n|pas|plus|not|don|doesn|devraient|devrait|jamais|mal|should")
            });
        }
        if doing_well(tokens, start, at, end) {
            return true;
        }
        if tokens.is(at, &["y"]) && tokens.among(at + 1, "arrive|arrivent|accede|accedent|parvient|parviennent") {
            return !negated(tokens, at, start)
                && !(at + 2..at + 4).any(|at| tokens.among(at, "pas|plus|pa|pu|jamais|mal"));
        }
        let lacks = phrase!(tokens, at, "n ont pas|n a pas|ont pas|a pas|n ont aucun|n a aucun|ne rencontrent pas|ne rencontre pas|n avaient pas|do not have|don t have|does not have|doesn t have|n ont jamais|n ont eu");
        lacks.is_some_and(|next| (next..next + 3).any(|at| tokens.among(at, TROUBLE)))
    })
}

/// « les 2 autres positions sonnent », « les autres reçoivent tout »: the others do what is wanted,
/// where the verb at `at` is all that is said of them.
fn doing_well(tokens: &Tokens, start: usize, at: usize, end: usize) -> bool {
    const DO: &str = "sonne|sonnent|repond|repondent|recoit|recoivent|voit|voient|entend|entendent|imprime|impriment|decroche|decrochent|accede|accedent|peut|peuvent|affiche|affichent|s affiche|s affichent|s ouvre|s ouvrent|se connecte|se connectent|passe|passent";
    const NOT: &str = "ne|n|pas|plus|rien|aussi|egalement|pareil|idem|meme|memes|mal|jamais|aucun|aucune|vide|blanc|erreur|seulement|que|devraient|devrait";
    let others = (start..at).any(|at| tokens.among(at, "autre|autres|otre|otres|others"));
    let does = phrase!(tokens, at, DO).is_some_and(|next| end.saturating_sub(next) <= 3);
    others && does && !(start..end).any(|at| tokens.among(at, NOT))
}

fn negated(tokens: &Tokens, at: usize, start: usize) -> bool {
    (at.saturating_sub(3).max(start)..at)
        .any(|at| tokens.among(at, "ne|n|not|don|doesn|pas|rien|plus"))
}

/// How much the words around speak of being affected, or of something else.
pub(super) fn weight(tokens: &Tokens, from: usize, to: usize) -> f32 {
    let window = tokens.folded(from.saturating_sub(8), (to + 8).min(tokens.len()));
    const AFFECTED: [&str; 26] = [
        "touch",
        "impact",
        "concern",
        "probleme",
        "souci",
        "l'avoir",
        "a avoir",
        "bloqu",
        "affect",
        "pareil",
        "meme chose",
        "gene",
        "marche p",
        "fonctionne p",
        "figee",
        "blanc",
        "deconnect",
        "eject",
        "idem",
        "n'arriv",
        "ne peu",
        "dans ce cas",
        "plainte",
        "plaindre",
        "ne voi",
        "hs",
    ];
    let mut weight = 0.0;
    if AFFECTED.iter().any(|word| window.contains(word)) {
        weight += 0.12;
    }
    let before = |words: &'static str, many: usize| {
        (from.saturating_sub(many)..from)
            .rev()
            .take_while(|at| !tokens.sign(*at, b'.') && !tokens.ends_line(*at))
            .any(|at| tokens.among(at, words))
    };
    // Who was asked, who came, who is called for: not who is affected.
    if before(
        "teste|testes|essaye|essaye|verifie|demande|appele|appeler|prevenu|prevenus|redemarre|change|mobilise|mobiliser|renfort|rappele|rappeler|contacte|interroge|attend|attendent|recu|intervention|recrute|embauche|forme",
        5,
    ) || window.contains("mobilise")
        || window.contains("attendent un")
    {
        weight -= 0.25;
    }
    // « on était 2 au départ, maintenant 5 »
    if (from.saturating_sub(4)..(to + 3).min(tokens.len()))
        .any(|at| phrase!(tokens, at, "maintenant|desormais|a present|aujourd hui|au total|en tout|finalement|a ce jour|now|total").is_some())
    {
        weight += 0.08;
    }
    if (from.saturating_sub(4)..(to + 3).min(tokens.len()))
        .any(|at| phrase!(tokens, at, "au depart|au debut|hier|d abord|initialement|la semaine derniere|a l origine|premierement|etait|etions|normalement|d habitude|habituellement|en temps normal").is_some())
    {
        weight -= 0.1;
    }
    // « on est 12 en salle »: those who are there, of whom fewer may be affected.
    if (to..to + 3).any(|at| {
        phrase!(tokens, at, "en salle|presents|presentes|de garde|dans la salle|en poste|de service|on duty|dans l equipe|en regulation")
            .is_some()
    }) {
        weight -= 0.06;
    }
    weight
}

/// « deux postes, pardon trois »: the number that takes the place of the one that ends at `end`.
pub(super) fn replaced(tokens: &Tokens, end: usize) -> Option<(u32, u32, usize)> {
    let next = if tokens.sign(end, b',') || tokens.sign(end, b'(') || tokens.sign(end, b'-') {
        end + 1
    } else {
        end
    };
    let next = phrase!(
        tokens,
        next,
        "pardon|non pardon|euh non|ou plutot|plutot|non|enfin|erreur|je corrige|je rectifie|sorry|correction|enfin non|euh"
    )?;
    let next = if tokens.sign(next, b',') || tokens.sign(next, b':') {
        next + 1
    } else {
        next
    };
    let (min, max, after) = amount(tokens, next)?;
    let closed = matches!(
        tokens.get(after).map(|t| t.kind),
        None | Some(Kind::Line | Kind::Sign(b'.' | b',' | b')' | b'!' | b';'))
    );
    (closed && min > 0).then_some((min, max, after))
}

/// Whether the words between two numbers correct the first: « 3, pardon 4 », « 2 hier, 5 maintenant ».
pub(super) fn corrected(tokens: &Tokens, from: usize, to: usize) -> bool {
    to.saturating_sub(from) <= 8
        && (from..to).any(|at| {
            phrase!(tokens, at, "pardon|plutot|ou plutot|je corrige|je rectifie|rectification|correction|non|erreur|finalement|sorry|i mean|je voulais dire|euh non|non pardon|maintenant|desormais|soit|au total|en tout|enfin|now")
                .is_some()
        })
}
