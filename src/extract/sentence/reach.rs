//! Sentences that say which number to call and which not: « Rappel sur mon portable et lui seul : … »,
//! « le 02 … ne prend pas les appels, faites le 06 … ».

use super::aside::strong;
use crate::extract::feature::names_one;
use crate::extract::lexicon::mentions;
use crate::text::{Folded, fold};

/// Whether a sentence that holds a number to call tells no more than how to reach the writer, whatever
/// it says of lines that nobody answers.
pub(super) fn tells(words: &str) -> bool {
    const LEADS: [&str; 27] = [
        "rappel sur",
        "rappel au ",
        "rappelez",
        "rappeler",
        "rapel",
        "appelez",
        "appeler",
        "me rappeler",
        "me joindre",
        "joindre",
        "joignable",
        "faites le",
        "faire le",
        "composez le",
        "utilisez le",
        "prenez le",
        "contactez",
        "mon portable",
        "mon numero",
        "mon tel",
        "mon fixe",
        "mon dect",
        "ma ligne",
        "ligne directe",
        "le standard est",
        "le standard c'est",
        "le secretariat est",
    ];
    const DIAL: [&str; 12] = [
        "faites le",
        "faites plutot le",
        "composez le",
        "composez plutot le",
        "appelez le",
        "appelez plutot le",
        "prenez le",
        "utilisez le",
        "essayez le",
        "preferez le",
        "passez par le",
        "je suis au",
    ];
    const LINES: &str =
        "standard|secretariat|joign|bureau|portable|fixe|je suis au|je suis dans|demandez|decroch";
    let folded = fold(words);
    let folded = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let leads = LEADS.iter().any(|lead| folded.starts_with(lead));
    // « faites le 06 … »: the number stands right behind.
    let dials = DIAL.iter().any(|dial| {
        folded.match_indices(dial).any(|(at, _)| {
            folded[at + dial.len()..]
                .trim_start()
                .starts_with(|c: char| c.is_ascii_digit() || c == '+')
        })
    });
    let lists = numbers(folded) > 1 && mentions(LINES, folded);
    if !leads && !dials && !lists {
        return false;
    }
    dials || !names_one(&Folded::new(words)) && (leads || !strong(words))
}

/// How many numbers of nine digits and more stand in the words.
fn numbers(folded: &str) -> usize {
    let mut found = 0;
    let mut run = 0_usize;
    for c in folded.chars().chain(std::iter::once('|')) {
        match c {
            '0'..='9' => run += 1,
            ' ' | '.' | '-' | '\u{a0}' | '\u{202f}' => {}
            _ => {
                found += usize::from(run >= 9);
                run = 0;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::tells;

    #[test]
    fn a_sentence_of_numbers_tells_no_fault() {
        for words in [
            "Rappel sur mon portable et lui seul : 06 39 98 20 22 (la ligne du service ne sonne plus).",
            "le n° de la tablette 06 39 98 65 90 ne prend pas les appels, faites le 06 39 98 65 07 svp",
            "Le standard est le 02 61 91 41 00 mais on n'y connaît pas mon nom, je suis au fond : 02 61 91 41 37.",
            "Rappelez-moi sur mon portable 06 39 98 20 22, le fixe est HS.",
            "Le 02 61 91 41 00 ne répond jamais la nuit, composez plutôt le 06 39 98 20 22",
        ] {
            assert!(tells(words), "{words}");
        }
        for words in [
            "le rappel automatique du 06 39 98 20 22 échoue, celui du 06 39 98 20 23 aussi",
            "le 02 61 91 41 00 s'affiche au lieu du 02 61 91 41 37 dans la fiche",
            "La carte reste grise, 06 39 98 20 22",
        ] {
            assert!(!tells(words), "{words}");
        }
    }
}
