//! Who is affected, where the words say so: « pour moi », « mon poste », « le Dr … ne parvient
//! plus à … », « moi et Morgane », « concernés : … ». What is only implied stays missing (ruling 3).

use super::count::company::{Company, company, titled};
use super::sentence::{About, Sentence};
use super::token::{Kind, Lexicon, Tokens, phrase};
use std::ops::Range;
use std::sync::LazyLock;

pub mod answer;
mod behind;
mod choice;
mod group;
mod left;
mod login;
mod stated;

use behind::{acted, apposed, is_recorded, shares_a_word, told_about};
use group::{accounts, befallen, grouped, struck};
use left::left;
use login::login;
use stated::stated;

/// Who is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The speaker, at these bytes.
    Speaker(Range<usize>),
    /// Somebody named.
    Named(String, Range<usize>),
}

/// The speaker.
static ME: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "chez moi|pour moi|mon poste|mon compte|ma session|mon ecran|mon ordinateur|mon pc|mon ordi|ma tablette|ma position|mon identifiant|mon login|mon bandeau|mon profil|mon acces|mes acces|mon casque|mon portable de service|",
        "seulement moi|moi seul|moi seule|moi uniquement|moi seulement|je suis le seul|je suis la seule|suis le seul|suis la seule|uniquement moi|juste moi|rien que moi|n y a que moi|y a que moi|ne concerne que moi|ne touche que moi|ne gene que moi|ne bloque que moi|n impacte que moi|n affecte que moi|n embete que moi|ne penalise que moi|ne derange que moi|ca ne touche que moi|il n y a que moi|que moi qui|qu a moi|only affects me|",
        "my account|my workstation|my screen|my session|my computer|my position|my post|my desk|my laptop|my tablet|my profile|my login|my user account|only me|for me|me only|just me|only my|i am the only one|i m the only one|le seul a avoir|le seul touche|la seule touchee|le seul concerne|la seule concernee|pr moi|chez bibi"
    ))
});
/// Words before a person whose work or account is spoken of.
static BENEFICIARY: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        "a la demande du|a la demande de|a la demande d|pour le compte de|pour le compte du|chez|pour|pr|l utilisateur|l utilisatrice",
    )
});
/// « le compte de … »: the account stands for its owner.
static ACCOUNT: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "le poste de|le poste du|le compte de|le compte du|la session de|la session du|l identifiant de|l identifiant du|le login de|le login du|le profil de|le profil du|l acces de|l acces du|l ecran de|l ecran du|la tablette de|la tablette du|l ordinateur de|",
        "le pc de|le pc du|les acces de|les acces du|compte de|compte du|session de|session du|session d|login de|login du|profil de|profil du|identifiant de|identifiant du|acces de|acces du|tablette de|tablette du|poste du|l agenda de|l agenda du|le bandeau de|le bandeau du|the account of|the workstation of|la e cps de|la cps de|la carte cps de|la carte cps du|la cps du|les postes de|les postes d|les postes du|les comptes de|les comptes d|les comptes du|les sessions de|les sessions d|les ecrans de|les ecrans d|les positions de|les positions d|la position de|la position d|la position du|les tablettes de|les tablettes d|les pc de|les bandeaux de|le poste d|le compte d|la session d|l ecran d|le profil d|le pc d|le bandeau d|les profils de|les identifiants de|les logins de|poste de|c est le poste d|the accounts of|the workstations of|est celui de|est celui du|est celui d|est celle de|est celle du|sont ceux de|est celle d"
    ))
});
/// What befalls the person before.
static SUFFERS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "reste bloque|reste bloquee|restent bloques|restent bloquees|reste coince|reste coincee|n a pas recu|n ont pas recu|n a rien recu|n ont rien recu|ne parvient|ne parviennent|n arrive|n arrivent|ne peut|ne peuvent|ne voit|ne voient|n a plus|n ont plus|ne recoit|ne recoivent|ne se connecte|est bloque|est bloquee|sont bloques|sont bloquees|n est plus|ne sont plus|a perdu|ont perdu|a un probleme|ont un probleme|",
        "a un souci|ont un souci|a le probleme|a le souci|rencontre|rencontrent|est deconnecte|est deconnectee|se fait deconnecter|se fait ejecter|se font deconnecter|cannot|can t|is unable|ne retrouve|ne retrouvent|ne trouve plus|n entend|ne reussit|n accede|n accedent|ne dispose plus|",
        "n a pas acces|n ont pas acces|n a toujours pas acces|n ont toujours pas acces|n a toujours plus|n ont toujours plus|n a tjs pas acces|n a tjrs pas acces|n a encore pas acces|n a toujours aucun acces|ne peut toujours|ne voit toujours|ne recoit toujours|n arrive toujours|ne parvient toujours|n a pas pu|n ont pas pu|n a aucun acces|a le meme|a la meme|ont le meme|ont la meme|l a constate|l ont constate|ont constate|me signale|nous signale|signale|se plaint|se retrouve|a constate|has lost|has no|gets|keeps|arrive plus|peut plus|voit plus|peux plus|voi plus|ne sait plus|ne peux"
    ))
});
/// Reads the sentences of running text. `declarant` is the declarant's name, who is no third person.
#[must_use]
pub fn find(text: &str, sentences: &[Sentence], declarant: Option<&str>) -> Option<Found> {
    let spoken: Vec<(usize, &str, Tokens, bool)> = sentences
        .iter()
        .filter(|sentence| sentence.about != About::Aside)
        .map(|sentence| {
            let words = &text[sentence.span.clone()];
            let faulty = sentence.about == About::Fault;
            (sentence.span.start, words, Tokens::new(words), faulty)
        })
        .collect();
    let moved = |found: Found, start: usize| match found {
        Found::Speaker(span) => Found::Speaker(start + span.start..start + span.end),
        Found::Named(name, span) => Found::Named(name, start + span.start..start + span.end),
    };
    // What is said outright counts before what a sentence lets understand.
    type Reads = fn(&str, &Tokens, bool) -> Option<Found>;
    let readers: [Reads; 7] = [
        |words, tokens, _| stated(words, tokens),
        |words, tokens, _| grouped(words, tokens),
        |words, tokens, faulty| accounts(words, tokens, faulty),
        |words, tokens, _| with_others(words, tokens),
        |words, tokens, faulty| befallen(words, tokens, faulty, true),
        |words, tokens, _| posts(words, tokens),
        |words, tokens, _| alone(words, tokens),
    ];
    for reader in readers {
        let found = spoken.iter().find_map(|(start, words, tokens, faulty)| {
            Some(moved(reader(words, tokens, *faulty)?, *start))
        });
        if found.is_some() {
            return found;
        }
    }
    let third = spoken.iter().find_map(|(start, words, tokens, faulty)| {
        let found = third_person(words, tokens, *faulty, declarant)?;
        Some(moved(found, *start))
    });
    third
        .or_else(|| {
            spoken.iter().find_map(|(start, words, tokens, faulty)| {
                let group = struck(words, tokens, *faulty)
                    .or_else(|| befallen(words, tokens, *faulty, false));
                Some(moved(group?, *start))
            })
        })
        .or_else(|| {
            spoken.iter().find_map(|(start, words, tokens, faulty)| {
                Some(moved(left(words, tokens, *faulty)?, *start))
            })
        })
}

/// « pour moi et pour Morgane », « Mme Le Gall et moi-même »
fn with_others(words: &str, tokens: &Tokens) -> Option<Found> {
    (0..tokens.len()).find_map(|at| {
        let company = company(words, tokens, at, false).filter(|company| company.me)?;
        let did = (company.end..company.end + 4).any(|at| {
            tokens.among(
                at,
                "joignable|joignables|disponible|disponibles|verifie|teste",
            )
        });
        if did || at > 0 && tokens.among(at - 1, "entre|joindre|contacter|appeler|rappeler") {
            return None;
        }
        Some(strung(words, tokens, &company.members, company.end))
    })
}

/// « mon poste et celui de Margaux »
fn posts(words: &str, tokens: &Tokens) -> Option<Found> {
    (0..tokens.len()).find_map(|at| {
        let end = super::count::mine_and_others(words, tokens, at)?;
        // « j'ai redémarré mon poste et celui de Margaux »: what was tried.
        let placed =
            at > 0 && tokens.among(at - 1, "sur|chez|pour|que|c|seulement|uniquement|on|from");
        placed.then(|| group::named(words, tokens, at, end))
    })
}

/// The people as written, without the prepositions between two of them.
fn strung(words: &str, tokens: &Tokens, members: &[Range<usize>], end: usize) -> Found {
    let from = members.first().map_or(0, |first| first.start);
    let span = tokens.span(from, end);
    let value = match members {
        [one, two]
            if (one.end..two.start).any(|at| {
                tokens.among(at, "pour|chez|pr|comme|que|sur|avec|de|du|d|ainsi|plus")
            }) =>
        {
            format!(
                "{} et {}",
                words
                    .get(tokens.span(one.start, one.end))
                    .unwrap_or_default(),
                words
                    .get(tokens.span(two.start, two.end))
                    .unwrap_or_default()
            )
        }
        _ => words.get(span.clone()).unwrap_or_default().to_owned(),
    };
    Found::Named(value.split_whitespace().collect::<Vec<_>>().join(" "), span)
}

/// « pour moi », « mon poste », unless all is well there.
fn alone(_: &str, tokens: &Tokens) -> Option<Found> {
    // « je prends mon poste » begins a shift; « mon poste est le 2214 » is a telephone.
    const TAKES: &str = "prends|pris|prise|prendre|quitte|de|prenant|quitter|rejoindre|a";
    (0..tokens.len()).find_map(|at| {
        // « ça marche pour tous sauf moi »
        if let Some(end) = phrase!(tokens, at, "sauf moi|a part moi|hormis moi|except me")
            && at > 0
            && super::count::spares(tokens, at - 1, at)
        {
            return Some(Found::Speaker(tokens.span(at, end)));
        }
        // « donc un utilisateur : moi »
        if tokens.is(at, &["utilisateur", "utilisatrice", "personne", "user"])
            && (tokens.sign(at + 1, b':') || tokens.sign(at + 1, b',') || tokens.sign(at + 1, b'('))
            && let Some(end) = phrase!(tokens, at + 2, "moi meme|moi|me|myself")
            && tokens.get(end).is_none_or(|token| token.kind != Kind::Word)
        {
            return Some(Found::Speaker(tokens.span(at + 2, end)));
        }
        let end = ME.end(tokens, at)?;
        // « I am the only one on site »: who may be reached.
        let present = tokens.among(end - 1, "seul|seule|one")
            && tokens.among(end, "on|at|in|here|available|present|presente|joignable|disponible|sur");
        if present {
            return None;
        }
        let denied = at > 0
            && (tokens.among(at - 1, "pas|sauf|hors|ni|not|non")
                || at > 1
                    && tokens.among(at - 2, "pas|hors|not")
                    && tokens.among(at - 1, "sur|chez|pour|que|on|for|from|seulement"));
        let post = tokens.is(at, &["mon"]) && tokens.is(at + 1, &["poste"]);
        let taken = post && at > 0 && tokens.among(at - 1, TAKES)
            || post
                && (tokens.is(end, &["est", "c"]) || tokens.sign(end, b':'))
                && (end..end + 3).any(|at| tokens.number(at, 6).is_some_and(|n| n > 99))
            || post && tokens.number(end, 6).is_some_and(|n| n > 99);
        // « copie de mon écran »: a picture, nobody affected.
        let pictured = at > 1
            && tokens.is(at - 1, &["de", "of"])
            && tokens.among(
                at - 2,
                "copie|copies|capture|captures|photo|photos|image|images|impression|screenshot|screenshots|screen|picture|cliche",
            );
        // « on m'a fait redémarrer mon poste »: what was tried.
        let tried = at > 0
            && tokens.among(
                at - 1,
                "redemarrer|redemarre|relancer|relance|rebooter|reboote|changer|change|changee|eteindre|eteint|rallumer|rallume|reinstaller|reinstalle|verifier|verifie|controler|controle|deplacer|rebooted|restarted",
            );
        // « impossible à reproduire sur mon poste »
        let elsewhere = at > 1
            && tokens.among(at - 1, "sur|depuis|chez|avec|on|a partir")
            && tokens.among(at - 2, "reproduire|reproduit|reproduis|reproduce|refaire|constate|constater")
            && (at.saturating_sub(7)..at - 2).any(|at| tokens.among(at, "impossible|pas|ne|n|rien|jamais|cannot|not|plus"));
        // « c'est du chinois pour moi »: what it means to the writer.
        let meant = tokens.is(at, &["pour"])
            && at > 0
            && tokens.among(at - 1, "chinois|hebreu|jargon|charabia|clair|nouveau|grec|mystere|inconnu|obscur");
        let denied = denied || pictured || tried || elsewhere || meant;
        let well = super::count::spares(tokens, at, end);
        (!denied && !taken && !well).then(|| Found::Speaker(tokens.span(at, end)))
    })
}

/// « le Dr Castaing ne parvient plus à … », « le compte de M. Lavergne », « Julie n'arrive plus à … »
fn third_person(
    words: &str,
    tokens: &Tokens,
    faulty: bool,
    declarant: Option<&str>,
) -> Option<Found> {
    let mut at = 0;
    while at < tokens.len() {
        let here = at;
        at += 1;
        // « c'est le compte relais29-nuit »
        let named = (here.saturating_sub(5)..here).any(|at| {
            phrase!(tokens, at, "c est le|c est la|c est|il s agit du|il s agit de la|ca concerne le|concerne le|touche le|uniquement le|seul le|que le|avec le|sur le|depuis le|pour le")
                == Some(here)
        });
        let stated = (named || tokens.is(here, &["login", "identifiant"]))
            && !(here..here + 8).any(|at| tokens.among(at, "nouveau|creer|ancien|formation"));
        // « j'ai testé avec le compte samu72-med3 et là ça marche »
        let tried = (here.saturating_sub(4)..here)
            .any(|at| tokens.among(at, "teste|essaye|reessaye|reteste|tested|tried"));
        if let Some(found) = login(words, tokens, here)
            .filter(|_| !tried)
            .filter(|_| faulty || stated)
        {
            return Some(found);
        }
        let Some(people) = company(words, tokens, here, false).filter(|people| people.named) else {
            continue;
        };
        at = people.end.max(at);
        let from = people.members.first().map_or(here, |first| first.start);
        let span = tokens.span(from, people.end);
        let Some(value) = words.get(span) else {
            continue;
        };
        if declarant.is_some_and(|declarant| shares_a_word(declarant, value)) {
            continue;
        }
        // « coucou Bernadette, … », « Merci Paul », « Kelly, l'annuaire … »: who is spoken to.
        let spoken_to = people.members.len() == 1
            && (from > 0
                && tokens.among(
                    from - 1,
                    "bonjour|bonsoir|coucou|salut|hello|merci|cher|chere|bjr|slt|hi|dear|thanks",
                )
                || here == 0
                    && people.name == 0
                    && people.end == 1
                    && tokens.sign(people.end, b',')
                    && !apposed(tokens, people.end));
        // « le Dr Roy m'a dit de vous écrire », « Mme Lemoine vous rappellera »: who passes it on.
        let passes_on = phrase!(
            tokens,
            people.end,
            "m a dit de|m a demande de|m a conseille|m a transmis|m a donne|m a oriente|m a renvoye|nous a dit de|nous a demande de|nous a conseille|me demande de|nous demande de|me dit de|vous a appele|vous a appeles|vous a ecrit|vous a deja|vous rappellera|vous rappelle|vous contactera|vous appellera|vous recevra|peut vous|pourra vous|prend le relais|prendra le relais|est joignable|est en copie|en copie|reste joignable|est votre contact|asked me to|will call"
        )
        .is_some();
        let about_them = told_about(tokens, people.end);
        let passes_on = passes_on && !about_them;
        if spoken_to || passes_on || super::count::spares(tokens, from, people.end) {
            continue;
        }
        let before = |list: &Lexicon| {
            (from.saturating_sub(6)..from)
                .filter(|at| {
                    list.end(tokens, *at)
                        .is_some_and(|end| tokens.skip_joints(end) == from)
                })
                .count()
                > 0
                || here < from
                    && (here.saturating_sub(6)..from).any(|at| {
                        list.end(tokens, at)
                            .is_some_and(|end| tokens.skip_joints(end) == from)
                    })
        };
        let titled_before = from > 0 && tokens.is(from - 1, &["le", "la"]);
        let before_title = |list: &Lexicon| {
            titled_before
                && (from.saturating_sub(7)..from - 1)
                    .any(|at| list.end(tokens, at).is_some_and(|end| end == from - 1))
        };
        // « ma collègue Julie », « notre régulatrice Mme Roy »
        let colleague = people.name > from + 1 && !tokens.is(from, &["le", "la"])
            || from > 0
                && tokens.among(
                    from - 1,
                    "secretaire|cadre|cheffe|chef|interne|stagiaire|infirmier|infirmiere|regulateur|regulatrice|superviseur|superviseuse|assistante|assistant|collegue|collegues|confrere|confreres|consoeur|consoeurs|l utilisateur|utilisatrice",
                );
        let suffers = (people.end..tokens.len().min(people.end + 12))
            .take_while(|at| {
                !tokens.sign(*at, b'.') && !tokens.sign(*at, b';') && !tokens.among(*at, "je|j|on")
            })
            .any(|at| SUFFERS.end(tokens, at).is_some());
        let seen = (people.end..tokens.len().min(people.end + 4)).any(|at| {
            phrase!(tokens, at, "l a constate|l ont constate|ont le meme|a le meme|ont la meme|ont constate|ont le souci|ont le probleme|sont bloques|a le souci|a le probleme|l a aussi|l ont aussi|est deconnecte|est deconnectee|se fait deconnecter|se fait ejecter|n arrive plus|ne peut plus|ne parvient plus|ne voit plus|ne recoit plus|sont touches|sont concernes|est touche|est concerne|est concernee|est touchee|est bloque|est bloquee|is affected|is concerned|is impacted|is blocked|is stuck|has the same|has this problem|has the problem|has this issue|has it too|is the only one")
                .is_some()
        });
        // « c'est Mme Blanc qui est bloquée »
        let presented = from > 1
            && tokens.is(people.end, &["qui"])
            && !acted(tokens, people.end + 1)
            && (from.saturating_sub(4)..from)
                .any(|at| phrase!(tokens, at, "c est|ce sont|it is|c etait") == Some(from));
        // « je vous écris pour mes collègues Fabien et Inès »: in whose name it is written.
        let stands_for = (here.saturating_sub(8)..here.max(from)).any(|at| {
            phrase!(tokens, at, "je vous ecris pour|vous ecris pour|ecris pour|ecrivons pour|ecris au nom de|au nom de|au nom du|a la place de|a la place du|je declare pour|declare pour|je signale pour|signale pour|je remonte pour|relaie pour|ecris a la place de|de la part de|je relaie|pour le compte de|on behalf of|writing for|reporting for")
                .is_some_and(|end| end <= from && from - end <= 3)
                && !is_recorded(tokens, at)
        });
        // « Constaté par Mme Laroche et M. Petit », « le souci de Mme Lopez »
        let met = from > 1
            && tokens.is(from - 1, &["par"])
            && tokens.among(
                from - 2,
                "constate|constatee|rencontre|rencontree|rencontres|subi|subie|vecu|vecue|observe|observee",
            )
            && !tokens.among(people.end, "de|du|des|qui|lors");
        let over = (people.end..people.end + 4)
            .any(|at| tokens.among(at, "resolu|resolue|regle|reglee|clos|close|traite"));
        let theirs = !over
            && titled(tokens, from).is_some()
            && (from.saturating_sub(3)..from).any(|at| {
                phrase!(
                    tokens,
                    at,
                    "probleme de|souci de|pb de|blocage de|incident de|panne de"
                ) == Some(from)
            });
        let owns = met
            || about_them
            || theirs
            || stands_for
            || seen
            || presented
            || before(&ACCOUNT)
            || before_title(&ACCOUNT);
        let helped = before(&BENEFICIARY) || before_title(&BENEFICIARY) || colleague;
        if owns || faulty && (suffers || helped) {
            return Some(written(words, tokens, &people));
        }
    }
    None
}

/// One person: the name, without its title where it is a full one; several: as written.
fn written(words: &str, tokens: &Tokens, people: &Company) -> Found {
    if people.members.len() > 1 {
        return strung(words, tokens, &people.members, people.end);
    }
    let span = tokens.span(people.name, people.end);
    let whole = words.get(span.clone()).unwrap_or_default();
    let bare = titled(tokens, people.name)
        .and_then(|from| words.get(tokens.span(from, people.end)))
        .filter(|name| name.trim().contains([' ', '\u{a0}']));
    let value = bare.unwrap_or(whole);
    Found::Named(value.split_whitespace().collect::<Vec<_>>().join(" "), span)
}

#[cfg(test)]
mod tests;
