//! The writer and others: « moi et Sabrina », « nous deux », « mon collègue a le même souci ».

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};
use super::clause::spared;
use super::company::{self, company};
use super::owned::NO_TROUBLE;
use super::people::Draft;
use super::said::in_two_places;

/// « moi et Sabrina », « ma collègue et moi », « nous deux », « moi » alone as an answer.
pub(super) fn with_me(text: &str, tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    if let Some(next) = phrase!(
        tokens,
        at,
        "nous|a nous|the|all|aucun de nous|chez nous|pour nous"
    ) && phrase!(tokens, at, "nous|a nous|aucun de nous|chez nous|pour nous").is_some()
        && let Some((min, max, end)) = amount(tokens, next)
        && min == max
        && (2..=30).contains(&min)
        && !tokens.among(
            end,
            "h|heures|min|minutes|fois|jours|dossiers|appels|semaines|mois",
        )
        && counted(tokens, end).is_none_or(|_| !tokens.is(next, &["les"]))
    {
        if let Some((more, after)) = in_two_places(tokens, end) {
            return Some(Draft::exact(min + more, max + more, false, after, 0.8));
        }
        return Some(Draft::exact(
            min,
            max,
            false,
            counted(tokens, end).unwrap_or(end),
            0.75,
        ));
    }
    if let Some(draft) = together(tokens, at) {
        return Some(draft);
    }
    // « the two of us », « both of us »
    if let Some((min, max, end)) = amount(tokens, at)
        && let Some(end) = phrase!(tokens, end, "of us|d entre nous")
    {
        return Some(Draft::exact(min, max, tokens.is(at, &["all"]), end, 0.8));
    }
    if phrase!(tokens, at, "lui et moi|elle et moi|ni lui ni moi|ni elle ni moi|moi et lui|moi et elle|him and me|her and me|he and i|she and i|l un et l autre|l un comme l autre|lui comme moi|elle comme moi").is_some() {
        let end = phrase!(tokens, at, "lui et moi|elle et moi|ni lui ni moi|ni elle ni moi|moi et lui|moi et elle|him and me|her and me|he and i|she and i|l un et l autre|l un comme l autre|lui comme moi|elle comme moi")?;
        return Some(Draft::exact(2, 2, false, end, 0.8));
    }
    if let Some(company) = company(text, tokens, at, answer) {
        if company.me && !acted(tokens, at, company.end) {
            return Some(Draft::exact(
                company.min,
                company.max,
                false,
                company.end,
                0.85,
            ));
        }
        if company.named && company.members.len() > 1 && each(tokens, at, company.end) {
            return Some(Draft::exact(
                company.min,
                company.max,
                false,
                company.end,
                0.8,
            ));
        }
        if answer && company.named {
            return Some(Draft::exact(
                company.min,
                company.max,
                false,
                company.end,
                0.65,
            ));
        }
    }
    if tokens.is(at, &["moi", "me", "myself"]) && answer {
        let closed = tokens.ends_line(at + 1)
            || matches!(tokens.get(at + 1).map(|t| t.kind), Some(Kind::Sign(_)))
            || phrase!(tokens, at + 1, "meme|pour l instant|a priori|apparemment|je|c est|pour le moment|a ma connaissance|au moins|aussi|deja|personnellement|en tout cas").is_some();
        let alone = closed && !tokens.is(at.wrapping_sub(1), &["et", "que", "plus"]);
        return alone.then(|| Draft::exact(1, 1, false, at + 1, 0.6));
    }
    None
}

/// « Constaté par Mme Laroche et M. Petit, chacun sur son poste »: each of those named has it.
fn each(tokens: &Tokens, at: usize, end: usize) -> bool {
    let seen = at > 1
        && tokens.is(at - 1, &["par"])
        && tokens.among(
            at - 2,
            "constate|constatee|rencontre|rencontree|vu|vue|observe|observee|subi|subie|signale|signalee|remonte|remontee|vecu",
        );
    let next = end + usize::from(tokens.sign(end, b','));
    let each = phrase!(
        tokens,
        next,
        "chacun sur|chacune sur|chacun de|chacune de|chacun a|chacune a|tous les deux|toutes les deux|tous deux|toutes deux|sur leurs postes|sur leur poste|sur leurs comptes|each on"
    );
    seen || each.is_some()
}

/// « testé à quatre, pareil », « à trois on a le même souci »: those who tried it together.
fn together(tokens: &Tokens, at: usize) -> Option<Draft> {
    const TRIED: &str = "teste|testee|essaye|essayee|tente|verifie|reproduit|constate|refait|reessaye|reteste|vu|regarde";
    let next = phrase!(tokens, at, "a")?;
    let (min, max, end) = amount(tokens, next)?;
    let tried = at > 0 && tokens.among(at - 1, TRIED);
    let begins = at == 0
        || !matches!(
            tokens.get(at - 1).map(|token| token.kind),
            Some(Kind::Word | Kind::Number)
        );
    let ours = begins && tokens.among(end, "on|nous");
    let closed = matches!(
        tokens.get(end).map(|token| token.kind),
        None | Some(Kind::Line | Kind::Sign(b'.' | b',' | b'!' | b';' | b')'))
    ) && !tokens.glued(end + 1);
    let few = min == max && (2..=20).contains(&min) && !tokens.among(next, "la|une")
        // « Vu à 8. » is an hour.
        && (ours || tokens.number(next, 2).is_none() || tokens.sign(end, b','));
    (few && (tried && closed || ours)).then(|| Draft::exact(min, max, false, end, 0.8))
}

/// « moi et Paul avons vérifié », « Paul et moi sommes joignables »: what they did.
fn acted(tokens: &Tokens, from: usize, to: usize) -> bool {
    let did = (to..to + 5).any(|at| {
        tokens.among(
            at,
            "joignable|joignables|disponible|disponibles|verifie|teste|redemarre|appele|restons|dispo|dispos",
        )
    });
    did || from > 0
        && tokens.among(
            from - 1,
            "entre|contacter|joindre|rappeler|appeler|contactez|appelez|rappelez|prevenir",
        )
}

/// What the others answered who were asked whether they have it too.
const ECHO: &str = "mm chose|mm pb|mm souci|mm probleme|pareil|pareille|idem|itou|meme chose|meme probleme|meme souci|meme pb|meme constat|meme resultat|meme topo|meme message|c est pareil|c est la meme chose|c est idem|same|same thing|same here";

/// « mes deux collègues … la même chose que moi », « mon collègue a le même souci »: and the writer.
pub(super) fn like_me(tokens: &Tokens, at: usize) -> Option<Draft> {
    let (min, max, end) = if let Some(next) = phrase!(
        tokens,
        at,
        "mon|ma|un autre|une autre|l autre|un|une|un de mes|une de mes|my|another|le|la"
    ) && let Some(end) = phrase!(
        tokens,
        tokens.skip_joints(next),
        "collegue|coll|confrere|consoeur|voisin|voisine|binome|chef|interne|arm|colleague|cadre|medecin|autre arm|autre collegue|autre medecin"
    ) {
        let relative = tokens.among(
            end - 1,
            "collegue|coll|confrere|consoeur|voisin|voisine|binome|colleague",
        ) || tokens.among(end - 2, "autre");
        if !relative {
            return the_same_as_i(tokens, at);
        }
        (1, 1, end)
    } else if let Some(draft) = the_same_as_i(tokens, at) {
        return Some(draft);
    } else {
        let start = phrase!(tokens, at, "mes|nos|les|les autres").unwrap_or(at);
        let (min, max, after) = amount(tokens, start)?;
        let end = phrase!(
            tokens,
            after,
            "medecins|infirmiers|infirmieres|regulateurs|internes|cadres|ide|collegues|autres collegues|confreres|consoeurs|voisines|camarades|coequipiers|coequipieres|binomes|colleagues|de mes collegues|arm|autres arm|autres|autres agents|autres postes|autres medecins|others|voisins|of my colleagues"
        )?;
        // « les trois ARM de jour et l'infirmier … que moi »
        super::people::sum(tokens, min, max, end)
    };
    // « 2 collègues et moi » is said elsewhere; « les 2 ARM » needs « que moi » to add the writer.
    let relative = tokens.among(end - 1, "collegue|coll|collegues|confrere|confreres|consoeur|voisin|voisine|voisins|voisines|consoeurs|camarades|coequipiers|coequipieres|binomes|binome|colleague|colleagues|autres|others")
        || end > 1 && tokens.among(end - 2, "autre|autres");
    let end = company::qualified(tokens, end);
    // « ma consœur de Quimper (elle régule depuis son cabinet) a le même problème »
    let town = tokens.among(end, "de|du|a|au") && tokens.sign(end + 2, b'(');
    let end = if town { end + 2 } else { end };
    let end = if tokens.sign(end, b'(') {
        (end..end + 24)
            .find(|at| tokens.sign(*at, b')'))
            .map_or(end, |close| close + 1)
    } else {
        end
    };
    // « J'ai demandé à 2 collègues, pareil », « vu avec mes deux voisines : idem chez elles »
    let echo = (tokens.sign(end, b',') || tokens.sign(end, b':') || tokens.sign(end, b'='))
        .then(|| phrase!(tokens, end + 1, ECHO))
        .flatten()
        .filter(|_| relative && !tokens.among(end + 2, "pour|sauf"));
    if let Some(after) = echo {
        return Some(Draft::exact(min + 1, max + 1, false, after, 0.8));
    }
    // « j'ai demandé à mes deux voisines, elles ont le même message »
    let end = if tokens.sign(end, b',') {
        phrase!(
            tokens,
            end + 1,
            "ils|elles|il|elle|they|eux aussi|elles aussi"
        )
        .unwrap_or(end)
    } else {
        end
    };
    let after =
        with_the_writer(tokens, end).or_else(|| relative.then(|| same(tokens, end)).flatten())?;
    // « deux régulateurs l'ont vu, le Dr Roy et moi »: who the two are.
    let named = !relative && (end..after).any(|near| tokens.sign(near, b','));
    (!named && !spared(tokens, at, after) && !over_for_them(tokens, after))
        .then(|| Draft::exact(min + 1, max + 1, false, after, 0.8))
}

/// « le remplaçant a le même souci que moi », « l'infirmière est bloquée comme moi »: one other, whatever
/// their trade, and the writer.
fn the_same_as_i(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(tokens, at, "le|la|l|notre|un|une|mon|ma|the|our")?;
    let end = company::person(tokens, tokens.skip_joints(next))?;
    let after = with_the_writer(tokens, end)?;
    let alike = tokens.among(after - 2, "que|comme")
        && (end..after).any(|at| {
            tokens.among(at, "meme|memes|mm|pareil|pareille|comme")
                && !tokens.among(at + 1, NO_TROUBLE)
        });
    (alike && !spared(tokens, at, after) && !over_for_them(tokens, after))
        .then(|| Draft::exact(2, 2, false, after, 0.8))
}

/// « un confrère a eu le même message, mais cela s'est débloqué tout seul »: theirs is over.
fn over_for_them(tokens: &Tokens, after: usize) -> bool {
    (after..after + 16)
        .take_while(|at| !tokens.ends_line(*at) && !tokens.sign(*at, b'.'))
        .any(|at| {
            phrase!(
                tokens,
                at,
                "s est debloque|s est resolu|s est regle|s est arrange|s est remis|est revenu|est reparti|est repartie|est rentre dans l ordre|est resolu|est regle|a ete resolu|a ete regle|a disparu tout seul|est passe tout seul|est retabli|remarche|remarchait|refonctionne|pas moi|lui c est bon|elle c est bon|was fixed|went away"
            )
            .is_some()
        })
}

/// « … la même chose que moi », « … et moi », in the same sentence.
fn with_the_writer(tokens: &Tokens, end: usize) -> Option<usize> {
    for to in end..(end + 14).min(tokens.len()) {
        if matches!(
            tokens.get(to).map(|t| t.kind),
            Some(Kind::Sign(b'.' | b'!' | b'?' | b';') | Kind::Line)
        ) {
            return None;
        }
        if to > 0
            && tokens.is(to, &["moi"])
            && tokens.is(to - 1, &["et", "que", "comme", "avec"])
            && !tokens.is(to + 1, &["je", "ca"])
        {
            return Some(to + 1);
        }
    }
    None
}

/// « … a la même chose », « … aussi », « … pareil », « … non plus » in the same clause: where that
/// ends.
pub(super) fn same(tokens: &Tokens, end: usize) -> Option<usize> {
    let mut denied = false;
    for to in end..(end + 10).min(tokens.len()) {
        match tokens.get(to).map(|t| t.kind) {
            Some(
                Kind::Sign(b'.' | b'!' | b'?' | b';' | b',' | b'(' | b')' | b':') | Kind::Line,
            ) => return None,
            Some(Kind::Word) => {}
            _ => continue,
        }
        if let Some(after) = phrase!(tokens, to, "non plus") {
            return Some(after);
        }
        if tokens.among(to, "mais|quand|lorsque|qui|que|car|donc|si|pour")
            && !tokens.is(to, &["que"])
        {
            return None;
        }
        if let Some(after) = phrase!(
            tokens,
            to,
            "aussi|pareil|pareille|pareils|la mm chose|le mm pb|le mm probleme|le mm souci|le mm bug|le mm message|la mm erreur|mm chose|mm pb|mm souci|le meme blocage|la meme panne|le meme phenomene|la meme chose|le meme probleme|le meme souci|le meme pb|la meme erreur|le meme message|le meme bug|le meme ecran|idem|egalement|itou|the same|as well|too|meme chose|meme souci|meme probleme|meme pb|dans le meme cas|logees a la meme enseigne|loge a la meme enseigne"
        ) {
            return (!denied).then_some(after);
        }
        denied |= tokens.among(to, "pas|aucun|not");
    }
    None
}

/// « les cinq cadres de la cellule lits et moi-même »: behind the writer, who is one more.
pub(super) fn and_the_writer(tokens: &Tokens, end: usize) -> Option<usize> {
    let led = phrase!(tokens, end, "de|du|des|d|en|au|aux|a la|sur|of|on|in").is_some();
    let joint = (end..end + 8)
        .take_while(|at| {
            let word = tokens
                .get(*at)
                .is_some_and(|token| token.kind == Kind::Word);
            let inside = tokens.sign(*at, b'\'') || tokens.sign(*at, b'-') && tokens.glued(*at);
            (word || inside) && !tokens.among(*at, "ont|sont|ne|n|qui|est|avons|have|are|mais")
                || tokens.sign(*at, b'+')
        })
        .find(|at| tokens.among(*at, "et|plus|and") || tokens.sign(*at, b'+'))
        .filter(|joint| led || *joint == end)?;
    let after = phrase!(tokens, joint + 1, "moi meme|moi|myself|me")?;
    (!tokens.among(after, "je|j|compris|comprise|inclus|incluse|on|ca|c|i")).then_some(after)
}
