//! Groups that a fault strikes: « cela touche les 14 médecins », « toute la salle l'a constaté ».

use super::super::token::{Kind, Lexicon, Tokens, phrase};
use super::Found;
use std::sync::LazyLock;

/// Words of a group that the fault is said of: « bloque toute la salle », « pour tt le monde ».
static STRIKES: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        "touche|concerne|impacte|bloque|gene|penalise|affecte|affects|concerns|hits|touchant|concernant|impactant|chez|pr|for",
    )
});

/// Things that are counted as people are, but are nobody.
pub(super) const MACHINES: &str = "poste|postes|ecran|ecrans|position|positions|tablette|tablettes|pc|compte|comptes|console|consoles|session|sessions|stations|pupitres|workstations|telephones|telephone|casques|identifiants|logins|machines|ordinateurs|portables|smartphones";

/// « Cela touche les 14 médecins libéraux de la PDSA », « ça concerne les agents de l'accueil »,
/// « … impacte le secteur Nord »: a group that the fault is said to strike.
pub(super) fn grouped(words: &str, tokens: &Tokens) -> Option<Found> {
    const UNITS: &str = "secteur|equipe|cellule|plateau|service|secretariat|accueil|unite|antenne|salle|regulation|regul|promotion|promo|brigade|garde|vacation|pole|standard|pdsa";
    const VAGUE: &str = "gens|personnes|appelants|autres|collegues|utilisateurs|patients";
    (0..tokens.len()).find_map(|at| {
        let next = phrase!(
            tokens,
            at,
            "touche|touchent|touchait|concerne|concernent|concernait|impacte|impactent|impactait|gene|genent|genait|bloque|bloquent|bloquait|penalise|penalisent|affecte|affectent|perturbe|perturbent|handicape|handicapent|paralyse|immobilise|affects|impacts|blocks|concerns|hits|is affecting|is blocking"
        )?;
        let from = phrase!(
            tokens,
            next,
            "au moins|actuellement|seulement|notamment|donc|surtout|toujours|aussi|ici|en fait|a priori|pour l instant|uniquement|juste|principalement|que|currently|only|at least"
        )
        .unwrap_or(next);
        let bare = || {
            let the = phrase!(
                tokens,
                from,
                "tous les|toutes les|tous nos|toutes nos|les|nos|mes|all the|all our|all of our|all my|our|the"
            )?;
            let end = super::super::count::noun_end(tokens, the)?;
            (!tokens.among(end - 1, VAGUE)).then_some(end)
        };
        let unit = || {
            let the = phrase!(tokens, from, "la|le|l|toute la|toute l|tout le|notre|mon|ma")?;
            phrase!(tokens, tokens.skip_joints(the), UNITS)
        };
        let end = super::super::count::group_end(tokens, from)
            .or_else(|| {
                phrase!(
                    tokens,
                    from,
                    "toute la salle|toute l equipe|toute la regulation|toute la regul|toute notre equipe|toute mon equipe|tout le plateau|tout le service|tout le secretariat|toute la vacation|toute la garde|toute la cellule|l equipe entiere|la salle entiere|the whole room|the whole team|the whole crew|all the staff"
                )
            })
            .or_else(bare)
            .or_else(unit)?;
        let machines = (from..end).any(|at| tokens.among(at, MACHINES));
        if machines || super::super::count::spares(tokens, from, end) {
            return None;
        }
        Some(named(words, tokens, from, extended(tokens, end)))
    })
}

/// « Les comptes de nos quatre intérimaires restent en attente », « les accès des deux nouveaux
/// internes »: whose accounts fail.
pub(super) fn accounts(words: &str, tokens: &Tokens, faulty: bool) -> Option<Found> {
    const FAIL: &str = "ne|n|restent|reste|sont|arrivent|tombent|affichent|indiquent|disent";
    (0..tokens.len()).find_map(|at| {
        let next = phrase!(
            tokens,
            at,
            "les comptes des|les comptes de|les acces des|les acces de|les sessions des|les sessions de|les identifiants des|les identifiants de|les profils des|les profils de|les logins des|les logins de|les habilitations des|les habilitations de"
        )?;
        let group = phrase!(tokens, next, "nos|mes|ces|tous les|toutes les").unwrap_or(next);
        let end = super::super::count::number_end(tokens, group)
            .or_else(|| super::super::count::noun_end(tokens, group))?;
        let fails = faulty || (end..end + 12).any(|at| tokens.among(at, FAIL));
        let well = super::super::count::spares(tokens, next, end);
        (fails && !well).then(|| named(words, tokens, next, end))
    })
}

/// Behind the words that carry a group on: « … libéraux de la PDSA », « … de nuit du samu 44 ».
pub(super) fn extended(tokens: &Tokens, mut end: usize) -> usize {
    const STOPS: &str = "depuis|qui|quand|lorsque|et|mais|dans|au|aux|sur|en|pour|car|avec|ne|n|sont|ont|est|donc|alors|ce|cette|hier|since|who|and|when|ou|sans|par|chez|a|se|s|affichent|affiche|restent|reste|perdent|voient|ils|elles|on|nous|y|aussi|seulement|uniquement|des|toutes|tous|plus|pareil|idem|il|que|je|j|cela|ca|elle";
    let far = (end + 6).min(tokens.len());
    let goes_on = |end: usize| match tokens.get(end).map(|token| token.kind) {
        Some(Kind::Word) => {
            !tokens.among(end, STOPS)
                && (!tokens.among(end, "le|la|les|l") || tokens.among(end - 1, "de|d"))
        }
        Some(Kind::Sign(b'\'')) => true,
        Some(Kind::Sign(b'-')) => tokens.glued(end) && tokens.glued(end + 1),
        Some(Kind::Number) => tokens.is(end - 1, &["samu"]),
        _ => false,
    };
    while end < far && goes_on(end) {
        end += 1;
    }
    // « … de l' » at the end of what may be read leads nowhere.
    while end > 0 && (tokens.sign(end - 1, b'\'') || tokens.among(end - 1, "de|du|d|la|le|l|les")) {
        end -= 1;
    }
    end
}

/// The words under tokens `from..to`, on one line.
pub(super) fn named(words: &str, tokens: &Tokens, from: usize, to: usize) -> Found {
    let span = tokens.span(from, to);
    let value = words.get(span.clone()).unwrap_or_default();
    Found::Named(value.split_whitespace().collect::<Vec<_>>().join(" "), span)
}

/// « Les douze élèves de la session sont coincés », « nos 4 médecins dictent »: a group that is
/// counted and what befalls it; « grisé pour les stagiaires »: one that is not.
pub(super) fn befallen(
    words: &str,
    tokens: &Tokens,
    faulty: bool,
    only_counted: bool,
) -> Option<Found> {
    const SUFFERS: &str = "ne|n|sont bloques|sont bloquees|sont coinces|sont coincees|sont touches|sont touchees|sont concernes|sont concernees|sont genes|sont genees|sont deconnectes|sont ejectes|sont prives|sont privees|sont obliges|sont contraints|sont a l arret|se font|se retrouvent|doivent|perdent|ont perdu|ont toutes|ont tous|voient tous|voient toutes|voient la meme|voient le meme|constatent|all see|all have|all get|see the same|have the same|get the same|are affected|are impacted|have lost|ont bien le|ont le meme|subissent|rencontrent|attendent|dictent|sont impactes|sont impactees|l ont tous|l ont toutes|recopient|cannot|can t|are stuck|are blocked";
    // « Les six médecins régulateurs travaillent à l'aveugle »: how they fare says it.
    const FARE: &str = "travaillent a l aveugle|travaillent sans|travaillent sur papier|travaillent en aveugle|sont a l aveugle|sont dans le noir|sont sans|notent sur papier|notent tout sur papier|passent par le papier|repassent au papier|tournent sans|font sans|sont prives de|sont privees de|sont a l arret|sont en mode degrade|travaillent en mode degrade|sont coinces|sont coincees|sont bloques|sont bloquees|work blind|are working blind|are affected|are impacted|are concerned";
    let badly = (0..tokens.len()).any(|at| phrase!(tokens, at, FARE).is_some());
    let said = (0..tokens.len()).any(|at| {
        phrase!(
            tokens,
            at,
            "are affected|are impacted|are concerned|are stuck|are blocked"
        )
        .is_some()
    });
    let suffers = |end: usize| {
        (end..end + 4).any(|at| phrase!(tokens, at, SUFFERS).is_some())
            || (end..end + 5).any(|at| phrase!(tokens, at, FARE).is_some())
    };
    // « The six dispatchers all see the same thing » beside a fault told before.
    let alike = (0..tokens.len()).any(|at| tokens.among(at, "same|meme|memes|pareil|idem"));
    if !(faulty || alike || badly || said || comes(tokens)) {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        let group = |from: usize, bare: bool| {
            let counted = super::super::count::group_end(tokens, from)
                .or_else(|| super::super::count::number_end(tokens, from).filter(|_| bare));
            let (numbered, next) = match counted {
                Some(end) => (true, end),
                None => (false, {
                    let next =
                        phrase!(tokens, from, "les|nos|mes|ces|tous les|toutes les|our|the")?;
                    super::super::count::noun_end(tokens, next)?
                }),
            };
            let end = super::super::count::company::qualified(tokens, next);
            let machines = (from..next).any(|at| tokens.among(at, MACHINES));
            let struck = !machines && !super::super::count::spares(tokens, from, end);
            struck.then_some((numbered, end))
        };
        let (from, end) = if let Some((end, behind)) = counted_first(tokens, at) {
            let suffers = suffers(behind);
            let well = super::super::count::spares(tokens, at, end);
            if !suffers || well {
                return None;
            }
            (at, end)
        } else if let Some(from) = phrase!(tokens, at, "pour|chez|for") {
            let (numbered, end) = group(from, true)?;
            if only_counted && !numbered {
                return None;
            }
            (from, end)
        } else {
            let (numbered, end) = group(at, tokens.is(at, &["both"]))?;
            let suffers = suffers(end);
            if !numbered || !suffers {
                return None;
            }
            (at, end)
        };
        let vague = tokens.among(
            end - 1,
            "gens|personnes|appelants|autres|collegues|utilisateurs",
        );
        let alone = vague || at > 0 && tokens.among(at - 1, "pas|sauf|meme|voir|appeler|prevenir");
        let span = tokens.span(from, end);
        let value = words
            .get(span.clone())?
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        (!alone).then_some(Found::Named(value, span))
    })
}

/// « Trois médecins (les Drs Nardoux, Villéger et Simonet) se … », « Deux ARM de nuit n'… »: where
/// people who are counted first of all in a sentence end, and where what is said of them begins.
fn counted_first(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    if at > 0 {
        return None;
    }
    let end = super::super::count::number_end(tokens, at)?;
    if (at..end).any(|at| tokens.among(at, MACHINES)) {
        return None;
    }
    let end = super::super::count::company::qualified(tokens, end);
    let behind = if tokens.sign(end, b'(') {
        (end..end + 20).find(|at| tokens.sign(*at, b')'))? + 1
    } else {
        end
    };
    Some((end, behind))
}

/// « It happens every time, for both of us », « chez tous mes collègues aussi »: the fault told before
/// comes to those whom the sentence names.
fn comes(tokens: &Tokens) -> bool {
    (0..tokens.len()).any(|at| {
        tokens.among(
            at,
            "happens|happen|occurs|occur|produit|reproduit|aussi|also|too|same|pareil|idem",
        )
    })
}

/// « all four of us », « both of us », « chacun de nous »: behind it.
fn all_of_us(tokens: &Tokens, at: usize) -> Option<usize> {
    let all = phrase!(
        tokens,
        at,
        "all of us|both of us|each of us|every one of us|chacun de nous|chacun d entre nous|chacune d entre nous"
    );
    all.or_else(|| {
        let next = phrase!(tokens, at, "all|the|all the")?;
        let (_, end) = super::super::token::number(tokens, next, 2)?;
        phrase!(tokens, end, "of us")
    })
}

/// « tous mes collègues », « all our ARMs », « every dispatcher »: behind it.
fn all_of_them(tokens: &Tokens, at: usize) -> Option<usize> {
    if let Some(next) = phrase!(tokens, at, "every|each") {
        return super::super::count::person_end(tokens, next);
    }
    let next = phrase!(
        tokens,
        at,
        "tous mes|tous nos|toutes mes|toutes nos|all our|all of our|all my|all of my|all the"
    )?;
    let end = super::super::count::noun_end(tokens, next)?;
    (!(next..end).any(|at| tokens.among(at, MACHINES))).then_some(end)
}

/// « … bloque toute la salle », « pr tt le monde »: a group that the fault is said to strike.
pub(super) fn struck(words: &str, tokens: &Tokens, faulty: bool) -> Option<Found> {
    const GROUP: &str = "tout le monde|tt le monde|tout le service|tout le plateau|tout le secretariat|toute la garde|toute la cellule|toute la vacation|toute la salle|toute l equipe|toute la regulation|tous les postes|tous les arm|toute l equipe de nuit|toute l equipe de jour|tous les medecins|tous les utilisateurs|l ensemble de l equipe|l ensemble des arm|l ensemble du service|l ensemble de la salle|l ensemble du plateau|l ensemble de la regulation|l ensemble des medecins regulateurs|l ensemble des medecins|l ensemble des regulateurs|l ensemble des utilisateurs|l ensemble des agents|everyone|everybody|all users|the whole room|the whole team|our whole team|my whole team|the whole crew|the whole shift|the entire team|our entire team|all the staff|the night shift|the day shift|toute la regul|tous les agents|tous les collegues|tous les medecins regulateurs";
    (0..tokens.len()).find_map(|at| {
        let end = phrase!(tokens, at, GROUP)
            .or_else(|| all_of_us(tokens, at))
            .or_else(|| all_of_them(tokens, at))?;
        let end = phrase!(
            tokens,
            end,
            "de l apres midi|de nuit|de jour|du matin|du soir|de garde|de regulation|de la regulation|de la regul|du samu|du smur|du week end|de la nuit|de la journee|de la matinee|en poste|de service|d astreinte"
        )
        .unwrap_or(end);
        let numbered = tokens.is(end - 1, &["samu"]) && tokens.number(end, 3).is_some();
        let end = if numbered { end + 1 } else { end };
        let told = (faulty || comes(tokens)) && at > 0
            && (STRIKES.end(tokens, at - 1).is_some() || tokens.is(at - 1, &["pour"]));
        // « Toute l'équipe de nuit l'a constaté », « tous nos comptes ARS, une vingtaine »
        let told = told
            || (end..end + 3).any(|at| {
                phrase!(tokens, at, "l a constate|l ont constate|a constate|ont constate|l a vu|l ont vu|l a aussi|l ont aussi|subit|subissent|rale|ralent|pareil|idem|a le meme|ont le meme|a la meme|ont la meme|le voit|le voient|a le souci|ont le souci|a le probleme|ont le probleme|est touche|est touchee|sont touches|est concerne|est concernee|sont concernes|est impacte|est impactee|sont impactes|est bloque|est bloquee|sont bloques|est gene|est genee|sont genes|s en plaint|s en plaignent|rencontre|rencontrent|has noticed|is affected|are affected|is impacted|are impacted|is concerned|are concerned|is blocked|are blocked|is stuck|are stuck|sees it|see it|has it|have it|sees the same|see the same|has the same|have the same|gets the same|get the same|has this|have this|cannot|can t|loses|lose")
                    .is_some()
            });
        let well = super::super::count::spares(tokens, at, end);
        let except = tokens.among(end, "sauf|hormis");
        let span = tokens.span(at, end);
        (told && !well && !except).then(|| {
            words
                .get(span.clone())
                .map(|value| Found::Named(value.to_owned(), span))
        })?
    })
}
