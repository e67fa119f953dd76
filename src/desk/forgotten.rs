//! The forgotten attachment: a second message of the same declarant, minutes after the first, that
//! no header ties to it.

use super::intake::Read;
use crate::domain::declaration::{Kind, Role};
use crate::domain::field::Source;
use crate::domain::incident::Incident;
use crate::text::fold;

/// More words than this are a declaration of their own.
const FEW: usize = 25;

/// Says that something was left out, or that here it comes.
const SAYS_SO: [&str; 12] = [
    "oublie",
    "oubli ",
    "ci-joint",
    "ci joint",
    "voici la capture",
    "voici la copie",
    "voici la photo",
    "la piece jointe",
    "en piece jointe",
    "en pj",
    "la pj",
    "complement",
];

/// Marks of answering and passing on before a subject, folded.
const BEFORE: [&str; 6] = ["re", "tr", "fw", "fwd", "ref", "aw"];

/// Whether a message may be what its writer forgot a moment before: it answers nothing, says little,
/// and brings an attachment or repeats a subject as an answer does.
pub(super) fn may_be(read: &Read) -> bool {
    let (email, declaration) = (&read.email, &read.declaration);
    let is_a_persons = matches!(
        declaration.kind,
        Kind::Declaration | Kind::Reply | Kind::Other
    );
    let labelled = declaration.fields.iter().filter(|(_, field)| {
        let source = field.evidence.as_ref().map(|evidence| evidence.source);
        source == Some(Source::Label)
    });
    is_a_persons
        && email.in_reply_to.is_empty()
        && email.references.is_empty()
        && declaration.incident.is_none()
        && labelled.count() < 3
        && declaration.own_text.split_whitespace().count() <= FEW
        && (brings(read) || is_answering(&email.subject))
}

/// Whether it is what was forgotten in this incident, whose request has not left: it has the same
/// subject, or brings something and says so.
pub(super) fn belongs(read: &Read, incident: &Incident) -> bool {
    let says_so = || {
        let words = fold(&read.declaration.own_text);
        SAYS_SO.iter().any(|cue| words.contains(cue))
    };
    let subject = bare(&read.email.subject);
    !subject.is_empty() && subject == bare(&incident.subject) || brings(read) && says_so()
}

/// An attachment that is no decoration.
fn brings(read: &Read) -> bool {
    let mut attachments = read.declaration.attachments.iter();
    attachments.any(|attachment| attachment.role != Role::Logo)
}

fn is_answering(subject: &str) -> bool {
    bare(subject) != plain(subject)
}

/// A subject without « Re : » and « TR : », however often.
fn bare(subject: &str) -> String {
    let folded = plain(subject);
    let mut rest = folded.as_str();
    while let Some((before, after)) = rest.split_once(':') {
        if !BEFORE.contains(&before.trim()) {
            break;
        }
        rest = after.trim_start();
    }
    rest.trim().to_owned()
}

fn plain(subject: &str) -> String {
    let folded = fold(subject);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_the_same_whatever_an_answer_puts_before_it() {
        for (subject, same) in [
            ("Carto grise", "carto grise"),
            ("RE : Carto  grise", "carto grise"),
            ("Tr: Re: Carto grise", "carto grise"),
            ("SAMU 44 : carto grise", "samu 44 : carto grise"),
            ("Re:", ""),
        ] {
            assert_eq!(bare(subject), same, "{subject}");
        }
        assert!(is_answering("Re: carto"));
        assert!(!is_answering("SAMU 44 : carto"));
    }
}
