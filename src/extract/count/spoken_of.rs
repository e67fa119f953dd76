//! Numbers of people who are spoken of and are not affected: those called back, those of a case
//! that is supposed, those shown on a screen, those of a trial.

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};

/// Whether the people counted in the tokens `at..end` are only spoken of.
pub(super) fn spoken_of(tokens: &Tokens, at: usize, end: usize) -> bool {
    called(tokens, at, end)
        || supposed(tokens, at, end)
        || shown(tokens, at, end)
        || given_to(tokens, at)
        || handled(tokens, at, end)
}

/// « un dossier parti à trois médecins », « le même numéro à 4 médecins », « la visio avec 3
/// médecins »: who is at the other end.
fn given_to(tokens: &Tokens, at: usize) -> bool {
    const STRIKES: &str = "arrive|arrivent|commun|communs|commune|communes|pose|posent|idem|pareil|limite|limitee|reduit|passe|passes|montes|monte|concerne|souci|probleme|pb|panne|happens";
    if at < 2 {
        return false;
    }
    let to = tokens.is(at - 1, &["a"])
        && tokens.width(at - 2) > 3
        && !tokens.among(at - 2, "nous|elle|sommes|elles|celui|celle")
        && tokens
            .get(at - 2)
            .is_some_and(|token| token.kind == Kind::Word)
        && !(at.saturating_sub(6)..at).any(|at| tokens.among(at, STRIKES));
    let with = tokens.among(at - 1, "avec|with|entre")
        && (at.saturating_sub(4)..at).any(|at| {
            tokens.among(
                at,
                "visio|visioconference|conference|conf|reunion|conversation|echange|communication|appel|call|ligne",
            )
        });
    to || with
}

/// « ajouter plus de 10 personnes à une conférence », « mettre 2 ARM en renfort », « 9 ambulanciers
/// dispos »: whom something is done with.
fn handled(tokens: &Tokens, at: usize, end: usize) -> bool {
    const DOES: &str = "ajouter|inviter|mettre|selectionner|affecter|creer|supprimer|inscrire|rechercher|trouver|envoyer|recruter|remplacer|detacher|mobiliser|rappeler|prevenir|convoquer|engager|enregistrer|declarer|saisir|ajoute|mobilise|inscrit|add|invite|accueillir|recevoir|attendre|attendons|formons|equiper|equipons|renouvelons|renouveler|installer|installons|deployer";
    let other = phrase!(
        tokens,
        end,
        "mobilises|mobilisees|envoyes|envoyees|deplaces|deplacees|deroutes|en renfort|de renfort|dispo|dispos|disponible|disponibles|en conge|en conges|absents|absentes|absent|en repos|sur le planning|au planning|inscrits|inscrites|sur place pour|en attente|prevus|prevues|attendus|attendues"
    )
    .is_some();
    let mut from = at;
    while from > 0
        && at - from < 4
        && tokens.among(from - 1, "plus|de|moins|environ|les|des|pres|mes|nos")
    {
        from -= 1;
    }
    // « j'ai prévenu mes 6 collègues »: told, unless what befalls them follows.
    const TOLD: &str = "prevenu|prevenus|averti|avertis|informe|informes|alerte|contacte|interroge|sollicite|avise|appele|appeler|telephone|joint|rappele|reveille|biper|bipe";
    let told = from > 0
        && tokens.among(from - 1, TOLD)
        && !tokens.among(end, "qui|dont|ont|aussi|pareil|touches")
        && !(end..end + 10).any(|at| {
            tokens.among(
                at,
                "pareil|pareils|idem|meme|memes|tous|toutes|aussi|egalement|eux|eu",
            )
        });
    if told {
        return true;
    }
    other || elsewhere(tokens, from, end) || from > 0 && tokens.among(from - 1, DOES)
}

/// « il manque 3 médecins dans l'annuaire », « la liste des 12 ARM », « 2 personnes du support m'ont
/// répondu »: those whom a list holds, and those of another service.
fn elsewhere(tokens: &Tokens, from: usize, end: usize) -> bool {
    const LISTS: &str = "liste|annuaire|planning|tableau|trombinoscope|organigramme|repertoire|roulement|noms|coordonnees|adresses|numeros|list|directory|roster";
    let of = from > 0 && (tokens.among(from - 1, "de|des|of") || tokens.among(from, "des"));
    let listed = of && (from.saturating_sub(3)..=from).any(|at| tokens.among(at, LISTS));
    let lacking = from > 1
        && tokens.among(from - 1, "manque|manquent|manquait|manquaient")
        && tokens.among(from - 2, "il|y|nous|ils|en");
    let theirs = phrase!(
        tokens,
        end,
        "du support|de votre|de vos|de la dsi|de la hotline|de l informatique|du service informatique|de chez vous|de l assistance|m ont repondu|m ont dit|m ont renvoye|nous ont repondu|nous ont dit|nous ont renvoye"
    )
    .is_some();
    listed || lacking || theirs
}

/// « on a rappelé 11 personnes pour rien », « 7 personnes rappelées à tort »: callers.
fn called(tokens: &Tokens, at: usize, end: usize) -> bool {
    const CALLERS: &str = "personnes|personne|gens|people|persons";
    const CALLED: &str = "rappele|rappeles|rappeler|rappelons|recontacte|recontacter|renvoye|oriente|reoriente|secouru|transporte|transporter|evacue|reveille|called";
    const BEHIND: &str = "rappelees|rappelee|rappeles|recontactees|reveillees|reorientees|orientees|secourues|a rappeler|a recontacter|a secourir|ont rappele|ont du rappeler|rappelent|ont perdu patience|ont attendu|attendaient|ont abandonne|ont raccroche|raccrochent|rappellent|au bout du fil|en ligne|called back|hung up";
    let callers = (at..end).any(|at| tokens.among(at, CALLERS));
    callers
        && ((at.saturating_sub(3)..at).any(|at| tokens.among(at, CALLED))
            || phrase!(tokens, end, BEHIND).is_some())
}

/// « quand 2 ARM ouvrent la même affaire », « si deux médecins se connectent »: whoever they are.
fn supposed(tokens: &Tokens, at: usize, end: usize) -> bool {
    let article = tokens.among(at, "les|nos|mes|ces|tous|toutes|the|our|my");
    let suffers = phrase!(
        tokens,
        end,
        "ne|n|sont bloques|sont bloquees|sont touches|sont touchees|sont concernes|restent bloques|cannot"
    )
    .is_some();
    at > 0
        && !article
        && !suffers
        && tokens.among(at - 1, "quand|lorsque|lorsqu|si|des|when|if|whenever|qd")
        && (!tokens.is(at - 1, &["des"]) || tokens.is(at, &["que", "qu"]))
}

/// « le planning affiche 2 médecins au lieu de 4 »: what a screen shows.
fn shown(tokens: &Tokens, at: usize, end: usize) -> bool {
    const SHOWS: &str = "affiche|affichent|affichait|indique|indiquent|propose|proposent|montre|montrent|liste|listent|recense|comptabilise|apparaitre|shows|show|lists|displays";
    at > 0
        && (tokens.among(at - 1, SHOWS)
            || tokens.is(at - 1, &["que"]) && at > 1 && tokens.among(at - 2, SHOWS))
        || phrase!(tokens, end, "au lieu de|au lieu d|instead of").is_some()
            && amount(tokens, end + 3).is_some()
}

/// « on a essayé avec 4 téléphones différents et deux opérateurs »: the second of the things that
/// were tried.
pub(super) fn tried_too(tokens: &Tokens, at: usize) -> bool {
    const THINGS: &str = "telephones|portables|smartphones|postes|ordinateurs|ordis|pc|navigateurs|tablettes|casques|mobiles|phones|computers|browsers";
    at > 0
        && tokens.among(at - 1, "et|and|ou|puis")
        && (at.saturating_sub(5)..at - 1).any(|at| tokens.among(at, THINGS))
        && (at.saturating_sub(9)..at).any(|at| {
            tokens.among(
                at,
                "essaye|essayer|teste|tester|tente|tenter|reessaye|reteste|tried|tested|essais|tests|test|essai",
            )
        })
}

/// « deux fiches sur les six de ma garde »: out of how many things, where `at` begins the second
/// number.
pub(super) fn out_of_things(tokens: &Tokens, at: usize) -> bool {
    let from = if at > 0 && tokens.among(at - 1, "les|nos|mes|the") {
        at - 1
    } else {
        at
    };
    from > 1 && tokens.among(from - 1, "sur|parmi|of") && {
        let thing = from - 2;
        tokens
            .get(thing)
            .is_some_and(|token| token.kind == Kind::Word && tokens.width(thing) > 3)
            && counted(tokens, thing).is_none()
            && (thing.saturating_sub(3)..thing).any(|at| {
                amount(tokens, at).is_some_and(|(_, _, end)| end <= thing && thing - end < 2)
            })
    }
}

/// « la moitié des 12 postes », « un tiers des 9 ARM »: fewer than the number.
pub(super) fn halved(tokens: &Tokens, at: usize) -> bool {
    at > 1
        && tokens.among(at - 1, "des|de|of|les|nos")
        && (at.saturating_sub(3)..at).any(|at| {
            tokens.among(
                at,
                "moitie|tiers|quart|partie|majorite|plupart|half|some|most",
            )
        })
}

/// « 3 personnes blessées », « 2 personnes à bord »: those whom a call is about.
pub(super) fn hurt(tokens: &Tokens, at: usize) -> bool {
    phrase!(tokens, at, "blesse|blesses|blessees|decedees|decedes|impliquees|implique|en detresse|a bord|au sol|incarcerees|incarceres|intoxiquees|intoxiques|en attente|attendent|transportees|\
             prises en charge|dans la file|a transporter|inconscientes|agees|mortes|en arret|hospitalisees|evacuees|d astreinte informatique")
        .is_some()
}
