//! Noun phrases, as far as naming a function of a portal needs them: « la synchronisation des
//! tablettes SMUR », « l'historique des appels entrants », « bouton « Clé médecin » ».
//!
//! A phrase is a noun with what belongs to it: adjectives (known by their endings), complements led
//! by « de », acronyms and quoted names. Words that report the fault (« figé », « vide ») end it.

use super::super::token::{Kind, Lexicon, Tokens, number, number_word};
use super::complement::{complement, quoted};
use super::words::{APPOSED, FAULTY};
use std::sync::LazyLock;

/// A noun phrase: tokens `from..to`, without its determiner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Phrase {
    pub from: usize,
    pub to: usize,
    /// How many words belong to the noun besides itself.
    pub tail: usize,
}

/// What leads a noun.
static DETERMINERS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "le|la|les|l|lé|un|une|des|du|mon|ma|mes|notre|nos|son|sa|ses|leur|leurs|ce|cet|cette|ces|aucun|aucune|",
        "plusieurs|certains|certaines|chaque|toute|toutes les|tous les|toute la|tout le|toutes nos|tous nos|toutes mes|tous mes|quelques|the|my|our|any|all the|all my|all our|their"
    ))
});

/// Words that are no nouns: they end a phrase and begin none.
static FUNCTION: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "dpuis|dpui|depui|deouis|dep|dps|kan|kand|qan|quan|tjs|tjrs|tjr|toujour|mtn|mnt|auj|ajd|bcp|jai|jarive|jarrive|cest|ces|kelk|kelke|qlq|ttes|tte|pcq|pck|aprs|avk|juska|jusk|pdt|snn|sinon|stp|slt|dsl|jsuis|jsui|chui|pourkoi|pourquoi|comment|combien|gros|grosse|grosses|enorme|enormes|serieux|serieuse|entend|entendons|entendent|moi|toi|bizarrement|etrangement|curieusement|malheureusement|heureusement|soudain|brusquement|brutalement|aleatoirement|parfois|souvent|rarement|certes|bref|quotidiennement|tantot|dorenavant|desormais|auparavant|anormalement|manifestement|automatiquement|spontanement|ponctuellement|correctement|lentement|rapidement|parallelement|jusque|jusqu|impossible|pourtant|neanmoins|toutefois|cependant|resultat|constat|idem|pareil|normalement|actuellement|habituellement|regulierement|evidemment|visiblement|apparemment|directement|immediatement|systematiquement|seulement|uniquement|subitement|soudainement|egalement|notamment|troisieme|deuxieme|quatrieme|cinquieme|vrai|vraie|vrais|bon|bonne|bons|bonnes|complete|complet|completes|malgre|selon|environ|presque|je|j|tu|il|elle|on|nous|vous|ils|elles|me|m|te|se|s|y|en|ne|n|pas|plus|rien|jamais|qui|que|qu|quoi|dont|ou|et|mais|car|donc|or|ni|si|",
        "le|la|les|l|un|une|des|du|de|d|au|aux|a|dans|sur|sous|pour|par|avec|sans|chez|vers|entre|depuis|apres|avant|pendant|lors|lorsque|quand|",
        "comme|alors|puis|aussi|meme|memes|tres|trop|bien|mal|encore|toujours|deja|ici|la|ca|cela|ceci|c|ce|cet|cette|ces|celui|celle|mon|ma|mes|",
        "notre|nos|votre|vos|son|sa|ses|leur|leurs|tout|toute|tous|toutes|aucun|aucune|plusieurs|certains|certaines|chaque|autre|autres|",
        "est|sont|etait|etaient|sera|ete|etre|ai|as|avons|avez|ont|avait|avaient|avoir|fait|font|faire|va|vont|peut|peux|peuvent|pouvons|doit|",
        "doivent|devrait|devraient|faut|reste|restent|met|mettent|marche|marchent|fonctionne|fonctionnent|plante|plantent|rame|rament|tourne|",
        "tournent|bloque|bloquent|affiche|affichent|part|partent|arrive|arrivent|disparait|disparaissent|refuse|refusent|renvoie|renvoient|perd|perdent|coupe|",
        "coupent|sort|sortent|ouvre|ouvrent|ferme|ferment|charge|chargent|imprime|impriment|remonte|remontent|revient|reviennent|donne|donnent|",
        "indique|indiquent|dit|disent|montre|envoie|envoient|saute|sautent|clignote|clignotent|raccroche|efface|effacent|vide|demande|repond|repondent|",
        "ouvrir|fermer|valider|envoyer|saisir|appeler|rappeler|imprimer|enregistrer|modifier|supprimer|mettre|voir|prendre|consulter|clore|cloturer|relancer|redemarrer|joindre|recevoir|afficher|utiliser|traiter|finir|attendre|rendre|reprendre|refaire|chercher|trouver|creer|ajouter|selectionner|choisir|cliquer|acceder|gives|give|works|opens|runs|returns|fails|stays|sent|given|below|above|into|with|by|as|is|are|was|were|be|been|do|does|did|don|doesn|didn|not|no|can|cannot|has|have|had|will|keeps|stopped|shows|stop|stops|starts|started|appears|appeared|disappears|disappeared|disappear|freezes|froze|crashes|crashed|disconnects|loses|lost|hangs|blinks|flickers|jumps|drops|goes|gets|remains|turns|returned|the|every|each|after|before|still|never|always|only|again|suddenly|anymore|longer|instead|kein|keine|nicht|logs me|logs us|logs out|logs everyone|kicks|throws|takes|doesnt|isnt|cant|wont|where|while|because|so|our|your|his|her|their|at|in|on|of|to|for|from|since|when|and|or|but|this|that|it|we|they|i|you|",
        "hier|aujourd|hui|demain|matin|soir|midi|ce jour|maintenant|actuellement|h|heure|heures|min|minutes|euh|svp|merci|bonjour|bonsoir|cdlt|ok|hs|ko|oui|non|totalement|completement|regulierement"
    ))
});

/// Acts that are done by something: « recherche par numéro ».
const BY: &str = "recherche|recherches|tri|filtre|filtres|filtrage|classement|regroupement|affichage|selection|saisie|liste|listes|appel|envoi|connexion|authentification|identification|acces|alerte|alertes|notification|notifications|rappel|geolocalisation|localisation|export|exports|repartition|search";

/// Endings of adjectives.
const ENDINGS: [&str; 39] = [
    "aque", "aques", "oire", "oires", "ique", "iques", "el", "elle", "els", "elles", "al", "ale",
    "ales", "aux", "aire", "aires", "if", "ive", "ifs", "ives", "eux", "euse", "euses", "ier",
    "iers", "iere", "ieres", "able", "ables", "ible", "ibles", "ant", "ante", "ants", "antes",
    "ente", "entes", "ee", "ees",
];

/// A text and its tokens.
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub tokens: &'a Tokens,
    /// The text is written in capitals throughout: they tell nothing.
    pub shouted: bool,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a Tokens) -> Self {
        Self {
            text,
            tokens,
            shouted: !text.chars().any(char::is_lowercase),
        }
    }

    /// Whether the word at `at` begins with a capital, where capitals tell something or all are.
    pub(super) fn is_capitalised(&self, at: usize) -> bool {
        !self.tokens.word(at).is_empty() && self.written(at, at + 1).starts_with(char::is_uppercase)
    }

    /// The words under tokens `from..to`, as written.
    pub(super) fn written(&self, from: usize, to: usize) -> &'a str {
        self.text
            .get(self.tokens.span(from, to))
            .unwrap_or_default()
    }
}

/// The phrase whose determiner or noun stands at `at`, as far as token `stop`.
pub(super) fn phrase(source: &Source<'_>, at: usize, stop: usize) -> Option<Phrase> {
    let tokens = source.tokens;
    let mut from = determiner(tokens, at).unwrap_or(at);
    let mut noun = from;
    // « nos quatre tablettes », « fusionner deux affaires »
    if (from > at || number_word(tokens, noun).is_some())
        && let Some((_, after)) = number(tokens, noun, 2)
    {
        noun = after;
        from = noun;
    }
    if tokens.among(noun, "seul|seule|moindre|meme|autre|autres|other") {
        noun += 1;
        from = noun;
    }
    // « la double écoute », « les nouvelles affaires »
    if tokens.among(noun, "double|nouvelle|nouvelles|nouveau|nouveaux|nouvel|petit|petite|grand|grande|premier|premiere|premiers|premieres|dernier|derniere|derniers|dernieres|ancien|anciens|ancienne|anciennes")
        && is_noun(tokens, noun + 1)
    {
        noun += 1;
    }
    // « une demande de renfort », but « ça demande un mot de passe »
    let demand = from > at && tokens.among(noun, "demande|demandes|coupe|charge");
    if noun >= stop || !(is_noun(tokens, noun) || demand) {
        return None;
    }
    let mut to = word_end(tokens, noun, stop);
    let mut tail = 0;
    let mut complements = 0;
    let english = from > at && tokens.among(at, "the|my|our|any|all|their");
    while to < stop && tail < 7 {
        // « module équipages », « fiche Evasan »: a container and its name.
        let named = tail == 0
            && is_noun(tokens, to)
            && tokens.among(to - 1, "module|onglet|bouton|menu|volet|rubrique|bandeau|fonction|fonctionnalite|vue|panneau|fiche|tableau|tuile|formulaire|liste|rapport|annuaire|encart|widget|icone|couche|champ|statut|touche|case|filtre|lien|mode|fiches|tableaux|listes|rapports|modules|onglets|boutons|liens|champs")
            && !leads_object(tokens, to + 1)
            // « remontée fiche », « ouverture dossier »: an act and what it is done to, in a few words.
            || tail == 0
                && from == at
                && tokens.among(to - 1, "remontee|ouverture|saisie|recherche|impression|edition|creation|cloture|envoi|transfert|export|import|fusion|validation")
                && is_noun(tokens, to)
                && !tokens.ends_line(to - 1)
                && (tokens.ends_line(to + 1) || to + 1 >= stop);
        // « touche F8 », « text macros »
        let code = tokens.width(to) == 1
            && !tokens.word(to).is_empty()
            && tokens.glued(to + 1)
            && tokens
                .get(to + 1)
                .is_some_and(|token| token.kind == Kind::Number);
        if code || named || english && is_noun(tokens, to) {
            to = word_end(tokens, to, stop);
            tail += 1;
            continue;
        }
        if let Some(end) = quoted(source, to, stop) {
            to = end;
            tail += 1;
            break;
        }
        if is_adjective(source, to) && !opens_clause(source, to) {
            to = word_end(tokens, to, stop);
            tail += 1;
            continue;
        }
        if let Some(end) = tokens.any_phrase(to, "en attente|en debordement|en debord|en instance|en souffrance|en retard|en absence|en garde|en astreinte|en alerte|en cours|en conference|en lits|en urgence|en renfort|a trois|a 3|a distance|a traiter|a rappeler|a venir|a jour|par secteur|par nom|par commune|par sms|par mail|par lot|par motif|par anciennete|en ligne|en lot|en masse|en bloc|en serie|en direct|en double ecoute|entrants|sortants") {
            to = end;
            tail += 1;
            continue;
        }
        // « compteur d'appels perdus »: a kind of call, where the phrase goes on to it.
        if tail > 0
            && tokens.among(to - 1, "appel|appels")
            && tokens.among(to, "perdus|manques|abandonnes|perdu|manque")
        {
            to += 1;
            continue;
        }
        // « tablette de l'UMH 2 »: a unit is known by its number.
        if tail > 0
            && tokens.among(to - 1, "umh|vsav|vli|vml")
            && tokens
                .get(to)
                .is_some_and(|token| token.kind == Kind::Number)
            && tokens.width(to) <= 2
        {
            to += 1;
            break;
        }
        // « bascule en mode nuit », « passage en mode secours »
        if let Some(end) = tokens.any_phrase(to, "en mode|au mode|en statut|en position")
            && (is_noun(tokens, end) || is_adjective(source, end))
        {
            to = word_end(tokens, end, stop);
            tail += 1;
            continue;
        }
        // « recherche par numéro », « tri par heure d'arrivée »
        if tail == 0
            && tokens.is(to, &["par"])
            && tokens.among(to - 1, BY)
            && is_noun(tokens, to + 1)
        {
            to = word_end(tokens, to + 1, stop);
            tail += 1;
            continue;
        }
        // « code à six chiffres »
        if tokens.is(to, &["a"])
            && let Some((_, after)) = number(tokens, to + 1, 2).filter(|(many, _)| *many > 1)
            && is_noun(tokens, after)
        {
            to = word_end(tokens, after, stop);
            tail += 1;
            continue;
        }
        // « le bouton pour clôturer l'intervention »
        if tokens.is(to, &["pour", "pr"])
            && tokens.among(
                to - 1,
                "bouton|touche|case|champ|fonction|onglet|menu|icone|raccourci|lien|option",
            )
            && ["er", "ir", "re"]
                .iter()
                .any(|end| tokens.word(to + 1).ends_with(end))
        {
            // Bounded, so that « le bouton pour ouvrir le bouton pour … » nests no deeper than it reads.
            let object = phrase(source, to + 2, stop.min(to + 12));
            let state = tokens.any_phrase(
                to + 2,
                "en attente|en conference|en garde|en veille|en sourdine|en pause|a jour|fin a",
            );
            to = object.map_or(state.unwrap_or(to + 2), |object| object.to);
            tail += 1;
            break;
        }
        // « le clic droit sur la carte », « l'appui sur « Décrocher » »
        if let Some((end, own)) = act_on(source, to, stop) {
            to = end;
            tail += own;
            break;
        }
        // « chat avec les ambulanciers », « conférence avec le SDIS »
        let linked = tokens.among(to - 1, "chat|tchat|messagerie|conference|liaison|interface|lien|echange|echanges|audioconference|visio|interconnexion");
        if linked
            && let Some(after) = tokens.any_phrase(
                to,
                "avec les|avec le|avec la|avec l|vers le|vers les|vers la",
            )
            && is_noun(tokens, after)
        {
            to = word_end(tokens, after, stop);
            tail += 1;
            continue;
        }
        let Some(next) = complement(source, to, stop).filter(|_| complements < 3) else {
            break;
        };
        to = next;
        complements += 1;
        tail += 1;
    }
    Some(Phrase { from, to, tail })
}

/// « (clic) droit sur la carte », « (appui) sur « Décrocher » », « (survol) d'un numéro »: where what the
/// act behind which token `at` stands is done to ends, and how many words belong to it.
fn act_on(source: &Source<'_>, at: usize, stop: usize) -> Option<(usize, usize)> {
    let tokens = source.tokens;
    if !tokens.among(
        at.wrapping_sub(1),
        "clic|clics|click|clik|appui|survol|pression|tap|glisser|deposer",
    ) {
        return None;
    }
    let next = tokens.any_phrase(
        at,
        "sur|droit sur|gauche sur|long sur|simple sur|double sur|molette sur",
    )?;
    if let Some(end) = quoted(source, next, stop) {
        return Some((end, 1));
    }
    // Bounded, so that « le clic sur le clic sur le … » nests no deeper than it reads.
    let object = phrase(source, next, stop.min(next + 10))?;
    Some((object.to, object.tail + 1))
}

/// « le bouton renvoie une erreur »: what stands before an object is a verb.
fn leads_object(tokens: &Tokens, at: usize) -> bool {
    DETERMINERS.end(tokens, at).is_some()
        || tokens.among(at, "pas|plus|rien|tout|trop|toujours|mal|bien|sans|depuis")
}

/// Where the noun stands behind the determiner at `at`.
pub(super) fn determiner(tokens: &Tokens, at: usize) -> Option<usize> {
    let after = DETERMINERS.end(tokens, at)?;
    // « sa appelle », « sa ouvre pas »: « ça » and a verb, since « sa » turns to « son » there.
    if tokens.among(at, "sa|ma") && tokens.word(after).starts_with(['a', 'e', 'i', 'o', 'u']) {
        return None;
    }
    const VERBS: &str = "passe|plante|bug|beug|bloque|mouline|rame|coupe|monte|dit|met|ouvre|tourne|sonne|reste|fait|veut|donne|affiche|repond|revient|part|marche|fonctionne|dure|change|saute";
    if tokens.among(at, "sa") && tokens.among(after, VERBS) {
        return None;
    }
    Some(if tokens.sign(after, b'\'') {
        after + 1
    } else {
        after
    })
}

/// Whether the word at `at` may be a noun.
pub(super) fn is_noun(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.word(at);
    // « les bons de transport », « le son des appels »: nouns, whatever else the word may be.
    let paper = matches!(word, "bon" | "bons")
        && (tokens.among(at + 1, "de|d")
            || at > 0
                && tokens.among(at - 1, "les|des|nos")
                && FUNCTION.holds(tokens.word(at + 1)));
    let sound = word == "son" && at > 0 && tokens.among(at - 1, "le|du|aucun|de");
    // « l'heure de départ », « l'heure affichée »
    let hour = word == "heure"
        && at > 0
        && tokens.sign(at - 1, b'\'')
        && tokens.among(at + 1, "de|d|affichee|systeme");
    hour || word.len() > 2 && !FUNCTION.holds(word) && !FAULTY.holds(word)
        || matches!(word, "tr" | "tri")
        || paper
        || sound
}

/// The end of the word at `at`, parts behind hyphens included: « lieux-dits ».
pub(super) fn word_end(tokens: &Tokens, at: usize, stop: usize) -> usize {
    let mut to = at + 1;
    while to + 1 < stop
        && (tokens.sign(to, b'-') || tokens.sign(to, b'\''))
        && tokens.glued(to)
        && tokens.glued(to + 1)
        && tokens
            .get(to + 1)
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number))
    {
        to += 2;
    }
    // « F8 », « conf18 »
    if tokens
        .get(to)
        .is_some_and(|token| token.kind == Kind::Number)
        && tokens.glued(to)
    {
        to += 1;
    }
    to
}

/// « bilans tapés sur la tablette », « temps proposé pour l'hélico »: a participle with what
/// follows it tells more of the noun than its name.
fn opens_clause(source: &Source<'_>, at: usize) -> bool {
    let tokens = source.tokens;
    let written = source.written(at, at + 1);
    // « la file dentaire a disparu »: an adjective in e is none.
    const ADJECTIVES: [&str; 24] = [
        "ique", "iques", "aire", "aires", "elle", "elles", "ale", "ales", "ive", "ives", "euse",
        "euses", "iere", "ieres", "able", "ables", "ible", "ibles", "erne", "ernes", "ente",
        "entes", "ante", "antes",
    ];
    let word = tokens.word(at);
    let participle = ["é", "és", "ée", "ées", "e", "es", "ee", "ees"]
        .iter()
        .any(|ending| written.ends_with(ending))
        && !ADJECTIVES.iter().any(|ending| word.ends_with(ending))
        && !tokens.among(at, "differe|differee|differes|differees|partage|partagee|partages|partagees|securisee|securise|detaillee|avancee|groupee|groupe|dediee|simplifiee|automatise|automatisee|personnalise|personnalisee");
    participle
        && tokens.among(
            at + 1,
            "par|sur|dans|pour|au|aux|a|hier|ce|cette|depuis|en|lors|chez|avec|vers|entre|le|samedi|dimanche|lundi|mardi|mercredi|jeudi|vendredi",
        )
}

/// Whether the word at `at` is written as an adjective, a participle or an acronym.
pub(super) fn is_adjective(source: &Source<'_>, at: usize) -> bool {
    let tokens = source.tokens;
    // « inter-hospitaliers »: the last part tells.
    let mut last = at;
    while tokens.sign(last + 1, b'-') && tokens.glued(last + 1) && !tokens.word(last + 2).is_empty()
    {
        last += 2;
    }
    let word = tokens.word(last);
    if word.len() < 2 || FAULTY.holds(word) || FUNCTION.holds(word) {
        return false;
    }
    let written = source.written(at, at + 1);
    let acronym = !source.shouted
        && (2..=6).contains(&written.chars().count())
        && written.chars().all(char::is_uppercase)
        && !matches!(word, "samu" | "arm" | "urgent" | "inc" | "si" | "prod");
    acronym
        || APPOSED.holds(word)
        || word.len() > 4 && ENDINGS.iter().any(|ending| word.ends_with(ending))
        || word.len() > 4 && written.ends_with(['é'])
        || written.ends_with("és")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_takes_what_belongs_to_its_noun_and_stops_at_the_fault() {
        for (text, expected) in [
            (
                "la synchronisation des tablettes SMUR ne marche plus",
                "synchronisation des tablettes SMUR",
            ),
            (
                "l'historique des appels entrants est vide",
                "historique des appels entrants",
            ),
            (
                "les notifications de nouvelles affaires n'arrivent plus",
                "notifications de nouvelles affaires",
            ),
            (
                "le tableau des lits disponibles n'est plus à jour",
                "tableau des lits disponibles",
            ),
            ("la carte figée depuis 9h", "carte"),
            (
                "l'onglet de la file dentaire a disparu",
                "onglet de la file dentaire",
            ),
            ("la messagerie interne a disparu", "messagerie interne"),
            ("le volet historique a changé de place", "volet historique"),
            ("la recherche par numéro est vide", "recherche par numéro"),
            ("le lien visio ne part pas", "lien visio"),
            ("les fiches réflexes ont disparu", "fiches réflexes"),
            ("le bouton renvoie une erreur", "bouton"),
            ("une demande de renfort se perd", "demande de renfort"),
            ("les bons de transport ne partent pas", "bons de transport"),
            ("l'impression des bons ne part plus", "impression des bons"),
            (
                "le compteur d'appels perdus reste à 0",
                "compteur d'appels perdus",
            ),
            ("l'écoute différée depuis 8h est muette", "écoute différée"),
            (
                "le module bons de transport rame",
                "module bons de transport",
            ),
            (
                "le son des appels entrants est coupé",
                "son des appels entrants",
            ),
            (
                "la bascule en mode astreinte échoue",
                "bascule en mode astreinte",
            ),
            (
                "la fenêtre de choix de l'hôpital se ferme",
                "fenêtre de choix de l'hôpital",
            ),
            (
                "le code de double authentification n'arrive pas",
                "code de double authentification",
            ),
            ("la double écoute coupe la voix", "double écoute"),
            (
                "l'onglet « Intervenants » est vide",
                "onglet « Intervenants »",
            ),
            ("la conférence à trois raccroche", "conférence à trois"),
            (
                "le suivi des transferts inter-hospitaliers du SAMU 49",
                "suivi des transferts inter-hospitaliers",
            ),
            (
                "le métronome de massage cardiaque guidé ne démarre plus",
                "métronome de massage cardiaque guidé",
            ),
            (
                "l'alarme sonore des appels en débordement est muette",
                "alarme sonore des appels en débordement",
            ),
            (
                "ALARME SONORE DES APPELS URGENTS MUETTE",
                "ALARME SONORE DES APPELS URGENTS",
            ),
            (
                "le statut des véhicules sanitaires légers ne change plus",
                "statut des véhicules sanitaires légers",
            ),
            (
                "la tablette de l'UMH 2 ne synchronise plus",
                "tablette de l'UMH 2",
            ),
            (
                "les fiches des établissements de l'ouest sont vides",
                "fiches des établissements",
            ),
            (
                "the translation of the symptoms is wrong",
                "translation of the symptoms",
            ),
        ] {
            let tokens = Tokens::new(text);
            let found = phrase(&Source::new(text, &tokens), 0, tokens.len());
            let words = found.map(|found| &text[tokens.span(found.from, found.to)]);
            assert_eq!(words, Some(expected), "{text}");
        }
        let nested = "le bouton pour ouvrir ".repeat(3_000);
        let tokens = Tokens::new(&nested);
        let found = phrase(&Source::new(&nested, &tokens), 0, tokens.len());
        assert!(found.is_some_and(|found| found.to <= 20), "{found:?}");
        for text in [
            "il ne marche plus",
            "ne part plus",
            "depuis hier",
            "sa appelle le mauvais",
            "sa passe direct",
        ] {
            let tokens = Tokens::new(text);
            let found = phrase(&Source::new(text, &tokens), 0, tokens.len());
            assert_eq!(found, None, "{text}");
        }
    }
}
