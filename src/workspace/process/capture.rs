//! Output that stays small in memory however much a program prints.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use super::text::clean_text;

/// How much of a program's output is kept where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputCap {
    /// Bytes kept of the beginning.
    pub head: usize,
    /// Bytes kept of the end.
    pub tail: usize,
    /// Where the whole goes when it is more than head and tail hold.
    pub spill: Spill,
}

impl Default for OutputCap {
    fn default() -> Self {
        Self { head: 12 * 1024, tail: 20 * 1024, spill: Spill::Nowhere }
    }
}

/// Where output goes that is too long to keep in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spill {
    /// The middle is lost, and the text says how much.
    Nowhere,
    /// The whole is written to a new file in this directory, up to 256 MiB.
    Directory(PathBuf),
}

/// A program's output, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CappedOutput {
    /// Beginning and end, cleaned, with a line between them that says what was left out.
    pub text: String,
    /// The same as it was printed.
    #[serde(skip)]
    pub raw: Vec<u8>,
    /// How many bytes the program printed.
    pub total_bytes: u64,
    /// How many of them `text` lacks.
    pub left_out_bytes: u64,
    /// The file with the whole, control sequences included.
    pub spilled: Option<PathBuf>,
}

/// Collects output as it streams in.
#[derive(Debug)]
pub(super) struct Capture {
    cap: OutputCap,
    head: Vec<u8>,
    tail: Vec<u8>,
    total: u64,
    file: SpillFile,
}

/// More than this is not even kept on disk: a program that prints for hours must not fill it.
const SPILL_LIMIT: u64 = 256 * 1024 * 1024;

#[derive(Debug)]
enum SpillFile {
    NotNeeded,
    Open(File, PathBuf),
    Failed(io::Error),
}

impl Capture {
    pub(super) fn new(cap: OutputCap) -> Self {
        Self { cap, head: Vec::new(), tail: Vec::new(), total: 0, file: SpillFile::NotNeeded }
    }

    /// Takes the next bytes. A full disk does not fail the program; the text says so.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Err(error) = self.spill(bytes) {
            self.file = SpillFile::Failed(error);
        }
        self.total += bytes.len() as u64;
        let room = (self.cap.head - self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        self.tail.extend_from_slice(&rest[rest.len().saturating_sub(self.cap.tail)..]);
        // Cutting only at twice the size keeps the copying proportional to what arrives.
        if self.tail.len() > 2 * self.cap.tail {
            self.cut_tail();
        }
    }

    /// The bounded output.
    pub(super) fn finish(mut self) -> CappedOutput {
        self.cut_tail();
        let left_out = self.total - (self.head.len() + self.tail.len()) as u64;
        let marker = self.marker(left_out);
        let between = if left_out == 0 { String::new() } else { format!("\n{marker}\n") };
        let raw = [&self.head[..], between.as_bytes(), &self.tail].concat();
        let text = if left_out == 0 {
            clean_text(&raw)
        } else {
            let (head, tail) = (whole_lines_before(&self.head), whole_lines_after(&self.tail));
            format!("{}\n{marker}\n{}", clean_text(head).trim_end(), clean_text(tail))
        };
        let spilled = match self.file {
            SpillFile::Open(_, path) => Some(path),
            SpillFile::NotNeeded | SpillFile::Failed(_) => None,
        };
        CappedOutput { text, raw, total_bytes: self.total, left_out_bytes: left_out, spilled }
    }

    fn cut_tail(&mut self) {
        let surplus = self.tail.len().saturating_sub(self.cap.tail);
        self.tail.drain(..surplus);
    }

    fn spill(&mut self, bytes: &[u8]) -> io::Result<()> {
        let before = usize::try_from(self.total).unwrap_or(usize::MAX);
        let overflows = before.saturating_add(bytes.len()) > self.cap.head + self.cap.tail;
        if let (true, SpillFile::NotNeeded, Spill::Directory(directory)) =
            (overflows, &self.file, &self.cap.spill)
        {
            let (mut file, path) = new_file(directory)?;
            // Until now everything was still in memory.
            file.write_all(&self.head)?;
            file.write_all(&self.tail)?;
            self.file = SpillFile::Open(file, path);
        }
        if let SpillFile::Open(file, _) = &mut self.file {
            let room = usize::try_from(SPILL_LIMIT.saturating_sub(self.total)).unwrap_or(usize::MAX);
            // The page cache takes 64 KiB in microseconds, which is less than a hop to a blocking thread costs.
            file.write_all(&bytes[..room.min(bytes.len())])?;
        }
        Ok(())
    }

    fn marker(&self, left_out: u64) -> String {
        let place = match &self.file {
            SpillFile::Open(_, path) if self.total > SPILL_LIMIT => {
                format!("; the first {} MiB are in {}", SPILL_LIMIT >> 20, path.display())
            }
            SpillFile::Open(_, path) => format!("; the full text is in {}", path.display()),
            SpillFile::Failed(error) => format!("; the full text could not be kept: {error}"),
            SpillFile::NotNeeded => String::new(),
        };
        format!("[… {left_out} of {} bytes left out{place} …]", self.total)
    }
}

/// Cuts the head after its last line, unless that would lose more than a quarter of it.
fn whole_lines_before(head: &[u8]) -> &[u8] {
    match head.iter().rposition(|byte| *byte == b'\n') {
        Some(end) if end > head.len() / 4 * 3 => &head[..=end],
        _ => head,
    }
}

/// Cuts the tail before its first whole line, unless that would lose more than a quarter of it.
fn whole_lines_after(tail: &[u8]) -> &[u8] {
    match tail.iter().position(|byte| *byte == b'\n') {
        Some(end) if end < tail.len() / 4 => &tail[end + 1..],
        _ => tail,
    }
}

fn new_file(directory: &Path) -> io::Result<(File, PathBuf)> {
    static SEQUENCE: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(directory)?;
    loop {
        let number = SEQUENCE.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("output-{}-{number}.log", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            // An earlier engine may have had the same process id.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|file| (file, path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cap(head: usize, tail: usize, spill: Spill) -> Capture {
        Capture::new(OutputCap { head, tail, spill })
    }

    #[test]
    fn what_fits_is_whole() {
        let mut capture = cap(4, 4, Spill::Nowhere);
        for byte in b"abcdefgh" {
            capture.push(&[*byte]);
        }
        let output = capture.finish();
        assert_eq!((output.text.as_str(), output.left_out_bytes), ("abcdefgh", 0));
    }

    #[test]
    fn what_does_not_fit_is_cut_in_the_middle_and_said_so() {
        for piece in [1, 3, 100] {
            let mut capture = cap(4, 4, Spill::Nowhere);
            b"0123456789ABCDEF".chunks(piece).for_each(|bytes| capture.push(bytes));
            let output = capture.finish();
            assert_eq!(output.text, "0123\n[… 8 of 16 bytes left out …]\nCDEF");
        }
    }

    #[test]
    fn the_whole_is_on_disk() {
        let directory = tempfile::tempdir().unwrap();
        let mut capture = cap(4, 4, Spill::Directory(directory.path().join("new")));
        b"0123456789ABCDEF".chunks(5).for_each(|bytes| capture.push(bytes));
        let path = capture.finish().spilled.unwrap();
        assert_eq!(fs::read(path).unwrap(), b"0123456789ABCDEF");
    }

    #[test]
    fn a_disk_that_refuses_is_told_and_fails_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut capture = cap(1, 1, Spill::Directory(file.path().join("below-a-file")));
        capture.push(b"0123456789");
        let output = capture.finish();
        assert!(output.text.contains("could not be kept"), "{}", output.text);
        assert_eq!(output.spilled, None);
    }
}
