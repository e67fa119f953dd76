//! `[web]` and `[auth]`: where the console listens, under which name it is reached, and how people come
//! in.

use super::check::Checked;
use super::reader::Reader;
use super::{Auth, Web};
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

impl Reader<'_> {
    pub(super) fn web(&self) -> Checked<Web> {
        let listen: SocketAddr = self
            .text("web.listen")
            .unwrap_or_default()
            .parse()
            .map_err(|_| {
                self.invalid("web.listen", "write an address and a port: 127.0.0.1:8080")
            })?;
        let public_url = self.public_url()?;
        if !listen.ip().is_loopback() {
            if self.auth()? == Auth::None {
                return Err(self.invalid(
                    "web.listen",
                    "others than this machine reach it: auth.mode = \"none\" goes with 127.0.0.1 or [::1] only",
                ));
            }
            if public_url.is_none() {
                return Err(self.invalid(
                    "web.listen",
                    "others than this machine reach it: write web.public_url, the https:// name of the proxy before it",
                ));
            }
        }
        Ok(Web {
            listen,
            public_url,
            proxies: self.proxies()?,
        })
    }

    pub(super) fn auth(&self) -> Checked<Auth> {
        match self.text("auth.mode").unwrap_or_default() {
            "local" => Ok(Auth::Local),
            "none" => Ok(Auth::None),
            _ => Err(self.invalid("auth.mode", "local or none")),
        }
    }

    /// `https://` and a host; plain `http://` for this machine only, as there is no TLS to it.
    fn public_url(&self) -> Checked<Option<String>> {
        const KEY: &str = "web.public_url";
        let Some(text) = self.text(KEY) else {
            return Ok(None);
        };
        let wrong = || self.invalid(KEY, "write https:// and a name: https://vigie.example");
        let url = Url::parse(text).map_err(|_| wrong())?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(wrong()),
        };
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_here;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_safe || !is_bare || !url.username().is_empty() {
            return Err(wrong());
        }
        Ok(Some(url.origin().ascii_serialization()))
    }

    fn proxies(&self) -> Checked<Vec<IpAddr>> {
        const KEY: &str = "web.proxies";
        let texts = self.list(KEY);
        let parsed = texts.iter().map(|text| {
            let wrong = |_| self.invalid(KEY, "write addresses: [\"127.0.0.1\"]");
            text.parse::<IpAddr>().map_err(wrong)
        });
        parsed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const SMALL: &str = "[service]\nname = \"S\"\nphone = \"1\"\n[mailbox]\nurl = \"maildir:/m\"\n\
        [smtp]\nurl = \"dir:/s\"\nfrom = \"a@b.example\"\n";

    fn read(more: &str) -> Result<(Web, Auth), String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vigie.toml");
        std::fs::write(&file, format!("{SMALL}{more}")).unwrap();
        let loaded = load(&file, Vec::new()).map_err(|error| error.to_string())?;
        Ok((loaded.config.web, loaded.config.auth))
    }

    #[test]
    fn the_console_is_this_machines_and_asks_who_comes_unless_told_otherwise() {
        let (web, auth) = read("").unwrap();
        assert!(web.listen.ip().is_loopback());
        assert_eq!((web.public_url, web.proxies), (None, Vec::new()));
        assert_eq!(auth, Auth::Local);
        let (web, _) = read(
            "[web]\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://Vigie.example/\"\nproxies = [\"10.0.0.5\"]\n",
        )
        .unwrap();
        assert_eq!(web.public_url.as_deref(), Some("https://vigie.example"));
        assert_eq!(web.proxies, ["10.0.0.5".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn what_would_let_anybody_in_is_refused() {
        for (more, key) in [
            ("[web]\nlisten = \"0.0.0.0:80\"\n", "web.listen"),
            (
                "[auth]\nmode = \"none\"\n[web]\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://v.example\"\n",
                "web.listen",
            ),
            (
                "[web]\npublic_url = \"http://v.example\"\n",
                "web.public_url",
            ),
            (
                "[web]\npublic_url = \"https://v.example/x\"\n",
                "web.public_url",
            ),
            ("[web]\npublic_url = \"vigie\"\n", "web.public_url"),
            ("[web]\nproxies = [\"proxy.example\"]\n", "web.proxies"),
            ("[auth]\nmode = \"open\"\n", "auth.mode"),
        ] {
            let fault = read(more).unwrap_err();
            assert!(fault.contains(key), "{more}: {fault}");
        }
    }
}
