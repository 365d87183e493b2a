//! Whether what answers on a port is a service of the app.

use super::port::{in_words, is_free, listener};
use crate::workspace::sandbox::Loopback;
use crate::workspace::sweep::{MARK, SERVICE, variable};

/// The services of an app, as far as they can be told from other programs.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The marks that their programs have in their environment.
    pub marks: Vec<String>,
    /// The ports that they are given.
    pub given: Vec<u16>,
    /// Those of them whose services were started.
    pub started: Vec<u16>,
}

impl Known {
    /// Who answers on a port in place of a service of the app, in words; nothing where that is one of them.
    pub fn stranger_on(&self, port: u16, on: &Loopback) -> Option<String> {
        let Some(pid) = listener(port, on) else {
            // What answered may have ended since; or somebody else's program has it, of which nothing more is known.
            let own = if is_free(port, on) { &self.given } else { &self.started };
            return (!own.contains(&port)).then(|| format!("port {port} is none of theirs"));
        };
        let is_own = match variable(pid, SERVICE) {
            Some(mark) => self.marks.contains(&mark),
            // A program that was started beside the services has the mark of the mission alone.
            None => self.started.contains(&port) && variable(pid, MARK).is_none(),
        };
        (!is_own).then(|| format!("{} listens on port {port}", in_words(pid)))
    }
}
