//! A terminal session as an asciicast, version 3: what was shown, typed and resized, and when.
//!
//! See <https://docs.asciinema.org/manual/asciicast/v3/>. Each line is an event with the seconds since the one before it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::instrument::Evidence;
use crate::instrument::evidence::{RECORDING, Settled};
use crate::workspace::Exit;
use crate::workspace::pty::Size;

/// Bytes of a recording. What a program prints beyond that is not recorded, only its last screen.
const CAP: usize = 2 * 1024 * 1024;

/// A recording that goes on.
#[derive(Debug)]
pub(super) struct Recording {
    cast: String,
    begun: Instant,
    /// Milliseconds from the beginning to the last event.
    last: u64,
    /// The beginning of a character whose rest has not come yet.
    open: Vec<u8>,
    /// Bytes of output that were left out.
    left_out: usize,
}

impl Recording {
    pub(super) fn new(command: &str, size: Size) -> Self {
        let term = json!({ "cols": size.cols, "rows": size.rows, "type": "xterm-256color" });
        let header = json!({ "version": 3, "term": term, "command": command });
        Self { cast: format!("{header}\n"), begun: Instant::now(), last: 0, open: Vec::new(), left_out: 0 }
    }

    /// What the program printed. Bytes that are no text stand as replacement characters.
    pub(super) fn output(&mut self, bytes: &[u8]) {
        if self.left_out > 0 || self.cast.len() + bytes.len() > CAP {
            self.left_out += bytes.len();
            return;
        }
        self.open.extend_from_slice(bytes);
        let whole = complete(&self.open);
        let rest = self.open.split_off(whole);
        let text = String::from_utf8_lossy(&self.open).into_owned();
        self.open = rest;
        if !text.is_empty() {
            self.event("o", &text);
        }
    }

    /// What was typed.
    pub(super) fn input(&mut self, bytes: &[u8]) {
        self.event("i", &String::from_utf8_lossy(bytes));
    }

    pub(super) fn resized(&mut self, size: Size) {
        self.event("r", &format!("{}x{}", size.cols, size.rows));
    }

    /// The whole session. `screen` draws what was there at the end.
    pub(super) fn finish(&mut self, exit: Option<Exit>, screen: &[u8]) -> String {
        if self.left_out > 0 {
            self.event("m", &format!("{} bytes of output are left out here", self.left_out));
            self.event("o", &String::from_utf8_lossy(screen));
        }
        match exit {
            Some(Exit::Code(code)) => self.event("x", &code.to_string()),
            // As a shell counts it.
            Some(Exit::Signal(signal)) => self.event("x", &(128 + signal).to_string()),
            Some(Exit::TimedOut | Exit::Cancelled | Exit::Unknown) | None => {}
        }
        std::mem::take(&mut self.cast)
    }

    fn event(&mut self, code: &str, data: &str) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let interval = Duration::from_millis(now.saturating_sub(self.last)).as_secs_f64();
        self.last = now;
        self.cast += &format!("{}\n", json!([interval, code, data]));
    }
}

/// A recording as evidence. A program that was made to end showed by that nothing.
pub(super) fn evidence(command: &str, cast: String, exit: Option<Exit>) -> Evidence {
    let summary = exit.map_or_else(|| "it still ran".to_owned(), |exit| exit.to_string());
    let settled = match exit {
        _ if !cast.lines().any(|line| line.contains(r#","o","#)) => Settled::Nothing,
        Some(Exit::Code(_)) => Settled::Ended,
        Some(Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled | Exit::Unknown) | None => Settled::Moving,
    };
    Evidence {
        kind: RECORDING,
        title: format!("recording of {command}"),
        bytes: cast.into_bytes(),
        summary,
        settled,
        stranger: None,
    }
}

/// How many of the bytes are not the beginning of a character whose rest may come.
fn complete(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len().saturating_sub(4)..]) {
        Err(error) if error.error_len().is_none() => bytes.len().saturating_sub(4) + error.valid_up_to(),
        Ok(_) | Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const SIZE: Size = Size { cols: 80, rows: 24 };

    fn events(cast: &str) -> Vec<(String, String)> {
        let events = cast.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        events
            .map(|event| {
                assert!(event[0].as_f64().unwrap() >= 0.0);
                (event[1].as_str().unwrap().to_owned(), event[2].as_str().unwrap().to_owned())
            })
            .collect()
    }

    fn pairs(events: &[(&str, &str)]) -> Vec<(String, String)> {
        events.iter().map(|(code, data)| ((*code).to_owned(), (*data).to_owned())).collect()
    }

    #[test]
    fn a_session_is_told_event_by_event() {
        let mut recording = Recording::new("greet", SIZE);
        recording.output(b"name? \xc3");
        recording.output(b"\xa9\xff");
        recording.input(b"Ada\r");
        recording.resized(Size { cols: 100, rows: 30 });
        let cast = recording.finish(Some(Exit::Code(3)), b"");
        let header: Value = serde_json::from_str(cast.lines().next().unwrap()).unwrap();
        assert_eq!((header["version"].as_u64(), header["term"]["cols"].as_u64()), (Some(3), Some(80)));
        assert_eq!(
            events(&cast),
            pairs(&[("o", "name? "), ("o", "é\u{fffd}"), ("i", "Ada\r"), ("r", "100x30"), ("x", "3")])
        );
        assert_eq!(
            events(&Recording::new("x", SIZE).finish(Some(Exit::Signal(9)), b"")),
            pairs(&[("x", "137")])
        );
    }

    #[test]
    fn a_flood_is_cut_and_ends_with_the_last_screen() {
        let (mut recording, flood) = (Recording::new("yes", SIZE), vec![b'y'; 100_000]);
        for _ in 0..40 {
            recording.output(&flood);
        }
        let cast = recording.finish(None, b"the end");
        assert!(cast.len() < CAP + 1_000, "{}", cast.len());
        let events = events(&cast);
        assert!(events[events.len() - 2].1.ends_with("bytes of output are left out here"));
        assert_eq!(events[events.len() - 1], ("o".to_owned(), "the end".to_owned()));
    }
}
