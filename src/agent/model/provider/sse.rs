//! `text/event-stream`, read with bounds: what a server sends never takes more memory than one event may have.

/// Bytes of one event. The longest real ones repeat a whole reply.
const MOST_EVENT_BYTES: usize = 8 << 20;

/// One event. Its name is empty where the server gave none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// An event that is longer than any provider's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overlong;

/// Cuts bytes into events. Comments and unknown fields are passed over; lines end in LF, CR LF or CR.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    line: Vec<u8>,
    event: Event,
    after_return: bool,
    begun: bool,
}

impl Decoder {
    /// Takes the next bytes and hands each whole event to `take`, until it fails.
    pub(super) fn push<E: From<Overlong>>(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, ending) = (&rest[..end], rest[end]);
            rest = &rest[end + 1..];
            let second_half = ending == b'\n' && line.is_empty() && self.after_return;
            self.after_return = ending == b'\r';
            if second_half {
                continue;
            }
            self.extend(line)?;
            if let Some(event) = self.end_line() {
                take(event)?;
            }
        }
        self.after_return &= rest.is_empty();
        Ok(self.extend(rest)?)
    }

    /// The event that the server did not end before it closed.
    pub(super) fn finish(&mut self) -> Option<Event> {
        self.end_line().or_else(|| self.take_event())
    }

    fn extend(&mut self, piece: &[u8]) -> Result<(), Overlong> {
        let bytes = self.line.len() + self.event.name.len() + self.event.data.len();
        if bytes.saturating_add(piece.len()) > MOST_EVENT_BYTES {
            return Err(Overlong);
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = if self.begun { &text } else { text.trim_start_matches('\u{feff}') };
        self.begun = true;
        if text.is_empty() {
            return self.take_event();
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.trim().clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // A comment has an empty field; ids and retry times are of no use here.
            _ => {}
        }
        None
    }

    /// An event without data is none.
    fn take_event(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        (!event.data.is_empty()).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(pieces: &[&[u8]]) -> Result<Vec<(String, String)>, Overlong> {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.push(piece, |event| {
                events.push((event.name, event.data));
                Ok::<(), Overlong>(())
            })?;
        }
        events.extend(decoder.finish().map(|event| (event.name, event.data)));
        Ok(events)
    }

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        let body = "\u{feff}: hi\r\n\r\nevent: a\rdata: é1\r\ndata:2\n\nid: 7\n\ndata: last".as_bytes();
        let expected = vec![("a".to_owned(), "é1\n2".to_owned()), (String::new(), "last".to_owned())];
        assert_eq!(decoded(&[body]).unwrap(), expected);
        for cut in 0..body.len() {
            assert_eq!(decoded(&[&body[..cut], &body[cut..]]).unwrap(), expected, "cut at {cut}");
        }
    }

    #[test]
    fn neither_a_line_nor_an_event_without_an_end_grows_for_ever() {
        let line = vec![b'x'; 1 << 20];
        let mut lines = b"data: ".to_vec();
        lines.extend_from_slice(&line);
        lines.push(b'\n');
        assert_eq!(decoded(&vec![line.as_slice(); 20]), Err(Overlong));
        assert_eq!(decoded(&vec![lines.as_slice(); 20]), Err(Overlong));
    }
}
