use super::render;
use crate::domain::form::Form;
use crate::extract::{Context, extract};
use crate::mail::Email;

const MESSAGE: &str = "From: Claire Lebreton <c.lebreton@ch.example>\r\nSubject: carto\r\n\
    Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    Bonjour,\r\n\r\nDéclarant : LEBRETON Claire\r\nTéléphone : 02 61 91 00 1\r\n\
    Environnement : production\r\nDescription : la carte reste \u{1b}[31mgrise\u{202e} depuis ce matin et plus rien n'avance sur les deux écrans\r\n\r\n\
    Cordialement,\r\nClaire\r\nCentre 15\r\n";

fn shown(colour: bool) -> String {
    let email = Email::parse(MESSAGE.as_bytes());
    let context = Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &[],
        mark: "INC",
        key: None,
    };
    let declaration = extract(&email, Form::si_samu(), &context);
    render("x.eml", &email, &declaration, Form::si_samu(), colour)
}

#[test]
fn without_colour_each_proof_stands_between_brackets_before_its_number() {
    let shown = shown(false);
    for words in [
        "   1 declarant_name",
        "Déclarant : [LEBRETON Claire]1",
        "unclear  « 02 61 91 00 1 »",
        "Téléphone : [02 61 91 00 1]5",
        "Environnement : [production]8",
        "<[c.lebreton@ch.example]6>",
        "· greeting, 1 line",
        "· signature, 3 lines",
        "To ask: ",
        "See the answer: vigie reply x.eml",
    ] {
        assert!(shown.contains(words), "« {words} » is not in:\n{shown}");
    }
    assert!(!shown.contains("Centre 15"), "{shown}");
}

#[test]
fn what_a_message_says_never_reaches_the_terminal_as_a_command() {
    for colour in [false, true] {
        let shown = shown(colour);
        let ours: usize = shown.matches("\u{1b}[").count();
        assert_eq!(shown.matches('\u{1b}').count(), ours, "{shown}");
        assert!(colour || ours == 0, "{shown}");
        assert!(!shown.contains("\u{1b}[31mg"), "{shown}");
    }
}

#[test]
fn characters_that_move_the_cursor_or_turn_the_direction_are_made_visible() {
    for (text, shown) in [
        ("\u{1b}[31mrouge", "\u{fffd}[31mrouge"),
        ("a\u{9b}2Jb\u{7}", "a\u{fffd}2Jb\u{fffd}"),
        ("facture\u{202e}gnp.exe", "facture\u{fffd}gnp.exe"),
        ("a\tb\rc\nd", "a b\u{fffd}c\u{fffd}d"),
        ("« été » ’", "« été » ’"),
    ] {
        assert_eq!(super::visible(text), shown, "{text:?}");
    }
}

#[test]
fn in_colour_the_number_of_a_field_has_the_colour_of_its_words() {
    let shown = shown(true);
    for words in [
        "\u{1b}[1;32m 1\u{1b}[0m declarant_name",
        "\u{1b}[4;32mLEBRETON Claire¹\u{1b}[0m",
        "\u{1b}[2m· signature, 3 lines\u{1b}[0m",
    ] {
        assert!(shown.contains(words), "« {words} » is not in:\n{shown}");
    }
}

#[test]
fn long_lines_are_broken_between_words() {
    for line in shown(false)
        .lines()
        .filter(|line| line.starts_with("     "))
    {
        assert!(line.chars().count() <= 96, "{line}");
    }
}
