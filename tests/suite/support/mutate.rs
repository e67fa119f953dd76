//! Messages that nobody would write, made from those that somebody wrote: by flipped bits, cuts, splices, and the pieces
//! that parsers stumble over. The same seed and number give the same message for ever.

use std::sync::Arc;

use vigie::config::{Sources, Typed};
use vigie::desk::intake::Parts;
use vigie::domain::form::Form;
use vigie::domain::message::{Identity, MessageId, Stored};
use vigie::secret::Key;

/// What is sown into messages: ends of lines and of texts, MIME that nests or never ends, odd charsets, odd numbers, our
/// own marks.
const SEEDS: [&[u8]; 40] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b"\0",
    b"\0\0\0\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98",
    b"\x1b$B",
    b"+AGE-",
    b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n",
    b"\nContent-Type: multipart/mixed; boundary=\"\"\n\n--\n",
    b"\nContent-Type: multipart/alternative; boundary=x\n\n--x\n",
    b"\n--x--\n",
    b"\nContent-Type: message/rfc822\n\n",
    b"\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\nContent-Type: message/delivery-status\n\nAction: failed\n\n",
    b"\nContent-Transfer-Encoding: base64\n",
    b"\nContent-Transfer-Encoding: quoted-printable\n",
    b"\nContent-Type: text/html; charset=utf-16\n",
    b"\nContent-Type: text/plain; charset=x-unknown; format=flowed; delsp=yes\n",
    b"\nContent-Type: application/ms-tnef; name=winmail.dat\n",
    b"\nContent-Disposition: attachment; filename*0*=utf-8''%; filename*1=\n",
    b"=?utf-8?B?////?=",
    b"=?iso-2022-jp?Q?=1B$B?=",
    b"=?utf-8?Q?",
    b"=\n=\n=C3=\n",
    b"<div><table><td><blockquote type=cite>",
    b"<!--",
    b"&#x110000;&#0;",
    b"T\xc3\xa9l\xc3\xa9phone : +33 (0)0 99999999999999999999\n",
    b"Date: 99 Foo 99999 25:61:61 +9999\n",
    b"\nle 31/02/2026 \xc3\xa0 24h60\n",
    b"Nombre d'utilisateurs impact\xc3\xa9s : 18446744073709551616\n",
    b"[INC-26-00042]",
    b"DECLARATION D'INCIDENT\nD\xc3\xa9clarant :",
    b"> > > > Le 2 mars 2026, Paul a \xc3\xa9crit :\n",
];

/// Makes mutants of these messages.
pub struct Mutants {
    seed: u64,
    longest: usize,
    from: Vec<Vec<u8>>,
}

impl Mutants {
    /// Of at least one message; none is longer than so many bytes.
    pub fn new(seed: u64, longest: usize, from: Vec<Vec<u8>>) -> Self {
        assert!(!from.is_empty(), "nothing to mutate");
        Self {
            seed,
            longest,
            from,
        }
    }

    /// The `number`th mutant.
    pub fn mutant(&self, number: u64) -> Vec<u8> {
        let mut chance = Chance::new(self.seed ^ number.wrapping_mul(0xA076_1D64_78BD_642F));
        let mut message = chance.pick(&self.from).clone();
        message.truncate(self.longest);
        // Mostly a little damage, sometimes a lot.
        let changes = 1 << chance.below(6);
        for _ in 0..changes {
            self.change(&mut message, &mut chance);
        }
        message.truncate(self.longest);
        message
    }

    fn change(&self, message: &mut Vec<u8>, chance: &mut Chance) {
        let (from, to) = chance.range(message.len());
        match chance.below(12) {
            0 | 1 => {
                if let Some(byte) = message.get_mut(from) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            2 => {
                if let Some(byte) = message.get_mut(from) {
                    *byte = u8::try_from(chance.below(256)).unwrap_or_default();
                }
            }
            3 => message.truncate(from),
            4 => drop(message.drain(from..to)),
            5 => {
                let piece = message[from..to].to_vec();
                self.insert(message, chance, &piece);
            }
            6 => {
                let other = chance.pick(&self.from);
                let (start, end) = chance.range(other.len());
                let piece = other[start..end].to_vec();
                self.insert(message, chance, &piece);
            }
            7 => {
                // The head of one, the rest of another.
                let other = chance.pick(&self.from);
                let (start, _) = chance.range(other.len());
                message.truncate(from);
                message.extend_from_slice(&other[start..]);
            }
            8 | 9 => {
                let seed = *chance.pick(&SEEDS);
                self.insert(message, chance, seed);
            }
            10 => {
                let seed = *chance.pick(&SEEDS);
                let many = seed.repeat(1 << chance.below(8));
                self.insert(message, chance, &many);
            }
            _ => message[from..to].reverse(),
        }
    }

    fn insert(&self, message: &mut Vec<u8>, chance: &mut Chance, piece: &[u8]) {
        if message.len() + piece.len() <= self.longest {
            let at = chance.below(message.len() + 1);
            message.splice(at..at, piece.iter().copied());
        }
    }
}

/// Numbers that only depend on their seed (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// The same seed, the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() % bound as u64).unwrap_or_default()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A piece of what is so long: mostly a short one.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = 1 << self.below(14);
        let to = from + self.below(most + 1).min(length - from);
        (from, to)
    }
}

/// An installation as a configuration makes it, for the intake.
pub fn parts() -> Arc<Parts> {
    let set = |key, value: &str| ("test", key, value.to_owned());
    let flags = vec![
        set("service.name", "Support"),
        set("service.phone", "0 800 00 00 00"),
        set("mailbox.url", "maildir:."),
        set("mailbox.address", "support@vigie.example"),
        set("smtp.url", "dir:."),
        set("smtp.from", "Support <support@vigie.example>"),
    ];
    let sources = Sources {
        file: None,
        environment: Vec::new(),
        flags,
    };
    let config = Typed::read(&sources)
        .expect("it can be read")
        .check()
        .expect("it is sound")
        .config;
    let key = Key::from_bytes([7; 32]);
    Arc::new(Parts::new(&config, key, Form::si_samu().clone()).expect("the templates are sound"))
}

/// A message as the process loop claims it.
pub fn claimed(number: i64, bytes: Vec<u8>) -> Stored {
    let now = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
    Stored {
        id: MessageId(number),
        mailbox: "imap:box@vigie.example/INBOX".to_owned(),
        sha256: Identity::of(&bytes).sha256,
        bytes,
        internal_date: now,
        received_at: now,
        first_start: now,
        attempts: 1,
        left_on_server: false,
        same_message_id_other_bytes: false,
    }
}
