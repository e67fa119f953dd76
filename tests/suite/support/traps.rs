//! Messages made to take long (`spec/reliability.md`, PARSE-07 to 09); the suite reads each once, the
//! bench `traps` measures them.

/// A trap: its name, and the message of about so many bytes.
pub struct Trap {
    /// What it is made of.
    pub name: &'static str,
    /// Bytes of the body.
    pub size: usize,
    /// The whole message with a body of that size.
    pub message: fn(usize) -> Vec<u8>,
}

const MB: usize = 1_000_000;

/// Every trap, at its full size.
pub const TRAPS: [Trap; 31] = [
    trap("a", MB, |n| plain(&"a".repeat(n))),
    trap("> ", MB, |n| plain(&"> ".repeat(n / 2))),
    trap("> on lines", MB, |n| plain(&"> x\n".repeat(n / 4))),
    trap("> deeper and deeper", MB, |n| plain(&staircase(n))),
    trap("Le …", MB, |n| plain(&"Le ".repeat(n / 3))),
    trap("Le … on lines", MB, |n| {
        plain(&"Le 2 mars 2026 à 10:02, Paul\n".repeat(n / 30))
    }),
    trap("Le … a écrit : on lines", MB, |n| {
        plain(&"Le 2 mars 2026 à 10:02, Paul a écrit :\n".repeat(n / 41))
    }),
    trap("De : on lines", MB, |n| {
        plain(&"De : Paul\nEnvoyé : lundi\n".repeat(n / 26))
    }),
    trap("digits and spaces", MB, |n| {
        plain(&"06 39 98 ".repeat(n / 9))
    }),
    trap("digits", MB, |n| plain(&"0123456789".repeat(n / 10))),
    trap("digits on lines", MB, |n| {
        plain(&"02 61 91 10 11\n".repeat(n / 15))
    }),
    trap("dates", MB, |n| {
        plain(&"lundi 2 mars 2026 à 9h30, hier, ".repeat(n / 33))
    }),
    trap("@", MB, |n| plain(&"@".repeat(n))),
    trap("a@a.fr", MB, |n| plain(&"a@a.fr ".repeat(n / 7))),
    trap("a.a.a@", MB, |n| plain(&format!("{}@", "a.".repeat(n / 2)))),
    trap("labels on lines", MB, |n| {
        plain(&"Téléphone : \n".repeat(n / 15))
    }),
    trap("labels on one line", MB, |n| {
        plain(&"Téléphone : 3, Entité ".repeat(n / 24))
    }),
    trap("cue words", MB, |n| {
        plain(&"ne marche plus, impossible, SAMU 44, ".repeat(n / 37))
    }),
    trap("complaints of silence", MB, |n| {
        plain(&"toujours sans réponse de votre part ".repeat(n / 37))
    }),
    trap("what works again and fails", MB, |n| {
        plain(&"c'est rétabli, ne marche plus ".repeat(n / 31))
    }),
    trap("answers to numbers", MB, |n| {
        plain(&"pour le 3 aucune idée, non pour le 4 ".repeat(n / 39))
    }),
    trap("sentences apart", MB, |n| {
        plain(&"merci, la carte est figée ? En cas de souci : je suis absent ".repeat(n / 63))
    }),
    trap("capitals", MB, |n| {
        plain(&"Claire LEBRETON ARM ".repeat(n / 20))
    }),
    trap("one line", 10 * MB, |n| {
        plain(&"la carte est blanche ".repeat(n / 21))
    }),
    trap("mojibake", MB, |n| plain(&"Ã©Ã".repeat(n / 6))),
    trap("HTML", 10 * MB, |n| {
        html(&"<p>bonjour &amp; <b>gras</b> carte</p>\n".repeat(n / 39))
    }),
    trap("HTML table", 4 * MB, |n| {
        html(&format!(
            "<table>{}</table>",
            "<tr><td>Entité<td>SAMU 44".repeat(n / 26)
        ))
    }),
    // Five bytes each: 1,000,000 of them.
    trap("nested div", 5 * MB, |n| {
        html(&format!("{}x", "<div>".repeat(n / 5)))
    }),
    trap("nested quotes", 4 * MB, |n| {
        html(&"<blockquote type=cite>x".repeat(n / 23))
    }),
    trap("hidden words", 4 * MB, |n| {
        html(&"<span style=\"font-size:0\">caché</span>".repeat(n / 38))
    }),
    trap("open comment", 4 * MB, |n| html(&"<!-- <p".repeat(n / 7))),
];

/// A request of ours: what the answers among the traps are read by.
pub const REQUEST: &str = "Bonjour,\n\nVotre déclaration est enregistrée sous le numéro INC-26-00042.\n\n\
    À COMPLÉTER\n\n  1) Téléphone où vous joindre :\n\n\n  2) Production ou formation :\n\n\n  \
    3) Nombre d’utilisateurs touchés, même à peu près :\n\n\n  \
    4) Cela se reproduit (toujours, parfois, non) :\n\n\n  5) Prérequis du poste vérifiés (oui, non) :\n\n\n\
    Ce que nous avons compris\n\n- Établissement : SAMU de Nantes.\n- Où : cartographie, en production.\n";

/// Answers to [`REQUEST`] made to take long.
pub const ANSWERS: [Trap; 11] = [
    trap("resolved and not", MB, |n| {
        plain(&"jamais résolu mais ".repeat(n / 20))
    }),
    trap("resolved but not", MB, |n| {
        plain(&format!("{}mais pas ici", "c'est résolu ".repeat(n / 14)))
    }),
    trap("signs", MB, |n| plain(&"?(".repeat(n / 2))),
    trap("short lines at a question", MB, |n| {
        plain(&quoted(&"ab\n".repeat(n / 3)))
    }),
    trap("long lines at a question", MB, |n| {
        plain(&quoted(
            &"la carte est blanche chez tous les collègues de la salle,\n".repeat(n / 59),
        ))
    }),
    trap("commas", MB, |n| plain(&"bleu, rouge, ".repeat(n / 13))),
    trap("thanks", MB, |n| plain(&"merci ".repeat(n / 6))),
    trap("numbers on lines", MB, |n| {
        plain(&"n°2 : oui\n".repeat(n / 11))
    }),
    trap("numbers on one line", MB, |n| {
        plain(&"n°2 : oui, ".repeat(n / 12))
    }),
    trap("our question again and again", MB, |n| {
        plain(&"> 2) Production ou formation : oui\n".repeat(n / 35))
    }),
    trap("yes at the summary", MB, |n| {
        plain(&format!(
            "{}> - Où : cartographie, en production.\n{}",
            quoted(""),
            "oui\n".repeat(n / 4)
        ))
    }),
];

/// Our request quoted, and words typed at its second question.
fn quoted(typed: &str) -> String {
    let lines = REQUEST.lines().map(|line| format!("> {line}\n"));
    let (before, after): (Vec<_>, Vec<_>) = lines.partition(|line| {
        !["3)", "4)", "5)"]
            .iter()
            .any(|number| line.contains(number))
    });
    format!("{}{typed}{}", before.concat(), after.concat())
}

const fn trap(name: &'static str, size: usize, message: fn(usize) -> Vec<u8>) -> Trap {
    Trap {
        name,
        size,
        message,
    }
}

/// Lines each one mark deeper, to 100, over and over.
fn staircase(size: usize) -> String {
    let flight: String = (0..100).map(|n| format!("{} x\n", ">".repeat(n))).collect();
    flight.repeat(size / flight.len())
}

fn plain(body: &str) -> Vec<u8> {
    mail("text/plain", body)
}

fn html(body: &str) -> Vec<u8> {
    mail("text/html", body)
}

fn mail(kind: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Claire Lebreton <c@samu.example>\r\nTo: support@vigie.example\r\nSubject: carto\r\n\
         Date: Mon, 23 Nov 2026 10:30:00 +0100\r\nMessage-ID: <a1@samu.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    )
    .into_bytes()
}
