//! The paragraphs of our HTML part: what clients quote, each in its own clothes.

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Paragraph,
    Heading,
    /// One line of the list.
    Item,
}

/// One paragraph, heading or line of a list; the empty cells below the questions are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) shape: Shape,
    /// As it stands between its tags.
    pub(super) html: String,
    /// What is read there; `<br>` is a line end.
    pub(super) text: String,
    /// The question that it is, as an index.
    pub(super) question: Option<usize>,
}

/// Cuts our HTML part; it holds that many questions.
pub(super) fn cut(html: &str, questions: usize) -> Vec<Block> {
    const TAGS: [(&str, Shape); 3] = [
        ("p", Shape::Paragraph),
        ("h2", Shape::Heading),
        ("li", Shape::Item),
    ];
    let mut blocks = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let found = TAGS.iter().find_map(|(tag, shape)| {
            let open = after.strip_prefix(tag)?;
            let (attributes, inside) = open.split_once('>')?;
            let is_it = attributes.is_empty() || attributes.starts_with(' ');
            let (inside, behind) = inside.split_once(&format!("</{tag}>"))?;
            is_it.then_some((*shape, inside, behind))
        });
        if let Some((shape, inside, behind)) = found {
            rest = behind;
            let text = words(inside);
            if text.trim().is_empty() {
                continue;
            }
            let number = inside
                .strip_prefix("<strong>")
                .and_then(|inside| inside.split_once(") "))
                .and_then(|(number, _)| number.parse::<usize>().ok());
            blocks.push(Block {
                shape,
                html: inside.to_owned(),
                text,
                question: number
                    .and_then(|number| number.checked_sub(1))
                    .filter(|index| *index < questions),
            });
        }
    }
    blocks
}

fn words(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for (index, piece) in html.replace("<br>", "\n").split('<').enumerate() {
        text.push_str(match index {
            0 => piece,
            _ => piece.split_once('>').map_or("", |(_, after)| after),
        });
    }
    [
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (name, sign)| text.replace(name, sign))
}

/// The text as HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\u{a0}', "&nbsp;")
        .replace('\n', "<br>\n")
}

/// The blocks as they stood, lists in their list, with `below` behind the end of each.
pub(super) fn html(blocks: &[Block], mut below: impl FnMut(&Block) -> String) -> String {
    let mut html = String::new();
    let mut in_list = false;
    for block in blocks {
        let is_item = block.shape == Shape::Item;
        if is_item != in_list {
            html.push_str(if is_item { "<ul>\n" } else { "</ul>\n" });
            in_list = is_item;
        }
        let inside = &block.html;
        html.push_str(&match block.shape {
            Shape::Paragraph => format!("<p>{inside}</p>\n"),
            Shape::Heading => format!("<h2 style=\"font-size:16px\">{inside}</h2>\n"),
            Shape::Item => format!("<li>{inside}</li>\n"),
        });
        html.push_str(&below(block));
    }
    if in_list {
        html.push_str("</ul>\n");
    }
    html
}

/// The text in lines of at most `width` characters, cut at blanks.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
