//! Whether confidences mean what they say: among the values stated with so much, so many are right.

use super::Rate;
use serde_json::{Value, json};

/// Where the bins begin, in hundredths, since confidences are printed with two places.
const BEGINS: [u8; 5] = [0, 50, 70, 85, 95];

/// Values stated `present`, counted by their confidence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calibration {
    bins: [Rate; BEGINS.len()],
}

impl Calibration {
    /// Counts one value: how sure the reader was, and whether it is right.
    pub fn count(&mut self, confidence: f64, right: bool) {
        let at = BEGINS
            .iter()
            .rposition(|&begin| confidence * 100.0 + 1e-9 >= f64::from(begin))
            .unwrap_or(0);
        if let Some(bin) = self.bins.get_mut(at) {
            bin.count(right);
        }
    }

    /// Adds what another folder showed.
    pub fn add(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.part += more.part;
            bin.whole += more.whole;
        }
    }

    /// The values stated with at least 0.95.
    #[must_use]
    pub fn surest(&self) -> Rate {
        self.bins.last().copied().unwrap_or_default()
    }

    /// Each bin with its bounds in hundredths, lowest first.
    fn bounds(&self) -> impl Iterator<Item = (u8, u8, &Rate)> {
        let ends = BEGINS.iter().skip(1).copied().chain([100]);
        let bounds = BEGINS.iter().copied().zip(ends);
        bounds
            .zip(&self.bins)
            .map(|((begin, end), bin)| (begin, end, bin))
    }

    /// For other programs: a list, lowest first.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.bounds()
            .map(|(begin, end, bin)| {
                json!({
                    "from": f64::from(begin) / 100.0, "to": f64::from(end) / 100.0,
                    "values": bin.whole, "right": bin.part, "share": bin.percent(),
                })
            })
            .collect()
    }

    /// For people: a line a bin.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.bounds()
            .map(|(begin, end, bin)| {
                format!(
                    "  {:.2} to {:.2}{:<10}{:>7} %  of {}\n",
                    f64::from(begin) / 100.0,
                    f64::from(end) / 100.0,
                    "",
                    bin.shown(),
                    bin.whole
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_in_the_bin_that_its_printed_confidence_opens() {
        for (confidence, bin) in [
            (0.0, 0),
            (0.49, 0),
            (0.5, 1),
            (0.7, 2),
            (0.84, 2),
            (0.85, 3),
            (0.95, 4),
            (1.0, 4),
        ] {
            let mut calibration = Calibration::default();
            calibration.count(confidence, true);
            let seen = calibration.bins.iter().position(|bin| bin.whole == 1);
            assert_eq!(seen, Some(bin), "{confidence}");
        }
    }

    #[test]
    fn the_surest_are_those_from_ninety_five_on() {
        let mut calibration = Calibration::default();
        for (confidence, right) in [(0.95, true), (0.97, false), (0.94, false)] {
            calibration.count(confidence, right);
        }
        let mut twice = calibration;
        twice.add(&calibration);
        assert_eq!(
            (calibration.surest().part, calibration.surest().whole),
            (1, 2)
        );
        assert_eq!((twice.surest().part, twice.surest().whole), (2, 4));
    }
}
