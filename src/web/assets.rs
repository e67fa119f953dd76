//! The one stylesheet and the one script, under names that change with their content so that they are
//! cached for ever. The style holds the look of evidence, which a page alone has too, and the frame.

use crate::present::page;
use axum::http::header;
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}\n{}", page::STYLE, include_str!("style.css")));

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| format!("/style-{}.css", named(&STYLE)));

/// Its name changes with its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| format!("/vigie-{}.js", named(SCRIPT)));

/// Keys, and the marks of the row that has the focus; every page is whole without it.
const SCRIPT: &str = include_str!("vigie.js");

/// The beginning of a content's hash.
fn named(content: &str) -> String {
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(content.as_bytes()));
    hash.chars().take(12).collect()
}

/// Where the script is served.
pub(super) fn script_path() -> &'static str {
    &SCRIPT_PATH
}

pub(super) async fn script() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, FOR_EVER),
        ],
        SCRIPT,
    )
}

/// Where the stylesheet is served.
pub(super) fn style_path() -> &'static str {
    &STYLE_PATH
}

pub(super) async fn style() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, FOR_EVER),
        ],
        STYLE.as_str(),
    )
}
