//! Points in time, as programs and people read them.

use crate::domain::id::Timestamp;

/// RFC 3339 with milliseconds, in UTC; the bare number where no calendar reaches.
pub fn rfc3339(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(moment) => format!("{moment:.3}"),
        Err(_) => at.0.to_string(),
    }
}

/// A day and a time for reading, in UTC: `2026-11-26 14:03`.
pub fn day_and_time(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => at.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_utc_with_milliseconds() {
        assert_eq!(rfc3339(Timestamp(1_764_000_000_123)), "2025-11-24T16:00:00.123Z");
        assert_eq!(rfc3339(Timestamp(i64::MAX)), i64::MAX.to_string());
        assert_eq!(day_and_time(Timestamp(1_764_000_000_123)), "2025-11-24 16:00");
    }
}
