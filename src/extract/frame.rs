//! What stands around a report without being of it: the form's own title and question, what ticket
//! tools write, lines of numbers.

use crate::text::fold;

/// The form's own title and question, which some copy without their answer, and what ticket tools
/// write around a report.
pub(super) fn is_form(sentence: &str) -> bool {
    // « La fiche demande si c'est reproductible : non »
    const ASKED: &str = "la fiche demande|votre fiche demande|le formulaire demande|votre formulaire demande|vous demandez si|vous me demandez|a la question|your form asks|the form asks";
    const FRAME: [&str; 6] = [
        "au-dessus de cette ligne",
        "au dessus de cette ligne",
        "above this line",
        "genere automatiquement par",
        "ne modifiez pas l'objet",
        "ne pas modifier l'objet",
    ];
    let folded = fold(sentence);
    let folded = folded.trim();
    FRAME.iter().any(|frame| folded.contains(frame))
        || lists_files(folded)
        || ASKED.split('|').any(|asked| folded.starts_with(asked))
        || matches!(
            folded.trim_end_matches([':', ' ']),
            "description" | "nouveau suivi" | "nouveau ticket" | "ticket : description"
        )
        || folded.contains("comportement etait-il attendu")
        || folded.contains("comportement etait il attendu")
        || folded.split_whitespace().count() <= 5
            && [
                "declaration d'incident",
                "declaration incident",
                "fiche d'incident",
                "fiche incident",
                "fiche d'anomalie",
                "demande d'escalade",
                "formulaire de declaration",
            ]
            .iter()
            .any(|title| folded.starts_with(title))
}

/// « Documents : ecran_export.png »: how a ticket tool lists what is attached.
fn lists_files(folded: &str) -> bool {
    const ENDS: [&str; 8] = [
        ".png", ".jpg", ".jpeg", ".pdf", ".docx", ".txt", ".gif", ".bmp",
    ];
    let led = [
        "document",
        "fichier",
        "piece jointe",
        "pieces jointes",
        "attachment",
    ]
    .iter()
    .any(|lead| folded.starts_with(lead));
    led && folded.contains(':') && ENDS.iter().any(|end| folded.ends_with(end))
}

/// « Tel. 02 61 91 00 01, le 02 61 91 00 02 étant … »: a line that a number's label leads.
pub(super) fn is_number_line(sentence: &str) -> bool {
    let folded = fold(sentence);
    let Some(rest) = [
        "tel", "tph", "gsm", "portable", "port", "mobile", "fixe", "phone",
    ]
    .iter()
    .find_map(|label| folded.trim_start().strip_prefix(label)) else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| !c.is_ascii_digit() && !c.is_alphabetic());
    rest.bytes().take(16).filter(u8::is_ascii_digit).count() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ticket_tool_writes_around_a_report_is_its_form() {
        for line in [
            "##- Répondre au-dessus de cette ligne -##",
            "Please reply above this line",
            "Nouveau suivi",
            "Description :",
            "Généré automatiquement par GLPI",
            "Documents : ecran_export.png",
            "Pièces jointes : capture.jpg, journal.txt",
            "La fiche demande si c'est reproductible : non",
            "Vous demandez si c'est en prod : oui",
            "Pour répondre, ne modifiez pas l'objet de ce message.",
        ] {
            assert!(is_form(line), "{line}");
        }
        assert!(!is_form("La description du bilan reste vide"));
    }
}
