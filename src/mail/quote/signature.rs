//! Greetings and signatures of one message: « Bonjour, », « Cordialement, » and what follows it,
//! the separator « -- », the name and contact lines at the end.

use super::phrases::{form_label, is_closing, is_contact, is_greeting, is_rule, starts_word};
use super::{Raw, notice, person};
use crate::mail::{Address, Line, LineRole};

/// Where a run of a person's lines stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// From the top of a message on.
    Message,
    /// Between quoted lines: answers, in which a name is an answer too.
    Between,
    /// Below all quoted lines.
    AfterQuote,
}

/// Sets the roles of a run of lines that were taken for own words.
pub(super) fn read(raws: &[Raw<'_>], lines: &mut [Line], author: Option<&Address>, place: Place) {
    let notices = notice::read(raws);
    for (line, notice) in lines.iter_mut().zip(&notices) {
        if let Some(role) = notice {
            line.role = *role;
        }
    }
    let own = |lines: &[Line], at: usize| lines[at].role == LineRole::Own;
    for (raw, line) in raws.iter().zip(lines.iter_mut()) {
        if line.role == LineRole::Own && is_rule(&raw.folded) {
            line.role = LineRole::Blank;
        }
        // Containers of Gmail, OWA, Thunderbird, Zimbra, BlueMind.
        if line.role == LineRole::Own && raw.signature {
            line.role = LineRole::Signature;
        }
    }
    if place == Place::Message {
        let first: Vec<usize> = (0..raws.len())
            .filter(|&at| own(lines, at))
            .take(2)
            .collect();
        for at in first {
            if is_greeting(raws[at].text, &raws[at].folded) {
                lines[at].role = LineRole::Greeting;
            } else {
                break;
            }
        }
    }
    if let Some(start) = signature_start(raws, lines, author, place) {
        let mut resumed = false;
        for (at, line) in lines.iter_mut().enumerate().skip(start) {
            if line.role != LineRole::Own {
                continue;
            }
            resumed = at > start && (resumed || resumes(raws, at));
            if !resumed {
                line.role = LineRole::Signature;
            }
        }
    }
    // Contact lines that nothing announces: « CHU … FINESS 340785123 Standard : 04 … ».
    if place == Place::Message {
        for at in (0..raws.len()).rev() {
            match lines[at].role {
                LineRole::Own if is_contact(&raws[at].folded) => {
                    lines[at].role = LineRole::Signature;
                }
                LineRole::Own => break,
                _ => {}
            }
        }
    }
}

/// The first line of the signature, where there is one.
fn signature_start(
    raws: &[Raw<'_>],
    lines: &[Line],
    author: Option<&Address>,
    place: Place,
) -> Option<usize> {
    let own: Vec<usize> = (0..raws.len())
        .filter(|&at| lines[at].role == LineRole::Own)
        .collect();
    let dashes = |at: &usize| matches!(raws[*at].text.trim_end(), "--" | "—" | "–");
    // RFC 3676, 4.3; clients lose the blank behind the dashes (K-9).
    let separator = (0..raws.len()).find(|at| dashes(at));
    let closing = own.iter().enumerate().find_map(|(index, &at)| {
        let closes = is_closing(&raws[at].folded);
        (closes && (own.len() - index <= 15 || !is_form(raws, at + 1))).then_some(at)
    });
    let name = author
        .filter(|_| place != Place::Between)
        .and_then(|author| name_line(raws, &own, author, place));
    [separator, closing, name].into_iter().flatten().min()
}

/// The line near the end that begins with the author's name (« Gwénaël Le Bihan, ARM », « DR
/// VASSEUR … », « L. Puig », « BL »), if all that follows is short.
fn name_line(raws: &[Raw<'_>], own: &[usize], author: &Address, place: Place) -> Option<usize> {
    let mut names = person::words(&author.name);
    if names.is_empty() {
        names = person::words(
            &author
                .address
                .split('@')
                .next()
                .unwrap_or("")
                .replace('.', " "),
        );
    }
    names.retain(|name| name.len() > 2 && name.chars().all(char::is_alphabetic));
    let tail = own.len().saturating_sub(8);
    let mut found = None;
    for (index, &at) in own.iter().enumerate().skip(tail).rev() {
        let raw = &raws[at];
        if raw.folded.len() > 110 {
            break;
        }
        let first_of_chunk = index == 0;
        if first_of_chunk && (place == Place::AfterQuote || own.len() > 8) {
            break;
        }
        // « - SAMU 77 / - Karim Zitouni, superviseur / - prod »: a name in a list signs nothing.
        let beside = [index.checked_sub(1), Some(index + 1)];
        let listed = is_item(raw.text)
            && beside
                .into_iter()
                .flatten()
                .filter_map(|near| own.get(near))
                .any(|near| is_item(raws[*near].text));
        if !listed && (begins_with_name(&raw.folded, &names) || is_initials(raw.text, author)) {
            found = Some(at);
        } else if raw.folded.len() > 80 && !is_contact(&raw.folded) {
            break;
        }
    }
    found
}

/// Whether a line is an item of a list.
fn is_item(text: &str) -> bool {
    let text = text.trim_start();
    ["- ", "* ", "• ", "· ", "– "]
        .iter()
        .any(|mark| text.starts_with(mark))
}

fn begins_with_name(folded: &str, names: &[String]) -> bool {
    if folded.contains(':') && !folded.contains("tel") {
        return false;
    }
    // « Léa Pichaud ici, j'écris de chez moi » speaks.
    if [" je ", " j'", " ici,"]
        .iter()
        .any(|speaks| folded.contains(speaks))
    {
        return false;
    }
    let mut words = folded
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | ',' | '.' | '/' | '('))
        .filter(|w| {
            !w.is_empty()
                && !matches!(
                    *w,
                    "dr" | "docteur" | "mme" | "pr" | "m" | "mr" | "madame" | "monsieur"
                )
        });
    let count = folded.split_whitespace().count();
    let Some(first) = words.next() else {
        return false;
    };
    let is_name = |word: &str| names.iter().any(|name| name == word);
    let initial = first.chars().count() == 1 && names.iter().any(|name| name.starts_with(first));
    // « Kevin F., ARM nuit »; « Kevin a vu que… » is a sentence.
    let second = words.next();
    is_name(first)
        && (count <= 3
            || second.is_some_and(|w| {
                is_name(w) || w.len() == 1 && names.iter().any(|name| name.starts_with(w))
            })
            || folded.contains(',')
                && folded
                    .find(',')
                    .is_some_and(|at| folded[..at].split_whitespace().count() <= 3)
            || second.is_some_and(|w| {
                [
                    "medecin",
                    "arm",
                    "cadre",
                    "ide",
                    "infirmiere",
                    "infirmier",
                    "secretaire",
                    "samu",
                ]
                .contains(&w)
            }))
        || initial && second.is_some_and(is_name)
}

fn is_initials(text: &str, author: &Address) -> bool {
    let letters: Vec<char> = text.trim().chars().filter(|c| c.is_alphabetic()).collect();
    let bare = text
        .trim()
        .chars()
        .all(|c| c.is_uppercase() || matches!(c, '.' | ' ' | '-'));
    if !bare || !(2..=4).contains(&letters.len()) {
        return false;
    }
    let mut initials: Vec<char> = person::words(&author.name)
        .iter()
        .filter_map(|w| w.chars().next())
        .collect();
    let mut letters: Vec<char> = letters.iter().flat_map(|c| c.to_lowercase()).collect();
    initials.sort_unstable();
    letters.sort_unstable();
    initials == letters
}

/// Whether the writer goes on after the signature: a postscript, a form filled below it, a long
/// sentence.
fn resumes(raws: &[Raw<'_>], at: usize) -> bool {
    let raw = &raws[at];
    starts_word(&raw.folded, "ps")
        || starts_word(&raw.folded, "p.s")
        || (raw.text.chars().count() > 140 && !is_contact(&raw.folded))
        || form_label(&raw.folded) && is_form(raws, at)
}

/// Whether three lines of a declaration form follow within the length of a form.
fn is_form(raws: &[Raw<'_>], from: usize) -> bool {
    raws.get(from..)
        .unwrap_or_default()
        .iter()
        .take(60)
        .filter(|raw| form_label(&raw.folded))
        .take(3)
        .count()
        == 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn the_authors_name_opens_the_signature() {
        let author = |name: &str| Address {
            name: name.into(),
            address: String::new(),
        };
        for (name, line, opens) in [
            ("Kevin Lhermitte", "Kevin", true),
            ("Laurence Puig", "L. Puig", true),
            ("Helene Vasseur", "DR VASSEUR MEDECIN REGULATEUR", true),
            ("Quentin Bellanger", "Quentin Bellanger, samu 53", true),
            ("FERRAND Kevin", "Kevin F., ARM nuit", true),
            ("LEMOINE-PASQUIER Tristan", "Tristan Lemoine-Pasquier", true),
            (
                "Kevin Lhermitte",
                "Kevin a redémarré le poste sans effet",
                false,
            ),
            ("Kevin Lhermitte", "Déclarant : Kevin Lhermitte", false),
        ] {
            let names = person::words(&author(name).name);
            assert_eq!(begins_with_name(fold(line).trim(), &names), opens, "{line}");
        }
        assert!(is_initials("BL", &author("LACASSAGNE Benoît")));
        assert!(!is_initials("HS", &author("LACASSAGNE Benoît")));
    }
}
