//! Mail on an iPhone: numbered answers on top, the whole of our mail below as a citation.

use super::Writing;
use super::blocks::{self, Shape, escaped};
use super::mime::{self, Encoding};
use chrono::Timelike;

pub(super) fn write(writing: &Writing<'_>) -> String {
    let id = mime::uuid(&writing.capital_token("id", 32));
    let head = format!(
        "X-Mailer: iPhone Mail (22F76)\n{}",
        writing.head("Re:", &id)
    );
    let own = own_lines(writing);
    let plain = Encoding::QuotedPrintable;
    let text = mime::utf8("plain", "", plain, &text(writing, &own));
    let boundary = |word| format!("Apple-Mail-{}", writing.capital_token(word, 32));
    let [above, below] = html(writing, &own);
    let html = match writing.reply.picture {
        None => mime::utf8("html", "", plain, &(above + &below)),
        // The picture stands between the words and the citation, each a part of its own.
        Some(bytes) => {
            let parts = [
                mime::utf8("html", "", plain, &above),
                mime::picture("IMG_0412.png", "inline", "", bytes),
                mime::utf8("html", "", plain, &below),
            ];
            mime::multipart("mixed", &boundary("mixed"), &parts)
        }
    };
    head + &mime::multipart("alternative", &boundary("alternative"), &[text, html])
}

/// « 1) … » a line.
fn own_lines(writing: &Writing<'_>) -> Vec<String> {
    let questions = &writing.request.questions;
    let mut lines: Vec<String> = questions
        .iter()
        .map(|asked| (asked.number, writing.to(asked)))
        .filter(|(_, answer)| !answer.is_empty())
        .map(|(number, answer)| format!("{number}) {answer}"))
        .collect();
    if questions.is_empty() {
        lines.push(writing.opening().to_owned());
    }
    lines
}

fn attribution(writing: &Writing<'_>) -> String {
    let (request, date) = (writing.request, writing.request.date);
    format!(
        "Le {} à {:02}:{:02}, {} <{}> a écrit :",
        writing.day(),
        date.hour(),
        date.minute(),
        request.from_name,
        request.from
    )
}

fn text(writing: &Writing<'_>, own: &[String]) -> String {
    let mut text = format!("{}\n\nEnvoyé de mon iPhone\n\n", own.join("\n"));
    text.push_str(&format!("> {}\n> \n", attribution(writing)));
    for block in &writing.request.blocks {
        let bullet = if block.shape == Shape::Item {
            "• "
        } else {
            ""
        };
        for line in block.text.lines() {
            text.push_str(&format!("> {bullet}{line}\n"));
        }
        text.push_str("> \n");
        if block.question.is_some() {
            text.push_str("> \n");
        }
    }
    text
}

/// What stands above a picture, and what below.
fn html(writing: &Writing<'_>, own: &[String]) -> [String; 2] {
    const HEAD: &str = "<html><head><meta http-equiv=\"content-type\" content=\"text/html; \
        charset=utf-8\"></head><body dir=\"auto\">";
    let own: String = own
        .iter()
        .map(|line| format!("<div>{}</div>", escaped(line)))
        .collect();
    let cells = |block: &blocks::Block| match block.question {
        Some(_) => "<p><br></p>\n".to_owned(),
        None => String::new(),
    };
    let below = format!(
        "<br id=\"lineBreakAtBeginningOfSignature\"><div dir=\"ltr\">Envoyé de mon iPhone</div>\
         <div dir=\"ltr\"><br><blockquote type=\"cite\">{}<br><br></blockquote></div>\
         <blockquote type=\"cite\"><div dir=\"ltr\">\u{feff}\n<div role=\"article\" \
         aria-roledescription=\"courriel\" style=\"max-width:36em;margin:0 auto;padding:12px;overflow-wrap:anywhere\">\n\
         {}</div>\n</div></blockquote></body></html>",
        escaped(&attribution(writing)),
        blocks::html(&writing.request.blocks, cells)
    );
    match writing.reply.picture {
        None => [format!("{HEAD}{own}"), below],
        Some(_) => [
            format!("{HEAD}{own}<div><br></div></body></html>"),
            format!("{HEAD}{below}"),
        ],
    }
}
