//! Quiet hours: the part of each day in which nothing new is started and nobody is rung.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// From one time of the day to another, over midnight where that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QuietHours {
    /// In minutes of the day.
    from: u16,
    to: u16,
}

impl QuietHours {
    /// The minutes that are left of them at a minute of the day; nothing outside of them.
    pub fn left(self, minute: u16) -> Option<u16> {
        let since = |start: u16| (minute + DAY - start) % DAY;
        let length = (self.to + DAY - self.from) % DAY;
        length.checked_sub(since(self.from)).filter(|left| *left > 0)
    }

    /// When they end.
    pub fn end(self) -> impl fmt::Display {
        format!("{:02}:{:02}", self.to / 60, self.to % 60)
    }
}

impl FromStr for QuietHours {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let minute = |time: &str| {
            let (hour, minute) = time.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let read = || {
            let (from, to) = text.split_once('-')?;
            Some(Self { from: minute(from)?, to: minute(to)? })
        };
        read().filter(|hours| hours.from != hours.to).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_over_midnight() {
        let table = [
            ("22:00-07:00", 22 * 60, Some(9 * 60)),
            ("22:00-07:00", 0, Some(7 * 60)),
            ("22:00-07:00", 6 * 60 + 59, Some(1)),
            ("22:00-07:00", 7 * 60, None),
            ("22:00-07:00", 22 * 60 - 1, None),
            ("12:30 - 13:00", 12 * 60 + 45, Some(15)),
            ("12:30-13:00", 13 * 60, None),
            ("12:30-13:00", 0, None),
        ];
        for (hours, minute, left) in table {
            assert_eq!(hours.parse::<QuietHours>().unwrap().left(minute), left, "{hours} at {minute}");
        }
        for wrong in ["22-7", "22:00", "24:00-07:00", "07:60-08:00", "07:00-07:00", ""] {
            assert!(wrong.parse::<QuietHours>().is_err(), "{wrong}");
        }
    }
}
