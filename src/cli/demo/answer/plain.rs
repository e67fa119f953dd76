//! Answers in plain text alone: Thunderbird's, one in sentences, and Outlook's to every question
//! « je ne sais pas ».

use super::Writing;
use super::blocks::{Shape, wrapped};
use super::mime::{self, Encoding};
use super::outlook::header_lines;
use super::values::sentence;
use crate::domain::form::Item;
use chrono::{Datelike, Timelike};

/// Thunderbird: our text part line by line behind `> `, each answer below its question.
pub(super) fn thunderbird(writing: &Writing<'_>) -> String {
    let id = mime::uuid(&writing.token("id", 32));
    let head = format!(
        "{}User-Agent: Mozilla Thunderbird\nContent-Language: fr\n",
        writing.head("Re:", &id)
    );
    let (request, date) = (writing.request, writing.request.date);
    let mut text = format!(
        "{}\n\nLe {:02}/{:02}/{} à {:02}:{:02}, {} a écrit :\n",
        writing.opening(),
        date.day(),
        date.month(),
        date.year(),
        date.hour(),
        date.minute(),
        request.from_name,
    );
    for line in request.text.lines() {
        let mark = if line.is_empty() || line.starts_with('>') {
            ">"
        } else {
            "> "
        };
        text.push_str(&format!("{mark}{line}\n"));
        let asked = request
            .question_of(line)
            .and_then(|index| request.questions.get(index));
        let answer = asked.map(|asked| writing.to(asked));
        if let Some(answer) = answer.filter(|answer| !answer.is_empty()) {
            text.push_str(&format!("\n{answer}\n\n"));
        }
    }
    if !writing.name().is_empty() {
        text.push_str(&format!("\n-- \n{}\n", writing.name()));
    }
    let text = mime::utf8("plain", "; format=flowed", Encoding::EightBit, &text);
    let boundary = format!("------------{}", writing.capital_token("mixed", 24));
    head + &with_picture(writing, text, &boundary)
}

/// Sentences without a number, our mail quoted below.
pub(super) fn prose(writing: &Writing<'_>) -> String {
    let head = writing.head("Re:", &writing.token("id", 24));
    let request = writing.request;
    let items: Vec<Item> = request
        .questions
        .iter()
        .flat_map(|asked| asked.items.iter().copied())
        .collect();
    let mut sentences: Vec<String> = items
        .iter()
        .filter_map(|item| {
            let (_, said) = writing.reply.said.iter().find(|(about, _)| about == item)?;
            Some(sentence(*item, said))
        })
        .collect();
    if request.questions.is_empty() {
        sentences.push(writing.opening().to_owned());
    } else if writing.reply.picture.is_some() {
        sentences.push("Je joins la copie d'écran.".to_owned());
    }
    let date = request.date;
    let mut text = format!(
        "Bonjour,\n\n{}\n\nCordialement,\n{}\n\nLe {} à {:02}:{:02}, {} a écrit :\n\n",
        wrapped(&sentences.join(" "), 72).join("\n"),
        writing.name(),
        writing.day(),
        date.hour(),
        date.minute(),
        request.from_name,
    );
    for line in request.text.lines() {
        let quoted = format!("> {line}");
        text.push_str(quoted.trim_end());
        text.push('\n');
    }
    let text = mime::utf8("plain", "", Encoding::QuotedPrintable, &text);
    let boundary = format!("=_{}", writing.token("mixed", 32));
    head + &with_picture(writing, text, &boundary)
}

/// Outlook in plain text: our paragraphs joined to one line each, no mark before them.
pub(super) fn unknown(writing: &Writing<'_>) -> String {
    let id = format!("{}${}$", writing.token("a", 12), writing.token("b", 8));
    let head = format!(
        "{}X-Mailer: Microsoft Outlook 16.0\nContent-Language: fr\n",
        writing.head("RE:", &id)
    );
    let mut text = format!(
        "Bonjour,\n\n{}\n\n{}\n\n-----Message d'origine-----\n{}\n\n",
        writing.opening(),
        writing.name(),
        header_lines(writing, " ")
    );
    for block in &writing.request.blocks {
        let indent = match (block.shape, block.question) {
            (Shape::Item, _) => "  - ",
            (_, Some(_)) => "  ",
            _ => "",
        };
        text.push_str(&format!("{indent}{}", block.text));
        if let Some(answer) = writing.after(block) {
            text.push_str(&format!(" {answer}"));
        }
        text.push_str("\n\n");
    }
    let text = mime::utf8("plain", "", Encoding::QuotedPrintable, &text);
    let boundary = format!("----=_NextPart_000_{}", writing.capital_token("mixed", 13));
    head + &with_picture(writing, text, &boundary)
}

fn with_picture(writing: &Writing<'_>, text: String, boundary: &str) -> String {
    match writing.reply.picture {
        None => text,
        Some(bytes) => {
            let picture = mime::picture("capture.png", "attachment", "", bytes);
            mime::multipart("mixed", boundary, &[text, picture])
        }
    }
}
