//! Outlook's desktop client (Word's HTML, Windows-1252) and Outlook on the web.

use super::Writing;
use super::blocks::{self, Block, Shape, escaped};
use super::mime::{self, Encoding};
use chrono::Timelike;

/// Outlook: our paragraphs in Word's clothes, each answer behind its question and in blue; its
/// text part joins our lines. A picture is pasted above the signature.
pub(super) fn desktop(writing: &Writing<'_>) -> String {
    let head = format!(
        "{}X-Mailer: Microsoft Outlook 16.0\nThread-Index: {}==\nContent-Language: fr\n",
        writing.head(
            "RE:",
            &format!("{}${}$", writing.token("a", 12), writing.token("b", 8))
        ),
        writing.token("thread", 30),
    );
    let cid = format!("image001.png@{}", writing.capital_token("cid", 16));
    let text = mime::windows("plain", &desktop_text(writing));
    let html = mime::windows("html", &word(writing, &cid));
    let alternative = format!("----=_NextPart_001_{}", writing.capital_token("alt", 13));
    let alternative = mime::multipart("alternative", &alternative, &[text, html]);
    let body = match writing.reply.picture {
        None => alternative,
        Some(bytes) => {
            let id = format!("Content-ID: <{cid}>\n");
            let picture = mime::picture("image001.png", "inline", &id, bytes);
            let boundary = format!("----=_NextPart_000_{}", writing.capital_token("rel", 13));
            mime::multipart("related", &boundary, &[alternative, picture])
        }
    };
    head + &body
}

fn desktop_text(writing: &Writing<'_>) -> String {
    let mut text = format!(
        "Bonjour,\n\n{}\n\nCordialement,\n{}\n\n\n{}\n\n",
        writing.opening(),
        writing.name(),
        header_lines(writing, "\u{a0}")
    );
    for block in &writing.request.blocks {
        if block.shape == Shape::Item {
            text.push_str("*\t");
        }
        text.push_str(&block.text);
        if let Some(answer) = writing.after(block) {
            text.push(' ');
            text.push_str(&answer);
        }
        text.push_str("\n\n");
    }
    text
}

/// « De : … Envoyé : … À : … Objet : … »; `before` stands before each colon.
pub(super) fn header_lines(writing: &Writing<'_>, before: &str) -> String {
    let request = writing.request;
    format!(
        "De{before}: {} <{}>\nEnvoyé{before}: {} {} {:02}:{:02}\nÀ{before}: {}\nObjet{before}: {}",
        request.from_name,
        request.from,
        writing.weekday(),
        writing.day(),
        request.date.hour(),
        request.date.minute(),
        request.to,
        request.subject,
    )
}

fn word(writing: &Writing<'_>, cid: &str) -> String {
    const ARIAL: &str = "<span style='font-family:\"Arial\",sans-serif'>";
    let own = |text: &str| format!("<p class=MsoNormal>{}<o:p></o:p></p>\n", escaped(text));
    let empty = "<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n";
    let picture = match writing.reply.picture {
        Some(_) => format!(
            "<p class=MsoNormal><img border=0 width=640 height=360 \
             style='width:6.6666in;height:3.75in' id=\"Image_x0020_1\" src=\"cid:{cid}\"><o:p></o:p></p>\n{empty}"
        ),
        None => String::new(),
    };
    let mut quoted = String::new();
    let mut in_list = false;
    for block in &writing.request.blocks {
        let is_item = block.shape == Shape::Item;
        if is_item != in_list {
            quoted.push_str(if is_item {
                "<ul type=disc>\n"
            } else {
                "</ul>\n"
            });
            in_list = is_item;
        }
        let inside = &block.html;
        let answer = writing.after(block).map_or_else(String::new, |answer| {
            let answer = escaped(&answer);
            format!("{ARIAL} </span><span style='color:#1F4E79'>{answer}</span>")
        });
        quoted.push_str(&match block.shape {
            Shape::Paragraph => format!("<p>{ARIAL}{inside}</span>{answer}<o:p></o:p></p>\n"),
            Shape::Heading => format!("<h2>{ARIAL}{inside}<o:p></o:p></span></h2>\n"),
            Shape::Item => format!(
                "<li class=MsoNormal style='mso-list:l0 level1 lfo1'>{ARIAL}{inside}<o:p></o:p></span></li>\n"
            ),
        });
    }
    let headers: Vec<String> = header_lines(writing, "\u{a0}")
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| format!("<b>{}:</b>{}", escaped(name), escaped(value)))
        .collect();
    format!(
        "<html xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
         xmlns:w=\"urn:schemas-microsoft-com:office:word\" xmlns=\"http://www.w3.org/TR/REC-html40\">\
         <head><meta name=Generator content=\"Microsoft Word 15 (filtered medium)\"><style><!--\n\
         p.MsoNormal, li.MsoNormal, div.MsoNormal\n\t{{margin:0cm;\n\tfont-size:11.0pt;\n\t\
         font-family:\"Calibri\",sans-serif;}}\n--></style></head>\
         <body lang=FR link=\"#0563C1\" vlink=\"#954F72\" style='word-wrap:break-word'><div class=WordSection1>\n\
         {}{empty}{}{empty}{picture}{}{}{empty}\
         <div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>\
         <p class=MsoNormal>{}<o:p></o:p></p></div></div>{empty}<div style='max-width:432.0pt'>\n\
         {quoted}</div></div></body></html>",
        own("Bonjour,"),
        own(writing.opening()),
        own("Cordialement,"),
        own(writing.name()),
        headers.join("<br>"),
    )
}

/// Outlook on the web: each answer in a paragraph of its own below its question; base64.
pub(super) fn web(writing: &Writing<'_>) -> String {
    let head = format!(
        "{}Thread-Index: {}\nAccept-Language: fr-FR, en-US\nContent-Language: fr-FR\nX-MS-Has-Attach:{}\n",
        writing.head(
            "RE:",
            &format!("PR3P264MB{}", writing.capital_token("a", 24))
        ),
        writing.token("thread", 32),
        if writing.reply.picture.is_some() {
            " yes"
        } else {
            ""
        },
    );
    let text = mime::utf8("plain", "", Encoding::Base64, &web_text(writing));
    let html = mime::utf8("html", "", Encoding::Base64, &web_html(writing));
    let boundary = |number| format!("_00{number}_PR3P264MB{}_", writing.capital_token("b", 8));
    let alternative = mime::multipart("alternative", &boundary(0), &[text, html]);
    let body = match writing.reply.picture {
        None => alternative,
        Some(bytes) => {
            let picture = mime::picture("capture.png", "attachment", "", bytes);
            mime::multipart("mixed", &boundary(4), &[alternative, picture])
        }
    };
    head + &body
}

fn web_text(writing: &Writing<'_>) -> String {
    let mut text = format!(
        "Bonjour,\n\n{}\n\n{}\n________________________________\n{}\n\n",
        writing.opening(),
        writing.name(),
        header_lines(writing, " ")
    );
    for block in &writing.request.blocks {
        if block.shape == Shape::Item {
            text.push_str("  *   ");
        }
        text.push_str(&block.text);
        text.push_str("\n\n");
        if let Some(answer) = writing.after(block) {
            text.push_str(&answer);
            text.push_str("\n\n");
        }
    }
    text
}

fn web_html(writing: &Writing<'_>) -> String {
    let own = |text: &str| {
        format!(
            "<div class=\"elementToProof\" style=\"font-family: Aptos, Calibri, Helvetica, sans-serif; \
             font-size: 12pt; color: rgb(0, 0, 0);\">{text}</div>\n"
        )
    };
    let below = |block: &Block| {
        writing.after(block).map_or_else(String::new, |answer| {
            format!(
                "<p class=\"elementToProof\"><span style=\"color: rgb(0, 0, 0);\">{}</span></p>\n",
                escaped(&answer)
            )
        })
    };
    let headers: Vec<String> = header_lines(writing, " ")
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| format!("<b>{name}:</b>{}", escaped(value)))
        .collect();
    format!(
        "<html><head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n\
         <style type=\"text/css\" style=\"display:none;\"> P {{margin-top:0;margin-bottom:0;}} </style>\n\
         </head>\n<body dir=\"ltr\">\n{}{}{}{}<div id=\"appendonsend\"></div>\n\
         <hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">\n\
         <div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri, sans-serif\" style=\"font-size:11pt\" \
         color=\"#000000\">{}</font>\n<div>&nbsp;</div>\n</div>\n\
         <div style=\"margin:0; font:16px/1.5 Arial,sans-serif\">\n\
         <div role=\"article\" aria-roledescription=\"courriel\" \
         style=\"max-width:36em;margin:0 auto;padding:12px;overflow-wrap:anywhere\">\n{}</div>\n</div>\n</body>\n</html>\n",
        own("Bonjour,"),
        own(&escaped(writing.opening())),
        own("<br>"),
        own(&escaped(writing.name())),
        headers.join("<br>\n"),
        blocks::html(&writing.request.blocks, below),
    )
}
