use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn text(html: &str) -> String {
    render(html).text
}

#[test]
fn blocks_are_lines_and_blanks_are_runs() {
    for (html, expected) in [
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b", "a\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p>a</p>\n<p>b</p>", "a\n\nb"),
        (
            "<p class=MsoNormal>a<o:p></o:p></p>\n<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n<p class=MsoNormal>b</p>",
            "a\n\nb",
        ),
        ("  a \n  b <b> c</b>d ", "a b cd"),
        ("T&eacute;l&nbsp;: 01&#39;", "Tél\u{a0}: 01'"),
        ("<pre>a  b\n c</pre>d", "a  b\n c\nd"),
        (
            "<ol><li>un<li>deux</ol><ul><li>x</ul>",
            "1. un\n2. deux\n- x",
        ),
        ("a<hr>b", "a\n________________________________\nb"),
        (
            "<head><title>t</title><style>p{}</style></head>a<!--[if mso]>x<![endif]--><script>y()</script>b",
            "ab",
        ),
    ] {
        assert_eq!(text(html), expected, "{html}");
    }
}

#[test]
fn table_rows_are_lines_with_tabs_between_the_cells() {
    for (html, expected) in [
        (
            "<table><tr><td>Entité</td><td>SAMU 33</td></tr><tr><td>Tél</td><td>...</td></tr></table>",
            "Entité\tSAMU 33\nTél\t...",
        ),
        (
            "<table>\n<tr>\n<td>\n<p class=\"MsoNormal\"><b>Mail</b></p>\n</td>\n<td><p>a@b</p>\n</td></tr></table>x",
            "Mail\ta@b\nx",
        ),
        (
            "<table><tr><td>Pré-requis</td><td><p>&nbsp;</p></td></tr><tr><td>b<td>c</table>",
            "Pré-requis\t\nb\tc",
        ),
        (
            "<table><tr><td>Description</td><td>un<br>deux</td></tr></table>",
            "Description\tun\ndeux",
        ),
        (
            "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
            "a\tb",
        ),
        (
            "<div>cdlt</div><table><tr><td><img src=x></td><td>Claire<br>ARM</td></tr></table>",
            "cdlt\n\tClaire\nARM",
        ),
    ] {
        assert_eq!(text(html), expected, "{html}");
    }
}

#[test]
fn struck_and_hidden_words_are_left_out() {
    for (html, expected) in [
        ("<s>formation</s>, production", ", production"),
        ("<strike>oui</strike> / non", "/ non"),
        (
            "oui / <span style=\"text-decoration:line-through\">non</span>",
            "oui /",
        ),
        ("<del>a<b>b</b></del>c", "c"),
        (
            "<div style=\"display:none;max-height:0\">Au sommaire</div>x",
            "x",
        ),
        (
            "<span style='font-size:0px'>a</span><span style=\"color:#ffffff\">b</span>c",
            "c",
        ),
        (
            "<td bgcolor=\"#003366\"><font color=white>visible</font></td>",
            "visible",
        ),
        ("<p style='mso-hide:all'>a</p><p hidden>b</p>c", "c"),
    ] {
        assert_eq!(text(html), expected, "{html}");
    }
}

#[test]
fn words_left_out_are_kept_beside_the_text() {
    let page = render("a <s>b  b</s> c<style>d</style><i style='display:none'>e</i>");
    assert_eq!(page.text, "a c");
    let seen: Vec<_> = page
        .left_out
        .iter()
        .map(|l| (l.at, l.text.as_str(), l.struck))
        .collect();
    assert_eq!(seen, [(1, "b b", true), (3, "e", false)]);
}

#[test]
fn bold_and_coloured_runs_are_kept_as_spans() {
    for (html, emphasised) in [
        ("Env : formation, <b>PRODUCTION</b> ?", vec!["PRODUCTION"]),
        (
            "Tél : ... <span style=\"color:red\">05 36 49</span> x",
            vec!["05 36 49"],
        ),
        (
            "<b><span style='color:#C00000'>une  quinzaine</span></b>",
            vec!["une quinzaine"],
        ),
        (
            "<font color=\"#0000FF\">a</font> b <strong>c</strong>",
            vec!["a", "c"],
        ),
        (
            "<span style='color:black'>a</span><span style='color:#333'>b</span>",
            vec![],
        ),
        (
            "<b>a<span style='font-weight:normal'>b</span></b>",
            vec!["a"],
        ),
    ] {
        let page = render(html);
        let found: Vec<&str> = page
            .emphasis
            .iter()
            .map(|r| &page.text[r.clone()])
            .collect();
        assert_eq!(found, emphasised, "{html}");
    }
}

#[test]
fn containers_of_quotes_and_signatures_are_known() {
    for (html, quotes, signature) in [
        ("<blockquote type=\"cite\">x</blockquote>", 1, false),
        (
            "<div class=\"gmail_quote\"><blockquote class=\"gmail_quote\">x</blockquote></div>",
            1,
            false,
        ),
        ("<div class=\"gmail_quote\">x</div>", 0, false),
        (
            "<blockquote style=\"border-left:2px solid #1010FF;margin-left:5px\">x</blockquote>",
            1,
            false,
        ),
        (
            "<blockquote style=\"margin:0 0 0 40px;border:none\">x</blockquote>",
            0,
            false,
        ),
        (
            "<div class=\"yahoo_quoted\"><blockquote type=cite>x</blockquote></div>",
            2,
            false,
        ),
        ("<div id=\"Signature\">x</div>", 0, true),
        ("<div class=\"gmail_signature\">x</div>", 0, true),
        ("<div id=\"ms-outlook-mobile-signature\">x</div>", 0, true),
        ("<div data-marker=\"__SIG_POST__\">x</div>", 0, true),
        ("<pre class=\"moz-signature\" cols=72>x</pre>", 0, true),
        ("<div class=\"x-mail-signature\"><p>x</p></div>", 0, true),
    ] {
        let page = render(html);
        let mark = page.marks.last().unwrap();
        assert_eq!((mark.quotes, mark.signature), (quotes, signature), "{html}");
    }
}

#[test]
fn pictures_keep_their_place_and_size() {
    let page = render(
        "a<br><img width=640 height=\"360\" src=\"cid:x\"><div id=Signature><img src='data:image/png;base64,AA=='></div>",
    );
    assert_eq!(page.pictures[0].source, "cid:x");
    assert_eq!(page.pictures[0].shown, (Some(640), Some(360)));
    assert!(!page.pictures[0].signature && page.pictures[1].signature);
}

#[test]
fn deep_and_long_html_takes_linear_time() {
    let start = Instant::now();
    assert_eq!(text(&"<div>".repeat(1_000_000)), "");
    assert_eq!(text(&format!("{}x", "<b>".repeat(300_000))), "x");
    let _ = text(&"<p>bonjour &amp; <b>gras</b> ".repeat(100_000));
    let _ = text(&"</div><td><blockquote>".repeat(100_000));
    let _ = text(&"<table><tr><td>".repeat(100_000));
    assert!(start.elapsed() < Duration::from_secs(60));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_html_gives_text_with_spans_inside_it(html in "(<(/?)(p|div|td|tr|table|b|s|br|blockquote type=cite|li|ol|pre)>|[a-zé\u{a0} \n&;<>\"]){0,60}") {
        let page = render(&html);
        for span in &page.emphasis {
            prop_assert!(page.text.get(span.clone()).is_some_and(|t| !t.trim().is_empty()));
        }
        for mark in &page.marks {
            prop_assert!(mark.start <= page.text.len() && page.text.is_char_boundary(mark.start));
        }
        prop_assert_eq!(render(&html), page);
    }
}

#[test]
fn pictures_keep_their_size_their_link_and_what_stands_for_them() {
    for (html, shown, link, alt) in [
        (
            "<img src=x width=602 height=\"300\">",
            (Some(602), Some(300)),
            false,
            "",
        ),
        (
            "<img src=x style=\"WIDTH: 160.5px; height:40px\">",
            (Some(160), Some(40)),
            false,
            "",
        ),
        (
            "<img src=x width=\"100%\" style=\"max-width:600px\">",
            (None, None),
            false,
            "",
        ),
        (
            "<a href=y><b><img src=x alt=\"logo du GHT\"></b></a>",
            (None, None),
            true,
            "logo du GHT",
        ),
        (
            "<a href=y>z</a><img src=x style=\"width:9em\">",
            (None, None),
            false,
            "",
        ),
    ] {
        let page = render(html);
        let picture = &page.pictures[0];
        assert_eq!(
            (picture.shown, picture.link, picture.alt.as_str()),
            (shown, link, alt),
            "{html}"
        );
    }
}
