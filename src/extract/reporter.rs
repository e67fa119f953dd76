//! Who reports: the writer, or the author of a message that the writer passes on (ruling 1).

use super::cues::Group;
use super::lexicon::mentions;
use super::sentence;
use super::signs::{details, signs};
use super::voice::{Voice, Who};

/// The voice that reports: the writer's where it does, else the innermost that does.
pub(super) fn of<'v, 'a>(voices: &'v [Voice<'a>]) -> &'v Voice<'a> {
    let writer = &voices[0];
    let passes = passes_on(writer, voices) || speaks_of_passing(writer, voices);
    if reports(writer) && !passes {
        return writer;
    }
    let inner = |told: fn(&Voice<'_>) -> bool| {
        voices
            .iter()
            .rev()
            .find(|voice| voice.who == Who::Forwarded && told(voice))
    };
    inner(|voice| reports(voice) || voice.cues.has(Group::Fault) || voice.cues.has(Group::Expected))
        .or_else(|| {
            // A writer who only passes on has nothing to report; who is passed on has.
            let silent = writer
                .sentences
                .iter()
                .all(|s| s.about != sentence::About::Fault);
            inner(|voice| !voice.words.text.is_empty()).filter(|_| silent || passes)
        })
        .unwrap_or(writer)
}

/// Whether a message inside tells of something that is not as it should be, in whatever words.
fn tells(voice: &Voice<'_>) -> bool {
    let text = voice.folded.as_str();
    voice.who == Who::Forwarded
        && (reports(voice) || voice.cues.has(Group::Expected) || signs(text) + details(text) >= 3)
}

/// Whether the writer says in few words that somebody else's report follows: « je relaie
/// Tiphaine, elle n'a pas votre adresse ».
fn passes_on(writer: &Voice<'_>, voices: &[Voice<'_>]) -> bool {
    const CUES: &str = "je relaie|je transmets|je vous transmets|je transfere|je vous transfere|je fais suivre|je vous fais suivre|ci-dessous|ci-apres|\
            transfert|je fais remonter|je remonte|je renvoie|je vous renvoie le|me demande de vous|m'a demande de vous|a sa demande|n'a pas votre adresse|n'a pas vos coordonnees|ne vous connait pas|\
            a la demande de|pour le compte de|voir ci-dessous|voir plus bas|cf. ci-dessous|cf ci-dessous|voir le message|voir mail|en dessous|plus bas|tr :|pour info|pour information|je me permets de vous transmettre|je me permets de transferer|\
            passing this on|passing on|on behalf of|please see|forwarded|a traiter|pour prise en compte|pour suite a donner|pour action|message de |message d'|mail de |mail du |mail d'|signalement de|signalement du|demande de mon|demande de ma|recu de|de la part de|fyi|see below|forwarding";
    let text = writer.folded.as_str();
    writer.labelled.fields == 0
        && text.split_whitespace().count() <= 60
        && mentions(CUES, text)
        && voices.iter().any(tells)
}

/// Whether all that the writer says to fail is about who passes on, or about who should have
/// written: « je ne gère pas cet outil », « elle n'a pas votre adresse ».
fn speaks_of_passing(writer: &Voice<'_>, voices: &[Voice<'_>]) -> bool {
    const ABOUT: &str = "ne gere pas|ne gerons pas|ne connais pas|ne connait pas|ne suis pas|n'utilise pas|n'ai pas la main|n'avons pas la main|n'est pas de mon|n'est pas de notre|n'est pas chez nous|\
        pas de notre ressort|pas de mon ressort|pas notre perimetre|pas dans notre perimetre|pas de notre cote|n'a pas votre|n'a pas vos|n'ont pas votre|n'a pas l'adresse|n'a pas acces a la messagerie|\
        ne sait pas a qui|ne savait pas|ne sais pas a qui|ne savais pas|ne depend pas|ne releve pas|ne peux pas traiter|ne pouvons pas traiter|ne peut pas vous ecrire|ne sait pas comment|n'arrive pas a vous joindre|\
        ne vous a pas|ne vous connait|pas competent|pas concerne|je confirme|i don't manage|not our|does not have your|doesn't have your";
    writer.labelled.fields == 0
        && voices.iter().any(tells)
        && writer
            .sentences
            .iter()
            .filter(|sentence| sentence.about == sentence::About::Fault)
            .all(|sentence| {
                let said = crate::text::fold(&writer.words.text[sentence.span.clone()]);
                mentions(ABOUT, &said)
            })
}

/// Whether a voice reports a fault in words that mean nothing else.
fn reports(voice: &Voice<'_>) -> bool {
    const NOUNS: [&str; 8] = [
        "incident",
        "probleme",
        "souci",
        "anomalie",
        "bug",
        "panne",
        "pb",
        "dysfonctionn",
    ];
    let text = voice.folded.as_str();
    voice.labelled.fields >= 3
        || voice.sentences.iter().any(|sentence| {
            sentence.about == sentence::About::Fault
                && voice.cues.of(Group::Fault).any(|range| {
                    let place = voice.folded.original(range.clone());
                    sentence.span.start <= place.start
                        && place.end <= sentence.span.end
                        && !NOUNS.contains(&&text[range])
                })
        })
}
