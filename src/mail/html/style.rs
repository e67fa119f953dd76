//! What an element's own attributes say about how its text looks: struck, hidden, bold, coloured,
//! quoted, part of a signature. Only inline styles count; style sheets of mail are not applied.

use html5ever::tokenizer::Tag;

/// What one element adds to what it inherits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub struck: bool,
    pub hidden: bool,
    pub bold: Option<bool>,
    pub coloured: Option<bool>,
    /// White text, which shows only on a background of another colour.
    pub white: Option<bool>,
    pub background: Option<bool>,
    pub quote: bool,
    pub signature: bool,
    pub attribution: bool,
    pub pre: bool,
}

/// Reads a start tag.
pub(super) fn look(tag: &Tag) -> Look {
    let mut look = Look::default();
    match &*tag.name {
        "s" | "strike" | "del" => look.struck = true,
        "b" | "strong" => look.bold = Some(true),
        "mark" => look.coloured = Some(true),
        "pre" | "textarea" | "listing" => look.pre = true,
        _ => {}
    }
    for attribute in &tag.attrs {
        let value: &str = &attribute.value;
        match &*attribute.name.local {
            "style" => style(value, &mut look),
            "hidden" => look.hidden = true,
            "color" => colour(value, &mut look),
            "bgcolor" => look.background = Some(!is_white(value)),
            "class" | "id" => container(&tag.name, value, &mut look),
            // Apple Mail, Thunderbird: <blockquote type="cite">.
            "type" if &*tag.name == "blockquote" && value.eq_ignore_ascii_case("cite") => {
                look.quote = true;
            }
            "cite" if &*tag.name == "blockquote" => look.quote = true,
            // Zimbra marks the signature that it inserts.
            "data-marker" if value.starts_with("__SIG_") => look.signature = true,
            "data-smartmail" if value.eq_ignore_ascii_case("gmail_signature") => {
                look.signature = true;
            }
            _ => {}
        }
    }
    if &*tag.name == "a" {
        // A link's own colour is not the writer's.
        look.coloured = None;
    }
    look
}

/// Containers that clients put around quotes, attributions and signatures.
fn container(tag: &str, value: &str, look: &mut Look) {
    for word in value.split_ascii_whitespace().take(20) {
        let word = word.to_ascii_lowercase();
        match word.as_str() {
            // Gmail, K-9 (blockquotes only: Gmail's div of that name also holds the answers).
            "gmail_quote" | "protonmail_quote" => look.quote |= tag == "blockquote",
            // Yahoo wraps the whole quoted thread.
            "yahoo_quoted" => look.quote = true,
            // Gmail, Thunderbird.
            "gmail_attr" | "moz-cite-prefix" | "protonmail_signature_block-proton" => {
                look.attribution = word != "protonmail_signature_block-proton";
            }
            // Gmail gmail_signature, Thunderbird moz-signature, Outlook for phones
            // ms-outlook-mobile-signature, OWA id="Signature", BlueMind x-mail-signature.
            w if w.contains("signature") && !w.contains("mail-editor") => look.signature = true,
            _ => {}
        }
    }
}

fn style(value: &str, look: &mut Look) {
    let (mut clipped, mut flat, mut outside) = (false, false, false);
    for declaration in value.split(';').take(60) {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        let name = name.trim();
        let value = value.trim();
        if value.len() > 200 {
            continue;
        }
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("text-decoration") || is("text-decoration-line") {
            look.struck |= value.to_ascii_lowercase().contains("line-through");
        } else if is("display") {
            look.hidden |= starts(value, "none");
        } else if is("visibility") {
            look.hidden |= starts(value, "hidden");
        } else if is("mso-hide") {
            look.hidden |= starts(value, "all");
        } else if is("opacity") || is("max-height") {
            look.hidden |= number(value) == Some(0.0);
        } else if is("font-size") {
            look.hidden |= number(value).is_some_and(|n| n <= 1.0)
                && !value.ends_with("em")
                && !value.ends_with('%')
                || number(value) == Some(0.0);
        } else if is("font-weight") {
            look.bold = Some(starts(value, "bold") || number(value).is_some_and(|n| n >= 600.0));
        } else if is("overflow") || is("overflow-x") || is("overflow-y") {
            clipped |= starts(value, "hidden");
        } else if is("height") || is("width") || is("max-width") || is("line-height") {
            flat |= number(value) == Some(0.0);
        } else if is("clip") {
            clipped |= starts(value, "rect");
            flat |= starts(value, "rect(0");
        } else if is("left") || is("top") || is("right") || is("text-indent") || is("margin-left") {
            // Off the screen; nobody indents that far.
            outside |= value
                .strip_prefix('-')
                .and_then(number)
                .is_some_and(|n| n >= 500.0);
        } else if is("color") {
            look.hidden |= starts(value, "transparent");
            colour(value, look);
        } else if is("background") || is("background-color") || is("mso-highlight") {
            let shown = !is_white(value) && !starts(value, "transparent") && !starts(value, "none");
            look.background = Some(shown);
            if is("mso-highlight")
                || matches!(
                    value.to_ascii_lowercase().as_str(),
                    "yellow" | "lime" | "aqua"
                )
            {
                look.coloured = Some(true);
            }
        } else if is("border-left") || is("border-left-width") {
            // Zimbra, Gmail, Roundcube draw the quote bar this way; only blockquotes use it so.
            look.quote |= number(value).is_none_or(|n| n > 0.0) && !starts(value, "none");
        } else if is("white-space") {
            look.pre |= starts(value, "pre");
        }
    }
    look.hidden |= outside || clipped && flat;
}

/// Whether border-left means a quote: on blockquotes only.
pub(super) fn settle(tag: &Tag, mut look: Look) -> Look {
    if &*tag.name != "blockquote" && look.quote {
        let yahoo = tag.attrs.iter().any(|a| a.value.contains("yahoo_quoted"));
        look.quote = yahoo;
    }
    look
}

fn colour(value: &str, look: &mut Look) {
    let Some([red, green, blue]) = rgb(value) else {
        return;
    };
    let brightest = red.max(green).max(blue);
    let darkest = red.min(green).min(blue);
    // Greys and blacks are text colours of clients, not an answer in colour.
    look.coloured = Some(brightest - darkest > 60);
    look.white = Some(darkest >= 250);
}

fn is_white(value: &str) -> bool {
    rgb(value).is_some_and(|c| c.iter().all(|&part| part >= 250))
}

fn rgb(value: &str) -> Option<[u8; 3]> {
    let value = value.trim();
    if let Some(hex) = value.strip_prefix('#') {
        let hex = hex.get(..hex.len().min(6))?;
        let number = u32::from_str_radix(hex, 16).ok()?;
        let part = |shift: u32, mask: u32| u8::try_from((number >> shift) & mask).ok();
        return match hex.len() {
            3 => Some([part(8, 15)? * 17, part(4, 15)? * 17, part(0, 15)? * 17]),
            6 => Some([part(16, 255)?, part(8, 255)?, part(0, 255)?]),
            _ => None,
        };
    }
    let lower = value.to_ascii_lowercase();
    if let Some(list) = lower
        .strip_prefix("rgb(")
        .or_else(|| lower.strip_prefix("rgba("))
    {
        let mut parts = list.split([',', ')', ' ']).filter(|p| !p.is_empty());
        let mut next = || parts.next()?.parse::<u8>().ok();
        return Some([next()?, next()?, next()?]);
    }
    Some(match lower.split_ascii_whitespace().next()? {
        "white" => [255, 255, 255],
        "black" | "windowtext" => [0, 0, 0],
        "gray" | "grey" | "silver" | "darkgray" | "darkgrey" | "dimgray" => [128, 128, 128],
        "red" | "crimson" | "darkred" | "firebrick" | "maroon" => [200, 0, 0],
        "blue" | "navy" | "darkblue" | "royalblue" | "mediumblue" => [0, 0, 200],
        "green" | "darkgreen" | "forestgreen" | "lime" | "teal" => [0, 160, 0],
        "purple" | "magenta" | "fuchsia" | "violet" => [160, 0, 160],
        "orange" | "darkorange" | "orangered" | "brown" | "yellow" => [220, 120, 0],
        _ => return None,
    })
}

fn number(value: &str) -> Option<f32> {
    let end = value
        .bytes()
        .position(|b| !b.is_ascii_digit() && b != b'.')
        .unwrap_or(value.len());
    value[..end].parse().ok()
}

fn starts(value: &str, word: &str) -> bool {
    value
        .get(..word.len())
        .is_some_and(|v| v.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_count_where_a_person_sees_one() {
        for (value, coloured) in [
            ("red", Some(true)),
            ("#C00000", Some(true)),
            ("#f00", Some(true)),
            ("rgb(0, 112, 192)", Some(true)),
            ("rgb(31, 31, 31)", Some(false)),
            ("windowtext", Some(false)),
            ("#7F7F7F", Some(false)),
            ("inherit", None),
        ] {
            let mut look = Look::default();
            colour(value, &mut look);
            assert_eq!(look.coloured, coloured, "{value}");
        }
    }

    #[test]
    fn hidden_and_struck_text_is_known_by_its_style() {
        for (declarations, hidden, struck) in [
            ("display:none", true, false),
            ("font-size:0", true, false),
            ("font-size: 1px; color:#fff", true, false),
            ("mso-hide:all", true, false),
            ("max-height:0;overflow:hidden", true, false),
            ("position:absolute;left:-9999px", true, false),
            ("text-indent: -10000px", true, false),
            ("height:0; overflow:hidden", true, false),
            (
                "position:absolute;clip:rect(0 0 0 0);width:1px",
                true,
                false,
            ),
            ("color:transparent", true, false),
            ("height:0", false, false),
            ("margin-left:-18.0pt;text-indent:-18.0pt", false, false),
            ("overflow:hidden;height:40px", false, false),
            ("font-size:1.2em", false, false),
            ("TEXT-DECORATION: underline line-through", false, true),
            ("font-size:11.0pt", false, false),
        ] {
            let mut look = Look::default();
            style(declarations, &mut look);
            assert_eq!(
                (look.hidden, look.struck),
                (hidden, struck),
                "{declarations}"
            );
        }
    }
}
