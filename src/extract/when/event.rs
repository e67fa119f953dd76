//! What a time is the time of: a beginning, a first hit, an event, a habit, a letter to us.

/// What was sent to us, counted: « 3e mail depuis jeudi ».
const SENT: [&str; 14] = [
    "mail",
    "mails",
    "message",
    "messages",
    "courriel",
    "courriels",
    "relance",
    "relances",
    "ticket",
    "tickets",
    "signalement",
    "signalements",
    "demandes",
    "declarations",
];
/// « 3e mail », « deux messages », « quatrième relance »: a number and what was sent.
pub(super) fn is_count_sent(lead: &str) -> bool {
    let mut words = lead
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .rev();
    let sent = words.next().is_some_and(|word| SENT.contains(&word));
    sent && words.next().is_some_and(|word| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || [
                "deux",
                "trois",
                "quatre",
                "cinq",
                "six",
                "deuxieme",
                "troisieme",
                "quatrieme",
                "cinquieme",
                "second",
                "seconde",
                "nieme",
                "plusieurs",
                "two",
                "three",
                "third",
            ]
            .contains(&word)
    })
}

/// « chaque matin à », « tous les jours vers »: what is done at that hour.
pub(super) fn is_habit(near: &str) -> bool {
    let lead = near.trim_end();
    let lead = [" a", " vers", " des", " at"]
        .iter()
        .find_map(|word| lead.strip_suffix(word))
        .unwrap_or(lead);
    [
        "chaque matin",
        "chaque jour",
        "chaque soir",
        "chaque nuit",
        "tous les matins",
        "tous les jours",
        "tous les soirs",
        "toutes les nuits",
        "every day",
        "every morning",
    ]
    .iter()
    .any(|habit| lead.ends_with(habit))
}

/// « ça a commencé », with at most an event led by « après », « à » or « lors de » behind it.
pub(super) fn began(before: &str) -> bool {
    const BEGAN: [&str; 16] = [
        "a commence",
        "est commence",
        "est debute",
        "est demarre",
        "a repris",
        "a demarre",
        "a debute",
        "est apparu",
        "sont apparus",
        "est survenu",
        "est arrive",
        "s'est declenche",
        "ont commence",
        "ont debute",
        "it started",
        "it began",
    ];
    const LED: [&str; 12] = [
        "apres",
        "juste apres",
        "a la",
        "au moment",
        "lors",
        "des",
        "avec",
        "suite",
        "vers",
        "a",
        "le",
        "hier",
    ];
    BEGAN.iter().any(|word| {
        before.rfind(word).is_some_and(|at| {
            let rest = before[at + word.len()..].trim_start_matches(['e', 's']);
            let rest = rest.trim();
            // « … après la pause, à 13h30 »: the event, and then its hour.
            let rest = match rest.rsplit_once(',') {
                Some((
                    event,
                    "" | " a" | " vers" | " soit" | " soit a" | " soit vers" | " donc a"
                    | " donc vers",
                )) => event,
                _ => rest,
            };
            !rest.contains([',', ';', '.', ':', '('])
                && !rest.contains(" avant ")
                && rest.len() < 48
                && (rest.is_empty()
                    || LED.iter().any(|lead| {
                        rest == *lead
                            || rest
                                .strip_prefix(lead)
                                .is_some_and(|more| more.starts_with([' ', '\'']))
                    }))
        })
    })
}

/// « Premier bilan concerné reçu à 13h05 »: the first of the hits, whatever was done with it; not the
/// first mail or call to us.
pub(super) fn is_first_hit(clause: &str) -> bool {
    const OURS: &str = "relance|mail|support|ticket|vous|contact|declaration|message|hotline|courriel|signalement|jour|janvier|fois que|essai|redemarr";
    ["premier ", "premiere ", "1er ", "1ere ", "first "]
        .iter()
        .filter_map(|word| clause.rfind(word))
        .max()
        .map(|at| &clause[at..])
        .is_some_and(|rest| {
            !rest.contains([',', ';', ':'])
                && (rest.contains("recu")
                    || rest.contains("envoye")
                    || rest.contains("transmis")
                    || rest.contains("ferme"))
                && !OURS.split('|').any(|word| rest.contains(word))
        })
}

/// « depuis la prise de poste de », « depuis que l'équipe est rentrée à »: what follows is the time
/// of an event that nothing parts from « depuis ».
pub(super) fn is_event(between: &str) -> bool {
    const PARTS: [&str; 22] = [
        ",", ";", ":", "(", " hier", "matin", "soir", " midi", "nuit", " lundi", " mardi",
        "mercredi", " jeudi", "vendredi", "samedi", "dimanche", "jusqu", "joign", "rappel",
        "dispo", "appelez", "attend",
    ];
    let timed = between
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_digit() && matches!(pair[1], b'h' | b'/' | b':'));
    !timed && !PARTS.iter().any(|part| between.contains(part))
}
