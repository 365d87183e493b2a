//! Lines from a stream, each bounded: a peer that never ends its line costs a bounded amount of memory.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What stands next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Text(Vec<u8>),
    /// A line that is too long was passed over.
    TooLong,
    End,
}

/// Reads lines of at most `most` bytes and ignores blank ones.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    most: usize,
    read: Vec<u8>,
    state: ReaderState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ReaderState {
    Keeping,
    PassingOver,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self { reader: BufReader::new(reader), most, read: Vec::new(), state: ReaderState::Keeping }
    }

    /// The next line. Nothing is lost when the wait for it is broken off.
    pub(super) async fn next(&mut self) -> io::Result<Line> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                let rest = std::mem::take(&mut self.read);
                return Ok(if is_blank(&rest) { Line::End } else { Line::Text(rest) });
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let piece = &available[..end.unwrap_or(available.len())];
            if self.state == ReaderState::Keeping && self.read.len() + piece.len() > self.most {
                self.state = ReaderState::PassingOver;
                self.read = Vec::new();
            }
            if self.state == ReaderState::Keeping {
                self.read.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_none() {
                continue;
            }
            if std::mem::replace(&mut self.state, ReaderState::Keeping) == ReaderState::PassingOver {
                return Ok(Line::TooLong);
            }
            let line = std::mem::take(&mut self.read);
            if !is_blank(&line) {
                return Ok(Line::Text(line));
            }
        }
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_bounded_blank_ones_ignored_and_a_last_one_needs_no_end() {
        let text: &[u8] = b"one\n\n \r\nfour!\nfive5\nmuch too long\nlast";
        let mut lines = Lines::new(text, 5);
        let text = |text: &str| Line::Text(text.as_bytes().to_vec());
        for expected in [text("one"), text("four!"), text("five5"), Line::TooLong, text("last"), Line::End] {
            assert_eq!(lines.next().await.unwrap(), expected);
        }
        assert_eq!(lines.next().await.unwrap(), Line::End);
    }
}
