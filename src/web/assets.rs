//! The one stylesheet, under a name that changes with its content so that it is cached for ever: the
//! look of evidence, which a page alone has too, and the console's frame.

use crate::present::page;
use axum::http::header;
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}\n{}", page::STYLE, include_str!("style.css")));

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(STYLE.as_bytes()));
    let start: String = hash.chars().take(12).collect();
    format!("/style-{start}.css")
});

/// Where the stylesheet is served.
pub(super) fn style_path() -> &'static str {
    &STYLE_PATH
}

pub(super) async fn style() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        STYLE.as_str(),
    )
}
