//! Zimbra's web client: « Mail original » without marks in the text part, a blue bar in the HTML,
//! each answer typed behind its question.

use super::Writing;
use super::blocks::escaped;
use super::mime::{self, Encoding};
use crate::reply::french;
use chrono::{Datelike, Timelike};

const BAR: &str = "<blockquote style=\"border-left:2px solid #1010FF;margin-left:5px;padding-left:5px;\
    color:#000;font-weight:normal;font-style:normal;text-decoration:none;\
    font-family:Helvetica,Arial,sans-serif;font-size:12pt;\">";

pub(super) fn write(writing: &Writing<'_>) -> String {
    let id = writing.request.date.timestamp_millis();
    let head = format!(
        "{}X-Mailer: Zimbra 8.8.15_GA_4717 (ZimbraWebClient - FF128 (Win)/8.8.15_GA_4717)\n\
         Thread-Index: {}\n",
        writing.head("Re:", &format!("1482075519.2207713.{id}.JavaMail.zimbra")),
        writing.token("thread", 32),
    );
    let plain = Encoding::QuotedPrintable;
    let text = mime::utf8("plain", "", plain, &text(writing));
    let html = mime::utf8("html", "", plain, &html(writing));
    let boundary = format!("=_{}", writing.token("alternative", 32));
    let alternative = mime::multipart("alternative", &boundary, &[text, html]);
    let body = match writing.reply.picture {
        None => alternative,
        Some(bytes) => {
            let picture = mime::picture("Capture d'ecran.png", "attachment", "", bytes);
            let boundary = format!("=_{}", writing.token("mixed", 32));
            mime::multipart("mixed", &boundary, &[alternative, picture])
        }
    };
    head + &body
}

/// « Jeudi 2 Avril 2026 15:22:21 »
fn when(writing: &Writing<'_>) -> String {
    let date = writing.request.date;
    format!(
        "{} {} {} {} {:02}:{:02}:{:02}",
        capital(writing.weekday()),
        date.day(),
        capital(french::month(date.month())),
        date.year(),
        date.hour(),
        date.minute(),
        date.second(),
    )
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn text(writing: &Writing<'_>) -> String {
    let request = writing.request;
    let mut text = format!(
        "Bonjour,\n\n{}\n\nCordialement\n{}\n\n----- Mail original -----\nDe: \"{}\" <{}>\n\
         À: \"{}\" <{}>\nEnvoyé: {}\nObjet: {}\n\n",
        writing.opening(),
        writing.name(),
        request.from_name,
        request.from,
        request.to,
        request.to,
        when(writing),
        request.subject,
    );
    for line in request.text.lines() {
        text.push_str(line);
        let asked = request
            .question_of(line)
            .and_then(|index| request.questions.get(index));
        if let Some(asked) = asked {
            text.push_str(&format!(" {}", writing.to(asked)));
        }
        text.push('\n');
    }
    text
}

fn html(writing: &Writing<'_>) -> String {
    let request = writing.request;
    let empty = "<div><br data-mce-bogus=\"1\"></div>";
    let mut blocks = request.blocks.clone();
    for block in &mut blocks {
        if let Some(answer) = writing.after(block) {
            block.html.push_str(&format!(" {}", escaped(&answer)));
        }
    }
    let quoted = super::blocks::html(&blocks, |block| match block.question {
        Some(_) => "<p><br></p>\n".to_owned(),
        None => String::new(),
    });
    format!(
        "<html><body><div style=\"font-family: arial, helvetica, sans-serif; font-size: 12pt; color: #000000\">\
         <div>Bonjour,</div>{empty}<div>{}</div>{empty}<div>Cordialement</div><div>{}</div><div><br></div>\
         <hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\">{BAR}\
         <b>De: </b>\"{}\" &lt;{}&gt;<br><b>À: </b>{}<br><b>Envoyé: </b>{}<br><b>Objet: </b>{}<br>\
         </blockquote></div><div data-marker=\"__QUOTED_TEXT__\">{BAR}<div role=\"article\" \
         aria-roledescription=\"courriel\" style=\"max-width:36em;margin:0 auto;padding:12px;overflow-wrap:anywhere\">\n{quoted}</div>\
         </blockquote></div></div></body></html>",
        escaped(writing.opening()),
        escaped(writing.name()),
        escaped(&request.from_name),
        request.from,
        request.to,
        when(writing),
        escaped(&request.subject),
    )
}
