//! What an engine and the keeper of a sandbox say to each other: words, and descriptors beside them.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, send, sendmsg,
};

/// The most bytes of one frame: a program's arguments and variables, which the system bounds by less.
const MOST: usize = 4 << 20;
/// The most descriptors of one: input, output and errors.
const MOST_DESCRIPTORS: usize = 3;
/// A frame begins with the number of its bytes.
const HEAD: usize = size_of::<u32>();

/// Some words, with the descriptors that came along.
#[derive(Debug, Default)]
pub(super) struct Frame {
    words: Vec<Vec<u8>>,
    pub descriptors: Vec<OwnedFd>,
}

impl Frame {
    /// A frame that begins with a word.
    pub(super) fn of(word: &str) -> Self {
        Self { words: vec![word.as_bytes().to_vec()], descriptors: Vec::new() }
    }

    /// Adds a word. A frame with a zero byte in a word is not sent.
    #[must_use]
    pub(super) fn word(mut self, word: impl AsRef<[u8]>) -> Self {
        self.words.push(word.as_ref().to_vec());
        self
    }

    /// Its words as they are read, one after the other.
    pub(super) fn words(&self) -> impl Iterator<Item = &[u8]> {
        self.words.iter().map(Vec::as_slice)
    }

    /// Sends it, with descriptors.
    ///
    /// # Errors
    /// When the other side is gone, or a word has a zero byte.
    pub(super) fn send(&self, socket: impl AsFd, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        if self.words.iter().any(|word| word.contains(&0)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a word has a zero byte"));
        }
        let body = self.words.iter().flat_map(|word| word.iter().copied().chain([0]));
        let mut bytes = vec![0; HEAD];
        bytes.extend(body);
        let length = bytes.len() - HEAD;
        let told = u32::try_from(length).ok().filter(|_| length <= MOST);
        let told = told.ok_or(io::Error::new(io::ErrorKind::ArgumentListTooLong, "too long"))?;
        bytes[..HEAD].copy_from_slice(&told.to_le_bytes());
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
        let mut along = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !along.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors"));
        }
        let first = [IoSlice::new(&bytes)];
        let mut sent =
            again(&socket, PollFlags::OUT, || sendmsg(&socket, &first, &mut along, SendFlags::NOSIGNAL))?;
        while sent < bytes.len() {
            sent += again(&socket, PollFlags::OUT, || send(&socket, &bytes[sent..], SendFlags::NOSIGNAL))?;
        }
        Ok(())
    }

    /// Waits for the next one; nothing when the other side is gone.
    ///
    /// # Errors
    /// When there is nothing to read from.
    pub(super) fn receive(socket: impl AsFd) -> io::Result<Option<Self>> {
        let mut frame = Self::default();
        let mut head = [0; HEAD];
        if !frame.fill(&socket, &mut head)? {
            return Ok(None);
        }
        let length = usize::try_from(u32::from_le_bytes(head)).unwrap_or(usize::MAX);
        let mut body = vec![0; length.min(MOST)];
        if !frame.fill(&socket, &mut body)? {
            return Ok(None);
        }
        // What is too long is read and forgotten, so that the next one is understood.
        let mut rest = length - body.len();
        while rest > 0 {
            let piece = &mut body[..rest.min(MOST)];
            if !frame.fill(&socket, piece)? {
                return Ok(None);
            }
            rest -= piece.len();
            frame.descriptors.clear();
        }
        if length <= MOST {
            let words = body.split(|byte| *byte == 0).map(<[u8]>::to_vec);
            frame.words = words.collect();
            frame.words.pop();
        }
        Ok(Some(frame))
    }

    fn fill(&mut self, socket: &impl AsFd, mut into: &mut [u8]) -> io::Result<bool> {
        while !into.is_empty() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
            let mut along = RecvAncillaryBuffer::new(&mut space);
            let count = again(socket, PollFlags::IN, || {
                let mut places = [IoSliceMut::new(into)];
                recvmsg(socket, &mut places, &mut along, RecvFlags::CMSG_CLOEXEC)
            })?
            .bytes;
            for message in along.drain() {
                if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                    self.descriptors.extend(descriptors);
                }
            }
            if count == 0 {
                return Ok(false);
            }
            into = &mut into[count..];
        }
        Ok(true)
    }
}

/// Makes a call until it is done: a socket that does not wait itself is waited for.
fn again<T>(
    socket: &impl AsFd,
    ready: PollFlags,
    mut call: impl FnMut() -> rustix::io::Result<T>,
) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => match poll(&mut [PollFd::new(socket, ready)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            },
            Err(Errno::CONNRESET) => return Err(io::ErrorKind::BrokenPipe.into()),
            done => return Ok(done?),
        }
    }
}

/// A word that is text or a number.
pub(super) fn parse<T: std::str::FromStr>(word: Option<&[u8]>) -> Option<T> {
    std::str::from_utf8(word?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn received(socket: &UnixStream) -> Vec<String> {
        let frame = Frame::receive(socket).unwrap().unwrap();
        frame.words().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn words_and_descriptors_arrive_as_they_were_sent() {
        let (one, other) = UnixStream::pair().unwrap();
        let long = "x".repeat(100_000);
        Frame::of("one").word("").word("three").send(&one, &[one.as_fd(), other.as_fd()]).unwrap();
        let second = std::thread::spawn(move || Frame::of("next").word(&long).send(&one, &[]).unwrap());
        let first = Frame::receive(&other).unwrap().unwrap();
        assert_eq!(first.words().collect::<Vec<_>>(), [&b"one"[..], b"", b"three"]);
        assert_eq!(first.descriptors.len(), 2);
        assert_eq!(received(&other)[1].len(), 100_000);
        second.join().unwrap();
        drop(first);
        assert!(Frame::receive(&other).unwrap().is_none(), "the other side is gone");
    }

    #[test]
    fn what_is_malformed_ends_nothing() {
        let (mut one, other) = UnixStream::pair().unwrap();
        assert!(Frame::of("a\0b").send(&one, &[]).is_err());
        assert!(Frame::of(&"x".repeat(MOST + 1)).send(&one, &[]).is_err());
        let length = u32::try_from(2 * MOST + 7).unwrap();
        let writer = std::thread::spawn(move || {
            one.write_all(&length.to_le_bytes()).unwrap();
            one.write_all(&vec![b'x'; 2 * MOST + 7]).unwrap();
            one.write_all(&0_u32.to_le_bytes()).unwrap();
            Frame::of("well").send(&one, &[]).unwrap();
        });
        assert_eq!(received(&other), Vec::<String>::new());
        assert_eq!(received(&other), Vec::<String>::new());
        assert_eq!(received(&other), ["well"]);
        writer.join().unwrap();
    }
}
