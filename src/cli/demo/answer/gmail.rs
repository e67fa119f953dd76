//! Gmail's web client: the quote is cut below each question and the answer stands between.

use super::Writing;
use super::blocks::{self, Block, Shape, escaped, wrapped};
use super::mime::{self, Encoding};
use chrono::Timelike;

/// Columns of the text part.
const WIDTH: usize = 72;

const QUOTE: &str = "<blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:\
    1px solid rgb(204,204,204);padding-left:1ex\">";

const INSIDE: &str = "<div style=\"margin:0px;font:16px/1.5 Arial,sans-serif\"><div role=\"article\" \
    style=\"max-width:36em;margin:0px auto;padding:12px\">\n";

pub(super) fn write(writing: &Writing<'_>) -> String {
    let head = writing.head("Re:", &format!("CA{}", writing.token("id", 40)));
    let plain = Encoding::QuotedPrintable;
    let text = mime::utf8("plain", "", plain, &text(writing));
    let html = mime::utf8("html", "", plain, &html(writing));
    let boundary = format!("0000000000{}", writing.token("alternative", 18));
    let alternative = mime::multipart("alternative", &boundary, &[text, html]);
    let body = match writing.reply.picture {
        None => alternative,
        Some(bytes) => {
            let id = writing.token("file", 10);
            let more = format!("Content-ID: <f_{id}>\nX-Attachment-Id: f_{id}\n");
            let picture = mime::picture("capture-portail.png", "attachment", &more, bytes);
            let boundary = format!("0000000000{}", writing.token("mixed", 18));
            mime::multipart("mixed", &boundary, &[alternative, picture])
        }
    };
    head + &body
}

/// « Le jeu. 7 mai 2026 à 16:08, »
fn when(writing: &Writing<'_>) -> String {
    let (date, weekday) = (writing.request.date, writing.weekday());
    let short: String = weekday.chars().take(3).collect();
    format!(
        "Le {short}. {} à {:02}:{:02},",
        writing.day(),
        date.hour(),
        date.minute()
    )
}

fn text(writing: &Writing<'_>) -> String {
    let request = writing.request;
    let attribution = format!(
        "{} {} <{}> a écrit :",
        when(writing),
        request.from_name,
        request.from
    );
    let mut text = format!("Bonjour,\n{}\n\n", writing.opening());
    text.push_str(&wrapped(&attribution, WIDTH).join("\n"));
    text.push_str("\n\n");
    for block in &request.blocks {
        let (first, next, words) = match (block.shape, block.question) {
            (Shape::Item, _) => ("   - ", "     ", block.text.clone()),
            (_, Some(_)) => ("", "", format!("*{}*", block.text)),
            _ => ("", "", block.text.clone()),
        };
        for (index, line) in wrapped(&words, WIDTH - 6).iter().enumerate() {
            let indent = if index == 0 { first } else { next };
            text.push_str(&format!("> {indent}{line}\n"));
        }
        text.push_str(">\n");
        if let Some(answer) = writing.after(block) {
            text.push_str(&format!("\n{}\n\n", wrapped(&answer, WIDTH).join("\n")));
        }
    }
    text.push_str(&format!("\n{}\n", writing.name()));
    text
}

fn html(writing: &Writing<'_>) -> String {
    let request = writing.request;
    let below = |block: &Block| {
        writing.after(block).map_or_else(String::new, |answer| {
            format!(
                "</div></div></blockquote><div><br></div><div>{}</div><div>&nbsp;</div>{QUOTE}{INSIDE}",
                escaped(&answer)
            )
        })
    };
    let from = &request.from;
    format!(
        "<div dir=\"ltr\"><div>Bonjour,</div><div>{}</div></div><br>\
         <div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">\
         {} {} &lt;<a href=\"mailto:{from}\">{from}</a>&gt; a écrit :<br></div>\
         {QUOTE}<u></u>\n\n{INSIDE}{}</div></div>\n</blockquote></div><div>{}</div>\n",
        escaped(writing.opening()),
        when(writing),
        escaped(&request.from_name),
        blocks::html(&request.blocks, below),
        escaped(writing.name()),
    )
}
