//! The zones that somebody prepares: kept in the page's address until they are burnt in, so that it
//! works without a script.

use crate::domain::capture::{Corner, MOST_ZONES, Zone};
use serde::Serialize;

/// The pairs of an address or a form.
pub(super) type Given = [(String, String)];

/// What is prepared.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The zones, in their order.
    pub(super) zones: Vec<Zone>,
    /// The first of two corners.
    pub(super) corner: Option<Corner>,
    /// Why what was typed makes no zone.
    pub(super) fault: &'static str,
}

/// One zone as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    number: usize,
    value: String,
    left: String,
    top: String,
    width: String,
    height: String,
    /// The address without it.
    without: String,
}

impl Plan {
    /// Reads what is prepared, and adds what was clicked on a picture of this size or typed.
    pub(super) fn read(given: &Given, shown: Option<(u32, u32)>) -> Self {
        let value = |wanted: &str| {
            let mut given = given.iter();
            let found = given.find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let mut plan = Self {
            zones: zones(given),
            corner: value("coin").and_then(Corner::parse),
            fault: "",
        };
        let clicked = |name: &str| value(name)?.parse::<u32>().ok();
        if let (Some(x), Some(y), Some(shown)) = (clicked("clic.x"), clicked("clic.y"), shown) {
            let here = Corner::clicked((x, y), shown);
            match plan.corner.take() {
                Some(first) => plan.add(Zone::between(first, here)),
                None => plan.corner = Some(here),
            }
        }
        if value("ajouter").is_some() {
            let typed = ["gauche", "haut", "largeur", "hauteur"].map(value);
            match Zone::typed(typed.map(Option::unwrap_or_default)) {
                Some(zone) => plan.add(zone),
                None => {
                    plan.fault = "Une zone se donne en quatre nombres de 0 à 100, \
                        et elle doit toucher l’image.";
                }
            }
        }
        plan
    }

    fn add(&mut self, zone: Zone) {
        if self.zones.len() >= MOST_ZONES {
            self.fault = "Vingt zones au plus à la fois\u{a0}: enregistrez, puis continuez.";
        } else if !self.zones.contains(&zone) {
            self.zones.push(zone);
        }
    }

    /// The zones as rows of the page.
    pub(super) fn rows(&self) -> Vec<Row> {
        let french = |share: u16| {
            let text = match (share / 100, share % 100) {
                (whole, 0) => whole.to_string(),
                (whole, part) => format!("{whole},{part:02}"),
            };
            text.trim_end_matches(' ').to_owned()
        };
        self.zones
            .iter()
            .enumerate()
            .map(|(at, zone)| {
                let [left, top, width, height] = zone.parts().map(french);
                let mut rest = self.zones.clone();
                rest.remove(at);
                Row {
                    number: at + 1,
                    value: zone.to_string(),
                    left,
                    top,
                    width,
                    height,
                    without: query(&rest),
                }
            })
            .collect()
    }
}

/// The zones that an address or a form names.
pub(super) fn zones(given: &Given) -> Vec<Zone> {
    let named = given.iter().filter(|(name, _)| name == "zone");
    named
        .filter_map(|(_, value)| Zone::parse(value))
        .take(MOST_ZONES)
        .collect()
}

/// « ?zone=12,30,40,8&zone=… »; empty where there is none. Digits, points and commas need no escape.
pub(super) fn query(zones: &[Zone]) -> String {
    let pairs: Vec<String> = zones.iter().map(|zone| format!("zone={zone}")).collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("?{}", pairs.join("&")),
    }
}

/// The pairs of an address's query or a form's body.
pub(super) fn given(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The first value of a name; empty where there is none.
pub(super) fn field<'a>(given: &'a Given, wanted: &str) -> &'a str {
    let mut fields = given.iter();
    let found = fields.find(|(name, _)| name == wanted);
    found.map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(query: &str) -> Plan {
        Plan::read(&given(query.as_bytes()), Some((200, 100)))
    }

    #[test]
    fn clicks_and_numbers_add_zones_to_those_in_the_address() {
        let first = plan("zone=1,2,3,4&clic.x=20&clic.y=10");
        assert_eq!(first.zones.len(), 1);
        let corner = first.corner.unwrap().to_string();
        assert_eq!(corner, "10,10");
        let second = plan("zone=1,2,3,4&coin=10,10&clic.x=100&clic.y=50");
        assert_eq!(query(&second.zones), "?zone=1,2,3,4&zone=10,10,40,40");
        assert!(second.corner.is_none() && second.fault.is_empty());
        assert_eq!(second.rows()[0].without, "?zone=10,10,40,40");
        let typed = plan("gauche=12%2C5&haut=30&largeur=40&hauteur=8&ajouter=1");
        assert_eq!(query(&typed.zones), "?zone=12.5,30,40,8");
        assert_eq!(typed.rows()[0].left, "12,50");
        let wrong = plan("gauche=&haut=30&largeur=40&hauteur=8&ajouter=1");
        assert!(wrong.zones.is_empty() && !wrong.fault.is_empty());
        let odd = plan("zone=%3Cscript%3E&coin=x&clic.x=-1&clic.y=y&gauche=5");
        assert!(odd.zones.is_empty() && odd.corner.is_none());
        let many = "zone=1,2,3,4&".repeat(30);
        let full = plan(&format!(
            "{many}gauche=1&haut=1&largeur=1&hauteur=1&ajouter=1"
        ));
        assert_eq!(full.zones.len(), MOST_ZONES);
        assert!(!full.fault.is_empty());
    }
}
