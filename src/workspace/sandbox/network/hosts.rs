//! Which hosts programs reach.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name, in bytes.
const LONGEST: usize = 253;

/// The ports of a host whose entry names none: pages, and those that are encrypted.
const USUAL: [u16; 2] = [80, 443];

/// A name or an address, perhaps with a port: `example.com`, `*.example.com`, `localhost:5432`, `[::1]:80`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host {
    /// In lower case; of an address of the newer kind without its brackets.
    name: String,
    /// Whether what stands before the name is of no matter.
    is_any_below: bool,
    port: Option<u16>,
}

impl Host {
    /// A host and a port, as a program asks for them; nothing for what names no host.
    pub(super) fn at(name: &str, port: u16) -> Option<Self> {
        let name = plain(name);
        let written = if name.contains(':') { format!("[{name}]:{port}") } else { format!("{name}:{port}") };
        written.parse().ok().filter(|host: &Self| !host.is_any_below)
    }

    /// Whether a host that a program asks for is of this kind.
    pub fn covers(&self, asked: &Self) -> bool {
        let is_below = || asked.name.strip_suffix(&self.name).is_some_and(|rest| rest.ends_with('.'));
        let is_named = if self.is_any_below { is_below() } else { asked.name == self.name };
        is_named && asked.port.is_some_and(|port| self.port.map_or(USUAL.contains(&port), |own| own == port))
    }

    /// The name, without the port.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The port of this machine that is meant, where one is.
    pub fn port_here(&self) -> Option<u16> {
        let address = self.name.parse::<IpAddr>();
        let is_here = self.name == "localhost" || address.is_ok_and(|address| address.is_loopback());
        self.port.filter(|_| is_here)
    }

    /// The port that a program asked for.
    pub(super) fn port(&self) -> Option<u16> {
        self.port
    }
}

/// A name as names are compared: they end with a dot where they are whole.
fn plain(name: &str) -> String {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.trim_end_matches('.').to_ascii_lowercase()
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no host: write `example.com`, `*.example.com` or `localhost:5432`, without `https://`"
            )
        };
        let is_bare_v6 = text.parse::<IpAddr>().is_ok();
        let (name, port) = match text.rsplit_once(':').filter(|_| !is_bare_v6) {
            Some((name, port)) => (name, Some(port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?)),
            None => (text, None),
        };
        let is_any_below = name.starts_with("*.");
        let name = plain(name.strip_prefix("*.").unwrap_or(name));
        let is_address = name.parse::<IpAddr>().is_ok();
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        // What ends in a number is an address, written so that nobody knows it for one.
        let is_number =
            |part: &str| part.starts_with(|c: char| c.is_ascii_digit()) && part.parse::<u32>().is_ok();
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_name = name.len() <= LONGEST
            && name.split('.').all(is_part)
            && !is_number(last)
            && !last.starts_with("0x");
        if !is_address && !is_name || is_any_below && (is_address || !name.contains('.')) {
            return Err(wrong());
        }
        Ok(Self { name, is_any_below, port })
    }
}

impl TryFrom<String> for Host {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.to_string()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = if self.is_any_below { "*." } else { "" };
        match self.port {
            _ if self.name.contains(':') => write!(f, "[{}]", self.name)?,
            _ => write!(f, "{below}{}", self.name)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_its_own_hosts_and_no_others() {
        let table = [
            ("crates.io", "crates.io", 443, true),
            ("crates.io", "CRATES.io.", 80, true),
            ("crates.io", "crates.io", 22, false),
            ("crates.io", "evil-crates.io", 443, false),
            ("crates.io", "a.crates.io", 443, false),
            ("crates.io", "crates.io.evil.com", 443, false),
            ("*.crates.io", "static.crates.io", 443, true),
            ("*.crates.io", "a.b.crates.io", 443, true),
            ("*.crates.io", "crates.io", 443, false),
            ("*.crates.io", "evilcrates.io", 443, false),
            ("db.local:5432", "db.local", 5432, true),
            ("db.local:5432", "db.local", 443, false),
            ("10.0.0.7:80", "10.0.0.7", 80, true),
            ("[::1]:80", "::1", 80, true),
            ("[::1]:80", "[::1]", 80, true),
        ];
        for (entry, name, port, expected) in table {
            let host: Host = entry.parse().unwrap();
            assert_eq!(host.covers(&Host::at(name, port).unwrap()), expected, "{entry} {name}:{port}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_and_what_is_reads_as_it_is_written() {
        for wrong in [
            "",
            "*",
            "*.com",
            "https://a.com",
            "a.com/x",
            "a..b",
            "a.com:0",
            "a.com:http",
            "a b",
            "*.1.2.3.4",
            "user@a.com",
            "..",
            ":80",
            "*.*.a.com",
            "127.1",
            "2130706433",
            "0x7f000001",
            "a.0x7f",
            "127.1",
            "2130706433",
            "0x7f000001",
            "a.0x7f",
        ] {
            assert!(wrong.parse::<Host>().is_err(), "{wrong}");
        }
        for text in ["a.com", "*.a.com", "a.com:8443", "localhost:5432", "[::1]:80", "1.2.3.4"] {
            assert_eq!(text.parse::<Host>().unwrap().to_string(), text);
        }
        for wrong in ["*.a.com", "127.1", "a(b).com", &"x".repeat(300)] {
            assert_eq!(Host::at(wrong, 443), None, "{wrong}");
        }
        let here = |text: &str| text.parse::<Host>().unwrap().port_here();
        assert_eq!(here("localhost:5432"), Some(5432));
        assert_eq!(here("127.0.0.1:1"), Some(1));
        assert_eq!((here("localhost"), here("a.com:5432")), (None, None));
    }
}
