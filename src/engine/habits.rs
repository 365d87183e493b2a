//! What the person wants of an engine whatever it flies: to keep the machine awake, to be quiet at night, and to go on by
//! itself after a quota.

use crate::domain::id::Timestamp;
use crate::domain::quiet::QuietHours;
use jiff::tz::TimeZone;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// How an engine is to behave.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    pub quiet_hours: Option<QuietHours>,
    /// The program that keeps the machine awake for as long as it runs.
    pub keep_awake: Option<Vec<String>>,
    pub after_quota: AfterQuota,
}

/// What happens when a quota is spent for long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterQuota {
    /// It is waited for.
    #[default]
    GoOn,
    /// The mission is held until the person lets it go on.
    Hold,
}

impl Habits {
    /// When the quiet hours end that are now, in a place of the world.
    pub(super) fn quiet_until(&self, now: Timestamp, zone: TimeZone) -> Option<(QuietHours, Timestamp)> {
        let hours = self.quiet_hours?;
        let local = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned_datetime(zone);
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let left = hours.left(u16::try_from(minute).ok()?)?;
        Some((hours, Timestamp(now.0 - now.0.rem_euclid(MINUTE) + i64::from(left) * MINUTE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_end_at_their_minute_by_the_clock_of_the_place() {
        let habits = Habits { quiet_hours: "22:00-07:00".parse().ok(), ..Habits::default() };
        let at = |time: &str| Timestamp(time.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let zone = || TimeZone::fixed(jiff::tz::offset(2));
        let until = |time| habits.quiet_until(at(time), zone()).map(|(_, until)| until);
        assert_eq!(until("2026-11-27T20:00:00Z"), Some(at("2026-11-28T05:00:00Z")));
        assert_eq!(until("2026-11-27T04:59:59.5Z"), Some(at("2026-11-27T05:00:00Z")));
        assert_eq!(until("2026-11-27T19:59:59Z"), None);
        assert_eq!(until("2026-11-27T05:00:00Z"), None);
        assert_eq!(Habits::default().quiet_until(at("2026-11-27T23:00:00Z"), zone()), None);
    }
}
