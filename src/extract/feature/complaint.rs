//! What a sentence of complaint is about, by where a noun phrase stands in it: what can't be done,
//! what is gone, what does not do as it should, what there is a problem with, where it shows.

use super::super::person::is_role;
use super::super::token::{Kind, Lexicon, Tokens, number_word};
use super::phrase::{Phrase, Source, determiner, is_adjective, is_noun, phrase, quoted};
use std::ops::Range;
use std::sync::LazyLock;

/// A phrase and how strongly its place makes it the part that fails, 0 to 1.
pub(super) type Placed = (Phrase, f32);

/// Before an infinitive: what can't be done.
const UNABLE: &str = "impossible de|impossible d|impossibilite de|impossibilite d|n arrive plus a|n arrive pas a|n arrivons plus a|n arrivons pas a|arrive plus a|arrive pas a|arrive plu a|arrive pa a|arrive po a|jarive plu a|jarive pas a|\
    ne peut plus|ne peux plus|ne peut pas|ne peux pas|ne pouvons plus|ne pouvons pas|ne peuvent plus|ne peuvent pas|peut plus|peux plus|peux pas|ne parviens plus a|ne parviens pas a|ne parvient plus a|ne parvient pas a|ne parvenons plus a|ne parvenons pas a|\
    pas moyen de|pas moyen d|plus moyen de|plus moyen d|pas possible de|pas possible d|plus possible de|plus possible d|incapable de|incapables de|ne permet plus de|ne permet pas de|refuse de|refuse d|ne laisse pas|ne veut plus|ne veut pas|\
    difficultes a|difficulte a|du mal a|can t|cannot|unable to|not able to|au moment de|quand on veut|quand je veux|en voulant|lorsque je veux|des qu on veut|obliges de|oblige de|obligee de";

/// Before a noun: what is gone.
const GONE: &str = "plus de|plus d|plus aucun|plus aucune|plus acces a|plus acces au|plus acces aux|pas acces a|pas acces au|pas acces aux|plus d acces a|plus d acces au|plus d acces aux|n ai plus|n a plus|n avons plus|n ont plus|on a plus|ne recoit plus|ne recois plus|ne recevons plus|ne recoivent plus|ne recevons pas|ne recoit pas|\
    ne voit plus|ne vois plus|ne voyons plus|ne voient plus|ne voit pas|ne vois pas|ne trouve plus|ne trouve pas|ne retrouve plus|ne retrouve pas|avons perdu|ai perdu|a perdu|ont perdu|manque|absence de|absence d|disparition de|disparition d|perte de|perte d|sans acces a|sans acces au|no access to|no more";

/// Before a noun: what there is a problem with.
const TROUBLE: &str = "probleme de|probleme d|probleme du|probleme des|probleme avec|probleme sur|probleme dans|probleme au niveau de|probleme au niveau du|probleme au niveau des|probleme concernant|probleme lors de|pb de|pb d|pb avec|pb sur|souci de|souci d|souci du|souci des|souci avec|souci sur|souci dans|soucis de|soucis d|soucis avec|soucis sur|\
    bug de|bug d|bug du|bug des|bug sur|bug dans|bug avec|panne de|panne d|panne du|panne des|panne sur|incident de|incident sur|incident concernant|incident avec|anomalie de|anomalie sur|anomalie dans|erreur de|erreur d|erreur sur|erreur dans|erreur lors de|blocage de|blocage du|blocage des|blocage sur|lenteur de|lenteur du|lenteurs de|lenteurs du|lenteurs sur|lenteur sur|\
    dysfonctionnement au niveau de|dysfonctionnement au niveau du|dysfonctionnement au niveau des|dysfonctionnement au niveau d|pb au niveau de|pb au niveau du|souci au niveau de|souci au niveau du|souci au niveau des|dysfonctionnement de|dysfonctionnement du|dysfonctionnement des|dysfonctionnement sur|dysfonctionnements de|dysfonctionnements du|dysfonctionnements sur|difficultes avec|difficulte dans|difficultes dans|difficultes sur|difficultes lors de|problem with|problems with|issue with|trouble with|probleme porte sur|souci porte sur|probleme vient de|probleme vient du|probleme vient des|souci vient de|souci vient du|probleme se situe sur|probleme se situe dans|probleme est sur|probleme est dans|souci est sur|ca concerne|cela concerne|porte sur|ca touche|ca se passe sur|ca se passe dans|ca bloque sur|ca coince sur|ca coince dans|ca bug sur|ca plante sur|ca plante dans|soucis au niveau de|soucis au niveau du|soucis au niveau des|anomalie au niveau de|anomalie au niveau du|anomalie au niveau des|anomalie constatee sur|anomalie concernant|dysfonctionnement concernant|dysfonctionnement dans|au sujet de|au sujet du|au sujet des|concernant|a propos de|a propos du|a propos des|au niveau de|au niveau du|au niveau des|il s agit de|il s agit du|il s agit des";

/// Before what is named beside the fault.
const CONTRAST: &str = "alors que|alors qu|tandis que|tandis qu|contrairement a|contrairement au|contrairement aux|sauf|au lieu de|au lieu du|au lieu des|au lieu d|although|instead of|whereas";

/// Before a noun: where it shows.
const WHERE: &str = "de nos|de mes|a partir de|a partir du|a partir des|dans|sur|depuis l|avec|via|par|lors de|lors du|lors des|a|au|aux|pendant|in|on|apres|a cote de|from|quand on|quand ils|lorsque";

/// Before a quoted name: what was pressed, sent or chosen.
const PRESSED: &str = "clique sur|clic sur|cliquant sur|cliquer sur|cliquons sur|clique|appuie sur|appuyant sur|appuyer sur|appuyons sur|tape sur|envoie|envoyer|envoyant|envoyons|envoient|coche|cocher|cochant|choisis|choisit|choisir|choisissant|selectionne|selectionner|selectionnant|ouvre|ouvrir|ouvrant|lance|lancer|lancant|passe en|passer en|passe a|statut|etat|bouton de|fonction|option|click on|press";

/// Heads that are people, places, times, machines or the fault itself: no part of a portal.
static NEVER: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "description|marre|ras le bol|vacation|vacations|roulement|equipage|equipages|tranche horaire|moi|toi|collaboratrice|collaboratrices|apprenant|apprenants|apprenante|remplacant|remplacante|permanencier|permanenciers|cardiologue|victime|victimes|temoin|requerant|malade|malades|editeur|fournisseur|prestataire|hotline|hot line|espoir|retour de conges|signe de|merci|editeurs|formulaire d incident|formulaire de declaration|fiche incident|fiche d incident|hopitaux|activation|sollicitation|hello|info|infos|ping|voeux|aide|annulation|bonjour|urgent|question|questions|besoin|repetition|repetitions|regulation|base|ralentissement|ralentissements|dentiste|tentative|bascule|courriel|voir|conges|conge|inc|prod|production|formation|test|collegue|collegues|confrere|confreres|medecin|medecins|docteur|dr|arm|arms|regulateur|regulateurs|regulatrice|regulatrices|utilisateur|utilisateurs|utilisatrice|personne|personnes|equipe|equipes|agent|agents|interne|internes|externe|externes|infirmier|infirmiere|infirmiers|infirmieres|",
        "ide|cadre|cadres|secretaire|secretaires|ambulancier|ambulanciers|pompier|pompiers|patient|patients|appelant|appelants|correspondant|correspondants|technicien|informaticien|informaticiens|informatique|dsi|support|service|services|samu|smur|crra|hopital|chu|centre|site|sites|salle|salles|poste|postes|pc|",
        "ordinateur|ordinateurs|machine|machines|navigateur|navigateurs|matin|matinee|soir|soiree|nuit|nuits|jour|jours|journee|heure|heures|minute|minutes|seconde|secondes|semaine|semaines|mois|annee|annees|fois|moment|debut|fin|week|weekend|midi|lendemain|veille|apres|avant|",
        "probleme|problemes|souci|soucis|incident|incidents|bug|bugs|panne|pannes|anomalie|anomalies|erreur|erreurs|blocage|dysfonctionnement|dysfonctionnements|difficulte|difficultes|pb|lenteur|lenteurs|defaut|defauts|cause|causes|suite|effet|question|questions|chose|choses|cas|truc|reste|lieu|place|part|peine|roue|sablier|rond|cercle|",
        "mise|maj|version|versions|redemarrage|relance|changement|passage|migration|mutation|bout|cours|face|propos|bord|aide|tps|convocation|procedure|delai|delais|nouvelle|nouvelles|document joint|documents joints|yeux|monde|gens|ville|commune|secteur|region|territoire|contournement|papier|doute|avis|besoin|besoins|attente|impression que|instant|instants|urgence|urgences|vie|risque|risques|gene|impact|plupart|ensemble|totalite|moitie|partie|point|points|facon|maniere|",
        "collaborateur|collaborateurs|chef|responsable|directeur|directrice|formateur|formatrice|stagiaire|stagiaires|eleve|eleves|monsieur|madame|mme|salutations|ambulance|rappel|pagaille|astreinte|sms envoye|garde|typing|reseau|wifi|internet|niveau|sein|photo|photos|capture|captures|copie|copies|pj|image|images|mail|mails|message d erreur|code erreur|rond|damier|croix|sms de|numero de telephone|",
        "aout|janvier|fevrier|mars|avril|mai|juin|juillet|septembre|octobre|novembre|decembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|date|dates|signalement|declaration|demande d escalade|escalade|ticket|reponse|reponses|dizaine|quinzaine|vingtaine|peu|quart|demi|quarts|midi|portable|telephone|ligne directe|standard|secretariat|main|mains|nom|prenom|shift|colleague|colleagues|morning|evening|night|error|problem|team"
    ))
});

/// Heads that say little by themselves.
static GENERIC: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "fenetre|fenetres|ecran|ecrans|page|pages|liste|listes|fiche|fiches|dossier|dossiers|portail|application|logiciel|systeme|programme|outil|bouton|boutons|onglet|menu|champ|champs|case|cases|message|messages|appel|appels|affaire|affaires|donnee|donnees|information|informations|",
        "infos|compte|comptes|session|sessions|ligne|lignes|colonne|colonnes|numero|numeros|adresse|adresses|fichier|fichiers|document|documents|valeur|valeurs|texte|acces|affichage|si|tableau|tableaux|resultat|resultats|element|elements|file|files|form|call|calls|list|nombre|son|voix|fonction|touche|clic|icone|piece|pieces|statut|statuts|tout|mot|zone|fond|compteur|couleur|bip"
    ))
});

/// Heads that are how the fault shows: what stands beside them counts more.
const SYMPTOMS: &str = "echo|echos|gresillement|gresillements|bruit|bruits|larsen|friture|parasites|souffle|decalage|coupure|coupures|latence|freeze|carre|carres|losange|losanges|caractere|caracteres|bandes|trait|traits|delai|retard|attente";

/// The phrases of tokens `from..to`, a sentence of complaint, with the weight of their place.
///
/// `short`: a subject line, whose nouns stand without articles.
pub(super) fn placed(source: &Source<'_>, from: usize, to: usize, short: bool) -> Vec<Placed> {
    let tokens = source.tokens;
    let mut found: Vec<Placed> = Vec::new();
    let mut at = from;
    let mut subject_due = true;
    // « alors que le casque marche ailleurs »: what stands behind is contrasted, not complained of.
    let mut contrast = 0.0;
    while at < to {
        if let Some(after) = tokens.any_phrase(at, CONTRAST) {
            contrast = 0.3;
            at = after;
            continue;
        }
        // « SAMU 59 LILLE »: where, not what.
        if tokens.is(at, &["samu", "smur", "crra", "ars"]) {
            at += 1;
            while at < to && (tokens.number(at, 3).is_some() || source.is_capitalised(at)) {
                at += 1;
            }
            continue;
        }
        // « Ce n'est plus les statistiques, c'est le calendrier des gardes »
        if let Some(after) =
            tokens.any_phrase(at, "ce n est plus|ce n est pas|c est plus|c est pas")
            && let Some(denied) = phrase(source, after, to)
        {
            at = denied.to;
            found.push((denied, -1.0));
            continue;
        }
        if let Some(after) = tokens.any_phrase(at, "c est|il s agit de|il s agit du|il s agit des")
            && determiner(tokens, after).is_some()
            && let Some(named) = phrase(source, after, to)
        {
            at = named.to;
            add(&mut found, source, named, 0.66 - contrast);
            continue;
        }
        // « La fonctionnalité concernée est le tableau de supervision »
        if let Some(after) = stated(tokens, at)
            && let Some(named) = phrase(source, after, to)
        {
            at = named.to;
            add(&mut found, source, named, 0.8);
            continue;
        }
        // « quand on clique sur « Fin de mission » »
        if let Some(after) = tokens.any_phrase(at, PRESSED)
            && let Some(end) = quoted(source, after, to)
        {
            let named = Phrase {
                from: after,
                to: end,
                tail: 2,
            };
            found.push((named, 0.5 - contrast));
            at = end;
            continue;
        }
        // « Yves, à 4h20 cette nuit … » calls somebody.
        if at == from && !short && source.is_capitalised(at) && is_call(source, at) {
            at += 2;
            continue;
        }
        if ends_clause(tokens, at) {
            subject_due = true;
            at += 1;
            continue;
        }
        if let Some(after) = tokens.any_phrase(at, UNABLE).filter(|after| *after < to) {
            let (verb, object) = object(source, joint(tokens, after), to);
            at = verb.max(after);
            if let Some(object) = object {
                at = object.to;
                add(&mut found, source, object, 0.62 - contrast);
            }
            subject_due = false;
            continue;
        }
        let led = [(GONE, 0.56), (TROUBLE, 0.56), (WHERE, 0.4)]
            .into_iter()
            .find_map(|(cues, weight)| Some((tokens.any_phrase(at, cues)?, weight)));
        if let Some((after, weight)) = led.filter(|(after, _)| *after <= to) {
            let next = joint(tokens, after);
            // « plus de carto »: the preposition is the determiner.
            match phrase(source, next, to) {
                Some(phrase) => {
                    at = phrase.to;
                    add(&mut found, source, phrase, weight - contrast);
                }
                None => at = after,
            }
            continue;
        }
        // The subject leads its clause, whatever adverbs and times stand before it.
        let led = determiner(tokens, at).is_some();
        let bare = subject_due
            && is_noun(tokens, at)
            && !is_infinitive(tokens, at)
            && (short || !is_adjective(source, at))
            && !["ons", "ez"]
                .iter()
                .any(|end| tokens.word(at).ends_with(end))
            && (short || at == from || at > 0 && ends_clause(tokens, at - 1));
        if (led || bare)
            && let Some(phrase) = phrase(source, at, to)
        {
            let weight = match (subject_due, led || at == from) {
                (true, true) => 0.6,
                (true, false) if short => 0.5,
                (true, false) => 0.4,
                (false, _) => 0.44,
            };
            at = phrase.to;
            if add(&mut found, source, phrase, weight - contrast) {
                subject_due = false;
            }
            continue;
        }
        at += 1;
    }
    found
}

/// « La fonctionnalité concernée est … », « le module en cause est … »: where the name begins.
fn stated(tokens: &Tokens, at: usize) -> Option<usize> {
    const KINDS: &str = "fonctionnalite|fonction|module|partie|outil|brique|ecran|rubrique|composant|onglet|volet|feature|function|part";
    const STRUCK: &str = "concerne|concernee|impacte|impactee|touche|touchee|defaillant|defaillante|en cause|en panne|en defaut|incrimine|incriminee|qui pose probleme|qui pose souci|qui ne marche pas|qui ne marche plus|qui ne fonctionne pas|qui ne fonctionne plus|qui plante|qui bloque|qui coince|concerned|affected";
    let at = determiner(tokens, at).unwrap_or(at);
    if !tokens.among(at, KINDS) {
        return None;
    }
    let struck = tokens.any_phrase(at + 1, STRUCK)?;
    let verb = tokens.any_phrase(struck, "est|c est|serait|is")?;
    Some(joint(tokens, verb))
}

/// A name at the start of a sentence and a comma: « Yves, », « Manon, ».
fn is_call(source: &Source<'_>, at: usize) -> bool {
    let tokens = source.tokens;
    !source.shouted
        && tokens.sign(at + 1, b',')
        && determiner(tokens, at).is_none()
        && source
            .written(at, at + 1)
            .chars()
            .skip(1)
            .all(char::is_lowercase)
        && !tokens.word(at).ends_with('s')
}

/// Adds a phrase unless its head names nobody's function; whether it did.
fn add(found: &mut Vec<Placed>, source: &Source<'_>, phrase: Phrase, weight: f32) -> bool {
    let tokens = source.tokens;
    let Some(phrase) = unwrapped(source, phrase) else {
        return false;
    };
    let other = |at: usize| {
        NEVER.end(tokens, at).is_some()
            || NEVER.holds(tokens.word(at).trim_end_matches('s'))
            || number_word(tokens, at).is_some()
            || is_role(tokens, at)
    };
    // « Affectation d'un incident », « prise en charge du ticket »: our trade, not the portal's.
    let beyond = (phrase.from..phrase.to).any(|at| {
        tokens.among(
            at,
            "cellule|escalade|yeux|incident|incidents|ticket|tickets",
        )
    });
    if other(phrase.from) || is_ordinal(tokens, phrase.from) && other(phrase.from + 1) || beyond {
        return false;
    }
    // « sans retour »: an answer of ours, but « retour de bilan » is a function.
    // « position 3 » is a desk; « position de l'hélico » is a function.
    let bare = phrase.tail == 0
        && tokens.among(
            phrase.from,
            "position|positions|retour|retours|promesse|demande|suite|envoi|reception|temps|prise",
        );
    if bare {
        return false;
    }
    // « un message « … » »: what it says, not where.
    let quotes = tokens.among(
        phrase.from,
        "message|messages|mention|texte|alerte|erreur|libelle",
    ) && tokens.sign(phrase.to - 1, b'"');
    if quotes {
        return false;
    }
    // « portail inaccessible »: of a whole service out of use, the bare name says enough.
    let mut behind = phrase.to;
    while tokens.among(
        behind,
        "si|samu|est|sont|etait|reste|restent|totalement|completement|toujours|de|nouveau|prod",
    ) || tokens.sign(behind, b'-')
    {
        behind += 1;
    }
    let out = tokens.among(behind, "inaccessible|inaccessibles|indisponible|injoignable|hs|down|ko|tombe|mort|inutilisable|plante") || tokens.phrase(behind, "en panne").is_some();
    let weight = if out { weight + 0.1 } else { weight };
    let generic = !out && GENERIC.holds(tokens.word(phrase.from));
    let symptom = tokens.among(phrase.from, SYMPTOMS);
    let weight = if symptom { weight - 0.2 } else { weight };
    let weight = weight
        - match (generic, phrase.tail) {
            (true, 0) => 0.3,
            (true, _) => 0.04,
            (false, _) => 0.0,
        };
    found.push((phrase, weight));
    true
}

/// Whether a phrase says little by itself.
pub(super) fn is_bare_generic(tokens: &Tokens, phrase: Phrase) -> bool {
    phrase.tail == 0 && GENERIC.holds(tokens.word(phrase.from))
}

/// « la carte des tensions hospitalières … La carte devrait … »: the fuller name that a bare one
/// points back to.
pub(super) fn named_before(source: &Source<'_>, span: &Range<usize>) -> Option<Range<usize>> {
    const VAGUE: &str = "carte|lien|planning|calendrier|module|filtre|export|calcul|envoi|transfert|position|positions|statut|recherche|rapport|annuaire|score|agenda";
    let tokens = source.tokens;
    let at = (0..tokens.len()).find(|at| tokens.span(*at, at + 1).start == span.start)?;
    let vague = GENERIC.holds(tokens.word(at)) || tokens.among(at, VAGUE);
    if !vague || tokens.span(at, at + 1) != *span {
        return None;
    }
    (0..at)
        .filter(|before| tokens.word(*before) == tokens.word(at))
        .filter_map(|before| phrase(source, before, tokens.len()))
        .find(|fuller| fuller.tail > 0)
        .map(|fuller| tokens.span(fuller.from, fuller.to))
}

/// « l'accès à … », « le problème de … »: what stands behind counts.
fn unwrapped(source: &Source<'_>, phrase: Phrase) -> Option<Phrase> {
    let tokens = source.tokens;
    let wraps = tokens.among(
        phrase.from,
        "acces|probleme|problemes|souci|soucis|bug|panne|anomalie|erreur|blocage|lenteur|lenteurs|dysfonctionnement|dysfonctionnements|absence|disparition|perte|utilisation|difficulte|difficultes|incident|majorite|totalite|ensemble|plupart",
    );
    if !wraps {
        return Some(phrase);
    }
    let after = tokens.any_phrase(
        phrase.from + 1,
        "a la|a l|a|au|aux|de la|de l|du|des|de|d|sur|dans|avec",
    )?;
    super::phrase::phrase(source, joint(tokens, after), tokens.len())
}

/// What an inability is about: the object of its infinitive; the infinitive too where the object
/// alone says little (« enregistrer un dossier »).
/// Where the infinitive ends, and the phrase.
fn object(source: &Source<'_>, at: usize, to: usize) -> (usize, Option<Phrase>) {
    let tokens = source.tokens;
    let mut verb = at;
    // « de l'ouvrir », « de nous y connecter »
    while verb < to
        && (tokens.among(
            verb,
            "l|le|la|les|y|en|m|me|s|se|nous|n|lui|leur|plus|rien|pas",
        ) || tokens.sign(verb, b'\''))
        && !is_infinitive(tokens, verb)
    {
        verb += 1;
    }
    if !is_infinitive(tokens, verb) {
        return (at, phrase(source, at, to));
    }
    let next = joint(
        tokens,
        tokens
            .any_phrase(
                verb + 1,
                "a la|a l|au|aux|a|sur|dans|correctement|plus|bien|en",
            )
            .unwrap_or(verb + 1),
    );
    let Some(found) = phrase(source, next, to) else {
        return (verb + 1, None);
    };
    // « dupliquer un horaire »: any one of them, so that the act says what the noun does not.
    let any = GENERIC.holds(tokens.word(found.from))
        || tokens.is(next, &["un", "une", "any", "a"])
        || number_word(tokens, next).is_some();
    if any && found.tail == 0 && next == verb + 1 {
        // « appeler un médecin »: whom, not what.
        if NEVER.end(tokens, found.from).is_some() || is_role(tokens, found.from) {
            return (found.to, None);
        }
        // « open any file from the regulation list »
        let place = tokens
            .any_phrase(found.to, "dans|sur|from|in|on|a|au")
            .and_then(|after| phrase(source, joint(tokens, after), to));
        let whole = Phrase {
            from: verb,
            to: place.map_or(found.to, |place| place.to),
            tail: 1,
        };
        return (verb + 1, Some(whole));
    }
    (verb + 1, Some(found))
}

fn is_infinitive(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.word(at);
    let english = tokens.among(at, "open|see|access|log|print|send|use|find|save|close|edit|hear|receive|reach|connect|search|start");
    english
        || word.len() > 3
            && ["er", "ir", "re", "oir"]
                .iter()
                .any(|end| word.ends_with(end))
}

/// « première fois », « nouvelle panne »
fn is_ordinal(tokens: &Tokens, at: usize) -> bool {
    tokens.among(at, "premier|premiere|dernier|derniere|derniers|dernieres|nouveau|nouvelle|nouveaux|nouvelles|petit|petite|grand|grande|ancien|ancienne|double")
}

/// Steps over an apostrophe: « d'ouvrir ».
fn joint(tokens: &Tokens, at: usize) -> usize {
    if tokens.sign(at, b'\'') { at + 1 } else { at }
}

fn ends_clause(tokens: &Tokens, at: usize) -> bool {
    match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Sign(b',' | b';' | b':' | b'(' | b')' | b'.' | b'!' | b'?') | Kind::Line) => {
            true
        }
        Some(Kind::Sign(b'-' | b'/')) => !(tokens.glued(at) && tokens.glued(at + 1)),
        Some(Kind::Word) => tokens.among(
            at,
            "et|mais|car|puis|donc|quand|lorsque|si|que|alors|and|but|when|because",
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_fails_is_known_by_its_place() {
        for (text, expected) in [
            (
                "depuis ce matin les favoris du thésaurus ont disparu",
                "favoris du thésaurus",
            ),
            (
                "Cette nuit vers 3h la fenêtre de rappel automatique s'est mise à rappeler",
                "fenêtre de rappel automatique",
            ),
            (
                "le choix de l'effecteur reste bloqué sur VSAV",
                "choix de l'effecteur",
            ),
            (
                "impossible d'écouter les enregistrements d'appels",
                "enregistrements d'appels",
            ),
            (
                "je ne peux plus enregistrer un dossier",
                "enregistrer un dossier",
            ),
            ("jarive plu a ouvrir les pieces jointes", "pieces jointes"),
            ("plus aucun itinéraire depuis 9h", "itinéraire"),
            (
                "il ne reçoit plus les notifications sonores",
                "notifications sonores",
            ),
            (
                "On a un problème avec le minuteur des appels en attente",
                "minuteur des appels en attente",
            ),
            (
                "Mme Ostermann n'a plus accès à la corbeille régionale",
                "corbeille régionale",
            ),
            ("I cannot open the call list", "call list"),
        ] {
            let tokens = Tokens::new(text);
            let source = Source::new(text, &tokens);
            let best = placed(&source, 0, tokens.len(), false)
                .into_iter()
                .reduce(|best, next| if next.1 > best.1 + 0.001 { next } else { best });
            let words = best.map(|(found, _)| &text[tokens.span(found.from, found.to)]);
            assert_eq!(words, Some(expected), "{text}");
        }
    }
}
